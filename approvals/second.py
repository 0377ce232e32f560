"""What the review page says about okays out of the ordinary: two of them, and one in an emergency."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from posts import elections, workflow
from posts.workflow import Action

if TYPE_CHECKING:
    from accounts.models import User
    from posts.models import Post


def shown(post: "Post", reader: "User") -> dict[str, Any]:
    needs_two = elections.needs_two(post)
    first = elections.first_okay(post) if needs_two else None
    return {
        "needs_two": needs_two,
        "first_okay": first,
        "is_first_wanted": needs_two and first is None,
        "is_election": elections.is_on(timezone.now()),
        "why_not_unmark": workflow.why_not(Action.UNMARK, post, reader),
        "may_override": workflow.why_not(Action.OVERRIDE, post, reader) is None,
    }
