from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from channels.adapters.base import Content, Privacy
from channels.adapters.codes import Lack, Trouble
from channels.adapters.http import Answer
from channels.adapters.youtube import YouTube, api, uploads
from channels.errors import NotConnected, NotReady, NotSent, RateLimited, Refused, Unconfirmed
from channels.sandbox.store import Store
from tests.channels.adapters.desk import LINK, Desk, Killed, content, long_film, picture

FILM = content("film", YouTube)
LONG = replace(FILM, media=(long_film(),))


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def publish_with(sandbox):
    """A desk for the one channel, with this content."""
    return lambda post=FILM: Desk.at(sandbox, YouTube, post)


@pytest.fixture
def small_pieces(monkeypatch):
    """Ten pieces for the long film."""
    monkeypatch.setattr(uploads, "CHUNK", uploads.STEP)


def calls(desk: Desk) -> list[tuple[str, str]]:
    return [(line["call"], line["effect"]) for line in desk.sandbox.ledger()]


def fault(desk: Desk, call: str, what: str, **more: object) -> None:
    desk.sandbox.faults({"platform": "youtube", "call": call, "fault": what, **more})


def film_in_sandbox(desk: Desk) -> dict[str, object]:
    with Store(desk.sandbox.data_dir) as store:
        return store.get("youtube", "video", desk.staged["video"]).data


def days_later(**time: float):
    return freeze_time(datetime.now(UTC) + timedelta(**time), tick=True)


# --- the bytes


def test_pieces_are_multiples_of_what_youtube_takes():
    assert uploads.CHUNK % (256 * 1024) == 0


def test_the_sessions_address_is_kept_before_the_first_byte_is_sent(publish_with):
    desk = publish_with()
    with pytest.raises(Killed):
        desk.stage(desk.keep_and_die(1))
    assert calls(desk) == [("open_session", "staged")]
    assert desk.staged["session"].startswith(desk.adapter.addresses["YOUTUBE_API_URL"])
    assert "video" not in desk.staged


def test_a_long_film_is_sent_piece_by_piece_and_is_private_until_the_commit(publish_with, small_pieces):
    desk = publish_with(LONG)
    desk.stage()
    assert film_in_sandbox(desk)["status"]["privacyStatus"] == "private"
    assert desk.effects("public") == []
    desk.commit()
    (post,) = desk.shown()
    assert desk.sandbox.media(post["media"][0]["sha256"]) == long_film().open().read()


@pytest.mark.parametrize("what", ["reset_before", "reset_after", "error_before", "error_after", "truncated"])
def test_after_a_broken_piece_youtube_is_asked_how_far_it_is(publish_with, small_pieces, what):
    desk = publish_with(LONG)
    fault(desk, "put_chunk", what, skip=4)
    with pytest.raises(NotSent):
        desk.stage()
    # If the session were not asked, sending from the start would be wrong: the film would have holes or doublets.
    fault(desk, "open_session", "refuse")
    desk.stage()
    desk.commit()
    (post,) = desk.shown()
    assert desk.sandbox.media(post["media"][0]["sha256"]) == long_film().open().read()
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}


def test_youtubes_word_counts_on_how_much_it_has(publish_with):
    desk = publish_with(LONG)
    fault(desk, "put_chunk", "short_range", times=3)
    desk.stage()
    assert desk.sandbox.waiting_faults() == []
    desk.commit()
    (post,) = desk.shown()
    assert desk.sandbox.media(post["media"][0]["sha256"]) == long_film().open().read()


def test_an_upload_that_does_not_get_on_is_put_off(publish_with, monkeypatch):
    desk = publish_with(LONG)
    stays = Answer("PUT /upload", NotSent, 308, {}, None)
    monkeypatch.setattr(uploads.Upload, "put", lambda *_: stays)
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_STALLED


def test_an_upload_that_is_whole_and_does_not_end_is_put_off(publish_with, monkeypatch):
    desk = publish_with(LONG)
    whole = Answer("PUT /upload", NotSent, 308, {"Range": f"bytes=0-{LONG.media[0].size - 1}"}, None)
    monkeypatch.setattr(uploads.Upload, "put", lambda *_: whole)
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_STALLED


def test_an_answer_that_was_lost_is_fetched_from_the_session(publish_with):
    desk = publish_with()
    fault(desk, "put_chunk", "reset_after")
    with pytest.raises(NotSent):
        desk.stage()
    assert "video" not in desk.staged
    desk.stage()
    assert calls(desk) == [("open_session", "staged"), ("put_chunk", "staged")]
    desk.commit()
    assert len(desk.shown()) == 1


# --- when the session is gone


def test_a_session_that_is_gone_before_the_last_byte_is_followed_by_another(publish_with, small_pieces):
    desk = publish_with(LONG)
    fault(desk, "put_chunk", "session_gone", skip=3)
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_LOST
    desk.stage()
    assert desk.staged_calls() == {"open_session": 2, "put_chunk": 1}
    desk.commit()
    assert len(desk.shown()) == 1


def last_byte_and_session_lost(desk: Desk, what: str) -> None:
    """The last piece was sent without an answer, and then YouTube forgets the session."""
    fault(desk, "put_chunk", what)
    with pytest.raises(NotSent):
        desk.stage()
    fault(desk, "query_session", "session_gone")


def test_a_film_that_arrived_although_its_session_is_gone_is_found_by_its_file_name(publish_with):
    desk = publish_with()
    last_byte_and_session_lost(desk, "reset_after")
    desk.stage()
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}
    desk.commit()
    assert len(desk.shown()) == 1


def test_a_film_whose_file_name_youtube_forgot_is_found_by_title_size_and_time(publish_with):
    desk = publish_with()
    last_byte_and_session_lost(desk, "reset_after")
    with Store(desk.sandbox.data_dir) as store:
        (film,) = store.things("youtube", "video", desk.adapter.connection.account_id)
        film.data["file_name"] = "unknown"
        store.save(film)
    desk.stage()
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}


def test_another_film_like_it_is_not_taken_for_ours(publish_with):
    other, desk = publish_with(), publish_with()
    other.stage()
    last_byte_and_session_lost(desk, "reset_before")
    with pytest.raises(NotReady):
        desk.stage_once()
    assert "video" not in desk.staged


def test_a_film_that_did_not_arrive_is_sent_anew_only_after_two_looks(publish_with):
    desk = publish_with()
    last_byte_and_session_lost(desk, "reset_before")
    before = datetime.now(UTC)
    with pytest.raises(NotReady) as raised:
        desk.stage_once()
    assert raised.value.until >= before + uploads.LAG
    fault(desk, "query_session", "session_gone")
    with pytest.raises(NotReady):
        desk.stage_once()
    assert desk.staged_calls() == {"open_session": 1}
    fault(desk, "query_session", "session_gone")
    with days_later(minutes=6), pytest.raises(NotSent) as raised:
        desk.stage_once()
    assert raised.value.code == Trouble.UPLOAD_LOST
    desk.stage()
    assert desk.staged_calls() == {"open_session": 2, "put_chunk": 1}
    desk.commit()
    assert len(desk.shown()) == 1


def test_a_film_that_the_lists_show_late_is_found_at_the_second_look(publish_with):
    desk = publish_with()
    last_byte_and_session_lost(desk, "reset_after")
    fault(desk, "playlist_items", "lag", seconds=60)
    with pytest.raises(NotReady):
        desk.stage_once()
    desk.stage()
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}


def test_a_film_whose_session_is_lost_again_and_again_is_refused(publish_with):
    desk = publish_with()
    for _ in range(uploads.OPENINGS):
        with pytest.raises(Killed):
            desk.stage(desk.keep_and_die(desk.keeps + 1))
        fault(desk, "query_session", "session_gone")
        with pytest.raises(NotSent):
            desk.stage()
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.MEDIA_REFUSED
    assert desk.staged_calls() == {"open_session": uploads.OPENINGS}


# --- the processing


def test_a_film_that_is_processed_is_looked_at_later(publish_with):
    desk = publish_with()
    fault(desk, "*", "slow_processing", polls=9, seconds=9999)
    before = datetime.now(UTC)
    with pytest.raises(NotReady) as raised:
        desk.stage_once()
    assert raised.value.code == Trouble.PROCESSING
    assert before + uploads.LEAST_LOOK <= raised.value.until <= datetime.now(UTC) + uploads.LEAST_LOOK
    with days_later(hours=2), pytest.raises(NotReady) as raised:
        desk.stage_once()
    assert raised.value.until > datetime.now(UTC) + timedelta(hours=2, minutes=4)
    desk.stage()
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}


def test_a_film_that_is_processed_for_ever_is_stuck_and_not_sent_again(publish_with):
    desk = publish_with()
    fault(desk, "*", "slow_processing", polls=999, seconds=99999)
    with pytest.raises(NotReady):
        desk.stage_once()
    with days_later(hours=7), pytest.raises(Refused) as raised:
        desk.stage_once()
    assert raised.value.code == Trouble.PROCESSING_STUCK
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}
    assert desk.effects("public") == []


def test_a_film_that_youtube_cannot_process_is_refused(publish_with):
    desk = publish_with()
    fault(desk, "*", "failed_processing")
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.FILM_FAILED
    assert "conversion" in raised.value.detail
    assert desk.effects("public") == []


@pytest.mark.parametrize(
    ("status", "processing", "code"),
    [
        ({"uploadStatus": "failed", "failureReason": "codec"}, "failed", Trouble.FILM_FAILED),
        ({"uploadStatus": "uploaded"}, "terminated", Trouble.FILM_FAILED),
        ({"uploadStatus": "rejected", "rejectionReason": "copyright"}, "", Trouble.FILM_REJECTED),
        ({"uploadStatus": "rejected", "rejectionReason": "duplicate"}, "", Trouble.FILM_DUPLICATE),
        ({"uploadStatus": "deleted"}, "", Trouble.FILM_GONE),
        ({"uploadStatus": "uploaded"}, "processing", Trouble.PROCESSING),
        ({}, "", Trouble.PROCESSING),
        ({"uploadStatus": "processed"}, "", None),
        ({"uploadStatus": "uploaded"}, "succeeded", None),
    ],
)
def test_every_state_of_the_processing_has_its_meaning(publish_with, status, processing, code):
    desk = publish_with()
    staged = {"video": "abc", "uploaded_at": datetime.now(UTC).isoformat()}
    upload = uploads.Upload(desk.adapter.api, desk.content.films[0], {}, staged, desk.keep)
    if code is None:
        assert upload.judge(status, processing) is None
        return
    with pytest.raises((Refused, NotReady)) as raised:
        upload.judge(status, processing)
    assert raised.value.code == code


def test_a_film_that_the_list_does_not_show_yet_is_waited_for(publish_with):
    desk = publish_with()
    fault(desk, "videos_list", "lag", seconds=60)
    with pytest.raises(NotReady):
        desk.stage_once()
    desk.stage()
    assert desk.staged_calls() == {"open_session": 1, "put_chunk": 1}


# --- making it public


@pytest.mark.parametrize("privacy", Privacy)
def test_the_film_gets_the_privacy_that_was_approved_and_keeps_the_rest(publish_with, privacy, since):
    desk = publish_with(replace(FILM, privacy=privacy))
    desk.stage()
    receipt = desk.commit()
    status = film_in_sandbox(desk)["status"]
    assert status == {
        "privacyStatus": privacy.value,
        "selfDeclaredMadeForKids": False,
        "embeddable": True,
        "license": "youtube",
        "publicStatsViewable": True,
    }
    assert film_in_sandbox(desk)["snippet"] == {
        "title": FILM.title,
        "description": FILM.description,
        "tags": list(FILM.tags),
        "categoryId": "22",
    }
    assert len(desk.shown()) == (1 if privacy is Privacy.PUBLIC else 0)
    assert desk.find(since) == receipt


def test_the_commit_may_be_made_again_without_harm(publish_with, since):
    desk = publish_with()
    desk.stage()
    fault(desk, "videos_update", "reset_after")
    with pytest.raises(Unconfirmed):
        desk.commit()
    assert desk.commit() == desk.commit() == desk.find(since)
    assert (len(desk.effects("public")), len(desk.shown())) == (1, 1)


def test_a_film_that_youtube_keeps_private_was_not_published(publish_with, monkeypatch):
    desk = publish_with()
    desk.stage()
    kept = Answer("PUT /youtube/v3/videos", Unconfirmed, 200, {}, {"status": {"privacyStatus": "private"}})
    monkeypatch.setattr(api.API, "send", lambda *_args, **_parts: kept)
    with pytest.raises(Refused) as raised:
        desk.commit()
    assert raised.value.code == Trouble.PRIVACY_REFUSED


def test_a_film_that_was_removed_meanwhile_is_gone(publish_with, since):
    desk = publish_with()
    desk.stage()
    with Store(desk.sandbox.data_dir) as store:
        store.remove(store.get("youtube", "video", desk.staged["video"]))
    with pytest.raises(Refused) as raised:
        desk.commit()
    assert raised.value.code == Trouble.FILM_GONE
    assert desk.find(since) is None


def test_without_quota_the_channel_rests_until_midnight_in_california(publish_with):
    desk = publish_with()
    fault(desk, "open_session", "rate_limited")
    with pytest.raises(RateLimited) as raised:
        desk.stage()
    assert raised.value.code == Trouble.QUOTA
    assert raised.value.until == api.next_midnight(datetime.now(UTC))


def test_the_link_stands_in_the_description(publish_with):
    desk = publish_with(replace(FILM, link=LINK))
    desk.stage()
    desk.commit()
    assert [post["text"] for post in desk.shown()] == [f"{FILM.description}\n{LINK}"]


# --- what is too much


@pytest.mark.parametrize(
    ("change", "code", "facts"),
    [
        ({"title": " "}, Lack.TITLE_MISSING, {}),
        ({"title": "å" * 103}, Lack.TITLE_TOO_LONG, {"over": 3, "limit": 100}),
        ({"description": "å" * 2502}, Lack.DESCRIPTION_TOO_LONG, {"over": 4, "limit": 5000}),
        ({"tags": ("a" * 250, "b c" + "d" * 246)}, Lack.TAGS_TOO_LONG, {"over": 2, "limit": 500}),
        ({"title": "Lön > pris"}, Lack.FORBIDDEN_CHARACTERS, {"characters": "< >"}),
        ({"description": "<b>"}, Lack.FORBIDDEN_CHARACTERS, {"characters": "< >"}),
        ({"media": ()}, Lack.MEDIA_MISSING, {}),
        ({"media": (picture(),)}, Lack.TOO_MANY_PICTURES, {"limit": 0}),
    ],
)
def test_what_is_too_much_or_too_little_is_said_before(change, code, facts):
    (problem,) = YouTube.check(replace(FILM, **change))
    assert (problem.code, problem.facts) == (code, facts)


@pytest.mark.parametrize(
    "change", [{"title": "å" * 100}, {"description": "å" * 2500}, {"tags": ("a" * 250, "b c" + "d" * 244)}]
)
def test_as_much_as_the_limit_is_right_and_youtube_takes_it(publish_with, change):
    assert list(YouTube.check(replace(FILM, **change))) == []
    desk = publish_with(replace(FILM, **change))
    desk.stage()
    desk.commit()
    assert len(desk.shown()) == 1


def test_a_link_counts_in_the_description():
    (problem,) = YouTube.check(replace(FILM, description="a" * 4990, link=LINK))
    assert (problem.code, problem.facts["over"]) == (Lack.DESCRIPTION_TOO_LONG, len(LINK) - 9)


def test_pictures_are_shown_as_a_film():
    assert YouTube.makes_film_of_pictures is True
    assert YouTube.limits.pictures == 0


# --- renewing


def test_a_refresh_token_stays_good_and_no_new_one_comes(publish_with):
    desk = publish_with()
    for _ in range(2):
        tokens = YouTube.refresh(desk.refresh_token, desk.adapter.connection, desk.adapter.addresses)
        assert (tokens.refresh_token, bool(tokens.access_token)) == ("", True)


@pytest.mark.parametrize("what", ["reset_after", "error_after", "truncated"])
def test_a_renewal_that_was_not_answered_may_simply_be_made_again(publish_with, what):
    desk = publish_with()
    fault(desk, "token", what)
    with pytest.raises(NotSent):
        YouTube.refresh(desk.refresh_token, desk.adapter.connection, desk.adapter.addresses)
    assert YouTube.refresh(desk.refresh_token, desk.adapter.connection, desk.adapter.addresses).access_token


def test_a_token_without_the_scopes_needs_a_person(publish_with):
    desk = publish_with()
    with Store(desk.sandbox.data_dir) as store:
        token = store.mint("youtube", "access", desk.adapter.connection.account_id, ["nothing"], seconds=600)
    adapter = YouTube(replace(desk.adapter.connection, access_token=token), desk.adapter.addresses)
    with pytest.raises(NotConnected) as raised:
        replace(desk, adapter=adapter).stage()
    assert raised.value.code == Trouble.PERMISSION_MISSING


def test_what_has_no_film_is_no_post_for_youtube():
    assert [problem.code for problem in YouTube.check(Content(title="Rubrik"))] == [Lack.MEDIA_MISSING]


# --- looking up and removing


def published(desk: Desk) -> str:
    desk.stage()
    return desk.commit().remote_id


@pytest.mark.parametrize(("privacy", "is_out"), [(Privacy.UNLISTED, True), (Privacy.PRIVATE, False)])
def test_what_has_an_address_for_everybody_is_out_also_when_no_list_shows_it(publish_with, privacy, is_out):
    desk = publish_with(replace(FILM, privacy=privacy))
    film = published(desk)
    assert bool(desk.adapter.look_up(film)) is is_out


def test_a_film_that_youtube_could_not_make_anything_of_is_not_out(publish_with):
    desk = publish_with()
    film = published(desk)
    with Store(desk.sandbox.data_dir) as store:
        kept = store.get("youtube", "video", film)
        kept.data["failure"] = "conversion"
        store.save(kept)
    assert desk.adapter.look_up(film) is None


def test_what_is_somebody_elses_is_refused_and_stays(publish_with):
    desk = publish_with()
    film = published(desk)
    with pytest.raises(Refused) as raised:
        desk.stranger().remove(film)
    assert raised.value.code == Trouble.NOT_OURS
    assert desk.adapter.look_up(film).remote_id == film


def test_a_token_that_may_not_delete_needs_a_person(publish_with):
    desk = publish_with()
    film = published(desk)
    with Store(desk.sandbox.data_dir) as store:
        token = store.mint("youtube", "access", desk.adapter.connection.account_id, ["nothing"], seconds=600)
    adapter = YouTube(replace(desk.adapter.connection, access_token=token), desk.adapter.addresses)
    with pytest.raises(NotConnected) as raised:
        adapter.remove(film)
    assert raised.value.code == Trouble.PERMISSION_MISSING
    assert desk.effects("removed") == []


def test_a_quota_that_is_used_up_is_that_of_all_channels(publish_with):
    desk = publish_with()
    desk.stage()
    fault(desk, "videos_update", "rate_limited")
    with pytest.raises(RateLimited) as raised:
        desk.commit()
    assert (raised.value.code, raised.value.whole_app) == (Trouble.QUOTA, True)
    assert desk.adapter.rests == []
