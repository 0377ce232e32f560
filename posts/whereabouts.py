"""
Where a post is and where not, channel by channel: how that is going, what holds it up, and what a person could do.

One `Whereabouts` is one row on the post's page; the words are in `templates/posts/publication/_row.html`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q
from django.utils import timezone

from channels.adapters.base import Privacy
from channels.models import Channel
from posts import chips, publishing
from posts.chips import Chip
from posts.models import (
    OVER,
    Post,
    Publication,
    PublicationStatus,
    Removal,
    RemovalStatus,
    Status,
    VersionChannel,
)

S = PublicationStatus
HAS_A_RECEIPT = (S.PUBLISHED, S.REMOVED)
LEFT_BEHIND = (S.FAILED, S.NEEDS_DECISION, S.HELD, S.BY_HAND)
"""What follows a post and waits for somebody."""
AT_SEA = (S.STAGING, S.COMMITTING, S.UNCONFIRMED)
"""On its way, or we are looking: nobody can tell yet whether it is out."""


@dataclass(frozen=True)
class Whereabouts:
    """One publication, and the last order to remove it, if there was one."""

    publication: Publication
    removal: Removal | None = None
    parts: tuple[Publication, ...] = ()
    """What follows it there, in its order."""

    @property
    def channel(self) -> Channel:
        return self.publication.channel

    @property
    def is_leaving(self) -> bool:
        """Somebody wants it gone, and it is not (known to be) gone yet."""
        return self.removal is not None and self.removal.finished_at is None

    @property
    def is_for_a_hand(self) -> bool:
        """A person must remove it on the platform."""
        return self.removal is not None and self.removal.status == RemovalStatus.BY_HAND

    @property
    def could_be_removed_by_hand(self) -> bool:
        """The platform does not let us; or we cannot call it, and a person may be quicker than its mending."""
        if self.removal is None or not self.is_leaving:
            return False
        is_out_of_reach = self.is_stuck and self.publication.is_published
        return self.is_for_a_hand or (is_out_of_reach and self.removal.confirmed_by is None)

    @property
    def was_never_out(self) -> bool:
        return self.removal is not None and self.removal.status == RemovalStatus.NOT_OUT

    @property
    def chip(self) -> Chip:
        if self.is_leaving:
            return chips.REMOVE_BY_HAND if self.is_for_a_hand else chips.LEAVING
        return chips.NEVER_OUT if self.was_never_out else chips.of_publication(self.publication)

    @property
    def is_moving(self) -> bool:
        """It goes on by itself, so that the page should look again."""
        if self.is_stuck or self.is_for_a_hand or self.is_open_question:
            return False
        is_growing = self.publication.is_published and any(chips.moves_soon(part) for part in self.in_turn)
        return self.is_leaving or is_growing or chips.moves_soon(self.publication)

    # --- what follows it

    @property
    def is_thread(self) -> bool:
        """Not a comment under the post."""
        return bool(self.channel.adapter_class.limits.thread)

    @property
    def of_how_many(self) -> int:
        """With the post itself."""
        return 1 + len(self.parts)

    @property
    def how_many_out(self) -> int:
        return [self.publication.is_published, *(part.is_published for part in self.parts)].count(True)

    @property
    def has_begun(self) -> bool:
        return self.publication.is_published and not self.is_leaving

    @property
    def is_whole(self) -> bool:
        return self.how_many_out == self.of_how_many

    @property
    def in_turn(self) -> list[Publication]:
        """What comes next, if it is not out."""
        return [part for part in self.parts if not part.is_published and part.is_in_turn]

    @property
    def first_missing(self) -> Publication | None:
        """What does not come out by itself, though the post is out: a person has to do something."""
        stuck = [part for part in self.in_turn if part.status in LEFT_BEHIND]
        return stuck[0] if stuck and self.has_begun else None

    @property
    def number_missing(self) -> int:
        return self.first_missing.part + 1 if self.first_missing else 0

    # --- what holds it up

    @property
    def is_stuck(self) -> bool:
        """Its channel cannot be called, so that nothing goes on until a person mends that.

        A pause holds up what would be sent and what is looked for; it keeps nothing from being taken down.
        """
        if self.is_for_a_hand:
            return False
        status = self.publication.status
        is_held_up = status == S.UNCONFIRMED or (status == S.QUEUED and not self.is_leaving)
        return bool(self.channel.fault and self.is_leaving) or (is_held_up and self.channel.is_held_up)

    @property
    def trouble(self) -> str:
        """The code of what went wrong last, where it still matters."""
        if self.is_leaving and self.removal:
            return self.removal.trouble
        is_past = self.publication.status in (*HAS_A_RECEIPT, S.NEEDS_DECISION)
        return "" if is_past else self.publication.trouble

    @property
    def again_at(self) -> datetime | None:
        """When it is tried again, where that is known and not at once."""
        if self.is_stuck:
            return None
        if self.is_leaving and self.removal:
            return later(self.removal.not_before) if self.removal.tries else None
        is_retried = self.publication.trouble and self.publication.status in (S.QUEUED, S.UNCONFIRMED)
        return later(self.publication.not_before) if is_retried else None

    @property
    def waits_for_certainty(self) -> bool:
        """It cannot be removed before we know whether it is out."""
        return self.is_leaving and self.publication.status in (*AT_SEA, S.NEEDS_DECISION)

    # --- what a person could do

    @property
    def is_open_question(self) -> bool:
        return self.publication.status == S.NEEDS_DECISION

    @property
    def is_being_looked_for(self) -> bool:
        return self.publication.status == S.UNCONFIRMED

    @property
    def can_be_taken_by_hand(self) -> bool:
        return not self.is_leaving and publishing.can_be_taken_by_hand(self.publication)

    @property
    def can_be_tried_again(self) -> bool:
        is_left = self.publication.has_failed or self.is_left_lying
        return is_left and self.publication.is_in_turn and not publishing.was_taken_down(self.publication)

    @property
    def is_left_lying(self) -> bool:
        """It follows a post that is out, and was not sent when publishing was started again."""
        return not self.publication.is_head and self.publication.status == S.HELD

    @property
    def is_of_its_own(self) -> bool:
        """The post itself; of what follows it, only what somebody has to see to."""
        if self.publication.is_head or self.is_open_question or self.is_for_a_hand:
            return True
        is_next = self.publication.is_in_turn and not self.publication.is_published
        return is_next and (self.publication.status in LEFT_BEHIND or self.is_stuck)

    @property
    def can_be_taken_down(self) -> bool:
        return not self.is_leaving and self.publication.status not in (S.CANCELLED, S.FAILED, S.REMOVED)

    @property
    def has_receipt(self) -> bool:
        """Something was sent, or is out: there is something to prove."""
        return self.publication.status in HAS_A_RECEIPT or bool(self.publication.attempts.all())


def later(at: datetime) -> datetime | None:
    return at if at > timezone.now() else None


def of(post: Post) -> list[Whereabouts]:
    """
    On each channel of the version that is approved now, and of an earlier one that is (or may be) out all the same. What
    was taken back is shown when it was taken down.
    """
    wanted = Q(post=post) & ~Q(status__in=OVER)
    if post.status == Status.APPROVED:
        wanted |= Q(version=post.current_version_id)
    found = loaded(wanted)
    rows = [Whereabouts(item, last_removal(item), following(item, found)) for item in found]
    shown = [row for row in rows if row.removal or row.publication.status != S.CANCELLED]
    return [row for row in shown if row.is_of_its_own]


def public_links(rows: Iterable[Whereabouts]) -> list[Publication]:
    """What anybody may be sent the address of: the posts themselves, where everybody may see them."""
    out = [row.publication for row in rows if row.publication.is_head and row.has_begun]
    for_some = VersionChannel.objects.filter(version__in={item.version_id for item in out})
    hidden = set(for_some.exclude(privacy=Privacy.PUBLIC).values_list("version", "channel")) if out else set()
    return [item for item in out if item.url and (item.version_id, item.channel_id) not in hidden]


def following(head: Publication, found: Iterable[Publication]) -> tuple[Publication, ...]:
    if not head.is_head:
        return ()
    place = head.version_id, head.channel_id
    return tuple(item for item in found if not item.is_head and (item.version_id, item.channel_id) == place)


def one(publication: Publication) -> Whereabouts:
    loaded_again = loaded(Q(pk=publication.pk))[0]
    return Whereabouts(loaded_again, last_removal(loaded_again))


def loaded(wanted: Q, most: int | None = None) -> list[Publication]:
    """All of them; or the newest, and no more than `most`."""
    removals = Removal.objects.select_related("takedown__requested_by", "confirmed_by").order_by("-pk")
    found = (
        Publication.objects.filter(wanted)
        .select_related("channel__paused_by", "approval", "after")
        .prefetch_related("attempts", Prefetch("removals", removals))
    )
    return list(found if most is None else found.order_by("-pk")[:most])


def last_removal(publication: Publication) -> Removal | None:
    return next(iter(publication.removals.all()), None)  # type: ignore[attr-defined]


def all_failed(rows: Collection[Whereabouts]) -> bool:
    """Nothing came of it anywhere: it can be changed and sent in again."""
    return bool(rows) and all(row.publication.has_failed for row in rows)


def chip_of(post: Post, rows: Iterable[Whereabouts]) -> Chip:
    """The post's own; while it is being taken down, that comes first."""
    leaving = [row.chip for row in rows if row.is_leaving]
    return next((chip for chip in (chips.REMOVE_BY_HAND, *leaving) if chip in leaving), chips.of_post(post))


def need_a_person(posts: Collection[Post]) -> dict[int, list[Publication]]:
    """What somebody must decide or remove, by post: for a list, with one question for all of it."""
    questions = Q(status=S.NEEDS_DECISION) | Q(pk__in=Removal.objects.by_hand().values("publication"))
    found: dict[int, list[Publication]] = {}
    for item in Publication.objects.filter(questions, post__in=posts).select_related("channel"):
        found.setdefault(item.post_id, []).append(item)
    return found
