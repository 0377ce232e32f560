"""
A hunt for secrets: everything that the site lets out is heard, and searched for every secret that was ever made.

Heard are the answers to browsers (head and body), the log with every logger at its most talkative, what goes to the
broker, mails, what is printed, how our objects describe themselves, all sessions, and every cell of the database.
"""

import base64
import binascii
import html
import io
import json
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from celery import Task
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from channels import connecting, connections
from channels.adapters.base import Tokens
from channels.models import Connecting, Credential
from channels.sandbox.store import Store
from seko_social.celery import app
from seko_social.logs import Formatter

SHORTEST = 12
"""A secret that is shorter could be found by chance."""


@dataclass
class Hunt:
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """What each of them is, by the secret itself."""
    heard: list[tuple[str, bytes]] = field(default_factory=list, repr=False)
    tasks: deque[tuple[str, tuple[Any, ...]]] = field(default_factory=deque)
    """What was put in the broker."""
    states: list[str] = field(default_factory=list, repr=False)
    is_cut_short: bool = False
    """Something broke: a state that was not waited for any more may still lie in the session, of no use to anybody."""

    def plant(self, what: str, secret: str) -> str:
        assert len(secret) >= SHORTEST, what
        self.secrets[secret] = what
        return secret

    def hear(self, where: str, what: object) -> None:
        self.heard.append((where, what if isinstance(what, bytes) else str(what).encode()))

    def found(self) -> list[str]:
        """Where which kind of secret was heard."""
        everything = b"\n".join(heard for _, heard in self.heard)
        forms = {form: what for secret, what in self.secrets.items() for form in written(secret)}
        let_out = {form: what for form, what in forms.items() if form in everything}
        return sorted(
            {
                f"{what} in {where}"
                for where, heard in self.heard
                for form, what in let_out.items()
                if form in heard
            }
        )

    # --- what is there at a moment

    def look_around(self, place: str) -> None:
        self.look_at_database(place)
        self.look_at_sessions(place)
        if not self.is_cut_short:
            self.look_at_what_is_opened(place)
        for model in apps.get_models():
            for thing in model._default_manager.all():
                self.hear(f"{model._meta.label} as it describes itself, {place}", f"{thing!r} {thing}")
        for message in mail.outbox:
            self.hear("a mail", f"{message.message().items()} {message.body} {vars(message)}")

    def look_at_what_is_opened(self, place: str) -> None:
        """What we have in our hands while we work: it describes itself wherever somebody prints it."""
        for row in Connecting.objects.all():
            self.hear(f"the notes, {place}", repr(connecting.opened(row)))
        for credential in Credential.objects.select_related("channel"):
            secrets = credential.open()
            self.hear(f"the connection, {place}", repr(connections.connection(credential.channel, secrets)))
            self.hear(f"the tokens, {place}", repr(Tokens(secrets["access_token"], secrets["access_token"])))
            self.hear(f"the app, {place}", repr(connections.app_of(credential.channel.platform)))

    def look_at_database(self, place: str) -> None:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - the database's own
                columns = [column[0] for column in cursor.description]
                for row in cursor.fetchall():
                    for column, value in zip(columns, row, strict=True):
                        self.look_at_cell(f"{table}.{column}, {place}", value)

    def look_at_cell(self, where: str, value: object) -> None:
        raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        self.heard.append((where, raw))
        # The cache keeps what it was given in base64.
        with suppress(binascii.Error):
            self.heard.append((f"{where}, in base64", base64.b64decode(raw + b"=" * (-len(raw) % 4))))

    def look_at_sessions(self, place: str) -> None:
        """The state lies there while the person is at the platform, and at no other time."""
        kept = "".join(json.dumps(session.get_decoded(), default=str) for session in Session.objects.all())
        for state in self.states if self.is_cut_short or place == "at the platform" else []:
            kept = kept.replace(state, "")
        self.hear(f"the sessions, {place}", kept)

    def plant_tokens(self, folder: Path) -> None:
        """All that the make-believe platforms ever gave to anybody: tokens of every kind, and codes."""
        with Store(folder) as store:
            for row in store._rows("SELECT value, platform, kind FROM token"):
                self.plant(f"{row['kind']} of {row['platform']}", row["value"])

    # --- the worker

    def work(self) -> None:
        """Do what is in the broker."""
        while self.tasks:
            name, args = self.tasks.popleft()
            app.tasks[name].run(*args)


def written(secret: str) -> set[bytes]:
    """How it may look where somebody has wrapped it up."""
    plain = secret.encode()
    in_base64 = {base64.b64encode(plain), base64.urlsafe_b64encode(plain)}
    return {
        plain,
        *(form.rstrip(b"=") for form in in_base64),
        plain.hex().encode(),
        quote(secret, safe="").encode(),
        quote_plus(secret).encode(),
        html.escape(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
    }


class Browser(Client):
    """A browser whose every answer is heard. What escapes becomes the page that people would see."""

    def __init__(self, hunt: Hunt, **more: Any) -> None:
        super().__init__(raise_request_exception=False, **more)
        self.hunt = hunt

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        where = f"{request.get('REQUEST_METHOD', 'GET')} {request['PATH_INFO']}: {response.status_code}"
        self.hunt.hear(f"the head of {where}", self.head(response))
        self.hunt.hear(where, body_of(response))
        return response

    def head(self, response: HttpResponseBase) -> str:
        """On the way to a platform the state is in the address, as it has to be."""
        head = f"{response.serialize_headers().decode()} {response.cookies}"
        if response.headers.get("Location", "").startswith("http"):
            for state in self.hunt.states:
                head = head.replace(f"state={state}", "state=")
        return head


def body_of(response: Any) -> bytes:
    if not response.streaming:
        return bytes(response.content)
    body = b"".join(response.streaming_content)
    response.streaming_content = [body]
    return body


# --- what runs along --------------------------------------------------------------------------------------------


@contextmanager
def all_logged(hunt: Hunt) -> Iterator[None]:
    """The site's own handler, with every logger at its most talkative, those of the libraries too."""
    ours = next(each for each in logging.getLogger().handlers if isinstance(each.formatter, Formatter))
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(ours.formatter)
    for each in ours.filters:
        handler.addFilter(each)
    root, levels = logging.getLogger(), {}
    names = [name for name, known in root.manager.loggerDict.items() if isinstance(known, logging.Logger)]
    for logger in (root, *map(logging.getLogger, names)):
        levels[logger] = logger.level
        logger.setLevel(logging.DEBUG)
    root.removeHandler(ours)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.addHandler(ours)
        for logger, level in levels.items():
            logger.setLevel(level)
        hunt.hear("the log", lines.getvalue())


def heard_by_broker(hunt: Hunt) -> Callable[..., None]:
    """In place of `Task.apply_async`."""

    def put(task: Task, args: Any = (), kwargs: Any = None, **options: Any) -> None:
        hunt.hear("the broker", json.dumps([task.name, args, kwargs, options], default=str))
        hunt.tasks.append((task.name, tuple(args or ())))

    return put
