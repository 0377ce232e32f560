"""
A person at a platform's own dialog, and a platform whose every answer is written by the test.

The visitor fills in the consent pages of the sandbox as a browser would, and stops where they would be sent back to us.
"""

import json
import re
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests

from channels.adapters import sandbox_addresses
from channels.adapters.connector import App, Connector, Grant
from channels.sandbox.apps import APPS, BLUESKY_APP_PASSWORD
from channels.sandbox.testing import LiveSandbox
from tests.channels.adapters.desk import connected

REDIRECT = "http://127.0.0.1:8000/kanaler/anslut/{platform}/tillbaka/"
SIGN_IN = {"server": "https://bsky.social", "handle": "@seko", "app_password": BLUESKY_APP_PASSWORD}
ANSWERS: dict[str, Callable[[LiveSandbox], Mapping[str, str]]] = {
    "mastodon": lambda sandbox: {"server": "mastodon.social"},
    "bluesky": lambda sandbox: SIGN_IN,
}
"""What a person answers to the questions of a platform that has some. In practice every server is the sandbox."""
VERIFIER = "a-verifier-of-43-to-128-characters_0123456789~abc"
STATE = "a-state-that-comes-back-as-it-went"
INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"', re.IGNORECASE)


@dataclass
class Visit:
    """One person on the way through the dialog of one platform."""

    sandbox: LiveSandbox
    connector: Connector
    answers: Mapping[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list, repr=False)
    """All that came to light on the way: codes and tokens."""
    base: str = ""

    @classmethod
    def at(cls, sandbox: LiveSandbox, connector_class: type[Connector]) -> "Visit":
        """With an account to connect."""
        connected(sandbox, connector_class.platform)
        return cls.of_us(sandbox, connector_class)

    @classmethod
    def of_us(cls, sandbox: LiveSandbox, connector_class: type[Connector]) -> "Visit":
        platform = connector_class.platform
        redirect_uri = REDIRECT.format(platform=platform) if connector_class.has_dialog else ""
        app = App(*APPS[platform]) if connector_class.has_app_keys else App("")
        answers = ANSWERS.get(platform, lambda _: {})(sandbox)
        return cls(sandbox, connector_class(app, sandbox.addresses, redirect_uri), answers)

    def with_app(self, app: App) -> Connector:
        return type(self.connector)(app, self.sandbox.addresses, self.connector.redirect_uri)

    def moved(self, base: str) -> "Visit":
        """The same visit, with the platform at another address, also where the person has to name it."""
        connector = type(self.connector)(
            self.connector.app, sandbox_addresses(base), self.connector.redirect_uri
        )
        moved = replace(self, connector=connector, base=base)
        return replace(moved, answers={name: moved.place(answer) for name, answer in self.answers.items()})

    def place(self, address: str) -> str:
        """An address of the sandbox as it is where we moved to."""
        return address.replace(self.sandbox.url, self.base) if self.base else address

    def dialog(self, *, again: bool = False) -> str:
        return self.connector.dialog(STATE, VERIFIER, again=again, answers=self.answers)

    def come_back(
        self, answer: str = "yes", *, declined: Collection[str] = (), again: bool = False, **more: Any
    ) -> dict[str, str]:
        """What stands in the address that the platform sends the person back to."""
        with requests.Session() as browser:
            url = self.dialog(again=again)
            page = browser.get(url, timeout=10)
            assert page.status_code == 200, page.text
            form = {**filled_in(page.text), "answer": answer, "declined": list(declined), **more}
            sent_to = browser.post(url, data=form, allow_redirects=False, timeout=10)
        location = sent_to.headers["Location"]
        assert location.startswith(f"{self.connector.redirect_uri}?")
        return dict(parse_qsl(urlsplit(location).query))

    def code(self, **how: Any) -> str:
        self.secrets.append(self.come_back(**how)["code"])
        return self.secrets[-1]

    def exchange(self, code: str) -> Grant:
        return self.connector.exchange(code, VERIFIER, self.answers)

    def grant(self, **how: Any) -> Grant:
        if not self.connector.has_dialog:
            return self.connector.sign_in(self.answers)
        return self.exchange(self.code(**how))


def filled_in(page: str) -> dict[str, list[str]]:
    """The form as it is when all that can be chosen is chosen, except for what would be declined."""
    form: dict[str, list[str]] = {}
    for tag in INPUT.findall(page):
        about = {name.lower(): unescape(value) for name, value in ATTRIBUTE.findall(tag)}
        name, kind = about.get("name", ""), about.get("type", "text")
        if name in {"", "declined"} or kind == "submit" or (kind == "radio" and name in form):
            continue
        form.setdefault(name, []).append(about.get("value", ""))
    return form


def secrets_of(grant: Grant, *more: str) -> list[str]:
    """What may be told to nobody."""
    return [secret for secret in (grant.access_token, grant.refresh_token, grant.app_secret, *more) if secret]


# --- a platform that says what the test wants -------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """One call, with the fields of its address and those of its body."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)


@dataclass
class Script:
    """Answers by method and the end of the path; the last of several is given again and again."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: dict[tuple[str, str], list[tuple[int, Any, Mapping[str, str]]]] = field(default_factory=dict)

    def on(self, call: str, told: Any = None, *, status: int = 200, **headers: str) -> "Script":
        """
        `call` is `"GET me/accounts"`, or with a star for any; `told` is JSON, text that is sent as it is, or a function
        of what was heard.
        """
        method, _, path = call.partition(" ")
        self.answers.setdefault((method, path), []).append((status, told, headers))
        return self

    def answer(self, heard: Heard) -> tuple[int, str, Mapping[str, str]]:
        self.heard.append(heard)
        status, told, headers = self.written_for(heard)
        told = told(heard) if callable(told) else told
        return status, told if isinstance(told, str) else json.dumps(told), headers

    def written_for(self, heard: Heard) -> tuple[int, Any, Mapping[str, str]]:
        for (method, path), answers in self.answers.items():
            if method in {heard.method, "*"} and (path == "*" or heard.path.endswith(f"/{path}")):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return 404, {"error": {"message": "nobody wrote an answer", "code": 2500}}, {}

    def calls(self) -> list[str]:
        return [f"{heard.method} {heard.path}" for heard in self.heard]


def run(script: Script) -> Iterator[Script]:
    """The script on a free port of the loopback, until the test is over."""

    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts, body = urlsplit(self.path), self.rfile.read(length).decode("latin-1")
            fields, headers = (first(parts.query), first(body)), dict(self.headers.items())
            heard = Heard(self.command, parts.path, *fields, headers, body)
            status, told, more = script.answer(heard)
            self.send_response_only(status)
            for name, value in more.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told.encode())))
            self.end_headers()
            self.wfile.write(told.encode())

        do_GET = do_POST = do_DELETE = do_PUT = reply  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield script
        server.shutdown()


def echo(heard: Heard) -> dict[str, Any]:
    """A refusal that repeats all that it was told, as some platforms do with a bad token."""
    fields = [*heard.query.values(), *heard.form.values(), heard.headers.get("Authorization", "")]
    return {"error": {"message": " ".join(fields), "code": 190}, "error_description": " ".join(fields)}


def first(fields: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(fields, keep_blank_values=True).items()}
