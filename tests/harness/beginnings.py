"""
What a site begins with: a migrated database, and the demo organisation if it is wanted. Made once for a whole run, under
a lock, and copied for every site in it; making it costs more than most of the stories that are played there.
"""

import atexit
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2

from seko_social.processes import ROOT

VARIABLE = "BEGINNINGS"
"""Names the folder that the processes of one run share."""
NOWHERE = "http://127.0.0.1:1"
"""Where the sandbox is said to be while nobody plays: every site has one of its own, elsewhere."""
DATABASE_FILE = "seko_social.sqlite3"
ADDRESSES = (("posts_publication", "url"), ("channels_channel", "url"))
"""What people follow. The log keeps what it was told."""


@contextmanager
def shared() -> Iterator[None]:
    """Around a run of several processes: what one of them has made, the others copy."""
    with tempfile.TemporaryDirectory(prefix="seko-beginnings-") as folder:
        os.environ[VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[VARIABLE]


@cache
def own_folder() -> str:
    """For a process that shares with nobody; gone when it ends."""
    made = tempfile.mkdtemp(prefix="seko-beginnings-")
    atexit.register(shutil.rmtree, made)
    return made


def folder() -> Path:
    return Path(os.environ.get(VARIABLE) or own_folder())


def copy(target: Path, server: str, *, demo: bool) -> str:
    """
    Put the files of a beginning into `target`, a folder that is not there yet. `server` is the DATABASE_URL of
    PostgreSQL, or empty; returned is the name of the database there to be copied too.
    """
    name = f"beginning_{'demo' if demo else 'bare'}_{zlib.crc32(server.encode()):08x}"
    made = folder() / name
    with locked(folder() / "lock"):
        if not made.exists():
            make(made, on(server, name) if server else "", demo=demo)
        shutil.copytree(made, target)
    return name


def make(made: Path, database: str, *, demo: bool) -> None:
    """Whole or not at all: what is half made has another name, and what was left of one that died is thrown away."""
    half = made.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    env = environment() | {"VAR_DIR": str(half), "SANDBOX_URL": NOWHERE}
    if database:
        administer(on(database, "postgres"), f"DROP DATABASE IF EXISTS {made.name}")
        administer(on(database, "postgres"), f"CREATE DATABASE {made.name}")
        env["DATABASE_URL"] = database
    run(env, "migrate", "--verbosity", "0")
    if demo:
        run(env, "load_demo", "--without-plans")
    half.mkdir(exist_ok=True)
    half.rename(made)


def run(env: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=True)


def environment() -> dict[str, str]:
    """This process's, without its own database and broker."""
    return {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}


def move_in(target: Path, database: str, sandbox: str) -> None:
    """What the history links to is at this site's own sandbox."""
    connection = connect(target, database)
    with closing(connection), closing(connection.cursor()) as cursor:
        for table, column in ADDRESSES:
            # Both are ours: nothing in the statement comes from outside.
            cursor.execute(f"UPDATE {table} SET {column} = REPLACE({column}, '{NOWHERE}', '{sandbox}')")  # noqa: S608
        connection.commit()


def connect(files: Path, database: str) -> Any:
    """To a site's database: a file among its files, unless it has one on a server."""
    return psycopg2.connect(database) if database else sqlite3.connect(files / DATABASE_FILE)


# --- databases on a server ------------------------------------------------------------------------------------


def on(server: str, name: str) -> str:
    """The address of another database on the same server."""
    return f"{server.rpartition('/')[0]}/{name}"


def administer(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
