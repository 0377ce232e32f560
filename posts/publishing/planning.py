"""From an approval to the queue, and what people do with what waits there: when, whether, and back again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import log
from channels.models import Channel
from posts import content as contents
from posts import notices, showing
from posts.models import OVER, Approval, Hold, Post, Publication, PublicationStatus
from posts.publishing.rows import TooLateError, lock_all

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class When:
    """What was decided about the time. Nothing given: as soon as the undo window is over."""

    at: datetime | None = None
    reserve: bool = False


class PlanError(Exception):
    """The time does not work. `code` is `past`, `before_earliest` or `after_latest`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def enqueue(approval: Approval, when: When | None = None) -> list[Publication]:
    """One publication for each channel that the approved version is meant for, and what follows it there."""
    when, post = when or When(), approval.version.post
    check(when.at, post.earliest, post.latest)
    shows = showing.shown_by(approval.version)
    heads = [
        Publication.objects.create(
            post=post,
            version=approval.version,
            channel=choice.channel,
            approval=approval,
            has_film=bool(contents.for_channel(approval.version, choice.channel).films),
            shows=shows,
            planned_for=when.at,
            not_before=max(filter(None, (soonest(), post.earliest, when.at))),
            not_after=post.latest,
            **(held_as(Hold.RESERVE) if when.reserve else waiting_on(choice.channel)),
        )
        for choice in approval.version.chosen_channels.select_related("channel")
    ]
    for head in heads:
        put_behind(head)
    return heads


def put_behind(head: Publication) -> None:
    """
    What follows it waits for it, and so for all that it waits for: it has no time and no hold of its own, and what people
    do with the post's time they do with the post alone.
    """
    before = head
    for part, content in enumerate(contents.following(head.version, head.channel), 1):
        before = Publication.objects.create(
            post=head.post,
            version=head.version,
            channel=head.channel,
            approval=head.approval,
            part=part,
            after=head if content.is_comment else before,
            not_before=head.not_before,
            **waiting_on(head.channel),
        )


def check(at: datetime | None, earliest: datetime | None, latest: datetime | None) -> None:
    """Refuse a time that cannot be kept."""
    now = timezone.now()
    if at and at <= now:
        raise PlanError("past")
    if at and earliest and at < earliest:
        raise PlanError("before_earliest")
    if latest and latest <= max(filter(None, (now, at, earliest))):
        raise PlanError("after_latest")


def soonest() -> datetime:
    """Now, and a while to regret it in."""
    return timezone.now() + timedelta(seconds=settings.UNDO_SECONDS)


def waiting_on(channel: Channel) -> dict[str, Any]:
    """In the queue; or in a person's hands, where nothing can be called."""
    publishes = channel.adapter_class.publishes
    return {"status": PublicationStatus.QUEUED if publishes else PublicationStatus.BY_HAND, "hold": ""}


def held_as(hold: Hold) -> dict[str, Any]:
    return {"status": PublicationStatus.HELD, "hold": hold}


# --- taking back ------------------------------------------------------------------------------------------


def cancel_all(post: Post) -> bool:
    """Take back everything that waits. False, and nothing done, when some of it is out or on its way."""
    with transaction.atomic():
        live = Publication.objects.filter(post=post).exclude(status__in=OVER)
        expected = live.count()
        # The race: a worker claims one of them right now. Then it no longer matches, and all of it stays.
        cancelled = live.waiting().update(status=PublicationStatus.CANCELLED, hold="")
        if cancelled != expected:
            transaction.set_rollback(True)
    return cancelled == expected


def beyond_recall(post: Post) -> list[Publication]:
    """Those that are out, on their way, or perhaps out: what `cancel_all` does not take back."""
    live = Publication.objects.filter(post=post).exclude(status__in=OVER)
    return list(live.exclude(pk__in=live.waiting()).select_related("channel"))


def is_untouched(post: Post) -> bool:
    """Nothing of it is out or on its way, so that it can still be taken back (`cancel_all` decides)."""
    live = Publication.objects.filter(post=post).exclude(status__in=OVER)
    return live.exists() and not live.exclude(pk__in=live.waiting()).exists()


# --- moving, holding, letting go ---------------------------------------------------------------------------


def move(
    publications: Iterable[Publication], by: "User", at: datetime, latest: datetime | None = None
) -> None:
    """To another time, from wherever it waits, with the latest time that it has from now on."""
    for publication in (chosen := list(publications)):
        check(at, publication.post.earliest, latest)
    with transaction.atomic():
        lock_all(chosen)
        for publication in chosen:
            waiting = waiting_on(publication.channel)
            take(publication, planned_for=at, not_before=at, not_after=latest, **waiting)
            log.record("publication.moved", publication, actor=by, post=publication.post_id, at=at)


def hold(publications: Iterable[Publication], by: "User") -> None:
    """Nothing of it goes out until somebody says so."""
    park(publications, by, Hold.PERSON)


def to_reserve(publications: Iterable[Publication], by: "User") -> None:
    """Approved, without a time, for a day that needs it."""
    park(publications, by, Hold.RESERVE)


def park(publications: Iterable[Publication], by: "User | None", hold: Hold) -> None:
    with transaction.atomic():
        lock_all(chosen := list(publications))
        for publication in chosen:
            take(publication, planned_for=None, **held_as(hold))
            log.record("publication.held", publication, actor=by, post=publication.post_id, hold=hold)


def release(publications: Iterable[Publication], by: "User") -> None:
    """
    As soon as the undo window is over, but never before the earliest time that its post asks for. Whoever lets go of what
    has expired wants it out although it is late.
    """
    now = timezone.now()
    with transaction.atomic():
        lock_all(chosen := list(publications))
        for publication in chosen:
            is_late = publication.not_after is not None and publication.not_after <= now
            fields = {"not_after": None} if is_late else {}
            take(
                publication,
                planned_for=None,
                not_before=max(filter(None, (soonest(), publication.post.earliest))),
                **fields,
                **waiting_on(publication.channel),
            )
            log.record("publication.released", publication, actor=by, post=publication.post_id, late=is_late)


def take(publication: Publication, **fields: Any) -> None:
    """
    Write to what waits and nobody has claimed. A worker that is faster wins, and so does a person who has taken it over
    to publish it by hand.
    """
    waiting = Publication.objects.waiting().filter(pk=publication.pk)
    if not publication.channel.is_by_hand:
        waiting = waiting.exclude(status=PublicationStatus.BY_HAND)
    if not waiting.update(woken_at=None, **fields):
        raise TooLateError(str(publication))


def expire(now: datetime) -> int:
    """What was not out at its latest time is parked, and never sent late. Returns how many."""
    return sum(expire_one(publication, now) for publication in Publication.objects.overdue(now))


def expire_one(publication: Publication, now: datetime) -> bool:
    with transaction.atomic():
        # The race: a person gives it another time right now.
        expired = Publication.objects.overdue(now).filter(pk=publication.pk).update(**held_as(Hold.EXPIRED))
        if expired:
            log.record("publication.expired", publication, post=publication.post_id)
            notices.expired(publication)
    return bool(expired)
