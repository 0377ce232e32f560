import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from channels import connections
from channels.adapters import http
from channels.adapters.base import Tokens
from channels.errors import NotConnected, NotReady, NotSent, Unconfirmed
from channels.models import Channel, Credential, State
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(platform) -> Channel:
    return factories.channel()


def let_expire(channel: Channel) -> None:
    Credential.objects.filter(channel=channel).update(expires_at=timezone.now() + timedelta(seconds=10))


def token_of(channel: Channel) -> str:
    return Credential.objects.get(channel=channel).open()["access_token"]


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
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            connections.adapter_for(Channel.objects.get(pk=channel.pk))
        except NotReady:
            pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(platform.renewals) == 1


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
