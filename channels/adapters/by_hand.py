"""By hand: a person copies the text, saves the pictures, publishes them and pastes the address back."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from channels.adapters.base import Adapter, Content, Keep, Limits, Problem, Receipt, Staged
from channels.adapters.codes import Lack, Trouble
from channels.adapters.fitting import with_link
from channels.adapters.links import taken_apart
from channels.errors import Refused


class ByHand(Adapter):
    """Anything that has no adapter of its own. What it takes is for the person to judge."""

    platform = "by_hand"
    name = "För hand"
    limits = Limits(
        text=None,
        pictures=1000,
        films=1000,
        picture_bytes=None,
        film_bytes=None,
        film_seconds=None,
        alt_text=None,
        mixes_pictures_and_film=True,
        can_be_removed=False,
    )
    publishes = False
    absence_proven_after = timedelta(0)

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        if not (content.text.strip() or content.link or content.media):
            yield Problem(Lack.TEXT_MISSING)

    @classmethod
    def length(cls, text: str) -> int:
        return len(text)

    @classmethod
    def words(cls, content: Content) -> str:
        """To be pasted in one go."""
        return with_link(content.text, content.link)

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        raise NotImplementedError("a person publishes it")

    def commit(self, content: Content, staged: Staged) -> Receipt:
        raise NotImplementedError("a person publishes it")

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        raise NotImplementedError("a person knows")

    def read_link(self, url: str) -> str | None:
        """Any address will do, and there is no id to be found in it."""
        return "" if taken_apart(url) else None

    def look_up(self, remote_id: str) -> Receipt | None:
        raise NotImplementedError("a person knows")

    def remove(self, remote_id: str) -> None:
        raise Refused(Trouble.REFUSED, "a person removes it")
