"""Somebody takes their yes back: what waits is held at once, the rest goes down, and a clock sees to it."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts import letters, roles
from accounts.models import Mail, Notice
from audit.models import Entry
from channels.adapters.base import Receipt
from channels.errors import Refused
from posts import answering, cases, consent, publishing, purging, workflow
from posts.models import (
    OVER,
    Answer,
    Approval,
    CaseReason,
    CaseReceipt,
    ConsentRequest,
    Outcome,
    People,
    Post,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    TakeDown,
    TakedownCase,
)
from posts.publishing import When
from tests import factories
from tests.pages import signed_in, text_of
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def facebook():
    return factories.channel()


def with_a_yes(karin, anna, *channels, when=None):
    """A post that is approved, after the one person in it said yes by the link; and their question."""
    post = factories.submitted(karin, people=People.NOT_ASKED)
    [(asked, _token)] = consent.ask(post, karin)
    answering.answer(asked, Answer.YES)
    workflow.approve(post, anna, factories.for_channels(post, anna, *channels), when)
    return Post.objects.get(pk=post.pk), asked


def publish():
    for publication in Publication.objects.all():
        if claimed := publishing.claim(publication.pk):
            publishing.send(claimed)


def remove():
    for removal in Removal.objects.all():
        if claimed := publishing.claim_removal(removal.pk):
            publishing.remove(claimed)


def statuses():
    return sorted(Publication.objects.values_list("status", flat=True))


# --- a yes that is taken back ---------------------------------------------------------------------------


def test_what_waits_is_held_at_once_and_never_sent(karin, anna, facebook, platform):
    tomorrow = When(at=timezone.now() + timedelta(days=1))
    post, asked = with_a_yes(karin, anna, facebook, when=tomorrow)
    case = answering.answer(asked, Answer.WITHDRAWN)
    assert statuses() == [PublicationStatus.CANCELLED]
    publish()
    assert platform.ledger == []
    order = TakeDown.objects.get()
    assert (case.order, case.reason, case.consent, case.opened_by) == (order, "withdrawn", asked, None)
    assert (order.requested_by, order.reason, order.post) == (None, Regret.CONSENT, post)
    assert case.due_at - case.opened_at == timedelta(hours=24)


def test_what_is_out_goes_down_and_the_case_closes_with_the_last_channel(
    karin, anna, desk, facebook, platform
):
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    assert statuses() == [PublicationStatus.PUBLISHED]
    case = answering.answer(asked, Answer.WITHDRAWN)
    cases.sweep(timezone.now())
    case.refresh_from_db()
    assert case.closed_at is None
    remove()
    looks_again = "load delay:2s"
    assert looks_again in desk.get(f"/nedtagningar/{case.pk}/").content.decode()
    cases.sweep(timezone.now())
    assert looks_again not in desk.get(f"/nedtagningar/{case.pk}/").content.decode()
    case.refresh_from_db()
    assert case.closed_at is not None
    assert statuses() == [PublicationStatus.REMOVED]
    assert [item.finished_at is not None for item in cases.removals_of(case)] == [True]
    assert Entry.objects.filter(verb__startswith="case.").values_list("verb", flat=True).count() == 2


def test_nothing_out_is_no_case_but_stands_against_an_okay(karin, anna, facebook):
    post = factories.submitted(karin, people=People.NOT_ASKED)
    [(asked, _token)] = consent.ask(post, karin)
    answering.answer(asked, Answer.YES)
    version = factories.for_channels(post, anna, facebook)
    assert answering.answer(asked, Answer.WITHDRAWN) is None
    with pytest.raises(workflow.BlockedError, match="consent_refused"):
        workflow.approve(post, anna, version)
    assert not TakedownCase.objects.exists()
    assert not Publication.objects.exists()


@pytest.mark.parametrize("verb", [publishing.try_again, publishing.take_by_hand])
@pytest.mark.parametrize("by_the_group", [False, True])
def test_what_a_platform_refused_is_not_tried_again_after_a_no(
    karin, anna, facebook, platform, verb, by_the_group
):
    post, asked = with_a_yes(karin, anna, facebook)
    platform.script["commit"] = raising(Refused("text_refused"))
    publish()
    assert statuses() == [PublicationStatus.FAILED]
    case = answering.told_by(post, anna) if by_the_group else answering.answer(asked, Answer.WITHDRAWN)
    assert (case, TakedownCase.objects.count()) == (None, 0)
    with pytest.raises(publishing.TooLateError):
        verb(Publication.objects.get(), anna)
    publish()
    assert (statuses(), platform.ledger) == ([PublicationStatus.FAILED], [])
    assert "tog ned inlägget" not in text_of(signed_in(anna).get(f"/inlagg/{post.pk}/"))


def test_a_receipt_that_comes_after_a_no_leads_to_its_removal(karin, anna, facebook, platform):
    _post, asked = with_a_yes(karin, anna, facebook)
    platform.script["commit"] = raising(Refused("text_refused"))
    publish()
    answering.answer(asked, Answer.WITHDRAWN)
    publishing.settle(
        Publication.objects.get(), None, Receipt("55", "https://example.test/55"), Outcome.RECEIPT
    )
    remove()
    assert (statuses(), platform.ledger) == ([PublicationStatus.REMOVED], [])


def test_the_group_the_administrators_and_the_officer_hear_of_it_and_the_sender_kindly(karin, anna, facebook):
    mona, officer = factories.administrator(), factories.person(roles.OFFICER)
    _post, asked = with_a_yes(karin, anna, facebook)
    Notice.objects.all().delete()
    case = answering.answer(asked, Answer.WITHDRAWN)
    told = Notice.objects.filter(kind="takedown_asked")
    assert {notice.person for notice in told} == {anna, mona, officer}
    assert {notice.path for notice in told} == {f"/nedtagningar/{case.pk}/"}
    [kindly] = Notice.objects.filter(person=karin, kind="consent_no")
    words = letters.words(kindly)
    assert (words.subject, words.body) == (
        "Någon på en bild har ändrat sig",
        ("Inlägget tas ned. Du behöver inte göra något.",),
    )


def test_a_second_person_has_a_case_of_their_own_with_the_same_order(karin, anna, facebook):
    post = factories.submitted(karin, people=People.NOT_ASKED)
    made = [request for request, _token in consent.ask(post, karin, 2)]
    for asked in made:
        answering.answer(asked, Answer.YES)
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook))
    publish()
    first, second = (answering.answer(asked, Answer.WITHDRAWN) for asked in made)
    assert first != second
    assert first.order == second.order == TakeDown.objects.get()
    remove()
    cases.sweep(timezone.now())
    assert not TakedownCase.objects.open().exists()


def test_said_twice_it_is_one_case(karin, anna, facebook):
    _post, asked = with_a_yes(karin, anna, facebook)
    assert answering.answer(asked, Answer.WITHDRAWN) == answering.answer(asked, Answer.WITHDRAWN)
    assert TakedownCase.objects.count() == 1


@pytest.mark.parametrize(
    ("before", "said", "is_possible"),
    [
        ("", "yes", True),
        ("", "no", True),
        ("", "withdrawn", False),
        ("yes", "no", False),
        ("yes", "withdrawn", True),
        ("no", "yes", True),
        ("no", "withdrawn", False),
        ("withdrawn", "yes", False),
        ("withdrawn", "no", False),
    ],
)
def test_what_somebody_may_say_after_what_they_have_said(karin, before, said, is_possible):
    post = factories.submitted(karin, people=People.NOT_ASKED)
    [(asked, _token)] = consent.ask(post, karin)
    for step in {"withdrawn": ["yes", "withdrawn"], "": []}.get(before, [before]):
        answering.answer(asked, Answer(step))
    if is_possible:
        answering.answer(asked, Answer(said))
    else:
        with pytest.raises(answering.NoLongerAskedError):
            answering.answer(asked, Answer(said))
    asked.refresh_from_db()
    assert asked.answer == (said if is_possible else before)


# --- by the group, and by the author ----------------------------------------------------------------------


def test_the_group_opens_a_case_for_somebody_who_wrote(karin, anna, desk, facebook):
    post, _asked = with_a_yes(karin, anna, facebook)
    typed = {"named": str(post.pk), "message": "Ringde i dag", "receipt_to": "nils@example.test"}
    response = desk.post("/nedtagningar/nytt/", typed)
    case = TakedownCase.objects.get()
    assert response.url == f"/nedtagningar/{case.pk}/"
    assert (case.reason, case.opened_by, case.receipt_to) == (CaseReason.GROUP, anna, "nils@example.test")
    assert statuses() == [PublicationStatus.CANCELLED]
    page = text_of(desk.get(response.url))
    assert "Någon hörde av sig" in page
    assert "23 timmar kvar" in page
    assert "Ringde i dag" in page
    with pytest.raises(workflow.NoLongerSoError):
        workflow.undo(post, anna)


def test_an_unknown_post_opens_nothing(desk):
    response = desk.post("/nedtagningar/nytt/", {"named": "4711"})
    assert response.status_code == 422
    assert not TakedownCase.objects.exists()


def test_what_an_author_asks_for_is_held_and_judged_by_the_group(karin, anna, desk, facebook, platform):
    tomorrow = When(at=timezone.now() + timedelta(days=1))
    post, _asked = with_a_yes(karin, anna, facebook, when=tomorrow)
    case = cases.ask(post, karin, "Jag skrev fel ort.")
    assert cases.ask(post, karin, "Hallå?") == case
    assert statuses() == [PublicationStatus.HELD]
    assert not TakeDown.objects.exists()
    page = text_of(desk.get(f"/nedtagningar/{case.pk}/"))
    assert "Ska inlägget tas ned?" in page
    assert desk.post(f"/nedtagningar/{case.pk}/", {"message": ""}).status_code == 422
    desk.post(f"/nedtagningar/{case.pk}/", {"message": "Orten stämmer."})
    case.refresh_from_db()
    assert (case.closed_by, case.order) == (anna, None)
    [notice] = Notice.objects.filter(person=karin, kind="case_kept")
    told = letters.words(notice).body
    assert "Orten stämmer." in told[0]
    assert told[1].startswith("Det som inte var ute är fortfarande stoppat.")
    assert "är fortfarande stoppat. Ska det gå ut släpper ni det" in text_of(
        desk.get(f"/nedtagningar/{case.pk}/")
    )
    assert statuses() == [PublicationStatus.HELD]
    publishing.release([*Publication.objects.all()], anna)
    assert "fortfarande stoppat" not in text_of(desk.get(f"/nedtagningar/{case.pk}/"))


def test_an_authors_case_closes_when_somebody_takes_the_post_down(karin, anna, facebook):
    post, _asked = with_a_yes(karin, anna, facebook)
    case = cases.ask(post, karin, "Fel ort")
    publishing.take_down(post, anna, Regret.WRONG)
    cases.sweep(timezone.now())
    case.refresh_from_db()
    assert case.order == TakeDown.objects.get()
    assert case.closed_at is not None
    assert not cases.keep(case, anna, "För sent")


def test_nothing_out_is_nothing_to_ask_down(karin):
    with pytest.raises(cases.NothingOutError):
        cases.ask(factories.submitted(karin), karin, "Fel ort")


# --- the clock ----------------------------------------------------------------------------------------------


def test_before_the_clock_runs_out_and_when_it_has_all_are_told_once(karin, anna, facebook, platform):
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    case = answering.answer(asked, Answer.WITHDRAWN)
    told = Notice.objects.filter(kind="case_hurries", person=anna)
    cases.hurry(case.due_at - timedelta(hours=7))
    assert told.count() == 0
    for _twice in range(2):
        cases.hurry(case.due_at - timedelta(hours=5))
    assert [letters.words(notice).subject for notice in told.all()] == ["Nedtagning: tiden går snart ut"]
    assert "Kvar är Facebook." in letters.words(told.get()).body[0]
    for _twice in range(2):
        cases.hurry(case.due_at + timedelta(minutes=1))
    assert sorted(letters.words(notice).subject for notice in told.all()) == [
        "Nedtagning: tiden går snart ut",
        "Nedtagning: tiden har gått ut",
    ]


def test_after_a_year_a_case_knows_nobody(karin, anna, facebook, settings):
    _post, asked = with_a_yes(karin, anna, facebook)
    ConsentRequest.objects.update(called="Nils")
    case = answering.answer(asked, Answer.WITHDRAWN)
    TakedownCase.objects.update(message="Ringde om sin son")
    cases.sweep(timezone.now())
    cases.sweep(timezone.now() + timedelta(days=settings.CASE_NAMES_DAYS - 1))
    case.refresh_from_db()
    assert case.message == "Ringde om sin son"
    cases.sweep(timezone.now() + timedelta(days=settings.CASE_NAMES_DAYS + 1))
    case.refresh_from_db()
    assert (case.message, case.swept_at is not None, ConsentRequest.objects.get().called) == ("", True, "")
    assert case.closed_at is not None
    cases.sweep(timezone.now() + timedelta(days=settings.CASE_DAYS - 1))
    assert TakedownCase.objects.exists()
    cases.sweep(timezone.now() + timedelta(days=settings.CASE_DAYS + 1))
    assert not TakedownCase.objects.exists()
    assert ConsentRequest.objects.exists()
    assert Entry.objects.filter(verb="case.forgotten").count() == 1


# --- the receipt ----------------------------------------------------------------------------------------------


@pytest.fixture
def wanted(karin, anna, facebook, platform):
    """A case that is done, and whose person left an address."""
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    case = answering.answer(asked, Answer.WITHDRAWN)
    assert cases.want_receipt(case, "nils@example.test", "sv")
    assert cases.mail_receipts(timezone.now()) == 0
    remove()
    cases.sweep(timezone.now())
    return TakedownCase.objects.get()


def test_a_receipt_is_mailed_once_and_its_address_forgotten(wanted):
    assert cases.mail_receipts(timezone.now() + timedelta(seconds=1)) == 1
    assert cases.mail_receipts(timezone.now() + timedelta(hours=1)) == 0
    [letter] = mail.outbox
    assert letter.to == ["nils@example.test"]
    assert letter.subject == "Kvitto från Seko"
    assert "Facebook: nedtaget" in letter.body
    assert f"Ärende {wanted.pk}." in letter.body
    receipt = CaseReceipt.objects.get()
    assert (receipt.mail, receipt.address, wanted.receipt_to) == (Mail.SENT, "", "")
    assert not cases.want_receipt(wanted, "annan@example.test", "sv")


def test_an_address_that_comes_when_all_is_down_gets_its_receipt_at_once(karin, anna, facebook, platform):
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    case = answering.answer(asked, Answer.WITHDRAWN)
    remove()
    cases.sweep(timezone.now())
    assert cases.want_receipt(case, "nils@example.test", "en")
    assert not cases.want_receipt(case, "annan@example.test", "sv")
    assert cases.mail_receipts(timezone.now()) == 1
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["nils@example.test"], "Receipt from Seko")


def test_whoever_corrects_their_address_in_time_is_mailed_there(karin, anna, facebook, platform):
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    case = answering.answer(asked, Answer.WITHDRAWN)
    assert cases.want_receipt(case, "nisl@example.test", "sv")
    assert cases.want_receipt(case, "nils@example.test", "sv")
    remove()
    cases.sweep(timezone.now())
    assert cases.mail_receipts(timezone.now()) == 1
    assert mail.outbox[0].to == ["nils@example.test"]


def test_a_receipt_that_waits_when_names_are_forgotten_is_not_mailed(wanted, settings):
    cases.sweep(timezone.now() + timedelta(days=settings.CASE_NAMES_DAYS + 1))
    assert cases.mail_receipts(timezone.now()) == 0
    assert (CaseReceipt.objects.get().mail, mail.outbox) == (Mail.UNWANTED, [])


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_an_address_left_while_the_case_is_closed_gets_one_receipt(karin, anna, facebook, platform, turn):
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    case = answering.answer(asked, Answer.WITHDRAWN)
    remove()
    together = threading.Barrier(3)

    def at_once(act):
        try:
            together.wait()
            act()
        finally:
            connection.close()

    acts = [
        lambda: cases.want_receipt(case, "nils@example.test", "sv"),
        lambda: cases.want_receipt(case, "nisse@example.test", "sv"),
        lambda: cases.close(TakedownCase.objects.get(pk=case.pk)),
    ]
    threads = [threading.Thread(target=at_once, args=[act]) for act in acts[turn % 3 :] + acts[: turn % 3]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert CaseReceipt.objects.get().address.endswith("@example.test")
    assert TakedownCase.objects.get().receipt_to == ""


@pytest.mark.parametrize(
    ("error", "expected", "left"),
    [
        (letters.NotTakenError("later"), Mail.WAITING, "nils@example.test"),
        (letters.ServerAwayError("away"), Mail.WAITING, "nils@example.test"),
        (letters.RefusedError("never"), Mail.REFUSED, ""),
        (letters.UnclearError("?"), Mail.UNCLEAR, ""),
    ],
)
def test_what_the_mail_server_says_is_done(wanted, monkeypatch, error, expected, left):
    def fail(_letter, begin):
        if not isinstance(error, letters.NotTakenError):
            begin()
        raise error

    monkeypatch.setattr(letters, "send", fail)
    assert cases.mail_receipts(timezone.now() + timedelta(seconds=1)) == 0
    assert CaseReceipt.objects.values_list("mail", "address").get() == (expected, left)


def test_a_worker_that_died_while_mailing_leaves_nobody_a_second_mail(wanted):
    CaseReceipt.objects.update(mail=Mail.BEGUN, claimed_until=timezone.now())
    cases.mail_receipts(timezone.now() + timedelta(seconds=1))
    receipt = CaseReceipt.objects.get()
    assert (receipt.mail, receipt.address, mail.outbox) == (Mail.UNCLEAR, "", [])


# --- the pages ------------------------------------------------------------------------------------------------


def test_the_list_is_quiet_when_empty_and_shows_clocks_when_not(karin, anna, desk, facebook):
    assert "Ingen har bett om att få något nedtaget." in text_of(desk.get("/nedtagningar/"))
    _post, asked = with_a_yes(karin, anna, facebook, when=When(reserve=True))
    case = answering.answer(asked, Answer.WITHDRAWN)
    page = text_of(desk.get("/nedtagningar/"))
    assert f"Ärende {case.pk}" in page
    assert "Någon på bilden vill inte synas" in page
    assert "1 nedtagning pågår" in text_of(desk.get("/granska/svarstid/"))


def test_when_all_are_closed_nothing_waits_and_each_is_known_by_its_first_words(karin, anna, desk, facebook):
    _post, asked = with_a_yes(karin, anna, facebook)
    publish()
    case = answering.answer(asked, Answer.WITHDRAWN)
    named = f"Ärende {case.pk}, inlägg {case.post_id}: ”Klockan fem i morse"
    assert named in text_of(desk.get("/nedtagningar/"))
    assert f"Inlägg {case.post_id}: ”Klockan fem i morse" in text_of(desk.get(f"/nedtagningar/{case.pk}/"))
    remove()
    cases.sweep(timezone.now())
    page = text_of(desk.get("/nedtagningar/"))
    assert ("Inget väntar." in page, "Ingen har bett om" in page, named in page) == (True, False, True)
    assert "bangården" not in text_of(signed_in(factories.administrator()).get("/nedtagningar/"))


def test_the_list_says_where_pictures_are_still_to_be_erased(karin, anna, desk, facebook):
    post, asked = with_a_yes(karin, anna, facebook)
    publish()
    answering.answer(asked, Answer.WITHDRAWN)
    remove()
    assert "Bilderna finns kvar hos oss." not in text_of(desk.get("/nedtagningar/"))
    cases.sweep(timezone.now())
    assert "Bilderna finns kvar hos oss." in text_of(desk.get("/nedtagningar/"))
    purging.erase(post.current_version.media, anna)
    assert "Bilderna finns kvar hos oss." not in text_of(desk.get("/nedtagningar/"))


def test_an_administrator_sees_where_it_is_and_not_what_is_in_it(karin, anna, facebook):
    _post, asked = with_a_yes(karin, anna, facebook)
    case = answering.answer(asked, Answer.WITHDRAWN)
    page = text_of(signed_in(factories.administrator()).get(f"/nedtagningar/{case.pk}/"))
    assert f"Ärende {case.pk}" in page
    assert "bangården" not in page


# --- at the same moment ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("turn", range(6))
@pytest.mark.parametrize("said", [Answer.WITHDRAWN, Answer.NO])
def test_an_okay_and_a_no_at_once_lose_neither(karin, anna, facebook, platform, said, turn):
    """Either the okay is refused, or the case finds what it queued."""
    post = factories.submitted(karin, people=People.NOT_ASKED)
    made = [request for request, _token in consent.ask(post, karin, 2)]
    for asked in made if said == Answer.WITHDRAWN else made[:1]:
        answering.answer(asked, Answer.YES)
    version = factories.for_channels(post, anna, facebook)
    together, refused = threading.Barrier(2), []

    def approve():
        try:
            together.wait()
            workflow.approve(Post.objects.get(pk=post.pk), anna, version)
        except workflow.BlockedError as error:
            refused.append(str(error))
        finally:
            connection.close()

    def answer():
        try:
            together.wait()
            answering.answer(made[1], said)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=each) for each in ((approve, answer) if turn % 2 else (answer, approve))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made[1].refresh_from_db()
    assert made[1].answer == said
    if Approval.objects.exists():
        assert refused == []
        assert TakedownCase.objects.get().order is not None
        assert not Publication.objects.exclude(status__in=OVER).exists()
    else:
        assert len(refused) == 1
        assert not Publication.objects.exists()


def test_taken_down_because_somebody_does_not_want_to_be_seen_it_is_a_case_too(karin, anna, desk, facebook):
    post, _asked = with_a_yes(karin, anna, facebook)
    publish()
    typed = {"reason": "consent", "message": "Ringde nyss"}
    assert desk.post(f"/inlagg/{post.pk}/ta-ned/", typed).status_code == 302
    case = TakedownCase.objects.get()
    assert (case.reason, case.order, case.message) == ("group", TakeDown.objects.get(), "Ringde nyss")
    assert desk.post(f"/inlagg/{post.pk}/ta-ned/", typed).status_code == 409
    assert TakedownCase.objects.count() == 1
    assert ConsentRequest.objects.filter(answer=Answer.WITHDRAWN).count() == 1


def test_taken_down_for_another_reason_it_is_none(karin, anna, desk, facebook):
    post, _asked = with_a_yes(karin, anna, facebook)
    publish()
    desk.post(f"/inlagg/{post.pk}/ta-ned/", {"reason": "wrong"})
    assert TakeDown.objects.count() == 1
    assert not TakedownCase.objects.exists()
