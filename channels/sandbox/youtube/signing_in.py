"""Google's OAuth 2.0."""

from collections.abc import Callable
from typing import Any

from flask import request

from channels.sandbox import consent
from channels.sandbox.context import store
from channels.sandbox.store import GOOGLE_TOKEN_SECONDS, Token
from channels.sandbox.youtube.answers import Answer, at_token, call, dead_grant, youtube

CODE_SECONDS = 600


@youtube.route("/o/oauth2/v2/auth", methods=["GET", "POST"])
def authorize() -> Answer:
    offline = request.args.get("access_type") == "offline"
    prompted = "consent" in request.args.get("prompt", "")
    return consent.ask(consent.Wish.read("youtube"), seconds=CODE_SECONDS, offline=offline, prompted=prompted)


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
    told = access(code)
    first = store().count(f"youtube consents {code.account}") == 1
    if code.data["offline"] and (first or code.data["prompted"]):
        told["refresh_token"] = store().mint("youtube", "refresh", code.account, code.scopes, prefix="1//")
    return told


def by_refresh() -> dict[str, Any]:
    """Google keeps the refresh token: a repeated call is harmless, and no new one comes."""
    old = consent.alive("youtube", ["refresh"], request.form.get("refresh_token", ""))
    if old is None:
        raise dead_grant()
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
    store().revoke("youtube", found.account)
    return {}
