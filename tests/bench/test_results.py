"""What a measurement says, and when it is not good enough."""

import subprocess
import sys

import pytest

import bench
from bench import Result
from bench.__main__ import table
from seko_social.processes import ROOT

VALUES = [float(number) for number in range(1, 41)]


def test_the_median_and_the_95th_of_100_are_told():
    result = Result.of("publishing", "s", VALUES, target=30, reference=9.2)
    assert result == Result("publishing", "s", 40, 20.5, 38.0, 9.2, 30)


@pytest.mark.parametrize(("target", "ok"), [(20.5, True), (20.4, False)])
def test_a_target_is_met_by_the_median(target, ok):
    assert Result.of("publishing", "s", VALUES, target=target).ok is ok


@pytest.mark.parametrize(("p95_target", "ok"), [(38.0, True), (37.9, False)])
def test_and_by_the_95th_where_that_is_promised(p95_target, ok):
    assert Result.of("publishing", "s", VALUES, target=30, p95_target=p95_target).ok is ok


@pytest.mark.parametrize(("rate", "ok"), [(1499, False), (1500, True), (1501, True)])
def test_of_some_things_there_must_be_at_least_so_many(rate, ok):
    assert Result.one("posts", "posts/min", 500, rate, target=1500, more_is_better=True).ok is ok


def test_one_value_is_its_own_95th():
    assert bench.p95([3.0]) == 3.0


def test_the_table_is_as_in_the_documentation():
    shown = table(
        [
            Result("publishing", "s", 40, 0.291, 0.4, 9.2, 0.5, 1.5),
            Result("pages", "ms", 20, 80, 120, None, 50),
            Result("posts", "1/min", 500, 1600, 1600, 37.8, 1500, more_is_better=True),
        ]
    )
    assert shown.splitlines() == [
        "| name       | unit  | n   | median  | p95     | reference | target        | ok  |",
        "| ---        | ---   | --- | ---     | ---     | ---       | ---           | --- |",
        "| publishing | s     | 40  | 0.29    | 0.40    | 9.2       | 0.5, p95 1.5  | yes |",
        "| pages      | ms    | 20  | 80.00   | 120.00  | –         | 50            | no  |",
        "| posts      | 1/min | 500 | 1600.00 | 1600.00 | 37.8      | at least 1500 | yes |",
    ]


def test_a_name_that_is_no_measurement_is_refused_with_those_that_are():
    command = [sys.executable, "-m", "bench", "speed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "publishing" in done.stderr
