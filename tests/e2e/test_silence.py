"""Photographs and films as telephones make them: what reaches the platforms is upright and has nothing to tell."""

import io
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.story import Anna, Karin
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser
TELLTALES = (
    phones.CANARY.encode(),
    phones.PLACE.encode(),
    b"ISO6709",
    b"\xa9xyz",
    b"Exif\0\0",
    b"ns.adobe.com",
)


def first_frame(content: bytes) -> Image.Image:
    with av.open(io.BytesIO(content)) as film:
        return next(film.decode(video=0)).to_image()


def picture(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        assert image.getexif() == {}
        return image.convert("RGB")


AS_THEY_COME: dict[str, tuple[str, Callable[[], bytes], Callable[[bytes], Image.Image], tuple[str, ...]]] = {
    "a picture of 12 megapixels with its place": (
        "bild.jpg",
        lambda: phones.phone_jpeg(4000, 3000, orientation=6),
        picture,
        ("Facebook", "X (Twitter)"),
    ),
    "a HEIC": ("bild.heic", lambda: phones.phone_heic(1600, 1200), picture, ("Facebook", "X (Twitter)")),
    "a film with its place": (
        "film.mp4",
        lambda: phones.with_location(phones.turned_film(90, seconds=1.0, sound=None)),
        first_frame,
        ("Facebook", "X (Twitter)", "YouTube"),
    ),
}


@pytest.mark.parametrize("kind", AS_THEY_COME)
def test_what_reaches_the_platforms_is_upright_and_silent(
    kind: str, browser: Browser, site: Site, tmp_path: Path
):
    name, make, see, channels = AS_THEY_COME[kind]
    sent_in = make()
    assert [mark for mark in TELLTALES if mark in sent_in] != []
    text = f"Så här ser {kind} ut när den är ute"
    karin, anna = Karin.at(browser, site.url), Anna.at(browser, site.url)
    karin.begins(text, phones.written(tmp_path, name, sent_in))
    karin.answers("Nej")
    post = karin.sends_in()
    anna.opens(post)
    anna.describes("Fyra färger i fyra hörn")
    anna.chooses(*channels)
    anna.approves()
    karin.opens(post)
    karin.sees_links_to(*channels)

    received = [item for shown in site.sandbox.posts() if text in shown["text"] for item in shown["media"]]
    assert len(received) == len(channels)
    for item in received:
        content = site.sandbox.media(item["sha256"])
        assert [mark for mark in TELLTALES if mark in content] == []
        assert phones.corners(see(content)) == list(phones.CORNERS)
