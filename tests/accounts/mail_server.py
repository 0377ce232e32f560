"""A mail server on this machine that takes mails, refuses them, or breaks off, as a test wants it."""

import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

OK = "250 Ok"
Answer = Callable[[SMTP], str] | str


class MailServer:
    """`to_address` and `to_message` are what it answers, one after the other; then it takes everything."""

    def __init__(self) -> None:
        self.to_address: list[Answer] = []
        self.to_message: list[Answer] = []
        self.taken: list[EmailMessage] = []
        self.visits = 0
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.is_running = False

    def start(self) -> int:
        self.controller.start()
        self.is_running = True
        return self.controller.port

    def stop(self) -> None:
        if self.is_running:
            self.controller.stop()
        self.is_running = False

    async def handle_RCPT(self, server: SMTP, *about: Any) -> str:  # noqa: N802
        """`about` is the session, the envelope, the address and its options."""
        self.visits += 1
        about[1].rcpt_tos.append(about[2])
        return answer(self.to_address, server)

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        said = answer(self.to_message, server)
        if said == OK:
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(answers: list[Answer], server: SMTP) -> str:
    said = answers.pop(0) if answers else OK
    return said if isinstance(said, str) else said(server)


def break_off(server: SMTP) -> str:
    """The line goes dead instead of an answer; the message is taken all the same."""
    server.transport.abort()
    return OK
