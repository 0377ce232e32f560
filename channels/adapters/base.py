"""
What an adapter is: the little that the pipeline knows about a platform.

An adapter does exactly one attempt. It never retries, never sleeps, never touches the database and has no
words for people. Content goes in; a receipt or one of `channels.errors` comes out.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO, ClassVar

from channels.adapters.connector import Account


class Kind(StrEnum):
    """What a piece of media is. Decided by its content when it was received."""

    PICTURE = "picture"
    FILM = "film"


class Privacy(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


@dataclass(frozen=True)
class Media:
    """One sanitised picture (JPEG) or film (MP4, H.264 and AAC).

    `open` gives a fresh binary file each time. Sizes are pixels, bytes and seconds.
    """

    kind: Kind
    sha256: str
    size: int
    open: Callable[[], BinaryIO] = field(repr=False, compare=False)
    alt_text: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    subtitles: str = ""
    """A film's, as SRT, in the language of our posts. For platforms that take them (`Limits.subtitles`)."""

    @property
    def content_type(self) -> str:
        return "image/jpeg" if self.kind is Kind.PICTURE else "video/mp4"

    @property
    def file_name(self) -> str:
        return f"{self.sha256[:16]}.{'jpg' if self.kind is Kind.PICTURE else 'mp4'}"


@dataclass(frozen=True)
class Content:
    """Everything the public will see of one post on one channel."""

    text: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    privacy: Privacy = Privacy.PUBLIC
    reply_to: str = ""
    """The remote id of what this answers, or stands under; empty for a post of its own."""
    is_comment: bool = False
    """It is said under a post, and is none itself."""
    thumbnail: Media | None = None
    """The picture that is seen before the film is played; None leaves the choice to the platform."""

    @property
    def files(self) -> tuple[Media, ...]:
        """All that is read and sent."""
        return (*self.media, self.thumbnail) if self.thumbnail else self.media

    @property
    def pictures(self) -> tuple[Media, ...]:
        return tuple(item for item in self.media if item.kind is Kind.PICTURE)

    @property
    def films(self) -> tuple[Media, ...]:
        return tuple(item for item in self.media if item.kind is Kind.FILM)


class Staged(dict[str, Any]):
    """The handles a platform gave while we staged: plain JSON, saved each time one is got.

    Keys are the adapter's own. They are enough to go on after a crash, and to look whether a commit went through.
    """


Keep = Callable[[Staged], None]
"""Saves the handles now and renews the lease; raises (and so ends the attempt) if the lease was lost."""


@dataclass(frozen=True)
class Receipt:
    """Proof from the platform that the post exists."""

    remote_id: str
    url: str


@dataclass(frozen=True)
class Listed:
    """One post in the account's own public list, whoever made it there."""

    remote_id: str
    url: str
    at: datetime
    text: str = ""
    link: str = ""
    """What it leads to, where the platform has a field for it."""
    has_media: bool = False
    also: frozenset[str] = frozenset()
    """Other ids that the same post may be known by: of its film, of its photos."""


@dataclass(frozen=True)
class Reactions:
    """How a post was received, in numbers. None where the platform does not tell, or does not tell us."""

    likes: int | None = None
    """Of every kind that the platform has."""
    comments: int | None = None
    shares: int | None = None
    views: int | None = None


@dataclass(frozen=True)
class Problem:
    """Why a channel would not take this content. `code` is a `codes.Lack`; `facts` fill the page's sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class Card(StrEnum):
    """When a platform shows what a linked page says of itself."""

    ALONE = "alone"
    """Only where no picture and no film stands in its place."""


@dataclass(frozen=True)
class Limits:
    """What a platform takes, as data: the composer, the preview and the checks read the same.

    None means that the platform has no such limit (or no such thing: then the maximum is 0).
    """

    text: int | None
    pictures: int
    films: int
    picture_bytes: int | None
    film_bytes: int | None
    film_seconds: int | None
    alt_text: int | None
    film_box: tuple[int, int] | None = None
    """The largest frame, in pixels, held either way; a larger film is made smaller for this platform."""
    needs_media: bool = False
    mixes_pictures_and_film: bool = False
    title: int | None = None
    description_bytes: int | None = None
    forbidden: str = ""
    """Characters that neither title nor description may have."""
    link_weight: int | None = None
    """How much of the text a link takes, the space before it not counted, where the platform has no field for links."""
    tags: int | None = None
    """All tags together, by the platform's own count (`Adapter.tags_length`)."""
    subtitles: bool = False
    """Takes a film's subtitles as a file."""
    thumbnail: bool = False
    """Takes a picture that is seen before a film is played."""
    card: "Card | None" = None
    """When followers see a preview of a link; None: never."""
    thread: int = 0
    """How many texts may follow the first, each as an answer to the one before."""
    first_comment: int = 0
    """How long a comment under the account's own post may be."""
    shapes: tuple[str, ...] = ()
    """What a feed shows of a picture without cutting it, wide to high, the best first. Nothing forces it."""
    can_be_removed: bool = True
    """False where only a person can take a post away again."""


@dataclass(frozen=True)
class Connection:
    """What a channel proves itself with. Never printed."""

    account_id: str
    access_token: str = field(repr=False)
    app_id: str = ""
    app_secret: str = field(default="", repr=False)
    handle: str = ""
    """The account's public name in addresses (X: the name after the @)."""
    revision: str = ""
    """Which credential this is: another one each time that it is renewed or connected anew."""
    host: str = ""
    """The account's server, where the platform is many: an address without a stroke at the end."""


@dataclass(frozen=True)
class Rest:
    """How long the platform wants to be left alone, and whether by the whole app or only on this channel."""

    until: datetime
    whole_app: bool = False


@dataclass(frozen=True)
class Tokens:
    """A renewed credential. `refresh_token` is empty when the platform keeps the old one."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """Something about a connection that a person should know, though it works. `code` is a `codes.Worry`."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON."""


@dataclass(frozen=True)
class Health:
    """What a look at the connection found. That it failed is raised, not told here."""

    account: Account
    """The account as the platform knows it now."""
    scopes: tuple[str, ...] | None = None
    """The permissions that we have; None where the platform does not tell."""
    connection_ends_at: datetime | None = None
    """When a person must connect again; None when never, or when the platform does not tell."""
    findings: tuple[Finding, ...] = ()


class Adapter(ABC):
    """Publishes content to one platform.

    An adapter does exactly one attempt: it never retries, sleeps or touches the
    database. Everything that goes wrong is one of `channels.errors`.
    """

    platform: ClassVar[str]
    name: ClassVar[str]
    """The platform's name in plain words, the same in every language."""
    limits: ClassVar[Limits]
    publishes: ClassVar[bool] = True
    """False where a person publishes by hand."""
    has_privacy: ClassVar[bool] = False
    """True where what is published may be for some people only."""
    names_photographer: ClassVar[bool] = True
    """False where the text is too short for it."""
    makes_film_of_pictures: ClassVar[bool] = False
    """True where pictures can only be shown as a film made from them."""
    lists_posts: ClassVar[bool] = False
    """True where the account's own posts can be read (`recent`)."""
    lists_again_after: ClassVar[timedelta] = timedelta(hours=1)
    """How often that is worth what it costs."""
    lists_back: ClassVar[timedelta] = timedelta(days=7)
    """How far back it is read each time, to notice what was taken away; nothing where each post costs money."""
    tells_again_after: ClassVar[timedelta | None] = None
    """How often it is worth what it costs to ask how posts were received (`reactions`); None where nobody tells."""
    absence_proven_after: ClassVar[timedelta]
    """How long after the commit call a look that finds nothing proves that nothing is there."""
    trial_kind: ClassVar[Kind] = Kind.PICTURE
    """What a trial run sends."""
    look_after: ClassVar[tuple[timedelta, ...]] = (timedelta(0), timedelta(seconds=15), timedelta(seconds=60))
    """When to look after an unconfirmed commit, counted from the call."""

    def __init__(self, connection: Connection, addresses: Mapping[str, str]) -> None:
        """`addresses` are the base addresses by their setting's name, without trailing slash."""
        self.connection = connection
        self.addresses = addresses
        self.rests: list[Rest] = []
        """What answers, good ones too, told about limits that are reached. To be honoured after each call."""

    @classmethod
    @abstractmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        """What the platform would refuse, before anything is sent; from the same limits."""

    @classmethod
    @abstractmethod
    def length(cls, text: str) -> int:
        """The length of a text by the platform's own rule."""

    @classmethod
    def tags_length(cls, tags: tuple[str, ...]) -> int:
        """The length of all tags by the platform's own rule, where it has tags (`Limits.tags`)."""
        return sum(map(len, tags))

    @classmethod
    def words(cls, content: Content) -> str:
        """The text as it is sent: with the link in it where the platform has no field for one."""
        return content.text

    @abstractmethod
    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        """Do everything that is invisible to the public, going on from `staged`; `keep` each handle when it is got.

        Raises NotReady while the platform is still processing. Calling again with the same handles
        neither repeats what is done nor makes anything public.
        """

    @abstractmethod
    def commit(self, content: Content, staged: Staged) -> Receipt:
        """Make the staged content public with one call, or raise a `ChannelError`."""

    @abstractmethod
    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        """Look whether a commit made at `since` (aware) or later went through. None: not seen.

        `taken` are the remote ids that are proof for others already: the same words may be said twice.

        Raises NotSent, RateLimited or NotConnected when one could not look at all.
        """

    @abstractmethod
    def read_link(self, url: str) -> str | None:
        """The remote id in the address of a post of this account. Asks nobody.

        None if it is no address of a post on this platform, or tells that it is somebody else's. "" if it may well be
        one, and has no id in it that could be read.
        """

    def read_comment_link(self, url: str, under: str) -> str | None:
        """The same for the address of a comment under the post with this remote id."""
        return None

    @abstractmethod
    def look_up(self, remote_id: str) -> Receipt | None:
        """What the platform has under this id, if it is ours and public; else None.

        The receipt may name another id: the address of a photo leads to the post that shows it.

        Raises what `find` raises.
        """

    def recent(self, since: datetime) -> Iterator[Listed]:
        """
        The account's public posts from then on (aware), newest first, all of them; answers to others are none. Raises
        what `find` raises.
        """
        raise NotImplementedError(f"{self.platform} lists no posts")

    def reactions(self, remote_ids: Collection[str], since: datetime) -> dict[str, Reactions]:
        """
        How these posts of ours, all of them made from then on (aware), were received; without those that are gone. As few
        calls as the platform lets us make. Raises what `find` raises.
        """
        raise NotImplementedError(f"{self.platform} tells of no reactions")

    @abstractmethod
    def remove(self, remote_id: str) -> None:
        """Take the post away again. May be repeated: what is gone already is a success.

        Raises Refused when it cannot be done by API, NotSent when it is unclear: then it is done once more.
        """

    def probe(self) -> Health:
        """
        Look whether the connection works: the token, the right account, the permissions, the role, quota or credit, the
        clock. Changes nothing and costs next to nothing.

        Raises NotConnected or OutOfCredit when a person must act; NotSent or RateLimited when one could not look.
        """
        raise NotImplementedError(f"{self.platform} has no connection")

    def try_out(self, media: Media) -> None:
        """
        Do what publishing does, up to where the public would see it, and take it away again. `media` is of `trial_kind`.

        Raises what `stage` and `remove` raise.
        """
        raise NotImplementedError(f"{self.platform} has no connection")

    def fingerprint(self, content: Content, staged: Staged) -> str:
        """The commit call in one line for the attempt's record, without secrets."""
        return f"{self.platform} text={len(content.text)} media={len(content.media)}"

    @classmethod
    def refresh(cls, refresh_token: str, connection: Connection, addresses: Mapping[str, str]) -> Tokens:
        """Renew an access token; NotConnected when the platform says no, Unconfirmed when it is unclear."""
        raise NotImplementedError(f"{cls.platform} has no refresh")
