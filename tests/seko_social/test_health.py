"""Whoever asks whether the site is well gets the reasons, and never a secret."""

import json
from datetime import timedelta

import pytest
from celery.signals import after_task_publish, beat_init
from django.utils import timezone

from seko_social import health, tasks
from seko_social.models import Heartbeat
from tests.seko_social.processes import python

ALL = ("clock", "default", "films")
ASK = """
import json
from django.test import Client
for path in ("/healthz", "/readyz"):
    answer = Client().get(path)
    print(json.dumps([answer.status_code, answer.content.decode()]))
"""


@pytest.fixture
def _all_heard(db):
    for name in ALL:
        Heartbeat.of(name)


def heard_ago(name, **ago):
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - timedelta(**ago))


@pytest.mark.usefixtures("_all_heard")
def test_it_is_ready_when_all_were_heard_lately(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    body = answer.json()
    assert (body["ready"], body["reasons"], set(body["seconds_since_heartbeat"])) == (True, [], set(ALL))
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("_all_heard")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("clock", "The clock has not been heard for 60 seconds."),
        ("default", "The worker for default has not been heard for 60 seconds."),
        ("films", "The worker for films has not been heard for 60 seconds."),
    ],
)
def test_one_that_was_not_heard_for_long_is_named(client, name, sentence):
    heard_ago(name, seconds=60)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reasons"]) == (503, [sentence])


@pytest.mark.usefixtures("_all_heard")
def test_one_lost_heartbeat_is_no_reason(client):
    heard_ago("films", seconds=30)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_site_whose_workers_never_started_is_not_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == [
        "The clock has never been heard.",
        "The worker for default has never been heard.",
        "The worker for films has never been heard.",
    ]


def test_the_process_answers_without_touching_the_database(client):
    answer = client.get("/healthz")  # the database is closed to this test
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://seko:hemligt@127.0.0.1:1/seko"}, "The database does not answer."),
        ({"REDIS_URL": "redis://:hemligt@127.0.0.1:1/0"}, "The broker does not answer."),
    ],
)
def test_a_server_that_is_down_is_told_without_its_address_or_password(broken, sentence, tmp_path):
    if "DATABASE_URL" not in broken:
        assert python(tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    done = python(tmp_path, "manage.py", "shell", "--no-imports", "-c", ASK, **broken)
    alive, (status, body) = [json.loads(line) for line in done.stdout.splitlines()]
    assert alive == [200, "ok\n"]
    assert status == 503
    assert json.loads(body)["reasons"][0] == sentence
    assert "hemligt" not in done.stdout + done.stderr
    assert "127.0.0.1" not in body


# --- heartbeats -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_worker_that_takes_a_heartbeat_writes_down_its_queue():
    tasks.beat("films")
    assert set(health.ages_of_heartbeats().items()) >= {("clock", None), ("default", None)}
    assert health.ages_of_heartbeats()["films"] < 5


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_that_was_sent_is_the_clocks_own():
    after_task_publish.send(sender="posts.tasks.wake_due")
    assert list(Heartbeat.objects.all()) == []
    after_task_publish.send(sender="seko_social.tasks.beat")
    assert [heartbeat.name for heartbeat in Heartbeat.objects.all()] == ["clock"]


@pytest.mark.django_db
def test_the_clock_sends_a_heartbeat_to_every_queue_at_once(monkeypatch):
    sent = []
    monkeypatch.setattr(
        tasks.beat, "apply_async", lambda args, **options: sent.append((args, options["queue"]))
    )
    beat_init.send(sender=None)
    assert sent == [(("default",), "default"), (("films",), "films")]


def test_the_schedule_has_a_heartbeat_for_every_queue(settings):
    beats = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == tasks.beat.name]
    assert [(entry["args"], entry["options"]["queue"]) for entry in beats] == [
        ((queue,), queue) for queue in settings.QUEUES
    ]
    assert max(entry["schedule"] for entry in beats) * 4 < health.LATE.total_seconds()


# --- who asks ---------------------------------------------------------------------------------------------


def test_a_probe_needs_no_known_host_no_https_and_no_session(client, settings):
    settings.ALLOWED_HOSTS = ["social.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, "Set-Cookie" in answer, "Location" in answer) == (200, False, False)
    assert client.get("/", headers={"host": "10.0.0.7:8000"}).status_code == 400
