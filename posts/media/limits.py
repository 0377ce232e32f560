"""How much of a file we are willing to decode. Each number has a reason; memory is what most of them protect."""

from dataclasses import dataclass

from posts.media.errors import MediaRefused, RefusalCode

MB = 1024 * 1024
MEGAPIXEL = 1_000_000


@dataclass(frozen=True)
class Limits:
    picture_bytes: int = 60 * MB
    """The largest phone pictures (200 megapixels as JPEG, 48 as HEIC) stay under this."""

    jpeg_pixels: int = 220 * MEGAPIXEL
    """A sequential JPEG is decoded at half, quarter or eighth size: 200 megapixels cost as much as 13."""

    progressive_jpeg_pixels: int = 50 * MEGAPIXEL
    """A progressive JPEG keeps all its coefficients in memory, up to 6 bytes a pixel."""

    heif_pixels: int = 50 * MEGAPIXEL
    """48 megapixels is what telephones make; the decoder needs about 5 bytes a pixel."""

    webp_pixels: int = 20 * MEGAPIXEL
    """Its decoder keeps two canvases for animation, 16 bytes a pixel in all."""

    other_pixels: int = 40 * MEGAPIXEL
    """Decoded whole, 4 bytes a pixel, and twice that while an alpha channel is resolved."""

    picture_side: int = 65_535
    """JPEG itself allows no longer side."""

    aspect: int = 20
    """A picture twenty times as long as it is wide is a strip, and is shown by no platform."""

    smallest_side: int = 16
    """Below this it is an icon or a tracking pixel, not a photograph."""

    film_bytes: int = 2048 * MB
    """What the resumable upload takes; twenty minutes of 1080p from a phone."""

    film_seconds: float = 30 * 60
    """Longer films are made by those who also can publish them by hand; the worker is not held for hours."""

    film_pixels: int = 4096 * 2304
    """4K in either definition. A decoder may keep sixteen such frames."""

    film_smallest_side: int = 32
    """X takes no smaller film (X, media best practices, read 2026-11-22)."""

    film_frames: int = 30 * 60 * 240
    """Slow motion at 240 pictures a second, as long as a film may be: a bound on work, not on art."""

    film_streams: int = 24
    """Telephones and action cameras write up to eight; a thousand is an attack."""


DEFAULT = Limits()


def check_sides(size: tuple[int, int], limits: Limits = DEFAULT) -> None:
    """Of what is to be shown of a picture: more than an icon, and no strip."""
    width, height = size
    if min(size) < limits.smallest_side:
        raise MediaRefused(RefusalCode.TOO_SMALL, width=width, height=height, limit=limits.smallest_side)
    if max(size) > limits.aspect * min(size):
        raise MediaRefused(RefusalCode.TOO_NARROW, width=width, height=height, limit=limits.aspect)
