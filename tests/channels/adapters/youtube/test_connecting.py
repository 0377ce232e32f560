"""Connecting a YouTube channel: what is asked for, what comes for the code, which channel it is, and the end of it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from freezegun import freeze_time

from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import App, Grant, Right
from channels.adapters.youtube import YouTube
from channels.adapters.youtube.connecting import ANALYTICS, LOOK, MANAGE, UPLOAD, YouTubeConnector
from channels.errors import ChannelError, NotConnected, NotSent, RateLimited
from tests.channels.adapters.visitor import REDIRECT, STATE, VERIFIER, Visit

BACK = REDIRECT.format(platform="youtube")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKENS = {
    "access_token": "ya29.short",
    "refresh_token": "1//lasting",
    "expires_in": 3599,
    "scope": f"{UPLOAD} {MANAGE}",
    "token_type": "Bearer",
}
LIST = {"kind": "youtube#channelListResponse"}


@pytest.fixture
def visit(sandbox) -> Visit:
    return Visit.at(sandbox, YouTubeConnector)


@pytest.fixture
def at_script(script) -> YouTubeConnector:
    return YouTubeConnector(App("our-id", "our-secret"), sandbox_addresses(script.url), BACK)


def ended(step, *arguments) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        step(*arguments)
    return caught.value


def google(reason: str, code: int = 403) -> dict[str, object]:
    return {"error": {"code": code, "message": reason, "errors": [{"reason": reason}]}}


# --- the dialog


@pytest.mark.parametrize(("again", "prompt"), [(False, "select_account"), (True, "consent select_account")])
def test_google_is_asked_for_what_we_need_for_as_long_as_we_need_it(at_script, script, again, prompt):
    asked = urlsplit(at_script.dialog(STATE, VERIFIER, again=again))
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{script.url}/google/o/oauth2/v2/auth"
    query = dict(parse_qsl(asked.query))
    assert query.pop("code_challenge")
    assert query == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": BACK,
        "scope": f"{UPLOAD} {MANAGE} {ANALYTICS} {LOOK}",
        "state": STATE,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "include_granted_scopes": "true",
        "prompt": prompt,
    }
    assert script.heard == []


# --- the code


def test_the_grant_can_be_renewed(visit):
    grant = visit.grant()
    assert set(grant.scopes) == set(visit.connector.scopes)
    assert grant.connection_ends_at is None
    app = visit.connector.app
    renewed = YouTube.refresh(
        grant.refresh_token, Connection("", "", app.id, app.secret), visit.sandbox.addresses
    )
    assert renewed.access_token not in ("", grant.access_token)


def test_the_second_time_google_gives_no_lasting_access_unless_the_consent_is_asked_for_anew(visit):
    visit.grant()
    error = ended(visit.grant)
    assert (type(error), error.code) == (NotConnected, Trouble.NO_LASTING_ACCESS)
    assert visit.grant(again=True).refresh_token


def test_our_secret_goes_in_the_form(at_script, script):
    script.on("POST token", TOKENS)
    at_script.exchange("code", VERIFIER)
    (heard,) = script.heard
    assert heard.form == {
        "grant_type": "authorization_code",
        "code": "code",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_id": "our-id",
        "client_secret": "our-secret",
    }
    assert "Authorization" not in heard.headers


@freeze_time(NOW)
@pytest.mark.parametrize(
    ("told", "end"),
    [(604799, NOW + timedelta(seconds=604799)), (None, None), (0, None), (True, None), ("soon", None)],
)
def test_access_for_a_time_only_ends_when_google_says(at_script, script, told, end):
    script.on("POST token", TOKENS | {"refresh_token_expires_in": told})
    grant = at_script.exchange("code", VERIFIER)
    assert grant.connection_ends_at == end
    assert grant.expires_at == NOW + timedelta(seconds=3599)


def test_permissions_that_google_does_not_tell_are_those_that_were_asked_for(at_script, script):
    script.on("POST token", {name: value for name, value in TOKENS.items() if name != "scope"})
    assert at_script.exchange("code", VERIFIER).scopes == at_script.scopes


@pytest.mark.parametrize(
    ("unticked", "missing"),
    [
        (ANALYTICS, {Right.STATISTICS}),
        (LOOK, {Right.STATISTICS}),
        (UPLOAD, {Right.PUBLISH}),
        (MANAGE, {Right.PUBLISH, Right.REMOVE, Right.READ, Right.COMMENTS}),
    ],
)
def test_what_the_person_unticks_is_missing_and_nothing_else(visit, unticked, missing):
    grant = visit.grant(declined=[unticked])
    assert unticked not in grant.scopes
    assert set(visit.connector.needs) - set(visit.connector.rights(grant.scopes)) == missing


def test_whoever_lets_us_upload_alone_is_told_that_it_is_too_little(visit):
    grant = visit.grant(declined=[MANAGE, LOOK])
    error = ended(visit.connector.accounts, grant)
    assert (type(error), error.code) == (NotConnected, Trouble.PERMISSION_MISSING)


# --- the channel


CHANNEL = {
    "id": "UCsekosekosekosekoseko01",
    "snippet": {
        "title": "Seko – facket",
        "customUrl": "@sekofacket",
        "thumbnails": {
            "default": {"url": "https://yt3.ggpht.com/small"},
            "medium": {"url": "https://yt3.ggpht.com/medium"},
        },
    },
    "statistics": {"subscriberCount": "4321", "hiddenSubscriberCount": False},
}


def test_the_channel_is_the_one_that_the_person_chose(at_script, script):
    script.on("GET channels", LIST | {"items": [CHANNEL]})
    (account,) = at_script.accounts(Grant("token"))
    assert (account.id, account.name, account.handle) == (CHANNEL["id"], "Seko – facket", "sekofacket")
    assert account.url == f"{script.url}/sidor/youtube/channel/{CHANNEL['id']}"
    assert account.picture_url == "https://yt3.ggpht.com/medium"
    assert account.followers == 4321
    assert (account.refusal, account.missing, account.access_token) == ("", (), "")
    (heard,) = script.heard
    assert heard.query == {"part": "snippet,statistics", "mine": "true"}
    assert heard.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"snippet": [], "statistics": []},
        {"statistics": {"subscriberCount": "4321", "hiddenSubscriberCount": True}},
        {"statistics": {"subscriberCount": "many"}, "snippet": {"thumbnails": {"medium": {"url": 7}}}},
    ],
)
def test_a_channel_needs_no_picture_and_no_followers(at_script, script, more):
    script.on("GET channels", LIST | {"items": [{"id": "UC1", **more}]})
    (account,) = at_script.accounts(Grant("token"))
    assert (account.name, account.handle, account.picture_url, account.followers) == ("UC1", "", "", None)


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (200, LIST, NotConnected, Trouble.NO_CHANNEL),
        (200, LIST | {"items": []}, NotConnected, Trouble.NO_CHANNEL),
        (200, LIST | {"items": [{"snippet": {}}]}, NotConnected, Trouble.NO_CHANNEL),
        (401, google("youtubeSignupRequired", 401), NotConnected, Trouble.NO_CHANNEL),
        (200, {}, NotSent, Trouble.UNREADABLE),
        (200, {"items": []}, NotSent, Trouble.UNREADABLE),
        (400, google("badRequest", 400), NotSent, Trouble.UNREADABLE),
        (403, google("quotaExceeded"), RateLimited, Trouble.QUOTA),
        (403, google("accessNotConfigured"), NotConnected, Trouble.APP_KEYS),
        (401, google("authError", 401), NotConnected, Trouble.TOKEN_EXPIRED),
    ],
)
def test_what_keeps_the_channel_from_being_seen_is_told(at_script, script, status, told, kind, code):
    script.on("GET channels", told, status=status)
    error = ended(at_script.accounts, Grant("token"))
    assert (type(error), error.code) == (kind, code)


# --- the end


@pytest.mark.parametrize(
    ("secrets", "token"),
    [
        ({"refresh_token": "1//lasting", "access_token": "ya29.short"}, "1//lasting"),
        ({"refresh_token": "", "access_token": "ya29.short"}, "ya29.short"),
    ],
)
@pytest.mark.parametrize(("status", "told"), [(200, {}), (200, ""), (400, {"error": "invalid_token"})])
def test_the_grant_is_ended_by_its_most_lasting_token(at_script, script, secrets, token, status, told):
    script.on("POST revoke", told, status=status)
    at_script.revoke(secrets)
    (heard,) = script.heard
    assert (heard.form, heard.query) == ({"token": token}, {})


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (400, {"error": "invalid_request"}, NotConnected, Trouble.DIALOG_FAILED),
        (503, {}, NotSent, Trouble.PLATFORM_DOWN),
        (429, {}, RateLimited, Trouble.TOO_MANY_CALLS),
        (302, {"error": None}, NotSent, Trouble.UNREADABLE),
    ],
)
def test_a_token_that_may_still_live_is_no_success(at_script, script, status, told, kind, code):
    script.on("POST revoke", told, status=status)
    error = ended(at_script.revoke, {"refresh_token": "1//lasting"})
    assert (type(error), error.code) == (kind, code)


def test_where_there_is_no_token_nobody_is_asked(at_script, script):
    at_script.revoke({"app_secret": "kept"})
    assert script.heard == []


def test_what_is_ended_ends_all_that_the_person_gave(visit):
    first, second = visit.grant(), visit.grant(again=True)
    visit.connector.revoke({"refresh_token": first.refresh_token})
    assert not YouTubeConnector.ends_only_this
    assert ended(visit.connector.accounts, first).code == Trouble.TOKEN_EXPIRED
    assert ended(visit.connector.accounts, second).code == Trouble.TOKEN_EXPIRED
