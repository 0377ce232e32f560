"""
What a linked page says of itself: title, description, picture. Fetched once by a worker (`posts.strangers`), kept in the
database, and shown in the previews as about what followers will see. Not getting it is no error. Of what comes only HTML
is read, and so much of it.
"""

import codecs
import hashlib
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser

import requests
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from channels import pictures
from posts.models import LinkCard, LinkCardState
from posts.strangers import Answer, NothingThereError, charset_in, followed, joined, plain

MOST_BYTES = 512 * 1024
SECONDS = 3
"""For the page with all its redirects, and once more for its picture."""
HTML = frozenset({"text/html", "application/xhtml+xml"})
CHARSETS = frozenset({"utf-8", "utf-16", "iso8859-1", "iso8859-15", "cp1252", "ascii"})
"""By Python's names. It knows others that take hours, or are no text at all."""
MOST_READ = 128 * 1024
"""Of the page, in characters: what it says of itself stands at its beginning."""
MOST_TITLE, MOST_DESCRIPTION = 300, 500
WIDTH, HEIGHT = 600, 315
"""About the shape in which the platforms show it."""
LEASE = timedelta(minutes=1)
MOST_TRIES = 3
STALE = timedelta(days=7)


@dataclass(frozen=True)
class Told:
    """What the page says, as text of ours; `picture` is an address, not yet checked."""

    title: str = ""
    description: str = ""
    picture: str = ""


# --- the row --------------------------------------------------------------------------------------------------


def digest_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def order(url: str) -> None:
    """Have a worker fetch what this page says, unless that is known already."""
    if not url:
        return
    card, is_new = LinkCard.objects.get_or_create(digest=digest_of(url), defaults={"url": url})
    if not is_new and card.fetched_at and card.fetched_at < timezone.now() - STALE:
        LinkCard.objects.filter(pk=card.pk).update(state=LinkCardState.WAITING, tries=0)


def known(url: str) -> LinkCard | None:
    """For a page: what is known now, without the picture's bytes. Asks nobody."""
    return LinkCard.objects.defer("jpeg").filter(digest=digest_of(url)).first() if url else None


def waiting(now: datetime) -> QuerySet[LinkCard]:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return LinkCard.objects.defer("jpeg").filter(free, state=LinkCardState.WAITING)


def claim(card_id: int) -> LinkCard | None:
    """Take it for this worker. None: it is done, or somebody else was faster."""
    now = timezone.now()
    mine = waiting(now).filter(pk=card_id)
    return (
        LinkCard.objects.get(pk=card_id)
        if mine.update(claimed_until=now + LEASE, tries=F("tries") + 1)
        else None
    )


def fetch(card: LinkCard) -> None:
    """Look at the page, once. A worker that dies over it is followed by another, so often."""
    found, jpeg = Told(), b""
    if card.tries <= MOST_TRIES:
        try:
            found = page(card.url)
            jpeg = picture(found.picture)
        except NothingThereError:
            pass
    is_there = bool(found.title or jpeg)
    width, height = (WIDTH, HEIGHT) if jpeg else (0, 0)
    LinkCard.objects.filter(pk=card.pk, tries=card.tries).update(
        state=LinkCardState.READY if is_there else LinkCardState.EMPTY,
        title=found.title,
        description=found.description,
        jpeg=jpeg,
        width=width,
        height=height,
        fetched_at=timezone.now(),
        claimed_until=None,
    )


# --- the page -------------------------------------------------------------------------------------------------


def page(url: str) -> Told:
    url, answer = followed(url, "text/html,application/xhtml+xml", MOST_BYTES, time.monotonic() + SECONDS)
    if answer.status != requests.codes.ok or answer.kind not in HTML:
        raise NothingThereError(f"{answer.status} {answer.kind}")
    return told(text_of(answer), url)


def text_of(answer: Answer) -> str:
    """As it says it is written, in its head or in itself; else UTF-8."""
    beginning = answer.body[:1024].decode("ascii", "replace")
    try:
        charset = codecs.lookup(answer.charset or charset_in(beginning) or "utf-8").name
    except LookupError:
        charset = "utf-8"
    return answer.body.decode(charset if charset in CHARSETS else "utf-8", "replace")[:MOST_READ]


def told(html: str, url: str) -> Told:
    head = Head()
    # Python's parser gives up on some of what is no HTML (`<![<`). What it has read until then is enough.
    with suppress(AssertionError, ValueError):
        head.feed(html)
    title = head.first("og:title", "twitter:title") or head.title
    description = head.first("og:description", "twitter:description", "description")
    image = head.first(
        "og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src"
    )
    picture = joined(url, image.strip()) if image.strip() else ""
    return Told(plain(title, MOST_TITLE), plain(description, MOST_DESCRIPTION), picture)


class Head(HTMLParser):
    """What stands in the head of a page: its title, and what its meta elements say, each the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self.title = ""
        self.is_in_title = False
        self.is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_over = self.is_over or tag == "body"
        self.is_in_title = tag == "title" and not self.title and not self.is_over
        if tag == "meta" and not self.is_over:
            given = {name: value or "" for name, value in attrs}
            name = (given.get("property") or given.get("name") or "").strip().lower()
            self.said.setdefault(name, given.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.is_in_title = False

    def handle_data(self, data: str) -> None:
        if self.is_in_title and len(self.title) < MOST_TITLE:
            self.title += data

    def first(self, *names: str) -> str:
        return next((said for name in names if (said := self.said.get(name, "").strip())), "")


# --- the picture ----------------------------------------------------------------------------------------------


def picture(url: str) -> bytes:
    """Drawn anew by us, in the platforms' shape; empty when there is none that we can use."""
    if not url:
        return b""
    try:
        _, answer = followed(url, "image/*", pictures.MOST_BYTES + 1, time.monotonic() + SECONDS)
    except NothingThereError:
        return b""
    is_whole = answer.status == requests.codes.ok and 0 < len(answer.body) <= pictures.MOST_BYTES
    return (pictures.small(answer.body, (WIDTH, HEIGHT)) or b"") if is_whole else b""
