"""
How posts were received, as the platforms tell it, for a week after they came out. The only writer of
`Publication.reactions`.

The database is the queue (`reactions_due_at`). It is for the pleasure of those who sent something in, and so in nobody's
way: a channel that is stopped or rests is not asked, and what went wrong is forgotten until the next time.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from channels import connections
from channels.adapters import ADAPTERS
from channels.adapters.base import Reactions
from channels.errors import ChannelError, RateLimited
from channels.models import Channel
from posts.models import Publication, PublicationQuerySet, PublicationStatus

logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)
FIRST = timedelta(minutes=10)
"""Before that there is little to tell."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PACES = ((DAY, HOUR), (3 * DAY, 4 * HOUR), (WEEK, DAY))
"""Up to which age a post is asked about how often."""
MOST = 100
"""Posts of one channel at a time."""
CLOCKS = DAY
"""When a post came out is known from the call's answer; where that was lost, it may have been out for a while."""


def due(now: datetime) -> PublicationQuerySet:
    """Posts that a platform is to be asked about, and may be."""
    tells = [name for name, adapter in ADAPTERS.items() if adapter.tells_again_after]
    askable = Channel.objects.working().rested(now).filter(platform__in=tells)
    recent = Publication.objects.heads().published().filter(published_at__range=(now - WEEK, now - FIRST))
    wanted = Q(reactions_due_at=None) | Q(reactions_due_at__lte=now)
    return recent.filter(wanted, channel__in=askable).exclude(remote_id="")


def claim(channel: Channel, now: datetime) -> list[Publication]:
    """Those of the channel that are asked about now. Whatever comes of it, they are due again only after a while."""
    own = Count("followers", filter=Q(followers__status=PublicationStatus.PUBLISHED))
    found = due(now).filter(channel=channel).annotate(own_comments=own).order_by("-published_at")
    # The race: two workers ask about the same posts. Each conditional update lets one of them through.
    return [
        item for item in found[:MOST] if due(now).filter(pk=item.pk).update(reactions_due_at=again(item, now))
    ]


def again(publication: Publication, now: datetime) -> datetime:
    """Hourly at first, and daily in the end; seldom where asking costs money."""
    age = now - (publication.published_at or now)
    pace = next((pace for until, pace in PACES if age <= until), WEEK)
    return now + max(pace, publication.channel.adapter_class.tells_again_after or pace)


def ask(channel: Channel, now: datetime) -> None:
    """Ask once about all that is due there. That a connection is broken is found, and told, by whoever looks after it."""
    wanted, adapter = claim(channel, now), None
    if not wanted:
        return
    since = min(item.published_at or now for item in wanted) - CLOCKS
    try:
        adapter = connections.adapter_for(channel)
        told = adapter.reactions({item.remote_id for item in wanted}, since)
    except RateLimited as error:
        connections.honour(channel, adapter, error)
    except ChannelError as error:
        logger.info("How posts on channel %s were received is not known: %s", channel.pk, error.code)
    else:
        keep(wanted, told)
    connections.honour(channel, adapter)


def keep(wanted: list[Publication], told: Mapping[str, Reactions]) -> None:
    now = timezone.now()
    for item in wanted:
        if numbers := told.get(item.remote_id):
            as_others_did = asdict(without_own(numbers, item.own_comments))  # type: ignore[attr-defined]
            plain = {name: number for name, number in as_others_did.items() if number is not None}
            Publication.objects.filter(pk=item.pk).update(reactions=plain, reactions_at=now)


def without_own(numbers: Reactions, own: int) -> Reactions:
    """The first comment, and the next part of a thread, are our own words."""
    if numbers.comments is None:
        return numbers
    return replace(numbers, comments=max(numbers.comments - own, 0))


def at_all(now: datetime) -> None:
    """Everything that is due, one channel after the other: what a worker does each minute."""
    for channel in Channel.objects.filter(pk__in=due(now).values("channel")):
        ask(channel, now)
