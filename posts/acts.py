"""What people and the software did with a publication: the log's lines about it, in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from audit.log import name_of as thing_of
from audit.models import Entry
from posts.models import Publication
from posts.wording import place_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Act:
    """One line. `by` is None where the software acted by itself."""

    at: datetime
    verb: str
    by: "User | None"
    publication: Publication
    facts: dict[str, Any]

    def sentence(self, reader: "User | None" = None, channels: str = "") -> str:
        """`channels` where the same was done on several at once."""
        names = {
            "channel": channels or place_of(self.publication),
            "name": self.by.get_short_name() if self.by else "",
        }
        return wording_of(self, reader)() % names


def of(publications: Iterable[Publication]) -> list[Act]:
    """In the order in which it was done. What the log tells for machines alone is left out."""
    things = {thing_of(item): item for item in publications}
    lines = Entry.objects.filter(thing__in=things, verb__in=SAID).select_related("actor").order_by("number")
    return [
        Act(line.at, line.verb, line.actor, things[line.thing], line.facts)
        for line in lines
        if line.actor or line.verb in BY_ITSELF
    ]


def last_decision(publication: Publication) -> Act | None:
    """What became of it meanwhile, for somebody who was not the first."""
    return next((act for act in reversed(of([publication])) if act.verb in ENDINGS), None)


def wording_of(act: Act, reader: "User | None") -> Callable[[], str]:
    if act.by is None or act.verb not in OWN:
        return BY_ITSELF[act.verb]
    return OWN[act.verb] if act.by == reader else SOMEBODY[act.verb]


OWN: dict[str, Callable[[], str]] = {
    "publication.decided_out": lambda: _("Du såg att det ligger ute på %(channel)s"),
    "publication.decided_absent": lambda: _("Du såg att det inte ligger ute på %(channel)s"),
    "publication.tried_again": lambda: _("Du försökte igen på %(channel)s"),
    "publication.taken_by_hand": lambda: _("Du tog över för att publicera för hand på %(channel)s"),
    "publication.published_by_hand": lambda: _("Du publicerade för hand på %(channel)s"),
    "publication.moved": lambda: _("Du flyttade publiceringen på %(channel)s till en annan tid"),
    "publication.held": lambda: _("Du lät det vänta på %(channel)s"),
    "publication.released": lambda: _("Du släppte fram det på %(channel)s"),
    "removal.confirmed": lambda: _("Du tog ned det från %(channel)s för hand"),
}
SOMEBODY: dict[str, Callable[[], str]] = {
    "publication.decided_out": lambda: _("%(name)s såg att det ligger ute på %(channel)s"),
    "publication.decided_absent": lambda: _("%(name)s såg att det inte ligger ute på %(channel)s"),
    "publication.tried_again": lambda: _("%(name)s försökte igen på %(channel)s"),
    "publication.taken_by_hand": lambda: _("%(name)s tog över för att publicera för hand på %(channel)s"),
    "publication.published_by_hand": lambda: _("%(name)s publicerade för hand på %(channel)s"),
    "publication.moved": lambda: _("%(name)s flyttade publiceringen på %(channel)s till en annan tid"),
    "publication.held": lambda: _("%(name)s lät det vänta på %(channel)s"),
    "publication.released": lambda: _("%(name)s släppte fram det på %(channel)s"),
    "removal.confirmed": lambda: _("%(name)s tog ned det från %(channel)s för hand"),
}
BY_ITSELF: dict[str, Callable[[], str]] = {
    "publication.published": lambda: _("Ute på %(channel)s"),
    "publication.failed": lambda: _("Misslyckades på %(channel)s"),
    "publication.unconfirmed": lambda: _("Oklart om det kom ut på %(channel)s"),
    "publication.looked": lambda: _("Letade på %(channel)s, hittade inget"),
    "publication.absent": lambda: _("Kom inte ut på %(channel)s, skickas igen"),
    "publication.needs_decision": lambda: _("Vi vet inte om det kom ut på %(channel)s"),
    "publication.held": lambda: _("Väntar på %(channel)s"),
    "publication.expired": lambda: _("Senaste tiden gick ut på %(channel)s"),
    "removal.removed": lambda: _("Nedtaget från %(channel)s"),
    "removal.not_out": lambda: _("Kom aldrig ut på %(channel)s"),
    "removal.by_hand": lambda: _("%(channel)s låter oss inte ta ned det"),
}
SAID = {*OWN, *BY_ITSELF}
ENDINGS = SAID - {
    "publication.unconfirmed",
    "publication.looked",
    "publication.needs_decision",
    "publication.moved",
    "publication.held",
    "publication.released",
}
"""What settles a question that somebody was about to answer."""
