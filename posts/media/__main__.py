"""
The other end of `sandboxed.run_isolated`: one job from standard input, its answer to standard output.

Standard input stays open as long as somebody waits for the answer.
"""

import importlib
import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from typing import Any

from posts.media.errors import OURS, MediaRefused, RefusalCode

# Imported by name, because a picture's job need not wait for the film library.
JOBS = {
    "prepare_picture": "posts.media.picture_jobs",
    "smaller_picture": "posts.media.picture_jobs",
    "part_of_picture": "posts.media.picture_jobs",
    "retouch_picture": "posts.media.picture_jobs",
    "find_faces": "posts.media.picture_jobs",
    "prepare_film": "posts.media.film_jobs",
    "film_of_pictures": "posts.media.film_jobs",
    "rendition": "posts.media.film_jobs",
    "still_of_film": "posts.media.film_jobs",
    "read_calendar": "posts.ical",
}
STEP = 0.01
POLITE = 5


def main() -> None:
    job = json.loads(sys.stdin.readline())
    say = speaker()
    end_with_the_asker()
    step_back()
    limit(job["memory_bytes"], job["seconds"])
    work = getattr(importlib.import_module(JOBS[job["function"]]), job["function"])
    try:
        say({"result": work(**job["args"], progress=in_steps(say))})
    except MediaRefused as refusal:
        say({"refused": refusal.code, "facts": refusal.facts})
    except MemoryError:
        say({"refused": RefusalCode.TOO_HEAVY, "facts": {}})
    except OSError as error:
        if error.errno not in OURS:
            raise
        sys.stderr.write(f"{error}\n")
        sys.exit(os.EX_TEMPFAIL)


def end_with_the_asker() -> None:
    """A worker that was killed asks no more; its film would otherwise go on for hours, beside the next worker's."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(os.EX_TEMPFAIL)

    threading.Thread(target=wait, daemon=True).start()


def step_back() -> None:
    """Whoever waits for a page, and what goes out, is served first."""
    os.nice(POLITE)


def speaker() -> Callable[[dict[str, Any]], None]:
    """Keep the way out for ourselves: what a decoder prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(message: dict[str, Any]) -> None:
        print(json.dumps(message), file=out, flush=True)

    return say


def in_steps(say: Callable[[dict[str, Any]], None]) -> Callable[[float], None]:
    """One message for each hundredth, however often the work reports."""
    told = 0.0

    def progress(part: float) -> None:
        nonlocal told
        if part - told >= STEP:
            told = part
            say({"progress": round(part, 3)})

    return progress


def limit(memory_bytes: int, seconds: int) -> None:
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_CPU, seconds)
    lower(resource.RLIMIT_AS, memory_bytes)


def lower(kind: int, value: int) -> None:
    """macOS knows no limit of address space and says so with an error; the limit of time still holds there."""
    _soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(kind, (value, hard))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"No limit {kind}: {error}\n")


if __name__ == "__main__":
    main()
