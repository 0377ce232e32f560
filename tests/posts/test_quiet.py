"""When nobody wants to be disturbed, by the clock on the wall."""

from datetime import UTC, datetime, time

import pytest

from posts import quiet
from seko_social import environment


@pytest.mark.parametrize(
    ("at", "is_quiet"),
    [
        ("2026-11-25T19:59", False),  # 20.59 in Stockholm
        ("2026-11-25T20:00", True),
        ("2026-11-25T23:30", True),
        ("2026-11-26T04:59", True),
        ("2026-11-26T05:00", False),
        # In summer an hour earlier.
        ("2026-07-01T18:59", False),
        ("2026-07-01T19:00", True),
        ("2026-07-02T04:00", False),
    ],
)
def test_quiet_hours_go_by_the_wall_and_over_midnight(settings, at, is_quiet):
    settings.QUIET_HOURS = (time(21), time(6))
    assert quiet.is_quiet(datetime.fromisoformat(at).replace(tzinfo=UTC)) == is_quiet


def test_they_may_lie_within_a_day(settings):
    settings.QUIET_HOURS = (time(12), time(13))
    moments = [datetime(2026, 11, 25, hour, tzinfo=UTC) for hour in (10, 11, 12)]
    assert [quiet.is_quiet(moment) for moment in moments] == [False, True, False]


def test_there_may_be_none(settings):
    settings.QUIET_HOURS = None
    assert (quiet.is_quiet(datetime(2026, 11, 25, 23, tzinfo=UTC)), quiet.in_words()) == (False, "")


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        ("21.00-06.00", (time(21), time(6))),
        ("21:30 - 05:15", (time(21, 30), time(5, 15))),
        ("none", None),
        ("", (time(21), time(6))),
    ],
)
def test_they_are_read_from_the_environment(monkeypatch, value, hours):
    monkeypatch.setenv("QUIET_HOURS", value)
    assert environment.hours("QUIET_HOURS", "21.00-06.00") == hours
