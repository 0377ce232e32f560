"""Where a channel lacks a post, and at which time the next one would be welcome."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from approvals import frequency, frequency_rows, gaps
from channels import suggested
from tests import factories
from tests.approvals.test_frequency_views import came_out, publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker", "_wednesday")]
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Stockholm."""
TODAY = date(2026, 11, 25)


@pytest.fixture
def _wednesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def daily(**fields):
    return factories.channel(**{"goal": 1, "goal_period": "day"} | fields)


def planned(channel, at: datetime):
    return publication(channel, planned_for=at, not_before=at)


def wall(gap) -> str:
    return f"{timezone.localtime(gap.at):%m-%d %H.%M}" if gap else ""


def of(channel, ahead: int = 2, now: datetime = NOW) -> list[str]:
    return [wall(gap) for gap in gaps.coming(gaps.board_of(channel, now), now, ahead)]


# --- each day ---------------------------------------------------------------------------------------------------


def test_a_daily_goal_makes_a_gap_of_each_day_without_a_post():
    assert of(daily()) == ["11-25 12.00", "11-26 12.00", "11-27 12.00"]


def test_what_is_out_and_what_is_planned_fill_their_days():
    channel = daily()
    came_out(channel, NOW - timedelta(hours=1))
    planned(channel, NOW + timedelta(days=1))
    assert of(channel) == ["11-27 12.00"]


@pytest.mark.parametrize("status", ["failed", "cancelled", "unconfirmed", "needs_decision"])
def test_what_may_not_be_out_fills_nothing(status):
    channel = daily()
    publication(channel, status=status, not_before=NOW + timedelta(hours=2))
    assert wall(gaps.next_gap(channel, NOW)) == "11-25 12.00"


def test_what_waits_to_leave_since_yesterday_fills_today():
    channel = daily()
    publication(channel, not_before=NOW - timedelta(days=1))
    assert wall(gaps.next_gap(channel, NOW)) == "11-26 12.00"


def test_a_weekday_goal_rests_on_red_days():
    """27 November is a Friday; then a weekend."""
    assert of(daily(goal_on_weekdays=True), ahead=5) == [
        "11-25 12.00", "11-26 12.00", "11-27 12.00", "11-30 12.00",
    ]  # fmt: skip


def test_two_a_day_get_two_times():
    assert of(daily(goal=2, suggested_times="09.00, 15.30"), ahead=1) == [
        "11-25 15.30", "11-25 16.00", "11-26 09.00", "11-26 15.30",
    ]  # fmt: skip


def test_a_suggested_time_that_something_else_has_is_not_given_again():
    channel = daily(goal=2, suggested_times="09.00, 15.30")
    planned(channel, datetime(2026, 11, 26, 8, 0, tzinfo=UTC))
    assert of(channel, ahead=1)[2:] == ["11-26 15.30"]


def test_when_today_has_no_suggested_time_left_the_next_half_hour_is_one():
    at_four = datetime(2026, 11, 25, 15, 2, tzinfo=UTC)
    assert wall(gaps.next_gap(daily(), at_four)) == "11-25 16.30"


def test_at_night_today_is_over():
    at_nine = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
    assert wall(gaps.next_gap(daily(), at_nine)) == "11-26 12.00"


def test_without_quiet_hours_the_evening_is_as_good(settings):
    settings.QUIET_HOURS = None
    at_nine = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
    assert wall(gaps.next_gap(daily(), at_nine)) == "11-25 21.30"


def test_there_is_time_to_regret_it_before_the_gap(settings):
    settings.UNDO_SECONDS = 600
    just_before = datetime(2026, 11, 25, 10, 50, tzinfo=UTC)
    assert wall(gaps.next_gap(daily(), just_before)) == "11-25 12.30"


def test_without_a_goal_there_is_no_gap():
    assert gaps.next_gap(daily(goal=None), NOW) is None


def test_enough_for_weeks_is_no_gap():
    channel = daily()
    for day in range(gaps.AHEAD + 1):
        planned(channel, NOW + timedelta(days=day, hours=1))
    assert gaps.next_gap(channel, NOW) is None


# --- the nights when the clock is turned ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ("02.30", "03-29 03.00"),  # half past two does not exist; the first half hour after it does
        ("01.30", "03-29 01.30"),
        ("03.00", "03-29 03.00"),
    ],
)
def test_in_the_missing_hour_nothing_is_suggested(settings, times, found):
    settings.QUIET_HOURS = None
    channel = daily(suggested_times=times)
    before = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert wall(gaps.next_gap(channel, before)) == found


def test_in_the_doubled_hour_the_first_one_is_suggested():
    channel = daily(suggested_times="02.30")
    before = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert gaps.next_gap(channel, before).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# --- each week and month ----------------------------------------------------------------------------------------


def test_a_weekly_goal_lacks_what_the_week_lacks_on_its_emptiest_days():
    channel = daily(goal=3, goal_period="week")
    came_out(channel, NOW - timedelta(days=1))
    planned(channel, NOW + timedelta(days=1))
    assert of(channel, ahead=4) == ["11-25 12.00"]


def test_a_week_that_has_enough_leads_to_the_next_one():
    channel = daily(goal=1, goal_period="week")
    came_out(channel, NOW - timedelta(days=2))
    assert wall(gaps.next_gap(channel, NOW)) == "11-30 12.00"


def test_a_monthly_goal_counts_from_the_first_of_the_month():
    channel = daily(goal=2, goal_period="month")
    came_out(channel, datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    came_out(channel, datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    assert of(channel, ahead=2) == ["11-25 12.00"]


# --- of them all ------------------------------------------------------------------------------------------------


def test_those_short_today_have_a_daily_goal_and_not_enough():
    short, full, weekly = daily(), daily(), daily(goal=1, goal_period="week")
    planned(full, NOW + timedelta(hours=3))
    daily(goal=None)
    assert gaps.channels_short_today(NOW) == {short.pk}
    assert weekly.pk not in gaps.channels_short_today(NOW)


def test_what_follows_tomorrow_does_not_fill_today():
    channel = daily()
    planned(channel, datetime(2026, 11, 25, 23, 0, tzinfo=UTC))
    assert gaps.channels_short_today(NOW) == {channel.pk}


@pytest.mark.parametrize("count", [1, 50])
def test_the_boards_cost_one_query_however_many(count, django_assert_num_queries):
    channels = [daily() for _ in range(count)]
    for channel in channels:
        planned(channel, NOW + timedelta(days=1))
    with django_assert_num_queries(1):
        gaps.boards(channels, NOW)


def test_the_frequency_page_has_the_same_gaps():
    """One rule: from tomorrow on, the days that it calls gaps are those that are filled here."""
    channel = daily(goal_on_weekdays=True)
    planned(channel, NOW + timedelta(days=1))
    seen = frequency_rows.seen_on(frequency_rows.channels(), TODAY)[channel.pk]
    found = frequency.figures(frequency_rows.goal_of(channel), seen, TODAY, gaps.is_red)
    coming = gaps.coming(gaps.board_of(channel, NOW), NOW, frequency.AHEAD)
    ours = [gap.day for gap in coming if gap.day > TODAY]
    assert [day.day for day in found.gaps] == ours


# --- suggested times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("9", "09.00"),
        ("15.30, 9", "09.00, 15.30"),
        ("09:00 9.00;21.15", "09.00, 21.15"),
    ],
)
def test_times_are_read_as_people_write_them(typed, written):
    assert suggested.written(suggested.read(typed)) == written


@pytest.mark.parametrize("typed", ["24.00", "9.60", "nio", "9.0", "-1", "9-10"])
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(ValueError, match=r".*"):
        suggested.read(typed)


def test_noon_where_nobody_has_said_anything():
    assert [f"{each:%H.%M}" for each in suggested.times_of(daily())] == ["12.00"]
