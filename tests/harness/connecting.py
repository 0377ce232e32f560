"""
`python -m tests.harness.connecting 10`: people who connect a channel of each platform, so many times each, and what that
costs us; run beside a sandbox, with the site's settings. And what it costs to seal and to open what they got. Prints
JSON. The platform's own time, and what the person's browser does at the platform, are not ours.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

import django
import requests

django.setup()

from django.conf import settings  # noqa: E402  (models need django.setup() first)
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from channels import pictures, tasks  # noqa: E402
from channels.adapters import http  # noqa: E402
from channels.adapters.connectors import CONNECTORS  # noqa: E402
from channels.keyring import KeyRing  # noqa: E402
from channels.models import Channel, Connecting, Credential  # noqa: E402
from posts import publishing  # noqa: E402
from posts.models import Publication  # noqa: E402
from tests import factories  # noqa: E402
from tests.channels.adapters.desk import connected  # noqa: E402
from tests.channels.walking import HOST, Walk  # noqa: E402

TIMES = 2000
"""How often something is sealed and opened: one alone is too short to be measured."""
TEXTS = 20


@dataclass
class Cost:
    pages: int = 0
    queries: int = 0
    calls: int = 0
    ours: float = 0
    """Seconds, without those of the platform."""
    busy: float = 0
    """Of them, those of the processor: what else the machine has to do does not count."""
    theirs: float = 0


class Counted(Client):
    """A browser that knows what its pages cost."""

    def __init__(self, cost: Cost, **more: Any) -> None:
        super().__init__(**more)
        self.cost = cost

    def request(self, **request: Any) -> Any:
        theirs, begun, busy = self.cost.theirs, time.perf_counter(), time.process_time()
        with connection.execute_wrapper(self.count_query):
            response = super().request(**request)
        self.cost.pages += 1
        self.cost.ours += time.perf_counter() - begun - (self.cost.theirs - theirs)
        self.cost.busy += time.process_time() - busy
        return response

    def count_query(self, execute: Callable[..., Any], *parts: Any) -> Any:
        self.cost.queries += 1
        return execute(*parts)


@contextmanager
def calls_counted(cost: Cost) -> Iterator[None]:
    """All calls take the first of these ways, but for the one that fetches the account's picture."""
    with counted(cost, http, "send_over"), counted(cost, pictures, "download"):
        yield


@contextmanager
def counted(cost: Cost, owner: Any, name: str) -> Iterator[None]:
    real = getattr(owner, name)

    def call(*args: Any, **parts: Any) -> Any:
        begun = time.perf_counter()
        try:
            return real(*args, **parts)
        finally:
            cost.calls += 1
            cost.theirs += time.perf_counter() - begun

    with mock.patch.object(owner, name, call):
        yield


def main() -> None:
    rounds = int(sys.argv[1])
    tasks.put = lambda *_args, **_more: None
    person, sandbox = factories.administrator(), SimpleNamespace(url=settings.SANDBOX_URL)
    costs = {
        platform: [asdict(cost_of(platform, person, sandbox)) for _ in range(rounds)]
        for platform in CONNECTORS
    }
    sys.stdout.write(json.dumps({"connecting": costs, "sealing": cost_of_sealing(sandbox)}))


def cost_of(platform: str, person: Any, sandbox: Any) -> Cost:
    # The platform must not remember the last time: Google gives its lasting token once.
    requests.post(f"{sandbox.url}/ovning/api/reset", json={}, timeout=10).raise_for_status()
    connected(sandbox, platform)
    cost = Cost()
    walk = Walk(person, platform, sandbox, Counted(cost, **HOST))
    with calls_counted(cost):
        channel = walk.all_the_way()
    Credential.objects.all().delete()
    Connecting.objects.all().delete()
    Channel.objects.filter(pk=channel.pk).delete()
    return cost


# --- sealing ----------------------------------------------------------------------------------------------------


def cost_of_sealing(sandbox: Any) -> dict[str, Any]:
    """Microseconds each; how often a publication opens something; and milliseconds of processor that it takes in all."""
    connected(sandbox, "x")
    channel = Walk(factories.administrator(), "x", sandbox, Client(**HOST)).all_the_way()
    credential = Credential.objects.get(channel=channel)
    secrets = credential.open()
    opened, spent = publications(channel)
    return {
        "seal": microseconds(lambda: credential.seal(secrets)),
        "open": microseconds(credential.open),
        "opened": opened,
        "spent": spent,
    }


def microseconds(work: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(20):
        begun = time.perf_counter()
        for _ in range(TIMES // 20):
            work()
        found.append((time.perf_counter() - begun) / (TIMES // 20) * 1_000_000)
    return found


def publications(channel: Channel) -> tuple[list[int], list[float]]:
    opened, spent = [], []
    for number in range(TEXTS):
        post = factories.submitted(factories.ombudsman(), media=[], text=f"Nr {number}")
        factories.approved(post, factories.reviewer(), channel, alt_text="")
        publication = Publication.objects.get(post=post)
        with mock.patch.object(KeyRing, "open", autospec=True, side_effect=KeyRing.open) as ring:
            begun = time.process_time()
            publishing.send(publishing.claim(publication.pk))
        spent.append((time.process_time() - begun) * 1000)
        opened.append(ring.call_count)
    return opened, spent


if __name__ == "__main__":
    main()
