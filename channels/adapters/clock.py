"""
Whether our clock is right, told by the moment that every answer carries (RFC 9110, section 6.6.1).

A clock that is off sends posts too early or too late, and platforms refuse what is signed with it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels.adapters.base import Finding
from channels.adapters.codes import Worry

MOST = timedelta(seconds=60)
"""Answers may take their time on the way; more than this is the clock."""


def worries(headers: Mapping[str, str]) -> Iterator[Finding]:
    """That the clocks differ, if they do. To be asked when the answer has just come."""
    theirs = moment(headers.get("Date", ""))
    ahead = datetime.now(UTC) - theirs if theirs else timedelta(0)
    if abs(ahead) > MOST:
        yield Finding(Worry.CLOCK_OFF, {"seconds": round(ahead.total_seconds())})


def moment(date: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
