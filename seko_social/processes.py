"""
The processes that make a site, and how they are started and ended. `make run`, the tests and the benchmarks use this
list; `docker-compose.yml` starts the same commands, and a test compares them.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
THREADS = {"default": 6, "films": 2}
"""
How much each queue's worker does at once. A text mostly waits for its platform's answer: six at once keep half a core
busy, and twice as many in one process get in each other's way. Films are heavy, and their uploads fill the line.
"""
SECONDS_TO_END = 5


@dataclass(frozen=True)
class Process:
    name: str
    module: str
    arguments: tuple[str, ...]

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", self.module, *self.arguments]


def web() -> Process:
    return Process("web", "gunicorn", ("--config", "python:seko_social.web", "seko_social.wsgi"))


def worker(queue: str) -> Process:
    """Threads and not forks: what is heavy has a process of its own, and the rest waits for the network."""
    place = ("--queues", queue, "--hostname", f"{queue}@%h")
    pool = ("--pool", "threads", "--concurrency", str(THREADS[queue]))
    # Workers talk to each other through the database alone.
    alone = ("--without-mingle", "--without-gossip", "--without-heartbeat")
    name = "worker" if queue == "default" else queue
    return Process(name, "celery", ("--quiet", "--app", "seko_social", "worker", *place, *pool, *alone))


def clock() -> Process:
    return Process("clock", "celery", ("--quiet", "--app", "seko_social", "beat"))


def sandbox(port: int, folder: Path, mail: Path) -> Process:
    """It shows what followers see, and the mails that people would have had."""
    places = ("--data", str(folder), "--mail", str(mail))
    return Process("sandbox", "channels.sandbox", ("--port", str(port), *places))


def site() -> list[Process]:
    """Everything but the platforms."""
    return [web(), *map(worker, THREADS), clock()]


def addresses(port: int, sandbox_port: int) -> dict[str, str]:
    """The variables that say where on this machine everything is."""
    return {
        "PORT": str(port),
        "BIND": f"{LOOPBACK}:{port}",
        "SANDBOX_URL": f"http://{LOOPBACK}:{sandbox_port}",
    }


class Running:
    """A started process, in a session of its own, so that its children can be ended with it."""

    def __init__(
        self, process: Process, environment: Mapping[str, str], output: IO[bytes] | int, folder: Path = ROOT
    ) -> None:
        self.name = process.name
        self.popen = subprocess.Popen(
            process.command,
            cwd=folder,
            env={**environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def has_ended(self) -> bool:
        return self.popen.poll() is not None

    def send(self, number: signal.Signals) -> None:
        """To the process and its children; also when only children are left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """As when the power goes."""
        self.send(signal.SIGKILL)
        self.popen.wait()


def end(running: Iterable[Running], seconds: float = SECONDS_TO_END) -> None:
    """Ask politely, wait, and then insist; also with grandchildren that have made a session of their own."""
    running = list(running)
    offspring = descendants({each.pid for each in running})
    for each in running:
        each.send(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for each in running:
        with suppress(subprocess.TimeoutExpired):
            each.popen.wait(max(0, deadline - time.monotonic()))
    offspring |= descendants({each.pid for each in running})
    for each in running:
        each.kill()
    for pid in offspring & set(parent_of_each()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def descendants(ancestors: set[int]) -> set[int]:
    """The living children of these processes, their children, and so on. Nobody, on a machine without `ps`."""
    parents = parent_of_each()
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in ancestors | found} - found:
        found |= more
    return found


def parent_of_each() -> dict[int, int]:
    try:
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "stat="],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return {}
    rows = (line.split() for line in listing.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
