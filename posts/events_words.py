"""Days of events as people say them: `i dag`, `i tisdags`, `på torsdag`, `12–14 november`."""

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from posts.models import Event

LAST = (
    gettext_lazy("i måndags"),
    gettext_lazy("i tisdags"),
    gettext_lazy("i onsdags"),
    gettext_lazy("i torsdags"),
    gettext_lazy("i fredags"),
    gettext_lazy("i lördags"),
    gettext_lazy("i söndags"),
)
NEXT = (
    gettext_lazy("på måndag"),
    gettext_lazy("på tisdag"),
    gettext_lazy("på onsdag"),
    gettext_lazy("på torsdag"),
    gettext_lazy("på fredag"),
    gettext_lazy("på lördag"),
    gettext_lazy("på söndag"),
)
WEEK = 7


def said(day: date) -> str:
    today = timezone.localdate()
    away = (day - today).days
    near = {0: _("i dag"), -1: _("i går"), 1: _("i morgon")}
    if away in near:
        return near[away]
    if -WEEK < away < WEEK:
        return str((NEXT if away > 0 else LAST)[day.weekday()])
    return in_figures(day)


def when(event: Event) -> str:
    """Of several days the first and the last; with the year where it is another one."""
    if not event.is_long:
        return said(event.first_day)
    return f"{in_figures(event.first_day)} – {in_figures(event.last_day)}"


def in_figures(day: date) -> str:
    return date_format(day, "j F" if day.year == timezone.localdate().year else "j F Y")
