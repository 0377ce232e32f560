"""What belongs to a film: its subtitles, and a picture out of it."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from approvals.forms import SeenForm
from posts import subtitles
from posts.manuscript import Manuscript
from posts.models import Captions, Media, Version
from posts.wording import subtitles_sentence


class SubtitlesForm(SeenForm):
    """Another file, or none any more."""

    file = forms.FileField(
        label=_("Undertextfil (SRT)"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "input", "accept": ".srt,application/x-subrip,text/plain"}),
    )
    is_removal = forms.BooleanField(required=False)

    def __init__(self, version: Version, film: Media, *args: Any, **kwargs: Any) -> None:
        super().__init__(version, *args, **kwargs)
        self.film = film

    def clean_file(self) -> str:
        """What was sent in, as we write it: by what is in it, whatever it is called."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        try:
            return subtitles.read(file.read(subtitles.MOST_BYTES + 1), self.film.seconds)
        except subtitles.SubtitlesError as error:
            raise ValidationError(subtitles_sentence(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("is_removal") and not cleaned.get("file") and "file" not in self.errors:
            self.add_error("file", _("Välj en fil."))
        return cleaned

    @property
    def srt(self) -> str:
        return "" if self.cleaned_data["is_removal"] else str(self.cleaned_data["file"])

    @property
    def captions(self) -> str:
        """The decision that comes with it: to take the file away leaves it open."""
        return Captions.FILE.value if self.srt else ""

    def manuscript(self) -> Manuscript:
        before: Manuscript = self.cleaned_data["version"].manuscript()
        film = str(self.film.pk)
        return before.replaced(
            media=tuple(
                replace(item, subtitles=self.srt) if item.media_id == film else item for item in before.media
            )
        )


class StillForm(forms.Form):
    at = forms.FloatField(min_value=0, max_value=24 * 3600, localize=True)
