from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import timezone
from freezegun import freeze_time

from audit.models import Entry
from channels.adapters.base import Receipt, Rest
from channels.errors import (
    Duplicate,
    NotConnected,
    NotReady,
    NotSent,
    OutOfCredit,
    RateLimited,
    Refused,
    Unconfirmed,
)
from channels.models import Channel
from posts import content, publishing, workflow
from posts.models import (
    Approval,
    Attempt,
    Media,
    Outcome,
    Post,
    Publication,
    PublicationStatus,
    StopReason,
)
from posts.publishing import sending
from tests import factories
from tests.scripted import raising
from tests.together import press

pytestmark = pytest.mark.django_db
IN_AN_HOUR = timedelta(hours=1)


@pytest.fixture
def publication(platform) -> Publication:
    factories.approved(factories.submitted(), factories.reviewer(), factories.channel())
    return Publication.objects.get()


def run(publication: Publication) -> Publication:
    """What the worker does with one task."""
    if claimed := publishing.claim(publication.pk):
        publishing.send(claimed)
    return Publication.objects.get(pk=publication.pk)


def make_due(publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def age_attempt(by: timedelta) -> None:
    then = timezone.now() - by
    Attempt.objects.update(started_at=then, finished_at=then)


# --- the straight way -------------------------------------------------------------------------------------


def test_what_was_approved_appears_once_with_a_receipt(publication, platform):
    after = run(publication)

    [(handle, content)] = platform.ledger
    assert content.text == factories.TEXT
    assert [item.alt_text for item in content.media] == [factories.ALT]
    assert (after.status, after.remote_id) == (PublicationStatus.PUBLISHED, f"post-of-{handle}")
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.digest) == (Outcome.RECEIPT, publication.approval.digest)
    assert attempt.sent["media"] == [
        {
            "kind": "picture",
            "sha256": content.media[0].sha256,
            "size": content.media[0].size,
            "alt_text": factories.ALT,
        }
    ]


def test_the_attempt_is_in_the_database_and_no_transaction_is_open_during_the_call(publication, platform):
    seen = []

    def look_around(*_args):
        seen.append(
            (Attempt.objects.get().outcome, Publication.objects.get().status, outermost_transaction_open())
        )

    platform.script["commit"] = look_around
    run(publication)
    assert seen == [(Outcome.OPEN, PublicationStatus.COMMITTING, False)]


def outermost_transaction_open() -> bool:
    """Under pytest-django one transaction wraps the test: ours would be a savepoint inside it."""
    return len(connection.savepoint_ids) > 0


def test_a_second_task_for_the_same_publication_does_nothing(publication, platform):
    run(publication)
    run(publication)
    assert platform.calls == ["stage", "commit"]


def test_each_handle_is_saved_when_it_is_got(publication, platform):
    platform.script["commit"] = raising(NotSent("connect"))
    after = run(publication)
    assert after.staged == {"handle": "handle-1"}
    make_due(publication)
    assert run(publication).remote_id == "post-of-handle-1"


# --- each outcome -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["stage", "commit"])
def test_not_sent_is_tried_again_with_a_growing_back_off(publication, platform, step):
    platform.script[step] = raising(NotSent("connect"), NotSent("connect"))
    for seconds in (5, 15):
        with freeze_time(timezone.now()):
            after = run(publication)
            assert after.not_before == timezone.now() + timedelta(seconds=seconds)
        assert (after.status, after.trouble) == (PublicationStatus.QUEUED, "connect")
        assert publishing.claim(publication.pk) is None
        make_due(publication)

    assert run(publication).status == PublicationStatus.PUBLISHED
    assert len(platform.ledger) == 1


def test_a_rate_limit_rests_the_whole_channel_and_no_other(publication, platform):
    until = timezone.now() + IN_AN_HOUR
    platform.script["commit"] = raising(RateLimited("80001", until=until))
    after = run(publication)

    assert (after.status, after.not_before, after.tries) == (PublicationStatus.QUEUED, until, 0)
    assert Channel.objects.get().resting_until == until
    other = factories.approved(factories.submitted(), factories.reviewer(), factories.channel())
    due = Publication.objects.due(timezone.now())
    assert [publication.post for publication in due] == [other]


def test_media_in_processing_is_looked_at_again_with_the_same_handles(publication, platform):
    until = timezone.now() + timedelta(seconds=3)

    def still_processing(adapter, _content, staged):
        staged.setdefault("handle", "film-1")
        raise NotReady("processing", until=until)

    platform.script["stage"] = still_processing
    after = run(publication)
    assert (after.status, after.not_before, after.tries) == (PublicationStatus.QUEUED, until, 0)
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("error", [NotConnected("190/463"), OutOfCredit("credits")])
def test_a_broken_connection_waits_for_a_person_and_goes_on_by_itself_afterwards(
    publication, platform, error
):
    platform.script["commit"] = raising(error)
    after = run(publication)
    channel = Channel.objects.get()
    assert (after.status, channel.fault) == (PublicationStatus.QUEUED, error.code)
    assert run(publication).status == PublicationStatus.QUEUED
    assert Entry.objects.filter(verb="channel.broke").count() == 1

    Channel.objects.update(fault="")
    assert run(publication).status == PublicationStatus.PUBLISHED


def test_what_the_platform_refuses_has_failed_and_is_not_tried_again(publication, platform):
    platform.script["commit"] = raising(Refused("368", "abusive"))
    after = run(publication)
    assert (after.status, after.trouble) == (PublicationStatus.FAILED, "368")
    assert Attempt.objects.get().outcome == Outcome.REFUSED
    assert run(publication).status == PublicationStatus.FAILED
    assert platform.calls.count("commit") == 1


# --- unconfirmed ------------------------------------------------------------------------------------------


def test_an_unclear_answer_is_never_sent_again_before_a_look(publication, platform):
    platform.script["after_commit"] = raising(Unconfirmed("read_timeout"))
    after = run(publication)
    assert (after.status, Attempt.objects.get().outcome) == (
        PublicationStatus.UNCONFIRMED,
        Outcome.UNCONFIRMED,
    )

    after = run(publication)
    assert (after.status, after.remote_id) == (PublicationStatus.PUBLISHED, "post-of-handle-1")
    assert Attempt.objects.get().outcome == Outcome.FOUND
    assert platform.calls == ["stage", "commit", "find"]


@pytest.mark.parametrize("error", [Unconfirmed("reset"), Duplicate("1366051")])
def test_an_unclear_answer_while_staging_is_no_reason_to_look(publication, platform, error):
    platform.script["stage"] = raising(error)
    after = run(publication)
    assert (after.status, after.trouble, after.tries) == (PublicationStatus.QUEUED, error.code, 1)
    assert after.not_before > timezone.now()
    assert Attempt.objects.count() == 0

    make_due(publication)
    assert run(publication).status == PublicationStatus.PUBLISHED
    assert platform.calls == ["stage", "stage", "commit"]


def test_what_is_gone_from_us_is_not_looked_for_again_and_again_but_asked_about(
    publication, platform, monkeypatch
):
    platform.script["after_commit"] = raising(Unconfirmed("read_timeout"))
    run(publication)

    def gone(_publication):
        raise content.ThumbnailGoneError

    monkeypatch.setattr(content, "for_publication", gone)
    after = run(publication)
    assert (after.status, after.claimed_until) == (PublicationStatus.NEEDS_DECISION, None)
    assert platform.calls == ["stage", "commit"]


def test_not_seen_too_early_proves_nothing(publication, platform):
    platform.script["commit"] = raising(Unconfirmed("reset"))
    run(publication)
    after = run(publication)

    assert after.status == PublicationStatus.UNCONFIRMED
    assert after.not_before - Attempt.objects.get().finished_at == timedelta(seconds=15)
    assert platform.calls == ["stage", "commit", "find"]


def test_surely_absent_is_sent_again(publication, platform):
    platform.script["commit"] = raising(Unconfirmed("reset"))
    run(publication)
    age_attempt(timedelta(seconds=61))
    assert run(publication).status == PublicationStatus.QUEUED
    assert Attempt.objects.get().outcome == Outcome.ABSENT

    assert run(publication).status == PublicationStatus.PUBLISHED
    assert [handle for handle, _ in platform.ledger] == ["handle-1"]


def test_a_look_goes_back_to_the_first_attempt(publication, platform):
    platform.script["commit"] = raising(Unconfirmed("reset"), Unconfirmed("reset"))
    run(publication)
    age_attempt(IN_AN_HOUR)
    run(publication)
    run(publication)
    run(publication)
    second, first = Attempt.objects.all()
    assert platform.looked_since == [first.started_at] * 2
    assert first.started_at < second.started_at


def test_a_duplicate_that_is_found_is_adopted(publication, platform):
    def refuse_as_duplicate(adapter, content, staged):
        adapter.ledger.append((staged["handle"], content))
        raise Duplicate("187")

    platform.script["commit"] = refuse_as_duplicate
    run(publication)
    assert run(publication).status == PublicationStatus.PUBLISHED


def test_a_duplicate_that_cannot_be_found_is_for_a_person(publication, platform):
    platform.script["commit"] = raising(Duplicate("187"))
    run(publication)
    age_attempt(IN_AN_HOUR)
    assert run(publication).status == PublicationStatus.NEEDS_DECISION
    assert publishing.claim(publication.pk) is None


@pytest.mark.parametrize("error", [NotSent("connect"), RateLimited("88", until=timezone.now() + IN_AN_HOUR)])
def test_a_look_that_was_not_possible_decides_nothing(publication, platform, error):
    platform.script["commit"] = raising(Unconfirmed("reset"))
    platform.script["find"] = raising(error)
    run(publication)
    age_attempt(IN_AN_HOUR)
    after = run(publication)
    assert (after.status, after.looks) == (PublicationStatus.UNCONFIRMED, 1)
    assert after.not_before > timezone.now()


def test_a_rate_limit_on_a_look_rests_the_channel_too(publication, platform):
    until = timezone.now() + IN_AN_HOUR
    platform.script["commit"] = raising(Unconfirmed("reset"))
    platform.script["find"] = raising(RateLimited("88", until=until))
    run(publication)
    run(publication)
    assert Channel.objects.get().resting_until == until


# --- the same words twice -------------------------------------------------------------------------------------


@pytest.fixture
def twin(publication) -> Publication:
    """Another post's publication on the same channel, with the very same words."""
    factories.approved(factories.submitted(), factories.reviewer(), publication.channel)
    return Publication.objects.exclude(pk=publication.pk).get()


def as_both_see_it(platform, monkeypatch):
    """The platform's list does not tell whose words they are."""
    monkeypatch.setattr(
        "tests.scripted.receipt_of", lambda _staged: Receipt("the-one-post", "https://example.test/1")
    )


def test_a_receipt_that_is_anothers_is_not_found_again(publication, twin, platform, monkeypatch):
    as_both_see_it(platform, monkeypatch)
    assert run(publication).remote_id == "the-one-post"
    platform.script["commit"] = raising(Unconfirmed("reset"))
    run(twin)
    after = run(twin)
    assert (after.status, after.remote_id) == (PublicationStatus.UNCONFIRMED, "")


def test_the_answer_to_ones_own_call_beats_what_another_found(publication, twin, platform, monkeypatch):
    as_both_see_it(platform, monkeypatch)
    platform.script["commit"] = raising(Unconfirmed("reset"))
    run(twin)

    def meanwhile(adapter, content, staged):
        platform.script.pop("after_commit")
        Publication.objects.filter(pk=twin.pk).update(staged=staged)
        assert run(twin).status == PublicationStatus.PUBLISHED

    platform.script["after_commit"] = meanwhile
    assert run(publication).remote_id == "the-one-post"
    twin = Publication.objects.get(pk=twin.pk)
    assert (twin.status, twin.remote_id, twin.published_at) == (PublicationStatus.UNCONFIRMED, "", None)


def test_the_database_lets_no_two_hold_the_same_receipt(publication, twin):
    Publication.objects.filter(pk=publication.pk).update(remote_id="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=twin.pk).update(remote_id="1")


# --- the seal ---------------------------------------------------------------------------------------------


def test_a_file_that_is_not_the_approved_one_is_not_sent(publication, platform):
    media = Media.objects.get()
    path = media.master.path
    with open(path, "ab") as file:
        file.write(b"one byte more")
    after = run(publication)
    assert (after.status, after.trouble) == (PublicationStatus.FAILED, "seal_broken")
    assert platform.calls == []


def test_a_row_that_was_changed_behind_our_back_is_not_sent(publication, platform):
    Media.objects.update(sha256="0" * 64)
    after = run(publication)
    assert (after.status, platform.ledger) == (PublicationStatus.FAILED, [])


def test_the_seal_is_compared_again_right_before_the_commit(publication, platform):
    platform.script["stage"] = lambda *_args: Media.objects.update(sha256="0" * 64)
    after = run(publication)
    assert (after.status, after.trouble) == (PublicationStatus.FAILED, "seal_broken")
    assert platform.calls == ["stage"]
    assert Attempt.objects.count() == 0


def test_there_is_no_publication_without_an_approval(publication):
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(approval=None)


def test_a_post_is_on_a_channel_once(publication):
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(
            post=publication.post,
            version=publication.version,
            channel=publication.channel,
            approval=Approval.objects.get(),
        )


# --- stop and pause ---------------------------------------------------------------------------------------


def test_stop_everything_and_pause_keep_publications_in_the_queue(publication, platform):
    anna = factories.reviewer()
    publishing.stop(anna, StopReason.EVENT)
    assert run(publication).status == PublicationStatus.QUEUED
    publishing.resume(anna, publishing.Resume.NOW, [publication.pk])
    Channel.objects.update(paused_at=timezone.now())
    assert run(publication).status == PublicationStatus.QUEUED
    assert platform.calls == []


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_a_stop_while_staging_takes_effect_before_the_commit(publication, platform, how):
    def stop(*_args):
        if how == "stop":
            publishing.stop(factories.reviewer(), StopReason.EVENT)
        else:
            Channel.objects.update(paused_at=timezone.now())

    platform.script["stage"] = stop
    after = run(publication)
    assert (after.status, platform.calls, Attempt.objects.count()) == (PublicationStatus.QUEUED, ["stage"], 0)


# --- dead and late workers --------------------------------------------------------------------------------


def lapse(publication: Publication) -> None:
    Publication.objects.filter(pk=publication.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))


def test_a_worker_that_died_while_staging_gives_the_publication_back(publication, platform):
    publishing.claim(publication.pk)
    lapse(publication)
    assert publishing.sweep(timezone.now()) == 1
    assert run(publication).status == PublicationStatus.PUBLISHED
    assert len(platform.ledger) == 1


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing is cleaned up."""


def test_a_worker_that_died_after_the_commit_call_is_looked_for_and_not_sent_again(publication, platform):
    platform.script["after_commit"] = raising(Killed())
    with pytest.raises(Killed):
        run(publication)
    lapse(publication)
    assert publishing.sweep(timezone.now()) == 1
    assert Publication.objects.get().status == PublicationStatus.UNCONFIRMED
    assert Attempt.objects.get().code == "worker_lost"

    assert run(publication).status == PublicationStatus.PUBLISHED
    assert len(platform.ledger) == 1


def test_the_sweep_leaves_living_leases_alone(publication, platform):
    publishing.claim(publication.pk)
    assert publishing.sweep(timezone.now()) == 0
    assert Publication.objects.get().status == PublicationStatus.STAGING


def test_a_worker_that_wakes_late_cannot_go_on_to_the_commit(publication, platform):
    late = publishing.claim(publication.pk)
    lapse(publication)
    publishing.sweep(timezone.now())
    publishing.send(late)
    assert platform.ledger == []
    assert run(publication).status == PublicationStatus.PUBLISHED


def test_a_receipt_that_comes_late_is_kept_because_it_is_proof(publication, platform):
    def sleep_past_the_lease(*_args):
        lapse(publication)
        publishing.sweep(timezone.now())

    platform.script["after_commit"] = sleep_past_the_lease
    after = run(publication)
    assert (after.status, after.remote_id) == (PublicationStatus.PUBLISHED, "post-of-handle-1")
    assert Attempt.objects.get().outcome == Outcome.RECEIPT


def test_a_receipt_that_comes_after_another_version_took_the_place_is_written_down(publication, platform):
    anna, channel = factories.reviewer(), publication.channel

    def sleep_until_it_was_taken_back(*_args):
        Publication.objects.update(status=PublicationStatus.QUEUED, claimed_until=None)
        workflow.revise(publication.post, publication.post.author)
        workflow.submit(publication.post, publication.post.author)
        factories.approved(Post.objects.get(), anna, channel)

    platform.script["after_commit"] = sleep_until_it_was_taken_back
    after = run(publication)
    assert (after.status, after.remote_id) == (PublicationStatus.CANCELLED, "")
    assert Attempt.objects.get().outcome == Outcome.RECEIPT
    [line] = Entry.objects.filter(verb="publication.second_receipt")
    assert line.facts["url"] == "https://example.test/handle-1"


@pytest.mark.parametrize("error", [NotSent("connect"), Refused("368"), Unconfirmed("reset")])
def test_an_error_that_comes_late_changes_nothing(publication, platform, error):
    def fail_past_the_lease(*_args):
        lapse(publication)
        publishing.sweep(timezone.now())
        raise error

    platform.script["commit"] = fail_past_the_lease
    after = run(publication)
    assert after.status == PublicationStatus.UNCONFIRMED
    assert Attempt.objects.get().code == "worker_lost"


# --- the clock --------------------------------------------------------------------------------------------


def test_waking_puts_each_due_publication_into_the_broker_once(publication):
    now = timezone.now()
    assert publishing.wake(now) == [publication]
    assert publishing.wake(now) == []
    assert publishing.wake(now + sending.WAKE_AGAIN_AFTER + timedelta(seconds=1)) == [publication]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_publication(publication):
    claims = press(*[lambda: publishing.claim(publication.pk)] * 6)
    assert [claim.fence for claim in claims if claim] == [1]


# --- by hand ----------------------------------------------------------------------------------------------


def test_a_person_publishes_by_hand_once(publication):
    anna = factories.reviewer()
    Publication.objects.update(status=PublicationStatus.BY_HAND)
    publishing.published_by_hand(publication, anna, "https://example.test/group/1")
    after = Publication.objects.get()
    assert (after.status, after.url) == (PublicationStatus.PUBLISHED, "https://example.test/group/1")
    assert after.remote_id == "post-of-group/1"
    assert Entry.objects.filter(verb="publication.published_by_hand", actor=anna).count() == 1
    with pytest.raises(publishing.TooLateError):
        publishing.published_by_hand(publication, anna, "https://example.test/group/2")


@pytest.mark.parametrize("error", [NotReady("processing", until=timezone.now()), NotSent("connect"), None])
def test_what_a_good_answer_told_about_limits_is_honoured_however_the_rest_went(publication, platform, error):
    until = timezone.now() + IN_AN_HOUR

    def tell(adapter, *_args):
        adapter.rests.append(Rest(until))
        if error:
            raise error

    platform.script["stage"] = tell
    run(publication)
    assert Channel.objects.get().resting_until == until
