import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from channels.adapters.base import Content
from channels.adapters.codes import Trouble
from channels.adapters.facebook import PHOTOS_LIVE, Facebook, films, finding
from channels.adapters.facebook.graph import GONE, Graph
from channels.adapters.http import Answer
from channels.errors import Duplicate, NotConnected, NotSent, RateLimited, Refused, Unconfirmed
from tests.channels.adapters.desk import LINK, TEXT, Desk, Killed, content, long_film, picture


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def publish_with(sandbox):
    """A desk for the one page, with this content."""

    def at(post: Content | str) -> Desk:
        return Desk.at(sandbox, Facebook, content(post, Facebook) if isinstance(post, str) else post)

    return at


def call(desk: Desk, path: str, **fields: str) -> requests.Response:
    """What another program might do with the page meanwhile."""
    token = desk.adapter.connection.access_token
    url = f"{desk.sandbox.url}/facebook/v26.0/{path}"
    return requests.post(url, data={"access_token": token, **fields}, timeout=10)


def calls(desk: Desk) -> list[tuple[str, str]]:
    return [(line["call"], line["effect"]) for line in desk.sandbox.ledger()]


# --- photos


def test_even_a_single_photo_is_uploaded_unseen_before_the_post_is_made(publish_with):
    desk = publish_with("picture")
    desk.stage()
    desk.commit()
    assert calls(desk) == [("photo", "staged"), ("feed", "public")]


def test_the_receipt_is_the_posts_own_id_and_permalink(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    receipt = desk.commit()
    (post,) = desk.shown()
    assert receipt.remote_id == post["id"]
    assert receipt.url == post["url"]


def made_older(desk: Desk, age: timedelta) -> None:
    handles = desk.staged
    handles["photos"][0]["at"] = (datetime.now(UTC) - age).isoformat()
    desk.saved = json.dumps(handles)


def test_photos_that_facebook_may_have_thrown_away_are_uploaded_anew(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    old = {photo["id"] for photo in desk.staged["photos"]}
    made_older(desk, PHOTOS_LIVE + timedelta(minutes=1))
    desk.sandbox.clock(25 * 3600)
    desk.stage()
    new = {photo["id"] for photo in desk.staged["photos"]}
    assert (len(new), old & new) == (3, set())
    desk.commit()
    assert [[item["id"] for item in post["media"]] for post in desk.sandbox.posts()] == [
        [photo["id"] for photo in desk.staged["photos"]]
    ]


def test_photos_that_are_still_there_are_not_uploaded_anew(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    made_older(desk, PHOTOS_LIVE - timedelta(minutes=1))
    desk.stage()
    assert desk.staged_calls() == {"photo": 3}


def test_a_post_without_one_of_its_photos_is_not_made(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    requests.delete(
        f"{desk.sandbox.url}/facebook/v26.0/{desk.staged['photos'][1]['id']}",
        params={"access_token": desk.adapter.connection.access_token},
        timeout=10,
    ).raise_for_status()
    with pytest.raises(Refused) as raised:
        desk.commit()
    assert raised.value.code == Trouble.MEDIA_REFUSED
    assert desk.effects("public") == []


def test_photos_that_were_posted_already_are_a_duplicate_and_found(publish_with, since):
    desk = publish_with("pictures")
    desk.stage()
    receipt = desk.commit()
    with pytest.raises(Duplicate):
        desk.commit()
    assert desk.find(since) == receipt
    assert len(desk.effects("public")) == 1


def test_photos_are_found_by_their_own_node_while_the_list_lags(publish_with, since):
    desk = publish_with("pictures")
    desk.stage()
    receipt = desk.commit()
    desk.sandbox.faults({"platform": "facebook", "call": "published_posts", "fault": "lag", "seconds": 60})
    assert desk.find(since) == receipt


def test_photos_are_found_in_the_list_where_their_node_tells_nothing(publish_with, since, monkeypatch):
    desk = publish_with("pictures")
    desk.stage()
    receipt = desk.commit()
    monkeypatch.setattr(finding, "story_of", lambda *_: None)
    assert desk.find(since) == receipt


def test_another_post_with_the_same_words_is_not_ours(publish_with, since):
    other, desk = publish_with("pictures"), publish_with("pictures")
    for one in (other, desk):
        one.stage()
    other.commit()
    assert desk.find(since) is None


# --- texts and links


def test_the_same_text_once_more_is_a_duplicate(publish_with, since):
    desk = publish_with("text")
    receipt = desk.commit()
    with pytest.raises(Duplicate) as raised:
        desk.commit()
    assert raised.value.code == Trouble.DUPLICATE
    assert desk.find(since) == receipt


@pytest.mark.parametrize(
    ("written", "looked_for", "is_found"),
    [
        (Content(text=TEXT), Content(text=TEXT), True),
        (Content(text="Räksmörgås\n"), Content(text="Ra\u0308ksmo\u0308rga\u030as\r\n"), True),
        (Content(text=TEXT), Content(text=TEXT + "!"), False),
        (Content(text=TEXT, link=LINK), Content(text=TEXT, link=LINK), True),
        (Content(text=TEXT, link="https://seko.se"), Content(text=TEXT, link="https://seko.se/"), True),
        (Content(text=TEXT, link=LINK), Content(text=TEXT, link="https://seko.se/"), False),
        (Content(text=TEXT, link=LINK), Content(text=TEXT), False),
        (Content(link=LINK), Content(link=LINK), True),
        (Content(link=LINK), Content(link="https://seko.se/"), False),
    ],
)
def test_a_text_is_found_by_its_words_and_its_link(publish_with, since, written, looked_for, is_found):
    receipt = publish_with(written).commit()
    assert publish_with(looked_for).find(since) == (receipt if is_found else None)


@pytest.mark.parametrize(("app", "is_found"), [("", True), ("100200300400500", True), ("999", False)])
def test_what_another_app_or_a_person_wrote_is_not_ours(publish_with, since, app, is_found):
    desk = publish_with("text")
    desk.commit()
    connection = replace(desk.adapter.connection, app_id=app)
    found = Facebook(connection, desk.adapter.addresses).find(desk.content, desk.staged, since)
    assert (found is not None) is is_found


def test_what_was_written_before_the_attempt_is_not_it(publish_with, since):
    desk = publish_with("text")
    desk.commit()
    assert desk.find(since + timedelta(minutes=2)) is None


@pytest.mark.parametrize(
    ("created", "is_new"),
    [
        ("2026-11-22T12:00:00+0000", True),
        ("2026-11-22T11:59:01+0000", True),
        ("2026-11-22T11:58:59+0000", False),
        ("2026-11-22T13:59:00+0200", True),
        ("", False),
        ("yesterday", False),
    ],
)
def test_an_older_post_is_not_it_even_if_the_list_shows_it(publish_with, monkeypatch, created, is_new):
    desk = publish_with("text")
    post = {"id": "1", "message": TEXT, "created_time": created}
    post["application"] = {"id": desk.adapter.connection.app_id}
    monkeypatch.setattr(finding, "posts_since", lambda *_: [post])
    assert (desk.find(datetime(2026, 11, 22, 12, tzinfo=UTC)) is not None) is is_new


def test_a_text_is_not_seen_while_the_list_lags_and_seen_later(publish_with, since):
    desk = publish_with("text")
    receipt = desk.commit()
    desk.sandbox.faults({"platform": "facebook", "call": "published_posts", "fault": "lag", "seconds": 60})
    assert desk.find(since) is None
    assert desk.find(since) == receipt


def test_a_busy_page_is_read_to_the_end(publish_with, since, monkeypatch):
    monkeypatch.setattr(finding, "PAGE", 2)
    desk = publish_with("text")
    receipt = desk.commit()
    for number in range(7):
        call(desk, "me/feed", message=f"Något annat {number}").raise_for_status()
    assert desk.find(since) == receipt


def test_a_page_without_end_is_not_called_absence(publish_with, since, monkeypatch):
    monkeypatch.setattr(finding, "PAGE", 1)
    monkeypatch.setattr(finding, "PAGES", 3)
    desk = publish_with("text")
    for number in range(5):
        call(desk, "me/feed", message=f"Något annat {number}").raise_for_status()
    with pytest.raises(NotSent):
        desk.find(since)


# --- films


def test_the_films_id_is_kept_before_its_first_byte_is_sent(publish_with):
    desk = publish_with("film")
    with pytest.raises(Killed):
        desk.stage(desk.keep_and_die(1))
    (line,) = desk.sandbox.ledger()
    assert (line["call"], line["ids"]["video"]) == ("video_start", desk.staged["video"])


def test_a_long_film_is_sent_in_the_pieces_that_facebook_asks_for(publish_with):
    desk = publish_with(Content(text=TEXT, title="Rubrik", media=(long_film(),)))
    desk.stage()
    desk.commit()
    assert desk.keeps == 5  # the beginning, three pieces, the end
    (post,) = desk.shown()
    assert (post["title"], desk.sandbox.media(post["media"][0]["sha256"])) == (
        "Rubrik",
        long_film().open().read(),
    )


def test_a_piece_that_was_heard_without_an_answer_is_not_sent_twice(publish_with):
    desk = publish_with(Content(text=TEXT, media=(long_film(),)))
    desk.sandbox.faults({"platform": "facebook", "call": "video_transfer", "fault": "reset_after", "skip": 1})
    with pytest.raises(NotSent):
        desk.stage()
    held = desk.staged["offset"]
    desk.stage()
    assert desk.staged["offset"] == desk.content.media[0].size > held
    desk.commit()
    (post,) = desk.shown()
    assert desk.sandbox.media(post["media"][0]["sha256"]) == long_film().open().read()


def cancel(desk: Desk) -> None:
    session = desk.staged["session"]
    call(desk, "me/videos", upload_phase="cancel", upload_session_id=session).raise_for_status()


def test_an_upload_that_facebook_lost_is_begun_anew(publish_with):
    desk = publish_with(Content(text=TEXT, media=(long_film(),)))
    with pytest.raises(Killed):
        desk.stage(desk.keep_and_die(2))
    cancel(desk)
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_LOST
    desk.stage()
    desk.commit()
    assert (len(desk.shown()), desk.staged_calls()) == (1, {"video_start": 2})


def test_an_upload_that_was_lost_while_it_waited_is_begun_anew(publish_with):
    desk = publish_with("film")
    desk.stage()
    cancel(desk)
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_LOST
    desk.stage()
    desk.commit()
    assert len(desk.shown()) == 1


def test_a_film_whose_upload_is_lost_again_and_again_is_refused(publish_with):
    desk = publish_with("film")
    for _ in range(films.BEGINNINGS):
        desk.stage()
        cancel(desk)
        with pytest.raises(NotSent):
            desk.stage()
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.MEDIA_REFUSED
    assert desk.staged_calls() == {"video_start": films.BEGINNINGS}


def test_a_whole_upload_that_can_never_be_finished_is_given_up_in_the_end(publish_with):
    desk = publish_with("film")
    desk.stage()
    first = desk.staged["video"]
    for _ in range(films.CHANCES):
        desk.stage()
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_LOST
    desk.stage()
    assert desk.staged["video"] != first


def test_a_film_that_was_finished_is_never_given_up(publish_with, since):
    """Beginning anew would show it twice."""
    desk = publish_with("film")
    desk.stage()
    receipt = desk.commit()
    for _ in range(films.CHANCES + 2):
        desk.stage()
    assert desk.find(since) == receipt
    assert desk.staged_calls() == {"video_start": 1}


def test_a_film_that_was_finished_twice_is_unconfirmed_and_found(publish_with, since):
    desk = publish_with("film")
    desk.stage()
    receipt = desk.commit()
    desk.stage()
    with pytest.raises(Unconfirmed) as raised:
        desk.commit()
    assert raised.value.code == Trouble.UPLOAD_LOST
    assert desk.find(since) == receipt
    assert len(desk.effects("public")) == 1


def test_the_receipt_for_a_film_is_given_at_once_and_its_address_works_when_it_is_processed(publish_with):
    desk = publish_with("film")
    desk.sandbox.faults(
        {"platform": "facebook", "call": "*", "fault": "slow_processing", "polls": 50, "seconds": 20}
    )
    desk.stage()
    receipt = desk.commit()
    assert receipt.remote_id == desk.staged["video"]
    assert requests.get(receipt.url, timeout=10).status_code == 404
    desk.let_process()
    assert requests.get(receipt.url, timeout=10).status_code == 200


def test_a_film_that_was_finished_is_found_while_it_is_processed(publish_with, since):
    desk = publish_with("film")
    desk.stage()
    desk.sandbox.faults(
        {"platform": "facebook", "call": "*", "fault": "slow_processing", "polls": 50, "seconds": 20}
    )
    desk.sandbox.faults({"platform": "facebook", "call": "video_finish", "fault": "reset_after"})
    with pytest.raises(Unconfirmed):
        desk.commit()
    assert desk.find(since).remote_id == desk.staged["video"]


def test_a_film_that_facebook_could_not_process_is_refused_and_not_sent_again(publish_with, since):
    desk = publish_with("film")
    desk.stage()
    desk.sandbox.faults({"platform": "facebook", "call": "*", "fault": "failed_processing"})
    desk.sandbox.faults({"platform": "facebook", "call": "video_finish", "fault": "reset_after"})
    with pytest.raises(Unconfirmed):
        desk.commit()
    desk.let_process()
    assert desk.find(since) is None
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.FILM_FAILED
    assert desk.staged_calls() == {"video_start": 1}


def test_what_is_no_film_is_refused(publish_with):
    fake = replace(long_film(), open=picture().open, size=picture().size)
    desk = publish_with(Content(text=TEXT, media=(fake,)))
    desk.stage()
    with pytest.raises(Refused) as raised:
        desk.commit()
    assert raised.value.code == Trouble.MEDIA_REFUSED
    assert desk.effects("public") == []


# --- the connection


def test_the_proof_of_the_apps_secret_goes_along_with_every_call(publish_with, since):
    for what in ("text", "pictures", "film"):
        desk = publish_with(what)
        requests.post(f"{desk.sandbox.url}/ovning/api/demands", json={"appsecret_proof": True}, timeout=10)
        desk.stage()
        receipt = desk.commit()
        assert desk.find(since) == receipt


def test_an_app_without_its_secret_is_our_own_fault_where_the_proof_is_demanded(publish_with):
    desk = publish_with("text")
    requests.post(f"{desk.sandbox.url}/ovning/api/demands", json={"appsecret_proof": True}, timeout=10)
    connection = replace(desk.adapter.connection, app_secret="")
    with pytest.raises(NotConnected) as raised:
        Facebook(connection, desk.adapter.addresses).commit(desk.content, desk.staged)
    assert raised.value.code == Trouble.APP_KEYS
    assert desk.effects("public") == []


def test_without_an_app_secret_there_is_no_proof(publish_with):
    desk = publish_with("text")
    connection = replace(desk.adapter.connection, app_secret="")
    assert Facebook(connection, desk.adapter.addresses).commit(desk.content, desk.staged).remote_id


@pytest.mark.parametrize(("code", "seconds", "minutes"), [(80001, 7200, 120), (32, 7200, 30)])
def test_the_wait_is_facebooks_own(publish_with, code, seconds, minutes):
    desk = publish_with("text")
    fault = {
        "platform": "facebook",
        "call": "feed",
        "fault": "rate_limited",
        "code": code,
        "seconds": seconds,
    }
    desk.sandbox.faults(fault)
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as raised:
        desk.commit()
    wait = timedelta(minutes=minutes)
    assert before + wait <= raised.value.until <= datetime.now(UTC) + wait


def test_a_revoked_access_is_told_from_an_expired_token(publish_with):
    desk = publish_with("text")
    desk.sandbox.remove_app("facebook")
    with pytest.raises(NotConnected) as raised:
        desk.commit()
    assert raised.value.code == Trouble.ACCESS_REVOKED


def test_the_link_has_its_own_field_only_where_there_is_no_media():
    text = Content(text=TEXT, link=LINK)
    assert Facebook.words(text) == TEXT
    assert Facebook.words(replace(text, media=(picture(),))) == f"{TEXT}\n{LINK}"


# --- looking up and removing


def published(desk: Desk) -> str:
    desk.stage()
    return desk.commit().remote_id


def test_a_photos_own_address_leads_to_the_post_that_shows_it(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    receipt = desk.commit()
    for photo in desk.staged["photos"]:
        url = f"https://www.facebook.com/photo/?fbid={photo['id']}&set=a.1"
        assert desk.adapter.look_up(desk.adapter.read_link(url)) == receipt


def test_a_post_that_is_not_published_yet_is_not_public(publish_with):
    desk = publish_with("text")
    page = desk.adapter.connection.account_id
    draft = call(desk, f"{page}/feed", message="Utkast", published="false").json()["id"]
    assert desk.adapter.look_up(draft) is None
    call(desk, draft, is_published="true").raise_for_status()
    assert desk.adapter.look_up(draft).remote_id == draft


def test_a_film_that_is_still_processed_is_out_and_one_that_failed_is_not(publish_with):
    desk = publish_with("film")
    desk.sandbox.faults({"platform": "facebook", "call": "*", "fault": "slow_processing", "polls": 50})
    film = published(desk)
    assert desk.adapter.look_up(film).remote_id == film
    desk = publish_with("film")
    desk.sandbox.faults({"platform": "facebook", "call": "*", "fault": "failed_processing"})
    failed = published(desk)
    desk.let_process()
    assert desk.adapter.look_up(failed) is None


def test_an_id_that_is_of_nothing_is_not_there(publish_with):
    desk = publish_with("text")
    page = desk.adapter.connection.account_id
    for id in ("1", f"{page}_1", "999_1", f"{page}_pfbid02abc"):
        assert desk.adapter.look_up(id) is None


@pytest.mark.parametrize(
    ("id", "about"),
    [
        ("7000001_5", {"is_published": True}),
        ("5", {"published": True, "status": {"video_status": "ready"}}),
        ("5", {"page_story_id": "7000001_5"}),
    ],
)
def test_what_facebook_shows_us_of_another_page_is_not_ours(publish_with, monkeypatch, id, about):
    desk = publish_with("text")
    for page, is_ours in (("999", False), ("7000001", True)):
        told = {"id": "7000001_5", "from": {"id": page}, **about}
        monkeypatch.setattr(
            Graph, "send", lambda *_, told=told, **__: Answer("GET /", NotSent, 200, {}, told)
        )
        assert bool(desk.adapter.look_up(id)) is is_ours


def test_keys_that_are_wrong_are_not_taken_for_a_post_that_is_gone(publish_with):
    """Facebook gives this refusal the same number as that of a field which a thing never has."""
    desk = publish_with("film")
    film = published(desk)
    wrong = Facebook(replace(desk.adapter.connection, app_secret="wrong"), desk.adapter.addresses)
    for step in (wrong.look_up, wrong.remove):
        with pytest.raises(NotConnected) as raised:
            step(film)
        assert raised.value.code == Trouble.APP_KEYS


def test_a_refusal_that_is_not_about_the_fields_is_no_proof_that_nothing_is_there(publish_with, monkeypatch):
    desk = publish_with("film")
    film = published(desk)
    told = {"error": {"code": 100, "message": "(#100) Invalid parameter"}}
    monkeypatch.setattr(Graph, "send", lambda *_, **__: Answer("GET /", NotSent, 400, {}, told))
    with pytest.raises(Refused):
        desk.adapter.look_up(film)


@pytest.mark.parametrize("id", ["7000001_pfbid02abc", "", "me", "7000001/feed", "7000001_1?x=1"])
def test_what_is_not_surely_a_post_of_the_page_is_not_asked_to_be_removed(publish_with, id):
    desk = publish_with("text")
    desk.sandbox.faults({"platform": "facebook", "call": "*", "fault": "error_before"})
    with pytest.raises(Refused) as raised:
        desk.adapter.remove(id)
    assert raised.value.code == Trouble.NOT_OURS
    assert len(desk.sandbox.waiting_faults()) == 1


def test_what_can_still_be_seen_is_not_called_removed(publish_with, monkeypatch):
    """Facebook answers alike for what is gone and for what we have no permission to remove."""
    desk = publish_with("text")
    post = published(desk)
    told = {"error": {"code": 100, "error_subcode": GONE}}
    monkeypatch.setattr(Graph, "delete", lambda *_: Answer("DELETE /", NotSent, 400, {}, told))
    with pytest.raises(NotConnected) as raised:
        desk.adapter.remove(post)
    assert raised.value.code == Trouble.PERMISSION_MISSING
    assert len(desk.shown()) == 1


def test_a_removed_post_takes_its_photos_with_it(publish_with):
    desk = publish_with("pictures")
    desk.adapter.remove(published(desk))
    for photo in desk.staged["photos"]:
        assert desk.adapter.look_up(photo["id"]) is None
        desk.adapter.remove(photo["id"])
    assert len(desk.effects("removed")) == 1


# --- how much is used up


@pytest.mark.parametrize(("pool", "whole_app", "minutes"), [("", False, 20), ("app", True, 30)])
def test_the_last_call_for_now_is_a_good_one_and_asks_for_a_rest(publish_with, pool, whole_app, minutes):
    desk = publish_with("text")
    rule = {"platform": "facebook", "call": "feed", "fault": "limit_reached", "pool": pool, "seconds": 1200}
    desk.sandbox.faults(rule)
    assert desk.commit().remote_id
    (rest,) = desk.adapter.rests
    assert rest.whole_app is whole_app
    assert abs(rest.until - datetime.now(UTC) - timedelta(minutes=minutes)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("named", "whole_app"), [({"code": 80001}, False), ({"code": 32}, True), ({"code": 4}, True)]
)
def test_a_limit_is_the_pages_or_the_apps(publish_with, named, whole_app):
    desk = publish_with("text")
    desk.sandbox.faults({"platform": "facebook", "call": "feed", "fault": "rate_limited", **named})
    with pytest.raises(RateLimited) as raised:
        desk.commit()
    assert raised.value.whole_app is whole_app
    assert [rest.whole_app for rest in desk.adapter.rests] == [whole_app]
    assert desk.effects("public") == []
