"""What a reviewer wants done to a picture. The script draws the boxes; without it they are numbers."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from approvals.forms import SeenForm
from channels.models import Channel
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
ALL = Box(0, 0, WHOLE, WHOLE)


@dataclass(frozen=True)
class Target:
    """A channel that may show a part of the picture of its own, and the one that it shows now."""

    channel: Channel
    name: str
    shapes: tuple[str, ...]
    box: Box | None

    @property
    def key(self) -> str:
        return str(self.channel.pk)

    @property
    def typed(self) -> str:
        return " ".join(row_of(self.box)) if self.box else ""


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
    channel = forms.ChoiceField(
        label=pgettext_lazy("which channels a crop is for", "Gäller"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Kanalen är inte vald för inlägget längre.")},
    )

    def __init__(
        self,
        version: Version,
        media: Media,
        shapes: list[tuple[str, str]],
        targets: Sequence[Target],
        *args: Any,
        asked: str = "",
        **kwargs: Any,
    ) -> None:
        """`asked` is the channel that the page is opened for."""
        super().__init__(version, *args, **kwargs)
        self.media_row = media
        self.targets = targets
        self.asked = asked
        self.is_readable = True
        shape: forms.ChoiceField = self.fields["shape"]  # type: ignore[assignment]
        shape.choices = [("", pgettext("shape of a picture", "Fri")), *shapes]
        channel: forms.ChoiceField = self.fields["channel"]  # type: ignore[assignment]
        channel.choices = [("", gettext_lazy("Alla kanaler")), *((item.key, item.name) for item in targets)]

    @property
    def target(self) -> Target | None:
        """The one channel that is cropped for; None for all of them."""
        key = self.data.get("channel", "") if self.is_bound else self.asked
        return next((target for target in self.targets if target.key == key), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        target = self.target
        if target and cleaned.get("shape") and cleaned["shape"] not in target.shapes:
            facts = {"channel": target.name}
            self.add_error("shape", _("%(channel)s har andra former. Välj en av dem, eller Fri.") % facts)
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
        turn = given.get("turn") or 0
        crop = given["crop"] or self.largest(given.get("shape", ""), turn)
        return Edits(tuple(given["blur"]), crop, turn)

    def shown(self) -> Edits:
        """What the page draws: as typed, also where something in it is refused."""
        edits = self.edits() if self.is_bound and (self.is_valid() or self.is_readable) else Edits()
        return replace(edits, crop=self.crop_shown(edits.crop))

    def crop_shown(self, typed: Box | None) -> Box | None:
        """
        The channel's own, as long as nothing else is typed: the numbers of a channel that was on the page before are no
        work of anybody's.
        """
        is_untouched = typed is None or typed in [target.box for target in self.targets]
        is_asked = not self.is_bound or self.data.get("intent") == "show"
        if not (is_untouched and is_asked):
            return typed
        return self.target.box if self.target else None

    def part(self) -> Box | None:
        """What the one channel is to show; None for all of the picture."""
        crop = self.edits().crop
        box = Box(*(round(value, 2) for value in vars(crop).values())) if crop else None
        return None if box == ALL else box

    # --- boxes

    def boxes(self, name: str) -> list[Box]:
        found = []
        for row in self.rows(name):
            try:
                found.append(box_of(row))
            except forms.ValidationError as error:
                self.is_readable = False
                self.add_error(None, error)
                return []
        return found

    def rows(self, name: str) -> list[tuple[str, ...]]:
        """As typed, without those that were left empty."""
        columns = [self.data.getlist(f"{name}_{part}") for part in PARTS]  # type: ignore[attr-defined]
        if len({len(column) for column in columns}) > 1:
            self.is_readable = False
            self.add_error(None, _("En ruta saknar ett mått."))
            return []
        if len(columns[0]) > MOST_BOXES + ROWS_WITHOUT_SCRIPT:
            self.is_readable = False
            self.add_error(None, too_many())
            return []
        return [row for row in zip(*columns, strict=True) if any(typed.strip() for typed in row)]

    def chosen_faces(self) -> Iterator[dict[str, float]]:
        faces, ticked = self.media_row.faces or [], self.faces_ticked()
        return (face for number, face in enumerate(faces) if str(number) in ticked)

    def faces_ticked(self) -> set[str]:
        return set(self.data.getlist("face")) if self.is_bound else set()  # type: ignore[attr-defined]

    def shown_rows(self, name: str, empty: int) -> list[tuple[str, ...]]:
        """For the page: what was typed, and room for more."""
        typed = self.rows(name) if self.is_bound and self.is_readable else []
        return [*typed, *[("",) * len(PARTS)] * empty]

    def shown_crop(self) -> tuple[str, ...]:
        crop = self.shown().crop
        return row_of(crop) if crop else ("",) * len(PARTS)

    # --- the form

    def largest(self, shape: str, turn: int) -> Box | None:
        """The largest part of this form, in the middle, as the turned picture will be held."""
        if not shape:
            return None
        wanted = ratio(shape) if turn in (0, 180) else 1 / ratio(shape)
        has = self.media_row.width / self.media_row.height
        width, height = (WHOLE, WHOLE * has / wanted) if has < wanted else (WHOLE * wanted / has, WHOLE)
        return Box((WHOLE - width) / 2, (WHOLE - height) / 2, width, height)


def row_of(box: Box) -> tuple[str, ...]:
    return tuple(f"{value:g}" for value in vars(box).values())


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
