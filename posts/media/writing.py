"""The one kind of film file that leaves here: MP4, its index in front, and no word about where it came from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import OutputContainer

# faststart: the index in front, so that playing begins at once; bitexact: no name of the program, no time.
MP4 = {"movflags": "+faststart", "fflags": "+bitexact"}


@contextmanager
def written(target: Path) -> Iterator[OutputContainer]:
    """A new film at `target`; nothing is left there if it does not get finished."""
    try:
        with av.open(f"file:{target.absolute()}", "w", format="mp4", container_options=MP4) as film:
            yield film
    except BaseException:
        target.unlink(missing_ok=True)
        raise
