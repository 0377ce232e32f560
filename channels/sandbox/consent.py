"""
The page where a person says yes or no to an application (OAuth), and the codes and checks that all three platforms
share. What differs, addresses and error bodies, is in each platform's own module.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from channels.sandbox import faults, people
from channels.sandbox.context import RefusedError, store
from channels.sandbox.store import APPS, GOOGLE, Account, Token

NAMES = {"facebook": "Facebook", "x": "X", "youtube": "YouTube", "mastodon": "Mastodon"}
# What the permissions mean, after "Nej till att ...".
IN_WORDS = {
    "pages_show_list": "se vilka sidor du har",
    "pages_manage_posts": "publicera på sidan",
    "pages_read_engagement": "läsa sidans inlägg",
    "pages_manage_engagement": "svara på kommentarer",
    "pages_read_user_content": "läsa andras kommentarer",
    "publish_video": "publicera filmer",
    "read_insights": "se statistik",
    "business_management": "se sidor som ägs genom ett företag",
    "tweet.read": "läsa kontots inlägg",
    "tweet.write": "publicera inlägg",
    "users.read": "se kontots namn",
    "media.write": "ladda upp bilder och filmer",
    "offline.access": "fortsätta när du inte är här",
    "read": "läsa allt på kontot",
    "read:accounts": "se kontots namn",
    "read:statuses": "läsa kontots inlägg",
    "write:statuses": "publicera och ta bort inlägg",
    "write:media": "ladda upp bilder och filmer",
    f"{GOOGLE}youtube.upload": "ladda upp filmer",
    f"{GOOGLE}youtube.force-ssl": "ändra och ta bort filmer",
    f"{GOOGLE}youtube.readonly": "läsa kanalens filmer",
    f"{GOOGLE}youtube": "sköta kanalen",
    f"{GOOGLE}yt-analytics.readonly": "se statistik",
}
MISMATCH = {
    "facebook": "URL:en är blockerad. Adressen att gå tillbaka till är inte en giltig OAuth-adress för appen.",
    "x": "Något gick fel. Adressen att gå tillbaka till är inte godkänd för appen.",
    "youtube": "Fel 400: redirect_uri_mismatch. Adressen att gå tillbaka till är inte godkänd för appen.",
}
BLOCKED = {
    "facebook": "Appen är inte aktiv. Den kan inte användas förrän den som utvecklar den har slagit på den.",
    "x": "Du kan inte ge appen åtkomst till kontot. Gå tillbaka till appen och försök igen.",
    "youtube": "Åtkomst blockerad: den som sköter organisationens konton har inte godkänt appen. "
    "Fel 400: admin_policy_enforced",
}
# An account to choose where none has been made yet.
FIRST = {
    "facebook": ("100000000000001", "Seko (övning)", ""),
    "x": ("200000000000001", "Seko (övning)", "seko_ovning"),
    "youtube": ("UCovningovningovningov01", "Seko (övning)", ""),
    "mastodon": ("110000000000000001", "Seko (övning)", "seko_ovning"),
    "bluesky": ("did:plc:ovningovningovningovning", "Seko (övning)", "seko-ovning.test"),
}


@dataclass(frozen=True)
class Wish:
    """What the application asks for when it sends the person here."""

    platform: str
    client_id: str
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    challenge: str
    method: str
    response_type: str
    is_asked_anew: bool = False
    """Whether what was declined before is asked for again (Facebook: auth_type=rerequest)."""
    person: str = ""
    """Who is signed in, where accounts belong to people (Facebook); "" while nobody is."""

    @classmethod
    def read(cls, platform: str) -> "Wish":
        args = request.args
        scopes = tuple(args.get("scope", "").replace(",", " ").split())
        challenge, method = args.get("code_challenge", ""), args.get("code_challenge_method", "plain")
        return cls(
            platform, args.get("client_id", ""), args.get("redirect_uri", ""), args.get("state", ""), scopes,
            challenge, method, args.get("response_type", ""), args.get("auth_type") == "rerequest",
            signed_in() if platform == "facebook" else "",
        )  # fmt: skip

    def problem(self) -> str:
        """Why the platform shows an error instead of the question; empty if all is well."""
        if self.client_id != APPS[self.platform][0]:
            return "Appen är inte känd här (client_id)."
        if urlsplit(self.redirect_uri).scheme not in {"http", "https"}:
            return "Adressen att gå tillbaka till saknas eller är fel (redirect_uri)."
        if not is_registered(self.redirect_uri):
            return f"{MISMATCH[self.platform]} Den ska stå i appens inställningar, tecken för tecken: {self.redirect_uri}"
        if self.response_type != "code" and not (self.platform == "facebook" and not self.response_type):
            return "Appen ber om något annat än en kod (response_type)."
        if self.platform == "x" and not (self.challenge and 0 < len(self.state) <= 500):
            return "X kräver state (högst 500 tecken) och code_challenge (PKCE)."
        if self.challenge and self.method not in {"S256", "plain"}:
            return "Det sättet att bevisa vem man är finns inte (code_challenge_method)."
        return ""

    def declined_before(self, giver: str) -> list[str]:
        """What the person said no to before: it is not asked for again, unless the application says so."""
        if self.platform != "facebook" or self.is_asked_anew:
            return []
        declined = people.consent(store(), self.platform, giver).declined
        return [scope for scope in self.scopes if scope in declined]


def signed_in() -> str:
    """The person at Facebook: the only one, or the one who was chosen among several."""
    known = people.people(store())
    chosen = request.values.get("person", "")
    if len(known) == 1 or request.method == "POST":
        return chosen if any(person.id == chosen for person in known) else known[0].id
    return chosen if any(person.id == chosen for person in known) else ""


def is_registered(redirect_uri: str) -> bool:
    """Every address is good until somebody has registered some: then only those, letter by letter."""
    registered = json.loads(store().setting("redirects", "[]"))
    return not registered or redirect_uri in registered


def ask(wish: Wish, *, seconds: float, **data: Any) -> ResponseReturnValue:
    """Show the question, or take the answer and send the person back with a code that lives `seconds`."""
    if problem := wish.problem():
        return render_template("fel.html", mening=problem), 400
    if request.method == "GET":
        return _question(wish)
    if request.form.get("answer") != "yes":
        return cancelled(wish)
    chosen = [
        id for id in request.form.getlist("account") if id in {account.id for account in _accounts(wish)}
    ]
    if wish.person or chosen:
        return back(wish, code=_code(wish, chosen, seconds, data))
    return cancelled(wish)


def cancelled(wish: Wish) -> Response:
    """The person said no. Facebook says so in more words than the others."""
    more = {"error_reason": "user_denied", "error_code": "200", "error_description": "Permissions error"}
    return back(wish, error="access_denied", **(more if wish.platform == "facebook" else {}))


def failed(_: object = None) -> RefusedError:
    """Something else went wrong at the platform, and the person is sent back with that (RFC 6749, 4.1.2.1)."""
    return RefusedError(back(Wish.read(request.blueprints[0]), error="server_error"))


def blocked(_: object = None) -> RefusedError:
    """The platform keeps the person on its own page, and nobody is sent back."""
    return RefusedError(
        make_response(render_template("fel.html", mening=BLOCKED[request.blueprints[0]]), 403)
    )


def out_of_order(rule: faults.Rule) -> RefusedError:
    sentence = f"{NAMES[request.blueprints[0]]} svarar inte som det ska. Försök igen om en stund."
    return RefusedError(make_response(render_template("fel.html", mening=sentence), rule.status))


IN_DIALOG: faults.Answers = {"error": out_of_order, "refuse": failed, "forbidden": blocked}
"""What a person is shown where a program would have been answered with JSON."""


def _question(wish: Wish) -> Response:
    if wish.platform == "facebook" and not wish.person:
        page = render_template("vem.html", wish=wish, personer=people.people(store()))
        return make_response(page)
    before = wish.declined_before(wish.person)
    page = render_template(
        "samtycke.html", wish=wish, plattform=NAMES[wish.platform], konton=_choices(wish), ord=IN_WORDS,
        fragas=[scope for scope in wish.scopes if scope not in before], nekade=before,
        person=people.person(store(), wish.person), testlage=is_testing(wish.platform),
    )  # fmt: skip
    answer = make_response(page)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(wish.redirect_uri))
    # The form's answer redirects to the application: Chromium applies form-action to that too.
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; "
        f"form-action 'self' {origin}"
    )
    return answer


def is_testing(platform: str) -> bool:
    """Google: the app is not yet published, and what people allow it ends after a week."""
    return platform == "youtube" and store().setting("google_testing", "off") == "on"


def _accounts(wish: Wish) -> list[Account]:
    """What the person can choose from; one is made where there has never been any."""
    found = people.ours(store(), wish.platform) or [store().add_account(wish.platform, *FIRST[wish.platform])]
    if wish.person:
        return [page for page in found if people.tasks(store(), page, wish.person)]
    return found


def _choices(wish: Wish) -> list[tuple[Account, str]]:
    """Each account with what a person must know before choosing it."""
    return [(account, _remark(wish, account)) for account in _accounts(wish)]


def _remark(wish: Wish, account: Account) -> str:
    about = people.facts(store(), account)
    if not about["has_channel"]:
        return "Inget konto på YouTube har skapats här."
    if wish.person and "CREATE_CONTENT" not in people.tasks(store(), account, wish.person):
        return "Du får inte publicera på den här sidan."
    if about["business"]:
        return f"Ägs genom {about['business']['name']}."
    return ""


def _code(wish: Wish, chosen: Sequence[str], seconds: float, data: dict[str, Any]) -> str:
    giver = wish.person or chosen[0]
    # X asks for all or nothing, but an app that is set to less there gets less: a program may still decline.
    declined = {*request.form.getlist("declined"), *wish.declined_before(giver)} & set(wish.scopes)
    granted = [scope for scope in wish.scopes if scope not in declined]
    before = people.consent(store(), wish.platform, giver)
    if data.get("gathering"):  # Google: what was granted before comes along
        granted += sorted(before.granted - set(granted) - declined)
    return store().mint(
        wish.platform, "code", giver, granted, seconds=seconds, redirect_uri=wish.redirect_uri,
        challenge=wish.challenge, method=wish.method, accounts=list(chosen), declined=sorted(declined),
        **data,
    )  # fmt: skip


def agreed(code: Token) -> bool:
    """The code has become tokens: remember what was said yes and no to. True the first time."""
    is_first = people.consent(store(), code.platform, code.account).is_first
    people.agree(store(), code.platform, code.account, code.scopes, code.data["declined"])
    return is_first


def back(wish: Wish, **answer: str) -> Response:
    """Send the person back to the application."""
    if wish.state:
        answer["state"] = wish.state
    joint = "&" if "?" in wish.redirect_uri else "?"
    return redirect(f"{wish.redirect_uri}{joint}{urlencode(answer)}", 303)  # type: ignore[return-value]


def token_refused(status: int, error: str, description: str) -> RefusedError:
    """The error of a token endpoint (RFC 6749, 5.2), as X and Google give it."""
    answer = jsonify({"error": error, "error_description": description})
    answer.status_code = status
    return RefusedError(answer)


def client() -> tuple[str, str]:
    """The application's id and secret, from HTTP Basic or from the fields."""
    if request.authorization and request.authorization.type == "basic":
        return request.authorization.username or "", request.authorization.password or ""
    return request.values.get("client_id", ""), request.values.get("client_secret", "")


def is_app(platform: str, client_id: str, secret: str) -> bool:
    return client_id == APPS[platform][0] and hmac.compare_digest(secret.encode(), APPS[platform][1].encode())


def proves(code: Token, verifier: str) -> bool:
    """Whether the verifier fits the challenge that was given with the question (RFC 7636)."""
    challenge = code.data["challenge"]
    if not challenge:
        return True
    if code.data["method"] == "S256":
        verifier = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(challenge.encode(), verifier.encode())


def alive(platform: str, kinds: Sequence[str], value: str) -> Token | None:
    """The token if it is of one of these kinds, unused and in date."""
    token = store().token(value)
    if token is None or token.platform != platform or token.kind not in kinds or token.used is not None:
        return None
    return None if token.expires is not None and token.expires <= store().now() else token
