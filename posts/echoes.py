"""
What was published lately and is like this: the same picture, or nearly the same text. And, for whoever sends a picture
in, whether somebody has done so before.

Two queries for a post at most. The first goes by the bands of the prints (`posts.likeness`), for which there are indexes,
and brings numbers alone; the second fetches those few that are worth a closer look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, F, Model, Q, QuerySet, Value

from posts.likeness import (
    NEARLY_SAME,
    SAME_PICTURE,
    bands_in_common,
    bands_of,
    distance,
    in_common,
    trigrams,
)
from posts.models import Band, Media, Post, Publication, PublicationQuerySet, Status, Version

if TYPE_CHECKING:
    from accounts.models import User

LATELY = timedelta(days=30)
MOST = 5000
"""Rows that share a band: far more than ever do by chance."""
CLOSELY = 20
"""Texts that are compared trigram by trigram."""
TEXT, PICTURE = "version__text_print", "version__shown_media__media__picture_print"


@dataclass(frozen=True)
class Echoes:
    """The newest publication with the same picture, and with nearly the same text."""

    picture: Publication | None = None
    text: Publication | None = None


class Candidate(NamedTuple):
    """A publication that shares a band of a print with ours."""

    pk: int
    at: datetime
    bits: int
    is_picture: bool


def of(version: Version, now: datetime) -> Echoes:
    pictures = [media.picture_print for media in version.media if media.picture_print is not None]
    rows = candidates(version, pictures, now)
    seen, read = same_picture(pictures, rows), nearest_texts(version.text_print, rows)
    found = fetched({*seen, *read})
    ours = trigrams(version.text) if read else set()
    return Echoes(
        picture=next((item for item in found if item.pk in seen), None),
        text=next((item for item in found if item.pk in read and is_like(ours, item)), None),
    )


def candidates(version: Version, pictures: list[int], now: datetime) -> list[Candidate]:
    lately = Publication.objects.heads().published().filter(published_at__gt=now - LATELY)
    others = lately.exclude(post=version.post_id).order_by()
    asked = []
    if version.text_print is not None:
        near = sharing_a_band(Version, "text_print", [version.text_print])
        asked.append(numbers(others.filter(version__in=near), TEXT, is_picture=False))
    if pictures:
        near = sharing_a_band(Media, "picture_print", pictures)
        asked.append(numbers(others.filter(version__shown_media__media__in=near), PICTURE, is_picture=True))
    # No order is asked for: to find the newest, a database would look through all that is out from the newest on.
    return [Candidate(*row) for row in asked[0].union(*asked[1:], all=True)[:MOST]] if asked else []


def numbers(found: PublicationQuerySet, bits: str, *, is_picture: bool) -> QuerySet[Any, Any]:
    kind = Value(is_picture, BooleanField())
    return found.annotate(bits=F(bits), is_picture=kind).values_list(
        "pk", "published_at", "bits", "is_picture"
    )


def sharing_a_band(model: type[Model], field: str, prints: list[int]) -> QuerySet[Any, Any]:
    """The rows whose print has at least one band in common with one of these."""
    rows = model._default_manager.order_by()
    either = Q()
    for number, bands in enumerate(zip(*map(bands_of, prints), strict=True)):
        rows = rows.alias(**{f"band_{number}": Band(field, number)})
        either |= Q(**{f"band_{number}__in": set(bands)})
    return rows.filter(either).values("pk")


def sent_in_before(
    media: Iterable[Media], author: "User", client_id: UUID | None, now: datetime
) -> Post | None:
    """The last post that anybody sent in lately with one of these pictures; not the one that is being written."""
    prints = [item.picture_print for item in media if item.picture_print is not None]
    if not prints:
        return None
    near = Media.objects.filter(pk__in=sharing_a_band(Media, "picture_print", prints)).order_by()
    same = [
        pk
        for pk, bits in near.values_list("pk", "picture_print")[:MOST]
        if bits is not None and any(distance(bits, ours) <= SAME_PICTURE for ours in prints)
    ]
    others = Post.objects.filter(submitted_at__gt=now - LATELY).exclude(status=Status.WITHDRAWN)
    if client_id:
        others = others.exclude(author=author, client_id=client_id)
    return others.showing(*same).select_related("author").order_by("-submitted_at", "-pk").first()


def same_picture(pictures: list[int], rows: Iterable[Candidate]) -> list[int]:
    """The newest that shows one of these pictures, if there is one."""
    same = (
        row
        for row in rows
        if row.is_picture and any(distance(row.bits, ours) <= SAME_PICTURE for ours in pictures)
    )
    return [row.pk for row in nlargest(1, same, key=lambda row: row.at)]


def nearest_texts(ours: int | None, rows: Iterable[Candidate]) -> list[int]:
    """The few that share the most with ours, the newest of them."""
    if ours is None:
        return []
    texts = (row for row in rows if not row.is_picture)
    return [
        row.pk for row in nlargest(CLOSELY, texts, key=lambda row: (bands_in_common(row.bits, ours), row.at))
    ]


def fetched(keys: set[int]) -> list[Publication]:
    """The newest first."""
    if not keys:
        return []
    found = Publication.objects.filter(pk__in=keys).select_related("version").order_by()
    return sorted(found, key=lambda item: item.published_at, reverse=True)  # type: ignore[arg-type, return-value]  # all are out


def is_like(ours: set[str], publication: Publication) -> bool:
    return in_common(ours, trigrams(publication.version.text)) >= NEARLY_SAME
