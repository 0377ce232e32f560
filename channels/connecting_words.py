"""What the wizard says: what one needs, what it costs, what is asked for, and what to do when it does not go well."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels import wording
from channels.adapters.codes import Trouble
from channels.connecting import ALL_TAKEN, TAKEN


@dataclass(frozen=True)
class Words:
    """How one platform is spoken of."""

    thing: Any
    """What is connected there."""
    needs: Any
    """What one needs before one begins, and what it costs."""
    sign_in: Any
    """As whom to sign in."""
    which: Any
    """The question of step 3."""
    reached: Any
    """The heading of what can be chosen."""
    to_try: Any
    """What a trial run does."""
    tried: Any
    """What became of what it sent."""


TO_TRY = _("Vi skickar en bild som inte hamnar i något inlägg. Ingen kan se den.")
"""Where a picture that nobody uses is thrown away by the platform."""


WORDS = {
    "facebook": Words(
        _("Facebook-sida"),
        _("Du behöver vara administratör för sidan. Det kostar ingenting."),
        _("Logga in på Facebook som någon som är administratör för sidan."),
        _("Vilken sida ska Seko Social få publicera på?"),
        _("Sidor där du har en roll"),
        _("Vi skickar en opublicerad bild till sidan och tar bort den igen. Allmänheten ser den inte."),
        _("Testet är borttaget igen, och ingen utanför kunde se det."),
    ),
    "x": Words(
        _("X-konto"),
        _("Du behöver kontots lösenord. X tar betalt för varje inlägg, mer om det innehåller en länk."),
        _("Logga in på X med kontot som Seko Social ska publicera på."),
        _("Vilket konto ska Seko Social få publicera på?"),
        _("Kontot du loggade in med"),
        TO_TRY,
        _("Bilden syns inte för någon, och X tar bort den själv inom ett dygn."),
    ),
    "youtube": Words(
        _("YouTube-kanal"),
        _("Du behöver äga eller sköta kanalen. Det kostar ingenting, men Google granskar appen först."),
        _("Logga in på Google som någon som äger eller sköter kanalen."),
        _("Vilken kanal ska Seko Social få publicera på?"),
        _("Kanaler du nådde"),
        _(
            "Vi laddar upp en kort, privat film och tar bort den igen. Den räknas som en av dagens uppladdningar."
        ),
        _("Testet är borttaget igen, och ingen utanför kunde se det."),
    ),
    "mastodon": Words(
        _("Mastodon-konto"),
        _("Du behöver kontots lösenord och serverns adress. Det kostar ingenting."),
        _("Logga in på servern med kontot som Seko Social ska publicera på."),
        _("Vilket konto ska Seko Social få publicera på?"),
        _("Kontot du loggade in med"),
        TO_TRY,
        _("Bilden syns inte för någon. Den är borttagen, eller tas bort av servern inom ett dygn."),
    ),
    "bluesky": Words(
        _("Bluesky-konto"),
        _("Du behöver ett applösenord, som du skapar i kontots inställningar. Det kostar ingenting."),
        _("Skriv kontots namn och ett applösenord. Använd aldrig kontots vanliga lösenord."),
        _("Vilket konto ska Seko Social få publicera på?"),
        _("Kontot du loggade in med"),
        TO_TRY,
        _("Bilden syns inte för någon, och servern tar bort den själv."),
    ),
    "by_hand": Words(
        _("För hand"),
        _(
            "För allt annat, till exempel en grupp. Du kopierar text och bild, och klistrar in länken när det är ute."
        ),
        _("Vad heter kanalen, och var finns den?"),
        "",
        "",
        "",
        "",
    ),
}
OTHERS = Words(
    _("Konto"),
    _("Du behöver kunna logga in på kontot."),
    _("Logga in med kontot som Seko Social ska publicera på."),
    _("Vilket konto ska Seko Social få publicera på?"),
    _("Konton du nådde"),
    _("Vi skickar ett test som allmänheten inte ser."),
    _("Ingen utanför kunde se testet."),
)

QUESTIONS = {
    "server": (_("Server"), _("Där kontot finns, till exempel mastodon.social eller https://bsky.social.")),
    "handle": (_("Kontots namn"), _("Till exempel seko.bsky.social.")),
    "app_password": (_("Applösenord"), _("Skapa ett i kontots inställningar. Vi sparar det inte.")),
}
"""The label and the hint of what must be known first, by the connector's own names."""

THEN: dict[str, Any] = {
    Trouble.CONNECT: _("Vänta en stund och försök igen."),
    Trouble.TOO_LATE: _("Försök igen."),
    Trouble.NO_ANSWER: _("Försök igen."),
    Trouble.BROKEN_OFF: _("Försök igen."),
    Trouble.PLATFORM_DOWN: _("Vänta en stund och försök igen."),
    Trouble.UNREADABLE: _("Vänta en stund och försök igen."),
    Trouble.TOO_MANY_CALLS: _("Vänta en kvart och försök igen."),
    Trouble.QUOTA: _("Försök igen i morgon."),
    Trouble.UPLOAD_LIMIT: _("Försök igen i morgon."),
}
"""What to do about a trouble that passes."""

TROUBLES = {
    Trouble.APP_KEYS: _("Plattformen känner inte igen våra appnycklar. Rätta dem under Appnycklar och försök igen."),
    Trouble.PERMISSION_MISSING: _("Utan rätt att publicera går det inte. Ge behörighet och godkänn allt som visas."),
    Trouble.WRONG_ACCOUNT: _("Det här är ett annat konto än kanalens. Logga in med rätt konto."),
    Trouble.ACCESS_REVOKED: _("Plattformen godtar inte inloggningen längre. Logga in igen."),
    Trouble.TOKEN_EXPIRED: _("Inloggningen gäller inte längre. Logga in igen."),
    Trouble.CHECKPOINT: _("Plattformen vill att du loggar in där och bekräftar kontot. Gör det, och försök sedan igen."),
    Trouble.CREDIT: _("Pengarna på kontot hos plattformen är slut. Fyll på, och försök sedan igen."),
    TAKEN: _("Den är redan ansluten."),
    ALL_TAKEN: _("Alla sidor du kommer åt är redan anslutna. Logga in som någon som kommer åt den du vill ansluta."),
}  # fmt: skip
"""Where it is another thing to a person who is signing in at that moment. The rest is as `channels.wording` has it."""

NO_CLEAR_ANSWER = frozenset(
    {
        Trouble.CONNECT,
        Trouble.TOO_LATE,
        Trouble.NO_ANSWER,
        Trouble.BROKEN_OFF,
        Trouble.PLATFORM_DOWN,
        Trouble.UNREADABLE,
        Trouble.TOO_MANY_CALLS,
    }
)
"""It is the platform's doing, and the same step can be tried again."""


def words_for(platform: str) -> Words:
    return WORDS.get(platform, OTHERS)


def sentence(code: str) -> str:
    """What went wrong, and what to do."""
    what_happened = str(TROUBLES[code]) if code in TROUBLES else wording.trouble_sentence(code)
    return f"{what_happened} {THEN.get(code, '')}".strip()


def status_for(code: str) -> int:
    """The status of a page that tells of this trouble. To have changed one's mind is none."""
    if code in NO_CLEAR_ANSWER:
        return 502
    return 200 if code in ("", Trouble.CANCELLED) else 422
