"""
How many posts with a picture can be sent in at the same time, and does everyone get an answer soon?

Eight telephones send one post after the other, each with a JPEG of twelve megapixels and 4 MB as its camera wrote it: on
its side, with place and owner in it. Two web processes, PostgreSQL; one worker makes the pictures ready behind, on the
same two cores that also carry the database, the broker, and the telephones. Afterwards every post is looked at: its
picture has to be there, upright, and nothing but a picture.

Then the same picture is made ready alone, several times, as the worker does it.

The first page is what a telephone gets that was never here: all that it loads, as it travels through a web server in
front that packs it, and when the page can be used on a slow connection (400 kbit/s, 300 ms to the server and back).
"""

import gzip
import json
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession, Page

from bench import Result, benchmark, servers
from tests.harness import browser
from tests.harness.site import Site
from tests.posts.media.phones import STORED, exif, jpeg, scene

CLIENTS, SUBMISSIONS, PEOPLE = 8, 240, 16
PATIENCE = 600
"""Seconds for the worker to catch up in, on a busy machine."""
TIMES = 15
BORDER = "telefon"
VISITS = 3
PACKED = ("text/", "javascript", "json", "svg")
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Bytes a second, and milliseconds."""


@benchmark("submission")
def submission() -> Iterator[Result]:
    with (
        servers(),
        tempfile.TemporaryDirectory() as folder,
        Site(Path(folder) / "var", demo=False, WEB_CONCURRENCY="2") as site,
    ):
        yield from of_crowd(site, Crowd(site, photograph()))
        yield from of_pictures(site, Path(folder))
        yield from of_first_page(site)


# --- many at once -------------------------------------------------------------------------------------------------


def photograph() -> bytes:
    """As a telephone that is held upright writes it."""
    return jpeg(scene(3024, 4032).transpose(STORED[6]), quality=95, exif=exif(6))


@dataclass
class Crowd:
    """Eight telephones; who is signed in on them changes with each post."""

    site: Site
    picture: bytes = field(repr=False)
    answers: list[tuple[bool, float]] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.people = json.loads(harness(self.site, "people", PEOPLE))
        self.turn = count()

    def send(self) -> None:
        begun = time.perf_counter()
        telephones = [threading.Thread(target=self.telephone) for _ in range(CLIENTS)]
        for each in telephones:
            each.start()
        for each in telephones:
            each.join()
        self.seconds = time.perf_counter() - begun

    def telephone(self) -> None:
        place = urlsplit(self.site.url)
        connection = HTTPConnection(str(place.hostname), place.port or 80, timeout=60)
        while (number := next(self.turn)) < SUBMISSIONS:
            cookies = self.people[number % PEOPLE]
            body = self.body(number, cookies.rpartition("=")[2])
            begun = time.perf_counter()
            is_taken = self.post(connection, cookies, body)
            self.answers.append((is_taken, time.perf_counter() - begun))

    def body(self, number: int, secret: str) -> bytes:
        """The form as a browser sends it. The pictures differ by a comment in them."""
        words = {
            "csrfmiddlewaretoken": secret,
            "client_id": str(uuid.uuid4()),
            "intent": "submit",
            "text": f"Vi besökte bangården, tåg {number}.",
            "people": "nobody",
        }
        fields = [part(f'name="{name}"', value.encode()) for name, value in words.items()]
        comment = f"{number:08}".encode()
        own = self.picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + self.picture[2:]
        file = part('name="uploads"; filename="IMG_4711.JPG"\r\nContent-Type: image/jpeg', own)
        return b"".join([*fields, file, f"--{BORDER}--\r\n".encode()])

    def post(self, connection: HTTPConnection, cookies: str, body: bytes) -> bool:
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BORDER}",
            "Accept": "application/json",
            "Cookie": cookies,
        }
        connection.request("POST", "/nytt/", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        return answer.status == 201 and json.loads(told)["state"] == "submitted"


def part(disposition: str, value: bytes) -> bytes:
    return b"".join(
        [f"--{BORDER}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode(), value, b"\r\n"]
    )


def of_crowd(site: Site, crowd: Crowd) -> Iterator[Result]:
    crowd.send()
    taken = [seconds * 1000 for is_taken, seconds in crowd.answers if is_taken]
    rate = len(taken) / crowd.seconds
    yield Result.one(
        "submissions of 4 MB, 8 at once",
        "a second",
        SUBMISSIONS,
        rate,
        reference=5.9,
        target=20,
        more_is_better=True,
    )
    yield Result.of("their answers", "ms", taken, reference=1300, target=400)
    yield Result.one("not taken", "posts", SUBMISSIONS, SUBMISSIONS - len(taken), target=0)
    wait_until_ready(site)
    told = json.loads(harness(site, "look"))
    lacking = SUBMISSIONS - told["posts"] + len(told["wrong"])
    yield Result.one("without their picture, upright and bare", "posts", SUBMISSIONS, lacking, target=0)


def wait_until_ready(site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while harness(site, "left") != "0" and time.monotonic() < deadline:
        time.sleep(2)


def harness(site: Site, *arguments: Any) -> str:
    return site.python("-m", "tests.harness.submissions", *map(str, arguments))


# --- one picture --------------------------------------------------------------------------------------------------


def of_pictures(site: Site, folder: Path) -> Iterator[Result]:
    source = folder / "picture.jpg"
    source.write_bytes(photograph())
    told = json.loads(harness(site, "prepare", source, TIMES))
    yield Result.of("picture of 12 megapixels made ready", "s", told["seconds"], target=0.6)
    yield Result.one("its memory, at most", "MB", TIMES, told["peak"], target=250)


# --- the first page -----------------------------------------------------------------------------------------------


@dataclass
class Traffic:
    """What travelled, by the browser's own count."""

    session: CDPSession
    bytes: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.session.on("Network.requestWillBeSent", self.asked)
        self.session.on("Network.responseReceived", self.answered)
        self.session.on("Network.loadingFinished", self.came)
        self.session.send("Network.enable")

    def asked(self, event: dict[str, Any]) -> None:
        url = urlsplit(event["request"]["url"])
        if url.scheme in ("http", "https"):
            self.hosts.add(url.netloc)

    def answered(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def came(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    def of(self, *kinds: str) -> float:
        """All of it, or only what is of these kinds."""
        return sum(size for id, size in self.bytes.items() if not kinds or self.kinds.get(id) in kinds)


def of_first_page(site: Site) -> Iterator[Result]:
    (cookies,) = json.loads(harness(site, "people", 1))
    with in_front(site) as front, browser.chromium() as chromium:
        runs = [first_visit(front, chromium, cookies) for _ in range(VISITS)]
    _seconds, traffic = runs[-1]
    written = traffic.of("Document", "Stylesheet", "Script") / 1000
    yield Result.one("first page, its style and scripts", "kB", 1, written, target=60, reference=230)
    yield Result.one("with its letters and icons", "kB", 1, traffic.of() / 1000, target=80)
    others = traffic.hosts - {urlsplit(front).netloc}
    yield Result.one("its other hosts", "hosts", 1, len(others), target=0)
    seconds = [seconds for seconds, _traffic in runs]
    yield Result.one("usable at 400 kbit/s", "s", len(runs), statistics.median(seconds), target=2)


@contextmanager
def in_front(site: Site) -> Iterator[str]:
    """The address of a web server that packs what is text, as one in production is asked to (`docs/operations.md`)."""

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place = urlsplit(site.url)
            behind = HTTPConnection(str(place.hostname), place.port or 80, timeout=60)
            behind.request("GET", self.path, headers=dict(self.headers) | {"Accept-Encoding": "identity"})
            answer = behind.getresponse()
            body, kind = answer.read(), answer.headers.get("Content-Type", "")
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in (
                    "content-length",
                    "connection",
                    "transfer-encoding",
                    "date",
                    "server",
                ):
                    self.send_header(name, value)
            if any(text in kind for text in PACKED):
                body = gzip.compress(body, 6)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # the telephone was put away
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def first_visit(address: str, chromium: Any, cookies: str) -> tuple[float, Traffic]:
    """Somebody who is signed in, and whose telephone has nothing of ours: until the form can be written in."""
    with browser.phone(chromium) as context:
        for pair in cookies.split("; "):
            name, _, value = pair.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        session = context.new_cdp_session(page)
        traffic = Traffic(session)
        session.send("Network.emulateNetworkConditions", SLOW)
        return until_usable(page, address), traffic


def until_usable(page: Page, url: str) -> float:
    """The field is seen in its style, and takes what is typed."""
    begun = time.perf_counter()
    page.goto(f"{url}/nytt/", wait_until="commit")
    page.locator("textarea[name=text]").fill("Hej")
    seconds = time.perf_counter() - begun
    page.wait_for_load_state("networkidle")
    return seconds
