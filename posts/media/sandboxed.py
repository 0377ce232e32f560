"""
Doing media work in a process of its own, under limits of memory and time.

Decoders are large C programs fed with files from anywhere. Whatever such a file makes them do, it costs one
short-lived process that knows no secret: the environment is not handed on.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from posts.media.errors import MediaRefused, RefusalCode

ROOT = Path(__file__).resolve().parents[2]
# A decoder's threads would otherwise reserve 64 MB of address space each, and meet the limit for nothing.
# And where one looks for faces, several wait for each other: on a busy machine six seconds instead of one.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
# Somebody is stopping the machine, or its disk is full: not the file's fault, so it is no refusal.
STOPPED = (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, os.EX_TEMPFAIL)
OUT_OF_BOUNDS = (-signal.SIGKILL, -signal.SIGXCPU)
LAST_WORDS = 2000

logger = logging.getLogger(__name__)


class WorkInterruptedError(Exception):
    """The work was stopped by something outside the file. The same work can be done again."""


def run_isolated(
    function_name: str,
    args: dict[str, Any],
    memory_bytes: int,
    seconds: int,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """The result of a job named in `posts.media.__main__`; arguments and result are plain JSON values.

    Raises `MediaRefused` when the job refuses the file, dies of it, or takes more than it is given.
    """
    job = {"function": function_name, "args": args, "memory_bytes": memory_bytes, "seconds": seconds}
    with tempfile.TemporaryFile() as errors, started(errors) as process, killed_after(process, seconds):
        answer = conversation(process, job, progress)
        process.wait()
        if answer is None:
            raise refusal_for(process.returncode, errors)
    if "refused" in answer:
        raise MediaRefused(answer["refused"], **answer["facts"])
    return answer["result"]


@contextmanager
def started(errors: IO[bytes]) -> Iterator[subprocess.Popen[str]]:
    """
    A group of its own, so that Ctrl-C in the terminal ends the worker gently and not the file's decoding. The session is
    the worker's: where the kernel shares the processors by sessions, all pictures together are one of them.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "posts.media"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=ROOT,
        env=ENVIRONMENT,
        text=True,
        process_group=0,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def killed_after(process: subprocess.Popen[str], seconds: int) -> Iterator[None]:
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def conversation(
    process: subprocess.Popen[str], job: dict[str, Any], progress: Callable[[float], None] | None
) -> dict[str, Any] | None:
    """Hand over the job; hear how far it is; return its last word, or None if there was none.

    The way in is not closed: when it is, the process knows that nobody waits for it any more.
    """
    assert process.stdin is not None  # noqa: S101  (for the type checker: both are pipes)
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        with suppress(BrokenPipeError):
            process.stdin.close()
        return None
    for line in process.stdout:
        message = json.loads(line)
        if "progress" not in message:
            return message
        if progress:
            progress(message["progress"])
    return None


def refusal_for(returncode: int, errors: IO[bytes]) -> Exception:
    """What a silent end means. Unforeseen errors of our own land here too: logged for us, an answer for the sender."""
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - LAST_WORDS))
    words = errors.read().decode(errors="replace")
    logger.error("A media process ended with %s: %s", returncode, words)
    if returncode in STOPPED:
        return WorkInterruptedError(words)
    too_much = returncode in OUT_OF_BOUNDS or "MemoryError" in words
    return MediaRefused(RefusalCode.TOO_HEAVY if too_much else RefusalCode.DAMAGED)
