"""`{% icon "check" %}`: one symbol of the sprite, decoration only; the word stands beside it."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """`extra` is one more css class."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        extra,
        static("icons/sprite.svg"),
        name,
    )
