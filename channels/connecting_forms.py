"""The forms of the wizard, and of the app keys."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels import connecting_words
from channels.adapters.connector import Connector
from channels.forms import CarriedForm, name_field, url_field
from channels.models import Period

AREA = {"class": "input"}
PROPOSED: dict[str, dict[str, Any]] = {
    "facebook": {"goal": 1, "goal_period": Period.DAY, "is_preselected": True},
    "x": {"goal": 3, "goal_period": Period.WEEK},
    "youtube": {"goal": 2, "goal_period": Period.MONTH},
}
"""What the policy asks for; elsewhere nothing is proposed."""
ALARM_DAYS = {"x": 7}
"""Where a week without a post is when somebody should be told."""


class PlatformForm(forms.Form):
    """Step 1: which kind of channel."""

    platform = forms.ChoiceField(
        error_messages={
            "required": _("Välj vad du vill ansluta."),
            "invalid_choice": _("Välj vad du vill ansluta."),
        },
    )

    def __init__(self, platforms: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["platform"].choices = [(name, name) for name in platforms]  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """Step 3. Which accounts there are, and which of them fit, is not the form's to say."""

    account = forms.CharField(max_length=200, required=False)


class QuestionsForm(forms.Form):
    """Step 2, where something must be known first: the connector's own questions."""

    def __init__(self, kind: type[Connector], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in kind.questions:
            label, hint = connecting_words.QUESTIONS.get(question.name, (question.name, ""))
            widget = forms.PasswordInput if question.is_secret else forms.TextInput
            self.fields[question.name] = forms.CharField(
                label=label,
                help_text=hint,
                max_length=200,
                initial=question.default,
                widget=widget(attrs={**AREA, "autocomplete": "off", "spellcheck": "false"}),
                error_messages={"required": _("Fyll i %(label)s.") % {"label": str(label).lower()}},
            )


class ByHandForm(forms.Form):
    """Step 2, where nobody is asked."""

    name = name_field(
        help_text=_("Så att kollegorna förstår vilken det är, till exempel Seko Väg & ban, grupp."),
        widget=forms.TextInput(attrs=AREA),
    )
    url = url_field(
        help_text=_("Dit den som publicerar ska gå."),
        widget=forms.URLInput(attrs=AREA),
    )


class SettleForm(CarriedForm):
    """Step 4: who answers for the channel, and what it is for. The rest has its place on the channel's page."""

    class Meta(CarriedForm.Meta):
        fields = ("owner", "deputy", "audience", "goal", "goal_period", "is_preselected")
        widgets = {
            "owner": forms.Select(attrs=AREA),
            "deputy": forms.Select(attrs=AREA),
            "audience": forms.TextInput(attrs=AREA),
            "goal": forms.NumberInput(attrs={**AREA, "min": 1, "max": 100, "inputmode": "numeric"}),
            "goal_period": forms.Select(attrs=AREA),
        }
        labels = {"is_preselected": _("Förvald för nya inlägg")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].required = True
        self.fields["owner"].error_messages["required"] = _("Välj vem som är kontoansvarig.")
        self.fields["goal_period"].required = False

    def clean_goal_period(self) -> str:
        return self.cleaned_data["goal_period"] or Period.WEEK


class AppKeysForm(forms.Form):
    """The secret is written, and never shown: an empty field says nothing about what is kept."""

    app_id = forms.CharField(
        label=_("App-id"),
        max_length=200,
        widget=forms.TextInput(attrs={**AREA, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Klistra in appens id.")},
    )
    secret = forms.CharField(
        label=_("Apphemlighet"),
        max_length=500,
        widget=forms.PasswordInput(attrs={**AREA, "autocomplete": "new-password"}),
        help_text=_("Visas aldrig igen, inte ens för dig."),
        error_messages={
            "required": _("Klistra in apphemligheten. Den visas aldrig, så den behövs varje gång.")
        },
    )
