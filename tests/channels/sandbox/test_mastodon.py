"""Mastodon.py, unmodified but for the host, connects, publishes, lists and deletes on the sandbox; and its rules."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from mastodon import (
    Mastodon,
    MastodonAPIError,
    MastodonIllegalArgumentError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from channels.sandbox.testing import LiveSandbox
from tests.channels.adapters.visitor import filled_in

BACK = "http://127.0.0.1:8000/kanaler/anslut/mastodon/tillbaka/"
SCOPES = ["read", "write:statuses", "write:media"]


@pytest.fixture
def host(sandbox) -> str:
    return f"{sandbox.url}/mastodon"


@pytest.fixture
def given(sandbox) -> dict[str, Any]:
    return account(sandbox)


def account(sandbox: LiveSandbox, id: str = "7000001", handle: str = "seko") -> dict[str, Any]:
    about = {"platform": "mastodon", "id": id, "name": "Seko", "handle": handle}
    return requests.post(f"{sandbox.url}/ovning/api/tokens", json=about, timeout=10).json()


def client_of(given: dict[str, Any]) -> Mastodon:
    return Mastodon(
        access_token=given["access_token"],
        api_base_url=given["host"],
        ratelimit_method="throw",
    )


@pytest.fixture
def client(given) -> Mastodon:
    return client_of(given)


@pytest.fixture
def other(sandbox) -> Mastodon:
    return client_of(account(sandbox, "7000002", "annan"))


@pytest.fixture
def api(given) -> Callable[..., requests.Response]:
    """One raw call as the account."""

    def call(method: str, path: str, **parts: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {given['access_token']}", **parts.pop("headers", {})}
        return requests.request(method, f"{given['host']}/api/{path}", headers=headers, timeout=10, **parts)

    return call


# --- connecting -------------------------------------------------------------------------------------------------


@pytest.fixture
def app(host, given) -> Mastodon:
    id, secret = Mastodon.create_app("Seko Social", scopes=SCOPES, redirect_uris=BACK, api_base_url=host)
    return Mastodon(client_id=id, client_secret=secret, api_base_url=host)


def code_from(url: str, answer: str = "yes") -> str:
    page = requests.get(url, timeout=10)
    assert page.status_code == 200
    form = {**filled_in(page.text), "answer": answer}
    location = requests.post(url, data=form, allow_redirects=False, timeout=10).headers["Location"]
    assert location.startswith(f"{BACK}?")
    return location


def test_the_client_connects_through_the_dialog_and_disconnects(app):
    url = app.auth_request_url(redirect_uris=BACK, scopes=SCOPES, allow_http=True)
    code = re.search("code=([^&]+)", code_from(url))[1]
    app.log_in(code=code, redirect_uri=BACK, scopes=SCOPES, allow_http=True)
    assert app.me().username == "seko"
    token = app.access_token
    app.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError, match="was revoked"):
        Mastodon(access_token=token, api_base_url=app.api_base_url).me()


def test_a_code_works_once(app):
    url = app.auth_request_url(redirect_uris=BACK, scopes=SCOPES, allow_http=True)
    code = re.search("code=([^&]+)", code_from(url))[1]
    app.log_in(code=code, redirect_uri=BACK, scopes=SCOPES, allow_http=True)
    with pytest.raises(MastodonIllegalArgumentError):
        app.log_in(code=code, redirect_uri=BACK, scopes=SCOPES, allow_http=True)


def test_who_says_no_comes_back_without_a_code(app):
    location = code_from(app.auth_request_url(redirect_uris=BACK, scopes=SCOPES, allow_http=True), "no")
    assert "error=access_denied" in location
    assert "code=" not in location


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": f"{BACK}?"},
        {"client_id": "nobody"},
        {"scope": "read write"},
        {"response_type": "token"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_dialog_asks_for_nothing_that_the_application_did_not_register(host, app, changed):
    asked = {
        "client_id": app.client_id, "redirect_uri": BACK, "scope": " ".join(SCOPES), "response_type": "code",
    }  # fmt: skip
    assert requests.get(f"{host}/oauth/authorize", params=asked, timeout=10).status_code == 200
    assert requests.get(f"{host}/oauth/authorize", params=asked | changed, timeout=10).status_code == 400


def test_a_token_of_another_application_is_not_ours_to_end(host, given, app):
    form = {"client_id": app.client_id, "client_secret": app.client_secret, "token": given["access_token"]}
    answer = requests.post(f"{host}/oauth/revoke", data=form, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
    assert client_of(given).me().username == "seko"


# --- publishing -------------------------------------------------------------------------------------------------


def test_a_text(sandbox, client):
    made = client.status_post("Hej från klienten & bangården, https://seko.se/avtal.", language="sv")
    (post,) = sandbox.posts("mastodon")
    assert (post["id"], post["text"]) == (
        str(made.id),
        "Hej från klienten & bangården, https://seko.se/avtal.",
    )
    assert requests.get(made.url, timeout=10).status_code == 200
    assert '<span class="invisible">https://</span><span class="">seko.se/avtal</span>' in made.content
    assert "&amp; bangården" in made.content


def test_pictures_with_their_descriptions_in_order(sandbox, client, pictures):
    media = [
        client.media_post(data, "image/jpeg", description=f"Bild {n}") for n, data in enumerate(pictures)
    ]
    client.status_post("Fyra bilder", media_ids=media)
    (post,) = sandbox.posts("mastodon")
    assert [item["alt"] for item in post["media"]] == ["Bild 0", "Bild 1", "Bild 2", "Bild 3"]
    assert [sandbox.media(item["sha256"]) for item in post["media"]] == pictures


def test_a_film_is_processed_before_it_can_be_posted(sandbox, client, api, short_film):
    file = {"file": ("film.mp4", short_film, "video/mp4")}
    sent = api("POST", "v2/media", files=file)
    assert (sent.status_code, sent.json()["url"]) == (202, None)
    assert api("GET", f"v1/media/{sent.json()['id']}").status_code == 206
    with pytest.raises(MastodonAPIError, match="not finished processing"):
        client.status_post("För tidigt", media_ids=[sent.json()["id"]])
    assert sandbox.posts("mastodon") == []
    sandbox.clock(30)
    assert api("GET", f"v1/media/{sent.json()['id']}").status_code == 200
    client.status_post("Filmen", media_ids=[sent.json()["id"]])
    assert len(sandbox.posts("mastodon")) == 1


def test_the_same_key_makes_the_same_post_for_an_hour(sandbox, client):
    first = client.status_post("En gång", idempotency_key="nyckel")
    assert client.status_post("En gång", idempotency_key="nyckel").id == first.id
    assert len(sandbox.ledger(effect="public")) == 1
    sandbox.clock(3601)
    assert client.status_post("En gång", idempotency_key="nyckel").id != first.id
    assert len(sandbox.posts("mastodon")) == 2


def test_a_key_is_the_accounts_own(sandbox, client, other):
    assert (
        client.status_post("Vi", idempotency_key="nyckel").id
        != other.status_post("De", idempotency_key="nyckel").id
    )
    assert len(sandbox.ledger(effect="public")) == 2


def test_lists_answers_and_deletion(sandbox, client, other):
    first, second = client.status_post("Den första"), client.status_post("Den andra")
    answer = other.status_post("Ett svar", in_reply_to_id=first.id)
    assert [post.id for post in client.account_statuses(client.me().id)] == [second.id, first.id]
    assert [post.id for post in client.account_statuses(client.me().id, max_id=second.id)] == [first.id]
    assert [post.id for post in client.status_context(first.id).descendants] == [answer.id]
    client.status_delete(first.id)
    with pytest.raises(MastodonNotFoundError):
        client.status(first.id)
    with pytest.raises(MastodonNotFoundError):
        client.status_delete(first.id)
    assert len(sandbox.ledger(effect="removed")) == 1


def test_what_is_somebody_elses_is_not_deleted(sandbox, client, other):
    post = client.status_post("Vårt")
    with pytest.raises(MastodonNotFoundError):
        other.status_delete(post.id)
    assert len(sandbox.posts("mastodon")) == 1


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("å" * 500, True),
        ("å" * 501, False),
        ("👨‍👩‍👧" * 500, True),
        ("å" * 476 + " https://seko.se/" + "a" * 300, True),
        ("å" * 477 + " https://seko.se/" + "a" * 300, False),
        ("å" * 494 + " @seko@mastodon.social", True),
        ("", False),
        (" \n", False),
    ],
)
def test_a_text_is_measured_as_people_see_it(sandbox, api, text, is_taken):
    answer = api("POST", "v1/statuses", data={"status": text})
    assert answer.status_code == (200 if is_taken else 422)
    assert len(sandbox.posts("mastodon")) == is_taken


def test_media_of_others_attached_media_and_too_much_media_is_refused(sandbox, client, other, pictures):
    ours = [client.media_post(data, "image/jpeg") for n, data in enumerate(pictures)]
    theirs = other.media_post(pictures[0], "image/jpeg")
    client.status_post("En bild", media_ids=ours[:1])
    for ids in ([theirs], ours[:1], [*ours, ours[1]]):
        with pytest.raises(MastodonAPIError):
            client.status_post("Nej", media_ids=ids)
    assert len(sandbox.posts("mastodon")) == 1


def test_unattached_media_is_deleted_and_attached_media_is_not(client, api, pictures):
    loose, used = (client.media_post(data, "image/jpeg") for data in pictures[:2])
    client.status_post("En bild", media_ids=[used])
    assert api("DELETE", f"v1/media/{loose.id}").status_code == 200
    assert api("DELETE", f"v1/media/{loose.id}").status_code == 404
    assert api("DELETE", f"v1/media/{used.id}").status_code == 422


def test_a_token_reaches_no_further_than_its_scopes(sandbox, host):
    with requests.Session() as session:
        form = {"client_name": "Läsare", "redirect_uris": BACK, "scopes": "read"}
        told = session.post(f"{host}/api/v1/apps", data=form, timeout=10).json()
    app = Mastodon(client_id=told["client_id"], client_secret=told["client_secret"], api_base_url=host)
    location = code_from(app.auth_request_url(redirect_uris=BACK, scopes=["read"], allow_http=True))
    app.log_in(
        code=re.search("code=([^&]+)", location)[1], redirect_uri=BACK, scopes=["read"], allow_http=True
    )
    assert app.me().username
    with pytest.raises(MastodonAPIError, match="outside the authorized scopes"):
        app.status_post("Får inte")
    assert sandbox.posts("mastodon") == []


def test_too_many_uploads_are_told_of_before_and_refused_after(sandbox, api, pictures):
    for left in range(29, -1, -1):
        answer = api("POST", "v2/media", files={"file": ("b.jpg", pictures[0], "image/jpeg")})
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
    answer = api("POST", "v2/media", files={"file": ("b.jpg", pictures[0], "image/jpeg")})
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (429, "0")


def test_the_client_understands_what_it_is_told_of_limits(sandbox, client):
    sandbox.faults({"platform": "mastodon", "call": "post", "fault": "rate_limited", "seconds": 600})
    with pytest.raises(MastodonRatelimitError):
        client.status_post("För många")
    assert sandbox.posts("mastodon") == []


def test_the_page_shows_what_followers_see(sandbox, client):
    post = client.status_post("Nattskiftet på bangården")
    for path in ("/mastodon/@seko", f"/mastodon/@seko/{post.id}"):
        page = requests.get(f"{sandbox.url}{path}", timeout=10)
        assert "Nattskiftet på bangården" in page.text
    hidden = client.status_post("Bara för följare", visibility="private")
    assert requests.get(f"{sandbox.url}/mastodon/@seko/{hidden.id}", timeout=10).status_code == 404
    assert requests.get(f"{sandbox.url}/mastodon/@ingen", timeout=10).status_code == 404
