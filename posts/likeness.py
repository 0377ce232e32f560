"""
How alike two pictures are, and two texts.

Each is boiled down to 64 bits, its print, in four bands of sixteen: what is alike has a band in common, and so is found
by an index among a hundred thousand. What was found is compared closely after that. Something is missed on the way: of
two pictures with up to three bits between them a band is always the same, of those with five three times of four, of
those with eight every third time. Of two texts with nine trigrams of ten in common a band is nearly always the same, of
those with seven of ten two times of three; of unrelated ones, with one or two of ten, hardly ever.

Nothing can be read back out of a print. Nothing of Django.
"""

import hashlib
import re
import struct

from PIL import Image

BANDS, WIDTH = 4, 16
EVERY_BIT = (1 << BANDS * WIDTH) - 1
SIGN = 1 << (BANDS * WIDTH - 1)

SAME_PICTURE = 8
"""So many bits may differ: a smaller, paler or newly compressed copy has a few, another picture about thirty."""
NEARLY_SAME = 0.7
"""The share of their trigrams that two texts have in common, when one is the other with a name or a date changed."""

PLAINEST = 16
"""Tones between the darkest and the lightest: a picture with fewer has nothing to be known by."""
SHORTEST = 20
"""Letters: a shorter text is like many others by chance."""
TOGETHER = 4
"""How many hashes must agree for a band of a text to be the same."""

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
NOT_LETTERS = re.compile(r"[\W_]+")


def distance(one: int, other: int) -> int:
    """In how many bits two prints differ."""
    return ((one ^ other) & EVERY_BIT).bit_count()


def bands_of(print_: int) -> list[int]:
    return [print_ >> WIDTH * number & ((1 << WIDTH) - 1) for number in range(BANDS)]


def bands_in_common(one: int, other: int) -> int:
    return sum(ours == theirs for ours, theirs in zip(bands_of(one), bands_of(other), strict=True))


def of_bands(bands: list[int]) -> int:
    """The print, as a database keeps 64 bits."""
    bits = sum(band << WIDTH * number for number, band in enumerate(bands))
    return bits - (SIGN << 1) if bits & SIGN else bits


# --- pictures -------------------------------------------------------------------------------------------------


def print_of_picture(image: Image.Image) -> int | None:
    """Where it gets darker from left to right, in eight rows of eight. None for a picture of one tone."""
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    darkest, lightest = small.getextrema()
    if lightest - darkest < PLAINEST:  # type: ignore[operator]  # one band, so two numbers
        return None
    tones = small.tobytes()
    darkens = [tones[at] > tones[at + 1] for row in range(0, 72, 9) for at in range(row, row + 8)]
    # Each band is spread over the whole picture: the sky alone makes no two pictures alike.
    return of_bands([number_of(darkens[band::BANDS]) for band in range(BANDS)])


def number_of(bits: list[bool]) -> int:
    return sum(1 << place for place, bit in enumerate(bits) if bit)


# --- texts ----------------------------------------------------------------------------------------------------


def letters_of(text: str) -> str:
    """What counts when texts are compared: letters and digits, without case, links and signs."""
    return NOT_LETTERS.sub(" ", LINK.sub(" ", text).casefold()).strip()


def trigrams(text: str) -> set[str]:
    letters = f" {letters_of(text)} "
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def in_common(ours: set[str], theirs: set[str]) -> float:
    """The share of all their trigrams that both have, from 0 to 1."""
    return len(ours & theirs) / (len(ours | theirs) or 1)


def print_of_text(text: str) -> int | None:
    """
    The lowest of each of sixteen hashes of its trigrams: two texts have each in common as often as they are alike.

    None for a text that is too short.
    """
    if len(letters_of(text)) < SHORTEST:
        return None
    lowest = [min(column) for column in zip(*map(hashes_of, trigrams(text)), strict=True)]
    return of_bands([band_of(lowest[at : at + TOGETHER]) for at in range(0, len(lowest), TOGETHER)])


def hashes_of(trigram: str) -> tuple[int, ...]:
    size = BANDS * TOGETHER
    return struct.unpack(f">{size}I", hashlib.blake2b(trigram.encode(), digest_size=4 * size).digest())


def band_of(hashes: list[int]) -> int:
    digest = hashlib.blake2b(struct.pack(f">{TOGETHER}I", *hashes), digest_size=WIDTH // 8).digest()
    return int.from_bytes(digest)
