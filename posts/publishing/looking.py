"""Asking the platform what became of an attempt: found, surely absent, or a question for a person."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from audit import log
from channels import connections
from channels.adapters.base import Adapter, Content, Staged
from channels.errors import ChannelError, NotConnected, NotReady, OutOfCredit, RateLimited
from channels.models import Channel
from posts import content as contents
from posts import notices
from posts.models import Attempt, Outcome, Publication, PublicationStatus
from posts.publishing.rows import back_off, close, write
from posts.publishing.settling import account_refused, settle

LOOK_BACK = timedelta(hours=1)
"""How long before an attempt somebody else's receipt may have been saved and still be among what a look sees."""


def look(publication: Publication) -> None:
    """Ask the platform whether an attempt went through: the last one, or an earlier one that shows up after all."""
    attempt, first = publication.attempts.latest("fence"), publication.attempts.earliest("fence")
    adapter: Adapter | None = None
    channel = publication.channel
    try:
        adapter = connections.adapter_for(channel)
        content = sent_in(attempt, contents.for_publication(publication))
        staged = Staged(publication.staged)
        receipt = adapter.find(content, staged, first.started_at, taken_on(channel, first.started_at))
    except contents.NotThereError:
        # What was sent is gone from us: no look can know it again.
        ask_a_person(publication)
    except NotReady as error:
        look_again(publication, error.until)
    except RateLimited as error:
        connections.honour(channel, adapter, error)
        look_again(publication, error.until)
    except (NotConnected, OutOfCredit) as error:
        account_refused(channel, adapter, error)
        look_again(publication, timezone.now())
    except ChannelError:
        look_again(publication, timezone.now() + back_off(publication.looks))
    else:
        if receipt:
            settle(publication, attempt, receipt, Outcome.FOUND)
        else:
            not_seen(publication, attempt, adapter)
    finally:
        connections.honour(channel, adapter)


def sent_in(attempt: Attempt, content: Content) -> Content:
    """It is where it was sent to, whatever we know by now of the post that it was to answer."""
    return replace(content, reply_to=attempt.sent.get("reply_to", content.reply_to))


def taken_on(channel: Channel, since: datetime) -> frozenset[str]:
    """What is the receipt of another publication is not ours, even if it says the same."""
    receipts = Publication.objects.published().filter(channel=channel, published_at__gte=since - LOOK_BACK)
    return frozenset(receipts.exclude(remote_id="").values_list("remote_id", flat=True))


def look_again(publication: Publication, at: datetime) -> None:
    write(publication, not_before=at, claimed_until=None, looks=F("looks") + 1)


def not_seen(publication: Publication, attempt: Attempt, adapter: Adapter) -> None:
    """
    A look found nothing. That is proof only after the time that the platform's lists may lag, counted from when the
    attempt was over: until then the call may still have been on its way.
    """
    log.record("publication.looked", publication, post=publication.post_id)
    now, over = timezone.now(), attempt.finished_at or timezone.now()
    later = [over + wait for wait in adapter.look_after if over + wait > now]
    if now < over + adapter.absence_proven_after:
        look_again(publication, min([*later, over + adapter.absence_proven_after]))
    elif attempt.outcome == Outcome.DUPLICATE and publication.declared_absent_at is None:
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
                declared_absent_at=None,
            )
            close(attempt, Outcome.ABSENT)
            log.record("publication.absent", publication, post=publication.post_id)


def ask_where_nobody_can_look() -> None:
    """What may be out on a channel that was disconnected: no worker will ever tell."""
    give_up_looking(Publication.objects.unsure().exclude(channel__disconnected_at=None))


def give_up_looking(unsure: QuerySet[Publication]) -> None:
    for publication in unsure.select_related("channel", "post", "approval__approved_by"):
        hand_over(publication)


def hand_over(publication: Publication) -> None:
    with transaction.atomic():
        as_read = Publication.objects.filter(
            pk=publication.pk, fence=publication.fence, status=publication.status, claimed_until=None
        )
        if as_read.update(
            status=PublicationStatus.NEEDS_DECISION,
            fence=F("fence") + 1,
            declared_absent_at=None,
            woken_at=None,
        ):
            say_that_nobody_knows(publication)


def ask_a_person(publication: Publication) -> None:
    """The platform says that it has it, and we cannot find it: nobody but a person can tell."""
    with transaction.atomic():
        write(publication, status=PublicationStatus.NEEDS_DECISION, claimed_until=None)
        say_that_nobody_knows(publication)


def say_that_nobody_knows(publication: Publication) -> None:
    log.record("publication.needs_decision", publication, post=publication.post_id)
    notices.needs_decision(publication)
