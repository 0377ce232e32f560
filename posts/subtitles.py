"""
A film's subtitles, as somebody made them elsewhere (SRT): read by what is in the file, whatever it is called, and written
anew by us. What the platform gets is ours to the letter, so a stranger's file reaches nobody.

Facts: YouTube help, Supported subtitle and closed caption files (SubRip), read 2026-11-25. There is no standard for SRT;
this is what its programs write.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MOST_BYTES = 128 * 1024
"""An hour of quick speech. YouTube takes a hundred megabytes; our films are shorter, and somebody has to read it."""
MOST_CAPTIONS = 2000
MOST_LINES = 3
MOST_LETTERS = 120
"""On a line: half as much again as anybody sets, and still no wall of text."""
TAIL = 2000
"""Milliseconds: how far a caption may begin after the film's end, since films are measured in different ways."""

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MOMENT = r"(\d{1,2}):(\d{2}):(\d{2})[,.](\d{1,3})"
TIMES = re.compile(rf"{MOMENT}[ \t]*-->[ \t]*{MOMENT}(?:[ \t][^\r\n]{{0,80}})?", re.ASCII)
"""Some programs write where on the screen behind it; YouTube would not read that."""
NUMBER = re.compile(r"\d{1,9}", re.ASCII)
MARKUP = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^<>]{0,200})?>|\{\\[^{}]{0,200}\}", re.IGNORECASE)
"""Bold, italic and colours, and the places of other programs: YouTube shows some of it as letters."""
DEEPEST = 8
"""Of markup within markup. No program writes any."""
SIGNS = re.compile(r"[<>{}]")
TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""What turns the direction of what follows; no name is worth being read backwards."""


class SubtitlesError(Exception):
    """The file cannot be used. `line` is where, counted from one; 0 for the file as a whole. The words are the page's."""

    def __init__(self, code: str, line: int = 0, **facts: Any) -> None:
        super().__init__(f"{code} at line {line}")
        self.code, self.line, self.facts = code, line, facts


@dataclass(frozen=True)
class Caption:
    """Milliseconds from the beginning of the film."""

    start: int
    end: int
    lines: tuple[str, ...]
    at: int = 0
    """Where it stood in the file."""


def read(data: bytes, seconds: float) -> str:
    """The subtitles of a film that is so long, as SRT of our own. Raises SubtitlesError."""
    return written(in_time(list(captions_in(text_of(data))), round(seconds * 1000)))


def captions(srt: str) -> list[Caption]:
    """What we have written, for a page that shows it."""
    return list(captions_in(srt))


def count(srt: str) -> int:
    """How many there are in what we have written."""
    return srt.count("\n\n") + 1 if srt else 0


# --- the file -------------------------------------------------------------------------------------------------


def text_of(data: bytes) -> str:
    if not data.strip():
        raise SubtitlesError("empty")
    if len(data) > MOST_BYTES:
        raise SubtitlesError("too_large", limit_kb=MOST_BYTES // 1024)
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in text):
        raise SubtitlesError("not_text")
    if text.lstrip().startswith("WEBVTT"):
        raise SubtitlesError("other_format")
    return text


def decoded(data: bytes) -> str:
    """By its own mark, else UTF-8, else what Windows programs wrote before that."""
    marked = next((encoding for bom, encoding in BOMS if data.startswith(bom)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SubtitlesError("not_text")


# --- the captions ---------------------------------------------------------------------------------------------


def captions_in(text: str) -> Iterator[Caption]:
    """Block by block; those without words are left out."""
    for count, block in enumerate(blocks(text), 1):
        if count > MOST_CAPTIONS:
            raise SubtitlesError("too_many", block[0][0], limit=MOST_CAPTIONS)
        caption = caption_of(block)
        if caption.lines:
            yield caption


def blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """What stands between empty lines, each line with its number."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []


def caption_of(block: list[tuple[int, str]]) -> Caption:
    first, *rest = block
    if NUMBER.fullmatch(first[1].removeprefix("\ufeff")) and rest:
        first, *rest = rest
    start, end = times_of(*first)
    for number, line in rest:
        if TIMES.search(line) or TIMES.search(plain(line)):
            raise SubtitlesError("blank_missing", number)
    return Caption(start, end, tuple(lines_of(rest)), first[0])


def times_of(number: int, line: str) -> tuple[int, int]:
    found = TIMES.fullmatch(line)
    if not found:
        raise SubtitlesError("not_times", number)
    start, end = moment(*found.groups()[:4]), moment(*found.groups()[4:8])
    if start is None or end is None:
        raise SubtitlesError("not_times", number)
    if end <= start:
        raise SubtitlesError("ends_too_soon", number)
    return start, end


def moment(hours: str, minutes: str, seconds: str, part: str) -> int | None:
    """None for the seventy-fifth minute. `,5` is half a second."""
    if int(minutes) > 59 or int(seconds) > 59:
        return None
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0"))


def lines_of(block: list[tuple[int, str]]) -> Iterator[str]:
    shown = [(number, words) for number, line in block if (words := plain(line))]
    for count, (number, words) in enumerate(shown, 1):
        if count > MOST_LINES:
            raise SubtitlesError("too_many_lines", number, limit=MOST_LINES)
        if len(words) > MOST_LETTERS:
            raise SubtitlesError("too_long", number, limit=MOST_LETTERS)
        yield words


def plain(line: str) -> str:
    """The words alone, without markup and what does not show."""
    letters = without_markup("".join(letter for letter in line if letter not in TURNS))
    return " ".join(unicodedata.normalize("NFC", letters).split())


def without_markup(line: str) -> str:
    """Also without what is markup only when other markup is gone."""
    for _again in range(DEEPEST):
        line, count = MARKUP.subn("", line)
        if not count:
            return line
    return SIGNS.sub("", line)


# --- the times ------------------------------------------------------------------------------------------------


def in_time(found: list[Caption], length: int) -> list[Caption]:
    """One after the other, and within the film: a caption that is still there when the next comes ends then."""
    if not found:
        raise SubtitlesError("no_captions")
    for before, after in pairwise(found):
        if after.start <= before.start:
            raise SubtitlesError("out_of_order", after.at)
    for caption in found:
        if length and caption.start >= length + TAIL:
            raise SubtitlesError("after_the_film", caption.at)
    return [ended(caption, after, length) for caption, after in zip(found, [*found[1:], None], strict=True)]


def ended(caption: Caption, after: Caption | None, length: int) -> Caption:
    ends = [caption.end, *([after.start] if after else []), *([length + TAIL] if length else [])]
    return Caption(caption.start, min(ends), caption.lines, caption.at)


# --- writing it -----------------------------------------------------------------------------------------------


def written(found: Iterable[Caption]) -> str:
    return "\n".join(
        f"{number}\n{clock(caption.start)} --> {clock(caption.end)}\n"
        + "".join(f"{line}\n" for line in caption.lines)
        for number, caption in enumerate(found, 1)
    )


def clock(at: int) -> str:
    seconds, part = divmod(at, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{part:03}"
