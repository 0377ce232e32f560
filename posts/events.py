"""
Visits, campaigns and congresses: what one expects to see a post about. The only writer of `Event`.

When one of them is over, whoever it belongs to is reminded once, kindly: the same evening, or on the next morning on
which people work. Not if something was sent in, or if they said that there is nothing to show.
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.red_days import is_red
from audit import log
from posts import notices, rules
from posts.models import Category, Draft, Event, EventKind, EventQuerySet, Post, Status

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User

EVENING, MORNING = time(17), time(8)
"""By the clock on the wall: both are outside the hours in which nobody is disturbed."""
NIGHT = time(5)
"""What ends before this ends in the night after its evening."""
ASKED_FOR = timedelta(days=3)
"""How long the first page asks for a picture of what has been."""
COMING = timedelta(days=7)
CHOSEN_FROM = timedelta(days=30)
"""How old an event may be that is offered for a new post."""
NO_NEWS_AFTER = timedelta(days=2)
"""Whoever was to be reminded while no worker ran is not reminded of what is long gone."""
FORGOTTEN_AFTER = timedelta(days=365)
AT_ONCE = 100
MOST_ASKED, MOST_COMING = 3, 4
CATEGORIES = {
    EventKind.VISIT: "Arbetsplatsbesök",
    EventKind.CAMPAIGN: "Kampanj",
    EventKind.CONGRESS: "Genomförd aktivitet",
}
"""The categories that every site begins with, by name; one that was retired or renamed is chosen by hand."""


class RefusedError(Exception):
    """Not allowed. `reason` is the sentence to show."""

    def __init__(self, reason: "Promise | str") -> None:
        super().__init__(str(reason))
        self.reason = reason


# --- when to remind -------------------------------------------------------------------------------------------


def reminder_of(event: Event) -> datetime | None:
    """Nobody is reminded of what belongs to everybody."""
    return None if event.is_shared else after(event.last_day, event.ends_at)


def after(last_day: date, ends_at: datetime | None) -> datetime:
    """The evening of its last day, if it is over by then; else the next morning. On red days nobody is reminded."""
    over = timezone.localtime(ends_at) if ends_at else None
    if over is None or (over.date() == last_day and NIGHT <= over.time() <= EVENING):
        return on_the_wall(last_day, EVENING) if not is_red(last_day) else next_morning(last_day)
    return next_morning(last_day)


def next_morning(day: date) -> datetime:
    day += timedelta(days=1)
    return next_morning(day) if is_red(day) else on_the_wall(day, MORNING)


def on_the_wall(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


# --- writing --------------------------------------------------------------------------------------------------


@transaction.atomic
def add(by: "User", **fields: Any) -> Event:
    event = Event(owner=by, **fields)
    event.remind_at = reminder_of(event)
    event.save()
    log.record("event.added", event, actor=by)
    return event


@transaction.atomic
def change(event: Event, by: "User", **fields: Any) -> Event:
    """One that came from a calendar gets its words and days from there again; the rest of it is ours."""
    event = may_change(event, by)
    if fields.get("last_day", event.last_day) != event.last_day:
        event.ends_at = None
    for name, value in fields.items():
        setattr(event, name, value)
    event.remind_at = reminder_of(event)
    event.save()
    log.record("event.changed", event, actor=by)
    return event


@transaction.atomic
def remove(event: Event, by: "User") -> None:
    """Drafts about it are about nothing in particular then. What was sent in keeps its event."""
    event = may_change(event, by)
    if refusal := rules.why_not_remove_event(event):
        raise RefusedError(refusal)
    event.posts.filter(submitted_at=None).update(event=None)
    log.record("event.removed", event, actor=by)
    notices.nothing_to_remind_of(event)
    event.delete()


@transaction.atomic
def nothing_to_show(event: Event, by: "User", why: str, note: str) -> None:
    event = may_change(event, by)
    event.nothing_to_show, event.nothing_note, event.nothing_at = why, note, timezone.now()
    event.save(update_fields=["nothing_to_show", "nothing_note", "nothing_at"])
    log.record("event.nothing_to_show", event, actor=by)
    notices.nothing_to_remind_of(event)


def may_change(event: Event, by: "User") -> Event:
    """As it is now, and nobody else writes it meanwhile."""
    if refusal := rules.why_not_change_event(by, event):
        raise RefusedError(refusal)
    now = held(event)
    if now is None:
        raise RefusedError(_("Händelsen är borttagen."))
    return now


def held(event: Event | None) -> Event | None:
    """As it is, for as long as this transaction lasts: before the post that is about it. None: it is gone."""
    return Event.objects.select_for_update(no_key=True).filter(pk=event.pk).first() if event else None


def forget_old(now: datetime) -> None:
    """What nothing was sent in about is nobody's business a year later."""
    last = timezone.localdate(now) - FORGOTTEN_AFTER
    old = Event.objects.filter(first_day__lt=last, last_day__lt=last, posts=None)
    forget(Event.objects.filter(pk__in=[*old.values_list("pk", flat=True)[:AT_ONCE]]))


@transaction.atomic
def forget(found: EventQuerySet) -> None:
    """Those of them that no post is about, even now."""
    # The race: somebody begins to write about one. They have it, or we do; who comes second finds it so.
    rows = found.order_by("pk").select_for_update(no_key=True, of=("self",))
    numbers = [*rows.values_list("pk", flat=True)]
    Event.objects.filter(pk__in=numbers, posts=None).delete()


# --- for a person ---------------------------------------------------------------------------------------------


def asked_for(user: "User") -> list[Event]:
    """Of one's own, what has begun and nothing was sent in about: the newest first."""
    today = timezone.localdate()
    mine = Event.objects.filter(owner=user, is_shared=False, last_day__gte=today - ASKED_FOR)
    return list(mine.begun(today).undocumented().order_by("-first_day", "-pk")[:MOST_ASKED])


def coming(user: "User") -> list[Event]:
    """What is next, and what goes on for everybody."""
    today = timezone.localdate()
    of_all = Event.objects.for_person(user).filter(first_day__lte=today + COMING, last_day__gte=today)
    return list(
        of_all.filter(Q(is_shared=True) | Q(first_day__gt=today)).order_by("first_day", "pk")[:MOST_COMING]
    )


def at_hand(user: "User") -> Event | None:
    """What a picture taken now is probably of: what one does today."""
    today = timezone.localdate()
    mine = Event.objects.filter(owner=user, is_shared=False).going_on(today).undocumented()
    return mine.order_by("-first_day", "-pk").first()


def to_choose(user: "User", also: object = None) -> EventQuerySet:
    """For a post of this person's, the newest first; among them the one that was chosen already, by its number."""
    today = timezone.localdate()
    near = Q(last_day__gte=today - CHOSEN_FROM, first_day__lte=today + COMING)
    chosen = Q(pk=also) if is_number(str(also)) else Q(pk=None)
    return Event.objects.for_person(user).filter(near | chosen).order_by("-first_day", "-pk")


def named(user: "User", number: str) -> Event | None:
    """The event that an address names, if this person may write about it."""
    return Event.objects.for_person(user).filter(pk=int(number)).first() if is_number(number) else None


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def category_for(event: Event) -> Category | None:
    name = CATEGORIES.get(EventKind(event.kind))
    return Category.objects.filter(name=name, retired_at=None).first() if name else None


# --- reminding ------------------------------------------------------------------------------------------------


def remind(now: datetime) -> None:
    for event in Event.objects.to_remind_of(now).select_related("owner").order_by("remind_at")[:AT_ONCE]:
        with transaction.atomic():
            # The race: two workers, or somebody moves it right now. Only one of them finds it as it was read.
            is_ours = Event.objects.to_remind_of(now).filter(pk=event.pk, remind_at=event.remind_at)
            if is_ours.update(reminded_at=now) and is_still_wanted(event, now):
                notices.picture_wanted(event, draft_about(event), now)


def is_still_wanted(event: Event, now: datetime) -> bool:
    """Nothing of it was sent in, and nobody said that there is nothing to show."""
    if event.remind_at is None or event.remind_at < now - NO_NEWS_AFTER:
        return False
    return Event.objects.undocumented().filter(pk=event.pk).exists() and not has_sent_in_since(event)


def has_sent_in_since(event: Event) -> bool:
    """About what it was not said: whoever sent something in on these days knows how."""
    begun = on_the_wall(event.first_day, time.min)
    theirs = Post.objects.written_by(event.owner).filter(submitted_at__gte=begun, event=None)
    return theirs.exclude(status=Status.WITHDRAWN).exists()


def draft_about(event: Event) -> Post | None:
    """What was begun and not sent in: it is gone on with."""
    about = Post.objects.written_by(event.owner).drafts().filter(event=event)
    return about.filter(pk__in=Draft.objects.values("post")).order_by("-updated_at").first()
