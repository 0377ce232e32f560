import itertools
import threading
from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.models import Model

from accounts.models import User
from audit.models import Entry
from channels.adapters.base import Receipt
from posts import content, publishing, renditions, whereabouts, workflow
from posts.models import (
    Approval,
    Draft,
    Outcome,
    People,
    Post,
    Publication,
    PublicationStatus,
    Rendition,
    Status,
    Transition,
    Version,
)
from posts.workflow import RULES, Action
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


def post_in(status: Status, author: User) -> Post:
    """A post that has walked to `status`."""
    anna = factories.reviewer()
    if status == Status.DRAFT:
        return factories.draft(author)
    post = factories.submitted(author)
    seen = post.current_version
    if status == Status.CHANGES:
        workflow.request_changes(post, anna, seen, "Kortare text, tack")
    elif status == Status.APPROVED:
        post = factories.approved(post, anna, factories.channel())
    elif status == Status.REJECTED:
        workflow.reject(post, anna, seen, "irrelevant", "Skicka gärna en bild från jobbet.")
    elif status == Status.WITHDRAWN:
        workflow.withdraw(post, author)
    return Post.objects.get(pk=post.pk)


def act(action: Action, post: Post, by: User) -> object:
    """Do `action` the way a view does."""
    seen = post.current_version
    verbs = {
        Action.SUBMIT: lambda: workflow.submit(post, by),
        Action.WITHDRAW: lambda: workflow.withdraw(post, by),
        Action.EDIT: lambda: workflow.edit(post, by, seen, seen.manuscript().replaced(text="Ny text")),
        Action.REQUEST_CHANGES: lambda: workflow.request_changes(post, by, seen, "Kortare"),
        Action.REJECT: lambda: workflow.reject(post, by, seen, "irrelevant", ""),
        Action.APPROVE: lambda: workflow.approve(post, by, seen),
        Action.UNDO: lambda: workflow.undo(post, by),
        Action.APPEAL: lambda: workflow.appeal(post, by),
        Action.REVISE: lambda: workflow.revise(post, by),
        Action.APPEAL: lambda: workflow.appeal(post, by),
        Action.REOPEN: lambda: workflow.reopen(post, by),
        Action.AGREE: lambda: workflow.agree(post, by, seen),
        Action.DISAGREE: lambda: workflow.disagree(post, by, seen),
        Action.RECALL: lambda: workflow.recall(post, by),
        Action.MARK: lambda: workflow.mark_political(post, by, is_political=True),
        Action.UNMARK: lambda: workflow.mark_political(post, by, is_political=False),
        Action.FIRST_OKAY: lambda: workflow.first_okay(post, by, seen),
        Action.OVERRIDE: lambda: workflow.override(post, by, seen, "Ingen annan är på plats."),
    }
    return verbs[action]()


OFF_THE_MAP = [
    (status, action)
    for status, action in itertools.product(Status, Action)
    if status not in RULES[action].sources and not (status == Status.DRAFT and action != Action.REVISE)
]


THE_AUTHORS = (
    Action.SUBMIT,
    Action.WITHDRAW,
    Action.REVISE,
    Action.APPEAL,
    Action.AGREE,
    Action.DISAGREE,
    Action.RECALL,
    Action.OVERRIDE,
)


@pytest.mark.parametrize(("status", "action"), OFF_THE_MAP)
def test_every_edge_off_the_map_is_refused_and_nothing_changes(status, action):
    karin = factories.reviewer() if action == Action.OVERRIDE else factories.ombudsman()
    post = post_in(status, karin)
    before = snapshot(post)
    by = karin if action in THE_AUTHORS else factories.reviewer()

    with pytest.raises(LATE.get(action, workflow.NoLongerSoError)):
        act(action, post, by)

    assert snapshot(post) == before


LATE = {Action.RECALL: (workflow.NoLongerSoError, workflow.RefusedError)}
"""Once somebody has begun to look, an author is told that, whatever came of it."""


def snapshot(post: Post) -> tuple:
    fresh = Post.objects.get(pk=post.pk)
    counted: list[type[Model]] = [Version, Transition, Approval, Publication, Entry, Draft]
    return (fresh.status, fresh.current_version_id, *(model.objects.count() for model in counted))


@pytest.mark.parametrize("action", [Action.EDIT, Action.REQUEST_CHANGES, Action.REJECT, Action.APPROVE])
@pytest.mark.parametrize("who", [factories.ombudsman, factories.administrator, factories.reader])
def test_only_reviewers_decide(action, who):
    post = factories.submitted()
    before = snapshot(post)

    with pytest.raises(workflow.RefusedError):
        act(action, post, who())

    assert snapshot(post) == before


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.WITHDRAW])
def test_only_the_author_submits_and_withdraws(action):
    post = factories.draft(factories.ombudsman()) if action == Action.SUBMIT else factories.submitted()
    before = snapshot(post)
    with pytest.raises(workflow.RefusedError):
        act(action, post, factories.ombudsman(name="Ali Haddad"))
    assert snapshot(post) == before


def test_nobody_approves_their_own_post():
    anna = factories.reviewer()
    post = factories.submitted(anna)
    version = factories.for_channels(post, anna, factories.channel())

    with pytest.raises(workflow.RefusedError, match="eget inlägg"):
        workflow.approve(post, anna, version)

    assert Approval.objects.count() == 0
    assert Publication.objects.count() == 0


def test_the_four_eyes_rule_can_be_switched_off(settings):
    settings.FOUR_EYES = False
    anna = factories.reviewer()
    post = factories.approved(factories.submitted(anna), anna, factories.channel())
    assert post.status == Status.APPROVED


def test_submitting_freezes_the_draft_into_a_version():
    karin = factories.ombudsman()
    post = factories.draft(karin, alt_text="Två på en bangård", credit="Karin Ek", link="https://seko.se/")
    digest = post.draft.manuscript().digest()
    workflow.submit(post, karin)

    version = Version.objects.get()
    assert (version.number, version.digest, version.created_by) == (1, digest, karin)
    assert version.manuscript().digest() == digest
    assert (post.status, post.current_version, Draft.objects.count()) == (Status.IN_REVIEW, version, 0)


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"text": "  "}, ("text",)),
        ({"people": ""}, ("people",)),
        ({"text": "", "people": ""}, ("text", "people")),
    ],
)
def test_what_a_sender_must_give_is_asked_for(fields, missing):
    karin = factories.ombudsman()
    post = factories.draft(karin, **fields)
    with pytest.raises(workflow.NotCompleteError) as caught:
        workflow.submit(post, karin)
    assert caught.value.fields == missing
    assert Post.objects.get().status == Status.DRAFT


def test_a_text_without_a_picture_needs_no_answer_about_people():
    karin = factories.ombudsman()
    workflow.submit(factories.draft(karin, media=[], people=""), karin)
    assert Post.objects.get().status == Status.IN_REVIEW


def test_a_post_waits_for_its_picture_and_nobody_can_decide_meanwhile():
    karin, anna = factories.ombudsman(), factories.reviewer()
    media = factories.unprepared(karin)
    post = factories.draft(karin, media=[media])
    workflow.submit(post, karin)
    assert (post.status, post.current_version, post.awaits_media) == (Status.IN_REVIEW, None, True)

    ready = factories.picture(karin)
    type(media).objects.filter(pk=media.pk).update(
        state="ready", kind="picture", sha256=ready.sha256, master=ready.master.name
    )
    workflow.media_ready(media)

    post = Post.objects.get()
    assert (post.current_version.number, post.awaits_media) == (1, False)
    assert post.current_version.shown_media.get().media_id == media.pk
    assert workflow.why_not(Action.REQUEST_CHANGES, post, anna) is None


def test_a_missed_wake_is_caught_up_with():
    karin = factories.ombudsman()
    media = factories.unprepared(karin)
    post = factories.draft(karin, media=[media])
    workflow.submit(post, karin)
    ready = factories.picture(karin)
    type(media).objects.filter(pk=media.pk).update(
        state="ready", kind="picture", sha256=ready.sha256, master=ready.master.name
    )
    workflow.freeze_prepared()
    assert Post.objects.get().current_version.number == 1


def test_a_post_that_was_withdrawn_just_now_gets_no_version():
    karin = factories.ombudsman()
    post = factories.draft(karin, media=[factories.unprepared(karin)])
    workflow.submit(post, karin)
    Draft.objects.get().shown_media.update(media=factories.picture(karin))
    workflow.withdraw(post, karin)
    workflow.freeze_waiting(post.pk)
    assert (Version.objects.count(), Draft.objects.count()) == (0, 1)


def test_a_file_that_cannot_be_used_sends_the_post_back_to_its_author():
    karin = factories.ombudsman()
    media = factories.unprepared(karin)
    post = factories.draft(karin, media=[media])
    workflow.submit(post, karin)
    workflow.media_refused(media)

    post = Post.objects.get()
    step = post.transitions.last()
    assert (post.status, step.by, step.reason) == (Status.CHANGES, None, "media_refused")
    assert post.draft.text == factories.TEXT


def test_a_decision_on_another_version_is_refused():
    anna, johan = factories.reviewer(), factories.reviewer(name="Johan Alm")
    post = factories.submitted()
    seen = post.current_version
    newer = factories.for_channels(post, johan, factories.channel())

    for decide in (
        lambda: workflow.approve(post, anna, seen),
        lambda: workflow.reject(post, anna, seen, "irrelevant", ""),
        lambda: workflow.request_changes(post, anna, seen, "Kortare"),
        lambda: workflow.edit(post, anna, seen, seen.manuscript().replaced(text="Ny")),
    ):
        with pytest.raises(workflow.MovedOnError) as caught:
            decide()
        assert caught.value.seen == seen

    post = Post.objects.get()
    assert (post.status, post.current_version, Approval.objects.count()) == (Status.IN_REVIEW, newer, 0)


def test_an_edit_that_changes_nothing_makes_no_version():
    anna, post = factories.reviewer(), factories.submitted()
    seen = post.current_version
    assert workflow.edit(post, anna, seen, seen.manuscript()) == seen
    assert Version.objects.count() == 1


def test_settling_the_question_about_people_makes_a_version():
    anna, post = factories.reviewer(), factories.submitted(people=People.NOT_ASKED)
    seen = post.current_version
    version = workflow.edit(post, anna, seen, seen.manuscript(), people=People.NOBODY)
    assert (version.number, version.people, version.digest) == (2, People.NOBODY, seen.digest)


def test_approving_seals_the_version_and_queues_each_channel():
    anna, facebook, other = factories.reviewer(), factories.channel(), factories.channel()
    post = factories.submitted()
    version = factories.for_channels(post, anna, facebook, other)
    approval = workflow.approve(post, anna, version)

    assert (approval.version, approval.digest, approval.approved_by) == (version, version.digest, anna)
    assert post.status == Status.APPROVED
    queued = Publication.objects.values_list("channel", "version", "approval", "status")
    assert sorted(queued) == [
        (channel.pk, version.pk, approval.pk, PublicationStatus.QUEUED) for channel in (facebook, other)
    ]


def test_a_blocked_version_is_not_approved():
    anna, post = factories.reviewer(), factories.submitted()
    version = factories.for_channels(post, anna, factories.channel(), alt_text="")
    with pytest.raises(workflow.BlockedError) as caught:
        workflow.approve(post, anna, version)
    assert [blocker.code for blocker in caught.value.blockers] == ["alt_text_missing"]
    assert (Post.objects.get().status, Approval.objects.count()) == (Status.IN_REVIEW, 0)


def test_a_change_request_gives_the_author_a_draft_of_what_the_reviewer_saw():
    anna, post = factories.reviewer(), factories.submitted()
    seen = factories.for_channels(post, anna, factories.channel())
    workflow.request_changes(post, anna, seen, "Rätt ort?")

    assert (post.status, post.draft.text) == (Status.CHANGES, seen.text)
    assert [shown.alt_text for shown in post.draft.shown_media.all()] == [factories.ALT]
    post.draft.text = "Ny text"
    post.draft.save()
    workflow.submit(post, post.author)
    version = Post.objects.get().current_version
    assert (version.number, version.text) == (3, "Ny text")
    assert version.manuscript().channels == seen.manuscript().channels


def test_revising_breaks_the_seal_and_cancels_what_waits():
    anna, channel = factories.reviewer(), factories.channel()
    post = factories.approved(factories.submitted(), anna, channel)
    workflow.revise(post, anna)

    assert (post.status, Publication.objects.get().status) == (Status.DRAFT, PublicationStatus.CANCELLED)
    workflow.submit(post, post.author)
    again = factories.approved(Post.objects.get(), anna, channel)
    assert Publication.objects.filter(post=again).exclude(status=PublicationStatus.CANCELLED).count() == 1


@pytest.mark.parametrize(
    "status", [PublicationStatus.PUBLISHED, PublicationStatus.UNCONFIRMED, PublicationStatus.NEEDS_DECISION]
)
def test_what_may_be_out_cannot_be_revised(status):
    anna = factories.reviewer()
    post = factories.approved(factories.submitted(), anna, factories.channel(), factories.channel())
    first = Publication.objects.first()
    first.status, first.url, first.published_at = status, "https://example.test/1", first.created_at
    first.save()

    with pytest.raises(workflow.NoLongerSoError):
        workflow.revise(post, anna)

    assert sorted(Publication.objects.values_list("status", flat=True)) == sorted([status, "queued"])
    assert Post.objects.get().status == Status.APPROVED


def test_each_walk_is_written_down_and_logged():
    karin, anna = factories.ombudsman(), factories.reviewer()
    post = factories.submitted(karin)
    workflow.reject(post, anna, post.current_version, "irrelevant", "Skicka gärna en bild.")

    steps = post.transitions.values_list("action", "from_status", "to_status", "by", "reason", "message")
    assert list(steps) == [
        ("submit", "draft", "in_review", karin.pk, "", ""),
        ("reject", "in_review", "rejected", anna.pk, "irrelevant", "Skicka gärna en bild."),
    ]
    lines = Entry.objects.filter(thing=f"post:{post.pk}").order_by("number").values_list("verb", "actor")
    assert list(lines) == [
        ("post.submitted", karin.pk),
        ("post.frozen", karin.pk),
        ("post.rejected", anna.pk),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_the_same_moment_one_wins():
    anna, johan = factories.reviewer(), factories.reviewer(name="Johan Alm")
    post = factories.submitted()
    seen = factories.for_channels(post, anna, factories.channel())
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(act, by) -> None:
        start.wait()
        try:
            act(Post.objects.get(pk=post.pk), by)
            outcomes.append("won")
        except workflow.NoLongerSoError:
            outcomes.append("refused")
        finally:
            connection.close()

    deciders = [
        threading.Thread(target=decide, args=(lambda p, by: workflow.approve(p, by, seen), anna)),
        threading.Thread(
            target=decide, args=(lambda p, by: workflow.reject(p, by, seen, "irrelevant", ""), johan)
        ),
    ]
    for decider in deciders:
        decider.start()
    for decider in deciders:
        decider.join()

    assert sorted(outcomes) == ["refused", "won"]
    approved = Post.objects.get().status == Status.APPROVED
    assert Approval.objects.count() == Publication.objects.count() == int(approved)


# --- films made of pictures -----------------------------------------------------------------------------------


def test_choosing_a_channel_of_films_orders_one_with_the_version(platform, monkeypatch):
    monkeypatch.setattr(platform, "makes_film_of_pictures", True)
    version = factories.for_channels(factories.submitted(), factories.reviewer(), factories.channel())
    [ordered] = Rendition.objects.all()
    assert ordered.recipe == content.recipe_of(
        content.film_needed(version, version.chosen_channels.get().channel)
    )


def test_a_version_and_the_order_of_its_film_are_made_together_or_not_at_all(platform, monkeypatch):
    monkeypatch.setattr(platform, "makes_film_of_pictures", True)
    post = factories.submitted()
    monkeypatch.setattr(renditions, "order", Mock(side_effect=RuntimeError("no disk")))
    with pytest.raises(RuntimeError):
        factories.for_channels(post, factories.reviewer(), factories.channel())
    assert Version.objects.count() == 1


def test_a_page_that_saves_by_itself_and_a_button_that_says_the_same_are_one_edit():
    post, anna = factories.submitted(), factories.reviewer()
    seen = post.current_version
    typed = seen.manuscript().replaced(text="Ny text")
    saved = workflow.edit(post, anna, seen, typed)
    assert workflow.edit(post, anna, seen, typed) == saved
    with pytest.raises(workflow.MovedOnError):
        workflow.edit(post, anna, seen, typed.replaced(text="En annan text"))


# --- an okay that was undone, and came out all the same -----------------------------------------------------------


@pytest.fixture
def out_after_all():
    """The okay was undone while it waited for another try; then came the answer to its first."""
    post = post_in(Status.APPROVED, factories.ombudsman())
    workflow.undo(post, factories.reviewer())
    receipt = Receipt("post-1", "https://example.test/1")
    publishing.settle(Publication.objects.get(), None, receipt, Outcome.RECEIPT)
    return Post.objects.get()


def test_what_came_out_after_its_okay_was_undone_is_not_approved_again(out_after_all):
    [publication] = Publication.objects.all()
    assert publication.status == PublicationStatus.PUBLISHED
    with pytest.raises(workflow.StillOutError) as refused:
        act(Action.APPROVE, out_after_all, factories.reviewer())
    assert refused.value.still == [publication]
    out_after_all.refresh_from_db()
    assert out_after_all.status == Status.IN_REVIEW
    assert (Approval.objects.count(), Publication.objects.count()) == (1, 1)


def test_once_it_is_removed_it_can_be_approved_again(out_after_all):
    Publication.objects.update(status=PublicationStatus.REMOVED)
    act(Action.APPROVE, out_after_all, factories.reviewer())
    assert Publication.objects.filter(status=PublicationStatus.QUEUED).count() == 1


def test_where_it_came_out_after_its_okay_was_undone_is_shown(out_after_all):
    [row] = whereabouts.of(out_after_all)
    assert (row.publication.status, row.can_be_taken_down) == (PublicationStatus.PUBLISHED, True)


@pytest.mark.parametrize("status", [PublicationStatus.REMOVED, PublicationStatus.FAILED])
def test_an_okay_of_which_nothing_waits_any_more_is_not_undone(status):
    post = post_in(Status.APPROVED, factories.ombudsman())
    Publication.objects.update(status=status)
    with pytest.raises(workflow.NoLongerSoError):
        act(Action.UNDO, post, factories.reviewer())
    assert Post.objects.get().status == Status.APPROVED
    assert Publication.objects.get().status == status
