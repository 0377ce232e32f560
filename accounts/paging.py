"""Long lists a page at a time: a page begins after the number that the link to it carries."""

from typing import Any, TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound="QuerySet[Any]")
LONGEST_NUMBER = 18
"""A database knows no larger numbers."""


def older_than(before: str, rows: "Rows") -> "Rows":
    """Those with a smaller number than `before`; all of them for anything that is no number."""
    is_number = before.isdecimal() and len(before) <= LONGEST_NUMBER
    return rows.filter(pk__lt=int(before)) if is_number else rows
