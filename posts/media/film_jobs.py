"""A film's work, as jobs for the process of its own: plain values in, plain values out."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from posts.media.films import FilmFacts, make_film_master, make_film_rendition, make_poster, make_still
from posts.media.limits import Limits
from posts.media.picture_film import make_picture_film, shape_of
from posts.media.picture_jobs import plain, prepare_picture, shown
from posts.media.pictures import make_picture_sizes

Progress = Callable[[float], None]


def prepare_film(source: str, folder: str, limits: dict[str, int], progress: Progress) -> dict[str, Any]:
    master = Path(folder) / "master.mp4"
    return with_pictures(make_film_master(Path(source), master, Limits(**limits), progress), master)


def rendition(
    source: str, folder: str, max_width: int, max_height: int, progress: Progress
) -> dict[str, Any]:
    target = Path(folder) / "rendition.mp4"
    return with_pictures(make_film_rendition(Path(source), target, max_width, max_height, progress), target)


def film_of_pictures(
    pictures: list[str], text: str, seconds: float, folder: str, progress: Progress
) -> dict[str, Any]:
    target = Path(folder) / "film.mp4"
    paths = [Path(picture) for picture in pictures]
    return with_pictures(make_picture_film(paths, text, target, seconds, shape_of(paths[0])), target)


def still_of_film(source: str, folder: str, at: float, progress: Progress) -> dict[str, Any]:
    """One of its pictures, made a picture as any that is sent in."""
    frame = Path(folder) / "frame.jpg"
    make_still(Path(source), frame, at)
    return prepare_picture(str(frame), folder, {}, progress)


def with_pictures(facts: FilmFacts, film: Path) -> dict[str, Any]:
    """Together with its poster, in the sizes that pages show."""
    poster = film.with_name("poster.jpg")
    make_poster(film, poster)
    sizes = make_picture_sizes(poster, film.parent)
    return {**plain(asdict(facts)), **shown({"master": film, **sizes})}
