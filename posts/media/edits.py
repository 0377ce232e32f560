"""What a person wants done to a picture, as plain values. Places are in hundredths of it, the same in every size."""

from dataclasses import asdict, dataclass
from typing import Any

QUARTERS = (0, 90, 180, 270)
"""Degrees with the clock."""


@dataclass(frozen=True)
class Box:
    """A part of a picture, in hundredths from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def within(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """In pixels, every one that it touches, and at least one."""
        x, width = span(self.left, self.width, size[0])
        y, height = span(self.top, self.height, size[1])
        return x, y, x + width, y + height

    def size_of(self, size: tuple[int, int]) -> tuple[int, int]:
        """How wide and high it is in a picture of this size."""
        left, top, right, bottom = self.within(size)
        return right - left, bottom - top


@dataclass(frozen=True)
class Edits:
    """All that is done at once: boxes blurred, then the rest cut away, then turned."""

    blur: tuple[Box, ...] = ()
    crop: Box | None = None
    turn: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.blur or self.crop or self.turn)

    @property
    def keeps_frame(self) -> bool:
        """What is at a place in the picture is at the same place in the new one."""
        return not (self.crop or self.turn)

    def as_plain(self) -> dict[str, Any]:
        return {
            "blur": [asdict(box) for box in self.blur],
            "crop": asdict(self.crop) if self.crop else None,
            "turn": self.turn,
        }


def edits_of(plain: dict[str, Any]) -> Edits:
    crop = plain["crop"]
    return Edits(tuple(Box(**box) for box in plain["blur"]), Box(**crop) if crop else None, plain["turn"])


def span(start: float, length: float, whole: int) -> tuple[int, int]:
    first = min(int(start * whole / 100), whole - 1)
    end = -int(-(start + length) * whole // 100)
    return first, max(1, min(end, whole) - first)
