"""What followers will see, channel by channel: made of the very content that the worker sends, so that it cannot lie."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.adapters.base import Card
from channels.models import Channel
from posts import blockers, content, link_cards, renditions, subtitles
from posts.blockers import Blocker
from posts.models import LinkCard, Media, Rendition, Version, VersionChannel

FILM_IN_THE_MAKING, PICTURE_IN_THE_MAKING = "film_in_the_making", "picture_in_the_making"


@dataclass(frozen=True)
class Shown:
    """One that was sent in; `rendition` is the picture that is made of it, which the channel's followers see instead."""

    media: Media
    alt_text: str
    rendition: Rendition | None = None
    is_cropped: bool = False
    """For this channel."""

    @property
    def file(self) -> Media | Rendition:
        """What is sent."""
        return self.rendition or self.media


@dataclass(frozen=True)
class Following:
    """A text that comes out after the post: an answer in its thread, or the first comment."""

    number: int
    fits: str
    over: str
    length: int
    limit: int
    is_comment: bool = False

    @property
    def too_many(self) -> int:
        return max(self.length - self.limit, 0)


@dataclass(frozen=True)
class Preview:
    """
    `fits` and `over` are the text, cut where the channel's limit is; `film` is shown instead of what was sent in. What is
    still in the making is not `shown`.
    """

    channel: Channel
    fits: str
    over: str = ""
    title: str = ""
    link: str = ""
    length: int = 0
    limit: int | None = None
    shown: list[Shown] = field(default_factory=list)
    film: Rendition | None = None
    blockers: list[Blocker] = field(default_factory=list)
    tags: tuple[str, ...] = ()
    card: LinkCard | None = None
    """What the platform shows of the link, about."""
    thumbnail: Media | None = None
    captions: int = 0
    """How many of the film's subtitles come along."""
    leaves_subtitles: bool = False
    """There is a file of them, and the channel takes none."""
    version: Version | None = None
    following: list[Following] = field(default_factory=list)

    @property
    def in_all(self) -> int:
        """How many texts it is, the post itself counted."""
        return 1 + len(self.following)

    @property
    def too_many(self) -> int:
        return max(self.length - self.limit, 0) if self.limit else 0

    @property
    def takes_crops(self) -> bool:
        return content.may_crop(self.channel)

    @property
    def is_ready(self) -> bool:
        return not self.blockers

    @property
    def is_in_the_making(self) -> bool:
        return self.is_film_in_the_making or self.is_picture_in_the_making

    @property
    def awaits_card(self) -> bool:
        return self.card is not None and self.card.is_waiting

    @property
    def is_film_in_the_making(self) -> bool:
        return self.is_blocked_by(FILM_IN_THE_MAKING)

    @property
    def is_picture_in_the_making(self) -> bool:
        return self.is_blocked_by(PICTURE_IN_THE_MAKING)

    def is_blocked_by(self, code: str) -> bool:
        return any(blocker.code == code for blocker in self.blockers)


def of_version(version: Version) -> list[Preview]:
    """None of a version with a picture whose files are gone: it is shown nowhere any more."""
    if any(media.is_purged for media in version.media):
        return []
    renditions.fetch([version])
    card = link_cards.known(version.link)
    return [preview(version, choice, card) for choice in version.chosen_channels.all()]


def preview(version: Version, choice: VersionChannel, card: LinkCard | None = None) -> Preview:
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
        shown=[] if ingredients else list(shown_on(version, choice)),
        film=content.rendition_of(version, ingredients) if ingredients else None,
        blockers=list(blockers.of_channel(version, channel)),
        tags=words.tags if limits.tags else (),
        card=card if shows_card(version, channel) else None,
        thumbnail=thumbnail(version, choice),
        captions=subtitles.count(content.subtitles_of(version)) if limits.subtitles else 0,
        leaves_subtitles=bool(content.subtitles_of(version)) and not limits.subtitles,
        version=version,
        following=list(following(version, channel)),
    )


def following(version: Version, channel: Channel) -> Iterator[Following]:
    adapter = channel.adapter_class
    for number, text in enumerate(content.following(version, channel), 2):
        limit = (adapter.limits.first_comment if text.is_comment else adapter.limits.text) or 0
        length = adapter.length(text.text)
        fits = fitting(channel, text.text, limit - length)
        yield Following(number, fits, text.text.removeprefix(fits), length, limit, text.is_comment)


def shows_card(version: Version, channel: Channel) -> bool:
    return channel.adapter_class.limits.card is Card.ALONE and not version.shown_media.all()


def thumbnail(version: Version, choice: VersionChannel) -> Media | None:
    if not choice.thumbnail or not choice.channel.adapter_class.limits.thumbnail:
        return None
    return next((still for still in content.stills(version) if still.sha256 == choice.thumbnail), None)


def shown_on(version: Version, choice: VersionChannel) -> Iterator[Shown]:
    for item in version.shown_media.all():
        ingredients = content.picture_needed(item.media, choice)
        rendition = content.rendition_of(version, ingredients) if ingredients else None
        if ingredients is None or (rendition and rendition.is_ready):
            yield Shown(item.media, item.alt_text, rendition, bool(content.crop_of(choice, item.media)))


def fitting(channel: Channel, text: str, room: int) -> str:
    """As much of the text as the channel takes; `room` is what is left, less than nothing when it is too long."""
    if room >= 0:
        return text
    length = channel.adapter_class.length
    most = length(text) + room
    return text[: bisect_right(range(len(text) + 1), most, key=lambda n: length(text[:n])) - 1]
