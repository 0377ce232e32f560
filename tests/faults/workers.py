"""The warm worker, as tests see it: order one, wait until it has died or stopped, wake it again."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import connection

from seko_social.processes import ROOT
from tests.faults.matrix import Place
from tests.faults.scene import PATIENCE, ROUNDS, Scene

NOWHERE = Place("nowhere", "")


@dataclass
class Child:
    """One worker on one publication."""

    pid: int
    states: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_stopped(self) -> bool:
        return bool(self.states) and self.states[-1]["state"] == "stopped"

    @property
    def code(self) -> int | None:
        """How it ended; None while it lives."""
        return self.states[-1].get("code") if self.states else None

    def resume(self) -> None:
        self.states.clear()
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Workers:
    """Forks workers from one warm process, as a context manager."""

    def __init__(self) -> None:
        self.children: dict[int, Child] = {}
        self.orders: dict[int, int] = {}
        self.numbers = itertools.count(1)
        self.news = threading.Condition()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.worker"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self.children.values():
            if child.code is None:
                child.kill()
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(PATIENCE)

    def listen(self) -> None:
        with self.process.stdout or open(os.devnull) as lines:
            for line in lines:
                fact = json.loads(line)
                with self.news:
                    if "state" in fact:
                        self.children[fact["pid"]].states.append(fact)
                    else:
                        self.children[fact["pid"]] = Child(fact["pid"])
                        self.orders[fact["order"]] = fact["pid"]
                    self.news.notify_all()

    def order(
        self, scene: Scene, place: Place = NOWHERE, *, by: str = "SIGKILL", lease: float | None = None
    ) -> Child:
        """Have a worker take it, and meet with the signal at this place."""
        return self.start(
            "publish",
            scene.pk,
            platform=scene.publication.channel.platform,
            where=place.where,
            number=place.number,
            signal=by,
            lease=lease or settings.LEASE_SECONDS,
        )

    def start(self, task: str, thing: Any = None, **more: Any) -> Child:
        """Have a process of its own do one of the worker's tasks."""
        number = next(self.numbers)
        order = {
            "task": task,
            "thing": thing,
            "number_of_order": number,
            "where": "",
            "lease": settings.LEASE_SECONDS,
            "addresses": settings.PLATFORM_ADDRESSES,
            "media_root": str(settings.MEDIA_ROOT),
            "database": str(connection.settings_dict["NAME"]),
            "broker": {},
        }
        with self.news:
            self.process.stdin.write(json.dumps(order | more) + "\n")  # type: ignore[union-attr]
            assert self.news.wait_for(lambda: number in self.orders, PATIENCE), "no worker"
            return self.children[self.orders[number]]

    def do(self, task: str, thing: Any = None, **more: Any) -> int | None:
        """The same, and how it ended."""
        self.wait(child := self.start(task, thing, **more))
        return child.code

    def hit(self, scene: Scene, place: Place, *, by: str = "SIGKILL", lease: float | None = None) -> Child:
        """One worker after the other, until the signal has hit one: a film is waited for in several attempts."""
        for _ in range(ROUNDS):
            self.wait(child := self.order(scene, place, by=by, lease=lease))
            if child.code != 0:
                return child
            scene.wait()
        raise AssertionError(f"nobody came to {place}: {vars(scene.publication)}")

    def wait(self, child: Child) -> None:
        """Until it has stopped or ended."""
        with self.news:
            assert self.news.wait_for(lambda: bool(child.states), PATIENCE), (
                f"worker {child.pid} neither stops nor ends"
            )
