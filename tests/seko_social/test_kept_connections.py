"""A worker's thread keeps its database connection from one task to the next, and gets over losing it."""

from unittest import mock

import pytest
from celery import signals
from django.db import connection

from seko_social.celery import app
from seko_social.kept_connections import KeptConnections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(monkeypatch):
    """What stands around each task of a worker."""
    settings = connection.settings_dict
    for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS"):
        monkeypatch.setitem(settings, name, settings[name])
    installed = KeptConnections(app).install()
    yield installed
    signals.task_prerun.disconnect(installed.on_task_prerun)
    signals.task_postrun.disconnect(installed.on_task_postrun)
    signals.worker_process_init.disconnect(installed.on_worker_process_init)
    signals.beat_embedded_init.disconnect(installed.close_database)


def run_task(worker):
    """The connection that a task's query went over."""
    worker.close_database()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    used = connection.connection
    worker.close_database()
    return used


def test_the_next_task_finds_the_connection_of_the_last(worker):
    assert run_task(worker) is run_task(worker)


def test_a_connection_that_broke_is_replaced_before_the_next_task(worker):
    broken = run_task(worker)
    with mock.patch.object(connection, "is_usable", return_value=False):
        assert run_task(worker) is not broken


def test_a_connection_that_has_grown_old_is_replaced(worker):
    old = run_task(worker)
    connection.close_at = 0
    assert run_task(worker) is not old


def test_the_workers_of_this_site_keep_theirs():
    [fixup] = app._fixups
    assert isinstance(fixup.worker_fixup, KeptConnections)
