"""
What does it cost that a worker is killed with a call in flight?

Two workers, and texts that are due four times a second, on Facebook and X in turn. One worker makes a call that the
platform has taken in and does not answer; it is killed, -9, and not started again. How late is what is due after that,
and how long does it take until what the dead worker held is settled?
"""

import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Result, benchmark, servers
from bench.publishing import number_of
from tests.harness.site import SECOND_WORKER, TwoWorkers
from tests.harness.soak import query

POSTS, WRITING, APART = 80, 15, 0.25
LEASE = 15
SWEEP = 10
KILLED_AFTER = 5
"""Seconds of quiet publishing before."""
PATIENCE = 90
SILENT = {"platform": "facebook", "call": "feed", "fault": "delay_after", "seconds": 20}


@benchmark("death")
def death() -> Iterator[Result]:
    with servers(), tempfile.TemporaryDirectory() as folder, two_workers(folder) as site:
        order = ["due", str(POSTS), str(WRITING), str(APART)]
        first = float(site.python("-m", "tests.harness.many_posts", *order))
        time.sleep(max(0, first + KILLED_AFTER - time.time()))
        kill_with_a_call_in_flight(site)
        killed_at = time.time()
        wait_until_settled(site)
        late, settled = lateness(site, first, killed_at), settled_at(site) - killed_at
    yield Result.of("kill -9: how late the others are", "s", late, target=0.5, p95_target=1.5)
    yield Result.one("kill -9: what it held is settled", "s", 1, settled, target=LEASE + SWEEP)


def two_workers(folder: str) -> TwoWorkers:
    return TwoWorkers(Path(folder) / "var", demo=False, LEASE_SECONDS=str(LEASE))


def kill_with_a_call_in_flight(site: TwoWorkers) -> None:
    """The other one holds still for the moment, so that it is this one that makes the call."""
    other = site.running[SECOND_WORKER]
    other.send(signal.SIGSTOP)
    site.sandbox.faults(SILENT)
    while site.sandbox.waiting_faults():
        time.sleep(0.02)
    other.send(signal.SIGCONT)
    site.kill("worker")


def wait_until_settled(site: TwoWorkers) -> None:
    deadline = time.monotonic() + PATIENCE
    unsettled = "SELECT count(*) FROM posts_publication WHERE status <> 'published'"
    while query(site, unsettled) != [(0,)]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"not all is settled\n{site.logs()}")
        time.sleep(0.2)


def lateness(site: TwoWorkers, first: float, since: float) -> list[float]:
    """Of what was due after that moment."""
    due = {first + APART * number_of(line["text"]): line for line in site.sandbox.ledger(effect="public")}
    return [line["received_at"] - due_at for due_at, line in due.items() if due_at > since]


def settled_at(site: TwoWorkers) -> float:
    """When the last of what was doubted, or dropped before its call, had its receipt."""
    held = "SELECT extract(epoch FROM max(published_at)) FROM posts_publication WHERE fence > 1"
    [(moment,)] = query(site, held)
    return float(moment)
