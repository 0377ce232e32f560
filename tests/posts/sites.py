"""Small web sites on this machine that stand for strangers' ones; one of them for a machine that only we reach."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from posts import strangers

PAGE = """<!DOCTYPE html><html><head><title>Titeln</title>
<meta property="og:title" content="Avtalet är klart &amp; påskrivet">
<meta property="og:description" content="Det gäller från\n  1 maj.">
<meta property="og:image" content="/bild.jpg"></head><body><meta property="og:title" content="Annat"></body></html>"""


@dataclass
class Site:
    """A small web site; `heard` is all that it was asked, with the headers."""

    url: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    slowly: float = 0

    def page(self, path: str = "/", html: str | bytes = PAGE, status: int = 200, **headers: str) -> str:
        kind = {"Content-Type": headers.pop("kind", "text/html; charset=utf-8")}
        body = html.encode() if isinstance(html, str) else html
        self.answers[path] = (
            status,
            kind | {name.replace("_", "-"): said for name, said in headers.items()},
            body,
        )
        return self.url + path

    def paths(self) -> list[str]:
        return [path for path, _ in self.heard]


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("127.0.0.1")


@pytest.fixture
def inner() -> Iterator[Site]:
    """A machine that only we reach."""
    yield from serving("127.0.0.2")


def serving(ip: str) -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.heard.append((self.path, dict(self.headers)))
            status, headers, body = site.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, said in headers.items():
                self.send_header(name, said)
            self.end_headers()
            try:
                for at in range(0, len(body), 65536):
                    time.sleep(site.slowly)
                    self.wfile.write(body[at : at + 65536])
            except OSError:
                pass  # whoever asked has hung up

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer((ip, 0), Handler)
    server.daemon_threads = True
    site.url = f"http://{ip}:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def practice(settings, site):
    """The make-believe platforms stand where the site is."""
    settings.PLATFORM_ADDRESSES = settings.PLATFORM_ADDRESSES | {"FACEBOOK_GRAPH_URL": f"{site.url}/facebook"}


@pytest.fixture
def live(settings, monkeypatch, site, inner):
    """Names lead where a test says, at the usual port; of this machine's addresses, the first is as good as public."""
    settings.PLATFORM_ADDRESSES = settings.PLATFORM_ADDRESSES | {
        "FACEBOOK_GRAPH_URL": "https://graph.facebook.com"
    }
    ends = {"exempel.se": site, "inne.se": inner}

    def look_up(name: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        name = name.decode() if isinstance(name, bytes) else name
        if name not in ends:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        host, _, number = ends[name].url.removeprefix("http://").rpartition(":")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, int(number)))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(strangers, "admits", lambda ip: ip == "127.0.0.1")
    return ends
