"""Channels in words, for templates; and whose they are."""

from typing import TYPE_CHECKING

from django import template

from channels import wording
from channels.models import Channel

if TYPE_CHECKING:
    from accounts.models import User
    from channels.models import ChannelQuerySet

register = template.Library()


@register.filter
def trouble(code: str) -> str:
    return wording.trouble_sentence(code)


@register.filter
def called(channel: Channel) -> str:
    """What a channel is called in a sentence."""
    return wording.name_of(channel)


@register.simple_tag
def kept_by(user: "User") -> "ChannelQuerySet":
    """The channels that somebody answers for."""
    return Channel.objects.open().kept_by(user)
