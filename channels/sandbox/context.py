"""What every part of the server shares within a request: the store, the clock at arrival, and the ledger's line."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request

from channels.sandbox.store import Store

SECRETS = {
    "access_token", "appsecret_proof", "client_secret", "refresh_token", "code", "code_verifier", "token",
    "fb_exchange_token", "input_token",
}  # fmt: skip


class RefusedError(Exception):
    """A platform's own error answer, raised from wherever the refusal is found."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def store() -> Store:
    kept: Store = current_app.extensions["sandbox"]
    return kept


def mail_folder() -> Path | None:
    """Where the site leaves its mails; None when nobody said."""
    folder: Path | None = current_app.extensions["sandbox_mail"]
    return folder


def base() -> str:
    """The address the caller reached us by, without a trailing slash."""
    return request.host_url.rstrip("/")


def picture_of(platform: str, id: str) -> str:
    """The address of the account's picture."""
    return f"{base()}/bild/{platform}/{id}.png"


def json_body() -> dict[str, Any]:
    """The JSON object in the body; empty if there is none."""
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def part_of(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of this name in the body; empty if there is none."""
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def bearer() -> str:
    """The token of the Authorization header, whatever the scheme is called."""
    found = re.fullmatch(r"(?:Bearer|OAuth)\s+(\S+)", request.headers.get("Authorization", ""), re.IGNORECASE)
    return found[1] if found else ""


def record(
    platform: str, call: str, effect: str, account: str, ids: dict[str, str], *,
    text: str = "", media: Iterable[str] = (),
) -> None:  # fmt: skip
    """Write in the ledger what this request staged, published, changed or removed."""
    store().record(
        {
            "platform": platform,
            "call": call,
            "effect": effect,
            "account": account,
            "ids": ids,
            "text": text,
            "digest": digest(),
            "media": list(media),
            "at": store().now(),
            "received_at": g.received_at,
        }
    )


def digest() -> str:
    """A SHA-256 over the request without its secrets and files."""
    fields = {**request.args.to_dict(), **request.form.to_dict(), **json_body()}
    told = {name: value for name, value in fields.items() if name not in SECRETS}
    line = json.dumps([request.method, request.path, told], sort_keys=True)
    return hashlib.sha256(line.encode()).hexdigest()
