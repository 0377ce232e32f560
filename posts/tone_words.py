"""What a sender's hints say (`posts.tone`): one sentence each, and a question rather than a judgement."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from posts.events_words import said
from posts.tone import Hint

LATELY = timedelta(days=60)

SENTENCES = {
    "anger": _("Det låter som att du är arg. Vill du vila på det en timme?"),
    "irony": _("Kan det här läsas som ironi? Skämt är svåra att höra i text."),
    "only_a_link": _("Kan man ha nytta av inlägget utan att klicka på länken?"),
    "old_picture": _("Bilden är från %(taken)s. Stämmer det?"),
    "film_beside_others": _("En film går ut för sig på de flesta kanaler. Vill du göra två inlägg?"),
    "sent_in_before": _("Samma bild skickades in %(day)s av %(name)s. Skicka ändå?"),
    "sent_in_yourself": _("Du skickade in samma bild %(day)s. Skicka ändå?"),
}


def sentence_of(hint: Hint) -> str:
    words = {"taken": taken_in, "day": day_of}
    facts = {name: words[name](fact) if name in words else fact for name, fact in hint.facts.items()}
    return str(SENTENCES[hint.code]) % facts


def day_of(at: datetime) -> str:
    return said(timezone.localdate(at))


def taken_in(at: datetime) -> str:
    """mars, the day too when it was lately, and the year when it was another one."""
    local = timezone.localtime(at)
    lately = timezone.now() - at < LATELY
    this_year = local.year == timezone.localdate().year
    return date_format(local, f"{'j ' if lately else ''}F{'' if this_year else ' Y'}")
