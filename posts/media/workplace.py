"""
A folder on this machine's disk for the work on one file.

It is gone when the work ends. A worker that is killed cannot clear up, and what it leaves may be somebody's original:
so the next one does. Whether anybody still works in a folder is told by a lock, which the system takes off the dead.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "seko-media-"
# A folder that was made just now may not have been locked yet.
SECONDS_TO_LOCK = 60


@contextmanager
def workplace() -> Iterator[Path]:
    clear_abandoned()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, occupied(Path(name)):
        yield Path(name)


@contextmanager
def occupied(folder: Path) -> Iterator[bool]:
    """Lock the folder; False: somebody else works in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield is_locked(descriptor)
    finally:
        os.close(descriptor)


def is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def clear_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            clear_if_abandoned(folder)
        except (FileNotFoundError, PermissionError):
            # Another worker was faster, or it is another user's.
            continue


def clear_if_abandoned(folder: Path) -> None:
    if time.time() - folder.stat().st_mtime < SECONDS_TO_LOCK:
        return
    with occupied(folder) as is_ours:
        if is_ours:
            shutil.rmtree(folder)
