"""tweepy, unmodified but for the host, publishes on the sandbox as it would on X."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import tweepy
from oauthlib.oauth2 import OAuth2Error
from requests.adapters import HTTPAdapter

from channels.sandbox.store import APPS, X_SCOPES
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.consenting import BACK

# tweepy itself imports a module that newer Pythons no longer have, whenever a picture is uploaded.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class ToSandbox(HTTPAdapter):
    """tweepy's hosts cannot be set: whatever it asks of api.twitter.com and upload.twitter.com goes to the sandbox."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def send(self, request: requests.PreparedRequest, *args: Any, **about: Any) -> requests.Response:
        asked = urlsplit(request.url)
        request.url = f"{self.base}{asked.path}?{asked.query}" if asked.query else f"{self.base}{asked.path}"
        return super().send(request, *args, **about)


@pytest.fixture
def account(sandbox: LiveSandbox) -> dict[str, Any]:
    return sandbox.connect_x("2000001", "seko", "Seko")


@pytest.fixture
def client(sandbox, account) -> Iterator[tweepy.Client]:
    client = tweepy.Client(account["access_token"])
    client.session.mount("https://", ToSandbox(f"{sandbox.url}/x"))
    yield client
    client.session.close()


@pytest.fixture
def uploader(sandbox, account) -> Iterator[tweepy.API]:
    uploader = tweepy.API(tweepy.OAuth2BearerHandler(account["access_token"]))
    uploader.session.mount("https://", ToSandbox(f"{sandbox.url}/x"))
    yield uploader
    uploader.session.close()


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_a_text(sandbox, client):
    told = client.create_tweet(text="Hej från tweepy & bangården", user_auth=False)
    (post,) = sandbox.posts("x")
    assert (post["id"], post["text"]) == (told.data["id"], "Hej från tweepy & bangården")
    assert told.data["text"] == "Hej från tweepy &amp; bangården"
    assert [(line["call"], line["effect"]) for line in sandbox.ledger()] == [("post", "public")]


def test_pictures_with_descriptions(sandbox, client, uploader, pictures, tmp_path):
    ids = []
    for n, picture in enumerate(pictures):
        medium = uploader.media_upload(written(tmp_path, f"{n}.jpg", picture), media_category="tweet_image")
        uploader.create_media_metadata(medium.media_id_string, f"Bild {n}")
        ids.append(medium.media_id_string)
    assert sandbox.posts() == []
    told = client.create_tweet(text="Fyra", media_ids=ids, user_auth=False)
    (post,) = sandbox.posts("x")
    assert (post["id"], post["text"]) == (told.data["id"], "Fyra")
    assert [sandbox.media(item["sha256"]) for item in post["media"]] == pictures
    assert [item["alt"] for item in post["media"]] == ["Bild 0", "Bild 1", "Bild 2", "Bild 3"]


def test_a_film_by_its_own_chunked_upload(sandbox, client, uploader, long_film, tmp_path):
    medium = uploader.media_upload(
        written(tmp_path, "film.mp4", long_film), chunked=True, media_category="tweet_video"
    )
    assert (medium.size, medium.processing_info["state"]) == (len(long_film), "succeeded")
    client.create_tweet(text="Film", media_ids=[medium.media_id_string], user_auth=False)
    (post,) = sandbox.posts("x")
    assert [sandbox.media(item["sha256"]) for item in post["media"]] == [long_film]
    calls = [(line["call"], line["effect"]) for line in sandbox.ledger()]
    assert calls == [("media_initialize", "staged"), ("media_finalize", "staged"), ("post", "public")]


def test_the_timeline_read_back(client, uploader, picture, tmp_path):
    medium = uploader.media_upload(written(tmp_path, "bild.jpg", picture), media_category="tweet_image")
    client.create_tweet(text="Ett", user_auth=False)
    id = client.create_tweet(text="Två", media_ids=[medium.media_id], user_auth=False).data["id"]
    told = client.get_users_tweets(
        "2000001",
        tweet_fields=["created_at", "attachments"],
        expansions=["attachments.media_keys"],
        max_results=5,
    )
    assert [post.text.partition(" https://t.co/")[0] for post in told.data] == ["Två", "Ett"]
    assert (str(told.data[0].id), told.data[0].created_at.tzinfo is not None) == (id, True)
    assert told.data[0].attachments == {"media_keys": [f"3_{medium.media_id}"]}
    assert [medium.media_key for medium in told.includes["media"]] == [f"3_{medium.media_id}"]
    assert client.get_me(user_auth=False).data.username == "seko"


def pressed(address: str) -> str:
    """The person opens the question and says yes; where the browser is sent then."""
    form = {"answer": "yes", "account": "2000001"}
    answer = requests.post(address, data=form, timeout=20, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_signing_in_and_renewing(sandbox, account, monkeypatch):
    """The handler's hosts are turned to the sandbox; the address that it makes for the browser as well."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    handler = tweepy.OAuth2UserHandler(
        client_id=APPS["x"][0], client_secret=APPS["x"][1], redirect_uri=BACK, scope=list(X_SCOPES)
    )
    with handler:
        handler.mount("https://", ToSandbox(f"{sandbox.url}/x"))
        address = handler.get_authorization_url()
        assert address.startswith("https://twitter.com/i/oauth2/authorize?")
        back = pressed(address.replace("https://twitter.com", f"{sandbox.url}/x"))
        token = handler.fetch_token(back)
        assert (token["expires_in"], sorted(token["scope"])) == (7200, sorted(X_SCOPES))
        renewed = handler.refresh_token("https://api.twitter.com/2/oauth2/token", refresh_token=token["refresh_token"],
                                        auth=handler.auth)  # fmt: skip
        assert renewed["refresh_token"] != token["refresh_token"]
    client = tweepy.Client(renewed["access_token"])
    client.session.mount("https://", ToSandbox(f"{sandbox.url}/x"))
    told = client.get_me(
        user_auth=False, user_fields=["profile_image_url", "public_metrics", "verified"]
    ).data
    assert (told.username, told.verified, told.public_metrics["tweet_count"]) == ("seko", False, 0)
    assert client.create_tweet(text="Ansluten", user_auth=False).data["text"] == "Ansluten"
    client.session.close()
    assert [post["text"] for post in sandbox.posts("x")] == ["Ansluten"]


def test_a_refused_sign_in_is_understood(sandbox, account, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    handler = tweepy.OAuth2UserHandler(
        client_id=APPS["x"][0], client_secret="fel", redirect_uri=BACK, scope=list(X_SCOPES)
    )
    with handler:
        handler.mount("https://", ToSandbox(f"{sandbox.url}/x"))
        back = pressed(handler.get_authorization_url().replace("https://twitter.com", f"{sandbox.url}/x"))
        with pytest.raises(OAuth2Error, match="unauthorized_client"):
            handler.fetch_token(back)


def test_mentions_are_read_answered_and_hidden(sandbox, client):
    post = client.create_tweet(text="Vad tycker ni?", user_auth=False).data["id"]
    sandbox.comment("x", post, "@seko Bra!")
    told = client.get_users_mentions(
        "2000001", tweet_fields=["author_id", "conversation_id"], expansions=["author_id"]
    )
    (mention,) = told.data
    assert (mention.text, str(mention.conversation_id), told.includes["users"][0].name) == (
        "@seko Bra!", post, "Kim i publiken"
    )  # fmt: skip
    answer = client.create_tweet(text="Tack!", in_reply_to_tweet_id=mention.id, user_auth=False).data["id"]
    found = client.search_recent_tweets(f"conversation_id:{post}", tweet_fields=["referenced_tweets"])
    assert [str(tweet.id) for tweet in found.data] == [answer, str(mention.id)]
    assert [str(tweet.id) for tweet in found.data[0].referenced_tweets] == [str(mention.id)]
    with pytest.raises(tweepy.Forbidden, match="lacks the scope"):
        client.hide_reply(mention.id, user_auth=False)
    client.delete_tweet(answer, user_auth=False)
    assert [post["text"] for post in sandbox.posts("x") if post["account"] == "2000001"] == ["Vad tycker ni?"]


def test_a_thread(sandbox, client):
    first = client.create_tweet(text="Ett", user_auth=False).data["id"]
    second = client.create_tweet(text="Två", in_reply_to_tweet_id=first, user_auth=False).data["id"]
    third = client.create_tweet(text="Tre", in_reply_to_tweet_id=second, user_auth=False).data["id"]
    told = client.get_users_tweets("2000001", tweet_fields=["conversation_id", "referenced_tweets"])
    assert [(str(tweet.id), str(tweet.conversation_id)) for tweet in told.data] == [
        (third, first), (second, first), (first, first)
    ]  # fmt: skip
    answered = [str(one.id) for tweet in told.data for one in tweet.referenced_tweets or ()]
    assert answered == [second, first]
    page = requests.get(f"{sandbox.url}/sidor/x/seko", timeout=10).text
    assert (page.count("<article"), page.index("Ett") < page.index("Två") < page.index("Tre")) == (1, True)
    client.delete_tweet(first, user_auth=False)
    assert [post["text"] for post in sandbox.posts("x")] == ["Tre", "Två"]
    assert requests.get(f"{sandbox.url}/sidor/x/seko", timeout=10).text.count("<article") == 2


def test_taking_down(sandbox, client):
    id = client.create_tweet(text="Hej", user_auth=False).data["id"]
    assert client.delete_tweet(id, user_auth=False).data == {"deleted": True}
    assert sandbox.posts() == []
    assert client.get_tweet(id).errors[0]["title"] == "Not Found Error"


def test_it_understands_the_refusals(sandbox, client):
    client.create_tweet(text="Samma", user_auth=False)
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="Samma", user_auth=False)
    with pytest.raises(tweepy.BadRequest, match="too long"):
        client.create_tweet(text="å" * 281, user_auth=False)
    sandbox.faults({"platform": "x", "call": "post", "fault": "rate_limited", "seconds": 60})
    with pytest.raises(tweepy.TooManyRequests) as limited:
        client.create_tweet(text="Annat", user_auth=False)
    assert limited.value.response.headers["x-rate-limit-remaining"] == "0"
    sandbox.faults({"platform": "x", "call": "post", "fault": "expired_token"})
    with pytest.raises(tweepy.Unauthorized):
        client.create_tweet(text="Annat", user_auth=False)
    sandbox.faults({"platform": "x", "call": "post", "fault": "error_after", "status": 503})
    with pytest.raises(tweepy.TwitterServerError):
        client.create_tweet(text="Annat", user_auth=False)
    assert [post["text"] for post in sandbox.posts("x")] == ["Annat", "Samma"]
