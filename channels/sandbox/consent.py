"""
The page where a person says yes or no to an application (OAuth), and the codes and checks that all three platforms
share. What differs, addresses and error bodies, is in each platform's own module.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from channels.sandbox.context import RefusedError, store
from channels.sandbox.store import APPS, GOOGLE, Account, Token

NAMES = {"facebook": "Facebook", "x": "X", "youtube": "YouTube"}
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
    f"{GOOGLE}youtube.upload": "ladda upp filmer",
    f"{GOOGLE}youtube.force-ssl": "ändra och ta bort filmer",
    f"{GOOGLE}youtube.readonly": "läsa kanalens filmer",
    f"{GOOGLE}youtube": "sköta kanalen",
    f"{GOOGLE}yt-analytics.readonly": "se statistik",
}
# An account to choose where none has been made yet.
FIRST = {
    "facebook": ("100000000000001", "Seko (övning)", ""),
    "x": ("200000000000001", "Seko (övning)", "seko_ovning"),
    "youtube": ("UCovningovningovningov01", "Seko (övning)", ""),
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
    several: bool = False
    """Whether more than one account may be chosen (Facebook's pages)."""

    @classmethod
    def read(cls, platform: str, *, several: bool = False) -> "Wish":
        args = request.args
        scopes = tuple(args.get("scope", "").replace(",", " ").split())
        challenge, method = args.get("code_challenge", ""), args.get("code_challenge_method", "plain")
        return cls(
            platform, args.get("client_id", ""), args.get("redirect_uri", ""), args.get("state", ""), scopes,
            challenge, method, args.get("response_type", ""), several,
        )  # fmt: skip

    def problem(self) -> str:
        """Why the platform shows an error instead of the question; empty if all is well."""
        if self.client_id != APPS[self.platform][0]:
            return "Appen är inte känd här (client_id)."
        if urlsplit(self.redirect_uri).scheme not in {"http", "https"}:
            return "Adressen att gå tillbaka till saknas eller är fel (redirect_uri)."
        if self.response_type != "code" and not (self.platform == "facebook" and not self.response_type):
            return "Appen ber om något annat än en kod (response_type)."
        if self.platform == "x" and not (self.challenge and 0 < len(self.state) <= 500):
            return "X kräver state (högst 500 tecken) och code_challenge (PKCE)."
        return ""


def ask(wish: Wish, *, seconds: float, **data: Any) -> ResponseReturnValue:
    """Show the question, or take the answer and send the person back with a code that lives `seconds`."""
    if problem := wish.problem():
        return render_template("fel.html", mening=problem), 400
    if request.method == "GET":
        return _question(wish)
    chosen = [id for id in request.form.getlist("account") if store().account(wish.platform, id)]
    if request.form.get("answer") != "yes" or not chosen:
        return back(wish, error="access_denied")
    return back(wish, code=_code(wish, chosen, seconds, data))


def _question(wish: Wish) -> Response:
    page = render_template(
        "samtycke.html", wish=wish, plattform=NAMES[wish.platform], konton=_accounts(wish.platform),
        ord=IN_WORDS,
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


def _accounts(platform: str) -> list[Account]:
    return store().accounts(platform) or [store().add_account(platform, *FIRST[platform])]


def _code(wish: Wish, chosen: Sequence[str], seconds: float, data: dict[str, Any]) -> str:
    declined = set(request.form.getlist("declined"))
    granted = [scope for scope in wish.scopes if scope not in declined]
    return store().mint(
        wish.platform, "code", chosen[0], granted, seconds=seconds, redirect_uri=wish.redirect_uri,
        challenge=wish.challenge, method=wish.method, accounts=list(chosen), declined=sorted(declined), **data,
    )  # fmt: skip


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
