"""From counts to figures: days in a row, gaps, weeks, the mix. No database."""

from datetime import date, datetime, timedelta

import pytest

from accounts.red_days import is_red
from approvals import frequency
from approvals.frequency import DAY, Goal, Mix, Seen, Unused, figures
from approvals.frequency_chart import NARROW, WIDE, chart

WEDNESDAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 23)
DAILY = Goal(1, "day", alarm_days=1)
ON_WEEKDAYS = Goal(1, "day", on_weekdays=True, alarm_days=1)
WEEKLY = Goal(3, "week", alarm_days=7)
MONTHLY = Goal(2, "month")


def seen(*days: date, **fields) -> Seen:
    """One post on each of these days."""
    return Seen(out=dict.fromkeys(days, 1), last_day=max(days, default=None), **fields)


def back(count: int, today: date = WEDNESDAY) -> list[date]:
    """So many days up to yesterday."""
    return [today - number * DAY for number in range(1, count + 1)]


# --- red days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 25), False),
        (date(2026, 11, 28), True),
        (date(2026, 11, 29), True),
        (date(2026, 5, 1), True),
        (date(2026, 5, 14), True),  # Kristi himmelsfärdsdag, a Thursday
        (date(2026, 5, 15), False),  # the day after it is a day of work by law
        (date(2026, 6, 19), True),  # midsommarafton, a Friday
        (date(2026, 12, 24), True),
        (date(2026, 4, 2), False),  # skärtorsdagen
    ],
)
def test_red_days_are_weekends_holidays_and_the_three_eves(day, expected):
    assert is_red(day) is expected


# --- one channel ----------------------------------------------------------------------------------------------


def test_the_days_in_a_row_end_yesterday_while_today_has_none():
    assert figures(DAILY, seen(*back(11)), WEDNESDAY, is_red).in_a_row == 11


def test_the_days_in_a_row_take_today_with_them():
    found = figures(DAILY, seen(WEDNESDAY, *back(11)), WEDNESDAY, is_red)
    assert (found.in_a_row, found.out, found.lacks_today) == (12, 1, False)


def test_one_missed_day_breaks_the_row():
    found = figures(DAILY, seen(*back(2), WEDNESDAY - 4 * DAY), WEDNESDAY, is_red)
    assert (found.in_a_row, found.is_longer) == (2, False)


def test_a_row_that_fills_all_that_is_looked_at_is_said_to_be_longer():
    found = figures(DAILY, seen(*back(100)), WEDNESDAY, is_red)
    assert (found.in_a_row, found.is_longer) == (79, True)


def test_a_weekend_neither_breaks_a_row_of_weekdays_nor_adds_to_it():
    friday, saturday = MONDAY - 3 * DAY, MONDAY - 2 * DAY
    found = figures(ON_WEEKDAYS, seen(friday, MONDAY), MONDAY, is_red)
    assert found.in_a_row == 2
    assert figures(ON_WEEKDAYS, seen(friday, saturday, MONDAY), MONDAY, is_red).in_a_row == 2
    assert figures(DAILY, seen(friday, MONDAY), MONDAY, is_red).in_a_row == 1


def test_a_red_day_neither_breaks_a_row_of_weekdays_nor_asks_for_a_post():
    thursday = date(2026, 5, 14)
    found = figures(ON_WEEKDAYS, seen(thursday - DAY, thursday - 2 * DAY), thursday, is_red)
    assert (found.in_a_row, found.lacks_today, found.is_resting) == (2, False, True)
    assert figures(DAILY, seen(thursday - DAY), thursday, is_red).lacks_today is True


def test_today_counts_towards_a_goal_of_several_a_day():
    found = figures(Goal(2, "day"), Seen(out={WEDNESDAY: 1}, last_day=WEDNESDAY), WEDNESDAY, is_red)
    assert (found.out, found.target, found.lacks_today) == (1, 2, True)


def test_a_week_begins_on_monday_and_a_month_on_its_first():
    assert frequency.period_of(WEEKLY, WEDNESDAY) == (MONDAY, MONDAY + 6 * DAY)
    assert frequency.period_of(MONTHLY, date(2026, 2, 28)) == (date(2026, 2, 1), date(2026, 2, 28))
    assert frequency.period_of(MONTHLY, date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    found = figures(WEEKLY, seen(MONDAY - DAY, MONDAY), WEDNESDAY, is_red)
    assert (found.out, found.target) == (1, 3)


@pytest.mark.parametrize(("days", "alarms"), [(1, False), (7, False), (8, True)])
def test_a_channel_has_fallen_silent_after_so_many_whole_days(days, alarms):
    found = figures(WEEKLY, seen(WEDNESDAY - days * DAY), WEDNESDAY, is_red)
    assert (found.days_since, found.silent, found.is_alarming) == (days, days - 1, alarms)


def test_a_weekend_is_no_silence_where_the_goal_is_for_weekdays():
    friday = MONDAY - 3 * DAY
    assert figures(ON_WEEKDAYS, seen(friday), MONDAY, is_red).is_alarming is False
    assert figures(DAILY, seen(friday), MONDAY, is_red).is_alarming is True


def test_a_channel_without_any_post_has_not_fallen_silent():
    found = figures(DAILY, Seen(), WEDNESDAY, is_red)
    assert (found.days_since, found.is_alarming, found.in_a_row) == (None, False, 0)


def test_silence_is_known_beyond_what_is_counted():
    found = figures(WEEKLY, Seen(last_day=WEDNESDAY - 200 * DAY), WEDNESDAY, is_red)
    assert (found.days_since, found.is_alarming) == (200, True)


def test_the_days_ahead_begin_tomorrow_and_show_their_gaps():
    planned = {WEDNESDAY: 1, WEDNESDAY + 2 * DAY: 2, WEDNESDAY + 8 * DAY: 1}
    found = figures(DAILY, Seen(planned=planned), WEDNESDAY, is_red)
    assert [day.planned for day in found.ahead] == [0, 2, 0, 0, 0, 0, 0]
    assert [day.is_gap for day in found.ahead] == [True, False, True, True, True, True, True]
    assert found.ahead[0].day == WEDNESDAY + DAY


def test_a_day_with_less_than_its_goal_is_a_gap_of_what_is_missing():
    found = figures(Goal(2, "day"), Seen(planned={WEDNESDAY + DAY: 1}), WEDNESDAY, is_red)
    assert [day.missing for day in found.ahead[:2]] == [1, 2]


def test_weekends_are_no_gaps_where_the_goal_is_for_weekdays():
    found = figures(ON_WEEKDAYS, Seen(), WEDNESDAY, is_red)
    assert [day.is_gap for day in found.ahead] == [True, True, False, False, True, True, True]


def test_goals_for_a_week_and_a_month_make_no_gaps():
    assert figures(WEEKLY, Seen(), WEDNESDAY, is_red).gaps == []
    assert figures(MONTHLY, Seen(), WEDNESDAY, is_red).gaps == []


def test_twelve_weeks_end_with_this_one_which_is_not_judged():
    found = figures(DAILY, seen(*back(80)), WEDNESDAY, is_red).weeks
    assert [week.number for week in found] == list(range(37, 49))
    assert [week.goal for week in found] == [7] * 12
    assert [week.is_judged for week in found] == [True] * 11 + [False]
    assert (found[-1].out, found[-1].is_low) == (2, False)


def test_weeks_before_the_first_post_are_not_judged():
    found = figures(DAILY, seen(*back(15)), WEDNESDAY, is_red).weeks
    assert [week.is_judged for week in found] == [False] * 9 + [False, True, False]


def test_a_week_with_red_days_asks_for_less_where_the_goal_is_for_weekdays():
    after_christmas = date(2027, 1, 13)
    goals = {week.number: week.goal for week in figures(ON_WEEKDAYS, Seen(), after_christmas, is_red).weeks}
    assert (goals[51], goals[52], goals[53], goals[1]) == (5, 3, 3, 4)


def test_a_goal_for_a_month_judges_no_week():
    found = figures(MONTHLY, seen(*back(80)), WEDNESDAY, is_red)
    assert found.judged == []
    assert {week.goal for week in found.weeks} == {None}


# --- the chart ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drawing", [WIDE, NARROW])
def test_bars_stand_on_the_floor_and_stay_within_the_drawing(drawing):
    found = Seen(out={WEDNESDAY: 2, MONDAY - DAY: 9}, planned={WEDNESDAY + DAY: 3}, last_day=WEDNESDAY)
    made = chart(figures(WEEKLY, found, WEDNESDAY, is_red).weeks, drawing)
    assert [bar.height for bar in made.bars[-2:]] == [158, 35]
    assert {bar.top + bar.height for bar in made.bars} == {drawing.floor}
    assert made.bars[-1].plan_top + made.bars[-1].plan_height == made.bars[-1].top - 3
    assert made.bars[-1].right == drawing.width
    assert {bar.goal_at for bar in made.bars} == {drawing.floor - 52}


def test_a_chart_of_nothing_has_no_height():
    made = chart(figures(MONTHLY, Seen(), WEDNESDAY, is_red).weeks, WIDE)
    assert ({bar.height for bar in made.bars}, made.goal) == ({0}, None)


# --- all of them ----------------------------------------------------------------------------------------------


def test_shares_make_a_hundred():
    assert Mix(1, 1, 1, 0).shares == (34, 33, 33, 0)
    assert Mix(46, 31, 9, 14).shares == (46, 31, 9, 14)
    assert Mix().shares == (0, 0, 0, 0)


def test_over_the_limit_is_more_than_the_limit():
    assert Mix(links=4, pictures=6).is_over(40) is False
    assert Mix(links=401, pictures=599).is_over(40) is True
    assert Mix().is_over(0) is False


def test_the_category_unused_for_longest_comes_first_and_what_was_used_lately_not_at_all():
    days = [
        ("Debatt", WEDNESDAY - timedelta(weeks=5)),
        ("Kampanj", WEDNESDAY - timedelta(days=27)),
        ("Seminarium", None),
        ("Annat", WEDNESDAY - timedelta(days=28)),
    ]
    expected = [Unused("Seminarium", None), Unused("Debatt", 5), Unused("Annat", 4)]
    assert frequency.unused(days, WEDNESDAY) == expected


def test_regions_stand_in_the_order_of_the_swedish_alphabet():
    names = ["Öst", "Norr", "Årsta", "Ängelholm", "väst", "Zinkgruvan"]
    assert frequency.in_swedish_order(names) == ["Norr", "väst", "Zinkgruvan", "Årsta", "Ängelholm", "Öst"]


def test_what_is_next_is_a_moment_and_not_a_day():
    at = datetime.fromisoformat("2026-11-27T08:00:00+00:00")
    assert figures(DAILY, Seen(next_at=at), WEDNESDAY, is_red).next_at == at
