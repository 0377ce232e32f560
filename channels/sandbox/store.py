"""
What the sandbox remembers, in one SQLite file and a folder of media: accounts, tokens, things (posts, photos,
films, upload sessions), the ledger of what was staged and published, and the rules of misbehaviour.

The store can be used without the server, also while it runs: the demo loader connects accounts and lays out
history.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from channels.sandbox import history, media
from channels.sandbox.apps import APPS

PLATFORMS = ("facebook", "x", "youtube", "mastodon", "bluesky")

FACEBOOK_SCOPES = (
    "pages_show_list", "pages_manage_posts", "pages_read_engagement", "pages_manage_engagement",
    "pages_read_user_content", "publish_video", "read_insights", "business_management",
)  # fmt: skip
X_SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
GOOGLE = "https://www.googleapis.com/auth/"
YOUTUBE_SCOPES = tuple(GOOGLE + name for name in ("youtube.upload", "youtube.force-ssl", "youtube.readonly"))

X_TOKEN_SECONDS = 7200  # X, OAuth 2.0 with PKCE, read 2026-11-22
GOOGLE_TOKEN_SECONDS = 3599  # Google, OAuth 2.0 for web servers, read 2026-11-22
UNUSED_SECONDS = 182 * 24 * 3600
"""A refresh token that nobody has used for six months is dead: Google, Refresh token expiration; X, by reports."""
PERSON = "300000000000001"
"""Who clicks in Facebook's dialog, unless there are more people; the other accounts act for themselves."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    platform TEXT, id TEXT, name TEXT NOT NULL, handle TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (platform, id));
CREATE TABLE IF NOT EXISTS fact (
    kind TEXT, platform TEXT, id TEXT, data TEXT NOT NULL, PRIMARY KEY (kind, platform, id));
CREATE TABLE IF NOT EXISTS token (
    value TEXT PRIMARY KEY, platform TEXT NOT NULL, kind TEXT NOT NULL, account TEXT NOT NULL,
    app TEXT NOT NULL, scopes TEXT NOT NULL, issued REAL NOT NULL, expires REAL, used REAL,
    data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS thing (
    platform TEXT, kind TEXT, id TEXT, account TEXT NOT NULL, created REAL NOT NULL, public_at REAL,
    data TEXT NOT NULL, PRIMARY KEY (platform, kind, id));
CREATE INDEX IF NOT EXISTS thing_of_account ON thing (platform, kind, account, created);
CREATE INDEX IF NOT EXISTS thing_public ON thing (platform, kind, account, public_at)
    WHERE public_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS thing_said ON thing (platform, account, json_extract(data, '$.said'))
    WHERE kind = 'post';
CREATE TABLE IF NOT EXISTS media (
    sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, kind TEXT NOT NULL, content_type TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, seconds REAL NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (n INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (n INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("account", "fact", "token", "thing", "media", "ledger", "fault", "counter", "setting")
FOLDERS = ("media", "incoming", "uploads")


@dataclass(frozen=True)
class Account:
    platform: str
    id: str
    name: str
    handle: str


@dataclass
class Token:
    value: str = field(repr=False)
    platform: str
    kind: str
    account: str
    app: str
    scopes: tuple[str, ...]
    issued: float
    expires: float | None
    used: float | None
    data: dict[str, Any]


@dataclass
class Thing:
    """Something a platform keeps: a post, photo, film, uploaded medium or upload session."""

    platform: str
    kind: str
    id: str
    account: str
    created: float
    public_at: float | None
    data: dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A file that was received, by the SHA-256 of its bytes."""

    sha256: str
    size: int
    kind: str
    content_type: str
    width: int
    height: int
    seconds: float


class Store:
    """Thread-safe; several processes may hold the same data directory."""

    def __init__(self, data_dir: Path | str, clock: Callable[[], float] = time.time) -> None:
        self.folder = Path(data_dir)
        self._clock = clock
        self._lock = threading.RLock()
        self._depth = 0
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._db = self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.folder / "sandbox.sqlite3", timeout=20, isolation_level=None, check_same_thread=False
        )
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.executescript(SCHEMA)
        return db

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing of it; other threads and processes wait. May be nested."""
        with self._lock:
            if not self._depth:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if not self._depth:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if not self._depth:
                self._db.execute("COMMIT")

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def _do(self, sql: str, *values: Any) -> int:
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def reset(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in TABLES:
                self._do(f"DELETE FROM {table}")  # noqa: S608 - the names stand above
        for name in FOLDERS:
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    # -- the clock, settings and numbers

    def now(self) -> float:
        """The sandbox's clock in epoch seconds: the machine's, moved by the offset."""
        return self._clock() + float(self.setting("clock_offset", "0"))

    def setting(self, name: str, default: str) -> str:
        row = self._row("SELECT value FROM setting WHERE name = ?", name)
        return row["value"] if row else default

    def set(self, name: str, value: str) -> None:
        self._do(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    @property
    def takes_repeats(self) -> bool:
        """The platforms refuse what was said lately, unless they are told not to."""
        return self.setting("repeats", "refused") == "taken"

    def count(self, name: str, by: int = 1, start: int = 0) -> int:
        """Raise a named counter and return its new value."""
        with self.transaction():
            row = self._row("SELECT value FROM counter WHERE name = ?", name)
            value = (row["value"] if row else start) + by
            self._do(
                "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name,
                value,
            )
        return value

    # -- what is true of accounts, people and consents (their meaning is in people.py)

    def facts(self, kind: str, platform: str, id: str) -> dict[str, Any]:
        """What is kept of it; empty if nothing is."""
        row = self._row(
            "SELECT data FROM fact WHERE kind = ? AND platform = ? AND id = ?", kind, platform, id
        )
        return json.loads(row["data"]) if row else {}

    def all_facts(self, kind: str, platform: str) -> dict[str, dict[str, Any]]:
        """The same by id, in the order in which they came."""
        rows = self._rows(
            "SELECT id, data FROM fact WHERE kind = ? AND platform = ? ORDER BY rowid", kind, platform
        )
        return {row["id"]: json.loads(row["data"]) for row in rows}

    def keep_facts(self, kind: str, platform: str, id: str, data: dict[str, Any]) -> None:
        self._do(
            "INSERT INTO fact VALUES (?, ?, ?, ?) ON CONFLICT (kind, platform, id) DO UPDATE SET data = excluded.data",
            kind, platform, id, json.dumps(data),
        )  # fmt: skip

    def forget_facts(self, kind: str, platform: str, id: str) -> None:
        self._do("DELETE FROM fact WHERE kind = ? AND platform = ? AND id = ?", kind, platform, id)

    # -- accounts and what they prove themselves with

    def account(self, platform: str, id: str) -> Account | None:
        row = self._row(
            "SELECT platform, id, name, handle FROM account WHERE platform = ? AND id = ?", platform, id
        )
        return Account(**dict(row)) if row else None

    def created(self, platform: str, id: str) -> float:
        """When the account was made."""
        row = self._row("SELECT created FROM account WHERE platform = ? AND id = ?", platform, id)
        return float(row["created"]) if row else 0.0

    def account_by_handle(self, platform: str, handle: str) -> Account | None:
        row = self._row(
            "SELECT platform, id, name, handle FROM account WHERE platform = ? AND handle = ? COLLATE NOCASE",
            platform, handle,
        )  # fmt: skip
        return Account(**dict(row)) if row else None

    def accounts(self, platform: str | None = None) -> list[Account]:
        rows = self._rows(
            "SELECT platform, id, name, handle FROM account WHERE ? IS NULL OR platform = ? "
            "ORDER BY platform, created",
            platform, platform,
        )  # fmt: skip
        return [Account(**dict(row)) for row in rows]

    def add_account(self, platform: str, id: str, name: str, handle: str = "") -> Account:
        self._do(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (platform, id) DO UPDATE SET name = excluded.name, handle = excluded.handle",
            platform, id, name, handle, self.now(),
        )  # fmt: skip
        return Account(platform, id, name, handle)

    def mint(
        self, platform: str, kind: str, account: str, scopes: Iterable[str], *, prefix: str = "",
        seconds: float | None = None, **data: Any,
    ) -> str:  # fmt: skip
        """Make a token of this kind for the account and return its value."""
        value, now = prefix + secrets.token_urlsafe(40), self.now()
        expires = None if seconds is None else now + seconds
        self._do(
            "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
            value, platform, kind, account, APPS.get(platform, ("",))[0], " ".join(scopes), now, expires,
            json.dumps(data),
        )  # fmt: skip
        return value

    def token(self, value: str) -> Token | None:
        row = self._row("SELECT * FROM token WHERE value = ?", value)
        if row is None:
            return None
        return Token(**{**dict(row), "scopes": tuple(row["scopes"].split()), "data": json.loads(row["data"])})

    def tokens(self, platform: str, account: str) -> list[Token]:
        """The tokens that are not used up and that this account, or this person on Facebook, has given."""
        rows = self._rows(
            "SELECT value FROM token WHERE platform = ? AND used IS NULL AND kind != 'code' AND "
            "(account = ? OR json_extract(data, '$.person') = ?) ORDER BY issued, rowid",
            platform, account, account,
        )  # fmt: skip
        return [token for row in rows if (token := self.token(row["value"]))]

    def change_token(self, token: Token) -> None:
        """Keep what was changed in a token's permissions or its end."""
        self._do(
            "UPDATE token SET scopes = ?, expires = ? WHERE value = ?",
            " ".join(token.scopes),
            token.expires,
            token.value,
        )

    def use_up(self, value: str) -> bool:
        """Mark a token as used or revoked; False if it already was."""
        return self._do("UPDATE token SET used = ? WHERE value = ? AND used IS NULL", self.now(), value) == 1

    def connect_facebook(self, page_id: str, name: str) -> dict[str, str]:
        """Make (or rename) a page; return app_id, app_secret, page_id and a page_token without expiry."""
        self.add_account("facebook", page_id, name)
        app_id, app_secret = APPS["facebook"]
        page_token = self.mint("facebook", "page", page_id, FACEBOOK_SCOPES, prefix="EAA", person=PERSON)
        return {"app_id": app_id, "app_secret": app_secret, "page_id": page_id, "page_token": page_token}

    def connect_x(self, user_id: str, handle: str, name: str) -> dict[str, Any]:
        """Make or rename a profile; return client_id, _secret, access_token, refresh_token, expires_in."""
        self.add_account("x", user_id, name, handle.lstrip("@"))
        access = self.mint("x", "access", user_id, X_SCOPES, seconds=X_TOKEN_SECONDS)
        refresh = self.mint("x", "refresh", user_id, X_SCOPES, seconds=UNUSED_SECONDS)
        return self._client("x") | {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": X_TOKEN_SECONDS,
        }

    def connect_youtube(self, channel_id: str, name: str) -> dict[str, Any]:
        """Make or rename a channel; return client_id, _secret, access_token, refresh_token, expires_in."""
        self.add_account("youtube", channel_id, name)
        access = self.mint(
            "youtube", "access", channel_id, YOUTUBE_SCOPES, prefix="ya29.", seconds=GOOGLE_TOKEN_SECONDS
        )
        refresh = self.mint(
            "youtube", "refresh", channel_id, YOUTUBE_SCOPES, prefix="1//", seconds=UNUSED_SECONDS
        )
        return self._client("youtube") | {
            "access_token": access, "refresh_token": refresh, "expires_in": GOOGLE_TOKEN_SECONDS
        }  # fmt: skip

    @staticmethod
    def _client(platform: str) -> dict[str, Any]:
        client_id, client_secret = APPS[platform]
        return {"client_id": client_id, "client_secret": client_secret}

    # -- things

    def put(
        self, platform: str, kind: str, id: str, account: str, data: dict[str, Any], *,
        public_at: float | None = None, created: float | None = None,
    ) -> Thing:  # fmt: skip
        """Keep a new thing."""
        thing = Thing(
            platform, kind, id, account, self.now() if created is None else created, public_at, data
        )
        self._do(
            "INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)",
            platform, kind, id, account, thing.created, public_at, json.dumps(data),
        )  # fmt: skip
        return thing

    def save(self, thing: Thing) -> None:
        """Keep what was changed in a thing."""
        self._do(
            "UPDATE thing SET public_at = ?, data = ? WHERE platform = ? AND kind = ? AND id = ?",
            thing.public_at, json.dumps(thing.data), thing.platform, thing.kind, thing.id,
        )  # fmt: skip

    def get(self, platform: str, kind: str, id: str) -> Thing | None:
        row = self._row("SELECT * FROM thing WHERE platform = ? AND kind = ? AND id = ?", platform, kind, id)
        return _thing(row) if row else None

    def remove(self, thing: Thing) -> None:
        self._do(
            "DELETE FROM thing WHERE platform = ? AND kind = ? AND id = ?",
            thing.platform,
            thing.kind,
            thing.id,
        )

    def things(self, platform: str, kind: str, account: str, *, limit: int = -1) -> list[Thing]:
        """The account's things of a kind, newest first."""
        rows = self._rows(
            "SELECT * FROM thing WHERE platform = ? AND kind = ? AND account = ? "
            "ORDER BY created DESC, rowid DESC LIMIT ?",
            platform, kind, account, limit,
        )  # fmt: skip
        return [_thing(row) for row in rows]

    def published(
        self,
        platform: str,
        kind: str,
        account: str,
        *,
        since: float = 0,
        until: float | None = None,
        limit: int = -1,
    ) -> list[Thing]:
        """The account's public things of a kind, newest first."""
        rows = self._rows(
            "SELECT * FROM thing WHERE platform = ? AND kind = ? AND account = ? AND public_at IS NOT NULL "
            "AND public_at >= ? AND public_at <= ? ORDER BY public_at DESC, rowid DESC LIMIT ?",
            platform, kind, account, since, self.now() if until is None else until, limit,
        )  # fmt: skip
        return [_thing(row) for row in rows]

    def published_by_all(
        self, platform: str, kind: str, *, since: float, until: float, limit: int = -1
    ) -> list[Thing]:
        """The same of every account on the platform."""
        rows = self._rows(
            "SELECT * FROM thing WHERE platform = ? AND kind = ? AND public_at IS NOT NULL AND public_at >= ? "
            "AND public_at <= ? ORDER BY public_at DESC, rowid DESC LIMIT ?",
            platform, kind, since, until, limit,
        )  # fmt: skip
        return [_thing(row) for row in rows]

    def said(self, platform: str, account: str, text: str, since: float) -> list[Thing]:
        """The account's posts with this text (`said` in their data) that became public lately."""
        rows = self._rows(
            "SELECT * FROM thing WHERE platform = ? AND account = ? AND json_extract(data, '$.said') = ? "
            "AND kind = 'post' AND public_at >= ? AND public_at <= ?",
            platform, account, text, since, self.now(),
        )  # fmt: skip
        return [_thing(row) for row in rows]

    def count_posts(self, platform: str, place: str, value: str) -> int:
        """The public posts that have this value at this place in their data."""
        row = self._row(
            "SELECT count(*) AS n FROM thing WHERE platform = ? AND kind = 'post' AND public_at IS NOT NULL "
            "AND json_extract(data, ?) = ?",
            platform, place, value,
        )  # fmt: skip
        return int(row["n"]) if row else 0

    # -- media

    @contextlib.contextmanager
    def incoming(self) -> Iterator[Path]:
        """A temporary file inside the data directory, gone afterwards unless it was kept."""
        handle, name = tempfile.mkstemp(dir=self.folder / "incoming")
        os.close(handle)
        path = Path(name)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(self, source: IO[bytes]) -> Kept:
        """Receive bytes and keep them unchanged; NotMediaError for other than pictures and films."""
        with self.incoming() as path:
            with path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            return self.keep_file(path)

    def keep_file(self, path: Path) -> Kept:
        """The same for a file; the file is moved into the store."""
        found = media.inspect(path)
        kept = Kept(
            file_digest(path),
            path.stat().st_size,
            found.kind,
            found.content_type,
            found.width,
            found.height,
            found.seconds,
        )
        path.replace(self.media_path(kept.sha256))
        self._do(
            "INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?, ?)",
            kept.sha256, kept.size, kept.kind, kept.content_type, kept.width, kept.height, kept.seconds,
        )  # fmt: skip
        return kept

    def upload_path(self, id: str) -> Path:
        """Where the bytes of an unfinished upload are."""
        return self.folder / "uploads" / id

    def write_upload(self, id: str, at: int, part: bytes) -> None:
        """Put a part of an unfinished upload in its place."""
        path = self.upload_path(id)
        with path.open("r+b" if path.exists() else "wb") as target:
            target.seek(at)
            target.write(part)

    def keep_upload(self, id: str) -> Kept:
        """Keep a copy: if we die before the rest is written down, the upload can be finished again."""
        with self.upload_path(id).open("rb") as source:
            return self.keep(source)

    def forget_upload(self, id: str) -> None:
        for path in (self.folder / "uploads").glob(f"{id}*"):
            path.unlink(missing_ok=True)

    def media_path(self, sha256: str) -> Path:
        return self.folder / "media" / sha256

    def kept(self, sha256: str) -> Kept | None:
        row = self._row("SELECT * FROM media WHERE sha256 = ?", sha256)
        return Kept(**dict(row)) if row else None

    # -- the ledger

    def record(self, entry: dict[str, Any]) -> None:
        self._do("INSERT INTO ledger (entry) VALUES (?)", json.dumps(entry))

    def ledger(self) -> list[dict[str, Any]]:
        rows = self._rows("SELECT n, entry FROM ledger ORDER BY n")
        return [{"n": row["n"], **json.loads(row["entry"])} for row in rows]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The last lines of the ledger, newest first."""
        rows = self._rows("SELECT n, entry FROM ledger ORDER BY n DESC LIMIT ?", limit)
        return [{"n": row["n"], **json.loads(row["entry"])} for row in rows]

    # -- rules of misbehaviour (their meaning is in faults.py)

    def add_fault(self, rule: dict[str, Any]) -> None:
        self._do("INSERT INTO fault (rule) VALUES (?)", json.dumps(rule))

    def faults(self) -> list[dict[str, Any]]:
        return [
            {"n": row["n"], **json.loads(row["rule"])}
            for row in self._rows("SELECT n, rule FROM fault ORDER BY n")
        ]

    def change_fault(self, n: int, rule: dict[str, Any]) -> None:
        self._do("UPDATE fault SET rule = ? WHERE n = ?", json.dumps(rule), n)

    def forget_fault(self, n: int) -> None:
        self._do("DELETE FROM fault WHERE n = ?", n)

    def forget_faults(self) -> None:
        self._do("DELETE FROM fault")

    # -- history

    def add_published(
        self, platform: str, account: str, text: str, media_paths: Sequence[Path | str],
        published_at: datetime, *, alt_texts: Sequence[str] = (), title: str = "",
    ) -> dict[str, str]:  # fmt: skip
        """Lay out a post that was published earlier. Returns its id and the path of its page ("/sidor/...").

        `title` is the film's on YouTube (the first line of the text if left out).
        """
        kept = [self._copy(Path(path)) for path in media_paths]
        alts = [*alt_texts, *[""] * (len(kept) - len(alt_texts))]
        with self.transaction():
            return history.LAY_OUT[platform](
                self, account, text, list(zip(kept, alts, strict=True)), published_at.timestamp(), title
            )

    def _copy(self, path: Path) -> Kept:
        with path.open("rb") as source:
            return self.keep(source)


def _thing(row: sqlite3.Row) -> Thing:
    return Thing(**{**dict(row), "data": json.loads(row["data"])})


def file_digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
