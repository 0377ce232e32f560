"""What the group writes about a post: notes, questions to colleagues and their answers."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from approvals.models import Answer
from posts.messages_forms import anchor_field, fill_anchor, message_field
from posts.models import Draft, Post, Version


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person: User) -> str:  # type: ignore[override]  # always a person
        return person.name


def person_field(**changes: Any) -> PersonField:
    widget = forms.Select(attrs={"class": "input"})
    known: dict[str, Any] = {"queryset": User.objects.none(), "required": False, "widget": widget}
    return PersonField(**(known | changes))


class NoteForm(forms.Form):
    """About the version that was on the page."""

    version = forms.ModelChoiceField(
        queryset=Version.objects.none(), required=False, widget=forms.HiddenInput
    )
    anchor = anchor_field()
    text = message_field(label=_("Anteckning"))
    to = person_field(label=_("Säg till en kollega"), empty_label=_("Ingen särskild"))

    def __init__(
        self,
        post: Post,
        wording: Draft | Version | None,
        colleagues: QuerySet[User],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = Version.objects.filter(post=post)  # type: ignore[attr-defined]
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]
        self.initial = {**self.initial, "version": post.current_version_id}
        fill_anchor(self.fields["anchor"], wording)


class QuestionForm(forms.Form):
    to = person_field(label=_("Vem vill du fråga?"), empty_label=_("Någon i gruppen"))
    text = message_field(label=_("Vad undrar du?"), required=False)

    def __init__(self, colleagues: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    """Ja and Nej speak for themselves; anything else is to be said."""

    answer = forms.ChoiceField(
        label=_("Vad tycker du?"),
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett svar.")},
    )
    text = message_field(label=_("Varför?"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == Answer.OTHER and not cleaned.get("text"):
            self.add_error("text", _("Skriv vad du tycker."))
        return cleaned
