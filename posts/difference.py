"""What changed between two wordings, word by word, for people to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from posts.models import Version

WORDS = re.compile(r"\s+|[^\s]+")


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
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Change.SAME, "".join(before[i:j])))
            continue
        if i < j:
            pieces.append(Piece(Change.REMOVED, "".join(before[i:j])))
        if k < m:
            pieces.append(Piece(Change.ADDED, "".join(after[k:m])))
    return tuple(pieces)


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
    yield "media", _("Bilder"), media_line(old), media_line(new)
    yield "alt_text", _("Bildbeskrivning"), alt_line(old), alt_line(new)
    yield "channels", _("Kanaler"), channel_line(old), channel_line(new)


def media_line(version: Version) -> str:
    return " ".join(shown.media.sha256[:8] for shown in version.shown_media.all())


def alt_line(version: Version) -> str:
    return "\n".join(shown.alt_text for shown in version.shown_media.all())


def channel_line(version: Version) -> str:
    lines = []
    for choice in version.chosen_channels.all():
        own = " ".join(part for part in (choice.title, choice.text, choice.description) if part)
        lines.append(f"{choice.channel}: {own}" if own else str(choice.channel))
    return "\n".join(lines)
