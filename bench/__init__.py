"""
Measurements of the whole site, each on servers that it starts for itself: `python -m bench [name]`.

A module of this package registers its measurements with `@benchmark(name)`; each yields results. A reference is what
the closest comparable product needs; a target is what we promise ourselves.
"""

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from tests.harness.postgresql import postgresql
from tests.harness.redis import redis_server


@dataclass(frozen=True)
class Result:
    name: str
    unit: str
    n: int
    median: float
    p95: float
    reference: float | None
    target: float
    """For the median; at most, or at least where more is better."""
    p95_target: float | None = None
    more_is_better: bool = False

    @property
    def ok(self) -> bool:
        if self.more_is_better:
            return self.median >= self.target
        return self.median <= self.target and (self.p95_target is None or self.p95 <= self.p95_target)

    @classmethod
    def of(
        cls,
        name: str,
        unit: str,
        values: Sequence[float],
        *,
        target: float,
        p95_target: float | None = None,
        reference: float | None = None,
    ) -> "Result":
        middle = statistics.median(values)
        return cls(name, unit, len(values), middle, p95(values), reference, target, p95_target)

    @classmethod
    def one(cls, name: str, unit: str, n: int, value: float, **about: Any) -> "Result":
        """A single figure over n things."""
        return cls(name, unit, n, value, value, **({"reference": None} | about))


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed; one that was measured, not one in between."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


@contextmanager
def servers() -> Iterator[None]:
    """The sites that are started meanwhile use a PostgreSQL and a Redis."""
    with (
        postgresql() as database,
        redis_server() as broker,
        mock.patch.dict("os.environ", {"DATABASE_URL": database, "REDIS_URL": broker}),
    ):
        yield


Benchmark = Callable[[], Iterator[Result]]
BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(name: str) -> Callable[[Benchmark], Benchmark]:
    def register(function: Benchmark) -> Benchmark:
        BENCHMARKS[name] = function
        return function

    return register
