"""
What a reviewer may want to think about once more. Hints advise, they do not censor (S49: "inte att man ska censurera
sig själv"): none of them stops a post, none is kept, and nothing is sent anywhere to find them.

One pure function for each rule, from plain values to a hint or None; `posts.tone` has those that its sender gets, too.
Each names what it serves: a sentence of the policy (S and its number, "Policy – användande av sociala medier",
2016-04-07), a law, or the guidance for public bodies on accessible posts (MFD, and the regions' own rules), which binds
nobody here and is good advice. Words: `hint_words`.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from posts import echoes, vocabulary
from posts.models import Media, Publication, Version, VersionChannel
from posts.tone import (
    HASHTAG,
    LINK,
    WORD,
    Hint,
    anger_at_a_person,
    bare,
    irony,
    old_picture,
    only_a_link,
    sentences,
)

SHOUTED_WORDS, SHOUTED_LETTERS = 3, 12
LONGEST_ABBREVIATION = 4
LONGEST_SENTENCE = 30
MOST_HASHTAGS = 2
SURELY_SEVERAL_WORDS = 22

SHORTENERS = vocabulary.words("shorteners")


def of(version: Version, now: datetime) -> list[Hint]:
    """In the order of the page: the pictures, the words, each channel's own words, what was published lately."""
    words = list(of_words(version))
    return [
        *of_pictures(version.media, now),
        *of_their_photographer(version),
        *words,
        *of_channels(version, {hint.code for hint in words}),
        *of_echoes(echoes.of(version, now)),
    ]


def of_pictures(media: Iterable[Media], now: datetime) -> Iterator[Hint]:
    """One of each kind, however many pictures there are."""
    everything = list(media)
    yield from first(old_picture(item, now) for item in everything)
    yield from first(drone(item) for item in everything)
    yield from first(only_text(item) for item in everything)


def of_their_photographer(version: Version) -> Iterator[Hint]:
    if version.media and not version.photographer_said_yes:
        yield from first([unasked_photographer(version.credit, version.post.author.name)])


def of_words(version: Version) -> Iterator[Hint]:
    yield from first([only_a_link(version.text, version.link)])
    yield from first([link_shortener(f"{version.text} {version.link}")])
    yield from of_text(version.text)


def of_channels(version: Version, known: set[str]) -> Iterator[Hint]:
    """The words that are a channel's own. What is known of the post's words already is not said again."""
    for choice in version.chosen_channels.all():
        said = set(known)
        for hint in (hint for text in own_words(choice) for hint in of_own(text)):
            if hint.code not in said:
                said.add(hint.code)
                yield dataclasses.replace(hint, channel=choice.channel)


def own_words(choice: VersionChannel) -> list[str]:
    """All that is read there and nowhere else: what follows in a thread, and the comment below, too."""
    return [choice.text, choice.title, choice.description, *choice.thread, choice.first_comment]


def of_own(text: str) -> list[Hint]:
    return [*first([link_shortener(text)]), *of_text(text)]


def of_text(text: str) -> Iterator[Hint]:
    yield from filter(None, (rule(text) for rule in TEXT_RULES))


def of_echoes(found: echoes.Echoes) -> Iterator[Hint]:
    yield from first([same_picture(found.picture)])
    yield from first([same_text(found.text)])


def first(hints: Iterable[Hint | None]) -> list[Hint]:
    return list(filter(None, hints))[:1]


# --- the words ------------------------------------------------------------------------------------------------


def all_capitals(text: str) -> Hint | None:
    """S44: "alltid tänka över sitt språk". Capitals shout, and are hard to read; names like SEKO and LO are none."""
    shouted: list[str] = []
    for word in [*WORD.findall(bare(text)), ""]:
        if word.isupper():
            shouted.append(word)
            continue
        if is_shouting(shouted):
            return Hint("all_capitals", {"quote": shortened(" ".join(shouted))})
        shouted = []
    return None


def is_shouting(words: list[str]) -> bool:
    long = [word for word in words if len(word) > LONGEST_ABBREVIATION]
    return bool(long) and len(words) >= SHOUTED_WORDS and sum(map(len, words)) >= SHOUTED_LETTERS


def long_sentences(text: str) -> Hint | None:
    """S44: "alltid tänka över sitt språk". Plain Swedish has fifteen to twenty words in a sentence."""
    lengths = [len(WORD.findall(sentence)) for sentence in sentences(bare(text))]
    long = [length for length in lengths if length > LONGEST_SENTENCE]
    return Hint("long_sentences", {"n": len(long), "words": max(long)}) if long else None


def many_hashtags(text: str) -> Hint | None:
    """Guidance on accessible posts: one or two, and last. Each is read aloud, sign and all."""
    tags = HASHTAG.findall(LINK.sub(" ", text))
    return Hint("many_hashtags", {"n": len(tags)}) if len(tags) > MOST_HASHTAGS else None


def hashtag_without_capitals(text: str) -> Hint | None:
    """Guidance on accessible posts: a capital for each word, or a screen reader reads them as one."""
    for tag in HASHTAG.findall(LINK.sub(" ", text)):
        if not tag.islower() or not tag.isalpha():
            continue
        if words := vocabulary.words_in(tag):
            return Hint(
                "hashtag_without_capitals", {"tag": tag, "better": "".join(map(str.capitalize, words))}
            )
        if len(tag) >= SURELY_SEVERAL_WORDS:
            return Hint("hashtag_without_capitals", {"tag": tag, "better": ""})
    return None


def link_shortener(text: str) -> Hint | None:
    """Guidance on accessible posts: no shorteners. Nobody sees where they lead, and they stop working."""
    hosts = (host_of(link) for link in [*LINK.findall(text), *BARE_SHORT_LINK.findall(text)])
    return next((Hint("link_shortener", {"host": host}) for host in hosts if host in SHORTENERS), None)


BARE_SHORT_LINK = re.compile(
    rf"(?<![\w./@-])(?:{'|'.join(sorted(map(re.escape, SHORTENERS)))})/[\w-]+", re.IGNORECASE
)
"""`bit.ly/abc`, as people write it."""


def host_of(link: str) -> str:
    try:
        host = urlsplit(link if "://" in link else f"https://{link}").hostname or ""
    except ValueError:
        # A bracket in the host: it is no address that anybody could open.
        return ""
    return host.removeprefix("www.")


TEXT_RULES: tuple[Callable[[str], Hint | None], ...] = (
    all_capitals,
    irony,
    anger_at_a_person,
    long_sentences,
    many_hashtags,
    hashtag_without_capitals,
)


def shortened(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


# --- the pictures ---------------------------------------------------------------------------------------------


def drone(media: Media) -> Hint | None:
    """Lag (2016:319) om skydd för geografisk information, 9 §: what is taken from the air mostly needs a permit."""
    return Hint("drone") if media.is_drone else None


def unasked_photographer(credit: str, author: str) -> Hint | None:
    """Upphovsrättslagen (1960:729), 2 and 49 a §§: whoever took the picture says whether it may be shown."""
    return Hint("unasked_photographer", {"name": credit}) if credit not in ("", author) else None


def only_text(media: Media) -> Hint | None:
    """Guidance on accessible posts, and WCAG 2.2, 1.4.5 Images of Text: no pictures of words. A suspicion (`looks`)."""
    return Hint("only_text") if media.looks_like_text and not media.is_film else None


# --- what was published lately --------------------------------------------------------------------------------


def same_picture(published: Publication | None) -> Hint | None:
    """S42: "Irrelevant information ska i allra högsta grad undvikas"."""
    return Hint("same_picture", publication=published) if published else None


def same_text(published: Publication | None) -> Hint | None:
    """S42: "Irrelevant information ska i allra högsta grad undvikas"."""
    return Hint("same_text", publication=published) if published else None
