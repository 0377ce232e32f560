"""
What came of one cell: is it public once, is the row right, does the log say so. Also adds the cell to the run's table.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from tests.faults.matrix import ABSENCES, PUBLISHED, Ends, log_of
from tests.faults.scene import Scene

CELL = "cell of the fault matrix"
Record = Callable[[str, Any], None]


def count(record: Record, scene: Scene, platform: str, fault: str, *, wanted: int = 1) -> None:
    """Before anything is asserted, so that what went wrong is in the table as well."""
    found = len(scene.public)
    record(CELL, [platform, fault, max(wanted - found, 0), max(found - wanted, 0)])


def is_public_once(scene: Scene, ends: Ends) -> None:
    """Exactly what was approved, exactly once, and everybody who asks is told the same."""
    publication = scene.publication
    assert (publication.status, scene.ends) == (PUBLISHED, ends)
    [line] = scene.public
    assert sorted(line["media"]) == sorted(scene.shown_media())
    assert factory_text(publication) in line["text"]
    assert publication.remote_id in line["ids"].values()
    assert scene.log == log_of(ends)
    assert (publication.claimed_until, publication.trouble) == (None, "")


def factory_text(publication: Any) -> str:
    """The platform's ledger calls a film by its title where it has one."""
    return "Nattskiftet" if publication.channel.platform == "youtube" else publication.version.text


# --- the table ----------------------------------------------------------------------------------------------------


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
