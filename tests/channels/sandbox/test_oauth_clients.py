"""requests-oauthlib connects to each platform: the question is a page, its form is sent, the code becomes tokens."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from oauthlib.oauth2 import InvalidGrantError, OAuth2Error
from requests_oauthlib import OAuth2Session
from requests_oauthlib.compliance_fixes import facebook_compliance_fix

from channels.sandbox.store import APPS, FACEBOOK_SCOPES, X_SCOPES, YOUTUBE_SCOPES
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.callers import SECONDS

BACK = "http://127.0.0.1:8000/kanaler/tillbaka/"
CHANNEL = "UC" + "s" * 22


@pytest.fixture(autouse=True)
def _plain_http_is_allowed(monkeypatch):
    """oauthlib speaks https only, unless it is told that this is a rehearsal."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


class Form(HTMLParser):
    """The form of a page: what is filled in from the start, and the buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.buttons: dict[str, tuple[str, str]] = {}
        self._button: tuple[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attributes}
        if tag == "input" and (about["type"] == "hidden" or "checked" in about):
            self.fields.append((about["name"], about["value"]))
        if tag == "button":
            self._button = (about["name"], about["value"])

    def handle_data(self, data: str) -> None:
        if self._button and data.strip():
            self.buttons[data.strip()] = self._button
            self._button = None


def press(address: str, button: str, *more: tuple[str, str]) -> str:
    """Read the question at the address, press the button, and give the address that the browser is sent to."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=SECONDS)
        assert page.status_code == 200
        form = Form(page.text)
        fields = [*form.fields, form.buttons[button], *more]
        answer = browser.post(address, data=fields, timeout=SECONDS, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_x_with_proof_key_and_renewal(sandbox: LiveSandbox, picture):
    sandbox.connect_x("2000001", "seko", "Seko")
    with OAuth2Session(APPS["x"][0], redirect_uri=BACK, scope=list(X_SCOPES), pkce="S256") as session:
        address, _ = session.authorization_url(sandbox.addresses["X_AUTHORIZE_URL"])
        back = press(address, "Tillåt")
        url = f"{sandbox.url}/x/2/oauth2/token"
        first = session.fetch_token(url, authorization_response=back, auth=APPS["x"])
        assert (first["scope"], first["expires_in"]) == (list(X_SCOPES), 7200)
        second = session.refresh_token(url, auth=APPS["x"])
        assert first["refresh_token"] != second["refresh_token"]
        with pytest.raises(OAuth2Error, match="Value passed for the token was invalid"):
            session.refresh_token(url, refresh_token=first["refresh_token"], auth=APPS["x"])
        upload = session.post(
            f"{sandbox.url}/x/2/media/upload",
            data={"media_category": "tweet_image"},
            files={"media": picture},
        )
        body = {"text": "Hej", "media": {"media_ids": [upload.json()["data"]["id"]]}}
        assert session.post(f"{sandbox.url}/x/2/tweets", json=body).status_code == 201
    (post,) = sandbox.posts("x")
    assert (post["account"], [sandbox.media(item["sha256"]) for item in post["media"]]) == (
        "2000001",
        [picture],
    )


def test_google_with_proof_key_and_renewal(sandbox, short_film):
    sandbox.connect_youtube(CHANNEL, "Seko")
    with OAuth2Session(
        APPS["youtube"][0], redirect_uri=BACK, scope=list(YOUTUBE_SCOPES), pkce="S256"
    ) as session:
        address, _ = session.authorization_url(
            sandbox.addresses["GOOGLE_AUTHORIZE_URL"], access_type="offline", prompt="consent"
        )
        url, secret = sandbox.addresses["GOOGLE_TOKEN_URL"], APPS["youtube"][1]
        first = session.fetch_token(
            url, authorization_response=press(address, "Tillåt"), client_secret=secret
        )
        assert (first["scope"], first["refresh_token"][:3]) == (list(YOUTUBE_SCOPES), "1//")
        about = {"client_id": APPS["youtube"][0], "client_secret": secret}
        second = session.refresh_token(url, **about)
        assert second["access_token"] != first["access_token"]
        assert second["refresh_token"] == first["refresh_token"]
        upload = f"{sandbox.url}/google/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status"
        body = {"snippet": {"title": "Film"}, "status": {"privacyStatus": "public"}}
        opened = session.post(upload, json=body)
        assert session.put(opened.headers["Location"], data=short_film).status_code == 200
        requests.post(
            sandbox.addresses["GOOGLE_REVOKE_URL"], data={"token": first["refresh_token"]}, timeout=SECONDS
        )
        with pytest.raises(InvalidGrantError):
            session.refresh_token(url, **about)
    sandbox.clock(60)
    (film,) = sandbox.posts("youtube")
    assert (film["account"], [sandbox.media(item["sha256"]) for item in film["media"]]) == (
        CHANNEL,
        [short_film],
    )


def test_facebook_down_to_a_lasting_page_token(sandbox, picture):
    sandbox.connect_facebook("1000001", "Seko")
    sandbox.connect_facebook("1000002", "Annan sida")
    graph = f"{sandbox.addresses['FACEBOOK_GRAPH_URL']}/v26.0"
    session = facebook_compliance_fix(
        OAuth2Session(APPS["facebook"][0], redirect_uri=BACK, scope=list(FACEBOOK_SCOPES))
    )
    with session:
        address, _ = session.authorization_url(
            f"{sandbox.addresses['FACEBOOK_DIALOG_URL']}/v26.0/dialog/oauth"
        )
        back = press(address, "Tillåt")
        short = session.fetch_token(
            f"{graph}/oauth/access_token",
            authorization_response=back,
            client_secret=APPS["facebook"][1],
            method="GET",
        )
        exchange = {"grant_type": "fb_exchange_token", "client_id": APPS["facebook"][0],
                    "client_secret": APPS["facebook"][1], "fb_exchange_token": short["access_token"]}  # fmt: skip
        long = requests.get(f"{graph}/oauth/access_token", params=exchange, timeout=SECONDS).json()
        session.token = {"access_token": long["access_token"], "token_type": "Bearer"}
        (page,) = session.get(f"{graph}/me/accounts").json()["data"]
    assert (page["id"], page["name"], long["expires_in"]) == ("1000001", "Seko", 60 * 24 * 3600)
    told = requests.post(
        f"{graph}/{page['id']}/photos", data={"caption": "Hej", "access_token": page["access_token"]},
        files={"source": picture}, timeout=SECONDS,
    )  # fmt: skip
    (post,) = sandbox.posts("facebook")
    assert (post["id"], [sandbox.media(item["sha256"]) for item in post["media"]]) == (
        told.json()["post_id"],
        [picture],
    )


# -- and once it is connected: listing, answering and deleting, with the session's own token


def test_x_listed_answered_and_deleted(sandbox):
    given = sandbox.connect_x("2000001", "seko", "Seko")
    api = f"{sandbox.url}/x/2"
    with OAuth2Session(
        APPS["x"][0], token={"access_token": given["access_token"], "token_type": "bearer"}
    ) as session:
        post = session.post(f"{api}/tweets", json={"text": "Vad tycker ni?"}).json()["data"]["id"]
        sandbox.comment("x", post, "@seko Bra!")
        (mention,) = session.get(f"{api}/users/2000001/mentions").json()["data"]
        body = {"text": "Tack!", "reply": {"in_reply_to_tweet_id": mention["id"]}}
        answer = session.post(f"{api}/tweets", json=body).json()["data"]["id"]
        listed = session.get(f"{api}/users/2000001/tweets").json()["data"]
        assert [one["id"] for one in listed] == [answer, post]
        for id in (answer, post):
            assert session.delete(f"{api}/tweets/{id}").json() == {"data": {"deleted": True}}
        done = session.post(f"{api}/oauth2/revoke", data={"token": given["refresh_token"]}, auth=APPS["x"])
    assert (done.json(), [post["account"] for post in sandbox.posts("x")]) == (
        {"revoked": True},
        ["400000000000001"],
    )


def test_google_listed_answered_and_deleted(sandbox, short_film):
    given = sandbox.connect_youtube(CHANNEL, "Seko")
    api = f"{sandbox.url}/google"
    with OAuth2Session(
        APPS["youtube"][0], token={"access_token": given["access_token"], "token_type": "Bearer"}
    ) as session:
        upload = f"{api}/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status"
        body = {"snippet": {"title": "Film"}, "status": {"privacyStatus": "public"}}
        id = session.put(session.post(upload, json=body).headers["Location"], data=short_film).json()["id"]
        listed = session.get(
            f"{api}/youtube/v3/playlistItems?part=contentDetails&playlistId=UU{CHANNEL[2:]}"
        ).json()
        assert [one["contentDetails"]["videoId"] for one in listed["items"]] == [id]
        question = sandbox.comment("youtube", id, "Fråga?")
        body = {"snippet": {"parentId": question, "textOriginal": "Svar"}}
        session.post(f"{api}/youtube/v3/comments?part=snippet", json=body).raise_for_status()
        (thread,) = session.get(f"{api}/youtube/v3/commentThreads?part=snippet,replies&videoId={id}").json()[
            "items"
        ]
        assert [one["snippet"]["textOriginal"] for one in thread["replies"]["comments"]] == ["Svar"]
        assert session.delete(f"{api}/youtube/v3/comments?id={question}").status_code == 204
        assert session.delete(f"{api}/youtube/v3/videos?id={id}").status_code == 204
        assert session.get(f"{api}/youtube/v3/videos?part=id&id={id}").json()["items"] == []


def test_facebook_listed_answered_and_deleted(sandbox):
    given = sandbox.connect_facebook("1000001", "Seko")
    graph = f"{sandbox.addresses['FACEBOOK_GRAPH_URL']}/v26.0"
    token = {"access_token": given["page_token"], "token_type": "Bearer"}
    with OAuth2Session(APPS["facebook"][0], token=token) as session:
        post = session.post(f"{graph}/1000001/feed", data={"message": "Vad tycker ni?"}).json()["id"]
        assert [one["id"] for one in session.get(f"{graph}/1000001/published_posts").json()["data"]] == [post]
        question = sandbox.comment("facebook", post, "Fråga?")
        answer = session.post(f"{graph}/{question}/comments", data={"message": "Svar"}).json()["id"]
        told = session.get(f"{graph}/{post}/comments?filter=stream&fields=id").json()["data"]
        assert [one["id"] for one in told] == [question, answer]
        for id in (question, post):
            assert session.delete(f"{graph}/{id}").json() == {"success": True}
        assert session.get(f"{graph}/1000001/published_posts").json() == {"data": []}
    assert sandbox.posts("facebook") == []


ASKING: dict[str, dict[str, Any]] = {
    "X_AUTHORIZE_URL": {"client_id": APPS["x"][0], "scope": list(X_SCOPES), "pkce": "S256"},
    "GOOGLE_AUTHORIZE_URL": {"client_id": APPS["youtube"][0], "scope": list(YOUTUBE_SCOPES), "pkce": "S256"},
    "FACEBOOK_DIALOG_URL": {"client_id": APPS["facebook"][0], "scope": list(FACEBOOK_SCOPES)},
}


@pytest.mark.parametrize("setting", ASKING)
def test_a_person_who_cancels_is_sent_back_without_a_code(sandbox, setting):
    path = "/v26.0/dialog/oauth" if setting.startswith("FACEBOOK") else ""
    with OAuth2Session(redirect_uri=BACK, **ASKING[setting]) as session:
        address, state = session.authorization_url(sandbox.addresses[setting] + path)
        told = parse_qs(urlsplit(press(address, "Avbryt")).query)
    assert (told["error"], told["state"], "code" in told) == (["access_denied"], [state], False)


def test_a_permission_that_was_declined_is_told(sandbox):
    sandbox.connect_youtube(CHANNEL, "Seko")
    with OAuth2Session(
        APPS["youtube"][0], redirect_uri=BACK, scope=list(YOUTUBE_SCOPES), pkce="S256"
    ) as session:
        address, _ = session.authorization_url(sandbox.addresses["GOOGLE_AUTHORIZE_URL"])
        back = press(address, "Tillåt", ("declined", YOUTUBE_SCOPES[1]))
        with pytest.raises(Warning, match="Scope has changed") as changed:
            session.fetch_token(
                sandbox.addresses["GOOGLE_TOKEN_URL"],
                authorization_response=back,
                client_secret=APPS["youtube"][1],
            )
    assert sorted(changed.value.new_scope) == sorted([YOUTUBE_SCOPES[0], YOUTUBE_SCOPES[2]])
