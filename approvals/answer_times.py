"""The group's own figure: how long a sender waits for the first answer, in the middle, this month and the last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from posts import promise

MINUTES_IN_AN_HOUR = 60


@dataclass(frozen=True)
class AnswerTimes:
    """Working time; None where there were too few answers to tell."""

    this_month: timedelta | None
    last_month: timedelta | None


def at(now: datetime) -> AnswerTimes:
    begins = first_of_month(timezone.localtime(now))
    before = first_of_month(begins - timedelta(days=1))
    return AnswerTimes(promise.median_answer(begins, now), promise.median_answer(before, begins))


def first_of_month(at: datetime) -> datetime:
    return timezone.make_aware(datetime(at.year, at.month, 1))  # noqa: DTZ001 made aware


def sentence(times: AnswerTimes) -> str:
    """Facts first, and no praise."""
    if times.this_month is None:
        now = _("Svarstid den här månaden: för lite data än.")
    else:
        now = _("Hälften av svaren den här månaden kom inom %(time)s.") % {"time": in_words(times.this_month)}
    if times.last_month is None:
        return now
    return f"{now} {_('Förra månaden: %(time)s.') % {'time': in_words(times.last_month)}}"


def in_words(time: timedelta) -> str:
    minutes = time // timedelta(minutes=1)
    if minutes < MINUTES_IN_AN_HOUR:
        return _("%(minutes)d min") % {"minutes": minutes}
    hours, rest = divmod(minutes, MINUTES_IN_AN_HOUR)
    return _("%(hours)d tim %(minutes)d min") % {"hours": hours, "minutes": rest}
