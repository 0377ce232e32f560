"""
What an address on a Mastodon server says: which post, and whose.

Facts: the addresses that a server itself gives its posts, for people and for other servers, up to 2026-11-25. Another
server's address of the same post has an id of its own, and is none of ours.
"""

import re
from urllib.parse import urlsplit

from channels.adapters.links import place

ID = re.compile(r"[0-9]{1,20}")


def read(url: str, host: str, handle: str) -> str | None:
    """The id in `/@name/id`, `/deck/@name/id` and `/users/name/statuses/id`; None if it is something else."""
    found = place(url, host, names_of(host))
    parts = found.parts if found else ()
    if parts[:1] == ("deck",):
        parts = parts[1:]
    if len(parts) >= 4 and parts[0] == "users" and parts[2] == "statuses":
        parts = (f"@{parts[1]}", parts[3])
    if len(parts) < 2 or not parts[0].startswith("@") or not ID.fullmatch(parts[1]):
        return None
    return parts[1] if handle.casefold() in ("", parts[0][1:].casefold()) else None


def names_of(host: str) -> tuple[str, ...]:
    """A server has a name to itself, with or without its port; the sandbox has not."""
    home = urlsplit(host)
    return () if home.path else (home.netloc,)
