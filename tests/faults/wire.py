"""What goes wrong between us and the platform: not the platform's doing, so that its sandbox cannot play it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from channels.adapters import http
from channels.errors import Unconfirmed
from tests.faults.matrix import Step

IMPATIENT = http.Patience(connect=2, read=0.4, whole=5)
"""Nobody wants to wait half a minute for a test."""


@dataclass
class Wire:
    """Lets one call meet with an accident: the one that makes the post public, or a stage call by its number."""

    step: Step
    accident: str = ""
    calls: list[str] = field(default_factory=list)
    commits: int = 0
    real: Any = http.send

    def send(self, method: str, url: str, **parts: Any) -> http.Answer:
        self.calls.append(f"{method} {urlsplit(url).path}")
        if self.accident and self.is_turn(parts):
            with ACCIDENTS[self.accident](url) as elsewhere:
                return self.real(method, elsewhere, **parts)
        return self.real(method, url, **parts)

    def is_turn(self, parts: dict[str, Any]) -> bool:
        if not self.step.is_commit:
            return len(self.calls) == self.step.number
        self.commits += parts.get("unclear") is Unconfirmed
        return parts.get("unclear") is Unconfirmed and self.commits == 1

    @contextmanager
    def laid(self) -> Iterator["Wire"]:
        with patch.object(http, "send", self.send):
            yield self


@contextmanager
def refused(url: str) -> Iterator[str]:
    """Nobody listens at this port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    yield at_port(url, port)


@contextmanager
def nameless(url: str) -> Iterator[str]:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with patch.object(socket, "getaddrinfo", unknown):
        yield url.replace("127.0.0.1", "platform.invalid")


@contextmanager
def silent(url: str) -> Iterator[str]:
    """Somebody takes the call, and never says a word."""
    with ExitStack() as stack:
        server = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        stack.enter_context(impatient(url))
        yield at_port(url, server.getsockname()[1])


@contextmanager
def impatient(url: str) -> Iterator[str]:
    """The platform takes longer than we wait."""
    with patch.object(http, "patience", IMPATIENT):
        yield url


def at_port(url: str, port: int) -> str:
    return urlsplit(url)._replace(netloc=f"127.0.0.1:{port}").geturl()


ACCIDENTS = {"refused": refused, "nameless": nameless, "silent": silent, "impatient": impatient}
