"""What came of one cell: is it public once, is the row right, does the log say so."""

from collections.abc import Callable
from typing import Any

from tests.faults.matrix import PUBLISHED, TOLD_PUBLISHED, Ends, log_of
from tests.faults.scene import Scene
from tests.faults.table import CELL

Record = Callable[[str, Any], None]


def count(record: Record, scene: Scene, platform: str, fault: str, *, wanted: int = 1) -> None:
    """Before anything is asserted, so that what went wrong is in the table as well."""
    found = len(scene.public)
    record(CELL, [platform, fault, max(wanted - found, 0), max(found - wanted, 0)])


def is_public_once(scene: Scene, ends: Ends, *told: tuple[str, str]) -> None:
    """Exactly what was approved, exactly once; the log says so, and the right people are told (`told`: what else)."""
    publication = scene.publication
    assert (publication.status, scene.ends) == (PUBLISHED, ends)
    [line] = scene.public
    assert sorted(line["media"]) == sorted(scene.shown_media())
    assert publication.remote_id in line["ids"].values()
    assert scene.log == log_of(ends)
    assert scene.told == sorted([*TOLD_PUBLISHED, *told])
    assert (publication.claimed_until, publication.trouble) == (None, "")
