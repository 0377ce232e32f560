"""The one kind of film file that leaves here: MP4, its index in front, and no word about where it came from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import OutputContainer

from posts.media.errors import MediaRefused, RefusalCode

# faststart: the index in front, so that playing begins at once; bitexact: no name of the program, no time.
MP4 = {"movflags": "+faststart", "fflags": "+bitexact"}
# A film that gives less than this part of what it promises was cut off.
WHOLE = 0.8


@contextmanager
def written(target: Path) -> Iterator[OutputContainer]:
    """A new film at `target`; nothing is left there if it does not get finished."""
    try:
        with av.open(str(target), "w", format="mp4", container_options=MP4) as film:
            yield film
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def check_whole(promised: float, given: float, cut_off: bool) -> None:
    if given < promised * WHOLE:
        raise MediaRefused(RefusalCode.TRUNCATED if cut_off else RefusalCode.DAMAGED)
