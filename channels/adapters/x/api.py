"""
X's API v2: one call, and what its refusals mean for us.

Facts: X, Response codes and errors, Rate limits, and OAuth 2.0 pages, read 2026-11-22. Refusals come in three shapes
and most have no code: then the last part of the problem's type decides, and after that what the message names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from channels.adapters import http
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, Unclear, at_epoch, later
from channels.errors import ChannelError, Duplicate, NotConnected, NotSent, OutOfCredit, RateLimited, Refused

WINDOW_SECONDS = 15 * 60
"""How long X counts calls, and so how long to wait when no header tells."""
CAPPED_SECONDS = 24 * 3600
"""The monthly cap of the plan is used up: asking more often than daily is in vain."""
LEAST_WAIT = 5
"""A clock that is behind X's would otherwise call again at once."""
POOLS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")

CONNECTION_TYPES = {
    "client-forbidden": Trouble.PERMISSION_MISSING,
    "unsupported-authentication": Trouble.PERMISSION_MISSING,
    "not-authorized-for-resource": Trouble.PERMISSION_MISSING,
    "user-suspended": Trouble.ACCOUNT_SUSPENDED,
}
OLD_CODES: dict[Any, int] = {32: 401, 64: 403, 88: 429, 89: 401, 186: 400, 187: 403, 326: 403}
"""What the old numbers would be as a status."""

DUPLICATE = re.compile("duplicate content", re.IGNORECASE)
SUSPENDED = re.compile("suspended|temporarily locked|not permitted to access this feature", re.IGNORECASE)
CONTENT: tuple[tuple[re.Pattern[str], Trouble], ...] = (
    (re.compile("media|video|photo|image|file size", re.IGNORECASE), Trouble.MEDIA_REFUSED),
    (re.compile("invalid URL", re.IGNORECASE), Trouble.LINK_REFUSED),
    (re.compile("text is|too long|cashtag", re.IGNORECASE), Trouble.TEXT_REFUSED),
)
"""What the message of a 400 or 403 names, the first that fits."""


@dataclass(frozen=True)
class API:
    """The API as one account sees it."""

    connection: Connection
    addresses: Mapping[str, str] = field(repr=False)

    def get(self, path: str, **query: str) -> Answer:
        return judged(self.send("GET", path, params=query))

    def post(self, path: str, *, unclear: Unclear = NotSent, **parts: Any) -> Answer:
        return judged(self.send("POST", path, unclear=unclear, **parts))

    def send(self, method: str, path: str, **parts: Any) -> Answer:
        """The answer as it is, refusals too."""
        token = self.connection.access_token
        url = f"{self.addresses['X_API_URL']}/2/{path}"
        return http.send(method, url, auth=Bearer(token), secrets=(token,), **parts)


def judged(answer: Answer) -> Answer:
    """The answer if X did what was asked, else what its refusal means. A 200 may still carry nothing but errors."""
    if answer.is_good and answer.at("data") is None and answer.at("errors"):
        raise refused(answer, message(answer))
    if answer.is_good and isinstance(answer.told, dict):
        return answer
    raise trouble(answer)


def trouble(answer: Answer) -> ChannelError:
    words = message(answer)
    status = OLD_CODES.get(first_error(answer).get("code"), answer.status)
    if status == 429:
        return RateLimited(Trouble.TOO_MANY_CALLS, answer.detail(words), until=open_again(answer))
    if answer.status >= 500:
        return answer.down()
    if not isinstance(answer.told, dict) or not answer.status >= 400:
        return answer.unreadable()
    if status == 401:
        return NotConnected(Trouble.TOKEN_EXPIRED, answer.detail(words))
    if status == 402:
        return OutOfCredit(Trouble.CREDIT, answer.detail(words))
    return refused(answer, words)


def refused(answer: Answer, words: str) -> ChannelError:
    """A clear no. Most are about the content; a few are about the account."""
    detail = answer.detail(words)
    if DUPLICATE.search(words) or first_error(answer).get("code") == 187:
        return Duplicate(Trouble.DUPLICATE, detail)
    if kind(answer) in CONNECTION_TYPES:
        return NotConnected(CONNECTION_TYPES[kind(answer)], detail)
    if SUSPENDED.search(words):
        return NotConnected(Trouble.ACCOUNT_SUSPENDED, detail)
    return Refused(next((code for names, code in CONTENT if names.search(words)), Trouble.REFUSED), detail)


def message(answer: Answer) -> str:
    """What X says, from the most precise place to the least."""
    told = (first_error(answer).get("message"), first_error(answer).get("detail"), answer.at("detail"))
    return str(next((words for words in told if words), answer.at("title") or ""))


def first_error(answer: Answer) -> dict[str, Any]:
    return next(iter(answer.items("errors")), {})


def kind(answer: Answer) -> str:
    """The last part of the problem's type: its host has changed before."""
    address = answer.at("type") or first_error(answer).get("type") or ""
    return urlsplit(str(address)).path.rpartition("/")[2]


def open_again(answer: Answer) -> datetime:
    """When the pool that is used up is filled again; the latest, if several are."""
    if kind(answer) == "usage-capped":
        return later(CAPPED_SECONDS)
    empty = [pool for pool in POOLS if answer.headers.get(f"{pool}-remaining") == "0"]
    resets = [at_epoch(answer.headers.get(f"{pool}-reset")) for pool in empty]
    known = [reset for reset in resets if reset]
    return max([*known, later(LEAST_WAIT)]) if known else later(WINDOW_SECONDS)
