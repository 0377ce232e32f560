"""
A broker that loses everything it was given, or is gone: the clock finds in the database what is due. It comes out once.

The real broker that this run uses: messages as files, or a Redis of its own that is killed by its number.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis as client
from django.conf import settings
from django.utils import timezone

from tests.faults.matrix import CONTENTS, PUBLISHED, Content
from tests.faults.scene import Scene, scene
from tests.faults.verdict import count, is_public_once
from tests.harness.redis import redis_server

pytestmark = pytest.mark.django_db(transaction=True)
LOST = timedelta(minutes=1)
"""After this at the latest the clock does not believe any more that a worker will come."""


@dataclass
class Files:
    """The embedded broker: messages are files in a folder."""

    folder: Path

    @property
    def conf(self) -> dict[str, Any]:
        folders = {"data_folder_in": str(self.folder), "data_folder_out": str(self.folder)}
        return {"broker_transport_options": folders | {"control_folder": str(self.folder / "control")}}

    def start(self) -> None:
        if self.folder.is_file():
            self.folder.unlink()
        self.folder.mkdir(exist_ok=True)

    def messages(self) -> int:
        return len([*self.folder.glob("*.msg")])

    def lose(self) -> None:
        for message in self.folder.glob("*.msg"):
            message.unlink()

    def kill(self) -> None:
        """There is no process to kill: its folder is gone, and cannot be made."""
        shutil.rmtree(self.folder)
        self.folder.write_text("no folder")


@dataclass
class Redis:
    """A server of its own, which forgets everything when it is killed."""

    stack: ExitStack = field(default_factory=ExitStack)
    url: str = ""

    @property
    def conf(self) -> dict[str, Any]:
        return {"broker_url": self.url}

    @property
    def connection(self) -> Any:
        return client.Redis(unix_socket_path=self.url.removeprefix("redis+socket://"))

    def start(self) -> None:
        self.url = self.stack.enter_context(redis_server())

    def messages(self) -> int:
        return sum(self.connection.llen(queue) for queue in settings.QUEUES)

    def lose(self) -> None:
        self.connection.flushall()

    def kill(self) -> None:
        os.kill(self.connection.info("server")["process_id"], signal.SIGKILL)
        self.stack.close()


@pytest.fixture
def broker(tmp_path) -> Iterator[Files | Redis]:
    broker = Redis() if settings.REDIS_URL else Files(tmp_path / "broker")
    broker.start()
    yield broker
    if isinstance(broker, Redis):
        broker.stack.close()


def wake(workers, broker) -> None:
    """What the clock does."""
    assert workers.do("wake", broker=broker.conf) == 0


def a_worker_takes(workers, broker, content: Content) -> None:
    queue = "films" if content.films else "default"
    assert workers.do("take from broker", queue, broker=broker.conf) == 0


def comes_out(played: Scene, workers, broker, content: Content) -> None:
    """By what the broker hands to workers, and nothing else."""
    for _ in range(10):
        if played.is_at_rest():
            return
        if (wait := played.next_moment() - timezone.now()) > timedelta(0):
            played.let_pass(wait)
        wake(workers, broker)
        a_worker_takes(workers, broker, content)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_a_broker_that_loses_what_it_was_given(sandbox, workers, broker, content, record_property):
    played = scene(sandbox, content)
    wake(workers, broker)
    assert broker.messages() == 1
    broker.lose()
    played.let_pass(LOST)
    comes_out(played, workers, broker, content)
    count(record_property, played, content.platform, "broker emptied")
    assert (played.status, broker.messages()) == (PUBLISHED, 0)
    is_public_once(played, ("receipt",))


@pytest.mark.parametrize("content", CONTENTS[:1], ids=lambda content: content.name)
def test_a_broker_whose_disk_is_full(sandbox, workers, broker, content, record_property):
    if isinstance(broker, Redis):
        pytest.skip("Redis keeps its messages in memory here, and on no disk")
    played = scene(sandbox, content)
    wake(workers, broker)
    broker.lose()
    played.let_pass(LOST)
    assert workers.do("wake", broker=broker.conf, room=10) == 0
    assert (broker.messages(), played.status) == (0, "queued")
    played.let_pass(LOST)
    comes_out(played, workers, broker, content)
    count(record_property, played, content.platform, "broker's disk full")
    is_public_once(played, ("receipt",))


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_a_broker_that_is_gone(sandbox, workers, broker, content, record_property):
    played = scene(sandbox, content)
    wake(workers, broker)
    broker.kill()
    played.let_pass(LOST)
    wake(workers, broker)
    assert played.status == "queued"
    broker.start()
    played.let_pass(LOST)
    comes_out(played, workers, broker, content)
    count(record_property, played, content.platform, "broker killed")
    assert played.status == PUBLISHED
    is_public_once(played, ("receipt",))
