"""
How many posts a minute does one worker get out?

500 texts, Facebook and X in turn, are due at the same moment; each takes one call, which the platform answers after 300
ms. Two worker processes, as `docker-compose.yml` has them, on a machine of two cores that also carries the database, the
broker and the platforms. Sampled meanwhile: the connections that the site keeps to its database.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from bench import Result, benchmark, servers
from seko_social.processes import THREADS
from tests.harness.site import Site, TwoWorkers

POSTS = 500
WRITING = 5
ANSWER_AFTER = 0.3
PATIENCE = 120
CALLS = 2 * THREADS["default"]
"""At the same time."""
LIMIT = CALLS / ANSWER_AFTER * 60
"""Posts a minute, if each thread of the workers did nothing but wait for answers."""
SLOW = [
    {"platform": platform, "call": call, "fault": "delay_before", "seconds": ANSWER_AFTER, "times": 0}
    for platform, call in (("facebook", "feed"), ("x", "post"))
]


@benchmark("throughput")
def throughput() -> Iterator[Result]:
    with (
        servers(),
        tempfile.TemporaryDirectory() as folder,
        TwoWorkers(Path(folder) / "var", demo=False) as site,
    ):
        due_at = float(site.python("-m", "tests.harness.many_posts", "due", str(POSTS), str(WRITING)))
        site.sandbox.faults(*SLOW)
        connections = sampled_until_done(site, due_at)
        public = site.sandbox.ledger(effect="public")
    seconds = max(line["received_at"] for line in public) + ANSWER_AFTER - due_at
    rate = POSTS / seconds * 60
    more = {"more_is_better": True}
    yield Result.one("500 due posts", "posts/min", POSTS, rate, reference=37.8, target=1500, **more)
    yield Result.one("of what the calls allow", "%", POSTS, 100 * rate / LIMIT, target=70, **more)
    yield Result.one("never sent, or twice", "posts", POSTS, wrong(public), reference=4, target=0)
    most = CALLS + THREADS["films"] + 5
    yield Result.one("database connections", "", POSTS, max(connections), reference=99, target=most)


def wrong(public: list[dict[str, Any]]) -> int:
    texts = [line["text"] for line in public]
    return POSTS - len(set(texts)) + len(texts) - len(set(texts))


def sampled_until_done(site: Site, due_at: float) -> list[int]:
    """How many connections there were, ten times a second, until everything was out or it took too long."""
    samples = []
    with closing(psycopg2.connect(site.env["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        while time.time() < due_at + PATIENCE:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            samples.append(cursor.fetchone()[0])
            cursor.execute("SELECT count(*) FROM posts_publication WHERE status = 'published'")
            if cursor.fetchone()[0] == POSTS:
                break
            time.sleep(0.1)
    return samples
