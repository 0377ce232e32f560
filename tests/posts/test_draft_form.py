"""The form of a post: what it has filled in, and that nothing in it must be answered but what the workflow asks for."""

import json
import re
import uuid

import pytest
from django.utils import timezone

from channels.models import Channel
from channels.wording import name_of
from posts import workflow
from posts.forms import DraftForm
from posts.messages import conversation
from posts.models import Post
from tests import factories
from tests.pages import signed_in, text_of

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


# --- what is folded ---------------------------------------------------------------------------------------------


def sends_in(karin, **typed):
    given = {"client_id": str(uuid.uuid4()), "text": "Hej", "intent": "submit"}
    assert signed_in(karin).post("/nytt/", given | typed).status_code == 302
    return Post.objects.get()


def test_a_wish_for_channels_is_read_by_the_reviewer_and_chooses_none(karin):
    facebook = factories.channel("facebook", name="Seko", is_preselected=True)
    x, gone = factories.channel("x"), factories.channel("youtube")
    Channel.objects.filter(pk=gone.pk).update(disconnected_at=timezone.now())
    post = sends_in(karin, wished_channels=[str(x.pk), str(gone.pk), "nothing"])
    assert [*post.wished_channels.all()] == [x]
    assert [choice.channel for choice in post.current_version.chosen_channels.all()] == [facebook]
    page = text_of(signed_in(factories.reviewer()).get(f"/granska/{post.pk}/"))
    assert f"Karin önskar: {name_of(x)} " in page


def test_a_message_to_the_reviewer_begins_their_conversation_and_is_said_once(karin):
    anna = factories.reviewer()
    post = sends_in(karin, message="Ring mig först.\r\nTack!")
    said = [(item.by, item.text, item.step) for item in conversation(post, anna)]
    assert said == [(karin, "Ring mig först.\nTack!", "Skickade in inlägget")]
    assert "Ring" not in json.dumps(post.current_version.manuscript().canonical())
    page = signed_in(anna).get(f"/granska/{post.pk}/").content.decode()
    assert "Meddelande från Karin" in page


def test_a_message_is_said_once_also_when_its_post_comes_back_before_its_pictures_are_ready(karin):
    anna = factories.reviewer()
    post = factories.draft(karin, media=[factories.unprepared(karin)], message="Ring mig först.")
    for again in (False, True):
        if again:
            workflow.recall(post, karin)
        workflow.submit(Post.objects.get(pk=post.pk), karin)
        post.refresh_from_db()
    assert post.awaits_media
    assert [item.text for item in conversation(post, anna)] == ["Ring mig först."]


def test_who_says_nothing_to_the_reviewer_begins_no_conversation(karin):
    anna = factories.reviewer()
    assert conversation(sends_in(karin, message="  "), anna) == []


@pytest.mark.parametrize(
    ("photographer", "ticked", "says"),
    [("another", "on", True), ("another", "", False), ("me", "on", False)],
)
def test_the_photographers_yes_goes_with_the_post_and_comes_back(karin, photographer, ticked, says):
    typed = {"photographer": photographer, "credit": "Ali Haddad", "photographer_said_yes": ticked}
    post = sends_in(karin, **typed)
    assert post.current_version.photographer_said_yes is says
    workflow.request_changes(post, factories.reviewer(), post.current_version, "Kortare, tack")
    form = DraftForm(karin, post)
    assert form["photographer_said_yes"].value() is says


def test_what_is_folded_is_shown_again_as_it_was_kept(karin):
    channels = [factories.channel("facebook"), factories.channel("x")]
    post = factories.draft(karin, message="Ring mig")
    post.wished_channels.set(channels[1:])
    form = DraftForm(karin, post)
    assert form["wished_channels"].value() == [channels[1].pk]
    assert form["message"].value() == "Ring mig"
    page = signed_in(karin).get(f"/inlagg/{post.pk}/andra/").content.decode()
    assert re.search(rf'name="wished_channels" value="{channels[1].pk}"[^>]* checked', page)


def test_where_there_is_one_channel_there_is_nothing_to_wish(karin):
    factories.channel("facebook")
    assert b"wished_channels" not in signed_in(karin).get("/nytt/").content


@pytest.mark.parametrize(("most", "said"), [(2048, "2 GB"), (1536, "1,5 GB"), (700, "0,684 GB")])
def test_a_film_that_is_too_large_is_refused_before_it_is_sent(karin, settings, most, said):
    settings.FILM_MAX_BYTES = most * 1024 * 1024
    page = signed_in(karin).get("/nytt/").content.decode()
    assert f'data-too-large="Filmen är större än {said}. Korta den eller skicka en länk."' in page
