"""What a reviewer wants done to a picture. The script draws the boxes; without it they are numbers."""

import math
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from approvals.forms import SeenForm
from posts.media.edits import Box, Edits
from posts.models import Media, Version

PARTS = ("left", "top", "width", "height")
MOST_BOXES = 60
"""A picture of a whole congress has fewer faces in front; more is no person's work."""
LEAST = 0.2
"""Hundredths of the picture. Thinner than this is a slip of the hand."""
LONGEST = 20
ROWS_WITHOUT_SCRIPT = 3
WHOLE = 100.0


class EditsForm(SeenForm):
    """Boxes come as four lists of numbers, in hundredths of the picture as it is on the page."""

    turn = forms.TypedChoiceField(
        label=gettext_lazy("Vrid"),
        choices=[
            (0, gettext_lazy("Inte alls")),
            (90, gettext_lazy("Ett kvarts varv åt höger")),
            (270, gettext_lazy("Ett kvarts varv åt vänster")),
            (180, gettext_lazy("Ett halvt varv")),
        ],
        coerce=int,
        required=False,
    )
    shape = forms.ChoiceField(label=gettext_lazy("Form"), required=False)

    def __init__(
        self, version: Version, media: Media, shapes: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(version, *args, **kwargs)
        self.media_row = media
        shape: forms.ChoiceField = self.fields["shape"]  # type: ignore[assignment]
        shape.choices = [("", pgettext("shape of a picture", "Fri")), *shapes]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["blur"] = self.boxes("blur")
        crop = self.boxes("crop")
        cleaned["crop"] = crop[0] if crop else None
        if len(crop) > 1:
            self.add_error(None, _("Bilden kan bara beskäras till en ruta."))
        cleaned["blur"] += [Box(**face) for face in self.chosen_faces()]
        if len(cleaned["blur"]) > MOST_BOXES:
            self.add_error(None, too_many())
        return cleaned

    def edits(self) -> Edits:
        given = self.cleaned_data
        crop = given["crop"] or self.largest(given["shape"], given["turn"])
        return Edits(tuple(given["blur"]), crop, given["turn"] or 0)

    # --- boxes

    def boxes(self, name: str) -> list[Box]:
        found = []
        for row in self.rows(name):
            try:
                found.append(box_of(row))
            except forms.ValidationError as error:
                self.add_error(None, error)
                return []
        return found

    def rows(self, name: str) -> list[tuple[str, ...]]:
        """As typed, without those that were left empty."""
        columns = [self.data.getlist(f"{name}_{part}") for part in PARTS]  # type: ignore[attr-defined]
        if len({len(column) for column in columns}) > 1:
            self.add_error(None, _("En ruta saknar ett mått."))
            return []
        if len(columns[0]) > MOST_BOXES + ROWS_WITHOUT_SCRIPT:
            self.add_error(None, too_many())
            return []
        return [row for row in zip(*columns, strict=True) if any(typed.strip() for typed in row)]

    def chosen_faces(self) -> Iterator[dict[str, float]]:
        faces = self.media_row.faces or []
        chosen = set(self.data.getlist("face"))  # type: ignore[attr-defined]
        return (face for number, face in enumerate(faces) if str(number) in chosen)

    def shown_rows(self, name: str, empty: int) -> list[tuple[str, ...]]:
        """For the page: what was typed, and room for more."""
        typed = self.rows(name) if self.is_bound and not self.errors else []
        return [*typed, *[("",) * len(PARTS)] * empty]

    # --- the form

    def largest(self, shape: str, turn: int) -> Box | None:
        """The largest part of this form, in the middle, as the turned picture will be held."""
        if not shape:
            return None
        wanted = ratio(shape) if turn in (0, 180) else 1 / ratio(shape)
        has = self.media_row.width / self.media_row.height
        width, height = (WHOLE, WHOLE * has / wanted) if has < wanted else (WHOLE * wanted / has, WHOLE)
        return Box((WHOLE - width) / 2, (WHOLE - height) / 2, width, height)


def ratio(shape: str) -> float:
    wide, high = shape.split(":")
    return float(wide) / float(high)


def box_of(row: tuple[str, ...]) -> Box:
    """What reaches over an edge ends there; what lies beyond it is a mistake."""
    left, top, width, height = (number(typed) for typed in row)
    x, right = max(left, 0.0), min(left + width, WHOLE)
    y, bottom = max(top, 0.0), min(top + height, WHOLE)
    if min(right - x, bottom - y) < LEAST:
        raise forms.ValidationError(_("En ruta är för liten eller ligger utanför bilden."))
    return Box(round(x, 3), round(y, 3), round(right - x, 3), round(bottom - y, 3))


def number(typed: str) -> float:
    """A Swedish comma is a point. What is no number is told, and a huge one is none."""
    try:
        value = float(typed.strip().replace(",", ".")) if len(typed) <= LONGEST else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 10 * WHOLE:
        raise forms.ValidationError(_("Skriv rutornas mått som siffror, i procent av bilden."))
    return value


def too_many() -> str:
    return ngettext("Högst %(limit)d ruta.", "Högst %(limit)d rutor.", MOST_BOXES) % {"limit": MOST_BOXES}
