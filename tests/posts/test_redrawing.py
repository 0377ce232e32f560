"""A sender changes a picture that has come up already: only their own, only while it is with them, and for good."""

import json
import uuid

import pytest
from django.core.files.storage import default_storage

from posts import drafting, redrawing_forms, retouching, workflow
from posts.media.edits import Box, Edits
from posts.models import DraftMedia, Media, MediaKind, Post
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]

FACE = {"left": 25, "top": 25, "width": 50, "height": 50}


def drawn(**changes):
    return {"drawn": json.dumps({"boxes": [], "crop": None, "turn": 0} | changes)}


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def picture(karin):
    return factories.picture(karin, factories.jpeg(size=(640, 480)), width=640, height=480)


def test_what_is_blurred_is_gone_and_the_new_picture_stands_in_its_place(karin, picture):
    post = factories.draft(karin, media=[picture], alt_text="Två vagnar")
    old_files = [file.name for file in (picture.master, picture.thumb, picture.medium)]
    answer = signed_in(karin).post(f"/media/{picture.pk}/andra/", drawn(boxes=[FACE], turn=90))
    assert answer.status_code == 201
    shown = DraftMedia.objects.get(draft__post=post)
    assert (shown.media.made_from, shown.alt_text) == (picture, "Två vagnar")
    assert (shown.media.width, shown.media.height) == (480, 640)
    assert str(shown.media_id) in answer.content.decode()
    picture.refresh_from_db()
    assert (picture.is_purged, picture.master) == (True, "")
    assert not any(default_storage.exists(name) for name in old_files)


def test_a_picture_that_no_draft_names_yet_is_changed_too(karin, picture):
    """The form that shows it has not been saved."""
    assert signed_in(karin).post(f"/media/{picture.pk}/andra/", drawn(crop=FACE)).status_code == 201
    new = Media.objects.exclude(pk=picture.pk).get()
    assert (new.made_from, new.owner, new.width, new.height) == (picture, karin, 320, 240)
    assert not DraftMedia.objects.exists()


def test_a_form_that_names_the_old_picture_shows_the_new_one(karin, picture):
    new = retouching.redraw(picture, karin, Edits(blur=(Box(**FACE),)))
    meant = Media.objects.filter(pk=picture.pk)
    post = drafting.save(karin, uuid.uuid4(), {"text": "Hej"}, list(meant), {})
    assert post.draft.media == [new]


def test_what_is_sent_in_is_not_changed_any_more(karin, picture):
    post = factories.draft(karin, media=[picture], people="nobody")
    workflow.submit(post, karin)
    answer = signed_in(karin).post(f"/media/{picture.pk}/andra/", drawn(boxes=[FACE]))
    assert answer.status_code == 409
    assert "Bilden går inte att ändra längre." in text_of(answer)
    assert Media.objects.get() == picture
    assert Post.objects.get().current_version.media == [picture]


def test_pressed_twice_it_is_done_once(karin, picture):
    page = signed_in(karin)
    first, second = (page.post(f"/media/{picture.pk}/andra/", drawn(boxes=[FACE])) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 409)
    assert Media.objects.count() == 2


def test_sent_in_while_it_is_being_made_it_stays_as_it_was(karin, picture, monkeypatch):
    post = factories.draft(karin, media=[picture], people="nobody")
    retouched = retouching.jobs.retouched

    def meanwhile(*given):
        workflow.submit(Post.objects.get(pk=post.pk), karin)
        return retouched(*given)

    monkeypatch.setattr(retouching.jobs, "retouched", meanwhile)
    with pytest.raises(retouching.NotTheirsError):
        retouching.redraw(picture, karin, Edits(blur=(Box(**FACE),)))
    assert Media.objects.get() == picture
    assert Post.objects.get().current_version.media == [picture]


def test_nobody_elses_picture_and_no_film(karin, picture):
    assert (
        signed_in(factories.ombudsman()).post(f"/media/{picture.pk}/andra/", drawn(turn=90)).status_code
        == 404
    )
    Media.objects.filter(pk=picture.pk).update(kind=MediaKind.FILM)
    assert signed_in(karin).post(f"/media/{picture.pk}/andra/", drawn(turn=90)).status_code == 409
    assert Media.objects.count() == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "inte json",
        "[]",
        "null",
        "7",
        json.dumps({"boxes": [], "crop": None}),
        json.dumps({"boxes": [], "crop": None, "turn": 0}),
        json.dumps({"boxes": [], "crop": None, "turn": 45}),
        json.dumps({"boxes": [], "crop": None, "turn": [90]}),
        json.dumps({"boxes": 7, "crop": None, "turn": 90}),
        json.dumps({"boxes": [7], "crop": None, "turn": 0}),
        json.dumps({"boxes": [FACE] * (redrawing_forms.MOST_BOXES + 1), "crop": None, "turn": 0}),
        json.dumps({"boxes": [FACE | {"left": -1}], "crop": None, "turn": 0}),
        json.dumps({"boxes": [FACE | {"left": 60}], "crop": None, "turn": 0}),
        json.dumps({"boxes": [FACE | {"width": 0}], "crop": None, "turn": 0}),
        json.dumps({"boxes": [FACE | {"width": "1e999"}], "crop": None, "turn": 0}),
        '{"boxes": [{"left": NaN, "top": 0, "width": 5, "height": 5}], "crop": null, "turn": 0}',
    ],
)
def test_nonsense_changes_nothing(karin, picture, nonsense):
    answer = signed_in(karin).post(f"/media/{picture.pk}/andra/", {"drawn": nonsense})
    assert answer.status_code == 422
    assert text_of(answer)
    assert Media.objects.get() == picture
