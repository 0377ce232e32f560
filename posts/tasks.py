"""What the worker runs. A task finds its row, makes one call, and is done; the domain does not know of tasks."""

import logging
from functools import partial
from typing import Any

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from posts import (
    cases,
    consent,
    event_feeds,
    events,
    link_cards,
    preparation,
    publishing,
    reactions,
    reminding,
    renditions,
    retouching,
    unused,
    uploads,
    workflow,
)
from posts.lanes import lane, table
from posts.models import EventFeed, Media, Publication, Rendition, Version

logger = logging.getLogger(__name__)

FILMS = "films"
DEFAULT = "default"
CLOCK = 15
"""Seconds until the clock looks again. What it put into the broker is worth nothing then, and must not pile up."""
CALENDARS = 60
"""The same, for what is looked after once a minute."""
AT_ONCE = 100
"""How much forgotten media is put into the broker each time the clock looks."""


@shared_task
def publish(publication_id: int, channel_id: int, queue: str) -> None:
    with lane(channel_id, queue) as has_room:
        if has_room and (publication := publishing.claim(publication_id)):
            publishing.send(publication)
        else:
            publishing.not_now(publication_id)


@shared_task
def take_down(removal_id: int) -> None:
    if removal := publishing.claim_removal(removal_id):
        publishing.remove(removal)


@shared_task
def wake_due() -> None:
    """Several times a second: put what is due into the broker."""
    now = timezone.now()
    for publication in publishing.wake(now):
        send_to_worker(publication)
    for removal_id in publishing.wake_removals(now):
        put(take_down, removal_id)


@shared_task
def sweep() -> None:
    publishing.sweep(timezone.now())
    workflow.freeze_prepared()
    preparation.sweep(timezone.now())
    retouching.sweep(timezone.now())
    cases.sweep(timezone.now())


@shared_task
def sweep_uploads() -> None:
    """Every minute: what was begun and not sent to its end."""
    uploads.sweep(timezone.now())


@shared_task
def sweep_unused() -> None:
    """Every few minutes: what was sent in long ago and never put into a post."""
    unused.sweep(timezone.now())


@shared_task
def sweep_answers() -> None:
    """Now and then: what people in pictures answered, when it is the proof of nothing any more."""
    consent.sweep(timezone.now())


@shared_task
def mail_receipts() -> None:
    """Every few seconds: to people who wanted to be gone from a picture, and are."""
    cases.mail_receipts(timezone.now())


@shared_task
def remind() -> None:
    """Every minute: who promised an answer, and has not given it."""
    reminding.remind(timezone.now())
    events.remind(timezone.now())


@shared_task
def count_reactions() -> None:
    """Every minute: how was it received, where somebody is to be asked?"""
    reactions.at_all(timezone.now())


@shared_task
def wake_calendars() -> None:
    """Every minute: the calendars that were not read for a day."""
    now = timezone.now()
    for feed in event_feeds.due(now).order_by("look_at")[:AT_ONCE]:
        put(read_calendar, str(feed.pk), queue=FILMS, expires=CALENDARS)
    events.forget_old(now)


@shared_task
def read_calendar(feed_id: str) -> None:
    if feed := event_feeds.claim(feed_id):
        event_feeds.fetch(feed)


@shared_task
def prepare(media_id: str) -> None:
    """Where all tables are taken it is left lying: whoever has done one sends for the next."""
    with table() as has_room:
        media = preparation.claim(media_id) if has_room else None
        if media:
            preparation.prepare(media)
    if media and (following := preparation.next_like(media)):
        put(prepare, str(following.pk), queue=queue_for(following), expires=CLOCK)


@shared_task
def make_rendition(rendition_id: int) -> None:
    if rendition := preparation.claim_rendition(rendition_id):
        preparation.make_rendition(rendition)


@shared_task
def wake_media() -> None:
    """Every few seconds: what was uploaded and has no worker."""
    now = timezone.now()
    for media in preparation.waiting(now).order_by("created_at")[:AT_ONCE]:
        put(prepare, str(media.pk), queue=queue_for(media), expires=CLOCK)
    for rendition in preparation.waiting_renditions(now).order_by("created_at")[:AT_ONCE]:
        put(make_rendition, rendition.pk, queue=queue_for(rendition), expires=CLOCK)
    for card in link_cards.waiting(now).order_by("created_at")[:AT_ONCE]:
        put(fetch_link_card, card.pk, expires=CLOCK)


@shared_task
def fetch_link_card(card_id: int) -> None:
    if card := link_cards.claim(card_id):
        link_cards.fetch(card)


def send_to_worker(publication: Publication) -> None:
    queue = FILMS if publication.has_film else DEFAULT
    put(publish, publication.pk, publication.channel_id, queue, queue=queue)


# --- without waiting for the clock ------------------------------------------------------------------------------


def publish_soon() -> None:
    transaction.on_commit(wake_due)


def prepare_soon(media: Media) -> None:
    transaction.on_commit(partial(put, prepare, str(media.pk), queue=queue_for(media)))


def read_calendar_soon(feed: EventFeed) -> None:
    """It may take half a minute, of a stranger's choosing: among the films it keeps no text waiting."""
    transaction.on_commit(partial(put, read_calendar, str(feed.pk), queue=FILMS))


def make_renditions_soon(version: Version) -> None:
    for rendition in renditions.order(version):
        transaction.on_commit(partial(put, make_rendition, rendition.pk, queue=queue_for(rendition)))


def queue_for(row: Media | Rendition) -> str:
    return FILMS if row.is_film else DEFAULT


def put(task: Task, *args: Any, queue: str = DEFAULT, expires: float | None = None) -> None:
    """Into the broker, or not: what it does not take, the clock finds in the database."""
    try:
        task.apply_async(args, queue=queue, retry=False, expires=expires)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s: %s", task.name, error)
