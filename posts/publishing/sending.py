"""Claiming what is due, and taking it one step further: stage, commit, and what became of it."""

import hashlib
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.utils import timezone

from channels import connections
from channels.adapters import http
from channels.adapters.base import Adapter, Content, Media, Staged
from channels.adapters.codes import Trouble
from channels.errors import NotConnected, NotReady, NotSent, OutOfCredit, RateLimited, Refused, Unconfirmed
from posts import content as contents
from posts.models import (
    Attempt,
    Outcome,
    Publication,
    PublicationStatus,
    Removal,
    is_to_be_removed,
    parts_of,
)
from posts.publishing.looking import look
from posts.publishing.rows import LostLeaseError, back_off, lease, pass_gate, write
from posts.publishing.settling import account_refused, doubt, fail, put_back, settle

WAKE_AGAIN_AFTER = timedelta(seconds=5)
"""When a task put into the broker is believed to be lost: few are before it."""
AT_THE_DOOR = 12
"""How many of each channel are in the broker."""
FILM_IS_NEW, FILM_LOOKED_AT_EVERY = timedelta(minutes=10), timedelta(minutes=1)
"""For how long a platform may be at work on a film after it took it, before it knows a place below it."""
CHUNK = 64 * 1024 * 1024
"""How much of a file is read between two renewals of the lease."""


class StoppedError(Exception):
    """
    While we staged, somebody stopped publishing, paused or disconnected the channel or wanted it taken down, or its time
    ran out.
    """


class SealBrokenError(Exception):
    """What would be sent is not what was approved."""


def wake(now: datetime) -> list[Publication]:
    """
    The first few that are due on each channel and have no task on its way: the broker holds little, so that nobody waits
    behind a channel with much to say. Marks them as woken, so that they are not put there twice.
    """
    place = Window(RowNumber(), partition_by=["channel", "has_film"], order_by=["not_before", "pk"])
    first = Publication.objects.due(now).alias(place=place).filter(place__lte=AT_THE_DOOR)
    lost = now - WAKE_AGAIN_AFTER
    in_turn = first.order_by("place", "not_before", "pk")
    # Not in the query: there it would be asked before the places are given.
    woken: list[Publication] = [each for each in in_turn if each.woken_at is None or each.woken_at <= lost]
    if woken:
        # The race: a worker claims one of them right now. It must not look woken when it is put back.
        waiting = Publication.objects.filter(pk__in=[each.pk for each in woken], claimed_until=None)
        waiting.update(woken_at=now)
    return woken


def not_now(publication_id: int) -> None:
    """The worker has its hands full on that channel, or somebody held the row: to be woken again at once, if it waits."""
    Publication.objects.filter(pk=publication_id, claimed_until=None).update(woken_at=None)


def claim(publication_id: int) -> Publication | None:
    """Take a due publication for this worker. None: it is not due, or somebody else was faster."""
    now = timezone.now()
    with transaction.atomic():
        rows = Publication.objects.due(now).filter(pk=publication_id)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        publication = rows.select_related("channel", "version", "approval", "after").order_by().first()
        if publication is None:
            return None
        # The race: two workers read the same due row. Only one of them still finds it as it was read.
        as_read = {"pk": publication.pk, "fence": publication.fence, "status": publication.status}
        publication.fence += 1
        publication.claimed_until = now + lease()
        if publication.status == PublicationStatus.QUEUED:
            publication.status = PublicationStatus.STAGING
        if not Publication.objects.filter(**as_read, claimed_until=None).update(
            status=publication.status,
            fence=publication.fence,
            claimed_until=publication.claimed_until,
            woken_at=None,
        ):
            return None
    prefetch_related_objects([publication], *parts_of("version"))
    return publication


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
    adapter: Adapter | None = None
    channel = publication.channel
    try:
        adapter = connections.adapter_for(channel)
        # A worker that was frozen, and wakes when somebody else has the publication, must not be heard any more.
        with http.deadline(partial(end_of_lease, publication)):
            content, staged = stage(publication, adapter)
            attempt = begin(publication, content, adapter, staged)
            receipt = adapter.commit(content, staged)
    except StoppedError:
        put_back(publication, timezone.now())
    except (SealBrokenError, contents.NotThereError) as error:
        fail(publication, attempt, Refused("seal_broken", str(error)))
    except NotReady as error:
        put_back(publication, error.until, attempt, error)
    except RateLimited as error:
        connections.honour(channel, adapter, error)
        put_back(publication, error.until, attempt, error)
    except NotSent as error:
        put_back(publication, timezone.now() + back_off(publication.tries), attempt, error)
    except (NotConnected, OutOfCredit) as error:
        account_refused(channel, adapter, error)
        put_back(publication, timezone.now(), attempt, error)
    except Refused as error:
        refused(publication, attempt, error)
    except Unconfirmed as error:
        doubt(publication, attempt, error)
    else:
        settle(publication, attempt, receipt, Outcome.RECEIPT)
    finally:
        connections.honour(channel, adapter)


def refused(publication: Publication, attempt: Attempt | None, error: Refused) -> None:
    """For good; but what stands below a film may be refused while the platform is still at work on that."""
    again = timezone.now() + FILM_LOOKED_AT_EVERY
    if error.code == Trouble.PLACE_GONE and follows_new_film(publication):
        put_back(publication, again, attempt, NotReady(Trouble.PROCESSING, error.detail, until=again))
    else:
        fail(publication, attempt, error)


def follows_new_film(publication: Publication) -> bool:
    film = publication.after if publication.after and publication.after.has_film else None
    return bool(film and film.published_at and timezone.now() < film.published_at + FILM_IS_NEW)


def end_of_lease(publication: Publication) -> datetime:
    return publication.claimed_until or timezone.now()


def stage(publication: Publication, adapter: Adapter) -> tuple[Content, Staged]:
    """Everything that is invisible to the public. A file that cannot be read now may be readable later."""
    staged = Staged(publication.staged)
    try:
        content = verified_content(publication)
        adapter.stage(content, staged, partial(keep, publication))
    except OSError as error:
        raise NotSent("storage", type(error).__name__) from error
    return content, staged


def verified_content(publication: Publication) -> Content:
    """What will be sent, with every file's bytes compared to the digest that was approved."""
    content = contents.for_publication(publication)
    if publication.after and not content.reply_to:
        raise Refused(Trouble.PLACE_UNKNOWN)
    for item in content.files:
        if digest_of(item, publication) != item.sha256:
            raise SealBrokenError(f"{item.file_name} is not what was approved")
    return content


def digest_of(item: Media, publication: Publication) -> str:
    """Read it all. A large film from a slow store takes longer than a lease, so the lease is renewed on the way."""
    digest = hashlib.sha256()
    with item.open() as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            renew(publication)
    return digest.hexdigest()


def keep(publication: Publication, staged: Staged) -> None:
    """Save the handles that we have got so far and renew the lease."""
    renew(publication, staged=staged)


def renew(publication: Publication, **fields: object) -> None:
    until = timezone.now() + lease()
    write(publication, claimed_until=until, **fields)
    publication.claimed_until = until


def begin(publication: Publication, content: Content, adapter: Adapter, staged: Staged) -> Attempt:
    """The last look before the call that makes it public, and the trace that we are making it."""
    now = timezone.now()
    with transaction.atomic():
        is_open = pass_gate()
        rows = Publication.objects.select_related("channel", "approval", "version")
        # Only its own row: others publish on the same channel right now.
        locked = rows.select_for_update(of=("self",)).get(pk=publication.pk)
        if locked.fence != publication.fence or locked.status != PublicationStatus.STAGING:
            raise LostLeaseError(str(publication))
        if not is_open or is_stopped(locked, now) or not comes_next(locked, content):
            raise StoppedError
        check_seal(locked)
        renew(publication, status=PublicationStatus.COMMITTING)
        return Attempt.objects.create(
            publication=locked,
            fence=locked.fence,
            digest=locked.approval.digest,
            fingerprint=adapter.fingerprint(content, staged)[:500],
            sent=contents.summary(content),
            started_at=now,
        )


def is_stopped(publication: Publication, now: datetime) -> bool:
    """Somebody wants nothing of it to go out (any more), or nothing on its channel, or its latest time went by."""
    return bool(
        publication.channel.paused_at
        or publication.channel.disconnected_at
        or (publication.not_after and publication.not_after <= now)
        or Removal.objects.unfinished().filter(publication=publication).exists()
    )


def comes_next(publication: Publication, content: Content) -> bool:
    """What it follows is out, nobody wants that away, and it is still the one that our content answers."""
    if publication.after_id is None:
        return True
    if not Publication.objects.in_turn().filter(pk=publication.pk).exists():
        return False
    before = Publication.objects.published().filter(pk=publication.after_id, remote_id=content.reply_to)
    return before.exclude(is_to_be_removed()).exists()


def check_seal(publication: Publication) -> None:
    """Compute the digest again from the rows: what was approved is what is sent, all of it or none."""
    approval, version = publication.approval, publication.version
    found = version.manuscript().digest()
    if approval.version_id != version.pk or not found == approval.digest == version.digest:
        raise SealBrokenError(f"{version} is not what was approved")
