"""What the review page says of its pictures beside showing them."""

from typing import Any

from channels.models import Channel
from posts import purging
from posts.forms import ALT_TEXT_LENGTH
from posts.models import Version


def told_of(version: Version | None) -> dict[str, Any]:
    """Where the public still sees what was blurred since, and how long a picture's description may be."""
    if version is None:
        return {"old_pictures_out": []}
    out = [publication for media in version.media for publication in purging.still_out(media)]
    return {
        "old_pictures_out": out,
        "may_crop": True,
        "several_shown": len(version.media) > 1,
        **room_for([choice.channel for choice in version.chosen_channels.all()]),
    }


def room_for(chosen: list[Channel]) -> dict[str, Any]:
    """By the chosen channel that takes the shortest description; by our own limit where none of them has one."""
    limits = [(channel.adapter_class.limits.alt_text, channel) for channel in chosen]
    narrow = [(most, channel) for most, channel in limits if most and most <= ALT_TEXT_LENGTH]
    most, channel = min(narrow, key=lambda found: found[0], default=(ALT_TEXT_LENGTH, None))
    return {"alt_text_most": most, "narrowest": channel}
