"""What the page about our frequency asks the database: five questions, counted there, however many posts there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils import timezone

from accounts.models import User
from approvals.frequency import DAY, MIX_DAYS, Goal, Mix, Seen, first_day
from approvals.models import OutsidePost
from channels.models import Channel
from posts.models import (
    Category,
    Event,
    Hold,
    Post,
    Publication,
    PublicationStatus,
    Shows,
    headline_of,
)

ON_ITS_WAY = (PublicationStatus.QUEUED, PublicationStatus.STAGING, PublicationStatus.COMMITTING)
OUT, AHEAD, RESERVE = "out", "ahead", "reserve"
UNDOCUMENTED = "undocumented"
EXAMPLES = 2
SENT_IN_LATELY = 30


def beginning_of(day: date) -> datetime:
    """Midnight on the wall, whichever the hours of that day."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


# --- channels -------------------------------------------------------------------------------------------------


def channels() -> list[Channel]:
    """Those with a goal. `last_at` is when the last post came out, however long ago."""
    out = Publication.objects.heads().published().filter(channel=OuterRef("pk")).order_by("-published_at")
    found = Channel.objects.open().filter(goal__gt=0)
    elsewhere = OutsidePost.objects.filter(channel=OuterRef("pk"), gone_at=None).order_by("-published_at")
    return list(
        found.annotate(
            last_at=Subquery(out.values("published_at")[:1]),
            last_elsewhere_at=Subquery(elsewhere.values("published_at")[:1]),
        )
    )


def goal_of(channel: Channel) -> Goal:
    return Goal(channel.goal or 0, channel.goal_period, channel.goal_on_weekdays, channel.alarm_days)


def seen_on(shown: Iterable[Channel], today: date) -> dict[int, Seen]:
    """By channel: what came out in twelve weeks, what is on its way, and what lies in the reserve; by one question."""
    ids = [channel.pk for channel in shown]
    seen = {channel.pk: Seen(last_day=last_day_of(channel)) for channel in shown}
    for channel, what, day, count, first in every_day(ids, today):
        add(seen[channel], what, day, count, first, today)
    return seen


def every_day(ids: list[int], today: date) -> QuerySet[Any, Any]:
    others = (elsewhere_by_day(ids, today), ahead(ids), reserve(ids))
    return out_by_day(ids, today).union(*others, all=True)


def last_day_of(channel: Channel) -> date | None:
    annotated = (channel.last_at, channel.last_elsewhere_at)  # type: ignore[attr-defined]  # by `channels`
    at = max(filter(None, annotated), default=None)
    return timezone.localdate(at) if at else None


def add(seen: Seen, what: str, day: date | None, count: int, first: datetime | None, today: date) -> None:
    if what == OUT and day:
        seen.out[day] = seen.out.get(day, 0) + count
    elif what == RESERVE:
        seen.reserve = count
    elif day and first:
        # What should have left already, leaves when it can.
        seen.planned[max(day, today)] = seen.planned.get(max(day, today), 0) + count
        seen.next_at = min(filter(None, (seen.next_at, first)))


def out_by_day(ids: list[int], today: date) -> QuerySet[Any, Any]:
    since = beginning_of(first_day(today))
    out = Publication.objects.heads().published().filter(channel__in=ids, published_at__gte=since).order_by()
    return counted(out, OUT, F("published_at"))


def elsewhere_by_day(ids: list[int], today: date) -> QuerySet[Any, Any]:
    """What went out on these channels without going through here."""
    since = beginning_of(first_day(today))
    outside = OutsidePost.objects.filter(channel__in=ids, gone_at=None, published_at__gte=since).order_by()
    return counted(outside, OUT, F("published_at"))


def ahead(ids: list[int]) -> QuerySet[Any, Any]:
    return counted(on_its_way(ids), AHEAD, F("leaves_at"))


def on_its_way(ids: Iterable[int]) -> Any:  # annotated publications have no type
    """What goes out by itself, and what somebody does by hand at a time that is set."""
    alone, by_hand = Q(status__in=ON_ITS_WAY), Q(status=PublicationStatus.BY_HAND, planned_for__isnull=False)
    waiting = Publication.objects.heads().filter(alone | by_hand, channel__in=ids).order_by()
    return waiting.annotate(leaves_at=Case(When(alone, F("not_before")), default=F("planned_for")))


def reserve(ids: list[int]) -> QuerySet[Any, Any]:
    kept = Publication.objects.heads().filter(
        channel__in=ids, status=PublicationStatus.HELD, hold=Hold.RESERVE
    )
    return counted(kept.order_by(), RESERVE, Cast(Value(None), DateTimeField()))


def counted(rows: QuerySet[Any, Any], what: str, at: Combinable) -> QuerySet[Any, Any]:
    """How many each day on each channel, and the first moment of them."""
    day = Cast(Value(None), DateField()) if what == RESERVE else TruncDate(at)
    found = rows.annotate(what=Value(what, CharField()), at=at).annotate(day=day)
    return (
        found.values("channel", "what", "day")
        .annotate(count=Count("*"), first=Min("at"))
        .values_list("channel", "what", "day", "count", "first")
    )


# --- posts ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """A post that is only a link to us."""

    post: int
    headline: str
    at: datetime


def mix(today: date) -> tuple[Mix, list[Example], int]:
    """
    What came out in thirty days, each wording once, the last ones that were only links, and how many events nobody has
    shown anything of: by one question.
    """
    counts: dict[str, int] = {}
    examples = []
    since = beginning_of(today - MIX_DAYS * DAY)
    for shows, count, post, text, at in out_by_kind(since).union(
        elsewhere_by_kind(since), last_links(since), events_without(today), all=True
    ):
        if post is None:
            counts[shows] = counts.get(shows, 0) + count
        else:
            examples.append(Example(post, headline_of(text), at))
    examples.sort(key=lambda example: example.at, reverse=True)
    kinds = (Shows.LINK, Shows.PICTURE, Shows.FILM, Shows.OTHER)
    return Mix(*(counts.get(kind, 0) for kind in kinds)), examples, counts.get(UNDOCUMENTED, 0)


OF_A_KIND = ("shows", "count", "of", "words", "last")
NO_POST: dict[str, Any] = {
    "of": Cast(Value(None), IntegerField()),
    "words": Value("", TextField()),
    "last": Cast(Value(None), DateTimeField()),
}


def out_by_kind(since: datetime) -> QuerySet[Any, Any]:
    out = Publication.objects.heads().published().filter(published_at__gte=since).order_by().values("shows")
    return out.annotate(count=Count("version", distinct=True), **NO_POST).values_list(*OF_A_KIND)


def elsewhere_by_kind(since: datetime) -> QuerySet[Any, Any]:
    """What went out without going through here. A film cannot be told from a picture in every list."""
    shows = Case(
        When(leads_home=True, then=Value(Shows.LINK)),
        When(has_media=True, then=Value(Shows.PICTURE)),
        default=Value(Shows.OTHER),
        output_field=CharField(),
    )
    found = OutsidePost.objects.filter(gone_at=None, published_at__gte=since).order_by().annotate(shows=shows)
    return found.values("shows").annotate(count=Count("*"), **NO_POST).values_list(*OF_A_KIND)


def last_links(since: datetime) -> QuerySet[Any, Any]:
    """The newest of those that only led to us, each on the first of its channels."""
    out = Publication.objects.heads().published().filter(published_at__gte=since, shows=Shows.LINK)
    elsewhere = out.filter(version=OuterRef("version"), pk__lt=OuterRef("pk")).order_by()
    newest = out.filter(~Exists(elsewhere)).order_by("-published_at", "-pk").values("pk")[:EXAMPLES]
    found = Publication.objects.filter(pk__in=newest).order_by().annotate(one=Value(1))
    return found.values_list("shows", "one", "post", "version__text", "published_at")


def events_without(today: date) -> QuerySet[Any, Any]:
    """What has begun, nothing was sent in about, and nobody said that there is nothing to show of."""
    found = Event.objects.begun(today).undocumented().order_by()
    kinds = found.annotate(shows=Value(UNDOCUMENTED, CharField())).values("shows")
    return kinds.annotate(count=Count("*"), **NO_POST).values_list(*OF_A_KIND)


def last_days() -> list[tuple[str, date | None]]:
    """Each category that can be chosen, and the day when one of its posts last came out.

    Looked for among the last ones sent in: one that has lain in the reserve for longer than thirty others is not seen.
    """
    sent_in = Post.objects.filter(category=OuterRef(OuterRef("pk")), submitted_at__isnull=False)
    lately = sent_in.order_by("-submitted_at").values("pk")[:SENT_IN_LATELY]
    out = Publication.objects.heads().published().filter(post__in=lately).order_by("-published_at")
    chosen = Category.objects.filter(retired_at=None).annotate(last=Subquery(out.values("published_at")[:1]))
    return [
        (category.name, timezone.localdate(category.last) if category.last else None) for category in chosen
    ]


def sent_in_by_region(today: date) -> dict[str, int]:
    """How many posts were sent in from each region in thirty days, the silent ones too. Nobody is told apart in it."""
    since = beginning_of(today - MIX_DAYS * DAY)
    sent_in = Post.objects.filter(author=OuterRef("pk"), submitted_at__gte=since).order_by().values("author")
    sent = Coalesce(Subquery(sent_in.annotate(count=Count("*")).values("count")), 0)
    people = User.objects.annotate(sent=sent).filter(Q(is_active=True) | Q(sent__gt=0))
    return dict(people.values_list("region").annotate(Sum("sent")).order_by())
