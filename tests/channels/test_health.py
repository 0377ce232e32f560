"""A look at a channel's connection: what it finds, what it means, and that it is taken once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from channels import connections, health, tasks, wording
from channels.adapters import connectors
from channels.adapters.base import Finding, Health, Rest
from channels.adapters.codes import Trouble, Worry
from channels.adapters.connector import Account, Connector, Right
from channels.errors import NotConnected, NotSent, OutOfCredit, RateLimited
from channels.models import AppRest, Channel, Credential
from channels.signals import broke
from tests import factories
from tests.channels.test_connections import at_once
from tests.scripted import raising

pytestmark = pytest.mark.django_db


class Asking(Connector):
    """As much of a connector as a look needs."""

    platform = "facebook"
    needs = {Right.PUBLISH: ("write",), Right.READ: ("read",), Right.COMMENTS: ("read", "talk")}
    dialog = exchange = accounts = revoke = None  # type: ignore[assignment]


@pytest.fixture
def channel(platform, monkeypatch) -> Channel:
    monkeypatch.setitem(connectors.CONNECTORS, "facebook", Asking)
    return factories.channel(name="Seko")


@pytest.fixture
def told_of() -> list:
    """What was said of channels that broke."""
    heard = []

    def hear(sender, channel, code, **_rest):
        heard.append((channel.pk, code))

    broke.connect(hear)
    yield heard
    broke.disconnect(hear)


def look(channel: Channel) -> Channel:
    """Somebody asks, and a worker looks. The channel as it is then."""
    Channel.objects.filter(pk=channel.pk).update(probe_at=timezone.now())
    tasks.probe(channel.pk)
    return Channel.objects.get(pk=channel.pk)


def account(channel: Channel, **fields) -> Account:
    return Account(**{"id": channel.remote_id, "name": channel.name} | fields)


def verbs() -> list[str]:
    return [*Entry.objects.order_by("number").values_list("verb", flat=True)]


# --- what it finds ----------------------------------------------------------------------------------------------


def test_a_look_that_finds_nothing_wrong_is_written_down(channel, platform):
    before = timezone.now()
    seen = look(channel)
    assert platform.calls == ["probe"]
    assert (seen.fault, seen.findings, seen.probe_trouble, seen.probing_until) == ("", [], "", None)
    assert before < seen.probed_at <= seen.checked_at
    assert timedelta(hours=23) <= seen.probe_at - seen.probed_at <= timedelta(hours=24)


def test_what_the_platform_tells_is_kept(channel, platform):
    ends_at = timezone.now() + timedelta(days=60)
    platform.health = Health(
        account(channel, name="Seko Nord", handle="sekonord", url="https://example.test/sekonord"),
        scopes=("read", "write", "talk"),
        connection_ends_at=ends_at,
    )
    seen = look(channel)
    assert (seen.name, seen.handle, seen.url) == ("Seko Nord", "sekonord", "https://example.test/sekonord")
    credential = Credential.objects.get(channel=channel)
    assert (credential.scopes, credential.connection_expires_at) == (["read", "write", "talk"], ends_at)
    assert Entry.objects.get(verb="channel.changed").facts["changes"]["name"] == ["Seko", "Seko Nord"]


def test_what_the_platform_does_not_tell_stays_as_it_was(channel, platform):
    ends_at = timezone.now() + timedelta(days=60)
    Credential.objects.update(scopes=["read", "write", "talk"], connection_expires_at=ends_at)
    Channel.objects.update(handle="seko", url="https://example.test/seko")
    seen = look(channel)
    credential = Credential.objects.get(channel=channel)
    assert (credential.scopes, credential.connection_expires_at) == (["read", "write", "talk"], ends_at)
    assert (seen.handle, seen.url) == ("seko", "https://example.test/seko")
    assert "channel.changed" not in verbs()


def test_a_missing_right_that_one_can_do_without_is_a_worry(channel, platform):
    platform.health = Health(account(channel), scopes=("write", "read"))
    seen = look(channel)
    assert (seen.fault, seen.findings) == (
        "",
        [{"code": "right_missing", "facts": {"right": "comments"}}],
    )


def test_without_the_right_to_publish_it_is_broken(channel, platform, told_of):
    platform.health = Health(account(channel), scopes=("read", "talk"))
    seen = look(channel)
    assert seen.fault == Trouble.PERMISSION_MISSING
    assert told_of == [(channel.pk, Trouble.PERMISSION_MISSING)]


def test_a_role_that_gives_less_is_a_worry_told_once(channel, platform):
    less = Finding(Worry.ROLE_LESS, {"right": "comments"})
    platform.health = Health(account(channel, missing=(Right.COMMENTS,)), findings=(less,))
    assert look(channel).findings == [{"code": "role_less", "facts": {"right": "comments"}}]


def test_a_role_that_may_not_publish_breaks_it(channel, platform):
    platform.health = Health(account(channel, missing=(Right.PUBLISH,)))
    assert look(channel).fault == Trouble.ROLE_LOST


def test_another_account_behind_the_token_breaks_it(channel, platform):
    platform.health = Health(Account("somebody-elses", "Någon annan"))
    seen = look(channel)
    assert (seen.fault, seen.name) == (Trouble.WRONG_ACCOUNT, "Seko")


def test_an_account_that_refuses_us_breaks_it(channel, platform):
    platform.health = Health(account(channel, refusal=Trouble.ACCOUNT_SUSPENDED))
    assert look(channel).fault == Trouble.ACCOUNT_SUSPENDED


def test_a_clock_that_is_off_is_told(channel, platform):
    platform.health = Health(account(channel), findings=(Finding(Worry.CLOCK_OFF, {"seconds": 400}),))
    seen = look(channel)
    assert [wording.finding_sentence(finding) for finding in seen.findings] == [
        "Vår klocka och plattformens skiljer sig med 400 sekunder."
    ]


@pytest.mark.parametrize("worry", Worry)
def test_every_worry_is_said_in_words(worry):
    facts = {
        "right": "comments", "seconds": 400, "characters": 500, "pictures": 4,
        "at": "2027-01-01T12:00:00+00:00",
    }  # fmt: skip
    said = wording.finding_sentence({"code": worry.value, "facts": facts})
    assert said != worry.value
    assert "%(" not in said


# --- a token that is not taken ----------------------------------------------------------------------------------


def test_a_token_that_is_not_taken_is_renewed_once_and_looked_at_again(channel, platform, told_of):
    platform.script["probe"] = raising(NotConnected(Trouble.TOKEN_EXPIRED))
    seen = look(channel)
    assert (seen.fault, seen.is_being_looked_at, told_of) == ("", True, [])
    tasks.probe(channel.pk)
    assert platform.renewals == [f"refresh-{channel.remote_id}"]
    assert platform.calls == ["probe", "probe"]
    assert Channel.objects.get().probed_at


def test_a_token_that_is_not_taken_even_then_is_a_channel_that_broke(channel, platform, told_of):
    refused = [NotConnected(Trouble.TOKEN_EXPIRED) for _ in range(5)]
    platform.script["probe"] = raising(*refused)
    look(channel)
    for _ in range(4):
        tasks.probe(channel.pk)
    seen = Channel.objects.get()
    assert (seen.fault, seen.is_being_looked_at) == (Trouble.TOKEN_EXPIRED, False)
    assert platform.calls == ["probe", "probe"]
    assert told_of == [(channel.pk, Trouble.TOKEN_EXPIRED)]


def test_what_broke_it_is_told_once_however_often_one_looks(channel, platform, told_of):
    platform.script["probe"] = raising(*(NotConnected(Trouble.ACCESS_REVOKED) for _ in range(3)))
    for _ in range(3):
        look(channel)
    assert told_of == [(channel.pk, Trouble.ACCESS_REVOKED)]
    assert verbs().count("channel.broke") == 1


def test_a_broken_channel_that_works_again_recovers_by_itself(channel, platform):
    connections.mark_broken(channel, Trouble.ROLE_LOST)
    seen = look(channel)
    assert (seen.fault, seen.fault_at) == ("", None)
    assert verbs()[-1] == "channel.mended"


def test_what_breaks_while_one_looks_stays_broken(channel, platform):
    def break_it(*_):
        connections.mark_broken(channel, Trouble.ROLE_LOST)

    platform.script["probe"] = break_it
    assert look(channel).fault == Trouble.ROLE_LOST


def test_what_is_found_of_an_old_credential_says_nothing_of_the_new_one(channel, platform):
    platform.health = Health(account(channel, name="Gammalt"), scopes=())

    def connect_again(*_):
        connections.connect(Channel.objects.get(pk=channel.pk), {"access_token": "new"}, scopes=["write"])

    platform.script["probe"] = connect_again
    seen = look(channel)
    assert (seen.fault, seen.name, seen.probed_at, seen.is_being_looked_at) == ("", "Seko", None, True)
    assert Credential.objects.get().scopes == ["write"]


def test_a_channel_without_a_credential_is_broken(channel, told_of):
    Credential.objects.all().delete()
    assert look(channel).fault == "no_credential"
    assert told_of == [(channel.pk, "no_credential")]


# --- money ------------------------------------------------------------------------------------------------------


def test_an_account_without_money_is_told_and_works_again_when_there_is_some(channel, platform, told_of):
    platform.script["probe"] = raising(OutOfCredit(Trouble.CREDIT))
    seen = look(channel)
    assert (seen.fault, seen.is_unfunded, told_of) == ("credit", True, [(channel.pk, "credit")])
    assert look(channel).fault == ""


# --- one could not look -----------------------------------------------------------------------------------------


def test_that_one_could_not_look_is_no_fault_of_the_channel(channel, platform, told_of):
    platform.script["probe"] = raising(NotSent(Trouble.CONNECT))
    seen = look(channel)
    assert (seen.fault, seen.probe_trouble, seen.probed_at, told_of) == ("", Trouble.CONNECT, None, [])
    assert seen.probing_until is None
    assert timedelta(minutes=29) < seen.probe_at - timezone.now() <= timedelta(minutes=30)


def test_a_broken_channel_stays_broken_when_one_could_not_look(channel, platform):
    connections.mark_broken(channel, Trouble.ROLE_LOST)
    platform.script["probe"] = raising(NotSent(Trouble.NO_ANSWER))
    assert look(channel).fault == Trouble.ROLE_LOST


def test_the_next_look_that_works_forgets_that_one_could_not(channel, platform):
    platform.script["probe"] = raising(NotSent(Trouble.CONNECT))
    look(channel)
    assert look(channel).probe_trouble == ""


def test_a_platform_that_asks_for_patience_gets_it(channel, platform):
    until = timezone.now() + timedelta(hours=2)
    platform.script["probe"] = raising(RateLimited(Trouble.TOO_MANY_CALLS, until=until))
    seen = look(channel)
    assert (seen.fault, seen.probe_at, seen.resting_until) == ("", until, until)
    look(channel)
    assert platform.calls == ["probe"]


def test_the_rest_that_a_good_answer_asks_for_is_kept(channel, platform):
    until = timezone.now() + timedelta(minutes=5)
    platform.script["probe"] = lambda adapter, *_: adapter.rests.append(Rest(until, whole_app=True))
    look(channel)
    assert AppRest.objects.get(platform="facebook").resting_until == until


# --- whose turn it is -------------------------------------------------------------------------------------------


def due() -> list[int]:
    return [*Channel.objects.to_look_at(timezone.now()).values_list("pk", flat=True)]


def test_a_day_after_the_last_look_it_is_due(channel):
    assert due() == []
    Channel.objects.update(probe_at=timezone.now() - timedelta(seconds=1))
    assert due() == [channel.pk]


def test_only_what_has_a_connection_is_looked_at(channel):
    paused, gone = factories.channel(), factories.channel()
    by_hand = factories.channel("by_hand")
    anna = factories.reviewer()
    connections.pause(paused, anna)
    Channel.objects.filter(pk=gone.pk).update(disconnected_at=timezone.now())
    Channel.objects.update(probe_at=timezone.now())
    assert {*due()} == {channel.pk, paused.pk}
    assert connections.claim_probe(by_hand.pk) is None
    assert connections.claim_probe(gone.pk) is None


def test_what_rests_is_left_alone(channel):
    Channel.objects.update(probe_at=timezone.now())
    connections.rest(channel, timezone.now() + timedelta(minutes=1), whole_app=True)
    assert due() == []


def test_the_clock_sends_a_worker_to_each_that_is_due(channel, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "put", lambda task, *args, **_: sent.append((task.name, *args)))
    factories.channel()
    Channel.objects.filter(pk=channel.pk).update(probe_at=timezone.now())
    tasks.probe_due()
    assert sent == [("channels.tasks.probe", channel.pk)]


def test_a_look_is_taken_once(channel, platform):
    Channel.objects.update(probe_at=timezone.now())
    assert connections.claim_probe(channel.pk) is not None
    assert connections.claim_probe(channel.pk) is None
    assert due() == []


def test_the_look_of_a_worker_that_died_is_taken_by_another(channel, platform):
    Channel.objects.update(probe_at=timezone.now())
    connections.claim_probe(channel.pk)
    Channel.objects.update(probing_until=timezone.now() - timedelta(seconds=1))
    assert due() == [channel.pk]
    tasks.probe(channel.pk)
    assert platform.calls == ["probe"]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_looks(channel, platform):
    Channel.objects.update(probe_at=timezone.now())
    at_once(*(lambda: tasks.probe(channel.pk) for _ in range(4)))
    assert platform.calls == ["probe"]


def test_who_asks_twice_is_looked_for_once(channel):
    assert connections.ask_for_probe(channel) is True
    assert connections.ask_for_probe(channel) is False
    tasks.probe(channel.pk)
    assert connections.ask_for_probe(channel) is False
    Channel.objects.update(probed_at=timezone.now() - timedelta(seconds=61))
    assert connections.ask_for_probe(channel) is True


def test_nobody_is_in_a_transaction_while_the_platform_is_asked(channel, platform):
    depths = []
    platform.script["probe"] = lambda *_: depths.append(len(connection.savepoint_ids))
    look(channel)
    assert depths == [0]


def test_each_channel_has_a_minute_of_its_own(channel, platform):
    others = [factories.channel() for _ in range(5)]
    after = {(seen := look(each)).probe_at - seen.probed_at for each in (channel, *others)}
    assert len(after) == 6


def test_what_is_granted_is_said_as_rights(channel):
    assert health.granted(channel, ["read", "talk"]) == [Right.READ, Right.COMMENTS]
    assert health.missing(channel, ["read", "talk"]) == [Right.PUBLISH]
    assert health.missing(channel, None) == []
