"""Codes into sentences, for templates: what is wrong with a file, what is missing, what went wrong."""

from django import template

from posts import wording
from posts.blockers import Blocker
from posts.models import Media

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
