"""Blurred is gone: no size, no second look and no arithmetic brings it back. Cropped and turned is what was asked for."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from posts.media import faces, jobs
from posts.media.edits import Box, Edits, edits_of
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.retouch import hide, retouch
from tests.posts.media.phones import phone_jpeg

PORTRAIT = Path(__file__).with_name("portrait.jpg")
"""Eileen Collins, 1998. NASA, in the public domain."""
SIZE = (640, 480)
MIDDLE = Box(25, 25, 50, 50)
PIXELS = (160, 120, 480, 360)


def written(picture: Image.Image, path: Path) -> Path:
    picture.save(path, "JPEG", quality=95)
    return path


def letters(size: tuple[int, int] = SIZE) -> Image.Image:
    """Black words on white, as on a badge."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for top in range(0, size[1], 14):
        draw.text((0, top), "Karin Ek 19 850101 Umeå " * 20, fill="black")
    return picture


def done(folder: Path, picture: Image.Image, edits: Edits) -> Image.Image:
    source = written(picture, folder / "old.jpg")
    retouch(source, folder / "new.jpg", edits)
    with Image.open(folder / "new.jpg") as new:
        return new.convert("RGB")


# --- blurring -------------------------------------------------------------------------------------------------


def test_two_pictures_that_differ_only_in_the_box_come_out_byte_by_byte_the_same(tmp_path):
    """Nothing of what stood there can be told from the file, when all that is kept of it is some means."""
    noise = random.Random(1)
    pattern = Image.frombytes("RGB", (320, 240), noise.randbytes(320 * 240 * 3))
    first, second = Image.new("RGB", SIZE, "grey"), Image.new("RGB", SIZE, "grey")
    first.paste(pattern, PIXELS[:2])
    # The same colours in every block, each in another place.
    for left in range(0, 320, 80):
        for top in range(0, 240, 80):
            block = pattern.crop((left, top, left + 80, top + 80))
            second.paste(ImageOps.flip(ImageOps.mirror(block)), (160 + left, 120 + top))
    assert ImageChops.difference(first, second).getbbox() is not None

    for picture in (first, second):
        hide(picture, PIXELS)

    assert ImageChops.difference(first, second).getbbox() is None


def test_no_contrast_brings_a_word_back(tmp_path):
    hidden = done(tmp_path, letters(), Edits(blur=(MIDDLE,))).crop(PIXELS)
    shown = letters().crop(PIXELS)

    strongest = ImageOps.autocontrast(ImageOps.grayscale(hidden))
    likeness = correlation(strongest, ImageOps.grayscale(shown))

    assert abs(likeness) < 0.1
    assert correlation(ImageOps.grayscale(shown), ImageOps.grayscale(shown)) == pytest.approx(1)


def correlation(one: Image.Image, other: Image.Image) -> float:
    """1: the same picture, brighter or darker. 0: they have nothing to do with each other."""
    a, b = (picture.tobytes() for picture in (one, other))
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    together = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    alone = (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5
    return together / alone if alone else 0.0


@pytest.mark.parametrize("side", [4, 12, 20, 40, 64, 300])
def test_also_a_small_box_keeps_but_a_few_colours(side):
    noise = random.Random(side)
    picture = Image.frombytes("RGB", (side, side), noise.randbytes(side * side * 3))
    hide(picture, (0, 0, side, side))

    # What is left of noise is its mean, and hardly anything around it.
    assert max(ImageStat.Stat(picture).stddev) < 20


def test_what_is_outside_the_boxes_stays(tmp_path):
    new = done(tmp_path, letters(), Edits(blur=(MIDDLE,)))
    outside = (0, 0, 640, 112)
    difference = ImageChops.difference(new.crop(outside), letters().crop(outside))
    assert max(ImageStat.Stat(difference).mean) < 12


def test_no_size_and_no_hidden_corner_of_the_file_keeps_it(tmp_path):
    """Through the process of its own, as the site does it: master, medium and thumb are made of what is left."""
    source = written(letters((2000, 1500)), tmp_path / "old.jpg")

    made = jobs.retouched(source, tmp_path, Edits(blur=(Box(0, 0, 100, 100),)))

    for path in (made.master, made.medium, made.thumb):
        data = path.read_bytes()
        assert (data.count(b"\xff\xd8\xff"), b"Exif" in data, b"ICC_PROFILE" in data) == (1, False, False)
        with Image.open(BytesIO(data)) as image:
            few = image.convert("L")
        shown = ImageOps.grayscale(letters((2000, 1500)).resize(few.size))
        assert abs(correlation(ImageOps.autocontrast(few), shown)) < 0.1
    assert (made.width, made.height, made.captured_at) == (2000, 1500, None)


# --- cropping and turning -------------------------------------------------------------------------------------


def quarters() -> Image.Image:
    """Red, green, blue and yellow, clockwise from the upper left."""
    picture = Image.new("RGB", SIZE, "red")
    picture.paste("green", (320, 0, 640, 240))
    picture.paste("blue", (320, 240, 640, 480))
    picture.paste("yellow", (0, 240, 320, 480))
    return picture


def corners(picture: Image.Image) -> list[str]:
    names = {(255, 0, 0): "red", (0, 128, 0): "green", (0, 0, 255): "blue", (255, 255, 0): "yellow"}
    width, height = picture.size
    points = (8, 8), (width - 9, 8), (width - 9, height - 9), (8, height - 9)
    return [
        names[min(names, key=lambda name: sum(abs(a - b) for a, b in zip(name, colour, strict=True)))]
        for colour in map(picture.getpixel, points)
    ]


@pytest.mark.parametrize(
    ("turn", "size", "found"),
    [
        (0, (640, 480), ["red", "green", "blue", "yellow"]),
        (90, (480, 640), ["yellow", "red", "green", "blue"]),
        (180, (640, 480), ["blue", "yellow", "red", "green"]),
        (270, (480, 640), ["green", "blue", "yellow", "red"]),
    ],
)
def test_a_turn_goes_with_the_clock(tmp_path, turn, size, found):
    new = done(tmp_path, quarters(), Edits(turn=turn))
    assert (new.size, corners(new)) == (size, found)


def test_a_crop_is_taken_before_the_turn(tmp_path):
    new = done(tmp_path, quarters(), Edits(crop=Box(50, 0, 50, 100), turn=90))
    assert (new.size, corners(new)) == ((480, 320), ["blue", "green", "green", "blue"])


def test_what_is_cropped_away_takes_its_blur_with_it(tmp_path):
    new = done(tmp_path, quarters(), Edits(blur=(Box(0, 0, 10, 10),), crop=Box(50, 50, 50, 50)))
    assert (new.size, corners(new)) == ((320, 240), ["blue"] * 4)


def test_a_crop_that_leaves_a_strip_is_refused(tmp_path):
    source = written(quarters(), tmp_path / "old.jpg")
    for crop, code in (
        (Box(0, 0, 1, 1), RefusalCode.TOO_SMALL),
        (Box(0, 0, 100, 4), RefusalCode.TOO_NARROW),
    ):
        with pytest.raises(MediaRefused) as refused:
            jobs.retouched(source, tmp_path, Edits(crop=crop))
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("box", "pixels"),
    [
        (Box(0, 0, 100, 100), (0, 0, 640, 480)),
        (Box(99.99, 99.99, 0.01, 0.01), (639, 479, 640, 480)),
        (Box(50, 50, 90, 90), (320, 240, 640, 480)),
        (Box(0.1, 0.1, 0.1, 0.1), (0, 0, 2, 1)),
    ],
)
def test_a_box_takes_every_pixel_that_it_touches_and_none_outside(box, pixels):
    assert box.within(SIZE) == pixels


def test_edits_come_back_from_plain_values_as_they_were():
    edits = Edits((Box(1, 2, 3, 4), Box(5, 6, 7, 8)), Box(0, 0, 50, 50), 270)
    assert edits_of(edits.as_plain()) == edits
    assert Edits().is_empty
    assert not edits.is_empty


# --- faces ----------------------------------------------------------------------------------------------------


def test_a_machine_without_the_library_suggests_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(faces, "LIBRARY", "no_such_library")
    assert not faces.is_available()
    assert faces.found_in(written(quarters(), tmp_path / "old.jpg")) is None


def test_a_face_is_found_wherever_it_is_and_its_box_reaches_around_it(tmp_path):
    pytest.importorskip(faces.LIBRARY, reason="This machine has no wheel of the library that finds faces.")
    with Image.open(PORTRAIT) as portrait:
        crowd = Image.new("RGB", (1600, 1200), "grey")
        crowd.paste(portrait, (200, 300))
        crowd.paste(portrait.resize((60, 60)), (1300, 900))

    found = jobs.faces_in(written(crowd, tmp_path / "old.jpg"))

    large, small = (Box(**face).within(crowd.size) for face in sorted(found, key=lambda face: face["left"]))
    assert within(large, (200, 300, 200 + portrait.width, 300 + portrait.height))
    assert within(small, (1300, 900, 1360, 960))


def within(inner: tuple[int, ...], outer: tuple[int, ...]) -> bool:
    return all(a >= b for a, b in zip(inner[:2], outer[:2], strict=True)) and all(
        a <= b for a, b in zip(inner[2:], outer[2:], strict=True)
    )


def test_a_blurred_face_is_found_no_more(tmp_path):
    pytest.importorskip(faces.LIBRARY, reason="This machine has no wheel of the library that finds faces.")
    with Image.open(PORTRAIT) as portrait:
        source = written(portrait.convert("RGB"), tmp_path / "old.jpg")
    found = jobs.faces_in(source)
    assert len(found) == 1

    made = jobs.retouched(source, tmp_path, Edits(blur=tuple(Box(**face) for face in found)))

    assert jobs.faces_in(made.master) == []


def test_a_picture_without_faces_gives_none(tmp_path):
    source = tmp_path / "old.jpg"
    source.write_bytes(phone_jpeg(1600, 1200))
    assert jobs.faces_in(source) in ([], None)
