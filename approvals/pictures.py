"""What the review page says of its pictures beside showing them."""

from typing import Any

from channels.models import Channel
from posts import purging
from posts.models import Version


def told_of(version: Version | None) -> dict[str, Any]:
    """Where the public still sees what was blurred since, and which channel has the least room for a description."""
    if version is None:
        return {"old_pictures_out": [], "narrowest": None, "several_shown": False}
    chosen = [choice.channel for choice in version.chosen_channels.all()]
    out = [publication for media in version.media for publication in purging.still_out(media)]
    return {
        "old_pictures_out": out,
        "narrowest": narrowest(chosen),
        "several_shown": len(version.media) > 1,
    }


def narrowest(chosen: list[Channel]) -> Channel | None:
    """The one that takes the shortest description of a picture; None when none of them has a limit."""
    limited = [channel for channel in chosen if channel.adapter_class.limits.alt_text]
    return min(limited, key=lambda channel: channel.adapter_class.limits.alt_text or 0, default=None)
