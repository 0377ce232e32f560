"""
How the page's posts were received: the sums stand with each post in the page's own list.

Facts: Meta, Page feed, Object reactions and Object comments references for v26.0, read 2026-11-22. A sum is asked for
with none of what it counts; `shares` is left out where there are none. Views take another permission and another call,
and come a day late.
"""

from collections.abc import Iterator
from datetime import datetime

from channels.adapters.codes import Trouble
from channels.adapters.facebook import finding
from channels.adapters.facebook.finding import Post
from channels.adapters.facebook.graph import Graph
from channels.adapters.http import at, whole_number
from channels.errors import NotConnected

SUM = ".limit(0).summary(true)"
FIELDS = f"id,created_time,shares,reactions{SUM},attachments{{target,subattachments{{target}}}}"
COMMENTS = f",comments{SUM}"


def told(graph: Graph, since: datetime) -> Iterator[tuple[set[str], dict[str, int | None]]]:
    """The ids that each post is known by, and its numbers."""
    for post in listed(graph, since):
        yield {str(post["id"])} | finding.targets(post), numbers(post)


def listed(graph: Graph, since: datetime) -> list[Post]:
    """Without the comments, where the person has not let us read what others write."""
    try:
        return list(finding.posts_since(graph, since, FIELDS + COMMENTS))
    except NotConnected as error:
        if error.code != Trouble.PERMISSION_MISSING:
            raise
    return list(finding.posts_since(graph, since, FIELDS))


def numbers(post: Post) -> dict[str, int | None]:
    return {
        "likes": whole_number(at(post, "reactions", "summary", "total_count")),
        "comments": whole_number(at(post, "comments", "summary", "total_count")),
        "shares": whole_number(at(post, "shares", "count")) or 0,
    }
