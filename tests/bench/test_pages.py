"""How two organisations are compared."""

from bench.pages import growth, together


def cost(ms: list[float], busy: list[float]) -> dict:
    return {"ms": ms, "busy": busy, "queries": 12, "kB": 30.0}


def test_the_turns_of_a_page_are_measured_together():
    turns = [{"queue": cost([1, 2], [0.5, 1])}, {"queue": cost([3], [1.5])}]
    assert together(turns) == {"queue": cost([1, 2, 3], [0.5, 1, 1.5])}


def test_growth_is_told_by_the_clock_and_by_the_processor():
    found = list(growth("queue", cost([40, 50, 90], [20, 20, 20]), cost([60, 75, 80], [24, 24, 24])))
    assert [(each.name, each.median, each.ok) for each in found] == [
        ("queue", 1.5, False),
        ("queue, of the processor", 1.2, True),
    ]
