"""
What an address on Bluesky says: which post, and whose. The same post may be named by the account's id or by its name.

Facts: the addresses that the app gives posts, and at:// addresses (atproto.com, AT URI), up to 2026-11-25.
"""

from collections.abc import Iterable

from channels.adapters.bluesky.records import COLLECTION, KEY
from channels.adapters.links import place

HOSTS = frozenset({"bsky.app", "www.bsky.app"})


def read(url: str, base: str, names: Iterable[str]) -> str | None:
    """The key in `/profile/<name>/post/<key>` or `at://<name>/<collection>/<key>`; None if it is something else."""
    found = place(url, base, HOSTS)
    parts = found.parts if found else at_parts(url.strip())
    if len(parts) < 4 or (parts[0], parts[2]) != ("profile", "post") or not KEY.fullmatch(parts[3]):
        return None
    ours = {name.casefold() for name in names if name}
    return parts[3] if not ours or parts[1].casefold() in ours else None


def at_parts(url: str) -> tuple[str, ...]:
    """An at:// address as if it were one of the app's."""
    parts = url.removeprefix("at://").split("/") if url.startswith("at://") else []
    if len(parts) != 3 or parts[1] != COLLECTION:
        return ()
    return ("profile", parts[0], "post", parts[2])
