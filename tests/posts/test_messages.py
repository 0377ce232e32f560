"""What the group and whoever sent a post in say to each other, and the mails that belong to review."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts import letters
from accounts.models import Mail, Notice
from audit.models import Entry
from posts import anchors, messages, workflow
from posts.models import Message, People, Post, Status
from posts.workflow import RefusedError
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Rask")


@pytest.fixture
def post():
    return factories.submitted(factories.ombudsman(region="Umeå"))


@pytest.fixture
def karin(post):
    """The sender's browser."""
    return signed_in(post.author)


def words_for(person, kind: str) -> letters.Words:
    [notice] = Notice.objects.filter(person=person, kind=kind)
    return letters.words(notice)


def said_to(person, kind: str) -> str:
    words = words_for(person, kind)
    return f"{words.subject}. {' '.join(words.body)} [{words.link}]"


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("person", flat=True))


# --- talking ----------------------------------------------------------------------------------------------------------


def test_a_reviewer_writes_without_deciding_and_the_sender_is_told(anna, desk, post, karin):
    answer = desk.post(f"/granska/{post.pk}/skriv/", {"text": "Vilken väg är det?", "anchor": "text"})
    assert (answer.status_code, answer.url) == (302, f"/granska/{post.pk}/#samtal")
    assert Post.objects.get().status == Status.IN_REVIEW
    assert told("question") == {post.author.pk}
    assert said_to(post.author, "question") == (
        "En fråga om ditt inlägg. Anna undrar: ”Vilken väg är det?” Du behöver inte skicka in igen för att svara. [Svara]"
    )
    page = text_of(karin.get(f"/inlagg/{post.pk}/"))
    assert "Samtal med granskaren" in page
    assert "Gäller: texten" in page
    assert "Vilken väg är det?" in page


def test_the_sender_answers_and_the_post_stays_where_it_is(anna, desk, post, karin):
    messages.write(post, anna, "Vilken väg är det?")
    answer = karin.post(f"/inlagg/{post.pk}/svara/", {"text": "E4 vid Gävle."})
    assert (answer.status_code, answer.url) == (302, f"/inlagg/{post.pk}/")
    after = Post.objects.get()
    assert (after.status, after.current_version_id) == (Status.IN_REVIEW, post.current_version_id)
    assert said_to(anna, "answer") == "Svar om ett inlägg. Karin svarar: ”E4 vid Gävle.” [Öppna inlägget]"
    assert "E4 vid Gävle." in text_of(desk.get(f"/granska/{post.pk}/"))
    talked = Entry.objects.filter(verb__in=("post.asked", "post.answered")).order_by("number")
    assert list(talked.values_list("verb", flat=True)) == ["post.asked", "post.answered"]


def test_an_answer_reaches_those_who_spoke_and_else_the_whole_group(anna, johan, post):
    messages.write(post, post.author, "Har ni sett det?")
    assert told("answer") == {anna.pk, johan.pk}
    messages.write(post, johan, "Ja, nyss.")
    Notice.objects.all().delete()
    messages.write(post, post.author, "Tack!")
    assert told("answer") == {johan.pk}


def test_the_sender_answers_a_change_request_without_sending_in(anna, post, karin):
    workflow.request_changes(post, anna, post.current_version, "Har alla sagt ja?")
    page = karin.get(f"/inlagg/{post.pk}/")
    assert "Anna undrar: Har alla sagt ja?" in text_of(page)
    assert 'href="#svar"' in page.content.decode()
    karin.post(f"/inlagg/{post.pk}/svara/", {"text": "Ja, alla tre."})
    assert (Post.objects.get().status, told("answer")) == (Status.CHANGES, {anna.pk})


def test_what_was_asked_and_why_something_was_turned_down_stand_in_the_thread(anna, post):
    messages.write(post, anna, "Vilken väg?")
    workflow.request_changes(post, anna, post.current_version, "Kortare, tack")
    workflow.submit(Post.objects.get(), post.author)
    post = Post.objects.get()
    workflow.reject(post, anna, post.current_version, "misread", "Skriv vem som säger det.")
    said = [(item.step, item.text) for item in messages.conversation(Post.objects.get(), post.author)]
    assert said == [
        ("", "Vilken väg?"),
        ("Bad om en ändring", "Kortare, tack"),
        ("Avslag: Kan missförstås", "Skriv vem som säger det."),
    ]


def test_nobody_else_writes_in_the_thread(post):
    stranger = factories.ombudsman()
    assert signed_in(stranger).post(f"/inlagg/{post.pk}/svara/", {"text": "Hej"}).status_code == 404
    for person in (stranger, factories.reader(), factories.administrator()):
        with pytest.raises(RefusedError):
            messages.write(post, person, "Hej")
    assert Message.objects.count() == 0


def test_nobody_writes_about_a_draft():
    draft = factories.draft(factories.ombudsman())
    with pytest.raises(RefusedError):
        messages.write(draft, draft.author, "Hej")
    assert signed_in(draft.author).get(f"/inlagg/{draft.pk}/").content.decode().count("svara/") == 0


def test_an_empty_answer_is_asked_for_again_with_the_thread(anna, post, karin):
    messages.write(post, anna, "Vilken väg?")
    answer = karin.post(f"/inlagg/{post.pk}/svara/", {"text": "  "})
    assert (answer.status_code, Message.objects.count()) == (422, 1)
    assert "Skriv något först." in text_of(answer)
    assert "Vilken väg?" in text_of(answer)


def test_a_mail_quotes_nothing_where_somebody_has_not_said_yes(anna):
    post = factories.submitted(people=People.NOT_ASKED)
    messages.write(post, anna, "Är det Lisa på bilden?")
    assert "Lisa" not in str(Notice.objects.get(kind="question").facts)
    assert "Anna undrar en sak." in said_to(post.author, "question")


def test_what_the_sender_wrote_is_unanswered_until_somebody_says_something(anna, post):
    messages.write(post, anna, "Vilken väg?")
    assert not Message.objects.unanswered().exists()
    first = messages.write(post, post.author, "E4.")
    assert list(Message.objects.unanswered()) == [first]
    messages.write(post, anna, "Tack!")
    assert not Message.objects.unanswered().exists()
    messages.write(post, post.author, "Och bron heter så.")
    workflow.request_changes(post, anna, post.current_version, "Skriv in bron.")
    assert not Message.objects.unanswered().exists()


# --- the mails of review, word for word --------------------------------------------------------------------------------


def test_the_group_is_told_of_what_is_sent_in(anna, johan):
    post = factories.submitted(factories.ombudsman(region="Umeå"))
    assert told("sent_in") == {anna.pk, johan.pk}
    assert said_to(anna, "sent_in") == (
        "Att granska: arbetsplatsbesök, Umeå. Karin Ek har skickat in ett inlägg med 1 bild. "
        "Ska ut: så snart som möjligt. [Granska inlägget]"
    )
    assert Notice.objects.filter(kind="sent_in").first().path == f"/granska/{post.pk}/"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"is_urgent": True}, "Ska ut: i dag, det brådskar."),
        (
            {"latest": datetime(2027, 3, 5, 11, tzinfo=timezone.get_fixed_timezone(60))},
            "Ska ut: senast 5 mars 2027 11.00.",
        ),
        (
            {"earliest": datetime(2027, 3, 5, 11, tzinfo=timezone.get_fixed_timezone(60))},
            "Ska ut: tidigast 5 mars 2027 11.00.",
        ),
    ],
)
def test_the_mail_says_when_it_should_be_out(anna, wish, said):
    post = factories.draft(factories.ombudsman())
    Post.objects.filter(pk=post.pk).update(**wish)
    workflow.submit(post, post.author)
    assert said in said_to(anna, "sent_in")


def test_the_mail_counts_what_came_with_it(anna):
    karin = factories.ombudsman()
    film = factories.picture(karin, factories.jpeg("red"), kind="film")
    several = [factories.picture(karin), factories.picture(karin, factories.jpeg("green")), film]
    for media, said in (
        ([], "ett inlägg utan bild."),
        (several, "med 2 bilder och 1 film."),
        ([factories.unprepared(karin)], "med 1 fil."),
    ):
        Notice.objects.all().delete()
        factories.submitted(karin, media=media)
        assert said in said_to(anna, "sent_in")


def test_a_reviewer_who_sends_in_is_not_told_of_it(anna, johan):
    factories.submitted(anna)
    assert told("sent_in") == {johan.pk}


def test_whoever_does_not_want_to_hear_of_new_posts_does_not(anna, desk, johan):
    assert "Sluta säga till om nya inlägg" in text_of(desk.get("/mer/"))
    desk.post("/mer/nya-inlagg/")
    factories.submitted()
    assert told("sent_in") == {johan.pk}
    assert "Säg till om nya inlägg" in text_of(desk.get("/mer/"))
    desk.post("/mer/nya-inlagg/", {"yes": "1"})
    factories.submitted()
    assert Notice.objects.filter(kind="sent_in", person=anna).count() == 1


def test_somebody_is_told_even_when_nobody_wants_to(anna, johan):
    type(anna).objects.update(hears_of_submissions=False)
    factories.submitted()
    assert told("sent_in") == {anna.pk, johan.pk}


def test_nobody_is_mailed_of_what_is_judged_already(anna, johan, post):
    Notice.objects.filter(person=johan).update(mail=Mail.SENT)
    workflow.reject(post, anna, post.current_version, "irrelevant", "Hellre en bild från jobbet.")
    assert list(Notice.objects.filter(kind="sent_in").values_list("person", flat=True)) == [johan.pk]


def test_a_post_that_comes_back_is_told_of_again(anna, post):
    workflow.request_changes(post, anna, post.current_version, "Kortare")
    workflow.submit(Post.objects.get(), post.author)
    assert Notice.objects.filter(kind="sent_in", person=anna).count() == 1


def test_the_mails_of_decisions_say_what_they_should(anna, johan, post):
    workflow.request_changes(post, anna, post.current_version, "Rätt ort?")
    assert said_to(post.author, "changes_asked") == (
        "Kan du ändra en sak i ditt inlägg?. Anna skriver: ”Rätt ort?”. Det mesta är klart. [Öppna inlägget]"
    )
    workflow.submit(Post.objects.get(), post.author)
    post = Post.objects.get()
    workflow.reject(post, anna, post.current_version, "misread", "Skriv vem som säger det.")
    assert said_to(post.author, "rejected") == (
        "Vi publicerar inte den här gången. Skäl: Kan missförstås. Så hade det fungerat: Skriv vem som säger det. "
        "[Be om en andra bedömning]"
    )
    assert Notice.objects.get(kind="rejected").path == f"/inlagg/{post.pk}/andra-bedomning/"


def test_no_mail_of_review_names_a_person_in_its_subject_or_has_an_address_in_its_words(anna, johan, post):
    messages.write(post, anna, "Hm?")
    messages.write(post, post.author, "Ja.")
    found = [letters.words(notice) for notice in Notice.objects.all()]
    workflow.request_changes(post, anna, post.current_version, "Kortare")
    workflow.submit(Post.objects.get(), post.author)
    post = Post.objects.get()
    workflow.reject(post, anna, post.current_version, "irrelevant", "Hellre en bild.")
    workflow.appeal(Post.objects.get(), post.author)
    found += [letters.words(notice) for notice in Notice.objects.all()]
    assert len(found) == 9
    assert [
        words for words in found if any(name in words.subject for name in ("Karin", "Anna", "Johan"))
    ] == []
    assert [words for words in found if "http" in words.subject + " ".join(words.body)] == []


def test_a_picture_is_spoken_of_by_its_number(anna):
    karin = factories.ombudsman()
    media = [factories.picture(karin), factories.picture(karin, factories.jpeg("red"))]
    post = factories.submitted(karin, media=media)
    messages.write(post, anna, "Vem är det?", anchors.of_media(media[1]))
    [said] = messages.conversation(post, karin)
    assert said.about == "bilden 2"


def test_a_notice_that_was_taken_back_does_not_keep_a_later_one(anna, post):
    """Withdrawn at once, and sent in again as another post: both are told of by themselves."""
    workflow.withdraw(post, post.author)
    assert told("sent_in") == set()
    factories.submitted(post.author)
    assert told("sent_in") == {anna.pk}
    assert Notice.objects.get(kind="sent_in").created_at > timezone.now() - timedelta(minutes=1)


# --- presets, and what they are about ---------------------------------------------------------------------------------


def ask_for_a_change(desk, post: Post, **given: str):
    return desk.post(f"/granska/{post.pk}/be-om-andring/", {"version": post.current_version_id, **given})


def test_a_preset_is_enough_and_knows_which_part_it_is_about(desk, post, karin):
    assert ask_for_a_change(desk, post, reason="other_picture").status_code == 302
    step = post.transitions.get(action="request_changes")
    picture = anchors.of_media(post.current_version.media[0])
    assert (step.reason, step.message, step.anchor) == ("other_picture", "Annan bild, tack", picture)
    assert "Anna undrar: Annan bild, tack Gäller: bilden" in text_of(karin.get(f"/inlagg/{post.pk}/"))
    assert "Gäller: bilden" in text_of(karin.get(f"/inlagg/{post.pk}/andra/"))


def test_what_a_reviewer_points_at_comes_before_what_a_preset_means(desk, post):
    ask_for_a_change(desk, post, reason="tell_more", anchor="kanaler")
    assert post.transitions.get(action="request_changes").anchor == "kanaler"


def test_a_preset_points_at_no_picture_where_there_are_two(desk):
    karin = factories.ombudsman()
    media = [factories.picture(karin), factories.picture(karin, factories.jpeg("red"))]
    post = factories.submitted(karin, media=media)
    ask_for_a_change(desk, post, reason="other_picture")
    assert post.transitions.get(action="request_changes").anchor == ""


def test_a_rejection_says_why_and_what_would_have_worked(desk, post, karin):
    where, seen = f"/granska/{post.pk}/avsla/", {"version": post.current_version_id}
    assert "Skriv så att Karin vet vad som hade fungerat." in text_of(desk.get(where))
    for given in ({}, {"reason": "misread"}, {"message": "Skriv vem."}):
        assert desk.post(where, seen | given).status_code == 422
    assert Post.objects.get().status == Status.IN_REVIEW
    desk.post(where, seen | {"reason": "misread", "message": "Skriv vem som säger det.", "anchor": "text"})
    page = text_of(karin.get(f"/inlagg/{post.pk}/"))
    assert "Skäl: Kan missförstås. Anna: Skriv vem som säger det." in page
    assert "Avslag: Kan missförstås Gäller: texten Skriv vem som säger det." in page


def test_each_preset_has_a_key_and_that_of_a_change_sends(desk, post):
    page = desk.get(f"/granska/{post.pk}/be-om-andring/").content.decode()
    assert [page.count(f'data-sends data-key="{number}"') for number in range(1, 6)] == [1] * 5
    assert 'data-key="7"' in desk.get(f"/granska/{post.pk}/avsla/").content.decode()
