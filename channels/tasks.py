"""
What the worker runs for the channels. A task finds its row, makes one call, and is done; the domain does not know of
tasks.
"""

import logging
from functools import partial
from typing import Any

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from channels import connecting, connections, health, notices, parting
from channels.models import Channel, Connecting

logger = logging.getLogger(__name__)

CLOCK = 15
"""Seconds until the clock looks again. What it put into the broker is worth nothing then, and must not pile up."""
SWEEP = 60
"""Seconds until the next sweep."""
AT_ONCE = 20
"""How many channels are put into the broker each time the clock looks."""


# --- looking whether a channel works ----------------------------------------------------------------------------


@shared_task
def probe(channel_id: int) -> None:
    if channel := connections.claim_probe(channel_id):
        health.probe(channel)


@shared_task
def probe_due() -> None:
    """Every few seconds: the channels that nobody has looked at for a day, and those that somebody asks about."""
    connections.mend_where_a_key_is_back()
    due = Channel.objects.to_look_at(timezone.now()).order_by("probe_at")
    for channel_id in due.values_list("pk", flat=True)[:AT_ONCE]:
        put(probe, channel_id, expires=CLOCK)


# --- connecting one ---------------------------------------------------------------------------------------------


@shared_task
def try_out(connecting_id: str) -> None:
    connecting.try_out(connecting_id)


@shared_task
def sweep_connecting() -> None:
    """Once a minute: what was given up in the wizard, and what a platform was not told of a channel that was left."""
    connecting.sweep(timezone.now())
    for connecting_id in connecting.trials_to_run(timezone.now()):
        put(try_out, connecting_id, expires=SWEEP)
    parting.sweep(timezone.now())


def try_out_soon(row: Connecting) -> None:
    """If the broker loses it, the next sweep puts it in again."""
    transaction.on_commit(partial(put, try_out, str(row.pk)))


def sweep_soon() -> None:
    transaction.on_commit(partial(put, sweep_connecting))


@shared_task
def warn() -> None:
    """Every few minutes: of connections that are about to end, and of channels that nobody answers for."""
    notices.warn(timezone.now())


def probe_soon(channel: Channel) -> None:
    transaction.on_commit(partial(put, probe, channel.pk))


# --- the broker -------------------------------------------------------------------------------------------------


def put(task: Task, *args: Any, expires: float | None = None) -> None:
    """Into the broker, or not: what it does not take, the clock finds in the database."""
    try:
        task.apply_async(args, retry=False, expires=expires)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s: %s", task.name, error)
