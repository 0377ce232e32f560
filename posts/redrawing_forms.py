"""What a sender has drawn on a picture of their own: in hundredths of it, as the page's script writes it down."""

import math
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from posts.media.edits import QUARTERS, Box, Edits

MOST_BOXES = 60
LEAST, WHOLE = 0.2, 100


class RedrawForm(forms.Form):
    drawn = forms.JSONField(
        error_messages={"invalid": _("Rita en gång till."), "required": _("Rita en gång till.")}
    )

    def clean_drawn(self) -> Edits:
        try:
            edits = edits_in(self.cleaned_data["drawn"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise forms.ValidationError(_("Rita en gång till.")) from error
        if edits.is_empty:
            raise forms.ValidationError(_("Inget är ändrat."))
        return edits


def edits_in(drawn: Any) -> Edits:
    boxes, crop, turn = drawn["boxes"], drawn["crop"], drawn["turn"]
    if len(boxes) > MOST_BOXES or turn not in QUARTERS:
        raise ValueError(turn)
    return Edits(tuple(map(box_in, boxes)), box_in(crop) if crop else None, turn)


def box_in(drawn: Any) -> Box:
    left, top, width, height = (float(drawn[name]) for name in ("left", "top", "width", "height"))
    if (
        not all(map(math.isfinite, (left, top, width, height)))
        or min(left, top) < 0
        or min(width, height) < LEAST
    ):
        raise ValueError(drawn)
    if max(left + width, top + height) > WHOLE + LEAST:
        raise ValueError(drawn)
    return Box(left, top, width, height)
