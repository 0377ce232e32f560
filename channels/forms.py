"""What a channel carries, as people fill it in; and what they would like somebody else to change."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from channels import suggested
from channels.keeping import Settings, settings_of
from channels.models import Channel

TOO_OLD = gettext_lazy("Sidan hade legat framme för länge. Ladda om den.")
A_NUMBER = gettext_lazy("Skriv ett helt tal, till exempel 3.")
GOAL = ("goal", "goal_period", "goal_on_weekdays")
NO_TIME = gettext_lazy("Skriv tider som 09.00, 15.30.")
SECTIONS = (
    (gettext_lazy("Kanalen"), ("name", "url")),
    (gettext_lazy("Ansvar"), ("owner", "deputy", "most_administrators", "administrators")),
    (gettext_lazy("Målgrupp och mål"), ("audience", *GOAL, "suggested_times", "alarm_days")),
    (gettext_lazy("Nya inlägg"), ("is_preselected", "privacy", "credit")),
    (gettext_lazy("Fakta om kanalen"), ("facts", "facts_source", "facts_on")),
    (gettext_lazy("Texten på sidan"), ("opening",)),
)
"""In the order in which a person reads them."""


class CarriedForm(forms.ModelForm):
    """What a channel carries, asked and checked alike when it is connected and later on."""

    class Meta:
        model = Channel
        fields: tuple[str, ...] = ("owner", "deputy", "audience", *GOAL)
        help_texts = {
            "owner": gettext_lazy("Ser till att kanalen fungerar och får veta när den inte gör det."),
            "deputy": gettext_lazy("Tar över när kontoansvarig är borta."),
            "audience": gettext_lazy("Vilka vi talar med där. Syns när någon skriver för kanalen."),
            "goal": gettext_lazy("Hur många inlägg det ska bli. Lämna tomt om det inte finns något mål."),
            "suggested_times": gettext_lazy("Som 09.00, 15.30. En lucka fylls på en av dem; tomt är 12.00."),
            "is_preselected": gettext_lazy("Vald från början i varje nytt inlägg."),
        }
        error_messages = {"goal": {"invalid": A_NUMBER}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages.setdefault("max_length", gettext_lazy("Texten är för lång."))
        for name in {"min_value", "max_value"}:
            self.fields["goal"].error_messages[name] = not_between(1, 100)
        for name in {"owner", "deputy"} & {*self.fields}:
            people: forms.ModelChoiceField = self.fields[name]  # type: ignore[assignment]
            people.queryset = people_for([getattr(self.instance, f"{name}_id")])
            people.empty_label = _("Ingen")
            people.label_from_instance = called  # type: ignore[method-assign,assignment]

    def clean_goal(self) -> int | None:
        return between(self.cleaned_data["goal"], 1, 100)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        owner, deputy = cleaned.get("owner"), cleaned.get("deputy")
        if owner and owner == deputy:
            self.add_error("deputy", _("Välj någon annan än kontoansvarig."))
        if deputy and not owner and "owner" not in self.errors:
            self.add_error("owner", _("Välj en kontoansvarig, när det finns en ersättare."))
        return cleaned


class KeeperForm(CarriedForm):
    """
    What whoever keeps the channel may change: its goal, and whom it is for.

    Carries how everything was when the page was shown, so that nobody undoes what somebody else did meanwhile.
    """

    seen = forms.JSONField(widget=forms.HiddenInput, error_messages={"required": TOO_OLD, "invalid": TOO_OLD})

    class Meta(CarriedForm.Meta):
        fields: tuple[str, ...] = ("audience", *GOAL, "suggested_times")

    def __init__(self, channel: Channel, data: QueryDict | None = None) -> None:
        super().__init__(data, instance=channel)
        # Its instance takes over what was typed, right or wrong; how things are is read before.
        self.initial["seen"] = settings_of(channel, self.settings)

    @property
    def settings(self) -> tuple[str, ...]:
        """The columns that this form is about."""
        return tuple(name for name in self.fields if name != "seen")

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Those that this form has something of."""
        shown = [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]
        return [(title, fields) for title, fields in shown if fields]

    @property
    def ticks(self) -> list[str]:
        """The fields that are a box to tick."""
        return [name for name, field in self.fields.items() if isinstance(field, forms.BooleanField)]

    def clean_suggested_times(self) -> str:
        try:
            times = suggested.read(self.cleaned_data["suggested_times"])
        except ValueError as error:
            raise ValidationError(NO_TIME) from error
        if len(times) > suggested.MOST:
            raise ValidationError(_("Skriv högst %(most)d tider.") % {"most": suggested.MOST})
        return suggested.written(times)

    def clean_seen(self) -> Settings:
        seen = self.cleaned_data["seen"]
        if not isinstance(seen, dict) or not {*self.settings} <= {*seen}:
            raise ValidationError(TOO_OLD)
        return seen

    @property
    def wanted(self) -> Settings:
        """All that was filled in, as the columns take it."""
        return {name: self.cleaned_data[name] for name in self.settings}


class SettingsForm(KeeperForm):
    """All that an administrator may change."""

    class Meta(KeeperForm.Meta):
        fields = (
            "owner",
            "deputy",
            *KeeperForm.Meta.fields,
            "alarm_days",
            "is_preselected",
            "privacy",
            "credit",
            "most_administrators",
            "administrators",
            "facts",
            "facts_source",
            "facts_on",
            "opening",
        )
        widgets = {
            "facts": forms.Textarea(attrs={"rows": 4}),
            "opening": forms.Textarea(attrs={"rows": 5}),
            "facts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = KeeperForm.Meta.help_texts | {
            "alarm_days": gettext_lazy("Lämna tomt om ingen ska påminnas."),
            "privacy": gettext_lazy("Vem som får se en ny film, tills någon väljer annat för just den."),
            "credit": gettext_lazy(
                "Om ”Foto: …” står sist i texten, tills någon väljer annat för just det inlägget."
            ),
            "most_administrators": gettext_lazy("Ju färre som har nycklarna, desto säkrare."),
            "administrators": gettext_lazy("Räkna hos plattformen. Den säger det inte till oss."),
            "facts": gettext_lazy("Till exempel hur många som följer, och vilka de är."),
            "opening": gettext_lazy(
                "Det som den som skriver på sidan ska få veta: vem som ansvarar, och vad som tas bort."
            ),
        }

    def __init__(self, channel: Channel, data: QueryDict | None = None) -> None:
        super().__init__(channel, data)
        if not channel.takes_privacy:
            del self.fields["privacy"]
        if channel.is_by_hand:
            self.fields = {"name": name_field(), "url": url_field(), **self.fields}
            self.initial.update(name=channel.name, url=channel.url)
        self.initial["seen"] = settings_of(channel, self.settings)

    def clean_alarm_days(self) -> int | None:
        return between(self.cleaned_data["alarm_days"], 1, 365)

    def clean_most_administrators(self) -> int | None:
        return between(self.cleaned_data["most_administrators"], 1, 100)

    def clean_administrators(self) -> int | None:
        return between(self.cleaned_data["administrators"], 0, 1000)

    def clean_facts_on(self) -> Any:
        day = self.cleaned_data["facts_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("Dagen har inte varit än."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("facts"):
            self.ask_for_source(cleaned)
        return cleaned

    def ask_for_source(self, cleaned: dict[str, Any]) -> None:
        """A figure without its source and its day grows old unseen."""
        if not cleaned.get("facts_source"):
            self.add_error("facts_source", _("Skriv varifrån uppgifterna kommer."))
        if not cleaned.get("facts_on") and "facts_on" not in self.errors:
            self.add_error("facts_on", _("Skriv vilken dag uppgifterna gällde."))


class ProposalForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Vad skulle du vilja ändra?"),
        help_text=gettext_lazy("Till exempel målet, målgruppen eller vem som är kontoansvarig."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Skriv vad du vill ändra."),
            "max_length": gettext_lazy("Texten är för lång. Skriv det i några meningar."),
        },
    )


def name_field(**more: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Namn"),
        max_length=120,
        error_messages={"required": gettext_lazy("Skriv vad kanalen heter.")},
        **more,
    )


def url_field(**more: Any) -> forms.URLField:
    return forms.URLField(
        label=gettext_lazy("Adress"), max_length=500, required=False, assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Det är ingen adress. En adress ser ut så här: https://…")},
        **more,
    )  # fmt: skip


def people_for(chosen: Iterable[int | None]) -> Any:
    """Those who may sign in; and whoever is chosen already, so that they can be seen, and changed."""
    found = User.objects.filter(is_active=True) | User.objects.filter(pk__in=[pk for pk in chosen if pk])
    return found.order_by("name", "pk")


def called(person: User) -> str:
    return str(person) if person.is_active else _("%(name)s (kan inte logga in)") % {"name": person}


def between(number: int | None, least: int, most: int) -> int | None:
    if number is not None and not least <= number <= most:
        raise ValidationError(not_between(least, most))
    return number


def not_between(least: int, most: int) -> str:
    return _("Skriv ett tal mellan %(least)s och %(most)s.") % {"least": least, "most": most}
