"""Prints: the same again is near, another is far."""

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from posts import likeness

SEEDS = range(12)


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Something with large and small shapes, different for each seed, soft as a photograph."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        left, top = chance.randrange(size[0]), chance.randrange(size[1])
        box = (left, top, left + chance.randrange(30, 300), top + chance.randrange(30, 300))
        draw.ellipse(box, fill=tuple(chance.randrange(256) for _ in range(3)))
    return image.filter(ImageFilter.GaussianBlur(2))


def again(image: Image.Image, quality: int = 40) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


CHANGES = {
    "compressed": again,
    "smaller": lambda image: again(image.resize((200, 150))),
    "paler": lambda image: ImageEnhance.Contrast(image).enhance(0.6),
    "lighter": lambda image: ImageEnhance.Brightness(image).enhance(1.1),
    "grey": lambda image: image.convert("L"),
    "a little cropped": lambda image: image.crop((6, 6, 634, 474)),
}


def apart(one: Image.Image, other: Image.Image) -> int:
    prints = likeness.print_of_picture(one), likeness.print_of_picture(other)
    assert None not in prints
    return likeness.distance(*prints)


@pytest.mark.parametrize("change", CHANGES)
def test_a_picture_is_known_again(change):
    pictures = [scene(seed) for seed in SEEDS]
    assert [apart(one, CHANGES[change](one)) <= likeness.SAME_PICTURE for one in pictures] == [True] * 12


def test_another_picture_is_another():
    pictures = [scene(seed) for seed in SEEDS]
    pairs = [(one, other) for one in pictures for other in pictures if one is not other]
    assert [pair for pair in pairs if apart(*pair) <= likeness.SAME_PICTURE] == []


def test_a_mirrored_picture_is_another():
    assert apart(scene(1), scene(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT)) > likeness.SAME_PICTURE


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_of_one_tone_has_no_print(mode):
    assert (
        likeness.print_of_picture(again(Image.new(mode, (640, 480), "navy" if mode == "RGB" else 90))) is None
    )


@pytest.mark.parametrize("bits", [0, 1, 1 << 63, (1 << 64) - 1, 0x0123456789ABCDEF])
def test_prints_fit_a_databases_whole_numbers_and_keep_every_bit(bits):
    bands = [bits >> shift & 0xFFFF for shift in (0, 16, 32, 48)]
    kept = likeness.of_bands(bands)
    assert -(1 << 63) <= kept < 1 << 63
    assert likeness.bands_of(kept) == bands
    assert likeness.distance(kept, 0) == bits.bit_count()


def test_what_differs_in_three_bits_has_a_band_in_common():
    chance = random.Random(3)
    for _ in range(200):
        one = chance.getrandbits(64)
        other = one
        for bit in chance.sample(range(64), 3):
            other ^= 1 << bit
        assert share_a_band(likeness.of_bands(likeness.bands_of(one)), other)


def similarity(one: str, other: str) -> float:
    return likeness.in_common(likeness.trigrams(one), likeness.trigrams(other))


def share_a_band(one: int, other: int) -> bool:
    return likeness.bands_in_common(one, other) > 0


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "a little cropped"])
def test_a_copy_has_a_band_in_common(change):
    pictures = [scene(seed) for seed in SEEDS]
    prints = [
        (likeness.print_of_picture(one), likeness.print_of_picture(CHANGES[change](one))) for one in pictures
    ]
    assert [share_a_band(*pair) for pair in prints] == [True] * 12


# --- texts ----------------------------------------------------------------------------------------------------

VISIT = (
    "I dag besökte vi brevbärarna på terminalen i Umeå. De berättade om tunga väskor, långa dagar och en chef som "
    "lyssnar. Tillsammans skrev vi en lista över det som måste bli bättre före jul. Tack för kaffet!"
)
OTHERS = [
    "På torsdag klockan 18 är det årsmöte i Folkets hus. Vi väljer styrelse och bjuder på mat. Anmäl dig till klubben.",
    "Nattarbetarna på E4 bygger vår väg medan vi sover. De vill ha reflexer, raster och respekt från bilisterna.",
    "Kriminalvården växer snabbare än någonsin. Våra medlemmar går ensamma på avdelningar där de förut var två.",
    "I dag besökte vi banarbetarna i Luleå. Kylan tar på kroppen, men värst är scheman som ändras från dag till dag.",
]


@pytest.mark.parametrize(
    "text",
    [
        VISIT,
        VISIT.upper(),
        VISIT.replace("Umeå", "Luleå"),
        VISIT.replace("Tack för kaffet!", "Tack för kakorna! 🎂"),
        VISIT.replace(". ", ".\n\n"),
        f"{VISIT} Läs mer på https://www.seko.se/nyheter/en-lang-adress-som-inte-raknas",
        f"Nytt besök: {VISIT}",
    ],
)
def test_nearly_the_same_text_is_known_again(text):
    assert similarity(VISIT, text) >= likeness.NEARLY_SAME
    assert share_a_band(likeness.print_of_text(VISIT), likeness.print_of_text(text))


@pytest.mark.parametrize("text", [*OTHERS, VISIT[: len(VISIT) // 2], ""])
def test_another_text_is_another(text):
    assert similarity(VISIT, text) < likeness.NEARLY_SAME


def test_what_is_alike_does_not_depend_on_who_is_asked_first():
    assert similarity(VISIT, OTHERS[3]) == similarity(OTHERS[3], VISIT)
    assert similarity(VISIT, VISIT) == 1


@pytest.mark.parametrize(
    "text", ["", "Hej!", "Glad första maj!", "https://www.seko.se/en-lang-adress-som-inte-raknas"]
)
def test_a_short_text_has_no_print(text):
    assert likeness.print_of_text(text) is None


def test_a_texts_print_stays_as_it_is():
    """It is kept with the version: another way of making it would find nothing of the last month again."""
    assert likeness.print_of_text(VISIT) == 5173432315676441993
