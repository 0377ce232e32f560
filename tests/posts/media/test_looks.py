"""What a finished picture looks like: text, or not."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from posts.media import looks, picture_film
from posts.media.pictures import make_picture_sizes
from tests.posts.media import phones

FONT = Path(picture_film.__file__).parent / "fonts" / "undertext-semibold.ttf"
POSTER = "Vi kräver trygga\nanställningar nu!\nKom till mötet på\ntorsdag klockan 18\ni Folkets hus."
LETTER = "\n".join(["Till medlemmarna i klubben i Umeå, och till alla andra"] * 14)


def page(text: str, size: int, paper: str = "white", ink: str = "black") -> Image.Image:
    image = Image.new("RGB", (1200, 900), paper)
    draw = ImageDraw.Draw(image)
    draw.multiline_text((80, 80), text, ink, font=ImageFont.truetype(str(FONT), size), spacing=20)
    return image


def photograph() -> Image.Image:
    """Soft shapes and the noise of a sensor."""
    chance = random.Random(7)
    noise = Image.frombytes("RGB", (1200, 900), chance.randbytes(1200 * 900 * 3))
    soft = phones.scene(1200, 900).filter(ImageFilter.GaussianBlur(6))
    return Image.blend(soft, noise, 0.12)


def sign_in_a_landscape() -> Image.Image:
    """Words that somebody holds up, in a picture of something."""
    image = photograph()
    image.paste(page("Strejk!", 90).crop((0, 0, 500, 300)), (300, 300))
    return image


def horizon() -> Image.Image:
    """Much sky, and one line."""
    image = Image.linear_gradient("L").resize((1200, 900)).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 700, 1200, 900), fill="black")
    return image


def chessboard() -> Image.Image:
    """Edges and even squares, and no one background."""
    board = Image.new("RGB", (320, 240), "white")
    for square in range(192):
        left, top = square % 16 * 20, square // 16 * 20
        if (square + square // 16) % 2:
            ImageDraw.Draw(board).rectangle((left, top, left + 19, top + 19), fill="black")
    return board


def snowfall() -> Image.Image:
    """White on grey, and nowhere even."""
    chance = random.Random(5)
    grey = Image.frombytes("L", (320, 240), bytes(100 + chance.randrange(16) for _ in range(320 * 240)))
    for _ in range(900):
        grey.putpixel((chance.randrange(320), chance.randrange(240)), 255)
    return grey.convert("RGB")


def looks_of(folder: Path, image: Image.Image) -> looks.Looks:
    master = phones.written(folder, "master.jpg", phones.jpeg(image))
    return looks.looks_of(make_picture_sizes(master, folder)["thumb"])


@pytest.mark.parametrize(
    ("text", "size", "paper", "ink"),
    [
        (POSTER, 90, "navy", "white"),
        (POSTER, 110, "white", "red"),
        (LETTER, 34, "white", "black"),
        (LETTER, 34, "black", "white"),
    ],
)
def test_a_page_of_text_is_suspected(tmp_path, text, size, paper, ink):
    assert looks_of(tmp_path, page(text, size, paper, ink)).looks_like_text


@pytest.mark.parametrize(
    "make",
    [
        photograph,
        sign_in_a_landscape,
        horizon,
        chessboard,
        snowfall,
        lambda: Image.new("RGB", (1200, 900), "navy"),
        lambda: page("Hej", 60),
    ],
    ids=["photograph", "sign", "horizon", "chessboard", "snowfall", "one tone", "one word"],
)
def test_a_picture_of_something_is_not(tmp_path, make):
    assert not looks_of(tmp_path, make()).looks_like_text


def test_a_picture_of_one_tone_has_no_print(tmp_path):
    assert looks_of(tmp_path, Image.new("RGB", (1200, 900), "navy")) == looks.Looks(
        None, looks_like_text=False
    )


@pytest.mark.parametrize("size", [(16, 16), (320, 16), (16, 320)])
def test_the_smallest_pictures_are_looked_at_too(tmp_path, size):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    assert not looks_of(tmp_path, image).looks_like_text
