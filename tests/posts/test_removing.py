"""Taking a post down: off every channel, proved gone, whatever breaks, and by hand where nothing else goes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.utils import Error
from django.utils import timezone

from accounts.models import Notice
from audit.models import Entry
from channels.adapters.base import Receipt
from channels.errors import NotConnected, NotSent, RateLimited, Refused, Unconfirmed
from channels.models import Channel
from posts import publishing
from posts.models import (
    Attempt,
    Outcome,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    RemovalStatus,
    TakeDown,
)
from tests import factories
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


@pytest.fixture
def out(anna):
    """A publication that is public."""
    factories.approved(factories.submitted(), anna, factories.channel())
    return send(Publication.objects.get())


def send(publication: Publication) -> Publication:
    if claimed := publishing.claim(publication.pk):
        publishing.send(claimed)
    return Publication.objects.get(pk=publication.pk)


def take_down(publication: Publication, anna) -> Removal:
    order = publishing.take_down(publication.post, anna, Regret.CONSENT, "Hon vill inte synas.")
    return order.removals.get(publication=publication)


def work(removal: Removal) -> Removal:
    Removal.objects.filter(finished_at=None).update(not_before=timezone.now())
    if claimed := publishing.claim_removal(removal.pk):
        publishing.remove(claimed)
    return Removal.objects.select_related("publication").get(pk=removal.pk)


def test_what_is_out_is_removed_and_looked_for(anna, out, platform):
    after = work(take_down(out, anna))
    assert (after.status, after.publication.status) == (RemovalStatus.REMOVED, PublicationStatus.REMOVED)
    assert after.finished_at is not None
    assert platform.removed == [out.remote_id]
    assert platform.calls[-2:] == ["remove", "look_up"]
    [order] = Entry.objects.filter(verb="post.take_down", actor=anna)
    assert order.facts["reason"] == "consent"
    assert Entry.objects.filter(verb="removal.removed").count() == 1


def test_every_channel_that_it_is_on(anna, platform):
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel())
    first, second = (send(item) for item in Publication.objects.all())
    order = publishing.take_down(post, anna, Regret.WRONG)
    for removal in order.removals.all():
        work(removal)
    assert sorted(platform.removed) == sorted([first.remote_id, second.remote_id])
    assert {item.status for item in Publication.objects.all()} == {PublicationStatus.REMOVED}


def test_what_waits_is_taken_back_at_once_and_never_sent(anna, platform):
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    removal = take_down(publication, anna)
    assert removal.status == RemovalStatus.NOT_OUT
    assert (send(publication).status, platform.calls) == (PublicationStatus.CANCELLED, [])


def test_an_order_during_staging_stops_the_commit(anna, platform):
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    platform.script["stage"] = lambda *_args: take_down(publication, anna)
    after = send(publication)
    assert (after.status, platform.calls) == (PublicationStatus.QUEUED, ["stage"])
    assert publishing.claim(publication.pk) is None
    removal = work(Removal.objects.get())
    assert (removal.status, removal.publication.status) == ("not_out", PublicationStatus.CANCELLED)


def test_an_order_during_the_commit_removes_what_came_out(anna, platform):
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()

    def regret(*_args):
        take_down(publication, anna)
        assert publishing.claim_removal(Removal.objects.get().pk) is None

    platform.script["after_commit"] = regret
    out = send(publication)
    assert out.status == PublicationStatus.PUBLISHED
    assert work(Removal.objects.get()).status == RemovalStatus.REMOVED
    assert platform.removed == [out.remote_id]


def test_an_order_while_nobody_knows_waits_for_the_answer(anna, platform):
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    platform.script["after_commit"] = raising(Unconfirmed("no_answer"))
    assert send(publication).status == PublicationStatus.UNCONFIRMED
    removal = take_down(publication, anna)
    assert publishing.claim_removal(removal.pk) is None
    assert send(publication).status == PublicationStatus.PUBLISHED
    assert work(removal).status == RemovalStatus.REMOVED


@pytest.mark.parametrize("error", [NotSent("connect"), Unconfirmed("no_answer")])
def test_an_unclear_answer_is_asked_again(anna, out, platform, error):
    platform.script["remove"] = raising(error)
    removal = take_down(out, anna)
    assert work(removal).status == RemovalStatus.WAITING
    assert work(removal).status == RemovalStatus.REMOVED


def test_a_worker_that_dies_after_the_call_leaves_it_to_the_next(anna, out, platform):
    class Killed(BaseException):
        pass

    platform.script["after_remove"] = raising(Killed())
    removal = take_down(out, anna)
    with pytest.raises(Killed):
        work(removal)
    Removal.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    publishing.sweep(timezone.now())
    assert work(removal).status == RemovalStatus.REMOVED
    assert set(platform.removed) == {out.remote_id}


def test_a_platform_that_asks_for_patience_gets_it(anna, out, platform):
    until = timezone.now() + timedelta(hours=1)
    platform.script["remove"] = raising(RateLimited("too_many_calls", until=until))
    after = work(take_down(out, anna))
    assert (after.status, after.not_before, after.trouble) == ("waiting", until, "too_many_calls")


def test_a_broken_channel_is_tried_again_and_says_why(anna, out, platform):
    platform.script["remove"] = raising(NotConnected("access_revoked"))
    removal = take_down(out, anna)
    after = work(removal)
    assert (after.status, after.trouble) == (RemovalStatus.WAITING, "access_revoked")
    assert after.publication.channel.fault == "access_revoked"


def test_what_the_platform_does_not_let_us_remove_is_for_a_person(anna, out, platform):
    platform.script["remove"] = raising(Refused("refused"))
    removal = take_down(out, anna)
    after = work(removal)
    assert (after.status, after.trouble) == (RemovalStatus.BY_HAND, "refused")

    publishing.confirm_removed(after, anna)
    platform.removed.append(out.remote_id)
    after = work(removal)
    assert (after.status, after.confirmed_by) == (RemovalStatus.REMOVED, anna)


def test_a_person_who_says_so_is_not_believed_while_it_is_still_there(anna, out, platform, monkeypatch):
    platform.script["remove"] = raising(Refused("refused"))
    removal = take_down(out, anna)
    publishing.confirm_removed(work(removal), anna)
    monkeypatch.setattr(platform, "remove", lambda *_args: None)
    after = work(removal)
    assert (after.status, after.trouble) == (RemovalStatus.BY_HAND, "still_there")
    assert after.publication.status == PublicationStatus.PUBLISHED


def test_lists_that_lag_are_asked_again_and_in_the_end_a_person_is(anna, out, platform, monkeypatch):
    monkeypatch.setattr(platform, "remove", lambda *_args: None)
    removal = take_down(out, anna)
    found = [work(removal).status for _try in range(5)]
    assert found == ["waiting"] * 4 + ["by_hand"]


def test_what_was_published_by_hand_is_removed_through_the_api_where_there_is_one(anna, platform):
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    publication.channel.fault = "token_expired"
    publishing.take_by_hand(publication, anna)
    publishing.published_by_hand(publication, anna, "https://example.test/77")
    assert work(take_down(publication, anna)).status == RemovalStatus.REMOVED
    assert platform.removed == ["post-of-77"]


def test_what_only_a_person_can_reach_is_gone_when_they_say_so(anna, platform, monkeypatch):
    monkeypatch.setattr(platform, "publishes", False)
    monkeypatch.setattr(platform, "limits", replace(platform.limits, can_be_removed=False))
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    publishing.published_by_hand(publication, anna, "https://example.test/group/1")
    removal = work(take_down(publication, anna))
    assert (removal.status, platform.calls) == (RemovalStatus.BY_HAND, [])
    publishing.confirm_removed(removal, anna)
    removal.refresh_from_db()
    assert (removal.status, removal.confirmed_by) == (RemovalStatus.REMOVED, anna)
    with pytest.raises(publishing.TooLateError):
        publishing.confirm_removed(removal, anna)


def test_waiting_as_told_is_no_call_that_changed_nothing(anna, out, platform, monkeypatch):
    soon = timezone.now()
    platform.script["remove"] = raising(*[RateLimited("too_many_calls", until=soon) for _ in range(5)])
    removal = take_down(out, anna)
    for _try in range(5):
        Channel.objects.update(resting_until=None)
        assert work(removal).tries == 0
    monkeypatch.setattr(platform, "look_up", lambda *_args: object())
    Channel.objects.update(resting_until=None)
    assert (work(removal).status, Removal.objects.get().tries) == (RemovalStatus.WAITING, 1)


def test_people_are_told_also_when_the_last_of_it_never_came_out(anna, platform):
    factories.approved(factories.submitted(), anna, factories.channel())
    publication = Publication.objects.get()
    platform.script["stage"] = lambda *_args: take_down(publication, anna)
    send(publication)
    told = Notice.objects.filter(kind="taken_down")
    assert not told.exists()
    assert work(Removal.objects.get()).status == RemovalStatus.NOT_OUT
    assert {notice.person for notice in told} == {publication.post.author, anna}


def test_a_removal_that_is_claimed_meanwhile_does_not_look_woken(anna, out, monkeypatch):
    removal = take_down(out, anna)
    claimed = []

    def and_then_claim(rows, *fields, **options):
        found = list(values_list(rows, *fields, **options))
        claimed.append(publishing.claim_removal(removal.pk))
        return found

    values_list = QuerySet.values_list
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(QuerySet, "values_list", and_then_claim)
        publishing.wake_removals(timezone.now())
    assert (claimed[0].pk, Removal.objects.get().woken_at) == (removal.pk, None)


def test_one_order_at_a_time(anna, out):
    take_down(out, anna)
    with pytest.raises(publishing.TooLateError):
        take_down(out, anna)
    assert TakeDown.objects.count() == 1


def test_a_stop_does_not_keep_anything_up(anna, out):
    publishing.stop(anna, "event")
    assert work(take_down(out, anna)).status == RemovalStatus.REMOVED


def test_two_workers_make_one_call(anna, out, platform):
    removal = take_down(out, anna)
    claimed = publishing.claim_removal(removal.pk)
    assert publishing.claim_removal(removal.pk) is None
    publishing.remove(claimed)
    assert platform.removed == [out.remote_id]


def test_an_order_is_never_changed(anna, out):
    take_down(out, anna)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update posts_takedown set message = 'annat'")


# --- receipts that come late -------------------------------------------------------------------------------------

LATE = Receipt("post-of-late", "https://example.test/late")


def answered(publication: Publication, receipt: Receipt = LATE) -> Publication:
    """The answer to its first call arrives at last."""
    publishing.settle(publication, publication.attempts.earliest("fence"), receipt, Outcome.RECEIPT)
    return Publication.objects.get(pk=publication.pk)


def absent(platform, publication: Publication) -> Publication:
    """Its call was unclear, and by now it is sure that nothing came of it."""
    platform.script["commit"] = raising(Unconfirmed("no_answer"))
    send(publication)
    long_ago = timezone.now() - timedelta(hours=1)
    Attempt.objects.filter(publication=publication).update(started_at=long_ago, finished_at=long_ago)
    after = send(publication)
    assert after.status == PublicationStatus.QUEUED
    return after


@pytest.fixture
def waiting(anna):
    factories.approved(factories.submitted(), anna, factories.channel())
    return Publication.objects.get()


def test_what_comes_out_after_it_was_taken_back_is_removed_all_the_same(anna, waiting, platform):
    absent(platform, waiting)
    first = take_down(waiting, anna)
    assert first.status == RemovalStatus.NOT_OUT
    assert answered(waiting).status == PublicationStatus.PUBLISHED
    second = Removal.objects.unfinished().get()
    assert (second.takedown, second.publication) == (first.takedown, waiting)
    assert work(second).status == RemovalStatus.REMOVED
    assert platform.removed == [LATE.remote_id]


def test_what_had_failed_and_comes_out_after_an_order_is_removed_too(anna, platform):
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel())
    failed, other = Publication.objects.all()
    absent(platform, failed)
    platform.script["commit"] = raising(Refused("text_refused"))
    assert send(failed).status == PublicationStatus.FAILED
    send(other)
    order = publishing.take_down(post, anna, Regret.CONSENT)
    assert [item.publication for item in order.removals.all()] == [other]
    answered(failed)
    assert {item.publication for item in order.removals.unfinished()} == {failed, other}


def test_a_receipt_that_comes_late_without_any_order_is_kept_and_nothing_is_removed(anna, waiting, platform):
    absent(platform, waiting)
    assert answered(waiting).status == PublicationStatus.PUBLISHED
    assert not Removal.objects.exists()


def test_a_receipt_that_comes_while_it_is_found_never_to_have_been_out_is_removed(anna, waiting, platform):
    absent(platform, waiting)
    platform.script["stage"] = lambda *_args: take_down(waiting, anna)
    platform.script["commit"] = raising(Refused("text_refused"))
    send(waiting)
    Publication.objects.update(status=PublicationStatus.FAILED)
    claimed = publishing.claim_removal(Removal.objects.get().pk)
    assert claimed.publication.status == PublicationStatus.FAILED
    answered(waiting)
    publishing.remove(claimed)
    assert Removal.objects.get().status == RemovalStatus.WAITING
    assert work(claimed).status == RemovalStatus.REMOVED
    assert platform.removed == [LATE.remote_id]


@pytest.fixture
def owner_and_finder(anna, platform):
    """Two that say the same words, and the receipt of the first was found by the second."""
    channel = factories.channel()
    for _ in range(2):
        factories.approved(factories.submitted(), anna, channel)
    owner, finder = Publication.objects.order_by("pk")
    platform.script["commit"] = raising(Unconfirmed("no_answer"), Unconfirmed("no_answer"))
    send(owner)
    send(finder)
    publishing.settle(finder, finder.attempts.get(), LATE, Outcome.FOUND)
    return owner, Publication.objects.get(pk=finder.pk)


def test_what_was_taken_down_stays_so_when_its_receipt_turns_out_to_be_anothers(
    anna, owner_and_finder, platform
):
    owner, finder = owner_and_finder
    assert work(take_down(finder, anna)).status == RemovalStatus.REMOVED
    assert answered(owner).remote_id == LATE.remote_id
    finder.refresh_from_db()
    assert (finder.status, finder.remote_id) == (PublicationStatus.REMOVED, "")
    calls = len(platform.calls)
    assert (send(finder).status, len(platform.calls)) == (PublicationStatus.REMOVED, calls)


def test_what_was_removed_under_anothers_name_is_looked_for_before_it_counts_as_gone(
    anna, owner_and_finder, platform
):
    owner, finder = owner_and_finder
    platform.script["remove"] = lambda *_args: answered(owner)
    removal = work(take_down(finder, anna))
    assert (removal.status, removal.publication.status) == ("waiting", PublicationStatus.UNCONFIRMED)
    assert publishing.claim_removal(removal.pk) is None
    long_ago = timezone.now() - timedelta(hours=1)
    Attempt.objects.filter(publication=finder).update(started_at=long_ago, finished_at=long_ago)
    assert send(finder).status == PublicationStatus.QUEUED
    removal = work(removal)
    assert (removal.status, removal.publication.status) == ("not_out", PublicationStatus.CANCELLED)


def test_what_is_removed_before_anybody_was_told_is_told_first(anna, waiting, monkeypatch):
    with monkeypatch.context() as dying:
        dying.setattr("posts.publishing.settling.after_settling", lambda *_args, **_options: None)
        send(waiting)
    said = Entry.objects.filter(verb="publication.published")
    removal = take_down(waiting, anna)
    assert said.count() == 0
    work(removal)
    assert [line.verb for line in Entry.objects.order_by("-number")[:2]] == [
        "removal.removed",
        "publication.published",
    ]


# --- by hand, at the same moment ---------------------------------------------------------------------------------


def test_what_a_person_had_just_put_out_when_it_was_taken_down_is_removed(anna, waiting, platform):
    waiting.channel.fault = "token_expired"
    publishing.take_by_hand(waiting, anna)
    assert take_down(waiting, anna).status == RemovalStatus.NOT_OUT
    publishing.published_by_hand(waiting, anna, "https://example.test/77")
    assert Publication.objects.get().status == PublicationStatus.PUBLISHED
    assert work(Removal.objects.unfinished().get()).status == RemovalStatus.REMOVED
    assert platform.removed == ["post-of-77"]


def test_what_was_taken_back_without_an_order_is_not_published_by_hand(anna, waiting):
    Publication.objects.update(status=PublicationStatus.CANCELLED)
    with pytest.raises(publishing.TooLateError):
        publishing.published_by_hand(waiting, anna, "https://example.test/77")
    assert Publication.objects.get().status == PublicationStatus.CANCELLED
