"""
The length of a text by Bluesky's rule, and the facets that make links and hashtags of words.

Facts: docs.bsky.app, Posts (300 letters as people see them) and Links, mentions and rich text (places are counted in
bytes of UTF-8); lexicons app.bsky.feed.post (3000 bytes) and app.bsky.richtext.facet. Read 2026-11-25. Nothing in a
text is a link unless a facet says so. What is one is found by the same rule as X's. A mention would need the other's
id: it stays text.
"""

import re
from collections.abc import Iterator
from typing import Any

from channels.adapters.counting import graphemes
from channels.adapters.written_links import links

LIMIT = 300
BYTES = 3000
TAG = re.compile(r"(?<![\w/#&])#(?=\w*[^\W\d_])(\w{1,64})(?!\w)")
FACET = "app.bsky.richtext.facet"

Facet = dict[str, Any]


def weigh(text: str) -> int:
    return graphemes(text)


def facets(text: str) -> list[Facet]:
    """What is more than text in it, from left to right."""
    spans = list(links(text))
    found = [facet(text, first, last, link(text[first:last])) for first, last in spans]
    found += [facet(text, *tag.span(), tagged(tag[1])) for tag in tags(text, spans)]
    return sorted(found, key=lambda one: int(one["index"]["byteStart"]))


def tags(text: str, spans: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Those that are no part of a link."""
    for tag in TAG.finditer(text):
        if not any(first <= tag.start() < last for first, last in spans):
            yield tag


def link(shown: str) -> dict[str, str]:
    uri = shown if re.match("https?://", shown, re.IGNORECASE) else f"https://{shown}"
    return {"$type": f"{FACET}#link", "uri": uri}


def tagged(tag: str) -> dict[str, str]:
    return {"$type": f"{FACET}#tag", "tag": tag}


def facet(text: str, first: int, last: int, feature: dict[str, str]) -> Facet:
    """Of the letters from `first` to `last`, counted in bytes."""
    start = len(text[:first].encode())
    end = start + len(text[first:last].encode())
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}
