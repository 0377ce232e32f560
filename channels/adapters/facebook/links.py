"""
What an address on Facebook says: which post, film or photo, and whose.

Facts: the addresses that Facebook itself gave its posts, photos and films up to 2026-11-22. A post's number may be
written in a form that begins with `pfbid`: Graph is asked whether it knows it. A shortened address (`/share/`,
`fb.watch`) is one of Facebook's, and only Facebook can tell of what.
"""

import re

from channels.adapters.base import Connection
from channels.adapters.links import Place, place

HOSTS = frozenset(
    f"{name}facebook.com" for name in ("", "www.", "m.", "web.", "mbasic.", "business.", "touch.")
)
SHORT = frozenset({"fb.watch"})
NUMBER = re.compile(r"[0-9]{1,25}")
POST = re.compile(r"[0-9]{1,25}|pfbid[0-9A-Za-z]{1,100}")
OUR_KIND = re.compile(r"([0-9]{1,25})_[0-9]{1,25}")
OF_A_PAGE = ("permalink.php", "story.php")
OF_A_PHOTO = ("photo", "photo.php")


def read(url: str, base: str, connection: Connection) -> str | None:
    """`<page>_<post>`, or a film's or photo's number; "" if it is short. None: something else, or somebody else's."""
    if is_short(url):
        return ""
    found = place(url, base, HOSTS)
    if found is None or not found.parts:
        return None
    return by_query(found, connection) or by_path(found.parts, connection)


def is_short(url: str) -> bool:
    film, shared = place(url, "", SHORT), place(url, "", HOSTS)
    return bool((film and film.parts) or (shared and shared.parts[:1] == ("share",) and shared.parts[1:]))


def by_query(found: Place, connection: Connection) -> str | None:
    """The addresses that are made by a program of theirs, with all that they say in the query."""
    name, query = found.parts[0].lower(), found.query
    if len(found.parts) > 1:
        return None
    if name in OF_A_PAGE and names_us(query.get("id", ""), connection):
        return post(query.get("story_fbid", ""), connection)
    if name in OF_A_PHOTO:
        return of_set(query.get("set", ""), connection) or number(query.get("fbid", ""))
    return number(query.get("v", "")) if name == "watch" else None


def by_path(parts: tuple[str, ...], connection: Connection) -> str | None:
    """`/<page>/posts/<post>`, `/<page>/photos/<set>/<photo>`, `/<page>/videos/<film>`, `/reel/<film>`, our own id."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return first if OUR_KIND.fullmatch(first) and is_ours(first, connection) else None
    if first == "reel" and len(parts) == 2:
        return number(last)
    if not names_us(first, connection):
        return None
    if parts[1] == "posts":
        return post(last, connection)
    if parts[1] == "photos":
        return of_set(parts[2] if len(parts) > 2 else "", connection) or number(last)
    return number(last) if parts[1] == "videos" else None


def post(found: str, connection: Connection) -> str | None:
    return f"{connection.account_id}_{found}" if POST.fullmatch(found) else None


def number(found: str) -> str | None:
    return found if NUMBER.fullmatch(found) else None


def of_set(name: str, connection: Connection) -> str | None:
    """A photo's set is the post that it came with, where its name begins with `pcb.`."""
    return post(name.removeprefix("pcb."), connection) if name.startswith("pcb.") else None


def names_us(name: str, connection: Connection) -> bool:
    """The page's number or its name; a page may have a name that we do not know."""
    if NUMBER.fullmatch(name):
        return name == connection.account_id
    return bool(name) and connection.handle.casefold() in ("", name.casefold())


def read_comment(url: str, base: str, under: str) -> str | None:
    """The id of a comment under this post: its number stands in the query of the post's address."""
    found = place(url, base, HOSTS)
    comment = number(found.query.get("comment_id", "")) if found else None
    return f"{under.rpartition('_')[2]}_{comment}" if comment and under else None


def is_of_comment(remote_id: str, connection: Connection) -> bool:
    """A comment's id begins with its post's number, where a post's begins with its page's."""
    whole = OUR_KIND.fullmatch(remote_id)
    return whole is not None and whole[1] != connection.account_id


def is_ours(remote_id: str, connection: Connection) -> bool:
    """Whether an id of a post has our page in it. A single number does not tell; Facebook does."""
    whole = OUR_KIND.fullmatch(remote_id)
    return whole[1] == connection.account_id if whole else bool(NUMBER.fullmatch(remote_id))
