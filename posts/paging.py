"""Long lists a page at a time, newest first: each page costs the same, however many there are."""

from dataclasses import dataclass

from accounts.paging import older_than
from posts.models import Post, PostQuerySet

PAGE = 30


@dataclass(frozen=True)
class Page:
    """`older` is what the link to the next page carries; None on the last one."""

    posts: list[Post]
    older: int | None


def page_of(posts: PostQuerySet, before: str) -> Page:
    """The newest posts with a smaller number than `before`; all of them for anything that is no number."""
    return cut(posts.for_list(), before)


def cut(posts: PostQuerySet, before: str) -> Page:
    """The same, of posts with as much about them as the caller wants."""
    found = list(older_than(before, posts).order_by("-pk")[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)
