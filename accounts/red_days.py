"""Which days are red: Saturdays, Sundays, public holidays, and the three eves that Semesterlagen counts as Sundays."""

from datetime import date
from functools import cache
from threading import Lock

from holidays.constants import DE_FACTO, PUBLIC
from holidays.countries.sweden import Sweden

SATURDAY = 5
FILLING_IN = Lock()


@cache
def calendar() -> Sweden:
    """It fills in a year when it is first asked about it."""
    return Sweden(categories=(PUBLIC, DE_FACTO))


def is_red(day: date) -> bool:
    return day.weekday() >= SATURDAY or is_holiday(day)


def is_holiday(day: date) -> bool:
    # The race: another thread was the first to ask about that year. Until it is filled in, it has no holidays.
    with FILLING_IN:
        return day in calendar()
