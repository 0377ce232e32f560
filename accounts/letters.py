"""
A notice as a mail, and handing it to the mail server. What can go wrong is named by what to do next:

* LetterError
  x NotTakenError       the server surely has it not: try again later
    + ServerAwayError   nothing can be sent now: all others wait too
  x RefusedError        the server will never take it
  x UnclearError        the server may have it: never again
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Mailed, Notice


class LetterError(Exception):
    """A mail was not sent, or nobody knows."""


class NotTakenError(LetterError):
    """The server surely has it not: it may be sent again."""


class ServerAwayError(NotTakenError):
    """Nobody answers, or not now: what else there is to send waits too."""


class RefusedError(LetterError):
    """The server will never take it."""


class UnclearError(LetterError):
    """It may have arrived."""


# --- the words ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """A notice in somebody's language: on a page, and in a mail."""

    subject: str
    body: tuple[str, ...]
    """Its paragraphs."""
    link: str
    """What the link is called."""


def words(notice: Notice) -> Words:
    """
    The template's first paragraph is the subject, its last one the name of the link, and what is between says it.

    Plain text: the page escapes it as it does everything.
    """
    template = get_template(f"notices/{notice.kind}.txt").template  # type: ignore[attr-defined]
    text = template.render(Context(facts_of(notice), autoescape=False))
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    return Words(paragraphs[0], tuple(paragraphs[1:-1]), paragraphs[-1])


def facts_of(notice: Notice) -> dict[str, object]:
    """As they were told; what is a time is one again."""
    return {
        name: parse_datetime(value) if name.endswith("_at") and value else value
        for name, value in notice.facts.items()
    }


def to(notice: Notice) -> EmailMessage:
    """The same notice is always the same message: if it came twice after all, the receiver's program would know."""
    with translation.override(notice.person.language):
        said = words(notice)
        ways = ways_on(notice, said.link)
    return EmailMessage(
        said.subject,
        "\n\n".join([*said.body, *ways, "Seko Social\n"]),
        to=[notice.person.email],
        headers={"Message-ID": named("notice", notice), "Auto-Submitted": "auto-generated"},
    )


def ways_on(notice: Notice, link: str) -> list[str]:
    """Where it leads; and where a post that is out is shared, for on the notice's own page that is one press away."""
    ways = [(link, notice.path), (_("Dela vidare"), notice.facts.get("share_path"))]
    return [f"{called}:\n{settings.SITE_URL}{path}" for called, path in ways if path]


def named(kind: str, item: Mailed) -> str:
    """The `Message-ID`."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"<{kind}-{item.pk}-{item.created_at.timestamp():.0f}@{host}>"


# --- the mail server ------------------------------------------------------------------------------------------


def send(mail: EmailMessage, begin: Callable[[], None]) -> None:
    """Hand one mail over. `begin` is called at the last moment at which the server surely has nothing yet."""
    post = get_connection()
    if isinstance(post, smtp.EmailBackend):
        converse(post, mail, begin)
        return
    begin()
    try:
        post.send_messages([mail])
    except OSError as error:
        raise UnclearError(kind_of(error)) from error


def converse(post: smtp.EmailBackend, mail: EmailMessage, begin: Callable[[], None]) -> None:
    try:
        server = connected(post)
        address(server, mail)
        begin()
        hand_over(server, mail)
    finally:
        # What the server said is said: how it takes leave changes nothing.
        with suppress(OSError):
            post.close()


def connected(post: smtp.EmailBackend) -> smtplib.SMTP:
    try:
        post.open()
        server = cast(smtplib.SMTP, post.connection)
        server.ehlo_or_helo_if_needed()
    except OSError as error:  # what the library raises is one, too
        raise ServerAwayError(kind_of(error)) from error
    return server


def address(server: smtplib.SMTP, mail: EmailMessage) -> None:
    """Who sends, and to whom. Nothing of the message has left."""
    try:
        code, answer = server.mail(bare(mail.from_email))
        if not is_yes(code):
            raise ServerAwayError(told(code, answer))
        code, answer = server.rcpt(bare(mail.to[0]))
    except OSError as error:
        raise NotTakenError(kind_of(error)) from error
    if is_never(code):
        raise RefusedError(told(code, answer))
    if not is_yes(code):
        raise NotTakenError(told(code, answer))


def hand_over(server: smtplib.SMTP, mail: EmailMessage) -> None:
    """The message itself. An answer is an answer; silence is none."""
    try:
        code, answer = server.data(mail.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own
    except smtplib.SMTPDataError as error:  # it did not even want to hear it
        code, answer = error.smtp_code, as_bytes(error.smtp_error)
    except OSError as error:
        raise UnclearError(kind_of(error)) from error
    if is_never(code):
        raise RefusedError(told(code, answer))
    if is_later(code):
        raise NotTakenError(told(code, answer))
    if not is_yes(code):
        raise UnclearError(told(code, answer))


def is_yes(code: int) -> bool:
    return 200 <= code < 300


def is_later(code: int) -> bool:
    return 400 <= code < 500


def is_never(code: int) -> bool:
    return 500 <= code < 600


def told(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode(errors='replace')}"


def as_bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def bare(address: str) -> str:
    """The address without a name, in letters that every server takes."""
    return parseaddr(sanitize_address(address, "utf-8"))[1]


def kind_of(error: Exception) -> str:
    """What happened, and nothing of what may hold a password."""
    return type(error).__name__
