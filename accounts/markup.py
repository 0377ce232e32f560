"""
A little of Markdown, for texts that an administrator writes: `## Heading`, `- item`, `**bold**`, and paragraphs.

What is typed is escaped first, so that nothing in it is ever markup of a page.
"""

import re

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

HEADING = re.compile(r"#{1,3}\s+(.*)")
ITEM = re.compile(r"[-*]\s+(.*)")
BOLD = re.compile(r"\*\*(\S(?:.*?\S)?)\*\*")


def rendered(text: str) -> SafeString:
    """Blocks are parted by empty lines."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return format_html_join("\n", "{}", ((block(part),) for part in blocks if part.strip()))


def block(text: str) -> SafeString:
    lines = [line.strip() for line in text.strip().splitlines()]
    if heading := HEADING.fullmatch(lines[0]):
        return format_html(
            "<h2>{}</h2>{}", inline(heading[1]), block("\n".join(lines[1:])) if lines[1:] else ""
        )
    if all(ITEM.fullmatch(line) for line in lines):
        items = ((inline(ITEM.fullmatch(line)[1]),) for line in lines)  # type: ignore[index]  # just matched
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
    return format_html("<p>{}</p>", inline(" ".join(lines)))


def inline(text: str) -> SafeString:
    return mark_safe(BOLD.sub(r"<strong>\1</strong>", escape(text)))  # noqa: S308 escaped just before
