"""What followers see below a post: the account's own thread and comments, and what others say there, the oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.sandbox.store import Account, Store, Thing
from channels.sandbox.x.told import conversation_of

Below = dict[str, list["Said"]]
"""By the post's id."""


@dataclass(frozen=True)
class Said:
    id: str
    name: str
    text: str
    at: float
    is_own: bool


def below(store: Store, account: Account) -> Below:
    found = answers_on_x(store) if account.platform == "x" else comments(store, account)
    said: Below = {}
    for post, one in sorted(found, key=lambda pair: pair[1].at):
        said.setdefault(post, []).append(one)
    return said


def comments(store: Store, account: Account) -> Iterable[tuple[str, Said]]:
    for comment in reversed(store.things(account.platform, "comment", account.id)):
        data = comment.data
        if not data["hidden"]:
            yield data["post"], Said(comment.id, data["name"], data["text"], comment.created, data["own"])


def answers_on_x(store: Store) -> Iterable[tuple[str, Said]]:
    for post in reversed(store.published_by_all("x", "post", since=0, until=store.now())):
        began = conversation_of(post)
        if began == post.id or post.data.get("hidden"):
            continue
        author, first = store.account("x", post.account), store.get("x", "post", began)
        is_own = first is not None and first.account == post.account
        yield began, Said(post.id, author.name if author else "", post.data["text"], post.created, is_own)


def is_below(store: Store, post: Thing) -> bool:
    """An answer whose first post is there: it is shown with that. On X it stays when that is gone."""
    began = conversation_of(post) if post.platform == "x" else post.id
    return began != post.id and store.get("x", "post", began) is not None
