"""
What the calendar asks the database: which posts are on which day of which channel, a few of each day by name and the rest
by number, and what lies in the reserve. Few questions, by index, however many posts there are.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from math import inf
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone

from approvals.calendar_days import MONTH, ONE_DAY, WEEK, Span
from approvals.frequency import DAY
from approvals.frequency_rows import ON_ITS_WAY, beginning_of
from approvals.models import ImportantDate, OutsidePost
from channels.models import Channel
from channels.rules import keeps
from posts import chips, rules
from posts.chips import Chip
from posts.models import (
    Hold,
    MediaState,
    Publication,
    PublicationQuerySet,
    PublicationStatus,
    VersionMedia,
    headline_of,
)
from posts.quiet import is_quiet
from posts.waiting import TO_PLAN

if TYPE_CHECKING:
    from accounts.models import User

WAS_OUT = (PublicationStatus.PUBLISHED, PublicationStatus.REMOVED)
PENDING = (*ON_ITS_WAY, PublicationStatus.UNCONFIRMED, PublicationStatus.NEEDS_DECISION)
SHOWN = (*PENDING, PublicationStatus.FAILED, PublicationStatus.BY_HAND)
NAMED = {WEEK: 3, MONTH: 2, ONE_DAY: 300}
"""How many of a day on a channel a page shows by name; the rest is a number that leads to the day."""
LARGEST = {WEEK: inf, MONTH: 9, ONE_DAY: inf}
"""In a day with more than so many, the first one is no picture of it any more: there is the number alone."""


@dataclass(frozen=True)
class Slot:
    """One post on one channel, as the calendar shows it. Where the reader may not know the words, there are none."""

    publication: Publication
    at: datetime
    chip: Chip
    headline: str
    picture: str
    may_open: bool
    may_move: bool
    sees_all: bool

    @property
    def is_quiet(self) -> bool:
        return is_quiet(self.at)

    @property
    def seen(self) -> str:
        return stamp(self.publication)


@dataclass
class Cell:
    """One day on one channel. `there` counts for the goal: what is out, and what will be."""

    day: date
    slots: list[Slot] = field(default_factory=list)
    total: int = 0
    there: int = 0
    elsewhere: int = 0
    """What went out there without going through here."""
    skipped: int = 0
    leads_to: str = ""
    """Where those are that have no place here: the day, or its next page."""

    @property
    def more(self) -> int:
        return max(self.total - self.skipped - len(self.slots), 0)


Cells = dict[tuple[int, date], Cell]


def stamp(publication: Publication) -> str:
    """How it was when the page was shown: whoever moves it says what they saw."""
    at = publication.not_before.timestamp()
    seen = f"{publication.status} {publication.hold} {publication.version_id} {at}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


# --- cells ------------------------------------------------------------------------------------------------------


def cells(channels: Iterable[Channel], span: Span, reader: "User") -> Cells:
    """By two questions: how many there are, then the few that are named, with their words."""
    by_number = {channel.pk: channel for channel in channels}
    found = counted(by_number, span)
    for publication in named(found, span):
        at = moment_of(publication)
        publication.channel = by_number[publication.channel_id]
        place = publication.channel_id, timezone.localdate(at)
        # One may have moved since they were counted.
        found.setdefault(place, Cell(place[1])).slots.append(slot(publication, at, reader))
    for cell in found.values():
        cell.slots.sort(key=lambda each: (each.at, each.publication.pk))
        cell.skipped, cell.leads_to = span.skipped, rest_of(cell.day, span).query
    return found


def rest_of(day: date, span: Span) -> Span:
    shown = span.skipped + NAMED[ONE_DAY] - 1 if span.kind == ONE_DAY else 0
    return Span(ONE_DAY, day, day, shown)


def moment_of(publication: Publication) -> datetime:
    """When it came out; else when it will, would have, or should have."""
    if publication.status in WAS_OUT and publication.published_at:
        return publication.published_at
    return publication.not_before


# --- how many ---------------------------------------------------------------------------------------------------


def counted(ids: Iterable[int], span: Span) -> Cells:
    """The days on which something is, by one question."""
    found: Cells = {}
    every = out_each_day(ids, span).union(
        pending_each_day(ids, span), elsewhere_each_day(ids, span), all=True
    )
    for channel, day, count, there, is_elsewhere in every:
        cell = found.setdefault((channel, day), Cell(day))
        cell.there += there
        if is_elsewhere:
            cell.elsewhere = count
        else:
            cell.total += count
    return found


EACH_DAY = ("channel", "day", "count", "there", "is_elsewhere")


def out_each_day(ids: Iterable[int], span: Span) -> QuerySet[Any, Any]:
    """Of months there are thousands: all that is asked of them stands in an index."""
    rows = Publication.objects.heads().filter(came_out(span.first, span.last), channel__in=list(ids))
    by_day = rows.order_by().annotate(day=TruncDate("published_at")).values("channel", "day")
    out = Count("status", filter=Q(status=PublicationStatus.PUBLISHED))
    return by_day.annotate(count=Count("*"), there=out, is_elsewhere=Value(False)).values_list(*EACH_DAY)


def pending_each_day(ids: Iterable[int], span: Span) -> QuerySet[Any, Any]:
    rows = Publication.objects.heads().filter(is_pending(span.first, span.last), channel__in=list(ids))
    by_day = rows.order_by().annotate(day=TruncDate("not_before")).values("channel", "day")
    there = Count("status", filter=counts_for_the_goal())
    return by_day.annotate(count=Count("*"), there=there, is_elsewhere=Value(False)).values_list(*EACH_DAY)


def elsewhere_each_day(ids: Iterable[int], span: Span) -> QuerySet[Any, Any]:
    """How many went out on each channel without going through here."""
    rows = OutsidePost.objects.filter(
        published_between(span.first, span.last), channel__in=list(ids), gone_at=None
    )
    by_day = rows.order_by().annotate(day=TruncDate("published_at")).values("channel", "day")
    return by_day.annotate(count=Count("*"), there=Count("*"), is_elsewhere=Value(True)).values_list(
        *EACH_DAY
    )


def published_between(first: date, last: date) -> Q:
    return Q(published_at__gte=beginning_of(first), published_at__lt=beginning_of(last + DAY))


def came_out(first: date, last: date) -> Q:
    return Q(status__in=WAS_OUT) & published_between(first, last)


def is_pending(first: date, last: date) -> Q:
    """The reserve has no day."""
    held = Q(status=PublicationStatus.HELD) & ~Q(hold=Hold.RESERVE)
    planned = Q(not_before__gte=beginning_of(first), not_before__lt=beginning_of(last + DAY))
    return (Q(status__in=SHOWN) | held) & planned


def counts_for_the_goal() -> Q:
    """As for the frequency: what is out, what goes out by itself, and what is done by hand at a time that is set."""
    by_hand = Q(status=PublicationStatus.BY_HAND, planned_for__isnull=False)
    return Q(status=PublicationStatus.PUBLISHED) | Q(status__in=ON_ITS_WAY) | by_hand


# --- which ones -------------------------------------------------------------------------------------------------


def named(found: Cells, span: Span) -> PublicationQuerySet:
    """The first ones of each day on each channel, with no more of them than a chip shows."""
    most, largest = NAMED[span.kind], LARGEST[span.kind]
    few = {place: cell for place, cell in found.items() if cell.total <= largest}
    where = standing(span.first, span.last) & Q(channel__in={channel for channel, _day in few})
    if len(few) < len(found):
        where = reduce(or_, (Q(channel=channel) & standing(day, day) for channel, day in few), Q(pk__in=[]))
    first = first_ones(where, most, span.skipped)
    return with_words(first[: sum(min(cell.total, most) for cell in few.values()) or 1])


def standing(first: date, last: date) -> Q:
    return came_out(first, last) | is_pending(first, last)


def first_ones(where: Q, most: int, skipped: int) -> QuerySet[Any, Any]:
    """Where there are more, their number takes the place of the last one."""
    at = Case(When(status__in=WAS_OUT, then=F("published_at")), default=F("not_before"))
    rows = Publication.objects.heads().filter(where).order_by().annotate(at=at, day=TruncDate("at"))
    place = [F("channel"), F("day")]
    nth = Window(RowNumber(), partition_by=place, order_by=("at", "pk"))
    rows = rows.annotate(nth=nth, total=Window(Count("*"), partition_by=place))
    last = skipped + most
    return rows.filter(Q(nth__lt=last) | Q(nth=last, total=last), nth__gt=skipped).values("pk")


def with_words(ids: Any) -> PublicationQuerySet:
    """The limit of the question says how few they are: else the database might read all versions there ever were."""
    words = {"words": F("version__text"), "author": F("post__author")}
    return with_picture(Publication.objects.order_by()).annotate(**words).only(*COLUMNS).filter(pk__in=ids)


COLUMNS = (
    "status",
    "hold",
    "planned_for",
    "not_before",
    "published_at",
    "claimed_until",
    "post",
    "channel",
    "version",
)


def with_picture(rows: PublicationQuerySet) -> PublicationQuerySet:
    first = VersionMedia.objects.filter(version=OuterRef("version")).order_by("position")
    ready = first.filter(media__state=MediaState.READY, media__purged_at=None).values("media")[:1]
    return rows.annotate(picture=Subquery(ready, output_field=UUIDField()))


def slot(item: Publication, at: datetime, reader: "User") -> Slot:
    may_open = may_read(reader, item.channel, item.author)  # type: ignore[attr-defined]  # by `with_words`
    return Slot(
        publication=item,
        at=at,
        chip=chips.of_publication(item),
        headline=headline_of(item.words) if may_open else "",  # type: ignore[attr-defined]
        picture=str(item.picture or "") if may_open else "",  # type: ignore[attr-defined]
        may_open=may_open,
        may_move=is_movable(item) and rules.why_not_move(reader, item) is None,
        sees_all=reader.has_perm("posts.view_all_posts"),
    )


def may_read(reader: "User", channel: Channel, author: int) -> bool:
    """Administrators keep the channels and not what is said there; whoever keeps a channel reads what is meant for it."""
    return reader.has_perm("posts.view_all_posts") or keeps(reader, channel) or author == reader.pk


def is_movable(publication: Publication) -> bool:
    return publication.status in TO_PLAN and publication.claimed_until is None


# --- dates ------------------------------------------------------------------------------------------------------


def own_dates(span: Span) -> list[ImportantDate]:
    """Those of the group that may fall in it: a yearly one by its day and month."""
    months = {day.month for day in span.ends}
    once = Q(is_yearly=False, day__range=span.ends)
    return list(ImportantDate.objects.filter(once | Q(is_yearly=True, day__month__in=months)))
