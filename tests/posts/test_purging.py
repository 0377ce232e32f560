"""What was blurred is gone from wherever files are kept; what still needs a file keeps it, and no longer."""

import re
import threading
from contextlib import suppress
from datetime import timedelta

import boto3
import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from moto import mock_aws

from audit.models import Entry
from posts import content, preparation, publishing, purging, retouching, rules, workflow
from posts.media.edits import Box, Edits
from posts.models import (
    Draft,
    DraftMedia,
    Media,
    MediaKind,
    MediaState,
    Post,
    Publication,
    PublicationStatus,
    Rendition,
    RenditionState,
    Status,
    Version,
)
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]

BLUR = Edits(blur=(Box(10, 10, 30, 30),))
TURN = Edits(turn=90)


def a_picture(owner):
    return factories.picture(owner, factories.jpeg(size=(320, 240)), width=320, height=240)


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def post(karin):
    return factories.submitted(karin, media=[a_picture(karin)])


def shown(post):
    return Post.objects.get(pk=post.pk).current_version.shown_media.get().media


def edited(post, by, edits=BLUR, old=None):
    """The picture that the post shows, made anew; the new one."""
    post.refresh_from_db()
    retouching.save(post, by, post.current_version, old or shown(post), edits)
    return shown(post)


def files():
    """Everything that is kept, by the storage's own account."""

    def below(folder):
        try:
            folders, names = default_storage.listdir(folder)
        except FileNotFoundError:
            return
        yield from (f"{folder}/{name}".lstrip("/") for name in names)
        for name in folders:
            yield from below(f"{folder}/{name}".lstrip("/"))

    return sorted(below(""))


def kept(media):
    return sorted(str(field.name) for field in (media.master, media.thumb, media.medium))


def made_of(media, *, is_film):
    """What was made of it for a channel, with its files."""
    ingredients = content.made_of([media]) | (
        {"text": "Hej", "seconds": 8} if is_film else {"picture_bytes": 9}
    )
    rendition = Rendition(recipe=content.recipe_of(ingredients), ingredients=ingredients, sha256="0" * 64)
    for field in (rendition.film, rendition.poster) if is_film else (rendition.picture,):
        field.save(f"{field.field.name}.jpg", factories.ContentFile(b"the old picture"), save=False)
    rendition.state = RenditionState.READY
    rendition.save()
    return rendition


# --- a blur ---------------------------------------------------------------------------------------------------


def test_a_blur_takes_every_file_of_the_old_picture_and_leaves_its_row_and_digest(post, anna):
    old = shown(post)
    made_of(old, is_film=True)
    made_of(old, is_film=False)
    assert len(files()) == 6

    new = edited(post, anna)

    assert files() == kept(new)
    known = Media.objects.get(pk=old.pk)
    assert (known.sha256, known.master.name, known.medium.name, known.thumb.name) == (old.sha256, "", "", "")
    assert (known.is_ready, known.is_purged, known.state) == (False, True, MediaState.READY)
    assert Rendition.objects.count() == 0
    assert (new.made_from, new.made_by, new.owner) == (known, anna, old.owner)
    assert new.edits == [BLUR.as_plain()]
    assert Entry.objects.filter(verb="media.purged", thing=f"media:{old.pk}").count() == 1


def test_it_stands_in_the_old_ones_place_with_its_description_and_the_authors_version_stays(karin, anna):
    pictures = [a_picture(karin) for _ in range(3)]
    post = factories.submitted(karin, media=pictures, alt_text=factories.ALT)
    first = post.current_version
    digest = first.digest

    retouching.save(post, anna, first, pictures[1], BLUR)

    now = Post.objects.get(pk=post.pk).current_version
    places = [item.media for item in now.shown_media.all()]
    assert (places[0], places[2]) == (pictures[0], pictures[2])
    assert places[1].made_from == pictures[1]
    assert {item.alt_text for item in now.shown_media.all()} == {factories.ALT}
    assert (now.number, now.created_by) == (2, anna)
    first = Version.objects.get(pk=first.pk)
    assert (first.digest, first.manuscript().digest()) == (digest, digest)


def test_where_it_stood_for_a_film_the_new_one_stands_now(post, anna):
    channel = factories.channel()
    old = shown(post)
    factories.for_channels(post, anna, channel, thumbnail=old.sha256)
    new = edited(post, anna)
    assert Post.objects.get(pk=post.pk).current_version.chosen_channels.get().thumbnail == new.sha256


def taken_out_of(film, by, *edits):
    still = a_picture(film.owner)
    Media.objects.filter(pk=still.pk).update(made_from=film, made_by=by, edits=[{"still": 0.5}, *edits])
    return Media.objects.get(pk=still.pk)


def test_a_blurred_picture_out_of_a_film_takes_the_place_of_the_picture_and_never_of_the_film(karin, anna):
    film = factories.picture(karin, b"a film", kind=MediaKind.FILM, seconds=1.0)
    old, new = taken_out_of(film, anna), taken_out_of(film, anna, BLUR.as_plain())
    purging.supersede(new)
    purging.purge_family(new)
    now = {media.pk: (media.superseded_at is None, bool(media.master)) for media in Media.objects.all()}
    assert now == {film.pk: (True, True), old.pk: (False, False), new.pk: (True, True)}
    assert [purging.in_force(media) for media in (film, Media.objects.get(pk=old.pk))] == [film, new]


def test_what_is_only_turned_or_cropped_takes_nothing_away(post, anna):
    old = shown(post)
    new = edited(post, anna, TURN)
    assert files() == sorted(kept(old) + kept(new))
    assert (new.width, new.height) == (240, 320)
    assert Media.objects.get(pk=old.pk).superseded_at is None


def test_a_blur_takes_all_that_was_made_in_between(post, anna):
    first = shown(post)
    second = edited(post, anna, TURN)
    third = edited(post, anna)
    assert files() == kept(third)
    assert third.made_from == first
    assert third.edits == [TURN.as_plain(), BLUR.as_plain()]
    assert Media.objects.get(pk=second.pk).is_purged


def test_a_turn_after_a_blur_brings_nothing_back(post, anna):
    blurred = edited(post, anna)
    turned = edited(post, anna, TURN)
    assert files() == sorted(kept(blurred) + kept(turned))
    assert turned.superseded_at is None


# --- who is shown it ------------------------------------------------------------------------------------------


def test_whoever_might_see_the_old_picture_is_told_that_it_is_gone_and_nobody_else_learns_of_it(
    post, anna, karin
):
    old = shown(post)
    edited(post, anna)
    for size in ("thumb", "medium", "master"):
        where = f"/media/{old.pk}/{size}/"
        assert signed_in(karin).get(where).status_code == 410
        assert (
            signed_in(anna).get(where).content.decode() == "Bilden är borttagen, för något i den är suddat."
        )
        assert signed_in(factories.ombudsman()).get(where).status_code == 404
    response = signed_in(karin).get(f"/media/{shown(post).pk}/master/")
    assert (response.status_code, len(b"".join(response.streaming_content))) == (200, shown(post).size)
    assert rules.may_see_media(karin, shown(post))


def test_the_author_sees_that_the_picture_was_changed(post, anna, karin):
    edited(post, anna)
    page = text_of(signed_in(karin).get(f"/inlagg/{post.pk}/"))
    assert "Bild A Tillagt: (suddad)" in page


def test_a_browser_that_kept_the_old_picture_is_told_that_it_is_gone(post, anna, karin):
    client, old = signed_in(karin), shown(post)
    first = client.get(f"/media/{old.pk}/thumb/")
    assert b"".join(first.streaming_content)
    kept_as = {"If-None-Match": first["ETag"]}
    assert first["ETag"] == f'"{old.sha256}-thumb"'
    assert client.get(f"/media/{old.pk}/thumb/", headers=kept_as).status_code == 304
    edited(post, anna)
    assert client.get(f"/media/{old.pk}/thumb/", headers=kept_as).status_code == 410


# --- drafts ---------------------------------------------------------------------------------------------------


def test_the_author_goes_on_with_the_new_picture(post, anna, karin):
    old, new = shown(post), edited(post, anna)
    post.refresh_from_db()
    workflow.request_changes(post, anna, post.current_version, "Kortare, tack.")
    assert [item.media for item in Draft.objects.get(post=post).shown_media.all()] == [new]

    # The form as the browser had kept it, from before.
    stale = {"client_id": post.client_id, "text": "Kort.", "media": [old.pk], f"alt_{old.pk}": "Vid spåret"}
    signed_in(karin).post(f"/inlagg/{post.pk}/andra/", stale)

    kept_in_draft = DraftMedia.objects.get(draft__post=post)
    assert (kept_in_draft.media, kept_in_draft.alt_text) == (new, "Vid spåret")


def test_a_post_that_comes_back_comes_with_what_was_blurred_elsewhere(post, anna, karin):
    other = factories.submitted(karin, media=[shown(post)], text="Samma bild.")
    new = edited(other, anna)
    post.refresh_from_db()
    workflow.request_changes(post, anna, post.current_version, "Kortare, tack.")
    assert [item.media for item in Draft.objects.get(post=post).shown_media.all()] == [new]


def test_another_draft_with_the_old_picture_shows_the_new_one(post, anna, karin):
    other = factories.draft(karin, media=[shown(post)])
    new = edited(post, anna)
    assert [item.media for item in other.draft.shown_media.all()] == [new]


# --- what still needs it --------------------------------------------------------------------------------------


def published(karin, anna, media):
    channel = factories.channel()
    post = factories.approved(factories.submitted(karin, media=[media]), anna, channel)
    publication = Publication.objects.get(post=post)
    publishing.send(publishing.claim(publication.pk))
    publication.refresh_from_db()
    assert publication.status == PublicationStatus.PUBLISHED
    return publication


def test_what_is_public_keeps_its_picture_until_it_is_taken_down_and_the_desk_is_told(post, anna, karin):
    old = shown(post)
    out = published(karin, anna, old)

    new = edited(post, anna)

    assert files() == sorted(kept(old) + kept(new))
    assert purging.still_out(new) == [out]
    page = signed_in(anna).get(f"/granska/{post.pk}/").content.decode()
    assert "Den gamla bilden är redan ute på Facebook." in page
    assert f'href="/inlagg/{out.post_id}/ta-ned/"' in page

    Publication.objects.filter(pk=out.pk).update(status=PublicationStatus.REMOVED)
    purging.sweep()
    assert files() == kept(new)
    assert purging.still_out(new) == []

    for page in (f"/inlagg/{out.post_id}/", f"/publicering/{out.pk}/kvitto/"):
        shown_there = signed_in(anna).get(page)
        assert str(old.pk) not in shown_there.content.decode()
        assert "Bilden är borttagen, för något i den är suddat." in text_of(shown_there)


def test_another_post_in_review_keeps_it_and_cannot_be_approved_with_it(post, anna, karin):
    old = shown(post)
    other = factories.submitted(karin, media=[old])
    factories.for_channels(other, anna, factories.channel())

    new = edited(post, anna)

    assert files() == sorted(kept(old) + kept(new))
    with pytest.raises(workflow.BlockedError) as blocked:
        workflow.approve(other, anna, other.current_version)
    assert [blocker.code for blocker in blocked.value.blockers] == ["picture_superseded"]

    # Cropped, it still shows what was blurred; blurred, it does not, and the first blur stays as it is.
    cropped = edited(other, anna, Edits(crop=Box(0, 0, 50, 50)))
    assert cropped.superseded_at is not None
    blurred = edited(other, anna)
    assert files() == sorted(kept(new) + kept(blurred))
    assert Media.objects.get(pk=new.pk).superseded_at is None


def test_what_was_cropped_elsewhere_still_shows_it_and_is_superseded_too(post, anna, karin):
    other = factories.submitted(karin, media=[shown(post)])
    cropped = edited(other, anna, Edits(crop=Box(0, 0, 50, 50)))
    new = edited(post, anna)
    assert Media.objects.get(pk=cropped.pk).superseded_at is not None
    workflow.withdraw(other, karin)
    purging.sweep()
    assert files() == kept(new)


def test_what_nobody_reviews_any_more_is_swept_away(post, anna, karin):
    other = factories.submitted(karin, media=[shown(post)])
    new = edited(post, anna)
    workflow.withdraw(other, karin)
    purging.sweep()
    assert files() == kept(new)


@pytest.mark.parametrize("count", [1, 40])
def test_the_sweep_asks_the_same_however_many_are_still_needed(
    post, anna, karin, count, django_assert_num_queries
):
    for _ in range(count):
        old = a_picture(karin)
        factories.submitted(karin, media=[old])
        Media.objects.filter(pk=old.pk).update(superseded_at=timezone.now())
    with django_assert_num_queries(3):
        purging.sweep()


# --- dying ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", ["announce", "forget_renditions", "forget_folder", "purge"], ids=lambda step: f"before {step}"
)
def test_whoever_dies_in_a_purge_leaves_one_that_the_sweep_finishes(post, anna, monkeypatch, step):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    old = shown(post)
    made_of(old, is_film=True)
    with monkeypatch.context() as death:
        death.setattr(purging, step, die)
        with pytest.raises(Killed):
            edited(post, anna)
    new = shown(post)
    assert new != old

    purging.sweep()

    assert files() == kept(new)
    assert Rendition.objects.count() == 0
    purging.sweep()
    assert Entry.objects.filter(verb="media.purged").count() == 1


def test_whoever_dies_while_a_picture_is_made_leaves_the_old_one_alone(post, anna, monkeypatch):
    old = shown(post)
    before = files()
    new = retouching.begin(old, anna, BLUR)
    new.master.save("master.jpg", factories.ContentFile(b"half of it"), save=False)
    late = timezone.now() + preparation.LEASE + timedelta(seconds=1)
    assert list(preparation.waiting(late)) == []

    retouching.sweep(timezone.now())
    assert Media.objects.filter(pk=new.pk).exists()
    retouching.sweep(late)

    assert files() == before
    assert not Media.objects.filter(pk=new.pk).exists()
    assert shown(post) == old


def test_an_edit_that_is_refused_leaves_nothing(post, anna, karin):
    before, seen = files(), post.current_version
    factories.for_channels(post, anna, factories.channel())
    with pytest.raises(workflow.MovedOnError):
        retouching.save(Post.objects.get(pk=post.pk), anna, seen, shown(post), BLUR)
    # Faster still: the post moves on while the picture is made.
    late = Post.objects.get(pk=post.pk)
    workflow.request_changes(Post.objects.get(pk=post.pk), anna, late.current_version, "Vänta.")
    with pytest.raises(workflow.NoLongerSoError):
        retouching.save(late, anna, late.current_version, shown(post), BLUR)
    assert files() == before
    assert Media.objects.count() == 1


def test_what_was_blurred_elsewhere_in_the_meantime_stands_in_the_turned_one_too(post, anna, karin):
    old, other = shown(post), factories.submitted(karin, media=[shown(post)])
    edited(other, anna)
    assert old.superseded_at is None
    assert edited(post, anna, TURN, old=old).superseded_at == Media.objects.get(pk=old.pk).superseded_at
    assert shown(other).superseded_at is None


# --- other stores ---------------------------------------------------------------------------------------------


def test_it_is_gone_from_an_object_store_too(anna, karin, settings):
    """The bucket keeps no other versions (docs/operations.md)."""
    s3 = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": "pictures"}}
    with mock_aws(), override_settings(STORAGES={**settings.STORAGES, "default": s3}):
        store = boto3.client("s3", region_name="us-east-1")
        store.create_bucket(Bucket="pictures")
        post = factories.submitted(karin, media=[a_picture(karin)])
        made_of(shown(post), is_film=True)

        new = edited(post, anna)

        there = store.list_objects_v2(Bucket="pictures")["Contents"]
        assert sorted(item["Key"] for item in there) == kept(new)


# --- at once --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_what_is_blurred_elsewhere_at_the_same_moment_is_not_approved(karin, anna):
    old = a_picture(karin)
    other = factories.submitted(karin, media=[old])
    factories.for_channels(other, anna, factories.channel())
    version = Post.objects.get(pk=other.pk).current_version
    came = []

    def approve():
        try:
            came.append(workflow.approve(other, anna, Version.objects.whole().get(pk=version.pk)))
        except workflow.BlockedError as error:
            came.append([blocker.code for blocker in error.blockers])
        finally:
            connection.close()

    thread = threading.Thread(target=approve)
    with transaction.atomic():
        purging.supersede(retouching.begin(old, anna, BLUR))
        thread.start()
        while thread.is_alive() and not waiting_for_a_row():
            pass
    thread.join()
    assert came == [["picture_superseded"]]
    assert (Post.objects.get(pk=other.pk).status, Publication.objects.count()) == (Status.IN_REVIEW, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_two_who_blur_the_same_picture_at_the_same_moment_do_not_wait_in_a_ring(post, anna, monkeypatch):
    seen, old, done = post.current_version, shown(post), []
    keep, both_have_made_it = retouching.keep, threading.Barrier(2)

    def and_wait(*args):
        keep(*args)
        with suppress(threading.BrokenBarrierError):
            both_have_made_it.wait(timeout=0.5)

    def blur():
        try:
            done.append(retouching.save(Post.objects.get(pk=post.pk), anna, seen, old, BLUR).number)
        except workflow.MovedOnError:
            done.append(None)
        finally:
            connection.close()

    monkeypatch.setattr(retouching, "keep", and_wait)
    threads = [threading.Thread(target=blur) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=str) == [2, None]
    assert (Media.objects.count(), shown(post).superseded_at) == (2, None)


IN_ORDER = ["posts_post", "posts_media", "audit_head"]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite locks no rows")
def test_pictures_are_locked_after_the_post_and_before_the_log(post, anna):
    """By whoever blurs and by whoever approves: else each of them could wait for the other."""
    with CaptureQueriesContext(connection) as blurs:
        edited(post, anna)
    version = factories.for_channels(Post.objects.get(), anna, factories.channel())
    with CaptureQueriesContext(connection) as approves:
        workflow.approve(post, anna, version)
    for asked in (blurs, approves):
        locked = [query["sql"] for query in asked if "UPDATE" in query["sql"][-20:]]
        tables = [re.search(r'FROM "(\w+)"', sql)[1] for sql in locked]
        order = [name for name in dict.fromkeys(tables) if name in IN_ORDER]
        assert order == IN_ORDER


def waiting_for_a_row() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]
