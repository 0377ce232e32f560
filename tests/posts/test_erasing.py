"""What may not exist: gone at once with all that was made of it, from drafts, other posts and the platforms."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import roles
from audit.models import Entry
from channels.errors import Refused
from posts import preparation, publishing, purging, retouching, workflow
from posts.blockers import blockers
from posts.media.edits import Box, Edits
from posts.models import (
    Draft,
    DraftMedia,
    Media,
    MediaState,
    OtherVersion,
    Post,
    Publication,
    PublicationStatus,
    Removal,
    TakeDown,
    Upload,
    UploadPart,
)
from tests import factories
from tests.pages import signed_in, text_of
from tests.posts.test_purging import files
from tests.scripted import raising

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def karin():
    return factories.ombudsman()


def a_picture(owner, colour="navy"):
    content = factories.jpeg(colour, size=(320, 240))
    return factories.picture(owner, content, width=320, height=240)


def shown(post):
    return Post.objects.get(pk=post.pk).current_version.media[0]


def test_a_picture_goes_with_all_that_was_made_of_it(karin, anna):
    post = factories.submitted(karin, media=[a_picture(karin)])
    first = shown(post)
    retouching.save(post, anna, Post.objects.get().current_version, first, Edits(crop=Box(0, 0, 60, 60)))
    cropped = shown(post)
    kept = factories.submitted(karin, media=[a_picture(karin, "red")])
    purging.erase([cropped], anna)
    for media in (first, cropped):
        media.refresh_from_db()
        assert media.is_erased
        assert (media.master.name, media.thumb.name, media.medium.name, media.faces) == ("", "", "", None)
        assert (media.picture_print, media.captured_at) == (None, None)
    assert {name.split("/")[1] for name in files()} == {str(shown(kept).pk)}
    assert not shown(kept).is_erased


def test_the_same_picture_from_somebody_else_goes_too(karin, anna):
    mine, theirs = a_picture(karin), a_picture(factories.ombudsman())
    assert mine.sha256 == theirs.sha256
    other = factories.draft(theirs.owner, media=[theirs])
    purging.erase([mine], anna)
    assert files() == []
    assert not DraftMedia.objects.filter(draft__post=other).exists()


def test_what_no_worker_has_prepared_goes_with_its_upload(karin, anna):
    media = factories.unprepared(karin)
    factories.draft(karin, media=[media])
    claimed = preparation.claim(str(media.pk))
    purging.erase([media], anna)
    media.refresh_from_db()
    assert (media.state, media.refusal, media.incoming.name) == (MediaState.REFUSED, "erased", "")
    assert files() == []
    with pytest.raises(preparation.LostLeaseError):
        preparation.write(claimed, state=MediaState.READY)
    assert preparation.claim(str(media.pk)) is None


def test_what_came_in_parts_goes_part_by_part(karin, anna):
    media = Media.objects.create(owner=karin)
    upload = Upload.objects.create(pk=media.pk, owner=karin, length=8, offset=8, expires_at=timezone.now())
    for begin in (0, 4):
        name = default_storage.save(f"incoming/{media.pk}/{begin}", ContentFile(b"part"))
        UploadPart.objects.create(upload=upload, begin=begin, name=name)
    assert purging.half_erased() == []
    purging.erase([media], anna)
    assert files() == []
    assert not UploadPart.objects.exists()


def test_what_is_out_is_taken_down_and_versions_say_what_became_of_it(karin, anna, desk, platform):
    channel = factories.channel()
    post = factories.approved(factories.submitted(karin, media=[a_picture(karin)]), anna, channel)
    publishing.send(publishing.claim(Publication.objects.get().pk))
    media = shown(post)
    purging.erase([media], anna)
    [order] = TakeDown.objects.all()
    assert (order.post, order.requested_by, order.reason) == (post, anna, "unlawful")
    publishing.remove(publishing.claim_removal(Removal.objects.get().pk))
    assert Publication.objects.get().status == PublicationStatus.REMOVED
    assert len(platform.removed) == 1
    assert "Bilden är raderad" in text_of(desk.get(f"/inlagg/{post.pk}/"))
    gone = desk.get(f"/media/{media.pk}/medium/")
    assert (gone.status_code, gone.content.decode()) == (410, "Bilden är raderad.")


def test_a_post_with_an_erased_picture_is_not_approved_and_comes_back_without_it(karin, anna):
    channel = factories.channel()
    post = factories.submitted(karin, media=[a_picture(karin)])
    version = factories.for_channels(post, anna, channel)
    purging.erase([shown(post)], anna)
    assert "picture_erased" in [blocker.code for blocker in blockers(version)]
    with pytest.raises(workflow.BlockedError, match="picture_erased"):
        workflow.approve(post, anna, version)
    workflow.request_changes(post, anna, version, "En annan bild, tack")
    assert Draft.objects.get().media == []


def test_the_log_knows_that_it_happened_and_nothing_more(karin, anna):
    post = factories.submitted(karin, media=[a_picture(karin)])
    before = Entry.objects.count()
    purging.erase([shown(post)], anna)
    [line] = Entry.objects.filter(number__gt=before)
    assert (line.verb, line.thing, line.facts, line.actor) == ("media.erased", "media", {}, anna)


def test_whoever_dies_in_between_leaves_it_to_the_sweep(karin, anna, monkeypatch):
    post = factories.submitted(karin, media=[a_picture(karin)])
    with monkeypatch.context() as dying:
        dying.setattr(purging, "purge", lambda media: None)
        purging.erase([shown(post)], anna)
    assert len(files()) == 3
    purging.sweep()
    assert files() == []
    assert purging.half_erased() == []


@pytest.mark.parametrize(
    ("role", "is_sent_in", "expected"),
    [
        (None, False, 302),
        (None, True, 403),
        (roles.COMMUNICATIONS, True, 302),
        (roles.ADMINISTRATOR, True, 302),
        (roles.OFFICER, True, 302),
        (roles.READER, True, 403),
        (roles.OMBUDSMAN, True, 404),
        (roles.OMBUDSMAN, False, 404),
    ],
)
def test_it_is_done_by_those_who_may(karin, role, is_sent_in, expected):
    """None is its author."""
    media = a_picture(karin)
    post = (factories.submitted if is_sent_in else factories.draft)(karin, media=[media])
    who = factories.person(role) if role else karin
    response = signed_in(who).post(f"/inlagg/{post.pk}/radera-genast/", {"which": [str(media.pk)]})
    assert response.status_code == expected
    media.refresh_from_db()
    assert media.is_erased is (expected == 302)


def test_whoever_erases_a_draft_of_their_own_takes_nothing_from_others(karin, anna):
    """The same picture, from the same group chat: it is out already, and nobody asked the group."""
    channel, other = factories.channel(), factories.ombudsman()
    out = factories.approved(factories.submitted(other, media=[a_picture(other)]), anna, channel)
    theirs, mine = a_picture(factories.ombudsman()), a_picture(karin)
    draft = factories.draft(theirs.owner, media=[theirs])
    post = factories.draft(karin, media=[mine])
    page = signed_in(karin).post(f"/inlagg/{post.pk}/radera-genast/", {"which": [str(mine.pk)]}, follow=True)
    assert "Raderat." in text_of(page)
    assert list(Media.objects.exclude(erased_at=None)) == [mine]
    assert (draft.draft.media, TakeDown.objects.count()) == ([theirs], 0)
    assert Publication.objects.get(post=out).status == PublicationStatus.QUEUED


def test_what_its_author_has_sent_in_is_the_groups_to_erase_also_by_way_of_a_draft(karin):
    media = a_picture(karin)
    factories.submitted(karin, media=[media])
    draft = factories.draft(karin, media=[media])
    page = signed_in(karin).post(
        f"/inlagg/{draft.pk}/radera-genast/", {"which": [str(media.pk)]}, follow=True
    )
    assert "Be kommunikationsgruppen, genast." in text_of(page)
    assert not Media.objects.exclude(erased_at=None).exists()


def test_what_came_in_parts_can_be_chosen_before_a_worker_has_joined_them(karin):
    media = Media.objects.create(owner=karin)
    post = factories.draft(karin, media=[media])
    signed_in(karin).post(f"/inlagg/{post.pk}/radera-genast/", {"which": [str(media.pk)]})
    media.refresh_from_db()
    assert (media.is_erased, media.state) == (True, MediaState.REFUSED)


def test_what_another_device_has_shown_is_erased_too(karin):
    media, post = a_picture(karin), factories.draft(karin, media=[])
    OtherVersion.objects.create(post=post, text="", media=[str(media.pk)], written_at=timezone.now())
    there = f"/inlagg/{post.pk}/radera-genast/"
    assert str(media.pk) in signed_in(karin).get(there).content.decode()
    assert signed_in(karin).post(there, {"which": [str(media.pk)]}).status_code == 302
    assert (Media.objects.get().is_erased, files()) == (True, [])


def test_nothing_is_erased_that_was_not_chosen(karin, desk):
    post = factories.submitted(karin, media=[a_picture(karin)])
    foreign = a_picture(karin, "red")
    for which in ([], [str(foreign.pk)], ["abc"]):
        assert desk.post(f"/inlagg/{post.pk}/radera-genast/", {"which": which}).status_code == 422
    assert not Media.objects.exclude(erased_at=None).exists()


def test_an_administrator_erases_what_they_are_not_shown(karin):
    post = factories.submitted(karin, media=[a_picture(karin)])
    page = signed_in(factories.administrator()).get(f"/inlagg/{post.pk}/radera-genast/")
    assert "Bild 1" in text_of(page)
    assert f"/media/{shown(post).pk}/" not in page.content.decode()


def test_a_tool_at_work_on_it_makes_nothing(karin, anna):
    """The race: a reviewer crops it in the same moment."""
    post = factories.submitted(karin, media=[a_picture(karin)])
    new = retouching.begin(shown(post), anna, Edits(crop=Box(0, 0, 60, 60)))
    purging.erase([shown(post)], anna)
    with pytest.raises(preparation.LostLeaseError), transaction.atomic():
        preparation.write(new, state=MediaState.READY)
    new.refresh_from_db()
    assert new.is_erased


def test_what_a_platform_refused_is_not_tried_again_without_its_picture(karin, anna, platform):
    post = factories.approved(factories.submitted(karin, media=[a_picture(karin)]), anna, factories.channel())
    platform.script["commit"] = raising(Refused("text_refused"))
    publishing.send(publishing.claim(Publication.objects.get().pk))
    purging.erase([shown(post)], anna)
    with pytest.raises(publishing.TooLateError):
        publishing.try_again(Publication.objects.get(), anna)
    assert Publication.objects.get().status == PublicationStatus.FAILED
