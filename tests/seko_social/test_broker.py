"""The embedded broker: each message arrives whole, once, and in order."""

import os
import subprocess
import sys
from queue import Empty

import pytest
from celery import Celery
from kombu import Connection
from kombu.exceptions import OperationalError

from seko_social.processes import ROOT

MESSAGES = 1500
WRITER = """
import sys
from tests.seko_social.test_broker import connected
with connected(sys.argv[1]) as connection:
    for number in range(int(sys.argv[3])):
        connection.default_channel._put("default", {"from": sys.argv[2], "number": number})
"""


def connected(folder):
    options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": f"{folder}/control",
    }
    return Connection("filesystem://", transport="seko_social.broker:Transport", transport_options=options)


@pytest.fixture
def channel(tmp_path):
    with connected(tmp_path) as connection:
        yield connection.default_channel


def writer(folder, name):
    command = [sys.executable, "-c", WRITER, str(folder), name, str(MESSAGES)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def read(channel, wanted):
    found = []
    while len(found) < wanted:
        try:
            found.append(channel._get("default"))
        except Empty:
            continue
    return found


def test_messages_that_are_read_while_they_are_written_arrive_whole_and_in_order(channel, tmp_path):
    with writer(tmp_path, "a") as first, writer(tmp_path, "b") as second:
        found = read(channel, 2 * MESSAGES)
    assert (first.returncode, second.returncode) == (0, 0)
    for name in ("a", "b"):
        assert [message["number"] for message in found if message["from"] == name] == list(range(MESSAGES))
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_message_belongs_to_one_queue(channel):
    channel._put("films", {"number": 1})
    with pytest.raises(Empty):
        channel._get("default")
    assert channel._get("films") == {"number": 1}


def test_what_another_worker_took_first_is_passed_over(channel, monkeypatch, tmp_path):
    for number in (1, 2):
        channel._put("default", {"number": number})
    listed = sorted(os.listdir(tmp_path))
    monkeypatch.setattr("seko_social.broker.os.listdir", lambda _folder: listed)
    (tmp_path / listed[0]).unlink()
    assert channel._get("default") == {"number": 2}


def test_a_folder_that_cannot_be_written_to_is_a_broker_that_does_not_answer(tmp_path):
    """Whoever sends a task knows what to do about that: the clock finds it later."""
    app = Celery(broker="filesystem://", set_as_current=False)
    app.conf.broker_transport = "seko_social.broker:Transport"
    folders = {"data_folder_in": str(tmp_path), "control_folder": str(tmp_path)}
    app.conf.broker_transport_options = folders | {"data_folder_out": str(tmp_path / "missing")}
    with pytest.raises(OperationalError, match="could not be written"):
        app.send_task("posts.tasks.wake_due", retry=False)
