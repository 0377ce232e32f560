import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from freezegun import freeze_time

from channels.adapters.base import Content
from channels.adapters.codes import Lack, Trouble
from channels.adapters.x import X, finding, media
from channels.errors import (
    Duplicate,
    NotConnected,
    NotReady,
    NotSent,
    OutOfCredit,
    RateLimited,
    Refused,
    Unconfirmed,
)
from channels.sandbox.store import Store
from tests.channels.adapters.desk import LINK, TEXT, Desk, Killed, content, long_film, picture


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def publish_with(sandbox):
    """A desk for the one account, with this content."""

    def at(post: Content | str) -> Desk:
        return Desk.at(sandbox, X, content(post, X) if isinstance(post, str) else post)

    return at


def calls(desk: Desk) -> list[tuple[str, str]]:
    return [(line["call"], line["effect"]) for line in desk.sandbox.ledger()]


# --- media


def test_pictures_are_uploaded_and_described_before_the_post(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    desk.commit()
    staged = [("media_initialize", "staged"), ("media_finalize", "staged")]
    assert calls(desk) == [*staged * 3, ("post", "public")]
    (post,) = desk.shown()
    assert [item["alt"] for item in post["media"]] == [item.alt_text for item in desk.content.media]


def test_a_picture_without_a_description_is_not_described(publish_with):
    desk = publish_with(Content(text=TEXT, media=(replace(picture(), alt_text=""),)))
    desk.sandbox.faults({"platform": "x", "call": "media_metadata", "fault": "refuse"})
    desk.stage()
    assert len(desk.sandbox.waiting_faults()) == 1


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(media, "CHUNK", 1_000_000)


def test_a_long_film_is_sent_piece_by_piece_and_processed(publish_with, small_pieces):
    desk = publish_with(Content(text=TEXT, media=(long_film(),)))
    desk.stage()
    assert desk.staged["media"][0]["segments"] == 3
    desk.commit()
    (post,) = desk.shown()
    assert desk.sandbox.media(post["media"][0]["sha256"]) == long_film().open().read()


def test_pieces_that_x_has_are_not_sent_again(publish_with, small_pieces):
    desk = publish_with(Content(text=TEXT, media=(long_film(),)))
    with pytest.raises(Killed):
        desk.stage(desk.keep_and_die(3))
    assert desk.staged["media"][0]["segments"] == 2
    desk.sandbox.faults({"platform": "x", "call": "media_append", "fault": "refuse", "skip": 1})
    desk.stage()
    assert len(desk.sandbox.waiting_faults()) == 1  # one piece was left to send, not two
    desk.commit()
    assert len(desk.shown()) == 1


def test_a_film_that_is_processed_is_looked_at_when_x_says(publish_with):
    desk = publish_with("film")
    desk.sandbox.faults({"platform": "x", "call": "*", "fault": "slow_processing", "polls": 3, "seconds": 60})
    before = datetime.now(UTC)
    with pytest.raises(NotReady) as raised:
        desk.stage_once()
    assert raised.value.code == Trouble.PROCESSING
    assert before + timedelta(seconds=1) <= raised.value.until <= datetime.now(UTC) + timedelta(seconds=1)
    assert desk.effects("public") == []
    desk.stage()
    desk.commit()
    assert desk.staged_calls() == {"media_initialize": 1, "media_finalize": 1}


def test_x_is_not_asked_before_the_moment_that_it_gave(publish_with):
    desk = publish_with("film")
    with pytest.raises(NotReady):
        desk.stage_once()
    desk.sandbox.faults({"platform": "x", "call": "media_status", "fault": "error_before"})
    with pytest.raises(NotReady):
        desk.stage_once()
    assert len(desk.sandbox.waiting_faults()) == 1


def test_a_film_that_x_cannot_process_is_refused(publish_with):
    desk = publish_with("film")
    desk.sandbox.faults({"platform": "x", "call": "*", "fault": "failed_processing"})
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.FILM_FAILED
    assert "Unsupported video format" in raised.value.detail
    assert desk.effects("public") == []


def test_a_film_that_is_processed_for_ever_is_stuck(publish_with):
    desk = publish_with("film")
    desk.sandbox.faults(
        {"platform": "x", "call": "*", "fault": "slow_processing", "polls": 99, "seconds": 9999}
    )
    with pytest.raises(NotReady):
        desk.stage_once()
    too_late = datetime.now(UTC) + media.PATIENCE + timedelta(minutes=1)
    with freeze_time(too_late, tick=True), pytest.raises(Refused) as raised:
        desk.stage_once()
    assert raised.value.code == Trouble.PROCESSING_STUCK
    assert desk.staged_calls()["media_initialize"] == 1


def test_media_that_x_may_have_thrown_away_is_uploaded_anew(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    handles = desk.staged
    old = [handle["id"] for handle in handles["media"]]
    handles["media"][1]["at"] = (datetime.now(UTC) - media.LIVES - timedelta(minutes=1)).isoformat()
    desk.saved = json.dumps(handles)
    desk.stage()
    new = [handle["id"] for handle in desk.staged["media"]]
    assert [one == other for one, other in zip(old, new, strict=True)] == [True, False, True]
    desk.commit()
    assert [[item["id"] for item in post["media"]] for post in desk.shown()] == [new]


def test_an_upload_of_an_earlier_attempt_that_x_does_not_know_is_begun_anew(publish_with):
    desk = publish_with(Content(text=TEXT, media=(long_film(),)))
    with pytest.raises(Killed):
        desk.stage(desk.keep_and_die(1))
    handles = desk.staged
    handles["media"][0]["id"] = "123"
    desk.saved = json.dumps(handles)
    with pytest.raises(NotSent) as raised:
        desk.stage()
    assert raised.value.code == Trouble.UPLOAD_LOST
    desk.stage()
    desk.commit()
    assert len(desk.shown()) == 1


def test_what_x_refuses_in_a_fresh_upload_is_refused_for_good(publish_with):
    fake = replace(picture(), open=lambda: long_film().open(), size=long_film().size)
    desk = publish_with(Content(text=TEXT, media=(fake,)))
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.MEDIA_REFUSED


# --- looking


def test_media_is_found_by_its_key_and_not_by_the_words(publish_with, since):
    other, desk = publish_with("picture"), publish_with("picture")
    for one in (other, desk):
        one.stage()
    theirs = other.commit()
    assert desk.find(since) is None
    ours = desk.commit()
    assert desk.find(since) == ours != theirs


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "1 < 2 & 3 > 2, &amp; är inte &",
        "seko.se, www.lo.se/x och https://tco.se",
        "https://seko.se/",
        "Ra\u0308ksmo\u0308rga\u030as",
        "två  blanksteg\n\n\nfyra rader",
        "  luft runt om \n",
        "😀👨‍👩‍👧 #lön @seko",
        "@seko är på plats",
        "@Seko  @seko är på plats",
    ],
)
def test_a_text_is_found_as_x_gives_it_back(publish_with, since, text):
    desk = publish_with(Content(text=text))
    receipt = desk.commit()
    assert desk.find(since) == receipt
    assert publish_with(Content(text=text + " mer")).find(since) is None


def test_a_name_that_x_put_before_an_answer_is_not_a_part_of_its_words(publish_with):
    api = publish_with("text").adapter.api
    assert finding.heard_as(api, "@SEKO Hej") == ("@SEKO Hej", "Hej")
    assert finding.heard_as(api, "@sekot Hej") == ("@sekot Hej",)


def test_a_text_with_a_link_is_found(publish_with, since):
    desk = publish_with("link")
    receipt = desk.commit()
    assert desk.find(since) == receipt
    assert publish_with("text").find(since) is None


def test_a_post_with_a_picture_is_not_the_text_alone(publish_with, since):
    with_picture = publish_with("picture")
    with_picture.stage()
    with_picture.commit()
    assert publish_with("text").find(since) is None


def test_a_post_with_a_picture_is_not_the_text_alone_even_without_the_pictures_link(
    publish_with, since, monkeypatch
):
    desk = publish_with("text")
    post = {"id": "1", "text": desk.words, "attachments": {"media_keys": ["3_7"]}}
    monkeypatch.setattr(finding, "posts_since", lambda *_: [post])
    assert desk.find(since) is None
    del post["attachments"]
    assert desk.find(since).remote_id == "1"


def test_what_was_written_before_the_attempt_is_not_it(publish_with, since):
    desk = publish_with("text")
    desk.commit()
    assert desk.find(since + timedelta(minutes=2)) is None


def test_a_post_is_not_seen_while_the_timeline_lags_and_seen_later(publish_with, since):
    for what in ("text", "picture"):
        desk = publish_with(what)
        desk.stage()
        receipt = desk.commit()
        desk.sandbox.faults({"platform": "x", "call": "timeline", "fault": "lag", "seconds": 60})
        assert desk.find(since) is None
        assert desk.find(since) == receipt


def test_a_busy_timeline_is_read_to_the_end(publish_with, since, monkeypatch):
    monkeypatch.setitem(finding.QUERY, "max_results", "5")
    desk = publish_with("text")
    receipt = desk.commit()
    for number in range(12):
        publish_with(Content(text=f"Något annat {number}")).commit()
    assert desk.find(since) == receipt


def test_a_timeline_without_end_is_not_called_absence(publish_with, since, monkeypatch):
    monkeypatch.setitem(finding.QUERY, "max_results", "5")
    monkeypatch.setattr(finding, "PAGES", 2)
    for number in range(12):
        publish_with(Content(text=f"Något annat {number}")).commit()
    with pytest.raises(NotSent):
        publish_with("text").find(since)


@pytest.mark.parametrize("name", ["note_tweet", "note_post"])
def test_a_long_text_is_read_whole_under_either_name(name):
    urls = [{"url": "https://t.co/1", "expanded_url": "http://seko.se/"}]
    post = {"text": "Början …", name: {"text": "Början &amp; https://t.co/1", "entities": {"urls": urls}}}
    assert finding.spoken(post) == "Början & seko.se"


@pytest.mark.parametrize(
    "post", [{}, {"attachments": None}, {"attachments": {}}, {"attachments": {"media_keys": None}}]
)
def test_a_post_without_media_has_no_keys(post):
    assert finding.media_keys(post) == []


@pytest.mark.parametrize(
    ("key", "is_ours"),
    [("3_188", True), ("13_188", True), ("16_188", True), ("3_1188", False), ("3_1880", False)],
)
def test_a_media_key_ends_with_the_whole_id(key, is_ours):
    assert finding.keys_end_with({"attachments": {"media_keys": [key]}}, ["188"]) is is_ours


# --- refusals, waits and the account


def test_the_same_text_once_more_is_a_duplicate_and_found(publish_with, since):
    desk = publish_with("text")
    receipt = desk.commit()
    with pytest.raises(Duplicate) as raised:
        desk.commit()
    assert raised.value.code == Trouble.DUPLICATE
    assert desk.find(since) == receipt
    assert len(desk.effects("public")) == 1


def test_an_empty_purse_is_its_owners_matter(publish_with):
    desk = publish_with("text")
    desk.sandbox.faults({"platform": "x", "call": "post", "fault": "out_of_credit"})
    with pytest.raises(OutOfCredit) as raised:
        desk.commit()
    assert raised.value.code == Trouble.CREDIT
    assert desk.effects("public") == []


def test_the_wait_is_xs_own(publish_with):
    desk = publish_with("text")
    desk.sandbox.faults({"platform": "x", "call": "post", "fault": "rate_limited", "seconds": 400})
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as raised:
        desk.commit()
    wait = timedelta(seconds=400)
    assert before + wait <= raised.value.until <= datetime.now(UTC) + wait + timedelta(seconds=1)


def test_media_that_is_gone_when_the_post_is_made_is_refused(publish_with):
    desk = publish_with("picture")
    desk.stage()
    handles = desk.staged
    handles["media"][0]["id"] = "123"
    desk.saved = json.dumps(handles)
    with pytest.raises(Refused) as raised:
        desk.commit()
    assert raised.value.code == Trouble.MEDIA_REFUSED
    assert desk.effects("public") == []


def test_an_account_whose_name_is_not_known_has_addresses_all_the_same(publish_with):
    desk = publish_with("text")
    connection = replace(desk.adapter.connection, handle="")
    assert X(connection, desk.adapter.addresses).receipt("17").url.endswith("/i/status/17")


@pytest.mark.parametrize(
    ("text", "link", "sent"),
    [
        ("Hej", LINK, f"Hej\n{LINK}"),
        ("", LINK, LINK),
        (f"Se {LINK}.", LINK, f"Se {LINK}."),
        ("Se https://seko.se/avtal", "https://seko.se", "Se https://seko.se/avtal\nhttps://seko.se"),
        ("Hej", "", "Hej"),
    ],
)
def test_the_link_is_put_behind_the_text_unless_it_stands_there(text, link, sent):
    assert X.words(Content(text=text, link=link)) == sent


def test_one_cashtag_and_no_more():
    assert list(X.check(Content(text="$SEKO och 100$ och $1"))) == []
    (problem,) = X.check(Content(text="$SEKO $LO"))
    assert (problem.code, problem.facts) == (Lack.TOO_MANY_CASHTAGS, {"limit": 1})


# --- renewing


def renew(desk: Desk, token: str):
    return X.refresh(token, desk.adapter.connection, desk.adapter.addresses)


def test_a_refresh_token_works_once_and_the_new_pair_goes_on(publish_with):
    desk = publish_with("text")
    first = renew(desk, desk.refresh_token)
    assert first.refresh_token not in ("", desk.refresh_token)
    with pytest.raises(NotConnected) as raised:
        renew(desk, desk.refresh_token)
    assert raised.value.code == Trouble.TOKEN_EXPIRED
    second = renew(desk, first.refresh_token)
    assert second.access_token != first.access_token


@pytest.mark.parametrize("fault", ["reset_after", "error_after", "truncated"])
def test_a_renewal_that_was_heard_without_an_answer_is_unconfirmed(publish_with, fault):
    desk = publish_with("text")
    desk.sandbox.faults({"platform": "x", "call": "token", "fault": fault})
    with pytest.raises(Unconfirmed):
        renew(desk, desk.refresh_token)
    with pytest.raises(NotConnected):
        renew(desk, desk.refresh_token)


def test_a_public_client_names_itself_without_a_secret(publish_with):
    desk = publish_with("text")
    desk.adapter.connection = replace(desk.adapter.connection, app_secret="")
    assert renew(desk, desk.refresh_token).access_token


def test_the_new_tokens_are_never_printed(publish_with):
    desk = publish_with("text")
    tokens = renew(desk, desk.refresh_token)
    assert [secret for secret in (tokens.access_token, tokens.refresh_token) if secret in repr(tokens)] == []


def test_the_receipts_page_shows_the_post(publish_with):
    desk = publish_with("pictures")
    desk.stage()
    receipt = desk.commit()
    assert receipt.url == f"{desk.sandbox.url}/sidor/x/seko/status/{receipt.remote_id}"
    assert requests.get(receipt.url, timeout=10).ok


# --- looking up and removing


def published(desk: Desk) -> str:
    desk.stage()
    return desk.commit().remote_id


def test_what_is_somebody_elses_is_refused_and_stays(publish_with):
    desk = publish_with("text")
    post = published(desk)
    with pytest.raises(Refused):
        desk.stranger().remove(post)
    assert len(desk.shown()) == 1


def test_an_id_that_is_of_nothing_is_not_there_and_removed_without_a_word(publish_with):
    desk = publish_with("text")
    assert desk.adapter.look_up("17") is None
    desk.adapter.remove("17")
    assert desk.effects("removed") == []


def test_a_token_that_may_not_read_is_no_proof_that_it_is_gone(publish_with):
    desk = publish_with("text")
    post = published(desk)
    with Store(desk.sandbox.data_dir) as store:
        token = store.mint("x", "access", desk.adapter.connection.account_id, ["offline.access"], seconds=600)
    blind = X(replace(desk.adapter.connection, access_token=token), desk.adapter.addresses)
    for step in (blind.look_up, blind.remove):
        with pytest.raises(NotConnected) as raised:
            step(post)
        assert raised.value.code == Trouble.PERMISSION_MISSING
    assert len(desk.shown()) == 1


# --- how much is used up


@pytest.mark.parametrize(("pool", "whole_app"), [("", False), ("user", False), ("app", True)])
def test_the_last_post_for_now_is_a_good_one_and_asks_for_a_rest(publish_with, pool, whole_app):
    desk = publish_with("text")
    rule = {"platform": "x", "call": "post", "fault": "limit_reached", "pool": pool, "seconds": 1200}
    desk.sandbox.faults(rule)
    assert desk.commit().remote_id
    (rest,) = desk.adapter.rests
    assert rest.whole_app is whole_app
    assert abs(rest.until - datetime.now(UTC) - timedelta(minutes=20)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("pool", "whole_app"), [("", False), ("user", False), ("app", True), ("month", True)]
)
def test_a_limit_is_the_accounts_or_the_apps(publish_with, pool, whole_app):
    desk = publish_with("text")
    desk.sandbox.faults({"platform": "x", "call": "post", "fault": "rate_limited", "pool": pool})
    with pytest.raises(RateLimited) as raised:
        desk.commit()
    assert raised.value.whole_app is whole_app
    assert desk.effects("public") == []
