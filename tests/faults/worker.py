"""
`python -m tests.faults.worker`: a worker that dies where it is told to. A real process, and a real signal.

One warm process reads orders, a line of JSON each, and forks a child for each of them. The child claims and sends as a
worker does, and gives itself the signal at the place that the order names; so the place is exact, and what was on its way
stays as it was. What became of the children is told in lines of JSON.
"""

import functools
import json
import mmap
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  (models need django.setup() first)
from django.core.files.storage import FileSystemStorage  # noqa: E402
from django.db import connections as databases  # noqa: E402
from urllib3.connection import HTTPConnection  # noqa: E402

from channels import connections  # noqa: E402
from channels.adapters import ADAPTERS, http  # noqa: E402
from channels.errors import NotConnected, NotReady  # noqa: E402
from channels.models import Channel  # noqa: E402
from posts import preparation, tasks  # noqa: E402
from posts.publishing import removing, settling  # noqa: E402
from seko_social.celery import app  # noqa: E402

Order = dict[str, Any]
told = threading.Lock()


def main() -> None:
    made: dict[tuple[str, Any], mmap.mmap] = {}
    for line in sys.stdin:
        order = json.loads(line)
        order["made"] = made.setdefault((order["task"], order["thing"]), mmap.mmap(-1, 8))
        if pid := os.fork():
            tell(pid=pid, order=order["number_of_order"])
            threading.Thread(target=watch, args=[pid]).start()
        else:
            os._exit(live(order))


def watch(pid: int) -> None:
    """Tell when it stops, and how it ends."""
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            tell(pid=pid, state="stopped")
            continue
        tell(pid=pid, state="ended", code=os.waitstatus_to_exitcode(status))
        return


def tell(**facts: Any) -> None:
    with told:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


# --- the child ----------------------------------------------------------------------------------------------------


def live(order: Order) -> int:
    """The worker's one task. What escapes is a bug, and ends it as it ends a worker's task."""
    settings.PLATFORM_ADDRESSES = order["addresses"]
    settings.MEDIA_ROOT = order["media_root"]
    settings.LEASE_SECONDS = order["lease"]
    databases["default"].settings_dict["NAME"] = order["database"]
    app.conf.update(order["broker"])
    if order["where"]:
        PLACES[order["where"]](
            order, functools.partial(os.kill, os.getpid(), signal.Signals[order["signal"]])
        )
    try:
        TASKS[order["task"]](order)
    except Exception:  # noqa: BLE001 - whatever it is, the parent reads it
        traceback.print_exc()
        return 1
    return 0


def prepare_on_a_full_disk(order: Order) -> None:
    """Where and while the order says, no file may grow: what a disk does when it is full."""
    owner, name = DISKS[order["full"]]
    real = getattr(owner, name)

    def full(*args: Any, **kwargs: Any) -> Any:
        with full_disk(order["room"]):
            return real(*args, **kwargs)

    setattr(owner, name, full)
    tasks.prepare(order["thing"])


DISKS = {
    "fetched": (preparation, "local_copy"),
    "worked on": (preparation.jobs, "prepare"),
    "stored": (FileSystemStorage, "_save"),
}


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def wake(order: Order) -> None:
    """What the clock does; `room` is how many bytes of a message the broker's disk has room for."""
    if (room := order.get("room")) is None:
        tasks.wake_due()
        return
    put = tasks.put

    def put_on_full_disk(*args: Any, **kwargs: Any) -> None:
        with full_disk(room):
            put(*args, **kwargs)

    tasks.put = put_on_full_disk
    tasks.wake_due()


def take_from_broker(order: Order) -> None:
    """Do what the first message says, as a worker does; nothing, if there is none."""
    with app.connection_for_read() as connection, suppress(Empty):
        message = connection.SimpleQueue(order["thing"]).get(timeout=1)
        message.ack()
        app.tasks[message.headers["task"]](*message.payload[0])


def use_channel(order: Order) -> None:
    """What every task does first that calls a platform; a token that is not taken is doubted as they do."""
    channel = Channel.objects.get(pk=order["thing"])
    with suppress(NotReady):
        try:
            connections.adapter_for(channel)
        except NotConnected as error:
            connections.doubt_token(channel, error)


TASKS: dict[str, Callable[[Order], Any]] = {
    "publish": lambda order: tasks.publish(order["thing"], 0, tasks.DEFAULT),
    "use channel": use_channel,
    "take down": lambda order: tasks.take_down(order["thing"]),
    "wake": wake,
    "take from broker": take_from_broker,
    "prepare on a full disk": prepare_on_a_full_disk,
}

Act = Callable[[], None]


def before(owner: Any, name: str, act: Act, order: Order | None = None) -> None:
    """Have `act` done before owner's function is called; for an order, before the call with its number."""
    wrap(owner, name, order, act, lambda: None)


def after(owner: Any, name: str, act: Act, order: Order | None = None) -> None:
    wrap(owner, name, order, lambda: None, act)


def wrap(owner: Any, name: str, order: Order | None, first: Act, last: Act) -> None:
    real = getattr(owner, name)

    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        is_it = order is None or is_turn_of(order)
        if is_it:
            first()
        result = real(*args, **kwargs)
        if is_it:
            last()
        return result

    setattr(owner, name, wrapped)


def is_turn_of(order: Order) -> bool:
    """Calls are counted in memory that the publication's workers share: a film is waited for in several attempts."""
    count = int.from_bytes(order["made"][:8]) + 1
    order["made"][:8] = count.to_bytes(8)
    return count == order["number"]


def in_commit(order: Order, plant: Act) -> None:
    before(ADAPTERS[order["platform"]], "commit", plant)


PLACES: dict[str, Callable[[Order, Act], None]] = {
    "stage": lambda order, act: before(ADAPTERS[order["platform"]], "stage", act),
    "call": lambda order, act: before(http, "send", act, order),
    "gone": lambda order, act: before(removing, "gone", act),
    "call sent": lambda order, act: before(HTTPConnection, "getresponse", act, order),
    "call answered": lambda order, act: after(http, "send", act, order),
    "commit": lambda order, act: before(ADAPTERS[order["platform"]], "commit", act),
    "commit connected": lambda order, act: in_commit(order, lambda: after(HTTPConnection, "connect", act)),
    "commit sent": lambda order, act: in_commit(order, lambda: before(HTTPConnection, "getresponse", act)),
    "committed": lambda order, act: after(ADAPTERS[order["platform"]], "commit", act),
    "settled": lambda order, act: before(settling, "announce", act),
}
"""Where the signal comes."""


if __name__ == "__main__":
    main()
