"""What one fills in about an event, why there is nothing to show, and the address of a calendar."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from posts import event_feeds, rules
from posts.models import Event, EventKind, NothingToShow

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

NO_DAY = _("Det är ingen dag. Skriv som 2026-05-01.")
TOO_LONG = _("Texten är för lång.")
LONGEST_DAYS = 366
FROM_CALENDAR = ("title", "first_day", "last_day", "place")
"""What a calendar says of its events; tomorrow it says it again."""


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class OneLine(forms.CharField):
    def clean(self, value: Any) -> str:
        return " ".join(super().clean(value).split())


class EventForm(forms.Form):
    """The title is enough: it is a visit, and it is today, until somebody says otherwise."""

    title = OneLine(
        label=_("Vad händer?"),
        help_text=_("Till exempel: Besök hos Citymail."),
        max_length=200,
        error_messages={"required": _("Skriv vad som händer."), "max_length": TOO_LONG},
    )
    kind = forms.ChoiceField(
        label=_("Vad är det?"), choices=EventKind.choices, required=False, widget=forms.RadioSelect
    )
    about = OneLine(
        label=_("Vilken facklig fråga handlar det om?"),
        required=False,
        max_length=200,
        error_messages={"max_length": TOO_LONG},
    )
    first_day = forms.DateField(
        label=_("Vilken dag?"), widget=DayInput(), required=False, error_messages={"invalid": NO_DAY}
    )
    last_day = forms.DateField(
        label=_("Till och med"),
        help_text=_("Om det är flera dagar."),
        widget=DayInput(),
        required=False,
        error_messages={"invalid": NO_DAY},
    )
    place = OneLine(
        label=_("Var?"),
        help_text=_("Ort eller arbetsplats, med ord."),
        required=False,
        max_length=200,
        error_messages={"max_length": TOO_LONG},
    )
    asks_about_site = forms.BooleanField(
        label=_("Fråga om man får fota där"),
        help_text=_("Till exempel på järnvägen, i en hamn eller i ett fängelse."),
        required=False,
    )
    is_shared = forms.BooleanField(
        label=_("För hela organisationen"),
        help_text=_("Alla kan skicka in något om den. Ingen påminns."),
        required=False,
    )

    def __init__(self, user: "User", event: Event | None, data: Any = None) -> None:
        super().__init__(data, initial=of_event(event))
        if rules.why_not_share_event(user):
            del self.fields["is_shared"]
        if event and event.feed_id:
            for name in FROM_CALENDAR:
                del self.fields[name]

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or EventKind.VISIT

    def clean_first_day(self) -> "date":
        return self.cleaned_data["first_day"] or timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == EventKind.CONGRESS and not cleaned.get("about", "x"):
            self.add_error("about", _("Skriv vilken facklig fråga det handlar om."))
        first = cleaned.get("first_day")
        if "last_day" in self.fields and first and "last_day" in cleaned:
            cleaned["last_day"] = self.last_day_from(first, cleaned["last_day"] or first)
        return cleaned

    def last_day_from(self, first: "date", last: "date") -> "date":
        if not 0 <= (last - first).days <= LONGEST_DAYS:
            self.add_error("last_day", _("Sista dagen ska vara efter den första, och inom ett år."))
        return last


def of_event(event: Event | None) -> dict[str, Any]:
    if event is None:
        return {"kind": EventKind.VISIT, "first_day": timezone.localdate()}
    names = ("title", "kind", "about", "first_day", "place", "asks_about_site", "is_shared")
    last_day = event.last_day if event.is_long else None
    return {name: getattr(event, name) for name in names} | {"last_day": last_day}


class NothingForm(forms.Form):
    """Why there is no picture. It is read by the group."""

    why = forms.ChoiceField(
        label=_("Varför?"),
        choices=NothingToShow.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj varför."), "invalid_choice": _("Välj varför.")},
    )
    note = OneLine(
        label=_("Några ord"), required=False, max_length=200, error_messages={"max_length": TOO_LONG}
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("why") == NothingToShow.OTHER and not cleaned.get("note", "x"):
            self.add_error("note", _("Skriv varför."))
        return cleaned


class FeedForm(forms.Form):
    """The address of a calendar, and what of it is our business."""

    url = forms.CharField(
        label=_("Kalenderns adress"),
        help_text=_(
            "Den hemliga adressen i iCal-format, som kalendern visar under delning. Vi visar den aldrig igen."
        ),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
        error_messages={"required": _("Klistra in adressen."), "max_length": _("Adressen är för lång.")},
    )
    only = OneLine(
        label=_("Bara det som har det här ordet i rubriken"),
        help_text=_("Till exempel: besök. Annat i kalendern rör vi inte."),
        required=False,
        max_length=60,
        error_messages={"max_length": TOO_LONG},
    )
    kind = forms.ChoiceField(
        label=_("Vad är det i kalendern?"),
        choices=EventKind.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    is_shared = forms.BooleanField(
        label=_("För hela organisationen"),
        help_text=_("Alla kan skicka in något om händelserna. Ingen påminns."),
        required=False,
    )

    def __init__(self, user: "User", data: Any = None) -> None:
        super().__init__(data, initial={"kind": EventKind.VISIT})
        if rules.why_not_share_event(user):
            del self.fields["is_shared"]

    def clean_url(self) -> str:
        url = event_feeds.address_of(self.cleaned_data["url"])
        if refusal := event_feeds.why_not_read(url):
            raise forms.ValidationError(refusal)
        return url

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or EventKind.VISIT
