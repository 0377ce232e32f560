"""
What the rest of the product asks for: an upload prepared, pictures made into a film, a film or a picture made smaller.

Each runs in a process of its own and is answered with facts and files in the given folder, or with `MediaRefused`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from posts.media.detect import Kind, detect
from posts.media.edits import Edits
from posts.media.limits import MB
from posts.media.sandboxed import run_isolated

# Address space, not memory in use: libraries, thread stacks and mapped files count too.
PICTURE_MEMORY, FILM_MEMORY = 1024 * MB, 2048 * MB
PICTURE_SECONDS, FILM_SECONDS = 60, 2 * 60 * 60

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Prepared:
    """Finished files and what is true of them. For a film, `medium` and `thumb` show its poster."""

    kind: Kind
    master: Path
    medium: Path
    thumb: Path
    sha256: str
    size: int
    width: int
    height: int
    seconds: float = 0.0
    has_sound: bool = False
    captured_at: datetime | None = None
    is_drone: bool = False
    picture_print: int | None = None
    looks_like_text: bool = False


def prepare(
    source: Path, folder: Path, limits: dict[str, int] | None = None, progress: Progress | None = None
) -> Prepared:
    """Make the master and the sizes of an upload. `limits` replaces single values of `limits.Limits`."""
    args = {"source": absolute(source), "folder": absolute(folder), "limits": limits or {}}
    if detect(source) is Kind.PICTURE:
        return prepared(Kind.PICTURE, run_isolated("prepare_picture", args, PICTURE_MEMORY, PICTURE_SECONDS))
    return prepared(Kind.FILM, run_isolated("prepare_film", args, FILM_MEMORY, FILM_SECONDS, progress))


def film_of_pictures(
    pictures: list[Path], text: str, seconds: float, folder: Path, progress: Progress | None = None
) -> Prepared:
    """A short film that shows our own masters one after the other, with the text as subtitles."""
    args = {
        "pictures": [absolute(path) for path in pictures],
        "text": text,
        "seconds": seconds,
        "folder": absolute(folder),
    }
    return prepared(Kind.FILM, run_isolated("film_of_pictures", args, FILM_MEMORY, FILM_SECONDS, progress))


def smaller_film(
    master: Path, folder: Path, max_width: int, max_height: int, progress: Progress | None = None
) -> Prepared:
    """One of our own masters, for a platform that takes no larger."""
    args = {
        "source": absolute(master),
        "folder": absolute(folder),
        "max_width": max_width,
        "max_height": max_height,
    }
    return prepared(Kind.FILM, run_isolated("rendition", args, FILM_MEMORY, FILM_SECONDS, progress))


def smaller_picture(master: Path, folder: Path, max_bytes: int) -> Prepared:
    """One of our own masters, for a platform that takes fewer bytes. It has no sizes: it is shown as it is."""
    args = {"source": absolute(master), "folder": absolute(folder), "max_bytes": max_bytes}
    return for_channel(run_isolated("smaller_picture", args, PICTURE_MEMORY, PICTURE_SECONDS))


def part_of_picture(master: Path, folder: Path, box: dict[str, float], max_bytes: int | None) -> Prepared:
    """A part of one of our own masters, for a platform that shows no more of it. It has no sizes either."""
    args = {"source": absolute(master), "folder": absolute(folder), "box": box, "max_bytes": max_bytes}
    return for_channel(run_isolated("part_of_picture", args, PICTURE_MEMORY, PICTURE_SECONDS))


def for_channel(result: dict[str, Any]) -> Prepared:
    picture = Path(result["picture"])
    return Prepared(
        kind=Kind.PICTURE,
        master=picture,
        medium=picture,
        thumb=picture,
        sha256=result["sha256"],
        size=result["bytes"],
        width=result["width"],
        height=result["height"],
    )


def retouched(master: Path, folder: Path, edits: Edits) -> Prepared:
    """One of our own masters, made anew as somebody wants it. Its smaller sizes are made of the new one."""
    args = {"source": absolute(master), "folder": absolute(folder), "edits": edits.as_plain()}
    return prepared(Kind.PICTURE, run_isolated("retouch_picture", args, PICTURE_MEMORY, PICTURE_SECONDS))


def still(master: Path, folder: Path, at: float) -> Prepared:
    """What one of our own films shows at this second."""
    args = {"source": absolute(master), "folder": absolute(folder), "at": at}
    return prepared(Kind.PICTURE, run_isolated("still_of_film", args, FILM_MEMORY, PICTURE_SECONDS))


def faces_in(master: Path) -> list[dict[str, float]] | None:
    """Where faces may be; None on a machine that cannot look for them."""
    args = {"source": absolute(master)}
    return run_isolated("find_faces", args, PICTURE_MEMORY, PICTURE_SECONDS)["faces"]


def absolute(path: Path) -> str:
    """The other process works in another folder."""
    return str(path.absolute())


def prepared(kind: Kind, result: dict[str, Any]) -> Prepared:
    at = result["captured_at"]
    return Prepared(
        kind=kind,
        master=Path(result["master"]),
        medium=Path(result["medium"]),
        thumb=Path(result["thumb"]),
        sha256=result["sha256"],
        size=result["bytes"],
        width=result["width"],
        height=result["height"],
        seconds=result.get("seconds", 0.0),
        has_sound=result.get("has_sound", False),
        captured_at=datetime.fromisoformat(at) if at else None,
        is_drone=result["is_drone"],
        picture_print=result["picture_print"],
        looks_like_text=result["looks_like_text"],
    )
