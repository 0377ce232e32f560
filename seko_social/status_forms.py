"""Stopping, pausing and starting again: why, and what goes out then."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from posts.models import Publication, StopReason
from posts.publishing import Resume


class StopForm(forms.Form):
    """One reason is chosen from the beginning: whoever is in a hurry presses once."""

    reason = forms.ChoiceField(
        label=_("Varför?"), choices=StopReason.choices, initial=StopReason.EVENT, widget=forms.RadioSelect
    )
    message = forms.CharField(label=_("Några rader till kollegorna"), required=False, max_length=300)


class PauseForm(forms.Form):
    reason = forms.CharField(label=_("Varför?"), required=False, max_length=200)


HOW = [
    (Resume.NOW, _("Nu, allt på en gång")),
    (Resume.SPREAD, _("Spritt, ett i taget på varje kanal")),
    (Resume.PARKED, _("Inget: låt allt ligga kvar")),
]


class ChosenField(forms.TypedMultipleChoiceField):
    """Numbers of what was on the page. Some of it may wait no more: then it is no longer ours to let go."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return str(value).isdecimal() and len(str(value)) < 19


class ResumeForm(forms.Form):
    """What would go out at once, all of it chosen; and how. What the person did not see stays where it is."""

    how = forms.TypedChoiceField(
        label=_("Hur ska det gå ut?"),
        choices=HOW,
        coerce=Resume,
        initial=Resume.NOW,
        widget=forms.RadioSelect,
    )
    chosen = ChosenField(required=False)

    def __init__(self, waiting: Sequence[Publication], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = waiting

    def rows(self) -> list[tuple[Publication, bool]]:
        """Each with its tick, as it was left."""
        ticked = set(self.data.getlist("chosen")) if self.is_bound else None  # type: ignore[attr-defined]
        return [(item, ticked is None or str(item.pk) in ticked) for item in self.waiting]
