"""
YouTube's Data API v3: one call, and what its refusals mean for us.

Facts: Google, YouTube Data API errors, Quota and videos references, read 2026-11-22. The reason of the first error
decides, and the HTTP status only where there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels.adapters import http
from channels.adapters.base import Connection, Rest
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, Unclear, later
from channels.errors import ChannelError, NotConnected, NotSent, RateLimited, Refused

QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
QUOTAS = {"quotaExceeded", "dailyLimitExceeded"}
"""The app's own, for all channels together; filled again at midnight Pacific time (Quota)."""
UPLOAD_LIMITS = {"uploadLimitExceeded"}
UPLOAD_LIMIT_SECONDS = 24 * 3600
TOO_MANY = {"rateLimitExceeded", "userRateLimitExceeded", "uploadRateLimitExceeded"}
TOO_MANY_SECONDS = 60
"""A rate by the minute; `Retry-After` is rarely sent."""
DOWN = {"backendError", "internalError", "SERVICE_UNAVAILABLE"}
FILM_GONE = {"videoNotFound", "notFound"}
GONE = FILM_GONE | {"channelNotFound", "playlistNotFound"}

CONNECTION: dict[str, Trouble] = {
    "authError": Trouble.TOKEN_EXPIRED,
    "required": Trouble.TOKEN_EXPIRED,
    "authorizationRequired": Trouble.TOKEN_EXPIRED,
    "youtubeSignupRequired": Trouble.NO_CHANNEL,
    "channelClosed": Trouble.NO_CHANNEL,
    "channelSuspended": Trouble.ACCOUNT_SUSPENDED,
    "authenticatedUserAccountClosed": Trouble.NO_CHANNEL,
    "authenticatedUserAccountSuspended": Trouble.ACCOUNT_SUSPENDED,
    "insufficientPermissions": Trouble.PERMISSION_MISSING,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Trouble.PERMISSION_MISSING,
    "forbidden": Trouble.PERMISSION_MISSING,
    "videoNotEditable": Trouble.PERMISSION_MISSING,
    "accessNotConfigured": Trouble.APP_KEYS,
}
CONTENT: dict[str, Trouble] = {
    **dict.fromkeys(("invalidTitle", "invalidDescription", "invalidTags"), Trouble.TEXT_REFUSED),
    **dict.fromkeys(("invalidVideoMetadata", "invalidCategoryId"), Trouble.TEXT_REFUSED),
    **dict.fromkeys(("invalidFilename", "mediaBodyRequired", "badContent"), Trouble.MEDIA_REFUSED),
    **dict.fromkeys(("uploadTooLarge",), Trouble.MEDIA_REFUSED),
    **dict.fromkeys(("forbiddenPrivacySetting", "invalidPublishAt"), Trouble.PRIVACY_REFUSED),
}


@dataclass(frozen=True)
class API:
    """The API as one channel sees it."""

    connection: Connection
    addresses: Mapping[str, str] = field(repr=False)
    rests: list[Rest] = field(default_factory=list, repr=False, compare=False)
    """Stays empty: Google tells of a limit only when it is reached."""

    def get(self, resource: str, **query: str) -> Answer:
        return judged(self.send("GET", f"youtube/v3/{resource}", params=query))

    def put(self, resource: str, part: str, body: Mapping[str, Any], *, unclear: Unclear) -> Answer:
        return judged(
            self.send("PUT", f"youtube/v3/{resource}", params={"part": part}, json=body, unclear=unclear)
        )

    def delete(self, resource: str, id: str) -> bool:
        """The answer to a deletion has nothing in it. What is gone already is a success; False: it was that."""
        answer = self.send("DELETE", f"youtube/v3/{resource}", params={"id": id})
        if answer.is_good or reason(answer) in FILM_GONE:
            return answer.is_good
        if reason(answer) == "forbidden":
            # Of a film, not of the connection: this one is somebody else's.
            raise Refused(Trouble.NOT_OURS, answer.detail(answer.at("error", "message")))
        raise trouble(answer)

    def send(self, method: str, path: str, **parts: Any) -> Answer:
        return self.send_to(f"{self.addresses['YOUTUBE_API_URL']}/{path}", method, **parts)

    def send_to(self, address: str, method: str, *, unclear: Unclear = NotSent, **parts: Any) -> Answer:
        """The answer as it is, refusals too."""
        token = self.connection.access_token
        return http.send(method, address, auth=Bearer(token), secrets=(token,), unclear=unclear, **parts)


def judged(answer: Answer) -> Answer:
    if answer.is_good and isinstance(answer.told, dict):
        return answer
    raise trouble(answer)


def trouble(answer: Answer) -> ChannelError:
    why, detail = reason(answer), answer.detail(f"{reason(answer)} {answer.at('error', 'message') or ''}")
    if limit := limited(why, answer, detail):
        return limit
    if why in DOWN or answer.status >= 500:
        return answer.unclear(Trouble.PLATFORM_DOWN, detail)
    if why in CONNECTION:
        return NotConnected(CONNECTION[why], detail)
    if why in CONTENT:
        return Refused(CONTENT[why], detail)
    if answer.status == 401:
        return NotConnected(Trouble.TOKEN_EXPIRED, detail)
    if answer.status == 403 and why:
        return NotConnected(Trouble.PERMISSION_MISSING, detail)
    if why in GONE:
        return Refused(Trouble.FILM_GONE, detail)
    return Refused(Trouble.REFUSED, detail) if why else answer.unreadable()


def limited(why: str, answer: Answer, detail: str) -> RateLimited | None:
    if why in QUOTAS:
        return RateLimited(Trouble.QUOTA, detail, until=next_midnight(later(0)), whole_app=True)
    if why in UPLOAD_LIMITS:
        return RateLimited(Trouble.UPLOAD_LIMIT, detail, until=later(UPLOAD_LIMIT_SECONDS))
    if why in TOO_MANY or answer.status == 429:
        return RateLimited(Trouble.TOO_MANY_CALLS, detail, until=later(retry_after(answer)))
    return None


def reason(answer: Answer) -> str:
    first = next(iter(answer.items("error", "errors")), {})
    return str(first.get("reason") or "")


def retry_after(answer: Answer) -> int:
    given = answer.headers.get("Retry-After", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else TOO_MANY_SECONDS


def next_midnight(now: datetime) -> datetime:
    """When the quota is filled again."""
    tomorrow = now.astimezone(QUOTA_ZONE).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=QUOTA_ZONE)
