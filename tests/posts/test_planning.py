"""When an approved post goes out: the undo window, a planned time, the earliest and the latest, the reserve."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from freezegun import freeze_time

from accounts.models import User
from audit import log
from audit.models import Entry
from channels.errors import NotSent
from posts import publishing, purging, wishes, workflow
from posts.models import Hold, Media, Post, Publication, PublicationStatus, Regret, Status
from posts.publishing import When
from tests import factories
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def approved(anna, when: When | None = None, **fields) -> Publication:
    post = factories.submitted()
    Post.objects.filter(pk=post.pk).update(**fields)
    version = factories.for_channels(post, anna, factories.channel())
    workflow.approve(post, anna, version, when)
    return Publication.objects.get(post=post)


def run(publication: Publication) -> Publication:
    if claimed := publishing.claim(publication.pk):
        publishing.send(claimed)
    return Publication.objects.get(pk=publication.pk)


# --- the undo window ----------------------------------------------------------------------------------------


def test_an_okay_holds_the_publication_until_the_undo_window_is_over(anna, settings, platform):
    settings.UNDO_SECONDS = 60
    with freeze_time() as clock:
        publication = approved(anna)
        clock.tick(59)
        assert run(publication).status == PublicationStatus.QUEUED
        assert platform.calls == []
        clock.tick(1)
        assert run(publication).status == PublicationStatus.PUBLISHED


def test_a_regretted_okay_is_history_and_the_same_words_wait_for_another(anna, settings, platform):
    settings.UNDO_SECONDS = 60
    post = approved(anna).post
    regretted = post.current_version
    workflow.undo(post, anna)

    assert (post.status, post.current_version.number) == (Status.IN_REVIEW, regretted.number + 1)
    assert post.current_version.digest == regretted.digest
    assert post.current_version.created_by == regretted.created_by
    assert Publication.objects.get().status == PublicationStatus.CANCELLED

    settings.UNDO_SECONDS = 0
    workflow.approve(post, anna, post.current_version)
    run(Publication.objects.get(status=PublicationStatus.QUEUED))
    assert len(platform.ledger) == 1
    assert Entry.objects.filter(verb="post.undone", actor=anna).count() == 1


def test_what_a_worker_has_claimed_cannot_be_undone(anna, platform):
    publication = approved(anna)
    claimed = publishing.claim(publication.pk)
    with pytest.raises(workflow.NoLongerSoError):
        workflow.undo(publication.post, anna)
    publishing.send(claimed)
    post = Post.objects.get()
    assert (post.status, len(platform.ledger)) == (Status.APPROVED, 1)


def test_undo_is_all_or_nothing(anna, platform):
    post = factories.submitted()
    channels = factories.channel(), factories.channel()
    post = factories.approved(post, anna, *channels)
    first, second = Publication.objects.filter(post=post)
    publishing.claim(first.pk)
    with pytest.raises(workflow.NoLongerSoError):
        workflow.undo(post, anna)
    second.refresh_from_db()
    assert second.status == PublicationStatus.QUEUED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_undo_and_a_worker_at_the_same_moment_have_one_winner(anna, platform):
    winners = []
    for _round in range(30):
        publication = approved(anna)
        barrier, said = threading.Barrier(2), {}

        def regret(publication=publication, barrier=barrier, said=said):
            barrier.wait()
            try:
                workflow.undo(publication.post, anna)
                said["undo"] = True
            except workflow.NoLongerSoError:
                said["undo"] = False
            finally:
                connection.close()

        def work(publication=publication, barrier=barrier, said=said):
            barrier.wait()
            said["claim"] = publishing.claim(publication.pk) is not None
            connection.close()

        threads = [threading.Thread(target=work), threading.Thread(target=regret)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert said["undo"] != said["claim"]
        expected = PublicationStatus.CANCELLED if said["undo"] else PublicationStatus.STAGING
        publication.refresh_from_db()
        assert publication.status == expected
        winners.append(said["undo"])
    assert platform.ledger == []


# --- a planned time -----------------------------------------------------------------------------------------


def test_a_planned_post_goes_out_at_its_time(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, When(at=timezone.now() + HOUR))
        clock.tick(HOUR - timedelta(seconds=1))
        assert run(publication).status == PublicationStatus.QUEUED
        clock.tick(1)
        assert run(publication).status == PublicationStatus.PUBLISHED


def test_the_undo_window_holds_also_for_a_time_that_is_nearer(anna, settings):
    settings.UNDO_SECONDS = 600
    with freeze_time():
        publication = approved(anna, When(at=timezone.now() + MINUTE))
        assert publication.not_before == timezone.now() + timedelta(minutes=10)


def test_a_post_goes_out_at_its_earliest_although_no_time_was_planned(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, earliest=timezone.now() + HOUR)
        assert run(publication).status == PublicationStatus.QUEUED
        clock.tick(HOUR)
        assert run(publication).status == PublicationStatus.PUBLISHED


def test_wishes_that_come_with_the_okay_count_at_once(anna):
    post = factories.submitted()
    version = factories.for_channels(post, anna, factories.channel())
    earliest, latest = timezone.now() + HOUR, timezone.now() + 2 * HOUR
    assert version.post.earliest is None
    wishes.approve(post, anna, version, When(), earliest, latest)
    publication = Publication.objects.get()
    assert (publication.not_before, publication.not_after) == (earliest, latest)
    assert Entry.objects.filter(verb="post.wished", actor=anna).count() == 1


@pytest.mark.parametrize(
    ("minutes", "wanted", "code"),
    [
        (-1, {}, "past"),
        (0, {}, "past"),
        (10, {"earliest": 20}, "before_earliest"),
        (20, {"latest": 10}, "after_latest"),
        (20, {"latest": 20}, "after_latest"),
        (None, {"latest": -1}, "after_latest"),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused_and_nothing_is_approved(anna, minutes, wanted, code):
    with freeze_time():
        now = timezone.now()
        post = factories.submitted()
        Post.objects.update(**{name: now + value * MINUTE for name, value in wanted.items()})
        version = factories.for_channels(post, anna, factories.channel())
        with pytest.raises(publishing.PlanError) as refused:
            workflow.approve(post, anna, version, When(None if minutes is None else now + minutes * MINUTE))
    assert refused.value.code == code
    assert (Post.objects.get().status, Publication.objects.count()) == (Status.IN_REVIEW, 0)


def test_moving_gives_another_time_and_a_line_in_the_log(anna, platform):
    publication = approved(anna, When(at=timezone.now() + HOUR))
    at = timezone.now() + 2 * HOUR
    publishing.move([publication], anna, at)
    publication.refresh_from_db()
    assert (publication.planned_for, publication.not_before, publication.status) == (at, at, "queued")
    assert Entry.objects.filter(verb="publication.moved", actor=anna).count() == 1


def test_what_has_expired_gets_another_time_and_a_latest_time_that_fits(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + HOUR)
        clock.tick(HOUR)
        publishing.sweep(timezone.now())
        publication.refresh_from_db()
        at, latest = timezone.now() + HOUR, timezone.now() + 2 * HOUR
        publishing.move([publication], anna, at, latest)
        publication.refresh_from_db()
        assert (publication.status, publication.hold, publication.not_after) == ("queued", "", latest)
        clock.tick(HOUR)
        assert run(publication).status == PublicationStatus.PUBLISHED


def test_a_move_past_its_own_latest_time_is_refused_and_changes_nothing(anna):
    publication = approved(anna, When(at=timezone.now() + HOUR))
    with pytest.raises(publishing.PlanError) as refused:
        publishing.move([publication], anna, timezone.now() + 3 * HOUR, timezone.now() + 2 * HOUR)
    before = publication.not_before
    publication.refresh_from_db()
    assert (refused.value.code, publication.not_before) == ("after_latest", before)


def test_letting_go_does_not_break_the_earliest_time(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, When(reserve=True), earliest=timezone.now() + HOUR)
        publishing.release([publication], anna)
        assert run(publication).status == PublicationStatus.QUEUED
        clock.tick(HOUR)
        assert run(publication).status == PublicationStatus.PUBLISHED


def test_what_is_on_its_way_is_not_moved_held_or_let_go(anna):
    publication = approved(anna)
    publishing.claim(publication.pk)
    at = timezone.now() + HOUR
    for verb in (
        lambda: publishing.move([publication], anna, at),
        lambda: publishing.hold([publication], anna),
        lambda: publishing.to_reserve([publication], anna),
        lambda: publishing.release([publication], anna),
    ):
        with pytest.raises(publishing.TooLateError):
            verb()
    publication.refresh_from_db()
    assert (publication.status, publication.planned_for) == (PublicationStatus.STAGING, None)


# --- held, and the reserve ----------------------------------------------------------------------------------


def test_the_reserve_waits_without_a_time_until_somebody_wants_it(anna, platform):
    publication = approved(anna, When(reserve=True))
    assert (publication.status, publication.hold) == (PublicationStatus.HELD, Hold.RESERVE)
    assert run(publication).status == PublicationStatus.HELD
    publishing.release([publication], anna)
    after = run(publication)
    assert (after.status, after.hold) == (PublicationStatus.PUBLISHED, "")


def test_what_is_held_stays_and_goes_back_to_the_reserve(anna, platform):
    publication = approved(anna)
    publishing.hold([publication], anna)
    assert run(publication).hold == Hold.PERSON
    publishing.to_reserve([publication], anna)
    assert run(publication).hold == Hold.RESERVE
    assert platform.calls == []


def test_what_is_done_by_hand_can_wait_too_and_comes_back_to_the_hand(anna, platform, monkeypatch):
    monkeypatch.setattr(platform, "publishes", False)
    publication = approved(anna, When(reserve=True))
    assert publication.status == PublicationStatus.HELD
    publishing.release([publication], anna)
    publication.refresh_from_db()
    assert publication.status == PublicationStatus.BY_HAND


@pytest.mark.parametrize(
    "verb",
    [
        lambda found, anna: publishing.release([found], anna),
        lambda found, anna: publishing.hold([found], anna),
        lambda found, anna: publishing.move([found], anna, timezone.now() + HOUR),
    ],
    ids=["release", "hold", "move"],
)
def test_what_a_person_has_taken_over_is_not_taken_back_from_their_hands(anna, platform, verb):
    publication = approved(anna)
    publication.channel.fault = "token_expired"
    publishing.take_by_hand(publication, anna)
    with pytest.raises(publishing.TooLateError):
        verb(publication, anna)
    assert (run(publication).status, platform.calls) == (PublicationStatus.BY_HAND, [])


# --- the latest time ----------------------------------------------------------------------------------------


def test_what_was_not_out_at_its_latest_time_expires_and_is_never_sent_late(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + HOUR)
        clock.tick(HOUR)
        assert run(publication).status == PublicationStatus.QUEUED
        publishing.sweep(timezone.now())
        after = run(publication)
    assert (after.status, after.hold, platform.calls) == (PublicationStatus.HELD, Hold.EXPIRED, [])
    assert Entry.objects.filter(verb="publication.expired").count() == 1


def test_a_latest_time_that_goes_by_while_staging_stops_the_commit(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + MINUTE)
        platform.script["stage"] = lambda *_args: clock.tick(MINUTE)
        after = run(publication)
    assert (after.status, platform.calls) == (PublicationStatus.QUEUED, ["stage"])


def test_a_retry_never_crosses_the_latest_time(anna, platform):
    platform.script["commit"] = raising(NotSent("connect"))
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + timedelta(seconds=4))
        run(publication)
        clock.tick(5)
        after = run(publication)
    assert (after.status, platform.ledger) == (PublicationStatus.QUEUED, [])


def test_what_has_expired_goes_out_when_a_person_wants_it_although_it_is_late(anna, platform):
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + HOUR)
        clock.tick(HOUR)
        publishing.sweep(timezone.now())
        publication.refresh_from_db()
        publishing.release([publication], anna)
        assert run(publication).status == PublicationStatus.PUBLISHED
    [line] = Entry.objects.filter(verb="publication.released")
    assert line.facts["late"] is True


def test_a_latest_time_does_not_matter_to_what_is_out(anna):
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + HOUR)
        run(publication)
        clock.tick(HOUR)
        publishing.sweep(timezone.now())
        assert run(publication).status == PublicationStatus.PUBLISHED


def test_what_is_in_a_persons_hands_does_not_expire(anna):
    with freeze_time() as clock:
        publication = approved(anna, latest=timezone.now() + HOUR)
        Publication.objects.update(status=PublicationStatus.BY_HAND)
        clock.tick(2 * HOUR)
        assert publishing.expire(timezone.now()) == 0
    publication.refresh_from_db()
    assert (publication.status, publication.hold) == (PublicationStatus.BY_HAND, "")


# --- at the same moment -----------------------------------------------------------------------------------------


def take_down(publications: list[Publication], by: User) -> None:
    publishing.take_down(publications[0].post, by, Regret.CONSENT)


def forwards_and_backwards(post: Post) -> tuple[list[Publication], list[Publication]]:
    found = list(Publication.objects.filter(post=post).select_related("channel", "post").order_by("pk"))
    return found, found[::-1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize(
    ("verbs", "expected"),
    [
        ((publishing.hold, publishing.hold), "held"),
        ((publishing.to_reserve, publishing.to_reserve), "held"),
        ((publishing.release, publishing.release), "queued"),
        ((take_down, publishing.hold), "cancelled"),
    ],
)
def test_two_who_act_on_the_same_post_do_not_wait_in_a_ring(anna, verbs, expected, monkeypatch):
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel("x"))
    record, both_have_begun = log.record, threading.Barrier(2)

    def and_wait(*args, **facts):
        with suppress(threading.BrokenBarrierError):
            both_have_begun.wait(timeout=0.5)
        return record(*args, **facts)

    def act(verb, publications: list[Publication]) -> None:
        with suppress(publishing.TooLateError):
            verb(publications, anna)
        connection.close()

    monkeypatch.setattr(log, "record", and_wait)
    with ThreadPoolExecutor() as pool:
        list(pool.map(act, verbs, forwards_and_backwards(post)))
    assert list(Publication.objects.values_list("status", flat=True)) == [expected, expected]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_an_okay_with_a_wish_and_a_blur_at_the_same_moment_do_not_wait_in_a_ring(anna, monkeypatch):
    post = factories.submitted()
    seen = factories.for_channels(post, anna, factories.channel())
    record, wish_is_logged, picture_is_held = log.record, threading.Event(), threading.Event()

    def in_turn(verb, *args, **facts):
        line = record(verb, *args, **facts)
        if verb == "post.wished":
            wish_is_logged.set()
            picture_is_held.wait(timeout=0.5)
        return line

    def approve():
        wishes.approve(post, anna, seen, When(), None, timezone.now() + timedelta(days=1))
        connection.close()

    def blur():
        assert wish_is_logged.wait(timeout=5)
        with transaction.atomic():
            purging.hold_still(Media.objects.filter(in_versions__version=seen))
            picture_is_held.set()
            record("media.purged", "media:1")
        connection.close()

    monkeypatch.setattr(log, "record", in_turn)
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(approve), pool.submit(blur)]
        assert [each.result() for each in done] == [None, None]
    assert Post.objects.get().status == Status.APPROVED
