"""How X tells a post and a medium: the fields and expansions that were asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from channels.sandbox import liking, tweet_text
from channels.sandbox.context import base, store
from channels.sandbox.store import Account, Thing
from channels.sandbox.x.spelling import in_tweets, spelled
from channels.sandbox.x.users import as_user, asked

UNCOUNTED = {"retweet_count": 0, "quote_count": 0, "bookmark_count": 0, "impression_count": 0}
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
        "conversation_id": conversation_of(post), "media": post.data["media"], "author": author, "lang": "sv",
    }  # fmt: skip
    if "public_metrics" in asked("tweet.fields") | asked("post.fields"):
        received = {"like_count": liking.likes(post), "reply_count": liking.comments(post)}
        told["public_metrics"] = UNCOUNTED | received
    if urls:
        told["entities"] = {"urls": urls}
    if links:
        told["attachments"] = {"media_keys": list(links)}
    if post.data.get("reply_to"):
        told["referenced_tweets"] = [{"type": "replied_to", "id": post.data["reply_to"]}]
        if answered := store().get("x", "post", post.data["reply_to"]):
            told["in_reply_to_user_id"] = answered.account
    return told


def conversation_of(post: Thing) -> str:
    """The post that began it."""
    began: str = post.data.get("conversation") or post.data.get("reply_to") or post.id
    return began


def key(item: dict[str, Any]) -> str:
    return f"{KEYS[item.get('shape', item['kind'])]}_{item['id']}"


def chosen(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """The posts with the fields and expansions that the query names, under either of the two spellings."""
    fields = in_tweets(asked("tweet.fields") | asked("post.fields")) | {
        "id",
        "text",
        "edit_history_tweet_ids",
    }
    if "attachments.media_keys" in asked("expansions"):
        fields |= {"attachments"}
    fields -= {"media", "author"}  # ours, for `included`
    told: dict[str, Any] = {"data": [{name: post[name] for name in post if name in fields} for post in posts]}
    if includes := included(posts):
        told["includes"] = includes
    named: dict[str, Any] = spelled(told)
    return named


def included(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the expansions name: the media, and each author once."""
    found: dict[str, Any] = {}
    if "attachments.media_keys" in asked("expansions"):
        found["media"] = [as_media(item) for post in posts for item in post["media"]]
    if "author_id" in asked("expansions"):
        authors = {post["author"].id: post["author"] for post in posts}
        found["users"] = [as_user(author) for author in authors.values()]
    if "referenced_tweets.id" in in_tweets_of(asked("expansions")):
        found["tweets"] = list(referenced(posts))
    return {name: items for name, items in found.items() if items}


def in_tweets_of(expansions: set[str]) -> set[str]:
    return {name.replace("referenced_posts", "referenced_tweets") for name in expansions}


def referenced(posts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The posts that these answer, each once."""
    ids = dict.fromkeys(one["id"] for post in posts for one in post.get("referenced_tweets", ()))
    for id in ids:
        if answered := store().get("x", "post", id):
            yield {"id": id, "text": tweet_text.escape(answered.data["text"]), "edit_history_tweet_ids": [id]}


def as_media(item: dict[str, Any]) -> dict[str, Any]:
    kinds = {"picture": "photo", "gif": "animated_gif", "film": "video"}
    told = {"media_key": key(item), "type": kinds[item.get("shape", item["kind"])]}
    extra = {"alt_text": item["alt"], "url": f"{base()}/media/{item['sha256']}"}
    return told | {name: value for name, value in extra.items() if name in asked("media.fields") and value}
