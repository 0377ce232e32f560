import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time

from audit.models import Entry
from channels import connections
from channels.adapters import http
from channels.adapters.base import Rest, Tokens
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account
from channels.errors import NotConnected, NotReady, NotSent, RateLimited, Unconfirmed
from channels.models import AppRest, Channel, ChannelPicture, Credential, State
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(platform) -> Channel:
    return factories.channel()


def let_expire(channel: Channel) -> None:
    Credential.objects.filter(channel=channel).update(expires_at=timezone.now() + timedelta(seconds=10))


def token_of(channel: Channel) -> str:
    return Credential.objects.get(channel=channel).open()["access_token"]


def at_once(*works: Callable[[], object]) -> None:
    """Each in a thread of its own, all from the same moment. What one of them raises is raised here."""
    start, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below
            raised.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=run, args=[work]) for work in works]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if raised:
        raise raised[0]


def test_a_good_token_is_used_as_it_is(channel, platform):
    adapter = connections.adapter_for(channel)
    assert adapter.connection.access_token == token_of(channel)
    assert platform.renewals == []


def test_an_old_token_is_renewed_and_both_new_ones_are_kept(channel, platform):
    let_expire(channel)
    adapter = connections.adapter_for(channel)
    assert adapter.connection.access_token == "renewed-1"
    kept = Credential.objects.get()
    assert kept.open() == {"access_token": "renewed-1", "refresh_token": "refresh-1"}
    assert (kept.expires_at, kept.refreshing_until) == (None, None)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (NotConnected("invalid_grant"), NotConnected),
        (Unconfirmed("read_timeout"), NotReady),
        (NotSent("dns"), NotSent),
    ],
)
def test_a_renewal_that_fails_leaves_the_old_credential(channel, platform, monkeypatch, error, raised):
    def refuse(*_args) -> Tokens:
        raise error

    monkeypatch.setattr(platform, "refresh", refuse)
    before = token_of(channel)
    let_expire(channel)
    with pytest.raises(raised):
        connections.adapter_for(channel)
    assert token_of(channel) == before


def test_a_connection_made_by_a_person_during_a_renewal_stays(channel, platform, monkeypatch):
    def renewed_too_late(*_args) -> Tokens:
        connections.connect(channel, {"access_token": "theirs", "refresh_token": "theirs"})
        return Tokens("ours")

    monkeypatch.setattr(platform, "refresh", renewed_too_late)
    let_expire(channel)
    with pytest.raises(NotReady, match="renewing"):
        connections.adapter_for(channel)
    assert connections.adapter_for(channel).connection.access_token == "theirs"


def test_nobody_tries_the_same_token_while_a_renewal_may_still_be_heard():
    longest = timedelta(seconds=http.patience.connect + http.patience.whole)
    assert longest < connections.RENEWAL_LEASE


def test_a_second_worker_waits_while_the_first_renews(channel, platform):
    let_expire(channel)
    Credential.objects.update(refreshing_until=timezone.now() + timedelta(seconds=30))
    with pytest.raises(NotReady) as caught:
        connections.adapter_for(channel)
    assert caught.value.until > timezone.now()
    assert platform.renewals == []


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_make_one_renewal(channel, platform):
    let_expire(channel)

    def work() -> None:
        with suppress(NotReady):
            connections.adapter_for(Channel.objects.get(pk=channel.pk))

    at_once(*[work] * 4)
    assert len(platform.renewals) == 1


# --- a token that is not taken ----------------------------------------------------------------------------------

EXPIRED = NotConnected(Trouble.TOKEN_EXPIRED)


def revision_of(channel: Channel) -> str:
    return Credential.objects.get(channel=channel).revision


def fault_of(channel: Channel) -> str:
    return Channel.objects.get(pk=channel.pk).fault


def test_every_credential_has_a_revision_of_its_own(channel, platform):
    first = revision_of(channel)
    assert connections.adapter_for(channel).connection.revision == first
    let_expire(channel)
    renewed = connections.adapter_for(channel).connection.revision
    connections.connect(channel, {"access_token": "renewed-1", "refresh_token": "refresh-1"})
    assert renewed not in (first, revision_of(channel))
    assert connections.offline_adapter(channel).connection.revision == ""


def test_a_token_that_is_not_taken_is_renewed_before_the_channel_is_called_broken(channel, platform):
    old = connections.adapter_for(channel).connection
    assert connections.doubt_token(channel, EXPIRED, old.revision) is True
    assert platform.renewals == []
    new = connections.adapter_for(channel).connection
    assert (new.access_token, fault_of(channel)) == ("renewed-1", "")
    assert not Entry.objects.filter(verb="channel.broke").exists()


def test_a_token_that_was_just_renewed_and_is_not_taken_either_breaks_the_channel(channel, platform):
    for _ in range(2):
        adapter = connections.adapter_for(channel)
        may_try_again = connections.doubt_token(channel, EXPIRED, adapter.connection.revision)
    assert may_try_again is False
    assert fault_of(channel) == Trouble.TOKEN_EXPIRED
    assert len(platform.renewals) == 1
    assert Entry.objects.filter(verb="channel.broke").count() == 1


def test_a_token_that_lived_for_a_while_is_renewed_again(channel, platform):
    connections.doubt_token(channel, EXPIRED)
    connections.adapter_for(channel)
    with freeze_time(timezone.now() + connections.DOUBT_AGAIN_AFTER + timedelta(minutes=1)):
        assert connections.doubt_token(channel, EXPIRED) is True
        assert connections.adapter_for(channel).connection.access_token == "renewed-2"
    assert fault_of(channel) == ""


def test_a_token_that_cannot_be_renewed_breaks_the_channel(channel, platform):
    connections.connect(channel, {"access_token": "for ever"})
    assert connections.doubt_token(channel, EXPIRED, revision_of(channel)) is False
    assert fault_of(channel) == Trouble.TOKEN_EXPIRED


@pytest.mark.parametrize("code", [Trouble.ACCESS_REVOKED, Trouble.PERMISSION_MISSING, Trouble.CHECKPOINT])
def test_what_a_new_token_would_not_mend_breaks_the_channel_at_once(channel, platform, code):
    assert connections.doubt_token(channel, NotConnected(code), revision_of(channel)) is False
    assert fault_of(channel) == code
    assert Credential.objects.get().expires_at is None


def test_a_renewal_that_is_refused_breaks_the_channel(channel, platform, monkeypatch):
    def refuse(*_args: object) -> Tokens:
        raise NotConnected(Trouble.TOKEN_EXPIRED, "invalid_grant")

    monkeypatch.setattr(platform, "refresh", refuse)
    let_expire(channel)
    with pytest.raises(NotConnected) as raised:
        connections.adapter_for(channel)
    assert raised.value.revision == revision_of(channel)
    assert connections.doubt_token(channel, raised.value) is False
    assert fault_of(channel) == Trouble.TOKEN_EXPIRED


def test_a_renewal_that_is_refused_because_a_person_has_connected_meanwhile_breaks_nothing(
    channel, platform, monkeypatch
):
    def refuse(*_args: object) -> Tokens:
        connections.connect(channel, {"access_token": "theirs", "refresh_token": "theirs"})
        raise NotConnected(Trouble.TOKEN_EXPIRED, "invalid_grant")

    monkeypatch.setattr(platform, "refresh", refuse)
    let_expire(channel)
    with pytest.raises(NotConnected) as raised:
        connections.adapter_for(channel)
    assert connections.doubt_token(channel, raised.value) is True
    assert fault_of(channel) == ""
    assert connections.adapter_for(channel).connection.access_token == "theirs"


@pytest.mark.parametrize(
    "error", [NotSent("dns"), RateLimited("slow", until=timezone.now()), NotConnected("no")]
)
def test_a_renewal_that_ended_clearly_lets_others_try(channel, platform, monkeypatch, error):
    def fail(*_args: object) -> Tokens:
        raise error

    monkeypatch.setattr(platform, "refresh", fail)
    let_expire(channel)
    with pytest.raises(type(error)):
        connections.adapter_for(channel)
    assert Credential.objects.get().refreshing_until is None


@pytest.mark.parametrize("code", [Trouble.TOKEN_EXPIRED, Trouble.PERMISSION_MISSING, Trouble.CREDIT])
def test_what_was_found_with_an_old_credential_breaks_nothing(channel, platform, code):
    old = revision_of(channel)
    connections.connect(channel, {"access_token": "new", "refresh_token": "new"})
    assert connections.doubt_token(channel, NotConnected(code), old) is True
    connections.mark_broken(channel, code, old)
    assert fault_of(channel) == ""
    assert token_of(channel) == "new"
    connections.mark_broken(channel, code, revision_of(channel))
    assert fault_of(channel) == code


def test_a_channel_without_a_credential_is_broken_by_any_doubt(channel):
    Credential.objects.all().delete()
    assert connections.doubt_token(channel, NotConnected("no_credential")) is False
    assert fault_of(channel) == "no_credential"


@pytest.mark.django_db(transaction=True)
def test_an_old_token_used_while_another_worker_renews_never_breaks_the_channel(
    channel, platform, monkeypatch
):
    """The platform ends the old token with the renewal: whoever still uses it is refused, before, during and after."""
    old = revision_of(channel)
    asked, answer, doubts = threading.Event(), threading.Event(), []

    def renew(*_args: object) -> Tokens:
        asked.set()
        assert answer.wait(20)
        return Tokens("new", "new")

    def second_worker() -> None:
        assert asked.wait(20)
        doubts.append(connections.doubt_token(channel, EXPIRED, old))
        answer.set()

    monkeypatch.setattr(platform, "refresh", renew)
    let_expire(channel)
    at_once(lambda: connections.adapter_for(channel), second_worker)
    doubts.append(connections.doubt_token(channel, EXPIRED, old))
    assert doubts == [True, True]
    assert (fault_of(channel), token_of(channel)) == ("", "new")
    assert not Entry.objects.filter(verb="channel.broke").exists()


@pytest.mark.django_db(transaction=True)
def test_workers_who_are_refused_at_the_same_moment_make_one_renewal_and_break_nothing(channel, platform):
    for turn in range(1, 6):
        old, doubts = revision_of(channel), []

        def work(old: str = old, doubts: list[bool] = doubts) -> None:
            doubts.append(connections.doubt_token(channel, EXPIRED, old))
            with suppress(NotReady):
                connections.adapter_for(channel)

        at_once(*[work] * 4)
        assert doubts == [True] * 4
        assert (len(platform.renewals), token_of(channel)) == (turn, f"renewed-{turn}")
        assert fault_of(channel) == ""
        forget_the_doubt(channel)


def forget_the_doubt(channel: Channel) -> None:
    """As if an hour had gone by."""
    credential = Credential.objects.get(channel=channel)
    secrets = credential.open()
    secrets.pop("doubted_at")
    connections.connect(channel, secrets)


@pytest.mark.django_db(transaction=True)
def test_a_person_who_connects_while_workers_are_refused_has_a_channel_that_works(channel, platform):
    revoked = NotConnected(Trouble.ACCESS_REVOKED)
    for turn in range(5):
        old, theirs = revision_of(channel), {"access_token": f"theirs-{turn}"}
        at_once(
            lambda old=old: connections.doubt_token(channel, revoked, old),
            lambda theirs=theirs: connections.connect(channel, theirs),
            lambda old=old: connections.mark_broken(channel, Trouble.CREDIT, old),
        )
        assert (fault_of(channel), token_of(channel)) == ("", f"theirs-{turn}")


# --- money, pauses and rests --------------------------------------------------------------------------------------


def test_a_channel_without_money_says_so_until_somebody_tries_again(channel):
    mona = factories.administrator()
    connections.mark_broken(channel, Trouble.CREDIT)
    channel.refresh_from_db()
    assert channel.state == State.UNFUNDED
    assert not Channel.objects.publishing(timezone.now()).exists()

    assert connections.try_again(channel, mona) is True
    channel.refresh_from_db()
    assert (channel.state, channel.fault_at) == (State.WORKING, None)
    assert Channel.objects.publishing(timezone.now()).exists()
    assert connections.try_again(channel, mona) is False
    (line,) = Entry.objects.filter(verb="channel.tried_again")
    assert (line.actor_id, line.thing) == (mona.pk, f"channel:{channel.pk}")


def test_what_money_does_not_mend_is_not_tried_again(channel):
    connections.mark_broken(channel, Trouble.TOKEN_EXPIRED)
    assert connections.try_again(channel, factories.administrator()) is False
    assert fault_of(channel) == Trouble.TOKEN_EXPIRED
    assert not Entry.objects.filter(verb="channel.tried_again").exists()


def test_a_pause_says_who_and_why_and_is_made_and_ended_once(channel):
    anna, mona = factories.reviewer(), factories.administrator()
    assert connections.pause(channel, anna, "Fel på sidan") is True
    assert connections.pause(channel, mona, "Annat") is False
    channel.refresh_from_db()
    assert (channel.state, channel.paused_by, channel.pause_reason) == (State.PAUSED, anna, "Fel på sidan")
    assert not Channel.objects.publishing(timezone.now()).exists()

    assert connections.unpause(channel, mona) is True
    assert connections.unpause(channel, anna) is False
    channel.refresh_from_db()
    assert (channel.paused_at, channel.paused_by, channel.pause_reason) == (None, None, "")
    assert Channel.objects.publishing(timezone.now()).exists()
    verbs = Entry.objects.filter(verb__startswith="channel.", actor_id__isnull=False).order_by("number")
    told = [(line.verb, line.actor_id, line.facts.get("reason")) for line in verbs]
    assert told == [("channel.paused", anna.pk, "Fel på sidan"), ("channel.unpaused", mona.pk, None)]


def test_a_platform_that_wants_the_whole_app_to_wait_is_called_on_none_of_its_channels(channel, platform):
    other, elsewhere = factories.channel(), factories.channel("x")
    now = timezone.now()
    connections.rest(channel, now + timedelta(minutes=30), whole_app=True)
    assert list(Channel.objects.publishing(now)) == [elsewhere]
    channel.refresh_from_db()
    assert channel.resting_until is None
    later = now + timedelta(minutes=30)
    assert set(Channel.objects.publishing(later)) == {channel, other, elsewhere}


def test_a_channel_that_is_to_wait_leaves_the_others_alone(channel, platform):
    other, now = factories.channel(), timezone.now()
    connections.rest(channel, now + timedelta(minutes=30))
    assert list(Channel.objects.publishing(now)) == [other]
    assert not AppRest.objects.exists()


def test_a_shorter_rest_of_the_app_never_cuts_a_longer_one(channel):
    now = timezone.now()
    for hours in (1, 3, 2):
        connections.rest(channel, now + timedelta(hours=hours), whole_app=True)
    assert AppRest.objects.get().resting_until == now + timedelta(hours=3)


@pytest.mark.django_db(transaction=True)
def test_of_rests_that_are_asked_for_at_the_same_moment_the_longest_counts(channel):
    now = timezone.now()

    def ask(hours: int) -> None:
        connections.rest(channel, now + timedelta(hours=hours), whole_app=True)
        connections.rest(channel, now + timedelta(hours=hours))

    at_once(*[partial(ask, hours) for hours in (2, 5, 1, 4, 3)])
    longest = now + timedelta(hours=5)
    assert AppRest.objects.get().resting_until == longest
    assert Channel.objects.get(pk=channel.pk).resting_until == longest


def test_what_the_answers_told_is_honoured_once_and_with_the_refusal(channel, platform):
    adapter, now = connections.adapter_for(channel), timezone.now()
    adapter.rests += [
        Rest(now + timedelta(hours=1)),
        Rest(now + timedelta(hours=3)),
        Rest(now + timedelta(hours=2), whole_app=True),
    ]
    error = RateLimited("slow", until=now + timedelta(hours=4), whole_app=True)
    connections.honour(channel, adapter, error)
    assert Channel.objects.get().resting_until == now + timedelta(hours=3)
    assert AppRest.objects.get().resting_until == now + timedelta(hours=4)
    assert adapter.rests == []


def test_a_refusal_before_there_was_an_adapter_is_honoured_too(channel):
    until = timezone.now() + timedelta(hours=1)
    connections.honour(channel, None, RateLimited("slow", until=until))
    connections.honour(channel, None)
    assert Channel.objects.get().resting_until == until


def test_the_accounts_picture_is_kept_until_there_is_another(channel):
    for picture, kept in ((b"one", b"one"), (None, b"one"), (b"two", b"two")):
        connections.connect(channel, {"access_token": "t"}, picture=picture)
        assert bytes(ChannelPicture.objects.get(channel=channel).jpeg) == kept


# --- keys and secrets -----------------------------------------------------------------------------------------------


def test_a_lost_key_asks_for_a_new_connection(channel, settings):
    settings.CREDENTIAL_KEYS = ["other:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="]
    with pytest.raises(NotConnected, match="key_lost"):
        connections.adapter_for(channel)


def test_a_channel_without_a_credential_is_not_connected(channel):
    Credential.objects.all().delete()
    with pytest.raises(NotConnected, match="no_credential"):
        connections.adapter_for(channel)


def test_a_fault_is_logged_once_and_mended_by_connecting(channel):
    connections.mark_broken(channel, "190")
    connections.mark_broken(channel, "other")
    channel.refresh_from_db()
    assert (channel.fault, channel.state) == ("190", State.BROKEN)
    assert Entry.objects.filter(verb="channel.broke").count() == 1

    connections.connect(channel, {"access_token": "new"})
    assert Channel.objects.get().state == State.WORKING


def test_a_shorter_rest_never_cuts_a_longer_one(channel):
    now = timezone.now()
    connections.rest(channel, now + timedelta(hours=2))
    connections.rest(channel, now + timedelta(hours=1))
    assert Channel.objects.get().resting_until == now + timedelta(hours=2)


def test_no_secret_shows_in_what_is_printed(channel):
    secret = token_of(channel)
    adapter = connections.adapter_for(channel)
    credential = Credential.objects.get()
    for shown in (
        repr(credential),
        str(credential),
        repr(adapter.connection),
        credential.sealed,
        str(vars(credential)),
    ):
        assert secret not in shown


def test_a_rest_that_the_platform_asked_for_outlives_a_new_connection(channel):
    until = timezone.now() + timedelta(hours=3)
    connections.rest(channel, until)
    connections.connect(channel, {"access_token": "new"})
    assert Channel.objects.get().resting_until == until


def test_what_the_account_is_called_since_is_in_the_history(channel):
    person = factories.administrator()
    connections.connect(
        channel, {"access_token": "new"}, by=person, profile=Account("1", "Nytt", handle="nytt")
    )
    entry = Entry.objects.get(verb="channel.changed")
    assert (entry.actor, entry.facts["changes"]) == (
        person,
        {"name": [channel.name, "Nytt"], "handle": [channel.handle, "nytt"]},
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b/", "https://seko.test/" + "a" * 600])
def test_an_address_that_nobody_should_follow_is_not_kept(channel, url):
    before = channel.url
    connections.connect(channel, {"access_token": "new"}, profile=Account("1", "Seko", url=url))
    assert Channel.objects.get().url == before


def test_an_address_of_the_web_is_kept(channel):
    connections.connect(
        channel, {"access_token": "new"}, profile=Account("1", "Seko", url="https://seko.test/")
    )
    assert Channel.objects.get().url == "https://seko.test/"
