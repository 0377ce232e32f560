"""What only a person can tell: it is out, it is not, try again, and publishing by hand."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from channels.errors import Duplicate, NotConnected, NotSent, Refused
from posts import publishing, workflow
from posts.models import Attempt, Outcome, Post, Publication, PublicationStatus, Regret, Status
from tests import factories
from tests.scripted import Scripted, raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]
HERE = "https://example.test/handle-1"


@pytest.fixture
def publication(anna):
    factories.approved(factories.submitted(), anna, factories.channel())
    return Publication.objects.get()


@pytest.fixture
def unknown(publication, platform):
    """The platform says that it has it, and we cannot find it."""
    platform.script["commit"] = raising(Duplicate("duplicate"))
    run(publication)
    then = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(started_at=then, finished_at=then)
    after = run(publication)
    assert after.status == PublicationStatus.NEEDS_DECISION
    return after


def run(publication: Publication) -> Publication:
    Publication.objects.update(not_before=timezone.now())
    if claimed := publishing.claim(publication.pk):
        publishing.send(claimed)
    return Publication.objects.get(pk=publication.pk)


def shown(platform: type[Scripted], handle: str = "handle-1") -> None:
    """The platform has it after all."""
    platform.ledger.append((handle, None))


# --- it is out ------------------------------------------------------------------------------------------------


def test_the_pasted_address_becomes_the_receipt_once_the_platform_has_confirmed_it(anna, unknown, platform):
    shown(platform)
    publishing.decide_out(unknown, anna, HERE)
    after = Publication.objects.get()
    assert (after.status, after.remote_id, after.url) == ("published", "post-of-handle-1", HERE)
    assert Attempt.objects.get().outcome == Outcome.FOUND
    assert Entry.objects.filter(verb="publication.decided_out", actor=anna).count() == 1
    assert Entry.objects.filter(verb="publication.published").count() == 1


@pytest.mark.parametrize(
    ("url", "code"), [("https://other.test/1", "foreign"), ("https://example.test/nothing", "not_there")]
)
def test_an_address_that_proves_nothing_is_refused_and_nothing_changes(anna, unknown, platform, url, code):
    with pytest.raises(publishing.LinkError) as refused:
        publishing.decide_out(unknown, anna, url)
    assert refused.value.code == code
    assert Publication.objects.get().status == PublicationStatus.NEEDS_DECISION
    assert not Entry.objects.filter(verb="publication.decided_out").exists()


def test_the_receipt_of_another_post_is_refused(anna, unknown, platform):
    factories.approved(factories.submitted(), anna, unknown.channel)
    other = run(Publication.objects.exclude(pk=unknown.pk).get())
    with pytest.raises(publishing.LinkError) as refused:
        publishing.decide_out(unknown, anna, other.url)
    assert refused.value.code == "anothers"


def test_the_receipt_that_becomes_anothers_after_we_looked_is_refused_and_nothing_is_written(
    anna, unknown, platform, monkeypatch
):
    shown(platform)
    factories.approved(factories.submitted(), anna, unknown.channel)
    other = Publication.objects.exclude(pk=unknown.pk).get()
    looked_up = publishing.deciding.looked_up

    def look_and_then_lose(publication, url):
        receipt = looked_up(publication, url)
        publishing.settle(other, None, receipt, Outcome.RECEIPT)
        return receipt

    monkeypatch.setattr(publishing.deciding, "looked_up", look_and_then_lose)
    with pytest.raises(publishing.LinkError) as refused:
        publishing.decide_out(unknown, anna, HERE)
    assert refused.value.code == "anothers"
    assert Publication.objects.get(pk=unknown.pk).status == PublicationStatus.NEEDS_DECISION
    assert Attempt.objects.get().outcome == Outcome.DUPLICATE
    assert not Entry.objects.filter(verb="publication.decided_out").exists()


@pytest.mark.parametrize("error", [NotSent("connect"), NotConnected("token_expired")])
def test_when_we_cannot_look_the_reason_is_told(anna, unknown, platform, error):
    platform.script["look_up"] = raising(error)
    with pytest.raises(publishing.LinkError) as refused:
        publishing.decide_out(unknown, anna, HERE)
    assert (refused.value.code, refused.value.trouble) == ("cannot_look", error.code)


def test_somebody_who_comes_second_is_told(anna, unknown, platform):
    shown(platform)
    publishing.decide_out(unknown, anna, HERE)
    with pytest.raises(publishing.TooLateError):
        publishing.decide_absent(unknown, anna)
    assert Publication.objects.get().status == PublicationStatus.PUBLISHED


# --- it is not ------------------------------------------------------------------------------------------------


def test_what_a_person_did_not_find_is_looked_for_once_more_and_sent_again(anna, unknown, platform):
    publishing.decide_absent(unknown, anna)
    assert run(unknown).status == PublicationStatus.QUEUED
    assert run(unknown).status == PublicationStatus.PUBLISHED
    assert len(platform.ledger) == 1
    assert platform.calls[-3:] == ["find", "stage", "commit"]
    assert Entry.objects.filter(verb="publication.decided_absent", actor=anna).count() == 1


def test_what_shows_up_after_all_is_not_sent_again(anna, unknown, platform):
    publishing.decide_absent(unknown, anna)
    shown(platform)
    assert run(unknown).status == PublicationStatus.PUBLISHED
    assert platform.calls[-1] == "find"


def test_a_platform_that_says_so_again_is_asked_about_again(anna, unknown, platform):
    publishing.decide_absent(unknown, anna)
    platform.script["commit"] = raising(Duplicate("duplicate"))
    assert run(unknown).status == PublicationStatus.QUEUED
    assert run(unknown).status == PublicationStatus.UNCONFIRMED
    Attempt.objects.update(finished_at=timezone.now() - timedelta(hours=1))
    assert run(unknown).status == PublicationStatus.NEEDS_DECISION


# --- trying again, and by hand ----------------------------------------------------------------------------------


@pytest.fixture
def failed(publication, platform):
    platform.script["commit"] = raising(Refused("text_refused"))
    after = run(publication)
    assert after.status == PublicationStatus.FAILED
    return after


@pytest.fixture
def other_waits(failed):
    """Its post waits on a second channel, so that the okay can still be undone."""
    return Publication.objects.create(
        post=failed.post,
        version=failed.version,
        channel=factories.channel(),
        approval=failed.approval,
        not_before=timezone.now() + timedelta(hours=1),
    )


def test_what_was_refused_can_be_tried_again(anna, failed, platform):
    publishing.try_again(failed, anna)
    assert run(failed).status == PublicationStatus.PUBLISHED
    with pytest.raises(publishing.TooLateError):
        publishing.try_again(failed, anna)
    assert len(platform.ledger) == 1


def test_what_was_refused_can_be_published_by_hand(anna, failed, platform):
    publishing.take_by_hand(failed, anna)
    assert run(failed).status == PublicationStatus.BY_HAND
    publishing.published_by_hand(failed, anna, "https://example.test/55")
    after = Publication.objects.get()
    assert (after.status, after.remote_id) == (PublicationStatus.PUBLISHED, "post-of-55")
    assert platform.ledger == []


@pytest.mark.parametrize("trouble", [{"fault": "token_expired"}, {"paused_at": timezone.now()}])
def test_a_channel_that_is_closed_can_be_gone_around(anna, publication, trouble):
    for name, value in trouble.items():
        setattr(publication.channel, name, value)
    publishing.take_by_hand(publication, anna)
    assert run(publication).status == PublicationStatus.BY_HAND


def test_what_goes_out_by_itself_is_not_taken_by_hand(anna, publication):
    with pytest.raises(publishing.TooLateError):
        publishing.take_by_hand(publication, anna)
    assert Publication.objects.get().status == PublicationStatus.QUEUED


def test_what_a_worker_has_is_not_taken_by_hand(anna, publication):
    publishing.claim(publication.pk)
    publication.channel.fault = "token_expired"
    with pytest.raises(publishing.TooLateError):
        publishing.take_by_hand(publication, anna)


def test_by_hand_the_address_must_be_one_of_the_channels(anna, failed):
    publishing.take_by_hand(failed, anna)
    with pytest.raises(publishing.LinkError) as refused:
        publishing.published_by_hand(failed, anna, "https://other.test/1")
    assert refused.value.code == "foreign"
    assert Publication.objects.get().status == PublicationStatus.BY_HAND


def test_an_address_that_may_be_right_and_has_no_id_in_it_is_taken_as_it_is(
    anna, failed, platform, monkeypatch
):
    """A shortened one: what it leads to can be taken down by hand only."""
    monkeypatch.setattr(platform, "read_link", lambda self, url: "")
    publishing.take_by_hand(failed, anna)
    publishing.published_by_hand(failed, anna, "https://short.test/1")
    after = Publication.objects.get()
    assert (after.status, after.remote_id, after.url) == ("published", "", "https://short.test/1")


def test_the_same_address_is_the_receipt_of_one(anna, failed, platform):
    publishing.take_by_hand(failed, anna)
    factories.approved(factories.submitted(), anna, failed.channel)
    other = run(Publication.objects.exclude(pk=failed.pk).get())
    with pytest.raises(publishing.LinkError) as refused:
        publishing.published_by_hand(failed, anna, other.url)
    assert refused.value.code == "anothers"


# --- while somebody is at it ----------------------------------------------------------------------------------------


@pytest.fixture
def in_hand(anna):
    """On a channel where everything is published by hand."""
    factories.approved(factories.submitted(), anna, factories.channel("by_hand"))
    return Publication.objects.get()


def undone(in_hand, anna):
    workflow.undo(in_hand.post, anna)


def revised(in_hand, anna):
    workflow.revise(in_hand.post, in_hand.post.author)


def reopened(in_hand, anna):
    workflow.reopen(in_hand.post, anna)


def put_into_reserve(in_hand, anna):
    publishing.to_reserve([in_hand], anna)


@pytest.mark.parametrize("meanwhile", [undone, revised, reopened, put_into_reserve])
def test_what_was_put_out_by_hand_counts_whatever_others_did_meanwhile(anna, in_hand, meanwhile):
    meanwhile(in_hand, anna)
    publishing.published_by_hand(in_hand, anna, "https://example.test/mine")
    after = Publication.objects.get()
    assert (after.status, after.hold, after.url) == ("published", "", "https://example.test/mine")


def test_what_was_taken_over_and_put_out_counts_although_it_was_taken_back(anna, failed):
    publishing.take_by_hand(failed, anna)
    workflow.reopen(failed.post, anna)
    publishing.published_by_hand(failed, anna, "https://example.test/55")
    assert Publication.objects.get().status == PublicationStatus.PUBLISHED
    post = Post.objects.get()
    with pytest.raises(workflow.StillOutError):
        workflow.approve(post, factories.reviewer(), post.current_version)
    assert Publication.objects.get().version != post.current_version


def test_what_nobody_has_had_in_their_hands_is_not_out_by_a_pasted_link(anna, publication):
    workflow.undo(publication.post, anna)
    with pytest.raises(publishing.TooLateError):
        publishing.published_by_hand(publication, anna, "https://example.test/55")
    assert Publication.objects.get().status == PublicationStatus.CANCELLED


# --- after somebody wanted it away, or while they do ---------------------------------------------------------------


@pytest.fixture
def wanted_away(anna, platform):
    """It failed on one channel; then its post was taken down from the other."""
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel())
    here, there = Publication.objects.order_by("pk")
    platform.script["commit"] = raising(Refused("text_refused"))
    run(here)
    run(there)
    publishing.take_down(post, anna, Regret.CONSENT)
    return Publication.objects.get(pk=here.pk)


@pytest.mark.parametrize("verb", [publishing.try_again, publishing.take_by_hand])
def test_what_was_taken_down_is_neither_tried_again_nor_taken_over(anna, wanted_away, platform, verb):
    calls = list(platform.calls)
    with pytest.raises(publishing.TooLateError):
        verb(wanted_away, anna)
    assert (run(wanted_away).status, platform.calls) == (PublicationStatus.FAILED, calls)


def test_what_is_queued_while_its_removal_waits_is_not_taken_over(anna, publication, platform):
    platform.script["stage"] = lambda *_args: publishing.take_down(publication.post, anna, Regret.CONSENT)
    after = run(publication)
    assert after.status == PublicationStatus.QUEUED
    after.channel.fault = "token_expired"
    with pytest.raises(publishing.TooLateError):
        publishing.take_by_hand(after, anna)
    assert (run(publication).status, platform.ledger) == (PublicationStatus.QUEUED, [])


def test_an_okay_that_came_after_an_order_is_not_held_back_by_it(anna, wanted_away, platform):
    post = Post.objects.get()
    Publication.objects.exclude(pk=wanted_away.pk).update(status=PublicationStatus.REMOVED)
    workflow.revise(post, post.author)
    workflow.submit(post, post.author)
    factories.approved(Post.objects.get(), anna, wanted_away.channel)
    again = Publication.objects.get(status=PublicationStatus.QUEUED)
    platform.script["commit"] = raising(Refused("text_refused"))
    run(again)
    publishing.try_again(again, anna)
    assert run(again).status == PublicationStatus.PUBLISHED


def test_what_a_person_has_taken_over_has_no_latest_time_any_more(anna, publication):
    Publication.objects.update(not_after=timezone.now() + timedelta(hours=1))
    publication.channel.fault = "token_expired"
    publishing.take_by_hand(publication, anna)
    publishing.expire(timezone.now() + timedelta(hours=2))
    after = Publication.objects.get()
    assert (after.status, after.not_after) == (PublicationStatus.BY_HAND, None)
    publishing.published_by_hand(after, anna, "https://example.test/55")
    assert Publication.objects.get().status == PublicationStatus.PUBLISHED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("verb", [publishing.try_again, publishing.take_by_hand])
def test_while_an_okay_is_undone_nobody_brings_what_failed_back(
    anna, failed, other_waits, platform, monkeypatch, verb
):
    is_cancelled, may_go_on, said = threading.Event(), threading.Event(), []
    taken_back = workflow.notices.taken_back

    def wait(version):
        is_cancelled.set()
        assert may_go_on.wait(10)
        taken_back(version)

    monkeypatch.setattr(workflow.notices, "taken_back", wait)

    def undo():
        workflow.undo(failed.post, anna)
        connection.close()

    def bring_back():
        try:
            verb(failed, anna)
            said.append("done")
        except publishing.TooLateError:
            said.append("too late")
        connection.close()

    undoing, bringing = threading.Thread(target=undo), threading.Thread(target=bring_back)
    undoing.start()
    assert is_cancelled.wait(10)
    bringing.start()
    bringing.join(0.5)
    may_go_on.set()
    undoing.join(20)
    bringing.join(20)
    assert said == ["too late"]
    assert Post.objects.get().status == Status.IN_REVIEW
    assert Publication.objects.get(pk=failed.pk).status == PublicationStatus.FAILED


# --- told once ----------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for kill -9: nothing catches it, nothing is cleaned up."""


def test_a_worker_that_dies_between_the_receipt_and_the_log_is_made_up_for(publication, monkeypatch):
    def die(*_args):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("posts.publishing.settling.announce", die)
        with pytest.raises(Killed):
            run(publication)
    said = Entry.objects.filter(verb="publication.published")
    assert (Publication.objects.get().status, said.count()) == (PublicationStatus.PUBLISHED, 0)
    for _time in range(2):
        publishing.sweep(timezone.now() + timedelta(minutes=1))
    assert said.count() == 1
