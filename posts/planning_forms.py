"""Times as people type them from the clock on the wall, in the site's own zone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from posts import clock
from posts.models import Post, Publication
from posts.publishing import PlanError
from posts.waiting import clock_time, day_and_time

YEARS = range(2000, 2100)
UNREADABLE = gettext_lazy("Det är ingen tid. En tid ser ut så här: 2026-11-26 12.00")


class WallField(forms.CharField):
    """A day and a time, as yet without a zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def clean(self, value: Any) -> datetime | None:
        typed = super().clean(value).replace(".", ":")
        return wall_from(typed) if typed else None


def wall_from(typed: str) -> datetime:
    try:
        wall = parse_datetime(typed)
    except ValueError as error:
        raise ValidationError(UNREADABLE) from error
    if wall is None or wall.tzinfo or wall.year not in YEARS:
        raise ValidationError(UNREADABLE)
    return wall.replace(second=0, microsecond=0)


class MomentsForm(forms.Form):
    """
    Its `WallField`s become moments. About a time in the doubled hour is asked which of the two (`doubled`); a time in the
    missing hour is refused with the next one that there is.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = timezone.get_default_timezone()
        self.doubled: dict[str, list[tuple[int, str, bool]]] = {}
        self.initial = {name: self.shown_time(name, value) for name, value in self.initial.items()}

    def shown_time(self, name: str, value: Any) -> Any:
        """A moment as the field shows it; in the doubled hour with the question, and its answer."""
        if not isinstance(value, datetime):
            return value
        wall = clock.wall_of(value, self.zone)
        self.ask_about(name, clock.moments(wall, self.zone), value)
        return wall.strftime("%Y-%m-%dT%H:%M")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.times():
            if wall := cleaned.get(name):
                cleaned[name] = self.moment(name, wall)
        return cleaned

    def times(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, WallField)]

    def moment(self, name: str, wall: datetime) -> datetime | None:
        self.doubled.pop(name, None)
        found = clock.moments(wall, self.zone)
        if not found:
            self.add_error(name, missing(wall, clock.next_shown(wall, self.zone)))
            return None
        if len(found) == 1:
            return found[0]
        answer = self.data.get(f"{name}_turn", "")
        chosen = found[int(answer)] if answer in ("0", "1") else None
        self.ask_about(name, found, chosen)
        if chosen is None:
            self.add_error(name, _("Klockan ställs om den natten, och tiden kommer två gånger. Välj vilken."))
        return chosen

    def ask_about(self, name: str, found: list[datetime], chosen: datetime | None) -> None:
        if len(found) == 2:
            self.doubled[name] = [
                (number, clock_time(moment), moment == chosen) for number, moment in enumerate(found)
            ]

    def rows(self) -> list[tuple[forms.BoundField, list[tuple[int, str, bool]]]]:
        """Each time with the question that belongs to it, for the page."""
        return [(self[name], self.doubled.get(name, [])) for name in self.times()]

    def refuse(self, error: PlanError, earliest: datetime | None) -> None:
        """The domain said that the time cannot be kept: in words, at its field."""
        name, sentence = REFUSED[error.code]
        self.add_error(name, str(sentence) % {"at": day_and_time(earliest) if earliest else ""})


REFUSED = {
    "past": ("at", gettext_lazy("Den tiden har redan varit. Välj en senare.")),
    "before_earliest": ("at", gettext_lazy("Inlägget får komma ut tidigast %(at)s. Välj en senare tid.")),
    "after_latest": ("latest", gettext_lazy("Senaste tiden måste vara efter den då inlägget ska ut.")),
}


def missing(wall: datetime, following: datetime) -> str:
    """Klockan 02.30 finns inte den natten …"""
    facts = {"at": f"{wall:%H.%M}", "next": f"{following:%H.%M}"}
    return (
        _("Klockan %(at)s finns inte den natten: då ställs klockan fram. Nästa tid som finns är %(next)s.")
        % facts
    )


def at_field() -> WallField:
    return WallField(
        label=gettext_lazy("Dag och tid"),
        required=False,
        error_messages={"required": gettext_lazy("Välj dag och tid.")},
    )


def latest_field() -> WallField:
    return WallField(
        label=gettext_lazy("Senast"),
        help_text=gettext_lazy("Har det inte kommit ut då, går det inte ut alls förrän någon säger till."),
        required=False,
    )


class MoveForm(MomentsForm):
    """Another time for what waits."""

    at = at_field()
    latest = latest_field()

    def __init__(self, post: Post, waiting: Iterable[Publication], *args: Any, **kwargs: Any) -> None:
        first = min(waiting, key=lambda item: item.not_before)
        now = timezone.now()
        known = {"at": later(first.planned_for, now), "latest": later(first.not_after, now)}
        super().__init__(*args, initial=known, **kwargs)
        self.fields["at"].required = True
        self.post = post


def later(at: datetime | None, now: datetime) -> datetime | None:
    """A time that has gone by is no proposal."""
    return at if at and at > now else None
