"""What people write to each other about a post."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from posts import anchors
from posts.forms import MESSAGE_LENGTH, TOO_LONG, WordsField
from posts.models import Draft, Post, Version


def message_field(**changes: Any) -> WordsField:
    """A few lines for somebody. Spaces alone say nothing."""
    known: dict[str, Any] = {
        "label": _("Meddelande"),
        "max_length": MESSAGE_LENGTH,
        "widget": forms.Textarea(attrs={"rows": 4, "class": "input input--area"}),
        "error_messages": {"required": _("Skriv något först."), "max_length": TOO_LONG},
    }
    return WordsField(**(known | changes))


def anchor_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Gäller"), required=False, widget=forms.Select(attrs={"class": "input"}), choices=[]
    )


def fill_anchor(field: Any, wording: Draft | Version | None) -> None:
    field.choices = [("", _("hela inlägget")), *anchors.parts(wording).items()]


class ReplyForm(forms.Form):
    """From whoever sent the post in: words, and nothing to choose."""

    text = message_field(
        label=_("Ditt svar"), widget=forms.Textarea(attrs={"rows": 3, "class": "input input--area"})
    )


class AppealForm(forms.Form):
    message = message_field(label=_("Vad ska en kollega titta på?"), required=False)


class AnswerForm(forms.Form):
    """Its author's yes or no to one version, and what was meant."""

    version = forms.ModelChoiceField(queryset=Version.objects.none())
    answer = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    message = message_field(required=False)

    def __init__(self, post: Post, data: QueryDict) -> None:
        super().__init__(data)
        field: forms.ModelChoiceField = self.fields["version"]  # type: ignore[assignment]
        field.queryset = Version.objects.whole().filter(post=post)


class MessageForm(forms.Form):
    """To whoever sent the post in, about all of it or one part."""

    anchor = anchor_field()
    text = message_field()

    def __init__(self, wording: Draft | Version | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill_anchor(self.fields["anchor"], wording)
