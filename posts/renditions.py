"""
Ordering the films that are made of pictures. A version's freezing orders them, in the same transaction: there is
no version for a channel of films without its film, or the order for one.
"""

from posts import content
from posts.models import Rendition, RenditionState, Version

UNMADE = (RenditionState.WAITING, RenditionState.MAKING)


def order(version: Version) -> list[Rendition]:
    """Order what the version's channels need; those that are still to be made. The same recipe is made once."""
    shown = list(version.shown_media.select_related("media"))
    wanted = []
    for choice in version.chosen_channels.select_related("channel"):
        if content.needs_film_of_pictures(choice.channel, shown):
            ingredients = content.ingredients_for(version, choice.text or version.text)
            rendition, _ = Rendition.objects.get_or_create(
                recipe=content.recipe_of(ingredients), defaults={"ingredients": ingredients}
            )
            wanted.append(rendition)
    return [rendition for rendition in wanted if rendition.state in UNMADE]
