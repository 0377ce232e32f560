"""Leaving a platform: the only thing it can be told with is kept until it has been told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from channels import connecting, connections, health, parting, tasks
from channels.adapters.codes import Trouble
from channels.errors import NotConnected, NotSent, Refused
from channels.models import Channel, Connecting, Credential
from channels.parting import Access
from channels.signals import broke
from tests import factories
from tests.channels.dialogs import dialogs, fresh, signed_in_row
from tests.pages import signed_in, text_of

__all__ = ["dialogs"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "dialogs")]
LATER = parting.BEGUN_BY_NOW + timedelta(seconds=1)


@pytest.fixture
def mona():
    return factories.administrator()


@pytest.fixture
def channel():
    return factories.channel()


@pytest.fixture
def heard():
    """Of what channels were said to break."""
    codes: list[str] = []

    def hear(*, code: str, **_) -> None:
        codes.append(code)

    broke.connect(hear)
    yield codes
    broke.disconnect(hear)


def raising(error: Exception):
    def fail() -> None:
        raise error

    return fail


def test_the_platform_is_told_while_we_still_have_what_to_tell_it_with(dialogs, channel, mona):
    kept: list[bool] = []
    dialogs.script["revoke"] = lambda: kept.append(Credential.objects.filter(channel=channel).exists())
    assert parting.disconnect(channel, mona) == Access.ENDED
    assert (kept, Credential.objects.count()) == ([True], 0)


@pytest.mark.parametrize(
    "error",
    [
        NotSent(Trouble.CONNECT),
        NotConnected(Trouble.APP_KEYS),
        NotConnected(Trouble.PERMISSION_MISSING),
        Refused(Trouble.REFUSED),
    ],
)
def test_what_the_platform_did_not_take_back_is_told_again_until_it_does(dialogs, channel, mona, error):
    dialogs.script["revoke"] = raising(error)
    assert parting.disconnect(channel, mona) == Access.LEFT
    parting.sweep(timezone.now() + LATER)
    assert (Credential.objects.count(), dialogs.revoked) == (1, [])
    del dialogs.script["revoke"]
    parting.sweep(timezone.now() + LATER)
    assert (Credential.objects.count(), len(dialogs.revoked)) == (0, 1)


def test_without_app_keys_it_is_told_again_when_there_are_some(dialogs, channel, mona, settings, monkeypatch):
    def lost(_platform):
        raise NotConnected(connections.APP_KEYS_LOST)

    monkeypatch.setattr(connections, "app_of", lost)
    assert parting.disconnect(channel, mona) == Access.LEFT
    assert Credential.objects.count() == 1


def test_what_a_platform_never_takes_back_is_forgotten_in_the_end(dialogs, channel, mona):
    dialogs.script["revoke"] = raising(NotSent(Trouble.CONNECT))
    parting.disconnect(channel, mona)
    parting.sweep(timezone.now() + parting.GIVE_UP_AFTER - timedelta(minutes=1))
    assert Credential.objects.count() == 1
    parting.sweep(timezone.now() + parting.GIVE_UP_AFTER + timedelta(minutes=1))
    assert Credential.objects.count() == 0


def test_whoever_dies_over_it_is_followed_by_the_sweep_and_not_overtaken_by_it(dialogs, channel, mona):
    connections.disconnect(channel, mona)
    parting.sweep(timezone.now())
    assert (Credential.objects.count(), dialogs.revoked) == (1, [])
    parting.sweep(timezone.now() + LATER)
    assert (Credential.objects.count(), len(dialogs.revoked)) == (0, 1)


def test_the_clock_tells_platforms_what_they_were_not_told(dialogs, channel, mona):
    connections.disconnect(channel, mona)
    Channel.objects.update(disconnected_at=timezone.now() - LATER)
    tasks.sweep_connecting()
    assert (Credential.objects.count(), len(dialogs.revoked)) == (0, 1)


def test_what_is_connected_again_meanwhile_is_neither_ended_nor_forgotten(dialogs, channel, mona):
    dialogs.script["revoke"] = lambda: connections.connect(Channel.objects.get(), {"access_token": "new"})
    parting.disconnect(channel, mona)
    assert Credential.objects.get().open() == {"access_token": "new"}
    assert Channel.objects.get().disconnected_at is None
    parting.sweep(timezone.now() + LATER)
    assert Credential.objects.count() == 1


def test_what_is_renewed_meanwhile_is_ended_too(dialogs, channel, mona):
    credential = Credential.objects.get()

    def renew():
        credential.seal({"access_token": "renewed"})
        credential.save()
        del dialogs.script["revoke"]

    dialogs.script["revoke"] = renew
    parting.disconnect(channel, mona)
    parting.sweep(timezone.now() + LATER)
    assert [secrets["access_token"] for secrets in dialogs.revoked][1:] == ["renewed"]
    assert Credential.objects.count() == 0


def test_nothing_is_published_with_what_is_only_kept_to_be_given_back(channel, mona):
    connections.disconnect(channel, mona)
    with pytest.raises(NotConnected, match="no_credential"):
        connections.adapter_for(Channel.objects.get())


def test_whoever_is_connecting_it_again_has_nothing_to_go_on_with(mona):
    channel = factories.channel(remote_id="1")
    row, other = signed_in_row(mona, channel=channel), signed_in_row(mona)
    parting.disconnect(channel, mona)
    assert [*Connecting.objects.ongoing()] == [other]
    with pytest.raises(connecting.GoneError):
        connecting.choose(fresh(row), "1")


def test_a_row_that_is_still_there_leads_nowhere(channel, mona):
    """Begun in the moment between the disconnection and the end of its rows."""
    client = signed_in(mona)
    client.get(reverse("channels:reconnect", args=[channel.pk]))
    row = Connecting.objects.get()
    connections.disconnect(channel, mona)
    answer = client.get(reverse("channels:sign_in", args=[row.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("channels:index"), 302)]
    assert "Den anslutningen är redan klar eller avbruten." in text_of(answer)


def test_who_is_second_ends_nothing(dialogs, channel, mona):
    parting.disconnect(channel, mona)
    assert parting.disconnect(channel, mona) == Access.NONE
    assert len(dialogs.revoked) == 1
    assert Entry.objects.filter(verb="channel.disconnected").count() == 1


def test_what_was_disconnected_does_not_break(channel, mona, heard):
    connections.disconnect(channel, mona)
    connections.mark_broken(channel, Trouble.ACCESS_REVOKED)
    assert connections.doubt_token(channel, NotConnected(Trouble.ACCESS_REVOKED)) is False
    assert (Channel.objects.get().fault, heard) == ("", [])
    assert not Entry.objects.filter(verb="channel.broke").exists()


def test_a_credential_that_has_come_since_is_no_missing_one(channel, heard):
    assert connections.doubt_token(channel, NotConnected(connections.NO_CREDENTIAL)) is True
    assert (Channel.objects.get().fault, heard) == ("", [])


def test_a_look_that_finds_no_credential_breaks_the_channel(channel, heard):
    Credential.objects.all().delete()
    health.probe(channel)
    assert heard == [connections.NO_CREDENTIAL]
