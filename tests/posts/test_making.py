"""How far a film is stands where its sender and whoever reviews it look."""

from datetime import timedelta

import pytest
from django.utils import timezone

from posts import making, preparation, workflow
from posts.models import Media, MediaKind, MediaState, Post, Rendition, RenditionState
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


def in_work(media, percent, kind=MediaKind.FILM):
    Media.objects.filter(pk=media.pk).update(state=MediaState.PREPARING, kind=kind, progress=percent)


@pytest.fixture
def post(karin):
    """With a film that a worker is preparing."""
    media = factories.unprepared(karin)
    post = factories.submitted(karin, media=[media])
    in_work(media, 42)
    return post


def test_who_sent_in_a_film_sees_how_far_its_preparation_is(post, karin):
    page = signed_in(karin)
    assert "Filmen bearbetas, 42 %" in text_of(page.get(f"/inlagg/{post.pk}/"))
    Media.objects.update(progress=43)
    part = page.get(f"/inlagg/{post.pk}/?del=lage")
    assert "Filmen bearbetas, 43 %" in text_of(part)
    assert "hx-trigger" in part.content.decode()


def test_whoever_reviews_it_sees_it_too(post, desk):
    assert "Filmen görs i ordning. Du kan besluta när den är klar. 42 %" in text_of(
        desk.get(f"/granska/{post.pk}/")
    )


def test_of_several_the_one_that_takes_longest_is_told(karin):
    media = [factories.unprepared(karin) for _ in range(3)]
    post = factories.submitted(karin, media=media)
    for item, percent, kind in zip(media, (7, 42, 11), ("picture", "film", "film"), strict=True):
        in_work(item, percent, kind)
    assert making.of(Post.objects.for_list().get(pk=post.pk)) == (True, False, 11)


def ordered(version):
    recipe = preparation.renditions.order(version)[0].recipe
    Rendition.objects.update(state=RenditionState.MAKING, progress=30)
    return recipe


@pytest.fixture
def for_youtube(karin, anna):
    """A picture becomes a film there."""
    post = factories.submitted(karin)
    version = factories.for_channels(post, anna, factories.channel("youtube"), title="Rubrik")
    ordered(version)
    return post


def test_what_is_made_for_a_channel_is_told_to_both(for_youtube, karin, desk):
    assert "Filmen görs i ordning för kanalerna, 30 %" in text_of(
        signed_in(karin).get(f"/inlagg/{for_youtube.pk}/")
    )
    shown = text_of(desk.get(f"/granska/{for_youtube.pk}/"))
    assert "Filmen görs just nu. Den visas här när den är klar. 30 %" in shown


def test_nothing_is_told_when_nothing_is_made(for_youtube, karin):
    Rendition.objects.update(state=RenditionState.FAILED)
    assert making.of(Post.objects.for_list().get(pk=for_youtube.pk)) is None
    page = signed_in(karin).get(f"/inlagg/{for_youtube.pk}/").content.decode()
    assert ('class="making"' in page, "hx-trigger" in page) == (False, False)


def test_of_a_post_that_nobody_decides_on_nothing_is_told(for_youtube, karin):
    workflow.withdraw(for_youtube, karin)
    assert making.of(Post.objects.for_list().get(pk=for_youtube.pk)) is None


def test_a_rendition_tells_how_far_it_is_and_begins_anew_from_nothing(for_youtube):
    Rendition.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    rendition = preparation.claim_rendition(Rendition.objects.get().pk)
    assert rendition.progress == 0
    preparation.on_lease(rendition)(0.425)
    assert Rendition.objects.get().progress == 42
