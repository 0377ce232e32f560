"""
Asking for what lies at an address that a person wrote: a linked page and its picture, a calendar.

Such an address could lead our server to machines that only it can reach. So: http and https at their usual ports, to
names of the public kind; the other end of every connection is looked at before a word is said (`http.admitting`),
whatever the name led to a moment ago; each redirect is a new address, checked as the first one was; never through a
proxy, which would look names up elsewhere; no cookies, no referrer, nothing of ours in the request. What comes is a
stranger's: so much of it, and for so long. In practice mode nothing is reached but what stands where the make-believe
platforms stand.
"""

import re
import time
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin

import requests

from channels import pictures
from channels.adapters import hosts, http
from channels.adapters.links import taken_apart
from channels.errors import ChannelError, NotSent

PORTS = {"http": (None, 80), "https": (None, 443)}
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NothingThereError(Exception):
    """Nothing that we can use, and nobody's fault. The reason is for tests and for the log."""


# --- where one may go -----------------------------------------------------------------------------------------


def way_to(url: str) -> SplitResult:
    """The address, if we go there at all; asks nobody. Raises NothingThereError."""
    found = taken_apart(url)
    if found is None:
        raise NothingThereError("not an address of the web")
    if hosts.is_practice(pictures.home()):
        if not hosts.is_at(f"{found.scheme}://{found.netloc}", pictures.home()):
            raise NothingThereError("only practice")
        return found
    name = found.hostname or ""
    is_usual = hosts.port(found) in PORTS[found.scheme]
    if not is_usual or "." not in name.strip(".") or hosts.is_number(name) or "%" in name:
        raise NothingThereError("not an address of a public server")
    return found


def admits(ip: str) -> bool:
    return hosts.is_here(ip) if hosts.is_practice(pictures.home()) else hosts.is_public(ip)


# --- one answer -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    charset: str
    location: str
    body: bytes


def asked(url: str, accept: str, most: int, until: float) -> Answer:
    """One request, over a connection and a session of its own. Raises NothingThereError."""
    way_to(url)
    left = until - time.monotonic()
    if left <= 0:
        raise NothingThereError("too slow")
    try:
        with (
            http.admitting(admits),
            http.guarded("GET", NotSent) as line,
            line.open_at_most(left),
            requests.Session() as session,
            opened(session, line, url, accept, left) as answer,
        ):
            return read(answer, most)
    except (ChannelError, UnicodeError, ValueError) as error:
        raise NothingThereError(type(error).__name__) from error


def opened(
    session: requests.Session, line: http.Line, url: str, accept: str, seconds: float
) -> requests.Response:
    http.mount(session, line)
    session.trust_env = False
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    return session.get(url, headers=headers, timeout=(seconds, seconds), allow_redirects=False, stream=True)


def read(answer: requests.Response, most: int) -> Answer:
    """As much of it as we take. What is packed, although we asked for it plain, is left alone: it may unfold for ever."""
    kind, _, parameters = answer.headers.get("Content-Type", "").partition(";")
    is_plain = answer.headers.get("Content-Encoding", "identity").lower() == "identity"
    is_wanted = answer.status_code == requests.codes.ok and is_plain
    return Answer(
        answer.status_code,
        kind.strip().lower(),
        charset_in(parameters),
        answer.headers.get("Location", ""),
        answer.raw.read(most, decode_content=False) if is_wanted else b"",
    )


def charset_in(parameters: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", parameters, re.IGNORECASE)
    return found[1] if found else ""


def followed(url: str, accept: str, most: int, until: float) -> tuple[str, Answer]:
    """What is at the end of the way, and where that is. Raises NothingThereError."""
    for _ in range(MOST_REDIRECTS + 1):
        answer = asked(url, accept, most, until)
        if answer.status not in REDIRECTS or not answer.location:
            return url, answer
        url = joined(url, answer.location)
    raise NothingThereError("redirected too often")


def joined(url: str, other: str) -> str:
    try:
        return urljoin(url, other)
    except ValueError as error:
        raise NothingThereError("not an address") from error


# --- what was said, as text of ours ------------------------------------------------------------------------------


def plain(text: str, most: int) -> str:
    """One line of what can be read: no control characters, and nothing that turns the direction of what follows."""
    letters = (" " if letter.isspace() else letter for letter in text[: most * 4])
    shown = "".join(
        letter for letter in letters if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")
    )
    line = " ".join(shown.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
