"""`{{ case.due_at|left }}`: how much of a clock is left, in words."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from posts.models import TakedownCase

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
