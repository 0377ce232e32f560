"""
The calendar for a person's own calendar program: a private address, which is shown once, kept as a digest, replaced and
revoked at any time. It shows what its person may read, and nothing once they may not sign in any more.
"""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from approvals.calendar_rows import SHOWN, may_read
from approvals.feed_ical import Event, calendar
from approvals.models import Feed
from audit import log
from channels.models import Channel
from channels.wording import name_of
from posts import chips
from posts.models import Publication, PublicationQuerySet, PublicationStatus

BACK, AHEAD = timedelta(days=60), timedelta(days=180)
MOST = 2000
"""Posts: more than a year of what a busy group publishes on three channels in the days above."""
HOUR = timedelta(hours=1)
READS_AN_HOUR = 60


class TooOftenError(Exception):
    """Read so many times within the hour that it has to wait (429)."""


# --- the address ------------------------------------------------------------------------------------------------


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def of(person: User) -> Feed | None:
    return Feed.objects.filter(person=person, revoked_at=None).first()


def make(person: User) -> str:
    """A new address, instead of the one that there may be. What it ends with is told here and never again."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        # The race: two presses at once. The second waits here, and replaces what the first one made.
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        end(person)
        feed = Feed.objects.create(person=person, digest=digest_of(token))
        log.record("feed.made", feed, actor=person)
    return token


def revoke(person: User) -> bool:
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        return end(person)


def end(person: User) -> bool:
    feed = of(person)
    if feed is None:
        return False
    Feed.objects.filter(pk=feed.pk).update(revoked_at=timezone.now())
    log.record("feed.revoked", feed, actor=person)
    return True


def read_by(token: str, now: datetime) -> Feed | None:
    """The feed of this address, counted as read; None when there is none (any more). May raise TooOftenError."""
    live = Feed.objects.filter(digest=digest_of(token), revoked_at=None, person__is_active=True)
    feed = live.select_related("person").first()
    if feed is None:
        return None
    rows = Feed.objects.filter(pk=feed.pk)
    if feed.window_at is None or feed.window_at <= now - HOUR:
        rows.update(window_at=now, reads=1)
    elif feed.reads >= READS_AN_HOUR:
        raise TooOftenError
    else:
        rows.update(reads=F("reads") + 1)
    return feed


# --- what it says -----------------------------------------------------------------------------------------------


def written(person: User, now: datetime, site: str) -> str:
    """Headlines and times, channel by channel; no pictures, and nobody's name."""
    return calendar(_("Seko Social, kalendern"), events(person, now, site))


def events(person: User, now: datetime, site: str) -> Iterator[Event]:
    for publication in planned_and_out(now):
        at = publication.published_at if publication.is_published else publication.not_before
        yield Event(
            key=f"publication-{publication.pk}@{site.partition('://')[2]}",
            at=at or publication.not_before,
            stamp=publication.created_at,
            summary=f"{name_of(publication.channel)}: {words_of(person, publication)}",
            url=f"{site}/inlagg/{publication.post_id}/",
            is_certain=publication.is_published,
        )


def words_of(person: User, publication: Publication) -> str:
    chip = str(chips.of_publication(publication).label)
    if not may_read(person, publication.channel, publication.post.author_id):
        return chip
    return f"{publication.version.headline or _('Utan text')} ({chip.lower()})"


def planned_and_out(now: datetime) -> PublicationQuerySet:
    """What was out lately and what is planned, the nearest of it; on the channels that are connected."""
    out = Q(status=PublicationStatus.PUBLISHED, published_at__gt=now - BACK)
    planned = Q(status__in=SHOWN, not_before__gt=now - BACK, not_before__lt=now + AHEAD)
    shown = Publication.objects.heads().filter(out | planned, channel__in=Channel.objects.open())
    return shown.select_related("channel", "version", "post").order_by("-not_before", "-pk")[:MOST]
