"""How far that is which a post waits for: its own files, and what is made of them for its channels."""

from collections.abc import Iterator
from typing import NamedTuple

from posts import content, renditions
from posts.models import Media, Post, Rendition


class Making(NamedTuple):
    is_film: bool
    is_for_channels: bool
    percent: int


def of(post: Post) -> Making | None:
    """What will take longest: of several the one that is least far, and films before pictures. None: nothing is made."""
    if not post.is_in_review:
        return None
    unfinished = [
        *(Making(media.is_film, False, media.progress) for media in own_files(post)),
        *(Making(made.is_film, True, made.progress) for made in for_channels(post)),
    ]
    return min(unfinished, key=lambda making: (not making.is_film, making.percent), default=None)


def own_files(post: Post) -> Iterator[Media]:
    if post.awaits_media:
        yield from (shown.media for shown in post.draft.shown_media.all() if not shown.media.is_done)


def for_channels(post: Post) -> Iterator[Rendition]:
    if not post.awaits_media and (version := post.current_version):
        recipes = [content.recipe_of(needed) for needed in renditions.needed_by(version)]
        yield from Rendition.objects.filter(recipe__in=recipes, state__in=renditions.UNMADE)
