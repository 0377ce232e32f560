"""What every page knows."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import attestation, policy
from accounts.models import Notice, PolicyVersion
from posts import publishing
from posts.models import Post
from seko_social import situation

MANY = 100
"""Nobody needs to know more exactly how much there is to read."""


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": settings.ORGANISATION_NAME,
        "is_training": settings.IS_TRAINING,
        "sandbox_url": settings.SANDBOX_URL,
        "queue_count": queue_count,
        "shown_at": timezone.now,
        "stop": SimpleLazyObject(publishing.current_stop),
        "stopped_count": stopped_count,
        "unread_count": SimpleLazyObject(partial(unread_count, request)),
        "policy_to_read": partial(policy_to_read, request),
        "likes_due": partial(likes_due, request),
    }


def queue_count() -> int:
    """Asked only by pages that show it."""
    return Post.objects.awaiting_review().count()


def stopped_count() -> int:
    """How many posts wait for somebody to start publishing again. Asked only while all is stopped."""
    return situation.held_back().order_by().values("post").distinct().count()


def policy_to_read(request: HttpRequest) -> PolicyVersion | None:
    """Asked only by pages that lead to it."""
    user = getattr(request, "user", None)
    return policy.to_read_by(user) if user and user.is_authenticated else None


def likes_due(request: HttpRequest) -> bool:
    """Asked only by pages that ask it on."""
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated and attestation.is_due(user))


def unread_count(request: HttpRequest) -> str:
    """What the bell says; nothing when all is read, and for somebody whom we do not know (yet)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    count = Notice.objects.unread().filter(person=user)[:MANY].count()
    return f"{MANY - 1}+" if count == MANY else str(count or "")
