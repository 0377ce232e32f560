"""A file that comes in parts: what counts, who may write, what there is room for, and what is given up."""

import errno
import hashlib
import threading
import tracemalloc
import uuid
from datetime import timedelta
from types import SimpleNamespace

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory, override_settings
from django.utils import timezone
from moto import mock_aws

from posts import incoming, joining, preparation, tus, unused, uploads, uploads_views, workflow
from posts.models import Draft, DraftMedia, Media, MediaState, OtherVersion, Post, Upload, UploadPart
from tests import factories
from tests.posts.media import phones

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("put_in_broker")]
MB = 1024 * 1024
AN_HOUR = timedelta(hours=1)


class Line:
    """A line that brings these pieces, and breaks or ends."""

    def __init__(self, *pieces, breaks=None, before=lambda: None):
        self.pieces, self.breaks, self.before = [*pieces], breaks, before

    def read(self, size):
        self.before()
        if not self.pieces:
            if self.breaks:
                raise self.breaks
            return b""
        piece = self.pieces.pop(0)
        if len(piece) > size:
            self.pieces.insert(0, piece[size:])
        return piece[:size]


@pytest.fixture
def karin():
    return factories.ombudsman()


def begun(owner, length, upload_id=None):
    return uploads.begin(owner, upload_id, length, "")


def sent(owner, data, upload_id=None):
    upload = begun(owner, len(data), upload_id)
    return received(owner, upload.pk, 0, Line(data), len(data))


def received(owner, upload_id, offset, line, size, checksum=None):
    upload = uploads.claim(owner, upload_id, offset)
    uploads.receive(upload, line, size, checksum)
    return upload


def content(upload):
    return b"".join(joining.read(joining.names_of(upload.pk), MB))


def files():
    return {
        name for upload_id in joining.folders() for name in preparation.names_in(joining.folder_of(upload_id))
    }


def sha1(data):
    return tus.Checksum("sha1", hashlib.sha1(data, usedforsecurity=False).digest())


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(uploads, "PART", 4)


# --- what counts ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("breaks", [None, TimeoutError(), ConnectionResetError()])
def test_what_came_before_the_line_broke_counts(karin, breaks):
    upload = begun(karin, 20)
    received(karin, upload.pk, 0, Line(b"0123", b"4567", b"89", breaks=breaks), 20)
    upload.refresh_from_db()
    assert (upload.offset, upload.claimed_until, content(upload)) == (10, None, b"0123456789")
    received(karin, upload.pk, 10, Line(b"abcdefghij"), 10)
    assert content(upload) == b"0123456789abcdefghij"
    assert Media.objects.get().pk == upload.pk


@pytest.mark.usefixtures("small_parts")
def test_nothing_counts_of_what_came_with_a_checksum_and_broke_off(karin):
    upload = begun(karin, 20)
    with pytest.raises(tus.ChecksumError):
        received(karin, upload.pk, 0, Line(b"0123456789", breaks=TimeoutError()), 20, sha1(b"another"))
    upload.refresh_from_db()
    assert (upload.offset, upload.claimed_until, UploadPart.objects.count(), files()) == (0, None, 0, set())
    received(karin, upload.pk, 0, Line(bytes(20)), 20, sha1(bytes(20)))
    assert (content(upload), UploadPart.objects.count()) == (bytes(20), 5)


@pytest.mark.usefixtures("small_parts")
def test_a_part_whose_row_was_not_written_does_not_count(karin, monkeypatch):
    """The process dies between the file and the row: the next one finds the true offset, and reads no byte of it."""
    upload = begun(karin, 8)
    with monkeypatch.context() as dying:
        dying.setattr(uploads, "count_or_forget", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            received(karin, upload.pk, 0, Line(b"XXXX"), 8)
    assert (len(files()), Upload.objects.get().offset) == (1, 0)
    received(karin, upload.pk, 0, Line(b"01234567"), 8)
    assert content(upload) == b"01234567"
    joining.forget(upload.pk)
    assert (joining.folders(), UploadPart.objects.count()) == ([], 0)


def test_a_slow_line_is_kept_every_few_seconds(karin, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(uploads.time, "monotonic", lambda: clock[0])
    upload = begun(karin, 10)
    seen = []

    def tick():
        clock[0] += uploads.PART_SECONDS / 2
        seen.append(Upload.objects.get().offset)

    received(karin, upload.pk, 0, Line(*[bytes([n]) for n in range(10)], before=tick), 10)
    assert seen == [0, 0, 0, 3, 3, 3, 6, 6, 6, 9]
    assert UploadPart.objects.count() == 4


def test_memory_holds_one_part_of_a_film_however_large_it_is(karin, monkeypatch):
    monkeypatch.setattr(uploads, "PART", MB)
    upload = begun(karin, 40 * MB)
    film = Line(*[bytes(MB)] * 40)
    tracemalloc.start()
    received(karin, upload.pk, 0, film, 40 * MB)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * MB
    assert Media.objects.count() == 1


def test_what_was_sent_in_parts_is_prepared_as_what_came_whole(karin):
    picture = phones.phone_jpeg(400, 300, orientation=6)
    upload = begun(karin, len(picture))
    for begin in range(0, len(picture), 5_000):
        piece = picture[begin : begin + 5_000]
        received(karin, upload.pk, begin, Line(piece), len(piece))
    media = Media.objects.get()
    assert (media.pk, media.owner, media.kind, media.state) == (
        upload.pk,
        karin,
        "picture",
        MediaState.WAITING,
    )
    post = factories.draft(karin, media=[media])
    workflow.submit(post, karin)

    preparation.prepare(preparation.claim(str(media.pk)))

    media.refresh_from_db()
    assert (media.state, media.width, media.height) == (MediaState.READY, 300, 400)
    assert Post.objects.get().current_version.shown_media.get().media == media
    assert (files(), UploadPart.objects.count(), Upload.objects.get().is_complete) == (set(), 0, True)


def test_a_part_that_has_vanished_is_asked_for_again(karin):
    upload = sent(karin, phones.phone_jpeg(64, 48))
    default_storage.delete(joining.names_of(upload.pk)[0])
    preparation.prepare(preparation.claim(str(upload.pk)))
    assert (Media.objects.get().state, Media.objects.get().refusal) == (MediaState.REFUSED, "empty")
    assert (UploadPart.objects.count(), joining.folders()) == (0, [])


def test_the_name_that_a_file_had_on_the_phone_is_forgotten_when_it_is_here(karin):
    upload = uploads.begin(karin, None, 4, "filename SGVq")
    received(karin, upload.pk, 0, Line(b"0123"), 4)
    assert Upload.objects.get().metadata == ""


def test_a_bucket_keeps_parts_as_a_disk_does(karin, settings):
    settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY = "key", "secret"
    options = {"bucket_name": "seko", "region_name": "us-east-1", "file_overwrite": False}
    bucket = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    with mock_aws(), override_settings(STORAGES=settings.STORAGES | {"default": bucket}):
        boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="seko")
        picture = phones.phone_jpeg(64, 48)
        upload = begun(karin, len(picture))
        received(karin, upload.pk, 0, Line(picture[:500], breaks=TimeoutError()), len(picture))
        received(karin, upload.pk, 500, Line(picture[500:]), len(picture) - 500)
        assert (content(upload), joining.folders()) == (picture, [upload.pk])
        preparation.prepare(preparation.claim(str(upload.pk)))
        assert Media.objects.get().state == MediaState.READY
        assert (files(), joining.folders()) == (set(), [])


# --- once -------------------------------------------------------------------------------------------------------


def test_the_same_id_begun_again_is_the_same_upload(karin):
    upload_id = uuid.uuid4()
    begun(karin, 10, upload_id)
    received(karin, upload_id, 0, Line(b"0123"), 4)
    again = begun(karin, 10, upload_id)
    assert (again.pk, again.offset, Upload.objects.count()) == (upload_id, 4, 1)
    received(karin, upload_id, 4, Line(b"456789"), 6)
    assert begun(karin, 10, upload_id).is_complete
    assert Media.objects.count() == 1


def test_an_id_of_somebody_elses_file_is_refused(karin):
    upload_id, other = uuid.uuid4(), factories.ombudsman()
    begun(karin, 10, upload_id)
    theirs = factories.picture(karin)
    for taken in (upload_id, theirs.pk):
        with pytest.raises(uploads.UnknownError):
            begun(other, 10, taken)
    assert [upload.owner for upload in Upload.objects.all()] == [karin]


def test_an_id_of_another_file_of_ones_own_is_refused(karin):
    begun(karin, 10, upload_id := uuid.uuid4())
    with pytest.raises(uploads.MovedError):
        begun(karin, 11, upload_id)
    assert Upload.objects.get().length == 10


def test_what_came_whole_by_the_form_is_not_sent_again(karin):
    media = factories.unprepared(karin)
    assert begun(karin, 17, media.pk).is_complete
    assert (Media.objects.get(), joining.folders()) == (media, [])


@pytest.mark.parametrize("announced", [10, 20])
def test_what_came_whole_meanwhile_takes_no_part(karin, announced):
    """A folder and a file of one name: the disk has room for one of them."""
    begun(karin, announced, upload_id := uuid.uuid4())
    preparation.receive(SimpleUploadedFile("a.jpg", factories.jpeg()), karin, upload_id)
    with pytest.raises(uploads.MovedError):
        received(karin, upload_id, 0, Line(bytes(10)), 10)
    assert (Upload.objects.get().offset, UploadPart.objects.count()) == (0, 0)


def test_what_somebody_else_gave_up_is_not_ones_own_to_begin(karin):
    begun(karin, 10, upload_id := uuid.uuid4())
    Upload.objects.update(expires_at=timezone.now())
    with pytest.raises(uploads.UnknownError):
        begun(factories.ombudsman(), 10, upload_id)
    assert Upload.objects.get().owner == karin


def test_what_was_given_up_is_begun_anew_with_the_same_id(karin):
    begun(karin, 10, upload_id := uuid.uuid4())
    received(karin, upload_id, 0, Line(b"0123"), 4)
    Upload.objects.update(expires_at=timezone.now())
    assert begun(karin, 6, upload_id).offset == 0
    received(karin, upload_id, 0, Line(b"abcdef"), 6)
    assert b"".join(joining.read(joining.names_of(upload_id), MB)) == b"abcdef"


# --- one at a time ----------------------------------------------------------------------------------------------


def test_while_one_request_writes_another_waits(karin):
    upload = begun(karin, 10)
    uploads.claim(karin, upload.pk, 0)
    with pytest.raises(uploads.BusyError):
        uploads.claim(karin, upload.pk, 0)


@pytest.mark.usefixtures("small_parts")
def test_a_request_whose_lease_ran_out_does_not_write_beside_the_next_one(karin):
    upload = begun(karin, 8)
    late = uploads.claim(karin, upload.pk, 0)
    Upload.objects.update(claimed_until=timezone.now() - AN_HOUR)
    received(karin, upload.pk, 0, Line(b"0123"), 4)
    with pytest.raises(uploads.MovedError):
        uploads.receive(late, Line(b"XXXX"), 4)
    assert (content(upload), len(files())) == (b"0123", 1)


@pytest.mark.usefixtures("small_parts")
def test_a_request_is_overtaken_in_the_middle_and_takes_its_part_away(karin):
    upload = begun(karin, 12)

    def overtaken():
        Upload.objects.filter(offset=4).update(fence=99, claimed_until=timezone.now() + AN_HOUR)

    with pytest.raises(uploads.MovedError):
        received(karin, upload.pk, 0, Line(b"0123", b"XXXX", before=overtaken), 12)
    upload.refresh_from_db()
    assert (upload.offset, upload.fence, content(upload), len(files())) == (4, 99, b"0123", 1)
    assert upload.claimed_until > timezone.now()


def test_what_is_taken_back_while_it_comes_leaves_nothing(karin):
    upload = begun(karin, 8)
    with pytest.raises(uploads.MovedError):
        received(karin, upload.pk, 0, Line(b"01234567", before=lambda: Upload.objects.all().delete()), 8)
    assert (Media.objects.count(), files()) == (0, set())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
@pytest.mark.parametrize("at_once", [2, 6])
def test_of_several_requests_at_the_same_offset_one_wins(karin, at_once):
    upload = begun(karin, 100_000)
    start, told = threading.Barrier(at_once), []

    def send(number):
        start.wait()
        try:
            received(karin, upload.pk, 0, Line(bytes([number]) * 100_000), 100_000)
            told.append(number)
        except uploads.UploadError as error:
            told.append(type(error).__name__)
        connection.close()

    senders = [threading.Thread(target=send, args=(number,)) for number in range(1, at_once + 1)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    [winner] = [one for one in told if isinstance(one, int)]
    assert {one for one in told if one != winner} <= {"BusyError", "MovedError"}
    assert content(upload) == bytes([winner]) * 100_000
    assert (Media.objects.count(), len(files())) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_those_who_begin_at_once_are_counted_one_after_the_other(karin):
    start, told = threading.Barrier(6), []

    def begin(upload_id):
        start.wait()
        try:
            told.append(begun(karin, 10, upload_id).pk)
        except uploads.TooManyError:
            told.append(None)
        connection.close()

    ids = [uuid.uuid4() for _ in range(5)]
    beginners = [threading.Thread(target=begin, args=(upload_id,)) for upload_id in (*ids, ids[0])]
    for each in beginners:
        each.start()
    for each in beginners:
        each.join()
    assert Upload.objects.count() == 3
    assert {pk for pk in told if pk} == set(Upload.objects.values_list("pk", flat=True))


# --- what there is room for -------------------------------------------------------------------------------------


def refused(kind, owner, length):
    before = Upload.objects.count()
    with pytest.raises(kind) as told:
        begun(owner, length)
    assert Upload.objects.count() == before
    return told.value.sentence


def test_one_person_sends_three_files_at_once(karin):
    first, *_others = [begun(karin, 10) for _ in range(3)]
    assert refused(uploads.TooManyError, karin, 10).startswith("Dina andra filer är på väg.")
    begun(factories.ombudsman(), 10)
    received(karin, first.pk, 0, Line(bytes(10)), 10)
    begun(karin, 10)


def test_whose_phone_fell_silent_may_begin_another(karin):
    for _ in range(3):
        begun(karin, 10)
    Upload.objects.update(expires_at=timezone.now() + uploads.lifetime() - AN_HOUR)
    begun(karin, 10)


def test_whose_phone_wakes_up_waits_for_those_that_were_let_in_meanwhile(karin):
    silent = begun(karin, 10)
    Upload.objects.update(expires_at=timezone.now() + uploads.lifetime() - AN_HOUR)
    others = [begun(karin, 10) for _ in range(3)]
    with pytest.raises(uploads.TooManyError):
        received(karin, silent.pk, 0, Line(bytes(10)), 10)
    silent.refresh_from_db()
    assert (silent.offset, silent.claimed_until, files()) == (0, None, set())
    received(karin, others[0].pk, 0, Line(bytes(10)), 10)
    received(karin, silent.pk, 0, Line(bytes(10)), 10)
    assert Media.objects.count() == 2


def test_what_one_person_is_sending_is_bounded_together(karin, settings):
    settings.UPLOAD_BYTES_OPEN = 100
    first = begun(karin, 60)
    assert refused(uploads.TooManyError, karin, 41).startswith("Det du skickar just nu är för stort")
    begun(karin, 40)
    received(karin, first.pk, 0, Line(bytes(30), breaks=TimeoutError()), 60)
    Upload.objects.update(expires_at=timezone.now() + uploads.lifetime() - AN_HOUR)
    # Of what fell silent, only what is here takes room.
    begun(karin, 70)
    assert refused(uploads.TooManyError, karin, 1)


def test_whose_files_wait_for_a_worker_begins_no_other(karin, settings):
    settings.MEDIA_WAITING_PER_PERSON = 1
    factories.unprepared(karin)
    assert refused(uploads.TooManyError, karin, 1).startswith("Dina andra filer är inte klara än.")


def test_no_more_is_promised_than_the_disk_has_room_for(karin, monkeypatch):
    monkeypatch.setattr(incoming, "room", lambda: 100)
    begun(factories.ombudsman(), 60)
    assert refused(uploads.NoRoomError, karin, 41).startswith("Det är fullt hos oss just nu.")
    upload = begun(karin, 40)
    monkeypatch.setattr(incoming, "room", lambda: 30)
    with pytest.raises(uploads.NoRoomError):
        received(karin, upload.pk, 0, Line(bytes(40)), 40)
    assert (Upload.objects.get(pk=upload.pk).offset, files()) == (0, set())


@pytest.mark.usefixtures("small_parts")
def test_a_disk_that_is_full_in_the_middle_keeps_what_it_has(karin, monkeypatch):
    upload, save, saved = begun(karin, 12), default_storage.save, []

    def full(name, file):
        saved.append(name)
        if len(saved) == 2:
            raise OSError(errno.ENOSPC, "full")
        return save(name, file)

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(uploads.NoRoomError):
        received(karin, upload.pk, 0, Line(bytes(12)), 12)
    received(karin, upload.pk, 4, Line(bytes(8)), 8)
    assert (content(upload), Media.objects.count()) == (bytes(12), 1)


@pytest.mark.parametrize("size", [10_000, 100])
def test_what_is_no_film_and_as_large_as_one_is_refused_when_its_first_bytes_are_here(karin, settings, size):
    settings.PICTURE_MAX_BYTES, settings.FILM_MAX_BYTES = 50, 100_000
    upload = begun(karin, size)
    with pytest.raises(uploads.TooLargeError):
        received(karin, upload.pk, 0, Line(bytes(min(size, 5_000))), min(size, 5_000))
    assert (Upload.objects.get().offset, files(), Media.objects.count()) == (0, set(), 0)
    film = phones.film(seconds=0.2)
    received(karin, begun(karin, len(film)).pk, 0, Line(film), len(film))
    assert Media.objects.get().kind == "film"


# --- the line ---------------------------------------------------------------------------------------------------


def test_a_line_may_be_silent_for_a_while_only():
    """The web server's threads are few, and phones go through tunnels."""
    patience = []
    line = SimpleNamespace(settimeout=patience.append)
    request = RequestFactory().generic("PATCH", "/", b"film", **{"gunicorn.socket": line})
    assert uploads_views.body_of(request, 4).read(10) == b"film"
    assert patience == [uploads_views.SILENCE]


# --- what was given up ------------------------------------------------------------------------------------------


def test_what_nobody_sent_to_its_end_is_swept_when_its_time_is_over(karin):
    given_up, going_on = begun(karin, 10), begun(karin, 10)
    done = sent(karin, b"0123")
    for upload in (given_up, going_on):
        received(karin, upload.pk, 0, Line(b"0123"), 4)
    Upload.objects.exclude(pk=going_on.pk).update(expires_at=timezone.now())

    uploads.sweep(timezone.now())

    assert set(Upload.objects.all()) == {going_on, done}
    assert set(joining.folders()) == {going_on.pk, done.pk}
    with pytest.raises(uploads.UnknownError):
        uploads.claim(karin, given_up.pk, 4)
    received(karin, going_on.pk, 4, Line(b"456789"), 6)
    assert content(going_on) == b"0123456789"


def test_what_a_death_left_behind_is_swept(karin):
    stray = f"{joining.FOLDER}/{uuid.uuid4()}/0-1"
    default_storage.save(stray, ContentFile(b"stray"))
    joined = sent(karin, b"0123")
    Media.objects.update(state=MediaState.REFUSED, refusal="damaged")
    waiting = sent(karin, b"4567")
    uploads.sweep(timezone.now())
    assert joining.folders() == [waiting.pk]
    assert UploadPart.objects.filter(upload=joined).count() == 0
    assert content(waiting) == b"4567"


def test_a_part_that_comes_while_its_upload_is_forgotten_goes_with_the_next_sweep(karin, monkeypatch):
    upload, listdir = begun(karin, 10), default_storage.listdir
    received(karin, upload.pk, 0, Line(b"0123"), 4)

    def and_then_another(folder):
        found = listdir(folder)
        default_storage.save(f"{folder}/4-2", ContentFile(b"late"))
        return found

    with monkeypatch.context() as late:
        late.setattr(default_storage, "listdir", and_then_another)
        uploads.terminate(karin, upload.pk)
    assert joining.folders() == [upload.pk]
    default_storage.save(f"{joining.FOLDER}/lost+found/file", ContentFile(b"nothing of ours"))
    uploads.sweep(timezone.now())
    assert joining.folders() == []
    assert default_storage.exists(f"{joining.FOLDER}/lost+found/file")


def test_what_came_whole_is_taken_back_too(karin):
    media = factories.unprepared(karin)
    begun(karin, 17, media.pk)
    uploads.terminate(karin, media.pk)
    assert (Media.objects.count(), Upload.objects.count()) == (0, 0)
    assert not default_storage.exists(media.incoming.name)


def test_what_is_complete_is_taken_back_as_long_as_no_post_shows_it(karin):
    free, shown = sent(karin, b"0123"), sent(karin, b"4567")
    factories.draft(karin, media=[Media.objects.get(pk=shown.pk)])
    uploads.terminate(karin, free.pk)
    with pytest.raises(uploads.UsedError):
        uploads.terminate(karin, shown.pk)
    assert (Upload.objects.get(), Media.objects.get().pk, joining.folders()) == (shown, shown.pk, [shown.pk])


# --- what never became part of a post -----------------------------------------------------------------------------

LONG_AGO = timedelta(days=31)


def old(media):
    Media.objects.filter(pk=media.pk).update(created_at=timezone.now() - LONG_AGO)
    return media


def all_files(settings):
    return sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def test_what_no_post_shows_goes_after_some_weeks(karin, settings):
    left, new = old(factories.picture(karin)), factories.picture(karin)
    tool = old(factories.picture(karin, made_from=left, made_by=karin, edits=[{"turn": 90}]))
    in_draft, in_version = old(factories.picture(karin)), old(factories.picture(karin))
    factories.draft(karin, media=[in_draft])
    factories.submitted(karin, media=[in_version])
    DraftMedia.objects.filter(media=in_version).delete()
    waiting = old(factories.unprepared(karin))

    unused.sweep(timezone.now())

    assert set(Media.objects.all()) == {new, in_draft, in_version, waiting}
    assert not Media.objects.filter(pk__in=[left.pk, tool.pk]).exists()
    assert len(all_files(settings)) == 3 * 3 + 1


def test_what_a_tool_made_keeps_what_it_was_made_of(karin):
    first = old(factories.picture(karin))
    made = old(factories.picture(karin, made_from=first, made_by=karin, edits=[{"turn": 90}]))
    factories.draft(karin, media=[made])
    unused.sweep(timezone.now())
    assert set(Media.objects.filter(purged_at=None)) == {first, made}
    assert not unused.forget(first)
    assert all(default_storage.exists(media.master.name) for media in (first, made))


def test_what_another_device_has_written_keeps_its_pictures(karin):
    kept, _left = old(factories.picture(karin)), old(factories.picture(karin))
    post = factories.draft(karin, media=[])
    OtherVersion.objects.create(post=post, text="Hej", media=[str(kept.pk)], written_at=timezone.now())
    unused.sweep(timezone.now())
    assert set(Media.objects.all()) == {kept}


def test_what_another_device_had_written_of_a_post_that_is_decided_keeps_nothing(karin, anna):
    left = old(factories.picture(karin))
    post = factories.submitted(karin, media=[])
    OtherVersion.objects.create(post=post, text="Hej", media=[str(left.pk)], written_at=timezone.now())
    unused.sweep(timezone.now())
    assert list(Media.objects.all()) == [left]
    factories.approved(post, anna, factories.channel())
    unused.sweep(timezone.now())
    assert not Media.objects.exists()


def test_a_sweep_that_died_in_the_middle_is_finished_by_the_next(karin, settings, monkeypatch):
    media = old(factories.picture(karin))
    with monkeypatch.context() as dying:
        dying.setattr(unused, "forget_rows", lambda _media: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            unused.sweep(timezone.now())
    media.refresh_from_db()
    assert (media.is_purged, all_files(settings)) == (True, [])
    unused.sweep(timezone.now())
    assert Media.objects.count() == 0


def test_what_came_in_parts_takes_its_upload_with_it(karin):
    upload = sent(karin, phones.phone_jpeg(64, 48))
    preparation.prepare(preparation.claim(str(upload.pk)))
    old(Media.objects.get())
    unused.sweep(timezone.now())
    assert (Media.objects.count(), Upload.objects.count(), Draft.objects.count()) == (0, 0, 0)
