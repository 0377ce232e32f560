"""Choosing lines of the log."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit import wording
from audit.models import EntryQuerySet
from audit.rooms import Named

MANY = 20
"""More people than that with the same name is no choice."""
NO_DAY = gettext_lazy("Det är ingen dag. En dag ser ut så här: 2026-11-26")


YEARS = (date(2000, 1, 1), date(2999, 12, 31))
"""Days beyond them are slips of the hand; some of them no clock can show."""


def day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": NO_DAY},
        validators=[MinValueValidator(YEARS[0], NO_DAY), MaxValueValidator(YEARS[1], NO_DAY)],
    )


class FilterForm(forms.Form):
    """All of it may be left empty. What is chosen narrows what is chosen beside it."""

    person = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=120)
    verb = forms.ChoiceField(label=gettext_lazy("Vad"), required=False, choices=wording.choices)
    post = forms.IntegerField(
        label=gettext_lazy("Inläggets nummer"),
        required=False,
        min_value=1,
        max_value=10**18 - 1,
        error_messages={"invalid": gettext_lazy("Skriv inläggets nummer, till exempel 12.")},
    )
    channel = forms.TypedChoiceField(
        label=gettext_lazy("Kanal"), required=False, coerce=int, empty_value=None
    )
    first = day(gettext_lazy("Från och med"))
    last = day(gettext_lazy("Till och med"))

    def __init__(self, channels: dict[int, Named], data: QueryDict) -> None:
        super().__init__(data)
        every = [("", pgettext_lazy("channels in the log", "Alla"))]
        self.fields["channel"].choices = every + [  # type: ignore[attr-defined]
            (number, named.name) for number, named in channels.items()
        ]

    def clean_person(self) -> list[int] | None:
        """Part of a name, or a whole address."""
        typed = self.cleaned_data["person"].strip()
        if not typed:
            return None
        named = get_user_model()._default_manager.filter(Q(name__icontains=typed) | Q(email__iexact=typed))
        found = list(named.order_by("pk").values_list("pk", flat=True)[: MANY + 1])
        if not found:
            raise ValidationError(
                _("Vi hittar ingen med det namnet. Prova en del av det, eller hela e-postadressen.")
            )
        if len(found) > MANY:
            raise ValidationError(_("Det är för många som heter så. Skriv hela namnet eller e-postadressen."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", _("Den sista dagen ligger före den första."))
        return cleaned

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        for name, narrower in NARROWERS.items():
            if (value := self.cleaned_data[name]) not in (None, ""):
                entries = narrower(entries, value)
        return entries

    def chosen(self) -> str:
        """The choice in one line, always written the same way: for links, and for the log."""
        typed = QueryDict(mutable=True)
        typed.update({name: self.data[name].strip() for name in NARROWERS if self.data.get(name, "").strip()})
        return typed.urlencode()


NARROWERS: dict[str, Callable[[EntryQuerySet, Any], EntryQuerySet]] = {
    "person": EntryQuerySet.by,
    "verb": lambda entries, verb: entries.filter(verb__in=wording.verbs_of(verb)),
    "post": EntryQuerySet.about_post,
    "channel": EntryQuerySet.about_channel,
    "first": EntryQuerySet.since,
    "last": EntryQuerySet.until,
}
