"""The codes of the adapters and of the connections, in sentences for people."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels.adapters.connector import Right
from channels.models import Channel, Period

TROUBLES = {
    "connect": gettext_lazy("Plattformen svarar inte."),
    "too_late": gettext_lazy("Det hann inte bli klart i tid, och ingenting skickades."),
    "no_credential": gettext_lazy("Kanalen är inte ansluten."),
    "key_lost": gettext_lazy("Anslutningen går inte att läsa. Anslut kanalen igen."),
    "app_keys_lost": gettext_lazy(
        "Våra appnycklar går inte att läsa. Administratören behöver skriva in dem igen."
    ),
    "renewing": gettext_lazy("Anslutningen förnyas just nu. Det dröjer några sekunder."),
    "renewal_unclear": gettext_lazy("Plattformen svarade inte när anslutningen förnyades."),
    "no_answer": gettext_lazy("Plattformen svarade inte i tid."),
    "broken_off": gettext_lazy("Förbindelsen bröts innan plattformen hade svarat."),
    "platform_down": gettext_lazy("Plattformen har fel hos sig just nu."),
    "unreadable": gettext_lazy("Plattformens svar gick inte att förstå."),
    "upload_lost": gettext_lazy("Plattformen har tappat bort det som laddades upp."),
    "upload_stalled": gettext_lazy("Uppladdningen stannade av."),
    "too_many_calls": gettext_lazy("Plattformen tar inte emot mer från oss just nu."),
    "posting_too_fast": gettext_lazy("Plattformen tycker att det publiceras för ofta på sidan."),
    "quota": gettext_lazy("Dagens kvot hos plattformen är slut."),
    "upload_limit": gettext_lazy("Kanalen får inte ladda upp mer i dag."),
    "uploading": gettext_lazy("Filmen laddas upp. Det tar en stund."),
    "processing": gettext_lazy("Plattformen gör i ordning filmen."),
    "credit": gettext_lazy("Pengarna på kontot hos plattformen är slut. Kontoansvarig behöver fylla på."),
    "token_expired": gettext_lazy("Anslutningen gäller inte längre. Anslut kanalen igen."),
    "access_revoked": gettext_lazy(
        "Någon har tagit bort vår åtkomst eller bytt lösenord. Anslut kanalen igen."
    ),
    "checkpoint": gettext_lazy(
        "Plattformen vill att kontoansvarig loggar in där och bekräftar kontot. Anslut sedan kanalen igen."
    ),
    "role_lost": gettext_lazy(
        "Den som anslöt kanalen har inte kvar sin roll på sidan. Låt någon som har det ansluta igen."
    ),
    "permission_missing": gettext_lazy(
        "Vi saknar behörighet hos plattformen. Anslut kanalen igen och godkänn allt som visas."
    ),
    "account_suspended": gettext_lazy(
        "Kontot är låst eller avstängt av plattformen. Kontoansvarig behöver logga in där."
    ),
    "no_channel_there": gettext_lazy("Det finns ingen kanal på kontot som är anslutet. Anslut rätt konto."),
    "app_keys": gettext_lazy(
        "Plattformen känner inte igen våra appnycklar. Administratören behöver rätta dem."
    ),
    "refused": gettext_lazy("Plattformen tar inte emot inlägget som det är."),
    "against_rules": gettext_lazy("Plattformen anser att inlägget bryter mot dess regler."),
    "text_refused": gettext_lazy("Plattformen tar inte emot texten som den är. Ändra den och skicka igen."),
    "link_refused": gettext_lazy("Plattformen kan inte läsa länken. Ändra den och skicka igen."),
    "media_refused": gettext_lazy("Plattformen tar inte emot bilden eller filmen. Byt den och skicka igen."),
    "subtitles_refused": gettext_lazy("Plattformen tar inte emot undertextfilen. Byt den och skicka igen."),
    "thumbnail_refused": gettext_lazy(
        "Plattformen tar inte emot en egen bild för filmen. Ta bort den, eller bekräfta kanalens telefonnummer där."
    ),
    "privacy_refused": gettext_lazy("Plattformen lät inte filmen bli så synlig som ni bestämde."),
    "film_unprocessable": gettext_lazy(
        "Plattformen kunde inte göra i ordning filmen. Byt den och skicka igen."
    ),
    "film_rejected": gettext_lazy("Plattformen tog emot filmen och avvisade den sedan."),
    "not_ours": gettext_lazy("Inlägget på den adressen hör inte till kanalen."),
    "place_gone": gettext_lazy("Inlägget som det hör till finns inte kvar på plattformen."),
    "place_unknown": gettext_lazy(
        "Vi vet inte vilket inlägg på plattformen det hör till. Lägg ut det för hand."
    ),
    "film_known_already": gettext_lazy(
        "Plattformen säger att filmen redan finns på kanalen. Titta där först."
    ),
    "film_gone": gettext_lazy("Filmen är borttagen hos plattformen."),
    "processing_stuck": gettext_lazy(
        "Plattformen blir inte klar med filmen. Titta där innan ni skickar den igen."
    ),
    "duplicate": gettext_lazy("Plattformen säger att inlägget redan finns. Vi tittar efter."),
    "wrong_account": gettext_lazy("Anslutningen hör till ett annat konto än kanalens. Anslut rätt konto."),
    "cancelled": gettext_lazy("Du avbröt hos plattformen. Ingenting är ändrat."),
    "dialog_failed": gettext_lazy("Inloggningen hos plattformen gick inte att slutföra. Försök igen."),
    "address_refused": gettext_lazy(
        "Plattformen godtar inte adressen att komma tillbaka till. Klistra in den hos plattformen, tecken för tecken."
    ),
    "code_old": gettext_lazy("Det tog för lång tid, eller så användes inloggningen redan. Logga in igen."),
    "no_lasting_access": gettext_lazy(
        "Plattformen gav ingen varaktig åtkomst. Logga in igen och godkänn allt som visas."
    ),
    "no_accounts": gettext_lazy(
        "Det finns inget att ansluta på kontot. Logga in som någon som har sidan eller kanalen."
    ),
    "personal_profile": gettext_lazy("Det här är en privat profil. Välj en sida."),
    "role_missing": gettext_lazy(
        "Du får inte publicera på den här sidan. Be sidans administratör om rollen."
    ),
    "sign_in_refused": gettext_lazy("Namnet eller applösenordet stämmer inte."),
    "server_unknown": gettext_lazy("Vi hittar ingen sådan server. Kontrollera adressen."),
}
"""What has happened, and what a person can do about it. Who tells adds what comes of it for what one was at."""

RIGHTS: dict[Right, tuple[Any, Any]] = {
    Right.PUBLISH: (gettext_lazy("Publicera inlägg"), gettext_lazy("Lägga ut bild, film och text")),
    Right.REMOVE: (gettext_lazy("Ta ned inlägg"), gettext_lazy("Om något blev fel")),
    Right.READ: (gettext_lazy("Läsa våra egna inlägg"), gettext_lazy("För att se om ett inlägg kom ut")),
    Right.COMMENTS: (
        gettext_lazy("Läsa och svara på kommentarer"),
        gettext_lazy("Utan det hamnar frågor inte i inkorgen"),
    ),
    Right.STATISTICS: (gettext_lazy("Se statistik"), gettext_lazy("Hur många som såg inlägget")),
    Right.BUSINESSES: (
        gettext_lazy("Se sidor som ägs genom ett företag"),
        gettext_lazy("Utan det kan sidan saknas i listan"),
    ),
    Right.STAY: (
        gettext_lazy("Fortsätta när du inte är inloggad"),
        gettext_lazy("Annars måste du ansluta igen hela tiden"),
    ),
}
"""What each right lets us do, and why we ask for it."""

WORRIES = {
    "right_missing": gettext_lazy("Behörighet saknas: %(right)s."),
    "role_less": gettext_lazy("Rollen på sidan räcker inte till: %(right)s."),
    "clock_off": gettext_lazy("Vår klocka och plattformens skiljer sig med %(seconds)s sekunder."),
    "access_ends": gettext_lazy("Plattformen vill att någon loggar in på nytt senast %(at)s."),
    "server_takes_less": gettext_lazy(
        "Kontots server tar bara emot %(characters)s tecken och %(pictures)s bilder i ett inlägg. "
        "Längre inlägg går inte ut."
    ),
}


def trouble_sentence(code: str) -> str:
    return str(TROUBLES.get(code, _("Plattformen sa nej: %(code)s") % {"code": code})) if code else ""


def finding_sentence(finding: Mapping[str, Any]) -> str:
    """What is not well about a connection that works."""
    facts = {**finding.get("facts", {})}
    if facts.get("right") in set(Right):
        facts["right"] = str(RIGHTS[Right(facts["right"])][0]).lower()
    if at := parse_datetime(str(facts.get("at", ""))):
        facts["at"] = date_format(timezone.localtime(at), "j F Y")
    return str(WORRIES.get(finding["code"], finding["code"])) % facts


def goal_sentence(channel: Channel) -> str:
    """1 om dagen, 3 i veckan; only on weekdays, where it is so."""
    if not channel.goal:
        return _("Inget")
    goal = f"{channel.goal} {Period(channel.goal_period).label}"
    return _("%(goal)s, bara vardagar") % {"goal": goal} if channel.goal_on_weekdays else goal


def ends_in(days: int) -> str:
    """How long a connection lasts."""
    if days < 0:
        return _("Gick ut")
    if days == 0:
        return _("Går ut i dag")
    return ngettext("Går ut om %(n)d dag", "Går ut om %(n)d dagar", days) % {"n": days}


def name_of(channel: Channel) -> str:
    """Facebook; and the next page there Facebook (Seko Sjöfolk). What is done by hand has no platform of its own."""
    if channel.is_by_hand:
        return channel.name
    return f"{channel.platform_name} ({channel.name})" if channel.is_another else channel.platform_name
