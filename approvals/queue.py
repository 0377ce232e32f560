"""
The queue: what waits for a decision, in the order in which it should get one.

What is urgent comes first, then what has a latest time, then what would fill a gap of today, then the oldest: the
database puts it in order. A page fetches the posts that it shows; of all the others it knows their numbers at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from approvals import discussion, gaps, regret, second
from approvals.ages import Age, age_of
from approvals.choice import Choice
from approvals.models import Claim
from posts import changes, renditions
from posts.blockers import Blocker, blockers
from posts.models import ConsentRequest, Post, PostQuerySet, Promise, VersionChannel, parts_of

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 20
"""Three screens of a desk: more of them would make everybody wait, for what few people look at."""
NAMED = 2
"""So many of the things that are missing are named in a row."""
ORDER = (
    F("is_urgent").desc(),
    F("latest").asc(nulls_last=True),
    F("fills").desc(),
    F("submitted_at"),
    F("pk"),
)


@dataclass(frozen=True)
class Row:
    """`fills`: one of its channels lacks a post today. `is_own`: a colleague must decide."""

    post: Post
    blockers: list[Blocker]
    is_own: bool
    fills: bool = False
    age: Age | None = None
    claimed_by: str = ""
    """The name of somebody else who looks at it, or shall."""
    is_claim_waiting: bool = False
    """They were given it, and have not opened it."""
    given_by: str = ""
    """The name of the colleague who gave it to the reader."""
    is_asked: bool = False
    """A colleague was asked for a second opinion, and has not answered. Not told to whoever sent the post in."""
    is_answered: bool = False
    """Whoever sent it in wrote something that nobody has answered."""
    is_half_approved: bool = False
    """One of the two okays that it needs is there."""

    @property
    def is_turned_down(self) -> bool:
        """Its author asked somebody else to judge it than who said no."""
        return self.post.turned_down_by_id is not None

    @property
    def named(self) -> list[Blocker]:
        """What is missing, in words, as far as a row has room for them."""
        return self.blockers if len(self.blockers) <= NAMED else self.blockers[: NAMED - 1]

    @property
    def more(self) -> int:
        return len(self.blockers) - len(self.named)

    @property
    def is_free(self) -> bool:
        """The reader can decide on it, and nobody else is about to."""
        return not self.is_own and not self.claimed_by


@dataclass(frozen=True)
class Page:
    """A part of the queue, as the list shows it. `of` is how many there are in all of it."""

    rows: list[Row]
    of: int
    number: int = 1
    waiting: int | None = None
    """In the whole queue, whatever is chosen of it; None where that was not asked."""
    can_regret: bool = False

    @property
    def last(self) -> int:
        return max(-(-self.of // PAGE), 1)

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.last else None

    @property
    def to_open(self) -> Post | None:
        """The first that the reader can decide on; that nobody else looks at, if there is one."""
        by_merit = sorted(self.rows, key=lambda row: (row.is_own, not row.is_free))
        return by_merit[0].post if by_merit else None


@dataclass(frozen=True)
class Place:
    """Where a post stands in the queue, and its neighbours."""

    number: int
    of: int
    previous: int | None
    following: int | None

    @property
    def page(self) -> int:
        return (self.number - 1) // PAGE + 1


@dataclass(frozen=True)
class Line:
    """All that waits, in its order, by number; and whose it is: who must leave it to others."""

    authors: dict[int, int] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        return list(self.authors)

    def place_of(self, post: int) -> Place | None:
        """None when it does not stand in it (any more)."""
        if post not in self.authors:
            return None
        numbers = self.numbers
        at = numbers.index(post)
        return Place(
            number=at + 1,
            of=len(numbers),
            previous=numbers[at - 1] if at else None,
            following=numbers[at + 1] if at + 1 < len(numbers) else None,
        )

    def behind(self, post: int) -> list[int]:
        """What comes after a post, then what comes before it."""
        numbers = self.numbers
        at = numbers.index(post) if post in self.authors else -1
        return numbers[at + 1 :] + numbers[: max(at, 0)]


# --- the order ------------------------------------------------------------------------------------------------


def in_order(posts: PostQuerySet, short: set[int]) -> PostQuerySet:
    """`short` are the channels that lack a post today."""
    return posts.annotate(fills=fills(short)).order_by(*ORDER)


def fills(short: set[int]) -> Combinable:
    """
    Whether a post is meant for one of these channels. As a value that is looked up for each post that waits: told to find
    out whether one exists, PostgreSQL would rather read the channels of all posts that there ever were.
    """
    if not short:
        # PostgreSQL sorts by no constant.
        return ExpressionWrapper(Q(pk=None), BooleanField())
    meant = VersionChannel.objects.filter(version=OuterRef("current_version"), channel__in=short).order_by()
    found = meant.annotate(found=Value(True)).values("found")[:1]
    return Coalesce(Subquery(found), Value(False), output_field=BooleanField())


def line(choice: Choice, reader: "User", now: datetime) -> Line:
    return line_of(choice.narrow(reader, now), reader, gaps.channels_short_today(now))


def line_of(posts: PostQuerySet, reader: "User", short: set[int]) -> Line:
    rows = in_order(posts, short).values_list("pk", "author", "turned_down_by")
    return Line({pk: barred if barred == reader.pk else author for pk, author, barred in rows})


# --- pages ----------------------------------------------------------------------------------------------------


def page_of(choice: Choice, reader: "User", now: datetime, number: int = 1) -> Page:
    """One page of it, and how many there are: by one question, with what belongs to the posts after it."""
    waits, short = choice.narrow(reader, now), gaps.channels_short_today(now)
    first = (number - 1) * PAGE
    # What a row shows is looked up for these alone, and not for all that are put in order.
    here = in_order(waits, short).values("pk")[first : first + PAGE]
    in_all = {"waiting": counted(Post.objects.awaiting_review())} if choice.keep else {}
    found = in_order(Post.objects.filter(pk__in=here), short).annotate(
        of=counted(waits), can_regret=Exists(regret.approved_by(reader, now)), **in_all
    )
    posts = list(for_rows(found, reader, now))
    if not posts and number > 1:
        return page_of(choice, reader, now)
    rows = rows_of(posts, reader, now)
    if not posts:
        return Page(rows, 0, number, can_regret=True)
    told: Any = posts[0]
    return Page(rows, told.of, number, told.waiting if in_all else told.of, told.can_regret)


def counted(posts: PostQuerySet) -> Combinable:
    """How many there are, as a part of another question."""
    return Coalesce(Subquery(posts.order_by().values("status").annotate(n=Count("pk")).values("n")), 0)


def beside(post: Post, choice: Choice, reader: "User", now: datetime) -> tuple[Page, Place | None]:
    """The page that a post stands on, and its place; the first page, where it stands nowhere."""
    waits, short = choice.narrow(reader, now), gaps.channels_short_today(now)
    line = line_of(waits, reader, short)
    place = line.place_of(post.pk)
    number = place.page if place else 1
    here = line.numbers[(number - 1) * PAGE : number * PAGE]
    found = in_order(Post.objects.filter(pk__in=here), short)
    return Page(rows_of(list(for_rows(found, reader, now)), reader, now), len(line.authors), number), place


def for_rows(posts: PostQuerySet, reader: "User", now: datetime) -> PostQuerySet:
    """With what a row shows."""
    with_people = discussion.with_signs(
        posts.select_related("author", "category", "current_version", "draft")
    )
    with_okays = second.with_first_okays(with_people, now)
    with_all = with_promises(with_claims(with_okays, reader, now))
    asked = ConsentRequest.objects.filter(post=OuterRef("pk"))
    return with_all.annotate(is_consent_asked=Exists(asked)).prefetch_related(*parts_of("current_version"))


def with_promises(posts: PostQuerySet) -> PostQuerySet:
    """With what its author was told last: since when an answer is waited for, by when it comes, and when it came."""
    last = Promise.objects.filter(post=OuterRef("pk")).order_by("-pk")
    return posts.annotate(
        asked_at=Subquery(last.values("sent_in_at")[:1]),
        promised_by=Subquery(last.values("answer_by")[:1]),
        answered_at=Subquery(last.values("closed_at")[:1]),
    )


def with_claims(posts: PostQuerySet, reader: "User", now: datetime) -> PostQuerySet:
    """With the name of somebody else who looks at each, or shall; and of who gave it to the reader."""
    claims = Claim.objects.live(now).filter(post=OuterRef("pk"))
    others, given = claims.exclude(by=reader), claims.filter(by=reader)
    return posts.annotate(
        claimed_by=Subquery(others.values("by__name")[:1]),
        is_claim_waiting=~Exists(Claim.objects.at_it(now).filter(post=OuterRef("pk"))),
        given_by=Subquery(given.values("given_by__name")[:1]),
    )


def rows_of(posts: Sequence[Any], reader: "User", now: datetime) -> list[Row]:
    versions = [post.current_version for post in posts if post.current_version]
    renditions.fetch(versions)
    changes.fetch(versions)
    prefetch_related_objects([post for post in posts if post.is_consent_asked], "consents")
    return [row_of(post, reader, now) for post in posts]


def row_of(post: Any, reader: "User", now: datetime) -> Row:
    return Row(
        post,
        missing_in(post),
        is_own=reader.pk in (post.author_id, post.turned_down_by_id),
        fills=post.fills,
        age=age_in(post, now) if post.is_in_review and post.submitted_at else None,
        claimed_by=post.claimed_by or "",
        is_claim_waiting=post.is_claim_waiting,
        given_by=post.given_by or "",
        is_asked=post.is_asked and post.author_id != reader.pk,
        is_answered=post.is_answered,
        is_half_approved=post.is_half_approved,
    )


def age_in(post: Any, now: datetime) -> Age:
    """Against what its author was told: another time where it is urgent, or is reviewed once more."""
    since = post.asked_at or post.submitted_at
    return age_of(since, now, post.promised_by, is_answered=post.answered_at is not None)


def row_for(post: Post, reader: "User", now: datetime) -> Row:
    """The row of one post, as the list shows it."""
    alone = Post.objects.filter(pk=post.pk).annotate(fills=fills(gaps.channels_short_today(now)))
    [row] = rows_of(list(for_rows(alone, reader, now)), reader, now)
    return row


def missing_in(post: Any) -> list[Blocker]:
    """Nothing, while there is no version to decide on."""
    version = post.current_version
    if version is None or not post.is_in_review or post.awaits_media:
        return []
    return blockers(version, post.consents.all() if post.is_consent_asked else ())


# --- on to the next -------------------------------------------------------------------------------------------


def next_of(before: Line, decided: int, choice: Choice, reader: "User", now: datetime) -> int | None:
    """
    The next one in order after a post that was just decided, in the line as it was before that: one that still waits and
    that the reader can decide on. One that nobody else looks at comes before others. None at the end of the queue.
    """
    waits = line(choice, reader, now).authors
    able = [number for number in before.behind(decided) if can_take(number, waits, reader)]
    able += [number for number in waits if number not in before.authors and can_take(number, waits, reader)]
    elsewhere = set(looked_at_by_others(able, reader, now)) if able else set()
    return next((number for number in able if number not in elsewhere), able[0] if able else None)


def can_take(number: int, waits: dict[int, int], reader: "User") -> bool:
    return number in waits and waits[number] != reader.pk


def looked_at_by_others(numbers: Iterable[int], reader: "User", now: datetime) -> list[int]:
    taken = Claim.objects.live(now).filter(post__in=list(numbers)[:PAGE]).exclude(by=reader)
    return list(taken.values_list("post", flat=True))
