"""
Calendars that people subscribe to: what stands in them becomes events. The only writer of `EventFeed`, and of the words
and days of what comes from one.

The address is a stranger's (`posts.strangers`) and a secret of its owner's (`channels.models.Sealed`): it is opened by
the worker that asks, once a day and when it was added, and shown to nobody. What comes is read in a process of its own
under limits of memory and time, because a calendar may repeat something every second for ever.
"""

import hashlib
import logging
import time
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit import log
from channels import pictures
from channels.adapters import hosts
from channels.keyring import CannotOpenError
from posts import events, strangers
from posts.events import RefusedError
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.sandboxed import WorkInterruptedError, run_isolated
from posts.models import Event, EventFeed, EventFeedQuerySet, EventQuerySet, FeedFault
from posts.strangers import NothingThereError

MOST_FEEDS = 5
"""Of one person's."""
MOST_BYTES = 3 * 1024 * 1024
"""As much as twenty years of a busy person's calendar."""
SECONDS = 10
"""For all of it, with its redirects."""
MEMORY, READING_SECONDS = 512 * 1024 * 1024, 20
BACK, AHEAD = timedelta(days=3), timedelta(days=60)
MOST_EVENTS = 200
EVERY = timedelta(days=1)
LEASE = timedelta(minutes=2)
"""Longer than asking and reading take together."""
MOST_TITLE = 200
GONE = frozenset({401, 403, 404, 410})

logger = logging.getLogger(__name__)


class UnreadableError(Exception):
    """Why there is nothing to read."""

    def __init__(self, fault: FeedFault) -> None:
        super().__init__(fault)
        self.fault = fault


# --- subscribing ----------------------------------------------------------------------------------------------


def address_of(typed: str) -> str:
    """Calendar programs write webcal: where they mean https."""
    scheme, _colon, rest = typed.strip().partition(":")
    return f"https:{rest}" if scheme.lower() in ("webcal", "webcals") else typed.strip()


def why_not_read(url: str) -> str:
    """Nothing where it can be; asks nobody."""
    try:
        strangers.way_to(url)
    except NothingThereError:
        if hosts.is_practice(pictures.home()):
            return _("I övningsläget läses inga kalendrar på nätet.")
        return _("Det är ingen adress till en kalender på nätet. Den börjar med https:// eller webcal://")
    return ""


@transaction.atomic
def add(by: User, url: str, **fields: Any) -> EventFeed:
    """One more calendar of this person's; the same one again is the one that is there. Raises RefusedError."""
    digest = hashlib.sha256(url.encode()).hexdigest()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if found := by.event_feeds.filter(digest=digest).first():
        raise RefusedError(_("Du har redan lagt till den kalendern (%(host)s).") % {"host": found.host})
    if by.event_feeds.count() >= MOST_FEEDS:
        raise RefusedError(_("Du kan ha högst %(n)d kalendrar. Ta bort en först.") % {"n": MOST_FEEDS})
    feed = EventFeed(
        owner=by, host=urlsplit(url).hostname or "", digest=digest, look_at=timezone.now(), **fields
    )
    feed.seal({"url": url})
    feed.save(force_insert=True)
    log.record("event_feed.added", feed, actor=by)
    return feed


@transaction.atomic
def remove(feed: EventFeed, by: User) -> None:
    """With what it brought, where nothing came of that."""
    name = log.name_of(feed)
    events.forget(nothing_came_of(feed))
    feed.delete()
    log.record("event_feed.removed", name, actor=by)


def nothing_came_of(feed: EventFeed) -> EventQuerySet:
    return Event.objects.filter(feed=feed, posts=None, nothing_at=None)


# --- asking, once a day ---------------------------------------------------------------------------------------


def due(now: datetime) -> EventFeedQuerySet:
    return EventFeed.objects.due(now)


def claim(feed_id: str) -> EventFeed | None:
    """Take it for this worker. None: it was read, or somebody else was faster."""
    now = timezone.now()
    taken = (
        due(now)
        .filter(pk=feed_id)
        .update(claimed_until=now + LEASE, look_at=now + EVERY, tries=F("tries") + 1)
    )
    return EventFeed.objects.select_related("owner").get(pk=feed_id) if taken else None


def fetch(feed: EventFeed) -> None:
    """A worker that dies over it has had its turn: the next one is tomorrow."""
    try:
        found = happenings(text_at(address(feed)))
    except UnreadableError as error:
        ours(feed).update(fault=error.fault, claimed_until=None)
    else:
        keep(feed, found)


def ours(feed: EventFeed) -> EventFeedQuerySet:
    """Whoever woke late finds it taken by another."""
    return EventFeed.objects.filter(pk=feed.pk, tries=feed.tries)


def address(feed: EventFeed) -> str:
    try:
        return feed.open()["url"]
    except CannotOpenError as error:
        raise UnreadableError(FeedFault.SEALED) from error


def text_at(url: str) -> str:
    try:
        _url, answer = strangers.followed(
            url, "text/calendar, text/plain", MOST_BYTES + 1, time.monotonic() + SECONDS
        )
    except NothingThereError as error:
        raise UnreadableError(FeedFault.UNREACHABLE) from error
    if answer.status in GONE:
        raise UnreadableError(FeedFault.GONE)
    if answer.status != requests.codes.ok:
        raise UnreadableError(FeedFault.UNREACHABLE)
    if len(answer.body) > MOST_BYTES:
        raise UnreadableError(FeedFault.TOO_LARGE)
    return answer.body.decode("utf-8-sig", "replace")


def happenings(text: str) -> list[dict[str, Any]]:
    """What the calendar says of the days that concern us, read where it can do no harm."""
    today = timezone.localdate()
    job = {
        "text": text,
        "zone": settings.TIME_ZONE,
        "first": (today - BACK).isoformat(),
        "last": (today + AHEAD).isoformat(),
        "most": MOST_EVENTS,
    }
    try:
        return run_isolated("read_calendar", job, MEMORY, READING_SECONDS)  # type: ignore[return-value]
    except MediaRefused as refusal:
        is_much = refusal.code == RefusalCode.TOO_HEAVY
        raise UnreadableError(FeedFault.TOO_LARGE if is_much else FeedFault.NO_CALENDAR) from refusal
    except WorkInterruptedError as error:
        raise UnreadableError(FeedFault.UNREACHABLE) from error


# --- what it says becomes events --------------------------------------------------------------------------------


@transaction.atomic
def keep(feed: EventFeed, found: list[dict[str, Any]]) -> None:
    """New, moved, and gone, all at once: nobody sees half of a calendar."""
    # The race: somebody takes the calendar away meanwhile, or another worker has it. Then nothing is written.
    if not ours(feed).select_for_update().exists():
        return
    named = {name_of(each): each for each in found if is_wanted(feed, each)}
    known = {event.uid: event for event in feed.events.select_for_update().filter(uid__in=named)}
    for uid, told in named.items():
        follow(known.get(uid) or new(feed, uid), told)
    gone = nothing_came_of(feed).filter(last_day__gte=timezone.localdate() - BACK)
    events.forget(gone.exclude(uid__in=named))
    ours(feed).update(fault="", looked_at=timezone.now(), claimed_until=None)


def new(feed: EventFeed, uid: str) -> Event:
    return Event(feed=feed, uid=uid, owner=feed.owner, kind=feed.kind, is_shared=feed.is_shared)


def name_of(told: dict[str, Any]) -> str:
    return hashlib.sha256(told["uid"].encode()).hexdigest()


def is_wanted(feed: EventFeed, told: dict[str, Any]) -> bool:
    """What has no title says nothing, and what lacks the owner's word is none of our business."""
    title = strangers.plain(told["title"], MOST_TITLE)
    return bool(title) and feed.only.casefold() in title.casefold()


def follow(event: Event, told: dict[str, Any]) -> None:
    """Written only if something is new: most of a calendar is as it was yesterday."""
    fresh = {
        "title": strangers.plain(told["title"], MOST_TITLE),
        "place": strangers.plain(told["place"], MOST_TITLE),
        "first_day": date.fromisoformat(told["first_day"]),
        "last_day": date.fromisoformat(told["last_day"]),
        "ends_at": datetime.fromisoformat(told["ends_at"]) if told["ends_at"] else None,
    }
    if event.pk and all(getattr(event, name) == value for name, value in fresh.items()):
        return
    for name, value in fresh.items():
        setattr(event, name, value)
    event.remind_at = in_time(events.reminder_of(event))
    event.save()


def in_time(remind_at: datetime | None) -> datetime | None:
    """What was over when it came into the calendar is not reminded of."""
    return remind_at if remind_at and remind_at > timezone.now() else None
