"""
Looking for a post in the account's timeline: with media by its media key, which is proof; without, by its very text.

Facts: X, Timelines, Posts lookup, Metrics and Media object pages, read 2026-11-22. The names of fields are changing:
`tweet` becomes `post` in them, so both are read. Texts come back with t.co links, three marks escaped and the media's own
link at the end.
"""

import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters.codes import Trouble
from channels.adapters.http import added, at, items
from channels.adapters.written_links import links
from channels.adapters.x.api import API
from channels.errors import NotSent

CLOCKS = timedelta(seconds=60)
"""How far X's clock may be from ours."""
PAGE, PAGES = 100, 32
"""X gives at most a hundred at a time and remembers the newest 3,200."""
QUERY = {
    "exclude": "retweets",
    "max_results": str(PAGE),
    "tweet.fields": "created_at,attachments,entities,text,note_tweet,referenced_tweets",
    "expansions": "attachments.media_keys",
}

METRICS = {
    "likes": ("like_count",),
    "comments": ("reply_count",),
    "shares": ("retweet_count", "repost_count", "quote_count"),
    "views": ("impression_count",),
}
"""By X's names; a repost was a retweet."""

Post = dict[str, Any]


def post_of_id(api: API, id: str) -> Post | None:
    """The post of this id; None if it is gone, or not for everybody."""
    answer = api.seek(f"tweets/{id}", **{"tweet.fields": "author_id"})
    return dict(answer.told["data"]) if answer and answer.needed("data", "id") else None


def metrics_of(api: API, ids: list[str]) -> Iterator[tuple[str, dict[str, int | None]]]:
    """What everybody sees below each post. A post that is gone is among the errors of a good answer."""
    for first in range(0, len(ids), PAGE):
        query = {"ids": ",".join(ids[first : first + PAGE]), "tweet.fields": "public_metrics"}
        answer = api.seek("tweets", **query)
        for post in answer.items("data") if answer else ():
            told = post.get("public_metrics")
            yield (
                str(post.get("id")),
                {name: added(at(told, part) for part in parts) for name, parts in METRICS.items()},
            )


def post_with_media(api: API, ids: list[str], since: datetime) -> Post | None:
    """The post that shows our upload. A media key is its type, an underscore, and the id that we were given."""
    return next((post for post in posts_since(api, since) if keys_end_with(post, ids)), None)


def keys_end_with(post: Post, ids: list[str]) -> bool:
    return any(key.rpartition("_")[2] in ids for key in media_keys(post))


def media_keys(post: Post) -> list[str]:
    keys = at(post, "attachments", "media_keys")
    return [str(key) for key in keys] if isinstance(keys, list) else []


def post_with_words(
    api: API, words: str, since: datetime, taken: Collection[str], *, answering: str = ""
) -> Post | None:
    """
    The post with exactly these words, and no picture or film, that nobody else holds for theirs: an answer to the post of
    this id, or a post that answers nothing.
    """
    wanted = tidy(with_whole_links(words))
    found = (post for post in posts_since(api, since) if not media_keys(post) and post.get("id") not in taken)
    said = (post for post in found if answered_by(post) == answering)
    return next((post for post in said if wanted in heard_as(api, spoken(post))), None)


def moment_of(post: Post) -> datetime | None:
    try:
        return datetime.fromisoformat(str(post.get("created_at")))
    except ValueError:
        return None


def answered_by(post: Post) -> str:
    """The id of the post that this one answers; "" where it answers none."""
    others = [*items(post, "referenced_tweets"), *items(post, "referenced_posts")]
    return next((str(other.get("id")) for other in others if other.get("type") == "replied_to"), "")


def heard_as(api: API, text: str) -> tuple[str, ...]:
    """
    What may have been written. X may put the name of whom a post answers before its words, also when that is the account
    itself; and somebody may have begun with that name.
    """
    name, told = f"@{api.connection.handle} ", tidy(text)
    is_named = api.connection.handle and told.casefold().startswith(name.casefold())
    return (told, told[len(name) :]) if is_named else (told,)


def spoken(post: Post) -> str:
    """The text as it was written: every short link put back to the address that it stands for."""
    told = post.get("note_tweet") or post.get("note_post") or post
    text = html.unescape(str(at(told, "text") or ""))
    for link in items(told, "entities", "urls"):
        if link.get("url") and link.get("expanded_url"):
            text = text.replace(str(link["url"]), str(link["expanded_url"]))
    return with_whole_links(text)


def with_whole_links(text: str) -> str:
    """Every link in the same form: X adds a scheme where there is none, and may add a last stroke."""
    text = unicodedata.normalize("NFC", text)
    told, at = "", 0
    for first, last in links(text):
        told += text[at:first] + re.sub(r"^https?://|/$", "", text[first:last], flags=re.IGNORECASE)
        at = last
    return told + text[at:]


def tidy(text: str) -> str:
    return " ".join(text.split())


def posts_since(api: API, since: datetime) -> Iterator[Post]:
    """The account's posts from then on, newest first, all of them: a look that stops early proves nothing."""
    path = f"users/{api.connection.account_id}/tweets"
    query = QUERY | {"start_time": (since - CLOCKS).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    for _ in range(PAGES):
        answer = api.get(path, **query)
        yield from answer.items("data")
        if not answer.at("meta", "next_token"):
            return
        query["pagination_token"] = answer.needed("meta", "next_token")
    raise NotSent(Trouble.UNREADABLE, "the timeline does not end")
