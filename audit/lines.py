"""Lines of the log as somebody reads them: who did what to which thing, with nothing that this reader may not see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from audit import wording
from audit.models import Entry, EntryQuerySet
from audit.rooms import Named, site

PAGE = 50
AT_A_TIME = 500
"""So many are read at once when all are taken out."""


@dataclass(frozen=True)
class Line:
    """`who` is empty where the software acted by itself."""

    entry: Entry
    at: datetime
    who: str
    what: str
    on: list[Named]
    facts: list[str]


@dataclass(frozen=True)
class Page:
    """`older` is what the link to the next page carries; None on the last one."""

    lines: list[Line]
    older: int | None


def page_of(entries: EntryQuerySet, names: "Names", before: str = "", size: int = PAGE) -> Page:
    found = newest(entries.older_than(before), size + 1)
    shown = found[:size]
    return Page(lines_of(shown, names), shown[-1].number if len(found) > size else None)


def all_of(entries: EntryQuerySet, names: "Names") -> Iterator[Line]:
    """One lot after the other, newest first: however many there are, few of them are in memory at a time."""
    found = newest(entries, AT_A_TIME)
    while found:
        yield from lines_of(found, names)
        found = newest(entries.older_than(str(found[-1].number)), AT_A_TIME)


def newest(entries: EntryQuerySet, most: int) -> list[Entry]:
    return list(entries.select_related("actor").order_by("-number")[:most])


def lines_of(entries: list[Entry], names: "Names") -> list[Line]:
    names.learn(entries)
    return [line_of(entry, names) for entry in entries]


def line_of(entry: Entry, names: "Names") -> Line:
    post = post_of(entry)
    return Line(
        entry=entry,
        at=entry.at,
        who=str(entry.actor) if entry.actor else "",
        what=wording.sentence(entry.verb),
        on=names.things_of(entry),
        facts=wording.facts_of(
            entry.verb, names.named_in(entry.facts), with_content=post is None or names.may_open(post)
        ),
    )


# --- what they are about ----------------------------------------------------------------------------------------


@dataclass
class Names:
    """What the things are called to this reader; each is asked for once."""

    reader: Any
    posts: dict[int, Named | None] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.channels = site.rooms.channels(self.reader)

    def learn(self, entries: Iterable[Entry]) -> None:
        posts = {number for entry in entries if (number := post_of(entry))} - self.posts.keys()
        people = {number for entry in entries if (number := number_of(entry, "user"))} - self.people.keys()
        if posts:
            self.posts |= dict.fromkeys(posts) | site.rooms.posts(posts, self.reader)
        if people:
            found = get_user_model()._default_manager.filter(pk__in=people)
            self.people |= {person.pk: str(person) for person in found}

    def may_open(self, post: int) -> bool:
        return self.posts.get(post) is not None

    def things_of(self, entry: Entry) -> list[Named]:
        """What was done, on which post and on which channel."""
        named = [self.post(number) for number in [post_of(entry)] if number]
        named += [self.channel(number) for number in [channel_of(entry)] if number]
        return named or [self.other(entry.thing)]

    def named_in(self, facts: dict[str, Any]) -> dict[str, Any]:
        """An order to take down counts up the channels that it is for."""
        if "channels" not in facts:
            return facts
        return facts | {"channels": [self.channel(number).name for number in facts["channels"]]}

    def post(self, number: int) -> Named:
        return self.posts.get(number) or Named(_("inlägg %(number)s") % {"number": number})

    def channel(self, number: int) -> Named:
        return self.channels.get(number) or Named(_("kanal %(number)s") % {"number": number})

    def other(self, thing: str) -> Named:
        kind, _colon, number = thing.partition(":")
        if kind == "user" and number.isdecimal():
            return Named(self.people.get(int(number), _("person %(number)s") % {"number": number}))
        if kind == "platform":
            return Named(site.rooms.words_for("", "platform", number))
        return Named(OTHERS[kind]()) if kind in OTHERS else Named(thing)


OTHERS = {
    "media": lambda: _("en fil"),
    "rendition": lambda: _("en fil för en kanal"),
    "publishing": lambda: _("alla kanaler"),
    "log": lambda: _("loggen"),
    "importantdate": lambda: _("kalendern"),
    "feed": lambda: _("kalendern"),
    "event": lambda: _("en händelse"),
    "eventfeed": lambda: _("en kalender"),
    "takedowncase": lambda: _("ett nedtagningsärende"),
    "invitation": lambda: _("en inbjudan"),
    "policyversion": lambda: _("policyn"),
}


def post_of(entry: Entry) -> int | None:
    return number_of(entry, "post") or entry.facts.get("post")


def channel_of(entry: Entry) -> int | None:
    return number_of(entry, "channel") or entry.facts.get("channel")


def number_of(entry: Entry, kind: str) -> int | None:
    begins, _colon, number = entry.thing.partition(":")
    return int(number) if begins == kind and number.isdecimal() else None
