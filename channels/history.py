"""What has happened to a channel, from the log, in words: who, when, and what was how before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from accounts.paging import older_than
from audit.log import name_of
from audit.models import Entry
from channels.models import Channel
from channels.wording import trouble_sentence

LINES = 20
"""How many a page shows."""

VERBS = {
    "channel.connected": gettext_lazy("Anslöt kanalen."),
    "channel.disconnected": gettext_lazy("Kopplade från kanalen."),
    "channel.broke": gettext_lazy("Anslutningen slutade fungera."),
    "channel.mended": gettext_lazy("Anslutningen fungerar igen."),
    "channel.tried_again": gettext_lazy("Lät kanalen försöka igen."),
    "channel.paused": gettext_lazy("Pausade kanalen."),
    "channel.unpaused": gettext_lazy("Startade kanalen igen."),
    "channel.changed": gettext_lazy("Ändrade kanalen."),
    "channel.proposed": gettext_lazy("Föreslog en ändring."),
}
SAID: dict[str, Callable[[dict[str, Any]], str]] = {
    "channel.broke": lambda facts: trouble_sentence(facts.get("code", "")),
    "channel.paused": lambda facts: facts.get("reason", ""),
    "channel.proposed": lambda facts: facts.get("text", ""),
}
"""What else there is to be told of some of them."""
PEOPLE = ("owner", "deputy")
COLUMNS: dict[str, Field] = {column.name: column for column in Channel._meta.fields}


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """`who` is nobody when the software did it."""

    at: datetime
    who: User | None
    sentence: str
    said: str
    changes: list[Change]


def page(channel: Channel, before: str = "") -> tuple[list[Line], int | None]:
    """The newest lines, or those before this number; and the number to go on from, if there are more."""
    entries = Entry.objects.filter(thing=name_of(channel)).select_related("actor").order_by("-pk")
    found = list(older_than(before, entries)[: LINES + 1])
    shown = found[:LINES]
    names = names_in(shown)
    return [line(entry, names) for entry in shown], shown[-1].pk if len(found) > LINES else None


def line(entry: Entry, names: dict[int, str]) -> Line:
    facts = entry.facts
    return Line(
        at=entry.at,
        who=entry.actor,  # type: ignore[arg-type]
        sentence=str(VERBS.get(entry.verb, entry.verb)),
        said=SAID[entry.verb](facts) if entry.verb in SAID else "",
        changes=[
            Change(label(field), in_words(field, old, names), in_words(field, new, names))
            for field, (old, new) in facts.get("changes", {}).items()
        ],
    )


def names_in(entries: Iterable[Entry]) -> dict[int, str]:
    """Of all people that were put in charge, or were before."""
    changes = [entry.facts.get("changes", {}) for entry in entries]
    numbers = {number for each in changes for field in PEOPLE for number in each.get(field, ()) if number}
    return dict(User.objects.filter(pk__in=numbers).values_list("pk", "name")) if numbers else {}


def settings_in_words(settings: dict[str, Any]) -> dict[str, str]:
    people = [settings[field] for field in PEOPLE if settings.get(field)]
    names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    return {field: in_words(field, value, names) for field, value in settings.items()}


# --- words ------------------------------------------------------------------------------------------------------


def label(field: str) -> str:
    """The log is older than the columns: one that is no more is called as it was written down."""
    column = COLUMNS.get(field)
    return capfirst(str(column.verbose_name)) if column else field


def in_words(field: str, value: Any, names: dict[int, str]) -> str:
    """A setting as a person reads it."""
    if value in (None, ""):
        if field in PEOPLE:
            return pgettext("nobody in charge of a channel", "ingen")
        return pgettext("a setting of a channel that is empty", "inget")
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if field in PEOPLE:
        return names.get(value, _("okänd"))
    if field == "facts_on":
        return date_format(date.fromisoformat(value), "j F Y")
    column = COLUMNS.get(field)
    choices = dict(column.flatchoices) if column else {}
    return str(choices.get(value, value))
