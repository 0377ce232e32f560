"""Times as people say them: `i dag 13.00`, `i går 14.20`, `27 april 09.14`, `12 min`, `1 tim 40 min`."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def clock(at: datetime) -> str:
    """13.00"""
    return date_format(timezone.localtime(at), pgettext("clock, as a Django date format", "H.i"))


@register.filter
def day(at: datetime) -> str:
    """i dag, i går, i morgon, or the date; with the year when it is another one."""
    local, today = timezone.localtime(at), timezone.localdate()
    near = {0: _("i dag"), -1: _("i går"), 1: _("i morgon")}
    if (name := near.get((local.date() - today).days)) is not None:
        return name
    return date_format(local, "j F" if local.year == today.year else "j F Y")


@register.filter
def moment(at: datetime) -> str:
    """i dag 13.00"""
    return f"{day(at)} {clock(at)}"


@register.filter
def waited(since: datetime) -> str:
    """How long ago, in words that fit a row: 12 min, 1 tim 40 min, 3 dagar."""
    minutes = max(int((timezone.now() - since) / timedelta(minutes=1)), 0)
    hours, days = minutes // 60, minutes // (24 * 60)
    if hours < 1:
        return _("%(minutes)d min") % {"minutes": minutes}
    if days < 1:
        return _("%(hours)d tim %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return _("1 dag") if days == 1 else _("%(days)d dagar") % {"days": days}


@register.filter
def seconds(value: float) -> str:
    """1.05 for a film of 65 seconds."""
    length = {"minutes": int(value) // 60, "seconds": int(value) % 60}
    return pgettext("length of a film", "%(minutes)d.%(seconds)02d") % length
