"""
What the log asks the rooms above it: how the things in its lines are called, who may open them, and words for codes.

The log stands lowest and imports nobody. The site hands it the answers when it starts (`seko_social.logged`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Named:
    """`path` is empty where this reader may not open it."""

    name: str
    path: str = ""


class Rooms:
    """What is known without any of them: nothing has a name, and nobody may open anything."""

    def posts(self, numbers: Collection[int], reader: Any) -> dict[int, Named]:
        """Those that the reader may open. The headline of another is content, and not told."""
        return {}

    def kept_from(self, post: int, reader: Any) -> Collection[str]:
        """The verbs of those lines about a post that are none of this reader's business, though they may open it."""
        return ()

    def channels(self, reader: Any) -> dict[int, Named]:
        """All there ever were; they have names for everybody."""
        return {}

    def keeps(self, reader: Any, channel: int) -> bool:
        return False

    def words_for(self, verb: str, fact: str, value: Any) -> str:
        """A code as a person reads it."""
        return str(value)

    def shell(self, request: HttpRequest) -> str:
        """The template around a page that everybody may open."""
        return "desk_page.html"


@dataclass
class Site:
    rooms: Rooms


site = Site(Rooms())
"""Its rooms are set once, when the site starts."""
