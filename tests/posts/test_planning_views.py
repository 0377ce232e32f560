"""The post's own page while it waits: what it says it waits for, and the buttons for those who may."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from freezegun import freeze_time

from channels import connections
from posts import publishing, workflow
from posts.models import Hold, Post, Publication, PublicationStatus, StopReason
from posts.publishing import When
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
HOUR = timedelta(hours=1)
NOON = "2026-11-25 11:00+00:00"


def approved(anna, when: When | None = None, *more, **fields) -> Post:
    post = factories.submitted()
    Post.objects.filter(pk=post.pk).update(**fields)
    version = factories.for_channels(post, anna, factories.channel(), *more)
    workflow.approve(post, anna, version, when)
    return Post.objects.get(pk=post.pk)


def page_of(client, post: Post) -> str:
    return text_of(client.get(f"/inlagg/{post.pk}/"))


def press(client, post: Post, what: str, **fields):
    return client.post(f"/inlagg/{post.pk}/{what}/", fields, follow=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- what it waits for ------------------------------------------------------------------------------------------


@freeze_time(NOON)
def test_the_seconds_are_told_to_everybody_and_the_button_to_those_who_may(anna, desk, settings):
    settings.UNDO_SECONDS = 60
    post = approved(anna)
    for client, may_undo in ((desk, True), (signed_in(post.author), False)):
        page = page_of(client, post)
        assert "Publiceras om 60 sekunder" in page
        assert ("Ångra" in page) == may_undo


WAITS = {
    "a time": (When(at=at("2026-11-26T11:00")), {}, "Schemalagt torsdag 26 november 12.00"),
    "another year": (When(at=at("2027-01-04T08:30")), {}, "Schemalagt måndag 4 januari 2027 09.30"),
    "its earliest": (
        None,
        {"earliest": at("2026-11-26T07:00")},
        "Publiceras tidigast torsdag 26 november 08.00",
    ),
    "the reserve": (When(reserve=True), {}, "I reserven, utan tid."),
    "nothing": (None, {}, "Publiceras nu"),
}


@pytest.mark.parametrize("why", WAITS)
@freeze_time(NOON)
def test_what_it_waits_for_is_said_in_words(anna, desk, why):
    when, fields, sentence = WAITS[why]
    assert sentence in page_of(desk, approved(anna, when, **fields))


@freeze_time(NOON)
def test_what_stands_in_the_way_is_said_before_the_time(anna, desk):
    post = approved(anna)
    publishing.stop(anna, StopReason.EVENT)
    assert "Väntar: all publicering är stoppad." in page_of(desk, post)
    publishing.resume(anna, publishing.Resume.PARKED, [])
    assert "Låg kvar när publiceringen startades igen." in page_of(desk, post)


def test_what_expired_says_since_when_and_offers_both_ways_out(anna, desk, platform):
    with freeze_time(NOON) as clock:
        post = approved(anna, latest=timezone.now() + 3 * HOUR)
        connections.pause(post.publications.get().channel, anna)
        clock.tick(3 * HOUR)
        publishing.sweep(timezone.now())
        connections.unpause(post.publications.get().channel, anna)
        page = page_of(desk, post)
        assert "Utgången: kom inte ut före onsdag 25 november 15.00." in page
        assert "Ny tid" in page
        assert "Publicera ändå" in page
        press(desk, post, "publicera-nu")
        publishing.send(publishing.claim(post.publications.get().pk))
    assert len(platform.ledger) == 1


# --- what may be done -------------------------------------------------------------------------------------------


@freeze_time(NOON)
def test_moving_gives_all_that_waits_another_time_and_says_which(anna, desk):
    post = approved(anna, When(at=timezone.now() + HOUR), factories.channel())
    page = text_of(press(desk, post, "flytta", at="2026-11-27T09:15", latest="2026-11-27T18:00"))
    assert "Schemalagt fredag 27 november 09.15." in page
    assert "Det gäller bara" not in page
    for publication in Publication.objects.all():
        assert publication.planned_for.isoformat() == "2026-11-27T08:15:00+00:00"
        assert publication.not_after.isoformat() == "2026-11-27T17:00:00+00:00"


@freeze_time(NOON)
def test_what_expired_gets_a_new_time_although_its_latest_went_by(anna, desk):
    post = approved(anna)
    publication = post.publications.get()
    Publication.objects.update(status="held", hold=Hold.EXPIRED, not_after=timezone.now() - HOUR)
    form = desk.get(f"/inlagg/{post.pk}/flytta/").context["form"]
    assert form.initial == {"at": None, "latest": None}
    press(desk, post, "flytta", at="2026-11-27T09:15")
    publication.refresh_from_db()
    assert (publication.status, publication.hold, publication.not_after) == ("queued", "", None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"at": ""}, "Välj dag och tid."),
        ({"at": "2026-11-25T11:59"}, "Den tiden har redan varit. Välj en senare."),
        ({"at": "2026-11-26T07:00"}, "Inlägget får komma ut tidigast torsdag 26 november 08.00."),
        ({"at": "2026-11-27T07:00", "latest": "2026-11-27T07:00"}, "Senaste tiden måste vara efter"),
        ({"at": "2027-03-28T02:15"}, "Klockan 02.15 finns inte den natten"),
    ],
)
@freeze_time(NOON)
def test_a_move_that_cannot_be_kept_changes_nothing_and_loses_nothing(anna, desk, fields, sentence):
    post = approved(anna, earliest=timezone.now() + 20 * HOUR)
    before = Publication.objects.values().get()
    page = press(desk, post, "flytta", **fields)
    assert page.status_code == 422
    assert sentence in text_of(page)
    html = page.content.decode()
    assert [typed for typed in fields.values() if typed and f'value="{typed}"' not in html] == []
    assert Publication.objects.values().get() == before


@freeze_time(NOON)
def test_the_second_of_the_doubled_hour_is_shown_as_chosen_when_it_is_moved_again(anna, desk):
    moment = at("2027-10-31T01:30")
    post = approved(anna, When(at=moment))
    html = desk.get(f"/inlagg/{post.pk}/flytta/").content.decode()
    assert 'value="2027-10-31T02:30"' in html
    assert '<input type="radio" name="at_turn" value="1" checked>' in html
    press(desk, post, "flytta", at="2027-10-31T02:30", at_turn="1")
    assert Publication.objects.get().planned_for == moment


@pytest.mark.parametrize(
    ("what", "state", "said"),
    [
        ("hall", (PublicationStatus.HELD, Hold.PERSON), "Inlägget hålls tills någon säger till."),
        ("till-reserven", (PublicationStatus.HELD, Hold.RESERVE), "Inlägget ligger i reserven."),
        ("publicera-nu", (PublicationStatus.QUEUED, ""), "Inlägget publiceras så snart det går."),
    ],
)
def test_holding_back_and_letting_go(anna, desk, what, state, said):
    post = approved(anna, When(at=timezone.now() + HOUR))
    assert said in text_of(press(desk, post, what))
    publication = post.publications.get()
    assert (publication.status, publication.hold, publication.planned_for) == (*state, None)


def test_letting_go_leaves_time_to_regret_it(anna, desk, settings):
    settings.UNDO_SECONDS = 60
    with freeze_time(NOON) as clock:
        post = approved(anna, When(reserve=True))
        clock.tick(HOUR)
        page = text_of(press(desk, post, "publicera-nu"))
        assert "Publiceras om 60 sekunder" in page
        assert "Ångra" in page


@pytest.mark.parametrize("what", ["hall", "till-reserven", "publicera-nu", "flytta"])
def test_a_worker_that_is_faster_wins_and_the_page_says_so(anna, desk, what):
    post = approved(anna)
    publishing.claim(post.publications.get().pk)
    page = press(desk, post, what, at="2036-11-27T09:15")
    assert "Det går inte längre" in text_of(page)
    publication = post.publications.get()
    assert (publication.status, publication.hold) == (PublicationStatus.STAGING, "")


def test_what_is_out_already_is_left_alone_and_the_page_says_which_were_moved(anna, desk, platform):
    post = approved(anna, None, factories.channel(name="Andra"))
    first, second = Publication.objects.order_by("pk")
    publishing.send(publishing.claim(first.pk))
    page = text_of(press(desk, post, "hall"))
    assert "Det gäller bara Facebook." in page
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (PublicationStatus.PUBLISHED, PublicationStatus.HELD)


def test_what_waits_for_a_hand_is_not_planned(anna, desk, platform, monkeypatch):
    monkeypatch.setattr(platform, "publishes", False)
    post = approved(anna)
    assert "När ska det ut?" not in page_of(desk, post)
    press(desk, post, "hall")
    assert post.publications.get().status == PublicationStatus.BY_HAND


@pytest.mark.parametrize("who", [factories.ombudsman, factories.reader])
def test_others_see_what_it_waits_for_and_no_buttons(anna, who):
    post = approved(anna, When(at=timezone.now() + HOUR))
    person = post.author if who is factories.ombudsman else who()
    page = page_of(signed_in(person), post)
    assert "Schemalagt" in page
    assert "När ska det ut?" not in page
    assert signed_in(person).post(f"/inlagg/{post.pk}/hall/").status_code == 403
    assert post.publications.get().status == PublicationStatus.QUEUED


def test_the_page_costs_the_same_for_one_channel_and_for_three(anna, desk):
    later = When(at=timezone.now() + HOUR)
    one, three = approved(anna, later), approved(anna, later, factories.channel(), factories.channel())
    desk.get(f"/inlagg/{one.pk}/")
    assert queries(desk, one) == queries(desk, three)


def queries(client, post: Post) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(f"/inlagg/{post.pk}/?del=lage")
    return len(found)
