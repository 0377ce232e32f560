"""
Celery is a clock and a pool; the database is the queue.

Two queues: `films` for what takes minutes, and for what strangers may make slow; `default` for the rest, so that a long
upload never delays a text.
No task carries an ETA or a countdown: times live in the database.
"""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seko_social.settings")

app = Celery("seko_social", fixups=["seko_social.kept_connections:fixup"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery sets up logging of its own unless somebody listens here; Django's settings have done it."""


@worker_init.connect
def take_short_turns(**_: Any) -> None:
    """A thread that has its answer waits for one that computes: for half a millisecond, and not for Python's five."""
    sys.setswitchinterval(0.0005)
