"""How each platform tells an account: name, picture, followers, and the mark of somebody who is verified."""

import io

import pytest
import requests
from PIL import Image

from channels.sandbox import portraits
from tests.channels.sandbox.callers import SECONDS


def picture(address: str) -> Image.Image:
    answer = requests.get(address, timeout=SECONDS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content))


def test_x_tells_only_the_fields_that_are_asked_for(x):
    assert x.get("users/me").json() == {"data": {"id": "2000001", "name": "Seko", "username": "seko"}}
    x.sandbox.describe("x", x.account, followers=17, verified=True)
    x.say("Hej")
    told = x.get(
        "users/me", **{"user.fields": "profile_image_url,public_metrics,verified,verified_type,protected"}
    )
    data = told.json()["data"]
    assert picture(data.pop("profile_image_url")).size == (200, 200)
    assert data == {
        "id": "2000001", "name": "Seko", "username": "seko", "verified": True, "verified_type": "business",
        "protected": False, "public_metrics": {
            "followers_count": 17, "following_count": 0, "tweet_count": 1, "post_count": 1, "listed_count": 0,
            "like_count": 0, "media_count": 0,
        },
    }  # fmt: skip


def test_an_unverified_account_on_x_says_so(x):
    told = x.get("users/me", **{"user.fields": "verified,verified_type"}).json()["data"]
    assert (told["verified"], told["verified_type"]) == (False, "none")


def test_x_refuses_a_field_that_users_do_not_have(x):
    answer = x.get("users/me", **{"user.fields": "shoe_size"})
    assert (answer.status_code, "shoe_size" in answer.json()["errors"][0]["message"]) == (400, True)


def test_another_user_is_told_and_an_unknown_one_is_named(x, other_x):
    assert x.get(f"users/{other_x.account}").json()["data"]["username"] == "annan"
    (error,) = x.get("users/17").json()["errors"]
    assert (error["resource_type"], error["type"].rpartition("/")[2]) == ("user", "resource-not-found")


@pytest.mark.parametrize(
    ("spelling", "names"),
    [
        ("tweet", {"edit_history_tweet_ids", "referenced_tweets"}),
        ("post", {"edit_history_post_ids", "referenced_posts"}),
        (
            "both",
            {"edit_history_tweet_ids", "referenced_tweets", "edit_history_post_ids", "referenced_posts"},
        ),
    ],
)
def test_x_spells_in_either_way_or_both(x, spelling, names):
    included = {"tweet": {"tweets"}, "post": {"posts"}, "both": {"tweets", "posts"}}[spelling]
    x.sandbox.set(x_spelling=spelling)
    first = x.say("Ett").json()["data"]
    assert {name for name in first if name.startswith("edit_")} == {
        name for name in names if name.startswith("edit_")
    }
    second = x.say("Två", reply={"in_reply_to_tweet_id": first["id"]}).json()["data"]["id"]
    for field in ("tweet.fields", "post.fields"):
        for asked in ("referenced_tweets", "referenced_posts"):
            told = x.get(f"tweets/{second}", **{field: asked, "expansions": f"{asked}.id"}).json()
            assert set(told["data"]) == {"id", "text", *names}
            assert set(told["includes"]) == included


def test_youtube_tells_statistics_a_name_of_its_own_and_pictures(youtube, short_film):
    youtube.sandbox.describe("youtube", youtube.account, followers=321)
    youtube.upload(short_film, privacy="public")
    parts = "snippet,statistics,status,contentDetails"
    (told,) = youtube.get("channels", part=parts, mine="true").json()["items"]
    assert (told["snippet"]["title"], told["snippet"]["customUrl"]) == ("Seko", "@seko")
    assert told["statistics"] == {
        "viewCount": "0", "subscriberCount": "321", "hiddenSubscriberCount": False, "videoCount": "1"
    }  # fmt: skip
    assert told["status"]["longUploadsStatus"] == "allowed"
    assert {picture(one["url"]).size for one in told["snippet"]["thumbnails"].values()} == {(200, 200)}


def test_facebook_tells_a_page_to_itself(facebook):
    facebook.sandbox.describe("facebook", facebook.account, followers=5)
    told = facebook.get("me", fields="name,followers_count,fan_count,picture{url}").json()
    assert picture(told.pop("picture")["data"]["url"]).size == (200, 200)
    assert told == {"id": "1000001", "name": "Seko", "followers_count": 5, "fan_count": 5}


def test_pictures_are_the_same_each_time_and_different_for_different_ids():
    pictures = [
        portraits.draw(id, name) for id, name in (("1", "Seko"), ("1", "Seko"), ("2", "Seko"), ("1", "Övre"))
    ]
    assert (pictures[0] == pictures[1], len(set(pictures))) == (True, 3)


def test_nobody_has_no_picture(sandbox):
    for path in ("facebook/17", "myspace/1", "x/17"):
        assert requests.get(f"{sandbox.url}/bild/{path}.png", timeout=SECONDS).status_code == 404


@pytest.mark.parametrize("fact", [{"shoe_size": 45}, {"state": "sleepy"}])
def test_what_no_account_can_be_is_refused(x, fact):
    with pytest.raises(ValueError, match="no account can be this"):
        x.sandbox.describe("x", x.account, **fact)
    with pytest.raises(ValueError, match="no such account"):
        x.sandbox.describe("x", "17", followers=1)
    with pytest.raises(ValueError, match="nobody can be this"):
        x.sandbox.person(shoe_size=45)
    with pytest.raises(ValueError, match="no such setting"):
        x.sandbox.set(weather="fine")
