"""
Reading the environment, loudly: nonsense stops the start with a sentence that names the variable.

A variable that is set to nothing counts as not set, as in a half-filled `.env`. No sentence repeats a value that
may hold a password.
"""

import os
from datetime import date, time
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from accounts.vapid import private_key_from
from channels.keyring import KeyRing

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DATABASES = {"postgresql", "postgres", "sqlite"}
BROKERS = {"redis", "rediss", "redis+socket"}
MAILERS = "django.core.mail.backends"
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
BUCKETS = {"s3": "https", "s3+http": "http"}


class Mail(NamedTuple):
    """How mails leave, in Django's own terms."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()


def flag(name: str, *, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value in TRUE | FALSE:
        return value in TRUE
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    try:
        found = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if not least <= found <= most:
        raise ImproperlyConfigured(f"{name} must be between {least} and {most}, not {found}.")
    return found


def hours(name: str, default: str) -> tuple[time, time] | None:
    """From when to when, as 21.00-06.00; `none` for no such hours."""
    value = text(name, default)
    if value.lower() == "none":
        return None
    try:
        first, last = (time.fromisoformat(part.strip().replace(".", ":")) for part in value.split("-"))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be like 21.00-06.00, or none, not {value!r}.") from None
    if first == last:
        raise ImproperlyConfigured(f"{name} must begin and end at different times, not {value!r}.")
    return first, last


def office_hours(name: str, default: str) -> tuple[time, time]:
    """From when to when on one day, as 08.00-17.00."""
    found = hours(name, default)
    if found is None or found[0] > found[1]:
        raise ImproperlyConfigured(f"{name} must begin and end on the same day, like {default}.")
    return found


def choice(name: str, default: str, allowed: set[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}.")
    return value


def periods(name: str) -> list[tuple[date, date]]:
    """Periods of whole days, such as `2026-08-13/2026-09-13`, separated by commas or spaces."""
    return [period(name, value) for value in words(name)]


def period(name: str, value: str) -> tuple[date, date]:
    first, _, last = value.partition("/")
    try:
        found = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        found = date.max, date.min
    if found[0] > found[1]:
        raise ImproperlyConfigured(f"{name} must be periods such as 2026-08-13/2026-09-13, not {value!r}.")
    return found


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name} must be a time zone such as Europe/Stockholm, not {value!r}."
        ) from None
    return value


def address(name: str, default: str) -> str:
    """A base address without a trailing slash: https, or plain http on loopback."""
    value = text(name, default).rstrip("/")
    parts = split(value)
    if parts and parts.scheme == "https" and parts.hostname:
        return value
    if parts and parts.scheme == "http" and parts.hostname in LOOPBACK:
        return value
    raise ImproperlyConfigured(f"{name} must be an https address (http only on this machine), not {value!r}.")


def split(value: str) -> SplitResult | None:
    """The parts of an address; None when it is none, or its port no number."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts


# --- servers and keys: their sentences say what is expected and never what was given ----------------------


def database(name: str, default: str) -> dict[str, Any]:
    """Django's entry for a PostgreSQL or SQLite database."""
    value = text(name, default)
    parts = split(value)
    found: dict[str, Any] = {}
    if parts and parts.scheme in DATABASES:
        found = {**dj_database_url.parse(value, conn_max_age=60, conn_health_checks=True)}
    # Several processes share the database: one that lives in memory is none.
    if found.get("NAME", "") in {"", ":memory:"}:
        raise ImproperlyConfigured(
            f"{name} must be an address such as postgresql://user:password@host/name or sqlite:////folder/file."
        )
    return found


def broker(name: str) -> str:
    """The address of a Redis, or nothing for the embedded broker."""
    value = text(name)
    parts = split(value)
    if value and not (parts and parts.scheme in BROKERS and (parts.hostname or parts.path.strip("/"))):
        raise ImproperlyConfigured(
            f"{name} must be an address such as redis://host:6379/0 or redis+socket:///run/redis.sock."
        )
    return value


def mail(name: str, default: str) -> Mail:
    value = text(name, default)
    parts = split(value)
    if value in {"console:", "file:", "none:"}:
        backends = {"console:": "console", "file:": "filebased", "none:": "dummy"}
        return Mail(f"{MAILERS}.{backends[value]}.EmailBackend")
    if parts is None or parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must be an address such as smtp+tls://user:password@host:587, smtps://, smtp://, file: or none:."
        )
    return Mail(
        f"{MAILERS}.smtp.EmailBackend",
        parts.hostname,
        parts.port or MAIL_PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        use_tls=parts.scheme == "smtp+tls",
        use_ssl=parts.scheme == "smtps",
    )


def bucket(name: str) -> dict[str, Any] | None:
    """Django's entry for a private S3 bucket; None means a folder on this machine."""
    value = text(name)
    if not value:
        return None
    parts = split(value)
    if not (parts and parts.scheme in BUCKETS and parts.hostname and is_one_name(parts.path)):
        raise ImproperlyConfigured(
            f"{name} must be an address such as s3://key:secret@s3.example.org/bucket?region=eu-north-1."
        )
    if parts.scheme == "s3+http" and parts.hostname not in LOOPBACK:
        raise ImproperlyConfigured(f"{name} may use s3+http:// on this machine only: use s3://.")
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": bucket_options(parts)}


def is_one_name(path: str) -> bool:
    return bool(path.strip("/")) and "/" not in path.strip("/")


def bucket_options(parts: SplitResult) -> dict[str, Any]:
    """Private files, read with signed addresses; the bucket's name in the path, which every S3 understands."""
    return {
        "endpoint_url": f"{BUCKETS[parts.scheme]}://{parts.netloc.rpartition('@')[2]}",
        "bucket_name": parts.path.strip("/"),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "region_name": parse_qs(parts.query).get("region", [None])[0],
        "signature_version": "s3v4",
        "addressing_style": "path",
        "default_acl": None,
        "file_overwrite": False,
    }


def vapid_key(name: str) -> str:
    """32 bytes as base64url, or nothing."""
    value = text(name)
    try:
        if value:
            private_key_from(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be what `manage.py make_vapid_keys` prints.") from None
    return value


def secret(name: str, development: str, *, is_production: bool) -> str:
    value = text(name)
    if is_production and len(value) < 32:
        raise ImproperlyConfigured(f"{name} must be set to at least 32 characters in production.")
    return value or development


def key_ring(name: str, development: str, *, is_production: bool) -> list[str]:
    """The keys of the ring, newest first: `id:base64 of 32 bytes`."""
    keys = secret(name, development, is_production=is_production).replace(",", " ").split()
    if len({key.partition(":")[0] for key in keys}) < len(keys):
        raise ImproperlyConfigured(f"{name} has two keys with the same id.")
    try:
        KeyRing(keys)
    except ValueError:
        keys = []
    if not keys:
        raise ImproperlyConfigured(
            f"{name} must be keys such as id:base64-of-32-bytes, newest first, with spaces between; "
            "an id is letters, figures, - and _."
        )
    return keys
