"""
What does it cost us that somebody connects a channel, and that what they gave is sealed?

*Connecting* is the wizard from the choice of the kind to the finished channel, once for each platform of the sandbox, in
our own pages: how many of them, how many queries, how many calls to the platform, and how long our part takes. The
platform's time, and its dialog, are not in it. *Sealing* is what a credential costs to seal and to open, and which part
that is of what a publication costs a worker.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import Result, benchmark, servers
from seko_social.processes import Process
from tests.harness.site import Site

ROUNDS = 10
PAGES, QUERIES, CALLS, MILLISECONDS, OF_PROCESSOR = 10, 100, 7, 1000, 500
"""For one connecting, on every platform."""
MICROSECONDS, SHARE = 100, 1
"""For sealing or opening one credential; and the percentage of a publication that the opening may be."""


class Still(Site):
    """A site whose processes nobody needs: only its database, its settings and the platforms."""

    processes: dict[str, Process] = {}

    def wait_until_ready(self) -> None:
        """There is nothing to wait for."""


@benchmark("connecting")
def connecting() -> Iterator[Result]:
    with servers(), tempfile.TemporaryDirectory() as folder, Still(Path(folder) / "var", demo=False) as site:
        told = json.loads(site.python("-m", "tests.harness.connecting", str(ROUNDS)))
    for platform, costs in told["connecting"].items():
        yield from of_connecting(platform, costs)
    yield from of_sealing(told["sealing"])


def of_connecting(platform: str, costs: list[dict[str, Any]]) -> Iterator[Result]:
    name = f"connecting {platform}"
    yield Result.of(f"{name}: our pages", "requests", [cost["pages"] for cost in costs], target=PAGES)
    yield Result.of(f"{name}: our queries", "queries", [cost["queries"] for cost in costs], target=QUERIES)
    yield Result.of(f"{name}: calls to it", "requests", [cost["calls"] for cost in costs], target=CALLS)
    yield Result.of(f"{name}: our time", "ms", [cost["ours"] * 1000 for cost in costs], target=MILLISECONDS)
    busy = [cost["busy"] * 1000 for cost in costs]
    yield Result.of(f"{name}: our processor's", "ms", busy, target=OF_PROCESSOR)


def of_sealing(told: dict[str, Any]) -> Iterator[Result]:
    yield Result.of("a credential is sealed", "µs", told["seal"], target=MICROSECONDS)
    yield Result.of("a credential is opened", "µs", told["open"], target=MICROSECONDS)
    once = sorted(told["open"])[len(told["open"]) // 2]
    parts = zip(told["opened"], told["spent"], strict=True)
    shares = [times * once / 1000 / milliseconds * 100 for times, milliseconds in parts]
    yield Result.of("opening, of a publication", "%", shares, target=SHARE)
