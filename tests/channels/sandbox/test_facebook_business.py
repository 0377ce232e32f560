"""
facebook-business, unmodified but for the host, publishes on the sandbox as it would on Facebook.

Its film uploader has its host and the edge for films of advertisements written into one method: that method alone is
replaced, and names the sandbox and the edge for films of pages.
"""

import io
from pathlib import Path
from typing import Any

import pytest
import requests
from facebook_business.adobjects.business import Business
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from facebook_business.video_uploader import VideoUploader, VideoUploadRequest

from channels.sandbox.store import APPS, PERSON
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.consenting import BACK, VERIFIER, answered, signed_in

PAGE = "1000001"


@pytest.fixture
def account(sandbox: LiveSandbox) -> dict[str, str]:
    """The app demands a proof of its secret with every call; the client makes it by itself."""
    account = sandbox.connect_facebook(PAGE, "Seko")
    sandbox.demand_proof()
    return account


@pytest.fixture
def api(sandbox, account, monkeypatch) -> FacebookAdsApi:
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.addresses["FACEBOOK_GRAPH_URL"])
    session = FacebookSession(account["app_id"], account["app_secret"], account["page_token"])
    return FacebookAdsApi(session, api_version="v26.0")


@pytest.fixture
def page(api) -> Page:
    return Page(PAGE, api=api)


def stage(api: FacebookAdsApi, picture: bytes, **params: Any) -> str:
    """The way the client takes open files: by the call beneath `create_photo`, which only takes addresses."""
    files = {"source": ("bild.jpg", io.BytesIO(picture), "image/jpeg")}
    told = api.call("POST", (PAGE, "photos"), params={"published": False, **params}, files=files)
    return told.json()["id"]


def test_a_text(sandbox, page, api):
    id = page.create_feed(params={"message": "Hej från SDK:n"})["id"]
    post = PagePost(id, api=api).api_get(fields=["permalink_url", "message"])
    (seen,) = sandbox.posts("facebook")
    assert (post["id"], post["message"], post["permalink_url"]) == (seen["id"], "Hej från SDK:n", seen["url"])
    assert [(line["call"], line["effect"]) for line in sandbox.ledger()] == [("feed", "public")]


def test_a_comment_of_the_page_goes_with_its_post(sandbox, page, api):
    id = page.create_feed(params={"message": "Hej från SDK:n"})["id"]
    made = PagePost(id, api=api).create_comment(params={"message": "Läs mer på seko.se."})
    sandbox.comment("facebook", id, "Bra!")
    told = PagePost(id, api=api).get_comments(fields=["message", "from"])
    assert [(one["message"], one["from"]["id"] == PAGE) for one in told] == [
        ("Läs mer på seko.se.", True),
        ("Bra!", False),
    ]
    shown = requests.get(f"{sandbox.url}/sidor/facebook/{PAGE}", timeout=10).text
    assert shown.index("Hej från SDK:n") < shown.index("Läs mer på") < shown.index("Bra!")
    PagePost(id, api=api).api_delete()
    with pytest.raises(FacebookRequestError) as gone:
        Comment(made["id"], api=api).api_get(fields=["message"])
    assert gone.value.api_error_subcode() == 33


def test_a_photo(sandbox, api, picture):
    id = stage(api, picture, published=True, caption="Bangården", alt_text_custom="Spår")
    (seen,) = sandbox.posts("facebook")
    assert (seen["text"], [item["id"] for item in seen["media"]]) == ("Bangården", [id])
    assert [(sandbox.media(item["sha256"]), item["alt"]) for item in seen["media"]] == [(picture, "Spår")]


def test_several_photos_in_one_post(sandbox, api, page, pictures):
    photos = [stage(api, picture, alt_text_custom=f"Bild {n}") for n, picture in enumerate(pictures)]
    assert sandbox.posts() == []
    post = page.create_feed(
        params={"message": "Fyra", "attached_media": [{"media_fbid": id} for id in photos]}
    )
    (seen,) = sandbox.posts("facebook")
    assert (seen["id"], [sandbox.media(item["sha256"]) for item in seen["media"]]) == (post["id"], pictures)
    assert [item["alt"] for item in seen["media"]] == ["Bild 0", "Bild 1", "Bild 2", "Bild 3"]


class Film(dict):
    """What the uploader wants to be told: a file and whose it is."""

    class Field:
        filepath, slideshow_spec = "filepath", "slideshow_spec"

    def __init__(self, api: FacebookAdsApi, path: Path) -> None:
        super().__init__(filepath=str(path))
        self.get_api_assured = lambda: api
        self.get_parent_id_assured = lambda: PAGE


@pytest.fixture
def uploader(sandbox, monkeypatch) -> VideoUploader:
    def send(request: VideoUploadRequest, path: tuple[str, str]) -> Any:
        return request._api.call(
            "POST", (path[0], "videos"), params=request._params, files=request._files,
            url_override=sandbox.addresses["FACEBOOK_VIDEO_URL"],
        )  # fmt: skip

    monkeypatch.setattr(VideoUploadRequest, "send", send)
    return VideoUploader()


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_film_by_its_own_uploader(sandbox, api, uploader, long_film, tmp_path, interrupted):
    path = tmp_path / "nattskiftet.mp4"
    path.write_bytes(long_film)
    if (
        interrupted
    ):  # the second chunk is taken in, but the answer says that it was not: sent again, it is refused
        sandbox.faults(
            {
                "platform": "facebook",
                "call": "video_transfer",
                "fault": "error_after",
                "status": 503,
                "skip": 1,
            }
        )
    told = uploader.upload(Film(api, path))
    assert sandbox.posts() == []
    looks = [api.call("GET", [told["id"]], params={"fields": "status"}).json()["status"] for _ in range(3)]
    assert [look["video_status"] for look in looks] == ["processing", "processing", "ready"]
    (seen,) = sandbox.posts("facebook")
    assert (seen["title"], [sandbox.media(item["sha256"]) for item in seen["media"]]) == (
        "nattskiftet.mp4",
        [long_film],
    )
    assert [line["call"] for line in sandbox.ledger()] == ["video_start", "video_finish"]


def test_reading_back_page_by_page(page, api, picture):
    texts = [f"Inlägg {n}" for n in range(4)]
    for text in texts:
        page.create_feed(params={"message": text})
    photo = stage(api, picture)
    page.create_feed(params={"message": "Med bild", "attached_media": [{"media_fbid": photo}]})
    found = list(page.get_published_posts(fields=["message"], params={"limit": 2}))
    assert [post["message"] for post in found] == ["Med bild", *texts[::-1]]
    told = api.call("GET", (found[0]["id"],), params={"fields": "attachments{target{id}}"}).json()
    assert told["attachments"]["data"][0]["target"]["id"] == photo


def test_from_the_code_to_a_page_that_publishes(sandbox, account, monkeypatch):
    """The client has no dialog of its own: the code comes from the browser, and all other calls are the client's."""
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.addresses["FACEBOOK_GRAPH_URL"])
    app = FacebookAdsApi(FacebookSession(account["app_id"], account["app_secret"], "|".join(APPS["facebook"])),
                         api_version="v26.0")  # fmt: skip
    about = {"client_id": account["app_id"], "client_secret": account["app_secret"]}
    code = answered(sandbox, "facebook", {"answer": "yes", "account": PAGE, "declined": "read_insights"})[
        "code"
    ]
    fields = {**about, "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    short = app.call("GET", ("oauth", "access_token"), params=fields).json()["access_token"]
    exchange = {**about, "grant_type": "fb_exchange_token", "fb_exchange_token": short}
    long = app.call("GET", ("oauth", "access_token"), params=exchange).json()["access_token"]
    person = User("me", api=FacebookAdsApi(FacebookSession(account["app_id"], account["app_secret"], long),
                                           api_version="v26.0"))  # fmt: skip
    told = {one["permission"]: one["status"] for one in person.get_permissions()}
    assert (told["pages_manage_posts"], told["read_insights"]) == ("granted", "declined")
    (page,) = person.get_accounts()
    assert ("CREATE_CONTENT" in page["tasks"], page["name"]) == (True, "Seko")
    examined = app.call("GET", ("debug_token",), params={"input_token": page["access_token"]}).json()["data"]
    assert (examined["is_valid"], examined["expires_at"], examined["profile_id"]) == (True, 0, PAGE)
    publisher = FacebookAdsApi(FacebookSession(account["app_id"], account["app_secret"], page["access_token"]),
                               api_version="v26.0")  # fmt: skip
    Page(PAGE, api=publisher).create_feed(params={"message": "Ansluten"})
    assert [post["text"] for post in sandbox.posts("facebook")] == ["Ansluten"]
    assert person.api_get(fields=["name"])["name"] == "Övningspersonen"
    app.call("DELETE", (PERSON, "permissions"))
    with pytest.raises(FacebookRequestError) as ended:
        Page(PAGE, api=publisher).create_feed(params={"message": "Hej igen"})
    assert (ended.value.api_error_code(), ended.value.api_error_subcode()) == (190, 458)


def test_pages_of_a_business(sandbox, account, monkeypatch):
    sandbox.connect_facebook("1000002", "Förbundet")
    sandbox.describe("facebook", "1000002", business={"id": "900", "name": "Seko", "kind": "owned"})
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.addresses["FACEBOOK_GRAPH_URL"])
    token = signed_in(sandbox, "facebook", {"answer": "yes", "account": [PAGE, "1000002"]})["access_token"]
    api = FacebookAdsApi(
        FacebookSession(account["app_id"], account["app_secret"], token), api_version="v26.0"
    )
    person = User("me", api=api)
    assert [page["id"] for page in person.get_accounts()] == [PAGE]
    (business,) = person.get_businesses()
    assert [page["id"] for page in Business(business["id"], api=api).get_owned_pages()] == ["1000002"]
    assert list(Business(business["id"], api=api).get_client_pages()) == []


def test_comments_are_read_answered_hidden_and_taken_away(sandbox, page, api):
    post = PagePost(page.create_feed(params={"message": "Vad tycker ni?"})["id"], api=api)
    ids = [sandbox.comment("facebook", post["id"], text) for text in ("Bra!", "Dumheter")]
    found = post.get_comments(fields=["message", "from", "is_hidden"])
    assert [(one["id"], one["message"]) for one in found] == [(ids[0], "Bra!"), (ids[1], "Dumheter")]
    answer = Comment(ids[0], api=api).create_comment(params={"message": "Tack!"})
    assert [one["message"] for one in Comment(ids[0], api=api).get_comments(fields=["message"])] == ["Tack!"]
    Comment(ids[1], api=api).api_update(params={"is_hidden": True})
    assert Comment(ids[1], api=api).api_get(fields=["is_hidden"])["is_hidden"] is True
    Comment(answer["id"], api=api).api_delete()
    assert list(Comment(ids[0], api=api).get_comments()) == []


def test_changing_and_taking_down(sandbox, page, api):
    id = page.create_feed(params={"message": "Före"})["id"]
    post = PagePost(id, api=api)
    post.api_update(params={"message": "Efter"})
    assert [seen["text"] for seen in sandbox.posts()] == ["Efter"]
    post.api_delete()
    assert sandbox.posts() == []
    with pytest.raises(FacebookRequestError) as gone:
        post.api_get(fields=["message"])
    assert (gone.value.api_error_code(), gone.value.api_error_subcode()) == (100, 33)


def test_it_understands_the_refusals(sandbox, page):
    page.create_feed(params={"message": "Samma"})
    with pytest.raises(FacebookRequestError) as twice:
        page.create_feed(params={"message": "Samma"})
    assert (twice.value.api_error_code(), twice.value.api_error_subcode()) == (506, 1455006)
    for fault, code in (("expired_token", 190), ("rate_limited", 80001), ("forbidden", 200), ("refuse", 368)):
        sandbox.faults({"platform": "facebook", "call": "feed", "fault": fault})
        with pytest.raises(FacebookRequestError) as refused:
            page.create_feed(params={"message": "Annat"})
        assert refused.value.api_error_code() == code
    sandbox.faults({"platform": "facebook", "call": "feed", "fault": "error_after", "status": 503})
    with pytest.raises(FacebookRequestError) as outage:
        page.create_feed(params={"message": "Annat"})
    assert (outage.value.http_status(), outage.value.api_transient_error()) == (503, True)
    assert [post["text"] for post in sandbox.posts()] == ["Annat", "Samma"]


def test_a_wrong_secret_is_noticed(sandbox, account, monkeypatch):
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.addresses["FACEBOOK_GRAPH_URL"])
    api = FacebookAdsApi(
        FacebookSession(account["app_id"], "fel", account["page_token"]), api_version="v26.0"
    )
    with pytest.raises(FacebookRequestError, match="Invalid appsecret_proof"):
        Page(PAGE, api=api).create_feed(params={"message": "Hej"})
    assert sandbox.posts() == []
