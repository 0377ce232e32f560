"""
The links in a text as a person writes it, with a scheme or without: what X makes a link of, and so do we for the others.

Facts: X, Counting characters (twitter-text configuration v3), read 2026-11-22. The reference is the npm package
twitter-text 3.1.0.
"""

import re
from collections.abc import Iterator
from pathlib import Path

Span = tuple[int, int]

ENDINGS = frozenset(
    line
    for line in Path(__file__).with_name("endings.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
LONGEST_ENDING = max(map(len, ENDINGS))
MOST_OF_LABEL, MOST_OF_LINK, MOST_OF_T_CO = 63, 4096, 40

LATIN = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    "\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
SPACES = "\u0009-\u000d\u0020\u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
NEVER = "\ufffe\ufeff\uffff"
TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
OUTSIDE_NAMES = rf"!'#%&()*+,\\./:;<=>?@\[\]^{{|}}~${SPACES}{NEVER}{TURNS}"
LETTER = f"[^_{OUTSIDE_NAMES}-]"
# A label has at most 63 letters; the room above that only keeps the search from taking a part of a longer one.
LABEL = f"{LETTER}(?:[^{OUTSIDE_NAMES}]{{0,250}}{LETTER})?"
NAME = re.compile(
    rf"(?P<before>[^A-Za-z0-9@＠$#＃{NEVER}]|^)(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?://)?"
    rf"(?P<name>(?:{LABEL}\.)+[^_{OUTSIDE_NAMES}]{{0,{MOST_OF_LABEL}}})"
)
PLAIN_NAME = re.compile(rf"(?:[-A-Za-z0-9{LATIN}]+\.)+")
PUNYCODE = re.compile(r"[Xx][Nn]--[-0-9A-Za-z]+")
GOES_ON = re.compile(r"[0-9A-Za-z@+-]")

IN_PATH = rf"A-Za-z0-9\u0400-\u04ff{LATIN}!*';:=+,.$/%#\[\]\-\u2013_~@|&"
PATH_END = rf"[A-Za-z0-9\u0400-\u04ff{LATIN}+\-=_#/]"
IN_BRACKETS = rf"\((?:[{IN_PATH}]+|[{IN_PATH}]*\([{IN_PATH}]+\)[{IN_PATH}]*)\)"
IN_QUERY, QUERY_END = r"[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]", r"[A-Za-z0-9\-_&=#/]"
REST = re.compile(
    rf"(?::[0-9]+)?(?P<path>/(?:(?:[{IN_PATH}]|{IN_BRACKETS})*(?:{PATH_END}|{IN_BRACKETS}))?)?"
    rf"(?:\?{IN_QUERY}*{QUERY_END})?"
)
T_CO = re.compile(
    rf"https?://t\.co/(?P<slug>[a-z0-9]+)(?:\?{IN_QUERY}*{QUERY_END})?", re.IGNORECASE | re.ASCII
)


def links(text: str) -> Iterator[Span]:
    """Where the links are that X replaces by its own short ones, from left to right. The text is NFC."""
    # Looking for a name that never comes to its dot is what costs most, and a page weighs while somebody types.
    at = 0 if "." in text else len(text)
    while found := NAME.search(text, at):
        first, end = found.start("name"), end_of_name(text, *found.span("name"))
        if not end:
            at = text.rfind(".", first, found.end())
            continue
        rest = REST.match(text, end)
        at = rest.end() if rest else end
        if not is_possible(text[first:end], at - (found.start("scheme") if found["scheme"] else first)):
            continue
        if found["scheme"]:
            yield from full_link(text, found.start("scheme"), at)
        elif found["before"] not in tuple("-_./"):
            yield from bare_links(text, first, end, at if rest and rest["path"] else end)


def end_of_name(text: str, first: int, last: int) -> int:
    """Where the longest name ends that begins at `first` and has a known ending; 0 if there is none."""
    dot = text.rfind(".", first, last)
    while dot > first:
        before = text.rfind(".", first, dot)
        is_host = "_" not in text[max(before + 1, first) : dot]
        if is_host and (end := end_of_ending(text, dot + 1)):
            return end
        dot = before
    return 0


def end_of_ending(text: str, at: int) -> int:
    """Where the top-level domain ends that stands here; 0 if none does."""
    for end in range(min(at + LONGEST_ENDING, len(text)), at, -1):
        if text[at:end].lower() in ENDINGS and not GOES_ON.match(text, end):
            return end
    punycode = PUNYCODE.match(text, at)
    return punycode.end() if punycode else 0


def is_possible(name: str, length: int) -> bool:
    """Whether the name can stand in the DNS and the whole link is not too long for X."""
    fit = all(1 <= length_in_dns(label) <= MOST_OF_LABEL for label in name.split("."))
    return fit and len("https://") + length <= MOST_OF_LINK


def length_in_dns(label: str) -> int:
    return len(label) if label.isascii() else len("xn--") + len(label.encode("punycode"))


def full_link(text: str, first: int, last: int) -> Iterator[Span]:
    """A link with its scheme. X's own short links end where their letters end."""
    short = T_CO.match(text, first, last)
    if short and len(short["slug"]) > MOST_OF_T_CO:
        return
    yield first, short.end() if short else last


def bare_links(text: str, first: int, end: int, last: int) -> Iterator[Span]:
    """The links in a name without a scheme: its plain parts, the last of them with the path."""
    parts = [
        (part.start(), end_of_name(text, *part.span())) for part in PLAIN_NAME.finditer(text, first, end)
    ]
    found = [(start, stop) for start, stop in parts if stop]
    yield from found[:-1]
    if found:
        yield found[-1][0], found[-1][1] if last == end else last
