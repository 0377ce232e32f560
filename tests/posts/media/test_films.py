"""Films as telephones make them come out upright, playable everywhere, and with nothing to tell."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import av
import pytest
from PIL import Image

from posts.media import films
from posts.media.errors import MediaRefused, RefusalCode
from posts.media.films import make_film_master, make_film_rendition, make_poster
from posts.media.limits import Limits
from tests.posts.media import phones
from tests.posts.media.phones import CORNERS, written

TELLTALES = (b"ISO6709", b"\xa9xyz", b"+59.3293", b"SDLN", b"com.apple", b"gpmd", phones.CANARY.encode())


def master_of(folder, data, progress=None, **limits):
    target = folder / "master.mp4"
    return make_film_master(written(folder, "upload", data), target, Limits(**limits), progress), target


def first_picture(path):
    with av.open(str(path)) as film:
        frame = next(film.decode(video=0))
        return frame.to_image(), frame.rotation


def boxes(data):
    """The names of the outermost boxes, in their order."""
    names, at = [], 0
    while at < len(data):
        names.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    return names


@pytest.fixture
def never_transcoded(monkeypatch):
    def transcode(*_args):
        pytest.fail("This film fits and should have been copied.")

    monkeypatch.setattr(films, "transcode", transcode)


@pytest.fixture
def never_copied(monkeypatch):
    def copy(*_args):
        pytest.fail("This film should have been coded anew.")

    monkeypatch.setattr(films, "copy", copy)


def test_a_film_that_fits_is_copied_and_loses_every_word(tmp_path, never_transcoded):
    upload = phones.with_location(phones.film(tags=phones.PHONE_TAGS, speaking=True))
    assert all(mark in upload for mark in (b"\xa9xyz", b"+59.3293", phones.CANARY.encode()))

    facts, master = master_of(tmp_path, upload)

    data = master.read_bytes()
    assert [mark for mark in TELLTALES if mark in data] == []
    assert boxes(data)[:2] == [b"ftyp", b"moov"]
    assert (facts.width, facts.height, facts.seconds, facts.fps, facts.has_sound) == (
        320,
        240,
        1.0,
        25.0,
        True,
    )
    assert (facts.sha256, facts.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert facts.captured_at == datetime(2026, 11, 20, 13, 3, 59, tzinfo=UTC)


def test_an_iphones_film_loses_every_word(tmp_path):
    upload = phones.film(form="mov", tags=phones.PHONE_TAGS, movflags="use_metadata_tags", speaking=True)
    assert all(mark in upload for mark in (b"ISO6709", b"+59.3293", phones.CANARY.encode()))

    facts, master = master_of(tmp_path, upload)

    assert [mark for mark in TELLTALES if mark in master.read_bytes()] == []
    assert facts.captured_at == datetime(2026, 11, 20, 14, 3, 59, tzinfo=timezone(timedelta(hours=1)))


def test_a_film_that_is_coded_anew_loses_every_word(tmp_path, never_copied):
    upload = phones.with_location(phones.turned_film(90, tags=phones.PHONE_TAGS, speaking=True))

    _, master = master_of(tmp_path, upload)

    data = master.read_bytes()
    assert [mark for mark in TELLTALES if mark in data] == []
    assert boxes(data)[:2] == [b"ftyp", b"moov"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270, "mirrored"])
def test_every_way_to_hold_the_phone_ends_upright_without_a_matrix(tmp_path, turn):
    facts, master = master_of(tmp_path, phones.turned_film(turn))

    picture, rotation = first_picture(master)
    assert phones.corners(picture) == list(CORNERS)
    assert rotation == 0
    assert (facts.width, facts.height) == ((240, 320) if turn in (90, 270) else (320, 240))


@pytest.mark.parametrize(
    "about",
    [
        {"codec": "libx265", "form": "mov"},
        {"codec": "libx265", "pixels": "yuv420p10le"},
        {"codec": "libvpx-vp9", "form": "webm", "sound": "libopus"},
        {"codec": "mjpeg", "pixels": "yuvj420p", "form": "mov", "sound": "pcm_s16le"},
        {"codec": "libx264", "pixels": "yuv444p"},
        {"sound": "libmp3lame"},
        {"sound_rate": 22_050},
        {"form": "matroska"},
    ],
    ids=str,
)
def test_whatever_it_was_coded_with_it_ends_as_h264_and_aac(tmp_path, about):
    facts, master = master_of(tmp_path, phones.film(**about))

    with av.open(str(master)) as film:
        video, sound = film.streams.video[0].codec_context, film.streams.audio[0].codec_context
        assert (video.name, video.pix_fmt, sound.name) == ("h264", "yuv420p", "aac")
        assert len(film.streams) == 2
        assert sum(1 for _ in film.decode(video=0)) == 25
    assert phones.corners(first_picture(master)[0]) == list(CORNERS)
    assert facts.has_sound
    assert facts.seconds == pytest.approx(1.0, abs=0.05)


def test_a_film_without_sound_stays_without(tmp_path):
    facts, master = master_of(tmp_path, phones.film(sound=None))

    with av.open(str(master)) as film:
        assert [stream.type for stream in film.streams] == ["video"]
    assert not facts.has_sound


def test_sound_and_picture_end_together(tmp_path):
    _, master = master_of(tmp_path, phones.turned_film(90, seconds=2.0))

    with av.open(str(master)) as film:
        lengths = [float(stream.duration * stream.time_base) for stream in film.streams]
    assert max(lengths) - min(lengths) < 0.1


@pytest.mark.parametrize(
    ("size", "expected"),
    [((2560, 1440), (1920, 1080)), ((1440, 2560), (1080, 1920)), ((1920, 1440), (1440, 1080))],
)
def test_a_larger_film_becomes_full_hd(tmp_path, size, expected):
    facts, _ = master_of(tmp_path, phones.film(*size, seconds=0.2))

    assert (facts.width, facts.height) == expected


def test_odd_sides_become_even(tmp_path, never_copied):
    facts, _ = master_of(tmp_path, phones.film(321, 241, pixels="yuv444p"))

    assert (facts.width, facts.height) == (320, 240)


def test_slow_motion_becomes_thirty_pictures_a_second(tmp_path):
    facts, _ = master_of(tmp_path, phones.film(rate=120, sound_rate=48_000))

    assert facts.fps == 30.0
    assert facts.seconds == pytest.approx(1.0, abs=0.05)


def test_chapters_and_tracks_of_data_are_left_behind(tmp_path, never_transcoded):
    upload = phones.with_chapter_and_sensor()
    assert all(mark in upload for mark in (b"gpmd", b"GPS5", phones.CANARY.encode()))

    _, master = master_of(tmp_path, upload)

    with av.open(str(master)) as film:
        assert [stream.type for stream in film.streams] == ["video"]
        assert film.chapters() == []
    assert [mark for mark in TELLTALES if mark in master.read_bytes()] == []


def test_progress_is_told_and_ends_whole(tmp_path):
    heard = []

    master_of(tmp_path, phones.turned_film(90), heard.append)

    assert heard == sorted(heard)
    assert (heard[0] < 0.3, heard[-1]) == (True, 1.0)


def test_a_rendition_is_made_smaller_and_turns_its_box(tmp_path):
    _, master = master_of(tmp_path, phones.film(1920, 1080, seconds=0.2))
    (tmp_path / "upright").mkdir()
    _, upright = master_of(tmp_path / "upright", phones.film(1080, 1920, seconds=0.2))

    wide = make_film_rendition(master, tmp_path / "wide.mp4", 1280, 1024)
    high = make_film_rendition(upright, tmp_path / "high.mp4", 1280, 1024)

    assert (wide.width, wide.height) == (1280, 720)
    assert (high.width, high.height) == (720, 1280)


def test_the_poster_is_a_picture_from_the_film(tmp_path):
    _, master = master_of(tmp_path, phones.film(1920, 1080, seconds=0.4))

    size = make_poster(master, tmp_path / "poster.jpg")

    with Image.open(tmp_path / "poster.jpg") as poster:
        assert (poster.format, poster.size, size) == ("JPEG", (1280, 720), (1280, 720))
        assert phones.corners(poster) == list(CORNERS)


def test_the_poster_is_not_the_black_beginning(tmp_path):
    black, keys = Image.new("RGB", (320, 240)), {"preset": "ultrafast", "g": "5"}
    upload = phones.film(image=black, then=phones.scene(320, 240), seconds=2.0, options=keys)
    _, master = master_of(tmp_path, upload)

    make_poster(master, tmp_path / "poster.jpg")

    with Image.open(tmp_path / "poster.jpg") as poster:
        assert phones.corners(poster) == list(CORNERS)


def test_a_film_of_nothing_but_black_has_a_poster_all_the_same(tmp_path):
    _, master = master_of(tmp_path, phones.film(image=Image.new("RGB", (320, 240))))

    assert make_poster(master, tmp_path / "poster.jpg") == (320, 240)


@pytest.mark.parametrize(
    ("make", "limits", "code"),
    [
        (lambda: phones.film(seconds=2.0), {"film_seconds": 1.0}, RefusalCode.TOO_LONG),
        (lambda: phones.film(), {"film_bytes": 1000}, RefusalCode.TOO_LARGE_BYTES),
        (lambda: phones.film(), {"film_pixels": 320 * 240 - 1}, RefusalCode.TOO_MANY_PIXELS),
        (lambda: phones.film(30, 30), {}, RefusalCode.TOO_SMALL),
        (lambda: phones.film(1280, 40), {}, RefusalCode.TOO_NARROW),
        (lambda: phones.turned_film(90), {"film_frames": 10}, RefusalCode.TOO_MANY_FRAMES),
        (lambda: phones.sound_only(), {}, RefusalCode.NO_VIDEO),
        (lambda: phones.film().replace(b"avc1", b"zzzz"), {}, RefusalCode.UNSUPPORTED_CODEC),
        (lambda: phones.jpeg(phones.scene(64, 64)), {}, RefusalCode.NOT_MEDIA),
        (lambda: b"", {}, RefusalCode.EMPTY),
    ],
)
def test_a_refusal_says_why_and_leaves_no_file(tmp_path, make, limits, code):
    with pytest.raises(MediaRefused) as refused:
        master_of(tmp_path, make(), **limits)

    assert refused.value.code == code
    assert not (tmp_path / "master.mp4").exists()


@pytest.mark.parametrize("front", [True, False], ids=["index in front", "index at the end"])
@pytest.mark.parametrize("part", [0.3, 0.6])
def test_a_film_that_was_cut_off_is_refused(tmp_path, front, part):
    whole = phones.film(seconds=4.0, **({"movflags": "faststart"} if front else {}))

    with pytest.raises(MediaRefused) as refused:
        master_of(tmp_path, whole[: int(len(whole) * part)])

    assert refused.value.code == RefusalCode.TRUNCATED
    assert not (tmp_path / "master.mp4").exists()


def test_what_was_trimmed_away_on_the_phone_is_not_in_the_master(tmp_path):
    upload = phones.trimmed_film()

    facts, master = master_of(tmp_path, upload)

    with av.open(str(master), options={"ignore_editlist": "1"}) as film:
        seen = [phones.corners(frame.to_image()) for frame in film.decode(video=0)]
    assert seen == [list(CORNERS)] * len(seen)
    assert facts.seconds == pytest.approx(1.0, abs=0.1)
