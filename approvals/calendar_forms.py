"""Another time for one post on one channel."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.calendar_moves import at_quiet_hours
from approvals.models import ImportantDate
from posts.models import Publication
from posts.planning_forms import MomentsForm, at_field, later
from posts.quiet import is_quiet


class SlotForm(MomentsForm):
    """Names what was on the page. About a quiet hour is asked, once such a time was chosen."""

    at = at_field()
    seen = forms.CharField(widget=forms.HiddenInput)
    quiet = forms.BooleanField(label=_("Publicera ändå, fast det är tyst då"), required=False)

    def __init__(self, publication: Publication, seen: str, now: datetime, data: Any = None) -> None:
        known = {"at": later(publication.planned_for, now), "seen": seen}
        super().__init__(data, initial=known)
        self.fields["at"].required = True
        self.asks_about_quiet = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        at = cleaned.get("at")
        if at and is_quiet(at):
            self.asks_about_quiet = True
            if not cleaned.get("quiet"):
                self.add_error("at", at_quiet_hours(at))
        return cleaned


class DateForm(forms.ModelForm):
    """One of the group's own dates."""

    class Meta:
        model = ImportantDate
        fields = ("name", "day", "is_yearly")
        labels = {"name": _("Vad är det?"), "day": _("Vilken dag?"), "is_yearly": _("Varje år")}
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        error_messages = {
            "name": {"required": _("Skriv vad det är."), "max_length": _("Texten är för lång.")},
            "day": {"required": _("Välj en dag."), "invalid": _("Det är ingen dag. Skriv som 2026-05-01.")},
        }

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class BestBeforeForm(forms.Form):
    """Until when it is as good as today; empty for always."""

    best_before = forms.DateField(
        label=_("Bäst före"),
        help_text=_("Sista dagen då inlägget är lika bra som i dag. Lämna tomt om det alltid går bra."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Det är ingen dag. Skriv som 2026-05-01.")},
    )

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_best_before(self) -> date | None:
        day = self.cleaned_data["best_before"]
        if day and day < self.today:
            raise forms.ValidationError(_("Den dagen har redan varit. Välj en senare."))
        return day
