"""
What was published lately and is like this: the same picture, or nearly the same text.

Two queries for a post at most. The first reads a month's prints, by the index of what is out; they are compared here,
for that is the same on every database. The second fetches those few that are like it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import islice

from posts.likeness import MAYBE_SAME_TEXT, NEARLY_SAME, SAME_PICTURE, distance, similarity
from posts.models import Publication, Version

LATELY = timedelta(days=30)
MOST = 20_000
"""Rows that are read, the newest first: ten times what a busy month has."""
CLOSEST = 10
"""Texts that are read and compared letter by letter."""

Print = int | None
Row = tuple[int, Print, Print]
"""A version, and the prints of its text and of one of its pictures."""


@dataclass(frozen=True)
class Echoes:
    """The newest publication with the same picture, and with nearly the same text."""

    picture: Publication | None = None
    text: Publication | None = None


def of(version: Version, now: datetime) -> Echoes:
    pictures = [media.picture_print for media in version.media if media.picture_print is not None]
    if version.text_print is None and not pictures:
        return Echoes()
    rows = list(prints_lately(version, now))
    seen, read = showing(pictures, rows), near(version.text_print, rows)
    found = published({*seen, *read})
    return Echoes(
        picture=next((item for item in found if item.version_id in seen), None),
        text=next((item for item in found if item.version_id in read and is_like(item, version)), None),
    )


def prints_lately(version: Version, now: datetime) -> Iterable[Row]:
    """Of what came out in the last thirty days and is still out, but for the post itself. The newest first."""
    lately = Publication.objects.published().filter(published_at__gt=now - LATELY)
    return (
        lately.exclude(post=version.post_id)
        .order_by("-published_at")
        .values_list("version", "version__text_print", "version__shown_media__media__picture_print")[:MOST]
    )


def showing(pictures: list[int], rows: Iterable[Row]) -> list[int]:
    """The newest version that shows one of these pictures, if there is one."""
    like = (
        version
        for version, _text, picture in rows
        if picture is not None and any(distance(picture, ours) <= SAME_PICTURE for ours in pictures)
    )
    return list(islice(like, 1))


def near(text: Print, rows: Iterable[Row]) -> list[int]:
    """The few versions whose texts are worth a closer look."""
    if text is None:
        return []
    bits = {version: distance(text, other) for version, other, _picture in rows if other is not None}
    close = (version for version in bits if bits[version] <= MAYBE_SAME_TEXT)
    return nsmallest(CLOSEST, close, key=lambda version: bits[version])


def published(versions: set[int]) -> list[Publication]:
    if not versions:
        return []
    found = Publication.objects.published().filter(version__in=versions)
    return list(found.select_related("version", "channel").order_by("-published_at"))


def is_like(publication: Publication, version: Version) -> bool:
    return similarity(publication.version.text, version.text) >= NEARLY_SAME
