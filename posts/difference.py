"""What changed between two wordings, word by word, for people to read."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from posts import subtitles
from posts.manuscript import ChannelText
from posts.media.edits import Box
from posts.models import Media, Version, VersionChannel

PRIVACY = {"unlisted": _("(för dem som har länken)"), "private": _("(bara för oss)")}
CREDITS = {"shown": _("(med fotografens namn)"), "none": _("(utan fotografens namn)")}
RETOUCHED = {"blur": _("suddad"), "crop": _("beskuren"), "turn": _("vriden")}
WORDS = re.compile(r"\s+|[^\s]+")
MOST_LETTERS = 6000
"""Of subtitles: more of them are not read on a page."""
MOST_WORDS, MOST_PAIRS = 3000, 20_000
"""How many words the matcher may get, and how many pairs of the same word: its time grows with the square of both."""


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    change: Change
    text: str


@dataclass(frozen=True)
class FieldDifference:
    """One field that differs: its label and the pieces that, read in order, tell what became of it."""

    name: str
    label: object
    pieces: tuple[Piece, ...]


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The difference of two texts in whole words; runs of the same kind are joined."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    first = same_at_start(before, after)
    last = same_at_start(before[first:][::-1], after[first:][::-1])
    middle = changed(before[first : len(before) - last], after[first : len(after) - last])
    pieces = piece(Change.SAME, before[:first]), *middle, piece(Change.SAME, before[len(before) - last :])
    return tuple(joined(filter(attrgetter("text"), pieces)))


def same_at_start(before: list[str], after: list[str]) -> int:
    """How many words are the same from the beginning on."""
    pairs = zip(before, after, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))


def changed(before: list[str], after: list[str]) -> Iterator[Piece]:
    """What differs between two runs of words. Those that would be hard to compare differ as a whole."""
    if len(before) + len(after) > MOST_WORDS or pairs_of(before, after) > MOST_PAIRS:
        yield from (piece(Change.REMOVED, before), piece(Change.ADDED, after))
        return
    # Space matches space everywhere: as junk, it follows the words and costs nothing.
    for tag, i, j, k, m in SequenceMatcher(str.isspace, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield piece(Change.SAME, before[i:j])
        else:
            yield from (piece(Change.REMOVED, before[i:j]), piece(Change.ADDED, after[k:m]))


def pairs_of(before: list[str], after: list[str]) -> int:
    often = Counter(word for word in after if not word.isspace())
    return sum(often[word] for word in before)


def piece(change: Change, some: list[str]) -> Piece:
    return Piece(change, "".join(some))


def joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for change, run in groupby(pieces, attrgetter("change")):
        yield Piece(change, "".join(part.text for part in run))


def between(old: Version, new: Version) -> list[FieldDifference]:
    """Every field that the public sees and that differs."""
    return [
        FieldDifference(name, label, words(before, after))
        for name, label, before, after in fields(old, new)
        if before != after
    ]


def fields(old: Version, new: Version) -> Iterator[tuple[str, object, str, str]]:
    yield "text", _("Text till inlägget"), old.text, new.text
    yield "link", _("Länk"), old.link, new.link
    yield "credit", _("Fotograf"), old.credit, new.credit
    yield "media", _("Bilder"), *media_lines(old, new)
    yield "alt_text", _("Bildbeskrivning"), alt_line(old), alt_line(new)
    yield "subtitles", _("Undertexter"), subtitles_line(old), subtitles_line(new)
    yield "channels", _("Kanaler"), channel_line(old), channel_line(new)


def media_lines(old: Version, new: Version) -> tuple[str, str]:
    """The pictures of each by a letter of their own, so that one can see which stayed, went, came, moved or changed."""
    shown = [media for version in (old, new) for media in version.media]
    sent_in = {media.pk: media.sha256 for media in shown if media.made_from_id is None}
    known = list(dict.fromkeys(origin(media, sent_in) for media in shown))
    letters = {key: chr(ord("A") + number) for number, key in enumerate(known)}
    before, after = (
        " ".join(media_line(media, letters[origin(media, sent_in)]) for media in version.media)
        for version in (old, new)
    )
    return before, after


def origin(media: Media, sent_in: dict[UUID, str]) -> str:
    """What a tool has made keeps the letter of what it was made from."""
    if media.made_from_id is None:
        return media.sha256
    return sent_in.get(media.made_from_id, str(media.made_from_id))


def media_line(media: Media, letter: str) -> str:
    line = f"{media.get_kind_display()}\N{NO-BREAK SPACE}{letter}"
    done = [str(words) for step, words in RETOUCHED.items() if any(edits[step] for edits in media.edits)]
    return f"{line} ({', '.join(done)})" if done else line


def alt_line(version: Version) -> str:
    return "\n".join(shown.alt_text for shown in version.shown_media.all())


def subtitles_line(version: Version) -> str:
    """Word for word where somebody can read it; else how many there are, and which file it is."""
    return "\n".join(
        shown.subtitles if len(shown.subtitles) <= MOST_LETTERS else summed_up(shown.subtitles)
        for shown in version.shown_media.all()
        if shown.subtitles
    )


def summed_up(srt: str) -> str:
    facts = {"count": subtitles.count(srt), "digest": hashlib.sha256(srt.encode()).hexdigest()[:8]}
    return str(_("%(count)d texter (fil %(digest)s)")) % facts


def channel_line(version: Version) -> str:
    lines = []
    for choice in version.chosen_channels.all():
        own = " ".join(str(part) for part in own_words(choice) if part)
        lines.append(f"{choice.channel}: {own}" if own else str(choice.channel))
    return "\n".join(lines)


def own_words(choice: VersionChannel) -> Iterator[object]:
    """What is the channel's own, in the order in which its followers see it."""
    yield from (choice.title, choice.text, choice.description)
    yield " ".join(f"#{tag}" for tag in choice.tags)
    # A picture has no words: two of them differ by their digests.
    yield (
        _("(egen bild för filmen: %(digest)s)") % {"digest": choice.thumbnail[:8]} if choice.thumbnail else ""
    )
    yield from (CREDITS.get(choice.credit, ""), PRIVACY.get(choice.privacy, ""))
    if choice.crops:
        yield " ".join(f"({line})" for line in crop_lines(choice.as_text(), choice.version.media))
    yield from (*choice.thread, choice.first_comment)


def crop_lines(choice: ChannelText, media: Sequence[Media]) -> Iterator[str]:
    """What a channel shows of the pictures that it does not show whole, by their places where there are several."""
    for number, item in enumerate(media, 1):
        if box := choice.crop_of(item.sha256):
            words = _("bild %(n)d beskuren: %(part)s") if len(media) > 1 else _("bilden beskuren: %(part)s")
            yield words % {"n": number, "part": part_in_words(box)}


def part_in_words(box: Box) -> str:
    """Two that differ by what nobody sees may be told alike."""
    sides = {name: number_format(f"{round(value, 1):g}") for name, value in vars(box).items()}
    words = _("%(width)s × %(height)s %%, %(left)s %% från vänster och %(top)s %% uppifrån")
    return words % sides
