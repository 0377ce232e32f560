"""The atproto client, unmodified but for the host, publishes, lists and deletes on the sandbox; and its rules."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from atproto import Client, models
from atproto_client.exceptions import AtProtocolError, BadRequestError, UnauthorizedError

from channels.sandbox.apps import BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD
from channels.sandbox.testing import LiveSandbox

# The client hands bytes to its own library in a way that this one would rather not have.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload:DeprecationWarning")
DID = "did:plc:" + "s" * 24
POST = "app.bsky.feed.post"
AT = "2026-11-25T20:00:00.000Z"
KEY = "3mvwrtq2k7c2x"


def account(sandbox: LiveSandbox, did: str = DID, handle: str = "seko.test") -> dict[str, Any]:
    about = {"platform": "bluesky", "id": did, "name": "Seko", "handle": handle}
    return requests.post(f"{sandbox.url}/ovning/api/tokens", json=about, timeout=10).json()


@pytest.fixture
def given(sandbox) -> dict[str, Any]:
    return account(sandbox)


@pytest.fixture
def client(given) -> Iterator[Client]:
    """Signed in without asking the index of the whole network for a profile, which the sandbox only plays."""
    client = Client(base_url=given["host"])
    client.login("seko.test", BLUESKY_APP_PASSWORD)
    yield client
    client.request.close()


@pytest.fixture
def put(given) -> Callable[..., requests.Response]:
    """One raw `putRecord` as the account."""

    def call(record: dict[str, Any], key: str = KEY, repo: str = DID, **more: Any) -> requests.Response:
        body = {"repo": repo, "collection": POST, "rkey": key, "record": record, **more}
        headers = {"Authorization": f"Bearer {given['access_token']}"}
        url = f"{given['host']}/xrpc/com.atproto.repo.putRecord"
        return requests.post(url, json=body, headers=headers, timeout=10)

    return call


def record(text: str = "Nattskiftet", **more: Any) -> dict[str, Any]:
    return {"$type": POST, "text": text, "createdAt": AT, "langs": ["sv"], **more}


def uploaded(given: dict[str, Any], data: bytes, kind: str = "image/jpeg") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {given['access_token']}", "Content-Type": kind}
    url = f"{given['host']}/xrpc/com.atproto.repo.uploadBlob"
    return requests.post(url, data=data, headers=headers, timeout=10).json()["blob"]


# --- the client -------------------------------------------------------------------------------------------------


def test_a_text_with_a_link_is_published_listed_answered_and_deleted(sandbox, client):
    made = client.send_post("Hej från klienten & bangården", langs=["sv"])
    key = made.uri.rpartition("/")[2]
    (post,) = sandbox.posts("bluesky")
    assert post["text"] == "Hej från klienten & bangården"
    listed = client.com.atproto.repo.list_records(
        models.ComAtprotoRepoListRecords.Params(repo=DID, collection=POST)
    )
    assert [one.uri for one in listed.records] == [made.uri]
    root = models.create_strong_ref(made)
    answer = client.send_post("Ett svar", reply_to=models.AppBskyFeedPost.ReplyRef(parent=root, root=root))
    assert client.delete_post(answer.uri)
    assert client.delete_post(made.uri)
    assert sandbox.posts("bluesky") == []
    with pytest.raises(BadRequestError, match="RecordNotFound"):
        client.com.atproto.repo.get_record({"repo": DID, "collection": POST, "rkey": key})


def test_pictures_with_their_descriptions_in_order(sandbox, client, pictures):
    client.send_images("Fyra bilder", images=pictures, image_alts=["noll", "ett", "två", "tre"])
    (post,) = sandbox.posts("bluesky")
    assert [item["alt"] for item in post["media"]] == ["noll", "ett", "två", "tre"]
    assert [sandbox.media(item["sha256"]) for item in post["media"]] == pictures


def test_a_film(sandbox, client, short_film):
    client.send_video("Filmen", video=short_film, video_alt="En film")
    (post,) = sandbox.posts("bluesky")
    assert [(item["kind"], item["alt"]) for item in post["media"]] == [("film", "En film")]


def test_a_blob_in_a_record_can_be_fetched_and_one_in_none_cannot(client, pictures):
    blob = client.upload_blob(pictures[0]).blob
    ask = {"did": DID, "cid": blob.ref.link}
    with pytest.raises(BadRequestError, match="BlobNotFound"):
        client.com.atproto.sync.get_blob(ask)
    client.send_images("En bild", images=pictures[:1], image_alts=[""])
    assert client.com.atproto.sync.get_blob(ask) == pictures[0]


def test_a_wrong_password_is_refused(given):
    client = Client(base_url=given["host"])
    with pytest.raises(UnauthorizedError, match="Invalid identifier or password"):
        client.login("seko.test", "aaaa-bbbb-cccc-dddd")
    client.request.close()


def test_the_client_hears_of_too_many_calls(sandbox, client):
    sandbox.faults({"platform": "bluesky", "call": "create_record", "fault": "rate_limited", "seconds": 600})
    with pytest.raises(AtProtocolError, match="RateLimitExceeded"):
        client.send_post("För många")
    assert sandbox.posts("bluesky") == []


# --- sessions ---------------------------------------------------------------------------------------------------


def session(given: dict[str, Any], method: str, token: str, kind: str = "POST") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{given['host']}/xrpc/com.atproto.server.{method}"
    return requests.request(kind, url, headers=headers, timeout=10)


def test_a_refresh_token_works_once_and_brings_the_next(given):
    first = session(given, "refreshSession", given["refresh_token"])
    again = session(given, "refreshSession", given["refresh_token"])
    assert (first.status_code, first.json()["did"]) == (200, DID)
    assert (again.status_code, again.json()["error"]) == (400, "ExpiredToken")
    assert session(given, "refreshSession", first.json()["refreshJwt"]).status_code == 200


def test_an_access_token_ends_after_two_hours(sandbox, given):
    assert session(given, "getSession", given["access_token"], "GET").status_code == 200
    sandbox.clock(2 * 3600 + 1)
    old = session(given, "getSession", given["access_token"], "GET")
    assert (old.status_code, old.json()["error"]) == (400, "ExpiredToken")


def test_a_session_that_is_ended_cannot_be_renewed(given):
    for _ in range(2):
        assert session(given, "deleteSession", given["refresh_token"]).status_code == 200
    assert session(given, "refreshSession", given["refresh_token"]).json()["error"] == "ExpiredToken"


@pytest.mark.parametrize(("token", "error"), [("", "AuthMissing"), ("nonsense", "InvalidToken")])
def test_without_a_good_token_nobody_is_known(given, token, error):
    assert session(given, "getSession", token, "GET").json()["error"] == error


def test_a_name_that_did_not_get_in_makes_no_account(sandbox):
    url = f"{sandbox.url}/bluesky/xrpc/com.atproto.server.createSession"
    wrong = {"identifier": "fel.test", "password": "fel"}
    right = {"identifier": "ratt.test", "password": BLUESKY_APP_PASSWORD}
    answers = [requests.post(url, json=body, timeout=10) for body in (wrong, right)]
    assert [(answer.status_code, answer.json().get("handle")) for answer in answers] == [
        (401, None),
        (200, "ratt.test"),
    ]


def test_the_scope_tells_an_app_password_from_the_accounts_own(given):
    url = f"{given['host']}/xrpc/com.atproto.server.createSession"
    passwords = (BLUESKY_APP_PASSWORD, BLUESKY_PASSWORD)
    sessions = [
        requests.post(url, json={"identifier": DID, "password": one}, timeout=10).json() for one in passwords
    ]
    scopes = [
        json.loads(urlsafe_b64decode(one["accessJwt"].split(".")[1] + "=="))["scope"] for one in sessions
    ]
    assert scopes == ["com.atproto.appPass", "com.atproto.access"]


# --- records ----------------------------------------------------------------------------------------------------


def test_the_same_record_under_the_same_key_changes_nothing(sandbox, put):
    first = put(record())
    assert put(record()).json() == first.json()
    assert [line["effect"] for line in sandbox.ledger()] == ["public"]
    assert put(record("Dagskiftet")).json()["cid"] != first.json()["cid"]
    assert [line["effect"] for line in sandbox.ledger()] == ["public", "changed"]
    assert [post["text"] for post in sandbox.posts("bluesky")] == ["Dagskiftet"]


def test_a_record_that_must_not_be_there_yet_is_refused_when_it_is(sandbox, put):
    assert put(record(), swapRecord=None).status_code == 200
    again = put(record(), swapRecord=None)
    assert (again.status_code, again.json()["error"]) == (400, "InvalidSwap")
    assert len(sandbox.ledger(effect="public")) == 1


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        ("å" * 300, True),
        ("å" * 301, False),
        ("👨‍👩‍👧" * 150, True),
        ("👨‍👩‍👧" * 167, False),
    ],
    ids=["300 letters", "301 letters", "2700 bytes", "3006 bytes"],
)
def test_a_text_has_two_limits(sandbox, put, text, is_taken):
    assert put(record(text)).status_code == (200 if is_taken else 400)
    assert len(sandbox.posts("bluesky")) == is_taken


@pytest.mark.parametrize(
    "broken",
    [
        {"$type": "app.bsky.feed.like"},
        {"createdAt": "igår"},
        {"facets": [{"index": {"byteStart": 0, "byteEnd": 99}, "features": []}]},
        {"text": "åäö", "facets": [{"index": {"byteStart": 1, "byteEnd": 3}, "features": []}]},
        {"embed": {"$type": "app.bsky.embed.images", "images": [{"image": {}, "alt": ""}]}},
        {"embed": {"$type": "app.bsky.embed.images", "images": [{"image": {}}]}},
    ],
)
def test_a_record_that_the_lexicon_does_not_know_is_refused(sandbox, put, broken):
    answer = put(record() | broken)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")
    assert sandbox.ledger() == []


def test_a_picture_must_be_there_small_enough_and_described(sandbox, given, put, picture):
    blob = uploaded(given, picture)
    images = [{"image": blob, "alt": "En bild"}]
    lost = blob | {"ref": {"$link": "bafkrei" + "a" * 52}}
    embed = {"$type": "app.bsky.embed.images"}
    assert (
        put(record(embed=embed | {"images": [{"image": lost, "alt": ""}]})).json()["error"] == "BlobNotFound"
    )
    assert put(record(embed=embed | {"images": images * 5})).status_code == 400
    too_large = uploaded(given, picture + bytes(1_000_000))
    refused = put(record(embed=embed | {"images": [{"image": too_large, "alt": ""}]}))
    assert "blob too big" in refused.json()["message"]
    assert sandbox.posts("bluesky") == []
    assert put(record(embed=embed | {"images": images})).status_code == 200


def test_nobody_writes_in_somebody_elses_repository(sandbox, put):
    account(sandbox, "did:plc:" + "a" * 24, "annan.test")
    assert put(record(), repo="did:plc:" + "a" * 24).status_code == 401
    assert sandbox.ledger() == []


def test_the_page_shows_what_followers_see_by_name_and_by_id(sandbox, put):
    put(record("Nattskiftet på bangården"))
    for name in (DID, "seko.test"):
        for path in (f"profile/{name}", f"profile/{name}/post/{KEY}"):
            page = requests.get(f"{sandbox.url}/sidor/bluesky/{path}", timeout=10)
            assert "Nattskiftet på bangården" in page.text
    assert (
        requests.get(f"{sandbox.url}/sidor/bluesky/profile/{DID}/post/3aaaaaaaaaaaa", timeout=10).status_code
        == 404
    )
