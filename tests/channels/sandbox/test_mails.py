"""The mails of a training as a page: those that Django's file backend leaves, newest first, none of it HTML."""

import os
import time

import pytest
from django.core.mail import EmailMessage, get_connection

from channels.sandbox import mails
from channels.sandbox.app import create_app

FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def look(tmp_path, folder):
    client = create_app(tmp_path / "sandbox", mail_dir=folder).test_client()
    return lambda: client.get("/mail/").text


def write(folder, *subjects, text="Det finns nu på Facebook.", date="Wed, 29 Apr 2026 08:30:00 +0000"):
    """One connection of Django's: one file."""
    post = get_connection(FILES, file_path=str(folder))
    post.send_messages(
        [
            EmailMessage(subject, text, "seko@example.test", ["karin@example.test"], headers={"Date": date})
            for subject in subjects
        ]
    )


def test_a_mail_is_shown_with_what_it_says_to_whom_and_when(folder, look):
    write(folder, "Ditt inlägg är ute", text="Tack!\n\nSe det:\nhttp://127.0.0.1:8000/inlagg/1/")
    page = look()
    assert "Ditt inlägg är ute" in page
    assert "Till karin@example.test" in page
    assert "29 april 2026 kl. 10.30" in page
    assert '<a href="http://127.0.0.1:8000/inlagg/1/" rel="noopener noreferrer">' in page


def test_a_mail_that_tells_no_zone_was_sent_then_by_universal_time(folder, look, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    write(folder, "Ditt inlägg är ute", date="Wed, 29 Apr 2026 08:30:00 -0000")
    assert "29 april 2026 kl. 10.30" in look()


def test_the_newest_come_first_also_within_a_file(folder):
    write(folder, "Ett", "Två")
    for number, file in enumerate(folder.iterdir()):
        file.rename(folder / f"20260429-08300{number}-1.log")
    write(folder, "Tre")
    assert [mail.subject for mail in mails.latest(folder, 10)] == ["Tre", "Två", "Ett"]
    assert [mail.subject for mail in mails.latest(folder, 2)] == ["Tre", "Två"]


def test_those_of_the_same_second_stand_in_the_order_in_which_they_were_written(folder):
    folder.mkdir()
    for name, written_at in (("20260429-083000-9.log", 1), ("20260429-083000-1.log", 2)):
        (folder / name).write_text(f"Subject: {written_at}\n\nHej\n")
        os.utime(folder / name, (written_at, written_at))
    assert [mail.subject for mail in mails.latest(folder, 10)] == ["2", "1"]


def test_nothing_of_a_mail_is_html(folder, look):
    write(folder, "<b>Hej</b>", text="<script>alert(1)</script> <img src=x>")
    page = look()
    assert "&lt;b&gt;Hej&lt;/b&gt;" in page
    assert ("<script" in page, "<img" in page, "<b>" in page) == (False, False, False)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"Subject: =?x?B?!!?=\nDate: never\n\n\xff", b"-" * 79]
)
def test_what_is_no_mail_hides_no_other(folder, look, content):
    write(folder, "Ett")
    (folder / "20260101-000000-1.log").write_bytes(content)
    assert "Ett" in look()


def test_a_mail_that_is_still_being_written_is_shown_as_far_as_it_has_come(folder, look):
    folder.mkdir()
    (folder / "20260429-083000-1.log").write_bytes(b"Subject: Hej\nTo: a@example.test\n\nDet finns nu p")
    assert "Det finns nu p" in look()


def test_without_a_mail_the_page_says_so(look):
    assert "Inget mejl har skickats än." in look()


def test_a_sandbox_that_was_told_of_no_folder_shows_no_mail(tmp_path):
    assert "Inget mejl har skickats än." in create_app(tmp_path).test_client().get("/mail/").text


def test_every_page_leads_there(tmp_path):
    client = create_app(tmp_path).test_client()
    for path in ("/", "/ovning", "/mail/"):
        assert '<a href="/mail/">Mejl</a>' in client.get(path).text
