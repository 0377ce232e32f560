"""What a phone shows of a notice: of which kind it is. No name, no word of a post, no channel."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

SOMETHING = _("Det finns något nytt att läsa.")
WORDS = {
    "approved": _("Ditt inlägg fick okej."),
    "changes_asked": _("Ditt inlägg behöver ändras."),
    "rejected": _("Ditt inlägg blev avslaget."),
    "published": _("Ditt inlägg är ute."),
    "question": _("Du har fått en fråga om ett inlägg."),
    "answer": _("Du har fått svar om ett inlägg."),
    "sent_in": _("Det finns ett inlägg att granska."),
    "half_time": _("Ett inlägg väntar på granskning."),
    "overdue": _("Ett inlägg har väntat för länge på granskning."),
    "needs_decision": _("Ett inlägg behöver ett beslut."),
    "stopped": _("All publicering är stoppad."),
    "channel_stopped": _("En kanal har slutat fungera."),
    "takedown_asked": _("En nedtagning är begärd."),
    "case_hurries": _("En nedtagning har snart gått över tiden."),
    "policy_changed": _("Policyn har ändrats."),
}


def of(kind: str) -> "Promise | str":
    return WORDS.get(kind, SOMETHING)
