"""Once a year everybody says whether they went through the pages and groups that they like; nobody looks."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from accounts import attestation, mailing
from accounts.models import Attestation, Notice
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
JANUARY = datetime(2027, 1, 4, 9, tzinfo=UTC)
WHERE = "/sidor-och-grupper/"


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def in_january():
    with freeze_time(JANUARY) as clock:
        yield clock


def told(person) -> list[str]:
    return list(
        Notice.objects.filter(person=person, kind=attestation.KIND)
        .order_by("id")
        .values_list("key", flat=True)
    )


def test_everybody_is_asked_once_in_january(karin, in_january):
    gone = factories.ombudsman(is_active=False)
    for _ in range(2):
        attestation.ask_everybody(JANUARY)
    assert (told(karin), told(gone)) == (["2027"], [])
    assert attestation.is_due(karin)


def test_nobody_is_asked_in_other_months(karin):
    attestation.ask_everybody(JANUARY + timedelta(days=40))
    assert (told(karin), Attestation.objects.count()) == ([], 0)


def test_a_tick_and_a_date_is_all_that_is_kept(karin, in_january):
    attestation.ask_everybody(JANUARY)
    page = signed_in(karin)
    assert "Vi kontrollerar inte" in text_of(page.get("/hem/"))
    page.post(WHERE, {"answer": "yes"})
    kept = Attestation.objects.values().get()
    assert kept == {
        "id": kept["id"],
        "person_id": karin.pk,
        "year": 2027,
        "at": JANUARY,
        "ask_again_at": None,
    }
    assert "Vi kontrollerar inte" not in text_of(page.get("/hem/"))
    assert list(attestation.missing(2027)) == []


def test_somebody_who_wants_to_be_reminded_is_reminded_in_a_week(karin, in_january):
    attestation.ask_everybody(JANUARY)
    signed_in(karin).post(WHERE, {"answer": "later"})
    assert (attestation.is_due(karin), told(karin)) == (False, ["2027", "2027:2027-01-11"])
    later = Notice.objects.get(key="2027:2027-01-11")
    assert later.not_before == JANUARY + timedelta(days=7)
    assert list(attestation.missing(2027)) == [karin]
    in_january.tick(timedelta(days=7, minutes=1))
    assert attestation.is_due(karin)
    assert mailing.claim(Notice.objects.all(), JANUARY + timedelta(days=7, minutes=1)) is not None


def test_an_answer_stands(karin, in_january):
    attestation.attest(karin)
    attestation.ask_later(karin)
    assert (Attestation.objects.get().at, told(karin)) == (JANUARY, [])


def test_an_administrator_sees_who_has_not_answered_and_nobody_else_does(karin, in_january):
    mona, anna = factories.administrator(), factories.reviewer()
    attestation.ask_everybody(JANUARY)
    attestation.attest(mona)
    listed = text_of(signed_in(mona).get("/manniskor/?visa=arligt"))
    assert (karin.email in listed, mona.email in listed) == (True, False)
    assert mona.email in text_of(signed_in(anna).get("/manniskor/?visa=arligt"))
