"""
A minute of the soak (`bench/soak.py` has ten): a hundred posts while platforms misbehave and workers are killed. What
takes minutes to prove is left to the long one and to the fault matrix.
"""

import os

import pytest

from tests.harness.site import TwoWorkers
from tests.harness.soak import Plan, Soak

SEED = 20261125

needs_servers = pytest.mark.skipif(
    not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")),
    reason="two workers that die all the time are a matter of PostgreSQL and Redis; there this runs",
)


@needs_servers
def test_nothing_is_lost_or_doubled_while_everything_breaks(tmp_path):
    plan = Plan(SEED, posts=100, seconds=30, patience=150, lease=5, is_slow=False)
    with TwoWorkers(tmp_path / "var", demo=False, LEASE_SECONDS=str(plan.lease)) as site:
        verdict = Soak(site, plan).run()
    print(verdict.table())  # noqa: T201 - shown when it fails
    assert (verdict.posts, verdict.lost, verdict.doubled) == (100, [], [])
    assert (verdict.changed, verdict.unexplained) == ([], [])
