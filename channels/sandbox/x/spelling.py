"""
X's two spellings: its OpenAPI description (2.167) says post, its prose and what is live say tweet.

Both are told, unless the sandbox is set to one of them, so that a client is tried with either.
"""

from typing import Any

from channels.sandbox.context import store

POST_FOR = {
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "tweets": "posts",
}
TWEET_FOR = {new: old for old, new in POST_FOR.items()}


def spelled(told: Any) -> Any:
    """The same with the names that shall be told."""
    if isinstance(told, list):
        return [spelled(one) for one in told]
    if not isinstance(told, dict):
        return told
    mode = store().setting("x_spelling", "both")
    return {new: spelled(value) for name, value in told.items() for new in _names(name, mode)}


def _names(name: str, mode: str) -> list[str]:
    if name not in POST_FOR:
        return [name]
    return {"tweet": [name], "post": [POST_FOR[name]]}.get(mode, [name, POST_FOR[name]])


def in_tweets(names: set[str]) -> set[str]:
    """What was asked for, in the older spelling."""
    return {TWEET_FOR.get(name, name) for name in names}
