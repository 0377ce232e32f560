"""A file is what it contains; what it is called is not looked at."""

import pytest

from posts.media.detect import HEAD, Kind, detect, kind_of
from posts.media.errors import MediaRefused, RefusalCode
from tests.posts.media import phones
from tests.posts.media.phones import box, written


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF"])
def test_a_picture_is_one_under_any_name(tmp_path, form):
    assert detect(written(tmp_path, "film.mp4", phones.encoded(phones.scene(64, 64), form))) is Kind.PICTURE


FILMS = [
    {"form": "mp4"},
    {"form": "mov"},
    {"form": "matroska"},
    {"form": "webm", "codec": "libvpx-vp9", "sound": None},
]


@pytest.mark.parametrize("about", FILMS, ids=str)
def test_a_film_is_one_under_any_name(tmp_path, about):
    assert detect(written(tmp_path, "bild.jpg", phones.film(seconds=0.2, **about))) is Kind.FILM


def test_the_first_bytes_tell_as_much_as_the_file():
    picture, film = phones.encoded(phones.scene(64, 64), "HEIF"), phones.film(seconds=0.2)

    assert [kind_of(data[:HEAD]) for data in (picture, film, b"Hej!", b"")] == [
        Kind.PICTURE,
        Kind.FILM,
        None,
        None,
    ]


@pytest.mark.parametrize("first", [b"moov", b"mdat", b"wide", b"skip"])
def test_an_old_quicktime_film_starts_with_any_of_its_boxes(tmp_path, first):
    assert detect(written(tmp_path, "upload", box(first, b"something"))) is Kind.FILM


def test_the_brand_mif1_may_stand_in_front_of_avif(tmp_path):
    data = box(b"ftyp", b"mif1\0\0\0\0mif1avifmiaf") + bytes(40)

    assert detect(written(tmp_path, "upload", data)) is Kind.PICTURE


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"II*\x00rest", "TIFF"),
        (b"MM\x00*rest", "TIFF"),
        (b"BMrest", "BMP"),
        (b"8BPSrest", "PSD"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?>\n<svg onload='x'/>", "SVG"),
        (b"<!DOCTYPE html><script>", "HTML"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
    ],
)
def test_what_we_know_and_do_not_take_is_named(tmp_path, data, name):
    with pytest.raises(MediaRefused) as refused:
        detect(written(tmp_path, "bild.jpg", data))

    assert (refused.value.code, refused.value.facts) == (RefusalCode.UNSUPPORTED_FORMAT, {"format": name})


@pytest.mark.parametrize(
    "data", [b"#!/bin/sh\nrm", b"MZ\x90\0", b"\x7fELF", "Hej på er".encode(), b"GIF8", b"\xff\xd8"]
)
def test_anything_else_is_no_media(tmp_path, data):
    with pytest.raises(MediaRefused) as refused:
        detect(written(tmp_path, "bild.jpg", data))

    assert (refused.value.code, refused.value.facts) == (RefusalCode.NOT_MEDIA, {})


@pytest.mark.parametrize("data", [b"", bytes(10_000)])
def test_nothing_is_nothing(tmp_path, data):
    with pytest.raises(MediaRefused) as refused:
        detect(written(tmp_path, "bild.jpg", data))

    assert refused.value.code == RefusalCode.EMPTY
