"""
How many posts wait at each channel: `{% waiting_by_channel as waiting %}` … `{{ waiting|at_channel:channel.pk }}`; and
what there needs somebody: `{% help_on channel user as rows %}`.
"""

from typing import TYPE_CHECKING

from django import template
from django.db.models import Count, F, Q

from channels.models import Channel
from posts import rules, whereabouts
from posts.models import Publication, PublicationStatus, Status
from posts.whereabouts import Whereabouts

if TYPE_CHECKING:
    from accounts.models import User

register = template.Library()

MOST = 10
"""How much of it the page of a channel shows."""


@register.simple_tag
def waiting_by_channel() -> dict[int, int]:
    """One query for all channels."""
    counted = (
        Publication.objects.heads().filter(waits()).order_by().values_list("channel").annotate(Count("pk"))
    )
    return dict(counted)


@register.simple_tag
def waiting_on(channel_id: int) -> int:
    return Publication.objects.heads().filter(waits(), channel=channel_id).count()


@register.filter
def at_channel(waiting: dict[int, int], channel_id: int) -> int:
    return waiting.get(channel_id, 0)


@register.simple_tag
def help_on(channel: Channel, user: "User") -> list[Whereabouts]:
    """What this person could do something about; the newest first."""
    if not rules.keeps(user, channel) and not user.has_perm("posts.decide_publication"):
        return []
    stuck = Q(
        status__in=(PublicationStatus.NEEDS_DECISION, PublicationStatus.FAILED, PublicationStatus.BY_HAND)
    )
    stuck |= Q(status=PublicationStatus.HELD, part__gt=0)
    if channel.is_held_up:
        stuck |= Q(status=PublicationStatus.QUEUED)
    found = whereabouts.loaded(in_force() & stuck & Q(channel=channel), MOST)
    return [Whereabouts(item, whereabouts.last_removal(item)) for item in found]


def waits() -> Q:
    """Approved, not out, and meant to come out there: by the worker, or by somebody's hand."""
    waiting = (PublicationStatus.QUEUED, PublicationStatus.BY_HAND)
    return in_force() & Q(status__in=waiting, claimed_until=None)


def in_force() -> Q:
    """Of versions that are approved now."""
    return Q(post__status=Status.APPROVED, version=F("post__current_version"))
