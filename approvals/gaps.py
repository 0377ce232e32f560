"""
Where a channel lacks a post, and when the next one would fill the gap: one rule for the calendar, the key at the desk,
the reserve, and what the frequency page says of the days to come (`frequency.missing`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, DateField, DateTimeField, F, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from accounts.red_days import is_red
from approvals.frequency import (
    DAY,
    Goal,
    between,
    days,
    days_that_count,
    missing,
    period_of,
    target,
)
from approvals.frequency_rows import beginning_of, goal_of, on_its_way
from approvals.models import OutsidePost
from channels.models import Channel
from channels.suggested import times_of
from posts import clock
from posts.models import Publication, Version
from posts.quiet import is_quiet

AHEAD = 60
"""Days: what is full for so long has no gap that anybody waits for."""
MARGIN = timedelta(minutes=5)
"""A gap is not filled in the very next minute: whoever presses wants to have time to regret it."""
STEP = timedelta(minutes=30)


@dataclass(frozen=True)
class Gap:
    """A time at which a post would be welcome on a channel."""

    channel: Channel
    at: datetime

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


@dataclass
class Board:
    """How many posts a channel has on which day, those out and those to come; and which times are taken."""

    channel: Channel
    there: dict[date, int] = field(default_factory=dict)
    taken: set[datetime] = field(default_factory=set)

    @property
    def goal(self) -> Goal:
        return goal_of(self.channel)

    def counts(self, day: date) -> bool:
        return days_that_count(self.goal, is_red)(day)

    def lacks(self, day: date) -> int:
        return missing(self.goal, day, self.there.get(day, 0), self.counts)

    def lacks_all(self, day: date) -> bool:
        return self.lacks(day) > 0 and not self.there.get(day)

    def lacks_between(self, first: date, last: date) -> int:
        """In a whole period of the goal."""
        return max(target(self.goal, first, last, self.counts) - between(self.there, first, last), 0)

    def wants(self, gap: Gap) -> bool:
        """It is a gap still, and nothing else goes out at that time."""
        if gap.at in self.taken:
            return False
        return bool(self.lacks(gap.day) or self.lacks_between(*period_of(self.goal, gap.day)))

    def add(self, at: datetime) -> None:
        self.put(timezone.localdate(at), 1)
        self.taken.add(at)

    def put(self, day: date, count: int) -> None:
        self.there[day] = self.there.get(day, 0) + count


# --- what is asked ----------------------------------------------------------------------------------------------


def next_gap(channel: Channel, now: datetime) -> Gap | None:
    """The first one from now on; None without a goal, and where there is enough for weeks."""
    return next(coming(board_of(channel, now), now), None)


def next_gap_for(version: Version, now: datetime) -> Gap | None:
    """On the first of its channels that has a goal."""
    channels = (choice.channel for choice in version.chosen_channels.all())
    return next((next_gap(channel, now) for channel in channels if channel.goal), None)


def channels_short_today(now: datetime) -> set[int]:
    """Those whose daily goal asks for more today than is out and planned."""
    today = timezone.localdate(now)
    return {board.channel.pk for board in boards_of_today(now) if board.lacks(today)}


def silent_today(now: datetime) -> list[Channel]:
    """Those with a daily goal on which nothing is out today, and nothing planned."""
    today = timezone.localdate(now)
    return [board.channel for board in boards_of_today(now) if board.lacks_all(today)]


def boards_of_today(now: datetime) -> Iterable[Board]:
    """Of each channel with a daily goal, in the channels' order."""
    with_goal = Channel.objects.open().filter(goal__gt=0)
    daily = [channel for channel in with_goal if goal_of(channel).is_daily]
    return boards(daily, now, timezone.localdate(now)).values()


def board_of(channel: Channel, now: datetime) -> Board:
    return boards([channel], now)[channel.pk]


def hold_still(channels: Iterable[int]) -> None:
    """
    Nobody else fills a gap on these channels while this transaction lasts. All that it fills are held at once and in one
    order, so that nobody waits in a ring.
    """
    list(Channel.objects.select_for_update(no_key=True).filter(pk__in=channels).order_by("pk"))


# --- the rule ---------------------------------------------------------------------------------------------------


def coming(board: Board, now: datetime, ahead: int = AHEAD) -> Iterator[Gap]:
    """Each in turn. Whoever goes on has taken the last one: it is on the board from then on."""
    if not board.goal.count:
        return
    today = timezone.localdate(now)
    last = today + ahead * DAY
    found = of_days(board, today, last, now) if board.goal.is_daily else of_periods(board, today, last, now)
    for gap in found:
        yield gap
        board.add(gap.at)


def of_days(board: Board, today: date, last: date, now: datetime) -> Iterator[Gap]:
    for day in days(today, last):
        while board.lacks(day) and (at := free_time(board, day, now)):
            yield Gap(board.channel, at)


def of_periods(board: Board, today: date, last: date, now: datetime) -> Iterator[Gap]:
    """In a week or a month that lacks some, on the days that have least."""
    day = today
    while day <= last:
        first, end = period_of(board.goal, day)
        while board.lacks_between(first, end) and (at := in_period(board, max(first, today), end, now)):
            yield Gap(board.channel, at)
        day = end + DAY


def in_period(board: Board, first: date, end: date, now: datetime) -> datetime | None:
    for day in sorted(filter(board.counts, days(first, end)), key=lambda day: board.there.get(day, 0)):
        if at := free_time(board, day, now):
            return at
    return None


def free_time(board: Board, day: date, now: datetime) -> datetime | None:
    """A suggested time that nothing else has and that is not too near; else a half hour after the last of them."""
    soonest = now + MARGIN + timedelta(seconds=settings.UNDO_SECONDS)
    found = (at for at in times_on(board.channel, day) if at >= soonest and at not in board.taken)
    return next(found, None)


def times_on(channel: Channel, day: date) -> Iterator[datetime]:
    suggested = times_of(channel)
    yield from on_the_wall(day, suggested)
    later = (at for at in on_the_wall(day, half_hours_after(suggested[-1])) if not is_quiet(at))
    yield from later


def half_hours_after(last: time) -> Iterator[time]:
    minutes = last.hour * 60 + last.minute
    step = STEP // timedelta(minutes=1)
    return (time(later // 60, later % 60) for later in range((minutes // step + 1) * step, 24 * 60, step))


def on_the_wall(day: date, times: Iterable[time]) -> Iterator[datetime]:
    """The first moment at which a clock on the wall shows each of them; nothing for one in the missing hour."""
    zone = timezone.get_default_timezone()
    for each in times:
        yield from clock.moments(datetime.combine(day, each), zone)[:1]


# --- what the database knows ------------------------------------------------------------------------------------


def boards(channels: Iterable[Channel], now: datetime, last: date | None = None) -> dict[int, Board]:
    """By channel, from the beginning of its goal's period on; by one question, counted there."""
    found = {channel.pk: Board(channel) for channel in channels}
    if not found:
        return {}
    today = timezone.localdate(now)
    first = min(period_of(board.goal, today)[0] for board in found.values())
    until = beginning_of(last + DAY) if last else None
    rows = out_since(found, first).union(elsewhere_since(found, first), ahead(found, until), all=True)
    for channel, day, count, at in rows:
        if at is None:
            found[channel].put(day, count)
        else:
            # What should have left already, leaves when it can.
            found[channel].put(max(timezone.localdate(at), today), 1)
            found[channel].taken.add(at)
    return found


def out_since(ids: Iterable[int], first: date) -> QuerySet[Any, Any]:
    since = beginning_of(first)
    out = Publication.objects.heads().published().filter(channel__in=list(ids), published_at__gte=since)
    by_day = out.order_by().annotate(day=TruncDate("published_at")).values("channel", "day")
    counted = by_day.annotate(count=Count("pk"), at=Cast(Value(None), DateTimeField()))
    return counted.values_list("channel", "day", "count", "at")


def elsewhere_since(ids: Iterable[int], first: date) -> QuerySet[Any, Any]:
    """What went out on these channels without going through here."""
    since = beginning_of(first)
    elsewhere = OutsidePost.objects.filter(channel__in=list(ids), gone_at=None, published_at__gte=since)
    outside = elsewhere.order_by().annotate(day=TruncDate("published_at")).values("channel", "day")
    outside = outside.annotate(count=Count("pk"), at=Cast(Value(None), DateTimeField()))
    return outside.values_list("channel", "day", "count", "at")


def ahead(ids: Iterable[int], until: datetime | None) -> QuerySet[Any, Any]:
    waiting = on_its_way(list(ids))
    if until:
        waiting = waiting.filter(leaves_at__lt=until)
    rows = waiting.annotate(day=Cast(Value(None), DateField()), count=Value(1), at=F("leaves_at"))
    return rows.values_list("channel", "day", "count", "at")
