"""A film made of a picture: the whole picture, its words, and always the same bytes."""

import itertools

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from posts.media.picture_film import Shape, make_picture_film
from tests.posts.media import phones
from tests.posts.media.phones import CORNERS, written

TEXT = "Åtta av tio på färjan är med. Tack för fikat, Örjan!"


@pytest.fixture
def wide(tmp_path):
    return written(tmp_path, "wide.jpg", phones.jpeg(phones.scene(1200, 800)))


@pytest.fixture
def upright(tmp_path):
    return written(tmp_path, "upright.jpg", phones.jpeg(phones.scene(800, 1200)))


def pictures_of(film):
    with av.open(str(film)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def difference(one, other):
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((1200, 800), Shape.WIDE), ((800, 1200), Shape.UPRIGHT), ((1000, 1000), Shape.UPRIGHT)],
)
def test_the_shape_follows_the_picture(size, shape):
    assert Shape.for_picture(*size) is shape


def test_a_film_of_one_picture(tmp_path, wide):
    facts = make_picture_film([wide], TEXT, tmp_path / "film.mp4")

    assert (facts.width, facts.height, facts.seconds, facts.fps, facts.has_sound) == (
        1920,
        1080,
        8.0,
        25.0,
        True,
    )
    with av.open(str(tmp_path / "film.mp4")) as film:
        video, sound = film.streams.video[0].codec_context, film.streams.audio[0].codec_context
        assert (video.name, video.pix_fmt, sound.name) == ("h264", "yuv420p", "aac")
        assert max(max(bytes(frame.planes[0])[:400]) for frame in film.decode(audio=0)) == 0


def test_the_whole_picture_is_seen_and_nothing_cut_away(tmp_path, wide):
    make_picture_film([wide], "", tmp_path / "film.mp4", seconds=2)

    first = pictures_of(tmp_path / "film.mp4")[0]
    assert phones.corners(first.crop((150, 0, 1770, 1080))) == list(CORNERS)


def test_an_upright_picture_makes_an_upright_film(tmp_path, upright):
    facts = make_picture_film([upright], TEXT, tmp_path / "film.mp4", seconds=2)

    assert (facts.width, facts.height) == (1080, 1920)


def test_the_text_is_seen_over_the_lower_part(tmp_path, wide):
    make_picture_film([wide], "", tmp_path / "bare.mp4", seconds=2)
    make_picture_film([wide], TEXT, tmp_path / "said.mp4", seconds=2)

    bare, said = pictures_of(tmp_path / "bare.mp4")[0], pictures_of(tmp_path / "said.mp4")[0]
    upper, lower = (0, 0, 1920, 700), (300, 800, 1620, 1080)
    assert difference(bare.crop(upper), said.crop(upper)) < 1
    assert difference(bare.crop(lower), said.crop(lower)) > 20


def test_several_pictures_are_shown_one_after_the_other(tmp_path):
    red, blue = (
        written(tmp_path, f"{number}.jpg", phones.jpeg(Image.new("RGB", (600, 400), colour)))
        for number, colour in enumerate((phones.RED, phones.BLUE))
    )

    make_picture_film([red, blue], "", tmp_path / "film.mp4", seconds=4)

    seen = pictures_of(tmp_path / "film.mp4")
    middles = [phones.nearest(picture.getpixel((960, 540))) for picture in seen]
    assert (middles[0], middles[-1]) == (phones.RED, phones.BLUE)


def test_nothing_flashes(tmp_path, wide):
    dark = written(tmp_path, "dark.jpg", phones.jpeg(Image.new("RGB", (600, 400), (10, 10, 12))))

    make_picture_film([wide, dark], TEXT * 3, tmp_path / "film.mp4", seconds=6)

    small = [picture.resize((64, 36)) for picture in pictures_of(tmp_path / "film.mp4")]
    assert max(difference(one, after) for one, after in itertools.pairwise(small)) < 25


def test_many_pictures_make_the_film_longer_rather_than_hasty(tmp_path, wide):
    facts = make_picture_film([wide] * 5, "", tmp_path / "film.mp4", seconds=8)

    assert facts.seconds == 10.0


def test_the_same_input_makes_the_same_bytes(tmp_path, wide, upright):
    films = [make_picture_film([wide, upright], TEXT, tmp_path / f"{n}.mp4", seconds=4) for n in range(2)]

    assert films[0] == films[1]


def test_other_words_make_other_bytes(tmp_path, wide):
    one = make_picture_film([wide], "Ett", tmp_path / "1.mp4", seconds=2)
    two = make_picture_film([wide], "Två", tmp_path / "2.mp4", seconds=2)

    assert one.sha256 != two.sha256


def test_no_words_are_in_the_file_but_those_in_the_picture(tmp_path, wide):
    make_picture_film([wide], TEXT, tmp_path / "film.mp4", seconds=2)

    data = (tmp_path / "film.mp4").read_bytes()
    assert [mark for mark in (b"fikat", b"Lavf", b"\xa9too", b"Exif") if mark in data] == []
    assert data.index(b"moov") < data.index(b"mdat")
