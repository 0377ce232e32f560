"""
Looking for a post on the page: with photos by their ids, which is proof; without, by its very words and link.

Facts: Meta, Page feed and published posts references for v26.0, read 2026-11-22. Lists may lag behind; a photo's own
node is quicker, and tells the story that it is in once it is published.
"""

import unicodedata
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters.base import Content
from channels.adapters.facebook.graph import PAGE, PAGES, Graph
from channels.adapters.http import Answer, at, items

FIELDS = (
    "id,message,created_time,permalink_url,application,"
    "attachments{url,unshimmed_url,target,subattachments{target}}"
)
CLOCKS = timedelta(seconds=60)
"""How far Facebook's clock may be from ours."""

Post = dict[str, Any]


def post_with_photos(graph: Graph, photos: set[str], since: datetime) -> Post | None:
    """The post that shows one of our photos. Nobody else knows their ids."""
    listed = next((post for post in posts_since(graph, since) if photos & targets(post)), None)
    return listed or story_of(graph, min(photos))


def targets(post: Post) -> set[str]:
    """The ids of the photos and films that the post shows."""
    parts = items(post, "attachments", "data")
    shown = parts + [inner for part in parts for inner in items(part, "subattachments", "data")]
    return {str(id) for part in shown if (id := at(part, "target", "id"))}


def story_of(graph: Graph, photo: str) -> Post | None:
    node = graph.node(photo, "page_story_id")
    story = node.at("page_story_id") if node else None
    found = graph.node(str(story), "id,permalink_url") if story else None
    return found.told if found else None


def public_post(graph: Graph, id: str) -> Post | None:
    """The post of this id, if it is the page's own and everybody may see it."""
    found = graph.node(id, "id,permalink_url,is_published,from")
    if found is None or found.at("is_published") is False or not is_by_us(graph, found):
        return None
    return found.told


def story_of_photo(graph: Graph, photo: str) -> str | None:
    """The post that shows this photo of ours; None while it is in no post."""
    found = graph.node_of_kind(photo, "page_story_id,from")
    return found.at("page_story_id") if found and is_by_us(graph, found) else None


def is_by_us(graph: Graph, node: Answer) -> bool:
    return node.at("from", "id") == graph.connection.account_id


def post_with_words(
    graph: Graph, content: Content, words: str, since: datetime, taken: Collection[str]
) -> Post | None:
    """The post with exactly these words and this link, made by our app after `since`, that is nobody else's."""
    return next(
        (
            post
            for post in posts_since(graph, since)
            if post.get("id") not in taken
            and same_words(str(post.get("message") or ""), words)
            and shows_link(post, content.link)
            and is_ours(graph, post)
            and is_new(post, since)
        ),
        None,
    )


def same_words(one: str, other: str) -> bool:
    return tidy(one) == tidy(other)


def tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()


def shows_link(post: Post, link: str) -> bool:
    """Facebook may still be fetching the link's preview: then only the words can tell."""
    shown = {part.get("unshimmed_url") or part.get("url") for part in items(post, "attachments", "data")}
    if not shown:
        return bool(post.get("message")) or not link
    return bool(link) and link.rstrip("/") in {str(address).rstrip("/") for address in shown}


def is_ours(graph: Graph, post: Post) -> bool:
    """Not what a person wrote by hand. Without the app's id it cannot be told."""
    return graph.connection.app_id in ("", at(post, "application", "id"))


def is_new(post: Post, since: datetime) -> bool:
    created = moment_of(post)
    return created is not None and created >= since - CLOCKS


def posts_since(graph: Graph, since: datetime, wanted: str = FIELDS) -> Iterator[Post]:
    """The page's public posts from then on, newest first, all of them: a look that stops early proves nothing."""
    fields = {"fields": wanted, "since": epoch(since - CLOCKS)}
    path = f"{graph.connection.account_id}/published_posts"
    return graph.listed(path, fields, page=PAGE, pages=PAGES)


def moment_of(post: Post) -> datetime | None:
    try:
        return datetime.strptime(str(post.get("created_time")), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def link_of(post: Post) -> str:
    """What it leads to; "" where it shows photos or a film."""
    parts = items(post, "attachments", "data")
    return (
        "" if targets(post) or not parts else str(parts[0].get("unshimmed_url") or parts[0].get("url") or "")
    )


def epoch(moment: datetime) -> str:
    return str(int(moment.astimezone(UTC).timestamp()))
