"""
A film as somebody's phone made it becomes a master: an upright MP4 (H.264, AAC) that holds picture and sound only.

What already fits is copied packet by packet while it is decoded to the end; all else is coded anew. Either way only
two streams reach the new file: no tags, place, chapters, subtitles or tracks of data, and no messages within the
video either.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image, ImageStat

from posts.media import captured
from posts.media.copying import copy
from posts.media.detect import Format
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.files import check_size, sha256_of
from posts.media.limits import DEFAULT, Limits
from posts.media.pictures import fitted, save_jpeg
from posts.media.reading import film_format, opened, plan_for, seconds_of, sound_of, video_of
from posts.media.transcoding import FULL_HD, Box, Progress, transcode, unheard

POSTER_EDGE = 1280
STILL_EDGE = 1920
POSTER_MOMENTS = (0.1, 0.25, 0.5, 0.75, 0.0)
# Mean and spread of brightness (0 to 255) below which a picture shows nothing.
DARK, FLAT = 24, 8


@dataclass(frozen=True)
class FilmFacts:
    """A finished master. `captured_at` and `is_drone` were read from the original before it was thrown away."""

    width: int
    height: int
    seconds: float
    fps: float
    has_sound: bool
    sha256: str
    bytes: int
    captured_at: datetime | None = None
    is_drone: bool = False


def make_film_master(
    source: Path, target: Path, limits: Limits = DEFAULT, progress: Progress | None = None
) -> FilmFacts:
    """Write the master of `source` to `target`, or raise `MediaRefused`. `progress` hears 0.0 to 1.0."""
    check_size(source, limits.film_bytes)
    plan = plan_for(source, film_format(source), limits)
    heard = progress or unheard
    if not (plan.fits and copy(plan, target, heard)):
        transcode(plan, target, FULL_HD, heard)
    heard(1.0)
    taken = captured.in_film(plan.tags)
    return replace(film_facts(target), captured_at=taken.at, is_drone=taken.by_drone)


def make_film_rendition(
    master: Path, target: Path, max_width: int, max_height: int, progress: Progress | None = None
) -> FilmFacts:
    """A master made smaller for a platform that takes no larger. The limits turn with the film."""
    plan = plan_for(master, Format.MP4, DEFAULT)
    box = Box(max(max_width, max_height), min(max_width, max_height))
    transcode(plan, target, box, progress or unheard)
    return film_facts(target)


def make_poster(film: Path, target: Path) -> tuple[int, int]:
    """A picture from a master for lists and previews: early, and neither black nor blank. Returns its size."""
    with opened(film, Format.MP4, DEFAULT) as source:
        image = fitted(best_picture(source), POSTER_EDGE)
    save_jpeg(image, target)
    return image.size


def make_still(film: Path, target: Path, at: float) -> tuple[int, int]:
    """The picture of a master that is shown at this second. Returns its size."""
    with opened(film, Format.MP4, DEFAULT) as source:
        image = fitted(picture_at(source, at), STILL_EDGE)
    save_jpeg(image, target)
    return image.size


def film_facts(film: Path) -> FilmFacts:
    """What is true of a finished film."""
    with opened(film, Format.MP4, DEFAULT) as source:
        video = video_of(source)
        return FilmFacts(
            width=video.codec_context.width,
            height=video.codec_context.height,
            seconds=round(seconds_of(source, video), 3),
            fps=round(float(video.average_rate or 0), 3),
            has_sound=sound_of(source) is not None,
            sha256=sha256_of(film),
            bytes=film.stat().st_size,
        )


# --- poster ---------------------------------------------------------------------------------------------------


def best_picture(film: InputContainer) -> Image.Image:
    """The first that shows something; if none does, the liveliest of them."""
    seen = []
    for frame in frames_at(film, POSTER_MOMENTS):
        image = frame.to_image()
        if shows_something(image):
            return image
        seen.append(image)
    if not seen:
        raise MediaRefused(RefusalCode.DAMAGED)
    return max(seen, key=spread)


def frames_at(film: InputContainer, moments: tuple[float, ...]) -> Iterator[VideoFrame]:
    """The frames nearest before these parts of the film that can be decoded alone."""
    video = video_of(film)
    length = seconds_of(film, video)
    for part in moments:
        film.seek(int(part * length / (video.time_base or 1)), stream=video)
        frame = next(film.decode(video), None)
        if frame is not None:
            yield frame


def picture_at(film: InputContainer, at: float) -> Image.Image:
    """The last frame that has begun by then; the film's own last one where it is shorter."""
    video, found = video_of(film), None
    film.seek(int(at / (video.time_base or 1)), stream=video)
    for frame in film.decode(video):
        if found is not None and (frame.time or 0) > at:
            break
        found = frame
    if found is None:
        raise MediaRefused(RefusalCode.DAMAGED)
    return found.to_image()


def shows_something(image: Image.Image) -> bool:
    return ImageStat.Stat(image.convert("L")).mean[0] >= DARK and spread(image) >= FLAT


def spread(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).stddev[0]
