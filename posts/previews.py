"""What followers will see, channel by channel: made of the very content that the worker sends, so that it cannot lie."""

from bisect import bisect_right
from dataclasses import dataclass, field

from channels.models import Channel
from posts import blockers, content
from posts.blockers import Blocker
from posts.models import Rendition, Version, VersionChannel, VersionMedia

IN_THE_MAKING = "film_in_the_making"


@dataclass(frozen=True)
class Preview:
    """`fits` and `over` are the text, cut where the channel's limit is; `film` the film made of the pictures."""

    channel: Channel
    fits: str
    over: str = ""
    title: str = ""
    link: str = ""
    length: int = 0
    limit: int | None = None
    pictures: list[VersionMedia] = field(default_factory=list)
    film: Rendition | None = None
    blockers: list[Blocker] = field(default_factory=list)

    @property
    def too_many(self) -> int:
        return max(self.length - self.limit, 0) if self.limit else 0

    @property
    def is_ready(self) -> bool:
        return not self.blockers

    @property
    def is_in_the_making(self) -> bool:
        return any(blocker.code == IN_THE_MAKING for blocker in self.blockers)


def of_version(version: Version) -> list[Preview]:
    return [preview(version, choice) for choice in version.chosen_channels.all()]


def preview(version: Version, choice: VersionChannel) -> Preview:
    channel, shown = choice.channel, list(version.shown_media.all())
    words, limits = content.words_for(version, channel), channel.adapter_class.limits
    text = words.description if limits.title else words.text
    room = room_for_text(channel, words.link)
    fits = text if room is None else fitting(channel, text, room)
    return Preview(
        channel=channel,
        fits=fits,
        over=text.removeprefix(fits),
        title=words.title,
        link=words.link,
        length=channel.adapter_class.length(text),
        limit=room,
        pictures=[] if content.needs_film_of_pictures(channel, shown) else shown,
        film=film_of(version, choice) if content.needs_film_of_pictures(channel, shown) else None,
        blockers=list(blockers.of_channel(version, channel)),
    )


def room_for_text(channel: Channel, link: str) -> int | None:
    """How long the text may be, by the platform's own count, once the link has its place."""
    limits = channel.adapter_class.limits
    if limits.text is None:
        return None
    return limits.text - (limits.link_weight + 1 if link and limits.link_weight else 0)


def fitting(channel: Channel, text: str, room: int) -> str:
    """As much of the text as the channel takes."""
    lengths = range(len(text) + 1)
    return text[: bisect_right(lengths, room, key=lambda n: channel.adapter_class.length(text[:n])) - 1]


def film_of(version: Version, choice: VersionChannel) -> Rendition | None:
    return content.rendition_for(version, choice.text or version.text)
