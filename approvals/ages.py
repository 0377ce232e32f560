"""How long a post has waited for an answer, in the hours in which people work, against the time that was promised."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from posts.promise import answer_by, worked_between

AMBER, RED = timedelta(hours=2), timedelta(hours=4)
ASIDE = timedelta(minutes=15)
"""So little between the clock and the working hours makes no difference to anybody."""


@dataclass(frozen=True)
class Age:
    """`level` is the ending of the css class: green, amber, red or late."""

    level: str
    since: datetime
    """How long it has waited is counted from here: without the nights and weekends, where there were any."""
    promised: datetime
    has_rested: bool
    """A night or a weekend lies between."""


def age_of(
    sent_in_at: datetime, now: datetime, promised: datetime | None = None, *, is_answered: bool = False
) -> Age:
    """Where somebody has written to its author, nobody is late with an answer any more."""
    worked, promised = worked_between(sent_in_at, now), promised or answer_by(sent_in_at)
    has_rested = now - sent_in_at - worked > ASIDE
    since = now - worked if has_rested else sent_in_at
    is_late = now > promised and not is_answered
    return Age(level_of(worked, is_late), since, promised, has_rested)


def level_of(worked: timedelta, is_late: bool) -> str:
    if is_late:
        return "late"
    return "red" if worked > RED else "amber" if worked >= AMBER else "green"
