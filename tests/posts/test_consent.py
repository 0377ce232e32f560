"""Whether everybody who can be recognised has said yes: what is made of a claim, of answers, and of pictures."""

import hashlib
import json
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.append_only import AppendOnlyError
from audit.models import Entry
from posts import answering, consent, consent_words, publishing, retouching, workflow
from posts.media.edits import Box, Edits
from posts.models import (
    Answer,
    Approval,
    ConsentAnswer,
    ConsentRequest,
    Draft,
    DraftMedia,
    Method,
    Minors,
    People,
    Post,
    Publication,
    Regret,
    Removal,
    TakedownCase,
)
from tests import factories
from tests.triggers import guard, without_triggers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]

ALL, NOT_ASKED, NOBODY = People.ALL_SAID_YES, People.NOT_ASKED, People.NOBODY


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def facebook():
    return factories.channel()


@pytest.fixture
def post(karin, facebook):
    """Recognisable people, and nobody has been asked."""
    return factories.submitted(karin, media=[a_picture(karin)], people=NOT_ASKED)


def a_picture(owner):
    return factories.picture(owner, factories.jpeg(size=(320, 240)), width=320, height=240)


def version_of(post):
    return Post.objects.get(pk=post.pk).current_version


def missing(post):
    return [item.code for item in consent.unsettled(version_of(post))]


def asked(post, by, *answers):
    """One question for each, answered as said; "" waits."""
    made = [request for request, _token in consent.ask(post, by, len(answers))]
    for request, said in zip(made, answers, strict=True):
        if said:
            answering.answer(request, said)
    return made


# --- the truth ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "answers", "expected"),
    [
        (NOBODY, (), []),
        (NOBODY, ("yes",), []),
        (NOBODY, ("no",), ["consent_refused"]),
        (NOT_ASKED, (), ["consent_missing"]),
        (NOT_ASKED, ("yes",), []),
        (NOT_ASKED, ("yes", "yes"), []),
        (NOT_ASKED, ("yes", ""), ["consent_waiting"]),
        (NOT_ASKED, ("yes", "no"), ["consent_refused"]),
        (ALL, (), []),
        (ALL, ("",), ["consent_waiting"]),
        (ALL, ("no",), ["consent_refused"]),
        ("", (), ["consent_missing"]),
        ("", ("yes",), ["consent_missing"]),
    ],
)
def test_a_claim_and_answers_make_it_settled_or_say_what_is_missing(
    karin, facebook, people, answers, expected
):
    minors = Minors.NOBODY if people == ALL else ""
    post = factories.submitted(karin, people=people or NOBODY, minors=minors)
    if not people:
        version = version_of(post)
        reviewer = factories.reviewer()
        workflow.edit(post, reviewer, version, version.manuscript(), people="")
    asked(post, karin, *answers)
    assert missing(post) == expected
    assert consent.is_settled(version_of(post)) is (expected == [])


def test_a_post_without_a_picture_needs_nobodys_yes(karin):
    assert missing(factories.submitted(karin, media=[], people="")) == []


def test_what_a_sender_was_told_aloud_is_kept_with_the_version_that_it_was_said_of(karin, facebook):
    post = factories.submitted(karin, people=ALL, minors=Minors.NOBODY, said_yes=3)
    [request] = ConsentRequest.objects.all()
    [answer] = ConsentAnswer.objects.all()
    picture = version_of(post).media[0]
    assert (request.method, request.count, request.answer, request.made_by) == ("read_aloud", 3, "yes", karin)
    assert (answer.request, answer.answer, answer.count, answer.method) == (request, "yes", 3, "read_aloud")
    assert (answer.words, answer.platforms) == (consent_words.VERSION, ["facebook"])
    assert answer.pictures == {str(picture.pk): picture.sha256}
    assert request.token_hash is None
    assert missing(post) == []


def test_a_sender_who_says_that_all_said_yes_says_how_many(karin):
    draft = factories.draft(karin, people=ALL, minors=Minors.NOBODY, said_yes=None)
    with pytest.raises(workflow.NotCompleteError, match="said_yes"):
        workflow.submit(draft, karin)
    assert not ConsentRequest.objects.exists()
    Draft.objects.update(said_yes=1)
    workflow.submit(Post.objects.get(), karin)
    assert missing(draft) == []


def test_what_was_said_once_is_not_asked_again_when_the_post_comes_back(karin, facebook):
    anna = factories.reviewer()
    post = factories.submitted(karin, people=ALL, minors=Minors.NOBODY)
    workflow.request_changes(post, anna, version_of(post), "Kortare")
    assert Draft.objects.get().said_yes is None
    workflow.submit(Post.objects.get(), karin)
    assert missing(post) == []
    assert ConsentRequest.objects.count() == 1


def test_that_not_all_were_asked_outweighs_what_was_told_for_them(karin, facebook):
    anna, post = factories.reviewer(), factories.submitted(karin, people=ALL, minors=Minors.NOBODY)
    seen = version_of(post)
    workflow.edit(post, anna, seen, seen.manuscript(), people=NOT_ASKED)
    assert missing(post) == ["consent_missing"]


def test_another_picture_needs_another_yes(karin, facebook):
    anna = factories.reviewer()
    post = factories.submitted(karin, people=ALL, minors=Minors.NOBODY)
    workflow.request_changes(post, anna, version_of(post), "En till")
    another = factories.picture(karin, factories.jpeg("red"))
    DraftMedia.objects.create(draft=Draft.objects.get(), media=another, position=1)
    with pytest.raises(workflow.NotCompleteError, match="said_yes"):
        workflow.submit(Post.objects.get(), karin)
    Draft.objects.update(said_yes=2)
    workflow.submit(Post.objects.get(), karin)
    assert missing(post) == []
    ConsentRequest.objects.filter(count=2).update(taken_back_at=None, answer="", answered_at=None)
    assert missing(post) == ["consent_waiting"]
    ConsentRequest.objects.filter(count=2).update(taken_back_at=timezone.now())
    assert missing(post) == ["consent_new_picture"]


@pytest.mark.parametrize(
    "edits", [Edits(turn=90), Edits(crop=Box(0, 0, 50, 50)), Edits(blur=(Box(1, 1, 30, 30),))]
)
def test_a_picture_that_was_changed_since_keeps_its_yes(karin, post, edits):
    asked(post, karin, "yes")
    retouching.save(post, factories.reviewer(), version_of(post), version_of(post).media[0], edits)
    assert missing(post) == []


def test_a_yes_to_a_part_is_no_yes_to_the_whole(karin, facebook):
    anna = factories.reviewer()
    post = factories.submitted(karin, media=[a_picture(karin)], people=NOT_ASKED)
    whole = version_of(post).media[0]
    retouching.save(post, anna, version_of(post), whole, Edits(crop=Box(0, 0, 50, 50)))
    asked(Post.objects.get(), karin, "yes")
    assert missing(post) == []
    seen = version_of(post)
    workflow.edit(Post.objects.get(), anna, seen, retouching.instead(seen.manuscript(), seen.media[0], whole))
    assert missing(post) == ["consent_new_picture"]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (Edits(turn=90), ["consent_refused"]),
        (Edits(blur=(Box(1, 1, 30, 30),)), []),
        (Edits(crop=Box(0, 0, 50, 50)), []),
    ],
)
def test_a_no_stands_until_the_picture_shows_less(karin, post, edits, expected):
    anna = factories.reviewer()
    asked(post, karin, "no")
    retouching.save(post, anna, version_of(post), version_of(post).media[0], edits)
    seen = version_of(post)
    workflow.edit(Post.objects.get(), anna, seen, seen.manuscript(), people=NOBODY)
    assert missing(post) == expected


@pytest.mark.parametrize(
    ("answers", "minors", "expected"),
    [
        ((), "", False),
        (("yes",), "", True),
        (("yes", "yes"), "", True),
        (("yes", ""), "", False),
        (("yes", "no"), "", False),
        (("yes",), Minors.NOT_ASKED, False),
    ],
)
def test_all_who_were_asked_have_answered_or_somebody_is_waited_for(karin, post, answers, minors, expected):
    asked(post, karin, *answers)
    shown, known = version_of(post).media, ConsentRequest.objects.all()
    assert consent.is_answered(shown, known, minors) is expected
    assert consent.is_answered([], known, minors) is False
    another = factories.picture(karin, factories.jpeg("red"))
    assert consent.is_answered([*shown, another], known, minors) is False


def test_what_was_told_for_others_is_no_answer_of_theirs(karin, facebook):
    post = factories.submitted(karin, people=ALL, minors=Minors.NOBODY)
    assert consent.is_answered(version_of(post).media, ConsentRequest.objects.all(), Minors.NOBODY) is False


@pytest.mark.parametrize(
    ("minors", "is_guardians", "expected"),
    [
        (Minors.NOBODY, False, []),
        (Minors.GUARDIAN_SAID_YES, False, []),
        ("", False, []),
        (Minors.NOT_ASKED, False, ["guardian_missing"]),
        (Minors.NOT_ASKED, True, []),
    ],
)
def test_whoever_is_under_18_needs_a_guardians_yes(karin, facebook, minors, is_guardians, expected):
    post = factories.submitted(karin, people=NOT_ASKED, minors=minors)
    [(request, _token)] = consent.ask(post, karin)
    answering.answer(request, Answer.YES, is_guardians=is_guardians)
    assert missing(post) == expected


def test_a_platform_that_nobody_was_told_of_is_not_said_yes_to(karin, facebook):
    anna = factories.reviewer()
    post = factories.submitted(karin, people=ALL, minors=Minors.NOBODY)
    mastodon = factories.channel("mastodon")
    version = factories.for_channels(post, anna, facebook, mastodon)
    assert [(item.code, item.channel) for item in consent.unsettled(version)] == [
        ("consent_elsewhere", mastodon)
    ]
    with pytest.raises(workflow.BlockedError, match="consent_elsewhere"):
        workflow.approve(post, anna, version)


# --- asking, and asking no more -----------------------------------------------------------------------------------


def test_of_a_link_only_the_digest_is_kept(karin, post):
    [(request, token)] = consent.ask(post, karin)
    assert request.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 32
    assert token not in json.dumps(list(ConsentRequest.objects.values()), default=str)
    assert token not in json.dumps(list(Entry.objects.values()), default=str)
    assert (consent.by_token(token), consent.by_token("nope")) == (request, None)


def test_a_question_that_is_taken_back_waits_for_nobody(karin, post):
    first, second = asked(post, karin, "yes", "")
    assert missing(post) == ["consent_waiting"]
    assert consent.ask_no_more(second, karin)
    assert missing(post) == []
    assert not consent.ask_no_more(first, karin)
    assert Entry.objects.filter(verb="consent.not_asked").count() == 1


def test_a_link_that_has_expired_is_no_yes_and_still_waits(karin, post):
    [request] = asked(post, karin, "")
    ConsentRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(answering.NoLongerAskedError):
        answering.answer(request, Answer.YES)
    assert missing(post) == ["consent_waiting"]
    assert not ConsentAnswer.objects.exists()


def test_answers_are_history(karin, post):
    asked(post, karin, "yes")
    answer = ConsentAnswer.objects.get()
    for refused in (answer.save, answer.delete, ConsentAnswer.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            refused()


# --- no way around -------------------------------------------------------------------------------------------------


def test_nothing_is_approved_unsettled_also_in_an_emergency(facebook, settings):
    anna = factories.reviewer()
    settings.FOUR_EYES_OVERRIDE = True
    own = factories.submitted(anna, people=NOT_ASKED)
    version = factories.for_channels(own, anna, facebook)
    for verb in (
        lambda: workflow.override(own, anna, version, "Brådskar"),
        lambda: workflow.approve(own, factories.reviewer(), version),
    ):
        with pytest.raises(workflow.BlockedError, match="consent_missing"):
            verb()
    assert not Approval.objects.exists()


def test_posts_from_before_there_were_answers_stay_settled(karin, facebook):
    post = factories.submitted(karin, people=ALL, minors=Minors.NOBODY)
    other = factories.submitted(karin, people=NOT_ASKED)
    forget_answers()
    assert (missing(post), missing(other)) == (["consent_missing"], ["consent_missing"])
    import_module("posts.migrations.0034_earlier_answers_stand").keep_what_was_taken_then(apps, None)
    assert (missing(post), missing(other)) == ([], ["consent_missing"])
    [request] = ConsentRequest.objects.filter(method=Method.BEFORE)
    assert (request.made_by, request.platforms) == (karin, [])


def forget_answers():
    """As it was before there were any: below everything, where the test database has no trigger against it."""
    ConsentRequest.objects.all().update(taken_back_at=timezone.now(), answer="", answered_at=None)
    ConsentRequest.objects.exclude(answers=None).update(post=factories.submitted(media=[], people=""))


# --- people in office ----------------------------------------------------------------------------------------------


def test_whoever_speaks_for_the_union_is_counted_and_not_asked(karin, post):
    request = consent.in_office(post, karin, 2)
    [answer] = ConsentAnswer.objects.all()
    assert (request.method, request.count, request.made_by) == ("in_office", 2, karin)
    assert (request.words, request.platforms, request.token_hash) == (0, [], None)
    assert (answer.answer, answer.method, answer.count, answer.words) == ("yes", "in_office", 2, 0)
    assert answer.pictures == consent.pictures_of(version_of(post).media)
    assert missing(post) == []
    assert Entry.objects.get(verb="consent.in_office").actor == karin


def test_told_twice_of_the_same_pictures_it_is_told_once(karin, post):
    assert consent.in_office(post, karin, 2) == consent.in_office(post, karin, 2)
    assert ConsentAnswer.objects.count() == 1


def test_an_office_settles_nothing_for_whoever_is_asked_beside(karin, post):
    consent.in_office(post, karin, 1)
    [waits] = asked(post, karin, "")
    assert missing(post) == ["consent_waiting"]
    answering.answer(waits, Answer.NO)
    assert missing(post) == ["consent_refused"]


def test_an_office_covers_no_other_picture_and_no_child(karin, post):
    consent.in_office(post, karin, 1)
    version, anna = version_of(post), factories.reviewer()
    workflow.edit(post, anna, version, version.manuscript(), minors=Minors.NOT_ASKED)
    assert missing(post) == ["guardian_missing"]
    seen = version_of(post)
    another = factories.picture(karin, factories.jpeg("red"))
    instead = retouching.instead(seen.manuscript(), seen.media[0], another)
    workflow.edit(post, anna, seen, instead, minors="")
    assert missing(post) == ["consent_new_picture"]


# --- forgetting ----------------------------------------------------------------------------------------------------

LONG_AGO = timedelta(days=731)


def long_ago(post):
    """As if it all had happened then. The database guards what is history as it does outside the tests."""
    then = timezone.now() - LONG_AGO
    with without_triggers(ConsentAnswer._meta.db_table):
        QuerySet(ConsentAnswer).filter(request__post=post).update(at=then)
    guard(ConsentAnswer)
    ConsentRequest.objects.filter(post=post).update(made_at=then)
    ConsentRequest.objects.filter(post=post).exclude(answer="").update(answered_at=then)
    Removal.objects.filter(publication__post=post).update(finished_at=then)
    Post.objects.filter(pk=post.pk).update(updated_at=then)


def taken_down(post, by, facebook):
    workflow.approve(post, by, factories.for_channels(post, by, facebook))
    publishing.send(publishing.claim(Publication.objects.get(post=post).pk))
    publishing.take_down(post, by, Regret.WRONG)
    publishing.remove(publishing.claim_removal(Removal.objects.get(publication__post=post).pk))


def test_answers_are_forgotten_two_years_after_their_post_was_last_anywhere(karin, anna, post, facebook):
    asked(post, karin, "yes")
    taken_down(post, anna, facebook)
    consent.sweep(timezone.now())
    assert ConsentAnswer.objects.count() == 1
    long_ago(post)
    consent.sweep(timezone.now())
    assert not ConsentRequest.objects.exists()
    assert not ConsentAnswer.objects.exists()
    assert Entry.objects.filter(verb="consent.forgotten").count() == 1


@pytest.mark.parametrize("young", ["finished", "answered", "made"])
def test_answers_are_kept_while_something_of_it_is_younger(karin, anna, post, facebook, young):
    asked(post, karin, "yes")
    taken_down(post, anna, facebook)
    long_ago(post)
    now = timezone.now()
    if young == "finished":
        Removal.objects.update(finished_at=now)
    else:
        ConsentRequest.objects.update(**{f"{young}_at": now})
    consent.sweep(now)
    assert ConsentAnswer.objects.count() == 1


def test_answers_are_kept_for_as_long_as_the_post_is_out(karin, anna, post, facebook):
    asked(post, karin, "yes")
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook))
    publishing.send(publishing.claim(Publication.objects.get().pk))
    long_ago(post)
    consent.sweep(timezone.now())
    assert ConsentAnswer.objects.count() == 1


def test_a_no_stands_for_as_long_as_the_picture_may_be_sent_in(karin, post):
    asked(post, karin, "no")
    long_ago(post)
    consent.sweep(timezone.now())
    assert ConsentAnswer.objects.count() == 1
    workflow.withdraw(post, karin)
    long_ago(post)
    consent.sweep(timezone.now())
    assert not ConsentRequest.objects.exists()


def test_what_a_case_is_about_stays_with_the_case(karin, anna, post, facebook):
    [request] = asked(post, karin, "yes")
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook))
    answering.answer(request, Answer.WITHDRAWN)
    long_ago(post)
    consent.sweep(timezone.now())
    assert list(ConsentRequest.objects.all()) == [request]
    TakedownCase.objects.all().delete()
    consent.sweep(timezone.now())
    assert not ConsentRequest.objects.exists()


def test_the_database_lets_no_young_answer_go(karin, post):
    asked(post, karin, "yes")
    guard(ConsentAnswer)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ConsentAnswer.objects.forget()
    assert ConsentAnswer.objects.count() == 1


def test_the_database_lets_an_old_one_go(karin, post):
    [request] = asked(post, karin, "")
    then = timezone.now() - timedelta(days=366)
    ConsentAnswer.objects.create(request=request, answer=Answer.YES, method=Method.LINK, at=then)
    guard(ConsentAnswer)
    assert ConsentAnswer.objects.forget() == 1
    with pytest.raises(AppendOnlyError):
        ConsentAnswer.objects.all().delete()


# --- the words -----------------------------------------------------------------------------------------------------


def test_a_change_of_the_words_is_a_new_version_of_them():
    words = {name: str(text) for name, text in consent_words.ORDINARY.items()}
    all_of_them = json.dumps([str(consent_words.SCRIPT), words, dict(consent_words.PLAIN)], sort_keys=True)
    digest = hashlib.sha256(all_of_them.encode()).hexdigest()[:16]
    assert (consent_words.VERSION, digest) == (4, "79310ae07886eb3b")


def test_easy_swedish_has_all_the_words():
    assert consent_words.PLAIN.keys() == consent_words.ORDINARY.keys()
