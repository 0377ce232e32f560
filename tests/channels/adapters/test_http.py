"""
The one place that decides between *not sent* and *unconfirmed*, against a server of raw bytes.

In each case it is also counted whether the server was reached: NotSent from a call that went out would double posts.
"""

import gzip
import io
import logging
import socket
import ssl
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from freezegun import freeze_time
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection

from channels.adapters import http
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, at_epoch
from channels.errors import ChannelError, NotSent, Unconfirmed

TOKEN, OTHER_SECRET = "very-secret-token", "another-secret"
DAY = timedelta(days=1)
Script = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Does one script for each connection, and remembers what came."""

    script: Script
    peek: bool = False
    """Leave the first bytes to the script: a handshake is its own."""
    heard: list[bytes] = field(default_factory=list)
    accepted: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with connection:
            self.heard.append(connection.recv(65536, socket.MSG_PEEK if self.peek else 0))
            self.script(connection)


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    servers = []

    def start(script: Script, *, peek: bool = False) -> RawServer:
        servers.append(RawServer(script, peek))
        threading.Thread(target=servers[-1].run, daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()


def saying(text: str) -> Script:
    return lambda connection: connection.sendall(text.encode())


def answering(body: str, head: str = "HTTP/1.1 200 OK", more: str = "") -> Script:
    return saying(f"{head}\r\nContent-Length: {len(body)}\r\n{more}\r\n{body}")


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(connection: socket.socket) -> None:
    connection.recv(1)


def dribbling(text: str) -> Script:
    """One byte each 0.1 seconds: no wait for a byte is ever too long."""

    def dribble(connection: socket.socket) -> None:
        pause = threading.Event()
        for letter in text:
            try:
                connection.sendall(letter.encode())
            except OSError:
                return
            pause.wait(0.1)

    return dribble


def call(url: str, unclear: http.Unclear = Unconfirmed, **parts: object) -> Answer:
    return http.send(
        "POST", f"{url}/v1/things", auth=Bearer(TOKEN), unclear=unclear, secrets=(TOKEN,), **parts
    )


HEADERS = "HTTP/1.1 200 OK\r\nX-Padding: " + "x" * 200 + "\r\n\r\n{}"
UNCLEAR = {
    "reset": (reset, Trouble.BROKEN_OFF),
    "closed without a word": (lambda connection: None, Trouble.BROKEN_OFF),
    "no answer": (silent, Trouble.NO_ANSWER),
    "not HTTP": (saying("hello?\r\n\r\n"), Trouble.BROKEN_OFF),
    "half the body": (saying('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id'), Trouble.BROKEN_OFF),
    "half a chunk": (
        saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"),
        Trouble.BROKEN_OFF,
    ),
    "a body that is not what it says": (
        answering("not gzip", more="Content-Encoding: gzip\r\n"),
        Trouble.BROKEN_OFF,
    ),
    "headers that dribble": (dribbling(HEADERS), Trouble.NO_ANSWER),
    "a body that dribbles": (
        dribbling("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{" + " " * 500),
        Trouble.NO_ANSWER,
    ),
    "a body without end that dribbles": (
        dribbling("HTTP/1.0 200 OK\r\n\r\n{}" + " " * 500),
        Trouble.NO_ANSWER,
    ),
}


@pytest.fixture
def hurried(monkeypatch) -> None:
    monkeypatch.setattr(http, "patience", http.Patience(connect=0.5, read=0.5, whole=1.2))


@pytest.mark.parametrize("unclear", [Unconfirmed, NotSent])
@pytest.mark.parametrize("what", UNCLEAR)
def test_what_is_no_whole_answer_is_unclear(serve, hurried, unclear, what):
    script, code = UNCLEAR[what]
    server = serve(script)
    with pytest.raises(ChannelError) as raised:
        call(server.url, unclear)
    assert type(raised.value) is unclear
    assert raised.value.code == code
    assert len(server.heard) == 1


def test_a_refused_connection_is_not_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent) as raised:
            call(f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert raised.value.code == Trouble.CONNECT
    assert raised.value.detail == "POST /v1/things: ConnectionError"


def test_a_name_without_address_is_not_sent(monkeypatch):
    def unknown(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent) as raised:
        call("http://graph.example.test")
    assert raised.value.code == Trouble.CONNECT


def test_a_connection_that_does_not_come_about_in_time_is_not_sent(hurried):
    """A listener whose queue is full lets newcomers wait."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        with pytest.raises(NotSent) as raised:
            call(f"http://127.0.0.1:{listener.getsockname()[1]}")
        for one in waiting:
            one.close()
    assert (raised.value.code, raised.value.detail) == (Trouble.CONNECT, "POST /v1/things: ConnectTimeout")


def test_a_failed_handshake_is_not_sent(serve, hurried):
    """Somebody listens who does not speak TLS: the request itself never left."""
    server = serve(saying("HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(NotSent) as raised:
        call(server.url.replace("http://", "https://"))
    assert raised.value.code == Trouble.CONNECT
    assert [heard for heard in server.heard if b"things" in heard] == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for this machine's loopback address, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


def over_tls(script: Script, certificate: Path) -> Script:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def speak(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            script(wrapped)

    return speak


def test_over_tls_it_is_the_same(serve, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(http, "patience", http.Patience(connect=2, read=0.8, whole=1.5))
    server = serve(over_tls(answering('{"id": 1}'), certificate), peek=True)
    assert call(server.url.replace("http", "https")).told == {"id": 1}
    for script in (dribbling(HEADERS), silent, dribbling("HTTP/1.0 200 OK\r\n\r\n{}" + " " * 500)):
        server = serve(over_tls(script, certificate), peek=True)
        with pytest.raises(Unconfirmed) as raised:
            call(server.url.replace("http", "https"))
        assert raised.value.code == Trouble.NO_ANSWER


def test_a_certificate_that_nobody_vouches_for_is_not_sent(serve, certificate):
    server = serve(over_tls(answering("{}"), certificate), peek=True)
    with pytest.raises(NotSent) as raised:
        call(server.url.replace("http", "https"))
    assert (raised.value.code, raised.value.detail) == (Trouble.CONNECT, "POST /v1/things: SSLError")


def test_a_request_that_is_not_taken_in_ends_when_the_time_is_over(serve, monkeypatch):
    """More than fits into the buffers of both ends, to somebody who reads no more."""
    monkeypatch.setattr(http, "patience", http.Patience(connect=0.3, read=0.3, whole=1))
    over = threading.Event()
    server = serve(lambda connection: over.wait(20) and None)
    with pytest.raises(Unconfirmed) as raised:
        call(server.url, data=bytes(50_000_000))
    over.set()
    assert raised.value.code == Trouble.NO_ANSWER


class LateTimer(threading.Timer):
    """What a busy machine makes of a timer."""

    def __init__(self, seconds: float, *given) -> None:
        super().__init__(seconds + 0.5, *given)


def test_a_line_that_hangs_up_late_is_still_the_one_that_says_why(serve, monkeypatch):
    monkeypatch.setattr(http.threading, "Timer", LateTimer)
    test_a_request_that_is_not_taken_in_ends_when_the_time_is_over(serve, monkeypatch)


def test_over_tls_too_the_line_ends_a_request_that_is_not_taken_in(serve, certificate, monkeypatch):
    """The socket has no clock of its own: hanging up must wake whoever is writing."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(http, "patience", http.Patience(connect=2, read=0.8, whole=1.5))
    over = threading.Event()
    server = serve(over_tls(lambda connection: over.wait(20) and None, certificate), peek=True)
    with pytest.raises(Unconfirmed) as raised:
        call(server.url.replace("http", "https"), data=bytes(50_000_000))
    over.set()
    assert raised.value.code == Trouble.NO_ANSWER


def read_slowly(connection: socket.socket) -> None:
    threading.Event().wait(0.8)
    while not connection.recv(1 << 20).endswith(b"end"):
        pass
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_may_take_longer_to_leave_than_the_connecting(serve, certificate, monkeypatch, scheme):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(http, "patience", http.Patience(connect=0.4, read=5, whole=20))
    script = over_tls(read_slowly, certificate) if scheme == "https" else read_slowly
    server = serve(script, peek=True)
    assert call(server.url.replace("http", scheme), data=bytes(20_000_000) + b"end").status == 200


def test_every_call_has_a_connection_of_its_own(serve):
    server = serve(answering("{}", more="Connection: keep-alive\r\n"))
    assert [call(server.url).status for _ in range(3)] == [200, 200, 200]
    assert len(server.heard) == 3


# --- not after a moment


PAST, FUTURE = datetime.now(UTC) - DAY, datetime.now(UTC) + DAY


def test_before_the_deadline_it_is_a_call_like_any_other(serve):
    with http.deadline(FUTURE):
        assert call(serve(answering("{}")).url).status == 200


@pytest.mark.parametrize("moment", [PAST, lambda: PAST])
@pytest.mark.parametrize("unclear", [Unconfirmed, NotSent])
def test_after_the_deadline_nobody_is_even_connected_to(serve, moment, unclear):
    server = serve(answering("{}"))
    with http.deadline(moment), pytest.raises(NotSent) as raised:
        call(server.url, unclear)
    assert (raised.value.code, raised.value.detail) == (Trouble.TOO_LATE, "POST /v1/things")
    assert call(server.url).status == 200
    assert server.accepted == 1


@pytest.fixture
def connecting_takes_a_minute(monkeypatch) -> Iterator[None]:
    """As when the process was stopped right after the connection had opened."""
    with freeze_time(datetime.now(UTC)) as clock:
        connect = HTTPConnection._new_conn

        def slowly(self: HTTPConnection) -> socket.socket:
            connected = connect(self)
            clock.tick(60)
            return connected

        monkeypatch.setattr(HTTPConnection, "_new_conn", slowly)
        yield


@pytest.mark.usefixtures("connecting_takes_a_minute")
def test_a_deadline_that_passes_while_connecting_lets_no_byte_leave(serve):
    over = threading.Event()
    server = serve(lambda connection: over.set())
    with http.deadline(datetime.now(UTC) + timedelta(seconds=30)), pytest.raises(NotSent) as raised:
        call(server.url)
    assert raised.value.code == Trouble.TOO_LATE
    assert over.wait(10)
    assert (server.accepted, server.heard) == (1, [b""])


@pytest.mark.usefixtures("connecting_takes_a_minute")
def test_a_deadline_that_passes_during_the_handshake_lets_no_byte_of_the_request_leave(
    serve, certificate, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    heard, over = [], threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def listen(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as wrapped:
            heard.append(wrapped.recv(65536))
        over.set()

    server = serve(listen, peek=True)
    with http.deadline(datetime.now(UTC) + timedelta(seconds=30)), pytest.raises(NotSent) as raised:
        call(server.url.replace("http", "https"))
    assert raised.value.code == Trouble.TOO_LATE
    assert over.wait(10)
    assert heard in ([], [b""])


def read_whole(connection: socket.socket) -> None:
    while not connection.recv(1 << 20).endswith(b"end"):
        pass
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def test_a_request_that_has_begun_to_leave_is_let_go_on(serve):
    """To break it off would make it unclear what was heard."""
    server = serve(read_whole)
    with http.deadline(lambda: PAST if server.heard else FUTURE):
        assert call(server.url, data=io.BytesIO(bytes(20_000_000) + b"end")).status == 200
    assert len(server.heard) == 1


def test_a_deadline_that_moves_is_asked_for_each_time(serve):
    server, ends = serve(answering("{}")), {"at": PAST}
    with http.deadline(lambda: ends["at"]):
        with pytest.raises(NotSent):
            call(server.url)
        ends["at"] = FUTURE
        assert call(server.url).status == 200
    assert server.accepted == 1


@pytest.mark.parametrize(("outer", "inner"), [(PAST, FUTURE), (FUTURE, PAST)])
def test_of_two_deadlines_the_first_to_come_counts(serve, outer, inner):
    server = serve(answering("{}"))
    with http.deadline(outer), http.deadline(inner), pytest.raises(NotSent):
        call(server.url)
    assert server.accepted == 0


def test_a_deadline_ends_with_its_block_also_when_something_went_wrong(serve):
    server = serve(answering("{}"))
    with suppress(KeyError), http.deadline(PAST):
        raise KeyError
    assert call(server.url).status == 200


def test_a_deadline_is_that_of_its_own_thread(serve):
    server, told = serve(answering("{}")), []
    with http.deadline(PAST):
        other = threading.Thread(target=lambda: told.append(call(server.url).status))
        other.start()
        other.join()
    assert told == [200]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(serve, status):
    server = serve(answering("{}", f"HTTP/1.1 {status} Elsewhere", "Location: /other\r\n"))
    assert call(server.url).status == status
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 429, 500, 503])
def test_a_whole_answer_is_given_whatever_it_says(serve, status):
    server = serve(answering('{"id": "1"}', f"HTTP/1.1 {status} Said", "X-Some: thing\r\n"))
    answer = call(server.url)
    assert (answer.status, answer.told, answer.headers["x-some"]) == (status, {"id": "1"}, "thing")
    assert answer.is_good is (status < 300)


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_longer_than_any_that_we_ask_for_is_unreadable(serve, monkeypatch, status):
    monkeypatch.setattr(http, "MOST_BYTES", 1000)
    whole, longer = f'"{"a" * 998}"', f'"{"a" * 999}"'
    assert call(serve(answering(whole)).url).told == "a" * 998
    with pytest.raises(Unconfirmed, match=Trouble.UNREADABLE):
        call(serve(answering(longer, f"HTTP/1.1 {status} Said")).url)


def test_an_answer_that_is_short_only_while_it_is_packed_is_unreadable(serve, monkeypatch):
    monkeypatch.setattr(http, "MOST_BYTES", 1000)
    packed = gzip.compress(b'"' + b"a" * 100_000 + b'"')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    with pytest.raises(Unconfirmed, match=Trouble.UNREADABLE):
        call(serve(lambda connection: connection.sendall(head.encode() + packed)).url)


def test_what_no_database_can_keep_is_not_told(serve):
    body = r'{"name": ["Seko \ud800", {"a\u0000b": "\u0000"}], "whole": "\ud83d\ude00"}'
    told = call(serve(answering(body)).url).told
    assert told == {"name": ["Seko \ufffd", {"a\ufffdb": "\ufffd"}], "whole": "\N{GRINNING FACE}"}


@pytest.mark.parametrize("body", ["", "<html>busy</html>", "{", "\ufffe", "[" * 100_000])
def test_what_is_no_json_is_told_as_nothing(serve, body):
    assert call(serve(answering(body)).url).told is None


def test_the_token_travels_in_its_header_alone(serve, tmp_path, monkeypatch):
    """Also when the machine's ~/.netrc has something to say about the host."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password person\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server = serve(answering("{}"))
    call(server.url, params={"part": "status"})
    (heard,) = server.heard
    assert heard.count(TOKEN.encode()) == 1
    assert f"Authorization: Bearer {TOKEN}".encode() in heard
    http.send("GET", server.url, auth=Bearer())
    assert b"Authorization" not in server.heard[1]
    http.send("GET", server.url, auth=HTTPBasicAuth("app", "secret"))
    assert b"Authorization: Basic YXBwOnNlY3JldA==" in server.heard[2]


@pytest.mark.parametrize("what", ["reset", "half the body", "no answer"])
def test_no_secret_is_in_an_error_or_in_the_log(serve, hurried, caplog, what):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Unconfirmed) as raised:
        call(serve(UNCLEAR[what][0]).url, data={"refresh_token": OTHER_SECRET})
    told = "".join([*traceback.format_exception(raised.value), repr(raised.value), caplog.text])
    assert [secret for secret in (TOKEN, OTHER_SECRET) if secret in told] == []


def test_a_secret_that_the_platform_repeats_is_blotted_out(serve):
    body = f'{{"error": {{"message": "Malformed access token {TOKEN}"}}}}'
    answer = call(serve(answering(body, "HTTP/1.1 400 Bad")).url)
    assert answer.at("error", "message") == "Malformed access token …"
    assert TOKEN not in repr(answer)


def answer_with(told: object) -> Answer:
    return Answer("GET /x", Unconfirmed, 200, {}, told)


@pytest.mark.parametrize(
    "told", [None, [], {}, {"id": ""}, {"id": None}, {"id": {}}, {"id": ["1"]}, {"id": True}]
)
def test_an_answer_without_the_id_is_no_answer(told):
    with pytest.raises(Unconfirmed) as raised:
        answer_with(told).needed("id")
    assert raised.value.code == Trouble.UNREADABLE


def test_what_an_answer_tells_is_read_by_its_place():
    answer = answer_with({"data": {"id": 7, "items": [{"a": 1}, "b", None]}})
    assert (answer.needed("data", "id"), answer.at("data", "nothing", "more")) == ("7", None)
    assert (answer.items("data", "items"), answer.items("data", "id")) == ([{"a": 1}], [])


def test_a_detail_is_one_line_that_any_database_can_keep():
    line = answer_with({}).detail("two\nlines, a \0 nul, a lone \ud800 half" + "x" * 500)
    assert line.startswith("GET /x: 200 twolines, a  nul, a lone  half")
    assert len(line) == 300


@pytest.mark.parametrize("given", [None, "", "soon", "-5", "٣", "9" * 30, "1.5"])
def test_a_header_that_is_no_moment_is_none(given):
    assert at_epoch(given) is None


def test_a_moment_in_a_header():
    assert at_epoch("1766361600").isoformat() == "2025-12-22T00:00:00+00:00"


@pytest.mark.parametrize(
    ("told", "number"), [(7, 7), (0, 0), (True, None), ("7", None), (7.5, None), (None, None)]
)
def test_a_number_is_one_and_yes_is_none(told, number):
    assert http.whole_number(told) == number
