"""
What do pages cost with a hundred thousand posts, and do they cost more than with a hundred?

Two years of an organisation, on PostgreSQL: 200 people, three channels, six posts of ten with a picture, three lines of
the log for each post; and a page of posts that wait. The pages are asked for by a signed-in client in the site's own
process, thirty times each, so that what is measured is our own time and the database's: no network, no other people.

Both organisations are asked in turns, six times each: what else the machine has to do must not look like growth. What
grows is told twice, by the clock and by what the processor did, here and in the database, which others hardly change.
"""

import json
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import Result, benchmark, servers
from bench.connecting import Still

FEW, MANY = 100, 100_000
WAITING, MORE = 30, 1970
"""More than a page of them; and then two thousand."""
GROWTH = 1.3
TURNS = 5

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
    with servers(), site(FEW) as few, site(MANY) as many:
        before, after = in_turns(few, many)
        years(many, "waiting", MORE)
        crowded = together(told(many) for _ in range(TURNS))
    yield from compared(before, after, crowded)


def in_turns(few: Still, many: Still) -> tuple[dict[str, Any], dict[str, Any]]:
    both = [(told(few), told(many)) for _ in range(TURNS)]
    return together(one for one, _other in both), together(other for _one, other in both)


def together(costs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """All measurements of each page; the queries and the size are the same each time."""
    found: dict[str, Any] = {}
    for told_once in costs:
        for name, cost in told_once.items():
            page = found.setdefault(name, cost | {"ms": [], "busy": []})
            page["ms"] += cost["ms"]
            page["busy"] += cost["busy"]
    return found


def compared(before: dict[str, Any], after: dict[str, Any], crowded: dict[str, Any]) -> Iterator[Result]:
    for name in PROMISED:
        yield from of_page(name, before[name], after[name])
    yield from growth("queue: 30 to 2000 waiting", after["queue"], crowded["queue"])
    yield Result.of("news of the queue, 2000 waiting", "ms", crowded["news of the queue"]["ms"], target=50)


def of_page(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Result]:
    promised, reference = PROMISED[name], REFERENCE.get(name, (None, None, None))
    yield Result.of(name, "ms", after["ms"], target=promised[0], reference=reference[0])
    yield Result.of(f"{name}, of the processor", "ms", after["busy"], target=promised[0])
    about = {"target": promised[1], "reference": reference[1]}
    yield Result.one(name, "queries", 1, after["queries"], **about)
    if promised[2]:
        yield Result.one(name, "kB", 1, after["kB"], target=promised[2], reference=reference[2])
    if name not in FULLER:
        yield from growth(f"{name}: 100 to 100 000 posts", before, after)


def growth(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Result]:
    for how, label in (("ms", name), ("busy", f"{name}, of the processor")):
        ratio = statistics.median(after[how]) / statistics.median(before[how])
        yield Result.one(label, "×", 1, ratio, target=GROWTH)


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
