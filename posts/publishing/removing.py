"""
Taking a post down: one order, one removal for each channel, and proof from the platform that it is gone.

    waiting ──claim──▶ removing ──gone──▶ removed
       ▲                  │ ├──still there, unclear──▶ waiting (later)
       └── a dead lease ◀─┘ └──the platform does not let us──▶ by hand ──a person says so──▶ looked up ──▶ removed

Deleting is done again without harm: what is gone is gone. So a lost worker needs no question, only another call.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from audit import log
from channels import connections
from channels.adapters.base import Adapter
from channels.errors import ChannelError, NotConnected, NotReady, OutOfCredit, RateLimited, Refused
from posts import notices
from posts.models import (
    OVER,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    RemovalStatus,
    TakeDown,
)
from posts.publishing.rows import LostLeaseError, TooLateError, back_off, lease, lock_all, write
from posts.publishing.settling import account_refused, announce, is_wanted_away

if TYPE_CHECKING:
    from accounts.models import User

WAKE_AGAIN_AFTER = timedelta(seconds=30)
LOOKED_ENOUGH = 5
"""After so many calls that changed nothing, a person is asked to do it."""


# --- the order ------------------------------------------------------------------------------------------------


def take_down(
    post: Post, by: "User | None", reason: Regret, message: str = "", *, is_told: bool = True
) -> TakeDown:
    """
    Remove the post from every channel that it is on, or on its way to. What waits is taken back at once. `is_told` is
    False where a case tells of it.
    """
    with transaction.atomic():
        locked = Post.objects.locked().get(pk=post.pk)
        live = Publication.objects.filter(post=locked).exclude(status__in=OVER).select_related("channel")
        lock_all(live)
        new = [item for item in live if not item.removals.unfinished().exists()]  # type: ignore[attr-defined]
        if not new:
            raise TooLateError(str(post))
        order = TakeDown.objects.create(post=locked, requested_by=by, reason=reason, message=message)
        removals = [Removal.objects.create(takedown=order, publication=publication) for publication in new]
        log.record(
            "post.take_down", locked, actor=by, reason=reason, channels=[item.channel_id for item in new]
        )
        if is_told:
            notices.taken_down(order)
        for removal in removals:
            take_back(removal)
    return order


def rule_out(post: Post, by: "User | None", reason: Regret) -> None:
    """
    Nothing of it is out or on its way, and nothing may come: what failed is not tried again, and what turns out to be
    out after all is removed. The caller has locked the post.
    """
    over = Publication.objects.filter(~Q(is_wanted_away()), post=post)
    if over.exists():
        TakeDown.objects.create(post=post, requested_by=by, reason=reason)
        log.record("post.take_down", post, actor=by, reason=reason, channels=[])


def take_back(removal: Removal) -> bool:
    """Cancel it while it waits. The race: a worker claims it right now; then it is removed when it is out."""
    with transaction.atomic():
        cancelled = (
            Publication.objects.waiting()
            .filter(pk=removal.publication_id)
            .update(status=PublicationStatus.CANCELLED, hold="")
        )
        if cancelled:
            finish(removal, RemovalStatus.NOT_OUT)
    return bool(cancelled)


def is_over(removal: Removal) -> bool:
    """Nothing came of it, so that there is nothing to remove. The race: its late receipt is saved right now."""
    with transaction.atomic():
        over = Publication.objects.select_for_update().filter(pk=removal.publication_id, status__in=OVER)
        if is_there := over.exists():
            finish(removal, RemovalStatus.NOT_OUT)
    return is_there


def finish(removal: Removal, status: RemovalStatus, **facts: Any) -> None:
    """Once: a worker that comes back late has nothing new to tell."""
    with transaction.atomic():
        finished = (
            Removal.objects.unfinished()
            .filter(pk=removal.pk)
            .update(
                status=status, finished_at=timezone.now(), claimed_until=None, trouble="", trouble_detail=""
            )
        )
        if finished:
            log.record(f"removal.{status}", removal.publication, post=removal.publication.post_id, **facts)
            notices.removed(removal)


# --- the worker -------------------------------------------------------------------------------------------------


def wake_removals(now: datetime) -> list[int]:
    """What is due and has no task on its way."""
    due = Removal.objects.due(now).exclude(woken_at__gt=now - WAKE_AGAIN_AFTER)
    woken = list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:100])
    # The race: a worker claims one of them right now. It must not look woken when it is put back.
    Removal.objects.filter(pk__in=woken, claimed_until=None).update(woken_at=now)
    return woken


def claim_removal(removal_id: int) -> Removal | None:
    """Take a due removal for this worker. None: it is not due, or somebody else was faster."""
    now = timezone.now()
    with transaction.atomic():
        rows = Removal.objects.due(now).filter(pk=removal_id)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        removal = rows.first()
        if removal is None:
            return None
        # The race: two workers read the same due row. Only one of them still finds the fence as it was read.
        taken = Removal.objects.filter(pk=removal.pk, fence=removal.fence, claimed_until=None).update(
            status=RemovalStatus.REMOVING, fence=F("fence") + 1, claimed_until=now + lease(), woken_at=None
        )
    if not taken:
        return None
    return Removal.objects.select_related("publication__channel", "takedown").get(pk=removal_id)


def remove(removal: Removal) -> None:
    """One step: taken back if it never went out, else one delete call and one look."""
    try:
        if removal.publication.is_published:
            remove_published(removal)
        elif not take_back(removal) and not is_over(removal):
            later(removal, timezone.now())
    except LostLeaseError:
        return


def remove_published(removal: Removal) -> None:
    # Whoever got its receipt may have died before anybody was told.
    announce(removal.publication)
    channel, remote_id = removal.publication.channel, removal.publication.remote_id
    if channel.disconnected_at or not channel.adapter_class.limits.can_be_removed or not remote_id:
        ask_a_person_to_remove(removal, "")
        return
    adapter: Adapter | None = None
    try:
        adapter = connections.adapter_for(channel)
        adapter.remove(remote_id)
        is_gone = adapter.look_up(remote_id) is None
    except NotReady as error:
        later(removal, error.until, error)
    except RateLimited as error:
        connections.honour(channel, adapter, error)
        later(removal, error.until, error)
    except (NotConnected, OutOfCredit) as error:
        account_refused(channel, adapter, error)
        later(removal, timezone.now() + back_off(removal.tries), error)
    except Refused as error:
        ask_a_person_to_remove(removal, error.code, error.detail)
    except ChannelError as error:
        later(removal, timezone.now() + back_off(removal.tries), error)
    else:
        if is_gone:
            gone(removal)
        else:
            still_there(removal)
    finally:
        connections.honour(channel, adapter)


def gone(removal: Removal) -> None:
    publication = removal.publication
    with transaction.atomic():
        # The race: what was removed turns out to be the receipt of somebody else. Then this one is still looked for.
        is_ours = Publication.objects.filter(
            pk=publication.pk, status=PublicationStatus.PUBLISHED, remote_id=publication.remote_id
        ).update(status=PublicationStatus.REMOVED)
        if is_ours:
            finish(removal, RemovalStatus.REMOVED, url=publication.url, by_hand=removal.confirmed_by_id)
        else:
            later(removal, timezone.now())


def still_there(removal: Removal) -> None:
    """The platform took the call and still shows the post: its lists may lag, for a while."""
    if removal.tries + 1 >= LOOKED_ENOUGH or removal.confirmed_by_id:
        ask_a_person_to_remove(removal, "still_there")
    else:
        later(removal, timezone.now() + back_off(removal.tries))


def later(removal: Removal, until: datetime, error: ChannelError | None = None) -> None:
    """Not now. Waiting as told is no call that changed nothing."""
    counts = not isinstance(error, NotReady | RateLimited)
    write(
        removal,
        status=RemovalStatus.WAITING,
        not_before=until,
        claimed_until=None,
        tries=F("tries") + 1 if counts else F("tries"),
        trouble=error.code if error else "",
        trouble_detail=error.detail if error else "",
    )


def ask_a_person_to_remove(removal: Removal, code: str, detail: str = "") -> None:
    with transaction.atomic():
        write(
            removal,
            status=RemovalStatus.BY_HAND,
            claimed_until=None,
            confirmed_by=None,
            trouble=code,
            trouble_detail=detail,
        )
        log.record("removal.by_hand", removal.publication, post=removal.publication.post_id, code=code)
        notices.remove_by_hand(removal)


def sweep_removals(now: datetime) -> None:
    """A dead worker's call is made again: what is gone stays gone."""
    Removal.objects.with_dead_lease(now).update(
        status=RemovalStatus.WAITING, fence=F("fence") + 1, claimed_until=None, not_before=now, woken_at=None
    )


# --- by hand ----------------------------------------------------------------------------------------------------


def confirm_removed(removal: Removal, by: "User") -> None:
    """A person has removed it. Where the platform can be asked, it is; else their word is the proof."""
    channel = removal.publication.channel
    can_be_asked = channel.adapter_class.limits.can_be_removed and not channel.disconnected_at
    with transaction.atomic():
        # The race: its receipt turns out to be somebody else's right now.
        Publication.objects.select_for_update().get(pk=removal.publication_id)
        open_one = Removal.objects.unfinished().filter(pk=removal.pk, claimed_until=None)
        confirmed = open_one.filter(publication__status=PublicationStatus.PUBLISHED).update(
            status=RemovalStatus.WAITING, not_before=timezone.now(), confirmed_by=by, tries=0, woken_at=None
        )
        if not confirmed:
            raise TooLateError(str(removal))
        log.record("removal.confirmed", removal.publication, actor=by, post=removal.publication.post_id)
        removal.refresh_from_db()
        if not can_be_asked or not removal.publication.remote_id:
            gone(removal)
