"""
Mastodon's API: one call, and what its refusals mean for us.

Facts: docs.joinmastodon.org, Rate limits and the error answers of each method; read 2026-11-25. A refusal is a status and
one sentence in `error`, most of them in English whatever the language of the account is. The status decides, and the
sentence only where one status stands for several things.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from channels.adapters import hosts, http
from channels.adapters.base import Rest
from channels.adapters.codes import Trouble
from channels.adapters.http import LEAST_REST, Answer, Bearer, Unclear, later, rest_until
from channels.adapters.looking import only_looking
from channels.errors import ChannelError, NotConnected, NotReady, NotSent, RateLimited, Refused

WINDOW_SECONDS = 5 * 60
"""How long a server counts calls (Rate limits), and so how long to wait when no header tells."""

REVOKED = re.compile("revoked", re.IGNORECASE)
DISABLED = re.compile("login is|suspended|disabled", re.IGNORECASE)
UNFINISHED = re.compile("not finished processing", re.IGNORECASE)
CONTENT: tuple[tuple[re.Pattern[str], Trouble], ...] = (
    (re.compile("trying to reply to", re.IGNORECASE), Trouble.PLACE_GONE),
    (re.compile("character limit|text", re.IGNORECASE), Trouble.TEXT_REFUSED),
    (re.compile("file|media|attach|video|image", re.IGNORECASE), Trouble.MEDIA_REFUSED),
)
"""What the sentence of a 422 names, the first that fits."""


@dataclass(frozen=True)
class API:
    """One server's API, as the account of this token sees it. `home` is the platform's default server (`hosts`)."""

    host: str
    token: str = field(repr=False)
    home: str
    rests: list[Rest] = field(default_factory=list, repr=False, compare=False)

    def get(self, path: str, **query: str) -> Answer:
        return looked(self.send("GET", path, params=query))

    def seek(self, path: str, **query: str) -> Answer | None:
        """One thing; None if there is no such thing, or none that we may see."""
        answer = self.send("GET", path, params=query)
        return None if is_missing(answer) else looked(answer)

    def post(self, path: str, *, unclear: Unclear = NotSent, **parts: Any) -> Answer:
        return judged(self.send("POST", path, unclear=unclear, **parts))

    def remove(self, status: str) -> None:
        """The post, and its media at once. The server says the same of what is gone and of what is not ours."""
        answer = self.send("DELETE", f"v1/statuses/{status}", params={"delete_media": "true"})
        if not is_missing(answer):
            judged(answer)
        elif self.seek(f"v1/statuses/{status}"):
            raise Refused(Trouble.NOT_OURS, answer.detail(message(answer)))

    def forget_media(self, id: str) -> None:
        """Older servers have no such call, and answer as if there were no such media."""
        answer = self.send("DELETE", f"v1/media/{id}")
        if not is_missing(answer) and not answer.is_good:
            raise trouble(answer)

    def send(self, method: str, path: str, **parts: Any) -> Answer:
        """The answer as it is, refusals too."""
        with hosts.reach(self.host, self.home):
            answer = http.send(
                method, f"{self.host}/api/{path}", auth=Bearer(self.token), secrets=(self.token,), **parts
            )
        self.rests.extend(rests(answer))
        return answer


def is_missing(answer: Answer) -> bool:
    """In Mastodon's own words: a page that something in front of it made says nothing."""
    return answer.status == 404 and isinstance(answer.at("error"), str)


def judged(answer: Answer) -> Answer:
    if answer.is_good and isinstance(answer.told, dict | list):
        return answer
    raise trouble(answer)


def looked(answer: Answer) -> Answer:
    """The same where nothing was sent that could be refused."""
    with only_looking():
        return judged(answer)


def trouble(answer: Answer) -> ChannelError:
    words = message(answer)
    detail = answer.detail(words)
    if answer.status == 429:
        return RateLimited(Trouble.TOO_MANY_CALLS, detail, until=open_again(answer))
    if answer.status >= 500:
        return answer.down()
    if answer.status < 400 or not words:
        return answer.unreadable()
    if answer.status == 401:
        code = Trouble.ACCESS_REVOKED if REVOKED.search(words) else Trouble.TOKEN_EXPIRED
        return NotConnected(code, detail)
    if answer.status == 403:
        code = Trouble.ACCOUNT_SUSPENDED if DISABLED.search(words) else Trouble.PERMISSION_MISSING
        return NotConnected(code, detail)
    if UNFINISHED.search(words):
        return NotReady(Trouble.PROCESSING, detail, until=later(LEAST_REST))
    return Refused(next((code for names, code in CONTENT if names.search(words)), Trouble.REFUSED), detail)


def message(answer: Answer) -> str:
    told = answer.at("error")
    return told if isinstance(told, str) else ""


def open_again(answer: Answer) -> datetime:
    return next((rest.until for rest in rests(answer)), later(WINDOW_SECONDS))


def rests(answer: Answer) -> Iterator[Rest]:
    """One if the limit is used up, also by a good answer. It is the account's own: no other channel rests with it."""
    reset = moment(answer.headers.get("X-RateLimit-Reset"))
    if reset and answer.headers.get("X-RateLimit-Remaining") == "0":
        yield Rest(rest_until(reset))


def moment(told: str | None) -> datetime | None:
    """ISO 8601, always in UTC."""
    try:
        found = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
