"""The two days a year on which the clock is turned, in Stockholm and elsewhere."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from posts import clock

STOCKHOLM, LORD_HOWE, NEW_YORK = map(
    ZoneInfo, ("Europe/Stockholm", "Australia/Lord_Howe", "America/New_York")
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


MISSING = [
    # the clock jumps over it; and the first time that it shows again
    (STOCKHOLM, "2026-03-29T02:00", "2026-03-29T03:00"),
    (STOCKHOLM, "2026-03-29T02:30", "2026-03-29T03:00"),
    (STOCKHOLM, "2026-03-29T02:59", "2026-03-29T03:00"),
    (STOCKHOLM, "2027-03-28T02:30", "2027-03-28T03:00"),
    (STOCKHOLM, "2028-03-26T02:30", "2028-03-26T03:00"),
    (NEW_YORK, "2027-03-14T02:15", "2027-03-14T03:00"),
    (LORD_HOWE, "2026-10-04T02:10", "2026-10-04T02:30"),
]
DOUBLED = [
    # and the two moments that it means
    (STOCKHOLM, "2026-10-25T02:00", "2026-10-25T00:00", "2026-10-25T01:00"),
    (STOCKHOLM, "2026-10-25T02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
    (STOCKHOLM, "2027-10-31T02:30", "2027-10-31T00:30", "2027-10-31T01:30"),
    (STOCKHOLM, "2028-10-29T02:59", "2028-10-29T00:59", "2028-10-29T01:59"),
    (NEW_YORK, "2026-11-01T01:30", "2026-11-01T05:30", "2026-11-01T06:30"),
    (LORD_HOWE, "2027-04-04T01:45", "2027-04-03T14:45", "2027-04-03T15:15"),
]
ONCE = [
    (STOCKHOLM, "2026-03-29T01:59", "2026-03-29T00:59"),
    (STOCKHOLM, "2026-03-29T03:00", "2026-03-29T01:00"),
    (STOCKHOLM, "2026-10-25T01:59", "2026-10-24T23:59"),
    (STOCKHOLM, "2026-10-25T03:00", "2026-10-25T02:00"),
    (STOCKHOLM, "2026-11-26T12:00", "2026-11-26T11:00"),
    (STOCKHOLM, "2027-07-01T12:00", "2027-07-01T10:00"),
    (NEW_YORK, "2026-11-01T02:00", "2026-11-01T07:00"),
]


@pytest.mark.parametrize(("zone", "wall", "then"), MISSING, ids=str)
def test_the_missing_hour_never_comes_and_the_next_time_is_known(zone, wall, then):
    assert clock.moments(at(wall), zone) == []
    assert clock.next_shown(at(wall), zone) == at(then)


@pytest.mark.parametrize(("zone", "wall", "first", "second"), DOUBLED, ids=str)
def test_the_doubled_hour_comes_twice_summer_time_first(zone, wall, first, second):
    moments = [at(text).replace(tzinfo=UTC) for text in (first, second)]
    assert clock.moments(at(wall), zone) == moments
    assert [clock.is_doubled(moment, zone) for moment in moments] == [True, True]
    assert [clock.is_before_the_turn(moment, zone) for moment in moments] == [True, False]


@pytest.mark.parametrize(("zone", "wall", "moment"), ONCE, ids=str)
def test_every_other_time_comes_once(zone, wall, moment):
    assert clock.moments(at(wall), zone) == [at(moment).replace(tzinfo=UTC)]
    assert clock.next_shown(at(wall), zone) == at(wall)
    assert not clock.is_doubled(at(moment).replace(tzinfo=UTC), zone)


@pytest.mark.parametrize("zone", [STOCKHOLM, NEW_YORK, LORD_HOWE], ids=str)
def test_every_minute_of_three_years_is_shown_and_read_back_as_itself(zone):
    moment, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    while moment < end:
        assert moment in clock.moments(clock.wall_of(moment, zone), zone)
        moment += timedelta(minutes=17)
