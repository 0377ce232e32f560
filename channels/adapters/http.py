"""
One call to a platform, and the one place that decides between *not sent* and *unconfirmed*.

Every call has a connection of its own. If that connection was never open, nothing has left, whatever the reason: no
address for the name, refused, no time left, a certificate that does not fit. This is the only proof of *not sent*. Once
it was open, everything that is not a whole answer is *unclear*, and whoever makes the call says what that means:
`Unconfirmed` for the call that makes something public, `NotSent` for all others, which may simply be made again.

The exceptions of `requests` cannot tell the two apart: it raises ConnectionError both when the name was not found
and when the connection broke after the request had gone. So the connection itself is asked.
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from channels.adapters.codes import Trouble
from channels.errors import NotConnected, NotSent, Unconfirmed

Unclear = type[NotSent] | type[Unconfirmed]
"""What an unclear end of the call means."""
MOST_OF_DETAIL = 300
LONGEST_SECONDS = 366 * 24 * 3600
LONGEST_REST = 25 * 3600
"""No platform counts calls for longer than a day: a moment further away is not meant."""
LEAST_REST = 5
"""A clock that is behind the platform's would otherwise call again at once."""
MOST_BYTES = 4 * 1024 * 1024
"""Of an answer, when it is unpacked. The longest that we ask for are a tenth of that."""
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""What JSON can carry and no database can keep: NUL, and half of a pair of surrogates."""


@dataclass(frozen=True)
class Patience:
    """How many seconds to wait. The whole stays below the lease of a worker, so that nobody takes over meanwhile."""

    connect: float = 5
    read: float = 30
    """For the next byte."""
    whole: float = 90
    """For all of it: against an answer that dribbles, and for a request that leaves slowly."""


patience = Patience()


# --- the answer -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the platform said. `told` is its JSON, None if it sent none."""

    call: str
    """Method and path, for the log."""
    unclear: Unclear
    status: int
    headers: Mapping[str, str] = field(repr=False)
    told: Any = field(repr=False)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def at(self, *names: str) -> Any:
        return at(self.told, *names)

    def items(self, *names: str) -> list[dict[str, Any]]:
        return items(self.told, *names)

    def needed(self, *names: str) -> str:
        """The id or word at this place. An answer without it is no answer."""
        value = self.at(*names)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise self.unreadable()
        return str(value)

    def unreadable(self) -> NotSent | Unconfirmed:
        return self.unclear(Trouble.UNREADABLE, self.detail())

    def down(self) -> NotSent | Unconfirmed:
        return self.unclear(Trouble.PLATFORM_DOWN, self.detail())

    def detail(self, message: object = "") -> str:
        """One line for the log."""
        line = f"{self.call}: {self.status} {message}" if message else f"{self.call}: {self.status}"
        return "".join(letter for letter in line if letter.isprintable())[:MOST_OF_DETAIL]


def at(value: Any, *names: str) -> Any:
    """What stands at this place in the JSON; None if nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def items(value: Any, *names: str) -> list[dict[str, Any]]:
    """The objects in the list at this place; none if there is no list."""
    found = at(value, *names)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def whole_number(told: object) -> int | None:
    """JSON's true and false are numbers to Python, and none to us."""
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def added(told: Iterable[object]) -> int | None:
    """What are numbers among these, together; None if none is."""
    numbers = [number for one in told if (number := whole_number(one)) is not None]
    return sum(numbers) if numbers else None


def later(seconds: float) -> datetime:
    """However long a platform says, never longer than a year: what it says may be nonsense."""
    return datetime.now(UTC) + timedelta(seconds=min(seconds, LONGEST_SECONDS))


def at_epoch(seconds: str | None) -> datetime | None:
    """The moment in a header that counts seconds since 1970."""
    if not seconds or not seconds.isascii() or not seconds.isdigit() or len(seconds) > 11:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)


def rest_until(reset: datetime) -> datetime:
    """Until when to leave a platform alone whose limit is filled again at `reset`, as it says."""
    return min(max(reset, later(LEAST_REST)), later(LONGEST_REST))


# --- the call -------------------------------------------------------------------------------------------------


class Bearer(AuthBase):
    """The token in its header. Being asked at all, it also keeps a ~/.netrc from putting something else there."""

    def __init__(self, token: str = "") -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def send(
    method: str,
    url: str,
    *,
    auth: AuthBase,
    unclear: Unclear = NotSent,
    secrets: tuple[str, ...] = (),
    **parts: Any,
) -> Answer:
    """Make one call and give the platform's answer, whatever it says. `parts` are those of `requests`.

    `secrets` are blotted out of the answer, since some platforms repeat a bad token in their message.
    """
    with requests.Session() as session:
        return send_over(session, method, url, auth=auth, unclear=unclear, secrets=secrets, **parts)[0]


def send_over(
    session: requests.Session,
    method: str,
    url: str,
    *,
    auth: AuthBase,
    unclear: Unclear = NotSent,
    secrets: tuple[str, ...] = (),
    **parts: Any,
) -> tuple[Answer, requests.Response]:
    """The same over somebody's own session, who also gets the response itself, with nothing blotted out."""
    call = f"{method} {urlsplit(url).path}"
    with guarded(call, unclear) as line:
        mount(session, line)
        response = requests.Session.request(
            session,
            method,
            url,
            auth=auth,
            timeout=(patience.connect, patience.read),
            allow_redirects=False,
            stream=True,
            **parts,
        )
        is_whole = taken_in(response)
    if not is_whole:
        raise unclear(Trouble.UNREADABLE, f"{call}: {response.status_code}, and too long")
    return Answer(call, unclear, response.status_code, response.headers, told(response, secrets)), response


def taken_in(response: requests.Response) -> bool:
    """Have the whole answer in memory. False: it is longer than any that we asked for, and is left where it is."""
    content = response.raw.read(MOST_BYTES + 1, decode_content=True)
    response.close()
    response.raw = BytesIO(content)
    return len(content) <= MOST_BYTES


@contextmanager
def guarded(call: str, unclear: Unclear) -> "Iterator[Line]":
    """A line for one call. Within it there is only so much time, and every bad end is one of ours."""
    line = Line(call)
    try:
        with line.open_at_most(patience.whole):
            yield line
    except (requests.RequestException, HTTPError) as error:
        raise line.trouble(type(error).__name__, unclear) from error
    if line.is_over:
        raise line.trouble("out of time", unclear)


def told(answer: requests.Response, secrets: tuple[str, ...]) -> Any:
    text = answer.content.decode("utf-8", "replace")
    shown = answer.request.headers.get("Authorization", "").rpartition(" ")[2]
    for secret in filter(None, (*secrets, shown)):
        # Some write a stroke in JSON with another before it; and in an address it looks otherwise too.
        for form in (secret, secret.replace("/", r"\/"), quote(secret, safe="")):
            text = text.replace(form, "…")
    try:
        return cleaned(json.loads(text))
    except (ValueError, RecursionError):
        return None


def cleaned(value: Any) -> Any:
    """Once, for all that a platform's words get to: rows, pages and the log."""
    if isinstance(value, str):
        return UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(name): cleaned(item) for name, item in value.items()}
    return value


# --- not after a moment ---------------------------------------------------------------------------------------

Moment = datetime | Callable[[], datetime]
_deadlines: ContextVar[tuple[Moment, ...]] = ContextVar("deadlines", default=())


@contextmanager
def deadline(moment: Moment) -> Iterator[None]:
    """Within it no request leaves after `moment` (aware): `send` raises NotSent(TOO_LATE) instead.

    The moment may be a function, where it moves: a lease that is renewed on the way. The clock is the wall's, since a
    process that was stopped, or a machine that slept, must see the time that has gone by for everybody else. A request
    that has begun to leave is let go on: only before its first byte is it known that nothing was heard.
    """
    token = _deadlines.set((*_deadlines.get(), moment))
    try:
        yield
    finally:
        _deadlines.reset(token)


def is_too_late() -> bool:
    moments = [moment() if callable(moment) else moment for moment in _deadlines.get()]
    return bool(moments) and datetime.now(UTC) >= min(moments)


# --- only where it may go -------------------------------------------------------------------------------------

Admits = Callable[[str], bool]
_admits: ContextVar[Admits | None] = ContextVar("admits", default=None)


@contextmanager
def admitting(admits: Admits) -> Iterator[None]:
    """Within it nothing is said to an IP address that `admits` does not let through: see `channels.adapters.hosts`."""
    token = _admits.set(admits)
    try:
        yield
    finally:
        _admits.reset(token)


# --- the connection -------------------------------------------------------------------------------------------


class Line:
    """The connection of one call: whether it was ever open, and a way to hang up when the time is over."""

    def __init__(self, call: str) -> None:
        self.call = call
        self.was_open = False
        self.has_begun = False
        self.is_over = False
        self._socket: socket.socket | None = None

    @contextmanager
    def open_at_most(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self.hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def opened(self, connected: socket.socket) -> None:
        self.was_open, self._socket = True, connected
        if self.is_over:
            self.hang_up()

    def check_time(self) -> None:
        """Raise NotSent when it is too late for the first byte."""
        if not self.has_begun and is_too_late():
            raise NotSent(Trouble.TOO_LATE, self.call)

    def check_end(self, connected: socket.socket) -> None:
        """Raise NotConnected when the other end is none that we may talk to. The name may lead elsewhere by now."""
        admits = _admits.get()
        if admits and not admits(connected.getpeername()[0]):
            connected.close()
            raise NotConnected(Trouble.SERVER_UNKNOWN, self.call)

    def hang_up(self) -> None:
        """Whoever waits for this connection wakes up, at an end that came too early."""
        self.is_over = True
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                # Not the method of a TLS socket: that would take its state away below the one who is reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def trouble(self, what: str, unclear: Unclear) -> NotSent | Unconfirmed:
        detail = f"{self.call}: {what}"
        if not self.was_open:
            return NotSent(Trouble.CONNECT, detail)
        is_late = self.is_over or what == requests.ReadTimeout.__name__
        return unclear(Trouble.NO_ANSWER if is_late else Trouble.BROKEN_OFF, detail)


def mount(session: requests.Session, line: Line) -> None:
    session.headers["User-Agent"] = "seko-social"
    session.mount("https://", OverLine(line))
    session.mount("http://", OverLine(line))


class OverLine(HTTPAdapter):
    """Has requests tell the line when its connection is open. Never tries twice."""

    def __init__(self, line: Line) -> None:
        self.line = line
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = watched(pool.ConnectionCls, self.line)
        return pool


def watched(kind: Any, line: Line) -> Any:
    class Watched(kind):
        def _new_conn(self) -> socket.socket:
            connected: socket.socket = super()._new_conn()
            if not self.proxy:  # behind a proxy the other end is the proxy, and the name is its business
                line.check_end(connected)
            return connected

        def connect(self) -> None:
            line.check_time()
            super().connect()
            # urllib3 would give the whole request, films too, no longer to leave than the connecting may take.
            # No clock of the socket's own beside the line's: whichever rang first would give the end its name.
            self.timeout = None
            self.sock.settimeout(None)
            line.opened(self.sock)

        def send(self, data: Any) -> None:
            """The connecting may have taken its time: asked once more, with nothing left to do but to send."""
            if self.sock is None:
                self.connect()
            line.check_time()
            line.has_begun = True
            super().send(data)

    return Watched
