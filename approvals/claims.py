"""
Who looks at a post right now: the only writer of claims.

    (nobody) ──look──▶ Anna ──look, look, ...──▶ Anna ──leave, a decision, ten minutes of silence──▶ (nobody)
                        │                          ▲
                        └──take over, give──▶ Johan, whose page looks on

A claim is soft. It is there so that two people do not read the same post at the same time, and it decides nothing: of two
decisions the first one wins, whoever has the claim (`posts.workflow`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices import tell
from approvals.models import Claim
from audit import log
from posts.desk import Desk
from posts.models import Post
from posts.notices import desk_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


def look(post: Post, by: User) -> Claim | None:
    """
    Somebody has the post open: it is theirs unless somebody else has it. Returns whose it is.

    Nobody's, where there is nothing to decide; and one's own post is left for a colleague to take.
    """
    if not post.is_in_review or is_nothing_to_decide(post, by):
        return of(post)
    now = timezone.now()
    # Each step stands alone. Together they would hold the claim and wait for the post, which a decision holds the other
    # way round.
    Claim.objects.lapsed(now).filter(post=post).delete()
    # The race: two open it at the same moment. The row is one for each post, and the second finds the first.
    Claim.objects.get_or_create(post=post, defaults={"by": by, "taken_at": now})
    Claim.objects.filter(post=post, by=by).update(seen_at=now)
    return of(post)


def is_nothing_to_decide(post: Post, by: User) -> bool:
    return post.author_id == by.pk and settings.FOUR_EYES


def of(post: Post) -> Claim | None:
    return by_post([post]).get(post.pk)


def by_post(posts: Iterable[Post]) -> dict[int, Claim]:
    """Whose each of them is, by one query."""
    claims = Claim.objects.live(timezone.now()).filter(post__in=[post.pk for post in posts])
    return {claim.post_id: claim for claim in claims.select_related("by", "given_by")}


def leave(post: Post, by: User, seen_at: datetime) -> bool:
    """
    The page was closed. What was given to somebody stays theirs.

    The race: the same page is opened again before this arrives. `seen_at` is when the closed one was last heard of; the
    new one has been heard of since.
    """
    left, _ = Claim.objects.filter(post=post, by=by, seen_at=seen_at, given_by=None).delete()
    return bool(left)


def take_over(post: Post, by: User) -> Claim | None:
    """From whoever has it, who is told by their page. Nobody's again if there is nothing to decide any more."""
    with transaction.atomic():
        row = Post.objects.locked().get(pk=post.pk)
        before = of(row)
        if not row.is_in_review or is_nothing_to_decide(row, by) or (before and before.by_id == by.pk):
            return before
        now = timezone.now()
        Claim.objects.update_or_create(
            post=row, defaults={"by": by, "taken_at": now, "seen_at": now, "given_by": None}
        )
        if before:
            log.record("post.taken_over", row, actor=by)
    return of(post)


def give(post: Post, to: User, by: User) -> Claim | None:
    """A colleague shall review it: theirs until it is decided, or for a day. They are told, once for each time."""
    with transaction.atomic():
        row = Post.objects.locked().get(pk=post.pk)
        if not row.is_in_review:
            return None
        now = timezone.now()
        hand(row, to, by, now)
        tell_of([row], to, by, now)
    return of(post)


def give_all(posts: Iterable[int], to: User, by: User) -> list[Post]:
    """
    Several at once, of which they are told once. Returns what is theirs to review now: nobody is given what is decided
    already, nor what they may not decide on, and what they were given before is not given again.
    """
    with transaction.atomic():
        rows = Post.objects.locked().filter(pk__in=list(posts)).order_by("pk")
        able = [row for row in rows if row.is_in_review and is_for(row, to)]
        now = timezone.now()
        before = Claim.objects.live(now).filter(post__in=able, by=to, given_by__isnull=False)
        theirs = set(before.values_list("post", flat=True))
        new = [row for row in able if row.pk not in theirs]
        for row in new:
            hand(row, to, by, now)
        tell_of(new, to, by, now)
    return able


def is_for(post: Post, person: User) -> bool:
    """They could decide on it: it is not their own, and they have not turned it down already."""
    return not is_nothing_to_decide(post, person) and post.turned_down_by_id != person.pk


def hand(row: Post, to: User, by: User, now: datetime) -> None:
    given = {"by": to, "taken_at": now, "seen_at": None, "given_by": by}
    Claim.objects.update_or_create(post=row, defaults=given)
    log.record("post.assigned", row, actor=by, to=to.pk)


def tell_of(rows: list[Post], to: User, by: User, now: datetime) -> None:
    """One is told of by its own page, several by the part of the queue that is theirs."""
    key = f"post:{'-'.join(str(row.pk) for row in rows)}:{now.isoformat()}"
    if len(rows) == 1:
        tell({to} - {by}, "assigned", key, desk_of(rows[0]), by=by.name)
    elif rows:
        theirs = f"{reverse('approvals:desk')}?mina=1"
        tell({to} - {by}, "assigned_several", key, theirs, by=by.name, count=len(rows))


def colleagues(post: Post) -> "QuerySet[User]":
    """Those who could review it."""
    able = reviewers()
    return able.exclude(pk=post.author_id) if settings.FOUR_EYES else able


def reviewers() -> "QuerySet[User]":
    return User.objects.granted("posts.review_post").order_by("name")


def as_told(post: Post, claim: Claim | None, reader: User) -> dict[str, Any]:
    """What the post's page says about it to this reader."""
    return {
        "post": post,
        "claim": claim,
        "is_mine": claim is not None and claim.by_id == reader.pk,
        "is_open": post.is_in_review,
        "may_take": claim is None and post.is_in_review and not is_nothing_to_decide(post, reader),
    }


class Looking(Desk):
    """What posts ask about it (`posts.desk`)."""

    def looks_at(self) -> Combinable:
        return Exists(Claim.objects.at_it(timezone.now()).filter(post=OuterRef("pk")))

    def is_done_with(self, post: Post) -> None:
        Claim.objects.filter(post=post).delete()
