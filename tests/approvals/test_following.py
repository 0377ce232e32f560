"""On the page of a channel's words: a long text parted into a thread, and the first comment."""

import pytest
from django.urls import reverse

from posts.models import Post, VersionChannel
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
LONG = " ".join(f"Mening nummer {number} handlar om tågens tider." for number in range(1, 17))


@pytest.fixture
def anna():
    return factories.reviewer()


@pytest.fixture
def desk(anna):
    return signed_in(anna)


@pytest.fixture
def x():
    return factories.channel("x")


@pytest.fixture
def post(anna, x) -> Post:
    post = factories.submitted(text=LONG)
    factories.for_channels(post, anna, x)
    return post


def address(post, channel) -> str:
    return reverse("approvals:channel_text", args=[post.pk, channel.pk])


def chosen(post, channel) -> VersionChannel:
    post.refresh_from_db()
    return post.current_version.chosen_channels.get(channel=channel)


def send(desk, post, channel, **typed):
    post.refresh_from_db()
    return desk.post(address(post, channel), {"version": post.current_version_id, **typed})


def test_a_text_that_is_too_long_is_offered_to_be_parted(desk, post, x):
    assert "Dela upp i en tråd" in text_of(desk.get(address(post, x)))
    send(desk, post, x, text="Kort.")
    assert "Dela upp i en tråd" not in text_of(desk.get(address(post, x)))


def test_the_suggestion_is_saved_and_each_part_fits(desk, post, x):
    answer = send(desk, post, x, text=LONG, intent="split")
    assert answer.status_code == 302
    words = chosen(post, x)
    parts = [words.text, *words.thread]
    assert len(parts) == 3
    assert " ".join(parts) == LONG
    assert max(map(x.adapter_class.length, parts)) <= 280
    assert all(part.endswith(".") for part in parts)
    page = desk.get(address(post, x)).content.decode()
    assert all(f">{part}</textarea>" in page for part in words.thread)
    assert "Del 2 av 3" in text_of(desk.get(address(post, x)))


def test_a_person_changes_the_parts_and_an_empty_one_is_none(desk, post, x):
    send(desk, post, x, text=LONG, intent="split")
    first = chosen(post, x).text
    send(desk, post, x, text=first, has_thread="1", thread=["Två.", "  ", "Tre.", ""])
    assert (chosen(post, x).text, chosen(post, x).thread) == (first, ["Två.", "Tre."])


def test_emptied_parts_are_no_thread(desk, post, x):
    send(desk, post, x, text=LONG, intent="split")
    send(desk, post, x, text="Kort.", has_thread="1", thread=["", ""])
    assert chosen(post, x).thread == []


def test_a_page_that_shows_no_thread_leaves_it_as_it_is(desk, post, x):
    send(desk, post, x, text=LONG, intent="split")
    before = chosen(post, x).thread
    send(desk, post, x, text="Annat.")
    assert (chosen(post, x).text, chosen(post, x).thread) == ("Annat.", before)


def test_parts_become_one_text_again(desk, post, x):
    send(desk, post, x, text="Ett.", has_thread="1", thread=["Två."])
    send(desk, post, x, text="Ett.", has_thread="1", thread=["Två.", ""], intent="join")
    assert (chosen(post, x).text, chosen(post, x).thread) == ("Ett.\n\nTvå.", [])


def test_every_part_is_counted_while_somebody_types(desk, post, x):
    send(desk, post, x, text="Ett.", has_thread="1", thread=["Två."])
    typed = {"text": "Ett.", "has_thread": "1", "thread": ["Två.", "å" * 283]}
    post.refresh_from_db()
    answer = desk.post(
        address(post, x), {"version": post.current_version_id, **typed}, headers={"HX-Request": "true"}
    )
    told = text_of(answer)
    assert ("3 tecken för långt." in told, "4 av 280" in told, "283 av 280" in told) == (True, True, True)
    assert 'id="antal-del-2"' in answer.content.decode()


def test_a_part_that_is_too_long_keeps_the_post_from_being_approved(anna, desk, post, x):
    send(desk, post, x, text="Ett.", has_thread="1", thread=["å" * 283])
    assert "del 2: texten är 3 tecken för lång" in text_of(desk.get(address(post, x)))


def test_the_first_comment_is_written_and_seen_below_the_post(anna, desk):
    facebook = factories.channel("facebook")
    post = factories.submitted()
    factories.for_channels(post, anna, facebook)
    page = text_of(desk.get(address(post, facebook)))
    assert ("Första kommentaren" in page, "Dela upp i en tråd" in page) == (True, False)
    send(desk, post, facebook, text="Hej.", first_comment="Läs mer på seko.se.\r\n")
    assert chosen(post, facebook).first_comment == "Läs mer på seko.se."
    shown = desk.get(address(post, facebook)).content.decode()
    assert '<p class="preview__text">Läs mer på seko.se.</p>' in shown


def test_a_channel_without_comments_is_not_asked_for_one(desk, post, x):
    assert "Första kommentaren" not in text_of(desk.get(address(post, x)))


@pytest.mark.parametrize("intent", ["", "split", "join"])
def test_what_is_typed_is_kept_whatever_is_pressed(desk, post, x, intent):
    send(desk, post, x, text="Nytt och kort.", intent=intent)
    assert chosen(post, x).text == "Nytt och kort."
