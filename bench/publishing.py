"""
How long after its moment does a post reach the platform?

*From an okay*: a reviewer's approval, without a time to regret it in, over HTTP as a browser sends it. The time starts
when the request is sent, and ends when the last of the post's channels has received the call that makes it public. One
post at a time, one picture, Facebook and X.
*From its time*: texts that are due one after the other, on Facebook and X in turn, at moments that have nothing to do
with the clock's.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Result, benchmark, servers
from tests.harness.reviewer import Reviewer
from tests.harness.site import Site

POSTS = 40
CHANNELS = {"facebook", "x"}
PATIENCE = 60
REFERENCE = 9.2
"""Seconds, the median of the closest comparable product on the same machine."""
WRITING, APART = 5, 0.73
EMBEDDED = {"target": 1.5, "reference": REFERENCE}
ON_SERVERS = {"target": 0.5, "p95_target": 1.5, "reference": REFERENCE}


@benchmark("publishing")
def publishing() -> Iterator[Result]:
    yield from measured("SQLite and embedded broker", EMBEDDED)
    with servers():
        yield from measured("PostgreSQL and Redis", ON_SERVERS)


def measured(where: str, targets: dict[str, float]) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder) / "var", demo=False) as site:
        posts = json.loads(site.python("-m", "tests.harness.waiting_posts", str(POSTS)))
        reviewer = Reviewer(site.url)
        seconds = [delay(site, reviewer, text, post) for text, post in posts.items()]
        yield Result.of(f"okay to platform, {where}", "s", seconds, **targets)
        yield Result.of(f"due time to platform, {where}", "s", delays_when_due(site), **targets)


def delays_when_due(site: Site) -> list[float]:
    order = ["-m", "tests.harness.many_posts", "due", str(POSTS), str(WRITING), str(APART)]
    first = float(site.python(*order))
    deadline = first + POSTS * APART + PATIENCE
    while len(late := lateness(site, first)) < POSTS:
        if time.time() > deadline:
            raise RuntimeError(f"only {len(late)} of {POSTS} came out\n{site.logs()}")
        time.sleep(1)
    return late


def lateness(site: Site, first: float) -> list[float]:
    """How long after its time each text that begins with its number was received."""
    numbered = [line for line in site.sandbox.ledger(effect="public") if line["text"].startswith("Nr ")]
    return [line["received_at"] - first - APART * number_of(line["text"]) for line in numbered]


def number_of(text: str) -> int:
    return int(text.removeprefix("Nr ").partition(":")[0])


def delay(site: Site, reviewer: Reviewer, text: str, post: int) -> float:
    approved_at = reviewer.approve(post)
    deadline = time.monotonic() + PATIENCE
    while set(arrived := arrivals(site, text)) != CHANNELS:
        if time.monotonic() > deadline:
            raise RuntimeError(f"post {post} reached only {sorted(arrived)}\n{site.logs()}")
        time.sleep(0.05)
    return max(arrived.values()) - approved_at


def arrivals(site: Site, text: str) -> dict[str, float]:
    """When each platform received the call that made this text public."""
    public = [line for line in site.sandbox.ledger(effect="public") if line["text"] == text]
    return {line["platform"]: line["received_at"] for line in public}
