"""
How a person gives us an account on a platform: through the platform's own dialog (OAuth 2.0), or with what the platform
has instead.

A connector makes single calls, keeps nothing and has no words for people; `channels.connecting` leads the person through
it, and seals what comes out. What goes wrong is one of `channels.errors`: `NotSent` and `RateLimited` mean *try the same
step again*, `NotConnected` that a person must do something else, as its code (`codes.Trouble`) says.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Right(StrEnum):
    """What we may do with an account, as a person would say it. Which permissions that takes is the platform's own."""

    PUBLISH = "publish"
    REMOVE = "remove"
    READ = "read"
    """Read our own posts: without it nobody can look whether a post came out."""
    COMMENTS = "comments"
    """Read and answer what the public writes."""
    STATISTICS = "statistics"
    BUSINESSES = "businesses"
    """See what belongs to a business that the person works for."""
    STAY = "stay"
    """Go on when the person is not there."""


@dataclass(frozen=True)
class App:
    """Who we are to a platform: the id and secret that it gave our application."""

    id: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Question:
    """Something that must be known before the person can be asked: a server's address, or a name and an app password."""

    name: str
    is_secret: bool = False
    default: str = ""


@dataclass(frozen=True)
class Grant:
    """What a person has let us do, before any account is chosen. Plain, so that it can be sealed while they choose."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    """When the access token ends (aware); None when it does not."""
    connection_ends_at: datetime | None = None
    """When a person must connect again, whatever we do; None when never, or when the platform does not tell."""
    scopes: tuple[str, ...] = ()
    grantor: str = ""
    """The platform's id of the person who said yes; "" where it does not tell."""
    grantor_name: str = ""
    host: str = ""
    """The server, where the platform is many servers: an address without a stroke at the end."""
    app_id: str = ""
    """Our id there, where each server gives its own (and `app_secret`)."""
    app_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Account:
    """A page, profile or channel that the grant reaches."""

    id: str
    name: str
    handle: str = ""
    url: str = ""
    picture_url: str = ""
    followers: int | None = None
    refusal: str = ""
    """Why it cannot be chosen: a `codes.Trouble` (personal_profile, role_missing, ...); "" when it can."""
    missing: tuple[Right, ...] = ()
    """Rights that the person's role on this account does not give, though the scopes would."""
    access_token: str = field(default="", repr=False)
    """The account's own token, where it has one (a Facebook page); else the grant's is used."""


class Connector(ABC):
    """
    Connects accounts of one platform.

    `needs` are the permissions (scopes) behind each right, in the order in which a person reads them; those in `required`
    are what a channel cannot be without.
    """

    platform: ClassVar[str]
    needs: ClassVar[Mapping[Right, tuple[str, ...]]]
    required: ClassVar[frozenset[Right]] = frozenset({Right.PUBLISH})
    has_app_keys: ClassVar[bool] = True
    """False where no app needs to be registered by hand (each server gives us an id, or none is needed)."""
    has_dialog: ClassVar[bool] = True
    """False where the person answers `questions` and there is no dialog of the platform."""
    questions: ClassVar[tuple[Question, ...]] = ()
    ends_only_this: ClassVar[bool] = False
    """Whether `revoke` ends this one connection alone, and not all that the same person gave us."""

    def __init__(self, app: App, addresses: Mapping[str, str], redirect_uri: str = "") -> None:
        """`redirect_uri` is exact: the platform compares it letter by letter with what was registered."""
        self.app = app
        self.addresses = addresses
        self.redirect_uri = redirect_uri

    @property
    def scopes(self) -> tuple[str, ...]:
        """All that is asked for, each once."""
        return tuple(dict.fromkeys(scope for scopes in self.needs.values() for scope in scopes))

    @classmethod
    def rights(cls, scopes: Iterable[str]) -> tuple[Right, ...]:
        """What these permissions add up to."""
        granted = frozenset(scopes)
        return tuple(right for right, needed in cls.needs.items() if granted.issuperset(needed))

    @abstractmethod
    def dialog(
        self, state: str, verifier: str, *, again: bool = False, answers: Mapping[str, str] | None = None
    ) -> str:
        """The address of the platform's dialog. `again`: ask also for what was declined, and for a new lasting token."""

    @abstractmethod
    def exchange(self, code: str, verifier: str, answers: Mapping[str, str] | None = None) -> Grant:
        """The grant for the code that came back with the person. Works once."""

    def sign_in(self, answers: Mapping[str, str]) -> Grant:
        """The grant for the answers alone, where there is no dialog."""
        raise NotImplementedError(f"{self.platform} has a dialog")

    @abstractmethod
    def accounts(self, grant: Grant) -> list[Account]:
        """All that the grant reaches, those too that cannot be chosen, with the reason."""

    @abstractmethod
    def revoke(self, secrets: Mapping[str, str]) -> None:
        """Tell the platform that we are done. What is ended already is a success."""
