"""Counting what people see as one letter: grapheme clusters (Unicode, UAX #29), as Mastodon and Bluesky count."""

import regex

CLUSTER = regex.compile(r"\X")


def graphemes(text: str) -> int:
    return sum(1 for _ in CLUSTER.finditer(text))
