"""
Facebook's Graph API: one call, and what its error codes mean for us.

Facts: Meta, Error handling, Rate limiting, and the Page posts, photos and videos references for v26.0, read 2026-11-22.
Codes are matched, never the HTTP status: Graph answers nearly every refusal with 400.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.adapters import http
from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, Unclear, later
from channels.errors import ChannelError, Duplicate, NotConnected, NotSent, RateLimited, Refused

VERSION = "v26.0"

THROTTLED = {4, 17, 32, 341, 613, *range(80000, 80015)}
"""The app, the user, the page, a custom limit, an action; 800xx: one business use case (Rate limiting)."""
THROTTLED_SECONDS = 30 * 60
"""When the answer does not tell: counts are kept for a rolling hour, and calling meanwhile makes it longer."""
TOO_FAST = 1390008
TOO_FAST_SECONDS = 6 * 3600
"""We limit how often you can post: lasts hours or days, and no header tells."""
GONE = 33
"""Does not exist, or may not be seen by us."""
WRONG_OFFSET = 1363037
UPLOAD_PROBLEM = 6001
DOWN = {1, 2, 1363047, 1609010}
DUPLICATES = {506, 1404082, 1366051}
"""The text, the text once more, the photos."""

CONNECTION: dict[int, Trouble] = {
    190: Trouble.TOKEN_EXPIRED,
    102: Trouble.TOKEN_EXPIRED,
    458: Trouble.ACCESS_REVOKED,  # the person removed the app
    459: Trouble.CHECKPOINT,
    460: Trouble.ACCESS_REVOKED,  # the person changed the password
    464: Trouble.CHECKPOINT,
    492: Trouble.ROLE_LOST,
    4854002: Trouble.CHECKPOINT,  # the page must confirm its identity
    1404078: Trouble.CHECKPOINT,  # the page must be authorised to publish
    3: Trouble.PERMISSION_MISSING,
    10: Trouble.PERMISSION_MISSING,
    **dict.fromkeys(range(200, 300), Trouble.PERMISSION_MISSING),
    GONE: Trouble.PERMISSION_MISSING,
    104: Trouble.APP_KEYS,
}
CONTENT: dict[int, Trouble] = {
    368: Trouble.AGAINST_RULES,
    **dict.fromkeys((1346003, 1404102), Trouble.AGAINST_RULES),
    **dict.fromkeys((324, 382, 389, 6000, UPLOAD_PROBLEM), Trouble.MEDIA_REFUSED),
    **dict.fromkeys((1366046, 2069019, 1363026, 1363040), Trouble.MEDIA_REFUSED),
    **dict.fromkeys((1363127, 1363128, 1363129), Trouble.MEDIA_REFUSED),
    **dict.fromkeys((1609005, 1609008, 2061006, 1349125), Trouble.LINK_REFUSED),
}
IN_WORDS = {"appsecret_proof": Trouble.APP_KEYS, "No permission": Trouble.PERMISSION_MISSING}
"""Two refusals have no code of their own: both are plain 100, told apart only by what the message names."""


@dataclass(frozen=True)
class Graph:
    """The API as one page sees it."""

    connection: Connection
    addresses: Mapping[str, str] = field(repr=False)

    def get(
        self, path: str, fields: Mapping[str, Any], *, except_for: frozenset[int] = frozenset()
    ) -> Answer:
        answer = self.send("GET", "FACEBOOK_GRAPH_URL", path, params=self.form(fields))
        return answer if codes(answer) & except_for else self.judged(answer)

    def node(self, id: str, fields: str) -> Answer | None:
        """One thing by its id; None if there is no such thing (any more)."""
        answer = self.get(id, {"fields": fields}, except_for=frozenset({GONE}))
        return answer if answer.is_good else None

    def post(
        self,
        path: str,
        fields: Mapping[str, Any],
        *,
        host: str = "FACEBOOK_GRAPH_URL",
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        unclear: Unclear = NotSent,
        except_for: frozenset[int] = frozenset(),
    ) -> Answer:
        """The answer, also when it is a refusal with one of the codes in `except_for`; other refusals are raised."""
        answer = self.send("POST", host, path, data=self.form(fields), files=files, unclear=unclear)
        return answer if codes(answer) & except_for else self.judged(answer)

    def send(self, method: str, host: str, path: str, **parts: Any) -> Answer:
        token, secret = self.connection.access_token, self.connection.app_secret
        url = f"{self.addresses[host]}/{VERSION}/{path}"
        return http.send(method, url, auth=Bearer(token), secrets=(token, secret), **parts)

    def form(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """Nested values and truths travel as JSON; the proof goes along where there is an app secret."""
        form = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()
        }
        if self.connection.app_secret:
            form["appsecret_proof"] = proof(self.connection)
        return form

    @staticmethod
    def judged(answer: Answer) -> Answer:
        if answer.is_good and isinstance(answer.told, dict) and not is_refusal(answer):
            return answer
        raise trouble(answer)


def proof(connection: Connection) -> str:
    """Shows that the caller also has the app's secret, without showing it."""
    return hmac.new(
        connection.app_secret.encode(), connection.access_token.encode(), hashlib.sha256
    ).hexdigest()


def is_refusal(answer: Answer) -> bool:
    return answer.at("error") is not None or answer.at("success") is False


def codes(answer: Answer) -> set[int]:
    found = (answer.at("error", "error_subcode"), answer.at("error", "code"))
    return {code for code in found if isinstance(code, int)}


def trouble(answer: Answer) -> ChannelError:
    """What a refusal means. The subcode, which is the more precise, is asked first."""
    subcode, code = answer.at("error", "error_subcode"), answer.at("error", "code")
    message = str(answer.at("error", "error_user_msg") or answer.at("error", "message") or "")
    detail = answer.detail(f"{code}/{subcode} {message}")
    if code is None:
        return answer.unreadable() if answer.status < 500 else answer.down()
    for number in (subcode, code):
        if found := meaning(number, answer, detail):
            return found
    named = next((word for word in IN_WORDS if word in message), None)
    return NotConnected(IN_WORDS[named], detail) if named else Refused(Trouble.REFUSED, detail)


def meaning(code: Any, answer: Answer, detail: str) -> ChannelError | None:
    if code in DUPLICATES:
        return Duplicate(Trouble.DUPLICATE, detail)
    if code == TOO_FAST:
        return RateLimited(Trouble.POSTING_TOO_FAST, detail, until=later(TOO_FAST_SECONDS))
    if code in THROTTLED:
        return RateLimited(Trouble.TOO_MANY_CALLS, detail, until=regained(answer))
    if code in DOWN:
        return answer.unclear(Trouble.PLATFORM_DOWN, detail)
    if code in CONNECTION:
        return NotConnected(CONNECTION[code], detail)
    return Refused(CONTENT[code], detail) if code in CONTENT else None


def regained(answer: Answer) -> datetime:
    """When we may call again: `X-Business-Use-Case-Usage` tells it in minutes, of each use case that is blocked."""
    minutes = max(blocked_minutes(answer.headers.get("X-Business-Use-Case-Usage", "")), default=0)
    return later(minutes * 60 if minutes > 0 else THROTTLED_SECONDS)


def blocked_minutes(header: str) -> Iterator[float]:
    try:
        usage = json.loads(header)
    except ValueError:
        return
    for cases in usage.values() if isinstance(usage, dict) else ():
        for case in cases if isinstance(cases, list) else ():
            minutes = case.get("estimated_time_to_regain_access") if isinstance(case, dict) else None
            if isinstance(minutes, int | float):
                yield minutes
