"""
Uploads in parts against the real web server: clients that are not ours, our own module, lines that break, and a server
that is killed in the middle.
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import uuid
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from posts import joining, preparation, uploads
from posts.models import Media, MediaState, Upload, UploadPart
from seko_social import processes
from tests import factories
from tests.harness.site import free_port
from tests.posts.media import phones
from tests.together import address_of_the_test_database

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
MB = 1024 * 1024
PATIENCE = 60


class Web:
    """The web server as `make run` starts it, on the test's database and files."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = os.environ | {
            "DATABASE_URL": address_of_the_test_database(),
            "VAR_DIR": str(folder),
            "BIND": f"127.0.0.1:{self.port}",
            "PORT": str(self.port),
        }

    def start(self):
        log = (self.folder / "web.log").open("ab")
        with log:
            self.running = processes.Running(processes.web(), self.env, log.fileno())
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert time.monotonic() < deadline, (self.folder / "web.log").read_text()
            time.sleep(0.05)

    def answers(self):
        with suppress(requests.ConnectionError):
            return requests.get(self.url + "/healthz", timeout=PATIENCE).status_code < 500
        return False

    def kill(self):
        self.running.kill()


@pytest.fixture(scope="module")
def one_web(django_db_setup, tmp_path_factory):
    running = Web(tmp_path_factory.mktemp("web"))
    running.start()
    yield running
    running.kill()


@pytest.fixture
def web(one_web, settings):
    settings.VAR_DIR = one_web.folder
    settings.MEDIA_ROOT = one_web.folder / "media"
    return one_web


@pytest.fixture
def karin():
    return factories.ombudsman()


@pytest.fixture
def proof(karin):
    """What her browser sends along: that she has signed in, and that a page of ours asked."""
    client = Client()
    client.force_login(karin)
    client.get("/mer/")
    cookies = {name: client.cookies[name].value for name in ("sessionid", "csrftoken")}
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
    }


def kept(upload_id, tmp_path):
    joining.copy(joining.names_of(upload_id), target := tmp_path / "joined")
    return target.read_bytes()


def noise(size):
    return os.urandom(size)


def id_of(address):
    return uuid.UUID(urlsplit(address).path.rstrip("/").rpartition("/")[2])


def stored(upload_id):
    return Upload.objects.get(pk=upload_id).offset


def until(holds, what):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"It did not come to this: {what}."
        time.sleep(0.02)


# --- tuspy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checked", [False, True], ids=["without checksums", "with checksums"])
def test_tuspy_sends_a_film_in_parts_and_it_is_prepared(web, proof, karin, tmp_path, checked):
    data = phones.film(seconds=1)
    client = TusClient(f"{web.url}/ladda-upp/", headers=dict(proof))
    about = {"filename": "Tåget åäö.mp4", "filetype": "video/mp4"}
    sent = client.uploader(
        file_stream=BytesIO(data), chunk_size=7_001, metadata=about, upload_checksum=checked
    )
    sent.upload()

    media = Media.objects.get(pk=id_of(sent.url))
    assert (media.owner, media.kind, media.state) == (karin, "film", MediaState.WAITING)
    assert kept(media.pk, tmp_path) == data
    assert UploadPart.objects.count() == -(-len(data) // 7_001)
    preparation.prepare(preparation.claim(str(media.pk)))
    assert Media.objects.get().state == MediaState.READY
    assert (UploadPart.objects.count(), joining.folders()) == (0, [])


def test_tuspy_goes_on_where_it_was_stopped(web, proof, tmp_path):
    data = noise(300_000)
    client = TusClient(f"{web.url}/ladda-upp/", headers=dict(proof))
    first = client.uploader(file_stream=BytesIO(data), chunk_size=100_000)
    first.upload_chunk()
    second = client.uploader(file_stream=BytesIO(data), chunk_size=100_000, url=first.url)
    assert second.offset == 100_000
    second.upload()
    assert kept(id_of(first.url), tmp_path) == data


def test_tuspy_is_told_when_nobody_has_signed_in(web, proof):
    signed_out = dict(proof) | {"Cookie": proof["Cookie"].partition("; ")[2]}
    with pytest.raises(TusCommunicationError) as told:
        TusClient(f"{web.url}/ladda-upp/", headers=signed_out).uploader(file_stream=BytesIO(b"film")).upload()
    assert told.value.status_code == 401
    assert Upload.objects.count() == 0


# --- tus-js-client, in the module that the outbox uses -----------------------------------------------------------

HAS_NODE = shutil.which("node") is not None


@pytest.fixture
def our_module(web, proof, tmp_path):
    """Outside a browser: Node.js takes it for a module where a file beside it says so."""
    if not HAS_NODE:
        pytest.skip("Node.js is not there, so tus-js-client cannot be run: apt-get install nodejs")
    folder = tmp_path / "static"
    for name in ("js/phone/uploading.js", "js/phone/in-parts.js", "vendor/tus/tus.min.js"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "static" / name, folder / name)
    shutil.copy(ROOT / "tests/posts/uploading.mjs", folder)
    (folder / "package.json").write_text('{"type": "module"}')

    def run(scenario):
        arguments = ("uploading.mjs", web.url, proof["Cookie"], proof["X-CSRFToken"], scenario)
        done = subprocess.run(
            ["node", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


EXPECTED = bytes((at * 31) % 251 for at in range(3 * MB + 17))


def arrived(upload_id, tmp_path):
    return Media.objects.filter(pk=upload_id).exists() and kept(uuid.UUID(upload_id), tmp_path) == EXPECTED


def test_our_module_sends_a_file_in_parts_and_tells_how_far_it_is(our_module, tmp_path):
    told = our_module("whole")
    assert arrived(told["id"], tmp_path)
    assert (told["last"], told["isRising"], told["asked"][0]) == (1, True, "POST")
    assert {*told["asked"][1:]} == {"PATCH"}
    assert len(told["asked"]) > 3


def test_our_module_goes_on_after_a_broken_line(our_module, tmp_path):
    told = our_module("resumed")
    assert arrived(told["id"], tmp_path)
    assert told["first"].get("status") is None
    assert told["before"] == ["POST", "PATCH", "PATCH"]
    assert (told["asked"][0], {*told["asked"][1:]}) == ("HEAD", {"PATCH"})


def test_our_module_begins_anew_what_the_server_has_forgotten(our_module, tmp_path):
    told = our_module("forgotten")
    assert arrived(told["id"], tmp_path)
    assert (told["asked"][:2], {*told["asked"][2:]}) == (["HEAD", "POST"], {"PATCH"})


def test_our_module_sends_nothing_twice_when_the_answer_was_lost(our_module, tmp_path):
    told = our_module("again")
    assert told["asked"] == ["POST", "PATCH", "HEAD"]
    assert arrived(told["id"], tmp_path)
    assert (Media.objects.count(), Upload.objects.count()) == (1, 1)


def test_our_module_tells_a_no_from_a_broken_line(our_module):
    told = our_module("refused")
    assert told["error"]["status"] == 413
    assert told["error"]["message"] == "Filen är för stor. Den får vara högst 2048 MB."
    foreign = our_module("foreign")["error"]
    assert (foreign["name"], "status" in foreign) == ("UploadError", False)


def test_our_module_says_that_the_file_is_gone_from_the_phone(our_module):
    assert our_module("shorter")["error"]["name"] == "NotFoundError"


def test_our_module_stops_when_it_is_told_to(our_module):
    told = our_module("stopped")
    assert (told["error"]["message"], told["asked"]) == ("enough", ["POST", "PATCH"])
    assert Media.objects.count() == 0


def test_our_module_sends_three_at_once(our_module):
    told = our_module("turns")
    assert told["most"] == 3
    assert {str(pk) for pk in Media.objects.values_list("pk", flat=True)} == set(told["ids"])


# --- broken lines -----------------------------------------------------------------------------------------------


def begun(web, proof, length):
    answer = requests.post(
        f"{web.url}/ladda-upp/",
        headers=proof | {"Tus-Resumable": "1.0.0", "Upload-Length": str(length)},
        timeout=PATIENCE,
    )
    assert answer.status_code == 201
    return id_of(answer.headers["Location"])


def head(web, proof, upload_id):
    answer = requests.head(
        f"{web.url}/ladda-upp/{upload_id}/", headers=proof | {"Tus-Resumable": "1.0.0"}, timeout=PATIENCE
    )
    return int(answer.headers["Upload-Offset"])


def patch(web, proof, upload_id, offset, data):
    headers = proof | {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }
    return requests.patch(
        f"{web.url}/ladda-upp/{upload_id}/", data=data, headers=headers, timeout=PATIENCE
    ).status_code


@contextmanager
def half_a_patch(web, proof, upload_id, offset, size, data):
    """A real line, on which the head of a request has gone, and some of its body."""
    lines = [
        f"PATCH /ladda-upp/{upload_id}/ HTTP/1.1",
        f"Host: 127.0.0.1:{web.port}",
        "Tus-Resumable: 1.0.0",
        f"Upload-Offset: {offset}",
        f"Content-Length: {size}",
        "Content-Type: application/offset+octet-stream",
        *(f"{name}: {value}" for name, value in proof.items()),
    ]
    with socket.create_connection(("127.0.0.1", web.port), timeout=PATIENCE) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + data)
        yield line


def test_what_came_before_the_line_broke_is_kept(web, proof, tmp_path):
    data = noise(3 * MB)
    upload_id = begun(web, proof, len(data))
    with half_a_patch(web, proof, upload_id, 0, len(data), data[:2_000_003]):
        pass
    until(lambda: stored(upload_id) and not Upload.objects.get().claimed_until, "the line was given up")
    offset = head(web, proof, upload_id)
    assert offset == 2_000_003
    assert patch(web, proof, upload_id, offset, data[offset:]) == 204
    assert kept(upload_id, tmp_path) == data


def test_a_server_that_is_killed_in_the_middle_tells_the_true_offset_afterwards(web, proof, tmp_path):
    data = noise(11 * MB)
    upload_id = begun(web, proof, len(data))
    with half_a_patch(web, proof, upload_id, 0, len(data), data[: 10 * MB]):
        until(lambda: stored(upload_id) >= uploads.PART, "a part was stored")
        web.kill()
    web.start()
    offset = head(web, proof, upload_id)
    assert offset in (uploads.PART, 2 * uploads.PART)
    assert kept(upload_id, tmp_path) == data[:offset]
    # The killed request still has its lease: nobody knows yet that it is dead.
    assert patch(web, proof, upload_id, offset, data[offset:]) == 423
    Upload.objects.update(claimed_until="2026-01-01T00:00:00Z")
    assert patch(web, proof, upload_id, offset, data[offset:]) == 204
    assert hashlib.sha256(kept(upload_id, tmp_path)).digest() == hashlib.sha256(data).digest()
    assert Media.objects.get().pk == upload_id


def test_a_body_that_comes_in_chunks_is_read_to_its_end(web, proof, tmp_path):
    data = noise(700_000)
    upload_id = begun(web, proof, len(data))
    pieces = (data[begin : begin + 9_999] for begin in range(0, len(data), 9_999))
    assert patch(web, proof, upload_id, 0, pieces) == 204
    assert kept(upload_id, tmp_path) == data
