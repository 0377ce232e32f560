"""
The mails that the site has sent, for whoever practises: files in a folder, as Django's file backend leaves them.

Each file holds one or more messages with a line of dashes after each. The newest come first.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

END = b"\n" + b"-" * 79 + b"\n"
MOST_BYTES = 256 * 1024
"""How much of a file is read: a mail of plain text is far smaller."""

log = logging.getLogger("sandbox")


@dataclass(frozen=True)
class Mail:
    at: float
    to: str
    subject: str
    text: str


def latest(folder: Path | None, limit: int) -> list[Mail]:
    return list(islice(newest_first(folder), limit)) if folder and folder.is_dir() else []


def newest_first(folder: Path) -> Iterator[Mail]:
    """A file's name begins with the second in which it was begun; within that second, its own time decides."""
    for file in sorted(folder.glob("*.log"), key=lambda file: (file.name[:15], age_of(file)), reverse=True):
        yield from reversed(list(mails_in(file)))


def age_of(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0


def mails_in(file: Path) -> Iterator[Mail]:
    """What cannot be read is passed over: the others are of use without it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES)
        for part in content.split(END):
            if part.strip():
                yield as_mail(message_from_bytes(part, policy=policy.default), age_of(file))
    except (OSError, ValueError, LookupError, MessageError) as error:
        log.info("A mail could not be read: %s", type(error).__name__)


def as_mail(message: EmailMessage, written_at: float) -> Mail:
    sent, body = message["Date"], message.get_body(("plain",))
    return Mail(
        at=seconds(sent.datetime) if sent and sent.datetime else written_at,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=body.get_content().strip() if body else "",
    )


def seconds(sent: datetime) -> float:
    """A mail of Django's says -0000, which is UTC and tells no zone (RFC 5322, 3.3)."""
    return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).timestamp()
