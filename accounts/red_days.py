"""Which days are red: Saturdays, Sundays, public holidays, and the three eves that Semesterlagen counts as Sundays."""

from datetime import date
from functools import cache

from holidays.constants import DE_FACTO, PUBLIC
from holidays.countries.sweden import Sweden

SATURDAY = 5


@cache
def calendar() -> Sweden:
    """It fills in a year when it is first asked about it."""
    return Sweden(categories=(PUBLIC, DE_FACTO))


def is_red(day: date) -> bool:
    return day.weekday() >= SATURDAY or day in calendar()
