"""
While there is an election (`ELECTION_PERIODS`), what is marked as political needs the okays of two people, and one of
them is named for it: has the permission `posts.approve_political`. Where nobody has, anybody who may approve will do.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from posts.models import FirstOkay, Post

if TYPE_CHECKING:
    from collections.abc import Iterable

APPROVE, NAMED = "posts.approve_post", "posts.approve_political"


def is_on(now: datetime) -> bool:
    """By the days of the site's own calendar, the first and the last among them."""
    today = timezone.localdate(now)
    return any(first <= today <= last for first, last in settings.ELECTION_PERIODS)


def needs_two(post: Post) -> bool:
    return post.is_political and is_on(timezone.now())


def first_okay(post: Post) -> FirstOkay | None:
    """That of the current version: an edit leaves it behind."""
    return FirstOkay.objects.select_related("by").filter(version=post.current_version_id).first()


def has_unmarked(post: Post, user: User) -> bool:
    """In an election, whoever took the mark away is not the one person whose okay is then enough."""
    if post.is_political or not is_on(timezone.now()):
        return False
    return post.transitions.filter(action="unmark", by=user).exists()


def named() -> list[User]:
    """Those of whom one must be among the two; nobody, where none was named."""
    able = User.objects.granted(APPROVE).values("pk")
    return list(User.objects.granted(NAMED).filter(pk__in=able).order_by("name"))


def includes_named(people: "Iterable[User]") -> bool:
    wanted = named()
    return not wanted or any(person in wanted for person in people)
