"""What hints say: a short sentence, and what one can do. The codes are those of `approvals.hints`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from posts.tone import Hint
from posts.tone_words import taken_in
from posts.wording import name_of

if TYPE_CHECKING:
    from django.utils.functional import Promise

SENTENCES = {
    "old_picture": gettext_lazy("Bilden är från %(taken)s. Stämmer det?"),
    "drone": gettext_lazy("Bilden är tagen med drönare."),
    "unasked_photographer": gettext_lazy("%(name)s tog bilden. Har fotografen sagt ja?"),
    "only_text": gettext_lazy("Bilden ser ut att vara mest text."),
    "only_a_link": gettext_lazy("Inlägget är nästan bara en länk."),
    "link_shortener": gettext_lazy("Länken till %(host)s är förkortad."),
    "all_capitals": gettext_lazy("Bara stora bokstäver: ”%(quote)s”."),
    "irony": gettext_lazy("Kan det här läsas som ironi? ”%(quote)s”"),
    "anger_at_a_person": gettext_lazy("Det låter argt, och %(name)s nämns vid namn."),
    "hashtag_without_capitals": gettext_lazy("Är #%(tag)s flera ord?"),
    "same_picture": gettext_lazy("Samma bild, eller nästan, publicerades %(published)s."),
    "same_text": gettext_lazy("Nästan samma text publicerades %(published)s."),
}

ADVICE: "dict[str, Promise]" = {
    "old_picture": gettext_lazy("Skriv i texten när den togs, eller välj en nyare."),
    "drone": gettext_lazy(
        "För att sprida flygbilder krävs ofta tillstånd från Lantmäteriet. Fråga den som skickade in."
    ),
    "unasked_photographer": gettext_lazy(
        "Den som har tagit en bild bestämmer över den. Fråga den som skickade in."
    ),
    "only_text": gettext_lazy(
        "Orden i en bild når inte den som får texten uppläst. Skriv dem i inlägget, och ta en annan bild."
    ),
    "only_a_link": gettext_lazy(
        "Kan man ha nytta av inlägget utan att klicka? Skriv det viktigaste här också."
    ),
    "link_shortener": gettext_lazy("Ingen ser vart den leder. Byt till den hela adressen."),
    "all_capitals": gettext_lazy("Det läses som rop och är svårare att läsa. Skriv med små bokstäver."),
    "irony": gettext_lazy("Skämt är svåra att höra i text. Skriv rakt ut vad ni menar."),
    "anger_at_a_person": gettext_lazy(
        "Rikta kritiken mot saken. Låt gärna en kollega läsa, eller vila på det en timme."
    ),
    "long_sentences": gettext_lazy("Sätt punkt tidigare, eller gör en lista."),
    "many_hashtags": gettext_lazy("En eller två räcker, sist i texten. Varje hashtagg läses upp."),
    "hashtag_without_capitals": gettext_lazy(
        "Skriv varje ord med stor bokstav, så läser en skärmläsare upp dem rätt."
    ),
    "same_picture": gettext_lazy("Välj en annan bild om det inte är meningen."),
    "same_text": gettext_lazy("Skriv om det som är nytt, om det inte är meningen."),
}


@dataclass(frozen=True)
class Said:
    """A hint in words. `key` is the same as long as its words are: then what somebody folded away stays so."""

    key: str
    sentence: str
    advice: str
    post_id: int | None = None


def said(hint: Hint) -> Said:
    channel = hint.channel
    sentence = f"{name_of(channel)}: {sentence_of(hint)}" if channel else sentence_of(hint)
    return Said(
        key=f"{hint.code}-{crc32(sentence.encode()):08x}",
        sentence=sentence,
        advice=advice_of(hint),
        post_id=hint.publication.post_id if hint.publication else None,
    )


def sentence_of(hint: Hint) -> str:
    if hint.code == "long_sentences":
        return long_sentences(hint.facts["n"], hint.facts["words"])
    if hint.code == "many_hashtags":
        n = hint.facts["n"]
        return ngettext("Inlägget har %(n)d hashtagg.", "Inlägget har %(n)d hashtaggar.", n) % {"n": n}
    return str(SENTENCES[hint.code]) % facts_of(hint)


def long_sentences(n: int, words: int) -> str:
    told = ngettext(
        "En mening är lång: %(words)d ord.", "%(n)d meningar är långa, den längsta %(words)d ord.", n
    )
    return told % {"n": n, "words": words}


def facts_of(hint: Hint) -> dict[str, object]:
    facts = dict(hint.facts)
    if taken := facts.get("taken"):
        facts["taken"] = taken_in(taken)
    if hint.publication and (at := hint.publication.published_at):
        facts["published"] = date_format(timezone.localtime(at), "j F")
    return facts


def advice_of(hint: Hint) -> str:
    better = hint.facts.get("better")
    example = " " + _("Till exempel #%(better)s.") % {"better": better} if better else ""
    return f"{ADVICE[hint.code]}{example}"
