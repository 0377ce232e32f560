"""Codes into sentences, for templates: what is wrong with a file, what is missing, what went wrong."""

from datetime import datetime

from django import template
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from channels.models import Channel
from posts import waiting, wording
from posts.blockers import Blocker
from posts.models import Media, Post, Publication, Regret, StopReason

register = template.Library()


@register.simple_tag
def refusal(media: Media) -> str:
    return wording.refusal_sentence(media)


@register.filter
def sentence(blocker: Blocker) -> str:
    """What is missing, ready to stand in a list."""
    return wording.blocker_sentence(blocker)


@register.filter
def trouble(code: str) -> str:
    return wording.trouble_sentence(code)


@register.filter
def called(channel: Channel) -> str:
    """What a channel is called in a sentence."""
    return wording.name_of(channel)


@register.filter
def place(publication: Publication) -> str:
    """Facebook; X, del 2."""
    return wording.place_of(publication)


@register.filter
def received(publication: Publication) -> str:
    """12 reaktioner, 3 kommentarer; "" where nobody has told."""
    return "" if publication.reactions is None else wording.received(publication.reactions)


@register.filter
def received_in_all(post: Post) -> str:
    """The same of all its channels together; "" while there is nothing to tell."""
    told = [item.reactions for item in post.publications.all() if item.is_published and item.reactions]
    kinds = {kind for numbers in told for kind in numbers}
    in_all = {kind: sum(numbers.get(kind, 0) for numbers in told) for kind in kinds}
    return wording.received(in_all) if any(in_all.values()) else ""


@register.filter
def comes_out(post: Post) -> str:
    """publiceras lördag 28 november 09.00; "" of what has no time to come."""
    return waiting.comes_out(post)


@register.filter
def happened_at(post: Post) -> datetime | None:
    return waiting.happened_at(post)


@register.filter
def seen_by(privacy: str) -> str:
    """Who may see a film."""
    return str(wording.PRIVACIES[privacy])


@register.filter
def regret(reason: str) -> str:
    """Why a post is taken down."""
    return str(Regret(reason).label)


@register.filter
def stop_reason(reason: str) -> str:
    return str(StopReason(reason).label)


@register.filter
def rejection(reason: str) -> str:
    return str(wording.REJECTIONS.get(reason, ""))


@register.filter
def listed(names: list[str]) -> str:
    """Facebook, X och YouTube"""
    return get_text_list(names, _("och"))
