"""What the wizard says: what one needs, what it costs, what is asked for, and what to do when it does not go well."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels import wording
from channels.adapters.codes import Trouble
from channels.connecting import TAKEN


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


WORDS = {
    "facebook": Words(
        _("Facebook-sida"),
        _("Du behöver vara administratör för sidan. Det kostar ingenting."),
        _("Logga in på Facebook som någon som är administratör för sidan."),
        _("Vilken sida ska Seko Social få publicera på?"),
        _("Sidor där du har en roll"),
    ),
    "x": Words(
        _("X-konto"),
        _("Du behöver kontots lösenord. X tar betalt för varje inlägg, mer om det innehåller en länk."),
        _("Logga in på X med kontot som Seko Social ska publicera på."),
        _("Vilket konto ska Seko Social få publicera på?"),
        _("Kontot du loggade in med"),
    ),
    "youtube": Words(
        _("YouTube-kanal"),
        _("Du behöver äga eller sköta kanalen. Det kostar ingenting, men Google granskar appen först."),
        _("Logga in på Google som någon som äger eller sköter kanalen."),
        _("Vilken kanal ska Seko Social få publicera på?"),
        _("Kanaler du nådde"),
    ),
    "mastodon": Words(
        _("Mastodon-konto"),
        _("Du behöver kontots lösenord och serverns adress. Det kostar ingenting."),
        _("Logga in på servern med kontot som Seko Social ska publicera på."),
        _("Vilket konto ska Seko Social få publicera på?"),
        _("Kontot du loggade in med"),
    ),
    "bluesky": Words(
        _("Bluesky-konto"),
        _("Du behöver ett applösenord, som du skapar i kontots inställningar. Det kostar ingenting."),
        _("Skriv kontots namn och ett applösenord. Använd aldrig kontots vanliga lösenord."),
        _("Vilket konto ska Seko Social få publicera på?"),
        _("Kontot du loggade in med"),
    ),
    "by_hand": Words(
        _("För hand"),
        _(
            "För allt annat, till exempel en grupp. Du kopierar text och bild, och klistrar in länken när det är ute."
        ),
        _("Vad heter kanalen, och var finns den?"),
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
)

QUESTIONS = {
    "server": (_("Server"), _("Där kontot finns, till exempel mastodon.social eller https://bsky.social.")),
    "handle": (_("Kontots namn"), _("Till exempel seko.bsky.social.")),
    "app_password": (_("Applösenord"), _("Skapa ett i kontots inställningar. Vi sparar det inte.")),
}
"""The label and the hint of what must be known first, by the connector's own names."""

TROUBLES = {
    Trouble.CONNECT: _("Plattformen svarar inte. Vänta en stund och försök igen."),
    Trouble.TOO_LATE: _("Det tog för lång tid. Försök igen."),
    Trouble.NO_ANSWER: _("Plattformen svarade inte i tid. Försök igen."),
    Trouble.BROKEN_OFF: _("Förbindelsen bröts innan plattformen hade svarat. Försök igen."),
    Trouble.PLATFORM_DOWN: _("Plattformen har fel hos sig just nu. Vänta en stund och försök igen."),
    Trouble.UNREADABLE: _("Plattformens svar gick inte att förstå. Försök igen om en stund."),
    Trouble.TOO_MANY_CALLS: _("Plattformen tar inte emot mer från oss just nu. Vänta en kvart och försök igen."),
    Trouble.QUOTA: _("Dagens kvot hos plattformen är slut. Försök igen i morgon."),
    Trouble.UPLOAD_LIMIT: _("Kanalen får inte ladda upp mer i dag. Försök igen i morgon."),
    Trouble.APP_KEYS: _("Plattformen känner inte igen våra appnycklar. Rätta dem under Appnycklar och försök igen."),
    Trouble.PERMISSION_MISSING: _("Utan rätt att publicera går det inte. Ge behörighet och godkänn allt som visas."),
    Trouble.WRONG_ACCOUNT: _("Det här är ett annat konto än kanalens. Logga in med rätt konto."),
    Trouble.ACCESS_REVOKED: _("Plattformen godtar inte inloggningen längre. Logga in igen."),
    Trouble.TOKEN_EXPIRED: _("Inloggningen gäller inte längre. Logga in igen."),
    Trouble.CHECKPOINT: _("Plattformen vill att du loggar in där och bekräftar kontot. Gör det, och försök sedan igen."),
    Trouble.CREDIT: _("Pengarna på kontot hos plattformen är slut. Fyll på, och försök sedan igen."),
    TAKEN: _("Den är redan ansluten."),
}  # fmt: skip
"""Where what is said of a post would lead astray. The rest is as `channels.wording` has it."""

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
    return str(TROUBLES[code]) if code in TROUBLES else wording.trouble_sentence(code)


def status_for(code: str) -> int:
    """The status of a page that tells of this trouble. To have changed one's mind is none."""
    if code in NO_CLEAR_ANSWER:
        return 502
    return 200 if code in ("", Trouble.CANCELLED) else 422
