"""
How a post is, in one word with a colour and an icon: the one place where the two lifecycles become a chip.

A post's chip is its editorial status until it is approved; from then on, what became of its publications.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import pgettext_lazy

from posts.models import Hold, Post, Publication, PublicationStatus, Status

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True)
class Chip:
    """`kind` is the ending of the css class, `icon` a name in the sprite."""

    label: "Promise | str"
    kind: str
    icon: str


DRAFT = Chip(pgettext_lazy("chip", "Utkast"), "draft", "pencil")
WAITING = Chip(pgettext_lazy("chip", "Väntar på granskning"), "wait", "clock")
REVIEWED = Chip(pgettext_lazy("chip", "Granskas"), "wait", "eye")
CHANGES = Chip(pgettext_lazy("chip", "Behöver ändras"), "change", "pencil-line")
APPROVED = Chip(pgettext_lazy("chip", "Godkänt"), "ok", "check")
PUBLISHING = Chip(pgettext_lazy("chip", "Publiceras"), "ok", "send")
PUBLISHED = Chip(pgettext_lazy("chip", "Publicerat"), "live", "circle-check")
PARTLY = Chip(pgettext_lazy("chip", "Delvis publicerat"), "wait", "circle-alert")
FAILED = Chip(pgettext_lazy("chip", "Misslyckades"), "fail", "triangle-alert")
UNKNOWN = Chip(pgettext_lazy("chip", "Vi vet inte om det kom ut"), "wait", "circle-help")
LOOKING = Chip(pgettext_lazy("chip", "Vi kontrollerar om det kom ut"), "wait", "circle-help")
REJECTED = Chip(pgettext_lazy("chip", "Avslaget"), "fail", "circle-x")
WITHDRAWN = Chip(pgettext_lazy("chip", "Tillbakadraget"), "gone", "undo-2")
REMOVED = Chip(pgettext_lazy("chip", "Nedtaget"), "gone", "eye-off")
BY_HAND = Chip(pgettext_lazy("chip", "För hand"), "draft", "hand")
QUEUED = Chip(pgettext_lazy("chip", "Ska publiceras"), "ok", "clock")
HELD = Chip(pgettext_lazy("chip", "Väntar"), "wait", "clock")
SCHEDULED = Chip(pgettext_lazy("chip", "Schemalagt"), "ok", "clock")
RESERVE = Chip(pgettext_lazy("chip", "I reserven"), "draft", "clock")
EXPIRED = Chip(pgettext_lazy("chip", "Utgången"), "wait", "circle-alert")
CANCELLED = Chip(pgettext_lazy("chip", "Inställt"), "gone", "x")
LEAVING = Chip(pgettext_lazy("chip", "Tas ned"), "gone", "hourglass")
REMOVE_BY_HAND = Chip(pgettext_lazy("chip", "Ta ned för hand"), "fail", "hand")
NEVER_OUT = Chip(pgettext_lazy("chip", "Kom aldrig ut"), "gone", "x")

BEFORE_APPROVAL = {
    Status.DRAFT: DRAFT,
    Status.IN_REVIEW: WAITING,
    Status.CHANGES: CHANGES,
    Status.REJECTED: REJECTED,
    Status.WITHDRAWN: WITHDRAWN,
}

OF_PUBLICATION = {
    PublicationStatus.QUEUED: QUEUED,
    PublicationStatus.STAGING: PUBLISHING,
    PublicationStatus.COMMITTING: PUBLISHING,
    PublicationStatus.UNCONFIRMED: LOOKING,
    PublicationStatus.NEEDS_DECISION: UNKNOWN,
    PublicationStatus.PUBLISHED: PUBLISHED,
    PublicationStatus.REMOVED: REMOVED,
    PublicationStatus.HELD: HELD,
    PublicationStatus.CANCELLED: CANCELLED,
    PublicationStatus.FAILED: FAILED,
    PublicationStatus.BY_HAND: BY_HAND,
}

OF_HOLD: dict[str, Chip] = {Hold.RESERVE: RESERVE, Hold.EXPIRED: EXPIRED}

MOVING = frozenset(
    {
        PublicationStatus.QUEUED,
        PublicationStatus.STAGING,
        PublicationStatus.COMMITTING,
        PublicationStatus.UNCONFIRMED,
    }
)
"""What goes on by itself: the page looks again while there is one of these."""
SOON = timedelta(minutes=12)
"""
Longer than anybody may have to regret an okay; what is further away is no reason to look every other second, nor to let
an author wait for news of the rest.
"""


def of_post(post: Post) -> Chip:
    if post.is_in_review and post.is_looked_at:
        return REVIEWED
    if post.status in BEFORE_APPROVAL:
        return BEFORE_APPROVAL[Status(post.status)]
    publications = current_publications(post)
    chip = of_all({standing(item) for item in publications})
    return of_waiting(publications) if chip == APPROVED else chip


def of_waiting(publications: Collection[Publication]) -> Chip:
    """Nothing of it is out or on its way: what somebody must see first, then its time."""
    found = [of_publication(item) for item in publications]
    return next((chip for chip in (EXPIRED, SCHEDULED, RESERVE) if chip in found), APPROVED)


def of_publication(publication: Publication) -> Chip:
    status = standing(publication)
    if status == PublicationStatus.HELD:
        return OF_HOLD.get(publication.hold, HELD)
    if status == PublicationStatus.QUEUED and is_scheduled(publication):
        return SCHEDULED
    return OF_PUBLICATION[status]


def is_scheduled(publication: Publication) -> bool:
    """Somebody chose a time for it, and that has not come yet."""
    return publication.planned_for is not None and publication.planned_for > timezone.now()


def standing(publication: Publication) -> PublicationStatus:
    """Its status; but what is queued for a channel that is held up waits, and nothing moves."""
    status = PublicationStatus(publication.status)
    if status == PublicationStatus.QUEUED and publication.channel.is_held_up:
        return PublicationStatus.HELD
    return status


def current_publications(post: Post) -> list[Publication]:
    """Those of the version that is approved now, without what follows them; what was taken back before is history."""
    if post.status != Status.APPROVED:
        return []
    return [
        item
        for item in post.publications.all()
        if item.is_head
        and item.version_id == post.current_version_id
        and item.status != PublicationStatus.CANCELLED
    ]


def of_all(found: Collection[PublicationStatus]) -> Chip:
    """One word for what became of a post on all of its channels. What needs a person comes first."""
    statuses = set(found)
    if not statuses:
        return CANCELLED
    waiting = {PublicationStatus.QUEUED, PublicationStatus.HELD, PublicationStatus.BY_HAND}
    if statuses <= waiting:
        return APPROVED
    if PublicationStatus.NEEDS_DECISION in statuses:
        return UNKNOWN
    if statuses & MOVING:
        return PUBLISHING
    if statuses == {PublicationStatus.REMOVED}:
        return REMOVED
    if statuses <= {PublicationStatus.PUBLISHED, PublicationStatus.REMOVED}:
        return PUBLISHED
    return PARTLY if PublicationStatus.PUBLISHED in statuses else FAILED


def moves_soon(publication: Publication) -> bool:
    """Something happens to it by itself, and soon."""
    status = standing(publication)
    is_later = status == PublicationStatus.QUEUED and publication.not_before > timezone.now() + SOON
    return status in MOVING and not is_later
