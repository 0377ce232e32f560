"""
Measurements of the whole site, each on servers that it starts for itself: `python -m bench [name]`.

A module of this package registers its measurements with `@benchmark(name)`; each yields results. A reference is what
the closest comparable product needs; a target is what we promise ourselves.
"""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    name: str
    unit: str
    n: int
    median: float
    p95: float
    reference: float | None
    target: float

    @property
    def ok(self) -> bool:
        return self.median <= self.target

    @classmethod
    def of(
        cls, name: str, unit: str, values: Sequence[float], *, target: float, reference: float | None = None
    ) -> "Result":
        return cls(name, unit, len(values), statistics.median(values), p95(values), reference, target)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed; one that was measured, not one in between."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


Benchmark = Callable[[], Iterator[Result]]
BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(name: str) -> Callable[[Benchmark], Benchmark]:
    def register(function: Benchmark) -> Benchmark:
        BENCHMARKS[name] = function
        return function

    return register
