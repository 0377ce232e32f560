"""The heartbeat: the clock sends one to each queue, and whichever worker takes it writes it down."""

from typing import Any

from celery import shared_task
from celery.signals import after_task_publish, beat_init
from django.conf import settings
from django.db import close_old_connections

from seko_social.models import Heartbeat

CLOCK = "clock"


@shared_task
def beat(queue: str) -> None:
    Heartbeat.of(queue)


@after_task_publish.connect(sender="seko_social.tasks.beat")
def note_the_clock(**_: Any) -> None:
    """Nobody but the clock sends heartbeats: that one went out is the clock's own."""
    close_old_connections()
    Heartbeat.of(CLOCK)


@beat_init.connect
def beat_at_once(**_: Any) -> None:
    """Without this, nobody would know for ten seconds after a start whether the workers are there."""
    for queue in settings.QUEUES:
        beat.apply_async((queue,), queue=queue, expires=10)
