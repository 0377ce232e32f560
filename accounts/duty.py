"""
The watch (jour): who of the group is told first of what comes in, day by day. The only writer of `Duty`.

On red days nobody works. Whoever has the watch then looks at what is urgent.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Duty, User
from audit import log

if TYPE_CHECKING:
    from django.db.models import QuerySet

REVIEW = "posts.review_post"
"""What somebody who has the watch must be able to do."""
DAY = timedelta(days=1)


class OverlapError(Exception):
    """Somebody has the watch on some of these days already: `other`."""

    def __init__(self, other: Duty) -> None:
        super().__init__(str(other))
        self.other = other


# --- asking -----------------------------------------------------------------------------------------------------


def on(day: date) -> Duty | None:
    return (
        Duty.objects.select_related("person", "deputy").filter(first_day__lte=day, last_day__gte=day).first()
    )


def has_watch(day: date) -> bool:
    return bool(on_watch(on(day)))


def on_watch(duty: Duty | None) -> list[User]:
    """Who is told first: the one whose watch it is, or the deputy of somebody who cannot sign in or review any more."""
    return able(duty)[:1]


def able(duty: Duty | None) -> list[User]:
    """Whoever has the watch, then the deputy: those of them who may review."""
    named = [duty.person, duty.deputy] if duty else []
    return [person for person in named if person and person.is_active and person.has_perm(REVIEW)]


def reviewers() -> "QuerySet[User]":
    """Those who can have it."""
    return User.objects.granted(REVIEW).order_by("name", "pk")


def coming(today: date) -> list[Duty]:
    """What is not over, in order."""
    return list(Duty.objects.filter(last_day__gte=today).select_related("person", "deputy"))


def unkept(duties: list[Duty], today: date, until: date) -> Iterator[tuple[date, date]]:
    """The days up to `until` on which nobody has it, as runs from the first to the last."""
    day = today
    for duty in [*duties, None]:
        begins = duty.first_day if duty else until + DAY
        if day < begins and day <= until:
            yield day, min(begins - DAY, until)
        day = max(day, duty.last_day + DAY) if duty else day


# --- writing ----------------------------------------------------------------------------------------------------


def give(duty: Duty, by: User) -> Duty:
    """Write down a new watch, or a changed one. Raises OverlapError."""
    with transaction.atomic():
        # The race: two people give the same days. Whoever writes in the log is alone; with a refusal the line goes, too.
        verb = "duty.changed" if duty.pk else "duty.given"
        log.record(verb, duty.person, actor=by, **days_of(duty))
        if other := overlapping(duty):
            raise OverlapError(other)
        duty.save()
    return duty


def overlapping(duty: Duty) -> Duty | None:
    others = Duty.objects.select_related("person").exclude(pk=duty.pk)
    return others.filter(first_day__lte=duty.last_day, last_day__gte=duty.first_day).first()


def take_away(duty: Duty, by: User) -> None:
    with transaction.atomic():
        log.record("duty.taken_away", duty.person, actor=by, **days_of(duty))
        duty.delete()


def days_of(duty: Duty) -> dict[str, date]:
    return {"first_day": duty.first_day, "last_day": duty.last_day}
