"""Looking whether a YouTube channel's connection works, and trying it out where nobody sees it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from freezegun import freeze_time

from channels import trial
from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection, Finding, Kind, Staged
from channels.adapters.codes import Trouble, Worry
from channels.adapters.youtube import YouTube
from channels.adapters.youtube.trying import TITLE
from channels.adapters.youtube.uploads import Upload
from channels.errors import ChannelError, NotConnected, NotReady, NotSent, RateLimited
from tests.channels.adapters.desk import ACCOUNTS, connected

CHANNEL = ACCOUNTS["youtube"]
FILM = trial.media(Kind.FILM)
LIST = {"kind": "youtube#channelListResponse"}
OURS = LIST | {"items": [{"id": "UC1", "snippet": {"title": "Seko"}}]}


@pytest.fixture
def adapter(sandbox) -> YouTube:
    return YouTube(connected(sandbox, "youtube")[0], sandbox.addresses)


@pytest.fixture
def at_script(script) -> YouTube:
    return YouTube(Connection("UC1", "token"), sandbox_addresses(script.url))


def ended(step, *arguments) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        step(*arguments)
    return caught.value


def films(adapter: YouTube) -> list[str]:
    return [
        str(video["snippet"]["title"]) for video in Upload(adapter.api, FILM, {}, Staged(), print).newest()
    ]


def calls(sandbox) -> list[str]:
    return [line["call"] for line in sandbox.ledger()]


# --- looking


def test_a_look_tells_of_the_channel_and_changes_nothing(adapter, sandbox):
    health = adapter.probe()
    assert (health.account.id, health.account.name) == (CHANNEL, "Seko")
    assert (health.scopes, health.connection_ends_at, health.findings) == (None, None, ())
    assert sandbox.ledger() == []


def test_a_look_is_one_call(at_script, script):
    script.on("GET channels", OURS)
    at_script.probe()
    assert script.calls() == ["GET /google/youtube/v3/channels"]


@pytest.mark.parametrize(
    ("items", "code"), [([{"id": "UC2"}], Trouble.WRONG_ACCOUNT), ([], Trouble.NO_CHANNEL)]
)
def test_the_token_of_another_channel_is_found_out(at_script, script, items, code):
    script.on("GET channels", LIST | {"items": items})
    error = ended(at_script.probe)
    assert (type(error), error.code) == (NotConnected, code)


def google(reason: str, code: int) -> dict[str, object]:
    return {"error": {"code": code, "message": reason, "errors": [{"reason": reason}]}}


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (401, google("authError", 401), NotConnected, Trouble.TOKEN_EXPIRED),
        (403, google("insufficientPermissions", 403), NotConnected, Trouble.PERMISSION_MISSING),
        (403, google("channelSuspended", 403), NotConnected, Trouble.ACCOUNT_SUSPENDED),
        (403, google("quotaExceeded", 403), RateLimited, Trouble.QUOTA),
        (400, google("badRequest", 400), NotSent, Trouble.UNREADABLE),
        (503, google("backendError", 503), NotSent, Trouble.PLATFORM_DOWN),
        (200, "<html>", NotSent, Trouble.UNREADABLE),
    ],
)
def test_a_look_tells_what_is_broken_from_what_could_not_be_seen(at_script, script, status, told, kind, code):
    script.on("GET channels", told, status=status)
    error = ended(at_script.probe)
    assert (type(error), error.code) == (kind, code)


def test_a_clock_that_is_off_is_found(at_script, script):
    theirs = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    script.on("GET channels", OURS, Date=theirs)
    assert at_script.probe().findings == (Finding(Worry.CLOCK_OFF, {"seconds": pytest.approx(-600, abs=30)}),)


# --- trying it out


def test_a_trial_sends_a_private_film_and_deletes_it(adapter, sandbox):
    adapter.try_out(FILM)
    assert calls(sandbox)[-1] == "videos_delete"
    assert films(adapter) == []
    assert sandbox.ledger(effect="public") == []
    assert sandbox.media(FILM.sha256) == FILM.open().read()


def test_a_trial_with_the_token_of_another_channel_sends_nothing(sandbox):
    connection, _ = connected(sandbox, "youtube")
    stranger = YouTube(Connection("UC2", connection.access_token), sandbox.addresses)
    assert ended(stranger.try_out, FILM).code == Trouble.WRONG_ACCOUNT
    assert sandbox.ledger() == []


def leave_one(adapter, sandbox) -> None:
    """YouTube does not know its own newest film yet when it is asked to delete it."""
    sandbox.faults({"platform": "youtube", "call": "videos_delete", "fault": "lag", "seconds": 60})
    error = ended(adapter.try_out, FILM)
    sandbox.clear_faults()
    assert (type(error), error.code) == (NotReady, Trouble.PROCESSING)
    assert films(adapter) == [TITLE]


def test_a_film_that_youtube_does_not_know_yet_is_taken_away_by_the_next_trial_that_sends_none(
    adapter, sandbox
):
    leave_one(adapter, sandbox)
    sent = calls(sandbox)
    adapter.try_out(FILM)
    assert calls(sandbox)[len(sent) :] == ["videos_delete"]
    assert films(adapter) == []


def test_a_film_that_an_earlier_trial_left_proves_nothing_of_today(adapter, sandbox):
    leave_one(adapter, sandbox)
    sent = calls(sandbox)
    with freeze_time(datetime.now(UTC) + timedelta(minutes=20), tick=True):
        adapter.try_out(FILM)
    assert calls(sandbox)[len(sent) :].count("videos_delete") == 2
    assert films(adapter) == []


@pytest.mark.parametrize(
    "about",
    [{"title": "Seko Social: en annan"}, {"privacy": "unlisted"}, {"privacy": "public"}, {"size": 5}],
)
def test_no_other_film_is_taken_for_a_trials(at_script, script, about):
    film = {
        "id": "somebodys",
        "snippet": {"title": about.get("title", TITLE), "publishedAt": datetime.now(UTC).isoformat()},
        "status": {"privacyStatus": about.get("privacy", "private")},
        "fileDetails": {"fileSize": str(about.get("size", FILM.size))},
    }
    script.on("GET channels", OURS)
    script.on("GET playlistItems", {"items": [{"contentDetails": {"videoId": "somebodys"}}]})
    script.on("GET v3/videos", {"items": [film]})
    script.on("POST videos", {}, Location=f"{script.url}/session").on("PUT session", {"id": "ours"})
    script.on("DELETE videos", "", status=204)
    at_script.try_out(FILM)
    assert [heard.query for heard in script.heard if heard.method == "DELETE"] == [{"id": "ours"}]


@pytest.mark.parametrize(
    ("call", "fault"),
    [("open_session", "rate_limited"), ("put_chunk", "refuse"), ("videos_delete", "error_before")],
)
def test_a_trial_fails_where_publishing_would(adapter, sandbox, call, fault):
    sandbox.faults({"platform": "youtube", "call": call, "fault": fault})
    assert ended(adapter.try_out, FILM).code
    assert sandbox.ledger(effect="public") == []
