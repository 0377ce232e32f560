"""What followers see below a post: the account's own thread and comments, and what others say there, the oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.sandbox.store import Account, Store, Thing
from channels.sandbox.x.told import conversation_of

AS_POSTS = ("x", "mastodon", "bluesky")
"""Where an answer is a post of its own."""
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
    found = answers(store, account.platform) if account.platform in AS_POSTS else comments(store, account)
    said: Below = {}
    for post, one in sorted(found, key=lambda pair: pair[1].at):
        said.setdefault(post, []).append(one)
    return said


def comments(store: Store, account: Account) -> Iterable[tuple[str, Said]]:
    for comment in reversed(store.things(account.platform, "comment", account.id)):
        data = comment.data
        if not data["hidden"]:
            yield data["post"], Said(comment.id, data["name"], data["text"], comment.created, data["own"])


def answers(store: Store, platform: str) -> Iterable[tuple[str, Said]]:
    for post in reversed(store.published_by_all(platform, "post", since=0, until=store.now())):
        began = beginning_of(store, post)
        if began == post.id or post.data.get("hidden"):
            continue
        author, first = store.account(platform, post.account), store.get(platform, "post", began)
        is_own = first is not None and first.account == post.account
        yield began, Said(post.id, author.name if author else "", post.data["text"], post.created, is_own)


def is_below(store: Store, post: Thing) -> bool:
    """An answer whose first post is there: it is shown with that. It stays when that is gone."""
    began = beginning_of(store, post)
    return began != post.id and store.get(post.platform, "post", began) is not None


def beginning_of(store: Store, post: Thing) -> str:
    """The id of the post that began the thread."""
    if post.platform == "x":
        return conversation_of(post)
    if post.platform == "bluesky":
        root = post.data["record"].get("reply", {}).get("root", {}).get("uri", "")
        return f"{post.account} {root.rpartition('/')[2]}" if root else post.id
    answered = store.get(post.platform, "post", post.data.get("reply_to") or "")
    return beginning_of(store, answered) if answered else post.data.get("reply_to") or post.id
