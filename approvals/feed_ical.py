"""
A calendar as calendar programs read it: iCalendar (RFC 5545), the few lines of it that are needed. Every time is in UTC,
so that no time zone has to be described.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST = 75
"""Octets of a line, without its end (RFC 5545, 3.1); the next one goes on after a space."""
LENGTH = timedelta(minutes=15)
"""A post is a moment; programs draw nothing for an event without a length."""


@dataclass(frozen=True)
class Event:
    """`key` names it for ever: the program finds the same event again where it was moved."""

    key: str
    at: datetime
    stamp: datetime
    summary: str
    url: str = ""
    is_certain: bool = True


def calendar(name: str, events: Iterable[Event]) -> str:
    return "".join(f"{folded(line)}\r\n" for line in lines(name, events))


def lines(name: str, events: Iterable[Event]) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Seko Social//Kalender//SV", "CALSCALE:GREGORIAN")
    yield from ("METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}")
    yield from ("REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H")
    for event in events:
        yield from lines_of(event)
    yield "END:VCALENDAR"


def lines_of(event: Event) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{escaped(event.key)}", f"DTSTAMP:{moment(event.stamp)}")
    yield from (f"DTSTART:{moment(event.at)}", f"DTEND:{moment(event.at + LENGTH)}")
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.url:
        yield f"URL:{event.url}"
    yield f"STATUS:{'CONFIRMED' if event.is_certain else 'TENTATIVE'}"
    # Nobody is busy because of it.
    yield from ("TRANSP:TRANSPARENT", "END:VEVENT")


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Text on one line: what separates is marked, a new line is said, and what cannot be shown is left out."""
    marked = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    said = marked.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter for letter in said if letter >= " " and letter != "\x7f")


def folded(line: str) -> str:
    """In pieces of so many octets, and no letter in two of them."""
    pieces: list[str] = []
    rest = line
    while rest:
        piece = first_octets(rest, LONGEST - bool(pieces))
        pieces.append(piece)
        rest = rest[len(piece) :]
    return "\r\n ".join(pieces)


def first_octets(text: str, count: int) -> str:
    return text.encode()[:count].decode(errors="ignore")
