"""A picture's work, as a job for the process of its own: plain values in, plain values out."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from posts.media import faces
from posts.media.edits import Box, Edits, edits_of
from posts.media.limits import Limits
from posts.media.looks import looks_of
from posts.media.pictures import make_picture_master, make_picture_rendition, make_picture_sizes
from posts.media.retouch import retouch


def prepare_picture(
    source: str, folder: str, limits: dict[str, int], progress: Callable[[float], None]
) -> dict[str, Any]:
    master = Path(folder) / "master.jpg"
    facts = make_picture_master(Path(source), master, Limits(**limits))
    sizes = make_picture_sizes(master, Path(folder))
    return {**plain(asdict(facts)), **shown({"master": master, **sizes})}


def shown(paths: dict[str, Path]) -> dict[str, Any]:
    """The finished files, and what is to be seen in them."""
    return {**asdict(looks_of(paths["thumb"])), **{name: str(path) for name, path in paths.items()}}


def smaller_picture(
    source: str, folder: str, max_bytes: int, progress: Callable[[float], None]
) -> dict[str, Any]:
    target = Path(folder) / "picture.jpg"
    facts = make_picture_rendition(Path(source), target, max_bytes)
    return {**plain(asdict(facts)), "picture": str(target)}


def part_of_picture(
    source: str,
    folder: str,
    box: dict[str, float],
    max_bytes: int | None,
    progress: Callable[[float], None],
) -> dict[str, Any]:
    part = Path(folder) / "part.jpg"
    facts = retouch(Path(source), part, Edits(crop=Box(**box)))
    if max_bytes is not None and facts.bytes > max_bytes:
        return smaller_picture(str(part), folder, max_bytes, progress)
    return {**plain(asdict(facts)), "picture": str(part)}


def retouch_picture(
    source: str, folder: str, edits: dict[str, Any], progress: Callable[[float], None]
) -> dict[str, Any]:
    master = Path(folder) / "master.jpg"
    facts = retouch(Path(source), master, edits_of(edits))
    sizes = make_picture_sizes(master, Path(folder))
    return {**plain(asdict(facts)), **shown({"master": master, **sizes})}


def find_faces(source: str, progress: Callable[[float], None]) -> dict[str, Any]:
    return {"faces": faces.found_in(Path(source))}


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    at = facts["captured_at"]
    return {**facts, "captured_at": at.isoformat() if at else None}
