"""
The two facts that are read from a file before everything about its making is thrown away.

When it was taken (an old picture gets a question), and whether by a drone (aerial pictures need a permit).
Place, owner and camera are never read.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

# Cameras write local time, mostly without saying whose. Ours are where the users are.
HOME = ZoneInfo("Europe/Stockholm")

DRONE_MAKES = ("dji", "parrot", "autel", "skydio", "yuneec", "hubsan", "fimi")
# The Mavic 2 Pro and 3 call themselves Hasselblad; the model tells.
DRONE_MODELS = ("l1d-", "l2d-", "l3d-")

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    RuntimeError,
    struct.error,
)


@dataclass(frozen=True)
class Captured:
    at: datetime | None = None
    by_drone: bool = False


def in_picture(image: Image.Image) -> Captured:
    exif = exif_of(image)
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
    except BROKEN:
        details = {}
    at = moment(
        text(details.get(ExifTags.Base.DateTimeOriginal)) or text(exif.get(ExifTags.Base.DateTime)),
        text(details.get(ExifTags.Base.OffsetTimeOriginal)),
    )
    return Captured(at, is_drone(text(exif.get(ExifTags.Base.Make)), text(exif.get(ExifTags.Base.Model))))


def in_film(tags: Mapping[str, str]) -> Captured:
    """From a film's own tags. QuickTime's date says its offset, MP4's is UTC."""
    stamp = tags.get("com.apple.quicktime.creationdate") or tags.get("creation_time", "")
    make = tags.get("com.apple.quicktime.make") or tags.get("make", "")
    model = tags.get("com.apple.quicktime.model") or tags.get("model", "")
    return Captured(iso_moment(stamp), is_drone(make, model) or "dji" in tags.get("encoder", "").lower())


def exif_of(image: Image.Image) -> Image.Exif:
    """What can be read of it; broken EXIF is no EXIF."""
    try:
        return image.getexif()
    except BROKEN:
        return Image.Exif()


def text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\x00 ") if isinstance(value, str) else ""


def moment(stamp: str, offset: str) -> datetime | None:
    """EXIF writes 2026:11:22 14:03:59, and the offset (+01:00) in a tag of its own."""
    try:
        naive = datetime.strptime(stamp[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  (the zone follows)
    except ValueError:
        return None
    return believable(iso_moment(f"{naive.isoformat()}{offset}") or naive.replace(tzinfo=HOME))


def iso_moment(stamp: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return believable(at if at.tzinfo else at.replace(tzinfo=HOME))


def believable(at: datetime) -> datetime | None:
    """A clock that was never set says 1904, 1970 or 1980."""
    return at if at.year > 1990 else None


def is_drone(make: str, model: str) -> bool:
    return make.lower().startswith(DRONE_MAKES) or model.lower().startswith(DRONE_MODELS)
