"""Connecting an X account: what is asked for, what comes for the code, which account it is, and the end of it."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import App, Grant, Right
from channels.adapters.x import X
from channels.adapters.x.connecting import XConnector
from channels.errors import ChannelError, NotConnected, NotSent, OutOfCredit, RateLimited
from tests.channels.adapters.visitor import REDIRECT, STATE, VERIFIER, Visit

BACK = REDIRECT.format(platform="x")
PAIR = {"refresh_token": "lasting", "access_token": "short"}
TOKENS = PAIR | {"token_type": "bearer", "expires_in": 7200, "scope": "tweet.read users.read"}


@pytest.fixture
def visit(sandbox) -> Visit:
    return Visit.at(sandbox, XConnector)


@pytest.fixture
def at_script(script) -> XConnector:
    return XConnector(App("our-id", "our-secret"), sandbox_addresses(script.url), BACK)


def ended(step, *arguments) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        step(*arguments)
    return caught.value


# --- the dialog


@pytest.mark.parametrize("again", [False, True])
def test_x_is_asked_for_what_we_need_and_no_more(at_script, script, again):
    asked = urlsplit(at_script.dialog(STATE, VERIFIER, again=again))
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{script.url}/x/i/oauth2/authorize"
    query = dict(parse_qsl(asked.query))
    assert query.pop("code_challenge")
    assert query == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": BACK,
        "scope": "tweet.read tweet.write users.read media.write offline.access",
        "state": STATE,
        "code_challenge_method": "S256",
    }
    assert script.heard == []


# --- the code


def test_the_grant_lasts_two_hours_and_can_be_renewed(visit):
    before = datetime.now(UTC)
    grant = visit.grant()
    assert timedelta(seconds=7200) <= grant.expires_at - before < timedelta(seconds=7260)
    assert grant.connection_ends_at is None
    assert set(grant.scopes) == set(visit.connector.scopes)
    (account,) = visit.connector.accounts(grant)
    connection = connection_of(visit, grant, account.id)
    renewed = X.refresh(grant.refresh_token, connection, visit.sandbox.addresses)
    assert renewed.access_token not in ("", grant.access_token)


def test_a_code_of_half_a_minute_ago_is_too_old(visit):
    code = visit.code()
    visit.sandbox.clock(31)
    assert ended(visit.exchange, code).code == Trouble.CODE_OLD


def test_another_verifier_than_the_dialogs_is_refused(visit):
    code = visit.code()
    error = ended(visit.connector.exchange, code, "another-verifier-of-43-to-128-characters-0123456789")
    assert (type(error), error.code) == (NotConnected, Trouble.CODE_OLD)


def test_without_a_refresh_token_there_is_no_lasting_access(at_script, script):
    script.on("POST token", TOKENS | {"refresh_token": ""})
    error = ended(at_script.exchange, "code", VERIFIER)
    assert (type(error), error.code) == (NotConnected, Trouble.NO_LASTING_ACCESS)


def test_our_secret_goes_in_the_header_and_not_in_the_form(at_script, script):
    script.on("POST token", TOKENS)
    assert at_script.exchange("code", VERIFIER).scopes == ("tweet.read", "users.read")
    (heard,) = script.heard
    assert heard.path == "/x/2/oauth2/token"
    assert heard.headers["Authorization"] == "Basic " + base64.b64encode(b"our-id:our-secret").decode()
    assert "client_secret" not in heard.form
    assert (heard.form["redirect_uri"], heard.form["code_verifier"]) == (BACK, VERIFIER)


def test_permissions_that_x_does_not_tell_are_those_that_were_asked_for(at_script, script):
    script.on("POST token", PAIR)
    assert at_script.exchange("code", VERIFIER).scopes == at_script.scopes


def test_what_is_missing_is_told_right_by_right():
    rights = XConnector.rights(("tweet.read", "tweet.write", "users.read", "offline.access"))
    assert Right.PUBLISH not in rights  # without pictures
    assert {Right.REMOVE, Right.READ, Right.COMMENTS, Right.STAY} <= set(rights)


# --- the account


ME = {
    "id": "2244994945",
    "name": "Seko – Service- och kommunikationsfacket",
    "username": "seko",
    "profile_image_url": "https://pbs.twimg.com/profile_images/1/abc_normal.jpg",
    "public_metrics": {"followers_count": 12345, "following_count": 1},
}


def test_the_account_is_the_one_that_the_person_is_signed_in_with(at_script, script):
    script.on("GET users/me", {"data": ME})
    (account,) = at_script.accounts(Grant("token"))
    assert (account.id, account.name, account.handle) == (ME["id"], ME["name"], "seko")
    assert account.url == f"{script.url}/sidor/x/seko"
    assert account.picture_url == "https://pbs.twimg.com/profile_images/1/abc_400x400.jpg"
    assert account.followers == 12345
    assert (account.refusal, account.missing, account.access_token) == ("", (), "")
    (heard,) = script.heard
    assert heard.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize(
    "more", [{}, {"public_metrics": [], "profile_image_url": 7}, {"public_metrics": {"followers_count": "7"}}]
)
def test_an_account_needs_no_picture_and_no_followers(at_script, script, more):
    script.on("GET users/me", {"data": {"id": "1", "username": "seko", **more}})
    (account,) = at_script.accounts(Grant("token"))
    assert (account.name, account.picture_url, account.followers) == ("seko", "", None)


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (402, {"title": "CreditsDepleted"}, OutOfCredit, Trouble.CREDIT),
        (401, {"title": "Unauthorized"}, NotConnected, Trouble.TOKEN_EXPIRED),
        (429, {"title": "Too Many Requests"}, RateLimited, Trouble.TOO_MANY_CALLS),
        (403, {"detail": "You are not permitted to perform this action."}, NotSent, Trouble.UNREADABLE),
        (400, {"data": 1}, NotSent, Trouble.UNREADABLE),
        (200, {"data": {"id": "1"}}, NotSent, Trouble.UNREADABLE),
        (200, {"data": {"username": "seko"}}, NotSent, Trouble.UNREADABLE),
    ],
)
def test_what_keeps_the_account_from_being_seen_is_told(at_script, script, status, told, kind, code):
    script.on("GET users/me", told, status=status)
    error = ended(at_script.accounts, Grant("token"))
    assert (type(error), error.code) == (kind, code)


# --- the end


def test_both_tokens_are_ended_the_lasting_one_first(at_script, script):
    script.on("POST revoke", {"revoked": True})
    at_script.revoke(PAIR)
    assert [heard.form for heard in script.heard] == [{"token": "lasting"}, {"token": "short"}]
    assert all(heard.headers["Authorization"].startswith("Basic ") for heard in script.heard)


def test_an_app_without_a_secret_ends_tokens_by_its_id(script):
    script.on("POST revoke", {"revoked": True})
    XConnector(App("our-id"), sandbox_addresses(script.url)).revoke({"access_token": "short"})
    (heard,) = script.heard
    assert heard.form == {"token": "short", "client_id": "our-id"}
    assert "Authorization" not in heard.headers


def test_a_token_that_is_dead_already_is_a_success(at_script, script):
    script.on(
        "POST revoke", {"error": "invalid_request", "error_description": "The token is invalid."}, status=400
    )
    at_script.revoke(PAIR)
    assert len(script.heard) == 2


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (401, {"error": "unauthorized_client"}, NotConnected, Trouble.APP_KEYS),
        (400, {"error": "unauthorized_client"}, NotConnected, Trouble.APP_KEYS),
        (401, {"error": "invalid_request"}, NotConnected, Trouble.DIALOG_FAILED),
        (503, {}, NotSent, Trouble.PLATFORM_DOWN),
        (429, {}, RateLimited, Trouble.TOO_MANY_CALLS),
    ],
)
def test_a_token_that_may_still_live_is_no_success(at_script, script, status, told, kind, code):
    script.on("POST revoke", told, status=status)
    error = ended(at_script.revoke, PAIR)
    assert (type(error), error.code) == (kind, code)
    assert len(script.heard) == 1


def test_where_there_is_no_token_nobody_is_asked(at_script, script):
    at_script.revoke({"access_token": "", "app_secret": "kept"})
    assert script.heard == []


def test_what_is_ended_can_neither_be_used_nor_renewed_and_no_other_connection_ends(visit):
    kept, ending = visit.grant(), visit.grant()
    visit.connector.revoke({"access_token": ending.access_token, "refresh_token": ending.refresh_token})
    assert ended(visit.connector.accounts, ending).code == Trouble.TOKEN_EXPIRED
    connection = connection_of(visit, ending, "1")
    assert isinstance(
        ended(X.refresh, ending.refresh_token, connection, visit.sandbox.addresses), NotConnected
    )
    assert XConnector.ends_only_this
    assert len(visit.connector.accounts(kept)) == 1


def connection_of(visit: Visit, grant: Grant, account: str) -> Connection:
    return Connection(account, grant.access_token, visit.connector.app.id, visit.connector.app.secret)
