"""What a reviewer changes, why, what its author says to it, and changing what is approved."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Mail, Notice
from audit.models import Entry
from posts import changes, publishing, timeline, waiting, workflow
from posts.blockers import blockers
from posts.changes import Remark
from posts.manuscript import ChannelText
from posts.models import (
    Approval,
    AuthorsYes,
    Post,
    Publication,
    PublicationStatus,
    Status,
    Transition,
    Version,
)
from posts.publishing import When
from posts.workflow import Action, BlockedError, MovedOnError, NoLongerSoError, RefusedError, StillOutError
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]

OWN = "Klockan sex samlades laget. Det är helt sjukt att folk inte kan läsa en skylt. Sakta ner."
CHANGED = "Klockan sex samlades laget. Skylten säger 50, men många håller 90. Sakta ner."


@pytest.fixture
def facebook():
    return factories.channel(is_preselected=True)


@pytest.fixture
def post(facebook):
    return factories.submitted(text=OWN, alt_text=factories.ALT)


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Alm")


def now(post: Post) -> Post:
    return Post.objects.get(pk=post.pk)


def edited(post: Post, by, text: str = CHANGED, why: str = "", *, changes_meaning: bool = False) -> Version:
    seen = now(post).version_in_force
    return workflow.edit(post, by, seen, seen.manuscript().replaced(text=text), Remark(why, changes_meaning))


def form_of(post: Post, **typed) -> dict:
    version = now(post).version_in_force
    shown = {"version": version.pk, "people": version.people, "text": version.text}
    shown |= {f"alt_{item.media_id}": item.alt_text for item in version.shown_media.all()}
    return shown | typed


def told(person, kind: str) -> list[Notice]:
    return list(Notice.objects.filter(person=person, kind=kind).order_by("pk"))


def codes(post: Post) -> list[str]:
    return [blocker.code for blocker in blockers(now(post).version_in_force)]


# --- what is changed, and why ---------------------------------------------------------------------------------


def test_the_author_sees_what_a_reviewer_changed_word_by_word_and_why(post, anna):
    edited(post, anna, why="Jag bytte en mening så att den säger vad som händer.")
    page = text_of(signed_in(post.author).get(f"/inlagg/{post.pk}/"))
    assert "Anna ändrade" in page
    assert "Borttaget: Det är helt sjukt att folk inte kan läsa en skylt." in page.replace("  ", " ")
    assert "Tillagt: Skylten säger 50, men många håller 90." in page
    assert "Anna: Jag bytte en mening så att den säger vad som händer." in page


def test_the_edit_mode_shows_the_change_against_what_was_sent_in(desk, post, anna, johan):
    edited(post, johan, text=OWN + " Tack.")
    edited(post, anna, text=OWN + " Tack så mycket.")
    page = text_of(desk.get(f"/granska/{post.pk}/?redigera"))
    assert "Johan och Anna ändrade" in page
    assert "Tillagt: Tack så mycket." in page
    assert "Varför?" in page
    assert "Ändrar betydelsen – Karin måste säga okej" in page


def test_a_save_of_the_page_brings_the_change_and_leaves_what_is_being_written(desk, post):
    form = form_of(post, text=CHANGED, has_remark="1", why="Sakligt")
    html = desk.post(f"/granska/{post.pk}/spara/", form, headers={"HX-Request": "true"}).content.decode()
    assert 'id="andringar"' in html
    assert "Skylten säger 50, men många håller 90." in html
    assert 'name="why"' not in html
    assert now(post).version_in_force.why == "Sakligt"


def test_a_reason_alone_is_kept_and_a_page_without_one_leaves_it_as_it_is(desk, post):
    desk.post(f"/granska/{post.pk}/spara/", form_of(post, text=CHANGED, has_remark="1", why="Sakligt"))
    desk.post(f"/granska/{post.pk}/spara/", form_of(post, has_remark="1", why="Mer sakligt"))
    assert now(post).version_in_force.why == "Mer sakligt"
    before = Version.objects.count()
    desk.post(f"/granska/{post.pk}/spara/", form_of(post))
    assert (now(post).version_in_force.why, Version.objects.count()) == ("Mer sakligt", before)


def test_a_reason_that_is_too_long_is_said_and_nothing_is_saved(desk, post):
    response = desk.post(f"/granska/{post.pk}/spara/", form_of(post, has_remark="1", why="x" * 501))
    assert response.status_code == 422
    assert Version.objects.count() == 1


def test_a_reason_is_its_writers_own(desk, post, johan):
    edited(post, johan, why="Johans skäl")
    assert ">Johans skäl</textarea>" not in desk.get(f"/granska/{post.pk}/?redigera").content.decode()
    desk.post(f"/granska/{post.pk}/spara/", form_of(post, text=CHANGED + " Tack.", has_remark="1"))
    said = [(run.by.get_short_name(), run.why) for run in changes.of(now(post)).reasons]
    assert said == [("Johan", "Johans skäl")]


def test_many_saves_are_one_change_to_the_author(post, anna):
    for text in ("Klockan sex", "Klockan sex samlades", CHANGED):
        edited(post, anna, text=text, why="Kortare")
    events = [event.sentence for event in timeline.of(now(post), post.author)]
    found = changes.of(now(post))
    assert events == ["Anna ändrade inlägget", "Du skickade in"]
    assert [(run.by, run.why) for run in found.runs] == [(anna, "Kortare")]
    assert [item.name for item in found.differences] == ["text"]
    assert Version.objects.count() == 4


def test_choosing_a_channel_is_no_change_of_the_authors_words(post, anna):
    factories.for_channels(post, anna, factories.channel())
    assert changes.of(now(post)) is None


def test_describing_a_picture_is_told_and_is_no_other_wording(desk, facebook, anna):
    post = factories.submitted(text=OWN)
    factories.for_channels(post, anna, facebook)
    found = changes.of(now(post))
    assert ([item.name for item in found.differences], found.is_reworded) == (["alt_text"], False)
    assert OWN in text_of(signed_in(post.author).get(f"/inlagg/{post.pk}/"))
    assert "Godkänn med ändringar" not in text_of(desk.get(f"/granska/{post.pk}/"))


def test_words_for_one_channel_are_told_as_a_change(post, anna, facebook):
    factories.for_channels(post, anna, facebook, text="Kort om skylten.")
    found = changes.of(now(post))
    assert found.is_reworded
    assert [(str(item.label), item.pieces[-1].text) for item in found.differences] == [
        ("Text på Facebook", "Kort om skylten.")
    ]


def test_words_that_a_channel_had_when_the_author_sent_in_again_are_no_change(post, anna, facebook):
    version = factories.for_channels(post, anna, facebook, text="Kort om skylten.")
    workflow.request_changes(post, anna, version, "Rätt ort?")
    workflow.submit(now(post), post.author)
    seen = now(post).version_in_force
    workflow.edit(post, anna, seen, seen.manuscript().replaced(credit="Karin Ek"))
    assert [item.name for item in changes.of(now(post)).differences] == ["credit"]


def test_what_the_author_took_back_to_is_no_change(post, anna):
    edited(post, anna)
    edited(post, anna, text=OWN)
    assert changes.of(now(post)) is None


# --- the okay with changes ---------------------------------------------------------------------------------------


def test_the_button_says_that_it_approves_a_change(desk, post, anna):
    assert "Godkänn med ändringar" not in text_of(desk.get(f"/granska/{post.pk}/"))
    edited(post, anna)
    assert "Godkänn med ändringar" in text_of(desk.get(f"/granska/{post.pk}/"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (OWN.replace(" Det är helt sjukt att folk inte kan läsa en skylt.", ""), "Vi kortade texten lite."),
        (CHANGED + " Och så en rad till som gör texten längre än den var.", "Vi ändrade lite i det."),
    ],
)
def test_its_author_is_told_of_the_change_with_the_okay(post, anna, text, sentence):
    workflow.approve(post, anna, edited(post, anna, text=text, why="Rakt på sak."))
    (notice,) = told(post.author, "approved")
    page = text_of(signed_in(post.author).get("/aviseringar/"))
    assert sentence in page
    assert "Anna skriver: ”Rakt på sak.”" in page
    assert notice.path == f"/inlagg/{post.pk}/"


def test_a_channels_own_words_are_a_change_that_the_author_is_told_of(post, anna, facebook):
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook, text="Kort."))
    assert told(post.author, "approved")[0].facts["was_edited"] is True


def test_an_okay_without_changes_that_goes_out_soon_is_no_news(post, anna):
    workflow.approve(post, anna, post.version_in_force)
    assert told(post.author, "approved") == []


# --- a change that means something else ------------------------------------------------------------------------


def test_a_marked_change_waits_for_its_authors_yes(desk, post, anna):
    form = form_of(post, text=CHANGED, has_remark="1", changes_meaning="1")
    desk.post(f"/granska/{post.pk}/spara/", form)
    assert codes(post) == ["authors_yes_missing"]
    with pytest.raises(BlockedError):
        workflow.approve(post, anna, now(post).version_in_force)
    page = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "den som skickade in har inte sagt okej" in page
    assert "Karin är tillfrågad och har inte svarat än." in page
    assert (Approval.objects.count(), Publication.objects.count()) == (0, 0)


def test_its_author_is_asked_once_and_the_mail_waits_while_the_reviewer_writes(post, anna):
    edited(post, anna, changes_meaning=True)
    edited(post, anna, text=CHANGED + " Tack.", changes_meaning=True)
    (notice,) = told(post.author, "yes_wanted")
    assert notice.not_before > timezone.now() + timedelta(minutes=4)
    assert notice.path == f"/inlagg/{post.pk}/#andrat"
    assert told(anna, "yes_wanted") == []


def test_yes_lets_it_be_approved_and_is_told_to_whoever_asked(post, anna, johan):
    version = edited(post, anna, changes_meaning=True)
    karin = signed_in(post.author)
    page = text_of(karin.get(f"/inlagg/{post.pk}/"))
    assert "Anna undrar: är ändringen okej?" in page
    assert "Det är okej" in page
    assert "Nej, så menade jag inte" in page
    answer = {"version": version.pk, "answer": "yes", "message": "Bra!"}
    assert "Tack." in text_of(karin.post(f"/inlagg/{post.pk}/okej/", answer, follow=True))

    yes = AuthorsYes.objects.get()
    assert (yes.version, yes.digest, yes.by) == (version, version.digest, post.author)
    assert codes(post) == []
    assert [notice.facts["message"] for notice in told(anna, "author_agreed")] == ["Bra!"]
    assert told(johan, "author_agreed") == []
    assert told(post.author, "yes_wanted") == []
    workflow.approve(post, johan, version)
    assert now(post).status == Status.APPROVED


def test_no_leaves_it_in_review_with_what_was_meant_in_its_history(desk, post, anna, johan):
    version = edited(post, anna, changes_meaning=True)
    answer = {"version": version.pk, "answer": "no", "message": "Jag menade bilisterna."}
    signed_in(post.author).post(f"/inlagg/{post.pk}/okej/", answer)
    step = Transition.objects.get(action=Action.DISAGREE)
    assert (step.from_status, step.to_status, step.version, step.message) == (
        Status.IN_REVIEW,
        Status.IN_REVIEW,
        version,
        "Jag menade bilisterna.",
    )
    assert codes(post) == ["authors_yes_missing"]
    page = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Karin sa nej till ändringen. ”Jag menade bilisterna.”" in page
    assert [notice.facts["message"] for notice in told(anna, "author_disagreed")] == [
        "Jag menade bilisterna."
    ]
    assert told(johan, "author_disagreed") == []
    assert AuthorsYes.objects.count() == 0


def test_after_a_no_the_author_may_still_say_yes(post, anna):
    version = edited(post, anna, changes_meaning=True)
    workflow.disagree(post, post.author, version)
    assert "Du kan fortfarande säga ja." in text_of(signed_in(post.author).get(f"/inlagg/{post.pk}/"))
    workflow.agree(post, post.author, version)
    assert codes(post) == []


def test_a_yes_is_to_the_words_and_to_no_others(post, anna):
    workflow.agree(post, post.author, edited(post, anna, changes_meaning=True))
    seen = now(post).version_in_force
    workflow.edit(post, anna, seen, seen.manuscript(), site="allowed")
    assert codes(post) == []
    edited(post, anna, text=CHANGED + " Kör lagom.", changes_meaning=True)
    assert codes(post) == ["authors_yes_missing"]
    assert len(told(post.author, "yes_wanted")) == 1


def test_another_edit_does_not_take_the_question_away(post, anna, johan, facebook):
    edited(post, anna, changes_meaning=True)
    factories.for_channels(post, johan, facebook, alt_text="Ett lag i gryningen.")
    assert codes(post) == ["authors_yes_missing"]
    edited(post, johan, text=CHANGED + " Tack.", changes_meaning=False)
    assert codes(post) == ["authors_yes_missing"]
    assert changes.asked(now(post)).by == anna


def test_whoever_asked_takes_the_question_back_and_nobody_is_mailed(post, anna):
    edited(post, anna, changes_meaning=True)
    edited(post, anna, text=CHANGED + " Tack.", changes_meaning=False)
    assert codes(post) == []
    assert told(post.author, "yes_wanted") == []
    verbs = [verb for verb in Entry.objects.values_list("verb", flat=True) if "asked" in verb]
    assert verbs == ["post.author_not_asked", "post.author_asked"]


def test_after_a_no_the_question_stays_until_the_words_are_the_authors_again(post, anna):
    workflow.disagree(post, post.author, edited(post, anna, changes_meaning=True))
    edited(post, anna, text=CHANGED + " Tack.", changes_meaning=False)
    assert codes(post) == ["authors_yes_missing"]
    assert len(told(post.author, "yes_wanted")) == 1
    edited(post, anna, text=OWN, changes_meaning=False)
    assert codes(post) == []
    assert told(post.author, "yes_wanted") == []
    edited(post, anna, text=CHANGED, changes_meaning=False)
    assert codes(post) == ["authors_yes_missing"]
    assert len(told(post.author, "yes_wanted")) == 1


def test_after_a_no_a_yes_to_the_very_words_is_enough(post, anna, johan):
    workflow.disagree(post, post.author, edited(post, anna, changes_meaning=True))
    workflow.agree(post, post.author, edited(post, anna, text=CHANGED + " Tack."))
    edited(post, johan, text=OWN)
    edited(post, johan, text=CHANGED + " Tack.")
    assert codes(post) == []
    workflow.request_changes(post, anna, now(post).version_in_force, "Skriv som du menar.")
    workflow.submit(now(post), post.author)
    edited(post, anna, text=CHANGED)
    assert codes(post) == []


def test_what_is_said_in_a_film_is_its_authors(post, anna):
    """The subtitles alone are different."""
    seen = now(post).version_in_force
    [shown] = seen.manuscript().media
    spoken = replace(shown, subtitles="1\n00:00:00,000 --> 00:00:02,000\nVi strejkar")
    workflow.edit(post, anna, seen, seen.manuscript().replaced(media=(spoken,)), Remark("", True))
    assert codes(post) == ["authors_yes_missing"]
    assert changes.of(now(post)).is_reworded is True


def test_a_mark_without_a_change_asks_nothing(desk, post):
    desk.post(f"/granska/{post.pk}/spara/", form_of(post, has_remark="1", changes_meaning="1"))
    assert Version.objects.count() == 1
    assert codes(post) == []
    assert Notice.objects.filter(kind="yes_wanted").count() == 0


def test_what_the_author_writes_needs_no_yes(post, anna):
    workflow.request_changes(post, anna, edited(post, anna, changes_meaning=True), "Skriv som du menar.")
    workflow.submit(now(post), post.author)
    assert (now(post).version_in_force.text, codes(post)) == (CHANGED, [])


@pytest.mark.parametrize("decision", ["request_changes", "reject"])
def test_nobody_is_asked_about_what_is_decided_otherwise(post, anna, decision):
    version = edited(post, anna, changes_meaning=True)
    if decision == "reject":
        workflow.reject(post, anna, version, "irrelevant", "Tack ändå.")
    else:
        workflow.request_changes(post, anna, version, "Kortare")
    assert told(post.author, "yes_wanted") == []


def test_a_change_of_ones_own_post_asks_nobody(facebook):
    anna = factories.reviewer()
    own = factories.submitted(anna, text=OWN, alt_text=factories.ALT)
    edited(own, anna, changes_meaning=True)
    assert codes(own) == []
    assert "Ändrar betydelsen" not in text_of(signed_in(anna).get(f"/granska/{own.pk}/?redigera"))


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answer_to_words_that_are_no_longer_there_is_refused_and_what_was_written_comes_back(
    post, anna, answer
):
    seen = edited(post, anna, changes_meaning=True)
    edited(post, anna, text=CHANGED + " Tack.", changes_meaning=True)
    typed = {"version": seen.pk, "answer": answer, "message": "Så här menade jag."}
    page = text_of(signed_in(post.author).post(f"/inlagg/{post.pk}/okej/", typed, follow=True))
    assert "Ditt svar kom inte fram" in page
    assert "”Så här menade jag.”" in page
    assert AuthorsYes.objects.count() == 0
    assert not Transition.objects.filter(action__in=(Action.AGREE, Action.DISAGREE)).exists()


@pytest.mark.parametrize("verb", [workflow.agree, workflow.disagree])
def test_only_the_author_answers_and_only_when_asked(post, anna, verb):
    with pytest.raises(NoLongerSoError):
        verb(post, post.author, post.version_in_force)
    version = edited(post, anna, changes_meaning=True)
    with pytest.raises(RefusedError):
        verb(post, anna, version)
    workflow.agree(post, post.author, version)
    with pytest.raises(NoLongerSoError):
        verb(post, post.author, version)
    assert AuthorsYes.objects.count() == 1


@pytest.mark.parametrize(
    "form", [{}, {"answer": "yes"}, {"answer": "perhaps", "version": 1}, {"version": "x", "answer": "no"}]
)
def test_an_answer_that_is_none_says_so(post, anna, form):
    edited(post, anna, changes_meaning=True)
    page = text_of(signed_in(post.author).post(f"/inlagg/{post.pk}/okej/", form, follow=True))
    assert "Ditt svar kom inte fram" in page
    assert AuthorsYes.objects.count() == 0


def test_an_answer_that_is_too_long_says_that_and_comes_back(post, anna):
    seen = edited(post, anna, changes_meaning=True)
    typed = {"version": seen.pk, "answer": "no", "message": "Så menade jag inte. " * 101}
    page = text_of(signed_in(post.author).post(f"/inlagg/{post.pk}/okej/", typed, follow=True))
    assert "Texten är för lång. Den får ha högst 2000 tecken." in page
    assert "Ditt svar kom inte fram" not in page
    assert typed["message"].strip() in page
    assert not Transition.objects.filter(action=Action.DISAGREE).exists()


def test_what_may_be_about_somebody_who_has_not_said_yes_is_not_mailed(facebook, anna):
    post = factories.submitted(text=OWN, people="not_asked")
    workflow.disagree(post, post.author, edited(post, anna, changes_meaning=True), "Det är Ali på bilden.")
    (notice,) = told(anna, "author_disagreed")
    assert notice.facts["message"] == ""


def test_the_yes_to_many_posts_is_one_question(anna, facebook, django_assert_num_queries):
    versions = [edited(factories.submitted(text=OWN), anna, changes_meaning=True) for _ in range(3)]
    workflow.agree(versions[0].post, versions[0].post.author, versions[0])
    fetched = list(Version.objects.filter(pk__in=[version.pk for version in versions]).order_by("pk"))
    with django_assert_num_queries(1):
        changes.fetch(fetched)
        assert [changes.awaits_its_author(version) for version in fetched] == [False, True, True]


# --- changing what is approved --------------------------------------------------------------------------------


@pytest.fixture
def approved(post, johan, facebook):
    return factories.approved(post, johan, facebook)


def test_what_is_approved_goes_back_to_review_with_the_same_words(desk, approved, anna, johan):
    sealed = approved.version_in_force
    response = desk.post(f"/granska/{approved.pk}/andra/", follow=True)
    again = now(approved)
    assert response.redirect_chain[0][0] == f"/granska/{approved.pk}/?redigera#text"
    assert "Inlägget granskas igen. Inget av det publiceras." in text_of(response)
    assert (again.status, again.version_in_force.number) == (Status.IN_REVIEW, sealed.number + 1)
    assert (again.version_in_force.digest, again.version_in_force.created_by) == (
        sealed.digest,
        sealed.created_by,
    )
    assert Publication.objects.get().status == PublicationStatus.CANCELLED
    assert Approval.objects.get().version == sealed
    for person, is_yours in ((approved.author, True), (johan, False)):
        assert [notice.facts["is_yours"] for notice in told(person, "reopened")] == [is_yours]
    assert told(anna, "reopened") == []


def planned(post: Post, by, channel, at) -> Post:
    version = factories.for_channels(post, by, channel)
    workflow.approve(post, by, version, When(at=at))
    return post


def test_the_time_that_was_planned_is_said_and_offered_once_more(desk, post, johan, facebook):
    at = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    planned(post, johan, facebook, at)
    desk.post(f"/granska/{post.pk}/andra/")
    assert f"Det var schemalagt {waiting.day_and_time(at)}." in text_of(desk.get(f"/granska/{post.pk}/"))
    offered = desk.get(f"/granska/{post.pk}/schemalagg/").context["dialog_form"]
    assert offered["at"].value() == f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"
    assert Publication.objects.waiting().count() == 0


def test_what_a_post_asks_for_is_offered_with_the_time_and_stays(desk, post, facebook):
    factories.for_channels(post, factories.reviewer(), facebook)
    soon = (timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    Post.objects.update(earliest=soon, latest=soon + timedelta(days=2))
    form = desk.get(f"/granska/{post.pk}/schemalagg/").context["dialog_form"]
    typed = {name: form[name].value() for name in ("version", "earliest", "latest")}
    desk.post(f"/granska/{post.pk}/schemalagg/", typed)
    assert (now(post).earliest, now(post).latest) == (soon, soon + timedelta(days=2))
    assert Publication.objects.get().not_after == soon + timedelta(days=2)


def test_a_planned_time_that_has_gone_by_is_said_no_more(desk, post, johan, facebook):
    at = timezone.now() + timedelta(hours=1)
    workflow.reopen(planned(post, johan, facebook, at), johan)
    Publication.objects.update(planned_for=timezone.now() - timedelta(minutes=1))
    assert "Det var schemalagt" not in text_of(desk.get(f"/granska/{post.pk}/"))


def test_the_time_of_an_okay_before_the_last_one_is_forgotten(desk, post, johan, facebook):
    at = timezone.now() + timedelta(days=2)
    workflow.reopen(planned(post, johan, facebook, at), johan)
    workflow.approve(post, johan, now(post).version_in_force)
    workflow.reopen(post, johan)
    assert "Det var schemalagt" not in text_of(desk.get(f"/granska/{post.pk}/"))


def test_its_page_offers_it_to_a_reviewer_and_says_what_comes_of_it(desk, approved):
    page = text_of(desk.get(f"/inlagg/{approved.pk}/"))
    assert "Ändra" in page
    assert "Inlägget går tillbaka till granskning." in page
    assert "går tillbaka till granskning" not in text_of(
        signed_in(approved.author).get(f"/inlagg/{approved.pk}/")
    )


def test_a_link_to_it_says_first_what_will_be_and_does_nothing(desk, approved):
    page = text_of(desk.get(f"/granska/{approved.pk}/andra/"))
    assert "Inlägget går tillbaka till granskning." in page
    assert now(approved).status == Status.APPROVED


def test_what_is_in_review_already_is_opened(desk, post):
    assert desk.get(f"/granska/{post.pk}/andra/").url == f"/granska/{post.pk}/"
    assert desk.post(f"/granska/{post.pk}/andra/").status_code == 409


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_out_on_one_channel_stays_as_it_is_on_all(desk, post, johan, facebook, method):
    other = factories.channel(name="Andra sidan")
    approved = factories.approved(post, johan, facebook, other)
    first = Publication.objects.get(channel=facebook)
    publishing.send(publishing.claim(first.pk))
    before = now(approved).version_in_force
    response = getattr(desk, method)(f"/granska/{approved.pk}/andra/")
    said = text_of(response)
    assert response.status_code == 409
    assert "Det är ute på Facebook." in said
    assert "på Facebook väntar det fortfarande på att gå ut, som det godkändes" in said
    assert (now(approved).status, now(approved).version_in_force) == (Status.APPROVED, before)
    assert Publication.objects.get(channel=other).status == PublicationStatus.QUEUED


def test_what_a_worker_has_in_its_hands_is_not_taken_from_it(approved, anna):
    publishing.claim(Publication.objects.get().pk)
    with pytest.raises(StillOutError):
        workflow.reopen(approved, anna)
    assert now(approved).status == Status.APPROVED
    assert told(approved.author, "reopened") == []


def test_only_a_reviewer_changes_what_is_approved(approved):
    for person in (approved.author, factories.administrator(), factories.reader(), factories.ombudsman()):
        with pytest.raises(RefusedError):
            workflow.reopen(approved, person)
    assert Publication.objects.get().status == PublicationStatus.QUEUED


def test_the_authors_yes_stays_with_the_words_when_they_are_reviewed_again(post, anna, johan):
    version = edited(post, anna, changes_meaning=True)
    workflow.agree(post, post.author, version)
    workflow.approve(post, johan, version)
    workflow.reopen(now(post), anna)
    assert now(post).version_in_force.changes_meaning
    assert codes(post) == []
    workflow.approve(now(post), johan, now(post).version_in_force)
    assert Approval.objects.count() == 2


def test_an_okay_that_was_told_and_not_mailed_is_told_no_more(post, anna, johan, settings):
    settings.UNDO_SECONDS = 60
    workflow.approve(post, anna, edited(post, anna))
    assert told(post.author, "approved")[0].mail == Mail.WAITING
    workflow.reopen(now(post), johan)
    assert told(post.author, "approved") == []


def test_after_it_the_old_okay_counts_for_nothing(approved, anna):
    sealed = approved.version_in_force
    workflow.reopen(approved, anna)
    with pytest.raises(MovedOnError):
        workflow.approve(now(approved), anna, sealed)
    assert Approval.objects.count() == 1


def test_a_channel_that_was_added_is_told_with_its_own_words_only(post, anna, facebook):
    seen = post.version_in_force
    extra = factories.channel(name="Andra")
    words = (*seen.manuscript().channels, ChannelText(extra.pk, title="En rubrik"))
    workflow.edit(post, anna, seen, seen.manuscript().replaced(channels=words))
    assert [item.name for item in changes.of(now(post)).differences] == [f"title_{extra.pk}"]


# --- what waits for its author ----------------------------------------------------------------------------------


def test_home_leads_the_author_to_the_question_until_it_is_answered(post, anna):
    karin = signed_in(post.author)
    assert "Se ändringen och svara" not in text_of(karin.get("/hem/"))
    version = edited(post, anna, changes_meaning=True)
    for page in ("/hem/", f"/inlagg/{post.pk}/"):
        assert "Se ändringen och svara" in text_of(karin.get(page))
    workflow.disagree(post, post.author, version)
    for page in ("/hem/", f"/inlagg/{post.pk}/"):
        assert "Se ändringen och svara" not in text_of(karin.get(page))


def test_what_is_missing_leads_to_the_change(desk, post, anna):
    edited(post, anna, changes_meaning=True)
    assert 'href="#andringar"' in desk.get(f"/granska/{post.pk}/").content.decode()


def test_ones_own_reason_stands_where_it_is_written_and_not_twice(desk, post, anna):
    edited(post, anna, why="Rakt på sak.")
    assert text_of(desk.get(f"/granska/{post.pk}/?redigera")).count("Rakt på sak.") == 1
    assert "Varför, enligt Anna Rakt på sak." in text_of(desk.get(f"/granska/{post.pk}/"))


@pytest.mark.parametrize("count", [1, 6])
def test_the_queue_asks_once_for_the_yes_to_all_of_its_posts(desk, anna, facebook, count):
    for _ in range(count):
        edited(factories.submitted(text=OWN, alt_text=factories.ALT), anna, changes_meaning=True)
    with CaptureQueriesContext(connection) as asked:
        desk.get("/granska/")
    about_the_yes = [query["sql"] for query in asked if "posts_authorsyes" in query["sql"]]
    assert len([sql for sql in about_the_yes if " IN (" in sql]) == 1
    assert len(about_the_yes) <= 3


# --- at the same moment -----------------------------------------------------------------------------------------

ROUNDS = 6


def at_once(*acts) -> list:
    """What came of each: its answer, or the error that it got."""
    barrier, came = threading.Barrier(len(acts)), [None] * len(acts)

    def do(number, act):
        barrier.wait()
        try:
            came[number] = act()
        except NoLongerSoError as error:
            came[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_of_a_worker_and_a_reviewer_who_changes_it_one_has_it(anna, johan, facebook, platform):
    sent = 0
    for _round in range(ROUNDS):
        post = factories.approved(factories.submitted(text=OWN), johan, facebook)
        waiting = Publication.objects.get(post=post)
        claimed, reopened = at_once(
            lambda pk=waiting.pk: publishing.claim(pk), lambda post=post: workflow.reopen(now(post), anna)
        )
        waiting.refresh_from_db()
        if claimed:
            assert isinstance(reopened, StillOutError)
            assert (now(post).status, waiting.status) == (Status.APPROVED, PublicationStatus.STAGING)
            publishing.send(claimed)
            sent += 1
        else:
            assert isinstance(reopened, Transition)
            assert (now(post).status, waiting.status) == (Status.IN_REVIEW, PublicationStatus.CANCELLED)
    assert len(platform.ledger) == sent


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_a_yes_and_another_edit_at_the_same_moment_approve_nothing_that_was_not_read(anna, facebook):
    for _round in range(ROUNDS):
        post = factories.submitted(text=OWN)
        seen = edited(post, anna, changes_meaning=True)
        yes, _version = at_once(
            lambda post=post, seen=seen: workflow.agree(now(post), post.author, seen),
            lambda post=post: edited(post, anna, text=CHANGED + " Tack.", changes_meaning=True),
        )
        assert isinstance(yes, (Transition, MovedOnError))
        assert now(post).version_in_force.text == CHANGED + " Tack."
        assert "authors_yes_missing" in codes(post)
