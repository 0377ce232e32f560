"""
What comes out after a post on its channel: a thread made of a text that is too long, and the first comment.

A suggestion is saved as it is made; a person reads it and changes it.
"""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from posts import content, threads
from posts.forms import TEXT_LENGTH, TOO_LONG, WordsField
from posts.manuscript import ChannelText, Manuscript
from posts.models import Version
from posts.previews import Preview

SPLIT, JOIN = "split", "join"


class FollowingForm(forms.Form):
    """Part of the form for one channel."""

    has_thread = forms.BooleanField(required=False)
    """That the page shows a thread: all of its texts emptied is an answer too."""
    first_comment = WordsField(
        label=_("Första kommentaren"),
        help_text=_("Sidan skriver den själv under inlägget, så snart det är ute."),
        required=False,
        max_length=TEXT_LENGTH,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 4, "class": "input input--area"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = self.data.getlist("thread") if isinstance(self.data, QueryDict) else []
        try:
            texts = [self.fields["first_comment"].clean(text).strip() for text in typed]
        except forms.ValidationError as error:
            self.add_error(None, error)
            texts = []
        return {**cleaned, "thread": tuple(text for text in texts if text)}

    def following(self) -> dict[str, Any]:
        """What was typed; what is not on the page stays as it is."""
        found: dict[str, Any] = (
            {"thread": self.cleaned_data["thread"]} if self.cleaned_data["has_thread"] else {}
        )
        if "first_comment" in self.data:
            found["first_comment"] = self.cleaned_data["first_comment"].strip()
        return found


def parted(version: Version, channel: Channel) -> Manuscript:
    """The channel's text in as many parts as it needs, one behind the other."""
    choice = content.chosen(version, channel).as_text()
    text = choice.text or version.text
    whole = threads.join((text, *choice.thread))
    first, *rest = threads.split(whole, channel, besides_text(version, channel, text)) or [""]
    return with_words(version, channel, replace(choice, text=first, thread=tuple(rest)))


def besides_text(version: Version, channel: Channel, text: str) -> int:
    """How much of the first part the link and the photographer's name take."""
    adapter = channel.adapter_class
    return adapter.length(adapter.words(content.words_for(version, channel))) - adapter.length(text)


def joined(version: Version, channel: Channel) -> Manuscript:
    """One text again."""
    choice = content.chosen(version, channel).as_text()
    whole = threads.join((choice.text or version.text, *choice.thread))
    return with_words(version, channel, replace(choice, text=whole, thread=()))


ASKED = {SPLIT: parted, JOIN: joined}


def with_words(version: Version, channel: Channel, words: ChannelText) -> Manuscript:
    before = version.manuscript()
    own = "" if words.text == before.text else words.text
    return before.replaced(channels=(*before.without(channel.pk).channels, replace(words, text=own)))


def on_page(channel: Channel, preview: Preview | None) -> dict[str, Any]:
    """What the page of the channel's words shows of it."""
    limits = channel.adapter_class.limits
    shown = preview.following if preview else []
    return {
        "thread": [part for part in shown if not part.is_comment],
        "comment": next((part for part in shown if part.is_comment), None),
        "takes_thread": bool(limits.thread),
        "takes_comment": bool(limits.first_comment),
    }
