"""
Ordering the films that are made for a channel: of pictures, or of a film that is too large for it. A version's freezing
orders them, in the same transaction: there is no version for such a channel without its film, or the order for one.
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
        if (ingredients := content.film_needed(version, choice.channel)) is not None:
            yield ingredients


def fetch(versions: Sequence[Version]) -> None:
    """Load the films of all of them at once, for a page that asks for each again and again."""
    recipes = [content.recipe_of(needed) for version in versions for needed in needed_by(version)]
    films = {film.recipe: film for film in Rendition.objects.filter(recipe__in=recipes)}
    for version in versions:
        version.films = films
