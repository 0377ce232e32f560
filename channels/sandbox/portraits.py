"""The pictures of accounts and people: a coloured square with an initial, drawn here and always the same for an id."""

import io
import unicodedata
import zlib

from PIL import Image, ImageDraw, ImageFont

SIZE = 200
COLOURS = ("#1e4d6b", "#7a3b12", "#2f5d3a", "#5b3a6e", "#8a2f3d", "#3f4a5a")


def draw(id: str, name: str) -> bytes:
    """The picture as PNG."""
    colour = COLOURS[zlib.crc32(id.encode()) % len(COLOURS)]
    image = Image.new("RGB", (SIZE, SIZE), colour)
    plain = unicodedata.normalize("NFKD", name.upper())  # the font that is always there knows no Å
    initial = next((letter for letter in plain if letter.isalnum()), "?")
    font = ImageFont.load_default(SIZE * 0.55)
    ImageDraw.Draw(image).text((SIZE / 2, SIZE / 2), initial, fill="#ffffff", font=font, anchor="mm")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
