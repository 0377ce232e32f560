"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from posts.models import Post


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": settings.ORGANISATION_NAME,
        "is_training": settings.IS_TRAINING,
        "sandbox_url": settings.SANDBOX_URL,
        "queue_count": queue_count,
    }


def queue_count() -> int:
    """Asked only by pages that show it."""
    return Post.objects.awaiting_review().count()
