"""Which permission each call takes: with all but one of those that it needs it is refused, with just those it is not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import googleapiclient
import pytest
from requests import Response

from channels.sandbox import people
from channels.sandbox.app import create_app
from channels.sandbox.store import FACEBOOK_SCOPES, GOOGLE, Store
from channels.sandbox.youtube import uploads
from tests.channels.sandbox.callers import Facebook, X, YouTube, graph_error, reason
from tests.posts.media.phones import jpeg, scene

# -- X: what the OpenAPI description (2.167) says of each call

READ, WRITE = {"tweet.read", "users.read"}, {"tweet.read", "users.read", "tweet.write"}
ON_X: dict[str, tuple[set[str], Callable[[X, str], Response]]] = {
    "me": (READ, lambda x, token: x.get("users/me", token)),
    "a user": (READ, lambda x, token: x.get(f"users/{x.account}", token)),
    "post": (WRITE, lambda x, token: x.say("Hej", token=token)),
    "delete": (WRITE, lambda x, token: x.delete(x.say("Bort").json()["data"]["id"], token)),
    "a post": (READ, lambda x, token: x.get("tweets/17", token)),
    "posts": (READ, lambda x, token: x.get("tweets", token, ids="17")),
    "timeline": (READ, lambda x, token: x.get(f"users/{x.account}/tweets", token)),
    "mentions": (READ, lambda x, token: x.get(f"users/{x.account}/mentions", token)),
    "search": (READ, lambda x, token: x.get("tweets/search/recent", token, query="conversation_id:17")),
    "hide": (READ | {"tweet.moderate.write"}, lambda x, token: hide(x, token)),
    "upload": ({"media.write"}, lambda x, token: x.one_shot(jpeg(scene(20, 20)), token=token)),
    "status": ({"media.write"}, lambda x, token: x.get("media/upload", token, media_id=a_film(x))),
}
EVERYTHING = {
    "tweet.read",
    "tweet.write",
    "users.read",
    "media.write",
    "tweet.moderate.write",
    "offline.access",
}


def hide(x: X, token: str) -> Response:
    post = x.say("Vad tycker ni?").json()["data"]["id"]
    answer = x.sandbox.comment("x", post, "Bra!")
    return x.call("PUT", f"2/tweets/{answer}/hidden", token=token, json={"hidden": True})


def a_film(x: X) -> str:
    return x.begin(10).json()["data"]["id"]


@pytest.mark.parametrize("name", ON_X)
def test_x_refuses_without_each_of_them(x, name):
    needs, call = ON_X[name]
    x.sandbox.take_repeats()
    for lacking in needs:
        answer = call(x, x.token_with("access", tuple(EVERYTHING - {lacking})))
        assert (answer.status_code, answer.json()["type"]) == (
            403, "https://api.x.com/2/problems/not-authorized-for-resource"
        )  # fmt: skip
    assert call(x, x.token_with("access", tuple(needs))).ok


# -- YouTube: what Google's own discovery document says of each call

DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "youtube.v3.json"
METHODS: dict[str, Any] = {
    f"{resource}.{name}": method
    for resource, about in json.loads(DOCUMENT.read_text())["resources"].items()
    for name, method in about.get("methods", {}).items()
}
ON_YOUTUBE: dict[str, Callable[[YouTube, str], Response]] = {
    "channels.list": lambda yt, token: yt.get("channels", token, part="id", mine="true"),
    "videos.list": lambda yt, token: yt.get("videos", token, part="id", id="x"),
    "videos.insert": lambda yt, token: yt.open(10, token=token),
    "videos.update": lambda yt, token: yt.update("status", token, id="x", status={"privacyStatus": "private"}),
    "videos.delete": lambda yt, token: yt.delete("x", token),
    "thumbnails.set": lambda yt, token: yt.thumbnail("x", b"a", token),
    "captions.insert": lambda yt, token: yt.captions("x", "text", token=token),
    "playlistItems.list": lambda yt, token: yt.get("playlistItems", token, part="id", playlistId="UUx"),
    "commentThreads.list": lambda yt, token: yt.get("commentThreads", token, part="id", videoId="x"),
    "commentThreads.insert": lambda yt, token: speak(yt, "POST", "commentThreads", token),
    "comments.list": lambda yt, token: yt.get("comments", token, part="id", id="x"),
    "comments.insert": lambda yt, token: speak(yt, "POST", "comments", token),
    "comments.update": lambda yt, token: speak(yt, "PUT", "comments", token),
    "comments.delete": lambda yt, token: yt.call("DELETE", "youtube/v3/comments", token=token, params={"id": "x"}),
    "comments.setModerationStatus": lambda yt, token: yt.call(
        "POST", "youtube/v3/comments/setModerationStatus", token=token, params={"id": "x", "moderationStatus": "rejected"}
    ),
}  # fmt: skip
GOOGLES = [GOOGLE + name for name in ("youtube", "youtube.force-ssl", "youtube.readonly", "youtube.upload")]


def speak(youtube: YouTube, method: str, what: str, token: str) -> Response:
    return youtube.call(
        method, f"youtube/v3/{what}", token=token, params={"part": "snippet"}, json={"snippet": {}}
    )


@pytest.mark.parametrize("name", ON_YOUTUBE)
def test_youtube_takes_the_permissions_of_the_discovery_document_and_no_others(youtube, name):
    enough = set(METHODS[name]["scopes"])
    for scope in GOOGLES:
        answer = ON_YOUTUBE[name](youtube, youtube.token_with("access", (scope,)))
        is_lacking = answer.status_code == 403 and reason(answer) == (403, "insufficientPermissions")
        assert is_lacking == (scope not in enough), scope


def test_an_insufficient_token_says_so_in_detail_and_in_the_header(youtube):
    answer = youtube.delete("x", youtube.token_with("access", (GOOGLE + "youtube.readonly",)))
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    (detail,) = answer.json()["error"]["details"]
    assert (answer.json()["error"]["status"], detail["reason"]) == (
        "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    )  # fmt: skip


def test_x_tells_what_is_left_with_every_answer_good_or_bad(x):
    answers = [x.say("Hej"), x.say("Hej"), x.get("users/me", "hittepa"), x.get("tweets/17"), x.begin("många"),
               x.get("users/me", x.token_with("access", ("tweet.read",)))]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 403, 401, 200, 400, 403]
    for answer in answers:
        assert {f"x-rate-limit-{name}" for name in ("limit", "remaining", "reset")} <= set(answer.headers)
    assert not any(name.startswith("x-rate") for name in x.call("POST", "2/oauth2/token").headers)


# -- Facebook: what the references of each edge say

SAYING = {"pages_manage_posts", "pages_read_engagement"}
READING = {"pages_read_engagement"}
ON_FACEBOOK: dict[str, tuple[set[str], int, Callable[[Facebook, str], Response]]] = {
    "feed": (SAYING, 200, lambda fb, token: fb.say("Hej", access_token=token)),
    "photo": (SAYING, 200, lambda fb, token: fb.photo(jpeg(scene(20, 20)), access_token=token)),
    "film": (SAYING, 200, lambda fb, token: fb.film("start", file_size=10, access_token=token)),
    "edit": (SAYING, 200, lambda fb, token: fb.post(said(fb), message="Nytt", access_token=token)),
    "delete": (SAYING, 200, lambda fb, token: fb.delete(said(fb), access_token=token)),
    "list": (READING, 10, lambda fb, token: fb.get("me/published_posts", access_token=token)),
    "a post": (READING, 10, lambda fb, token: fb.get(said(fb), access_token=token)),
    "a film": (READING, 10, lambda fb, token: fb.get(filmed(fb), access_token=token)),
    "comments": (
        READING | {"pages_read_user_content"}, 10, lambda fb, token: fb.get(f"{said(fb)}/comments", access_token=token)
    ),
    "answer": (
        {"pages_manage_engagement"}, 10,
        lambda fb, token: fb.post(f"{said(fb)}/comments", message="Ja", access_token=token),
    ),
    "hide": ({"pages_manage_engagement"}, 10, lambda fb, token: fb.post(heard(fb), is_hidden="true", access_token=token)),
    "take away": ({"pages_manage_engagement"}, 10, lambda fb, token: fb.delete(heard(fb), access_token=token)),
}  # fmt: skip


def said(facebook: Facebook) -> str:
    facebook.sandbox.take_repeats()
    return facebook.say("Hej igen").json()["id"]


def filmed(facebook: Facebook) -> str:
    return facebook.film("start", file_size=10).json()["video_id"]


def heard(facebook: Facebook) -> str:
    return facebook.sandbox.comment("facebook", said(facebook), "Bra!")


@pytest.mark.parametrize("name", ON_FACEBOOK)
def test_facebook_refuses_without_each_of_them(facebook, name):
    needs, code, call = ON_FACEBOOK[name]
    for lacking in needs:
        answer = call(facebook, facebook.token_with("page", tuple(set(FACEBOOK_SCOPES) - {lacking})))
        assert (answer.status_code, graph_error(answer)["code"]) == (403, code)
    assert call(facebook, facebook.token_with("page", tuple(needs))).ok


# -- accounts that may do nothing at all


@pytest.mark.parametrize(
    ("state", "told"),
    [("locked", ("about:blank", "temporarily locked")), ("suspended", ("user-suspended", "suspended"))],
)
def test_x_does_nothing_for_a_locked_or_suspended_account(x, state, told):
    x.sandbox.describe("x", x.account, state=state)
    for answer in (x.say("Hej"), x.get("users/me"), x.one_shot(b"a")):
        body = answer.json()
        assert (answer.status_code, body["type"].rpartition("/")[2], told[1] in body["detail"]) == (
            403,
            told[0],
            True,
        )
    x.sandbox.describe("x", x.account, state="")
    assert (x.say("Hej").status_code, len(x.seen())) == (201, 1)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("closed", "channelClosed"),
        ("suspended", "channelSuspended"),
        ("locked", "authenticatedUserAccountSuspended"),
    ],
)
def test_youtube_does_nothing_for_a_closed_or_suspended_channel(youtube, state, told):
    youtube.sandbox.describe("youtube", youtube.account, state=state)
    for answer in (youtube.get("channels", part="id", mine="true"), youtube.open(10)):
        assert reason(answer) == (403, told)


def test_an_account_without_a_channel_is_told_so_and_uploads_nothing(youtube):
    youtube.sandbox.describe("youtube", youtube.account, has_channel=False)
    told = youtube.get("channels", part="id", mine="true").json()
    assert (told["items"], told["pageInfo"]["totalResults"]) == ([], 0)
    assert reason(youtube.open(10)) == (401, "youtubeSignupRequired")
    assert youtube.sandbox.ledger() == []


def test_a_channel_that_gave_no_number_has_short_films_and_no_thumbnails(youtube, short_film, picture):
    youtube.sandbox.describe("youtube", youtube.account, phone_verified=False)
    (channel,) = youtube.get("channels", part="status", mine="true").json()["items"]
    assert channel["status"]["longUploadsStatus"] == "eligible"
    assert reason(youtube.thumbnail(youtube.upload(short_film), picture)) == (403, "forbidden")
    with Store(youtube.sandbox.data_dir) as store:
        assert store.things("youtube", "video", youtube.account)[0].data["thumbnail"] == ""


@pytest.mark.parametrize(("gave_number", "status"), [(True, "uploaded"), (False, "rejected")])
def test_a_film_that_is_too_long_for_an_unverified_channel_is_rejected(
    tmp_path, monkeypatch, short_film, gave_number, status
):
    """A quarter of an hour is shortened to a tenth of a second, so that a short film is a long one."""
    monkeypatch.setattr(uploads, "UNVERIFIED_SECONDS", 0.1)
    client = create_app(tmp_path).test_client()
    with client.application.extensions["sandbox"] as store:
        headers = {"Authorization": f"Bearer {store.connect_youtube('UCx', 'Seko')['access_token']}"}
        people.describe(store, "youtube", "UCx", phone_verified=gave_number)
        body = {"snippet": {"title": "Film"}, "status": {"privacyStatus": "public"}}
        address = "/google/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status"
        session = client.post(address, json=body, headers=headers).headers["Location"]
        told = client.put(session, data=short_film).json
        assert told["status"]["uploadStatus"] == status
        assert told["status"].get("rejectionReason") == (None if gave_number else "length")
        assert (store.get("youtube", "video", told["id"]).public_at is not None) is gave_number
