"""
The account's own posts, out of its repository: newest key first; and how they were received.

A record's key tells when it was begun (TID), in the order of the list; when it was published it says itself, and may say
what it likes. As Bluesky does, we take the earlier of the two.

Facts: lexicons com.atproto.repo.listRecords, app.bsky.feed.post (whose key is a TID) and app.bsky.embed.*; docs.bsky.app,
Timestamps. Read 2026-11-26. Lexicon app.bsky.feed.getPosts, read 2026-11-22: what a server does not know itself it asks
the network's view for, which leaves out what is gone.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from channels.adapters.bluesky.api import API
from channels.adapters.bluesky.records import COLLECTION, KEY, LETTERS, Record
from channels.adapters.codes import Trouble
from channels.adapters.http import added, at, items
from channels.errors import NotSent

PAGE, PAGES = 100, 100
"""A server gives at most a hundred at a time."""
ASKED_AT_ONCE = 25
COUNTS = {
    "likes": ("likeCount",),
    "comments": ("replyCount",),
    "shares": ("repostCount", "quoteCount"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWING = {"app.bsky.embed.images", "app.bsky.embed.video", "app.bsky.embed.recordWithMedia"}


def posts_since(api: API, repo: str, since: datetime) -> Iterator[tuple[str, Record]]:
    """Every post whose key is from then on, with its key."""
    query = {"repo": repo, "collection": COLLECTION, "limit": str(PAGE)}
    for _ in range(PAGES):
        answer = api.ask("com.atproto.repo.listRecords", **query)
        if not isinstance(answer.at("records"), list):
            raise answer.unreadable()
        for told in answer.items("records"):
            key = str(told.get("uri") or "").rpartition("/")[2]
            if not KEY.fullmatch(key):
                continue
            if begun(key) < since:
                return
            yield key, at(told, "value") or {}
        if not (cursor := answer.at("cursor")):
            return
        query["cursor"] = str(cursor)
    raise NotSent(Trouble.UNREADABLE, "the list does not end")


def counts_of(api: API, repo: str, keys: list[str]) -> Iterator[tuple[str, dict[str, int | None]]]:
    for first in range(0, len(keys), ASKED_AT_ONCE):
        uris = [f"at://{repo}/{COLLECTION}/{key}" for key in keys[first : first + ASKED_AT_ONCE]]
        answer = api.ask("app.bsky.feed.getPosts", uris=uris)
        if not isinstance(answer.at("posts"), list):
            raise answer.unreadable()
        for post in answer.items("posts"):
            key = str(post.get("uri") or "").rpartition("/")[2]
            yield key, {name: added(post.get(part) for part in parts) for name, parts in COUNTS.items()}


def begun(key: str) -> datetime:
    number = 0
    for letter in key:
        number = number << 5 | LETTERS.index(letter)
    return EPOCH + timedelta(microseconds=number >> 10)


def published(key: str, record: Record) -> datetime:
    try:
        said = datetime.fromisoformat(str(record.get("createdAt") or ""))
    except ValueError:
        return begun(key)
    return min(begun(key), said if said.tzinfo else said.replace(tzinfo=UTC))


def is_answer(record: Record) -> bool:
    return record.get("reply") is not None


def shows_something(record: Record) -> bool:
    return at(record, "embed", "$type") in SHOWING


def link(record: Record) -> str:
    """Of the card below the words; else the first that is marked in them, for there only some of it may stand."""
    if card := at(record, "embed", "external", "uri"):
        return str(card)
    marks = (mark for facet in items(record, "facets") for mark in items(facet, "features"))
    return next((str(mark["uri"]) for mark in marks if mark.get("uri")), "")
