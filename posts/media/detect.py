"""What a file is, decided by its first bytes alone: names and declared types are not looked at."""

from enum import StrEnum
from pathlib import Path

from posts.media.errors import MediaRefused, RefusalCode

HEAD = 4096


class Kind(StrEnum):
    PICTURE = "picture"
    FILM = "film"


class Format(StrEnum):
    """The only formats that are decoded. Pictures by Pillow, films by FFmpeg, each under exactly this name."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WEBP"
    HEIF = "HEIF"
    AVIF = "AVIF"
    MP4 = "mov"
    MATROSKA = "matroska"

    @property
    def kind(self) -> Kind:
        return Kind.FILM if self in (Format.MP4, Format.MATROSKA) else Kind.PICTURE


STARTS = {
    b"\xff\xd8\xff": Format.JPEG,
    b"\x89PNG\r\n\x1a\n": Format.PNG,
    b"GIF87a": Format.GIF,
    b"GIF89a": Format.GIF,
    b"\x1aE\xdf\xa3": Format.MATROSKA,
}

# ISO/IEC 23008-12 and the AV1 Image File Format name these brands for still pictures; all others are films.
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
# QuickTime files from before 2001 start with another box than `ftyp`.
OLD_QUICKTIME = {b"moov", b"mdat", b"wide", b"skip", b"pnot"}

# Known, and not taken. The name goes into the page's sentence.
REFUSED_STARTS = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"8BPS": "PSD",
    b"BM": "BMP",
    b"\xff\x0a": "JPEG XL",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"0&\xb2u": "WMV",
    b"FLV": "FLV",
    b"\x00\x00\x01\xba": "MPEG",
    b"ID3": "MP3",
}
REFUSED_MARKUP = {b"<svg": "SVG", b"<!doctype html": "HTML", b"<html": "HTML", b"<?xml": "XML"}


def detect(path: Path) -> Kind:
    """PICTURE or FILM. Raises `MediaRefused` for everything else."""
    return detect_format(path).kind


def detect_format(path: Path) -> Format:
    head = read_head(path)
    found = format_of(head)
    if found is None:
        raise refusal_of(head)
    return found


def kind_of(head: bytes) -> Kind | None:
    """PICTURE or FILM, as far as the first bytes tell."""
    found = format_of(head)
    return found.kind if found else None


def format_of(head: bytes) -> Format | None:
    return by_start(head) or by_riff(head) or by_box(head)


def read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\x00"):
        raise MediaRefused(RefusalCode.EMPTY)
    return head


def by_start(head: bytes) -> Format | None:
    return next((name for start, name in STARTS.items() if head.startswith(start)), None)


def by_riff(head: bytes) -> Format | None:
    return Format.WEBP if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def by_box(head: bytes) -> Format | None:
    box, brand = head[4:8], head[8:12]
    if box != b"ftyp":
        return Format.MP4 if box in OLD_QUICKTIME else None
    if brand in AVIF_BRANDS or (brand == b"mif1" and b"avif" in compatible_brands(head)):
        return Format.AVIF
    return Format.HEIF if brand in HEIF_BRANDS else Format.MP4


def compatible_brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[at : at + 4] for at in range(16, end, 4)}


def refusal_of(head: bytes) -> MediaRefused:
    for start, name in REFUSED_STARTS.items():
        if head.startswith(start):
            return MediaRefused(RefusalCode.UNSUPPORTED_FORMAT, format=name)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, name in REFUSED_MARKUP.items():
        if text.startswith(start):
            return MediaRefused(RefusalCode.UNSUPPORTED_FORMAT, format="SVG" if b"<svg" in text else name)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return MediaRefused(RefusalCode.UNSUPPORTED_FORMAT, format="AVI")
    return MediaRefused(RefusalCode.NOT_MEDIA)
