"""What is true of a file on disk whatever is in it: its size, its digest, and whether its end is there."""

import hashlib
from pathlib import Path

from posts.media.detect import Format
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.limits import MB

CHUNK = 1024 * 1024
TAIL = 64


def check_size(path: Path, limit: int) -> None:
    size = path.stat().st_size
    if size == 0:
        raise MediaRefused(RefusalCode.EMPTY)
    if size > limit:
        raise MediaRefused(RefusalCode.TOO_LARGE_BYTES, limit_mb=limit // MB)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def is_cut_off(path: Path, form: Format) -> bool:
    """Whether the end is missing: what tells an interrupted upload from a damaged file."""
    match form:
        case Format.JPEG:
            return not tail(path).rstrip(b"\x00").endswith(b"\xff\xd9")
        case Format.PNG:
            return b"IEND" not in tail(path)
        case Format.GIF:
            return not tail(path).rstrip(b"\x00").endswith(b";")
        case Format.WEBP:
            return path.stat().st_size < riff_size(path)
        case Format.MP4 | Format.HEIF | Format.AVIF:
            return boxes_end(path) > path.stat().st_size
    return False


def tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return file.read()


def riff_size(path: Path) -> int:
    with path.open("rb") as file:
        return 8 + int.from_bytes(file.read(8)[4:], "little")


def boxes_end(path: Path) -> int:
    """Where the outermost ISO boxes say that the file ends."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at + 8 <= size:
            file.seek(at)
            length = box_length(file.read(16), size - at)
            if length < 8:
                break
            at += length
    return at


def box_length(head: bytes, rest: int) -> int:
    """ISO/IEC 14496-12: 1 means that a 64-bit length follows, 0 that the box goes on to the end."""
    length = int.from_bytes(head[:4], "big")
    if length == 1 and len(head) == 16:
        return int.from_bytes(head[8:], "big")
    return rest if length == 0 else length
