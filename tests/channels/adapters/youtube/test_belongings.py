"""What YouTube says to a film's subtitles and thumbnail, and what that means. That they arrive is the contract's."""

from dataclasses import replace

import pytest

from channels.adapters.codes import Trouble
from channels.adapters.youtube import YouTube, belongings
from channels.errors import NotConnected, NotReady, NotSent, RateLimited, Refused
from tests.channels.adapters.desk import SUBTITLES, Desk, content

WHOLE = content("film and its belongings", YouTube)
CALLS = ("captions_insert", "thumbnails_set")


@pytest.fixture
def desk(sandbox) -> Desk:
    return Desk.at(sandbox, YouTube, WHOLE)


def fault(desk: Desk, call: str, what: str, **more: object) -> None:
    desk.sandbox.faults({"platform": "youtube", "call": call, "fault": what, **more})


@pytest.mark.parametrize("call", CALLS)
def test_what_is_there_is_not_sent_again(desk, call):
    desk.stage()
    fault(desk, call, "refuse")
    desk.stage()
    assert len(desk.sandbox.waiting_faults()) == 1


def test_a_film_without_them_asks_for_nothing(sandbox):
    desk = Desk.at(sandbox, YouTube, content("film", YouTube))
    for call in CALLS:
        fault(desk, call, "refuse")
    desk.stage()
    assert len(desk.sandbox.waiting_faults()) == len(CALLS)
    assert {"caption", "thumbnail"} & set(desk.staged) == set()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("what", "error", "code"),
    [
        ("expired_token", NotConnected, Trouble.TOKEN_EXPIRED),
        ("forbidden", NotConnected, Trouble.PERMISSION_MISSING),
        ("rate_limited", RateLimited, Trouble.QUOTA),
        ("error_before", NotSent, Trouble.PLATFORM_DOWN),
        ("refuse", Refused, Trouble.TEXT_REFUSED),
    ],
)
def test_what_goes_wrong_says_what_to_do_and_leaves_the_film_private(desk, call, what, error, code):
    fault(desk, call, what)
    with pytest.raises(error) as raised:
        desk.stage()
    assert (type(raised.value), raised.value.code) == (error, code)
    assert desk.effects("public") == []
    assert "video" in desk.staged


def answer_with(monkeypatch, status: int, reason: str) -> None:
    """What YouTube says from now on to what belongs to a film."""
    check = belongings.Belongings.check

    def told(self, answer, bad, refused):
        error = {"error": {"code": status, "errors": [{"reason": reason}]}}
        return check(self, replace(answer, status=status, told=error), bad, refused)

    monkeypatch.setattr(belongings.Belongings, "check", told)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("invalidMetadata", Trouble.SUBTITLES_REFUSED),
        ("contentRequired", Trouble.SUBTITLES_REFUSED),
        ("invalidImage", Trouble.THUMBNAIL_REFUSED),
        ("uploadTooLarge", Trouble.THUMBNAIL_REFUSED),
    ],
)
def test_what_youtube_does_not_take_is_refused_in_its_own_words(sandbox, monkeypatch, reason, code):
    about = {Trouble.THUMBNAIL_REFUSED: {"media": content("film", YouTube).media}}.get(
        code, {"thumbnail": None}
    )
    desk = Desk.at(sandbox, YouTube, replace(WHOLE, **about))
    answer_with(monkeypatch, 400, reason)
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == code
    assert desk.effects("public") == []


def test_a_channel_that_gave_no_number_may_have_no_thumbnail_and_is_not_broken(desk):
    desk.sandbox.describe("youtube", desk.adapter.connection.account_id, phone_verified=False)
    with pytest.raises(Refused) as raised:
        desk.stage()
    assert raised.value.code == Trouble.THUMBNAIL_REFUSED
    assert desk.effects("public") == []


def test_a_film_that_youtube_does_not_know_yet_is_waited_for(sandbox, monkeypatch):
    desk = Desk.at(sandbox, YouTube, content("film", YouTube))
    desk.stage()
    desk.content = WHOLE
    with monkeypatch.context() as patched:
        answer_with(patched, 404, "videoNotFound")
        with pytest.raises(NotReady) as raised:
            desk.stage_once()
    assert raised.value.code == Trouble.PROCESSING
    desk.stage()
    desk.commit()
    (post,) = desk.shown()
    assert (post["subtitles"], post["thumbnail"]) == ([SUBTITLES], WHOLE.thumbnail.sha256)
