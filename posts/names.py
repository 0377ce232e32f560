"""
Whether a sentence speaks of a person by name. A guess, for hints alone: nothing is kept, and nobody is looked up.

Common first names, two names in a row that are no place and no organisation, a title before a name, or an account.
"""

import re

from posts.vocabulary import words

FIRST_NAMES = words("first_names")

NAME = re.compile(r"(?<![\w@#])[A-ZÅÄÖÉ][a-zåäöéèüø]+(?:-[A-ZÅÄÖ][a-zåäöé]+)?")
ONE_OR_TWO = re.compile(rf"{NAME.pattern}(?:\s{NAME.pattern})?")
IN_A_ROW = re.compile(rf"{NAME.pattern}(?:\s{NAME.pattern})+")
TITLE = (
    r"ministern?|statsministern?|generaldirektören|generaldirektör|direktören|direktör|vd:n|vd|chefen|chef|platschefen|"
    r"platschef|avdelningschefen|hr-chefen|ordföranden|ordförande|politikern|riksdagsledamoten|herr|fru"
)
TITLED = re.compile(rf"\b(?i:{TITLE})\s({NAME.pattern})")
ACCOUNT = re.compile(r"(?<![\w@/.])@\w[\w.]{2,}")
# They speak: what they say is not said about them.
SPEAKS = re.compile(
    r"\b(?:säger|sa|sade|berättar|menar|tycker|undrar|frågar|skriver|kräver|svarar|konstaterar|tillägger|foto:?)"
    r"(?:\s[a-zåäö:-]+){0,3}\s*$",
    re.IGNORECASE,
)

NO_PERSON = words("no_person")
NO_PERSONS_END = (
    "verket",
    "bolaget",
    "vården",
    "kommun",
    "styrelsen",
    "gatan",
    "vägen",
    "stationen",
    "centralen",
)


def of_somebody(sentence: str) -> str:
    """The name of the first person who is spoken of; nothing if there is none."""
    found = [*known(sentence), *in_a_row(sentence), *titled(sentence), *accounts(sentence)]
    return min(((at, name) for at, name in found if not SPEAKS.search(sentence[:at])), default=(0, ""))[1]


def known(sentence: str) -> list[tuple[int, str]]:
    """A common first name, with what follows it."""
    return [
        (match.start(), match[0])
        for match in ONE_OR_TWO.finditer(sentence)
        if first_of(match[0]) in FIRST_NAMES
    ]


def in_a_row(sentence: str) -> list[tuple[int, str]]:
    """Two names or more; not where the sentence begins, for there the first may be any word."""
    return [
        (match.start(), match[0])
        for match in IN_A_ROW.finditer(sentence)
        if match.start() and is_name(match[0])
    ]


def titled(sentence: str) -> list[tuple[int, str]]:
    return [(match.start(1), match[1]) for match in TITLED.finditer(sentence) if match[1] not in NO_PERSON]


def accounts(sentence: str) -> list[tuple[int, str]]:
    return [(match.start(), match[0]) for match in ACCOUNT.finditer(sentence)]


def first_of(name: str) -> str:
    return re.split(r"[\s-]", name)[0]


def is_name(row: str) -> bool:
    return not any(word in NO_PERSON or word.lower().endswith(NO_PERSONS_END) for word in row.split())
