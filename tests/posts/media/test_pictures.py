"""Pictures as telephones make them come out upright, in sRGB, small enough, and with nothing to tell."""

import hashlib
from datetime import datetime, timedelta, timezone

import pytest
from PIL import Image, ImageCms

from posts.media.errors import MediaRefused, RefusalCode
from posts.media.limits import Limits
from posts.media.pictures import (
    MAX_MASTER_BYTES,
    make_picture_master,
    make_picture_rendition,
    make_picture_sizes,
)
from tests.posts.media import phones
from tests.posts.media.phones import CORNERS, written

TELLTALES = (
    b"Exif",
    b"GPS",
    b"http://ns.adobe",
    b"Photoshop",
    b"xmp",
    b"ICC_PROFILE",
    b"ftyp",
    phones.CANARY.encode(),
)


def master_of(folder, data, **limits):
    target = folder / "master.jpg"
    facts = make_picture_master(written(folder, "upload", data), target, Limits(**limits))
    return facts, target


def segments(jpeg):
    """The markers in front of the pixels, and what follows the end."""
    markers, at = [], 2
    while jpeg[at + 1] != 0xDA:
        markers.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return markers, jpeg[jpeg.rindex(b"\xff\xd9") + 2 :]


def test_a_phones_photograph_becomes_an_upright_master_without_a_word_in_it(tmp_path):
    upload = phones.phone_jpeg(4000, 3000, orientation=6)
    assert all(mark in upload for mark in (b"Exif", b"http://ns.adobe", b"Photoshop", b"MotionPhoto"))

    facts, master = master_of(tmp_path, upload)

    data = master.read_bytes()
    assert (facts.width, facts.height) == (1920, 2560)
    assert (facts.sha256, facts.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert [mark for mark in TELLTALES if mark in data] == []
    markers, behind = segments(data)
    assert (set(markers), behind) == ({0xE0, 0xDB, 0xC0, 0xC4}, b"")
    with Image.open(master) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1920, 2560))
        assert set(image.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert phones.corners(image) == list(CORNERS)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_the_phone_ends_upright(tmp_path, orientation):
    facts, master = master_of(tmp_path, phones.phone_jpeg(400, 300, orientation))

    with Image.open(master) as image:
        assert phones.corners(image) == list(CORNERS)
    assert (facts.width, facts.height) == ((300, 400) if orientation >= 5 else (400, 300))


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_heic_is_turned_once(tmp_path, orientation):
    facts, master = master_of(tmp_path, phones.phone_heic(800, 600, orientation))

    with Image.open(master) as image:
        assert phones.corners(image) == list(CORNERS)
    assert [mark for mark in TELLTALES if mark in master.read_bytes()] == []
    assert facts.captured_at == datetime(2026, 11, 20, 14, 3, 59, tzinfo=timezone(timedelta(hours=1)))


def test_the_moment_is_read_before_it_is_thrown_away(tmp_path):
    facts, _ = master_of(tmp_path, phones.phone_jpeg(400, 300, offset="-05:00"))

    assert facts.captured_at == datetime(2026, 11, 20, 14, 3, 59, tzinfo=timezone(timedelta(hours=-5)))
    assert not facts.is_drone


def test_a_camera_that_does_not_say_its_zone_is_at_home(tmp_path):
    facts, _ = master_of(tmp_path, phones.phone_jpeg(400, 300, offset=""))

    assert facts.captured_at.isoformat() == "2026-11-20T14:03:59+01:00"


@pytest.mark.parametrize(("make", "model"), [("DJI", "FC3582"), ("Hasselblad", "L2D-20c")])
def test_a_drone_is_noticed(tmp_path, make, model):
    facts, _ = master_of(tmp_path, phones.phone_jpeg(400, 300, make=make, model=model))

    assert facts.is_drone


def test_a_picture_without_exif_has_no_moment(tmp_path):
    facts, _ = master_of(tmp_path, phones.jpeg(phones.scene(400, 300)))

    assert (facts.captured_at, facts.is_drone) == (None, False)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF", "GIF"])
def test_other_formats_become_jpeg(tmp_path, form):
    facts, master = master_of(tmp_path, phones.encoded(phones.scene(400, 300), form))

    with Image.open(master) as image:
        assert (image.format, image.size) == ("JPEG", (400, 300))
        assert phones.corners(image) == list(CORNERS)
    assert facts.captured_at is None


def test_colours_are_what_the_embedded_profile_means(tmp_path):
    """In this profile the first channel is green light: what is stored as red is seen as green."""
    red, green, blue = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139)
    profile = phones.icc_profile(green, red, blue)
    upload = phones.jpeg(Image.new("RGB", (200, 200), (220, 20, 20)), icc_profile=profile)

    _, master = master_of(tmp_path, upload)

    with Image.open(master) as image:
        seen = image.getpixel((100, 100))
    assert phones.distance(seen, (20, 220, 20)) < 30
    assert b"ICC_PROFILE" not in master.read_bytes()


def test_a_broken_profile_is_ignored(tmp_path):
    upload = phones.jpeg(Image.new("RGB", (200, 200), phones.RED), icc_profile=b"nonsense" * 40)

    _, master = master_of(tmp_path, upload)

    with Image.open(master) as image:
        assert phones.nearest(image.getpixel((100, 100))) == phones.RED


def test_print_colours_become_screen_colours(tmp_path):
    cmyk = Image.new("CMYK", (200, 200), (0, 220, 220, 10))

    _, master = master_of(tmp_path, phones.jpeg(cmyk))

    with Image.open(master) as image:
        assert image.mode == "RGB"
        assert phones.nearest(image.getpixel((100, 100))) == phones.RED


def test_sixteen_bits_of_grey_keep_their_lightness(tmp_path):
    grey = Image.new("I;16", (200, 200), 0x8000)

    _, master = master_of(tmp_path, phones.encoded(grey, "PNG"))

    with Image.open(master) as image:
        assert abs(image.convert("L").getpixel((100, 100)) - 128) <= 2


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_see_through_lies_on_white_paper(tmp_path, mode):
    image = Image.new("RGBA", (200, 200), (20, 20, 20, 0))
    image.paste((20, 20, 20, 255), (0, 0, 100, 200))
    upload = phones.encoded(image.quantize(8) if mode == "P" else image.convert(mode), "PNG")

    _, master = master_of(tmp_path, upload)

    with Image.open(master) as result:
        assert min(result.getpixel((160, 100))) > 245
        assert max(result.getpixel((40, 100))) < 40


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_every_mode_of_png_is_taken(tmp_path, mode):
    image = phones.scene(400, 300).convert("L" if mode == "I;16" else mode).convert(mode)

    facts, _ = master_of(tmp_path, phones.encoded(image, "PNG"))

    assert (facts.width, facts.height) == (400, 300)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animated_picture_the_first_is_taken(tmp_path, form):
    others = [Image.new("RGB", (200, 200), phones.BLUE) for _ in range(30)]
    upload = phones.encoded(
        Image.new("RGB", (200, 200), phones.RED), form, save_all=True, append_images=others, duration=20
    )

    _, master = master_of(tmp_path, upload)

    with Image.open(master) as image:
        assert phones.nearest(image.getpixel((100, 100))) == phones.RED
        assert getattr(image, "n_frames", 1) == 1


def test_the_noisiest_picture_stays_under_what_every_platform_takes(tmp_path):
    noise = Image.merge("RGB", [Image.effect_noise((2560, 2560), 200) for _ in range(3)])

    facts, _ = master_of(tmp_path, phones.jpeg(noise, quality=95, subsampling=0))

    assert facts.bytes <= MAX_MASTER_BYTES
    assert (facts.width, facts.height) == (2560, 2560)


def test_a_small_picture_is_not_blown_up(tmp_path):
    facts, _ = master_of(tmp_path, phones.jpeg(phones.scene(640, 480)))

    assert (facts.width, facts.height) == (640, 480)


def test_the_same_upload_makes_the_same_master(tmp_path):
    upload = phones.phone_jpeg(800, 600)

    assert master_of(tmp_path, upload)[0] == master_of(tmp_path, upload)[0]


def test_the_sizes_for_pages_are_made_from_the_master(tmp_path):
    _, master = master_of(tmp_path, phones.phone_jpeg(4000, 3000))

    sizes = make_picture_sizes(master, tmp_path)

    assert set(sizes) == {"medium", "thumb"}
    for name, expected in {"medium": (960, 1280), "thumb": (240, 320)}.items():
        with Image.open(sizes[name]) as image:
            assert (image.format, image.size) == ("JPEG", expected)
            assert phones.corners(image) == list(CORNERS)


def test_srgb_itself_changes_nothing(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    _, master = master_of(tmp_path, phones.jpeg(Image.new("RGB", (64, 64), phones.BLUE), icc_profile=profile))

    with Image.open(master) as image:
        assert phones.distance(image.getpixel((32, 32)), phones.BLUE) < 12


SMALL = phones.jpeg(phones.scene(300, 200))


@pytest.mark.parametrize(
    ("data", "limits", "code", "facts"),
    [
        (b"", {}, RefusalCode.EMPTY, {}),
        (bytes(5000), {}, RefusalCode.EMPTY, {}),
        (b"hej hopp " * 100, {}, RefusalCode.NOT_MEDIA, {}),
        (SMALL + bytes(2 << 20), {"picture_bytes": 1 << 20}, RefusalCode.TOO_LARGE_BYTES, {"limit_mb": 1}),
        (SMALL, {"jpeg_pixels": 59_999}, RefusalCode.TOO_MANY_PIXELS, {"width": 300, "height": 200}),
        (phones.jpeg(phones.scene(300, 12)), {}, RefusalCode.TOO_SMALL, {"width": 300, "height": 12}),
        (phones.jpeg(phones.scene(840, 40)), {}, RefusalCode.TOO_NARROW, {"width": 840, "height": 40}),
        (phones.film(), {}, RefusalCode.NOT_MEDIA, {}),
    ],
)
def test_a_refusal_says_why_and_leaves_no_file(tmp_path, data, limits, code, facts):
    with pytest.raises(MediaRefused) as refused:
        master_of(tmp_path, data, **limits)

    assert refused.value.code == code
    assert facts.items() <= refused.value.facts.items()
    assert not (tmp_path / "master.jpg").exists()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_picture_that_was_cut_off_is_refused(tmp_path, form, part):
    whole = phones.encoded(phones.scene(400, 300), form)

    with pytest.raises(MediaRefused) as refused:
        master_of(tmp_path, whole[: int(len(whole) * part)])

    assert refused.value.code == RefusalCode.TRUNCATED
    assert not (tmp_path / "master.jpg").exists()


# --- for a platform that takes fewer bytes ----------------------------------------------------------------------


def smaller(folder, master, most):
    target = folder / "picture.jpg"
    return make_picture_rendition(written(folder, "master.jpg", master), target, most), target


@pytest.mark.parametrize(
    ("size", "most", "expected"),
    [
        ((2560, 1920), 1_000_000, (1600, 1200)),
        ((1920, 2560), 1_000_000, (1200, 1600)),
        ((2560, 1280), 1_000_000, (2048, 1024)),
        ((2560, 1920), 200_000, (1200, 900)),
        ((2560, 1920), 100_000, (800, 600)),
    ],
)
def test_a_picture_is_made_smaller_until_it_fits_and_no_smaller(tmp_path, size, most, expected):
    """Of nothing but noise: no photograph takes more bytes."""
    facts, picture = smaller(tmp_path, phones.grainy(*size), most)

    data = picture.read_bytes()
    assert (facts.width, facts.height) == expected
    assert (facts.sha256, facts.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert most // 2 < len(data) <= most


def test_first_it_loses_quality_and_keeps_its_size(tmp_path):
    master = phones.grainy(640, 480)
    facts, _ = smaller(tmp_path, master, len(master) - 1)

    assert (facts.width, facts.height) == (640, 480)


def test_the_same_master_becomes_the_same_picture(tmp_path):
    master = phones.grainy(1600, 1200)
    one, other = (smaller(tmp_path, master, 300_000)[0].sha256 for _ in range(2))

    assert one == other


def test_what_is_made_smaller_shows_the_same_and_says_nothing(tmp_path):
    """Also if there were words in a master."""
    told = phones.jpeg(phones.scene(2560, 1920), exif=phones.exif(1), comment=phones.CANARY, quality=95)
    facts, picture = smaller(tmp_path, told, 60_000)

    data = picture.read_bytes()
    assert phones.CANARY.encode() in told
    assert [mark for mark in TELLTALES if mark in data] == []
    markers, behind = segments(data)
    assert (set(markers), behind) == ({0xE0, 0xDB, 0xC0, 0xC4}, b"")
    with Image.open(picture) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (facts.width, facts.height))
        assert phones.corners(image) == list(CORNERS)


def test_what_cannot_be_made_small_enough_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(MediaRefused) as refused:
        smaller(tmp_path, phones.grainy(2560, 1920), 2000)

    assert (refused.value.code, refused.value.facts) == (RefusalCode.TOO_LARGE_BYTES, {"limit_mb": 0.002})
    assert not (tmp_path / "picture.jpg").exists()


def test_a_master_that_is_damaged_is_refused(tmp_path):
    with pytest.raises(MediaRefused) as refused:
        smaller(tmp_path, phones.grainy(640, 480)[:2000], 1000)

    assert refused.value.code == RefusalCode.TRUNCATED
