"""
Ordering what is made for a channel: a film of pictures, a film or picture that is too large for it made smaller, or the
part of a picture that it shows. A version's freezing orders it, in the same transaction: there is no version for such a
channel without it, or the order.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from posts import content
from posts.models import Rendition, RenditionState, Version

UNMADE = (RenditionState.WAITING, RenditionState.MAKING)


def order(version: Version) -> list[Rendition]:
    """Order what the version's channels need; those that are still to be made. The same recipe is made once."""
    wanted = [
        Rendition.objects.get_or_create(
            recipe=content.recipe_of(ingredients), defaults={"ingredients": ingredients}
        )[0]
        for ingredients in needed_by(version)
    ]
    return [rendition for rendition in wanted if rendition.state in UNMADE]


def needed_by(version: Version) -> Iterator[dict[str, Any]]:
    for choice in version.chosen_channels.all():
        yield from content.needed_for(version, choice.channel)


def fetch(versions: Sequence[Version]) -> None:
    """Load what is made for all of them at once, for a page that asks for each again and again."""
    recipes = [content.recipe_of(needed) for version in versions for needed in needed_by(version)]
    made = {rendition.recipe: rendition for rendition in Rendition.objects.filter(recipe__in=recipes)}
    for version in versions:
        version.made = made
    fetch_stills([v for v in versions if any(choice.thumbnail for choice in v.chosen_channels.all())])


def fetch_stills(versions: Sequence[Version]) -> None:
    """What was taken out of the films of those where somebody has chosen a picture."""
    taken = list(
        content.stills_of([media for version in versions for media in version.media if media.is_film])
    )
    for version in versions:
        version.taken = taken
