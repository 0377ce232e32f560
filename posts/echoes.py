"""
What was published lately and is like this: the same picture, or nearly the same text.

Two queries for a post at most. Each goes by the bands of a print (`posts.likeness`), for which there are indexes, to the
few that may be like it; those are compared here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from posts.likeness import NEARLY_SAME, SAME_PICTURE, bands_of, distance, similarity
from posts.models import Band, Media, Publication, PublicationQuerySet, Version

LATELY = timedelta(days=30)
MOST = 100
"""How many are compared, the newest first: far more than are ever alike by chance."""


@dataclass(frozen=True)
class Echoes:
    """The newest publication with the same picture, and with nearly the same text."""

    picture: Publication | None = None
    text: Publication | None = None


def of(version: Version, now: datetime) -> Echoes:
    lately = Publication.objects.published().filter(published_at__gt=now - LATELY)
    others = lately.exclude(post=version.post_id).order_by("-published_at")
    return Echoes(picture=same_picture(version, others), text=near_text(version, others))


def same_picture(version: Version, others: PublicationQuerySet) -> Publication | None:
    ours = [media.picture_print for media in version.media if media.picture_print is not None]
    if not ours:
        return None
    found = others.filter(version__shown_media__media__in=sharing_a_band(Media, "picture_print", ours))
    for publication in found.annotate(picture=F("version__shown_media__media__picture_print"))[:MOST]:
        if any(distance(publication.picture, each) <= SAME_PICTURE for each in ours):
            return publication
    return None


def near_text(version: Version, others: PublicationQuerySet) -> Publication | None:
    if version.text_print is None:
        return None
    found = others.filter(version__in=sharing_a_band(Version, "text_print", [version.text_print]))
    for publication in found.select_related("version")[:MOST]:
        if similarity(publication.version.text, version.text) >= NEARLY_SAME:
            return publication
    return None


def sharing_a_band(model: type[Model], field: str, prints: list[int]) -> QuerySet[Any, Any]:
    """The rows whose print has at least one band in common with one of these."""
    rows = model._default_manager.order_by()
    either = Q()
    for number, bands in enumerate(zip(*map(bands_of, prints), strict=True)):
        rows = rows.alias(**{f"band_{number}": Band(field, number)})
        either |= Q(**{f"band_{number}__in": set(bands)})
    return rows.filter(either).values("pk")
