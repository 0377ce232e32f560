"""What a reviewer may change, and what goes with a decision."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from approvals.following import FollowingForm
from channels.models import Channel, Credit
from posts import anchors, content, waiting
from posts.changes import Remark
from posts.forms import TEXT_LENGTH, TOO_LONG, WordsField, alt_text_of
from posts.manuscript import ChannelText, Manuscript, ShownMedia
from posts.messages_forms import anchor_field, fill_anchor
from posts.models import Captions, Minors, People, Site, Version
from posts.planning_forms import MomentsForm, WallField, at_field, latest_field
from posts.wording import REJECTIONS
from posts.workflow import ANSWERS, answers_of


class SeenForm(forms.Form):
    """Every decision and every edit names the version that was on the page."""

    version = forms.ModelChoiceField(queryset=Version.objects.none(), widget=forms.HiddenInput)

    def __init__(self, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = version.pk
        field: forms.ModelChoiceField = self.fields["version"]  # type: ignore[assignment]
        field.queryset = Version.objects.whole().filter(post=version.post_id)


class ReviewForm(SeenForm):
    """The fields of the review page. What is not on the page stays as it is in the version that was seen."""

    text = WordsField(
        label=_("Text till inlägget"),
        required=False,
        max_length=TEXT_LENGTH,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    site = forms.ChoiceField(choices=Site.choices, required=False)
    permit = forms.CharField(required=False, max_length=200)
    people = forms.ChoiceField(choices=People.choices, required=False)
    minors = forms.ChoiceField(choices=Minors.choices, required=False)
    captions = forms.ChoiceField(choices=Captions.choices, required=False)
    has_remark = forms.BooleanField(required=False)
    """That the page shows what follows: a tick taken away is an answer too."""
    why = WordsField(required=False, max_length=500)
    changes_meaning = forms.BooleanField(required=False)
    has_channels = forms.BooleanField(required=False)
    """That the page shows the channels at all: none of them ticked is an answer too."""
    channels = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(version, *args, **kwargs)
        self.shown_version = version
        field: forms.TypedMultipleChoiceField = self.fields["channels"]  # type: ignore[assignment]
        field.choices = lambda: [(channel.pk, channel.name) for channel in self.open_channels]

    @cached_property
    def open_channels(self) -> list[Channel]:
        return list(Channel.objects.open())

    def has(self, name: str) -> bool:
        return name in self.data

    def manuscript(self) -> Manuscript:
        """What the seen version would be with what was typed."""
        seen: Version = self.cleaned_data["version"]
        before = seen.manuscript()
        text = self.cleaned_data["text"].strip() if self.has("text") else before.text
        return before.replaced(
            text=text,
            media=tuple(self.described(item) for item in before.media),
            channels=self.chosen(before) if self.cleaned_data["has_channels"] else before.channels,
        )

    def described(self, item: ShownMedia) -> ShownMedia:
        typed = self.data.get(f"alt_{item.media_id}", item.alt_text)
        return replace(item, alt_text=alt_text_of(" ".join(typed.split())))

    def chosen(self, before: Manuscript) -> tuple[ChannelText, ...]:
        """Channels that stay keep their words; those that are new begin with their own defaults."""
        kept = {item.channel_id: item for item in before.channels}
        return tuple(
            kept.get(channel.pk) or content.begun_for(channel)
            for channel in self.open_channels
            if channel.pk in self.cleaned_data["channels"]
        )

    def remark(self) -> Remark | None:
        if not self.cleaned_data["has_remark"]:
            return None
        return Remark(" ".join(self.cleaned_data["why"].split()), self.cleaned_data["changes_meaning"])

    def answers(self) -> dict[str, Any]:
        known = answers_of(self.cleaned_data["version"])
        return {name: self.cleaned_data[name] if self.has(name) else known[name] for name in ANSWERS}


class ChannelTextForm(FollowingForm, SeenForm):
    """The words for one channel."""

    text = WordsField(
        required=False,
        max_length=TEXT_LENGTH,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 7, "class": "input input--area"}),
    )
    title = forms.CharField(label=_("Rubrik"), required=False, max_length=200)
    description = WordsField(
        label=_("Beskrivning"),
        required=False,
        max_length=TEXT_LENGTH,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    privacy = forms.ChoiceField(
        label=_("Vem får se filmen?"),
        choices=[
            ("public", _("Alla")),
            ("unlisted", _("De som har länken")),
            ("private", _("Bara vi")),
        ],
        required=False,
    )
    tags = forms.CharField(
        label=_("Nyckelord"),
        help_text=_("Skilj dem åt med komma."),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    thumbnail = forms.ChoiceField(label=_("Bild innan filmen spelas"), required=False)
    has_credit = forms.BooleanField(required=False)
    """That the page asks at all: not ticked is an answer too."""
    credit = forms.BooleanField(label=_("Skriv ut fotografens namn"), required=False)

    def __init__(self, version: Version, channel: Channel, *args: Any, **kwargs: Any) -> None:
        super().__init__(version, *args, **kwargs)
        self.channel = channel
        choice = content.chosen(version, channel)
        self.stills = list(content.stills(version)) if channel.adapter_class.limits.thumbnail else []
        digests = dict.fromkeys(["", choice.thumbnail, *(still.sha256 for still in self.stills)])
        self.fields["thumbnail"].choices = [(digest, digest) for digest in digests]  # type: ignore[attr-defined]
        self.initial = {
            **self.initial,
            "text": choice.text or version.text,
            "title": choice.title or content.first_words(choice.text or version.text, channel),
            "description": choice.description or version.text,
            "privacy": choice.privacy,
            "tags": ", ".join(choice.tags),
            "thumbnail": choice.thumbnail,
            "credit": content.names_photographer(choice),
            "first_comment": choice.first_comment,
        }

    def clean_tags(self) -> tuple[str, ...]:
        """Each once, as it was written the first time; without the sign that other platforms put before them."""
        once: dict[str, str] = {}
        for typed in self.cleaned_data["tags"].split(","):
            if tag := " ".join(typed.split()).lstrip("# "):
                once.setdefault(tag.casefold(), tag)
        return tuple(once.values())

    def manuscript(self) -> Manuscript:
        """The seen version with these words for the channel; the post's own text is not copied into it."""
        before = self.cleaned_data["version"].manuscript()
        others = before.without(self.channel.pk).channels
        return before.replaced(channels=(*others, self.words(before)))

    def words(self, before: Manuscript) -> ChannelText:
        typed: dict[str, Any] = {
            name: self.cleaned_data[name].strip()
            for name in ("text", "title", "description", "privacy", "thumbnail")
            if name in self.data
        }
        if "tags" in self.data:
            typed["tags"] = self.cleaned_data["tags"]
        for name in ("text", "description"):
            if typed.get(name) == before.text:
                typed[name] = ""
        if typed.get("title") == content.first_words(before.text, self.channel):
            typed["title"] = ""
        known = {item.channel_id: item for item in before.channels}.get(self.channel.pk)
        begun = known or content.begun_for(self.channel)
        if self.cleaned_data["has_credit"] and self.cleaned_data["credit"] != self.initial["credit"]:
            typed["credit"] = (Credit.SHOWN if self.cleaned_data["credit"] else Credit.NONE).value
        return ChannelText(**(vars(begun) | typed | self.following()))


class AboutForm(SeenForm):
    """A decision in words, about all of the post or one part of it."""

    anchor = anchor_field()

    def __init__(self, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(version, *args, **kwargs)
        fill_anchor(self.fields["anchor"], version)


PRESETS = (
    ("ask_people", _("Fråga personerna på bilden")),
    ("tell_more", _("Skriv vad som hände")),
    ("other_picture", _("Annan bild, tack")),
    ("shorter", _("Kortare text")),
    ("right_name", _("Rätt ort eller namn?")),
)


class RequestChangesForm(AboutForm):
    """A preset says what, and mostly where; the message says it kindly."""

    reason = forms.ChoiceField(
        label=_("Vad behövs?"),
        choices=PRESETS,
        required=False,
        widget=forms.RadioSelect,
    )
    message = WordsField(
        label=_("Skriv till den som skickade in"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("reason") and not (cleaned.get("message") or "").strip():
            self.add_error("message", _("Säg vad som ska ändras: välj något ovanför eller skriv en rad."))
        cleaned["anchor"] = cleaned.get("anchor") or self.meant_by(cleaned.get("reason") or "")
        return cleaned

    def meant_by(self, preset: str) -> str:
        """The part that a preset speaks of, where the post has exactly one of it."""
        parts = [name for name, _name in self.fields["anchor"].choices if name]  # type: ignore[attr-defined]
        meant = [name for name in parts if name.startswith(MEANT.get(preset, " "))]
        return meant[0] if len(meant) == 1 else ""


MEANT = {
    "ask_people": anchors.PEOPLE,
    "tell_more": anchors.TEXT,
    "other_picture": anchors.MEDIA,
    "shorter": anchors.TEXT,
}


class RejectForm(AboutForm):
    reason = forms.ChoiceField(
        label=_("Skäl"),
        choices=list(REJECTIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett skäl.")},
    )
    message = WordsField(
        label=_("Skriv till den som skickade in"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv vad som hade fungerat.")},
    )


class ScheduleForm(MomentsForm, SeenForm):
    """The okay with a time: a fixed one, or any between the earliest and the latest."""

    at = at_field()
    earliest = WallField(
        label=_("Tidigast"), help_text=_("Utan dag och tid publiceras det så snart som då."), required=False
    )
    latest = latest_field()

    def __init__(self, version: Version, *args: Any, **kwargs: Any) -> None:
        post = version.post
        known = {"version": version.pk, "earliest": post.earliest, "latest": post.latest}
        known["at"] = waiting.was_planned_for(post)
        super().__init__(version, *args, initial=known, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        at, earliest, latest = (cleaned.get(name) for name in ("at", "earliest", "latest"))
        if not (at or earliest or self.errors):
            self.add_error("at", _("Välj dag och tid."))
        if earliest and latest and earliest >= latest:
            self.add_error("latest", _("Senaste tiden måste vara efter den tidigaste."))
        return cleaned
