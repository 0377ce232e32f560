"""Why a file cannot be used, as codes and facts. The sentences for people are made elsewhere."""

import errno
from enum import StrEnum
from typing import Any


class RefusalCode(StrEnum):
    NOT_MEDIA = "not_media"
    """Neither a picture nor a film, whatever it is called."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """A picture, film or document that we know and do not take. Facts: format."""
    UNSUPPORTED_CODEC = "unsupported_codec"
    """A film whose picture is coded in a way that we cannot read."""
    EMPTY = "empty"
    TOO_LARGE_BYTES = "too_large_bytes"
    """Facts: limit_mb."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """Facts: width, height, limit_megapixels."""
    TOO_MANY_FRAMES = "too_many_frames"
    """Facts: limit."""
    TOO_SMALL = "too_small"
    """Facts: width, height, limit."""
    TOO_LONG = "too_long"
    """Facts: limit_minutes."""
    TOO_NARROW = "too_narrow"
    """A strip that no platform shows. Facts: width, height, limit."""
    NO_VIDEO = "no_video"
    """A film file with sound only, or with nothing to see."""
    TRUNCATED = "truncated"
    """The end is missing, as after a broken upload."""
    DAMAGED = "damaged"
    """It looks like media and cannot be decoded."""
    TOO_HEAVY = "too_heavy"
    """Decoding it took more time or memory than we give it."""


class MediaRefused(Exception):
    """The file cannot be used. `facts` are plain JSON values for the page's sentence."""

    def __init__(self, code: RefusalCode | str, **facts: Any):
        super().__init__(code, facts)
        self.code = RefusalCode(code)
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else str(self.code)


# Our machine's trouble, whatever the file is like.
OURS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO),
    *(errno.EACCES, errno.ENOENT, errno.EMFILE, errno.ENFILE),
}


def raise_if_ours(error: BaseException) -> None:
    """A full disk is no reason to refuse somebody's film: then the error goes on as it is."""
    if isinstance(error, OSError) and error.errno in OURS:
        raise error
