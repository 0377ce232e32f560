"""
The account's own picture, fetched once by us: no page of ours shows anything from another host.

What comes is a stranger's file. It is decided by its content, taken only up to a size, decoded under limits and drawn
anew. Not getting it is no error: a letter stands in its place.
"""

import struct
import warnings
from io import BytesIO

import requests
from django.conf import settings
from PIL import Image, ImageOps

from channels.adapters import hosts
from channels.adapters.http import Bearer, guarded, mount
from channels.adapters.links import taken_apart
from channels.errors import ChannelError, NotSent

SIDE = 96
MOST_BYTES = 1024 * 1024
MOST_PIXELS = 4096 * 4096
FORMATS = ("JPEG", "PNG", "WEBP")
SECONDS = 8
"""For all of it: somebody waits at a page."""
QUALITY = 88
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    AttributeError,
    OverflowError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow and its decoders raise for bytes that are not what they say."""


def fetch(url: str) -> bytes | None:
    """The picture at this address, as a small JPEG of ours; None if there is none that we can use."""
    content = download(url) if url else b""
    return small(content) if content else None


def download(url: str) -> bytes:
    """Empty when it does not come, is too large, or lies where only we could reach it."""
    parts = taken_apart(url)
    if parts is None:
        return b""
    try:
        with hosts.reach(f"{parts.scheme}://{parts.netloc}", home()), requests.Session() as session:
            return content_of(session, url, f"GET {parts.path}")
    except ChannelError:
        return b""


def home() -> str:
    """An address of the platforms' own: it tells whether this is practice, when all of them are on this machine."""
    return settings.PLATFORM_ADDRESSES["FACEBOOK_GRAPH_URL"]


def content_of(session: requests.Session, url: str, call: str) -> bytes:
    with guarded(call, NotSent) as line, line.open_at_most(SECONDS):
        mount(session, line)
        answer = session.get(
            url, auth=Bearer(), timeout=(SECONDS, SECONDS), allow_redirects=False, stream=True
        )
        content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
    return content if answer.status_code == requests.codes.ok and len(content) <= MOST_BYTES else b""


def small(content: bytes, size: tuple[int, int] = (SIDE, SIDE)) -> bytes | None:
    """A JPEG of this size, white where it is see-through; None if it is no picture, or one made to choke us."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                return drawn(picture, size)
    except UNREADABLE:
        return None


def drawn(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """As it lies: the platforms have turned it upright, and what else it carries is not even read."""
    cut = ImageOps.fit(picture.convert("RGBA"), size)
    paper = Image.new("RGB", size, "white")
    paper.paste(cut, mask=cut)
    jpeg = BytesIO()
    paper.save(jpeg, "JPEG", quality=QUALITY)
    return jpeg.getvalue()
