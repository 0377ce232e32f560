"""
What is said under a post or a film, the same for every platform that keeps it apart from posts (Facebook, YouTube).

A comment is a thing of the account whose post it is, so that the account sees all of them. `parent` is the comment
that it answers, "" on the first level; `own` tells what the account itself said.
"""

import secrets
from typing import Any

from channels.sandbox import people
from channels.sandbox.history import facebook_number, folded, snowflake
from channels.sandbox.store import Store, Thing

STRANGER = ("400000000000001", "Kim i publiken")


def say(
    store: Store, on: Thing, author: str, name: str, text: str, *, own: bool = False, id: str = ""
) -> Thing:
    """Say something under a post or film, or under a comment."""
    is_answer = on.kind == "comment"
    post = on.data["post"] if is_answer else on.id
    data = {
        "post": post, "parent": on.id if is_answer else "", "author": author, "name": name, "text": text, "own": own,
        "hidden": False,
    }  # fmt: skip
    return store.put(on.platform, "comment", id or f"{post.rpartition('_')[2]}_{facebook_number(store)}", on.account,
                     data, public_at=store.now())  # fmt: skip


def say_on_youtube(store: Store, on: Thing, author: str, name: str, text: str, *, own: bool = False) -> Thing:
    """The same with an id as on YouTube, where an answer's begins with that of what it answers."""
    id = f"Ug{secrets.token_urlsafe(17)}"
    return say(store, on, author, name, text, own=own, id=f"{on.id}.{id}" if on.kind == "comment" else id)


def say_on_x(store: Store, on: Thing, author: str, name: str, text: str) -> Thing:
    """On X an answer is a post, of another account."""
    answerer = store.account("x", author) or store.add_account(
        "x", author, name, name.replace(" ", "_").lower()
    )
    now = store.now()
    people.describe(store, "x", author, stranger=True)
    began = on.data.get("conversation") or on.id
    data: dict[str, Any] = {
        "text": text, "said": folded(text), "media": [], "reply_to": on.id, "conversation": began
    }  # fmt: skip
    return store.put("x", "post", snowflake(store, now), answerer.id, data, public_at=now, created=now)


def under(store: Store, post: Thing) -> list[Thing]:
    """All that was said under the post, the oldest first."""
    every = store.things(post.platform, "comment", post.account)
    return [comment for comment in reversed(every) if comment.data["post"] == post.id]


def answers(store: Store, on: Thing) -> list[Thing]:
    """The first level under a post, or what was answered to a comment, the oldest first."""
    parent, post = (on.id, on.data["post"]) if on.kind == "comment" else ("", on.id)
    every = store.things(on.platform, "comment", on.account)
    return [one for one in reversed(every) if (one.data["parent"], one.data["post"]) == (parent, post)]


def remove(store: Store, comment: Thing) -> None:
    """A comment goes with the answers to it."""
    for answer in answers(store, comment):
        store.remove(answer)
    store.remove(comment)
