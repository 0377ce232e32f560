"""How many posts wait at each channel: `{% waiting_by_channel as waiting %}` … `{{ waiting|at_channel:channel.pk }}`."""

from django import template
from django.db.models import Count, F, Q

from posts.models import Publication, PublicationStatus, Status

register = template.Library()


@register.simple_tag
def waiting_by_channel() -> dict[int, int]:
    """One query for all channels."""
    counted = Publication.objects.filter(waits()).order_by().values_list("channel").annotate(Count("pk"))
    return dict(counted)


@register.simple_tag
def waiting_on(channel_id: int) -> int:
    return Publication.objects.filter(waits(), channel=channel_id).count()


@register.filter
def at_channel(waiting: dict[int, int], channel_id: int) -> int:
    return waiting.get(channel_id, 0)


def waits() -> Q:
    """Approved, not out, and meant to come out there: by the worker, or by somebody's hand."""
    in_force = Q(post__status=Status.APPROVED, version=F("post__current_version"))
    return in_force & Q(status__in=(PublicationStatus.QUEUED, PublicationStatus.BY_HAND), claimed_until=None)
