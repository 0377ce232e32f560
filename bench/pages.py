"""
What do pages cost with a hundred thousand posts, and do they cost more than with a hundred?

Two years of an organisation, on PostgreSQL: 200 people, three channels, six posts of ten with a picture, three lines of
the log for each post; and a page of posts that wait. The pages are asked for by a signed-in client in the site's own
process, thirty times each, so that what is measured is our own time and the database's: no network, no other people.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import Result, benchmark, servers
from bench.connecting import Still

FEW, MANY = 100, 100_000
WAITING, MORE = 30, 1970
"""More than a page of them; and then two thousand."""
GROWTH = 1.3

# name of the page: milliseconds, queries, kB; and what the closest comparable product needs of them.
PROMISED: dict[str, tuple[float, int, float | None]] = {
    "queue": (50, 12, 120),
    "queue, a page further": (50, 12, 120),
    "queue, one region": (50, 12, 120),
    "search, what is in every post": (100, 12, None),
    "search, two words": (100, 12, None),
    "search, a rare word": (100, 12, None),
    "search, two letters": (100, 12, None),
    "search, nothing": (100, 12, None),
    "calendar, week": (60, 12, None),
    "calendar, month": (60, 12, None),
    "calendar, a week a year ago": (60, 12, None),
    "frequency": (100, 12, None),
    "log": (100, 12, None),
}
FULLER = {"search, two words", "search, a rare word", "search, two letters", "search, nothing"}
"""Among a hundred posts they find less: nothing to compare."""
REFERENCE: dict[str, tuple[float, int, float | None]] = {
    "queue": (1568, 43, 1600),
    "calendar, week": (6696, 38, None),
    "calendar, month": (18238, 164, None),
}


@benchmark("pages")
def pages() -> Iterator[Result]:
    with servers():
        with site(FEW) as few:
            before = told(few)
        with site(MANY) as many:
            after = told(many)
            years(many, "waiting", MORE)
            crowded = told(many)
    yield from compared(before, after, crowded)


def compared(before: dict[str, Any], after: dict[str, Any], crowded: dict[str, Any]) -> Iterator[Result]:
    for name in PROMISED:
        yield from of_page(name, before[name], after[name])
    yield Result.one(
        "queue: 30 to 2000 waiting", "×", 1, ratio(crowded["queue"], after["queue"]), target=GROWTH
    )
    yield Result.of("news of the queue, 2000 waiting", "ms", crowded["news of the queue"]["ms"], target=50)


def of_page(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Result]:
    promised, reference = PROMISED[name], REFERENCE.get(name, (None, None, None))
    yield Result.of(name, "ms", after["ms"], target=promised[0], reference=reference[0])
    about = {"target": promised[1], "reference": reference[1]}
    yield Result.one(name, "queries", 1, after["queries"], **about)
    if promised[2]:
        yield Result.one(name, "kB", 1, after["kB"], target=promised[2], reference=reference[2])
    if name not in FULLER:
        yield Result.one(f"{name}: 100 to 100 000 posts", "×", 1, ratio(after, before), target=GROWTH)


def ratio(after: dict[str, Any], before: dict[str, Any]) -> float:
    return middle(after) / middle(before)


def middle(cost: dict[str, Any]) -> float:
    return sorted(cost["ms"])[len(cost["ms"]) // 2]


@contextmanager
def site(posts: int) -> Iterator[Still]:
    """One with so many posts behind it."""
    with tempfile.TemporaryDirectory() as folder, Still(Path(folder) / "var", demo=False) as running:
        years(running, "history", posts)
        years(running, "waiting", WAITING)
        yield running


def years(running: Still, *arguments: Any) -> str:
    return running.python("-m", "tests.harness.two_years", *map(str, arguments))


def told(running: Still) -> dict[str, Any]:
    return json.loads(years(running, "measure"))
