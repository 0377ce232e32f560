"""From a code to a page token without an end, and what a token is worth."""

from typing import Any

from channels.sandbox import consent
from channels.sandbox.context import bearer, store
from channels.sandbox.facebook.graph import (
    PERSON,
    Answer,
    call,
    caller,
    expired,
    missing,
    paged,
    param,
    refused,
)
from channels.sandbox.store import APPS, Account, Token

SHORT_TOKEN, LONG_TOKEN = 2 * 3600, 60 * 24 * 3600  # Long-lived tokens page: one to two hours, about 60 days
TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MESSAGING", "MODERATE"]


def dialog() -> Answer:
    return consent.ask(consent.Wish.read("facebook", several=True), seconds=600)


@call("token")
def access_token() -> Answer:
    client_id, secret = consent.client()
    if not consent.is_app("facebook", client_id, secret):
        raise refused(1, "Error validating client secret.")
    grant = param("grant_type")
    if grant == "client_credentials":
        return {"access_token": f"{client_id}|{secret}", "token_type": "bearer"}
    if grant == "fb_exchange_token":
        return user_token(live_user(param("fb_exchange_token")), LONG_TOKEN)
    return user_token(spent_code(), SHORT_TOKEN)


def spent_code() -> Token:
    code = consent.alive("facebook", ["code"], param("code"))
    if code is None or not store().use_up(code.value):
        raise refused(100, "This authorization code has been used or has expired.", subcode=36009)
    if code.data["redirect_uri"] != param("redirect_uri") or not consent.proves(code, param("code_verifier")):
        raise refused(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you "
            "used in the OAuth dialog request",
            subcode=36008,
        )
    return code


def live_user(value: str) -> Token:
    token = consent.alive("facebook", ["user"], value)
    if token is None:
        raise expired()
    return token


def user_token(source: Token, seconds: float) -> Answer:
    data = {name: source.data[name] for name in ("accounts", "declined")}
    value = store().mint("facebook", "user", PERSON, source.scopes, prefix="EAA", seconds=seconds, **data)
    return {"access_token": value, "token_type": "bearer", "expires_in": int(seconds)}


@call("accounts")
def accounts(person: str) -> Answer:
    token = caller()
    if token.kind != "user":
        raise missing(f"{person}/accounts")
    if "pages_show_list" not in token.scopes:
        return {"data": []}
    chosen = [page for page in store().accounts("facebook") if page.id in token.data["accounts"]]
    return paged(chosen, lambda page: page_with_token(page, token), "access_token,category,name,id,tasks")


def page_with_token(page: Account, user: Token) -> dict[str, Any]:
    """A page token got from a long-lived user token has no date of expiry."""
    left = None if user.expires and user.expires - user.issued >= LONG_TOKEN else SHORT_TOKEN
    value = store().mint("facebook", "page", page.id, user.scopes, prefix="EAA", seconds=left)
    return {"id": page.id, "name": page.name, "access_token": value, "category": "Labor Union", "tasks": TASKS,
            "category_list": [{"id": "2235", "name": "Labor Union"}]}  # fmt: skip


@call("permissions")
def permissions(person: str) -> Answer:
    token = caller()
    declined = token.data.get("declined", [])
    granted = [{"permission": scope, "status": "granted"} for scope in token.scopes]
    return {"data": [*granted, *({"permission": scope, "status": "declined"} for scope in declined)]}


@call("permissions")
def revoke(person: str) -> Answer:
    token = caller()
    with store().transaction():
        for account in [token.account, *token.data.get("accounts", [])]:
            store().revoke("facebook", account)
    return {"success": True}


@call("debug_token")
def debug_token() -> Answer:
    value = param("access_token") or bearer()
    if value != "|".join(APPS["facebook"]):
        caller()
    token = store().token(param("input_token"))
    if token is None or token.platform != "facebook":
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"is_valid": False, "error": error, "scopes": []}}
    return {"data": token_facts(token)}


def token_facts(token: Token) -> dict[str, Any]:
    valid = consent.alive("facebook", ["user", "page"], token.value) is not None
    told: dict[str, Any] = {
        "app_id": token.app, "type": token.kind.upper(), "application": "Seko Social", "is_valid": valid,
        "issued_at": int(token.issued), "expires_at": int(token.expires or 0), "scopes": list(token.scopes),
        "data_access_expires_at": int(token.issued + 90 * 24 * 3600), "user_id": PERSON,
    }  # fmt: skip
    if token.kind == "page":
        told["profile_id"] = token.account
    if not valid:
        told["error"] = {
            "code": 190,
            "message": "Error validating access token: Session has expired.",
            "subcode": 463,
        }
    return told
