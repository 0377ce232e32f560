"""
The length of a text by Mastodon's rule, and the text in a post's HTML.

Facts: docs.joinmastodon.org, Posting to your profile (500 characters; a link counts 23; of a mention only the name
before the server counts), and the server's own check, which counts letters as people see them; read 2026-11-25. Links are
found by the same rule as X's, but only with their scheme.
"""

import re
import unicodedata
from html.parser import HTMLParser

from channels.adapters.counting import graphemes
from channels.adapters.written_links import links

LIMIT = 500
LINK_WEIGHT = 23
MENTION = re.compile(r"(?<![\w/=])@(\w+(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+", re.ASCII)
BREAKS = {"br": "\n", "p": "\n\n"}


def weigh(text: str) -> int:
    """How many of the 500 the text uses."""
    text = unicodedata.normalize("NFC", text)
    short, at = "", 0
    for first, last in links(text):
        if text[first:last].lower().startswith(("http://", "https://")):
            short += local(text[at:first]) + "." * LINK_WEIGHT
            at = last
    return graphemes(short + local(text[at:]))


def local(text: str) -> str:
    """Mentions without the server: `@name@server` is shown as `@name`."""
    return MENTION.sub(r"@\1", text)


def plain(content: str) -> str:
    """The words in a post's HTML. Of a link all parts are read, those too that are hidden from the eye."""
    reader = Reader()
    reader.feed(content)
    reader.close()
    return "".join(reader.parts)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.parts.append(BREAKS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def tidy(text: str) -> str:
    """The form in which two texts are compared."""
    return " ".join(local(unicodedata.normalize("NFC", text)).split())
