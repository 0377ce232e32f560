"""
The whole site as real processes: web, both workers, the clock and the sandbox, on free ports of this machine, with files
and databases of its own. SQLite and the embedded broker, unless DATABASE_URL and REDIS_URL name servers.
"""

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from channels.sandbox.testing import LiveSandbox
from seko_social import processes
from seko_social.processes import ROOT, Process, Running
from tests.harness import beginnings
from tests.harness.beginnings import administer, on
from tests.harness.redis import redis_server

PATIENCE = 90
"""Seconds that a start may take on a busy machine."""
LAST_LINES = 60
STATUSES = """
SELECT channels_channel.platform, posts_publication.status
FROM posts_publication JOIN channels_channel ON channels_channel.id = posts_publication.channel_id
WHERE posts_publication.post_id = """
SECOND_WORKER = "worker 2"


class Site:
    """A running site, as a context manager. `kill("worker")` is kill -9; `start("worker")` brings it back."""

    def __init__(self, folder: Path, *, demo: bool = True, **variables: str) -> None:
        self.folder = folder
        self.demo = demo
        self.variables = variables
        self.sandbox = LiveSandbox(folder / "sandbox", limits=False, mail_dir=folder / "mail")
        self.running: dict[str, Running] = {}
        self.open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.push(self.open)
            self.begin()
            undo.pop_all()
        return self

    def begin(self) -> None:
        beginning = beginnings.copy(self.folder, os.environ.get("DATABASE_URL", ""), demo=self.demo)
        (self.folder / "logs").mkdir()
        servers = self.open.enter_context(own_servers(beginning))
        self.open.enter_context(self.sandbox)
        beginnings.move_in(self.folder, servers.get("DATABASE_URL", ""), self.sandbox.url)
        self.port = free_port()
        self.url = f"http://{processes.LOOPBACK}:{self.port}"
        self.env = self.environment(servers)
        self.open.callback(self.stop)
        for name in self.processes:
            self.start(name)
        self.wait_until_ready()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open.close()

    def environment(self, servers: Mapping[str, str]) -> dict[str, str]:
        return {
            **beginnings.environment(),
            **servers,
            "VAR_DIR": str(self.folder),
            **processes.addresses(self.port, self.sandbox.port),
            "UNDO_SECONDS": "0",
            **self.variables,
        }

    @property
    def processes(self) -> dict[str, Process]:
        return {process.name: process for process in processes.site()}

    # --- steering it

    def start(self, name: str) -> None:
        with self.log_file(name).open("ab") as log:
            self.running[name] = Running(self.processes[name], self.env, log.fileno())

    def kill(self, name: str) -> None:
        """As when the power goes: -9, at once."""
        self.running.pop(name).kill()

    def stop(self) -> None:
        processes.end(self.running.values())
        self.running.clear()

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a management command beside the site; what it wrote."""
        return self.python("manage.py", *arguments, stdin=stdin)

    def python(self, *arguments: str, stdin: str = "") -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(
                f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    # --- what it says

    def statuses(self, post: int) -> dict[str, str]:
        """
        How a post's publications stand, by platform. Read from the database at once: starting Django beside the site may
        take longer than what a test looks at.
        """
        connection = beginnings.connect(self.folder, self.env.get("DATABASE_URL", ""))
        with closing(connection), closing(connection.cursor()) as cursor:
            cursor.execute(STATUSES + str(int(post)))
            rows = cursor.fetchall()
        found = dict(rows)
        assert len(found) == len(rows), rows
        return found

    def health(self) -> tuple[int, dict[str, object]]:
        """What /readyz answers; 0 when nobody answers, or not yet."""
        try:
            answer = requests.get(self.url + "/readyz", timeout=10)
        except (requests.ConnectionError, requests.Timeout) as error:
            return 0, {"reasons": [str(error)]}
        return answer.status_code, answer.json()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while (health := self.health())[0] != 200:
            ended = [name for name, running in self.running.items() if running.has_ended]
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"The site did not start: {ended or health}\n{self.logs()}")
            time.sleep(0.2)

    def log_file(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def logs(self) -> str:
        """The last lines of every process, for whoever must understand what went wrong."""
        return "\n".join(
            f"--- {path.stem}\n{tail(path)}" for path in sorted((self.folder / "logs").glob("*.log"))
        )


class TwoWorkers(Site):
    """As `docker-compose.yml` has it: when one of the workers dies, the other goes on."""

    @property
    def processes(self) -> dict[str, Process]:
        worker = processes.worker("default")
        arguments = tuple(each.replace("default@", "second@") for each in worker.arguments)
        return super().processes | {SECOND_WORKER: Process(SECOND_WORKER, worker.module, arguments)}


def tail(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-LAST_LINES:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((processes.LOOPBACK, 0))
        return probe.getsockname()[1]


@contextmanager
def own_servers(beginning: str) -> Iterator[dict[str, str]]:
    """A copy of a database on the server that the environment names, and a Redis, for one site alone. Or neither."""
    with ExitStack() as stack:
        servers = {}
        if url := os.environ.get("DATABASE_URL", ""):
            servers["DATABASE_URL"] = stack.enter_context(own_database(url, beginning))
        if os.environ.get("REDIS_URL"):
            servers["REDIS_URL"] = stack.enter_context(redis_server())
        yield servers


@contextmanager
def own_database(url: str, beginning: str) -> Iterator[str]:
    name = f"site_{uuid.uuid4().hex}"
    administer(url, f"CREATE DATABASE {name} TEMPLATE {beginning}")
    try:
        yield on(url, name)
    finally:
        administer(url, f"DROP DATABASE {name} WITH (FORCE)")
