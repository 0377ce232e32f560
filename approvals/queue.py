"""The queue: what waits for a decision, in the order in which it should get one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from posts import renditions
from posts.blockers import blockers
from posts.models import Post

if TYPE_CHECKING:
    from accounts.models import User

MOST = 200


@dataclass(frozen=True)
class Row:
    """`missing` counts what stands between the post and its approval; `is_own` that a colleague must decide."""

    post: Post
    missing: int
    is_own: bool


@dataclass(frozen=True)
class Place:
    """Where a post stands in the queue, and its neighbours."""

    number: int
    of: int
    previous: Post | None
    following: Post | None


def rows(reader: "User") -> list[Row]:
    return [row_of(post, reader) for post in waiting()]


def row_of(post: Post, reader: "User") -> Row:
    return Row(post, how_much_is_missing(post), post.author_id == reader.pk)


def waiting() -> list[Post]:
    posts = list(Post.objects.awaiting_review().in_queue_order().for_list()[:MOST])
    renditions.fetch([post.current_version for post in posts if post.current_version])
    return posts


def how_much_is_missing(post: Post) -> int:
    """Nothing, while there is no version to decide on."""
    version = post.current_version
    return len(blockers(version)) if version and not post.awaits_media else 0


def place_of(post: Post, queue: list[Row]) -> Place | None:
    """None when it does not stand in it (any more)."""
    posts = [row.post for row in queue]
    if post not in posts:
        return None
    at = posts.index(post)
    return Place(
        number=at + 1,
        of=len(posts),
        previous=posts[at - 1] if at else None,
        following=posts[at + 1] if at + 1 < len(posts) else None,
    )


def first_for(reader: "User", queue: list[Row]) -> Post | None:
    """The first that this person can decide on."""
    return next((row.post for row in queue if not row.is_own), None)
