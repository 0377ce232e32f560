"""What is asked about people in pictures, and what somebody says who wants a post gone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from posts import consent
from posts.forms import TOO_LONG, WordsField
from posts.models import Answer, Media, Minors

HOW_MANY = {
    "required": _("Hur många är det?"),
    "invalid": _("Skriv ett antal, till exempel 2."),
    "min_value": _("Det är minst en."),
    "max_value": _("Högst %(limit_value)d åt gången."),
}


class HowManyForm(forms.Form):
    """How many people a question is for."""

    count = forms.IntegerField(
        label=_("Hur många på bilden går att känna igen?"),
        min_value=1,
        max_value=consent.MOST_AT_ONCE,
        error_messages=HOW_MANY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class ToldForm(HowManyForm):
    """A reviewer has asked them: by telephone, or where they stood. About the version that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    minors = forms.ChoiceField(
        label=_("Är någon under 18 år?"),
        choices=Minors.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Svara på om någon är under 18 år.")},
    )


class InOfficeForm(HowManyForm):
    """All of them speak for the union in their office. Its field stands on the same page as the others'."""

    prefix = "tjanst"


class PhoneForm(forms.Form):
    """
    Filled in by somebody in the picture, on the telephone of whoever took it. A yes is to `pictures`, and only if the
    page showed them all; a no is to those that it showed.
    """

    answer = forms.ChoiceField(choices=[("ja", "ja"), ("nej", "nej")])
    called = forms.CharField(label=_("Förnamn eller initialer"), required=False, max_length=60, strip=True)
    guardian = forms.BooleanField(
        label=_("Någon på bilden är under 18 år, och jag svarar som vårdnadshavare"), required=False
    )
    seen = forms.Field(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, pictures: list[Media], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pictures = pictures

    @property
    def said(self) -> Answer:
        return Answer.YES if self.cleaned_data["answer"] == "ja" else Answer.NO

    @property
    def about(self) -> list[Media]:
        """What the answer stood beside, of what is shown still; all of that, where the page named nothing."""
        seen = self.cleaned_data["seen"]
        return [item for item in self.pictures if str(item.pk) in seen] if seen else self.pictures

    @property
    def is_about_others(self) -> bool:
        """More is shown by now, or less, than what the yes stood beside."""
        shown = {str(item.pk) for item in self.pictures}
        return self.said == Answer.YES and set(self.cleaned_data["seen"]) != shown


class AddressForm(forms.Form):
    """Where a receipt goes."""

    address = forms.EmailField(max_length=254)


class CaseForm(forms.Form):
    """Somebody wrote, rang or came by: which post, and what they said."""

    named = forms.CharField(
        label=_("Länken till inlägget, eller dess nummer"),
        max_length=1000,
        error_messages={
            "required": _("Klistra in länken eller skriv numret."),
            "max_length": _("Det är ingen länk till ett inlägg: den är för lång."),
        },
    )
    message = WordsField(
        label=_("Några rader till kollegorna"),
        help_text=_("Inga namn och inga personnummer. Raderna gallras efter ett år."),
        required=False,
        max_length=2000,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    receipt_to = forms.EmailField(
        label=_("Mejladress för kvittot"),
        help_text=_("Den glöms när kvittot är skickat."),
        required=False,
        error_messages={"invalid": _("Det är ingen mejladress.")},
    )


class KeepForm(forms.Form):
    """Why a post stays that its author wanted gone."""

    message = WordsField(
        label=_("Skriv till den som bad om det"),
        max_length=2000,
        error_messages={"required": _("Skriv varför."), "max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EraseForm(forms.Form):
    """Which of a post's pictures and films may not exist."""

    which = forms.MultipleChoiceField(
        label=_("Vilka?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj vilka."), "invalid_choice": _("Välj vilka.")},
    )

    def __init__(self, media: list[Media], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.media_by_id = {str(item.pk): item for item in media}
        self.fields["which"].choices = [(key, key) for key in self.media_by_id]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[Media]:
        return [self.media_by_id[key] for key in self.cleaned_data["which"]]
