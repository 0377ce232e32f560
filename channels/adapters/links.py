"""
Reading an address that a person pasted, without asking anybody: does it lead to this platform, and to what there?

Whatever is odd about it makes it no address of ours: it is shown to others later, and must not lead them astray.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

LONGEST = 1000
"""As much as the database keeps; those of the platforms are far shorter."""
MOST_FIELDS = 50
ODD = re.compile(r"[\s\x00-\x1f\x7f\\\ud800-\udfff]")
"""White space, control characters, halves of letters and backslashes: browsers and programs read them differently."""


@dataclass(frozen=True)
class Place:
    """What an address names on a platform: the parts of its path, and its query."""

    parts: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)


def place(url: str, base: str, hosts: Collection[str]) -> Place | None:
    """Where the address leads, below `base` or on one of the platform's other `hosts`. None: somewhere else."""
    found = taken_apart(url)
    if found is None:
        return None
    home = urlsplit(base)
    if (found.scheme, found.netloc.lower()) == (home.scheme, home.netloc) and is_below(found.path, home.path):
        return place_of(found, found.path[len(home.path) :])
    if found.netloc.lower().removesuffix(f":{PORTS[found.scheme]}") in hosts:
        return place_of(found, found.path)
    return None


PORTS = {"http": 80, "https": 443}


def taken_apart(url: str) -> SplitResult | None:
    """None for what is no plain address of the web: too long, of another kind, or with a name or password in it."""
    url = url.strip()
    if len(url) > LONGEST or ODD.search(url):
        return None
    try:
        found = urlsplit(url)
    except ValueError:
        return None
    if found.scheme not in PORTS or not found.hostname or "@" in found.netloc:
        return None
    return found


def is_below(path: str, home: str) -> bool:
    return path == home or path.startswith(f"{home}/")


def place_of(found: SplitResult, path: str) -> Place | None:
    try:
        fields = parse_qs(found.query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    parts = tuple(unquote(part) for part in path.split("/") if part)
    return Place(parts, {name: values[0] for name, values in fields.items() if len(values) == 1})
