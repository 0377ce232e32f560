"""
How often we are seen: from counts to figures, for one channel and for all of them. Nothing of the database, and no words.

A day is the day on the wall of the site's time zone: whoever counts has already put each moment in its day, so that the
hours of a day, which are 23 or 25 twice a year, matter to nothing here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from channels.models import Period

DAY = timedelta(days=1)
AHEAD = 7
WEEKS = 12
"""As far back as anything is counted, this week with them."""
MIX_DAYS = 30
LATELY = timedelta(weeks=4)
"""A category that was used since is not spoken of."""

IsRed = Callable[[date], bool]


@dataclass(frozen=True)
class Goal:
    """How often a channel is to be seen, and after how many silent days it is too seldom."""

    count: int
    period: str
    on_weekdays: bool = False
    alarm_days: int | None = None

    @property
    def is_daily(self) -> bool:
        return self.period == Period.DAY


@dataclass
class Seen:
    """How many posts of one channel came out on which day, and how many will. `reserve` have no day yet."""

    out: dict[date, int] = field(default_factory=dict)
    planned: dict[date, int] = field(default_factory=dict)
    last_day: date | None = None
    """Also when that is longer ago than is counted."""
    next_at: datetime | None = None
    reserve: int = 0


# --- one channel ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Day:
    """One of those to come. `missing` is how many posts the goal still asks for."""

    day: date
    planned: int
    missing: int
    is_resting: bool

    @property
    def is_gap(self) -> bool:
        return self.missing > 0


@dataclass(frozen=True)
class Week:
    """`goal` is None where there is none for a week, or where the channel had not begun."""

    monday: date
    out: int
    planned: int
    goal: int | None
    is_whole: bool

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def is_judged(self) -> bool:
        return self.is_whole and bool(self.goal)

    @property
    def is_reached(self) -> bool:
        return self.goal is not None and self.out >= self.goal

    @property
    def is_low(self) -> bool:
        return self.is_judged and not self.is_reached


@dataclass(frozen=True)
class Figures:
    """What the page says of one channel."""

    goal: Goal
    today: date
    out_today: int
    is_resting: bool
    out: int
    planned: int
    target: int
    """In the goal's own period: today, this week, this month."""
    in_a_row: int
    is_longer: bool
    """The days in a row go on beyond what was counted."""
    days_since: int | None
    silent: int
    """Whole days without a post since the last one, those that count."""
    next_at: datetime | None
    ahead: tuple[Day, ...]
    weeks: tuple[Week, ...]
    reserve: int

    @property
    def is_alarming(self) -> bool:
        limit = self.goal.alarm_days
        return limit is not None and self.silent >= limit

    @property
    def lacks_today(self) -> bool:
        return self.goal.is_daily and not self.is_resting and self.out < self.target

    @property
    def judged(self) -> list[Week]:
        return [week for week in self.weeks if week.is_judged]

    @property
    def gaps(self) -> list[Day]:
        return [day for day in self.ahead if day.is_gap]


def figures(goal: Goal, seen: Seen, today: date, is_red: IsRed) -> Figures:
    counts = days_that_count(goal, is_red)
    first, last = period_of(goal, today)
    in_a_row = days_in_a_row(seen.out, today, counts)
    return Figures(
        goal=goal,
        today=today,
        out_today=seen.out.get(today, 0),
        is_resting=not counts(today),
        out=between(seen.out, first, last),
        planned=between(seen.planned, first, last),
        target=target(goal, first, last, counts),
        in_a_row=in_a_row,
        is_longer=in_a_row > 0 and is_unbroken(seen.out, today, counts),
        days_since=(today - seen.last_day).days if seen.last_day else None,
        silent=silent_days(seen.last_day, today, counts),
        next_at=seen.next_at,
        ahead=tuple(days_ahead(goal, seen.planned, today, counts)),
        weeks=tuple(weeks(goal, seen, today, counts)),
        reserve=seen.reserve,
    )


def days_that_count(goal: Goal, is_red: IsRed) -> Callable[[date], bool]:
    """All of them; or those on which people work, where the goal is for weekdays."""
    return lambda day: not (goal.on_weekdays and is_red(day))


def period_of(goal: Goal, today: date) -> tuple[date, date]:
    """The first and the last day of the period that today is in."""
    if goal.is_daily:
        return today, today
    if goal.period == Period.WEEK:
        return monday_of(today), monday_of(today) + 6 * DAY
    first = today.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def first_day(today: date) -> date:
    """The oldest that is looked at."""
    return monday_of(today) - (WEEKS - 1) * 7 * DAY


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def days(first: date, last: date) -> Iterator[date]:
    """Both ends with them."""
    return (first + number * DAY for number in range((last - first).days + 1))


def between(counts: Mapping[date, int], first: date, last: date) -> int:
    return sum(count for day, count in counts.items() if first <= day <= last)


def target(goal: Goal, first: date, last: date, counts: Callable[[date], bool]) -> int:
    """How many posts these days ask for: a daily goal once for each day that counts."""
    return goal.count * sum(map(counts, days(first, last))) if goal.is_daily else goal.count


def days_in_a_row(out: Mapping[date, int], today: date, counts: Callable[[date], bool]) -> int:
    """Up to today, or to yesterday while today has none yet. Days that do not count neither break it nor add to it."""
    return sum(1 for day in row(out, today, counts) if counts(day))


def row(out: Mapping[date, int], today: date, counts: Callable[[date], bool]) -> Iterator[date]:
    day = today if out.get(today) else today - DAY
    while day >= first_day(today) and (out.get(day) or not counts(day)):
        yield day
        day -= DAY


def is_unbroken(out: Mapping[date, int], today: date, counts: Callable[[date], bool]) -> bool:
    return first_day(today) in row(out, today, counts)


def silent_days(last_day: date | None, today: date, counts: Callable[[date], bool]) -> int:
    """Today is not over, and not silent yet. A channel that never said anything has not fallen silent."""
    return sum(map(counts, days(last_day + DAY, today - DAY))) if last_day else 0


def days_ahead(
    goal: Goal, planned: Mapping[date, int], today: date, counts: Callable[[date], bool]
) -> Iterator[Day]:
    """From tomorrow on."""
    for day in days(today + DAY, today + AHEAD * DAY):
        there = planned.get(day, 0)
        yield Day(day, there, missing(goal, day, there, counts), is_resting=not counts(day))


def missing(goal: Goal, day: date, there: int, counts: Callable[[date], bool]) -> int:
    """How many posts a day lacks. Only a daily goal makes gaps: for the others, any day is as good as another."""
    asked = goal.count if goal.is_daily and counts(day) else 0
    return max(asked - there, 0)


def weeks(goal: Goal, seen: Seen, today: date, counts: Callable[[date], bool]) -> Iterator[Week]:
    """The oldest first; this one, which is not over, last."""
    begun = min(seen.out, default=None)
    for back in reversed(range(WEEKS)):
        monday = monday_of(today) - back * 7 * DAY
        sunday = monday + 6 * DAY
        had_begun = begun is not None and begun <= monday
        yield Week(
            monday=monday,
            out=between(seen.out, monday, sunday),
            planned=between(seen.planned, monday, sunday),
            goal=None if goal.period == Period.MONTH else target(goal, monday, sunday, counts),
            is_whole=bool(back) and had_begun,
        )


# --- all of them ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mix:
    """What the posts of the last thirty days are made of."""

    links: int = 0
    """Those that show nothing of their own and lead to our own pages."""
    pictures: int = 0
    films: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        return self.links + self.pictures + self.films + self.others

    @property
    def shares(self) -> tuple[int, int, int, int]:
        """In percent, in the order of the fields. Together they make a hundred: who was cut most gets what is left."""
        parts = (self.links, self.pictures, self.films, self.others)
        if not self.total:
            return (0, 0, 0, 0)
        whole = [part * 100 // self.total for part in parts]
        by_rest = sorted(range(4), key=lambda at: -(parts[at] * 100 % self.total))
        for at in by_rest[: 100 - sum(whole)]:
            whole[at] += 1
        return (whole[0], whole[1], whole[2], whole[3])

    def is_over(self, percent: int) -> bool:
        """Of the posts themselves, and not of a rounded share."""
        return self.links * 100 > percent * self.total


@dataclass(frozen=True)
class Unused:
    """A category without a post lately. `weeks` is None when that is longer than was looked back."""

    name: str
    weeks: int | None


def unused(last_days: Iterable[tuple[str, date | None]], today: date) -> list[Unused]:
    """Those that were used longest ago first, those never found before all others."""
    silent = [(name, last) for name, last in last_days if last is None or today - last >= LATELY]
    silent.sort(key=lambda each: each[1] or date.min)
    return [Unused(name, (today - last).days // 7 if last else None) for name, last in silent]


SWEDISH = str.maketrans({0xE5: "{", 0xE4: "|", 0xF6: "}"})
"""The three letters after z, as what stands after z in every character set; by their numbers."""


def in_swedish_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name.casefold().translate(SWEDISH))
