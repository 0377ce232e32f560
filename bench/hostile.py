"""
What do files cost that mean harm, or are merely broken?

The corpus of the tests (`tests.posts.media.hostile`) goes through what a worker does with an upload, in one process: each
is refused or made safe, and nothing that was hidden in one is in what is made. Then 300 damaged files, from a fixed seed.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import Result, benchmark
from tests.posts.media import hostile
from tests.posts.media.trial import is_as_expected, tried

MUTANTS, SEED = 300, 20261122


@benchmark("hostile")
def files() -> Iterator[Result]:
    corpus = hostile.corpus()
    begun = time.monotonic()
    outcomes = outcomes_of({name: data for name, (data, _) in corpus.items()})
    seconds, count = time.monotonic() - begun, len(outcomes)
    wrong = [name for name, (_, expected) in corpus.items() if not is_as_expected(outcomes[name], expected)]
    damaged = outcomes_of({f"{n:03}": data for n, data in enumerate(hostile.mutants(MUTANTS, SEED))})
    both = [*outcomes.values(), *damaged.values()]
    yield Result.one("hostile files", "files", count, count, target=200, more_is_better=True)
    yield Result.one("neither refused nor made safe", "files", count, len(wrong), target=0)
    yield Result.one(
        "errors that nobody foresaw", "files", len(both), sum("error" in one for one in both), target=0
    )
    yield Result.one(
        "made with what was hidden", "files", len(both), sum(bool(one.get("told")) for one in both), target=0
    )
    yield Result.one("most memory", "MB", len(both), max(one["megabytes"] for one in both), target=400)
    yield Result.one("all hostile files", "s", count, seconds, target=60)


def outcomes_of(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        return tried(Path(folder), files)
