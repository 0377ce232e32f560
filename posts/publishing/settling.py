"""What becomes of an attempt: a receipt is kept, a doubt is looked into, the rest waits or fails. Nothing here sends."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from audit import log
from channels import connections
from channels.adapters.base import Adapter, Receipt
from channels.errors import ChannelError, NotConnected, NotSent, OutOfCredit, Refused, Unconfirmed
from channels.models import Channel
from posts import notices
from posts.models import (
    OVER,
    Attempt,
    Hold,
    Outcome,
    Publication,
    PublicationStatus,
    Removal,
    TakeDown,
)
from posts.publishing.rows import back_off, close, outcome_of, write

TOLD_AFTER = 4
"""How many tries may fail before people are told that it is late."""


def settle(publication: Publication, attempt: Attempt | None, receipt: Receipt, outcome: Outcome) -> bool:
    """
    The platform says that it exists. Saved first and alone; whose turn it is does not matter, since it is proof. False:
    it is not this publication's receipt, or not its first.
    """
    with transaction.atomic():
        settled = save(publication, receipt) or save_late(publication, receipt, outcome)
        close(attempt, outcome)
    after_settling(publication, receipt, was_first=settled)
    return settled


def save_late(publication: Publication, receipt: Receipt, outcome: Outcome) -> bool:
    """It was believed to be over, or somebody else has found its receipt. What is wanted away goes away."""
    if outcome == Outcome.RECEIPT:
        take_from_finders(publication, receipt)
    saved = save(publication, receipt, even_if=(PublicationStatus.CANCELLED, PublicationStatus.FAILED))
    if saved:
        remove_after_all(publication)
    return saved


def save(publication: Publication, receipt: Receipt, *, even_if: Collection[PublicationStatus] = ()) -> bool:
    """False: it has one already, it is over or was replaced, or somebody else holds this receipt."""
    saved = (
        Publication.objects.filter(pk=publication.pk)
        .exclude(status__in={PublicationStatus.PUBLISHED, *OVER} - {*even_if})
        .exclude(is_replaced())
        .exclude(Exists(holders_of(receipt, publication)))
        .update(
            status=PublicationStatus.PUBLISHED,
            hold="",
            remote_id=receipt.remote_id,
            url=receipt.url,
            published_at=timezone.now(),
            claimed_until=None,
            trouble="",
            trouble_detail="",
        )
    )
    return bool(saved)


def remove_after_all(publication: Publication) -> None:
    """It was believed never to come out when somebody wanted its post taken down: the order stands."""
    order = last_order(publication)
    if order and not Removal.objects.unfinished().filter(publication=publication).exists():
        Removal.objects.create(takedown=order, publication=publication)


def last_order(publication: Publication) -> TakeDown | None:
    """The last one since its okay."""
    return TakeDown.objects.since(publication.approval.approved_at, post=publication.post_id).first()


def is_wanted_away() -> Exists:
    """Since its okay, somebody has wanted the post away."""
    return Exists(TakeDown.objects.since(OuterRef("approval__approved_at"), post=OuterRef("post")))


def holders_of(receipt: Receipt, publication: Publication) -> QuerySet[Publication]:
    others = Publication.objects.filter(channel_id=publication.channel_id).exclude(pk=publication.pk)
    return others.filter(remote_id=receipt.remote_id).exclude(remote_id="")


def take_from_finders(publication: Publication, receipt: Receipt) -> None:
    """
    Whoever got the receipt as the answer to their own call is its owner. Somebody else who said the same words, and found
    it meanwhile, has to look again; unless theirs was taken down: that stays so, and only lets go of the receipt.
    """
    for other in holders_of(receipt, publication).filter(attempts__outcome=Outcome.FOUND).order_by("pk"):
        removed = Publication.objects.filter(pk=other.pk, status=PublicationStatus.REMOVED)
        if removed.update(remote_id=""):
            continue
        Publication.objects.filter(pk=other.pk).update(
            status=PublicationStatus.UNCONFIRMED,
            remote_id="",
            url="",
            published_at=None,
            announced_at=None,
            not_before=timezone.now(),
        )
        log.record("publication.unconfirmed", other, post=other.post_id, code="found_anothers")
        leave_the_rest(other)


def leave_the_rest(begun: Publication) -> None:
    """Some of its thread stands below somebody else's post. The rest does not go there as well, and people are told."""
    place = {"version": begun.version_id, "channel": begun.channel_id}
    rest = Publication.objects.filter(**place, part__gt=begun.part)
    if not rest.exclude(status=PublicationStatus.QUEUED).exists():
        return
    first = rest.waiting().order_by("part").first() or rest.order_by("part")[0]
    queued = rest.waiting().filter(status=PublicationStatus.QUEUED)
    queued.update(status=PublicationStatus.HELD, hold=Hold.PERSON)
    notices.failed(first, "found_anothers")


def is_replaced() -> Exists:
    """It was taken back, and another version of its post has the channel now."""
    same_place = {name: OuterRef(name) for name in ("post", "channel", "part")}
    others = Publication.objects.filter(**same_place)
    return Exists(others.exclude(pk=OuterRef("pk")).exclude(status__in=OVER))


def after_settling(publication: Publication, receipt: Receipt, *, was_first: bool) -> None:
    """What may fail without harm: nothing here can lead back to sending."""
    if was_first:
        publication.url = receipt.url
        announce(publication)
        connections.mark_working(publication.channel)
    elif Publication.objects.get(pk=publication.pk).remote_id != receipt.remote_id:
        log.record("publication.second_receipt", publication, post=publication.post_id, url=receipt.url)


def announce(publication: Publication) -> None:
    """Write in the log, and tell, that it is out: once, also when the worker that got the receipt has died since."""
    with transaction.atomic():
        unannounced = Publication.objects.published().filter(pk=publication.pk, announced_at=None)
        if unannounced.update(announced_at=timezone.now()):
            notices.published(publication)
            # Last: whoever writes in the log has it alone until all of this is saved.
            log.record("publication.published", publication, post=publication.post_id, url=publication.url)


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
        if counts and publication.tries + 1 == TOLD_AFTER:
            notices.delayed(publication, until)
        notices.postponed(publication, until)


def account_refused(channel: Channel, adapter: Adapter | None, error: NotConnected | OutOfCredit) -> None:
    """The platform does not take our credential, or wants money. If a person must act, they are told by that."""
    revision = adapter.connection.revision if adapter else ""
    if isinstance(error, NotConnected):
        connections.doubt_token(channel, error, revision)
    else:
        connections.mark_broken(channel, error.code, revision)


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
        notices.failed(publication, error.code)


def doubt(publication: Publication, attempt: Attempt | None, error: Unconfirmed) -> None:
    """It may exist: never sent again before the platform was asked. What was only being staged cannot be public yet."""
    if attempt is None:
        put_back(publication, timezone.now() + back_off(publication.tries), None, error)
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
