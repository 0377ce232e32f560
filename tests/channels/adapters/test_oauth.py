"""OAuth's two steps: the dialog's address, and the tokens for the code; against answers that the test writes."""

import base64
import hashlib
import logging
import os
import socket
import traceback
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from freezegun import freeze_time
from oauthlib.oauth2 import InsecureTransportError

from channels.adapters import oauth
from channels.adapters.codes import Trouble
from channels.adapters.connector import App
from channels.adapters.http import Answer
from channels.errors import ChannelError, NotConnected, NotSent, RateLimited

BACK = "https://seko.example/kanaler/anslut/x/tillbaka/"
CODE, VERIFIER, SECRET = (
    "the-code-itself",
    "the-verifier-of-43-to-128-characters-0123456789",
    "the-app-secret",
)
APP = App("our-id", SECRET)
TOKEN, REFRESH = "the-access-token", "the-refresh-token"
SECRETS = (CODE, VERIFIER, SECRET, TOKEN, REFRESH)
GOOD = {
    "token_type": "bearer",
    "expires_in": 7200,
    "access_token": TOKEN,
    "refresh_token": REFRESH,
    "scope": "a b",
}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def address(url: str = "https://x.example/authorize", **more: str) -> dict[str, str]:
    made = oauth.authorization_url(url, APP, BACK, ("a", "b"), "the-state", **more)
    assert made.partition("?")[0] == url
    return dict(parse_qsl(urlsplit(made).query, strict_parsing=True))


def fetch(script, app: App = APP, code: str = CODE, **how) -> oauth.Given:
    return oauth.fetch_token(f"{script.url}/token", app, BACK, code, verifier=VERIFIER, **how)


def end_of(script, **how) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        fetch(script, **how)
    return caught.value


# --- the dialog's address


def test_the_address_says_who_asks_for_what_and_where_to_come_back():
    assert address() == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": BACK,
        "scope": "a b",
        "state": "the-state",
    }


def test_the_address_has_the_verifiers_digest_and_not_the_verifier():
    asked = address(verifier=VERIFIER)
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (digest, "S256")
    assert VERIFIER not in str(asked)


def test_the_address_has_what_is_the_platforms_own_and_never_our_secret():
    asked = address(access_type="offline", separator=",")
    assert (asked["access_type"], asked["scope"]) == ("offline", "a,b")
    assert SECRET not in str(asked)


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:8001", "127.3.2.1", "[::1]:8001"])
def test_the_address_of_this_very_machine_may_be_without_tls(host):
    assert address(f"http://{host}/authorize")["client_id"] == "our-id"


@pytest.mark.parametrize(
    "host", ["x.example", "10.0.0.1", "127.0.0.1.x.example", "localhost.x.example", "[::2]", ""]
)
def test_nobody_is_sent_elsewhere_without_tls(host):
    with pytest.raises(InsecureTransportError):
        address(f"http://{host}/authorize")


def test_no_secret_leaves_for_elsewhere_without_tls(script):
    with pytest.raises(InsecureTransportError):
        oauth.fetch_token("http://x.example/token", APP, BACK, CODE)
    assert script.heard == []


def test_the_process_stays_as_strict_as_it_was(script, monkeypatch):
    monkeypatch.delenv("OAUTHLIB_INSECURE_TRANSPORT", raising=False)
    before = dict(os.environ)
    fetch(script.on("POST token", GOOD))
    assert dict(os.environ) == before


# --- the call


def test_the_code_is_given_with_all_that_belongs_to_it(script):
    fetch(script.on("POST token", GOOD), resource="more")
    (heard,) = script.heard
    assert heard.form == {
        "grant_type": "authorization_code",
        "code": CODE,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "resource": "more",
    }
    assert heard.query == {}
    assert heard.headers["Authorization"] == "Basic " + base64.b64encode(f"our-id:{SECRET}".encode()).decode()


def test_the_secret_goes_into_the_form_where_the_platform_wants_it(script):
    fetch(script.on("POST token", GOOD), in_body=True)
    (heard,) = script.heard
    assert (heard.form["client_id"], heard.form["client_secret"]) == ("our-id", SECRET)
    assert "Authorization" not in heard.headers


def test_an_app_without_a_secret_only_says_its_id(script):
    fetch(script.on("POST token", GOOD), app=App("our-id"))
    (heard,) = script.heard
    assert heard.form["client_id"] == "our-id"
    assert "client_secret" not in heard.form
    assert "Authorization" not in heard.headers


def test_without_a_code_nothing_leaves(script):
    error = end_of(script.on("POST token", GOOD), code="")
    assert (type(error), error.code) == (NotConnected, Trouble.DIALOG_FAILED)
    assert script.heard == []


# --- what came


@freeze_time(NOW)
def test_what_came_is_kept(script):
    given = fetch(script.on("POST token", GOOD | {"refresh_token_expires_in": 604799}))
    assert (given.access_token, given.refresh_token, given.scopes) == (TOKEN, REFRESH, ("a", "b"))
    assert given.expires_at == NOW + timedelta(seconds=7200)
    assert given.told["refresh_token_expires_in"] == 604799


@pytest.mark.parametrize("scope", ["a", "a b c", "c", ""])
def test_other_permissions_than_those_asked_for_are_an_answer(script, scope):
    assert fetch(script.on("POST token", GOOD | {"scope": scope})).scopes == tuple(scope.split())


def test_a_platform_need_not_tell_of_permissions_nor_of_a_refresh_token(script):
    given = fetch(script.on("POST token", {"access_token": TOKEN}))
    assert (given.scopes, given.refresh_token, given.expires_at) == (None, "", None)


@freeze_time(NOW)
@pytest.mark.parametrize("told", [None, 0, -5, True])
def test_a_token_lasts_as_long_as_the_platform_is_known_to_give_it(script, told):
    given = fetch(script.on("POST token", GOOD | {"expires_in": told}), seconds=60)
    assert given.expires_at == NOW + timedelta(seconds=60)


# --- what went wrong


def refused(error: str, description: str = "") -> dict[str, str]:
    return {"error": error, "error_description": description}


REFUSALS = [
    (400, refused("invalid_grant", "Malformed auth code."), NotConnected, Trouble.CODE_OLD),
    (
        400,
        refused("invalid_request", "Value passed for the authorization code was invalid."),
        NotConnected,
        Trouble.CODE_OLD,
    ),
    (
        400,
        refused("invalid_request", "Value passed for the code verifier did not match the code challenge."),
        NotConnected,
        Trouble.CODE_OLD,
    ),
    (
        400,
        refused(
            "invalid_request",
            "Value passed for the redirect uri did not match the uri of the authorization code.",
        ),
        NotConnected,
        Trouble.ADDRESS_REFUSED,
    ),
    (400, refused("redirect_uri_mismatch", "Bad Request"), NotConnected, Trouble.ADDRESS_REFUSED),
    (
        400,
        refused("invalid_request", "Missing required parameter: grant_type"),
        NotConnected,
        Trouble.DIALOG_FAILED,
    ),
    (400, refused("invalid_scope"), NotConnected, Trouble.DIALOG_FAILED),
    (401, refused("invalid_client", "The OAuth client was not found."), NotConnected, Trouble.APP_KEYS),
    (
        401,
        refused("unauthorized_client", "Missing valid authorization header"),
        NotConnected,
        Trouble.APP_KEYS,
    ),
    (401, refused("deleted_client"), NotConnected, Trouble.APP_KEYS),
    (400, refused("disabled_client"), NotConnected, Trouble.APP_KEYS),
    (200, refused("invalid_grant"), NotConnected, Trouble.CODE_OLD),
    (429, {"title": "Too Many Requests"}, RateLimited, Trouble.TOO_MANY_CALLS),
    (500, refused("invalid_grant"), NotSent, Trouble.PLATFORM_DOWN),
    (503, "<html>down</html>", NotSent, Trouble.PLATFORM_DOWN),
    (302, refused("invalid_grant"), NotSent, Trouble.UNREADABLE),
    (403, "<html>a firewall</html>", NotSent, Trouble.UNREADABLE),
    (400, {"error": {"message": "in other words"}}, NotSent, Trouble.UNREADABLE),
    (400, ["invalid_grant"], NotSent, Trouble.UNREADABLE),
]


@pytest.mark.parametrize(("status", "told", "kind", "code"), REFUSALS)
def test_a_refusal_says_what_to_do_next(script, status, told, kind, code):
    error = end_of(script.on("POST token", told, status=status))
    assert (type(error), error.code) == (kind, code)


NO_TOKENS = [
    "",
    "<html>welcome</html>",
    "access_token=the-access-token&token_type=bearer",
    "null",
    "7",
    '"access_token"',
    [TOKEN],
    {},
    GOOD | {"access_token": None},
    GOOD | {"access_token": ""},
    GOOD | {"access_token": {"value": TOKEN}},
    GOOD | {"expires_in": "soon"},
    GOOD | {"expires_in": [7200]},
    {"refresh_token": REFRESH},
]


@pytest.mark.parametrize("told", NO_TOKENS)
def test_a_good_answer_without_a_token_is_no_answer(script, told):
    error = end_of(script.on("POST token", told))
    assert (type(error), error.code) == (NotSent, Trouble.UNREADABLE)


def test_a_platform_may_refuse_in_its_own_words(script):
    def in_its_words(answer: Answer) -> ChannelError:
        return NotConnected(Trouble.CHECKPOINT, str(answer.at("error", "code")))

    script.on("POST token", {"error": {"code": 459}}, status=400)
    error = end_of(script, trouble=in_its_words)
    assert (error.code, error.detail) == (Trouble.CHECKPOINT, "459")


def test_the_code_is_not_carried_on_to_where_the_platform_points(script):
    script.on("POST token", {}, status=307, Location="/elsewhere").on("POST elsewhere", GOOD)
    assert end_of(script).code == Trouble.UNREADABLE
    assert script.calls() == ["POST /token"]


def test_a_platform_that_is_not_there_was_not_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotSent) as caught:
        oauth.fetch_token(f"http://127.0.0.1:{port}/token", APP, BACK, CODE)
    assert caught.value.code == Trouble.CONNECT


def test_a_platform_that_says_nothing_is_waited_for_only_so_long(impatient):
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(NotSent) as caught:
        oauth.fetch_token(f"http://127.0.0.1:{server.getsockname()[1]}/token", APP, BACK, CODE)
    assert caught.value.code == Trouble.NO_ANSWER


# --- secrets


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, GOOD),
        (200, GOOD | {"expires_in": f"{TOKEN} {REFRESH}"}),
        (200, {"error": f"{CODE} {SECRET} {VERIFIER}"}),
        (400, refused("invalid_grant", f"not {CODE}, nor {SECRET}, nor {VERIFIER}")),
        (400, refused(CODE)),
        (500, refused("down", CODE)),
    ],
)
def test_no_secret_is_told(script, caplog, status, told):
    caplog.set_level(logging.DEBUG)
    try:
        said = repr(fetch(script.on("POST token", told, status=status)))
    except ChannelError as error:
        said = f"{error!r} {error} {''.join(traceback.format_exception(error))}"
    assert [secret for secret in SECRETS if secret in said + caplog.text] == []


def test_no_secret_is_told_by_the_librarys_own_log_even_when_it_is_asked(script, caplog):
    caplog.set_level(logging.DEBUG, logger="requests_oauthlib.oauth2_session")
    fetch(script.on("POST token", GOOD))
    assert [secret for secret in SECRETS if secret in caplog.text] == []
