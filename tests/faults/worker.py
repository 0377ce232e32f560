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
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  (models need django.setup() first)
from django.db import connections as databases  # noqa: E402
from urllib3.connection import HTTPConnection  # noqa: E402

from channels.adapters import ADAPTERS, http  # noqa: E402
from posts import tasks  # noqa: E402
from posts.publishing import settling  # noqa: E402

Order = dict[str, Any]
told = threading.Lock()


def main() -> None:
    made: dict[int, mmap.mmap] = {}
    for line in sys.stdin:
        order = json.loads(line)
        order["made"] = made.setdefault(order["publication"], mmap.mmap(-1, 8))
        if pid := os.fork():
            tell(pid=pid, publication=order["publication"])
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
    if order["where"]:
        PLACES[order["where"]](
            order, functools.partial(os.kill, os.getpid(), signal.Signals[order["signal"]])
        )
    try:
        tasks.publish(order["publication"])
    except Exception:  # noqa: BLE001 - whatever it is, the parent reads it
        traceback.print_exc()
        return 1
    return 0


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
