"""Words that hints look for. They are about tone and form alone; add and take away as the language does."""

from pathlib import Path

FOLDER = Path(__file__).parent / "words"


def words(name: str) -> frozenset[str]:
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


ANGRY = words("angry")

COMMON = words("common")
"""Common words of our field and of small talk: of these one can tell that a hashtag is several words run together."""

ONE_NAME = frozenset(("sekofacket", "heltid", "tillsammans"))
"""Read as one word by everybody."""

LONGEST_TAG = 60
LINKING = words("linking")
"""Swedish writes compounds as one word, rightly: only a run with one of these in it is several."""


def is_angry(word: str) -> bool:
    return word.casefold() in ANGRY


def words_in(tag: str) -> list[str]:
    """The words of a run like `viärseko`, when it is all of known words and no compound. Otherwise nothing."""
    if tag in ONE_NAME or tag in COMMON or len(tag) > LONGEST_TAG:
        return []
    words = split(tag)
    return words if len(words) > 1 and any(word in LINKING for word in words) else []


def split(run: str) -> list[str]:
    """Into known words, as few as possible; nothing if something is left over."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(run) + 1):
        ways = [
            [*before, run[start:end]]
            for start in range(max(0, end - 20), end)
            if (before := best[start]) is not None and run[start:end] in COMMON
        ]
        best.append(min(ways, key=len) if ways else None)
    return best[-1] or []
