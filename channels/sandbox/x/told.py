"""How X tells a post and a medium: the fields and expansions that were asked for."""

from datetime import UTC, datetime
from typing import Any

from channels.sandbox import tweet_text
from channels.sandbox.context import base
from channels.sandbox.store import Account, Thing
from channels.sandbox.x.users import as_user, asked

KEYS = {"picture": "3", "gif": "16", "film": "13"}


def as_post(post: Thing, author: Account) -> dict[str, Any]:
    """Everything X can tell about a post; `chosen` picks what was asked for."""
    page = f"{base()}/sidor/x/{author.handle}/status/{post.id}"
    kinds = {"picture": "photo", "film": "video"}
    links = {
        key(item): f"{page}/{kinds[item['kind']]}/{n}" for n, item in enumerate(post.data["media"], start=1)
    }  # fmt: skip
    text, urls = tweet_text.shorten(post.data["text"], post.id, links)
    told: dict[str, Any] = {
        "id": post.id, "text": tweet_text.escape(text), "edit_history_tweet_ids": [post.id], "author_id": author.id,
        "created_at": datetime.fromtimestamp(post.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "conversation_id": post.data.get("reply_to") or post.id, "media": post.data["media"], "author": author,
        "lang": "sv",
    }  # fmt: skip
    if urls:
        told["entities"] = {"urls": urls}
    if links:
        told["attachments"] = {"media_keys": list(links)}
    if post.data.get("reply_to"):
        told["referenced_tweets"] = [{"type": "replied_to", "id": post.data["reply_to"]}]
    return told


def key(item: dict[str, Any]) -> str:
    return f"{KEYS[item.get('shape', item['kind'])]}_{item['id']}"


def chosen(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """The posts with the fields and expansions that the query names, under either of the two spellings."""
    fields = asked("tweet.fields") | asked("post.fields") | {"id", "text", "edit_history_tweet_ids"}
    if "attachments.media_keys" in asked("expansions"):
        fields |= {"attachments"}
    fields -= {"media", "author"}  # ours, for `included`
    told: dict[str, Any] = {"data": [{name: post[name] for name in post if name in fields} for post in posts]}
    if includes := included(posts):
        told["includes"] = includes
    return told


def included(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the expansions name: the media, and each author once."""
    found: dict[str, Any] = {}
    if "attachments.media_keys" in asked("expansions"):
        found["media"] = [as_media(item) for post in posts for item in post["media"]]
    if "author_id" in asked("expansions"):
        authors = {post["author"].id: post["author"] for post in posts}
        found["users"] = [as_user(author) for author in authors.values()]
    return {name: items for name, items in found.items() if items}


def as_media(item: dict[str, Any]) -> dict[str, Any]:
    kinds = {"picture": "photo", "gif": "animated_gif", "film": "video"}
    told = {"media_key": key(item), "type": kinds[item.get("shape", item["kind"])]}
    extra = {"alt_text": item["alt"], "url": f"{base()}/media/{item['sha256']}"}
    return told | {name: value for name, value in extra.items() if name in asked("media.fields") and value}
