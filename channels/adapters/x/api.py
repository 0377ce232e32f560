"""
X's API v2: one call, and what its refusals mean for us.

Facts: X, Response codes and errors, Rate limits, and OAuth 2.0 pages, read 2026-11-22. Refusals come in three shapes
and most have no code: then the last part of the problem's type decides, and after that what the message names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from channels.adapters import http
from channels.adapters.base import Connection, Rest
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, Unclear, at_epoch, later, rest_until
from channels.errors import ChannelError, Duplicate, NotConnected, NotSent, OutOfCredit, RateLimited, Refused

WINDOW_SECONDS = 15 * 60
"""How long X counts calls, and so how long to wait when no header tells."""
CAPPED_SECONDS = 24 * 3600
"""The monthly cap of the plan is used up: asking more often than daily is in vain."""
POOLS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")

OF_THE_APP = {"x-app-limit-24hour"}
NOT_THERE = {"resource-not-found", "resource-unavailable", "disallowed-resource"}
NOT_SEEN = NOT_THERE | {"not-authorized-for-resource"}
"""About one post, in an answer that is otherwise good: deleted, withheld, or of an account that shows itself to few."""

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
    (re.compile("reply to a (tweet|post) that is deleted", re.IGNORECASE), Trouble.PLACE_GONE),
    (re.compile("text is|too long|cashtag", re.IGNORECASE), Trouble.TEXT_REFUSED),
)
"""What the message of a 400 or 403 names, the first that fits."""


@dataclass(frozen=True)
class API:
    """The API as one account sees it."""

    connection: Connection
    addresses: Mapping[str, str] = field(repr=False)
    rests: list[Rest] = field(default_factory=list, repr=False, compare=False)

    def get(self, path: str, **query: str) -> Answer:
        return judged(self.send("GET", path, params=query))

    def seek(self, path: str, **query: str) -> Answer | None:
        """One thing; None if there is no such thing (any more), or none that everybody may see."""
        answer = self.send("GET", path, params=query)
        return None if is_missing(answer) else judged(answer)

    def delete(self, path: str) -> None:
        """What is gone already is a success."""
        answer = self.send("DELETE", path)
        if not is_missing(answer) and judged(answer).at("data", "deleted") is not True:
            raise answer.unreadable()

    def post(self, path: str, *, unclear: Unclear = NotSent, **parts: Any) -> Answer:
        return judged(self.send("POST", path, unclear=unclear, **parts))

    def send(self, method: str, path: str, **parts: Any) -> Answer:
        """The answer as it is, refusals too."""
        token = self.connection.access_token
        url = f"{self.addresses['X_API_URL']}/2/{path}"
        answer = http.send(method, url, auth=Bearer(token), secrets=(token,), **parts)
        self.rests.extend(rests(answer))
        return answer


def is_missing(answer: Answer) -> bool:
    """X says so with 404, or in the errors of a good answer that has nothing else to tell."""
    if answer.is_good and answer.at("data") is None:
        return kind(answer) in NOT_SEEN
    return answer.status == 404 and kind(answer) in NOT_THERE


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
        rest = open_again(answer)
        detail = answer.detail(words)
        return RateLimited(Trouble.TOO_MANY_CALLS, detail, until=rest.until, whole_app=rest.whole_app)
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


def open_again(answer: Answer) -> Rest:
    """When the pool that is used up is filled again; the latest, if several are. The others are among the rests."""
    if kind(answer) == "usage-capped":
        return Rest(later(CAPPED_SECONDS), whole_app=True)
    return max(rests(answer), key=lambda rest: rest.until, default=Rest(later(WINDOW_SECONDS)))


def rests(answer: Answer) -> Iterator[Rest]:
    """One for each pool that is used up; a good answer may have used the last of it."""
    for pool in POOLS:
        reset = at_epoch(answer.headers.get(f"{pool}-reset"))
        if reset and answer.headers.get(f"{pool}-remaining") == "0":
            until = rest_until(reset)
            yield Rest(until, whole_app=pool in OF_THE_APP)
