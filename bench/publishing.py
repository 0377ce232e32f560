"""
From an okay to the platform: how long after a reviewer presses the button does the call arrive that makes it public?

Over HTTP, as the reviewer's browser does it: the time starts when the request is sent, and ends when the last of the
post's channels has received its call. One post at a time, one picture, Facebook and X.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from bench import Result, benchmark
from tests.harness.postgresql import postgresql
from tests.harness.redis import redis_server
from tests.harness.reviewer import Reviewer
from tests.harness.site import Site

POSTS = 40
CHANNELS = {"facebook", "x"}
PATIENCE = 60
REFERENCE = 9.2
"""Seconds, the median of the closest comparable product on the same machine."""
TARGET = 1.5


@benchmark("publishing")
def publishing() -> Iterator[Result]:
    yield measured("publishing, SQLite and embedded broker", {})
    with postgresql() as database, redis_server() as broker:
        yield measured("publishing, PostgreSQL and Redis", {"DATABASE_URL": database, "REDIS_URL": broker})


def measured(name: str, servers: dict[str, str]) -> Result:
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict("os.environ", servers))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        site = stack.enter_context(Site(Path(folder) / "var", demo=False))
        posts = json.loads(site.python("-m", "tests.harness.waiting_posts", str(POSTS)))
        reviewer = Reviewer(site.url)
        seconds = [delay(site, reviewer, text, post) for text, post in posts.items()]
    return Result.of(name, "s", seconds, target=TARGET, reference=REFERENCE)


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
