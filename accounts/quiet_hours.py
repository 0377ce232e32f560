"""When nobody is disturbed: what can wait is mailed and shown on phones in the morning; what cannot goes at once."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

CANNOT_WAIT = frozenset(
    {
        "call_back",
        "case_hurries",
        "channel_stopped",
        "needs_decision",
        "overridden",
        "remove_by_hand",
        "stopped",
        "takedown_asked",
    }
)
"""Kinds of notice that somebody who works with them acts on, also at night."""


def can_wait(kind: str, facts: dict[str, object]) -> bool:
    """What is urgent for those who review is news for whoever wrote the post, and no more."""
    if facts.get("is_urgent"):
        return False
    return kind not in CANNOT_WAIT or bool(facts.get("is_yours"))


def first_waking_moment(at: datetime) -> datetime:
    """The same moment, or the end of the quiet hours that it lies in. By the clock on the wall."""
    if settings.NOTICE_QUIET_HOURS is None:
        return at
    local, (begin, end) = timezone.localtime(at), settings.NOTICE_QUIET_HOURS
    if not is_within(local.time(), begin, end):
        return at
    day = local.date() + timedelta(days=local.time() >= end)
    return timezone.make_aware(datetime.combine(day, end))


def is_within(moment: time, begin: time, end: time) -> bool:
    if begin < end:
        return begin <= moment < end
    return moment >= begin or moment < end
