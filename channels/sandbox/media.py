"""What a received file really is: the head of it is decoded, whatever its name says."""

import warnings
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

PICTURE_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
FILM_CONTAINERS = {"mov", "mp4", "matroska", "webm", "avi", "mpeg", "mpegts", "flv", "asf", "3gp"}


class NotMediaError(ValueError):
    """The bytes are neither a picture nor a film that can be decoded."""


@dataclass(frozen=True)
class Found:
    kind: str
    content_type: str
    width: int
    height: int
    seconds: float = 0.0


def inspect(path: Path) -> Found:
    """Tell what the file is, or raise NotMediaError."""
    return _picture(path) or _film(path)


def _picture(path: Path) -> Found | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=PICTURE_FORMATS) as image:
                width, height = image.size
                mime = Image.MIME[image.format or "JPEG"]
                image.draft("RGB", (256, 256))  # a JPEG is decoded small: quick, and still notices a cut file
                image.load()
    except Image.UnidentifiedImageError:
        return None
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as exc:
        raise NotMediaError("broken picture") from exc
    return Found("picture", mime, width, height)


def _film(path: Path) -> Found:
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            names = set(container.format.name.split(","))
            if not names & FILM_CONTAINERS or not container.streams.video:
                raise NotMediaError("no film in it")
            stream = container.streams.video[0]
            frame = next(container.decode(stream), None)
            if frame is None:
                raise NotMediaError("no frame in it")
            seconds = float(Fraction(container.duration or 0, av.time_base))
            return Found("film", _content_type(names), frame.width, frame.height, seconds)
    except (av.FFmpegError, ValueError) as exc:
        raise NotMediaError("broken film") from exc


def _content_type(names: set[str]) -> str:
    if names & {"mp4", "mov"}:
        return "video/mp4"
    return "video/webm" if "webm" in names else "application/octet-stream"
