"""
Ordering the films that are made for a channel: of pictures, or of a film that is too large for it. A version's freezing
orders them, in the same transaction: there is no version for such a channel without its film, or the order for one.
"""

from posts import content
from posts.models import Rendition, RenditionState, Version

UNMADE = (RenditionState.WAITING, RenditionState.MAKING)


def order(version: Version) -> list[Rendition]:
    """Order what the version's channels need; those that are still to be made. The same recipe is made once."""
    wanted = []
    for choice in version.chosen_channels.select_related("channel"):
        if (ingredients := content.film_needed(version, choice.channel)) is not None:
            rendition, _ = Rendition.objects.get_or_create(
                recipe=content.recipe_of(ingredients), defaults={"ingredients": ingredients}
            )
            wanted.append(rendition)
    return [rendition for rendition in wanted if rendition.state in UNMADE]
