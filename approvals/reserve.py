"""
The reserve: approved, without a time, for a day that needs it. In which order it is offered, how gaps are filled out of
it, and how a filling is undone. Every move is the pipeline's own, with its own line in the log.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from approvals import gaps
from approvals.calendar_moves import OtherwiseError, act, keep_latest
from approvals.calendar_rows import stamp, with_picture
from approvals.choice import moment_from, number_from
from approvals.frequency import DAY
from approvals.frequency_rows import on_its_way
from approvals.gaps import Board, Gap
from approvals.models import Filling
from audit import log
from channels.models import Channel
from posts import publishing
from posts.models import Hold, Post, Publication, PublicationQuerySet, PublicationStatus, headline_of
from posts.publishing import PlanError, TooLateError

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200
"""Publications that are looked at: what nobody has needed for so long can wait until the others are used."""
PRESSING = timedelta(days=3)
RIGHT_AFTER = timedelta(hours=36)
DAYS = 7
"""How far ahead gaps are filled: today, and so many days more."""


@dataclass
class Stock:
    """One post of the reserve, with those of its publications that lie there."""

    post: Post
    headline: str
    author: str
    picture: str
    category: int | None
    is_link: bool
    best_before: date | None
    since: datetime
    publications: list[Publication] = field(default_factory=list)

    def on(self, channel: Channel) -> bool:
        return any(item.channel_id == channel.pk for item in self.publications)

    def is_past(self, day: date) -> bool:
        return self.best_before is not None and self.best_before < day

    def is_pressing(self, day: date) -> bool:
        """There may be no better day for it any more."""
        return self.best_before is not None and self.best_before < day + PRESSING

    @property
    def is_over(self) -> bool:
        return self.is_past(timezone.localdate())

    def fits(self, at: datetime) -> bool:
        """Its own earliest and latest time let it go out then."""
        latest = [item.not_after for item in self.publications if item.not_after]
        is_early = self.post.earliest is not None and at < self.post.earliest
        return not is_early and all(at < each for each in latest)

    @property
    def seen(self) -> str:
        return "-".join(stamp(item) for item in self.publications)


# --- what lies there --------------------------------------------------------------------------------------------


def lying() -> PublicationQuerySet:
    kept = Publication.objects.heads().filter(status=PublicationStatus.HELD, hold=Hold.RESERVE)
    return kept.filter(claimed_until=None)


def stock(channel: Channel | None = None, today: date | None = None) -> list[Stock]:
    """
    In the order in which it is offered: what has a best-before first, the nearest one first; then the oldest; and what is
    past it last. By one question. With a channel: only what may go there.
    """
    today = today or timezone.localdate()
    rows = with_picture(lying()).select_related("post__author", "version", "channel")
    found: dict[int, Stock] = {}
    for item in rows.order_by("created_at", "pk")[:MOST]:
        found.setdefault(item.post_id, of(item)).publications.append(item)
    chosen = [each for each in found.values() if channel is None or each.on(channel)]
    return sorted(chosen, key=lambda each: in_order(each, today))


def in_order(each: Stock, day: date) -> tuple[bool, date, datetime]:
    return each.is_past(day), each.best_before or date.max, each.since


def of(item: Publication) -> Stock:
    latest = timezone.localdate(item.not_after) if item.not_after else None
    return Stock(
        post=item.post,
        headline=headline_of(item.version.text),
        author=item.post.author.get_full_name(),
        picture=str(item.picture or ""),  # type: ignore[attr-defined]  # annotated by `with_picture`
        category=item.post.category_id,
        is_link=is_link(item),
        best_before=min(filter(None, (item.post.best_before, latest)), default=None),
        since=item.created_at,
    )


def is_link(item: Publication) -> bool:
    """It shows nothing of its own and leads elsewhere."""
    return not item.picture and bool(item.version.link or "://" in item.version.text)  # type: ignore[attr-defined]


# --- which of it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Neighbour:
    """A post with a time on a channel, beside which another one is to be put."""

    at: datetime
    category: int | None
    is_link: bool


@dataclass(frozen=True)
class Pick:
    """A gap, and what would fill it."""

    gap: Gap
    stock: Stock

    @property
    def is_late(self) -> bool:
        """It is past its best-before then."""
        return self.stock.is_past(self.gap.day)

    @property
    def value(self) -> str:
        """What the page sends back when it is confirmed."""
        return f"{self.stock.post.pk} {self.gap.channel.pk} {self.gap.at.isoformat()} {self.stock.seen}"


def best_for(gap: Gap, offered: Iterable[Stock], around: Iterable[Neighbour]) -> Stock | None:
    """
    The first of those offered that may go out then; rather one of another category than its neighbours', and no link
    beside a link.
    """
    beside = list(neighbours_of(gap, around))
    categories = {each.category for each in beside} - {None}
    links = any(each.is_link for each in beside)
    fitting = [each for each in offered if each.on(gap.channel) and each.fits(gap.at)]
    return min(
        fitting,
        key=lambda each: (
            each.is_past(gap.day),
            not each.is_pressing(gap.day),
            each.category in categories,
            each.is_link and links,
            in_order(each, gap.day),
        ),
        default=None,
    )


def neighbours_of(gap: Gap, around: Iterable[Neighbour]) -> Iterator[Neighbour]:
    """The one before it, and the one right after: what is further ahead may get something between."""
    around = sorted(around, key=lambda each: each.at)
    yield from [each for each in around if each.at <= gap.at][-1:]
    yield from [each for each in around if gap.at < each.at < gap.at + RIGHT_AFTER][:1]


def proposal(now: datetime) -> list[Pick]:
    """For the gaps of the coming week on every channel, each post once; in the order of time."""
    channels = list(Channel.objects.open().filter(goal__gt=0))
    offered, boards = stock(today=timezone.localdate(now)), gaps.boards(channels, now)
    around = neighbours(channels, now)
    picks: list[Pick] = []
    for channel in channels if offered else []:
        for gap in gaps.coming(boards[channel.pk], now, DAYS):
            if chosen := best_for(gap, offered, around[channel.pk]):
                picks.append(Pick(gap, chosen))
                offered.remove(chosen)
                put(chosen, gap, boards, around)
    return sorted(picks, key=lambda pick: (pick.gap.at, pick.gap.channel.position))


def put(chosen: Stock, gap: Gap, boards: dict[int, Board], around: dict[int, list[Neighbour]]) -> None:
    """It goes out on all of its channels; on its own one the gap itself is counted (`gaps.coming`)."""
    for item in chosen.publications:
        if item.channel_id in boards:
            around[item.channel_id].append(Neighbour(gap.at, chosen.category, chosen.is_link))
            if item.channel_id != gap.channel.pk:
                boards[item.channel_id].add(gap.at)


def neighbours(channels: Iterable[Channel], now: datetime) -> dict[int, list[Neighbour]]:
    """What is on its way in the coming week, and the last one that came out, of each channel."""
    found: dict[int, list[Neighbour]] = {channel.pk: [] for channel in channels}
    soon = on_its_way(list(found)).filter(leaves_at__lt=now + (DAYS + 2) * DAY)
    lately = Publication.objects.heads().published().filter(published_at__gt=now - 7 * DAY)
    out = lately.filter(channel__in=list(found)).annotate(leaves_at=F("published_at"))
    for rows in (with_picture(soon), with_picture(out.order_by("-published_at"))[:MOST]):
        for item in rows.select_related("version", "post"):
            leaves = item.leaves_at  # type: ignore[attr-defined]  # annotated
            found[item.channel_id].append(Neighbour(leaves, item.post.category_id, is_link(item)))
    return found


# --- filling ----------------------------------------------------------------------------------------------------


class TakenError(Exception):
    """Somebody else has filled the gap meanwhile (409)."""


def place(post_id: int, seen: str, gap: Gap, by: "User", now: datetime) -> list[Publication]:
    """
    Out of the reserve into a gap, on every channel on which the post lies there. May raise TakenError when the gap is
    none any more, and what `calendar_moves.act` raises.
    """
    with transaction.atomic():
        # The race: two people fill the same gap. The second waits here, and finds it full.
        gaps.hold_still([gap.channel.pk])
        if not gaps.board_of(gap.channel, now).wants(gap):
            raise TakenError(str(gap.at))
        return put_out(post_id, seen, gap.at, by)


def put_out(post_id: int, seen: str, at: datetime, by: "User") -> list[Publication]:
    """On all of its channels, or on none."""
    stamps = seen.split("-")
    with transaction.atomic():
        rows = list(lying().filter(post=post_id).order_by("created_at", "pk"))
        if len(rows) != len(stamps):
            raise TakenError(str(post_id))
        publishing.lock_all(rows)
        return [act(row.pk, by, was, keep_latest, at=at) for row, was in zip(rows, stamps, strict=True)]


@dataclass(frozen=True)
class Filled:
    """What became of a proposal: `left` are posts that somebody else was faster with."""

    filling: Filling | None
    done: int
    left: int


def fill(values: Iterable[str], by: "User", now: datetime) -> Filled:
    """All that can be done of what was confirmed. What cannot, is left as it is. ValueError: no page of ours said it."""
    said = [as_said(value) for value in values]
    moves: list[tuple[int, str]] = []
    left = done = 0
    with transaction.atomic():
        gaps.hold_still(gap.channel.pk for _post, _seen, gap in said)
        publishing.lock_all(lying().filter(post__in=[post for post, _seen, _gap in said]))
        for post, seen, gap in said:
            try:
                with transaction.atomic():
                    moved = place(post, seen, gap, by, now)
            except (TakenError, OtherwiseError, PlanError, TooLateError):
                left += 1
                continue
            done += 1
            moves += [(item.pk, item.not_before.isoformat()) for item in moved]
        filling = Filling.objects.create(by=by, moves=moves) if moves else None
    return Filled(filling, done, left)


def as_said(value: str) -> tuple[int, str, Gap]:
    """The post, how it was seen, and the gap (`Pick.value`)."""
    number, place, said, seen = value.split(" ")
    post, at = number_from(number), moment_from(said)
    channel = Channel.objects.open().filter(pk=place).first()
    if post is None or at is None or channel is None:
        raise ValueError(value)
    return post, seen, Gap(channel, at)


def last_filling(by: "User", now: datetime) -> Filling | None:
    """The one that can still be undone."""
    since = now - DAY
    return Filling.objects.filter(by=by, undone_at=None, at__gt=since).order_by("-at").first()


def undo(filling: Filling, by: "User", now: datetime) -> int:
    """
    Back into the reserve, what still waits at the time that it was given, for as long as `last_filling` says. Returns how
    many posts went back.
    """
    with transaction.atomic():
        row = Filling.objects.select_for_update().get(pk=filling.pk)
        if row.undone_at or row.at <= now - DAY:
            return 0
        publishing.lock_all(Publication.objects.filter(pk__in=[pk for pk, _at in row.moves]))
        back = list(filter(None, (take_back(pk, at, by) for pk, at in row.moves)))
        Filling.objects.filter(pk=row.pk).update(undone_at=now)
    return len(set(back))


def take_back(pk: int, at: str, by: "User") -> int | None:
    """The post; None when a worker or a person was faster."""
    waiting = Publication.objects.waiting().filter(pk=pk, planned_for=datetime.fromisoformat(at))
    row = waiting.select_related("channel", "post").first()
    if row is None or row.status == PublicationStatus.HELD:
        return None
    try:
        with transaction.atomic():
            publishing.to_reserve([row], by)
    except TooLateError:
        return None
    return row.post_id


# --- until when -------------------------------------------------------------------------------------------------


def say_best_before(post: Post, day: date | None, by: "User") -> None:
    with transaction.atomic():
        row = Post.objects.locked().get(pk=post.pk)
        if row.best_before != day:
            Post.objects.filter(pk=row.pk).update(best_before=day)
            log.record("post.best_before", row, actor=by, best_before=day)
