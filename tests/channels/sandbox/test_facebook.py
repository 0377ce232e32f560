"""Facebook's protocol: what it takes, what it tells, and what it refuses with its own words."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable

import pytest
import requests
from requests import Response

from channels.sandbox.store import FACEBOOK_SCOPES, Store
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.callers import Facebook, graph_error
from tests.posts.media.phones import encoded, jpeg, scene

DAY = 24 * 3600


# -- texts and links


def test_a_text_becomes_a_post(facebook):
    answer = facebook.say("Hej från bangården i Umeå 🚂")
    assert (answer.status_code, list(answer.json())) == (200, ["id"])
    assert re.fullmatch(r"1000001_\d{15}", answer.json()["id"])
    (post,) = facebook.seen()
    assert (post["id"], post["text"], post["media"]) == (
        answer.json()["id"],
        "Hej från bangården i Umeå 🚂",
        [],
    )
    assert facebook.done() == [("feed", "public")]


def test_the_ledger_tells_what_was_published_without_secrets(facebook):
    id = facebook.say("Hej").json()["id"]
    (line,) = facebook.sandbox.ledger()
    digest, at, received_at = line.pop("digest"), line.pop("at"), line.pop("received_at")
    assert isinstance(line.pop("n"), int)
    assert line == {
        "platform": "facebook", "call": "feed", "effect": "public", "account": "1000001",
        "ids": {"post": id, "media": ""}, "text": "Hej", "media": [],
    }  # fmt: skip
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert 0 <= at - received_at < 60
    assert facebook.token not in json.dumps(facebook.sandbox.ledger())


def test_the_digest_tells_the_same_request_with_another_token(facebook):
    facebook.say("Hej")
    facebook.delete(facebook.seen()[0]["id"])
    facebook.say("Hej", access_token=facebook.token_with("page", FACEBOOK_SCOPES))
    facebook.say("Hej igen")
    first, second, third = facebook.sandbox.ledger(effect="public")
    assert first["digest"] == second["digest"]
    assert first["digest"] != third["digest"]


@pytest.mark.parametrize("version", ["/v26.0", "/v20.0", ""])
def test_the_version_in_the_path_may_be_any_or_none(facebook, version):
    answer = facebook.call("POST", f"../{version}/{facebook.account}/feed", message="Hej")
    assert (answer.status_code, answer.headers["facebook-api-version"]) == (200, "v26.0")


def test_fields_come_back_with_the_write_if_asked_for(facebook):
    told = facebook.say("Hej", fields="id,permalink_url,is_published,application").json()
    (post,) = facebook.seen()
    assert told == {
        "id": post["id"], "permalink_url": post["url"], "is_published": True,
        "application": {"id": "100200300400500", "name": "Seko Social", "link": facebook.sandbox.url},
    }  # fmt: skip


def test_a_link_is_told_with_its_own_address_behind_the_shim(facebook):
    id = facebook.say("", link="https://www.seko.se/nyheter?a=1").json()["id"]
    node = facebook.get(id, fields="message,attachments{media_type,url,unshimmed_url}").json()
    (attachment,) = node["attachments"]["data"]
    assert "message" not in node
    assert (attachment["media_type"], attachment["unshimmed_url"]) == (
        "link",
        "https://www.seko.se/nyheter?a=1",
    )
    assert attachment["url"].startswith("https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.seko.se")
    assert facebook.seen()[0]["link"] == "https://www.seko.se/nyheter?a=1"


def test_the_longest_text_is_taken(facebook):
    assert facebook.say("å" * 63_206).status_code == 200
    assert len(facebook.seen()[0]["text"]) == 63_206


def test_headers_tell_the_use(facebook):
    headers = facebook.get("me").headers
    assert json.loads(headers["X-App-Usage"]) == {"call_count": 1, "total_time": 1, "total_cputime": 1}
    (use,) = json.loads(headers["X-Business-Use-Case-Usage"])["1000001"]
    assert (use["type"], use["estimated_time_to_regain_access"]) == ("pages", 0)


def test_a_scheduled_post_is_seen_when_its_time_has_come(facebook, sandbox):
    with Store(sandbox.data_dir) as store:
        at = int(store.now()) + 3600
    id = facebook.say("Sen", published="false", scheduled_publish_time=at).json()["id"]
    assert (facebook.seen(), facebook.done()) == ([], [("feed", "staged")])
    sandbox.clock(3700)
    assert [post["id"] for post in facebook.seen()] == [id]


def test_an_unpublished_post_is_seen_when_it_is_published(facebook):
    id = facebook.say("Ännu inte", published="false").json()["id"]
    assert (facebook.seen(), facebook.get(id, fields="is_published").json()["is_published"]) == ([], False)
    assert facebook.post(id, is_published="true").json() == {"success": True}
    assert [post["id"] for post in facebook.seen()] == [id]


# -- photos


def test_a_staged_photo_is_seen_by_nobody(facebook, picture):
    answer = facebook.photo(picture, published="false", alt_text_custom="En bangård")
    assert list(answer.json()) == ["id"]
    assert (facebook.seen(), facebook.done()) == ([], [("photo", "staged")])


@pytest.mark.parametrize("form", ["one list", "numbered fields"])
def test_staged_photos_become_one_post_in_order(facebook, pictures, form):
    photos = [facebook.stage(item, alt_text_custom=f"Bild {n}") for n, item in enumerate(pictures)]
    if form == "one list":
        answer = facebook.say_with("Fyra bilder", *photos)
    else:
        fields = {f"attached_media[{n}]": json.dumps({"media_fbid": id}) for n, id in enumerate(photos)}
        answer = facebook.say("Fyra bilder", **fields)
    (post,) = facebook.seen()
    assert (post["id"], facebook.bytes_of(post)) == (answer.json()["id"], pictures)
    assert [item["alt"] for item in post["media"]] == ["Bild 0", "Bild 1", "Bild 2", "Bild 3"]
    assert facebook.done() == [*[("photo", "staged")] * 4, ("feed", "public")]


def test_a_post_tells_which_photos_are_in_it_and_a_photo_in_which_post(facebook, pictures):
    photos = [facebook.stage(item) for item in pictures[:2]]
    id = facebook.say_with("Två", *photos).json()["id"]
    fields = "attachments{media_type,target{id},subattachments{target{id}}}"
    (album,) = facebook.get(id, fields=fields).json()["attachments"]["data"]
    assert album["media_type"] == "album"
    assert [part["target"]["id"] for part in album["subattachments"]["data"]] == photos
    assert facebook.get(photos[1], fields="page_story_id").json() == {"page_story_id": id, "id": photos[1]}


def test_a_single_photo_is_the_attachment_itself(facebook, picture):
    photo = facebook.stage(picture)
    id = facebook.say_with("En", photo).json()["id"]
    (attachment,) = facebook.get(id, fields="attachments").json()["attachments"]["data"]
    assert (attachment["media_type"], attachment["target"]["id"]) == ("photo", photo)


def test_a_photo_in_one_step_is_a_post(facebook, picture):
    told = facebook.photo(picture, caption="Bangården", alt_text_custom="Spår").json()
    (post,) = facebook.seen()
    assert (post["id"], post["text"], facebook.bytes_of(post)) == (told["post_id"], "Bangården", [picture])
    assert facebook.get(told["id"], fields="alt_text_custom").json()["alt_text_custom"] == "Spår"


def test_the_same_text_with_photos_is_no_duplicate(facebook, picture):
    for _ in range(2):
        assert facebook.say_with("Samma", facebook.stage(picture)).status_code == 200
    assert len(facebook.seen()) == 2


# -- films


def test_a_film_in_chunks_is_seen_when_it_has_been_processed(facebook, long_film):
    session = facebook.film("start", file_size=len(long_film)).json()
    assert (session["start_offset"], session["end_offset"]) == ("0", "1048576")
    assert facebook.status(session["video_id"]) == "uploading"
    offsets = [
        facebook.send(session, at, long_film[at : at + 1_048_576]).json()
        for at in range(0, len(long_film), 1_048_576)
    ]
    assert offsets[-1] == {"start_offset": str(len(long_film)), "end_offset": str(len(long_film))}
    assert facebook.finish(session, title="Nattskiftet", description="Så här var det.").json() == {
        "success": True
    }
    assert facebook.seen() == []
    assert [facebook.status(session["video_id"]) for _ in range(3)] == ["processing", "processing", "ready"]
    (post,) = facebook.seen()
    assert (post["title"], post["text"], facebook.bytes_of(post)) == (
        "Nattskiftet",
        "Så här var det.",
        [long_film],
    )
    assert facebook.done() == [("video_start", "staged"), ("video_finish", "public")]


def test_a_film_tells_its_post_when_it_is_ready_and_not_before(facebook, short_film):
    session = facebook.upload(short_film)
    facebook.finish(session)
    fields = "status,published,post_id"
    looks = [facebook.get(session["video_id"], fields=fields).json() for _ in range(3)]
    assert [(look["published"], "post_id" in look) for look in looks] == [
        (False, False),
        (False, False),
        (True, True),
    ]
    assert looks[2]["post_id"] == facebook.seen()[0]["id"]
    assert looks[2]["status"]["publishing_phase"]["publish_status"] == "published"


def test_a_film_in_one_go(facebook, short_film):
    answer = facebook.post("me/videos", description="Hel", files={"source": ("film.mp4", short_film)})
    facebook.sandbox.clock(60)
    (post,) = facebook.seen()
    assert facebook.get(answer.json()["id"], fields="post_id").json()["post_id"] == post["id"]
    assert facebook.bytes_of(post) == [short_film]


def test_an_unpublished_film_stays_unseen(facebook, short_film):
    session = facebook.upload(short_film)
    facebook.finish(session, published="false")
    facebook.sandbox.clock(60)
    status = facebook.get(session["video_id"], fields="status").json()["status"]
    assert (facebook.seen(), status["publishing_phase"]["publish_status"]) == ([], "draft")
    assert facebook.done() == [("video_start", "staged"), ("video_finish", "staged")]


def test_a_cancelled_film_is_gone(facebook, short_film):
    session = facebook.upload(short_film)
    answer = facebook.film("cancel", upload_session_id=session["upload_session_id"])
    assert answer.json() == {"success": True}
    assert graph_error(facebook.finish(session))["code"] == 6001
    assert graph_error(facebook.get(session["video_id"]))["error_subcode"] == 33
    assert facebook.seen() == []


def test_a_wrong_offset_tells_where_to_go_on(facebook, long_film):
    session = facebook.film("start", file_size=len(long_film)).json()
    facebook.send(session, 0, long_film[:1_000_000])
    error = graph_error(facebook.send(session, 0, long_film[:1_000_000]))
    assert (error["code"], error["error_subcode"], error["is_transient"]) == (6000, 1363037, True)
    assert error["error_data"] == {"start_offset": "1000000", "end_offset": "2048576"}
    facebook.send(session, 1_000_000, long_film[1_000_000:])
    facebook.finish(session)
    facebook.sandbox.clock(60)
    assert facebook.bytes_of(facebook.seen()[0]) == [long_film]


def test_a_finish_that_is_refused_can_be_made_again(facebook, short_film):
    session = facebook.upload(short_film)
    assert graph_error(facebook.finish(session, description="a" * 63_207))["code"] == 100
    assert facebook.finish(session, description="Kortare").json() == {"success": True}
    facebook.sandbox.clock(60)
    assert [post["text"] for post in facebook.seen()] == ["Kortare"]


def test_a_film_is_finished_once(facebook, short_film):
    session = facebook.upload(short_film)
    facebook.finish(session)
    assert graph_error(facebook.finish(session))["code"] == 6001
    facebook.sandbox.clock(60)
    assert len(facebook.seen()) == 1


# -- reading, changing, taking down


def test_published_posts_come_newest_first_page_by_page(facebook):
    ids = [facebook.say(f"Inlägg {n}").json()["id"] for n in range(5)]
    first = facebook.get("me/published_posts", fields="id", limit=2).json()
    assert [post["id"] for post in first["data"]] == [ids[4], ids[3]]
    after = first["paging"]["cursors"]["after"]
    second = facebook.get("me/published_posts", fields="id", limit=10, after=after).json()
    assert [post["id"] for post in second["data"]] == [ids[2], ids[1], ids[0]]
    assert ("next" in first["paging"], "next" in second["paging"]) == (True, False)
    assert facebook.get("me/published_posts", after=5).json() == {"data": []}


def test_published_posts_leave_out_what_is_unpublished_or_older_than_asked(facebook, sandbox, picture):
    facebook.say("Gammalt")
    facebook.say("Ännu inte", published="false")
    facebook.stage(picture)
    sandbox.clock(3600)
    id = facebook.say("Nytt").json()["id"]
    with Store(sandbox.data_dir) as store:
        since = int(store.now()) - 60
    listed = facebook.get("me/published_posts", since=since).json()["data"]
    assert [(post["id"], post["message"]) for post in listed] == [(id, "Nytt")]


def test_editing_changes_the_words_and_nothing_else(facebook, picture):
    id = facebook.say_with("Före", facebook.stage(picture)).json()["id"]
    assert facebook.post(id, message="Efter").json() == {"success": True}
    (post,) = facebook.seen()
    assert (post["id"], post["text"], facebook.bytes_of(post)) == (id, "Efter", [picture])
    assert facebook.done()[-1] == ("edit", "changed")


@pytest.mark.parametrize("ending", ["", "/"])
def test_a_deleted_post_is_gone_with_its_photos(facebook, picture, ending):
    photo = facebook.stage(picture)
    id = facebook.say_with("Hej", photo).json()["id"]
    assert facebook.delete(id + ending).json() == {"success": True}
    assert facebook.seen() == []
    assert {graph_error(facebook.get(gone))["error_subcode"] for gone in (id, photo)} == {33}
    assert graph_error(facebook.delete(id))["error_subcode"] == 33
    assert facebook.done()[-1] == ("delete", "removed")


def test_a_deleted_film_takes_its_post_with_it(facebook, short_film):
    session = facebook.upload(short_film)
    facebook.finish(session)
    facebook.sandbox.clock(60)
    assert len(facebook.seen()) == 1
    facebook.delete(session["video_id"])
    assert facebook.seen() == []


def test_a_field_that_a_photo_or_film_never_has_is_refused(facebook, picture, short_film):
    film = facebook.upload(short_film)["video_id"]
    for id, field, kind in (
        (facebook.stage(picture), "published", "Photo"),
        (film, "page_story_id", "Video"),
    ):
        error = graph_error(facebook.get(id, fields=f"from,{field}"))
        assert error["code"] == 100
        assert error["message"] == f"(#100) Tried accessing nonexisting field ({field}) on node type ({kind})"
        assert facebook.get(id, fields="from").json() == {"id": id, "from": {"id": facebook.account}}


def test_me_is_the_page(facebook):
    told = facebook.get("me", fields="id,name,link").json()
    assert told == {"id": "1000001", "name": "Seko", "link": f"{facebook.sandbox.url}/sidor/facebook/1000001"}


def test_the_token_may_come_as_a_header(facebook):
    answer = facebook.get("me", access_token=None)
    assert graph_error(answer)["code"] == 104
    for scheme in ("Bearer", "OAuth"):
        headers = {"Authorization": f"{scheme} {facebook.token}"}
        answer = requests.get(f"{facebook.sandbox.url}/facebook/v26.0/me", headers=headers, timeout=20)
        assert answer.json()["id"] == "1000001"


# -- what it refuses


def of_another_page(facebook: Facebook) -> str:
    return facebook.sandbox.connect_facebook("1000002", "Annan sida")["page_token"]


def with_user_token(facebook: Facebook) -> Response:
    return facebook.say("Hej", access_token=facebook.token_with("user", FACEBOOK_SCOPES))


def without_permission(facebook: Facebook) -> Response:
    return facebook.say("Hej", access_token=facebook.token_with("page", ("pages_read_engagement",)))


def with_a_photo_of_another_page(facebook: Facebook) -> Response:
    other = Facebook(facebook.sandbox, "1000002", of_another_page(facebook))
    return facebook.say_with("Hej", other.stage(jpeg(scene(20, 20))))


def with_a_photo_a_day_old(facebook: Facebook) -> Response:
    photo = facebook.stage(jpeg(scene(20, 20)))
    facebook.sandbox.clock(DAY + 1)
    return facebook.say_with("Hej", photo)


def with_a_photo_posted_before(facebook: Facebook) -> Response:
    photo = facebook.stage(jpeg(scene(20, 20)))
    facebook.say_with("Hej", photo)
    return facebook.say_with("Hej igen", photo)


def the_same_again(facebook: Facebook) -> Response:
    facebook.say("Samma sak")
    return facebook.say("Samma sak")


def finished_too_early(facebook: Facebook) -> Response:
    session = facebook.film("start", file_size=1000).json()
    facebook.send(session, 0, b"a" * 400)
    return facebook.finish(session)


def more_than_was_told(facebook: Facebook) -> Response:
    session = facebook.film("start", file_size=1000).json()
    return facebook.send(session, 0, b"a" * 1001)


def not_a_film_in_chunks(facebook: Facebook) -> Response:
    return facebook.finish(facebook.upload(b"This is no film." * 100))


def secret_demanded(facebook: Facebook) -> Response:
    facebook.sandbox.demand_proof()
    return facebook.say("Hej")


FORBIDDEN = {
    "message": "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin "
    "with sufficient administrative permission",
    "type": "OAuthException",
    "code": 200,
}
NOT_A_FILM = {
    "message": "There was a problem uploading your video file. Please try again with another file.",
    "type": "OAuthException",
    "code": 6000,
    "error_subcode": 1363026,
    "error_user_title": "Unsupported Video Format",
    "error_user_msg": "The video file you selected is in a format that we don't support.",
}
PHOTO_GONE = {
    "message": "Invalid parameter", "type": "OAuthException", "code": 100, "error_subcode": 2069019,
    "error_user_title": "Photo not found", "error_user_msg": "One of the photos does not exist any more.",
}  # fmt: skip
NOT_AN_IMAGE = {
    "message": "(#324) Missing or invalid image file", "type": "OAuthException", "code": 324, "error_subcode": 2069019
}  # fmt: skip


def plain(code: int, message: str, kind: str = "OAuthException", **more: object) -> dict[str, object]:
    return {"message": message, "type": kind, "code": code, **more}


def gone(id: str, verb: str = "get") -> dict[str, object]:
    message = (
        f"Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return plain(100, message, "GraphMethodException", error_subcode=33)


def offset_error(start: int, end: int) -> dict[str, object]:
    return NOT_A_FILM_TEXT | {
        "error_subcode": 1363037, "is_transient": True,
        "error_data": {"start_offset": str(start), "end_offset": str(end)},
    }  # fmt: skip


NOT_A_FILM_TEXT = {name: NOT_A_FILM[name] for name in ("message", "type", "code")}
NO_SESSION = plain(
    6001, "(#6001) There was a problem uploading your video file. Please try again.", error_subcode=1363019,
    is_transient=False,
)  # fmt: skip

Case = tuple[Callable[[Facebook], Response], int, dict[str, object]]
REFUSALS: dict[str, Case] = {
    "no token": (
        lambda fb: fb.say("Hej", access_token=None), 400,
        plain(104, "An access token is required to request this resource."),
    ),
    "an unknown token": (
        lambda fb: fb.say("Hej", access_token="EAAhittepa"), 400,
        plain(190, "Invalid OAuth access token - Cannot parse access token"),
    ),
    "another page's token": (lambda fb: fb.say("Hej", access_token=of_another_page(fb)), 403, FORBIDDEN),
    "a person's token": (with_user_token, 403, FORBIDDEN),
    "a declined permission": (without_permission, 403, FORBIDDEN),
    "a wrong proof": (
        lambda fb: fb.say("Hej", appsecret_proof="0" * 64), 400,
        plain(100, "Invalid appsecret_proof provided in the API argument", "GraphMethodException"),
    ),
    "a proof in other letters": (
        lambda fb: fb.say("Hej", appsecret_proof="å"),
        400,
        plain(100, "Invalid appsecret_proof provided in the API argument", "GraphMethodException"),
    ),
    "a demanded proof": (
        secret_demanded, 400,
        plain(100, "API calls from the server require an appsecret_proof argument", "GraphMethodException"),
    ),
    "an unknown page": (lambda fb: fb.post("999/feed", message="Hej"), 400, gone("999", "post")),
    "nothing to say": (lambda fb: fb.say(""), 400, plain(100, "(#100) Missing message or attachment")),
    "too long a text": (
        lambda fb: fb.say("a" * 63_207), 400, plain(100, "(#100) Param message must be at most 63206 characters long.")
    ),
    "a broken link": (
        lambda fb: fb.say("", link="seko.se"), 400,
        plain(100, "(#100) link URL is not properly formatted", error_subcode=2061006),
    ),
    "the same text again": (
        the_same_again, 400,
        plain(
            506, "(#506) Duplicate status message", error_subcode=1455006,
            error_user_title="Duplicate Status Update",
            error_user_msg="This status update is identical to the last one you posted. Try posting something "
            "different, or delete your previous update.",
        ),
    ),
    "attached_media that is no JSON": (
        lambda fb: fb.say("Hej", attached_media="[{"), 400, plain(100, "(#100) Invalid parameter")
    ),
    "attached_media without an id": (
        lambda fb: fb.say("Hej", attached_media='[{"id": "1"}]'), 400,
        plain(100, "(#100) Param attached_media must contain media_fbid"),
    ),
    "an unknown photo": (lambda fb: fb.say_with("Hej", "1"), 400, PHOTO_GONE),
    "another page's photo": (with_a_photo_of_another_page, 400, PHOTO_GONE),
    "a photo after a day": (with_a_photo_a_day_old, 400, PHOTO_GONE),
    "a photo posted before": (
        with_a_photo_posted_before, 400, plain(100, "These photos were already posted.", error_subcode=1366051)
    ),
    "no file": (lambda fb: fb.post("me/photos"), 400, plain(324, "(#324) Requires upload file")),
    "a text as a photo": (lambda fb: fb.photo(b"<html>"), 400, NOT_AN_IMAGE),
    "a cut photo": (lambda fb: fb.photo(jpeg(scene(600, 400))[:9000]), 400, NOT_AN_IMAGE),
    "WebP as a photo": (lambda fb: fb.photo(encoded(scene(60, 40), "WEBP")), 400, NOT_AN_IMAGE),
    "a photo over 10 MB": (
        lambda fb: fb.photo(jpeg(scene(60, 40)) + bytes(10 * 1024 * 1024)), 400,
        plain(
            100, "Invalid parameter", error_subcode=1366046, error_user_title="Can't Read Files",
            error_user_msg="Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG or "
            "PNG.",
        ),
    ),
    "no size for a film": (
        lambda fb: fb.film("start"), 400, plain(100, "(#100) The parameter file_size is required")
    ),
    "an unknown phase": (
        lambda fb: fb.film("begin"), 400,
        plain(100, "(#100) Param upload_phase must be one of {START, TRANSFER, FINISH, CANCEL}"),
    ),
    "an unknown session": (lambda fb: fb.film("finish", upload_session_id="1"), 400, NO_SESSION),
    "a transfer without bytes": (
        lambda fb: fb.film("transfer", upload_session_id="1", start_offset="0"), 400,
        plain(100, "(#100) The parameter video_file_chunk is required"),
    ),
    "finish before all bytes": (finished_too_early, 400, offset_error(400, 1000)),
    "more bytes than told": (more_than_was_told, 400, offset_error(0, 1000)),
    "no film in the bytes": (not_a_film_in_chunks, 400, NOT_A_FILM),
    "a picture as a film": (
        lambda fb: fb.post("me/videos", files={"source": ("f.mp4", jpeg(scene(60, 40)))}), 400, NOT_A_FILM
    ),
    "no film at all": (
        lambda fb: fb.post("me/videos"), 400, plain(389, "(#389) Unable to fetch video file from URL.")
    ),
    "an unknown id": (lambda fb: fb.get("1000001_1"), 400, gone("1000001_1")),
    "deleting an unknown id": (lambda fb: fb.delete("1000001_1"), 400, gone("1000001_1", "delete")),
    "an unknown edge": (
        lambda fb: fb.get("me/vanner"), 400, plain(2500, "Unknown path components: /vanner")
    ),
    "a limit that is no number": (
        lambda fb: fb.get("me/published_posts", limit="många"), 400,
        plain(100, "(#100) Param limit must be an integer."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSALS)
def test_it_refuses_with_its_own_words_and_publishes_nothing(facebook, why):
    act, status, error = REFUSALS[why]
    answer = act(facebook)
    assert (answer.status_code, graph_error(answer)) == (status, error)
    shown_before = {"the same text again": ["Samma sak"], "a photo posted before": ["Hej"]}
    assert [post["text"] for post in facebook.sandbox.posts("facebook")] == shown_before.get(why, [])


def test_an_expired_token_is_told_when_it_expired(facebook):
    token = facebook.token_with("page", FACEBOOK_SCOPES, seconds=60)
    assert facebook.get("me", access_token=token).status_code == 200
    facebook.sandbox.clock(61)
    error = graph_error(facebook.say("Hej", access_token=token))
    assert (error["code"], error["error_subcode"], error["type"]) == (190, 463, "OAuthException")
    assert re.match(
        r"Error validating access token: Session has expired on \w+, \d\d-\w{3}-\d\d ", error["message"]
    )
    assert facebook.seen() == []


def test_a_withdrawn_token_says_so(facebook):
    facebook.sandbox.remove_app("facebook")
    error = graph_error(facebook.say("Hej"))
    assert (error["code"], error["error_subcode"]) == (190, 458)


def test_a_duplicate_may_be_said_again_after_a_while_or_when_the_first_is_gone(facebook):
    first = facebook.say("Samma").json()["id"]
    assert graph_error(facebook.say("Samma"))["code"] == 506
    assert facebook.say("Samma", link="https://www.seko.se").status_code == 200
    facebook.delete(first)
    assert facebook.say("Samma").status_code == 200
    facebook.sandbox.clock(601)
    assert facebook.say("Samma").status_code == 200


def test_told_to_take_repeats_it_says_the_same_words_twice(facebook, sandbox: LiveSandbox):
    sandbox.take_repeats()
    assert [facebook.say("Hej").status_code for _ in range(2)] == [200, 200]
    assert len(sandbox.ledger(effect="public")) == 2


def test_the_right_proof_is_taken(facebook, sandbox: LiveSandbox):
    sandbox.demand_proof()
    proof = hmac.new(b"ovning-facebook-hemlighet", facebook.token.encode(), hashlib.sha256).hexdigest()
    assert facebook.say("Hej", appsecret_proof=proof).status_code == 200
