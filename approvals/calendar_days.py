"""
The days of the calendar: which ones a page shows, and what is to be said of each. A day is the one on the wall of the
site's time zone, whichever its hours; nothing of the database.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from functools import cache, cached_property
from typing import Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from holidays.countries.sweden import Sweden

from accounts import red_days
from approvals.frequency import DAY, days, monday_of
from posts import clock

WEEK, MONTH, ONE_DAY = "vecka", "manad", "dag"
YEARS = range(2000, 2100)


# --- which ones -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """What one page shows: a week, a month, or a day that has too much for either."""

    kind: str
    first: date
    last: date
    skipped: int = 0
    """How many of each channel a page before this one has shown: of a day that has too much even for itself."""

    @property
    def days(self) -> list[date]:
        return list(days(self.first, self.last))

    @property
    def is_week(self) -> bool:
        return self.kind == WEEK

    @property
    def is_month(self) -> bool:
        return self.kind == MONTH

    @property
    def query(self) -> str:
        """What leads to it: `vecka=2026-W18`."""
        after = f"&efter={self.skipped}" if self.skipped else ""
        return f"{self.kind}={address_of(self.kind, self.first)}{after}"

    @property
    def title(self) -> str:
        if self.is_week:
            return _("Vecka %(n)d") % {"n": self.first.isocalendar().week}
        return date_format(self.first, "F Y" if self.is_month else "l").capitalize()

    @property
    def subtitle(self) -> str:
        """27 april–3 maj, 4–10 maj; with the year when it is another one."""
        if self.is_month:
            return ""
        year = "" if self.last.year == timezone.localdate().year else " Y"
        if self.first == self.last:
            return date_format(self.first, f"j F{year}")
        first = date_format(self.first, "j" if self.first.month == self.last.month else "j F")
        return f"{first}–{date_format(self.last, f'j F{year}')}"

    @property
    def ends(self) -> tuple[date, date]:
        return self.first, self.last

    @property
    def before(self) -> "Span":
        return of_kind(self.kind, self.first - DAY)

    @property
    def after(self) -> "Span":
        return of_kind(self.kind, self.last + DAY)


def of_kind(kind: str, day: date) -> Span:
    """The one that the day is in."""
    if kind == WEEK:
        return Span(WEEK, monday_of(day), monday_of(day) + 6 * DAY)
    if kind == MONTH:
        first = day.replace(day=1)
        return Span(MONTH, first, (first + 31 * DAY).replace(day=1) - DAY)
    return Span(ONE_DAY, day, day)


def address_of(kind: str, day: date) -> str:
    if kind == WEEK:
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()[:7] if kind == MONTH else day.isoformat()


def asked(query: dict[str, str], today: date) -> Span:
    """What somebody asked for in the address; this week for anything else."""
    for kind, read in READERS.items():
        if (day := read(query.get(kind, ""))) and day.year in YEARS:
            skipped = query.get("efter", "") if kind == ONE_DAY else ""
            return replace(
                of_kind(kind, day), skipped=int(skipped) if re.fullmatch("[0-9]{1,6}", skipped) else 0
            )
    return of_kind(WEEK, today)


def week_from(typed: str) -> date | None:
    found = re.fullmatch(r"(\d{4})-[Ww](\d{1,2})", typed)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


def day_from(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


READERS = {MONTH: lambda typed: day_from(f"{typed}-01"), ONE_DAY: day_from, WEEK: week_from}


# --- what is to be said of them ---------------------------------------------------------------------------------


class Named(Protocol):
    """One of the group's own dates."""

    name: str
    day: date
    is_yearly: bool


@dataclass(frozen=True)
class Day:
    """A column. `notes` are its names, and what the clock does that night."""

    date: date
    is_today: bool
    is_past: bool
    is_red: bool
    notes: list[str]

    @property
    def weekday(self) -> str:
        return date_format(self.date, "D").lower()

    @cached_property
    def name(self) -> str:
        """fredag 1 maj"""
        return date_format(self.date, "l j F")

    @property
    def iso(self) -> str:
        return self.date.isoformat()


def noted(span: Span, own: Iterable[Named], today: date, zone: tzinfo) -> list[Day]:
    own = list(own)
    return [
        Day(day, day == today, day < today, red_days.is_red(day), list(notes_of(day, own, zone)))
        for day in span.days
    ]


def notes_of(day: date, own: Iterable[Named], zone: tzinfo) -> Iterator[str]:
    if name := holidays_called("sv" if get_language() == "sv" else "en_US").get(day):
        yield str(name)
    yield from (each.name for each in own if is_on(each, day))
    if turn := turn_of(day, zone):
        yield turn


@cache
def holidays_called(language: str) -> Sweden:
    """The same days as `red_days` has them, in the reader's language."""
    return Sweden(categories=red_days.calendar().categories, language=language)


def is_on(named: Named, day: date) -> bool:
    if not named.is_yearly:
        return named.day == day
    return (named.day.month, named.day.day) == (day.month, day.day)


def turn_of(day: date, zone: tzinfo) -> str:
    """What there is to know on a day of 23 or 25 hours: which hour does not exist, and which one comes twice."""
    if len({datetime.combine(night, time(), zone).utcoffset() for night in (day, day + DAY)}) == 1:
        return ""
    for hour in range(24):
        found = len(clock.moments(datetime.combine(day, time(hour)), zone))
        if found != 1:
            facts = {"first": f"{hour:02}.00", "last": f"{(hour + 1) % 24:02}.00"}
            return (TURNS[found]() % facts) if found in TURNS else ""
    return ""


TURNS = {
    0: lambda: _("Klockan ställs om: %(first)s–%(last)s finns inte"),
    2: lambda: _("Klockan ställs om: %(first)s–%(last)s kommer två gånger"),
}
