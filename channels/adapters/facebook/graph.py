"""
Facebook's Graph API: one call, and what its error codes mean for us.

Facts: Meta, Error handling, Rate limiting, and the Page posts, photos and videos references for v26.0, read 2026-11-22.
Codes are matched, never the HTTP status: Graph answers nearly every refusal with 400.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import TOO_MANY_REQUESTS
from typing import Any

from channels.adapters import http
from channels.adapters.base import Connection, Rest
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, Unclear, items, later
from channels.errors import ChannelError, Duplicate, NotConnected, NotSent, RateLimited, Refused

VERSION = "v26.0"

THROTTLED = {4, 17, 32, 341, 613, *range(80000, 80015)}
"""The app, the user, the page, a custom limit, an action; 800xx: one business use case (Rate limiting)."""
OF_THE_APP = {4}
APP_USAGE, PAGE_USAGE = "X-App-Usage", "X-Business-Use-Case-Usage"
SHARES = ("call_count", "total_time", "total_cputime")
FULL = 100
THROTTLED_SECONDS = 30 * 60
"""When the answer does not tell: counts are kept for a rolling hour, and calling meanwhile makes it longer."""
TOO_FAST = 1390008
TOO_FAST_SECONDS = 6 * 3600
"""We limit how often you can post: lasts hours or days, and no header tells."""
GONE = 33
"""Does not exist, or may not be seen by us."""
WRONG_OFFSET = 1363037
UPLOAD_PROBLEM = 6001
PAGE, PAGES = 100, 20
"""Facebook gives at most a hundred at a time. Two thousand posts after ours: then somebody else must look."""
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
    101: Trouble.APP_KEYS,  # there is no such app
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
NO_SUCH_FIELD = re.compile(r"nonexist\w+ field")
"""So is this one."""


@dataclass(frozen=True)
class Graph:
    """The API as one page sees it."""

    connection: Connection
    addresses: Mapping[str, str] = field(repr=False)
    rests: list[Rest] = field(default_factory=list, repr=False, compare=False)

    def get(
        self, path: str, fields: Mapping[str, Any], *, except_for: frozenset[int] = frozenset()
    ) -> Answer:
        answer = self.send("GET", "FACEBOOK_GRAPH_URL", path, params=self.form(fields))
        return answer if codes(answer) & except_for else self.judged(answer)

    def read_hidden(self, path: str, fields: Mapping[str, str]) -> Answer:
        """A GET whose fields are secrets: in a POST that says so they do not stand in the address."""
        form = self.form({**fields, "method": "get"})
        secrets = tuple(fields.values())
        return self.judged(self.send("POST", "FACEBOOK_GRAPH_URL", path, data=form, secrets=secrets))

    def node(self, id: str, fields: str) -> Answer | None:
        """One thing by its id; None if there is no such thing (any more)."""
        answer = self.get(id, {"fields": fields}, except_for=frozenset({GONE}))
        return answer if answer.is_good else None

    def node_of_kind(self, id: str, fields: str) -> Answer | None:
        """The same, where the id may be of another kind of thing: one that never has all of these fields."""
        try:
            return self.node(id, fields)
        except Refused as error:
            if NO_SUCH_FIELD.search(error.detail):
                return None
            raise

    def listed(
        self, path: str, fields: Mapping[str, Any], *, page: int = PAGE, pages: int = PAGES
    ) -> Iterator[dict[str, Any]]:
        """All of a list, however many answers it takes. A list without end raises NotSent: it would prove nothing."""
        asked = {**fields, "limit": str(page)}
        for _ in range(pages):
            answer = self.get(path, asked)
            if not isinstance(answer.at("data"), list):
                raise answer.unreadable()
            yield from answer.items("data")
            if not (answer.at("paging", "next") and answer.items("data")):
                return
            asked["after"] = answer.needed("paging", "cursors", "after")
        raise NotSent(Trouble.UNREADABLE, f"the list {path} does not end")

    def delete(self, id: str, *, except_for: frozenset[int] = frozenset({GONE})) -> Answer:
        """The answer, also when there is no such thing (any more)."""
        answer = self.send("DELETE", "FACEBOOK_GRAPH_URL", id, params=self.form({}))
        return answer if codes(answer) & except_for else self.judged(answer)

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

    def send(
        self, method: str, host: str, path: str, *, secrets: tuple[str, ...] = (), **parts: Any
    ) -> Answer:
        """`secrets` are those in the parts; our own are blotted out of the answer always."""
        token, secret = self.connection.access_token, self.connection.app_secret
        url = f"{self.addresses[host]}/{VERSION}/{path}"
        answer = http.send(method, url, auth=Bearer(token), secrets=(token, secret, *secrets), **parts)
        self.rests.extend(rests(answer.headers))
        return answer

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
    if code is None and answer.status == TOO_MANY_REQUESTS:
        return throttled(0, answer, detail)  # by something in front of Graph
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
        return throttled(code, answer, detail)
    if code in DOWN:
        return answer.unclear(Trouble.PLATFORM_DOWN, detail)
    if code in CONNECTION:
        return NotConnected(CONNECTION[code], detail)
    return Refused(CONTENT[code], detail) if code in CONTENT else None


# --- how much is used up


def throttled(code: int, answer: Answer, detail: str) -> RateLimited:
    """The longest rest that the headers tell of, or our own guess where they tell nothing."""
    told = list(rests(answer.headers))
    whole_app = code in OF_THE_APP or any(rest.whole_app for rest in told)
    until = max(
        (rest.until for rest in told if rest.whole_app == whole_app), default=later(THROTTLED_SECONDS)
    )
    return RateLimited(Trouble.TOO_MANY_CALLS, detail, until=until, whole_app=whole_app)


def rests(headers: Mapping[str, str]) -> Iterator[Rest]:
    """Of the app, by `X-App-Usage`; of the page, by `X-Business-Use-Case-Usage`. Both come with good answers too."""
    if is_full(read(headers.get(APP_USAGE, ""))):
        yield Rest(later(THROTTLED_SECONDS), whole_app=True)
    pages = read(headers.get(PAGE_USAGE, ""))
    cases = [case for name in pages for case in items(pages, name)]
    full = [minutes(case) for case in cases if is_full(case) or minutes(case) > 0]
    if full:
        yield Rest(later(max(full) * 60 or THROTTLED_SECONDS))


def read(header: str) -> dict[str, Any]:
    try:
        told = json.loads(header)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def is_full(usage: Mapping[str, Any]) -> bool:
    """Each share is in percent; the fullest counts."""
    return any(number(usage.get(share)) >= FULL for share in SHARES)


def minutes(case: Mapping[str, Any]) -> float:
    """How long until a blocked use case is open again; 0 when it is not blocked."""
    return max(number(case.get("estimated_time_to_regain_access")), 0)


def number(value: Any) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
