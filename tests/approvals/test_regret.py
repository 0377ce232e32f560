"""Regretting an okay, and giving it a time: what the desk says, and what is so."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time

from channels import connections
from channels.adapters.base import Receipt
from posts import publishing, workflow
from posts.models import Hold, Outcome, Post, Publication, PublicationStatus, Status, StopReason
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
ROUNDS = 50


@pytest.fixture
def green():
    post = factories.submitted(text="Nattarbete på E4.")
    factories.for_channels(post, factories.reviewer(name="Johan Alm"), factories.channel())
    return Post.objects.get(pk=post.pk)


@pytest.fixture
def _a_minute(settings):
    settings.UNDO_SECONDS = 60


def version_of(post: Post) -> dict[str, int]:
    return {"version": post.current_version_id}


def press(desk, post: Post, what: str, **fields):
    return desk.post(f"/granska/{post.pk}/{what}/", version_of(post) | fields, follow=True)


def state() -> tuple[str, str, str]:
    publication = Publication.objects.get()
    return publication.post.status, publication.status, publication.hold


# --- the toast --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_a_minute")
def test_after_the_okay_the_next_page_says_how_long_it_can_be_regretted(desk, green):
    with freeze_time() as clock:
        page = press(desk, green, "godkann")
        assert "Godkänt. Nattarbete på E4 Publiceras på Facebook om 60 sekunder . Ångra" in text_of(page)
        assert f'action="/granska/{green.pk}/angra/"' in page.content.decode()
        clock.tick(18)
        assert "Publiceras på Facebook om 42 sekunder" in text_of(desk.get("/granska/"))
        clock.tick(43)
        assert "Ångra" not in text_of(desk.get("/granska/"))


@pytest.mark.usefixtures("_a_minute")
def test_a_toast_is_for_whoever_gave_the_okay(desk, green):
    press(desk, green, "godkann")
    other = signed_in(factories.reviewer(name="Johan Alm"))
    assert "Ångra" not in text_of(other.get("/granska/"))


def test_without_an_undo_window_the_page_says_that_it_is_on_its_way(desk, green):
    page = text_of(press(desk, green, "godkann"))
    assert "Godkänt. Publiceras nu på Facebook." in page
    assert "Ångra" not in page


@pytest.mark.usefixtures("_a_minute")
def test_the_toast_tells_the_truth_while_all_is_stopped(desk, green, anna):
    publishing.stop(anna, StopReason.EVENT)
    page = press(desk, green, "godkann")
    said = text_of(page)
    assert "Facebook väntar: all publicering är stoppad. Ångra" in said
    assert "sekunder" not in said.partition("Godkänt.")[2]
    assert 'class="ring"' not in page.content.decode()


@pytest.mark.usefixtures("_a_minute")
def test_the_toast_tells_of_what_waits_for_a_channel(desk, green, anna):
    connections.mark_broken(green.current_version.chosen_channels.get().channel, "token_expired", "")
    assert "Facebook väntar tills kanalen fungerar. Ångra" in text_of(press(desk, green, "godkann"))


@pytest.mark.usefixtures("_a_minute")
@pytest.mark.parametrize("count", [1, 3])
def test_toasts_cost_three_queries_however_many(desk, count, django_assert_num_queries, anna):
    channel = factories.channel()
    for number in range(count):
        post = factories.submitted(text=f"Inlägg {number}")
        factories.approved(post, anna, channel)
    desk.get("/granska/")
    # Session, person, roles twice, the channels with a goal, twice, the queue, what is unread, the stop; and the toasts
    # with theirs.
    with django_assert_num_queries(11):
        page = desk.get("/granska/")
    assert text_of(page).count("Ångra") == count


# --- undo -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_a_minute")
def test_a_regretted_okay_is_back_in_the_queue_and_nothing_went_out(desk, green, platform):
    press(desk, green, "godkann")
    page = press(desk, green, "angra")
    assert page.redirect_chain[-1][0] == f"/granska/{green.pk}/"
    assert "Ångrat. Inget har publicerats" in text_of(page)
    assert state() == (Status.IN_REVIEW, PublicationStatus.CANCELLED, "")
    assert platform.calls == []


@pytest.mark.usefixtures("_a_minute")
def test_a_colleague_may_regret_it_too_and_the_second_is_told_who_was_first(desk, green, anna):
    press(desk, green, "godkann")
    press(signed_in(factories.reviewer(name="Johan Alm")), green, "angra")
    page = press(desk, green, "angra")
    assert page.status_code == 409
    assert "Johan ångrade godkännandet" in text_of(page)
    assert state()[0] == Status.IN_REVIEW


def test_when_a_worker_was_faster_the_page_says_what_is_so_and_how_to_take_it_down(desk, anna, platform):
    channels = factories.channel(), factories.channel("by_hand", name="Gruppen", remote_id="")
    post = factories.approved(factories.submitted(), anna, *channels, factories.channel())
    first, _hand, second = Publication.objects.order_by("pk")
    publishing.send(publishing.claim(first.pk))
    publishing.claim(second.pk)
    page = press(desk, post, "angra")
    assert page.status_code == 409
    said = text_of(page)
    assert "Inlägget är redan ute på Facebook. Det är redan på väg ut på Facebook." in said
    assert f'href="/inlagg/{post.pk}/ta-ned/"' in page.content.decode()
    assert Post.objects.get().status == Status.APPROVED
    assert len(platform.ledger) == 1


def test_what_still_waits_is_told_because_nothing_was_regretted(desk, anna):
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel())
    publishing.claim(Publication.objects.first().pk)
    page = text_of(press(desk, post, "angra"))
    assert "Det är redan på väg ut på Facebook." in page
    assert "Inget är ångrat: på Facebook väntar det fortfarande på att gå ut." in page
    waiting = Publication.objects.get(status=PublicationStatus.QUEUED)
    assert waiting.post.status == Status.APPROVED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_of_a_press_and_a_worker_at_the_same_moment_one_wins_and_the_page_says_which(anna, platform):
    channel, desk, told = factories.channel(), signed_in(anna), []
    for _round in range(ROUNDS):
        post = factories.approved(factories.submitted(), anna, channel)
        publication = Publication.objects.get(post=post)
        barrier, said = threading.Barrier(2), {}

        def regret(post=post, barrier=barrier, said=said):
            barrier.wait()
            said["page"] = press(desk, post, "angra")
            connection.close()

        def work(publication=publication, barrier=barrier, said=said):
            barrier.wait()
            said["claimed"] = publishing.claim(publication.pk)
            connection.close()

        threads = [threading.Thread(target=regret), threading.Thread(target=work)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        publication.refresh_from_db()
        page = text_of(said["page"])
        if said["claimed"]:
            assert (said["page"].status_code, publication.status) == (409, PublicationStatus.STAGING)
            assert "Det är redan på väg ut på Facebook. Inget är ångrat." in page
            publishing.send(said["claimed"])
        else:
            assert (said["page"].status_code, publication.status) == (200, PublicationStatus.CANCELLED)
            assert "Ångrat. Inget har publicerats" in page
        told.append(bool(said["claimed"]))
    assert len(platform.ledger) == told.count(True)


# --- the okay with a time ---------------------------------------------------------------------------------------


def test_the_button_saves_what_was_typed_and_asks_for_the_time(desk, green):
    alt = f"alt_{green.current_version.shown_media.get().media_id}"
    page = press(desk, green, "spara", intent="schedule", **{alt: "Två kollegor"})
    assert page.redirect_chain[-1][0] == f"/granska/{green.pk}/schemalagg/"
    assert Post.objects.get().current_version.shown_media.get().alt_text == "Två kollegor"
    assert not Publication.objects.exists()


def test_an_okay_with_a_time_goes_out_then(desk, green, platform):
    with freeze_time("2026-11-25 12:00+00:00") as clock:
        page = press(desk, green, "schemalagg", at="2026-11-26T12:00")
        assert "Godkänt. Schemalagt på Facebook torsdag 26 november 12.00." in text_of(page)
        publication = Publication.objects.get()
        assert publication.planned_for == publication.not_before
        assert publication.planned_for.isoformat() == "2026-11-26T11:00:00+00:00"
        clock.move_to("2026-11-26 10:59:59+00:00")
        assert publishing.claim(publication.pk) is None
        clock.tick(1)
        publishing.send(publishing.claim(publication.pk))
    assert len(platform.ledger) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Välj dag och tid."),
        ({"at": "i morgon"}, "Det är ingen tid."),
        ({"at": "0001-01-01T00:00"}, "Det är ingen tid."),
        ({"at": "2026-11-25T12:59"}, "Den tiden har redan varit. Välj en senare."),
        (
            {"at": "2026-11-26T12:00", "earliest": "2026-11-27T08:00"},
            "Inlägget får komma ut tidigast fredag 27 november 08.00. Välj en senare tid.",
        ),
        (
            {"at": "2026-11-26T12:00", "latest": "2026-11-26T11:00"},
            "Senaste tiden måste vara efter den då inlägget ska ut.",
        ),
        (
            {"earliest": "2026-11-27T08:00", "latest": "2026-11-27T08:00"},
            "Senaste tiden måste vara efter den tidigaste.",
        ),
        (
            {"at": "2027-03-28T02:30"},
            "Klockan 02.30 finns inte den natten: då ställs klockan fram. Nästa tid som finns är 03.00.",
        ),
        (
            {"at": "2027-10-31T02:30"},
            "Klockan ställs om den natten, och tiden kommer två gånger. Välj vilken.",
        ),
    ],
)
@freeze_time("2026-11-25 12:00+00:00")
def test_a_time_that_cannot_be_kept_is_refused_in_words_and_nothing_typed_is_lost(
    desk, green, fields, sentence
):
    page = press(desk, green, "schemalagg", **fields)
    assert page.status_code == 422
    assert sentence in text_of(page)
    html = page.content.decode()
    assert [value for value in fields.values() if f'value="{value}"' not in html] == []
    post = Post.objects.get()
    assert (post.status, post.earliest, post.latest) == (Status.IN_REVIEW, None, None)
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("turn", "moment", "told"),
    [
        ("0", "2027-10-31T00:30:00+00:00", "02.30 (sommartid)"),
        ("1", "2027-10-31T01:30:00+00:00", "02.30 (vintertid)"),
    ],
)
@freeze_time("2026-11-25 12:00+00:00")
def test_the_doubled_hour_is_asked_about_and_the_answer_is_kept_and_shown(desk, green, turn, moment, told):
    asked = text_of(press(desk, green, "schemalagg", at="2027-10-31T02:30"))
    assert "02.30 (sommartid)" in asked
    assert "02.30 (vintertid)" in asked
    press(desk, green, "schemalagg", at="2027-10-31T02:30", at_turn=turn)
    assert Publication.objects.get().planned_for.isoformat() == moment
    assert f"Schemalagt söndag 31 oktober 2027 {told}" in text_of(desk.get(f"/inlagg/{green.pk}/"))


@freeze_time("2026-11-25 12:00+00:00")
def test_between_the_earliest_and_the_latest_it_goes_out_as_soon_as_it_may(desk, green):
    page = press(desk, green, "schemalagg", earliest="2026-11-27T08:00", latest="2026-11-27T16:00")
    assert "Publiceras på Facebook tidigast fredag 27 november 08.00." in text_of(page)
    publication, post = Publication.objects.get(), Post.objects.get()
    assert publication.planned_for is None
    assert publication.not_before == post.earliest == timezone.now() + timedelta(hours=43)
    assert publication.not_after == post.latest == timezone.now() + timedelta(hours=51)


def test_a_time_is_given_to_exactly_the_version_that_was_seen(desk, green):
    seen = version_of(green)
    before = green.current_version
    workflow.edit(green, factories.reviewer(), before, before.manuscript().replaced(text="Nytt"))
    later = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page = desk.post(f"/granska/{green.pk}/schemalagg/", seen | {"at": later})
    assert page.status_code == 409
    assert not Publication.objects.exists()


def test_an_okay_after_its_latest_time_asks_for_another_and_approves_nothing(desk, green):
    Post.objects.update(latest=timezone.now() - timedelta(hours=1))
    page = press(desk, green, "godkann")
    assert page.redirect_chain[-1][0] == f"/granska/{green.pk}/schemalagg/"
    assert "Tiden då inlägget senast skulle vara ute har gått. Ge det en ny." in text_of(page)
    assert not Publication.objects.exists()


def test_into_the_reserve_with_one_press(desk, green, platform):
    page = press(desk, green, "reserven")
    assert "Godkänt. Ligger i reserven: Facebook." in text_of(page)
    assert state() == (Status.APPROVED, PublicationStatus.HELD, Hold.RESERVE)
    assert publishing.claim(Publication.objects.get().pk) is None


@pytest.mark.parametrize("what", ["reserven", "schemalagg"])
def test_what_is_blocked_gets_no_time_either(desk, what):
    post = factories.submitted()
    later = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    page = press(desk, post, what, at=later)
    assert page.status_code == 422
    assert "Kan inte godkännas än" in text_of(page)
    assert not Publication.objects.exists()


@pytest.mark.parametrize("what", ["schemalagg", "reserven"])
def test_nobody_gives_their_own_post_a_time(what):
    anna = factories.reviewer()
    own = factories.submitted(anna)
    factories.for_channels(own, factories.reviewer(), factories.channel())
    own.refresh_from_db()
    page = press(signed_in(anna), own, what)
    assert page.status_code == 403
    assert not Publication.objects.exists()


@pytest.mark.parametrize("what", ["godkann", "reserven"])
def test_an_okay_that_was_undone_and_came_out_all_the_same_leads_to_taking_it_down(
    desk, green, anna, platform, what
):
    publication = workflow.approve(green, anna, green.current_version).publications.get()
    workflow.undo(green, anna)
    receipt = Receipt("post-1", "https://example.test/1")
    publishing.settle(publication, None, receipt, Outcome.RECEIPT)
    answer = press(desk, green, what)
    said = text_of(answer)
    assert answer.status_code == 409
    assert "Godkännandet ångrades, men inlägget kom ändå ut på Facebook." in said
    assert f'href="/inlagg/{green.pk}/ta-ned/"' in answer.content.decode()
    assert state() == (Status.IN_REVIEW, PublicationStatus.PUBLISHED, "")
    order = desk.post(f"/inlagg/{green.pk}/ta-ned/", {"reason": "wrong"}, follow=True)
    assert "Inlägget tas ned." in text_of(order)
