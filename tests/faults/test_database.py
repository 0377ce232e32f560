"""The database hangs up on a worker in the middle of its work: the post is there once, whatever the worker had done."""

import pytest
from django.db import connection

from tests.faults.matrix import CONTENTS, FOUND, PUBLISHED, ends_of_the_cut_off, places
from tests.faults.scene import scene, until
from tests.faults.verdict import count, is_public_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite",
        reason="SQLite's database is a file that the worker itself reads and writes: there is no connection to cut",
    ),
]
HANG_UP = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_a_connection_to_the_database_that_is_cut(sandbox, workers, content, record_property):
    played = {place: scene(sandbox, content) for place, _ends in places(content)}
    stopped = [workers.hit(each, place, by="SIGSTOP") for place, each in played.items()]
    assert all(child.is_stopped for child in stopped)
    with connection.cursor() as cursor:
        cursor.execute(HANG_UP)
    for child in stopped:
        child.resume()
        workers.wait(child)
    for place, each in played.items():
        ends = ends_of_the_cut_off(place, content)
        if FOUND in ends:
            until(lambda each=each: each.public)
        status = each.work()
        count(record_property, each, content.platform, "database connection cut")
        assert status == PUBLISHED, str(place)
        is_public_once(each, ends)
