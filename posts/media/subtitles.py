"""
A post's text as subtitles: what can be read in the time there is, in few lines, at the pace people read.

The whole text stands beside the film wherever it is shown; so what does not fit is left out, at the end, with an
ellipsis, and links and emoji are not set at all.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

FONT = Path(__file__).with_name("fonts") / "undertext-semibold.ttf"
# Letters a second that viewers read in comfort are 12 to 17; a short film that is shown twice may ask for a few more.
PACE = 19
# Shorter than this a caption flickers by.
LEAST_SECONDS = 1.8
NOWHERE = "\U0010ffff"
ELLIPSIS = "…"

LINK = re.compile(r"(?:https?://|www\.)\S+")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Caption:
    lines: tuple[str, ...]
    start: float
    end: float


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Laid out by Pillow itself, so that a film is the same on every machine."""
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def captions_for(text: str, seconds: float, size: int, width: int, most_lines: int) -> list[Caption]:
    """The captions of a film of so many seconds, set in lines of at most `width` pixels."""
    words = readable(text)
    if not words:
        return []
    most = max(1, int(seconds / LEAST_SECONDS))
    pages = pages_of(trimmed(words, int(seconds * PACE)), size, width, most_lines)
    if len(pages) > most:
        pages = [*pages[: most - 1], with_ellipsis(pages[most - 1])]
    return timed([balanced(page, size, width) for page in pages], seconds)


# --- words ----------------------------------------------------------------------------------------------------


def readable(text: str) -> str:
    """One line of what the typeface has letters for. A foreign accent falls off rather than the letter."""
    text = LINK.sub("", unicodedata.normalize("NFC", text))
    letters = "".join(drawable(letter) for letter in text)
    return re.sub(r"\s+([,.!?;:])", r"\1", " ".join(letters.split()))


@cache
def drawable(letter: str) -> str:
    if letter.isspace():
        return " "
    if has_glyph(letter):
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base != letter and has_glyph(base) else ""


def has_glyph(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CM" and drawn(letter) != drawn(NOWHERE)


@cache
def drawn(letter: str) -> bytes:
    return bytes(font(32).getmask(letter))


def trimmed(text: str, most: int) -> str:
    """Whole sentences if most of the room is used, else whole words and an ellipsis."""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in SENTENCE_END.split(text):
        if len(kept) + 1 + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept if len(kept) > most * 0.6 else cut_at_word(text, most)


def cut_at_word(text: str, most: int) -> str:
    return text[: most + 1].rsplit(" ", 1)[0][:most].rstrip(" ,;:–-.") + ELLIPSIS


def with_ellipsis(page: str) -> str:
    return page if page.endswith(ELLIPSIS) else page.rstrip(" ,;:–-.") + ELLIPSIS


# --- lines ----------------------------------------------------------------------------------------------------


def pages_of(text: str, size: int, width: int, most_lines: int) -> list[str]:
    """Sentences together while they fit on one page; a long one goes on to the next."""
    pages = [""]
    for sentence in SENTENCE_END.split(text):
        together = f"{pages[-1]} {sentence}".strip()
        if len(lines_of(together, size, width)) <= most_lines:
            pages[-1] = together
        else:
            pages.extend(" ".join(lines) for lines in in_pages(sentence, size, width, most_lines))
    return [page for page in pages if page]


def in_pages(sentence: str, size: int, width: int, most_lines: int) -> Iterator[list[str]]:
    """As evenly filled as can be: three lines and one word is no way to break a page."""
    lines = lines_of(sentence, size, width)
    pages = -(-len(lines) // most_lines)
    per_page = -(-len(lines) // pages)
    for at in range(0, len(lines), per_page):
        yield lines[at : at + per_page]


def lines_of(text: str, size: int, width: int) -> list[str]:
    lines = [""]
    for word in (piece for long in text.split() for piece in pieces(long, size, width)):
        together = f"{lines[-1]} {word}".strip()
        if font(size).getlength(together) <= width:
            lines[-1] = together
        else:
            lines.append(word)
    return [line for line in lines if line]


def pieces(word: str, size: int, width: int) -> Iterator[str]:
    """A word that is wider than a whole line is broken where the line ends."""
    piece = ""
    for letter in word:
        if piece and font(size).getlength(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def balanced(page: str, size: int, width: int) -> tuple[str, ...]:
    """The same number of lines, and all about as long."""
    lines = lines_of(page, size, width)
    while width > size:
        width -= size // 2
        narrower = lines_of(page, size, width)
        if len(narrower) > len(lines) or any(font(size).getlength(line) > width for line in narrower):
            break
        lines = narrower
    return tuple(lines)


def timed(pages: list[tuple[str, ...]], seconds: float) -> list[Caption]:
    """Time for each page in proportion to its letters, none under the least."""
    letters = [sum(map(len, lines)) for lines in pages]
    spare = max(0.0, seconds - LEAST_SECONDS * len(pages))
    least = (seconds - spare) / len(pages)
    captions, start = [], 0.0
    for lines, count in zip(pages, letters, strict=True):
        end = start + least + spare * count / sum(letters)
        captions.append(Caption(lines, start, end))
        start = end
    return captions
