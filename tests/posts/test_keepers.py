"""Whoever keeps a channel and is not of the group: what they may do for it, and that they see no more than it shows."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from audit.models import Entry
from channels import connections
from channels.models import Channel
from posts import notices, publishing, rules
from posts.models import Post, Publication, PublicationStatus
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]

SECRET = "Bara för de andra kanalerna."
ADDRESS = "https://example.test/"


@pytest.fixture(params=["owner", "deputy"])
def keeper(request) -> User:
    return factories.ombudsman(name="Olle Ägare")


@pytest.fixture
def channel(request, keeper) -> Channel:
    return factories.channel(**{request.node.callspec.params["keeper"]: keeper})


@pytest.fixture
def other() -> Channel:
    """Somebody else keeps this one."""
    return factories.channel("x", owner=factories.ombudsman(name="Någon Annan"))


@pytest.fixture
def client(keeper) -> Client:
    return signed_in(keeper)


@pytest.fixture
def post(channel, other) -> Post:
    return factories.approved(
        factories.submitted(text=SECRET), factories.reviewer(), channel, other, text="Det här."
    )


def on(channel: Channel, post: Post, status: PublicationStatus | None = None) -> Publication:
    publication = Publication.objects.get(post=post, channel=channel)
    if status:
        Publication.objects.filter(pk=publication.pk).update(status=status)
    return Publication.objects.get(pk=publication.pk)


def address(name: str, publication: Publication) -> str:
    return reverse(f"posts:{name}", args=[publication.pk])


def status_of(publication: Publication) -> str:
    return Publication.objects.get(pk=publication.pk).status


def test_a_keeper_answers_the_open_question(client, channel, post, keeper):
    asked = on(channel, post, PublicationStatus.NEEDS_DECISION)
    page = client.get(address("decide", asked))
    assert "Det här." in text_of(page)
    assert SECRET not in text_of(page)
    answer = client.post(address("decide_absent", asked))
    assert (answer.status_code, answer.url) == (302, f"/kanaler/{channel.pk}/")
    assert status_of(asked) in (PublicationStatus.UNCONFIRMED, PublicationStatus.QUEUED)


def test_a_keeper_says_that_it_is_out(client, channel, post, platform):
    asked = on(channel, post)
    publishing.send(publishing.claim(asked.pk))
    live = Publication.objects.get(pk=asked.pk).url
    Publication.objects.filter(pk=asked.pk).update(
        status=PublicationStatus.NEEDS_DECISION, remote_id="", url="", published_at=None
    )
    answer = client.post(address("decide", asked), {"url": live})
    assert (answer.status_code, answer.url) == (302, f"/kanaler/{channel.pk}/")
    assert status_of(asked) == PublicationStatus.PUBLISHED


def test_a_keeper_has_it_tried_again(client, channel, post, keeper):
    failed = on(channel, post, PublicationStatus.FAILED)
    assert client.post(address("try_again", failed)).url == f"/kanaler/{channel.pk}/"
    assert status_of(failed) == PublicationStatus.QUEUED
    assert Entry.objects.filter(thing=f"publication:{failed.pk}", actor=keeper).exists()


def test_a_keeper_publishes_it_by_hand(client, channel, post, platform):
    failed = on(channel, post, PublicationStatus.FAILED)
    assert client.post(address("take_by_hand", failed)).url == address("by_hand", failed)
    page = client.get(address("by_hand", failed))
    assert "Det här." in page.content.decode()
    assert SECRET not in page.content.decode()
    assert f'"/kanaler/{channel.pk}/"' in page.content.decode()
    assert reverse("posts:detail", args=[post.pk]) not in page.content.decode()
    assert status_of(failed) == PublicationStatus.BY_HAND


@pytest.mark.parametrize(
    ("name", "status", "method"),
    [
        ("decide", PublicationStatus.NEEDS_DECISION, "get"),
        ("decide", PublicationStatus.NEEDS_DECISION, "post"),
        ("decide_absent", PublicationStatus.NEEDS_DECISION, "post"),
        ("try_again", PublicationStatus.FAILED, "post"),
        ("take_by_hand", PublicationStatus.FAILED, "post"),
        ("by_hand", PublicationStatus.BY_HAND, "get"),
        ("by_hand", PublicationStatus.BY_HAND, "post"),
    ],
)
def test_what_is_meant_for_another_channel_is_not_theirs(client, other, post, name, status, method):
    theirs = on(other, post, status)
    answer = getattr(client, method)(address(name, theirs), {"url": ADDRESS})
    nothing = getattr(client, method)(reverse(f"posts:{name}", args=[999_999]), {"url": ADDRESS})
    assert (answer.status_code, nothing.status_code, status_of(theirs)) == (403, 403, status)


def test_the_post_itself_stays_closed_to_them(client, channel, post):
    on(channel, post, PublicationStatus.NEEDS_DECISION)
    assert client.get(reverse("posts:detail", args=[post.pk])).status_code == 404
    assert client.get(address("receipt", on(channel, post))).status_code == 404


def test_they_see_the_pictures_that_their_channel_shows_and_no_others(client, keeper, channel, other, post):
    elsewhere = factories.approved(factories.submitted(), factories.reviewer(), other)
    shown = post.current_version.shown_media.get().media
    hidden = elsewhere.current_version.shown_media.get().media
    assert rules.may_see_media(keeper, shown)
    assert not rules.may_see_media(keeper, hidden)
    assert not rules.may_see_media(factories.ombudsman(), shown)
    assert client.get(reverse("posts:media", args=[hidden.pk, "medium"])).status_code == 404


def test_whoever_comes_too_late_is_led_back_to_the_channel(client, channel, post):
    done = on(channel, post)
    publishing.send(publishing.claim(done.pk))
    page = client.post(address("try_again", done))
    assert page.status_code == 409
    assert f'"/kanaler/{channel.pk}/"' in page.content.decode()
    assert SECRET not in page.content.decode()


def test_the_channels_page_shows_what_needs_them_by_its_number(client, channel, other, post):
    asked = on(channel, post, PublicationStatus.NEEDS_DECISION)
    theirs = on(other, post, PublicationStatus.NEEDS_DECISION)
    page = client.get(reverse("channels:channel", args=[channel.pk])).content.decode()
    assert f"Inlägg {post.pk}" in page
    assert address("decide", asked) in page
    assert address("decide", theirs) not in page
    assert SECRET not in page


def test_on_a_broken_channel_what_waits_can_be_taken_by_hand(client, channel, post):
    waiting = on(channel, post)
    where = reverse("channels:channel", args=[channel.pk])
    assert address("take_by_hand", waiting) not in client.get(where).content.decode()
    connections.mark_broken(channel, "token_expired")
    assert address("take_by_hand", waiting) in client.get(where).content.decode()
    assert client.post(address("take_by_hand", waiting)).status_code == 302
    assert status_of(waiting) == PublicationStatus.BY_HAND


@pytest.mark.parametrize("role", ["administrator", "reader"])
def test_who_may_not_act_is_shown_nothing_to_act_on(channel, post, role):
    asked = on(channel, post, PublicationStatus.NEEDS_DECISION)
    page = signed_in(getattr(factories, role)()).get(reverse("channels:channel", args=[channel.pk]))
    assert address("decide", asked) not in page.content.decode()


def test_a_keeper_who_is_asked_is_led_to_the_question(client, keeper, channel, post):
    asked = on(channel, post, PublicationStatus.NEEDS_DECISION)
    notices.needs_decision(asked)
    path = Notice.objects.get(person=keeper, kind="needs_decision").path
    assert path == address("decide", asked)
    assert client.get(path).status_code == 200


def test_whoever_kept_it_before_may_no_more(client, channel, post):
    asked = on(channel, post, PublicationStatus.NEEDS_DECISION)
    Channel.objects.filter(pk=channel.pk).update(owner=None, deputy=None)
    assert client.get(address("decide", asked)).status_code == 403
