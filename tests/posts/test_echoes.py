"""What was published lately and is like a post: found, named, and found cheaply."""

from datetime import timedelta

import pytest
from django.utils import timezone

from posts import echoes, likeness
from posts.models import Media, Post, Publication, PublicationStatus, Version
from tests import factories
from tests.posts.test_indexes import plan_of
from tests.posts.test_likeness import OTHERS, VISIT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]

A_PICTURE, NEARLY_IT, ANOTHER = 0x0F0F_3C3C_5A5A_1234, 0x0F0F_3C3C_5A5A_1200, 0x70F0_C3C3_A5A5_EDCB

NOT_OUT = sorted({*PublicationStatus.values} - {"published", "held", "staging", "committing"})
"""Three more are not out: the database wants more of them than these tests give."""


@pytest.fixture
def facebook():
    return factories.channel(is_preselected=True)


def written(text: str = VISIT, *prints: int) -> Post:
    karin = factories.ombudsman()
    media = [factories.picture(karin, picture_print=each) for each in prints] or None
    return factories.submitted(karin, text=text, media=media)


def out(facebook, text: str = VISIT, *prints: int, days: float = 3, status: str = "published") -> Post:
    """A post that came out so many days ago."""
    post = factories.approved(written(text, *prints), factories.reviewer(), facebook)
    Publication.objects.filter(post=post).update(
        status=status, published_at=timezone.now() - timedelta(days=days), url="https://example.test/"
    )
    return post


def found(post: Post) -> tuple[int | None, int | None]:
    """The posts that show the same picture, and say nearly the same."""
    like = echoes.of(post.version_in_force, timezone.now())
    return like.picture and like.picture.post_id, like.text and like.text.post_id


def test_a_version_is_frozen_with_its_texts_print():
    assert written().version_in_force.text_print == likeness.print_of_text(VISIT)
    assert written("Hej!").version_in_force.text_print is None


def test_the_same_picture_is_found_again(facebook):
    post = out(facebook, OTHERS[0], ANOTHER, A_PICTURE)
    assert found(written(OTHERS[1], NEARLY_IT)) == (post.pk, None)
    assert found(written(OTHERS[1], likeness.of_bands(likeness.bands_of(A_PICTURE ^ (1 << 63))))) == (
        post.pk,
        None,
    )


def test_another_picture_is_not_found(facebook):
    out(facebook, OTHERS[0], ANOTHER)
    assert found(written(OTHERS[1], A_PICTURE)) == (None, None)


def test_a_picture_without_a_print_is_like_nothing(facebook):
    out(facebook, OTHERS[0])
    assert found(written(OTHERS[1], 0)) == (None, None)
    assert found(written(OTHERS[1])) == (None, None)


def test_nearly_the_same_text_is_found_again(facebook):
    post = out(facebook, VISIT)
    assert found(written(VISIT.replace("Umeå", "Luleå"))) == (None, post.pk)
    assert found(written(OTHERS[3])) == (None, None)


def test_what_only_has_a_band_in_common_is_compared_and_left(facebook):
    post = out(facebook, OTHERS[0], A_PICTURE ^ (0xFFFF << 40))
    other = written(OTHERS[1], A_PICTURE)
    version = other.version_in_force
    version.text_print = post.version_in_force.text_print
    near = echoes.sharing_a_band(Version, "text_print", [version.text_print])
    assert {"pk": post.current_version_id} in near
    assert echoes.of(version, timezone.now()) == echoes.Echoes()


def test_the_newest_is_named(facebook):
    out(facebook, VISIT, A_PICTURE, days=20)
    newest = out(facebook, VISIT, A_PICTURE, days=2)
    out(facebook, VISIT, A_PICTURE, days=9)
    assert found(written(VISIT, A_PICTURE)) == (newest.pk, newest.pk)


@pytest.mark.parametrize(("days", "is_found"), [(29.9, True), (30.1, False), (400, False)])
def test_only_the_last_thirty_days_count(facebook, days, is_found):
    out(facebook, VISIT, A_PICTURE, days=days)
    assert (found(written(VISIT, A_PICTURE)) != (None, None)) == is_found


@pytest.mark.parametrize("status", NOT_OUT)
def test_what_is_not_out_is_no_echo(facebook, status):
    out(facebook, VISIT, A_PICTURE, status=status)
    assert found(written(VISIT, A_PICTURE)) == (None, None)


def test_a_post_is_no_echo_of_itself(facebook):
    assert found(out(facebook, VISIT, A_PICTURE)) == (None, None)


@pytest.mark.parametrize("count", [1, 12])
def test_it_takes_two_queries_however_much_was_published(facebook, count, django_assert_num_queries):
    for number in range(count):
        out(facebook, VISIT, A_PICTURE, ANOTHER, days=number)
    version = Version.objects.whole().get(pk=written(VISIT, A_PICTURE).current_version_id)
    with django_assert_num_queries(2):
        assert None not in vars(echoes.of(version, timezone.now())).values()


def test_nothing_is_asked_where_nothing_can_be_alike(facebook, django_assert_num_queries):
    short = Version.objects.whole().get(pk=written("Hej!").current_version_id)
    with django_assert_num_queries(0):
        assert echoes.of(short, timezone.now()) == echoes.Echoes()


def test_of_many_texts_those_that_share_the_most_are_compared(facebook, monkeypatch):
    monkeypatch.setattr(echoes, "CLOSELY", 1)
    same = out(facebook, VISIT, days=9)
    out(facebook, f"{VISIT} {OTHERS[0]}", days=1)
    assert likeness.bands_in_common(
        *Version.objects.filter(number=2).values_list("text_print", flat=True)
    ) in (1, 2, 3)
    assert found(written(VISIT)) == (None, same.pk)


@pytest.mark.parametrize(
    ("model", "field", "index"),
    [(Media, "picture_print", "posts_picture"), (Version, "text_print", "posts_text")],
)
def test_every_band_has_its_index(model, field, index):
    plan = plan_of(echoes.sharing_a_band(model, field, [A_PICTURE, ANOTHER]))
    assert [number for number in range(4) if f"{index}_{number}" not in plan] == []
