"""
By when a sender gets an answer, and how long it took. The only writer of `Promise`.

So many working hours after the post was sent in, on the full hour. On red days nobody works, except that whoever has the
watch then looks at what is urgent.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from accounts import duty
from accounts.red_days import is_red
from posts.models import Post, Promise, Status, Transition

if TYPE_CHECKING:
    from accounts.models import User

MAILS_FROM, MAILS_UNTIL = time(7), time(18)
"""By the clock on the wall: at other hours nobody is mailed, unless it is urgent."""
MINUTE = timedelta(minutes=1)
LONGEST = timedelta(hours=40)
"""A week of work: nobody counts hours after that."""
FEWEST = 5
"""So many answers tell something about how long they take."""

Works = Callable[[date], bool]


def day_begins() -> time:
    return settings.WORKING_HOURS[0]


def day_ends() -> time:
    return settings.WORKING_HOURS[1]


def is_working_day(day: date) -> bool:
    return not is_red(day)


def days_for(post: Post) -> Works:
    """The days on which somebody looks at it."""
    if not post.is_urgent:
        return is_working_day
    return cache(lambda day: not is_red(day) or duty.has_watch(day))


# --- counting in working time -----------------------------------------------------------------------------------


def answer_by(sent_in_at: datetime, works: Works = is_working_day) -> datetime:
    """In the site's own time."""
    return on_the_full_hour(after(sent_in_at, timedelta(hours=settings.ANSWER_WITHIN_HOURS), works))


def half_way(sent_in_at: datetime, works: Works = is_working_day) -> datetime:
    return after(sent_in_at, timedelta(hours=settings.ANSWER_WITHIN_HOURS) / 2, works)


def after(start: datetime, left: timedelta, works: Works) -> datetime:
    """The moment when so much working time has passed."""
    at = next_working_moment(timezone.localtime(start), works)
    while left > (rest := moment_at(at, day_ends()) - at):
        left -= rest
        at = next_working_moment(moment_at(at, day_ends()), works)
    return at + left


def worked_between(since: datetime, until: datetime, works: Works = is_working_day) -> timedelta:
    """Working time; no more of it than anybody counts."""
    worked, at = timedelta(), next_working_moment(timezone.localtime(since), works)
    while at < until and worked < LONGEST:
        end = min(moment_at(at, day_ends()), until)
        worked += end - at
        at = next_working_moment(moment_at(at, day_ends()), works)
    return worked


def next_working_moment(at: datetime, works: Works = is_working_day) -> datetime:
    """`at` itself during working hours, else when the next ones begin."""
    if works(at.date()) and at.time() < day_ends():
        return max(at, moment_at(at, day_begins()))
    tomorrow = moment_at(at + timedelta(days=1), day_begins())
    return tomorrow if works(tomorrow.date()) else next_working_moment(tomorrow, works)


def moment_at(day: datetime, hour: time) -> datetime:
    """That hour by the wall clock, also on the days when the clock is changed."""
    return timezone.make_aware(datetime.combine(day.date(), hour))


def on_the_full_hour(at: datetime) -> datetime:
    whole = at.replace(minute=0, second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(hours=1)


def when_to_mail(now: datetime, *, is_urgent: bool) -> datetime:
    """At once, or in the morning: what is not urgent rings nobody's telephone at night."""
    local = timezone.localtime(now)
    if is_urgent or MAILS_FROM <= local.time() < MAILS_UNTIL:
        return now
    day = local if local.time() < MAILS_FROM else local + timedelta(days=1)
    return moment_at(day, MAILS_FROM)


# --- giving and keeping -----------------------------------------------------------------------------------------


def follow(post: Post, step: Transition) -> None:
    """Into review: somebody waits for an answer. Out of it: they have one, or want none any more. The post is locked."""
    if step.from_status != step.to_status == Status.IN_REVIEW:
        give(post, step.at)
    elif step.from_status == Status.IN_REVIEW != step.to_status:
        answer_or_close(post, step.by, step.at)


def give(post: Post, at: datetime) -> Promise:
    close(post, at)
    works = days_for(post)
    return Promise.objects.create(
        post=post, sent_in_at=at, half_at=half_way(at, works), answer_by=answer_by(at, works)
    )


def answer_or_close(post: Post, by: "User | None", at: datetime) -> None:
    """What its author or the machine does is no answer."""
    if by is None or by.pk == post.author_id:
        close(post, at)
    else:
        answer(post, at)


def answer(post: Post, at: datetime) -> None:
    """Somebody of the group decided on it, or wrote to its author."""
    if promise := Promise.objects.open().select_related("post").filter(post=post).first():
        minutes = worked_between(promise.sent_in_at, at, days_for(post)) // MINUTE
        counted = minutes if is_of_a_sender(promise) else None
        Promise.objects.open().filter(pk=promise.pk).update(closed_at=at, worked_minutes=counted)


def is_of_a_sender(promise: Promise) -> bool:
    """Not of what the group itself took back, an okay that was regretted: its author has had the first answer."""
    return promise.sent_in_at == promise.post.submitted_at


def close(post: Post, at: datetime) -> None:
    Promise.objects.open().filter(post=post).update(closed_at=at)


def of(post: Post) -> datetime | None:
    """What its author was told; None when there is nothing to wait for."""
    promised = Promise.objects.open().filter(post=post).values_list("answer_by", flat=True).first()
    if promised is None and post.is_in_review and post.submitted_at:
        return answer_by(post.submitted_at, days_for(post))
    return promised


# --- how well it is kept ----------------------------------------------------------------------------------------


def median_answer(since: datetime, until: datetime) -> timedelta | None:
    """Half of the answers took less working time. None while there are too few to tell."""
    found = Promise.objects.answered().filter(closed_at__gte=since, closed_at__lt=until)
    count = found.count()
    if count < FEWEST:
        return None
    middle = found.order_by("worked_minutes").values_list("worked_minutes", flat=True)[count // 2]
    return (middle or 0) * MINUTE
