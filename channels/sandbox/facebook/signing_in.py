"""From a code to a page token without an end, and what a token is worth."""

from typing import Any

from channels.sandbox import consent, faults, people
from channels.sandbox.context import bearer, store
from channels.sandbox.facebook.graph import (
    ANSWERS,
    APP_TOKEN,
    WHY_DEAD,
    Answer,
    call,
    caller,
    check_proof,
    dead,
    end_of,
    missing,
    param,
    refused,
)
from channels.sandbox.facebook.pages import LONG_TOKEN, SHORT_TOKEN, person_caller
from channels.sandbox.store import APPS, FACEBOOK_SCOPES, Token

CODE_SECONDS = 600
DATA_ACCESS = 90 * 24 * 3600  # Authentication page: 90 days after the person was last here
OF_PAGES = {scope for scope in FACEBOOK_SCOPES if scope != "business_management"}
at_dialog = faults.calls("facebook", {**ANSWERS, **consent.IN_DIALOG})


@at_dialog("dialog")
def dialog() -> Answer:
    return consent.ask(consent.Wish.read("facebook"), seconds=CODE_SECONDS)


@call("token")
def access_token() -> Answer:
    check_app()
    grant = param("grant_type")
    if grant == "client_credentials":
        return {"access_token": APP_TOKEN, "token_type": "bearer"}
    if grant == "fb_exchange_token":
        return user_token(live_user(param("fb_exchange_token")), LONG_TOKEN)
    with store().transaction():
        code = spent_code()
        consent.agreed(code)
        return user_token(code, SHORT_TOKEN)


def check_app() -> None:
    client_id, secret = consent.client()
    if client_id != APPS["facebook"][0]:
        raise refused(101, "Error validating application. Invalid application ID.")
    if not consent.is_app("facebook", client_id, secret):
        raise refused(1, "Error validating client secret.")


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
    """The user token that shall live longer; one that has ended cannot."""
    token = store().token(value)
    if token is None or token.platform != "facebook" or token.kind != "user":
        raise refused(190, "Invalid OAuth access token - Cannot parse access token")
    if subcode := end_of(token):
        raise dead(subcode)
    return token


def user_token(source: Token, seconds: float) -> Answer:
    person, chosen = source.account, source.data["accounts"]
    value = store().mint(
        "facebook",
        "user",
        person,
        source.scopes,
        prefix="EAA",
        seconds=seconds,
        accounts=chosen,
        person=person,
    )
    return {"access_token": value, "token_type": "bearer", "expires_in": int(seconds)}


# -- what was allowed


@call("permissions")
def permissions(person: str) -> Answer:
    """All that was ever asked for: what was declined is told until the person says yes to it."""
    token = person_caller(person)
    declined = people.consent(store(), "facebook", token.account).declined
    granted = [{"permission": scope, "status": "granted"} for scope in token.scopes]
    return {"data": [*granted, *({"permission": scope, "status": "declined"} for scope in sorted(declined))]}


@call("revoke")
def revoke(person: str, permission: str = "") -> Answer:
    """The person, or the application in its own name, throws the application out or takes one permission back."""
    giver = person if is_apps_own() else person_caller(person).account
    if people.person(store(), giver) is None:
        raise missing(person, "delete")
    if scope := permission or param("permission"):
        people.withdraw(store(), "facebook", giver, scope)
    else:
        people.remove_app(store(), "facebook", giver)
    return {"success": True}


def is_apps_own() -> bool:
    """Whether the application calls in its own name, with the token made of its id and secret."""
    value = param("access_token") or bearer()
    if value != APP_TOKEN:
        return False
    check_proof(value)
    return True


# -- what a token is worth


@call("debug_token")
def debug_token() -> Answer:
    if not is_apps_own():
        caller()
    token = store().token(param("input_token"))
    if token is None or token.platform != "facebook" or token.kind not in {"user", "page"}:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"is_valid": False, "error": error, "scopes": []}}
    return {"data": token_facts(token)}


def token_facts(token: Token) -> dict[str, Any]:
    data_access = float(store().setting("facebook_data_access_seconds", str(DATA_ACCESS)))
    told: dict[str, Any] = {
        "app_id": token.app, "type": token.kind.upper(), "application": "Seko Social", "is_valid": True,
        "issued_at": int(token.issued), "expires_at": int(token.expires or 0), "scopes": list(token.scopes),
        "data_access_expires_at": int(token.issued + data_access), "user_id": people.giver(token),
        "granular_scopes": granular(token),
    }  # fmt: skip
    if token.kind == "page":
        told["profile_id"] = token.account
    if subcode := end_of(token):
        message = WHY_DEAD.get(subcode, "Error validating access token: Session has expired.")
        told |= {"is_valid": False, "error": {"code": 190, "message": message, "subcode": subcode}}
    return told


def granular(token: Token) -> list[dict[str, Any]]:
    """Which pages each permission reaches; those that have nothing to do with pages name none."""
    pages = token.data.get("accounts", [token.account])
    return [{"scope": scope} | ({"target_ids": pages} if scope in OF_PAGES else {}) for scope in token.scopes]
