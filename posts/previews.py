"""What followers will see, channel by channel: made of the very content that the worker sends, so that it cannot lie."""

from bisect import bisect_right
from dataclasses import dataclass, field

from channels.models import Channel
from posts import blockers, content, renditions
from posts.blockers import Blocker
from posts.models import Rendition, Version, VersionChannel, VersionMedia

IN_THE_MAKING = "film_in_the_making"


@dataclass(frozen=True)
class Preview:
    """`fits` and `over` are the text, cut where the channel's limit is; `film` is shown instead of what was sent in."""

    channel: Channel
    fits: str
    over: str = ""
    title: str = ""
    link: str = ""
    length: int = 0
    limit: int | None = None
    shown: list[VersionMedia] = field(default_factory=list)
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
    renditions.fetch([version])
    return [preview(version, choice) for choice in version.chosen_channels.all()]


def preview(version: Version, choice: VersionChannel) -> Preview:
    channel, ingredients = choice.channel, content.film_needed(version, choice.channel)
    words, limits = content.words_for(version, channel), channel.adapter_class.limits
    text = words.description if limits.title else words.text
    length = channel.adapter_class.length(channel.adapter_class.words(words))
    fits = text if limits.text is None else fitting(channel, text, limits.text - length)
    return Preview(
        channel=channel,
        fits=fits,
        over=text.removeprefix(fits),
        title=words.title,
        link=words.link,
        length=length,
        limit=limits.text,
        shown=[] if ingredients else list(version.shown_media.all()),
        film=content.rendition_of(version, ingredients) if ingredients else None,
        blockers=list(blockers.of_channel(version, channel)),
    )


def fitting(channel: Channel, text: str, room: int) -> str:
    """As much of the text as the channel takes; `room` is what is left, less than nothing when it is too long."""
    if room >= 0:
        return text
    length = channel.adapter_class.length
    most = length(text) + room
    return text[: bisect_right(range(len(text) + 1), most, key=lambda n: length(text[:n])) - 1]
