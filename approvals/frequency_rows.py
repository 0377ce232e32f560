"""What the page about our frequency asks the database: five questions, counted there, however many posts there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, RowNumber, TruncDate
from django.utils import timezone

from accounts.models import User
from approvals.frequency import DAY, MIX_DAYS, Goal, Mix, Seen, first_day
from approvals.models import OutsidePost
from channels.models import Channel
from posts.models import (
    Category,
    Hold,
    MediaKind,
    Post,
    Publication,
    PublicationStatus,
    Version,
    VersionMedia,
    headline_of,
)

ON_ITS_WAY = (PublicationStatus.QUEUED, PublicationStatus.STAGING, PublicationStatus.COMMITTING)
OUT, AHEAD, RESERVE = "out", "ahead", "reserve"
LINK, OTHER = "link", "other"
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


def every_day(ids: list[int], today: date):  # type: ignore[no-untyped-def]
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


def out_by_day(ids: list[int], today: date):  # type: ignore[no-untyped-def]  # rows of a union have no type
    since = beginning_of(first_day(today))
    out = Publication.objects.heads().published().filter(channel__in=ids, published_at__gte=since).order_by()
    return counted(out, OUT, F("published_at"))


def elsewhere_by_day(ids: list[int], today: date):  # type: ignore[no-untyped-def]
    """What went out on these channels without going through here."""
    since = beginning_of(first_day(today))
    outside = OutsidePost.objects.filter(channel__in=ids, gone_at=None, published_at__gte=since).order_by()
    return counted(outside, OUT, F("published_at"))


def ahead(ids: list[int]):  # type: ignore[no-untyped-def]
    return counted(on_its_way(ids), AHEAD, F("leaves_at"))


def on_its_way(ids: Iterable[int]):  # type: ignore[no-untyped-def]
    """What goes out by itself, and what somebody does by hand at a time that is set."""
    alone, by_hand = Q(status__in=ON_ITS_WAY), Q(status=PublicationStatus.BY_HAND, planned_for__isnull=False)
    waiting = Publication.objects.heads().filter(alone | by_hand, channel__in=ids).order_by()
    return waiting.annotate(leaves_at=Case(When(alone, F("not_before")), default=F("planned_for")))


def reserve(ids: list[int]):  # type: ignore[no-untyped-def]
    kept = Publication.objects.heads().filter(
        channel__in=ids, status=PublicationStatus.HELD, hold=Hold.RESERVE
    )
    return counted(kept.order_by(), RESERVE, Cast(Value(None), DateTimeField()))


def counted(rows, what: str, at):  # type: ignore[no-untyped-def]
    """How many each day on each channel, and the first moment of them."""
    day = Cast(Value(None), DateField()) if what == RESERVE else TruncDate(at)
    found = rows.annotate(what=Value(what, CharField()), at=at).annotate(day=day)
    return (
        found.values("channel", "what", "day")
        .annotate(count=Count("pk"), first=Min("at"))
        .values_list("channel", "what", "day", "count", "first")
    )


# --- posts ----------------------------------------------------------------------------------------------------


def own_domains() -> str:
    """Our own domains and what lies under them, as a regular expression that both databases read."""
    names = "|".join(map(re.escape, settings.OWN_DOMAINS))
    return rf"([a-z0-9-]+\.)*({names})" if names else r"[^\s\S]"


def leads_home() -> Q:
    """The link of a post is to one of our own pages; where there is none, an address in its text."""
    by_link, by_text = in_own_domains()
    return Q(link__iregex=by_link) | (Q(link="") & Q(text__iregex=by_text))


def in_own_domains() -> tuple[str, str]:
    """What to look for in a link, and in a text, without regard to case."""
    ours = own_domains()
    return rf"^https?://{ours}([:/?#]|$)", rf"(https?://|www\.){ours}([:/?#,;!)]|\s|\.(\s|$)|$)"


@dataclass(frozen=True)
class Example:
    """A post that is only a link to us."""

    post: int
    headline: str
    at: datetime


def mix(today: date) -> tuple[Mix, list[Example]]:
    """What came out in thirty days, each wording once, and the last ones that were only links: by one question."""
    counts: dict[str, int] = {}
    examples = []
    elsewhere: dict[str, int] = {}
    for kind, count, post, text, at in last_of_each_kind(beginning_of(today - MIX_DAYS * DAY)):
        if post is None:
            elsewhere[kind] = count
            continue
        counts[kind] = count
        if kind == LINK:
            examples.append(Example(post, headline_of(text), at))
    for kind, count in elsewhere.items():
        counts[kind] = counts.get(kind, 0) + count
    examples.sort(key=lambda example: example.at, reverse=True)
    kinds = (LINK, MediaKind.PICTURE, MediaKind.FILM, OTHER)
    return Mix(*(counts.get(kind, 0) for kind in kinds)), examples


def last_of_each_kind(since: datetime):  # type: ignore[no-untyped-def]
    """The last few of each kind, the newest first; in each row, how many there are of its kind."""
    alike = [F("shows")]
    nth = Window(RowNumber(), partition_by=alike, order_by=("-published_at", "-pk"))
    shown = out_since(since).annotate(count=Window(Count("pk"), partition_by=alike), nth=nth)
    # Of thousands, only the words of these few are fetched.
    text = Version.objects.filter(pk=OuterRef("version")).order_by().values("text")
    rows = shown.annotate(
        text=Case(When(nth__lte=EXAMPLES, then=Subquery(text)), default=Value("", TextField()))
    )
    rows = rows.filter(nth__lte=EXAMPLES).order_by()
    listed = rows.values_list("shows", "count", "post", "text", "published_at")
    return listed.union(elsewhere_by_kind(since), all=True)


def elsewhere_by_kind(since: datetime):  # type: ignore[no-untyped-def]
    """What went out without going through here. A film cannot be told from a picture in every list."""
    kind = Case(
        When(leads_home=True, then=Value(LINK)),
        When(has_media=True, then=Value(MediaKind.PICTURE)),
        default=Value(OTHER),
        output_field=CharField(),
    )
    found = OutsidePost.objects.filter(gone_at=None, published_at__gte=since).order_by().annotate(shows=kind)
    by_kind = found.values("shows").annotate(
        count=Count("pk"), post=Cast(Value(None), IntegerField()), text=Value("", TextField())
    )
    return by_kind.annotate(last=Max("published_at")).values_list("shows", "count", "post", "text", "last")


def out_since(since: datetime):  # type: ignore[no-untyped-def]
    """Each version that came out since then, on the first of its channels; and what it shows, a film before a picture.

    Versions and media are looked up one by one: joined, the database would rather read all of them that there ever were.
    """
    out = Publication.objects.heads().published().filter(published_at__gte=since).order_by()
    elsewhere = out.filter(version=OuterRef("version"), pk__lt=OuterRef("pk"))
    media = VersionMedia.objects.filter(version=OuterRef("version")).order_by("media__kind")
    version = Version.objects.filter(pk=OuterRef("version")).order_by()
    kind = Case(When(leads_home(), then=Value(LINK)), default=Value(OTHER), output_field=CharField())
    return out.filter(~Exists(elsewhere)).annotate(
        shows=Coalesce(Subquery(media.values("media__kind")[:1]), Subquery(version.values(kind=kind))),
    )


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
    sent = Coalesce(Subquery(sent_in.annotate(count=Count("pk")).values("count")), 0)
    people = User.objects.annotate(sent=sent).filter(Q(is_active=True) | Q(sent__gt=0))
    return dict(people.values_list("region").annotate(Sum("sent")).order_by())
