"""A second opinion: of a colleague before the decision, and of somebody else after a no."""

import pytest
from django.utils import timezone

from accounts import letters
from accounts.models import Notice
from approvals import discussion, queue
from approvals.choice import Choice
from approvals.models import Answer, Note
from posts import messages, workflow
from posts.models import Post, Status, Transition
from posts.workflow import Action, NoLongerSoError, RefusedError
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Rask")


@pytest.fixture
def post():
    return factories.submitted()


@pytest.fixture
def turned_down(anna, johan, post):
    """Anna said no; Johan may be asked."""
    workflow.reject(post, anna, post.current_version, "misread", "Skriv vem som säger det.")
    return Post.objects.get()


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("person", flat=True))


def said_to(person, kind: str) -> str:
    [notice] = Notice.objects.filter(person=person, kind=kind)
    words = letters.words(notice)
    return f"{words.subject}. {' '.join(words.body)} [{words.link}]"


# --- of a colleague, before the decision ---------------------------------------------------------------------------


def test_a_colleague_is_asked_and_answers_and_whoever_asked_is_told(anna, desk, johan, post):
    desk.post(f"/granska/{post.pk}/anteckningar/fraga/", {"to": johan.pk, "text": "Kan det missförstås?"})
    assert told("opinion_asked") == {johan.pk}
    assert said_to(johan, "opinion_asked") == (
        "Kan du titta på ett inlägg?. Anna ber om en andra bedömning: ”Kan det missförstås?” [Titta på inlägget]"
    )
    question, page = Note.objects.get(), signed_in(johan)
    assert "Svara Anna" in text_of(page.get(f"/granska/{post.pk}/"))
    page.post(
        f"/granska/{post.pk}/anteckningar/{question.pk}/svara/", {"answer": "yes", "text": "Det är klart."}
    )
    assert said_to(anna, "opinion_given") == (
        "Svar på din fråga om ett inlägg. Johan svarar: Ja, godkänn. ”Det är klart.” [Öppna inlägget]"
    )
    assert "Ja, godkänn. Det är klart." in text_of(desk.get(f"/granska/{post.pk}/"))


def test_anybody_in_the_group_is_asked(anna, desk, johan, post):
    others = factories.reviewer()
    desk.post(f"/granska/{post.pk}/anteckningar/fraga/", {"to": "", "text": ""})
    assert told("opinion_asked") == {johan.pk, others.pk}


def test_the_queue_does_not_tell_whoever_sent_it_in_that_a_colleague_was_asked(anna, johan):
    """A sender who is in the group sees their own post there, and may not read the notes."""
    post = factories.submitted(johan)
    discussion.ask_opinion(post, anna, factories.reviewer())
    is_asked = [queue.row_for(post, reader, timezone.now()).is_asked for reader in (anna, johan)]
    assert is_asked == [True, False]
    assert "Andra bedömning" not in text_of(signed_in(johan).get("/granska/"))


def test_it_advises_and_stops_nothing(anna, johan, post):
    channel = factories.channel()
    factories.for_channels(post, anna, channel)
    post = Post.objects.get()
    question = discussion.ask_opinion(post, anna, johan)
    discussion.answer(question, johan, Answer.NO, "Nej tack.")
    workflow.approve(post, anna, post.current_version)
    assert Post.objects.get().status == Status.APPROVED


def test_the_post_is_marked_as_long_as_nobody_has_answered(anna, johan, post):
    other = factories.submitted()
    question = discussion.ask_opinion(post, anna, johan)
    discussion.note(other, anna, "Bara en anteckning.")
    assert asked_about(post, other) == {post.pk}
    discussion.answer(question, johan, Answer.OTHER, "Fråga Karin.")
    assert asked_about(post, other) == set()
    again = discussion.ask_opinion(post, anna, johan)
    discussion.take_back(again, anna)
    assert asked_about(post, other) == set()


def asked_about(*posts: Post) -> set[int]:
    signed = discussion.with_signs(Post.objects.filter(pk__in=[post.pk for post in posts]))
    return set(signed.filter(is_asked=True).values_list("pk", flat=True))


def test_one_does_not_answer_oneself_nor_what_was_taken_back(anna, johan, post):
    question = discussion.ask_opinion(post, anna, johan)
    with pytest.raises(RefusedError):
        discussion.answer(question, anna, Answer.YES)
    discussion.take_back(question, anna)
    with pytest.raises(RefusedError):
        discussion.answer(question, johan, Answer.YES)
    assert not Note.objects.filter(kind="opinion").exists()


def test_a_question_that_is_answered_is_not_taken_back(anna, johan, post):
    question = discussion.ask_opinion(post, anna, johan)
    discussion.answer(question, johan, Answer.YES)
    with pytest.raises(RefusedError):
        discussion.take_back(question, anna)
    assert not Note.objects.filter(kind="taken_back").exists()


def test_the_sender_is_neither_asked_nor_told(desk, johan):
    own = factories.submitted(johan)
    answer = desk.post(f"/granska/{own.pk}/anteckningar/fraga/", {"to": johan.pk})
    assert (answer.status_code, Note.objects.count()) == (422, 0)
    desk.post(f"/granska/{own.pk}/anteckningar/fraga/", {"to": ""})
    assert johan.pk not in told("opinion_asked")


def test_something_else_is_to_be_said(anna, johan, post):
    question, page = discussion.ask_opinion(post, anna, johan), signed_in(johan)
    where = f"/granska/{post.pk}/anteckningar/{question.pk}/svara/"
    assert page.post(where, {"answer": "other"}).status_code == 422
    assert page.post(where, {}).status_code == 422
    assert Note.objects.count() == 1


def test_the_queue_says_that_a_colleague_was_asked(anna, desk, johan, post):
    assert "Andra bedömning" not in text_of(desk.get("/granska/"))
    discussion.ask_opinion(post, anna, johan)
    assert "Andra bedömning" in text_of(desk.get("/granska/"))


def test_the_queue_says_that_the_sender_has_answered(anna, desk, post):
    messages.write(post, anna, "Vilken väg?")
    assert "Svar från Karin" not in text_of(desk.get("/granska/"))
    messages.write(post, post.author, "E4.")
    assert "Svar från Karin" in text_of(desk.get("/granska/"))
    messages.write(post, anna, "Tack!")
    assert "Svar från Karin" not in text_of(desk.get("/granska/"))


# --- of somebody else, after a no ------------------------------------------------------------------------------------


def test_the_sender_asks_and_somebody_else_judges(anna, johan, turned_down):
    karin = signed_in(turned_down.author)
    assert "Be om en andra bedömning" in text_of(karin.get(f"/inlagg/{turned_down.pk}/"))
    assert karin.get(f"/inlagg/{turned_down.pk}/andra-bedomning/").status_code == 200
    answer = karin.post(
        f"/inlagg/{turned_down.pk}/andra-bedomning/", {"message": "Det är ju vi som säger det."}
    )
    assert (answer.status_code, answer.url) == (302, f"/inlagg/{turned_down.pk}/")
    post = Post.objects.get()
    assert (post.status, post.turned_down_by) == (Status.IN_REVIEW, anna)
    assert told("appealed") == {johan.pk}
    assert "Det är ju vi som säger det." in text_of(signed_in(johan).get(f"/granska/{post.pk}/"))
    for action in (Action.APPROVE, Action.REJECT, Action.REQUEST_CHANGES):
        assert workflow.why_not(action, post, johan) is None
        assert "Den andra bedömningen gör en kollega." in str(workflow.why_not(action, post, anna))


def test_whoever_said_no_does_not_decide_the_second_time(anna, desk, turned_down):
    workflow.appeal(turned_down, turned_down.author)
    post = Post.objects.get()
    seen = {"version": post.current_version_id}
    for press in ("godkann", "reserven"):
        assert desk.post(f"/granska/{post.pk}/{press}/", seen).status_code == 403
    rejection = seen | {"reason": "irrelevant", "message": "Nej"}
    assert desk.post(f"/granska/{post.pk}/avsla/", rejection).status_code == 403
    assert desk.post(f"/granska/{post.pk}/be-om-andring/", seen | {"message": "Ändra"}).status_code == 403
    assert Post.objects.get().status == Status.IN_REVIEW


def test_it_can_be_asked_for_once(johan, turned_down):
    workflow.appeal(turned_down, turned_down.author)
    post = Post.objects.get()
    workflow.reject(post, johan, post.current_version, "misread", "Tyvärr.")
    post = Post.objects.get()
    with pytest.raises(RefusedError):
        workflow.appeal(post, post.author)
    karin = signed_in(post.author)
    assert "Be om en andra bedömning" not in text_of(karin.get(f"/inlagg/{post.pk}/"))
    assert karin.post(f"/inlagg/{post.pk}/andra-bedomning/", {}).status_code == 302
    assert Post.objects.get().status == Status.REJECTED
    assert Transition.objects.filter(action=Action.APPEAL).count() == 1
    last = Notice.objects.filter(kind="rejected").latest("pk")
    assert (letters.words(last).link, last.path) == ("Öppna inlägget", f"/inlagg/{post.pk}/")


def test_only_its_author_asks_and_only_after_a_no(anna, johan, post):
    with pytest.raises(NoLongerSoError):
        workflow.appeal(post, post.author)
    workflow.reject(post, anna, post.current_version, "misread", "Nej.")
    for person in (johan, anna, factories.ombudsman()):
        with pytest.raises(RefusedError):
            workflow.appeal(post, person)
    other = signed_in(factories.ombudsman())
    assert other.post(f"/inlagg/{post.pk}/andra-bedomning/", {}).status_code == 404
    assert Post.objects.get().status == Status.REJECTED


def test_a_no_does_not_become_a_draft_by_asking_again_and_regretting_it(turned_down):
    workflow.appeal(turned_down, turned_down.author)
    post = Post.objects.get()
    with pytest.raises(RefusedError):
        workflow.recall(post, post.author)
    workflow.withdraw(post, post.author)
    assert Post.objects.get().status == Status.WITHDRAWN


def test_somebody_else_is_told_even_when_nobody_wants_to_hear_of_new_posts(anna, johan, turned_down):
    type(anna).objects.filter(pk=johan.pk).update(hears_of_submissions=False)
    workflow.appeal(turned_down, turned_down.author)
    assert told("appealed") == {johan.pk}


def test_it_waits_behind_what_came_before_it(anna, turned_down):
    before = factories.submitted()
    workflow.appeal(turned_down, turned_down.author)
    assert list(Post.objects.awaiting_review().order_by("submitted_at", "id")) == [before, turned_down]


def test_the_queue_leads_whoever_said_no_past_it(anna, desk, johan, turned_down):
    workflow.appeal(turned_down, turned_down.author)
    later = factories.submitted()
    rows = {row.post.pk: row for row in queue.page_of(Choice(), anna, timezone.now()).rows}
    assert (rows[turned_down.pk].is_free, rows[later.pk].is_free) == (False, True)
    assert queue.page_of(Choice(), anna, timezone.now()).to_open == later
    assert queue.page_of(Choice(), johan, timezone.now()).to_open == turned_down
    assert "Andra bedömning" in text_of(desk.get("/granska/"))


def test_a_no_is_not_overridden_by_whoever_sent_it_in(anna, johan):
    post = factories.submitted(johan)
    assert workflow.why_not(Action.OVERRIDE, post, johan) is None
    workflow.reject(post, anna, post.current_version, "misread", "Skriv vem som säger det.")
    workflow.appeal(Post.objects.get(), johan)
    refusal = workflow.why_not(Action.OVERRIDE, Post.objects.get(), johan)
    assert "Den andra bedömningen gör någon annan än du." in str(refusal)


def test_a_group_of_one_judges_twice(anna, settings, turned_down):
    settings.FOUR_EYES = False
    workflow.appeal(turned_down, turned_down.author)
    assert workflow.why_not(Action.REJECT, Post.objects.get(), anna) is None
