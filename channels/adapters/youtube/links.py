"""
What an address on YouTube says: which film. It never tells whose.

Facts: the addresses that YouTube and YouTube Studio themselves gave films up to 2026-11-22.
"""

import re

from channels.adapters.links import place

SHORT, STUDIO = "youtu.be", "studio.youtube.com"
HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com"})
ID = re.compile(r"[A-Za-z0-9_-]{11}")
PATHS = ("shorts", "live", "embed", "v")


def read(url: str, base: str) -> str | None:
    """The film's id in `watch?v=<id>`, `/shorts/<id>`, `youtu.be/<id>` and their like."""
    if short := place(url, "", {SHORT}):
        return film(short.parts[:1])
    if studio := place(url, "", {STUDIO}):
        return film(studio.parts[1:2]) if studio.parts[:1] == ("video",) else None
    found = place(url, base, HOSTS)
    if found is None:
        return None
    if found.parts == ("watch",):
        return film((found.query.get("v", ""),))
    return film(found.parts[1:2]) if found.parts[:1] and found.parts[0] in PATHS else None


def film(id: tuple[str, ...]) -> str | None:
    return id[0] if id and ID.fullmatch(id[0]) else None
