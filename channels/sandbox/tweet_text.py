"""The text as X gives it back: links shortened, marks escaped. How long it is, is the adapter's own knowledge."""

import hashlib
import html
import re
import unicodedata
from typing import Any

from channels.adapters.x.text import LIMIT, links, weigh

__all__ = ["LIMIT", "escape", "shorten", "t_co", "weigh"]


def shorten(text: str, salt: str, media_links: dict[str, str]) -> tuple[str, list[dict[str, Any]]]:
    """The text with t.co links, and its entities. `media_links` (address by media key) come last."""
    entities: list[dict[str, Any]] = []
    told, at = "", 0
    text = unicodedata.normalize("NFC", text)
    for first, last in links(text):
        told += text[at:first]
        expanded = text[first:last] if "://" in text[first:last] else f"http://{text[first:last]}"
        told, at = _link(told, entities, expanded, salt), last
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
