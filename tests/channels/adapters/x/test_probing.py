"""Looking whether an X account's connection works, and trying it out where nobody sees it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from channels import trial
from channels.adapters import sandbox_addresses
from channels.adapters.base import Connection, Finding, Kind
from channels.adapters.codes import Trouble, Worry
from channels.adapters.x import X
from channels.errors import ChannelError, NotConnected, NotSent, OutOfCredit, RateLimited, Refused
from tests.channels.adapters.desk import connected

ME = {"data": {"id": "7", "username": "seko", "name": "Seko", "public_metrics": {"followers_count": 3}}}


@pytest.fixture
def adapter(sandbox) -> X:
    return X(connected(sandbox, "x")[0], sandbox.addresses)


@pytest.fixture
def at_script(script) -> X:
    return X(Connection("7", "token", handle="seko"), sandbox_addresses(script.url))


def ended(step, *arguments) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        step(*arguments)
    return caught.value


# --- looking


def test_a_look_tells_of_the_account_and_changes_nothing(adapter, sandbox):
    health = adapter.probe()
    assert (health.account.id, health.account.name, health.account.handle) == ("7000001", "Seko", "seko")
    assert (health.scopes, health.connection_ends_at, health.findings) == (None, None, ())
    assert sandbox.ledger() == []


def test_a_look_is_one_call(at_script, script):
    assert look(at_script, script).account.followers == 3
    assert script.calls() == ["GET /x/2/users/me"]


def look(adapter, script, told=ME, *, status=200, **headers):
    script.on("GET users/me", told, status=status, **headers)
    return adapter.probe()


def test_the_token_of_another_account_is_found_out(script):
    adapter = X(Connection("8", "token"), sandbox_addresses(script.url))
    error = ended(look, adapter, script)
    assert (type(error), error.code) == (NotConnected, Trouble.WRONG_ACCOUNT)


SUSPENDED = {"type": "https://api.x.com/2/problems/user-suspended", "detail": "User has been suspended"}


@pytest.mark.parametrize(
    ("status", "told", "kind", "code"),
    [
        (401, {"title": "Unauthorized"}, NotConnected, Trouble.TOKEN_EXPIRED),
        (402, {"title": "CreditsDepleted"}, OutOfCredit, Trouble.CREDIT),
        (403, SUSPENDED, NotConnected, Trouble.ACCOUNT_SUSPENDED),
        (403, {"detail": "no"}, NotSent, Trouble.UNREADABLE),
        (429, {"title": "Too Many Requests"}, RateLimited, Trouble.TOO_MANY_CALLS),
        (503, {}, NotSent, Trouble.PLATFORM_DOWN),
        (200, "<html>", NotSent, Trouble.UNREADABLE),
    ],
)
def test_a_look_tells_what_is_broken_from_what_could_not_be_seen(at_script, script, status, told, kind, code):
    with pytest.raises(ChannelError) as caught:
        look(at_script, script, told, status=status)
    assert (type(caught.value), caught.value.code) == (kind, code)


def test_a_clock_that_is_off_is_found(at_script, script):
    theirs = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    (finding,) = look(at_script, script, Date=theirs).findings
    assert finding.code == Worry.CLOCK_OFF
    assert finding == Finding(Worry.CLOCK_OFF, {"seconds": pytest.approx(600, abs=30)})


def test_a_look_that_used_up_the_last_call_asks_for_a_rest(at_script, script):
    reset = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=9)
    headers = {"x_rate_limit_remaining": "0", "x_rate_limit_reset": str(int(reset.timestamp()))}
    look(at_script, script, **headers)
    assert [rest.until for rest in at_script.rests] == [reset]


# --- trying it out


def test_a_trial_uploads_a_picture_that_is_in_no_post(adapter, sandbox):
    picture = trial.media(Kind.PICTURE)
    adapter.try_out(picture)
    assert [(line["call"], line["effect"]) for line in sandbox.ledger()] == [
        ("media_initialize", "staged"),
        ("media_finalize", "staged"),
    ]
    assert sandbox.media(picture.sha256) == picture.open().read()
    assert sandbox.posts("x") == []


def test_a_trial_with_the_token_of_another_account_sends_nothing(sandbox):
    connection, _ = connected(sandbox, "x")
    stranger = X(Connection("8", connection.access_token), sandbox.addresses)
    assert ended(stranger.try_out, trial.media(Kind.PICTURE)).code == Trouble.WRONG_ACCOUNT
    assert sandbox.ledger() == []


@pytest.mark.parametrize("call", ["media_initialize", "media_append", "media_finalize"])
def test_a_trial_fails_where_publishing_would(adapter, sandbox, call):
    sandbox.faults({"platform": "x", "call": call, "fault": "refuse"})
    assert isinstance(ended(adapter.try_out, trial.media(Kind.PICTURE)), Refused | NotConnected)
