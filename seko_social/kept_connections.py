"""
Database connections of workers outlive their tasks.

Celery closes the connection before and after each task, and opening one takes PostgreSQL longer than most tasks need
it for. Here Django's own rules decide: each thread has one, asks whether it still works before a task's first query, and
opens a new one now and then.
"""

from functools import cached_property

from celery import Celery
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections

SECONDS = 600


class KeptConnections(DjangoWorkerFixup):
    def install(self) -> DjangoWorkerFixup:
        """Only in workers: the web server's threads are many, and idle most of the time."""
        connections.settings[DEFAULT_DB_ALIAS] |= {"CONN_MAX_AGE": SECONDS, "CONN_HEALTH_CHECKS": True}
        return super().install()

    def _close_database(self) -> None:
        close_old_connections()


class Fixup(DjangoFixup):
    @cached_property
    def worker_fixup(self) -> DjangoWorkerFixup:  # type: ignore[override]
        return KeptConnections(self.app)


def fixup(app: Celery) -> DjangoFixup:
    return Fixup(app).install()
