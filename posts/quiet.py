"""The hours in which nobody wants to be disturbed by us: a post may go out then, if somebody says that it shall."""

from datetime import datetime, time

from django.conf import settings
from django.utils import timezone


def is_quiet(at: datetime) -> bool:
    """By the clock on the wall. The first minute is quiet, the last one is not."""
    if settings.QUIET_HOURS is None:
        return False
    first, last = settings.QUIET_HOURS
    shown = at.astimezone(timezone.get_default_timezone()).time()
    return first <= shown < last if first < last else shown >= first or shown < last


def in_words() -> str:
    """21.00–06.00; nothing where there are none."""
    return "–".join(map(written, settings.QUIET_HOURS)) if settings.QUIET_HOURS else ""


def written(shown: time) -> str:
    return f"{shown:%H.%M}"
