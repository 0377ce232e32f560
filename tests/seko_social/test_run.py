"""`make run`: one command, a whole site, and nothing left of it afterwards."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import NamedTuple

import pytest
import requests

from seko_social import processes
from seko_social.demo import story
from seko_social.processes import ROOT
from tests.harness.site import free_port
from tests.seko_social.processes import environment

SECONDS = 120


@contextmanager
def make_run(folder, **variables):
    """The command, and a way to read its lines until one of them says something."""
    variables = {"PORT": str(free_port()), "PYTHONWARNINGS": ""} | variables
    command = [sys.executable, "-m", "seko_social.run"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(folder, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process, int(variables["PORT"])
        finally:
            kill(family(process) | {process.pid})


def kill(pids):
    """What a failed test left behind."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def read_until(process, sentence):
    said = []
    for line in process.stdout:
        said.append(line)
        if sentence in line:
            return "".join(said)
    pytest.fail(f"it ended without {sentence!r}:\n{''.join(said)}")


def family(process):
    return processes.descendants({process.pid})


def alive(pids):
    return pids & set(processes.parent_of_each())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture(scope="module")
def first_start(folder):
    """What a first start said, and what was left of it after Ctrl-C."""
    with make_run(folder) as (process, port):
        said = read_until(process, "Ctrl-C ends everything.")
        page = requests.get(f"http://127.0.0.1:{port}/konto/login/?next=hemligt", timeout=10)
        children = family(process)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        yield Start(port, said, rest, page.status_code, process.wait(SECONDS), len(children), alive(children))


class Start(NamedTuple):
    port: int
    said: str
    rest: str
    page: int
    code: int
    children: int
    left: set[int]


def test_a_first_start_says_where_it_is_and_who_can_sign_in(first_start):
    said = first_start.said
    assert f"Seko Social is ready: http://127.0.0.1:{first_start.port}" in said
    assert [email for email, *_ in story.PEOPLE if email not in said] == []
    assert story.PASSWORD in said
    names = {match[1] for match in re.finditer(r"^[\d:]+ (\w+) +\| ", said, re.MULTILINE)}
    assert names >= {"site", "web", "sandbox"}
    assert first_start.page == 200


def test_ctrl_c_ends_all_of_it(first_start):
    assert first_start.children > 5
    assert (first_start.code, first_start.left) == (0, set())
    assert first_start.rest.endswith("All has ended.\n")


def test_a_request_is_one_line_without_its_query(first_start):
    everything = first_start.said + first_start.rest
    assert "GET /konto/login/ 200" in everything
    assert ("hemligt" in everything, "Traceback" in everything) == (False, False)


@pytest.mark.usefixtures("first_start")
def test_a_second_start_keeps_the_data_and_a_term_signal_ends_it_too(folder):
    database = folder / "seko_social.sqlite3"
    before = database.stat().st_ino
    with make_run(folder) as (process, _):
        said = read_until(process, "Ctrl-C ends everything.")
        children = family(process)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert (process.wait(SECONDS), alive(children)) == (0, set())
    assert "The demo organisation is there already." in said
    assert said.count(" ready.\n") == 2, "the workers of the last time were taken for those of now"
    assert database.stat().st_ino == before


@pytest.mark.usefixtures("first_start")
def test_when_one_process_dies_all_end_with_a_sentence(folder):
    with make_run(folder) as (process, _):
        read_until(process, "Ctrl-C ends everything.")
        children = family(process)
        os.kill(pid_of("--queues films", children), signal.SIGKILL)
        rest = process.stdout.read()
        assert (process.wait(SECONDS), alive(children)) == (1, set())
    assert "films has ended by itself (exit code -9)." in rest


def pid_of(words, pids):
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    [found] = [
        int(line.split()[0])
        for line in listing.splitlines()
        if words in line and int(line.split()[0]) in pids
    ]
    return found


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_a_sentence_and_nothing_starts(name, taken, tmp_path):
    with make_run(tmp_path, **{name: str(taken)}) as (process, _):
        said = process.stdout.read()
        assert process.wait(SECONDS) == 1
    other = re.fullmatch(rf"Port {taken} is taken or not allowed. (\d+) is free: {name}=\1 make run.\n", said)
    assert int(other[1]) > taken
    assert list(tmp_path.iterdir()) == []


def test_a_demo_organisation_that_was_stopped_half_way_is_not_kept(tmp_path):
    with make_run(tmp_path) as (process, _):
        read_until(process, "post 2 of ")
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(SECONDS) == 0
    with sqlite3.connect(tmp_path / "seko_social.sqlite3") as database:
        counts = database.execute(
            "SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM posts_post)"
        )
        assert counts.fetchone() == (0, 0)
    database.close()


def test_a_database_that_is_down_is_a_sentence(tmp_path):
    with make_run(tmp_path, DATABASE_URL="postgresql://seko:hemligt@127.0.0.1:1/seko") as (process, _):
        said = process.stdout.read()
        assert process.wait(SECONDS) == 1
    assert said.endswith("The database does not answer: look at DATABASE_URL.\n")
    assert ("Traceback" in said, "hemligt" in said) == (False, False)


def test_it_is_not_for_production(tmp_path):
    secrets = {"SECRET_KEY": "x" * 40, "CREDENTIAL_KEYS": "k1:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM="}
    with make_run(tmp_path, PRODUCTION="1", ALLOWED_HOSTS="social.example.org", **secrets) as (process, _):
        said = process.stdout.read()
        assert process.wait(SECONDS) == 1
    assert said == "PRODUCTION is set: make run is for trying out. See docs/operations.md.\n"


def test_what_made_a_session_of_its_own_ends_too(tmp_path):
    """Films are decoded in such processes: a worker that is killed must not leave them behind."""
    running = processes.Running(Nested("nested", "-c", (NESTED,)), environment(tmp_path), subprocess.PIPE)
    with running.popen.stdout:
        said = running.popen.stdout.readline()
        children = processes.descendants({running.pid})
        processes.end([running])
    assert said == b"ready\n"
    assert (len(children), alive(children)) == (1, set())


NESTED = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("ready", flush=True)
time.sleep(600)
"""


class Nested(processes.Process):
    @property
    def command(self):
        return [sys.executable, self.module, *self.arguments]
