"""
May one take pictures here? Skyddslagen (2010:305), 7 and 30 a §§: at some workplaces a sign forbids it, and negligence
is enough. So it is asked before the camera opens, where a branch, an event or the person themselves wants it asked.

An answer belongs to one post and says nothing about a place: where it was given is kept nowhere. A list of such places
would be a danger itself.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from posts.models import Draft, Event, Site

if TYPE_CHECKING:
    from accounts.models import User


def is_asked(person: "User", event: Event | None = None) -> bool:
    branch = person.branch
    wanted = person.always_asks_about_site or (event is not None and event.asks_about_site)
    return wanted or (branch is not None and branch.asks_about_site)


def missing_of(draft: Draft) -> list[str]:
    """What its sender must answer before pictures are sent in, by name."""
    post = draft.post
    if draft.site == Site.UNKNOWN:
        return ["wait"]
    if draft.site == Site.FORBIDDEN and not draft.permit.strip():
        return ["permit"]
    return ["site"] if not draft.site and is_asked(post.author, post.event) else []


def answer_in(typed: Mapping[str, str]) -> dict[str, str]:
    """What was answered before the form was opened, by the page that asks."""
    answer = typed.get("plats", "")
    return {"site": answer} if answer in Site.values else {}
