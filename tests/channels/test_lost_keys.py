"""A key that is not there any more: said once, by all that would need it. When it is put back, all is well."""

import base64

import pytest
from django.utils import timezone

from audit.models import Entry
from channels import appkeys, connections, health, tasks
from channels.adapters.codes import Trouble
from channels.models import AppKeys, Channel, Credential, State
from channels.wording import trouble_sentence
from posts import publishing
from posts.models import Publication, PublicationStatus
from tests import factories
from tests.channels.test_connections import fault_of, let_expire, token_of

NEW, OLD = (f"{name}:" + base64.b64encode(name.encode() * 8).decode() for name in ("2026", "2025"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(platform, settings) -> Channel:
    settings.CREDENTIAL_KEYS = [OLD]
    channel = factories.channel(owner=factories.reader(name="Olle Ägare"))
    settings.CREDENTIAL_KEYS = [NEW]
    return channel


def broke() -> int:
    return Entry.objects.filter(verb="channel.broke").count()


def test_a_look_at_the_channel_says_that_it_must_be_connected_again(channel, platform):
    for _ in range(2):
        health.probe(channel)
    assert (fault_of(channel), broke()) == (connections.KEY_LOST, 1)
    assert Channel.objects.get().state == State.BROKEN
    assert trouble_sentence(connections.KEY_LOST) == "Anslutningen går inte att läsa. Anslut kanalen igen."
    assert platform.calls == []


def test_what_was_to_be_published_waits_and_its_people_are_told_once(channel, platform, settings):
    posts = [factories.approved(factories.submitted(), factories.reviewer(), channel) for _ in range(2)]
    for publication in Publication.objects.filter(post__in=posts):
        if claimed := publishing.claim(publication.pk):
            publishing.send(claimed)
    assert {*Publication.objects.values_list("status", flat=True)} == {PublicationStatus.QUEUED}
    assert (fault_of(channel), broke(), platform.calls) == (connections.KEY_LOST, 1, [])
    assert channel.owner.notices.filter(kind="channel_stopped").count() == 1

    settings.CREDENTIAL_KEYS = [NEW, OLD]
    tasks.probe_due()
    assert fault_of(channel) == ""
    for publication in Publication.objects.all():
        Publication.objects.update(not_before=timezone.now())
        publishing.send(publishing.claim(publication.pk))
    assert {*Publication.objects.values_list("status", flat=True)} == {PublicationStatus.PUBLISHED}
    assert len([call for call in platform.calls if call == "commit"]) == 2


def test_a_renewal_that_is_due_is_not_begun(channel, platform):
    let_expire(channel)
    health.probe(channel)
    assert (fault_of(channel), platform.renewals) == (connections.KEY_LOST, [])
    assert Credential.objects.get().refreshing_until is None


def test_connecting_again_needs_no_old_key(channel, platform):
    health.probe(channel)
    connections.connect(channel, {"access_token": "new"})
    assert (fault_of(channel), token_of(channel)) == ("", "new")


def test_a_key_that_is_put_back_mends_the_channel_and_breaks_nothing_else(channel, platform, settings):
    health.probe(channel)
    other = factories.channel()
    connections.mark_broken(other, Trouble.ACCESS_REVOKED)
    tasks.probe_due()
    assert (fault_of(channel), fault_of(other)) == (connections.KEY_LOST, Trouble.ACCESS_REVOKED)

    settings.CREDENTIAL_KEYS = [NEW, OLD]
    tasks.probe_due()
    assert (fault_of(channel), fault_of(other)) == ("", Trouble.ACCESS_REVOKED)
    [line] = Entry.objects.filter(verb="channel.mended")
    assert (line.thing, line.facts) == (f"channel:{channel.pk}", {"code": connections.KEY_LOST})


def test_a_disconnected_channel_stays_so_when_the_key_is_back(channel, platform, settings):
    health.probe(channel)
    Channel.objects.update(disconnected_at=timezone.now())
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    connections.mend_where_a_key_is_back()
    assert fault_of(channel) == connections.KEY_LOST


@pytest.mark.parametrize("cure", ["the key is put back", "the administrator writes them again"])
def test_app_keys_that_do_not_open_break_their_channels_until_they_do(platform, settings, cure):
    settings.APP_KEYS, settings.CREDENTIAL_KEYS = {}, [OLD]
    keys = AppKeys(platform="x", app_id="1", updated_by=factories.administrator())
    keys.seal({"secret": "hemligt"})
    keys.save()
    settings.CREDENTIAL_KEYS = [NEW]
    channel = factories.channel("x")
    for _ in range(2):
        health.probe(channel)
    assert (fault_of(channel), broke(), platform.calls) == (connections.APP_KEYS_LOST, 1, [])
    assert "appnycklar" in trouble_sentence(connections.APP_KEYS_LOST)
    tasks.probe_due()
    assert fault_of(channel) == connections.APP_KEYS_LOST

    if cure == "the key is put back":
        settings.CREDENTIAL_KEYS = [NEW, OLD]
    else:
        keys.seal({"secret": "nytt"})
        keys.save()
    tasks.probe_due()
    assert fault_of(channel) == ""


def test_app_keys_that_are_written_anew_have_the_channels_they_broke_looked_at(platform, settings):
    settings.APP_KEYS = {}
    mona, broken, other, revoked = (
        factories.administrator(),
        *(factories.channel(name) for name in ("x", "youtube", "x")),
    )
    connections.mark_broken(broken, Trouble.APP_KEYS)
    connections.mark_broken(other, Trouble.APP_KEYS)
    connections.mark_broken(revoked, Trouble.ACCESS_REVOKED)
    appkeys.write("x", "1", "nytt", mona)
    assert [*Channel.objects.to_look_at(timezone.now())] == [broken]
