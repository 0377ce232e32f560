"""The log as a table for other programs."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.lines import Line

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SIGNATURE = "\ufeff"
"""Without it, a spreadsheet reads å, ä and ö as something else."""


class Echo:
    """A file that hands back what is written to it."""

    def write(self, row: str) -> str:
        return row


def rows(lines: Iterable[Line]) -> Iterator[str]:
    """Semicolons between the cells: where a comma is in numbers, a spreadsheet expects them."""
    writer = csv.writer(Echo(), delimiter=";")
    yield SIGNATURE + writer.writerow(headings())
    for line in lines:
        yield writer.writerow([harmless(cell) for cell in cells(line)])


def headings() -> list[str]:
    return [
        _("Rad"),
        _("När"),
        _("Vem"),
        _("Vad"),
        _("Gäller"),
        _("Mer"),
        _("Händelse"),
        _("Sak"),
        _("Kontrollsumma"),
    ]


def cells(line: Line) -> list[Any]:
    return [
        line.entry.number,
        timezone.localtime(line.at).isoformat(timespec="seconds"),
        line.who or "Seko Social",
        line.what,
        ", ".join(named.name for named in line.on),
        "; ".join(line.facts),
        line.entry.verb,
        line.entry.thing,
        line.entry.hash,
    ]


def harmless(cell: Any) -> Any:
    """What somebody wrote is text to a spreadsheet, and never something that it works out."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
