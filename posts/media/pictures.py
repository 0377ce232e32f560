"""
A picture as somebody's phone made it becomes a master: an upright sRGB JPEG that holds pixels and nothing else.

The file is decoded whole and written anew, so that what is not picture (EXIF, thumbnails, motion-photo trailers,
a ZIP behind the end) has no way through. The header's dimensions are checked before anything is decoded.
"""

import hashlib
import importlib
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import ExifTags, Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from posts.media import captured
from posts.media.detect import Format, Kind, detect_format
from posts.media.errors import MediaRefused, RefusalCode, raise_if_ours
from posts.media.files import check_size, is_cut_off
from posts.media.limits import DEFAULT, MB, MEGAPIXEL, Limits, check_sides

MAX_EDGE = 2560
# Facebook's error text still names 4 MB (Meta, Graph API subcode 1366046, read 2026-11-22); X takes 5 MB.
MAX_MASTER_BYTES = 3_900_000
QUALITIES = (88, 82, 75, 65, 50, 35)
# For a platform that takes fewer bytes, by the long side: below 1200 only where nothing else would fit.
SMALLER = {
    MAX_EDGE: (82, 75),
    2048: (82, 75),
    1600: (82, 75, 65),
    1200: (82, 75, 65, 50, 35),
    800: (65, 35),
    400: (65, 35),
}
SIZES = {"medium": 1280, "thumb": 320}
SIZE_QUALITY = 80
# Rows that are worked on at once.
BAND = 256

WHITE = (255, 255, 255)
# Asked by the decoders that take memory while they open. Our own limits come right after, and know the format.
Image.MAX_IMAGE_PIXELS = DEFAULT.jpeg_pixels // 2
SRGB = ImageCms.createProfile("sRGB")
LANCZOS = Image.Resampling.LANCZOS

# EXIF 2.32, tag 0x0112: how to turn the stored pixels so that the picture stands upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What Pillow and its decoders raise for bytes that are not what they say.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    RuntimeError,
    AttributeError,
    ZeroDivisionError,
    struct.error,
)

# The only decoders there are, by name, so that just the one is loaded: `Image.open` would load and offer forty more.
DECODERS = {
    Format.JPEG: "PIL.JpegImagePlugin:JpegImageFile",
    Format.PNG: "PIL.PngImagePlugin:PngImageFile",
    Format.GIF: "PIL.GifImagePlugin:GifImageFile",
    Format.WEBP: "PIL.WebPImagePlugin:WebPImageFile",
    Format.AVIF: "PIL.AvifImagePlugin:AvifImageFile",
    Format.HEIF: "posts.media.heif:HeifImageFile",
}


@dataclass(frozen=True)
class PictureFacts:
    """A finished master, and the two things that were read from the original before they were thrown away."""

    width: int
    height: int
    sha256: str
    bytes: int
    captured_at: datetime | None = None
    is_drone: bool = False


def make_picture_master(source: Path, target: Path, limits: Limits = DEFAULT) -> PictureFacts:
    """Write the master of `source` to `target`, or raise `MediaRefused` and write nothing."""
    check_size(source, limits.picture_bytes)
    form = picture_format(source)
    with opened(source, form) as image:
        check_dimensions(image, form, limits)
        taken = captured.in_picture(image)
        turn, profile = orientation(image, form), image.info.get("icc_profile")
        clean = upright(in_srgb(shrunk(decoded(source, image, form)), profile), turn)
    data = as_jpeg(clean)
    target.write_bytes(data)
    return PictureFacts(*clean.size, hashlib.sha256(data).hexdigest(), len(data), taken.at, taken.by_drone)


def make_picture_rendition(master: Path, target: Path, max_bytes: int) -> PictureFacts:
    """Write the master to `target` in at most so many bytes: the same steps each time, until it fits."""
    form = picture_format(master)
    with opened(master, form) as image:
        whole = bare(decoded(master, image, form))
    for picture, data in smaller_and_smaller(whole):
        if len(data) <= max_bytes:
            target.write_bytes(data)
            return PictureFacts(*picture.size, hashlib.sha256(data).hexdigest(), len(data))
    raise MediaRefused(RefusalCode.TOO_LARGE_BYTES, limit_mb=round(max_bytes / MB, 3))


def make_picture_sizes(master: Path, folder: Path) -> dict[str, Path]:
    """The master in smaller sizes, for pages: {"medium": …, "thumb": …}."""
    paths = {}
    with JpegImageFile(master) as image:
        image.draft("RGB", fitting(image.size, max(SIZES.values())))
        smaller: Image.Image = image
        for name, edge in SIZES.items():
            smaller = fitted(smaller, edge)
            paths[name] = folder / f"{name}.jpg"
            save_jpeg(smaller, paths[name])
    return paths


# --- opening --------------------------------------------------------------------------------------------------


def picture_format(source: Path) -> Format:
    form = detect_format(source)
    if form.kind is not Kind.PICTURE:
        raise MediaRefused(RefusalCode.NOT_MEDIA)
    return form


def opened(source: Path, form: Format) -> ImageFile:
    """The picture with its header read, and only by the decoder that its first bytes name."""
    with reading(source, form):
        return decoder_of(form)(source)


def decoder_of(form: Format) -> type[ImageFile]:
    module, name = DECODERS[form].split(":")
    return getattr(importlib.import_module(module), name)


@contextmanager
def reading(source: Path, form: Format) -> Iterator[None]:
    """Whatever a decoder has against the file becomes a refusal."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise MediaRefused(RefusalCode.TOO_HEAVY) from error
    except UNREADABLE as error:
        raise_if_ours(error)
        raise MediaRefused(why_unreadable(source, form)) from error


def why_unreadable(source: Path, form: Format) -> RefusalCode:
    return RefusalCode.TRUNCATED if is_cut_off(source, form) else RefusalCode.DAMAGED


def check_dimensions(image: Image.Image, form: Format, limits: Limits) -> None:
    width, height = image.size
    limit = pixel_limit(image, form, limits)
    facts = {"width": width, "height": height}
    if width * height > limit or max(width, height) > limits.picture_side:
        raise MediaRefused(RefusalCode.TOO_MANY_PIXELS, **facts, limit_megapixels=limit // MEGAPIXEL)
    check_sides(image.size, limits)


def pixel_limit(image: Image.Image, form: Format, limits: Limits) -> int:
    if form is Format.JPEG:
        return limits.progressive_jpeg_pixels if image.info.get("progressive") else limits.jpeg_pixels
    by_format = {Format.HEIF: limits.heif_pixels, Format.WEBP: limits.webp_pixels}
    return by_format.get(form, limits.other_pixels)


def orientation(image: Image.Image, form: Format) -> int:
    """HEIF turns its pixels itself while decoding; what its EXIF says is history."""
    if form is Format.HEIF:
        return 1
    return captured.exif_of(image).get(ExifTags.Base.Orientation, 1)


# --- pixels ---------------------------------------------------------------------------------------------------


def decoded(source: Path, image: ImageFile, form: Format) -> Image.Image:
    if form is Format.JPEG:
        image.draft(image.mode, (MAX_EDGE, MAX_EDGE))
    with reading(source, form):
        image.load()
    return image


def shrunk(image: Image.Image) -> Image.Image:
    """At most `MAX_EDGE` on the long side, on white paper. Band by band, so that nothing large is held twice."""
    width, height = fitting(image.size, MAX_EDGE)
    if image.size == (width, height):
        return averageable(image)
    narrow = Image.new(averageable(band_of(image, 0, 1)).mode, (width, image.height))
    for top in range(0, image.height, BAND):
        band = averageable(band_of(image, top, min(top + BAND, image.height)))
        narrow.paste(band.resize((width, band.height), LANCZOS), (0, top))
    return narrow.resize((width, height), LANCZOS)


def band_of(image: Image.Image, top: int, bottom: int) -> Image.Image:
    return image.crop((0, top, image.width, bottom))


def averageable(image: Image.Image) -> Image.Image:
    """Palettes and bitmaps cannot be scaled smoothly; sixteen bits are more than a JPEG holds."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if has_alpha(image):
        return on_white(image)
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def on_white(image: Image.Image) -> Image.Image:
    picture = image.convert("RGBA")
    paper = Image.new("RGB", picture.size, WHITE)
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def fitting(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Scaled down until the long side is `edge`; never up."""
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def fitted(image: Image.Image, edge: int) -> Image.Image:
    size = fitting(image.size, edge)
    return image if size == image.size else image.resize(size, LANCZOS, reducing_gap=2.0)


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the embedded profile means them."""
    if profile:
        try:
            return converted(image, profile)
        except (ImageCms.PyCMSError, *UNREADABLE):
            # A broken or foreign profile: the colours are as good as without one.
            return image.convert("RGB")
    return image.convert("RGB")


def converted(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    result = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
    return result if result is not None else image


def upright(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(UPRIGHT[turn]) if turn in UPRIGHT else image


# --- writing --------------------------------------------------------------------------------------------------


def bare(image: Image.Image) -> Image.Image:
    """Pillow hands comments, profiles and EXIF on from what it read; so it gets nothing to hand on."""
    image = image.copy() if isinstance(image, ImageFile) else image
    image.info = {}
    return image


def as_jpeg(image: Image.Image) -> bytes:
    """The best quality that stays under what every platform takes."""
    image = bare(image)
    for quality in QUALITIES:
        data = jpeg_bytes(image, quality)
        if len(data) <= MAX_MASTER_BYTES:
            break
    return data


def jpeg_bytes(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return buffer.getvalue()


def smaller_and_smaller(whole: Image.Image) -> Iterator[tuple[Image.Image, bytes]]:
    """First a little less quality, then fewer pixels: what is seen on a telephone suffers least from that."""
    for edge, qualities in SMALLER.items():
        picture = fitted(whole, edge)
        for quality in qualities:
            yield picture, jpeg_bytes(picture, quality)


def save_jpeg(image: Image.Image, target: Path) -> None:
    """A smaller copy, for pages."""
    target.write_bytes(jpeg_bytes(bare(image), SIZE_QUALITY))
