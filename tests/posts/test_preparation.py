"""From an upload to a master: what is kept, what is gone, who is told, and what a death in the middle leaves."""

import errno
import hashlib
import os
import signal
import tempfile
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import av
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from audit.models import Entry
from posts import content, likeness, preparation, previews, renditions, tasks, workflow
from posts.media import jobs
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.sandboxed import WorkInterruptedError
from posts.models import Draft, Media, MediaKind, MediaState, Post, Rendition, RenditionState, Status
from posts.wording import refusal_sentence
from tests import factories
from tests.pages import signed_in
from tests.posts.media import phones
from tests.posts.media.phones import CORNERS
from tests.together import beside, press

pytestmark = pytest.mark.django_db

TELLTALES = (
    phones.CANARY.encode(),
    b"+59.3293",
    b"ISO6709",
    b"\xa9xyz",
    b"Exif\0\0",
    b"http://ns.adobe",
    b"ftypheic",
)
A_SECOND = timedelta(seconds=1)


def upload(data, owner=None, name="IMG_0001"):
    return preparation.receive(SimpleUploadedFile(name, data), owner or factories.ombudsman())


def prepared(media):
    """What the worker does with one task."""
    if claimed := preparation.claim(str(media.pk)):
        preparation.prepare(claimed)
    return Media.objects.get(pk=media.pk)


def sent_in(data):
    """A post that waits for its picture or film."""
    karin = factories.ombudsman()
    post = factories.draft(karin, media=[upload(data, karin)])
    workflow.submit(post, karin)
    return post, Media.objects.get()


def files(settings):
    """The names of everything that is kept, by the storage's own account."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def kept(name):
    with default_storage.open(name) as file:
        return file.read()


def opened(field):
    return Image.open(BytesIO(kept(field.name)))


def masters_of(media, ending="jpg"):
    return [f"masters/{media.pk}/{name}" for name in (f"master.{ending}", "medium.jpg", "thumb.jpg")]


def let_the_lease_run_out(row):
    type(row).objects.filter(pk=row.pk).update(claimed_until=timezone.now() - A_SECOND)


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Where workers keep what they work on."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def never_looked_at(monkeypatch):
    monkeypatch.setattr(jobs, "prepare", lambda *_args: pytest.fail("The file was looked at."))
    monkeypatch.setattr(jobs, "film_of_pictures", lambda *_args: pytest.fail("The film was made."))


# --- receiving ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: phones.phone_heic(64, 48), "picture"),
        (lambda: phones.film(seconds=0.2), "film"),
        (lambda: b"Hej!", ""),
    ],
)
def test_what_is_received_is_stored_whole_and_stands_in_the_line_for_its_kind(settings, make, kind):
    data = make()

    media = upload(data)

    assert (media.state, media.kind) == (MediaState.WAITING, kind)
    assert files(settings) == [f"incoming/{media.pk}"]
    assert kept(media.incoming.name) == data


# --- preparing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (lambda: phones.phone_jpeg(4032, 3024, orientation=6), (1920, 2560)),
        (lambda: phones.phone_heic(800, 600, orientation=6), (600, 800)),
    ],
    ids=["JPEG of 12 megapixels", "HEIC"],
)
def test_a_phones_picture_becomes_a_master_that_stands_upright_and_tells_nothing(
    settings, places, make, size
):
    data = make()
    assert phones.CANARY.encode() in data

    media = prepared(upload(data))

    assert (media.state, media.kind, media.progress) == (MediaState.READY, MediaKind.PICTURE, 100)
    assert ((media.width, media.height), media.seconds, media.claimed_until) == (size, 0, None)
    assert media.captured_at.isoformat() == "2026-11-20T13:03:59+00:00"
    assert_kept(settings, media, masters_of(media), places)
    for image in map(opened, (media.master, media.medium, media.thumb)):
        assert phones.corners(image) == list(CORNERS)
        assert not image.getexif()


def test_a_phones_film_becomes_a_master_that_stands_upright_and_tells_nothing(settings, places):
    data = phones.with_location(phones.turned_film(90, tags=phones.PHONE_TAGS, speaking=True))
    assert all(mark in data for mark in (b"\xa9xyz", b"+59.3293", phones.CANARY.encode()))

    media = prepared(upload(data))

    assert (media.state, media.kind, media.progress) == (MediaState.READY, MediaKind.FILM, 100)
    assert (media.width, media.height, media.has_sound) == (240, 320, True)
    assert media.seconds == pytest.approx(1.0, abs=0.05)
    assert_kept(settings, media, masters_of(media, "mp4"), places)
    with av.open(media.master.path) as film:
        frame = next(film.decode(video=0))
        assert (phones.corners(frame.to_image()), frame.rotation) == (list(CORNERS), 0)
    assert phones.corners(opened(media.thumb)) == list(CORNERS)


def assert_kept(settings, media, names, places):
    """These files and no others, nothing to tell in them, and nothing left where the work was done."""
    assert files(settings) == names
    assert [(name, mark) for name in names for mark in TELLTALES if mark in kept(name)] == []
    master = kept(media.master.name)
    assert (media.sha256, media.size) == (hashlib.sha256(master).hexdigest(), len(master))
    assert (media.incoming.name, list(places.iterdir())) == ("", [])


def test_a_post_that_waited_for_its_picture_gets_its_version(settings):
    post, media = sent_in(phones.phone_jpeg(400, 300))
    assert Post.objects.get().current_version is None

    ready = prepared(media)

    [shown] = Post.objects.get().current_version.shown_media.all()
    assert (shown.media_id, shown.media.sha256) == (media.pk, ready.sha256)
    assert post.pk == Post.objects.get().pk


def test_a_file_that_is_refused_goes_back_to_its_author_and_is_gone(settings, places):
    post, media = sent_in(phones.png_of_size(50_000, 50_000))

    refused = prepared(media)

    assert (refused.state, refused.refusal, refused.claimed_until) == (
        MediaState.REFUSED,
        "too_many_pixels",
        None,
    )
    assert refusal_sentence(refused) == "Bilden är för stor, 50000 × 50000 bildpunkter. Välj en mindre."
    assert (files(settings), refused.incoming.name, list(places.iterdir())) == ([], "", [])
    post.refresh_from_db()
    assert (post.status, post.current_version) == (Status.CHANGES, None)
    assert post.transitions.latest("id").reason == "media_refused"
    assert Entry.objects.filter(verb="media.refused", thing=f"media:{media.pk}").count() == 1
    assert Draft.objects.filter(post=post).exists()


def test_an_upload_that_has_vanished_is_asked_for_again(settings):
    post, media = sent_in(phones.phone_jpeg(400, 300))
    default_storage.delete(media.incoming.name)

    assert prepared(media).refusal == RefusalCode.EMPTY
    post.refresh_from_db()
    assert post.status == Status.CHANGES


def test_what_is_done_is_not_done_again(never_looked_at):
    for state, fields in ((MediaState.READY, {}), (MediaState.REFUSED, {"refusal": "damaged"})):
        media = factories.picture(factories.ombudsman(), state=state, **fields)
        assert preparation.claim(str(media.pk)) is None
        assert Media.objects.get(pk=media.pk).tries == 0


# --- progress and leases --------------------------------------------------------------------------------------


def test_progress_is_written_and_keeps_the_lease(monkeypatch):
    media, real, seen = upload(phones.film(seconds=0.2)), jobs.prepare, []

    def prepare(source, folder, limits, progress):
        let_the_lease_run_out(media)
        progress(0.42)
        seen.append(Media.objects.get().progress)
        assert preparation.claim(str(media.pk)) is None
        return real(source, folder, limits, progress)

    monkeypatch.setattr(jobs, "prepare", prepare)
    assert (prepared(media).progress, seen) == (100, [42])


@pytest.mark.parametrize("tells", [True, False], ids=["while it works", "when it has finished"])
def test_a_worker_that_was_held_up_does_not_undo_what_the_next_one_did(monkeypatch, settings, tells):
    media, real, second = upload(phones.phone_jpeg(400, 300)), jobs.prepare, []

    def prepare(source, folder, limits, progress):
        monkeypatch.setattr(jobs, "prepare", real)
        let_the_lease_run_out(media)
        second.append(prepared(media))
        if tells:
            progress(0.5)
            pytest.fail("The first worker went on.")
        Image.new("RGB", (99, 99)).save(folder / "other.jpg")
        path = folder / "other.jpg"
        return jobs.Prepared(jobs.Kind.PICTURE, path, path, path, "0" * 64, 1, 99, 99)

    monkeypatch.setattr(jobs, "prepare", prepare)
    after = prepared(media)

    assert (after.state, after.tries, after.progress) == (MediaState.READY, 2, 100)
    assert (after.sha256, after.master.name) == (second[0].sha256, second[0].master.name)
    assert files(settings) == masters_of(media)
    assert opened(after.master).size == (300, 400)


def test_a_worker_that_was_held_up_lets_the_next_one_go_on(monkeypatch):
    media, next_one = upload(phones.phone_jpeg(400, 300)), []

    def prepare(_source, _folder, _limits, progress):
        let_the_lease_run_out(media)
        next_one.append(preparation.claim(str(media.pk)))
        progress(0.5)
        pytest.fail("The first worker went on.")

    monkeypatch.setattr(jobs, "prepare", prepare)
    after = prepared(media)

    assert (after.state, after.tries, after.progress) == (MediaState.PREPARING, 2, 0)
    assert after.claimed_until == next_one[0].claimed_until


@pytest.mark.parametrize(
    "trouble",
    [
        WorkInterruptedError("The machine is being stopped."),
        OSError(errno.ENOSPC, "No space left on device"),
        KeyError("a bug of ours"),
        SystemExit(0),
    ],
    ids=["stopped", "disk full", "bug", "exit"],
)
def test_what_is_not_the_files_fault_escapes_and_does_not_count(monkeypatch, settings, trouble):
    post, media = sent_in(phones.phone_jpeg(400, 300))
    real = jobs.prepare

    def fail(*_args):
        raise trouble

    for _ in range(preparation.MOST_TRIES + 2):
        monkeypatch.setattr(jobs, "prepare", fail)
        with pytest.raises(type(trouble)):
            prepared(media)
        held = Media.objects.get()
        assert (held.state, held.tries, held.refusal) == (MediaState.PREPARING, 0, "")
        assert held.claimed_until > timezone.now()
        assert preparation.claim(str(media.pk)) is None
        assert list(preparation.waiting(timezone.now() + preparation.PAUSE)) == [media]
        assert files(settings) == [f"incoming/{media.pk}"]
        let_the_lease_run_out(media)
    assert Post.objects.get().status == Status.IN_REVIEW

    monkeypatch.setattr(jobs, "prepare", real)
    assert prepared(media).state == MediaState.READY
    assert Post.objects.get(pk=post.pk).current_version is not None


def test_a_storage_that_fails_in_the_middle_keeps_nothing_of_what_was_made(monkeypatch, settings):
    media, real = upload(phones.phone_jpeg(400, 300)), default_storage._wrapped.__class__._save

    def save(storage, name, file):
        if name.endswith("thumb.jpg"):
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        return real(storage, name, file)

    monkeypatch.setattr(default_storage._wrapped.__class__, "_save", save)
    with pytest.raises(OSError, match="quota"):
        prepared(media)

    assert files(settings) == [f"incoming/{media.pk}"]
    assert (Media.objects.get().state, Media.objects.get().tries) == (MediaState.PREPARING, 0)


def test_a_file_over_which_three_workers_died_is_given_up(settings, never_looked_at):
    post, media = sent_in(phones.phone_jpeg(400, 300))
    for _ in range(preparation.MOST_TRIES):
        assert preparation.claim(str(media.pk)) is not None
        let_the_lease_run_out(media)
    default_storage.save(f"masters/{media.pk}/master.jpg", ContentFile(b"what one of them had stored"))

    refused = prepared(media)

    assert (refused.state, refused.refusal) == (MediaState.REFUSED, RefusalCode.DAMAGED)
    assert files(settings) == []
    post.refresh_from_db()
    assert post.status == Status.CHANGES


def test_what_a_dead_worker_had_stored_is_replaced(settings):
    media = upload(phones.phone_jpeg(400, 300))
    preparation.claim(str(media.pk))
    default_storage.save(f"masters/{media.pk}/master.jpg", ContentFile(b"half of it"))
    let_the_lease_run_out(media)

    assert prepared(media).tries == 2
    assert files(settings) == masters_of(media)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["media", "rendition"])
def test_of_many_workers_one_gets_it(kind):
    row = upload(b"a file") if kind == "media" else Rendition.objects.create(recipe="0" * 64, ingredients={})
    claim = preparation.claim if kind == "media" else preparation.claim_rendition
    claims = press(*[lambda: claim(row.pk)] * 6)
    assert [claimed.tries for claimed in claims if claimed] == [1]
    assert len(claims) == 6


# --- a worker is killed ---------------------------------------------------------------------------------------

WORKER = "import sys, django; django.setup(); from posts import tasks; tasks.prepare(sys.argv[1])"


def until(holds, what):
    for _ in range(600):
        if found := holds():
            return found
        time.sleep(0.05)
    return pytest.fail(f"It did not come to this: {what}.")


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid):
    """A process that has ended and waits to be noticed is none."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_is_found_and_its_work_done_by_the_next(settings, tmp_path, places):
    if not Path("/proc/self/task").exists():
        pytest.skip("Only Linux tells which processes a process has started.")
    upright = phones.scene(720, 1280)
    stored = upright.transpose(phones.FILM_STORED[90])
    film = phones.with_matrix(phones.film(1280, 720, seconds=20, image=stored), phones.MATRICES[90])
    media = upload(film + phones.box(b"free", phones.CANARY.encode()))

    with beside(WORKER, str(media.pk), VAR_DIR=str(tmp_path), TMPDIR=str(places)) as worker:
        until(lambda: Media.objects.get().progress or worker.poll() is not None, "half of it is done")
        [process] = children_of(worker.pid)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    until(lambda: not is_running(process), "the film's process ends as well")

    lost = Media.objects.get()
    assert (lost.state, lost.tries, lost.master.name) == (MediaState.PREPARING, 1, "")
    assert (files(settings), len(list(places.iterdir()))) == ([f"incoming/{media.pk}"], 1)
    assert list(preparation.waiting(timezone.now())) == []
    assert list(preparation.waiting(timezone.now() + preparation.LEASE)) == [media]

    let_the_lease_run_out(media)
    make_old(places)
    found = prepared(media)

    assert (found.state, found.tries, (found.width, found.height)) == (MediaState.READY, 2, (720, 1280))
    assert_kept(settings, found, masters_of(media, "mp4"), places)


def make_old(places):
    for place in places.iterdir():
        os.utime(place, (0, 0))


# --- what was missed ------------------------------------------------------------------------------------------


def test_an_author_whose_submission_and_refusal_met_is_told_by_the_sweep(monkeypatch):
    post, media = sent_in(b"no picture at all")
    monkeypatch.setattr(workflow, "media_refused", lambda _media: None)
    prepared(media)
    monkeypatch.undo()
    assert Post.objects.get().status == Status.IN_REVIEW

    preparation.sweep(timezone.now())
    preparation.sweep(timezone.now())

    post.refresh_from_db()
    assert post.status == Status.CHANGES
    assert post.transitions.filter(reason="media_refused").count() == 1


def test_an_original_that_no_row_names_is_gone_after_an_hour(settings):
    media = upload(b"waits for its worker")
    for name in ("incoming/of-a-request-that-died", "masters/a/master.jpg"):
        default_storage.save(name, ContentFile(b"x"))

    preparation.sweep(timezone.now())
    assert len(files(settings)) == 3

    preparation.sweep(timezone.now() + preparation.STRAY_AFTER + A_SECOND)
    assert files(settings) == [f"incoming/{media.pk}", "masters/a/master.jpg"]


def test_a_storage_without_uploads_has_no_strays():
    preparation.sweep(timezone.now())

    assert Media.objects.count() == 0


# --- films made for a channel -----------------------------------------------------------------------------------


def version_for_youtube(size=(640, 480), colour="navy", text=factories.TEXT):
    data = factories.jpeg(colour, size)
    post = factories.draft(factories.ombudsman(), text=text)
    media = factories.picture(post.author, data, width=size[0], height=size[1])
    post.draft.shown_media.update(media=media)
    workflow.submit(post, post.author)
    post.refresh_from_db()
    return factories.for_channels(
        post, factories.reviewer(), factories.channel("youtube"), title="Nattskiftet"
    )


def made(rendition):
    if claimed := preparation.claim_rendition(rendition.pk):
        preparation.make_rendition(claimed)
    return Rendition.objects.get(pk=rendition.pk)


@pytest.mark.parametrize(
    ("size", "film_size"),
    [((640, 480), (1920, 1080)), ((480, 640), (1080, 1920)), ((480, 480), (1080, 1920))],
    ids=["lying", "standing", "square"],
)
def test_a_picture_becomes_a_film_of_eight_seconds_in_its_own_direction(settings, places, size, film_size):
    [ordered] = renditions.order(version_for_youtube(size))

    film = made(ordered)

    assert (film.state, (film.width, film.height), film.seconds) == (RenditionState.READY, film_size, 8.0)
    data = kept(film.film.name)
    assert (film.sha256, film.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert film.claimed_until is None
    [*_, film_file, poster] = [name for name in files(settings) if name.startswith("renditions/")]
    assert (film_file, poster) == (film.film.name, film.poster.name)
    assert list(places.iterdir()) == []


@pytest.fixture
def _short_films(monkeypatch):
    monkeypatch.setattr(content, "PICTURE_FILM_SECONDS", 2)


@pytest.mark.usefixtures("_short_films")
def test_the_text_is_read_under_the_picture():
    [said] = renditions.order(version_for_youtube())
    [unsaid] = renditions.order(version_for_youtube(text="https://seko.se 🎉"))

    assert (white_in(made(said)), white_in(made(unsaid))) == (True, False)


def white_in(rendition):
    """Whether there are white letters in the lower third of a film that otherwise is navy blue."""
    with av.open(BytesIO(kept(rendition.film.name))) as film:
        image = next(film.decode(video=0)).to_image().convert("L")
    lower = image.crop((0, image.height * 2 // 3, image.width, image.height))
    return sum(lower.histogram()[200:]) > 1000


@pytest.mark.usefixtures("_short_films")
def test_the_same_recipe_is_made_once():
    version = version_for_youtube()
    [ordered], [again] = renditions.order(version), renditions.order(version)
    assert (ordered, Rendition.objects.count()) == (again, 1)

    film = made(ordered)

    assert renditions.order(version) == []
    assert preparation.claim_rendition(film.pk) is None
    assert content.for_channel(version, version.chosen_channels.get().channel).films[0].sha256 == film.sha256


def test_a_film_that_cannot_be_made_is_tried_three_times(monkeypatch, places):
    [ordered] = renditions.order(version_for_youtube())

    def refuse(*_args):
        raise MediaRefused(RefusalCode.TOO_HEAVY)

    monkeypatch.setattr(jobs, "film_of_pictures", refuse)
    for tried in (1, 2):
        waits = made(ordered)
        assert (waits.state, waits.tries) == (RenditionState.MAKING, tried)
        assert preparation.claim_rendition(ordered.pk) is None
        assert list(preparation.waiting_renditions(timezone.now() + preparation.PAUSE)) == [ordered]
        assert not Entry.objects.filter(verb="rendition.failed").exists()
        let_the_lease_run_out(ordered)

    assert (made(ordered).state, made(ordered).claimed_until) == (RenditionState.FAILED, None)
    assert Entry.objects.filter(verb="rendition.failed").count() == 1
    assert list(preparation.waiting_renditions(timezone.now() + preparation.LEASE)) == []
    assert list(places.iterdir()) == []


def test_a_film_over_which_three_workers_died_is_given_up(never_looked_at):
    [ordered] = renditions.order(version_for_youtube())
    for _ in range(preparation.MOST_TRIES):
        assert preparation.claim_rendition(ordered.pk) is not None
        let_the_lease_run_out(ordered)

    assert made(ordered).state == RenditionState.FAILED


def test_a_full_disk_does_not_count_against_a_film(monkeypatch):
    [ordered] = renditions.order(version_for_youtube())

    def fail(*_args):
        raise WorkInterruptedError("No space left on device")

    monkeypatch.setattr(jobs, "film_of_pictures", fail)
    for _ in range(preparation.MOST_TRIES + 1):
        with pytest.raises(WorkInterruptedError):
            made(ordered)
        let_the_lease_run_out(ordered)

    held = Rendition.objects.get()
    assert (held.state, held.tries, held.film.name) == (RenditionState.MAKING, 0, "")


# --- a film that is too large for one of its channels ---------------------------------------------------------


def version_with_film(width, height, *platforms):
    karin = factories.ombudsman()
    film = phones.film(width, height, seconds=0.4, sound=None)
    media = factories.picture(karin, film, kind="film", width=width, height=height, seconds=0.4)
    media.master.save("master.mp4", ContentFile(film))
    post = factories.submitted(karin, media=[media])
    channels = [factories.channel(platform, url="") for platform in platforms]
    return factories.for_channels(post, factories.reviewer(), *channels), channels


@pytest.mark.parametrize(
    ("size", "smaller"), [((1920, 1080), (1280, 720)), ((1080, 1920), (720, 1280))], ids=["lying", "standing"]
)
def test_a_film_too_large_for_x_is_made_smaller_for_x_alone(size, smaller):
    version, (facebook, x) = version_with_film(*size, "facebook", "x")
    [ordered] = renditions.order(version)
    with pytest.raises(content.RenditionMissingError):
        content.for_channel(version, x)

    film = made(ordered)

    [shown_on_x], [shown_on_facebook] = (
        content.for_channel(version, channel).media for channel in (x, facebook)
    )
    assert (shown_on_x.width, shown_on_x.height, shown_on_x.sha256) == (*smaller, film.sha256)
    assert (shown_on_facebook.width, shown_on_facebook.height) == size


def test_a_film_that_fits_is_sent_as_it_is():
    version, (x,) = version_with_film(320, 240, "x")

    assert renditions.order(version) == []
    assert content.for_channel(version, x).media[0].sha256 == version.media[0].sha256


def test_a_film_made_for_a_channel_is_for_those_who_may_see_what_it_is_made_of():
    version, _channels = version_with_film(1920, 1080, "x")
    film = made(*renditions.order(version))
    address = f"/film/{film.recipe}/film/"
    people = version.post.author, factories.reviewer(), factories.ombudsman(), factories.administrator()

    answers = [signed_in(person).get(address) for person in people]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert [answer["Content-Type"] for answer in answers[:2]] == ["video/mp4"] * 2
    assert [len(b"".join(answer.streaming_content)) for answer in answers[:2]] == [film.size] * 2


# --- what is kept of its looks --------------------------------------------------------------------------------


def test_what_a_picture_looks_like_is_kept_and_not_what_took_it():
    media = prepared(upload(phones.phone_jpeg(640, 480, make="DJI", model="FC3582")))
    assert (media.is_drone, media.looks_like_text) == (True, False)
    assert media.picture_print == likeness.print_of_picture(opened(media.thumb))
    kept = " ".join(str(value) for value in vars(media).values())
    assert [word for word in ("DJI", "FC3582") if word in kept] == []


def test_a_films_print_is_its_posters():
    media = prepared(upload(phones.film(seconds=0.2)))
    assert media.picture_print == likeness.print_of_picture(opened(media.thumb))
    assert not media.is_drone


# --- a picture that is too large for one of its channels ------------------------------------------------------


GRAINY = phones.grainy(2560, 1920)
MOST = 1_000_000
"""What Bluesky takes."""


def version_with_pictures(*pictures, on=("facebook", "bluesky")):
    karin = factories.ombudsman()
    media = [factories.picture(karin, picture, width=2560, height=1920) for picture in pictures]
    channels = [factories.channel(platform) for platform in on]
    post = factories.submitted(karin, media=media)
    return factories.for_channels(post, factories.reviewer(), *channels), channels


def shown_on(version, channel):
    return [(item.sha256, item.alt_text) for item in content.for_channel(version, channel).media]


def test_a_picture_too_large_for_bluesky_is_made_smaller_for_bluesky_alone(settings, places):
    version, (facebook, bluesky) = version_with_pictures(factories.jpeg(), GRAINY, factories.jpeg("red"))
    first, large, last = version.media
    [ordered] = renditions.order(version)
    with pytest.raises(content.RenditionMissingError):
        content.for_channel(version, bluesky)

    picture = made(ordered)

    assert (picture.state, picture.claimed_until) == (RenditionState.READY, None)
    assert (picture.film.name, picture.poster.name, picture.seconds) == ("", "", 0.0)
    data = kept(picture.picture.name)
    assert (picture.sha256, picture.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (len(data) <= MOST, picture.width / picture.height) == (True, 4 / 3)
    assert shown_on(version, bluesky) == [
        (digest, factories.ALT) for digest in (first.sha256, picture.sha256, last.sha256)
    ]
    assert shown_on(version, facebook) == [(item.sha256, factories.ALT) for item in (first, large, last)]
    assert [name for name in files(settings) if name.startswith("renditions/")] == [picture.picture.name]
    assert list(places.iterdir()) == []


def test_each_picture_that_is_too_large_is_made_once_for_all_versions():
    version, (bluesky,) = version_with_pictures(GRAINY, phones.grainy(2048, 2048), on=("bluesky",))
    ordered = renditions.order(version)
    assert len(ordered) == 2
    factories.for_channels(version.post, factories.reviewer(), bluesky, text="Annan text")
    assert renditions.order(Post.objects.get().current_version) == ordered
    assert Rendition.objects.count() == 2


@pytest.mark.parametrize(("more", "orders"), [(0, 0), (1, 1)])
def test_what_a_channel_just_takes_is_sent_as_it_is(more, orders):
    karin = factories.ombudsman()
    post = factories.submitted(karin, media=[factories.picture(karin, size=MOST + more)])
    version = factories.for_channels(post, factories.reviewer(), factories.channel("bluesky"))

    assert len(renditions.order(version)) == orders


def test_smaller_pictures_do_not_wait_behind_films(monkeypatch):
    version_with_pictures(GRAINY, on=("bluesky",))
    picture = Rendition.objects.get()
    version_with_film(1920, 1080, "x")
    film = Rendition.objects.exclude(pk=picture.pk).get()
    put = []
    monkeypatch.setattr(tasks, "put", lambda _task, pk, queue, **_rest: put.append((pk, queue)))

    tasks.wake_media()

    assert put == [(picture.pk, "default"), (film.pk, "films")]


def test_a_picture_that_cannot_be_made_smaller_is_tried_three_times(monkeypatch):
    version, _channels = version_with_pictures(GRAINY)
    [ordered] = renditions.order(version)

    def refuse(*_args):
        raise MediaRefused(RefusalCode.TOO_HEAVY)

    monkeypatch.setattr(jobs, "smaller_picture", refuse)
    for tried in (1, 2, 3):
        assert made(ordered).tries == tried
        let_the_lease_run_out(ordered)

    assert Rendition.objects.get().state == RenditionState.FAILED
    assert Entry.objects.filter(verb="rendition.failed").count() == 1


def test_the_preview_shows_the_very_picture_that_is_sent():
    version, (facebook, bluesky) = version_with_pictures(factories.jpeg(), GRAINY)
    by_channel = {preview.channel: preview for preview in previews.of_version(version)}
    waiting = by_channel[bluesky]
    assert (waiting.is_picture_in_the_making, waiting.is_film_in_the_making) == (True, False)
    assert (waiting.is_in_the_making, by_channel[facebook].is_in_the_making) == (True, False)
    assert [shown.media.pk for shown in waiting.shown] == [version.media[0].pk]

    made(*renditions.order(version))

    for preview in previews.of_version(version):
        assert (preview.is_ready, preview.is_in_the_making) == (True, False)
        assert [(shown.file.sha256, shown.alt_text) for shown in preview.shown] == shown_on(
            version, preview.channel
        )


def test_a_picture_made_for_a_channel_is_for_those_who_may_see_what_it_is_made_of():
    version, _channels = version_with_pictures(GRAINY)
    picture = made(*renditions.order(version))
    people = version.post.author, factories.reviewer(), factories.ombudsman(), factories.administrator()

    answers = [signed_in(person).get(f"/film/{picture.recipe}/bild/") for person in people]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert [answer["Content-Type"] for answer in answers[:2]] == ["image/jpeg"] * 2
    assert [len(b"".join(answer.streaming_content)) for answer in answers[:2]] == [picture.size] * 2
    assert signed_in(people[0]).get(f"/film/{picture.recipe}/film/").status_code == 404


@pytest.mark.parametrize("files_made", [{}, {"poster": "poster.jpg"}])
def test_nothing_is_ready_without_its_film_or_picture(files_made):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rendition.objects.create(
            recipe="0" * 64, ingredients={}, state=RenditionState.READY, sha256="b" * 64, **files_made
        )
    assert not Rendition.objects.exists()
