"""
The soak of ten minutes: a thousand posts on three platforms, on PostgreSQL and Redis with two workers, while platforms
misbehave at random and a worker is killed every few seconds. It measures what is lost, and what is doubled: nothing.
"""

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import Result, benchmark, servers
from tests.harness.site import TwoWorkers
from tests.harness.soak import Plan, Soak, Verdict


def plan() -> Plan:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    return Plan(seed, posts=1000, seconds=400, patience=420, lease=20, is_slow=True)


@benchmark("soak")
def soak() -> Iterator[Result]:
    verdict = soaked(plan())
    n = len(verdict.told)
    for name, found in (
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("not as approved", verdict.changed),
        ("unexplained", verdict.unexplained),
    ):
        yield Result.one(f"soak: {name}", "publications", n, len(found), target=0)


def two_workers(folder: str, plan: Plan) -> TwoWorkers:
    return TwoWorkers(Path(folder) / "var", demo=False, LEASE_SECONDS=str(plan.lease))


def soaked(plan: Plan) -> Verdict:
    sys.stdout.write(f"soak: SEED={plan.seed}\n")
    sys.stdout.flush()
    with servers(), tempfile.TemporaryDirectory() as folder, two_workers(folder, plan) as site:
        verdict = Soak(site, plan).run()
    sys.stdout.write(f"{verdict.table()}\n")
    for each in [*verdict.lost, *verdict.doubled, *verdict.changed, *verdict.unexplained]:
        sys.stdout.write(f"{each}\n{verdict.lines_of(each)}\n")
    return verdict
