"""The way of a post in words and times, newest first: what people decided, and where it came out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from posts import acts
from posts.acts import Act
from posts.models import Post, Publication, PublicationStatus, Regret, TakeDown, Transition
from posts.wording import name_of, place_of
from posts.workflow import Action

if TYPE_CHECKING:
    from accounts.models import User

AT_ONCE = timedelta(minutes=5)
"""Edits by the same person, or channels where it came out, this close to each other are told as one."""


@dataclass(frozen=True)
class Event:
    """`kind` is the ending of the css class: `live`, `wait` or nothing."""

    at: datetime
    sentence: str
    kind: str = ""
    said: str = ""
    """In somebody's own words."""


def of(post: Post, reader: "User") -> list[Event]:
    # In the order of what leads to what, so that two things of the same moment are told in it.
    events = [*decisions(post, reader), *acts_on(post, reader), *came_out(post), *orders(post, reader)]
    return sorted(events, key=lambda event: event.at)[::-1]


# --- what people did ------------------------------------------------------------------------------------------


def decisions(post: Post, reader: "User") -> Iterator[Event]:
    steps = post.transitions.select_related("by").order_by("at", "id")
    for (action, by), together in groupby(steps, key=lambda step: (step.action, step.by)):
        for step in shown_of(action, list(together)):
            said = step.message if step.action in (Action.AGREE, Action.DISAGREE) else ""
            yield Event(step.at, sentence_for(step, is_own=by == reader), kind_of(step), said)


def shown_of(action: str, steps: list[Transition]) -> list[Transition]:
    """A row of edits by one person is one edit to the reader: its last."""
    return steps[-1:] if action == Action.EDIT else steps


def sentence_for(step: Transition, *, is_own: bool) -> str:
    if step.by is None:
        return _("En fil gick inte att använda")
    if is_own:
        return OWN[Action(step.action)]() % {"why": step.message}
    return SOMEBODY[Action(step.action)]() % {"name": step.by.get_short_name(), "why": step.message}


def kind_of(step: Transition) -> str:
    return "wait" if step.action in (Action.REQUEST_CHANGES, Action.DISAGREE) else ""


OWN = {
    Action.SUBMIT: lambda: _("Du skickade in"),
    Action.WITHDRAW: lambda: _("Du drog tillbaka inlägget"),
    Action.EDIT: lambda: _("Du ändrade inlägget"),
    Action.REQUEST_CHANGES: lambda: _("Du bad om en ändring"),
    Action.REJECT: lambda: _("Du avslog inlägget"),
    Action.APPROVE: lambda: _("Du godkände inlägget"),
    Action.UNDO: lambda: _("Du ångrade godkännandet"),
    Action.REVISE: lambda: _("Du tog tillbaka inlägget för att ändra"),
    Action.REOPEN: lambda: _("Du lät inlägget granskas igen"),
    Action.AGREE: lambda: _("Du sa okej till ändringen"),
    Action.DISAGREE: lambda: _("Du sa nej till ändringen"),
    Action.APPEAL: lambda: _("Du bad om en andra bedömning"),
    Action.RECALL: lambda: _("Du ångrade att du skickade in"),
    Action.MARK: lambda: _("Du märkte inlägget som politiskt"),
    Action.UNMARK: lambda: _("Du tog bort märkningen som politiskt"),
    Action.FIRST_OKAY: lambda: _("Du godkände inlägget, 1 av 2"),
    Action.OVERRIDE: lambda: _("Du godkände inlägget i nödläge: %(why)s"),
}
SOMEBODY = {
    Action.SUBMIT: lambda: _("%(name)s skickade in"),
    Action.WITHDRAW: lambda: _("%(name)s drog tillbaka inlägget"),
    Action.EDIT: lambda: _("%(name)s ändrade inlägget"),
    Action.REQUEST_CHANGES: lambda: _("%(name)s bad om en ändring"),
    Action.REJECT: lambda: _("Avslaget av %(name)s"),
    Action.APPROVE: lambda: _("Godkänt av %(name)s"),
    Action.UNDO: lambda: _("%(name)s ångrade godkännandet"),
    Action.REVISE: lambda: _("%(name)s tog tillbaka inlägget för att ändra"),
    Action.REOPEN: lambda: _("%(name)s lät inlägget granskas igen"),
    Action.AGREE: lambda: _("%(name)s sa okej till ändringen"),
    Action.DISAGREE: lambda: _("%(name)s sa nej till ändringen"),
    Action.APPEAL: lambda: _("%(name)s bad om en andra bedömning"),
    Action.RECALL: lambda: _("%(name)s ångrade att det skickades in"),
    Action.MARK: lambda: _("%(name)s märkte inlägget som politiskt"),
    Action.UNMARK: lambda: _("%(name)s tog bort märkningen som politiskt"),
    Action.FIRST_OKAY: lambda: _("Godkänt av %(name)s, 1 av 2"),
    Action.OVERRIDE: lambda: _("Godkänt i nödläge av %(name)s: %(why)s"),
}


# --- what became of it ----------------------------------------------------------------------------------------


def came_out(post: Post) -> Iterator[Event]:
    """One event for the channels where it came out together."""
    out = [
        (item.published_at, name_of(item.channel))
        for item in post.publications.all()
        if item.published_at and item.is_head
    ]
    together: list[tuple[datetime, str]] = []
    for at, name in sorted(out):
        if together and at - together[0][0] > AT_ONCE:
            yield out_on(together)
            together = []
        together.append((at, name))
    if together:
        yield out_on(together)


def out_on(together: list[tuple[datetime, str]]) -> Event:
    channels = get_text_list([name for _at, name in together], _("och"))
    return Event(together[-1][0], _("Ute på %(channels)s") % {"channels": channels}, "live")


def acts_on(post: Post, reader: "User") -> Iterator[Event]:
    """What people and the software did on the way; the same on several channels together."""
    told = [act for act in acts.of(post.publications.all()) if act.verb in told_of(act.publication)]
    for _key, same in groupby(told, key=lambda act: (act.verb, act.by)):
        for together in at_once(list(same)):
            channels = dict.fromkeys(place_of(act.publication) for act in together)
            last = together[-1]
            sentence = last.sentence(reader, get_text_list(list(channels), _("och")))
            yield Event(last.at, sentence, "wait" if last.verb in TROUBLING else "")


def told_of(publication: Publication) -> frozenset[str]:
    """What follows a post comes and goes with it: only what somebody had to do is told."""
    return TOLD if publication.is_head else TOLD - {"removal.removed", "removal.not_out"}


def at_once(same: list[Act]) -> Iterator[list[Act]]:
    together: list[Act] = []
    for act in same:
        if together and act.at - together[0].at > AT_ONCE:
            yield together
            together = []
        together.append(act)
    yield together


TROUBLING = frozenset(
    {"publication.failed", "publication.needs_decision", "publication.expired", "removal.by_hand"}
)
TOLD = TROUBLING | {
    "publication.decided_out",
    "publication.decided_absent",
    "publication.tried_again",
    "publication.taken_by_hand",
    "publication.moved",
    "publication.held",
    "publication.released",
    "removal.removed",
    "removal.not_out",
    "removal.confirmed",
}
"""Of all that is written down, what a reader of the post wants to know; the receipt tells the rest."""


def of_publication(publication: Publication, reader: "User") -> list[Event]:
    """All of one channel's: its okay, every try and every look, until the question that is open now."""
    okay, channel = publication.approval, {"channel": place_of(publication)}
    events = [
        Event(okay.approved_at, SOMEBODY[Action.APPROVE]() % {"name": okay.approved_by.get_short_name()})
    ]
    for attempt in publication.attempts.all():
        events.append(Event(attempt.started_at, _("Skickades till %(channel)s") % channel))
    told = acts.of([publication])
    question = next((act for act in reversed(told) if act.verb == "publication.needs_decision"), None)
    for act in told:
        is_open = act is question and publication.status == PublicationStatus.NEEDS_DECISION
        sentence = _("Vi väntar på dig") if is_open else act.sentence(reader)
        events.append(Event(act.at, sentence, "wait" if is_open else ""))
    return sorted(events, key=lambda event: event.at)[::-1]


def orders(post: Post, reader: "User") -> Iterator[Event]:
    """Who took it down, and why."""
    for order in TakeDown.objects.carried_out().filter(post=post).select_related("requested_by"):
        is_own = order.requested_by == reader
        sentence = _("Du tog ned inlägget: %(why)s") if is_own else _("%(name)s tog ned inlägget: %(why)s")
        by = order.requested_by.get_short_name() if order.requested_by else _("En person på bilden")
        named = {"name": by, "why": Regret(order.reason).label}
        yield Event(order.requested_at, sentence % named, "wait")
