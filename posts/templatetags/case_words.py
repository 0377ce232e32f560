"""`{{ case.due_at|left }}`: how much of a clock is left, in words; and what people in pictures have said so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from posts import consent
from posts.models import ConsentRequest, Draft, Media, Method, Post, TakedownCase, Version

register = template.Library()


@register.filter
def left(due_at: datetime, now: datetime | None = None) -> str:
    remaining = due_at - (now or timezone.now())
    if remaining <= timedelta(0):
        return _("tiden har gått ut")
    hours = remaining // timedelta(hours=1)
    if hours:
        return ngettext("%(n)d timme kvar", "%(n)d timmar kvar", hours) % {"n": hours}
    minutes = max(1, remaining // timedelta(minutes=1))
    return ngettext("%(n)d minut kvar", "%(n)d minuter kvar", minutes) % {"n": minutes}


@register.simple_tag
def open_cases() -> int:
    """For the menu, which is quiet when there are none."""
    return TakedownCase.objects.open().count()


@register.filter
def is_settled(wording: Draft | Version) -> bool:
    return consent.is_settled(wording)


@dataclass(frozen=True)
class Said:
    """What the people in its pictures have said so far, in a line; nothing where nobody was asked."""

    line: str
    is_all: bool
    """Nobody who was asked is waited for."""


@register.simple_tag
def answered(post: Post) -> Said:
    wording, asked = post.wording, list(consent.of(post))
    shown = wording.media if wording else []
    is_all = wording is not None and consent.is_answered(shown, asked, wording.minors)
    return Said(in_a_line(shown, asked, is_all=is_all), is_all)


def in_a_line(shown: list[Media], asked: list[ConsentRequest], *, is_all: bool) -> str:
    against = [item for item in asked if item.is_against]
    if consent.is_refused(against, shown):
        return _("Någon på bilden vill inte synas.")
    told = [item for item in asked if item.is_yes]
    offices = sum(item.count for item in told if item.method == Method.IN_OFFICE)
    yes = sum(item.count for item in told) - offices
    waiting = sum(item.count for item in asked if item.is_open)
    said = ngettext("%(n)d har sagt ja", "%(n)d har sagt ja", yes) % {"n": yes} if yes else ""
    if yes and is_all and not against:
        said = _("alla som är tillfrågade har sagt ja (%(n)d av %(n)d)") % {"n": yes}
    silent = ngettext("%(n)d har inte svarat", "%(n)d har inte svarat", waiting) % {"n": waiting}
    in_office = ngettext("%(n)d är företrädare i tjänsten", "%(n)d är företrädare i tjänsten", offices)
    before = _("någon sa nej till en bild som är ändrad eller utbytt") if against else ""
    parts = [said, in_office % {"n": offices} if offices else "", silent if waiting else "", before]
    return f"{capfirst(', '.join(filter(None, parts)))}." if any(parts) else ""
