"""
What was published on our channels without going through here, read from each channel's own list, so that the figures stay
true. The only writer of `OutsidePost` and `OutsideLook`.

The database is the queue (`OutsideLook.due_at`); a look is held by a lease. What is ours is told apart by its receipt.
What is a few minutes old is left for the next time: our own may be out and its receipt not saved yet.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from approvals.frequency import WEEKS
from approvals.models import OutsideLook, OutsidePost
from channels import connections
from channels.adapters import ADAPTERS
from channels.adapters.base import Adapter, Listed
from channels.errors import ChannelError, RateLimited
from channels.models import Channel
from posts.models import Publication
from posts.showing import leads_home

LEASE = timedelta(minutes=10)
AGAIN_AFTER_TROUBLE = timedelta(hours=1)
YOUNG = timedelta(minutes=10)
FIRST, FIRST_PAID = timedelta(weeks=WEEKS), timedelta(days=7)
"""How far back a channel is read the first time: as far as figures go; where each post costs money, not so far."""
LONGEST = 200


def due(now: datetime) -> list[int]:
    """Channels whose list is to be read now, and nobody reads it."""
    listed = [name for name, adapter in ADAPTERS.items() if adapter.lists_posts]
    ready = Channel.objects.working().rested(now).filter(platform__in=listed)
    new = ready.filter(outside_look=None)
    OutsideLook.objects.bulk_create(
        (OutsideLook(channel=one, due_at=now) for one in new), ignore_conflicts=True
    )
    return list(free(now).filter(channel__in=ready).values_list("channel", flat=True))


def free(now: datetime) -> QuerySet[OutsideLook]:
    return OutsideLook.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), due_at__lte=now)


def claim(channel_id: int, now: datetime) -> OutsideLook | None:
    """Take the look that is due. None: it is not, or another worker has it."""
    # The race: two workers were sent to the same channel. The conditional update lets one through.
    if not free(now).filter(channel=channel_id).update(claimed_until=now + LEASE):
        return None
    return OutsideLook.objects.select_related("channel").get(channel=channel_id)


def look(held: OutsideLook, now: datetime) -> None:
    """Read the list once. That a connection is broken is found, and told, by whoever looks after it."""
    channel, adapter = held.channel, None
    try:
        adapter = connections.adapter_for(channel)
        since = since_when(held, adapter, now)
        found = list(adapter.recent(since))
    except RateLimited as error:
        connections.honour(channel, adapter, error)
        put_off(held, error.until, error.code)
    except ChannelError as error:
        put_off(held, now + AGAIN_AFTER_TROUBLE, error.code)
    else:
        keep(held, found, since, now)
    connections.honour(channel, adapter)


def since_when(held: OutsideLook, adapter: Adapter, now: datetime) -> datetime:
    if held.looked_at is None:
        return now - (FIRST if adapter.lists_back else FIRST_PAID)
    return held.looked_at - max(adapter.lists_back, 2 * YOUNG)


def put_off(held: OutsideLook, until: datetime, code: str) -> None:
    mine(held).update(due_at=until, claimed_until=None, trouble=code)


def mine(held: OutsideLook) -> QuerySet[OutsideLook]:
    """Whoever comes late finds that somebody else has it."""
    return OutsideLook.objects.filter(pk=held.pk, claimed_until=held.claimed_until)


def keep(held: OutsideLook, found: list[Listed], since: datetime, now: datetime) -> None:
    channel, adapter = held.channel, held.channel.adapter_class
    with transaction.atomic():
        done = {
            "due_at": now + adapter.lists_again_after,
            "looked_at": now,
            "claimed_until": None,
            "trouble": "",
        }
        if not mine(held).update(**done):
            return
        ours = ids_of_ours(channel, found)
        theirs = [item for item in found if not known_by(item) & ours and item.at <= now - YOUNG]
        write(channel, theirs)
        kept = OutsidePost.objects.filter(channel=channel)
        kept.filter(remote_id__in=ours | {item.remote_id for item in found if known_by(item) & ours}).delete()
        if adapter.lists_back:
            still_there = [item.remote_id for item in found]
            gone = kept.filter(published_at__gte=since, gone_at=None).exclude(remote_id__in=still_there)
            gone.update(gone_at=now)


def known_by(item: Listed) -> set[str]:
    return {item.remote_id, *item.also}


def ids_of_ours(channel: Channel, found: Iterable[Listed]) -> set[str]:
    ids = {id for item in found for id in known_by(item)}
    ours = Publication.objects.filter(channel=channel, remote_id__in=ids)
    return set(ours.exclude(remote_id="").values_list("remote_id", flat=True))


def write(channel: Channel, theirs: Iterable[Listed]) -> None:
    """One that was seen to be gone may have been late in the list only."""
    OutsidePost.objects.bulk_create(
        (
            OutsidePost(
                channel=channel,
                remote_id=item.remote_id,
                url=item.url,
                published_at=item.at,
                words=" ".join(item.text.split())[:LONGEST],
                has_media=item.has_media,
                leads_home=not item.has_media and leads_home(item.link, item.text),
            )
            for item in theirs
        ),
        update_conflicts=True,
        unique_fields=["channel", "remote_id"],
        update_fields=["url", "published_at", "words", "has_media", "leads_home", "gone_at"],
    )


def at_all(now: datetime) -> None:
    """Everything that is due, one after the other: what a worker does each minute."""
    for channel_id in due(now):
        if held := claim(channel_id, now):
            look(held, timezone.now())
