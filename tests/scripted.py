"""
An adapter that does what a test's script says: the whole interface, in memory, with a ledger of what became public.

It stands for the platform in tests of the pipeline. What the real adapters do is proved against the sandbox.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from channels.adapters.base import Adapter, Content, Health, Keep, Limits, Problem, Receipt, Staged, Tokens
from channels.adapters.connector import Account

ADDRESS = "https://example.test/"
Step = Callable[["Scripted", Content, Staged], None]


class Scripted(Adapter):
    """`script` maps `stage`, `commit`, `after_commit`, `find`, `probe` to functions that may raise or look around."""

    platform = "facebook"
    name = "Facebook"
    limits = Limits(
        text=1000, pictures=4, films=1, picture_bytes=None, film_bytes=None, film_seconds=None, alt_text=1000
    )
    absence_proven_after = timedelta(seconds=60)

    script: ClassVar[dict[str, Step]] = {}
    ledger: ClassVar[list[tuple[str, Content]]] = []
    calls: ClassVar[list[str]] = []
    renewals: ClassVar[list[str]] = []
    looked_since: ClassVar[list[datetime]] = []
    removed: ClassVar[list[str]] = []
    health: ClassVar[Health | None] = None
    """What a look at the connection finds; all well if None."""

    @classmethod
    def forget(cls) -> None:
        cls.health = None
        cls.looked_since.clear()
        cls.removed.clear()
        cls.script.clear()
        cls.ledger.clear()
        cls.calls.clear()
        cls.renewals.clear()

    @classmethod
    def check(cls, content: Content) -> Iterator[Problem]:
        if len(content.text) > 1000:
            yield Problem("text_too_long", {"over": len(content.text) - 1000, "limit": 1000})

    @classmethod
    def length(cls, text: str) -> int:
        return len(text)

    def stage(self, content: Content, staged: Staged, keep: Keep) -> None:
        self.calls.append("stage")
        self.play("stage", content, staged)
        if "handle" not in staged:
            staged["handle"] = f"handle-{len(self.calls)}"
            keep(staged)

    def commit(self, content: Content, staged: Staged) -> Receipt:
        self.calls.append("commit")
        self.play("commit", content, staged)
        self.ledger.append((staged["handle"], content))
        self.play("after_commit", content, staged)
        return receipt_of(staged)

    def find(
        self, content: Content, staged: Staged, since: datetime, taken: Collection[str] = ()
    ) -> Receipt | None:
        self.calls.append("find")
        self.looked_since.append(since)
        self.play("find", content, staged)
        is_there = any(handle == staged.get("handle") for handle, _ in self.ledger)
        return receipt_of(staged) if is_there and receipt_of(staged).remote_id not in taken else None

    def read_link(self, url: str) -> str | None:
        return f"post-of-{url.removeprefix(ADDRESS)}" if url.startswith(ADDRESS) else None

    def look_up(self, remote_id: str) -> Receipt | None:
        self.calls.append("look_up")
        self.play("look_up", Content(), Staged())
        receipts = [receipt_of(Staged(handle=handle)) for handle, _ in self.ledger]
        there = [receipt for receipt in receipts if receipt.remote_id not in self.removed]
        return next((receipt for receipt in there if receipt.remote_id == remote_id), None)

    def remove(self, remote_id: str) -> None:
        self.calls.append("remove")
        self.play("remove", Content(), Staged())
        self.removed.append(remote_id)
        self.play("after_remove", Content(), Staged())

    def probe(self) -> Health:
        self.calls.append("probe")
        self.play("probe", Content(), Staged())
        return self.health or Health(Account(self.connection.account_id, "Seko"))

    def play(self, step: str, content: Content, staged: Staged) -> None:
        if action := self.script.get(step):
            action(self, content, staged)

    @classmethod
    def refresh(cls, refresh_token: str, *_rest: Any) -> Tokens:
        cls.renewals.append(refresh_token)
        return Tokens(f"renewed-{len(cls.renewals)}", f"refresh-{len(cls.renewals)}")


def receipt_of(staged: Staged) -> Receipt:
    return Receipt(remote_id=f"post-of-{staged['handle']}", url=f"{ADDRESS}{staged['handle']}")


def raising(*errors: BaseException) -> Step:
    """Raise these one after the other, then let everything through."""
    left = list(errors)

    def play(_adapter: Scripted, _content: Content, _staged: Staged) -> None:
        if left:
            raise left.pop(0)

    return play
