"""
What a finished picture looks like: its print, to be found again by, and whether it seems to be mostly text.

Read from the small size that pages show: the same picture in another size looks the same there.
"""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile

from posts.likeness import print_of_picture

# Of 256 tones: the width of one background, what counts as no step between two neighbours, and what as an edge.
BACKGROUND, NO_STEP, EDGE = 16, 4, 48
# The shares from which on a picture is suspected. Tried on thirty photographs, drawings and pages of text: letters on
# one colour are far above all three, photographs below at least one. Letters on a photograph or a gradient are missed.
MOSTLY_BACKGROUND, MOSTLY_STEPLESS, MANY_EDGES = 0.6, 0.6, 0.025


@dataclass(frozen=True)
class Looks:
    picture_print: int | None
    looks_like_text: bool


def looks_of(picture: Path) -> Looks:
    with JpegImageFile(picture) as image:
        grey = image.convert("L")
    return Looks(print_of_picture(grey), looks_like_text(grey))


def looks_like_text(grey: Image.Image) -> bool:
    """Many sharp edges on one plain background, and hardly anything between."""
    tones, steps = grey.histogram(), steps_in(grey)
    return (
        most_in_one(tones, BACKGROUND) >= MOSTLY_BACKGROUND
        and share(steps[:NO_STEP], steps) >= MOSTLY_STEPLESS
        and share(steps[EDGE:], steps) >= MANY_EDGES
    )


def steps_in(grey: Image.Image) -> list[int]:
    """How often two neighbours, beside or above each other, are so many tones apart."""
    width, height = grey.size
    corner = grey.crop((0, 0, width - 1, height - 1))
    beside = ImageChops.difference(corner, grey.crop((1, 0, width, height - 1)))
    below = ImageChops.difference(corner, grey.crop((0, 1, width - 1, height)))
    return [sum(counts) for counts in zip(beside.histogram(), below.histogram(), strict=True)]


def most_in_one(tones: list[int], width: int) -> float:
    return max(share(tones[at : at + width], tones) for at in range(len(tones) - width + 1))


def share(part: list[int], whole: list[int]) -> float:
    return sum(part) / (sum(whole) or 1)
