"""
A long text as a thread: where it can be parted, so that each part fits a channel and ends where a sentence does. What
comes out of it is a suggestion, that a person reads and changes.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, repeat

from channels.models import Channel

SENTENCE_END = re.compile(r"""[.!?…]+["'”’)\]]*\s+(?=["'”’(–—-]?\s?[^\W\da-zà-öø-ÿ_])|\n+""")
"""What follows begins with a capital letter; or the line ends."""
SHORT = re.compile(
    r"(?:\b|\.)(?:a|bl|ca|d|dvs|e|ex|f|fr|kap|kl|k|m|nr|o|osv|p|resp|s|st|t|tel|v|ö)\.\s+$", re.IGNORECASE
)
"""A dot that ends no sentence: bl.a., t.ex., kl., s.k., m.m."""


def split(text: str, channel: Channel, besides: int = 0) -> list[str]:
    """The parts in their order; in the first there is room for what else stands there. One part, where it all fits."""
    room = rooms(channel, besides)
    fits, parts = next(room), [""]
    for piece in pieces(text.strip()):
        while not fits((parts[-1] + piece).strip()):
            if not parts[-1].strip():
                head, piece = cut(piece, fits)
                parts[-1] = head
            parts.append("")
            fits = next(room)
        parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]


def join(texts: tuple[str, ...]) -> str:
    """One text again."""
    return "\n\n".join(text for text in texts if text)


def rooms(channel: Channel, besides: int) -> Iterator[Callable[[str], bool]]:
    """For the first part, the second and so on: whether a text fits there."""
    for taken in chain([besides], repeat(0)):
        yield partial(has_room, channel, taken)


def has_room(channel: Channel, taken: int, text: str) -> bool:
    most = channel.adapter_class.limits.text
    return most is None or channel.adapter_class.length(text) + taken <= most


def pieces(text: str) -> Iterator[str]:
    """Sentences, each with the space behind it."""
    at = 0
    for end in SENTENCE_END.finditer(text):
        if "\n" in end[0] or not SHORT.search(text[at : end.end()]):
            yield text[at : end.end()]
            at = end.end()
    yield text[at:]


def cut(sentence: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """As many whole words as fit; of a word that alone is too long, as many letters."""
    words = [match.end() for match in re.finditer(r"\S+\s*", sentence)]
    ends = [end for end in words if fits(sentence[:end].strip())]
    if ends:
        return sentence[: ends[-1]], sentence[ends[-1] :]
    end = max((end for end in range(1, len(sentence)) if fits(sentence[:end])), default=1)
    return sentence[:end], sentence[end:]
