"""A channel's own part of a picture: sealed with the words, made by a worker, gone with what is blurred."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from audit.models import Entry
from posts import blockers, changes, content, difference, preparation, previews, purging, retouching, workflow
from posts.manuscript import ChannelText, Crop, Manuscript, ShownMedia
from posts.media.edits import Box, Edits
from posts.media.errors import MediaRefused
from posts.models import Post, Rendition, Version
from posts.wording import blocker_sentence
from tests import factories
from tests.posts.media import phones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]

LEFT = Box(0.0, 0.0, 50.0, 100.0)
RIGHT = Box(50.0, 0.0, 50.0, 100.0)
BLUR = Edits(blur=(Box(60, 10, 30, 30),))


def halves(size=(320, 240)) -> bytes:
    """Red to the left and blue to the right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def facebook():
    return factories.channel()


@pytest.fixture
def x():
    return factories.channel("x")


@pytest.fixture
def post(karin, anna, facebook, x):
    picture = factories.picture(karin, halves(), width=320, height=240)
    post = factories.submitted(karin, media=[picture])
    factories.for_channels(post, anna, facebook, x)
    return post


def now(post) -> Version:
    return Version.objects.whole().get(pk=Post.objects.get(pk=post.pk).current_version_id)


def shown(post):
    return now(post).media[0]


def crop(post, by, channel, box=LEFT):
    retouching.crop_for(channel, Post.objects.get(pk=post.pk), by, now(post), shown(post), box)
    return now(post)


def made(post, channel):
    """What the worker does with what was ordered, and what the channel then shows."""
    for rendition in Rendition.objects.filter(state="waiting"):
        preparation.make_rendition(preparation.claim_rendition(rendition.pk))
    [picture] = content.for_channel(now(post), channel).media
    return picture


def opened(media) -> Image.Image:
    with media.open() as file:
        return Image.open(BytesIO(file.read())).convert("RGB")


def colours(picture: Image.Image) -> list[str]:
    """Near the left edge and near the right one."""
    row = picture.height // 2
    found = [picture.getpixel((place, row)) for place in (5, picture.width - 6)]
    return ["red" if red > blue else "blue" for red, _green, blue in found]


# --- what is sealed -------------------------------------------------------------------------------------------

BASE = Manuscript("Text", media=(ShownMedia("1", "a" * 64),), channels=(ChannelText(1), ChannelText(2)))


def cropped(box, sha256="a" * 64):
    return replace(BASE, channels=(ChannelText(1, crops=(Crop(sha256, box),)), ChannelText(2)))


def test_each_part_has_a_digest_of_its_own_and_none_has_the_old_one():
    digests = {
        manuscript.digest() for manuscript in (BASE, cropped(LEFT), cropped(RIGHT), cropped(LEFT, "b" * 64))
    }
    assert len(digests) == 4
    assert "crops" not in json.dumps(BASE.canonical())
    whole = replace(
        BASE, channels=(ChannelText(1).cropped("a" * 64, LEFT).cropped("a" * 64, None), ChannelText(2))
    )
    assert whole.digest() == BASE.digest()


def test_the_digest_does_not_hang_on_which_picture_was_cropped_first():
    one, other = ("a" * 64, LEFT), ("b" * 64, RIGHT)
    assert ChannelText(1).cropped(*one).cropped(*other) == ChannelText(1).cropped(*other).cropped(*one)


def test_it_is_read_back_from_the_row_as_it_was_sealed(post, anna, facebook, x):
    before = now(post).digest
    version = crop(post, anna, facebook, Box(12.34, 0.0, 33.33, 66.67))
    assert version.manuscript().digest() == version.digest != before
    texts = {choice.channel_id: choice.as_text().crops for choice in version.chosen_channels.all()}
    assert texts == {facebook.pk: (Crop(shown(post).sha256, Box(12.34, 0.0, 33.33, 66.67)),), x.pk: ()}
    assert (version.number, version.created_by) == (3, anna)


def test_it_is_logged_on_the_post_and_on_the_channel(post, anna, facebook):
    crop(post, anna, facebook)
    crop(post, anna, facebook, None)
    lines = Entry.objects.filter(thing=f"post:{post.pk}", facts__channel=facebook.pk)
    verbs = ["post.picture_cropped", "post.picture_uncropped"]
    assert list(lines.order_by("number").values_list("verb", flat=True)) == verbs
    assert Rendition.objects.count() == 1


def test_a_part_that_is_too_small_is_refused_and_makes_no_version(post, anna, facebook):
    with pytest.raises(MediaRefused):
        crop(post, anna, facebook, Box(0, 0, 1, 1))
    assert (now(post).number, Rendition.objects.count()) == (2, 0)


# --- what is made ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("box", "expected"), [(LEFT, ["red", "red"]), (RIGHT, ["blue", "blue"])])
def test_the_channel_shows_its_part_and_the_others_the_whole(post, anna, facebook, x, box, expected):
    crop(post, anna, facebook, box)
    with pytest.raises(content.RenditionMissingError):
        content.for_channel(now(post), facebook)

    part, whole = made(post, facebook), made(post, x)

    assert (opened(part).size, colours(opened(part))) == ((160, 240), expected)
    assert (part.width, part.height, part.alt_text) == (160, 240, factories.ALT)
    assert (whole.sha256, colours(opened(whole))) == (shown(post).sha256, ["red", "blue"])
    assert content.summary(content.for_channel(now(post), facebook))["media"][0]["sha256"] == part.sha256
    assert Rendition.objects.get().is_film is False


def test_a_part_takes_no_more_bytes_than_the_channel_does(karin, anna):
    """Written anew, even most of a picture can take more than all of it."""
    bluesky = factories.channel("bluesky")
    most = bluesky.adapter_class.limits.picture_bytes
    master = phones.grainy(1600, 1200, quality=60)
    post = factories.submitted(karin, media=[factories.picture(karin, master, width=1600, height=1200)])
    factories.for_channels(post, anna, bluesky)
    crop(post, anna, bluesky, Box(0.0, 0.0, 90.0, 90.0))
    assert Rendition.objects.latest("pk").ingredients["picture_bytes"] == most

    part = made(post, bluesky)

    assert 0 < part.size <= most
    with part.open() as file:
        assert len(file.read()) == part.size
    assert part.width / part.height == pytest.approx(4 / 3, abs=0.01)
    assert blockers.blockers(now(post)) == []


def test_a_person_who_publishes_by_hand_gets_the_part_as_a_picture(post, anna):
    by_hand = factories.channel("by_hand")
    assert by_hand.adapter_class.limits.picture_bytes is None
    factories.for_channels(post, anna, by_hand)
    crop(post, anna, by_hand)
    assert opened(made(post, by_hand)).size == (160, 240)
    rendition = Rendition.objects.get()
    assert (rendition.is_film, bool(rendition.picture)) == (False, True)


def test_the_same_part_for_two_channels_is_made_once_where_they_take_the_same(karin, anna, facebook):
    other = factories.channel()
    picture = factories.picture(karin, halves(), width=320, height=240)
    post = factories.submitted(karin, media=[picture])
    factories.for_channels(post, anna, facebook, other)
    for channel in (facebook, other):
        crop(post, anna, channel)
    assert Rendition.objects.count() == 1


def test_it_cannot_be_approved_before_it_is_made_nor_when_that_failed(post, anna, facebook):
    version = crop(post, anna, facebook)
    assert [blocker_sentence(found) for found in blockers.blockers(version)] == [
        "Facebook: bilden görs i ordning just nu"
    ]
    Rendition.objects.update(state="failed")
    assert [blocker_sentence(found) for found in blockers.blockers(now(post))] == [
        "Facebook: det gick inte att göra bilden i ordning"
    ]
    Rendition.objects.update(state="waiting")
    made(post, facebook)
    workflow.approve(post, anna, now(post))


def test_where_a_picture_becomes_a_film_it_is_not_cropped(karin, anna):
    tube = factories.channel("youtube")
    post = factories.submitted(karin)
    factories.for_channels(post, anna, tube)
    assert not content.may_crop(tube)
    assert crop(post, anna, tube).chosen_channels.get().as_text().crops != ()
    [needed] = content.needed_for(now(post), tube)
    assert "crop" not in needed


def test_the_preview_shows_what_is_sent(post, anna, facebook, x):
    crop(post, anna, facebook)
    part = made(post, facebook)
    on = {preview.channel: preview.shown[0] for preview in previews.of_version(now(post))}
    assert (on[facebook].file.sha256, on[facebook].is_cropped) == (part.sha256, True)
    assert (on[x].file, on[x].is_cropped) == (shown(post), False)


# --- when the picture is another one --------------------------------------------------------------------------


def test_a_blur_keeps_the_part_and_takes_what_was_made_of_the_old_picture(post, anna, facebook):
    crop(post, anna, facebook, RIGHT)
    made(post, facebook)
    old = Rendition.objects.get()
    name = old.picture.name
    post.refresh_from_db()

    retouching.save(post, anna, now(post), shown(post), BLUR)

    new = Rendition.objects.get()
    assert (new.pk == old.pk, default_storage.exists(name)) == (False, False)
    assert now(post).manuscript().channels[0].crops == (Crop(shown(post).sha256, RIGHT),)
    assert opened(made(post, facebook)).size == (160, 240)


@pytest.mark.parametrize(
    "edits", [Edits(turn=180), Edits(crop=Box(0, 0, 90, 90)), replace(BLUR, crop=Box(0, 0, 90, 90))]
)
def test_of_a_picture_that_is_held_otherwise_no_part_is_kept(post, anna, facebook, edits):
    crop(post, anna, facebook)
    post.refresh_from_db()
    retouching.save(post, anna, now(post), shown(post), edits)
    assert {choice.as_text().crops for choice in now(post).chosen_channels.all()} == {()}


def test_what_was_cropped_and_is_taken_out_of_the_post_is_said_nothing_of(post, anna, karin, facebook):
    crop(post, anna, facebook)
    post.refresh_from_db()
    workflow.request_changes(post, anna, now(post), "En annan bild, tack.")
    post.refresh_from_db()
    post.draft.shown_media.update(
        media=factories.picture(karin, halves(), width=320, height=240, sha256="d" * 64)
    )
    workflow.submit(post, karin)
    assert {choice.as_text().crops for choice in now(post).chosen_channels.all()} == {()}


def test_what_comes_back_with_the_same_picture_is_cropped_as_it_was(post, anna, karin, facebook):
    crop(post, anna, facebook)
    post.refresh_from_db()
    workflow.request_changes(post, anna, now(post), "Kortare, tack.")
    post.refresh_from_db()
    workflow.submit(post, karin)
    assert now(post).manuscript().channels[0].crops == (Crop(shown(post).sha256, LEFT),)


@pytest.mark.parametrize(("edits", "is_kept"), [(BLUR, True), (replace(BLUR, turn=90), False)])
def test_what_is_blurred_elsewhere_meanwhile_is_cropped_as_it_was(
    post, anna, karin, facebook, edits, is_kept
):
    crop(post, anna, facebook)
    old = shown(post)
    post.refresh_from_db()
    workflow.request_changes(post, anna, now(post), "Kortare, tack.")
    other = factories.submitted(karin, media=[old])
    retouching.save(other, anna, other.current_version, old, edits)
    post.refresh_from_db()
    workflow.submit(post, karin)
    old.refresh_from_db()
    assert shown(post) == purging.in_force(old) != old
    assert bool(now(post).manuscript().channels[0].crops) is is_kept


# --- in words -------------------------------------------------------------------------------------------------


def test_what_changed_is_said_in_words(post, anna, facebook):
    before = now(post)
    after = crop(post, anna, facebook, Box(10.0, 0.0, 66.666, 100.0))
    [channels] = difference.between(before, after)
    said = "".join(piece.text for piece in channels.pieces)
    part = "(bilden beskuren: 66,7 × 100 %, 10 % från vänster och 0 % uppifrån)"
    assert (channels.name, part in said) == ("channels", True)


def test_whoever_sent_in_is_told_on_which_channel_less_is_seen(post, anna, facebook, x):
    crop(post, anna, facebook)
    [told] = changes.of(Post.objects.get(pk=post.pk)).differences[1:]
    assert str(told.label) == "Bilder på Facebook"
    assert told.pieces[-1].text == "bilden beskuren: 50 × 100 %, 0 % från vänster och 0 % uppifrån"
    assert changes.of(Post.objects.get(pk=post.pk)).is_reworded
    crop(post, anna, facebook, None)
    assert not changes.of(Post.objects.get(pk=post.pk)).is_reworded


def test_of_several_pictures_it_is_said_which(karin, anna, facebook):
    pictures = [
        factories.picture(karin, factories.jpeg(colour, (320, 240)), width=320, height=240)
        for colour in ("navy", "teal")
    ]
    post = factories.submitted(karin, media=pictures)
    factories.for_channels(post, anna, facebook)
    retouching.crop_for(facebook, Post.objects.get(pk=post.pk), anna, now(post), pictures[1], LEFT)
    assert list(difference.crop_lines(now(post).chosen_channels.get().as_text(), now(post).media)) == [
        "bild 2 beskuren: 50 × 100 %, 0 % från vänster och 0 % uppifrån"
    ]
