"""
A shorter text for a channel that takes no more, made of the sentences that are there: whole ones, from the beginning, as
many as fit, with the post's hashtags and the links in it. Nothing is worded here; a person goes on from it, or leaves it.
"""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from channels.adapters.base import Content
from channels.adapters.written_links import links
from channels.models import Channel
from posts import content
from posts.models import Version

SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|(?=\n|$))", re.DOTALL)
"""Up to its end or its line's. An abbreviation looks like an end; then two sentences are one less than could be."""
HASHTAG = re.compile(r"(?<![\w#&/])#\w+")
LEAST = 0.25
"""Of the room: less than that says nothing, and somebody writes it better anew."""


def for_channel(version: Version, channel: Channel) -> str:
    """For the post's own text, whatever has been written for the channel; "" where it fits, or nothing does."""
    limits, adapter = channel.adapter_class.limits, channel.adapter_class
    if limits.text is None or limits.title is not None:
        return ""
    choice = content.chosen(version, channel)

    def length(text: str) -> int:
        credited = content.with_credit(text, version, choice)
        return adapter.length(adapter.words(Content(text=credited, link=version.link, media=())))

    return shorter(version.text, limits.text, length)


def shorter(text: str, room: int, length: Callable[[str], int]) -> str:
    """As `for_channel`; `length` is of the whole text as it would be sent."""
    text = text.strip()
    if not text or length(text) <= room:
        return ""
    signs = signs_in(text)
    for kept in reversed(list(takewhile(lambda kept: length(kept) <= room, beginnings(text)))):
        if length(suggested := with_signs(kept, signs)) <= room:
            return suggested if length(suggested) >= room * LEAST else ""
    return ""


def beginnings(text: str) -> Iterator[str]:
    """The first sentence, the first two, and so on."""
    return (text[: found.end()] for found in SENTENCE.finditer(text))


def signs_in(text: str) -> list[tuple[int, str]]:
    """Its links, then its hashtags, each with its place."""
    addresses = [(start, text[start:end]) for start, end in links(text)]
    return [*addresses, *((found.start(), found[0]) for found in HASHTAG.finditer(text))]


def with_signs(kept: str, signs: list[tuple[int, str]]) -> str:
    """With the links and the hashtags of what was left out behind it."""
    left_out = dict.fromkeys(sign for at, sign in signs if at >= len(kept) and sign not in kept)
    return f"{kept}\n{' '.join(left_out)}" if left_out else kept
