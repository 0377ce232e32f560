"""By when a sender gets an answer: so many working hours after the post was sent in, on the full hour."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

DAY_BEGINS, DAY_ENDS = time(8), time(17)
WORKING_DAYS = range(5)


def answer_by(sent_in_at: datetime) -> datetime:
    """Counted in the site's own time, Monday to Friday from 8 to 17."""
    at = next_working_moment(timezone.localtime(sent_in_at))
    left = timedelta(hours=settings.ANSWER_WITHIN_HOURS)
    while left > (rest := moment_at(at, DAY_ENDS) - at):
        left -= rest
        at = next_working_moment(moment_at(at, DAY_ENDS))
    return on_the_full_hour(at + left)


def next_working_moment(at: datetime) -> datetime:
    """`at` itself during working hours, else when the next ones begin."""
    if at.weekday() in WORKING_DAYS and at.time() < DAY_ENDS:
        return max(at, moment_at(at, DAY_BEGINS))
    tomorrow = moment_at(at + timedelta(days=1), DAY_BEGINS)
    return tomorrow if tomorrow.weekday() in WORKING_DAYS else next_working_moment(tomorrow)


def moment_at(day: datetime, hour: time) -> datetime:
    """That hour by the wall clock, also on the days when the clock is changed."""
    return timezone.make_aware(datetime.combine(day.date(), hour))


def on_the_full_hour(at: datetime) -> datetime:
    whole = at.replace(minute=0, second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(hours=1)
