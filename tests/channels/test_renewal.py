"""
Tokens that are renewed by real processes at the sandbox, where X's refresh tokens work once: however many ask, one call
is made; and whatever dies or is said meanwhile, the channel has a good token in the end or a person is asked, once.

What becomes of posts meanwhile is told in `tests/faults/test_tokens.py`.
"""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from audit.models import Entry
from channels import connections, health, parting
from channels.adapters.codes import Trouble
from channels.errors import NotConnected, NotReady, NotSent
from channels.models import Channel, Credential
from channels.sandbox.store import Store
from channels.signals import broke
from tests import factories
from tests.channels.test_connections import at_once, fault_of
from tests.faults.conftest import running, sandbox, workers
from tests.faults.matrix import Place
from tests.faults.scene import connected, credential

__all__ = ["running", "sandbox", "workers"]

pytestmark = pytest.mark.django_db(transaction=True)
RENEWING = Place("asking for a new token", "call sent", 1)
RENEWED = Place("with the new token", "call answered", 1)
KILLED, STOPPED = "SIGKILL", "SIGSTOP"
MOST = 100
numbers = itertools.count(500)


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What is said of channels that broke, to those who tell people of it."""
    codes: list[str] = []

    def hear(code: str, **_more: object) -> None:
        codes.append(code)

    broke.connect(hear)
    yield codes
    broke.disconnect(hear)


@pytest.fixture(params=["x", "youtube"])
def channel(request, sandbox) -> Channel:
    return run_out_channel(sandbox, request.param)


@pytest.fixture
def x(sandbox) -> Channel:
    return run_out_channel(sandbox, "x")


@pytest.fixture
def youtube(sandbox) -> Channel:
    return run_out_channel(sandbox, "youtube")


def run_out_channel(sandbox, platform: str) -> Channel:
    channel = connected(sandbox, platform, next(numbers), owner=factories.reader(name="Olle Ägare"))
    run_out()
    count_calls(sandbox, channel)
    return channel


def run_out() -> None:
    Credential.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def lease_runs_out() -> None:
    Credential.objects.update(refreshing_until=timezone.now() - timedelta(seconds=1))


def count_calls(sandbox, channel: Channel, *faults: str, seconds: float = 0) -> None:
    """From now on; the first ones meet with these faults."""
    token = {"platform": channel.platform, "call": "token"}
    wait = {"fault": "delay_before", "seconds": seconds, "times": MOST - len(faults)}
    sandbox.clear_faults()
    sandbox.faults(*[{**token, "fault": fault} for fault in faults], {**token, **wait})


def calls(sandbox) -> int:
    """How often a token was asked for."""
    return MOST - sum(rule["times"] for rule in sandbox.waiting_faults())


def use(channel: Channel) -> None:
    connections.adapter_for(Channel.objects.get(pk=channel.pk))


def tell(channel: Channel) -> bool:
    """Use it, and do what is done with a refusal. True: one may try again."""
    with pytest.raises(NotConnected) as refused:
        use(channel)
    return connections.doubt_token(channel, refused.value)


def works(sandbox, channel: Channel) -> bool:
    """The platform takes the token that we have, and would renew it."""
    secrets = Credential.objects.get(channel=channel).open()
    with Store(sandbox.data_dir) as store:
        tokens = [store.token(secrets[name]) for name in ("access_token", "refresh_token")]
    return all(token is not None and token.used is None for token in tokens)


def log(channel: Channel) -> list[str]:
    """What was written down since it was connected, but for its name."""
    lines = Entry.objects.filter(thing=f"channel:{channel.pk}").exclude(verb="channel.changed")
    return list(lines.order_by("number").values_list("verb", flat=True))[1:]


def look(channel: Channel) -> None:
    """What is done once a day, broken or not."""
    health.probe(Channel.objects.get(pk=channel.pk))


# --- at the same moment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how_many", [2, 8])
def test_processes_at_the_same_moment_make_one_call(channel, sandbox, workers, how_many):
    count_calls(sandbox, channel, seconds=1)
    started = [workers.start("use channel", channel.pk) for _ in range(how_many)]
    for worker in started:
        workers.wait(worker)
    assert [worker.code for worker in started] == [0] * how_many
    assert (calls(sandbox), works(sandbox, channel), fault_of(channel)) == (1, True, "")
    use(channel)
    assert calls(sandbox) == 1


def test_threads_at_the_same_moment_make_one_call_each_time(channel, sandbox):
    def work() -> None:
        try:
            use(channel)
        except NotReady as error:
            refusals.append(error.code)

    refusals: list[str] = []
    for turn in range(1, 4):
        run_out()
        at_once(*[work] * 8)
        assert (calls(sandbox), works(sandbox, channel)) == (turn, True)
    assert {*refusals} <= {"renewing"}
    assert (fault_of(channel), log(channel)) == ("", [])


# --- a worker dies, or an answer is lost --------------------------------------------------------------------------


@pytest.mark.parametrize("place", [RENEWING, RENEWED], ids=lambda place: place.where)
def test_what_died_with_its_worker_is_asked_for_once_more_and_then_a_person_is(
    channel, sandbox, workers, told, place
):
    """X has used up our token, and nobody knows the new one. Google gives another for the same."""
    died = workers.start("use channel", channel.pk, where=place.where, number=place.number, signal=KILLED)
    workers.wait(died)
    assert (died.code, calls(sandbox)) == (-9, 1)
    with pytest.raises(NotReady, match="renewing"):
        use(channel)
    assert calls(sandbox) == 1
    lease_runs_out()
    if channel.platform == "youtube":
        use(channel)
        assert (calls(sandbox), works(sandbox, channel), log(channel)) == (2, True, [])
        return
    assert tell(channel) is False
    assert (calls(sandbox), fault_of(channel)) == (2, Trouble.TOKEN_EXPIRED)
    look(channel)
    assert (calls(sandbox), log(channel), told) == (3, ["channel.broke"], [Trouble.TOKEN_EXPIRED])
    connections.connect(channel, **credential(sandbox, channel))
    use(channel)
    assert (works(sandbox, channel), fault_of(channel), calls(sandbox)) == (True, "", 3)


LOST = ["reset_after", "error_after", "truncated"]


@pytest.mark.parametrize("fault", LOST)
def test_an_answer_that_is_lost_is_asked_for_once_more_after_the_lease(x, sandbox, told, fault):
    """The old token may be used up. X says so, and then a person is asked."""
    count_calls(sandbox, x, fault)
    before = Credential.objects.get().sealed
    with pytest.raises(NotReady, match="renewal_unclear") as unclear:
        use(x)
    assert unclear.value.until > timezone.now() + timedelta(seconds=100)
    assert (Credential.objects.get().sealed, fault_of(x)) == (before, "")
    with pytest.raises(NotReady, match="renewing"):
        use(x)
    assert calls(sandbox) == 1
    lease_runs_out()
    assert tell(x) is False
    assert (calls(sandbox), log(x), told) == (2, ["channel.broke"], [Trouble.TOKEN_EXPIRED])


@pytest.mark.parametrize("fault", ["reset_before", "error_before"])
def test_a_call_that_was_never_taken_in_is_made_again_after_the_lease_and_nothing_is_lost(x, sandbox, fault):
    count_calls(sandbox, x, fault)
    with pytest.raises(NotReady, match="renewal_unclear"):
        use(x)
    lease_runs_out()
    use(x)
    assert (works(sandbox, x), log(x), calls(sandbox)) == (True, [], 2)


@pytest.mark.parametrize("fault", [*LOST, "reset_before", "error_before"])
def test_where_a_refresh_token_works_for_ever_nobody_waits_after_an_answer_that_was_lost(
    youtube, sandbox, fault
):
    count_calls(sandbox, youtube, fault)
    with pytest.raises(NotSent):
        use(youtube)
    use(youtube)
    assert (works(sandbox, youtube), log(youtube), calls(sandbox)) == (True, [], 2)


# --- what people do meanwhile -------------------------------------------------------------------------------------


def test_a_token_that_was_revoked_breaks_the_channel_once(channel, sandbox, told):
    revoke(sandbox, channel)
    assert tell(channel) is False
    assert (calls(sandbox), fault_of(channel)) == (1, Trouble.TOKEN_EXPIRED)
    look(channel)
    assert (calls(sandbox), log(channel), told) == (2, ["channel.broke"], [Trouble.TOKEN_EXPIRED])


def revoke(sandbox, channel: Channel) -> None:
    with Store(sandbox.data_dir) as store:
        for secret in Credential.objects.get(channel=channel).open().values():
            store.use_up(secret)


def test_who_disconnects_during_a_renewal_has_a_channel_without_secrets_here_and_there(
    channel, sandbox, workers
):
    mona = factories.administrator()
    renewing = workers.start("use channel", channel.pk, where="call sent", number=1, signal=STOPPED)
    workers.wait(renewing)
    parting.disconnect(Channel.objects.get(pk=channel.pk), mona)
    renewing.resume()
    workers.wait(renewing)
    assert renewing.code == 0
    parting.sweep(timezone.now() + parting.BEGUN_BY_NOW)
    assert not Credential.objects.exists()
    assert Channel.objects.get().disconnected_at is not None
    assert log(channel) == ["channel.disconnected"]
    assert alive(sandbox, channel) == []


def alive(sandbox, channel: Channel) -> list[str]:
    """The kinds of tokens that still work at the platform. Google ends a grant by its refresh token."""
    kinds = ["refresh"] if channel.platform == "youtube" else ["access", "refresh"]
    with Store(sandbox.data_dir) as store:
        rows = store._rows("SELECT kind FROM token WHERE account = ? AND used IS NULL", channel.remote_id)
    return [row["kind"] for row in rows if row["kind"] in kinds]


def test_who_connects_again_during_a_renewal_keeps_what_they_have_got(channel, sandbox, workers):
    renewing = workers.start("use channel", channel.pk, where="call sent", number=1, signal=STOPPED)
    workers.wait(renewing)
    theirs = credential(sandbox, channel)
    connections.connect(channel, **theirs)
    renewing.resume()
    workers.wait(renewing)
    assert renewing.code == 0
    assert Credential.objects.get().open() == theirs["secrets"]
    assert (works(sandbox, channel), fault_of(channel), log(channel)) == (True, "", ["channel.connected"])


def test_a_worker_that_wakes_after_its_lease_keeps_what_it_was_given(x, sandbox, workers):
    """Nobody else has asked meanwhile."""
    renewing = workers.start("use channel", x.pk, where="call sent", number=1, signal=STOPPED)
    workers.wait(renewing)
    lease_runs_out()
    renewing.resume()
    workers.wait(renewing)
    assert (renewing.code, calls(sandbox), works(sandbox, x), fault_of(x)) == (0, 1, True, "")
    use(x)
    assert calls(sandbox) == 1


def test_app_keys_that_are_wrong_cost_no_token_and_are_mended_by_the_next_look(x, sandbox, settings, told):
    right, settings.APP_KEYS = settings.APP_KEYS, {"x": ("wrong", "wrong")}
    assert tell(x) is False
    look(x)
    assert (fault_of(x), log(x), told) == (Trouble.APP_KEYS, ["channel.broke"], [Trouble.APP_KEYS])
    settings.APP_KEYS = right
    look(x)
    assert (fault_of(x), works(sandbox, x), log(x)) == ("", True, ["channel.broke", "channel.mended"])


@pytest.mark.parametrize("platform", ["facebook", "x", "youtube", "mastodon", "bluesky"])
def test_a_token_that_ends_and_cannot_be_renewed_asks_for_a_person(sandbox, told, platform):
    channel = factories.channel(platform)
    connections.connect(channel, {"access_token": "for an hour"}, timezone.now())
    assert tell(channel) is False
    look(channel)
    assert (fault_of(channel), told) == (Trouble.TOKEN_EXPIRED, [Trouble.TOKEN_EXPIRED])
    assert Credential.objects.get().refreshing_until is None


def test_the_sandbox_knows_who_asks(sandbox):
    """The counting is worth nothing if the call is not heard at all."""
    channel = connected(sandbox, "x", next(numbers))
    count_calls(sandbox, channel)
    assert calls(sandbox) == 0
    requests.post(f"{sandbox.url}/x/2/oauth2/token", timeout=5)
    assert calls(sandbox) == 1
