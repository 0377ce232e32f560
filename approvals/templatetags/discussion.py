"""`{{ talk|notes_on:"text" }}`: how many notes the group has on a part of the post."""

from django import template

from approvals.discussion import Discussion
from approvals.models import Answer
from channels.models import Channel
from posts import anchors
from posts.models import Media

register = template.Library()


@register.filter
def notes_on(talk: Discussion | None, anchor: str) -> int:
    """None of them, for whoever may not read them."""
    return talk.marks.get(anchor, 0) if talk else 0


@register.filter
def anchor(media: Media) -> str:
    return anchors.of_media(media)


@register.filter
def channel_anchor(channel: Channel) -> str:
    return anchors.of_channel(channel.pk)


@register.filter
def opinion(answer: str) -> str:
    return str(Answer(answer).label)
