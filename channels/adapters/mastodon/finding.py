"""
Looking for a post among the account's own: with media by the ids of our uploads, which is proof; without, by its words.

Facts: docs.joinmastodon.org, accounts (statuses) and Status; read 2026-11-25.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from channels.adapters.codes import Trouble
from channels.adapters.http import at, items, whole_number
from channels.adapters.mastodon.api import API, moment
from channels.adapters.mastodon.text import plain, tidy
from channels.errors import NotSent

CLOCKS = timedelta(seconds=60)
"""How far the server's clock may be from ours."""
PAGE, PAGES = 40, 100
"""A server gives at most forty at a time."""
OPEN = ("public", "unlisted")
COUNTS = {"likes": "favourites_count", "comments": "replies_count", "shares": "reblogs_count"}

Post = dict[str, Any]


def post_of_id(api: API, id: str) -> Post | None:
    """The post of this id; None if it is gone, or was never there."""
    answer = api.seek(f"v1/statuses/{id}")
    return dict(answer.told) if answer and answer.needed("id") else None


def is_public(post: Post, account: str) -> bool:
    """Whether it is ours, and everybody may see it."""
    return at(post, "account", "id") == account and post.get("visibility") in OPEN


def post_with_media(api: API, account: str, ids: list[str], since: datetime) -> Post | None:
    return next(
        (post for post in posts_since(api, account, since) if not media_ids(post).isdisjoint(ids)), None
    )


def counts_of(post: Post) -> dict[str, int | None]:
    return {name: whole_number(post.get(key)) for name, key in COUNTS.items()}


def media_ids(post: Post) -> set[str]:
    return {str(item.get("id")) for item in items(post, "media_attachments")}


def post_with_words(
    api: API, account: str, words: str, since: datetime, taken: Collection[str], *, answering: str = ""
) -> Post | None:
    """
    The post with exactly these words, and no picture or film, that nobody else holds for theirs: an answer to the post of
    this id, or a post that answers nothing.
    """
    wanted = tidy(words)
    for post in posts_since(api, account, since):
        is_free = (
            stands_there(post, account, answering) and not media_ids(post) and post.get("id") not in taken
        )
        if is_free and tidy(plain(str(post.get("content") or ""))) == wanted:
            return post
    return None


def stands_there(post: Post, account: str, answering: str) -> bool:
    """When what a post answers is deleted, the server forgets its id, and only knows whose it was: ours, in a thread."""
    answered = str(post.get("in_reply_to_id") or "")
    if answering and not answered:
        return str(post.get("in_reply_to_account_id") or "") == account
    return answered == answering


def is_answer(post: Post) -> bool:
    """Also to what is deleted by now: whose it was is all that the server still knows."""
    return bool(post.get("in_reply_to_id") or post.get("in_reply_to_account_id"))


def posts_since(api: API, account: str, since: datetime) -> Iterator[Post]:
    """The account's posts from then on, newest first, all of them: a look that stops early proves nothing."""
    query = {"limit": str(PAGE), "exclude_reblogs": "true"}
    for _ in range(PAGES):
        answer = api.get(f"v1/accounts/{account}/statuses", **query)
        if not isinstance(answer.told, list):
            raise answer.unreadable()
        if not answer.told:
            return
        for post in items({"posts": answer.told}, "posts"):
            created_at = moment(str(post.get("created_at") or ""))
            if created_at is None or not post.get("id"):
                raise answer.unreadable()
            if created_at < since - CLOCKS:
                return
            yield post
            query["max_id"] = str(post["id"])
    raise NotSent(Trouble.UNREADABLE, "the list does not end")
