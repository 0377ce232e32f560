"""The log's verbs and facts in words. Every verb that is written anywhere has its words here; a test looks for them."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit.rooms import site

VERBS: dict[str, dict[str, Any]] = {
    "post": {
        "post.submitted": gettext_lazy("Skickade in inlägget"),
        "post.frozen": gettext_lazy("Låste inlägget för granskning"),
        "post.withdrawn": gettext_lazy("Drog tillbaka inlägget"),
        "post.edited": gettext_lazy("Ändrade inlägget"),
        "post.picture_changed": gettext_lazy("Ändrade en bild"),
        "post.picture_cropped": gettext_lazy("Beskar en bild för en kanal"),
        "post.picture_uncropped": gettext_lazy("Lät en kanal visa hela bilden igen"),
        "post.changes_requested": gettext_lazy("Bad om en ändring"),
        "post.media_refused": gettext_lazy("Skickade tillbaka inlägget: en fil gick inte att använda"),
        "post.rejected": gettext_lazy("Avslog inlägget"),
        "post.recalled": gettext_lazy("Tog tillbaka inlägget innan någon börjat granska"),
        "post.marked": gettext_lazy("Märkte inlägget som politiskt"),
        "post.unmarked": gettext_lazy("Tog bort märkningen som politiskt"),
        "post.first_okay": gettext_lazy("Godkände inlägget, som den första av två"),
        "post.overridden": gettext_lazy("Godkände sitt eget inlägg i nödläge"),
        "post.taken_over": gettext_lazy("Tog över granskningen"),
        "post.assigned": gettext_lazy("Gav inlägget till en kollega att granska"),
        "post.approved": gettext_lazy("Godkände inlägget"),
        "post.undone": gettext_lazy("Ångrade godkännandet"),
        "post.revised": gettext_lazy("Tog tillbaka inlägget för att ändra"),
        "post.reopened": gettext_lazy("Lät ett godkänt inlägg granskas igen"),
        "post.author_asked": gettext_lazy("Bad den som skickade in om okej till en ändring"),
        "post.author_not_asked": gettext_lazy("Tog tillbaka frågan till den som skickade in"),
        "post.agreed": gettext_lazy("Sa okej till ändringen"),
        "post.disagreed": gettext_lazy("Sa nej till ändringen"),
        "post.appealed": gettext_lazy("Bad om en andra bedömning av ett avslag"),
        "post.asked": gettext_lazy("Skrev till den som skickade in"),
        "post.answered": gettext_lazy("Svarade kommunikationsgruppen"),
        "post.noted": gettext_lazy("Skrev en anteckning"),
        "post.note_taken_back": gettext_lazy("Tog tillbaka en anteckning"),
        "post.opinion_asked": gettext_lazy("Bad en kollega om en andra bedömning"),
        "post.opinion_given": gettext_lazy("Gav en andra bedömning"),
        "post.wished": gettext_lazy("Ändrade när inlägget tidigast och senast får ut"),
        "post.best_before": gettext_lazy("Ändrade hur länge inlägget är lika bra i reserven"),
        "post.take_down": gettext_lazy("Bestämde att inlägget ska tas ned"),
    },
    "publication": {
        "publication.published": gettext_lazy("Publicerade"),
        "publication.published_by_hand": gettext_lazy("Publicerade för hand"),
        "publication.taken_by_hand": gettext_lazy("Tog över för att publicera för hand"),
        "publication.failed": gettext_lazy("Kunde inte publicera"),
        "publication.unconfirmed": gettext_lazy("Fick inget besked om det kom ut"),
        "publication.looked": gettext_lazy("Letade på plattformen och hittade inget"),
        "publication.absent": gettext_lazy("Såg att det inte kom ut, och skickar igen"),
        "publication.needs_decision": gettext_lazy("Bad någon avgöra om det kom ut"),
        "publication.decided_out": gettext_lazy("Avgjorde att det ligger ute"),
        "publication.decided_absent": gettext_lazy("Avgjorde att det inte ligger ute"),
        "publication.tried_again": gettext_lazy("Försökte igen"),
        "publication.second_receipt": gettext_lazy("Fick ett kvitto till"),
        "publication.moved": gettext_lazy("Flyttade publiceringen till en annan tid"),
        "publication.held": gettext_lazy("Lät publiceringen vänta"),
        "publication.released": gettext_lazy("Släppte fram publiceringen"),
        "publication.expired": gettext_lazy("Lät bli att publicera: den senaste tiden gick ut"),
    },
    "removal": {
        "removal.removed": gettext_lazy("Tog ned"),
        "removal.not_out": gettext_lazy("Såg att det aldrig kom ut"),
        "removal.by_hand": gettext_lazy("Bad någon ta ned för hand"),
        "removal.confirmed": gettext_lazy("Tog ned för hand"),
    },
    "consent": {
        "consent.asked": gettext_lazy("Frågade någon på bilden"),
        "consent.told": gettext_lazy("Frågade på plats, och alla sa ja"),
        "consent.not_asked": gettext_lazy("Tog tillbaka en fråga till någon på bilden"),
        "consent.answered": gettext_lazy("Någon på bilden svarade"),
        "consent.in_office": gettext_lazy("Sa att alla på bilden är företrädare i tjänsten"),
        "consent.forgotten": gettext_lazy("Gallrade ett svar om samtycke"),
    },
    "case": {
        "case.opened": gettext_lazy("Öppnade ett nedtagningsärende"),
        "case.kept": gettext_lazy("Stängde ett nedtagningsärende och lät inlägget ligga kvar"),
        "case.closed": gettext_lazy("Stängde ett nedtagningsärende: allt är nere"),
        "case.swept": gettext_lazy("Gallrade namn och anteckningar i ett nedtagningsärende"),
        "case.forgotten": gettext_lazy("Gallrade ett nedtagningsärende"),
    },
    "publishing": {
        "publishing.stopped": gettext_lazy("Stoppade all publicering"),
        "publishing.resumed": gettext_lazy("Startade publiceringen igen"),
    },
    "duty": {
        "duty.given": gettext_lazy("Gav någon jour"),
        "duty.changed": gettext_lazy("Ändrade jouren"),
        "duty.taken_away": gettext_lazy("Tog bort en jour"),
    },
    "channel": {
        "channel.connected": gettext_lazy("Anslöt kanalen"),
        "channel.disconnected": gettext_lazy("Kopplade från kanalen"),
        "channel.broke": gettext_lazy("Märkte att anslutningen inte fungerar"),
        "channel.mended": gettext_lazy("Märkte att anslutningen fungerar igen"),
        "channel.tried_again": gettext_lazy("Lät kanalen försöka igen"),
        "channel.paused": gettext_lazy("Pausade kanalen"),
        "channel.unpaused": gettext_lazy("Startade kanalen igen"),
        "channel.changed": gettext_lazy("Ändrade kanalen"),
        "channel.proposed": gettext_lazy("Föreslog en ändring av kanalen"),
        "app_keys.changed": gettext_lazy("Bytte appnycklar"),
    },
    "person": {
        "person.added": gettext_lazy("Kom in med en inbjudan"),
        "person.changed": gettext_lazy("Ändrade en persons uppgifter"),
        "person.second_step_taken_away": gettext_lazy("Tog bort en persons andra inloggningssteg"),
    },
    "invitation": {
        "invitation.sent": gettext_lazy("Bjöd in någon"),
        "invitation.sent_again": gettext_lazy("Skickade en inbjudan igen"),
        "invitation.revoked": gettext_lazy("Drog tillbaka en inbjudan"),
    },
    "policy": {
        "policy.saved": gettext_lazy("Skrev på policyn"),
        "policy.published": gettext_lazy("Publicerade policyn"),
        "policy.acknowledged": gettext_lazy("Läste policyn"),
    },
    "media": {
        "media.refused": gettext_lazy("Kunde inte använda en fil"),
        "media.purged": gettext_lazy("Tog bort filerna till en bild som är suddad sedan dess"),
        "media.erased": gettext_lazy("Raderade en bild eller film genast"),
        "rendition.failed": gettext_lazy("Kunde inte göra filen som en kanal behöver"),
    },
    "calendar": {
        "date.added": gettext_lazy("Lade till ett eget datum i kalendern"),
        "date.removed": gettext_lazy("Tog bort ett eget datum ur kalendern"),
        "feed.made": gettext_lazy("Skapade en privat adress till kalendern"),
        "feed.revoked": gettext_lazy("Tog bort sin privata adress till kalendern"),
    },
    "event": {
        "event.added": gettext_lazy("Lade till en händelse"),
        "event.changed": gettext_lazy("Ändrade en händelse"),
        "event.removed": gettext_lazy("Tog bort en händelse"),
        "event.nothing_to_show": gettext_lazy("Sa att det inte finns något att visa från en händelse"),
        "event_feed.added": gettext_lazy("Lade till en kalender"),
        "event_feed.removed": gettext_lazy("Tog bort en kalender"),
    },
    "log": {
        "log.read": gettext_lazy("Läste loggen"),
        "log.exported": gettext_lazy("Tog ut loggen"),
    },
}
"""By the kind of act, as the choice of them lists it."""
KINDS = {
    "post": gettext_lazy("Inlägg"),
    "publication": gettext_lazy("Publicering"),
    "removal": gettext_lazy("Nedtagning"),
    "consent": gettext_lazy("Samtycken"),
    "case": gettext_lazy("Nedtagningsärenden"),
    "publishing": gettext_lazy("All publicering"),
    "duty": gettext_lazy("Jour"),
    "channel": gettext_lazy("Kanaler"),
    "person": gettext_lazy("Personer"),
    "invitation": gettext_lazy("Inbjudningar"),
    "policy": gettext_lazy("Policyn"),
    "media": gettext_lazy("Bilder och filmer"),
    "calendar": gettext_lazy("Kalendern"),
    "event": gettext_lazy("Händelser"),
    "log": gettext_lazy("Loggen"),
}
WORDS = {verb: words for verbs in VERBS.values() for verb, words in verbs.items()}

FACTS = {
    "version": gettext_lazy("version"),
    "answer": gettext_lazy("svar"),
    "count": gettext_lazy("antal"),
    "reason": gettext_lazy("skäl"),
    "message": gettext_lazy("meddelande"),
    "text": gettext_lazy("förslag"),
    "code": gettext_lazy("orsak"),
    "at": gettext_lazy("ny tid"),
    "earliest": gettext_lazy("tidigast"),
    "latest": gettext_lazy("senast"),
    "best_before": gettext_lazy("bäst före"),
    "name": gettext_lazy("vad"),
    "day": gettext_lazy("dag"),
    "late": gettext_lazy("efter sin tid"),
    "hold": gettext_lazy("hur"),
    "how": gettext_lazy("hur"),
    "url": gettext_lazy("adress"),
    "channels": gettext_lazy("kanaler"),
    "platform": gettext_lazy("plattform"),
    "scopes": gettext_lazy("rättigheter hos plattformen"),
    "app_id": gettext_lazy("appens nummer"),
    "changes": gettext_lazy("ändrat"),
    "fields": gettext_lazy("ändrade uppgifter"),
    "roles": gettext_lazy("roller"),
    "is_active": gettext_lazy("får logga in"),
    "is_staff": gettext_lazy("når administrationen"),
    "is_superuser": gettext_lazy("får göra allt"),
    "type": gettext_lazy("slag"),
    "chosen": gettext_lazy("urval"),
    "lines": gettext_lazy("antal rader"),
    "number": gettext_lazy("nummer"),
    "first_day": gettext_lazy("från och med"),
    "last_day": gettext_lazy("till och med"),
}
"""What is told of a line beside its verb. A fact that does not stand here is not shown to anybody."""
OF_THE_CONTENT = frozenset({"url"})
"""Shown only to those who may open the post."""
MOMENTS = frozenset({"at", "earliest", "latest"})
CHOICES = {
    "person": gettext_lazy("person"),
    "verb": gettext_lazy("vad"),
    "post": gettext_lazy("inlägg"),
    "channel": gettext_lazy("kanal"),
    "first": gettext_lazy("från och med"),
    "last": gettext_lazy("till och med"),
}
"""What somebody who read the log had chosen."""


def sentence(verb: str) -> str:
    """The log is older than the words: a verb that is used no more is called as it was written down."""
    return str(WORDS.get(verb, verb))


def choices() -> Iterable[tuple[Any, Any]]:
    """All acts of a kind, or one of them."""
    yield "", pgettext_lazy("acts in the log", "Allt")
    for kind, verbs in VERBS.items():
        whole = (kind, _("%(kind)s: allt") % {"kind": KINDS[kind]})
        yield KINDS[kind], [whole, *verbs.items()] if len(verbs) > 1 else list(verbs.items())


def verbs_of(chosen: str) -> list[str]:
    return list(VERBS.get(chosen, (chosen,)))


# --- facts ------------------------------------------------------------------------------------------------------


def facts_of(verb: str, facts: dict[str, Any], *, with_content: bool) -> list[str]:
    """`skäl: inte relevant`: those that say something, and that this reader may know."""
    told = [name for name in FACTS if name in facts and (with_content or name not in OF_THE_CONTENT)]
    found = [(FACTS[name], value_of(verb, name, facts[name])) for name in told]
    return [f"{label}: {value}" for label, value in found if value]


def value_of(verb: str, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if name == "version":
        return str(value["number"] if isinstance(value, dict) else value)
    if name in MOMENTS:
        return moment(value)
    if name == "chosen":
        return ", ".join(f"{CHOICES.get(key, key)} {choice(key, typed)}" for key, typed in parse_qsl(value))
    if isinstance(value, list):
        return get_text_list([site.rooms.words_for(verb, name, item) for item in value], _("och"))
    return site.rooms.words_for(verb, name, value)


def moment(value: str) -> str:
    at = parse_datetime(value)
    return date_format(timezone.localtime(at), "Y-m-d H.i") if at else value


def choice(key: str, typed: str) -> str:
    return str(KINDS.get(typed) or sentence(typed)) if key == "verb" else typed
