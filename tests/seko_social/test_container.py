"""
The files that make a container, proved without a container engine: the image's own steps are run in a copy of what would
be in it, and every command of `docker-compose.yml` is started as it stands, on a real PostgreSQL and a real Redis.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest
import requests
import yaml

from seko_social import processes
from seko_social.processes import ROOT
from tests.harness.postgresql import postgresql
from tests.harness.redis import redis_server
from tests.harness.site import free_port, tail
from tests.seko_social.processes import environment

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
IGNORED = [
    line.removeprefix("**/")
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line and line[0] not in "#!"
]
BIN = Path(sys.executable).parent
OURS = {"web": processes.web(), "clock": processes.clock()} | {
    process.name: process for process in map(processes.worker, processes.THREADS)
}


def command_of(service):
    command = SERVICES[service]["command"]
    return shlex.split(command) if isinstance(command, str) else command


@pytest.mark.parametrize("name", OURS)
def test_compose_starts_what_make_run_starts(name):
    assert command_of(name) == [OURS[name].module, *OURS[name].arguments]


def test_the_image_starts_the_web_server_by_itself():
    assert f"CMD {command_of('web')}".replace("'", '"') in DOCKERFILE


def test_the_example_names_only_variables_that_are_told_about():
    told = (ROOT / "docs" / "operations.md").read_text()
    named = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert [name for name in named if f"`{name}`" not in told] == []


def test_every_variable_that_is_read_is_told_about():
    told = (ROOT / "docs" / "operations.md").read_text()
    code = "".join(path.read_text() for path in (ROOT / "seko_social").glob("*.py"))
    read = set(re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", code)) - {"SANDBOX_PORT"}
    assert len(read) > 20
    assert sorted(name for name in read if f"`{name}`" not in told) == []


def test_the_example_holds_no_secret():
    text = (ROOT / ".env.example").read_text()
    values = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    secret = {name: value for name, value in values.items() if re.search("KEY|SECRET|PASSWORD|_URL$", name)}
    assert {name: value for name, value in secret.items() if value} == {
        "SITE_URL": "https://social.example.org"
    }


# --- the image --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """What would be in the image, after its own steps."""
    folder = tmp_path_factory.mktemp("image") / "site"
    shutil.copytree(ROOT, folder, ignore=left_out)
    for step in re.findall(r"^RUN (.*/venv/bin/(?:pybabel|python) .*)$", DOCKERFILE, re.MULTILINE):
        command = step.replace("/venv/bin", str(BIN)).replace("/tmp/var", str(folder.parent / "var"))
        subprocess.run(["sh", "-c", command], cwd=folder, env=environment(folder.parent / "var"), check=True)
    return folder


def left_out(_folder, names):
    return {name for name in names if any(fnmatch(name, pattern) for pattern in IGNORED)}


def test_the_image_has_what_the_site_needs_and_nothing_else(image):
    assert (image / "staticfiles" / "staticfiles.json").exists()
    assert {"manage.py", "seko_social", "posts", "templates", "static"} <= set(os.listdir(image))
    assert {"tests", "bench", "var", ".git", ".venv", ".env"} & set(os.listdir(image)) == set()


# --- the commands -----------------------------------------------------------------------------------------


class Command(processes.Process):
    """A command as it stands, and not a module of Python's."""

    @property
    def command(self):
        return [str(BIN / self.module), *self.arguments]


@contextmanager
def started(image, env, *names):
    logs = {name: image.parent / f"{name}.log" for name in names}
    running = {}
    try:
        for name, log in logs.items():
            program, *arguments = command_of(name)
            with log.open("wb") as output:
                command = Command(name, program, tuple(arguments))
                running[name] = processes.Running(command, env, output.fileno(), image)
        yield running, logs
    finally:
        processes.end(running.values())


def production(folder, database, broker, port):
    return environment(
        folder,
        PATH=f"{BIN}:{os.environ['PATH']}",
        PRODUCTION="1",
        SECRET_KEY="s" * 50,
        CREDENTIAL_KEYS="k1:ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM=",
        ALLOWED_HOSTS="social.example.org",
        SITE_URL="https://social.example.org",
        DATABASE_URL=database,
        REDIS_URL=broker,
        BIND=f"127.0.0.1:{port}",
        PYTHONWARNINGS="ignore",
    )


def until(done, logs, seconds=90):
    deadline = time.monotonic() + seconds
    while not (answer := done()):
        assert time.monotonic() < deadline, "\n".join(
            f"--- {name}\n{tail(log)}" for name, log in logs.items()
        )
        time.sleep(0.3)
    return answer


def ask(port, path, **headers):
    try:
        return requests.get(
            f"http://127.0.0.1:{port}{path}", headers=headers, timeout=10, allow_redirects=False
        )
    except requests.ConnectionError:
        return None


def health_check(service, env, image, port):
    kind, *command = SERVICES[service]["healthcheck"]["test"]
    command = [part.replace("$$", "$").replace(":8000/", f":{port}/") for part in command]
    command = ["sh", "-c", *command] if kind == "CMD-SHELL" else command
    done = subprocess.run(command, cwd=image, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.postgresql
def test_every_command_of_compose_works_as_it_stands(image):
    port = free_port()
    with postgresql() as database, redis_server() as broker:
        env = production(image.parent / "data", database, broker, port)
        subprocess.run([str(BIN / "python"), *command_of("migrate")[1:]], cwd=image, env=env, check=True)
        with started(image, env, "web", "worker", "films", "clock") as (running, logs):
            until(lambda: (answer := ask(port, "/readyz")) is not None and answer.status_code == 200, logs)
            for service in ("web", "worker", "films", "clock"):
                assert health_check(service, env, image, port)[0] == 0, health_check(
                    service, env, image, port
                )
            assert_serves(port)
            running["films"].kill()
            running["web"].kill()
            assert health_check("films", env, image, port)[0] != 0
            assert health_check("web", env, image, port)[0] != 0
    assert "GET /konto/login/ 200" in logs["web"].read_text()


def assert_serves(port):
    """Behind the proxy's https only, and with the files that the image collected."""
    known = {"Host": "social.example.org"}
    assert ask(port, "/", **known).headers["Location"] == "https://social.example.org/"
    page = ask(port, "/konto/login/", **known, **{"X-Forwarded-Proto": "https"})
    assert page.status_code == 200
    style = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page.text)[1]
    answer = ask(port, style, **known, **{"X-Forwarded-Proto": "https"})
    assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True)
