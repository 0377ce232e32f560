"""Stopping everything, pausing one channel, and starting again with open eyes."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.models import Entry
from posts import publishing
from posts.models import Hold, Publication, PublicationStatus, PublishingStop, StopReason
from posts.publishing import Resume
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


@pytest.fixture
def waiting(anna):
    """Three posts that would go out now on one channel."""
    channel = factories.channel()
    for _number in range(3):
        factories.approved(factories.submitted(), anna, channel)
    return list(Publication.objects.order_by("pk"))


def statuses(*publications: Publication) -> list[tuple[str, str]]:
    found = {item.pk: (item.status, item.hold) for item in Publication.objects.all()}
    return [found[publication.pk] for publication in publications]


def run_all(platform) -> int:
    for publication in Publication.objects.all():
        if claimed := publishing.claim(publication.pk):
            publishing.send(claimed)
    return len(platform.ledger)


def test_nothing_goes_out_while_stopped_and_it_says_who_when_and_why(anna, waiting, platform):
    before = timezone.now()
    assert publishing.stop(anna, StopReason.EVENT, "Olycka vid Hallsberg.")
    assert run_all(platform) == 0
    stop = publishing.current_stop()
    assert (stop.stopped_by, stop.reason, stop.message) == (anna, "event", "Olycka vid Hallsberg.")
    assert stop.stopped_at >= before
    assert Entry.objects.filter(verb="publishing.stopped", actor=anna).count() == 1


def test_a_second_stop_changes_nothing_about_the_first(anna, waiting):
    publishing.stop(anna, StopReason.EVENT, "Olycka vid Hallsberg.")
    assert not publishing.stop(factories.reviewer(), StopReason.OTHER)
    assert publishing.current_stop().message == "Olycka vid Hallsberg."
    assert Entry.objects.filter(verb="publishing.stopped").count() == 1


def test_started_again_with_all_of_it(anna, waiting, platform):
    publishing.stop(anna, StopReason.EVENT)
    assert publishing.resume(anna, Resume.NOW, [item.pk for item in waiting])
    assert publishing.current_stop() is None
    assert run_all(platform) == 3


def test_what_was_not_chosen_or_not_seen_is_parked(anna, waiting, platform):
    publishing.stop(anna, StopReason.EVENT)
    first, second, third = waiting
    publishing.resume(anna, Resume.NOW, [second.pk])
    assert run_all(platform) == 1
    parked = (PublicationStatus.HELD, Hold.STOPPED)
    assert statuses(first, second, third) == [parked, (PublicationStatus.PUBLISHED, ""), parked]


def test_spread_out_means_one_at_a_time_on_each_channel(anna, waiting, settings, platform):
    settings.SPREAD_MINUTES = 30
    factories.approved(factories.submitted(), anna, factories.channel())
    everything = list(Publication.objects.order_by("pk"))
    publishing.stop(anna, StopReason.EVENT)
    before = timezone.now()
    publishing.resume(anna, Resume.SPREAD, [item.pk for item in everything])
    waits = [
        round((item.not_before - before).total_seconds() / 60) for item in Publication.objects.order_by("pk")
    ]
    assert waits == [0, 30, 60, 0]


def test_parked_means_that_nothing_goes_out(anna, waiting, platform):
    publishing.stop(anna, StopReason.EVENT)
    publishing.resume(anna, Resume.PARKED, [item.pk for item in waiting])
    assert run_all(platform) == 0
    assert statuses(*waiting) == [(PublicationStatus.HELD, Hold.STOPPED)] * 3


def test_what_is_planned_for_later_is_left_alone(anna, waiting):
    publishing.move([waiting[0]], anna, timezone.now() + timedelta(hours=1))
    publishing.stop(anna, StopReason.EVENT)
    assert [item.pk for item in publishing.waiting_for_resume()] == [item.pk for item in waiting[1:]]
    publishing.resume(anna, Resume.PARKED, [])
    assert statuses(waiting[0]) == [(PublicationStatus.QUEUED, "")]


def test_starting_what_is_not_stopped_does_nothing(anna, waiting):
    assert not publishing.resume(anna, Resume.PARKED, [])
    assert statuses(*waiting) == [(PublicationStatus.QUEUED, "")] * 3
    assert not PublishingStop.objects.filter(stopped_at__isnull=False).exists()


def test_a_paused_channel_waits_and_the_others_do_not(anna, waiting, platform):
    other = factories.approved(factories.submitted(), anna, factories.channel()).publications.get()
    channel = waiting[0].channel
    assert publishing.pause(channel, anna, "Krock med kampanjen")
    assert run_all(platform) == 1
    assert statuses(other) == [(PublicationStatus.PUBLISHED, "")]
    channel.refresh_from_db()
    assert (channel.paused_by, channel.pause_reason) == (anna, "Krock med kampanjen")

    publishing.unpause(channel, anna, Resume.NOW, [waiting[0].pk])
    assert run_all(platform) == 2
    assert statuses(*waiting[1:]) == [(PublicationStatus.HELD, Hold.STOPPED)] * 2


def start_again_while_staging(platform, anna, publication, what: str, how: Resume, chosen=()) -> None:
    """Somebody stops and starts again, all within the time that it takes to make one ready."""

    def act(*_args):
        if what == "stop":
            publishing.stop(anna, StopReason.WRONG_POST)
            publishing.resume(anna, how, chosen)
        else:
            publishing.pause(publication.channel, anna)
            publishing.unpause(publication.channel, anna, how, chosen)

    platform.script["stage"] = act
    publishing.send(publishing.claim(publication.pk))


@pytest.mark.parametrize("what", ["stop", "pause"])
def test_what_is_made_ready_while_all_is_stopped_and_started_is_parked_like_the_rest(
    anna, waiting, platform, what
):
    first, *others = waiting
    start_again_while_staging(platform, anna, first, what, Resume.PARKED)
    assert (platform.calls, platform.ledger) == (["stage"], [])
    assert statuses(first, *others) == [(PublicationStatus.HELD, Hold.STOPPED)] * 3


@pytest.mark.parametrize("what", ["stop", "pause"])
def test_what_is_made_ready_and_was_chosen_goes_on(anna, waiting, platform, what):
    first = waiting[0]
    start_again_while_staging(platform, anna, first, what, Resume.NOW, [first.pk])
    assert statuses(first) == [(PublicationStatus.PUBLISHED, "")]
    assert platform.calls == ["stage", "commit"]


def test_what_is_made_ready_is_called_back_to_wait_for_its_turn(anna, waiting, platform):
    chosen = [item.pk for item in waiting]
    start_again_while_staging(platform, anna, waiting[1], "stop", Resume.SPREAD, chosen)
    assert statuses(waiting[1]) == [(PublicationStatus.QUEUED, "")]
    assert (platform.calls, publishing.claim(waiting[1].pk)) == (["stage"], None)


# --- at the same moment --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("how", ["stop", "pause"])
def test_a_stop_waits_for_a_call_that_is_about_to_begin_and_sees_it(anna, platform, monkeypatch, how):
    PublishingStop.objects.get_or_create(id=1)
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    has_passed, may_go_on, said = threading.Event(), threading.Event(), []

    def check(*_args):
        has_passed.set()
        assert may_go_on.wait(10)

    monkeypatch.setattr("posts.publishing.sending.check_seal", check)

    def work():
        publishing.send(publishing.claim(publication.pk))
        connection.close()

    def halt():
        if how == "stop":
            publishing.stop(anna, StopReason.EVENT)
        else:
            publishing.pause(publication.channel, anna)
        said.append(Publication.objects.get().status)
        connection.close()

    platform.script["commit"] = lambda *_args: stopping.join(10)
    working, stopping = threading.Thread(target=work), threading.Thread(target=halt)
    working.start()
    assert has_passed.wait(10)
    stopping.start()
    stopping.join(0.5)
    assert (stopping.is_alive(), said) == (True, [])
    may_go_on.set()
    working.join(20)
    assert said == [PublicationStatus.COMMITTING]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_a_start_waits_for_a_call_that_is_about_to_begin(anna, platform):
    """Otherwise it would be asked about, and answered for, while it goes out."""
    PublishingStop.objects.get_or_create(id=1)
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    publishing.pause(publication.channel, anna)
    is_passing, may_go_on = threading.Event(), threading.Event()

    def pass_by():
        with transaction.atomic():
            publishing.rows.pass_gate()
            is_passing.set()
            assert may_go_on.wait(10)
        connection.close()

    def start():
        publishing.unpause(publication.channel, anna, Resume.NOW, [publication.pk])
        connection.close()

    passing, starting = threading.Thread(target=pass_by), threading.Thread(target=start)
    passing.start()
    assert is_passing.wait(10)
    starting.start()
    starting.join(0.5)
    still_waits = starting.is_alive()
    may_go_on.set()
    passing.join(20)
    starting.join(20)
    assert still_waits
    assert Publication.objects.select_related("channel").get().channel.paused_at is None
