"""The form of a post: what it has filled in, and that nothing in it must be answered but what the workflow asks for."""

import uuid

import pytest

from posts.forms import DraftForm
from posts.models import Post
from tests import factories
from tests.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


def test_no_field_is_mandatory():
    """Each would be one tap more (`tests/e2e/test_taps.py`)."""
    assert [name for name, field in DraftForm.base_fields.items() if field.required] == ["client_id"]


@pytest.mark.parametrize(
    ("photographer", "typed", "named"),
    [
        ("me", "", "Karin Ek"),
        ("me", "Ali Haddad", "Karin Ek"),  # typed, and then thought better of: the field is hidden again
        ("another", "Ali Haddad", "Ali Haddad"),
        ("another", "", ""),
        ("", "Ali Haddad", "Ali Haddad"),  # from a page of before, or from the phone's first button
    ],
)
def test_the_photographer_is_oneself_or_somebody_with_a_name(karin, photographer, typed, named):
    given = {"client_id": str(uuid.uuid4()), "text": "Hej", "photographer": photographer, "credit": typed}
    signed_in(karin).post("/nytt/", given | {"intent": "submit"})
    assert Post.objects.get().current_version.credit == named


@pytest.mark.parametrize(
    ("credit", "chosen"), [("Karin Ek", "me"), ("Ali Haddad", "another"), ("", "another")]
)
def test_a_draft_shows_who_it_was(karin, credit, chosen):
    form = DraftForm(karin, factories.draft(karin, credit=credit))
    assert form["photographer"].value() == chosen


def test_nothing_is_chosen_in_the_safety_questions_and_oneself_took_the_picture(karin):
    form = DraftForm(karin, None)
    assert [form[name].value() for name in ("site", "people", "minors")] == [None, None, None]
    assert form["photographer"].value() == "me"


@pytest.mark.parametrize(("text", "begins"), [("", True), ("Hej", False)])
def test_whoever_has_a_picture_and_no_words_goes_on_with_the_words(karin, text, begins):
    post = factories.draft(karin, media=[factories.picture(karin)], text=text)
    assert DraftForm(karin, post).begins_with_the_text == begins
    assert not DraftForm(karin, None).begins_with_the_text
