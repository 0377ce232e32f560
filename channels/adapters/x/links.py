"""
What an address on X says: which post, and whose.

Facts: the addresses that X itself gave its posts up to 2026-11-22, under its name and the old one. An account may have
been renamed, and `i` stands for any.
"""

import re

from channels.adapters.links import place

HOSTS = frozenset(f"{name}{host}.com" for name in ("", "www.", "mobile.", "m.") for host in ("x", "twitter"))
ID = re.compile(r"[0-9]{1,20}")
ANYBODY = "i"
WORDS = ("status", "statuses")


def read(url: str, base: str, handle: str) -> str | None:
    """The post's id in `/<name>/status/<id>`, whatever follows; None if it is something else, or somebody else's."""
    found = place(url, base, HOSTS)
    parts = found.parts if found else ()
    if parts[:2] == (ANYBODY, "web"):
        parts = (ANYBODY, *parts[2:])
    if len(parts) < 3 or parts[1] not in WORDS or not ID.fullmatch(parts[2]):
        return None
    return parts[2] if names_us(parts[0], handle) else None


def names_us(name: str, handle: str) -> bool:
    return name == ANYBODY or handle.casefold() in ("", name.casefold())
