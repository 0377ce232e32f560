"""What somebody has just approved and can still regret: the toasts of the desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from approvals import wording
from posts import publishing, waiting
from posts.models import Post, Publication, PublicationQuerySet, PublishingStop

if TYPE_CHECKING:
    from accounts.models import User

MOST = 3


@dataclass(frozen=True)
class Regret:
    """`sentence` has `{when}` where the seconds stand that are left."""

    post: Post
    headline: str
    sentence: str
    seconds: int


def of(user: "User") -> list[Regret]:
    """The newest first. Where there is no undo window, the page says after the okay what is so, and this is empty."""
    if not settings.UNDO_SECONDS:
        return []
    found = list(just_approved(user))[:MOST]
    stop = publishing.current_stop() if found else None
    return [told(post, publications, stop) for post, publications in found]


def told(post: Post, publications: list[Publication], stop: PublishingStop | None) -> Regret:
    sentence = wording.in_the_toast(publications, stop)
    seconds = waiting.seconds_left(publications) if "{when}" in sentence else 0
    return Regret(post, publications[0].version.headline, sentence, seconds)


def just_approved(user: "User") -> Iterator[tuple[Post, list[Publication]]]:
    newest = (
        approved_by(user, timezone.now())
        .select_related("channel", "post", "version")
        .order_by("-approval_id", "channel__position", "pk")
    )
    for _approval, together in groupby(newest, key=lambda item: item.approval_id):
        publications = list(together)
        yield publications[0].post, publications


def approved_by(user: "User", now: datetime) -> PublicationQuerySet:
    """What waits of what this person has said okay to, in the time in which it can be regretted."""
    since = now - timedelta(seconds=settings.UNDO_SECONDS)
    return Publication.objects.heads().waiting().filter(created_at__gt=since, approval__approved_by=user)
