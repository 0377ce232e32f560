"""
What a post is in a repository: a record, and the key that it lies under.

Facts: atproto.com, TID and Blob specifications; docs.bsky.app, Posts; lexicons app.bsky.feed.post and app.bsky.embed.*.
Read 2026-11-25.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels.adapters.base import Kind, Media
from channels.adapters.bluesky import text
from channels.adapters.http import at as part_at

COLLECTION = "app.bsky.feed.post"
LANGUAGES = ["sv"]
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
KEY = re.compile(rf"[{LETTERS[:16]}][{LETTERS}]{{12}}")
CLOCKS = 1024

Blob = dict[str, Any]
Record = dict[str, Any]
Reference = dict[str, str]
"""A record by its address and the digest of what it says (com.atproto.repo.strongRef)."""
Place = dict[str, Reference]
"""Where an answer stands: `root` and `parent`."""


def new_key(now: datetime) -> str:
    """
    A TID: the moment in microseconds, and ten bits by chance, so that nobody else who writes in the same repository at
    the same moment has the same. In letters whose order is the order of time.
    """
    number = int(now.timestamp() * 1_000_000) << 10 | secrets.randbelow(CLOCKS)
    return "".join(LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def root_of(record: Record) -> Reference | None:
    """What began the thread that this record is in; None where it answers nothing."""
    root = part_at(record, "reply", "root")
    return {"uri": str(root.get("uri")), "cid": str(root.get("cid"))} if isinstance(root, dict) else None


def post(
    words: str, media: Sequence[Media], blobs: Sequence[Blob], at: str, place: Place | None = None
) -> Record:
    """The record, the same to the letter each time that it is made of the same."""
    record: Record = {"$type": COLLECTION, "text": words, "createdAt": at, "langs": LANGUAGES}
    if facets := text.facets(words):
        record["facets"] = facets
    if place:
        record["reply"] = place
    if media:
        record["embed"] = embed(media, blobs)
    return record


def embed(media: Sequence[Media], blobs: Sequence[Blob]) -> dict[str, Any]:
    if media[0].kind is Kind.FILM:
        return {"$type": "app.bsky.embed.video", "video": blobs[0], **about(media[0])}
    images = [{"image": blob, "alt": "", **about(item)} for item, blob in zip(media, blobs, strict=True)]
    return {"$type": "app.bsky.embed.images", "images": images}


def about(item: Media) -> dict[str, Any]:
    """How it is described, and its shape: without that, a list jumps while it loads."""
    told: dict[str, Any] = {"alt": item.alt_text} if item.alt_text else {}
    if item.width and item.height:
        told["aspectRatio"] = {"width": item.width, "height": item.height}
    return told
