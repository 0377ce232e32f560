"""The account's picture: a stranger's file from another machine."""

import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from PIL import Image

from channels import pictures
from tests.factories import jpeg

ANSWERS: dict[str, tuple[int, bytes]] = {}


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, content = ANSWERS.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        if status == 302:
            self.send_header("Location", "/good")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_small_square_jpeg(kind):
    small = opened(pictures.small(encoded(Image.new("RGB", (300, 200), "navy"), kind)))
    assert (small.format, small.size, small.mode) == ("JPEG", (96, 96), "RGB")


def test_what_is_seen_through_is_on_white():
    small = opened(pictures.small(encoded(Image.new("RGBA", (200, 200), (0, 0, 0, 0)), "PNG")))
    assert small.getpixel((48, 48)) == (255, 255, 255)


def test_nothing_that_came_along_is_kept():
    picture = Image.new("RGB", (200, 200), "navy")
    exif = picture.getexif()
    exif[0x010E] = "where it was taken"
    buffer = BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    assert b"where it was taken" in buffer.getvalue()
    assert b"where it was taken" not in (pictures.small(buffer.getvalue()) or b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg/>",
        b"GIF89a",
        jpeg()[:200],
        encoded(Image.new("RGB", (8, 8)), "GIF"),
        encoded(Image.new("RGB", (8, 8)), "BMP"),
    ],
)
def test_what_is_no_picture_of_ours_is_none(content):
    assert pictures.small(content) is None


def test_a_picture_made_to_choke_us_is_not_decoded(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    monkeypatch.setattr(pictures, "drawn", lambda picture: pytest.fail("decoded"))
    assert pictures.small(encoded(Image.new("RGB", (11, 10)), "PNG")) is None


@pytest.fixture
def in_practice(host, settings) -> None:
    """Our server is the sandbox: nothing else is reached."""
    settings.PLATFORM_ADDRESSES = {"FACEBOOK_GRAPH_URL": f"{host}/facebook"}


@pytest.mark.usefixtures("in_practice")
@pytest.mark.parametrize("turn", [6, "odd"])
def test_what_else_it_carries_is_not_even_read(turn):
    """A camera's notes are a format of their own, and odd ones have led decoders astray."""
    two_numbers_for_a_name = struct.pack(">HHIHH", 0x10F, 3, 2, 1, 2) if turn == "odd" else b""
    entries = two_numbers_for_a_name + struct.pack(">HHIHH", 0x112, 3, 1, 6, 0)
    notes = b"MM\0*" + struct.pack(">IH", 8, len(entries) // 12) + entries + struct.pack(">I", 0)
    picture = Image.new("RGB", (96, 96), "white")
    picture.paste("black", (0, 0, 96, 48))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", exif=b"Exif\0\0" + notes)
    small = opened(pictures.small(buffer.getvalue())).convert("L")
    assert (small.getpixel((48, 10)) < 50, small.getpixel((48, 86)) > 200) == (True, True)


@pytest.mark.parametrize(
    "url",
    [
        "https://[x",
        "https://a]b/c",
        "https://example.test:x/p",
        "http://127.0.0.1:99999/",
        "https://\udcff/",
        "http://127.0.0.1:9/\udcff",
        "//",
        "https://a..b/",
        "https://\u2100.test/",
        "https://exa\x00mple.test/x",
        "http://127.0.0.1\n/x",
        "http://127.0.0.1:9/" + "a" * 70000,
    ],
)
def test_an_odd_address_is_no_error(url):
    assert pictures.fetch(url) is None


@pytest.mark.usefixtures("in_practice")
def test_it_is_fetched_over_our_own_line(host):
    ANSWERS["/good"] = (200, jpeg(size=(200, 100)))
    assert opened(pictures.fetch(f"{host}/good")).size == (96, 96)


@pytest.mark.usefixtures("in_practice")
def test_what_does_not_come_is_no_error(host):
    ANSWERS["/gone"], ANSWERS["/moved"] = (404, jpeg()), (302, b"")
    ANSWERS["/large"] = (200, jpeg() + b"\0" * pictures.MOST_BYTES)
    for path in ("/gone", "/moved", "/large", "/nothing"):
        assert pictures.fetch(host + path) is None
    assert pictures.fetch("http://127.0.0.1:9/nobody-listens") is None
    assert pictures.fetch("") is None


def test_outside_practice_nothing_on_this_machine_or_in_the_clear_is_fetched(host, settings):
    ANSWERS["/good"] = (200, jpeg())
    settings.PLATFORM_ADDRESSES = {"FACEBOOK_GRAPH_URL": "https://graph.facebook.com"}
    assert pictures.fetch(f"{host}/good") is None
    assert pictures.fetch("http://example.test/picture") is None
    assert pictures.fetch("file:///etc/hostname") is None
