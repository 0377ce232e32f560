"""
The table at the end of the run: per platform and fault how many cells, how many posts lost, how many doubled.

It is printed by the process that gathers the reports, and so knows nothing of Django.
"""

from collections import Counter, defaultdict
from typing import Any

CELL = "cell of the fault matrix"
ABSENCES = {
    "a stage call of a text": "one call makes a text public",
    "a fault of the platform before stage, or between stage and commit": "nothing is said to it there",
    "the broker at any step but the first": "it only carries the number of a publication to the worker that claims it",
    "the embedded broker killed": "it has no process; its folder is taken away instead",
    "the database connection cut on SQLite": "the database is a file that the worker itself reads and writes",
    "a full disk for a text": "a text has no file",
    "a token renewed for an answer": "it is renewed for the channel, whatever is sent there",
    "a token of Facebook's renewed": "a page's token does not run out, and cannot be renewed",
    "a film on Facebook that fails in processing before it is public": "Facebook processes what is public already",
}
"""Combinations that there is nothing to test of, and why."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Per platform and fault: how many cells, how many posts lost, how many doubled; and what does not exist, and why."""
    cells = cells_in(terminalreporter)
    if not cells:
        return
    terminalreporter.section("fault matrix")
    terminalreporter.write_line(f"{'platform':10} {'fault':34} {'cells':>6} {'lost':>5} {'doubled':>8}")
    totals: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for platform, fault, lost, doubled in cells:
        for row in ((platform, fault), ("all", "")):
            totals[row].update(cells=1, lost=lost, doubled=doubled)
    for (platform, fault), sums in sorted(totals.items(), key=lambda row: (row[0][0] == "all", row[0])):
        numbers = f"{sums['cells']:6} {sums['lost']:5} {sums['doubled']:8}"
        terminalreporter.write_line(f"{platform:10} {fault:34} {numbers}")
    for what, why in ABSENCES.items():
        terminalreporter.write_line(f"not a cell: {what}: {why}")


def cells_in(terminalreporter: Any) -> list[list[Any]]:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    return [value for report in reports for name, value in report.user_properties if name == CELL]
