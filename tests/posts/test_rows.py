"""A row in a list of one's own posts: under which tab it stands, and which time it tells."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from posts import events, publishing, waiting
from posts.models import Hold, Post, Publication, Regret, Removal
from tests import factories
from tests.pages import signed_in, text_of
from tests.posts.test_events_views import an_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def post(karin, anna):
    return factories.approved(
        factories.submitted(karin, text="Vi ses på årsmötet"), anna, factories.channel(), factories.channel()
    )


def send(post: Post) -> None:
    for publication in Publication.objects.filter(post=post):
        Publication.objects.filter(pk=publication.pk).update(not_before=timezone.now())
        publishing.send(publishing.claim(publication.pk))


def take_down(post: Post, by) -> None:
    publishing.take_down(post, by, Regret.WRONG)
    for removal in Removal.objects.unfinished():
        publishing.remove(publishing.claim_removal(removal.pk))


def listed(karin, tab: str) -> str:
    return text_of(signed_in(karin).get(f"/mina/?visa={tab}"))


def row_of(karin, tab: str) -> str:
    return listed(karin, tab).partition("Vi ses på årsmötet")[2]


def approved_days_ago(post: Post) -> None:
    """The okay is older than all that came of it."""
    Post.objects.filter(pk=post.pk).update(updated_at=timezone.now() - timedelta(days=3))


def test_what_is_scheduled_says_when_it_will_be_out(karin, post):
    approved_days_ago(post)
    soon, later = timezone.now() + timedelta(days=2), timezone.now() + timedelta(days=5)
    first, second = Publication.objects.all()
    Publication.objects.filter(pk=first.pk).update(planned_for=later, not_before=later)
    Publication.objects.filter(pk=second.pk).update(planned_for=soon, not_before=soon)
    words = f"Schemalagt publiceras {waiting.day_and_time(soon)}"
    assert row_of(karin, "pagar").strip().startswith(words)
    assert words in text_of(signed_in(karin).get("/hem/"))


def test_what_lies_in_the_reserve_says_until_when_it_is_good_and_no_other_time(karin, post):
    approved_days_ago(post)
    Publication.objects.update(status="held", hold=Hold.RESERVE)
    assert waiting.happened_at(Post.objects.get()) is None
    assert waiting.comes_out(Post.objects.get()) == ""
    Post.objects.update(best_before=date(2027, 3, 9))
    assert "I reserven bäst före 9 mars" in row_of(karin, "pagar")


def test_what_is_out_says_since_when(karin, post):
    send(post)
    approved_days_ago(post)
    assert "Publicerat i dag" in row_of(karin, "publicerat")


def test_what_is_wholly_taken_down_is_over_since_then(karin, anna, post):
    send(post)
    take_down(post, anna)
    approved_days_ago(post)
    assert "Nedtaget i dag" in row_of(karin, "avslutat")
    for page in ("/mina/", "/mina/?visa=publicerat", "/hem/"):
        assert "Vi ses på årsmötet" not in text_of(signed_in(karin).get(page))


def test_what_was_taken_back_before_it_came_out_is_over_too(karin, anna, post):
    publishing.take_down(post, anna, Regret.WRONG)
    approved_days_ago(post)
    assert "Inställt i dag" in row_of(karin, "avslutat")
    assert row_of(karin, "pagar") == ""


def test_what_is_still_out_somewhere_is_not_over(karin, anna, post):
    send(post)
    publishing.take_down(post, anna, Regret.WRONG)
    publishing.remove(publishing.claim_removal(Removal.objects.unfinished().first().pk))
    assert row_of(karin, "avslutat") == ""
    assert row_of(karin, "publicerat") != ""


def test_a_new_version_of_what_was_taken_down_is_under_way_again(karin, anna, post):
    send(post)
    take_down(post, anna)
    Post.objects.update(status="in_review")
    assert (row_of(karin, "avslutat"), row_of(karin, "pagar") != "") == ("", True)


def test_an_event_whose_post_is_taken_down_is_asked_about_again(karin, anna, post):
    event = an_event(karin)
    Post.objects.update(event=event)
    send(post)
    assert events.asked_for(karin) == []
    assert "1 inlägg" in text_of(signed_in(karin).get("/handelser/"))
    take_down(post, anna)
    assert events.asked_for(karin) == [event]
    assert "1 inlägg" not in text_of(signed_in(karin).get("/handelser/"))
