"""
How alike two pictures are, and two texts.

Each is boiled down to 64 bits, its print: what is alike differs in few of them. Prints are small enough to be compared
with a month of others, and nothing can be read back out of them. Nothing of Django.
"""

import hashlib
import re
from collections import Counter

from PIL import Image

BITS = 64
EVERY_BIT = (1 << BITS) - 1
SIGN = 1 << (BITS - 1)

SAME_PICTURE = 8
"""So many bits may differ: a smaller, paler or newly compressed copy has a few, another picture about thirty."""
MAYBE_SAME_TEXT = 20
"""So many for a text that is worth a closer look (`similarity`): of unrelated ones few come so near."""
NEARLY_SAME = 0.7
"""The share of their trigrams that two texts have in common, when one is the other with a name or a date changed."""

PLAINEST = 16
"""Tones between the darkest and the lightest: a picture with fewer has nothing to be known by."""
SHORTEST = 20
"""Letters: a shorter text is like many others by chance."""

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
NOT_LETTERS = re.compile(r"[\W_]+")


def distance(one: int, other: int) -> int:
    """In how many bits two prints differ."""
    return ((one ^ other) & EVERY_BIT).bit_count()


def signed(bits: int) -> int:
    """As a database keeps 64 bits."""
    return bits - (SIGN << 1) if bits & SIGN else bits


# --- pictures -------------------------------------------------------------------------------------------------


def print_of_picture(image: Image.Image) -> int | None:
    """Where it gets darker from left to right, in eight rows of eight. None for a picture of one tone."""
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    darkest, lightest = small.getextrema()
    if lightest - darkest < PLAINEST:  # type: ignore[operator]  # one band, so two numbers
        return None
    tones = small.tobytes()
    steps = (tones[at] > tones[at + 1] for row in range(0, 72, 9) for at in range(row, row + 8))
    return signed(sum(1 << number for number, darkens in enumerate(steps) if darkens))


# --- texts ----------------------------------------------------------------------------------------------------


def letters_of(text: str) -> str:
    """What counts when texts are compared: letters and digits, without case, links and signs."""
    return NOT_LETTERS.sub(" ", LINK.sub(" ", text).casefold()).strip()


def trigrams(text: str) -> set[str]:
    letters = f" {letters_of(text)} "
    return {letters[at : at + 3] for at in range(len(letters) - 2)}


def similarity(one: str, other: str) -> float:
    """The share of their trigrams that both have, from 0 to 1."""
    ours, theirs = trigrams(one), trigrams(other)
    return len(ours & theirs) / (len(ours | theirs) or 1)


def print_of_text(text: str) -> int | None:
    """Each trigram votes on every bit, so that a changed word moves few of them. None for a text that is too short."""
    if len(letters_of(text)) < SHORTEST:
        return None
    found = trigrams(text)
    votes: Counter[int] = Counter()
    for trigram in found:
        votes.update(raised(hashlib.blake2b(trigram.encode(), digest_size=8).digest()))
    return signed(sum(1 << bit for bit, count in votes.items() if 2 * count > len(found)))


def raised(digest: bytes) -> list[int]:
    """The numbers of the bits that are set."""
    bits = int.from_bytes(digest)
    return [bit for bit in range(BITS) if bits >> bit & 1]
