"""Stopping everything, pausing or leaving a channel, and starting again with open eyes."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit import log
from channels import connections
from channels.models import Channel
from posts import notices
from posts.models import Hold, Publication, PublicationStatus, PublishingStop, StopReason
from posts.publishing.looking import give_up_looking
from posts.publishing.planning import park, take
from posts.publishing.rows import TooLateError, close_gate, lock_all

if TYPE_CHECKING:
    from accounts.models import User


class Resume(StrEnum):
    """How what has waited goes out."""

    NOW = "now"
    SPREAD = "spread"
    """One at a time on each channel, `SPREAD_MINUTES` apart."""
    PARKED = "parked"
    """Nothing of it, until somebody says so for each."""


def current_stop() -> PublishingStop | None:
    return PublishingStop.objects.filter(stopped_at__isnull=False).select_related("stopped_by").first()


def stop(by: "User", reason: StopReason, message: str = "") -> bool:
    """From now on no commit call begins, on any channel. False: somebody was faster, and theirs stands."""
    with transaction.atomic():
        row = close_gate()
        if row.stopped_at:
            return False
        row.stopped_at, row.stopped_by = timezone.now(), by
        row.reason, row.message = reason, message
        row.save()
        log.record("publishing.stopped", "publishing", actor=by, reason=reason, message=message)
        notices.stopped(row)
    return True


def resume(by: "User", how: Resume, chosen: Collection[int]) -> bool:
    """Start again. Of what has waited, only what the person saw and chose goes out; the rest is parked."""
    with transaction.atomic():
        row = PublishingStop.objects.select_for_update().filter(id=1, stopped_at__isnull=False).first()
        if row is None:
            return False
        lock_all(waiting := waiting_for_resume())
        let_go(waiting, by, how, chosen)
        row.stopped_at, row.stopped_by, row.reason, row.message = None, None, "", ""
        row.save()
        log.record("publishing.resumed", "publishing", actor=by, how=how)
        notices.resumed(by)
    return True


def pause(channel: Channel, by: "User", reason: str = "") -> bool:
    """From now on no commit call begins on this channel. False: it was paused already."""
    with transaction.atomic():
        close_gate()
        paused = connections.pause(channel, by, reason)
        if paused:
            notices.paused(channel, by, reason)
    return paused


def unpause(channel: Channel, by: "User", how: Resume, chosen: Collection[int]) -> bool:
    with transaction.atomic():
        close_gate()
        lock_all(waiting := waiting_for_resume(channel))
        if not connections.unpause(channel, by):
            return False
        let_go(waiting, by, how, chosen)
        notices.unpaused(channel, by)
    return True


def when_parting(**_: Any) -> None:
    """A channel is being disconnected (`channels.signals.parting`): from then on no commit call begins on it."""
    close_gate()


def when_reopened(*, channel: Channel, by: "User | None", **_: Any) -> None:
    """
    A channel that was disconnected is connected again (`channels.signals.reopened`). What was meant for it may be old:
    nothing of it goes out until somebody says so for each.
    """
    give_up_looking(Publication.objects.unsure().filter(channel=channel))
    for publication in Publication.objects.on_the_way().filter(channel=channel).select_related("channel"):
        leave(publication, by)


def waiting_for_resume(channel: Channel | None = None) -> list[Publication]:
    """What would go out at once, in the order in which it would."""
    waiting = Publication.objects.held_back(timezone.now())
    if channel:
        waiting = waiting.filter(channel=channel)
    return list(waiting.select_related("channel", "post", "version").order_by("not_before", "pk"))


def let_go(waiting: list[Publication], by: "User", how: Resume, chosen: Collection[int]) -> None:
    turns: dict[int, int] = {}
    for publication in waiting:
        if how == Resume.PARKED or publication.pk not in chosen:
            leave(publication, by)
        elif how == Resume.SPREAD:
            turn = turns[publication.channel_id] = turns.get(publication.channel_id, -1) + 1
            postpone(publication, timedelta(minutes=turn * settings.SPREAD_MINUTES))


def leave(publication: Publication, by: "User | None") -> None:
    try:
        call_back(publication)
        park([publication], by, Hold.STOPPED)
        if not publication.is_head:
            notices.failed(publication, "left_lying")
    except TooLateError:
        # Taken back, or taken up by a person, while the list was being read: no longer ours to park.
        return


def postpone(publication: Publication, by: timedelta) -> None:
    try:
        call_back(publication)
        take(publication, not_before=timezone.now() + by)
    except TooLateError:
        return


def call_back(publication: Publication) -> None:
    """From a worker that makes it ready: its commit call has not begun, and with this fence it never will."""
    staging = Publication.objects.filter(pk=publication.pk, status=PublicationStatus.STAGING)
    staging.update(status=PublicationStatus.QUEUED, fence=F("fence") + 1, claimed_until=None)
