"""What is pressed on the pages about oneself, and the rota of the watch."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import duty
from accounts.models import Duty


class SeenForm(forms.Form):
    """The newest notice that the page showed."""

    newest = forms.IntegerField(min_value=1, max_value=BigIntegerField.MAX_BIGINT)


class DutyForm(forms.ModelForm):
    """Who has the watch on which days."""

    class Meta:
        model = Duty
        fields = ("person", "deputy", "first_day", "last_day")
        widgets = {
            name: forms.DateInput({"type": "date", "class": "input"}, format="%Y-%m-%d")
            for name in ("first_day", "last_day")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("person", "deputy"):
            field = self.fields[name]
            field.queryset = duty.reviewers()  # type: ignore[attr-defined]
            field.widget.attrs["class"] = "input"
            field.empty_label = _("Välj")  # type: ignore[attr-defined]
        self.fields["deputy"].help_text = gettext_lazy("Får också veta när halva tiden har gått.")

    def clean_last_day(self) -> Any:
        last = self.cleaned_data["last_day"]
        if last < timezone.localdate():
            raise ValidationError(_("Den dagen har redan varit."))
        return last

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("deputy") and given.get("deputy") == given.get("person"):
            self.add_error("deputy", _("Ersättaren måste vara någon annan."))
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("Den sista dagen kommer före den första."))
        return given

    def refuse(self, other: Duty) -> None:
        """Somebody has it on some of these days already."""
        facts = {
            "name": other.person.get_short_name(),
            "first": date_format(other.first_day, "j F"),
            "last": date_format(other.last_day, "j F"),
        }
        self.add_error("first_day", _("%(name)s har jour %(first)s till %(last)s. Ändra det först.") % facts)
