"""Reading the log is itself logged."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from audit import log
from audit.models import Entry

AT_ONCE = timedelta(hours=1)
"""Looking at the same again within this time is one reading."""


def note(reader: Any, chosen: str) -> None:
    """
    Write down who looked, and at what choice of lines: once an hour for each choice, whichever of its pages they opened.

    A line for each page would drown what the log is for, and would say no more: whoever may see one page of a choice may
    see all of them. One's own acts are no secret to oneself, and not noted. Two pages opened at the same moment may both
    be noted, which does no harm.
    """
    recent = Entry.objects.by([reader.pk]).filter(verb="log.read", at__gt=timezone.now() - AT_ONCE)
    if not recent.filter(facts__chosen=chosen).exists():
        log.record("log.read", "log", actor=reader, chosen=chosen)
