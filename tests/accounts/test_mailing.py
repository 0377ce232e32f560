"""A notice is mailed once it is true, again where that does no harm, and never twice: with a real mail server."""

import os
import signal
import time
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone
from django.utils.translation import get_language

from accounts import letters, mailing, notices
from accounts.models import Mail, Notice
from tests import factories
from tests.accounts.mail_server import MailServer, break_off
from tests.together import beside, press

pytestmark = pytest.mark.django_db

PEOPLES = Notice.objects.select_related("person")


@pytest.fixture
def karin():
    return factories.ombudsman(email="karin@example.test")


@pytest.fixture
def server(settings):
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.start()
    settings.SITE_URL = "https://social.example.org"
    yield server
    server.stop()


@pytest.fixture
def notice(karin):
    return told(karin)


def told(person, key="version:1", **fields):
    notices.tell([person], "published", key, "/inlagg/1/", out=["Facebook", "X"], later=[], missing=[])
    Notice.objects.filter(person=person, key=key).update(**fields)
    return Notice.objects.get(person=person, key=key)


def a_round():
    return mailing.deliver(PEOPLES, letters.to, timezone.now())


def next_round():
    """When everything that waits for a better time has waited."""
    Notice.objects.filter(mail=Mail.WAITING).update(not_before=timezone.now())
    return a_round()


def lapse():
    Notice.objects.filter(claimed_until__isnull=False).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )


def standing():
    found = Notice.objects.get()
    return found.mail, found.tries, found.claimed_until


# --- what arrives -----------------------------------------------------------------------------------------------


def test_a_mail_says_it_in_plain_text_with_one_link(server, notice):
    assert a_round() == 1
    [message] = server.taken
    assert (message["To"], message["Subject"]) == ("karin@example.test", "Ditt inlägg är ute")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert (
        message.get_content().splitlines()
        == (
            "Det finns nu på Facebook och X. Tack!\n\n"
            "Se det:\nhttps://social.example.org/inlagg/1/\n\n"
            "Seko Social\n"
        ).splitlines()
    )
    assert standing() == (Mail.SENT, 1, None)
    assert Notice.objects.unread().count() == 1


def test_a_mail_is_sent_once_however_often_the_post_goes(server, notice):
    assert [a_round(), next_round(), next_round()] == [1, 0, 0]
    assert len(server.taken) == 1


def test_the_same_notice_is_always_the_same_message(server, notice):
    server.to_message = ["451 Later"]
    a_round()
    first = letters.to(Notice.objects.get()).message()["Message-ID"]
    next_round()
    assert server.taken[0]["Message-ID"] == first
    assert server.taken[0]["Message-ID"].endswith("@social.example.org>")


def test_a_mail_is_in_the_language_of_its_person(server, karin, monkeypatch):
    languages, words = [], letters.words
    monkeypatch.setattr(letters, "words", lambda told: languages.append(get_language()) or words(told))
    karin.language = "en"
    karin.save()
    told(karin)
    told(factories.ombudsman())
    assert (a_round(), languages, get_language()) == (2, ["en", "sv"], "sv")


def test_who_may_no_longer_sign_in_gets_no_mail(server, karin, notice):
    karin.is_active = False
    karin.save()
    assert [a_round(), next_round()] == [0, 0]
    assert (server.visits, server.taken, standing()[0]) == (0, [], Mail.UNWANTED)


def test_what_is_told_later_is_mailed_later(server, karin):
    in_a_minute = timezone.now() + timedelta(minutes=1)
    notices.tell([karin], "published", "v", "/", not_before=in_a_minute, out=["X"], later=[], missing=[])
    assert (a_round(), server.visits) == (0, 0)
    assert (
        mailing.deliver(PEOPLES, letters.to, in_a_minute) == 0
    )  # the clock of the round is not the clock of the claim
    assert Notice.objects.get().mail == Mail.WAITING


def test_without_a_mail_server_a_mail_is_what_the_backend_makes_of_it(notice):
    assert a_round() == 1
    assert [message.subject for message in outbox.outbox] == ["Ditt inlägg är ute"]
    assert standing()[0] == Mail.SENT


# --- the server says no, or nothing -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["to_address", "to_message"])
def test_what_the_server_takes_later_is_tried_again(server, notice, place):
    setattr(server, place, ["451 Greylisted"])
    assert a_round() == 0
    after = Notice.objects.get()
    assert (after.mail, after.claimed_until, server.taken) == (Mail.WAITING, None, [])
    assert after.not_before > timezone.now() + timedelta(seconds=5)
    assert a_round() == 0
    assert next_round() == 1
    assert len(server.taken) == 1


@pytest.mark.parametrize("place", ["to_address", "to_message"])
def test_what_the_server_will_never_take_is_not_tried_again(server, notice, place):
    setattr(server, place, ["550 No such person"])
    assert [a_round(), next_round()] == [0, 0]
    assert (server.taken, server.visits, standing()) == ([], 1, (Mail.REFUSED, 1, None))


def test_a_line_that_breaks_before_the_message_does_no_harm(server, notice):
    server.to_address = [break_off]
    assert [a_round(), standing()[0], next_round()] == [0, Mail.WAITING, 1]
    assert len(server.taken) == 1


def test_a_line_that_breaks_when_the_message_is_there_is_the_end_of_it(server, notice):
    server.to_message = [break_off]
    assert [a_round(), next_round(), next_round()] == [0, 0, 0]
    assert (len(server.taken), server.visits, standing()) == (1, 1, (Mail.UNCLEAR, 1, None))


def test_one_that_is_refused_keeps_none_of_the_others_waiting(server, karin):
    told(karin, "1")
    told(karin, "2")
    told(karin, "3")
    server.to_address = ["550 No", "451 Later"]
    assert a_round() == 1
    assert list(Notice.objects.order_by("pk").values_list("mail", flat=True)) == [
        Mail.REFUSED,
        Mail.WAITING,
        Mail.SENT,
    ]


def test_a_server_that_is_away_is_asked_once_and_all_mails_wait(server, karin):
    told(karin, "1")
    told(karin, "2")
    server.stop()
    assert a_round() == 0
    assert sorted(Notice.objects.values_list("mail", "tries")) == [(Mail.WAITING, 0), (Mail.WAITING, 1)]
    assert not Notice.objects.due(timezone.now() + timedelta(seconds=5)).exists()


def test_the_longer_a_server_is_away_the_longer_everybody_waits(server, notice):
    server.stop()
    waits = []
    for _ in range(7):
        next_round()
        waits.append(round((Notice.objects.get().not_before - timezone.now()).total_seconds(), -1))
    assert waits == [10, 30, 120, 600, 1800, 1800, 1800]
    assert standing() == (Mail.WAITING, 7, None)


def test_a_server_that_comes_back_gets_everything_once(server, karin, settings):
    told(karin, "1")
    told(karin, "2")
    settings.EMAIL_PORT, port = 1, settings.EMAIL_PORT
    a_round()
    settings.EMAIL_PORT = port
    assert next_round() == 2
    assert len(server.taken) == 2


def test_what_could_not_be_mailed_for_days_is_given_up(server, karin):
    told(karin, created_at=timezone.now() - timedelta(days=4))
    server.to_address = ["451 Later"]
    assert [a_round(), next_round()] == [0, 0]
    assert (server.taken, standing()[0]) == ([], Mail.REFUSED)


# --- who is at it -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_notice(notice):
    claims = press(*[lambda: mailing.claim(PEOPLES, timezone.now())] * 6)
    assert ([claim.tries for claim in claims if claim], len(claims)) == ([1], 6)


@pytest.mark.django_db(transaction=True)
def test_many_rounds_at_once_mail_everything_once(server, karin):
    for number in range(12):
        told(karin, str(number))

    def work():
        while notice := mailing.claim(PEOPLES, timezone.now()):
            mailing.mail(notice, letters.to)

    assert press(*[work] * 4) == [None] * 4
    assert set(Notice.objects.values_list("mail", "tries")) == {(Mail.SENT, 1)}
    assert len({message["Message-ID"] for message in server.taken}) == len(server.taken) == 12


def test_while_somebody_is_at_it_nobody_else_begins(server, karin):
    told(karin, "1", claimed_until=timezone.now() + timedelta(minutes=1))
    told(karin, "2")
    assert (a_round(), server.visits) == (0, 0)


def test_a_worker_that_comes_late_sends_nothing(server, notice):
    late = mailing.claim(PEOPLES, timezone.now())
    lapse()
    assert next_round() == 1
    assert mailing.mail(late, letters.to) is False
    assert (len(server.taken), standing()) == (1, (Mail.SENT, 2, None))


def test_a_worker_that_died_before_the_server_had_it_loses_nothing(server, notice):
    mailing.claim(PEOPLES, timezone.now())
    lapse()
    assert a_round() + next_round() == 1
    assert len(server.taken) == 1


def test_a_worker_that_died_when_the_server_may_have_had_it_sends_nothing_twice(server, notice):
    mailing.begin(mailing.claim(PEOPLES, timezone.now()))
    lapse()
    assert [a_round(), next_round()] == [0, 0]
    assert (server.visits, server.taken, standing()) == (0, [], (Mail.UNCLEAR, 1, None))


# --- a worker is killed -----------------------------------------------------------------------------------------

WORKER = "import django; django.setup(); from accounts import tasks; tasks.deliver()"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("place", "becomes"), [("to_address", Mail.SENT), ("to_message", Mail.UNCLEAR)])
def test_a_worker_killed_while_the_server_listens_has_its_mail_arrive_once(
    server, notice, settings, tmp_path, place, becomes
):
    """Killed when the server knows the address alone, or has the message and has not answered."""
    mails = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
    with beside(WORKER, VAR_DIR=str(tmp_path), EMAIL_URL=mails, SITE_URL=settings.SITE_URL) as worker:

        def kill(_server):
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            return "250 Ok"

        setattr(server, place, [kill])
        assert worker.wait(60) == -signal.SIGKILL
    until(lambda: server.taken or place == "to_address")
    assert Notice.objects.get().mail == (Mail.WAITING if place == "to_address" else Mail.BEGUN)
    lapse()
    a_round()
    next_round()
    assert (len(server.taken), standing()[0]) == (1, becomes)


def until(holds):
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("It did not come to this.")
