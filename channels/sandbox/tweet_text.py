"""
The length of a text by X's rule, and the text as X gives it back: links shortened, marks escaped.

Facts: X, Counting characters (twitter-text configuration v3), read 2026-11-22.
"""

import hashlib
import html
import re
import unicodedata
from typing import Any

import emoji

LIMIT = 280
LINK_WEIGHT = 23
# Code points that weigh one; everything else weighs two, an emoji sequence two in all.
LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
# Without a scheme only names with a well-known ending become links.
ENDINGS = (
    "se|com|org|net|nu|eu|info|io|dev|app|gov|edu|no|dk|fi|de|uk|fr|nl|be|at|ch|it|es|pl|ee|lv|lt"
    "|is|us|ca|tv|me|co|biz"
)
LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
LINK = re.compile(
    rf"(?<![\w@#$./-])(?:https?://(?:{LABEL}\.)+[^\W\d_]{{2,}}|(?:{LABEL}\.)+(?:{ENDINGS}))(?![\w@])"
    r"(?::\d+)?(?:[/?#][^\s<>\"]*[\w/=#&%-]|/)?",
    re.IGNORECASE,
)


def weigh(text: str) -> int:
    """How many of the 280 the text uses."""
    text = unicodedata.normalize("NFC", text)
    links = [match.span() for match in LINK.finditer(text)]
    pictures = [(found["match_start"], found["match_end"]) for found in emoji.emoji_list(text)]
    total, at = LINK_WEIGHT * len(links), 0
    heavy = dict(pictures)
    skip = dict(links)
    while at < len(text):
        if at in skip:
            at = skip[at]
        elif at in heavy:
            total, at = total + 2, heavy[at]
        else:
            total, at = total + _weight(text[at]), at + 1
    return total


def _weight(character: str) -> int:
    return 1 if any(low <= ord(character) <= high for low, high in LIGHT) else 2


def shorten(text: str, salt: str, media_links: dict[str, str]) -> tuple[str, list[dict[str, Any]]]:
    """The text with t.co links, and its entities. `media_links` (address by media key) come last."""
    told, entities, at = "", [], 0
    for match in LINK.finditer(text):
        told += text[at : match.start()]
        expanded = match[0] if "://" in match[0] else f"http://{match[0]}"
        told, at = _link(told, entities, expanded, salt), match.end()
    told += text[at:]
    for n, (key, address) in enumerate(media_links.items()):
        short = t_co(address if n == 0 else next(iter(media_links.values())), salt)
        if n == 0:
            told += f" {short}" if told else short
        start = len(told) - len(short)
        entities.append({"start": start, "end": len(told), "url": short, "expanded_url": address,
                         "display_url": f"pic.x.com/{short[-10:]}", "media_key": key})  # fmt: skip
    return told, entities


def _link(told: str, entities: list[dict[str, Any]], expanded: str, salt: str) -> str:
    short = t_co(expanded, salt)
    shown = re.sub(r"^https?://(?:www\.)?", "", expanded)
    entities.append({
        "start": len(told), "end": len(told) + len(short), "url": short, "expanded_url": expanded,
        "display_url": shown if len(shown) <= 26 else f"{shown[:25]}…",
    })  # fmt: skip
    return told + short


def t_co(address: str, salt: str) -> str:
    """The same short link for the same address in the same post: 23 characters."""
    return f"https://t.co/{hashlib.sha256(f'{salt} {address}'.encode()).hexdigest()[:10]}"


def escape(text: str) -> str:
    """X escapes these three marks, and no others, in what it gives back."""
    return html.escape(text, quote=False)
