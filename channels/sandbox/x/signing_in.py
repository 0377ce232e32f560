"""OAuth 2.0 with PKCE."""

from typing import Any

from flask import request

from channels.sandbox import consent, faults
from channels.sandbox.context import store
from channels.sandbox.store import UNUSED_SECONDS, X_TOKEN_SECONDS, Token
from channels.sandbox.x.answers import ANSWERS, Answer, at_token, call, dead_grant, x

CODE_SECONDS = 30  # X, OAuth 2.0 with PKCE
at_dialog = faults.calls("x", {**ANSWERS, **consent.IN_DIALOG})


@x.route("/i/oauth2/authorize", methods=["GET", "POST"])
@at_dialog("dialog")
def authorize() -> Answer:
    return consent.ask(consent.Wish.read("x"), seconds=CODE_SECONDS)


def check_client() -> None:
    """Confidential clients come with HTTP Basic; public ones only name themselves."""
    client_id, secret = consent.client()
    public = request.authorization is None and not secret and client_id == consent.APPS["x"][0]
    if not public and not consent.is_app("x", client_id, secret):
        raise consent.token_refused(401, "unauthorized_client", "Missing valid authorization header")


@x.post("/2/oauth2/token")
@at_token("token")
def token() -> Answer:
    check_client()
    grants = {"authorization_code": by_code, "refresh_token": by_refresh}
    grant = request.form.get("grant_type", "")
    if grant not in grants:
        raise consent.token_refused(400, "invalid_request", "Value passed for the grant type was invalid.")
    with store().transaction():
        return pair(grants[grant]())


def by_code() -> Token:
    code = consent.alive("x", ["code"], request.form.get("code", ""))
    if code is None or not store().use_up(code.value):
        raise consent.token_refused(
            400, "invalid_request", "Value passed for the authorization code was invalid."
        )
    if code.data["redirect_uri"] != request.form.get("redirect_uri"):
        raise consent.token_refused(
            400,
            "invalid_request",
            "Value passed for the redirect uri did not match the uri of the authorization code.",
        )
    if not consent.proves(code, request.form.get("code_verifier", "")):
        raise consent.token_refused(
            400, "invalid_request", "Value passed for the code verifier did not match the code challenge."
        )
    consent.agreed(code)
    return code


def by_refresh() -> Token:
    """A refresh token works once."""
    old = consent.alive("x", ["refresh"], request.form.get("refresh_token", ""))
    if old is None or not store().use_up(old.value):
        raise dead_grant()
    return old


def pair(source: Token) -> dict[str, Any]:
    access = store().mint("x", "access", source.account, source.scopes, seconds=X_TOKEN_SECONDS)
    told = {
        "token_type": "bearer",
        "expires_in": X_TOKEN_SECONDS,
        "access_token": access,
        "scope": " ".join(source.scopes),
    }
    if "offline.access" in source.scopes:
        told["refresh_token"] = store().mint(
            "x", "refresh", source.account, source.scopes, seconds=UNUSED_SECONDS
        )
    return told


@x.post("/2/oauth2/revoke")
@call("revoke")
def revoke() -> Answer:
    check_client()
    store().use_up(request.form.get("token", ""))
    return {"revoked": True}
