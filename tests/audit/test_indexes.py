"""Whatever lines of a long log are asked for, an index finds them."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import QuerySet

from audit import log
from audit.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db
ASKED = {
    "audit_actor": lambda: Entry.objects.by([1]),
    "audit_verb": lambda: Entry.objects.filter(verb__in=["removal.removed"]),
    "audit_thing": lambda: Entry.objects.filter(thing="channel:1"),
    "audit_at": lambda: Entry.objects.since(date(2026, 11, 1)).until(date(2026, 11, 1)),
}
OF_POSTGRESQL = {
    "audit_post": lambda: Entry.objects.about_post(1),
    "audit_channel": lambda: Entry.objects.about_channel(1),
}
"""SQLite asks a JSON column in other words than those of the index, and walks: the embedded default's logs are short."""


@pytest.fixture
def _history():
    """Two lines among many others: what is asked for is a needle."""
    anna = factories.reviewer()
    for number in range(400):
        log.record("post.edited", f"post:{number + 10}", actor=anna, post=number + 10, channel=number + 10)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE audit_entry")


def plan_of(lines: QuerySet) -> str:
    """How the database would find them, were there many."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return lines.order_by("-number")[:51].explain()


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize("index", ASKED)
def test_lines_are_found_by_an_index(index):
    assert index in plan_of(ASKED[index]())


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize("index", OF_POSTGRESQL)
def test_lines_of_a_post_and_of_a_channel_are_found_by_an_index(index):
    lines = OF_POSTGRESQL[index]()
    if connection.vendor == "postgresql":
        assert index in plan_of(lines)
        assert "audit_thing" in plan_of(lines)
    assert {line.number for line in lines} == set()
