"""Codes into sentences: the only place where the domain's codes get words for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels import wording
from channels.models import Channel
from channels.wording import name_of
from posts.blockers import Blocker
from posts.models import Media, Publication
from posts.subtitles import SubtitlesError

GB = 1024**3

BLOCKERS = {
    "alt_text_missing": gettext_lazy("bildbeskrivning saknas"),
    "picture_superseded": gettext_lazy("något i bilden är suddat på ett annat ställe: sudda det här också"),
    "captions_undecided": gettext_lazy("beslut om undertexter saknas"),
    "subtitles_missing": gettext_lazy("undertextfilen saknas"),
    "thumbnail_gone": gettext_lazy("bilden som skulle visa filmen finns inte kvar i inlägget"),
    "site_forbidden": gettext_lazy("platsen får inte visas"),
    "site_unknown": gettext_lazy("det är oklart om platsen får visas"),
    "picture_erased": gettext_lazy(
        "en bild är raderad: be om ändring, så får den som skickade in välja en annan"
    ),
    "consent_missing": gettext_lazy("samtycke saknas"),
    "consent_waiting": gettext_lazy("alla på bilden har inte svarat"),
    "consent_refused": gettext_lazy("någon på bilden vill inte synas"),
    "consent_new_picture": gettext_lazy("samtycke saknas för en bild som kom till senare"),
    "consent_elsewhere": gettext_lazy("ingen på bilden är tillfrågad om den här kanalen"),
    "guardian_missing": gettext_lazy("vårdnadshavares ja saknas"),
    "personal_number": gettext_lazy("det står ett personnummer i texten"),
    "authors_yes_missing": gettext_lazy("den som skickade in har inte sagt okej"),
    "no_channel": gettext_lazy("ingen kanal är vald"),
    "channel_disconnected": gettext_lazy("kanalen är frånkopplad"),
    "film_in_the_making": gettext_lazy("filmen görs just nu"),
    "film_failed": gettext_lazy("det gick inte att göra filmen"),
    "picture_in_the_making": gettext_lazy("bilden görs i ordning just nu"),
    "picture_failed": gettext_lazy("det gick inte att göra bilden i ordning"),
    "text_missing": gettext_lazy("text saknas"),
    "media_missing": gettext_lazy("bild eller film saknas"),
    "pictures_and_film": gettext_lazy("bilder och film kan inte blandas"),
    "title_missing": gettext_lazy("rubrik saknas"),
    "film_too_long": gettext_lazy("filmen är för lång"),
    "file_too_large": gettext_lazy("filen är för stor"),
    "alt_text_too_long": gettext_lazy("bildbeskrivningen är för lång"),
    "forbidden_characters": gettext_lazy("tecknen < och > går inte att använda"),
    "tags_too_long": gettext_lazy("nyckelorden är för långa tillsammans"),
    "too_many_cashtags": gettext_lazy("högst ett ord med dollartecken först"),
    "thread_too_long": gettext_lazy("kanalen tar inte emot en så lång tråd"),
    "no_comments": gettext_lazy("kanalen tar inte emot en första kommentar"),
}

RECEIVED = {
    "likes": lambda number: ngettext("%(number)s reaktion", "%(number)s reaktioner", number),
    "comments": lambda number: ngettext("%(number)s kommentar", "%(number)s kommentarer", number),
    "shares": lambda number: ngettext("%(number)s delning", "%(number)s delningar", number),
    "views": lambda number: ngettext("%(number)s visning", "%(number)s visningar", number),
}

REFUSALS = {
    "not_media": gettext_lazy("Filen är ingen bild eller film."),
    "unsupported_format": gettext_lazy(
        "%(format)s går inte att använda. Skicka en JPEG, PNG eller HEIC, eller en film som MP4."
    ),
    "unsupported_codec": gettext_lazy("Filmen är i ett format som vi inte kan läsa. Spela in den som MP4."),
    "empty": gettext_lazy("Filen är tom. Välj den igen."),
    "too_large_bytes": gettext_lazy("Filen är för stor. Den får vara högst %(limit_mb)s MB."),
    "too_many_pixels": gettext_lazy(
        "Bilden är för stor, %(width)s × %(height)s bildpunkter. Välj en mindre."
    ),
    "too_many_frames": gettext_lazy("Filmen har för många bildrutor. Korta den."),
    "too_small": gettext_lazy("Bilden är för liten för att visas. Välj en större."),
    "too_long": gettext_lazy(
        "Filmen är för lång, högst %(limit_minutes)s minuter. Korta den eller skicka en länk."
    ),
    "too_narrow": gettext_lazy("Bilden är för smal för att visas. Beskär den eller välj en annan."),
    "no_video": gettext_lazy("Det finns ingen film i filen, bara ljud eller ingenting."),
    "truncated": gettext_lazy("Slutet av filen saknas. Skicka den igen."),
    "damaged": gettext_lazy("Filen är skadad och går inte att läsa. Välj en annan."),
    "too_heavy": gettext_lazy("Filen är för tung att bearbeta. Välj en enklare eller mindre."),
}

OTHER = "other"
"""The reason that says nothing by itself: what was written is the reason."""
REJECTIONS = {
    "irrelevant": gettext_lazy("Inte relevant för Seko"),
    "no_consent": gettext_lazy("Personer har inte sagt ja"),
    "protected_site": gettext_lazy("Bild från skyddat område"),
    "misread": gettext_lazy("Kan missförstås"),
    "repeated": gettext_lazy("Samma som redan publicerats"),
    "too_old": gettext_lazy("För gammalt"),
    OTHER: gettext_lazy("Annat (skriv)"),
}

TROUBLES = wording.TROUBLES | {
    "seal_broken": gettext_lazy("Innehållet är inte det som godkändes, så vi skickade det inte."),
    "worker_lost": gettext_lazy(
        "Arbetet avbröts medan inlägget skickades. Vi tittar på plattformen om det kom ut."
    ),
    "storage": gettext_lazy("Bilden eller filmen gick inte att läsa hos oss. Vi försöker igen."),
    "still_there": gettext_lazy("Plattformen säger att det är borttaget, men det syns fortfarande."),
    "left_lying": gettext_lazy("Låg kvar när publiceringen startades igen."),
    "found_anothers": gettext_lazy("Det vi hittade var ett annat av våra inlägg. Vi letar vidare."),
}

THEN = {
    "connect": gettext_lazy("Inlägget väntar och skickas när det fungerar."),
    "too_late": gettext_lazy("Vi försöker igen."),
    "renewal_unclear": gettext_lazy("Vi försöker igen."),
    "upload_stalled": gettext_lazy("Vi fortsätter där den slutade."),
    "too_many_calls": gettext_lazy("Vi väntar så länge den ber om."),
    "posting_too_fast": gettext_lazy("Inlägget väntar några timmar."),
    "quota": gettext_lazy("Inlägget skickas när den fylls på, vid niotiden på morgonen."),
    "upload_limit": gettext_lazy("Inlägget väntar ett dygn."),
    "processing": gettext_lazy("Inlägget publiceras när den är klar."),
}
"""What comes of a trouble for a post that is on its way."""

PRIVACIES = {
    "public": gettext_lazy("Alla"),
    "unlisted": gettext_lazy("De som har länken"),
    "private": gettext_lazy("Bara vi"),
}

LINKS = {
    "foreign": gettext_lazy(
        "Det är ingen länk till ett inlägg på vårt konto på %(channel)s. Öppna inlägget där och kopiera adressen."
    ),
    "not_there": gettext_lazy(
        "Vi hittar inget öppet inlägg från oss på den adressen. Är det rätt inlägg, och kan alla se det?"
    ),
    "anothers": gettext_lazy("Länken hör till ett annat av våra inlägg. Kopiera länken till det här."),
    "cannot_look": gettext_lazy(
        "Vi kan inte kontrollera länken på %(channel)s just nu. %(trouble)s Inget är ändrat. Försök igen senare."
    ),
}
"""Why a pasted address is not taken (`publishing.LinkError`)."""


SUBTITLES = {
    "empty": gettext_lazy("Filen är tom. Välj den igen."),
    "too_large": gettext_lazy("Filen är för stor. Den får vara högst %(limit_kb)s kB."),
    "not_text": gettext_lazy("Det är ingen textfil. Spara undertexterna som SRT."),
    "other_format": gettext_lazy("Filen är i ett annat format (WebVTT). Spara undertexterna som SRT."),
    "no_captions": gettext_lazy("Det finns inga undertexter i filen."),
    "not_times": gettext_lazy("Här ska tiderna stå, så här: 00:00:01,000 --> 00:00:04,000."),
    "ends_too_soon": gettext_lazy("Texten slutar innan den börjar."),
    "blank_missing": gettext_lazy("Det saknas en tom rad före nästa text."),
    "too_many_lines": gettext_lazy("Högst %(limit)s rader åt gången."),
    "too_long": gettext_lazy("Raden är för lång, högst %(limit)s tecken."),
    "too_many": gettext_lazy("Filen har fler än %(limit)s texter."),
    "out_of_order": gettext_lazy("Texten börjar före den förra, eller samtidigt. De ska stå i tidsordning."),
    "after_the_film": gettext_lazy("Texten börjar efter filmens slut. Hör filen till den här filmen?"),
}
"""Why a file of subtitles cannot be used (`subtitles.SubtitlesError`)."""


def subtitles_sentence(error: SubtitlesError) -> str:
    """With the line where it is, as an editor counts them."""
    sentence = str(SUBTITLES[error.code]) % error.facts
    return (
        _("Rad %(line)s: %(sentence)s") % {"line": error.line, "sentence": sentence}
        if error.line
        else sentence
    )


def blocker_sentence(blocker: Blocker) -> str:
    """`Facebook: texten är 12 tecken för lång`, ready to stand in a list."""
    sentence = counted(blocker) or str(BLOCKERS.get(blocker.code, _("kanalen tar inte emot inlägget så här")))
    if blocker.channel is None:
        return sentence
    return f"{part_of(blocker.channel, blocker.facts.get('part', 0))}: {sentence}"


def place_of(publication: Publication) -> str:
    """Facebook; X, del 2; Facebook, första kommentaren."""
    return part_of(publication.channel, publication.part)


def part_of(channel: Channel, part: int) -> str:
    """What is numbered from 0 is counted from 1, the post itself being the first."""
    names = {"channel": name_of(channel), "n": part + 1}
    if not part:
        return name_of(channel)
    if channel.adapter_class.limits.thread:
        return _("%(channel)s, del %(n)d") % names
    return _("%(channel)s, första kommentaren") % names


def counted(blocker: Blocker) -> str:
    over, limit = blocker.facts.get("over", 0), blocker.facts.get("limit", 0)
    if blocker.code == "text_too_long":
        return ngettext("texten är %(over)d tecken för lång", "texten är %(over)d tecken för lång", over) % {
            "over": over
        }
    if blocker.code == "title_too_long":
        return ngettext(
            "rubriken är %(over)d tecken för lång", "rubriken är %(over)d tecken för lång", over
        ) % {"over": over}
    if blocker.code == "description_too_long":
        return _("beskrivningen är för lång")
    if blocker.code == "too_many_pictures":
        return ngettext("högst %(limit)d bild", "högst %(limit)d bilder", limit) % {"limit": limit}
    if blocker.code == "too_many_films":
        return ngettext("högst %(limit)d film", "högst %(limit)d filmer", limit) % {"limit": limit}
    return ""


def refusal_sentence(media: Media) -> str:
    sentence = REFUSALS.get(media.refusal, _("Filen går inte att använda. Välj en annan."))
    return str(sentence) % Facts(media.refusal_facts)


def too_large_a_film(most_bytes: int) -> str:
    """Of what is larger than anything may be: nothing but a film is."""
    limit = number_format(f"{most_bytes / GB:.3g}")
    return _("Filmen är större än %(limit)s GB. Korta den eller skicka en länk.") % {"limit": limit}


class Facts(dict[str, Any]):
    """A fact that a refusal did not give leaves a gap in the sentence, not an error on the page."""

    def __missing__(self, name: str) -> str:
        return "–"


def link_sentence(code: str, channel: Channel, trouble: str) -> str:
    return str(LINKS[code]) % {"channel": name_of(channel), "trouble": what_happened(trouble)}


def trouble_sentence(code: str) -> str:
    """What has happened, and what becomes of the post."""
    return f"{what_happened(code)} {THEN.get(code, '')}".strip()


def what_happened(code: str) -> str:
    return str(TROUBLES.get(code, _("Plattformen sa nej: %(code)s") % {"code": code})) if code else ""


def received(numbers: Mapping[str, int]) -> str:
    """12 reaktioner, 3 kommentarer"""
    some = {kind: numbers[kind] for kind in RECEIVED if numbers.get(kind)}
    written = {kind: number_format(number, force_grouping=True) for kind, number in some.items()}
    words = (RECEIVED[kind](number) % {"number": written[kind]} for kind, number in some.items())
    return ", ".join(words) or _("Inga reaktioner än")
