"""What the review page says about okays out of the ordinary: two of them, and one in an emergency."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils import timezone

from posts import elections, workflow
from posts.models import FirstOkay, PostQuerySet
from posts.workflow import Action

if TYPE_CHECKING:
    from accounts.models import User
    from posts.models import Post


def with_first_okays(posts: PostQuerySet, now: datetime) -> PostQuerySet:
    """With whether one of the two okays is there; outside an election nobody asks."""
    given = FirstOkay.objects.filter(version=OuterRef("current_version"))
    is_asked = Q(is_political=True) & Exists(given) if elections.is_on(now) else Q(pk=None)
    return posts.annotate(is_half_approved=ExpressionWrapper(is_asked, BooleanField()))


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
