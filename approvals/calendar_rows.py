"""
What the calendar asks the database: which posts are on which day of which channel, a few of each day by name and the rest
by number, and what lies in the reserve. Few questions, by index, however many posts there are.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, RowNumber, TruncDate

from approvals.calendar_days import Span
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
NAMED = {"vecka": 3, "manad": 2, "dag": 300}
"""How many of a day on a channel a page shows by name; the rest is a number that leads to the day."""


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

    @property
    def more(self) -> int:
        return self.total - len(self.slots)


Cells = dict[tuple[int, date], Cell]


def stamp(publication: Publication) -> str:
    """How it was when the page was shown: whoever moves it says what they saw."""
    at = publication.not_before.timestamp()
    seen = f"{publication.status} {publication.hold} {publication.version_id} {at}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


# --- cells ------------------------------------------------------------------------------------------------------


def cells(channels: Iterable[Channel], span: Span, reader: "User") -> Cells:
    """By two questions: how many and which, then those few with their words."""
    by_number = {channel.pk: channel for channel in channels}
    found: Cells = {}
    places: dict[int, tuple[tuple[int, date], datetime]] = {}
    outside: dict[tuple[int, date], int] = {}
    for pk, channel, day, at, total, there in few_of_each_day(by_number, span):
        if pk is None:
            outside[channel, day] = total
            continue
        places[pk] = (channel, day), at
        found.setdefault((channel, day), Cell(day, total=total, there=there))
    for (channel, day), count in outside.items():
        cell = found.setdefault((channel, day), Cell(day))
        cell.elsewhere, cell.there = count, cell.there + count
    for publication in with_words(places):
        place, at = places[publication.pk]
        publication.channel = by_number[publication.channel_id]
        found[place].slots.append(slot(publication, at, reader))
    for cell in found.values():
        cell.slots.sort(key=lambda each: (each.at, each.publication.pk))
    return found


def few_of_each_day(ids: Iterable[int], span: Span):  # type: ignore[no-untyped-def]  # annotated rows have no type
    """The first ones of each day on each channel; in each row, how many there are, and how many count for the goal."""
    place = [F("channel"), F("day")]
    rows = in_span(ids, span).annotate(day=TruncDate("at"))
    rows = rows.annotate(
        nth=Window(RowNumber(), partition_by=place, order_by=("at", "pk")),
        total=Window(Count("pk"), partition_by=place),
        there=Window(Sum(Case(When(counts_for_the_goal(), then=1), default=0)), partition_by=place),
    )
    most = NAMED[span.kind]
    # Where there are more, their number takes the place of the last one.
    rows = rows.filter(Q(nth__lt=most) | Q(nth=most, total=most))
    listed = rows.values_list("pk", "channel", "day", "at", "total", "there")
    return listed.union(elsewhere_each_day(ids, span), all=True)


def elsewhere_each_day(ids: Iterable[int], span: Span):  # type: ignore[no-untyped-def]
    """How many went out on each channel without going through here: rows without a number of their own."""
    first, end = beginning_of(span.first), beginning_of(span.last + DAY)
    outside = OutsidePost.objects.filter(channel__in=list(ids), gone_at=None).order_by()
    rows = outside.filter(published_at__gte=first, published_at__lt=end).annotate(
        day=TruncDate("published_at")
    )
    by_day = rows.values("channel", "day").annotate(
        none=Cast(Value(None), BigIntegerField()),
        last=Max("published_at"),
        total=Count("pk"),
        there=Count("pk"),
    )
    return by_day.values_list("none", "channel", "day", "last", "total", "there")


def in_span(ids: Iterable[int], span: Span) -> PublicationQuerySet:
    """When it came out; else when it will, would have, or should have. The reserve has no day."""
    first, end = beginning_of(span.first), beginning_of(span.last + DAY)
    out = Q(status__in=WAS_OUT, published_at__gte=first, published_at__lt=end)
    held = Q(status=PublicationStatus.HELD) & ~Q(hold=Hold.RESERVE)
    pending = (Q(status__in=SHOWN) | held) & Q(not_before__gte=first, not_before__lt=end)
    rows = Publication.objects.heads().filter(out | pending, channel__in=list(ids)).order_by()
    return rows.annotate(at=Case(When(status__in=WAS_OUT, then=F("published_at")), default=F("not_before")))


def counts_for_the_goal() -> Q:
    """As for the frequency: what is out, what goes out by itself, and what is done by hand at a time that is set."""
    by_hand = Q(status=PublicationStatus.BY_HAND, planned_for__isnull=False)
    return Q(status=PublicationStatus.PUBLISHED) | Q(status__in=ON_ITS_WAY) | by_hand


def with_words(ids: Iterable[int]) -> PublicationQuerySet:
    """No more of them than a chip shows: there are hundreds."""
    found = Publication.objects.filter(pk__in=list(ids)).order_by()
    words = {"words": F("version__text"), "author": F("post__author")}
    return with_picture(found).annotate(**words).only(*COLUMNS)


COLUMNS = ("status", "hold", "planned_for", "not_before", "claimed_until", "post", "channel", "version")


def with_picture(rows: PublicationQuerySet) -> PublicationQuerySet:
    first = VersionMedia.objects.filter(version=OuterRef("version")).order_by("position")
    ready = first.filter(media__state=MediaState.READY).values("media")[:1]
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
