"""X's protocol: what it takes, what it tells, and what it refuses with its own words."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from requests import Response

from channels.sandbox.store import X_SCOPES, Store
from tests.channels.sandbox.callers import X
from tests.posts.media.phones import encoded, film, jpeg, scene

DAY = 24 * 3600
PROBLEMS = "https://api.x.com/2/problems/"
LINK = "https://www.seko.se/nyheter/2026/bangarden"


def small() -> bytes:
    return jpeg(scene(20, 20))


# -- posts


def test_a_text_becomes_a_post(x):
    answer = x.say("Hej från bangården")
    (post,) = x.seen()
    told = {"id": post["id"], "text": "Hej från bangården", "edit_history_tweet_ids": [post["id"]],
            "edit_history_post_ids": [post["id"]]}  # fmt: skip
    assert (answer.status_code, answer.json()) == (201, {"data": told})
    assert (post["text"], x.done()) == ("Hej från bangården", [("post", "public")])


def test_what_it_tells_has_short_links_and_escaped_marks_and_followers_see_the_words(x):
    text = f"Löner < priser & {LINK}"
    told = x.say(text).json()["data"]["text"]
    assert re.fullmatch(r"Löner &lt; priser &amp; https://t\.co/[0-9a-f]{10}", told)
    assert x.seen()[0]["text"] == text
    (listed,) = x.timeline(**{"tweet.fields": "entities"})["data"]
    assert (listed["text"], listed["entities"]["urls"][0]["expanded_url"]) == (told, LINK)


def test_the_longest_text_is_taken(x):
    assert x.say("å" * 280).status_code == 201
    assert x.say("漢" * 140).status_code == 201
    assert x.say("å" * 256 + " " + LINK).status_code == 201
    assert len(x.seen()) == 3


def test_pictures_with_descriptions_become_a_post(x, pictures):
    ids = [x.stage(picture) for picture in pictures]
    assert x.describe(ids[0], "Spår i kvällsljus").json() == {
        "data": {"id": ids[0], "associated_metadata": {"alt_text": {"text": "Spår i kvällsljus"}}}
    }
    assert x.seen() == []
    x.say("Fyra bilder", *ids)
    (post,) = x.seen()
    assert x.bytes_of(post) == pictures
    assert [item["alt"] for item in post["media"]] == ["Spår i kvällsljus", "", "", ""]


def test_a_picture_tells_its_size_and_key(x, picture):
    told = x.one_shot(picture).json()["data"]
    assert told.pop("expires_after_secs") in {DAY - 1, DAY}
    assert told == {
        "id": told["id"], "media_key": f"3_{told['id']}", "size": len(picture),
        "image": {"image_type": "image/jpeg", "w": 600, "h": 400},
    }  # fmt: skip
    assert x.done() == [("media_upload", "staged")]


def test_a_picture_may_come_as_base64(x, picture):
    body = {"media": base64.b64encode(picture).decode(), "media_category": "tweet_image"}
    id = x.call("POST", "2/media/upload", json=body).json()["data"]["id"]
    x.say("Hej", id)
    assert x.bytes_of(x.seen()[0]) == [picture]


def test_a_picture_alone_needs_no_words(x, picture):
    id = x.stage(picture)
    x.say(None, id)
    (post,) = x.seen()
    assert (post["text"], x.bytes_of(post)) == ("", [picture])


@pytest.mark.parametrize("form", ["multipart", "base64"])
def test_a_film_in_segments_goes_through_its_states(x, long_film, form):
    begun = x.begin(len(long_film)).json()["data"]
    assert begun == {"id": begun["id"], "media_key": f"13_{begun['id']}", "expires_after_secs": DAY}
    for index, at in enumerate(range(0, len(long_film), 1_000_000)):
        part = long_film[at : at + 1_000_000]
        if form == "multipart":
            x.append(begun["id"], index, part).raise_for_status()
        else:
            body = {"segment_index": index, "media": base64.b64encode(part).decode()}
            x.call("POST", f"2/media/upload/{begun['id']}/append", json=body).raise_for_status()
    finalized = x.finalize(begun["id"]).json()["data"]
    assert (finalized["size"], finalized["processing_info"]) == (
        len(long_film), {"state": "pending", "check_after_secs": 1}
    )  # fmt: skip
    states = [x.status(begun["id"])["state"] for _ in range(3)]
    assert states == ["in_progress", "in_progress", "succeeded"]
    x.say("Film", begun["id"])
    assert x.bytes_of(x.seen()[0]) == [long_film]


def test_segments_may_come_in_any_order_and_again(x, long_film):
    id = x.begin(len(long_film)).json()["data"]["id"]
    half = len(long_film) // 2
    x.append(id, 1, long_film[half:])
    x.append(id, 0, long_film[:half] + b"too much")
    x.append(id, 0, long_film[:half])
    x.finalize(id)
    x.sandbox.clock(60)
    x.say("Film", id)
    assert x.bytes_of(x.seen()[0]) == [long_film]


def test_finalizing_again_tells_the_same(x, short_film):
    id = x.stage_film(short_film)
    again = x.finalize(id).json()["data"]
    assert (again["id"], again["size"]) == (id, len(short_film))
    assert x.done() == [("media_initialize", "staged"), ("media_finalize", "staged")]


def test_a_thread_of_ones_own_is_allowed(x):
    first = x.say("Ett").json()["data"]["id"]
    assert x.say("Två", reply={"in_reply_to_tweet_id": first}).status_code == 201
    (second, _) = x.timeline(**{"tweet.fields": "referenced_tweets,conversation_id"})["data"]
    assert second["referenced_tweets"] == [{"type": "replied_to", "id": first}]
    assert second["conversation_id"] == first


# -- reading


def test_the_timeline_names_the_media_by_key(x, picture):
    id = x.stage(picture)
    x.describe(id, "Spår")
    post = x.say("Hej", id).json()["data"]["id"]
    told = x.timeline(**{"expansions": "attachments.media_keys", "media.fields": "alt_text,url"})
    assert told["data"][0]["attachments"] == {"media_keys": [f"3_{id}"]}
    (medium,) = told["includes"]["media"]
    assert medium["media_key"] == f"3_{id}"
    assert (medium["type"], medium["alt_text"]) == ("photo", "Spår")
    assert told["meta"] == {"result_count": 1, "newest_id": post, "oldest_id": post}


@pytest.mark.parametrize("name", ["tweet.fields", "post.fields"])
def test_fields_are_asked_for_under_either_name(x, name):
    x.say("Hej")
    assert "created_at" in x.timeline(**{name: "created_at"})["data"][0]
    assert "created_at" not in x.timeline()["data"][0]


def test_the_timeline_comes_newest_first_page_by_page(x):
    ids = [x.say(f"Inlägg {n}").json()["data"]["id"] for n in range(7)][::-1]
    first = x.timeline(max_results=5)
    second = x.timeline(max_results=5, pagination_token=first["meta"]["next_token"])
    assert [post["id"] for post in [*first["data"], *second["data"]]] == ids
    assert "next_token" not in second["meta"]


def test_the_timeline_starts_after_an_id_or_a_time(x):
    first = x.say("Ett").json()["data"]["id"]
    x.sandbox.clock(3600)
    second = x.say("Två").json()["data"]["id"]
    with Store(x.sandbox.data_dir) as store:
        since = datetime.fromtimestamp(store.now() - 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [post["id"] for post in x.timeline(since_id=first)["data"]] == [second]
    assert [post["id"] for post in x.timeline(until_id=second)["data"]] == [first]
    assert [post["id"] for post in x.timeline(start_time=since)["data"]] == [second]
    assert x.timeline(since_id=second) == {"meta": {"result_count": 0}}


def test_several_posts_are_looked_up_at_once_and_the_missing_named(x):
    id = x.say("Ett").json()["data"]["id"]
    told = x.get("tweets", ids=f"{id},17").json()
    assert [post["id"] for post in told["data"]] == [id]
    assert [(error["resource_id"], error["type"]) for error in told["errors"]] == [
        ("17", f"{PROBLEMS}resource-not-found")
    ]


def test_a_deleted_post_is_gone(x):
    id = x.say("Hej").json()["data"]["id"]
    assert x.delete(id).json() == {"data": {"deleted": True}}
    assert (x.seen(), x.done()[-1]) == ([], ("delete", "removed"))
    again = x.get(f"tweets/{id}")
    assert (again.status_code, again.json()["errors"][0]["title"]) == (200, "Not Found Error")


def test_me_is_the_account(x):
    assert x.get("users/me").json() == {"data": {"id": "2000001", "name": "Seko", "username": "seko"}}


# -- how often


def test_every_answer_tells_what_is_left_of_the_window(x):
    headers = [x.say(f"Inlägg {n}").headers for n in range(2)]
    assert [(h["x-rate-limit-limit"], h["x-rate-limit-remaining"]) for h in headers] == [
        ("100", "99"),
        ("100", "98"),
    ]
    assert int(headers[0]["x-rate-limit-reset"]) % 900 == 0
    assert "x-rate-limit-limit" in x.say("Hej", token="okänd").headers


def test_the_hundred_and_first_post_has_to_wait_for_the_next_window(x):
    with Store(x.sandbox.data_dir) as store:
        x.sandbox.clock(900 - store.now() % 900)  # a window has just begun, so that it does not end meanwhile
    for n in range(100):
        x.say(f"Inlägg {n}").raise_for_status()
    answer = x.say("Ett för mycket")
    body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
    assert (answer.status_code, answer.json()) == (429, body)
    assert (len(x.seen()), answer.headers["x-rate-limit-remaining"]) == (100, "0")
    with Store(x.sandbox.data_dir) as store:
        offset = float(store.setting("clock_offset", "0"))
        x.sandbox.clock(offset + int(answer.headers["x-rate-limit-reset"]) - store.now() + 1)
    assert x.say("Nu går det").status_code == 201


def test_limits_may_be_off(x):
    x.sandbox.enforce_limits(on=False)
    answers = [x.delete("17") for _ in range(52)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[-1].headers["x-rate-limit-remaining"] == "1"
    x.sandbox.enforce_limits(on=True)
    assert x.delete("17").status_code == 429


# -- what it refuses


def as_other(x: X) -> X:
    return X(x.sandbox, "2000002", x.sandbox.connect_x("2000002", "annan", "Annan")["access_token"])


def after_a_day(x: X) -> Response:
    id = x.stage(small())
    token = x.token_with("access", X_SCOPES)
    x.sandbox.clock(DAY + 1)
    return x.say("Hej", id, token=token)


def with_a_film_in_processing(x: X) -> Response:
    return x.say("Hej", x.stage_film(film(seconds=0.2, sound=None)))


def with_a_picture_and_a_film(x: X) -> Response:
    id = x.stage_film(film(seconds=0.2, sound=None))
    x.sandbox.clock(60)
    return x.say("Hej", x.stage(small()), id)


def the_same_again(x: X) -> Response:
    x.say("Samma sak på Å")
    return x.say(" Samma sak på A\u030a ")


def the_same_with_the_same_picture(x: X) -> Response:
    id = x.stage(small())
    x.say("Samma sak på Å", id)
    return x.say("Samma sak på Å", id)


def reply_to_another(x: X) -> Response:
    theirs = as_other(x).say("Fråga").json()["data"]["id"]
    return x.say("Svar", reply={"in_reply_to_tweet_id": theirs})


def delete_of_another(x: X) -> Response:
    return x.delete(as_other(x).say("Fråga").json()["data"]["id"])


def finalized_with_too_little(x: X) -> Response:
    id = x.begin(1000).json()["data"]["id"]
    x.append(id, 0, b"a" * 999)
    return x.finalize(id)


def a_text_as_a_film(x: X) -> Response:
    id = x.begin(1000).json()["data"]["id"]
    x.append(id, 0, b"a" * 1000)
    return x.finalize(id)


def a_picture_as_a_film(x: X) -> Response:
    id = x.begin(len(small())).json()["data"]["id"]
    x.append(id, 0, small())
    return x.finalize(id)


def append_to_anothers(x: X) -> Response:
    return x.append(as_other(x).begin(1000).json()["data"]["id"], 0, b"a")


def append_after_the_end(x: X) -> Response:
    id = x.stage_film(film(seconds=0.2, sound=None))
    return x.append(id, 1, b"a")


def problem(status: int, title: str, detail: str, type: str = "about:blank") -> dict[str, object]:
    return {"title": title, "detail": detail, "type": type, "status": status}


def forbidden(detail: str) -> dict[str, object]:
    return problem(403, "Forbidden", detail)


UNAUTHORIZED = problem(401, "Unauthorized", "Unauthorized")
NO_SCOPE = problem(
    403, "Forbidden", "The token lacks the scope for this endpoint.", f"{PROBLEMS}not-authorized-for-resource"
) | {"resource_type": "tweet"}
DUPLICATE = forbidden("You are not allowed to create a Tweet with duplicate content.")
MEDIA_IDS = "Your media IDs are invalid."
TOO_LONG = "Your Tweet text is too long. For more information, see the documentation."
UNKNOWN_MEDIA = "The media ID provided is invalid or expired."
INDEX = "$.segment_index: must be between 0 and 999"

# A problem in full, or the message of an invalid request.
Case = tuple[Callable[[X], Response], int, dict[str, object] | str]
REFUSALS: dict[str, Case] = {
    "no token": (lambda x: x.say("Hej", token=""), 401, UNAUTHORIZED),
    "an unknown token": (lambda x: x.say("Hej", token="hittepa"), 401, UNAUTHORIZED),
    "a refresh token": (lambda x: x.say("Hej", token=x.token_with("refresh", X_SCOPES)), 401, UNAUTHORIZED),
    "no right to write": (
        lambda x: x.say("Hej", token=x.token_with("access", ("tweet.read", "users.read"))), 403, NO_SCOPE
    ),
    "no right to media": (
        lambda x: x.one_shot(small(), token=x.token_with("access", ("tweet.write",))), 403, NO_SCOPE
    ),
    "nothing to say": (lambda x: x.say("  "), 400, "Your Tweet text is missing."),
    "a text that is none": (lambda x: x.say(text=17), 400, "Your Tweet text is missing."),
    "one letter too many": (lambda x: x.say("å" * 281), 400, TOO_LONG),
    "one heavy letter too many": (lambda x: x.say("漢" * 140 + "."), 400, TOO_LONG),
    "too long with its link": (lambda x: x.say("å" * 257 + " " + LINK), 400, TOO_LONG),
    "an unknown field": (
        lambda x: x.say("Hej", schedule="2026-12-01"), 400,
        "$.schedule: is not defined in the schema and the schema does not allow additional properties",
    ),
    "two cashtags": (
        lambda x: x.say("$VOLV och $SEB"), 403, forbidden("A post may contain a maximum of one cashtag.")
    ),
    "five pictures": (
        lambda x: x.say("Hej", "1", "2", "3", "4", "5"), 400,
        "$.media.media_ids: there must be a maximum of 4 items in the array",
    ),
    "media ids that are no list": (
        lambda x: x.call("POST", "2/tweets", json={"text": "Hej", "media": {"media_ids": "17"}}), 400,
        "$.media.media_ids: is not an array",
    ),
    "an unknown picture": (lambda x: x.say("Hej", "17"), 400, MEDIA_IDS),
    "another's picture": (lambda x: x.say("Hej", as_other(x).stage(small())), 400, MEDIA_IDS),
    "a picture a day old": (after_a_day, 400, MEDIA_IDS),
    "a film in processing": (with_a_film_in_processing, 400, MEDIA_IDS),
    "an unfinished film": (lambda x: x.say("Hej", x.begin(10).json()["data"]["id"]), 400, MEDIA_IDS),
    "a picture and a film": (
        with_a_picture_and_a_film, 400, "You may attach up to 4 photos, or 1 animated GIF, or 1 video."
    ),
    "the same text again": (the_same_again, 403, DUPLICATE),
    "the same text and picture again": (the_same_with_the_same_picture, 403, DUPLICATE),
    "a reply to another": (
        reply_to_another, 403,
        forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
            "the author of the post you are replying to."
        ),
    ),
    "a reply to nothing": (
        lambda x: x.say("Svar", reply={"in_reply_to_tweet_id": "17"}), 403,
        forbidden("You attempted to reply to a Tweet that is deleted or not visible to you."),
    ),
    "deleting an unknown post": (
        lambda x: x.delete("17"), 404,
        problem(404, "Not Found Error", "Could not find tweet with id: [17].", f"{PROBLEMS}resource-not-found"),
    ),
    "deleting another's post": (
        delete_of_another, 403, forbidden("You are not authorized to delete this Tweet.")
    ),
    "a picture without category": (
        lambda x: x.one_shot(small(), None), 400, "$.media_category: is missing but it is required"
    ),
    "a text as a picture": (lambda x: x.one_shot(b"<html>"), 400, "media type unrecognized."),
    "a TIFF": (
        lambda x: x.one_shot(encoded(scene(20, 20), "TIFF")), 400,
        "$.media_type: does not have a value in the enumeration",
    ),
    "a picture over 5 MB": (
        lambda x: x.one_shot(small() + bytes(5 * 1024 * 1024)), 400, "File size exceeds 5242880 bytes."
    ),
    "a picture announced over 5 MB": (
        lambda x: x.begin(5 * 1024 * 1024 + 1, "image/jpeg", "tweet_image"), 400, "File size exceeds 5242880 bytes."
    ),
    "a film announced over 8 GB": (lambda x: x.begin(8 * 1024**3 + 1), 400, "File size exceeds 8589934592 bytes."),
    "no base64": (
        lambda x: x.call("POST", "2/media/upload", json={"media": "å", "media_category": "tweet_image"}), 400,
        "$.media: is not valid base64",
    ),
    "no bytes": (
        lambda x: x.call("POST", "2/media/upload", json={"media_category": "tweet_image"}), 400,
        "$.media: is missing but it is required",
    ),
    "a film of no size": (lambda x: x.begin(None), 400, "$.total_bytes: is missing but it is required"),
    "a film of another kind": (
        lambda x: x.begin(1000, "text/html", ""), 400, "$.media_type: does not have a value in the enumeration"
    ),
    "a segment for another's film": (append_to_anothers, 400, UNKNOWN_MEDIA),
    "a segment after the end": (append_after_the_end, 400, INDEX),
    "a segment numbered 1000": (
        lambda x: x.append(x.begin(1000).json()["data"]["id"], 1000, b"a"), 400, INDEX
    ),
    "a segment over 8 MB": (
        lambda x: x.append(x.begin(10**9).json()["data"]["id"], 0, bytes(8 * 1024 * 1024 + 1)), 413,
        problem(413, "Payload Too Large", "The media chunk is too large."),
    ),
    "too few bytes": (
        finalized_with_too_little, 400, "Segments do not add up to provided total file size."
    ),
    "a text as a film": (a_text_as_a_film, 400, "media type unrecognized."),
    "a picture as a film": (a_picture_as_a_film, 400, "media type unrecognized."),
    "an unknown medium": (lambda x: x.finalize("17"), 400, UNKNOWN_MEDIA),
    "too long a description": (
        lambda x: x.describe(x.stage(small()), "a" * 1001), 400,
        "$.metadata.alt_text.text: must be at most 1000 characters long",
    ),
    "an empty description": (
        lambda x: x.describe(x.stage(small()), ""), 400, "$.metadata.alt_text.text: is missing but it is required"
    ),
    "a description of another's picture": (
        lambda x: x.describe(as_other(x).stage(small()), "Spår"), 400, UNKNOWN_MEDIA
    ),
    "too few results": (
        lambda x: x.get("users/2000001/tweets", max_results=4), 400,
        "The `max_results` query parameter value [4] is not between 5 and 100",
    ),
    "a time that is none": (
        lambda x: x.get("users/2000001/tweets", start_time="igår"), 400,
        "The `start_time` query parameter value [igår] is not a valid time",
    ),
    "an old description that is no object": (
        lambda x: x.call("POST", "1.1/media/metadata/create.json", json=["17"]), 400,
        "$.metadata.alt_text.text: is missing but it is required",
    ),
    "an old command that is none": (
        lambda x: x.call("POST", "1.1/media/upload.json", data={"command": "BEGIN"}), 400,
        "command is not one of INIT, APPEND, FINALIZE, STATUS",
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSALS)
def test_it_refuses_with_its_own_words_and_publishes_nothing(x, why):
    act, status, told = REFUSALS[why]
    answer = act(x)
    body = answer.json()
    if isinstance(told, str):
        assert (answer.status_code, [error["message"] for error in body["errors"]]) == (status, [told])
        assert (body["title"], body["type"]) == ("Invalid Request", f"{PROBLEMS}invalid-request")
    else:
        assert (answer.status_code, body) == (status, told)
        assert answer.headers["Content-Type"] == "application/problem+json"
    shown_before = ["Samma sak på Å"] if "again" in why else []
    assert [post["text"] for post in x.seen()] == shown_before


def test_a_token_lives_two_hours(x):
    x.sandbox.clock(7199)
    assert x.say("Ett").status_code == 201
    x.sandbox.clock(7200)
    answer = x.say("Två")
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    assert [post["text"] for post in x.seen()] == ["Ett"]


def test_the_same_may_be_said_again_a_day_later_or_when_the_first_is_gone(x):
    first = x.say("Samma").json()["data"]["id"]
    x.delete(first)
    assert x.say("Samma").status_code == 201
    token = x.token_with("access", X_SCOPES)
    x.sandbox.clock(DAY - 60)
    assert x.say("Samma", token=token).status_code == 403
    x.sandbox.clock(DAY + 60)
    assert x.say("Samma", token=token).status_code == 201


def test_no_secret_is_in_the_ledger(x, picture):
    x.say("Hej", x.stage(picture))
    assert x.token not in json.dumps(x.sandbox.ledger())
