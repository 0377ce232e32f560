"""
What a text or a picture may sound like to somebody else: the few hints that already its sender gets, while writing.
Pure functions, from plain values to a hint or None; the reviewers' hints (`approvals.hints`) begin with these. They
advise (S49: "inte att man ska censurera sig själv"), stop nothing, and are kept nowhere.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from posts import names, vocabulary

if TYPE_CHECKING:
    from accounts.models import User
    from channels.models import Channel
    from posts.models import Media, Post, Publication

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"”]+", re.IGNORECASE)
HASHTAG = re.compile(r"(?<![\w&/#])#(\w+)")
WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
# An abbreviation is cut off too. That makes a sentence shorter, which does no harm here.
END_OF_SENTENCE = re.compile(r"(?<![.!?…])[.!?…]++[\"”’)]*\s++|\n++")

ENOUGH_BESIDE_A_LINK = 80
OLD = timedelta(days=14)
HEARD = 2
"""So many hard words sound angry, whoever they are about."""

WINKS = re.compile(r"(?<!\w)[;][-o]?[)D](?!\w)|[😉😏🙃🙄]")
LAUGHS = re.compile(r"\b(?:(?:ha|he|ho){2,}h?|lol|rofl|hihi+|hrm+)\b|(?<!\w)/s(?!\w)", re.IGNORECASE)
SAID_WITH_A_SIGH = re.compile(
    r"\b(?:så ?klart|visst|jo visst|jovisst|jättekul|toppen|grattis|bra jobbat|tack så mycket|eller hur)\s?(?:…|\.{3,})"
    r"|\btack för ingenting\b|\bvilken överraskning\b|\bwow\W{0,2}\s+bara\b|#(?:ironi|not|sarkasm)\b",
    re.IGNORECASE,
)
NEGATED_AFTERWARDS = re.compile(r"(?:^|[.!?,…–-]) ?(?P<said>NOT)(?= ?(?:[.!?…]|$))", re.MULTILINE)
# One or two small words between quotation marks, and nobody who says them: the writer means the opposite.
SCARE_QUOTES = re.compile(r"[\"”“»](?P<said>[a-zåäöé]{3,}(?: [a-zåäöé]+)?)[\"”“«]")
REALLY_QUOTED = re.compile(
    r"\b(?:ordet|orden|begreppet|uttrycket|heter|kallas|kallat|säger|sa|sade|svarade|ropade|skrev|skriver|står det)"
    r"[:,]?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Hint:
    """`channel` is set when it is about the words of one channel alone; `publication` is what it is like."""

    code: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    channel: "Channel | None" = None
    publication: "Publication | None" = None


def for_sender(text: str, link: str, media: Iterable["Media"], now: datetime) -> Iterator[Hint]:
    """What matters most comes first: the page shows one at a time."""
    shown = list(media)
    yield from filter(None, (anger(text), irony(text), only_a_link(text, link), film_beside_others(shown)))
    yield from filter(None, (old_picture(item, now) for item in shown))


def only_a_link(text: str, link: str) -> Hint | None:
    """S20–21: not "enbart som skyltfönster för en webbplats"; a post must be of use without a click."""
    beside = " ".join(LINK.sub(" ", text).split())
    has_link = bool(link or LINK.search(text))
    return Hint("only_a_link") if has_link and len(beside) < ENOUGH_BESIDE_A_LINK else None


def irony(text: str) -> Hint | None:
    """S44: "ironi och skämt kan vara svåruppfattat i text"."""
    for marks in (WINKS, LAUGHS, SAID_WITH_A_SIGH, NEGATED_AFTERWARDS):
        if found := marks.search(text):
            return Hint("irony", {"quote": found.groupdict().get("said") or found[0]})
    for found in SCARE_QUOTES.finditer(text):
        if not REALLY_QUOTED.search(text[max(0, found.start() - 20) : found.start()]):
            return Hint("irony", {"quote": found["said"]})
    return None


def anger_at_a_person(text: str) -> Hint | None:
    """S45: "ventileras sin ilska över personer". In one sentence with somebody's name, or in the next."""
    told = sentences(bare(text))
    for before, here in zip(["", *told], told, strict=False):
        if (name := names.of_somebody(here)) and (is_angry(here) or is_angry(before)):
            return Hint("anger_at_a_person", {"name": name})
        if is_angry(here) and (name := names.of_somebody(before)):
            return Hint("anger_at_a_person", {"name": name})
    return None


def anger(text: str) -> Hint | None:
    """At a person; or so many hard words that it is heard without one. One of them alone may well be deserved."""
    hard = [word for word in WORD.findall(bare(text)) if vocabulary.is_angry(word)]
    return Hint("anger") if len(hard) >= HEARD or anger_at_a_person(text) else None


def is_angry(sentence: str) -> bool:
    return "!!" in sentence or any(vocabulary.is_angry(word) for word in WORD.findall(sentence))


def old_picture(media: "Media", now: datetime) -> Hint | None:
    """S26: "Informationen som läggs ut måste vara relevant". An old picture may be right, if the text says so."""
    taken = media.captured_at
    return Hint("old_picture", {"taken": taken}) if taken and now - taken > OLD else None


def film_beside_others(media: "Sequence[Media]") -> Hint | None:
    """Most platforms take some pictures or one film. Said now, it spares a reviewer the asking."""
    return Hint("film_beside_others") if len(media) > 1 and any(item.is_film for item in media) else None


def sent_in_before(post: "Post | None", author: "User") -> Hint | None:
    """S42: "Irrelevant information ska i allra högsta grad undvikas". Two were at one place, or it is sent twice."""
    if post is None:
        return None
    if post.author_id == author.pk:
        return Hint("sent_in_yourself", {"day": post.submitted_at})
    return Hint("sent_in_before", {"day": post.submitted_at, "name": post.author.get_short_name()})


def sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in END_OF_SENTENCE.split(text) if sentence.strip()]


def bare(text: str) -> str:
    """Without what is no language: links and hashtags."""
    return HASHTAG.sub(" ", LINK.sub(" ", text))
