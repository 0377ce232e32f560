"""Not before, and not after: what a post asks for, whatever time somebody plans."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from audit import log
from posts import workflow
from posts.models import Approval, Post, Version
from posts.publishing import When

if TYPE_CHECKING:
    from accounts.models import User


def approve(
    post: Post, by: "User", seen: Version, when: When, earliest: datetime | None, latest: datetime | None
) -> Approval:
    """An okay with its time, and with the wishes that the reviewer leaves the post with: all of it or none."""
    with transaction.atomic():
        workflow.hold_still(post, seen)
        seen.post = wish(post, by, earliest, latest)
        return workflow.approve(post, by, seen, when)


def wish(post: Post, by: "User", earliest: datetime | None, latest: datetime | None) -> Post:
    row = Post.objects.locked().get(pk=post.pk)
    if (row.earliest, row.latest) != (earliest, latest):
        row.earliest, row.latest = earliest, latest
        row.save(update_fields=["earliest", "latest", "updated_at"])
        log.record("post.wished", row, actor=by, earliest=earliest, latest=latest)
    return row
