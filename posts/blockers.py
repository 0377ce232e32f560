"""
What stands between a version and its approval. Everything else is a hint.

A blocker is a code with facts; the page has the words (`posts.wording`). Each names the rule it serves.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from channels.models import Channel
from posts import content
from posts.models import Minors, People, Version

PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:19|20)?(\d{6})\s?[-+\u2010-\u2015\u2212]?\s?(\d{4})(?!\d)")
"""A Swedish personal identity number or coordination number, with or without century and sign, with any dash."""


@dataclass(frozen=True)
class Blocker:
    """`field` is the form field where it is mended; `channel` is set when one channel alone is not ready."""

    code: str
    field: str = ""
    channel: Channel | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)


def blockers(version: Version) -> list[Blocker]:
    """All that is missing, in the order of the page: the picture, the people, the words, the channels."""
    return [*of_media(version), *of_people(version), *of_words(version), *of_channels(version)]


def of_media(version: Version) -> Iterator[Blocker]:
    shown = list(version.shown_media.all())
    if any(not item.media.is_film and not item.alt_text.strip() for item in shown):
        yield Blocker("alt_text_missing", "alt_text")
    if any(item.media.is_film and item.media.has_sound for item in shown) and not version.captions:
        yield Blocker("captions_undecided", "captions")


def of_people(version: Version) -> Iterator[Blocker]:
    """Fackligt medlemskap är en känslig uppgift: nobody recognisable is shown without a yes (GDPR art. 9)."""
    if not version.shown_media.all():
        return
    if version.people in ("", People.NOT_ASKED):
        yield Blocker("consent_missing", "people")
    if version.people == People.ALL_SAID_YES and version.minors in ("", Minors.NOT_ASKED):
        yield Blocker("guardian_missing", "minors")


def of_words(version: Version) -> Iterator[Blocker]:
    manuscript = version.manuscript()
    texts = [manuscript.text, manuscript.credit, *(item.alt_text for item in manuscript.media)]
    texts += [words for c in manuscript.channels for words in (c.text, c.title, c.description)]
    if any(has_personal_number(text) for text in texts):
        yield Blocker("personal_number", "text")


def of_channels(version: Version) -> Iterator[Blocker]:
    chosen = list(version.chosen_channels.all())
    if not chosen:
        yield Blocker("no_channel", "channels")
    for choice in chosen:
        yield from of_channel(version, choice.channel)


def of_channel(version: Version, channel: Channel) -> Iterator[Blocker]:
    if channel.disconnected_at:
        yield Blocker("channel_disconnected", "channels", channel)
        return
    try:
        made = content.for_channel(version, channel)
    except content.RenditionMissingError as error:
        yield Blocker(error.code, "channels", channel)
        return
    for problem in channel.adapter_class.check(made):
        yield Blocker(problem.code, "channels", channel, dict(problem.facts))


def has_personal_number(text: str) -> bool:
    return any(is_personal_number(match[1], match[2]) for match in PERSONAL_NUMBER.finditer(text))


def is_personal_number(date: str, last: str) -> bool:
    """Check the date (days over 60 are coordination numbers) and the Luhn digit."""
    month, day = int(date[2:4]), int(date[4:6])
    if not (1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)):
        return False
    digits = [int(character) for character in date + last]
    doubled = (digit * (2 - position % 2) for position, digit in enumerate(digits))
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0
