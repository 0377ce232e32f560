"""
How long somebody stays signed in: as long as they come back in time. Whoever only sends in comes twice a month and has a
phone of their own; everybody else decides things, often on a computer that stands in an office.

A session is moved on now and then, not at every page: that would be a write for each one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.roles import OMBUDSMAN

FOR_SENDERS = timedelta(days=90)
FOR_OTHERS = timedelta(hours=12)
MOVED_ON, GOOD_FOR = "moved_on_at", "good_for_seconds"
STEPS = 24
"""A session is moved on when a part of its time has gone: then somebody has at least the rest of it."""


def length_for(person: User) -> timedelta:
    only_sends = set(person.groups.values_list("name", flat=True)) == {OMBUDSMAN}
    return FOR_SENDERS if only_sends and not (person.is_staff or person.is_superuser) else FOR_OTHERS


@receiver(user_logged_in)
def begin(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    move_on(request.session, user, timezone.now())


def move_on(session: Any, person: User, now: datetime) -> None:
    """The browser and the server keep it for as long as the longest; how long it is good for, we say."""
    session[MOVED_ON] = now.timestamp()
    session[GOOD_FOR] = length_for(person).total_seconds()
    session.set_expiry(int(FOR_SENDERS.total_seconds()))


def is_over(session: Any, person: User, now: datetime) -> bool:
    """Also when somebody has been given more to decide since it was moved on: nobody keeps the longer time."""
    moved_on = session.get(MOVED_ON)
    if moved_on is None:
        return False
    idle = now.timestamp() - moved_on
    return idle > session[GOOD_FOR] or FOR_OTHERS.total_seconds() < idle > length_for(person).total_seconds()


def is_to_be_moved_on(session: Any, now: datetime) -> bool:
    """Also one from before there was a time on it."""
    moved_on = session.get(MOVED_ON)
    return moved_on is None or now.timestamp() - moved_on > session[GOOD_FOR] / STEPS
