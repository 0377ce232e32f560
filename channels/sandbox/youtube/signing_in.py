"""Google's OAuth 2.0."""

from collections.abc import Callable
from typing import Any

from flask import request

from channels.sandbox import consent, faults, people
from channels.sandbox.context import store
from channels.sandbox.store import GOOGLE_TOKEN_SECONDS, UNUSED_SECONDS, Token
from channels.sandbox.youtube.answers import ANSWERS, Answer, at_token, call, dead_grant, youtube

CODE_SECONDS = 600
TESTING_SECONDS = 7 * 24 * 3600 - 1  # Google, Refresh token expiration: seven days for an app in testing
MOST_REFRESH_TOKENS = 100  # the same page; per account and client
at_dialog = faults.calls("youtube", {**ANSWERS, **consent.IN_DIALOG})


@youtube.route("/o/oauth2/v2/auth", methods=["GET", "POST"])
@at_dialog("dialog")
def authorize() -> Answer:
    return consent.ask(
        consent.Wish.read("youtube"), seconds=CODE_SECONDS, offline=request.args.get("access_type") == "offline",
        prompted="consent" in request.args.get("prompt", ""),
        gathering=request.args.get("include_granted_scopes") == "true",
    )  # fmt: skip


@youtube.post("/token")
@at_token("token")
def token() -> Answer:
    if not consent.is_app("youtube", *consent.client()):
        raise consent.token_refused(401, "invalid_client", "The OAuth client was not found.")
    grants: dict[str, Callable[[], dict[str, Any]]] = {
        "authorization_code": by_code,
        "refresh_token": by_refresh,
    }
    grant = request.form.get("grant_type", "")
    if grant not in grants:
        raise consent.token_refused(400, "unsupported_grant_type", f"Invalid grant_type: {grant}")
    with store().transaction():
        return grants[grant]()


def by_code() -> dict[str, Any]:
    """A refresh token comes with offline access, the first time or when the consent was asked for anew."""
    code = consent.alive("youtube", ["code"], request.form.get("code", ""))
    if code is None or not store().use_up(code.value):
        raise consent.token_refused(400, "invalid_grant", "Malformed auth code.")
    if code.data["redirect_uri"] != request.form.get("redirect_uri"):
        raise consent.token_refused(400, "redirect_uri_mismatch", "Bad Request")
    if not consent.proves(code, request.form.get("code_verifier", "")):
        raise consent.token_refused(400, "invalid_grant", "Invalid code verifier.")
    told, is_first = access(code), consent.agreed(code)
    if code.data["offline"] and (is_first or code.data["prompted"]):
        told |= lasting(code)
    return told


def lasting(code: Token) -> dict[str, Any]:
    """A refresh token; while the app is being tested it lives a week, and the answer says so."""
    is_testing = consent.is_testing("youtube")
    seconds = TESTING_SECONDS if is_testing else UNUSED_SECONDS
    value = store().mint(
        "youtube", "refresh", code.account, code.scopes, prefix="1//", seconds=seconds, is_limited=is_testing
    )  # fmt: skip
    forget_the_oldest(code.account)
    return {"refresh_token": value} | ({"refresh_token_expires_in": seconds} if is_testing else {})


def forget_the_oldest(channel: str) -> None:
    """Only so many live refresh tokens for one account and client: the oldest is dropped without a word."""
    living = [token for token in store().tokens("youtube", channel) if token.kind == "refresh"]
    for token in living[:-MOST_REFRESH_TOKENS]:
        store().use_up(token.value)


def by_refresh() -> dict[str, Any]:
    """Google keeps the refresh token: a repeated call is harmless, and no new one comes."""
    old = consent.alive("youtube", ["refresh"], request.form.get("refresh_token", ""))
    if old is None:
        raise dead_grant()
    if not old.data.get("is_limited"):
        old.expires = store().now() + UNUSED_SECONDS
        store().change_token(old)
    return access(old)


def access(source: Token) -> dict[str, Any]:
    value = store().mint(
        "youtube", "access", source.account, source.scopes, prefix="ya29.", seconds=GOOGLE_TOKEN_SECONDS
    )  # fmt: skip
    return {
        "access_token": value,
        "expires_in": GOOGLE_TOKEN_SECONDS,
        "scope": " ".join(source.scopes),
        "token_type": "Bearer",
    }


@youtube.post("/revoke")
@call("revoke")
def revoke() -> Answer:
    found = consent.alive("youtube", ["access", "refresh"], request.values.get("token", ""))
    if found is None:
        return {"error": "invalid_token", "error_description": "Token expired or revoked"}, 400
    people.remove_app(store(), "youtube", found.account)
    return {}
