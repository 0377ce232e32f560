"""
The publishing pipeline: the only writer of `Publication.status`. The database is the queue.

    queued ──claim──▶ staging ──begin──▶ committing ──settle──▶ published ──▶ removed
      ▲                  │                   ├──▶ unconfirmed ──look──▶ published | queued | needs_decision
      └──── not now ◀────┴───────────────────┘          (also: held, cancelled, failed, by_hand)

Each arrow is one short transaction; every network call stands between them and inside none. A claim raises
the row's fence and takes a lease; whoever holds an older fence cannot write any more, except a receipt, because a
receipt is proof. A bug escapes: the row keeps its lease and `sweep` later calls it unconfirmed once the
commit had begun, and queued before that.
"""

import hashlib
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from audit import log
from channels import connections
from channels.adapters.base import Adapter, Content, Media, Receipt, Staged
from channels.errors import (
    ChannelError,
    Duplicate,
    NotConnected,
    NotReady,
    NotSent,
    OutOfCredit,
    RateLimited,
    Refused,
    Unconfirmed,
)
from channels.models import Channel
from posts import content as contents
from posts.models import (
    OVER,
    Approval,
    Attempt,
    Outcome,
    Post,
    Publication,
    PublicationStatus,
    PublishingStop,
    parts_of,
)

if TYPE_CHECKING:
    from accounts.models import User

BACK_OFF = [timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600)]
"""How long to wait after the first, second, ... try that did not get through; the last one repeats."""
WAKE_AGAIN_AFTER = timedelta(seconds=30)
"""When a task put into the broker is believed to be lost."""
CHUNK = 64 * 1024 * 1024
"""How much of a file is read between two renewals of the lease."""
LOOK_BACK = timedelta(hours=1)
"""How long before an attempt somebody else's receipt may have been saved and still be among what a look sees."""
WAITING = (PublicationStatus.QUEUED, PublicationStatus.HELD, PublicationStatus.BY_HAND)


class LostLeaseError(Exception):
    """Somebody else holds the publication now: stop without touching anything."""


class StoppedError(Exception):
    """Publishing was stopped, or the channel paused, while we staged."""


class SealBrokenError(Exception):
    """What would be sent is not what was approved."""


# --- from an approval to the queue ------------------------------------------------------------------------


def enqueue(approval: Approval) -> list[Publication]:
    """One publication for each channel that the approved version is meant for."""
    return [
        Publication.objects.create(
            post=approval.version.post,
            version=approval.version,
            channel=choice.channel,
            approval=approval,
            status=PublicationStatus.QUEUED
            if choice.channel.adapter_class.publishes
            else PublicationStatus.BY_HAND,
            has_film=bool(contents.for_channel(approval.version, choice.channel).films),
            not_before=timezone.now(),
        )
        for choice in approval.version.chosen_channels.select_related("channel")
    ]


def cancel_all(post: Post) -> bool:
    """Take back everything that waits. False, and nothing done, when some of it is out or on its way."""
    with transaction.atomic():
        live = Publication.objects.filter(post=post).exclude(status__in=OVER)
        expected = live.count()
        # The race: a worker claims one of them right now. Then it no longer matches, and all of it stays.
        cancelled = live.filter(status__in=WAITING, claimed_until=None).update(
            status=PublicationStatus.CANCELLED
        )
        if cancelled != expected:
            transaction.set_rollback(True)
    return cancelled == expected


def is_untouched(post: Post) -> bool:
    """Nothing of it is out or on its way, so that it can still be taken back (`cancel_all` decides)."""
    live = Publication.objects.filter(post=post).exclude(status__in=OVER)
    return not live.exclude(status__in=WAITING, claimed_until=None).exists()


# --- claiming -----------------------------------------------------------------------------------------------


def wake(now: datetime) -> list[Publication]:
    """What is due and has no task on its way. Marks it as woken, so that a waiting queue is not filled twice."""
    due = (
        Publication.objects.due(now).exclude(woken_at__gt=now - WAKE_AGAIN_AFTER).order_by("not_before", "pk")
    )
    woken = list(due[:1000])
    Publication.objects.filter(pk__in=[publication.pk for publication in woken]).update(woken_at=now)
    return woken


def claim(publication_id: int) -> Publication | None:
    """Take a due publication for this worker. None: it is not due, or somebody else was faster."""
    now = timezone.now()
    with transaction.atomic():
        rows = Publication.objects.due(now).filter(pk=publication_id)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        publication = rows.first()
        if publication is None:
            return None
        status = publication.status
        # The race: two workers read the same due row. Only one of them still finds the fence as it was read.
        taken = Publication.objects.filter(pk=publication.pk, fence=publication.fence, status=status).update(
            status=PublicationStatus.STAGING if status == PublicationStatus.QUEUED else status,
            fence=F("fence") + 1,
            claimed_until=now + lease(),
            woken_at=None,
        )
    return reread(publication) if taken else None


def lease() -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS)


def reread(publication: Publication) -> Publication:
    return (
        Publication.objects.select_related("channel", "version", "approval")
        .prefetch_related(*parts_of("version"))
        .get(pk=publication.pk)
    )


def write(publication: Publication, **fields: object) -> None:
    """Write to a publication that we hold, or raise LostLeaseError when we no longer do."""
    held = Publication.objects.filter(pk=publication.pk, fence=publication.fence, claimed_until__isnull=False)
    if not held.update(**fields):
        raise LostLeaseError(str(publication))


# --- sending --------------------------------------------------------------------------------------------------


def send(publication: Publication) -> None:
    """Take one claimed publication one step further: a look if it is unconfirmed, else one attempt."""
    try:
        if publication.status == PublicationStatus.UNCONFIRMED:
            look(publication)
        else:
            attempt_to_publish(publication)
    except LostLeaseError:
        return


def attempt_to_publish(publication: Publication) -> None:
    """Stage, commit, settle. One `except` for each consequence; a bug is none of them and keeps the lease."""
    attempt: Attempt | None = None
    try:
        adapter = connections.adapter_for(publication.channel)
        content = verified_content(publication)
        staged = Staged(publication.staged)
        adapter.stage(content, staged, partial(keep, publication))
        attempt = begin(publication, content, adapter, staged)
        receipt = adapter.commit(content, staged)
    except StoppedError:
        put_back(publication, timezone.now())
    except (SealBrokenError, contents.RenditionMissingError) as error:
        fail(publication, attempt, Refused("seal_broken", str(error)))
    except NotReady as error:
        put_back(publication, error.until, attempt, error)
    except RateLimited as error:
        connections.rest(publication.channel, error.until)
        put_back(publication, error.until, attempt, error)
    except NotSent as error:
        put_back(publication, timezone.now() + back_off(publication), attempt, error)
    except (NotConnected, OutOfCredit) as error:
        connections.mark_broken(publication.channel, error.code)
        put_back(publication, timezone.now(), attempt, error)
    except Refused as error:
        fail(publication, attempt, error)
    except Unconfirmed as error:
        doubt(publication, attempt, error)
    else:
        settle(publication, attempt, receipt, Outcome.RECEIPT)


def verified_content(publication: Publication) -> Content:
    """What will be sent, with every file's bytes compared to the digest that was approved."""
    content = contents.for_channel(publication.version, publication.channel)
    for item in content.media:
        if digest_of(item, publication) != item.sha256:
            raise SealBrokenError(f"{item.file_name} is not what was approved")
    return content


def digest_of(item: Media, publication: Publication) -> str:
    """Read it all. A large film from a slow store takes longer than a lease, so the lease is renewed on the way."""
    digest = hashlib.sha256()
    with item.open() as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            write(publication, claimed_until=timezone.now() + lease())
    return digest.hexdigest()


def keep(publication: Publication, staged: Staged) -> None:
    """Save the handles that we have got so far and renew the lease."""
    write(publication, staged=staged, claimed_until=timezone.now() + lease())


def begin(publication: Publication, content: Content, adapter: Adapter, staged: Staged) -> Attempt:
    """The last look before the call that makes it public, and the trace that we are making it."""
    now = timezone.now()
    with transaction.atomic():
        locked = Publication.objects.select_for_update().select_related("channel").get(pk=publication.pk)
        if locked.fence != publication.fence or locked.status != PublicationStatus.STAGING:
            raise LostLeaseError(str(publication))
        if locked.channel.paused_at or PublishingStop.objects.filter(stopped_at__isnull=False).exists():
            raise StoppedError
        check_seal(locked)
        write(locked, status=PublicationStatus.COMMITTING, claimed_until=now + lease())
        return Attempt.objects.create(
            publication=locked,
            fence=locked.fence,
            digest=locked.approval.digest,
            fingerprint=adapter.fingerprint(content, staged)[:500],
            sent=contents.summary(content),
            started_at=now,
        )


def check_seal(publication: Publication) -> None:
    """Compute the digest again from the rows: what was approved is what is sent, all of it or none."""
    approval, version = publication.approval, publication.version
    found = version.manuscript().digest()
    if approval.version_id != version.pk or not found == approval.digest == version.digest:
        raise SealBrokenError(f"{version} is not what was approved")


# --- what becomes of it ---------------------------------------------------------------------------------------


def settle(publication: Publication, attempt: Attempt | None, receipt: Receipt, outcome: Outcome) -> None:
    """The platform says that it exists. Saved first and alone; whose turn it is does not matter, since it is proof."""
    with transaction.atomic():
        if outcome == Outcome.RECEIPT:
            take_from_finders(publication, receipt)
        settled = (
            Publication.objects.filter(pk=publication.pk)
            .exclude(status__in=(PublicationStatus.PUBLISHED, PublicationStatus.REMOVED))
            .exclude(is_replaced())
            .exclude(Exists(holders_of(receipt, publication)))
            .update(
                status=PublicationStatus.PUBLISHED,
                remote_id=receipt.remote_id,
                url=receipt.url,
                published_at=timezone.now(),
                claimed_until=None,
                trouble="",
                trouble_detail="",
            )
        )
        close(attempt, outcome)
    after_settling(publication, receipt, was_first=bool(settled))


def holders_of(receipt: Receipt, publication: Publication) -> QuerySet[Publication]:
    others = Publication.objects.filter(channel_id=publication.channel_id).exclude(pk=publication.pk)
    return others.filter(remote_id=receipt.remote_id).exclude(remote_id="")


def take_from_finders(publication: Publication, receipt: Receipt) -> None:
    """
    Whoever got the receipt as the answer to their own call is its owner. Somebody else who said the same words, and found
    it meanwhile, has to look again.
    """
    for other in holders_of(receipt, publication).filter(attempts__outcome=Outcome.FOUND):
        Publication.objects.filter(pk=other.pk).update(
            status=PublicationStatus.UNCONFIRMED,
            remote_id="",
            url="",
            published_at=None,
            not_before=timezone.now(),
        )
        log.record("publication.unconfirmed", other, post=other.post_id, code="found_anothers")


def is_replaced() -> Exists:
    """It was taken back, and another version of its post has the channel now."""
    others = Publication.objects.filter(post=OuterRef("post"), channel=OuterRef("channel"))
    return Exists(others.exclude(pk=OuterRef("pk")).exclude(status__in=OVER))


def after_settling(publication: Publication, receipt: Receipt, *, was_first: bool) -> None:
    """What may fail without harm: nothing here can lead back to sending."""
    if was_first:
        connections.mark_working(publication.channel)
        log.record("publication.published", publication, post=publication.post_id, url=receipt.url)
    elif Publication.objects.get(pk=publication.pk).remote_id != receipt.remote_id:
        log.record("publication.second_receipt", publication, post=publication.post_id, url=receipt.url)


def put_back(
    publication: Publication,
    until: datetime,
    attempt: Attempt | None = None,
    error: ChannelError | None = None,
) -> None:
    """Not now: queued again, with the handles that we have, and not before `until`. Waiting as told is no failed try."""
    counts = isinstance(error, NotSent | Unconfirmed)
    with transaction.atomic():
        write(
            publication,
            status=PublicationStatus.QUEUED,
            not_before=until,
            claimed_until=None,
            tries=F("tries") + 1 if counts else F("tries"),
            trouble=error.code if error else "",
            trouble_detail=error.detail if error else "",
        )
        close(attempt, outcome_of(error), error)


def back_off(publication: Publication) -> timedelta:
    return BACK_OFF[min(publication.tries, len(BACK_OFF) - 1)]


def fail(publication: Publication, attempt: Attempt | None, error: Refused) -> None:
    """The platform will never take it, or it is not what was approved: people decide what now."""
    with transaction.atomic():
        write(
            publication,
            status=PublicationStatus.FAILED,
            claimed_until=None,
            trouble=error.code,
            trouble_detail=error.detail,
        )
        close(attempt, Outcome.REFUSED, error)
        log.record("publication.failed", publication, post=publication.post_id, code=error.code)


def doubt(publication: Publication, attempt: Attempt | None, error: Unconfirmed) -> None:
    """It may exist: never sent again before the platform was asked. What was only being staged cannot be public yet."""
    if attempt is None:
        put_back(publication, timezone.now() + back_off(publication), None, error)
        return
    with transaction.atomic():
        write(
            publication,
            status=PublicationStatus.UNCONFIRMED,
            not_before=timezone.now(),
            claimed_until=None,
            looks=0,
            trouble=error.code,
            trouble_detail=error.detail,
        )
        close(attempt, outcome_of(error), error)
        log.record("publication.unconfirmed", publication, post=publication.post_id, code=error.code)


def close(attempt: Attempt | None, outcome: Outcome, error: ChannelError | None = None) -> None:
    """Write down how a try ended. A receipt or a finding replaces an earlier doubt, because it is proof."""
    if attempt is None:
        return
    Attempt.objects.filter(pk=attempt.pk).update(
        outcome=outcome,
        finished_at=timezone.now(),
        code=error.code if error else "",
        detail=error.detail if error else "",
    )


OUTCOMES: dict[type[ChannelError], Outcome] = {
    RateLimited: Outcome.RATE_LIMITED,
    NotReady: Outcome.NOT_READY,
    NotSent: Outcome.NOT_SENT,
    NotConnected: Outcome.NOT_CONNECTED,
    OutOfCredit: Outcome.OUT_OF_CREDIT,
    Refused: Outcome.REFUSED,
    Duplicate: Outcome.DUPLICATE,
    Unconfirmed: Outcome.UNCONFIRMED,
}


def outcome_of(error: ChannelError | None) -> Outcome:
    return OUTCOMES[type(error)] if error else Outcome.NOT_SENT


# --- looking ----------------------------------------------------------------------------------------------------


def look(publication: Publication) -> None:
    """Ask the platform whether an attempt went through: the last one, or an earlier one that shows up after all."""
    attempt, first = publication.attempts.latest("fence"), publication.attempts.earliest("fence")
    try:
        adapter = connections.adapter_for(publication.channel)
        content = contents.for_channel(publication.version, publication.channel)
        staged = Staged(publication.staged)
        receipt = adapter.find(
            content, staged, first.started_at, taken_on(publication.channel, first.started_at)
        )
    except NotReady as error:
        look_again(publication, error.until)
    except RateLimited as error:
        connections.rest(publication.channel, error.until)
        look_again(publication, error.until)
    except (NotConnected, OutOfCredit) as error:
        connections.mark_broken(publication.channel, error.code)
        look_again(publication, timezone.now())
    except ChannelError:
        look_again(publication, timezone.now() + BACK_OFF[min(publication.looks, len(BACK_OFF) - 1)])
    else:
        if receipt:
            settle(publication, attempt, receipt, Outcome.FOUND)
        else:
            not_seen(publication, attempt, adapter)


def taken_on(channel: Channel, since: datetime) -> frozenset[str]:
    """What is the receipt of another publication is not ours, even if it says the same."""
    receipts = Publication.objects.published().filter(channel=channel, published_at__gte=since - LOOK_BACK)
    return frozenset(receipts.exclude(remote_id="").values_list("remote_id", flat=True))


def look_again(publication: Publication, at: datetime) -> None:
    write(publication, not_before=at, claimed_until=None, looks=F("looks") + 1)


def not_seen(publication: Publication, attempt: Attempt, adapter: Adapter) -> None:
    """A look found nothing. That is proof only after the time that the platform's lists may lag."""
    now = timezone.now()
    age = now - attempt.started_at
    later = [attempt.started_at + wait for wait in adapter.look_after if wait > age]
    if age < adapter.absence_proven_after:
        look_again(publication, min([*later, attempt.started_at + adapter.absence_proven_after]))
    elif attempt.outcome == Outcome.DUPLICATE:
        ask_a_person(publication)
    else:
        with transaction.atomic():
            write(
                publication,
                status=PublicationStatus.QUEUED,
                not_before=now,
                claimed_until=None,
                tries=F("tries") + 1,
                looks=F("looks") + 1,
            )
            close(attempt, Outcome.ABSENT)
            log.record("publication.absent", publication, post=publication.post_id)


def ask_a_person(publication: Publication) -> None:
    """The platform says that it has it, and we cannot find it: nobody but a person can tell."""
    with transaction.atomic():
        write(publication, status=PublicationStatus.NEEDS_DECISION, claimed_until=None)
        log.record("publication.needs_decision", publication, post=publication.post_id)


# --- sweeping ---------------------------------------------------------------------------------------------------


def sweep(now: datetime) -> int:
    """Find the leases of dead workers. Returns how many publications were freed."""
    return sum(free(publication, now) for publication in Publication.objects.with_dead_lease(now))


def free(publication: Publication, now: datetime) -> bool:
    """Raise the fence, so that the lost worker cannot come back, and call the row what it is."""
    begun = publication.status == PublicationStatus.COMMITTING
    status = {
        PublicationStatus.STAGING: PublicationStatus.QUEUED,
        PublicationStatus.COMMITTING: PublicationStatus.UNCONFIRMED,
    }.get(PublicationStatus(publication.status), publication.status)
    with transaction.atomic():
        freed = Publication.objects.filter(
            pk=publication.pk, fence=publication.fence, status=publication.status, claimed_until__lt=now
        ).update(status=status, fence=F("fence") + 1, claimed_until=None, not_before=now, woken_at=None)
        if freed and begun:
            lost = Unconfirmed("worker_lost")
            close(publication.attempts.filter(outcome=Outcome.OPEN).first(), Outcome.UNCONFIRMED, lost)
            log.record("publication.unconfirmed", publication, post=publication.post_id, code=lost.code)
    return bool(freed)


# --- by hand ----------------------------------------------------------------------------------------------------


class NotByHandError(Exception):
    """It is no longer so (409): the publication is not waiting for a person."""


def published_by_hand(publication: Publication, by: "User", url: str) -> None:
    """A person has published it and pasted the address: it counts as published."""
    with transaction.atomic():
        done = Publication.objects.filter(pk=publication.pk, status=PublicationStatus.BY_HAND).update(
            status=PublicationStatus.PUBLISHED, url=url, published_at=timezone.now()
        )
        if not done:
            raise NotByHandError(str(publication))
        log.record("publication.published_by_hand", publication, actor=by, post=publication.post_id, url=url)
