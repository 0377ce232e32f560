"""What a request may bring is asked before it is read: nothing of what is refused reaches the disk."""

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from posts import incoming
from posts.models import Media
from posts.wording import too_large_a_film
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
KB = 1024


@pytest.fixture(autouse=True)
def _small_limits(settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1 * KB
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * KB
    settings.PICTURE_MAX_BYTES, settings.FILM_MAX_BYTES = 10 * KB, 100 * KB


@pytest.fixture
def written(monkeypatch):
    """How many bytes of uploads were written to the disk."""
    sizes: list[int] = []
    kept = tempfile.NamedTemporaryFile

    def noted(*args, **options):
        file = kept(*args, **options)
        write = file.write
        file.write = lambda data: (sizes.append(len(data)), write(data))[1]
        return file

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", noted)
    return sizes


def film(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("film.mp4", b"\x00\x00\x00\x18ftypisom".ljust(size, b"\x00"))


def sent_to(path: str, client: Client, size: int):
    return client.post(path, {"file": film(size)})


@pytest.mark.parametrize("path", ["/konto/login/", "/media/", "/sprak/"])
def test_nothing_large_is_read_from_somebody_who_has_not_signed_in(written, path):
    client = Client(enforce_csrf_checks=True)
    client.get("/konto/login/")
    answer = client.post(
        path, {"file": film(50 * KB), "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    )
    assert answer.status_code == 400
    assert written == []


def test_nothing_large_is_read_from_somebody_who_may_not_send_in(written):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.administrator())
    client.get("/mer/")
    form = {"file": film(50 * KB), "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/media/", form).status_code == 400
    assert written == []


def test_a_request_that_is_larger_than_any_post_is_not_read(written):
    answer = sent_to("/media/", signed_in(factories.ombudsman()), 300 * KB)
    assert answer.status_code == 400
    assert "Det gick inte att förstå" in text_of(answer)
    assert (written, Media.objects.count()) == ([], 0)


def test_a_file_that_may_be_sent_in_is_taken(written):
    assert sent_to("/media/", signed_in(factories.ombudsman()), 50 * KB).status_code == 201
    assert sum(written) == 50 * KB
    assert Media.objects.get().incoming.size == 50 * KB


def test_a_film_that_is_too_large_is_refused_at_once_and_not_kept(settings):
    answer = sent_to("/media/", signed_in(factories.ombudsman()), 101 * KB)
    media = Media.objects.get()
    assert (answer.status_code, media.refusal, media.incoming.name) == (201, "too_large_bytes", "")
    assert "Filen är för stor." in text_of(answer)
    assert not Path(settings.MEDIA_ROOT, "incoming").exists()


def test_what_is_no_film_may_be_no_larger_than_a_picture(settings):
    zeros = SimpleUploadedFile("bild.jpg", bytes(20 * KB))
    signed_in(factories.ombudsman()).post("/media/", {"file": zeros})
    assert (Media.objects.get().refusal, Media.objects.get().incoming.name) == ("too_large_bytes", "")
    assert not Path(settings.MEDIA_ROOT, "incoming").exists()


def test_the_last_of_the_disk_is_left_to_the_database(monkeypatch, written):
    monkeypatch.setattr(incoming, "room", lambda: 40 * KB)
    client = signed_in(factories.ombudsman())
    assert sent_to("/media/", client, 50 * KB).status_code == 400
    assert (written, Media.objects.count()) == ([], 0)
    assert sent_to("/media/", client, 30 * KB).status_code == 201


def test_words_are_taken_also_when_the_disk_is_nearly_full(monkeypatch):
    monkeypatch.setattr(incoming, "room", lambda: -1)
    assert signed_in(factories.ombudsman()).post("/sprak/", {"language": "en"}).status_code == 302


def test_the_room_is_what_the_fuller_disk_has_beside_what_is_kept_free(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    free = {Path(tempfile.gettempdir()): 5 * incoming.KEPT_FREE, tmp_path: 3 * incoming.KEPT_FREE}
    monkeypatch.setattr(
        incoming.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": free[Path(folder)]})
    )
    assert incoming.room() == 2 * incoming.KEPT_FREE
    settings.VAR_DIR = tmp_path / "nothing here"
    assert incoming.room() == 4 * incoming.KEPT_FREE


# --- how many at once -----------------------------------------------------------------------------------------


@pytest.fixture
def karin(settings):
    settings.MEDIA_WAITING_PER_PERSON = 2
    return factories.ombudsman()


def test_one_persons_files_wait_until_the_others_are_done(karin):
    page = signed_in(karin)
    assert [sent_to("/media/", page, 2 * KB).status_code for _ in range(3)] == [201, 201, 429]
    assert Media.objects.count() == 2
    assert sent_to("/media/", signed_in(factories.ombudsman()), 2 * KB).status_code == 201
    Media.objects.filter(owner=karin).update(state="refused", refusal="damaged")
    assert sent_to("/media/", page, 2 * KB).status_code == 201


def test_files_that_come_with_the_form_wait_too(karin):
    factories.unprepared(karin), factories.unprepared(karin)
    form = {"client_id": "6f0bff0e-7a3d-4f0f-9a4a-0c5a5e0a7d11", "text": "Hej", "uploads": [film(2 * KB)]}
    answer = signed_in(karin).post("/nytt/", form)
    assert answer.status_code == 422
    assert "Dina andra filer är inte klara än." in text_of(answer)
    assert Media.objects.count() == 2


def test_what_is_too_large_is_said_as_people_say_it():
    assert too_large_a_film(2 * 1024**2 * KB) == "Filmen är större än 2 GB. Korta den eller skicka en länk."


def test_the_form_knows_what_is_too_large_before_it_is_sent(karin):
    page = signed_in(karin).get("/nytt/").content.decode()
    assert f'data-most="{100 * KB}"' in page
    assert f'data-too-large="{too_large_a_film(100 * KB)}"' in page
