"""
A manuscript is everything the public will see of a post, as plain values: what a draft becomes when it is
frozen into a version, what a reviewer's edit proposes, and what the digest is made of.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from posts.media.edits import Box

DIGEST_FORMAT = 1
"""Part of the digest. Raise it when the canonical form changes; old versions keep the format they were frozen in."""


@dataclass(frozen=True)
class ShownMedia:
    """One picture or film: its row, its master's SHA-256 and how it is described."""

    media_id: str
    sha256: str
    alt_text: str = ""
    subtitles: str = ""
    """A film's, as SRT."""

    def canonical(self) -> dict[str, Any]:
        fields = {"sha256": self.sha256, "alt_text": self.alt_text, "subtitles": self.subtitles}
        return said(fields, "subtitles")


@dataclass(frozen=True)
class Crop:
    """The part of one of the post's pictures that a channel shows instead of all of it."""

    sha256: str
    """The picture's, as it is without being cropped."""
    box: Box


@dataclass(frozen=True)
class ChannelText:
    """What is special for one chosen channel. An empty text means the post's own text."""

    channel_id: int
    text: str = ""
    title: str = ""
    description: str = ""
    privacy: str = "public"
    thread: tuple[str, ...] = ()
    """What follows the text, each as an answer to the one before."""
    first_comment: str = ""
    """What the account itself says under its post."""
    tags: tuple[str, ...] = ()
    thumbnail: str = ""
    """The SHA-256 of a picture of the post's, or of a film's poster; "" leaves the choice to the platform."""
    credit: str = ""
    """Whether the photographer stands in the text: `shown`, `none`, or "" for what the platform's adapter does."""
    crops: tuple[Crop, ...] = ()
    """At most one of each picture, in the order of their digests."""

    @property
    def following(self) -> tuple[str, ...]:
        """All that comes out after the post itself, in its order."""
        return (*self.thread, self.first_comment) if self.first_comment else self.thread

    def canonical(self) -> dict[str, Any]:
        return said(asdict(self), "thread", "first_comment", "tags", "thumbnail", "credit", "crops")

    def crop_of(self, sha256: str) -> Box | None:
        return next((crop.box for crop in self.crops if crop.sha256 == sha256), None)

    def moved(self, old: str, new: str) -> "ChannelText":
        """What was shown of the old picture is shown of the new one."""
        return self.cropped(old, None).cropped(new, box) if (box := self.crop_of(old)) else self

    def cropped(self, sha256: str, box: Box | None) -> "ChannelText":
        """With this part of the picture, or (None) all of it."""
        others = [crop for crop in self.crops if crop.sha256 != sha256]
        crops = [*others, Crop(sha256, box)] if box else others
        return replace(self, crops=tuple(sorted(crops, key=lambda crop: crop.sha256)))


@dataclass(frozen=True)
class Manuscript:
    text: str = ""
    link: str = ""
    credit: str = ""
    media: tuple[ShownMedia, ...] = ()
    channels: tuple[ChannelText, ...] = ()

    def digest(self) -> str:
        """SHA-256 over the canonical JSON: the same for the same public appearance, whoever computes it."""
        canonical = json.dumps(self.canonical(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def canonical(self) -> dict[str, Any]:
        return {
            "format": DIGEST_FORMAT,
            "text": self.text,
            "link": self.link,
            "credit": self.credit,
            "media": [item.canonical() for item in self.media],
            "channels": [
                channel.canonical() for channel in sorted(self.channels, key=lambda c: c.channel_id)
            ],
        }

    def replaced(self, **changes: Any) -> "Manuscript":
        return replace(self, **changes)

    def without_stray_crops(self) -> "Manuscript":
        """The same, and nothing said of pictures that are not in it (any more)."""
        there = {item.sha256 for item in self.media}
        return self.replaced(
            channels=tuple(
                replace(choice, crops=tuple(crop for crop in choice.crops if crop.sha256 in there))
                for choice in self.channels
            )
        )

    def without(self, channel_id: int) -> "Manuscript":
        """The same, not meant for this channel."""
        return replace(self, channels=tuple(c for c in self.channels if c.channel_id != channel_id))


def said(fields: dict[str, Any], *younger: str) -> dict[str, Any]:
    """
    Without those younger fields that say nothing: what was sealed before they existed keeps its digest.
    """
    return {name: value for name, value in fields.items() if value or name not in younger}
