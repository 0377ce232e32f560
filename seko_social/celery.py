"""
Celery is a clock and a pool; the database is the queue.

Two queues: `films` for what takes minutes, `default` for the rest, so that a long upload never delays a text.
No task carries an ETA or a countdown: times live in the database.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seko_social.settings")

app = Celery("seko_social")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
