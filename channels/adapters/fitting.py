"""What content has too much or too little of for a platform, by that platform's limits; the same check for all."""

import re
from collections.abc import Iterator

from channels.adapters.base import Content, Limits, Problem
from channels.adapters.codes import Lack


def lacks(content: Content, limits: Limits, words: str, length: int) -> Iterator[Problem]:
    """`words` is the text as it is sent, `length` its length by the platform's own count."""
    if limits.text is not None and length > limits.text:
        yield Problem(Lack.TEXT_TOO_LONG, {"over": length - limits.text, "limit": limits.text})
    if limits.needs_media and not content.media:
        yield Problem(Lack.MEDIA_MISSING)
    elif not (words.strip() or content.link or content.media):
        yield Problem(Lack.TEXT_MISSING)
    yield from lacks_of_number(content, limits)
    yield from lacks_of_size(content, limits)


def lacks_of_number(content: Content, limits: Limits) -> Iterator[Problem]:
    if content.pictures and content.films and not limits.mixes_pictures_and_film:
        yield Problem(Lack.PICTURES_AND_FILM)
        return
    if len(content.pictures) > limits.pictures:
        yield Problem(Lack.TOO_MANY_PICTURES, {"limit": limits.pictures})
    if len(content.films) > limits.films:
        yield Problem(Lack.TOO_MANY_FILMS, {"limit": limits.films})


def lacks_of_size(content: Content, limits: Limits) -> Iterator[Problem]:
    """Each lack once, however many files have it."""
    if any(is_over(item.seconds, limits.film_seconds) for item in content.films):
        yield Problem(Lack.FILM_TOO_LONG, {"limit": limits.film_seconds})
    if any(is_over(item.size, limits.picture_bytes) for item in content.pictures):
        yield Problem(Lack.FILE_TOO_LARGE, {"limit": limits.picture_bytes})
    elif any(is_over(item.size, limits.film_bytes) for item in content.films):
        yield Problem(Lack.FILE_TOO_LARGE, {"limit": limits.film_bytes})
    if any(is_over(len(item.alt_text), limits.alt_text) for item in content.pictures):
        yield Problem(Lack.ALT_TEXT_TOO_LONG, {"limit": limits.alt_text})


def is_over(number: float, limit: int | None) -> bool:
    return limit is not None and number > limit


def with_link(text: str, link: str) -> str:
    """The text with the link behind it, unless it stands there already."""
    if not link or re.search(rf"{re.escape(link)}(?![\w/?#=&%-])", text):
        return text
    return f"{text}\n{link}" if text else link
