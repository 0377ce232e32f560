"""
What the tests of adapters need: things to publish, a connection to the sandbox, and the pipeline's part of the work.

The desk saves handles as the database does, as JSON, and looks away while a platform is processing.
"""

import hashlib
import io
import json
import random
import socket
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import requests
from freezegun import freeze_time

from channels.adapters import ADAPTERS, sandbox_addresses
from channels.adapters.base import Adapter, Connection, Content, Keep, Kind, Media, Receipt, Staged
from channels.errors import NotReady
from channels.sandbox.testing import LiveSandbox
from tests.posts.media.phones import box, film, jpeg, scene

SECRET_FIELDS = ("page_token", "access_token", "refresh_token", "app_secret", "client_secret")
ACCOUNTS = {"youtube": "UC" + "s" * 22, "bluesky": "did:plc:" + "s" * 24}
"""Where an account's id has a form of its own."""
STRANGERS = {"youtube": "UC" + "a" * 22, "bluesky": "did:plc:" + "a" * 24}
MOST_LOOKS = 20


# --- something to publish ---------------------------------------------------------------------------------------


def media(kind: Kind, data: bytes, alt_text: str = "", **about: Any) -> Media:
    digest = hashlib.sha256(data).hexdigest()
    return Media(kind, digest, len(data), lambda: io.BytesIO(data), alt_text, **about)


@cache
def picture(number: int = 1) -> Media:
    alt_text = f"Bild {number}: skyddsombud med gul väst & “hjälm”"
    return media(Kind.PICTURE, jpeg(scene(300 + number, 200)), alt_text, width=300 + number, height=200)


@cache
def short_film() -> Media:
    return media(Kind.FILM, film(seconds=0.4, sound=None), seconds=0.4, width=320, height=240)


@cache
def long_film() -> Media:
    """More than two of Facebook's pieces; every byte in its own place."""
    data = film(seconds=0.4, sound=None) + box(b"free", random.Random(1).randbytes(2_400_000))
    return media(Kind.FILM, data, seconds=0.4, width=320, height=240)


TEXT = "Avtalet är klart! Löner & tider <nya> …\n\nLäs mer på seko.se/avtal. 👍🏽"
LINK = "https://www.seko.se/nyheter/avtalet?sida=2"


def content(what: str, adapter_class: type[Adapter]) -> Content:
    """A post of one of the `KINDS`, with all the words that the platform wants."""
    words = Content(text=TEXT, description=TEXT.translate(str.maketrans("", "", "<>")))
    if adapter_class.limits.title:
        words = replace(words, title="Avtalet är klart", tags=("avtal", "lön och tid"))
    return replace(words, **KINDS[what]())


KINDS = {
    "text": dict,
    "link": lambda: {"link": LINK},
    "picture": lambda: {"media": (picture(),)},
    "pictures": lambda: {"media": (picture(3), picture(1), picture(2))},
    "picture and link": lambda: {"media": (picture(),), "link": LINK},
    "film": lambda: {"media": (short_film(),)},
    "film and its belongings": lambda: {
        "media": (replace(short_film(), subtitles=SUBTITLES),),
        "thumbnail": picture(5),
    },
}
SUBTITLES = "1\n00:00:00,000 --> 00:00:00,400\nHej från åskan & <regnet>\n"


def takes(adapter_class: type[Adapter], what: str) -> bool:
    made = content(what, adapter_class)
    if made.thumbnail and not (adapter_class.limits.thumbnail and adapter_class.limits.subtitles):
        return False
    return not list(adapter_class.check(made))


PUBLISHING = [adapter for adapter in ADAPTERS.values() if adapter.publishes]


# --- the desk ---------------------------------------------------------------------------------------------------


class Killed(Exception):
    """The worker died right after it had saved a handle."""


@dataclass
class Desk:
    sandbox: LiveSandbox
    adapter: Adapter
    content: Content
    secrets: tuple[str, ...] = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    saved: str = "{}"
    keeps: int = 0

    @classmethod
    def at(cls, sandbox: LiveSandbox, adapter_class: type[Adapter], content: Content) -> "Desk":
        connection, given = connected(sandbox, adapter_class.platform)
        secrets = tuple(str(given[name]) for name in SECRET_FIELDS if name in given)
        adapter = adapter_class(connection, sandbox.addresses)
        return cls(sandbox, adapter, content, secrets, given.get("refresh_token", ""))

    def stranger(self) -> Adapter:
        """The adapter of another account on the same platform."""
        platform = self.adapter.platform
        connection, _ = connected(self.sandbox, platform, STRANGERS.get(platform, "7000002"), "annan")
        return type(self.adapter)(connection, self.sandbox.addresses)

    @property
    def staged(self) -> Staged:
        return Staged(json.loads(self.saved))

    def keep(self, staged: Staged) -> None:
        self.saved, self.keeps = json.dumps(staged), self.keeps + 1

    def keep_and_die(self, at: int) -> Keep:
        """A `keep` after whose call number `at` the worker is dead."""

        def keep(staged: Staged) -> None:
            self.keep(staged)
            if self.keeps == at:
                raise Killed

        return keep

    def stage_once(self, keep: Keep | None = None) -> None:
        self.adapter.stage(self.content, self.staged, keep or self.keep)

    def stage(self, keep: Keep | None = None) -> None:
        """Stage, and come again when the platform said. The clock is moved, so that nobody waits."""
        until: datetime | None = None
        for _ in range(MOST_LOOKS):
            try:
                with freeze_time(until, tick=True) if until else nullcontext():
                    return self.stage_once(keep)
            except NotReady as error:
                until = error.until.astimezone(UTC)
        raise AssertionError("it never got ready")

    def commit(self) -> Receipt:
        return self.adapter.commit(self.content, self.staged)

    def find(self, since: datetime) -> Receipt | None:
        return self.adapter.find(self.content, self.staged, since)

    def elsewhere(self, base: str) -> "Desk":
        """The same desk, with the platforms at another address."""
        here = self.adapter.connection
        there = replace(here, host=here.host.replace(self.sandbox.url, base))
        return replace(self, adapter=type(self.adapter)(there, sandbox_addresses(base)))

    # --- what became of it

    def effects(self, effect: str) -> list[dict[str, Any]]:
        return self.sandbox.ledger(effect=effect)

    def staged_calls(self) -> Counter[str]:
        return Counter(line["call"] for line in self.effects("staged"))

    def let_process(self) -> None:
        self.sandbox.clock(30)

    def shown(self) -> list[dict[str, Any]]:
        self.let_process()
        return self.sandbox.posts(self.adapter.platform)

    def as_it_should_be(self) -> dict[str, Any]:
        """The post as followers should see it."""
        link = "" if self.content.link in self.words else self.content.link
        return {
            "text": self.words,
            "link": link,
            "media": [(m.sha256, m.alt_text) for m in self.content.media],
            "subtitles": [film.subtitles for film in self.content.films if film.subtitles],
            "thumbnail": self.content.thumbnail.sha256 if self.content.thumbnail else "",
        }

    @property
    def fingerprint(self) -> str:
        return self.adapter.fingerprint(self.content, self.staged)

    @property
    def words(self) -> str:
        return self.adapter.words(self.content)


def as_shown(post: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": post["text"],
        "link": post["link"],
        "media": [(item["sha256"], item["alt"]) for item in post["media"]],
        "subtitles": post["subtitles"],
        "thumbnail": post["thumbnail"],
    }


def connected(
    sandbox: LiveSandbox, platform: str, account: str = "", handle: str = "seko"
) -> tuple[Connection, dict[str, Any]]:
    """A connection of a new account, and all that the platform gave with it."""
    account = account or ACCOUNTS.get(platform, "7000001")
    about = {"platform": platform, "id": account, "name": "Seko", "handle": handle}
    given = requests.post(f"{sandbox.url}/ovning/api/tokens", json=about, timeout=10).json()
    connection = Connection(
        account_id=account,
        access_token=given.get("page_token") or given["access_token"],
        app_id=given.get("app_id") or given.get("client_id", ""),
        app_secret=given.get("app_secret") or given.get("client_secret", ""),
        handle=handle,
        host=given.get("host", ""),
    )
    return connection, given


def nobody_listens() -> str:
    """An address of this machine where every connection is refused."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"
