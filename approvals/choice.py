"""What of the queue somebody wants to see: carried in the address, from page to page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.utils.dateparse import parse_datetime

from accounts.paging import LONGEST_NUMBER
from approvals.models import Claim
from posts.models import Post, PostQuerySet, VersionChannel

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Choice:
    """`is_mine`: what one looks at, or was given. `is_asked`: what is back with whoever sent it in."""

    channel: int | None = None
    category: int | None = None
    region: str = ""
    is_mine: bool = False
    is_asked: bool = False

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Self:
        """Anything that is no choice is none: an address is typed, shortened and passed on."""
        return cls(
            channel=number_in(address, "kanal"),
            category=number_in(address, "kategori"),
            region=address.get("region", "").replace("\x00", "")[:80],
            is_mine="mina" in address,
            is_asked="andras" in address,
        )

    @property
    def fields(self) -> dict[str, str]:
        given = {"kanal": self.channel, "kategori": self.category, "region": self.region}
        ticked = {"mina": self.is_mine, "andras": self.is_asked}
        found = {name: str(value) for name, value in given.items() if value}
        return found | {name: "1" for name, is_ticked in ticked.items() if is_ticked}

    @property
    def keep(self) -> str:
        """What an address ends with, so that the next page shows the same of the queue."""
        return f"?{urlencode(self.fields)}" if self.fields else ""

    @property
    def also(self) -> str:
        """The same, where the address has asked for something already."""
        return f"&{urlencode(self.fields)}" if self.fields else ""

    def narrow(self, reader: "User", now: datetime) -> PostQuerySet:
        posts = Post.objects.asked_to_change() if self.is_asked else Post.objects.awaiting_review()
        if self.channel:
            meant = VersionChannel.objects.filter(version=OuterRef("current_version"), channel=self.channel)
            posts = posts.filter(Exists(meant))
        if self.category:
            posts = posts.filter(category=self.category)
        if self.region:
            posts = posts.filter(author__region=self.region)
        if self.is_mine:
            posts = posts.filter(pk__in=Claim.objects.live(now).filter(by=reader).values("post"))
        return posts


def number_in(address: Mapping[str, str], name: str) -> int | None:
    return number_from(address.get(name, ""))


def number_from(said: str) -> int | None:
    """None for what is none, and for what no row has as its number."""
    return int(said) if said.isdecimal() and len(said) <= LONGEST_NUMBER else None


def moment_from(said: str) -> datetime | None:
    """None for what is none, and for the two years in which some clock on earth is beyond what can be counted."""
    try:
        found = parse_datetime(said)
    except ValueError:
        return None
    return found if found and found.tzinfo and MINYEAR < found.year < MAXYEAR else None
