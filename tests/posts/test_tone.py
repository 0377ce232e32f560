"""The few hints that a sender gets while writing: which, in which order, in what words, and never twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from posts import tone, workflow
from posts.models import Media, Post
from tests import factories
from tests.pages import signed_in, text_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CALM = "I dag besökte vi brevbärarna på terminalen i Umeå. De berättade om tunga väskor och långa dagar."


def codes(text: str, link: str = "", *media: Media) -> list[str]:
    return [hint.code for hint in tone.for_sender(text, link, media, NOW)]


@pytest.mark.parametrize(
    ("text", "link", "found"),
    [
        ("", "", []),
        (CALM, "", []),
        ("Det är en skandal att schemat kom så sent.", "", []),  # one hard word may well be deserved
        ("Det är en skandal, och ledningen ljuger.", "", ["anger"]),
        ("Chefen Karin Ek är en idiot.", "", ["anger"]),
        ("Hurra!! Vi vann.", "", []),
        ("Bra tänkt ;)", "", ["irony"]),
        ("Vilka ”hjältar”. Ledningen ljuger, det är vidrigt.", "", ["anger", "irony"]),
        ("Läs mer", "https://www.seko.se/nyhet", ["only_a_link"]),
        (CALM, "https://www.seko.se/nyhet", []),
    ],
)
def test_what_matters_most_comes_first(text, link, found):
    assert codes(text, link) == found


@pytest.mark.parametrize(("days", "found"), [(None, []), (13, []), (15, ["old_picture"])])
def test_a_picture_of_some_age_is_asked_about(days, found):
    taken = None if days is None else NOW - timedelta(days=days)
    assert codes(CALM, "", Media(captured_at=taken)) == found


@pytest.mark.parametrize(
    ("kinds", "found"),
    [(["film"], []), (["picture", "picture"], [])]
    + [(kinds, ["film_beside_others"]) for kinds in (["picture", "film"], ["film", "film"])],
)
def test_a_film_beside_something_else_is_asked_about(kinds, found):
    assert codes(CALM, "", *(Media(kind=kind) for kind in kinds)) == found


def test_a_sender_is_told_what_the_reviewer_would_be():
    """No second list of words: the reviewers' hints are made of these."""
    from approvals import hints  # noqa: PLC0415  (a room above; this test alone looks into both)

    assert (hints.irony, hints.only_a_link, hints.old_picture) == (
        tone.irony,
        tone.only_a_link,
        tone.old_picture,
    )
    assert hints.anger_at_a_person is tone.anger_at_a_person


# --- on the page ------------------------------------------------------------------------------------------------


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.mark.django_db
def test_one_hint_at_a_time_and_what_was_folded_away_stays_so(karin):
    page = signed_in(karin)
    text = "Vilka ”hjältar”. Ledningen ljuger, det är vidrigt."
    first = text_of(page.post("/nytt/rad/", {"text": text}))
    assert "Det låter som att du är arg. Vill du vila på det en timme?" in first
    assert "ironi" not in first
    second = text_of(page.post("/nytt/rad/", {"text": text, "folded": "anger"}))
    assert "Kan det här läsas som ironi? Skämt är svåra att höra i text." in second
    assert "Vila på det" not in second
    assert text_of(page.post("/nytt/rad/", {"text": text, "folded": ["anger", "irony"]})) == ""
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_the_month_of_an_old_picture_is_named_and_nobody_elses_picture_is_looked_at(karin):
    page, taken = signed_in(karin), timezone.make_aware(datetime(2025, 3, 7, 12))  # noqa: DTZ001  (made aware)
    mine = factories.picture(karin, captured_at=taken)
    theirs = factories.picture(factories.ombudsman(), captured_at=taken)
    assert "Bilden är från mars 2025. Stämmer det?" in text_of(
        page.post("/nytt/rad/", {"text": CALM, "media": [str(mine.pk), "inget"]})
    )
    assert text_of(page.post("/nytt/rad/", {"text": CALM, "media": str(theirs.pk)})) == ""


@pytest.mark.django_db
def test_a_text_that_is_too_long_gets_no_hint_and_no_error(karin):
    answer = signed_in(karin).post("/nytt/rad/", {"text": "jävla idioter " * 1000})
    assert (answer.status_code, text_of(answer)) == (200, "")


# --- the same picture once more -----------------------------------------------------------------------------------


PRINT, NEARLY_IT, ANOTHER = 0x0F0F_3C3C_5A5A_1234, 0x0F0F_3C3C_5A5A_1200, 0x70F0_C3C3_A5A5_EDCB


def sent_in(by, bits, days=1):
    post = factories.submitted(by, text=CALM, media=[factories.picture(by, picture_print=bits)])
    Post.objects.filter(pk=post.pk).update(submitted_at=timezone.now() - timedelta(days=days))
    return post


def asked(karin, bits, **typed):
    mine = factories.picture(karin, picture_print=bits)
    return text_of(signed_in(karin).post("/nytt/rad/", {"text": CALM, "media": str(mine.pk)} | typed))


@pytest.mark.django_db
def test_whoever_sends_in_what_a_colleague_has_sent_in_is_asked(karin):
    sent_in(factories.ombudsman(name="Ali Haddad"), PRINT)
    assert asked(karin, NEARLY_IT).startswith(
        "Samma bild skickades in i går av Ali. Skicka ändå? Skicka ändå Stäng"
    )
    assert asked(karin, NEARLY_IT, folded="sent_in_before") == ""
    assert asked(karin, ANOTHER) == asked(karin, None) == ""


@pytest.mark.django_db
def test_one_is_asked_about_ones_own_other_posts_and_not_about_this_one(karin):
    post = sent_in(karin, PRINT)
    assert asked(karin, PRINT).startswith("Du skickade in samma bild i går. Skicka ändå? Skicka ändå Stäng")
    assert asked(karin, PRINT, client_id=str(post.client_id)) == ""


@pytest.mark.django_db
def test_what_is_a_draft_was_taken_back_or_is_long_ago_is_nobodys_question(karin):
    ali = factories.ombudsman(name="Ali Haddad")
    factories.draft(ali, media=[factories.picture(ali, picture_print=PRINT)])
    sent_in(ali, PRINT, days=31)
    workflow.withdraw(sent_in(ali, PRINT), ali)
    assert asked(karin, PRINT) == ""
