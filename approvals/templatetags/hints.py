"""`{% said hint as words %}`: a hint in words."""

from django import template

from approvals import hint_words
from approvals.hint_words import Said
from approvals.hints import Hint

register = template.Library()


@register.simple_tag
def said(hint: Hint) -> Said:
    return hint_words.said(hint)
