"""
A picture as somebody's phone made it becomes a master: an upright sRGB JPEG that holds pixels and nothing else.

The file is decoded whole and written anew, so that what is not picture (EXIF, thumbnails, motion-photo trailers,
a ZIP behind the end) has no way through. The header's dimensions are checked before anything is decoded.
"""

import hashlib
import io
import struct
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageFile

from posts.media import captured
from posts.media.detect import Format, Kind, detect_format
from posts.media.errors import MediaRefused, RefusalCode, raise_if_ours
from posts.media.files import check_size, is_cut_off
from posts.media.limits import DEFAULT, MEGAPIXEL, Limits

MAX_EDGE = 2560
# Facebook's error text still names 4 MB (Meta, Graph API subcode 1366046, read 2026-11-22); X takes 5 MB.
MAX_MASTER_BYTES = 3_900_000
QUALITIES = (88, 82, 75, 65, 50, 35)
SIZES = {"medium": 1280, "thumb": 320}
SIZE_QUALITY = 80

WHITE = (255, 255, 255)
# Pillow refuses to open twice this. Our own limits come right after, and know the format.
Image.MAX_IMAGE_PIXELS = DEFAULT.jpeg_pixels // 2
SRGB = ImageCms.createProfile("sRGB")

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

# Embedded thumbnails, depth maps and gain maps are never asked for: they may show what was cropped away.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)


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
    with opened(source, form, limits) as image:
        check_dimensions(image, form, limits)
        taken = captured.in_picture(image)
        turn = orientation(image, form)
        clean = upright(in_srgb(shrunk(decoded(source, image, form))), turn)
    data = as_jpeg(clean)
    target.write_bytes(data)
    return PictureFacts(*clean.size, hashlib.sha256(data).hexdigest(), len(data), taken.at, taken.by_drone)


def make_picture_sizes(master: Path, folder: Path) -> dict[str, Path]:
    """The master in smaller sizes, for pages: {"medium": …, "thumb": …}."""
    paths = {}
    with Image.open(master, formats=["JPEG"]) as image:
        image.draft("RGB", (SIZES["medium"], SIZES["medium"]))
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


def opened(source: Path, form: Format, limits: Limits) -> ImageFile.ImageFile:
    """The picture with its header read, and only by the decoder that its first bytes name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(source, formats=[form])
    except Image.DecompressionBombError as error:
        raise MediaRefused(
            RefusalCode.TOO_MANY_PIXELS, limit_megapixels=limits.other_pixels // MEGAPIXEL
        ) from error
    except UNREADABLE as error:
        raise_if_ours(error)
        raise MediaRefused(why_unreadable(source, form)) from error
    return image


def why_unreadable(source: Path, form: Format) -> RefusalCode:
    return RefusalCode.TRUNCATED if is_cut_off(source, form) else RefusalCode.DAMAGED


def check_dimensions(image: Image.Image, form: Format, limits: Limits) -> None:
    width, height = image.size
    limit = pixel_limit(image, form, limits)
    facts = {"width": width, "height": height}
    if width * height > limit or max(width, height) > limits.picture_side:
        raise MediaRefused(RefusalCode.TOO_MANY_PIXELS, **facts, limit_megapixels=limit // MEGAPIXEL)
    if min(width, height) < limits.smallest_side:
        raise MediaRefused(RefusalCode.TOO_SMALL, **facts, limit=limits.smallest_side)
    if max(width, height) > limits.aspect * min(width, height):
        raise MediaRefused(RefusalCode.TOO_NARROW, **facts, limit=limits.aspect)


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


def decoded(source: Path, image: ImageFile.ImageFile, form: Format) -> Image.Image:
    if form is Format.JPEG:
        image.draft(image.mode, (MAX_EDGE, MAX_EDGE))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
    except UNREADABLE as error:
        raise_if_ours(error)
        raise MediaRefused(why_unreadable(source, form)) from error
    return image


def shrunk(image: Image.Image) -> Image.Image:
    """At most `MAX_EDGE` on the long side, in a mode that can be averaged."""
    return fitted(averageable(image), MAX_EDGE)


def averageable(image: Image.Image) -> Image.Image:
    """Palettes and bitmaps cannot be scaled smoothly; sixteen bits are more than a JPEG holds."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if has_alpha(image):
        return image if image.mode in ("RGBA", "LA") else image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def fitted(image: Image.Image, edge: int) -> Image.Image:
    if max(image.size) <= edge:
        return image
    scale = edge / max(image.size)
    size = tuple(max(1, round(side * scale)) for side in image.size)
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)  # type: ignore[arg-type]


def in_srgb(image: Image.Image) -> Image.Image:
    """Colours as the embedded profile means them, on white paper where the picture is see-through."""
    profile = image.info.get("icc_profile")
    image = on_white(image)
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


def on_white(image: Image.Image) -> Image.Image:
    if not has_alpha(image):
        return image
    picture = image.convert("RGBA")
    paper = Image.new("RGB", picture.size, WHITE)
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def upright(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(UPRIGHT[turn]) if turn in UPRIGHT else image


# --- writing --------------------------------------------------------------------------------------------------


def bare(image: Image.Image) -> Image.Image:
    """Pillow hands comments, profiles and EXIF on from what it read; so it gets nothing to hand on."""
    image = image.copy() if isinstance(image, ImageFile.ImageFile) else image
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


def save_jpeg(image: Image.Image, target: Path) -> None:
    """A smaller copy, for pages."""
    target.write_bytes(jpeg_bytes(bare(image), SIZE_QUALITY))
