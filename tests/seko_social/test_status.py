"""How it is with publishing, said on one page; stopping, pausing, and starting again with open eyes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from channels import connections
from channels.errors import NotSent
from channels.models import Channel
from posts import publishing, workflow
from posts.models import Hold, Publication, PublicationStatus, PublishingStop, StopReason
from posts.publishing import Resume, When
from seko_social import situation
from seko_social.models import Heartbeat
from tests import factories
from tests.pages import signed_in, text_of
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
REASON = "Olycka vid Hallsberg. Vi väntar tills vi vet mer."


@pytest.fixture
def facebook():
    return factories.channel()


@pytest.fixture
def waiting(anna, facebook):
    """Three posts that would go out now."""
    for number in range(3):
        factories.approved(factories.submitted(text=f"Inlägg nummer {number}."), anna, facebook)
    return list(Publication.objects.order_by("pk"))


def stopped(desk, **fields):
    return desk.post("/status/stoppa/", {"reason": "event", "message": REASON} | fields, follow=True)


def run_all() -> None:
    for publication in Publication.objects.order_by("pk"):
        if claimed := publishing.claim(publication.pk):
            publishing.send(claimed)


def states() -> list[tuple[str, str]]:
    return [(item.status, item.hold) for item in Publication.objects.order_by("pk")]


# --- stopping ---------------------------------------------------------------------------------------------------


def test_two_presses_from_any_page_stop_everything(desk, anna, waiting, platform):
    assert '<a class="rail__item" href="/status/stoppa/">' in desk.get("/granska/").content.decode()
    dialog = desk.get("/status/stoppa/")
    assert '<input type="radio" name="reason" value="event" ' in dialog.content.decode()
    assert dialog.content.decode().count("checked") == 1
    page = text_of(stopped(desk))
    assert "Publiceringen är stoppad" in page
    run_all()
    assert platform.calls == []
    stop = PublishingStop.objects.get()
    assert (stop.stopped_by, stop.reason, stop.message) == (anna, StopReason.EVENT, REASON)


@pytest.mark.parametrize("path", ["/hem/", "/nytt/", "/mina/", "/mer/", "/inlagg/", "/kanaler/", "/granska/"])
def test_the_way_to_stop_is_on_every_page_of_those_who_may(desk, path):
    assert 'href="/status/stoppa/"' in desk.get(path).content.decode()
    karin = signed_in(factories.ombudsman())
    assert 'href="/status/stoppa/"' not in karin.get(path).content.decode()


def test_everybody_sees_on_every_page_who_stopped_it_when_and_why(desk, waiting):
    stopped(desk)
    for person in (factories.ombudsman(), factories.reader(), factories.administrator()):
        page = text_of(signed_in(person).get("/mer/"))
        assert "All publicering är stoppad sedan i dag" in page
        assert f"av Anna Lind. Allvarlig händelse: ”{REASON}” 3 inlägg väntar." in page
    assert "stoppad" not in text_of(Client().get("/konto/login/"))


def test_only_those_who_may_are_led_to_starting_again(desk, waiting):
    stopped(desk)
    assert 'href="/status/starta/"' in desk.get("/mer/").content.decode()
    assert 'href="/status/starta/"' not in signed_in(factories.reader()).get("/mer/").content.decode()


def test_a_second_stop_is_told_that_somebody_was_faster(desk, waiting):
    stopped(desk)
    johan = signed_in(factories.reviewer(name="Johan Alm"))
    page = text_of(johan.post("/status/stoppa/", {"reason": "other"}, follow=True))
    assert "Någon annan hann före" in page
    assert PublishingStop.objects.get().stopped_by.name == "Anna Lind"


def test_a_stop_needs_one_of_the_reasons(desk):
    assert desk.post("/status/stoppa/", {"reason": "lust"}).status_code == 422
    assert publishing.current_stop() is None


def test_what_had_begun_before_the_stop_is_named_and_so_is_what_slipped_out(desk, anna, waiting, platform):
    first, second, _third = waiting
    platform.script["commit"] = lambda *_args: stopped(desk)
    publishing.send(publishing.claim(first.pk))
    Publication.objects.filter(pk=second.pk).update(
        status=PublicationStatus.COMMITTING, claimed_until=timezone.now() + timedelta(minutes=1)
    )
    page = text_of(desk.get("/status/"))
    out, _, rest = page.partition("Sändningen hade redan börjat när stoppet kom, och kan komma ut")
    assert "Hann ut: sändningen hade börjat före stoppet Inlägg nummer 0" in out
    begun, _, later = rest.partition("Väntar på att ni startar igen")
    assert ("Inlägg nummer 1" in begun, "Inlägg nummer 2" in begun) == (True, False)
    assert "Inlägg nummer 2" in later
    assert "Inlägg nummer 0" not in begun + later
    assert len(platform.ledger) == 1


# --- starting again ---------------------------------------------------------------------------------------------


def start(desk, how: Resume, *chosen: Publication, path: str = "/status/starta/"):
    return desk.post(path, {"how": how.value, "chosen": [item.pk for item in chosen]}, follow=True)


def test_everything_that_would_go_out_is_shown_and_chosen(desk, anna, facebook, waiting):
    later = factories.submitted(text="Först på fredag.")
    version = factories.for_channels(later, anna, facebook)
    workflow.approve(later, anna, version, When(at=timezone.now() + timedelta(days=2)))
    stopped(desk)
    page = desk.get("/status/starta/")
    ticks = [f'name="chosen" value="{item.pk}" checked' in page.content.decode() for item in waiting]
    assert ticks == [True, True, True]
    assert "Först på fredag" not in text_of(page)


def test_started_again_with_all_of_it(desk, waiting, platform, django_capture_on_commit_callbacks):
    stopped(desk)
    page = text_of(start(desk, Resume.NOW, *waiting))
    assert "Publiceringen är på igen. 3 går ut nu." in page
    run_all()
    assert len(platform.ledger) == 3


def test_what_was_not_chosen_stays_and_so_does_what_came_after_the_page(
    desk, anna, facebook, waiting, platform
):
    stopped(desk)
    new = factories.approved(factories.submitted(text="Nyss godkänt."), anna, facebook).publications.get()
    page = text_of(start(desk, Resume.NOW, waiting[1]))
    assert "1 går ut nu. 3 ligger kvar." in page
    run_all()
    parked = (PublicationStatus.HELD, Hold.STOPPED)
    assert states() == [parked, (PublicationStatus.PUBLISHED, ""), parked, parked]
    assert "Låg kvar när publiceringen startades igen." in text_of(desk.get(f"/inlagg/{new.post_id}/"))


def test_spread_out_and_left_lying(desk, waiting, platform):
    stopped(desk)
    assert "3 går ut i tur och ordning." in text_of(start(desk, Resume.SPREAD, *waiting))
    run_all()
    assert len(platform.ledger) == 1
    stopped(desk)
    assert "Publiceringen är på igen." in text_of(start(desk, Resume.PARKED, *waiting))
    run_all()
    assert len(platform.ledger) == 1


@pytest.mark.parametrize("chosen", ["-1", "två", "1\0", "9" * 40])
def test_a_number_that_is_none_lets_nothing_go(desk, waiting, platform, chosen):
    stopped(desk)
    desk.post("/status/starta/", {"how": "now", "chosen": [chosen]})
    run_all()
    assert platform.calls == []


def test_how_it_goes_out_has_to_be_one_of_the_ways(desk, waiting):
    stopped(desk)
    assert desk.post("/status/starta/", {"how": "hipp som happ"}).status_code == 422
    assert publishing.current_stop() is not None


def test_whoever_comes_second_is_told_that_it_is_on(desk, waiting):
    stopped(desk)
    start(desk, Resume.NOW, *waiting)
    assert "Publiceringen är på." in text_of(start(desk, Resume.PARKED))
    assert states() == [(PublicationStatus.QUEUED, "")] * 3


# --- one channel ------------------------------------------------------------------------------------------------


def test_a_channel_is_paused_and_says_by_whom_and_why(desk, anna, facebook, waiting, platform):
    other = factories.channel()
    factories.approved(factories.submitted(), anna, other)
    page = desk.post(f"/kanaler/{facebook.pk}/pausa/", {"reason": "Kampanjen krockar."}, follow=True)
    said = text_of(page)
    assert "Facebook är pausad. Inläggen väntar." in said
    assert "av Anna Lind. Inläggen väntar. Kampanjen krockar." in said
    assert "1 är pausad, resten fungerar." in said
    run_all()
    assert len(platform.ledger) == 1
    assert "Pausad i dag" in text_of(desk.get("/status/"))


def test_a_paused_channel_is_started_like_everything_else(desk, anna, facebook, waiting, platform):
    connections.pause(facebook, anna)
    path = f"/kanaler/{facebook.pk}/starta/"
    assert text_of(desk.get(path)).count("Inlägg nummer") == 3
    said = text_of(start(desk, Resume.NOW, waiting[0], path=path))
    assert "Facebook är igång igen. 1 går ut nu. 2 ligger kvar." in said
    run_all()
    assert len(platform.ledger) == 1


def test_whoever_keeps_a_channel_may_pause_and_start_it_and_no_other(facebook, waiting):
    karin = factories.ombudsman()
    Channel.objects.filter(pk=facebook.pk).update(owner=karin)
    client, path = signed_in(karin), f"/kanaler/{facebook.pk}/pausa/"
    assert client.get(path).status_code == 200
    assert "Facebook är pausad" in text_of(client.post(path, {}, follow=True))
    assert Channel.objects.get(pk=facebook.pk).paused_by == karin
    client.post(f"/kanaler/{facebook.pk}/starta/", {"how": "now"})
    assert Channel.objects.get(pk=facebook.pk).paused_at is None
    foreign = client.post(f"/kanaler/{factories.channel().pk}/pausa/")
    assert (foreign.status_code, "Du har inte behörighet" in text_of(foreign)) == (403, True)
    assert Channel.objects.filter(paused_at__isnull=False).count() == 0


def test_what_a_person_does_by_hand_is_not_paused(desk):
    hand = factories.channel("by_hand", name="Gruppen", remote_id="")
    assert desk.post(f"/kanaler/{hand.pk}/pausa/").status_code == 404
    assert f"/kanaler/{hand.pk}/pausa/" not in desk.get("/kanaler/").content.decode()


# --- the page ---------------------------------------------------------------------------------------------------


def beat(seconds_ago: float = 0) -> None:
    Heartbeat.of("clock")
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=seconds_ago))


def test_all_is_well(desk, anna, facebook):
    Channel.objects.update(owner=anna)
    beat()
    page = text_of(desk.get("/status/"))
    assert "Allt går som det ska." in page
    assert "Publiceringen är på" in page
    assert "Inget på väg ut just nu Fungerar" in page
    assert "Facebook Inget har kommit ut än Fungerar" in page


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "Har inte hörts av"), (300, "Senaste livstecken för 5 minuter sedan")],
)
def test_workers_that_are_silent_stand_still(desk, seconds, said):
    if seconds is not None:
        beat(seconds)
    page = text_of(desk.get("/status/"))
    assert f"Utskick {said} Står stilla" in page
    assert "Allt går som det ska, utom Utskick." in page


def test_what_is_late_is_said_to_be(desk, waiting):
    Publication.objects.update(not_before=timezone.now() - timedelta(minutes=5))
    assert "3 utskick är försenade Försenad" in text_of(desk.get("/status/"))


def test_a_broken_channel_says_why_and_how_much_waits(desk, facebook, waiting):
    connections.mark_broken(facebook, "token_expired", "")
    page = text_of(desk.get("/status/"))
    assert "Anslutningen gäller inte längre. Anslut kanalen igen. 3 utskick väntar. Trasig" in page
    assert page.count("Inlägg nummer") == 3


def test_what_needs_a_person_and_what_is_on_its_way_are_listed(desk, waiting, platform):
    asked, failed, retried = waiting
    Publication.objects.filter(pk=asked.pk).update(status=PublicationStatus.NEEDS_DECISION)
    Publication.objects.filter(pk=failed.pk).update(status=PublicationStatus.FAILED, trouble="rules")
    platform.script["commit"] = raising(NotSent("connect"))
    publishing.send(publishing.claim(retried.pk))
    help_, _, on_the_way = text_of(desk.get("/status/")).partition("På väg ut")
    assert "Inlägg nummer 0" in help_
    assert "Inlägg nummer 1" in help_
    assert "Inlägg nummer 2" in on_the_way


def test_what_failed_before_its_post_was_taken_back_needs_nobody_any_more(desk, waiting):
    failed, *_ = waiting
    Publication.objects.filter(pk=failed.pk).update(status=PublicationStatus.FAILED)
    assert "Inlägg nummer 0" in text_of(desk.get("/status/"))
    workflow.revise(failed.post, failed.post.author)
    assert "Inlägg nummer 0" not in text_of(desk.get("/status/"))


def numbers(waiting: list[Publication], page: str) -> list[int]:
    """How often each is named by its number alone."""
    return [page.count(f"Inlägg {item.post_id} ") for item in waiting]


@pytest.mark.parametrize("path", ["/status/", "/status/starta/"])
def test_an_administrator_sees_what_waits_and_not_what_is_in_it(waiting, path):
    mona = signed_in(factories.administrator())
    stopped(mona)
    page = mona.get(path)
    assert numbers(waiting, text_of(page)) == [1, 1, 1]
    assert "Inlägg nummer" not in text_of(page)
    assert 'href="/inlagg/' not in page.content.decode()


def test_whoever_keeps_a_channel_starts_it_without_reading_what_waits(facebook, waiting):
    karin = factories.ombudsman()
    Channel.objects.update(owner=karin)
    connections.pause(facebook, karin)
    page = text_of(signed_in(karin).get(f"/kanaler/{facebook.pk}/starta/"))
    assert (numbers(waiting, page), "Inlägg nummer" in page) == ([1, 1, 1], False)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("is_stopped", [False, True], ids=["running", "stopped"])
def test_the_page_costs_the_same_however_much_there_is(
    desk, anna, count, is_stopped, django_assert_num_queries
):
    for _number in range(count):
        channel = factories.channel()
        factories.approved(factories.submitted(), anna, channel)
        failed = factories.approved(factories.submitted(), anna, channel)
        failed.publications.update(status=PublicationStatus.FAILED)
    if is_stopped:
        publishing.stop(anna, StopReason.EVENT)
    desk.get("/status/")
    with django_assert_num_queries(16 if is_stopped else 15):
        desk.get("/status/")


def test_what_waits_for_a_channel_that_was_disconnected_needs_help(anna, facebook):
    factories.approved(factories.submitted(), anna, facebook)
    Channel.objects.update(disconnected_at=timezone.now())
    assert situation.needing_help() == [Publication.objects.get()]
