"""A master made anew by a person's edits: boxes blurred for good, then cropped, then turned."""

import hashlib
from pathlib import Path

from PIL import Image, ImageFilter

from posts.media.edits import Edits
from posts.media.limits import DEFAULT
from posts.media.pictures import (
    PictureFacts,
    as_jpeg,
    bare,
    check_dimensions,
    decoded,
    opened,
    picture_format,
)

# A blurred box keeps at most so many colours along its long side: too few for a face, a number or a word.
MOST_BLOCKS = 4
# And none of them tells of fewer pixels than this, each way: in a small box even four blocks would be a picture.
SMALLEST_BLOCK = 16
# Of 256 steps of a colour, how many are kept.
STEPS = 16

TURNS = {
    0: None,
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""With the clock, as people turn pictures; Pillow counts against it."""


def retouch(source: Path, target: Path, edits: Edits) -> PictureFacts:
    """Write the master at `source`, edited, to `target`. A picture that became too small is refused."""
    form = picture_format(source)
    with opened(source, form) as image:
        check_dimensions(image, form, DEFAULT)
        whole = bare(decoded(source, image, form)).convert("RGB")
    picture = edited(whole, edits)
    check_dimensions(picture, form, DEFAULT)
    data = as_jpeg(picture)
    target.write_bytes(data)
    return PictureFacts(*picture.size, hashlib.sha256(data).hexdigest(), len(data))


def edited(whole: Image.Image, edits: Edits) -> Image.Image:
    for box in edits.blur:
        hide(whole, box.within(whole.size))
    if edits.crop:
        whole = whole.crop(edits.crop.within(whole.size))
    turn = TURNS[edits.turn]
    return whole if turn is None else whole.transpose(turn)


def hide(picture: Image.Image, box: tuple[int, int, int, int]) -> None:
    """
    Nothing of the box is left but a handful of colours; what stands there is made of those alone.

    A blur by itself can be calculated back. So it comes last, and only for the eye.
    """
    part = picture.crop(box)
    few = part.resize(blocks_of(part.size), Image.Resampling.BOX).point(in_steps)
    smooth = few.resize(part.size, Image.Resampling.BICUBIC)
    picture.paste(smooth.filter(ImageFilter.GaussianBlur(max(part.size) / 24)), box)


def blocks_of(size: tuple[int, int]) -> tuple[int, int]:
    side = max(SMALLEST_BLOCK, max(size) / MOST_BLOCKS)
    return max(1, int(size[0] // side)), max(1, int(size[1] // side))


def in_steps(value: int) -> int:
    step = 256 // STEPS
    return value // step * step + step // 2
