"""
What happens when, according to somebody else's calendar (iCalendar, RFC 5545). Plain Python, no Django: it runs where
media are decoded (`posts.media.sandboxed`), because what can be repeated can be repeated for ever.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component
from recurring_ical_events import of

from posts.media.errors import MediaRefused, RefusalCode

PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})
NIGHT = time(5)
"""What ends before this belongs to the evening before."""
MOST_LETTERS = 1000


def read_calendar(
    text: str, zone: str, first: str, last: str, most: int, **_progress: Any
) -> list[dict[str, Any]]:
    """
    What happens from `first` to `last`, the nearest first; no more than `most`. Days are those of `zone`.

    Raises MediaRefused(NOT_MEDIA) for what is no calendar.
    """
    begin, end = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
            raise ValueError("no calendar")
        found = [each for calendar in calendars for each in happenings(calendar, begin, end, ZoneInfo(zone))]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise MediaRefused(RefusalCode.NOT_MEDIA) from error
    return sorted(found, key=lambda each: (each["first_day"], each["uid"]))[:most]


def happenings(calendar: Calendar, begin: date, end: date, zone: ZoneInfo) -> Iterable[dict[str, Any]]:
    repeated = {uid_of(event) for event in calendar.walk("VEVENT") if is_repeated(event)}
    for event in of(calendar, skip_bad_series=True).between(begin, end):
        if is_ours(event):
            yield told(event, zone, is_repeated=uid_of(event) in repeated)


def is_repeated(event: Component) -> bool:
    return any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID"))


def is_ours(event: Component) -> bool:
    """Neither called off nor marked as private."""
    is_private = str(event.get("CLASS", "")).upper() in PRIVATE
    return not is_private and str(event.get("STATUS", "")).upper() != "CANCELLED"


def told(event: Any, zone: ZoneInfo, *, is_repeated: bool) -> dict[str, Any]:
    first, last, ends_at = days(event.start, event.end, zone)
    which: Any = event.get("RECURRENCE-ID") if is_repeated else None
    return {
        "uid": f"{uid_of(event)}\n{which.dt.isoformat() if which else ''}",
        "title": str(event.get("SUMMARY", ""))[:MOST_LETTERS],
        "place": str(event.get("LOCATION", ""))[:MOST_LETTERS],
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "ends_at": ends_at.isoformat() if ends_at else None,
    }


def uid_of(event: Component) -> str:
    return str(event.get("UID", ""))[:MOST_LETTERS]


def days(start: date, end: date, zone: ZoneInfo) -> tuple[date, date, datetime | None]:
    """The first and the last day, and when it is over; of whole days the end is the day after (RFC 5545, 3.6.1)."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        first, after = as_date(start), as_date(end)
        return first, max(first, after - timedelta(days=1)), None
    begun, over = moment(start, zone), max(moment(start, zone), moment(end, zone))
    night_before = over.date() - timedelta(days=1)
    last = night_before if over.time() < NIGHT and night_before >= begun.date() else over.date()
    return begun.date(), last, over


def moment(told: datetime, zone: ZoneInfo) -> datetime:
    """A time without a zone is one of the clock on the wall where we are (RFC 5545, 3.3.5, form 1)."""
    return told.astimezone(zone) if told.tzinfo else told.replace(tzinfo=zone)


def as_date(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day
