"""
What the page itself says under its post. Nothing can be made ready: a comment is found by its words, under that post.

Facts: Meta, Object comments and Comment references for v26.0, read 2026-11-22. A comment goes with its post.
"""

from collections.abc import Collection
from datetime import datetime

from channels.adapters.codes import Trouble
from channels.adapters.facebook.finding import CLOCKS, Post, epoch, is_by_us, is_new, same_words
from channels.adapters.facebook.graph import GONE, PAGE, PAGES, Graph
from channels.adapters.http import Answer, at
from channels.errors import NotConnected, Refused, Unconfirmed


def say(graph: Graph, under: str, words: str) -> Answer:
    """
    That we may not comment, or that the post is gone, is no reason to stop the page: its posts come out as before.
    """
    fields = {"message": words, "fields": "id,permalink_url"}
    try:
        answer = graph.post(f"{under}/comments", fields, unclear=Unconfirmed, except_for=frozenset({GONE}))
    except NotConnected as error:
        if error.code != Trouble.PERMISSION_MISSING:
            raise
        raise Refused(error.code, error.detail) from error
    if not answer.is_good:
        raise Refused(Trouble.PLACE_GONE, answer.detail(under))
    return answer


def with_words(graph: Graph, under: str, words: str, since: datetime, taken: Collection[str]) -> Post | None:
    """The page's own comment with exactly these words, made after `since`, that is nobody else's. None with its post."""
    if graph.node(under, "id") is None:
        return None
    fields = {
        "fields": "id,message,created_time,permalink_url,from",
        "filter": "toplevel",
        "order": "reverse_chronological",
        "since": epoch(since - CLOCKS),
    }
    said = graph.listed(f"{under}/comments", fields, page=PAGE, pages=PAGES)
    return next(
        (
            comment
            for comment in said
            if comment.get("id") not in taken
            and same_words(str(comment.get("message") or ""), words)
            and at(comment, "from", "id") == graph.connection.account_id
            and is_new(comment, since)
        ),
        None,
    )


def is_left(graph: Graph, id: str) -> bool:
    """Whether it is still there. Somebody else's is not for us to take away, and its id does not tell whose it is."""
    found = graph.node(id, "id,from")
    if found and not is_by_us(graph, found):
        raise Refused(Trouble.NOT_OURS, id)
    return found is not None


def ours(graph: Graph, id: str) -> Post | None:
    """The comment of this id, if the page itself has said it."""
    found = graph.node(id, "id,permalink_url,from")
    return found.told if found and is_by_us(graph, found) else None
