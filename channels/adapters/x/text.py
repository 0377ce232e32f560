"""
The length of a text by X's rule.

Facts: X, Counting characters (twitter-text configuration v3), read 2026-11-22. The reference is the npm package
twitter-text 3.1.0; what counts as one emoji there is Unicode's list up to emoji version 11.
"""

import unicodedata
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import emoji

from channels.adapters.written_links import links

LIMIT = 280
LINK_WEIGHT = 23
LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""The code points that weigh one; all others weigh two, and so does an emoji, however many code points it has."""


def weigh(text: str) -> int:
    """How many of the 280 the text uses."""
    text = unicodedata.normalize("NFC", text)
    link_ends = dict(links(text))
    total, at = 0, 0
    while at < len(text):
        if at in link_ends:
            total, at = total + LINK_WEIGHT, link_ends[at]
        elif size := emoji_at(text, at):
            total, at = total + 2, at + size
        else:
            total, at = total + weight(text[at]), at + 1
    return total


@lru_cache(maxsize=4096)
def weight(character: str) -> int:
    return 1 if any(low <= ord(character) <= high for low, high in LIGHT) else 2


# --- emoji ----------------------------------------------------------------------------------------------------

QUALIFIED = (emoji.STATUS["component"], emoji.STATUS["fully_qualified"])
# Where the reference differs from Unicode's list: a keycap needs no selector, the eye in a bubble has none, infinity
# is unknown to it, and it knows the men and women in tuxedos, who came to Unicode later.
KEYCAP, EYE_IN_BUBBLE, INFINITY = "\u20e3", "\U0001f441\ufe0f\u200d\U0001f5e8\ufe0f", "\u267e\ufe0f"
TUXEDO, SIGNS = "\U0001f935", ("\u2640\ufe0f", "\u2642\ufe0f")


def is_one(sequence: str, about: dict[str, Any]) -> bool:
    """Whether X counts the sequence as one emoji; younger ones are counted piece by piece."""
    if about["E"] > 11:
        return sequence.startswith(TUXEDO) and sequence.endswith(SIGNS)
    if sequence in (EYE_IN_BUBBLE, INFINITY):
        return False
    is_bare = sequence.endswith(KEYCAP) or sequence == EYE_IN_BUBBLE.replace("\ufe0f", "")
    return is_bare or about["status"] in QUALIFIED


EMOJI = frozenset(sequence for sequence, about in emoji.EMOJI_DATA.items() if is_one(sequence, about))
SIZES = {
    start: sorted({len(sequence) for sequence in sequences}, reverse=True)
    for start, sequences in groupby(sorted(EMOJI), itemgetter(0))
}
"""How many code points the emoji have that begin with this one, the longest first."""


def emoji_at(text: str, at: int) -> int:
    """How many code points the emoji has that begins here; 0 if none does."""
    return next((size for size in SIZES.get(text[at], ()) if text[at : at + size] in EMOJI), 0)
