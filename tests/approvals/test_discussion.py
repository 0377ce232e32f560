"""The group's notes about a post: seen by the group and those who review it, and never by whoever sent it in."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from accounts import letters
from accounts.models import Notice
from approvals import discussion
from approvals.models import Answer, Note, NoteKind
from audit import log
from audit.models import Entry
from posts import anchors, workflow
from posts.models import People, Post, Status
from posts.workflow import RefusedError
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Rask")


@pytest.fixture
def post():
    return factories.submitted()


def said_to(person, kind: str) -> str:
    [notice] = Notice.objects.filter(person=person, kind=kind)
    words = letters.words(notice)
    return f"{words.subject}. {' '.join(words.body)} [{words.link}]"


def lines(post: Post, reader) -> list[discussion.Line]:
    return discussion.of(Post.objects.for_list().get(pk=post.pk), reader).lines


# --- who sees them --------------------------------------------------------------------------------------------------


def test_a_note_is_on_the_review_page_and_never_on_the_senders(anna, desk, post):
    answer = desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Passar bra före förhandlingen."})
    assert (answer.status_code, answer.url) == (302, f"/granska/{post.pk}/")
    assert "Passar bra före förhandlingen." in text_of(desk.get(f"/granska/{post.pk}/"))
    assert "förhandlingen." not in text_of(signed_in(post.author).get(f"/inlagg/{post.pk}/"))
    assert Note.objects.get().by == anna


def test_a_reader_reads_notes_and_writes_none(anna, post):
    discussion.note(post, anna, "Passar bra.")
    vera = signed_in(factories.reader())
    page = vera.get(f"/granska/{post.pk}/anteckningar/")
    assert "Passar bra." in text_of(page)
    assert "Anteckna" not in text_of(page)
    assert vera.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Hej"}).status_code == 403
    assert Note.objects.count() == 1


def test_a_reviewer_does_not_see_the_notes_on_their_own_post(anna, johan):
    own = factories.submitted(johan)
    discussion.note(own, anna, "Kan missförstås.")
    page = signed_in(johan)
    assert "Kan missförstås." not in text_of(page.get(f"/granska/{own.pk}/"))
    assert page.get(f"/granska/{own.pk}/anteckningar/").status_code == 403
    assert page.post(f"/granska/{own.pk}/anteckningar/ny/", {"text": "Nej"}).status_code == 403
    assert johan not in discussion.colleagues(anna, own)


def test_what_is_not_sent_in_has_no_notes(desk):
    draft = factories.draft(factories.ombudsman())
    assert desk.get(f"/granska/{draft.pk}/anteckningar/").status_code == 404
    assert desk.post(f"/granska/{draft.pk}/anteckningar/ny/", {"text": "Hej"}).status_code == 404


def test_a_note_without_words_is_not_kept(desk, post):
    answer = desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "  \n "})
    assert (answer.status_code, Note.objects.count()) == (422, 0)
    assert "Skriv något först." in text_of(answer)


def test_the_log_says_that_somebody_wrote_and_not_what(anna, post):
    discussion.note(post, anna, "Hemligt")
    entry = Entry.objects.get(verb="post.noted")
    assert (entry.actor_id, "Hemligt" in str(entry.facts)) == (anna.pk, False)


# --- what they are about --------------------------------------------------------------------------------------------


def test_a_note_points_at_a_field_and_the_field_shows_it(desk, post):
    picture = anchors.of_media(post.current_version.media[0])
    for anchor in ("text", "text", picture):
        desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Hm", "anchor": anchor})
    page = desk.get(f"/granska/{post.pk}/").content.decode()
    words = text_of(desk.get(f"/granska/{post.pk}/"))
    assert (words.count("2 anteckningar"), words.count("1 anteckning ")) == (1, 1)
    assert f'href="/granska/{post.pk}/#{picture}"' in page
    assert f'id="{picture}"' in page
    assert words.count("Gäller: texten") == 2


def test_a_note_on_a_channels_text_leads_to_it(anna, post):
    channel = factories.channel()
    factories.for_channels(post, anna, channel)
    discussion.note(Post.objects.get(), anna, "Kortare?", anchor=anchors.of_channel(channel.pk))
    [line] = lines(post, anna)
    assert (line.about, line.place) == ("texten på Facebook", f"/granska/{post.pk}/kanaler/{channel.pk}/")


def test_a_part_that_is_not_there_is_not_pointed_at(desk, post):
    answer = desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Hm", "anchor": "bild-påhittad"})
    assert (answer.status_code, Note.objects.count()) == (422, 0)


def test_a_note_on_old_words_says_so_and_on_the_same_words_does_not(anna, post):
    seen = post.current_version
    discussion.note(post, anna, "Rätt ort?", anchor="text")
    discussion.note(post, anna, "Fint ljus", anchor=anchors.of_media(seen.media[0]))
    discussion.note(post, anna, "Bra inlägg")
    workflow.edit(post, anna, seen, seen.manuscript().replaced(credit="Karin Ek"))
    assert [line.old for line in lines(post, anna)] == [None, None, 1]
    seen = Post.objects.get().current_version
    workflow.edit(post, anna, seen, seen.manuscript().replaced(text="I Gimonäs"))
    assert [line.old for line in lines(post, anna)] == [1, None, 1]
    factories.for_channels(Post.objects.get(), anna, factories.channel())
    assert [line.old for line in lines(post, anna)] == [1, 1, 1]


def test_a_note_on_a_channels_text_is_old_when_that_text_is(anna, post):
    channel, other = factories.channel(), factories.channel("x")
    factories.for_channels(post, anna, channel, other, text="Kort text")
    now = Post.objects.get()
    for anchor in (anchors.of_channel(channel.pk), anchors.CHANNELS):
        discussion.note(now, anna, "Hm", anchor=anchor)
    seen = now.current_version
    before = seen.manuscript()
    said = tuple(
        replace(item, text="Annan") if item.channel_id == channel.pk else item for item in before.channels
    )
    workflow.edit(now, anna, seen, before.replaced(channels=said))
    assert [line.old for line in lines(post, anna)] == [2, None]


def test_a_picture_that_is_gone_is_still_spoken_of(anna, post):
    seen = post.current_version
    discussion.note(post, anna, "Suddig", anchor=anchors.of_media(seen.media[0]))
    other = factories.picture(post.author, factories.jpeg("red"))
    before = seen.manuscript()
    shown = type(before.media[0])(str(other.pk), other.sha256, "")
    workflow.edit(post, anna, seen, before.replaced(media=(shown,)))
    [line] = lines(post, anna)
    assert line.about == "en bild som inte är med längre"


# --- colleagues -----------------------------------------------------------------------------------------------------


def test_a_colleague_who_is_chosen_is_told(desk, johan, post):
    desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Vet du vilken väg?", "to": johan.pk})
    assert set(Notice.objects.filter(kind="mentioned").values_list("person", flat=True)) == {johan.pk}
    said = said_to(johan, "mentioned")
    assert said == "Du nämns i en anteckning. Anna skriver: ”Vet du vilken väg?” [Läs anteckningen]"


@pytest.mark.parametrize("whom", ["author", "ombudsman"])
def test_nobody_outside_the_group_can_be_chosen(desk, post, whom):
    person = post.author if whom == "author" else factories.ombudsman()
    answer = desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Hm", "to": person.pk})
    assert (answer.status_code, Note.objects.count()) == (422, 0)
    assert not Notice.objects.filter(kind="mentioned").exists()


def test_a_mail_quotes_no_note_where_somebody_has_not_said_yes(anna, johan):
    post = factories.submitted(people=People.NOT_ASKED)
    discussion.note(post, anna, "Är det Lisa?", to=johan)
    assert "Lisa" not in str(Notice.objects.get(kind="mentioned").facts)


# --- taking back ----------------------------------------------------------------------------------------------------


def test_a_note_is_taken_back_by_another_line_and_stays_struck(anna, desk, post):
    note = discussion.note(post, anna, "Fel inlägg", anchor="text")
    desk.post(f"/granska/{post.pk}/anteckningar/{note.pk}/ta-tillbaka/")
    page = desk.get(f"/granska/{post.pk}/")
    assert "<del>" in page.content.decode()
    assert "Fel inlägg tillbakatagen" in text_of(page)
    assert "1 anteckning" not in text_of(page)
    assert [(item.kind, item.about_id) for item in Note.objects.all()] == [
        (NoteKind.NOTE, None),
        (NoteKind.TAKEN_BACK, note.pk),
    ]


def test_only_its_writer_takes_a_note_back_once_and_while_it_is_fresh(anna, johan, post, monkeypatch):
    note = discussion.note(post, anna, "Hm")
    with pytest.raises(RefusedError):
        discussion.take_back(note, johan)
    monkeypatch.setattr(discussion, "TAKE_BACK_WITHIN", timedelta())
    with pytest.raises(RefusedError):
        discussion.take_back(note, anna)
    monkeypatch.undo()
    assert Note.objects.count() == 1
    discussion.take_back(note, anna)
    with pytest.raises(RefusedError):
        discussion.take_back(note, anna)
    assert Note.objects.count() == 2


def test_a_note_of_another_post_is_not_found_here(anna, desk, post):
    elsewhere = discussion.note(factories.submitted(), anna, "Hm")
    assert desk.post(f"/granska/{post.pk}/anteckningar/{elsewhere.pk}/ta-tillbaka/").status_code == 404
    assert Note.objects.count() == 1


# --- what a page costs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 50])
def test_the_page_of_notes_costs_the_same_however_many_there_are(
    anna, johan, desk, post, many, django_assert_num_queries
):
    for _ in range(many):
        question = discussion.ask_opinion(post, anna, johan, "Hm")
        discussion.answer(question, johan, Answer.YES)
    desk.get(f"/granska/{post.pk}/anteckningar/")
    with django_assert_num_queries(COST_OF_NOTES):
        desk.get(f"/granska/{post.pk}/anteckningar/")


COST_OF_NOTES = 16


def test_a_channels_own_page_shows_its_notes_and_leads_to_more(anna, desk, post):
    channel = factories.channel()
    factories.for_channels(post, anna, channel)
    anchor = anchors.of_channel(channel.pk)
    discussion.note(Post.objects.get(), anna, "Kortare?", anchor=anchor)
    page = desk.get(f"/granska/{post.pk}/kanaler/{channel.pk}/")
    assert "1 anteckning" in text_of(page)
    assert f'href="/granska/{post.pk}/anteckningar/ny/?om={anchor}"' in page.content.decode()
    form = desk.get(f"/granska/{post.pk}/anteckningar/ny/?om={anchor}").content.decode()
    assert f'<option value="{anchor}" selected>' in form


def test_a_note_is_written_with_the_same_of_the_queue_beside_it(desk, post):
    answer = desk.post(f"/granska/{post.pk}/anteckningar/ny/?mina=1", {"text": "Hm"})
    assert answer.url == f"/granska/{post.pk}/?mina=1"


def test_notes_are_written_and_read_after_the_decision_too(anna, desk, johan, post):
    workflow.reject(post, anna, post.current_version, "irrelevant", "Hellre en bild.")
    where = f"/granska/{post.pk}/anteckningar/ny/"
    assert desk.get(where).status_code == 200
    answer = desk.post(where, {"text": "Vi tog det vid mötet.", "to": johan.pk})
    assert answer.url == f"/granska/{post.pk}/anteckningar/"
    assert "Vi tog det vid mötet." in text_of(desk.get(answer.url))
    assert Notice.objects.get(kind="mentioned").path.startswith(answer.url)
    assert "Gruppens anteckningar" in text_of(desk.get(f"/inlagg/{post.pk}/"))


def test_a_reviewer_takes_notes_while_the_pictures_are_being_prepared(desk):
    karin = factories.ombudsman()
    post = factories.submitted(karin, media=[factories.unprepared(karin)])
    assert desk.get(f"/granska/{post.pk}/anteckningar/ny/").status_code == 200
    desk.post(f"/granska/{post.pk}/anteckningar/ny/", {"text": "Vänta in filmen."})
    assert "Vänta in filmen." in text_of(desk.get(f"/granska/{post.pk}/"))
    assert Note.objects.get().version is None


# --- at the same moment ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_a_note_and_a_decision_at_the_same_moment_do_not_wait_in_a_ring(anna, johan, post, monkeypatch):
    """Who writes a note has the log's end, and at last asks whether its post is there; who decides holds the post."""
    record, note_is_logged, post_is_held = log.record, threading.Event(), threading.Event()

    def in_turn(verb, *args, **facts):
        if verb != "post.noted":
            post_is_held.set()
            return record(verb, *args, **facts)
        line = record(verb, *args, **facts)
        note_is_logged.set()
        assert post_is_held.wait(timeout=5)
        return line

    def write_note():
        discussion.note(post, anna, "Passar bra.")
        connection.close()

    def reject():
        assert note_is_logged.wait(timeout=5)
        workflow.reject(post, johan, post.version_in_force, "not_relevant", "Nej.")
        connection.close()

    monkeypatch.setattr(log, "record", in_turn)
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(write_note), pool.submit(reject)]
        assert [each.result() for each in done] == [None, None]
    assert (Note.objects.count(), Post.objects.get().status) == (1, Status.REJECTED)
