"""
The AT Protocol's XRPC as one account uses it: one call, and what its refusals mean for us.

Facts: atproto.com, HTTP API (XRPC); lexicons com.atproto.server.*, com.atproto.repo.*; docs.bsky.app, Rate limits; what
@atproto/pds 0.4.217 answers. Read 2026-11-25. A refusal has a name in `error` and a sentence in `message`; the name
decides.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.adapters import hosts, http
from channels.adapters.base import Media, Rest, Tokens
from channels.adapters.bluesky.records import COLLECTION, Blob, Record, Reference
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, Bearer, Unclear, at_epoch, later, rest_until
from channels.adapters.looking import only_looking
from channels.errors import ChannelError, Duplicate, NotConnected, NotSent, RateLimited, Refused, Unconfirmed

WINDOW_SECONDS = 5 * 60
"""How long to wait when no header tells."""
TOKEN_SECONDS = 2 * 3600
"""How long an access token lasts if it does not say so itself."""

CONNECTION: dict[str, Trouble] = {
    "ExpiredToken": Trouble.TOKEN_EXPIRED,
    "InvalidToken": Trouble.TOKEN_EXPIRED,
    "AuthMissing": Trouble.TOKEN_EXPIRED,
    "AuthenticationRequired": Trouble.TOKEN_EXPIRED,
    "AccountTakedown": Trouble.ACCOUNT_SUSPENDED,
    "AccountSuspended": Trouble.ACCOUNT_SUSPENDED,
    "AccountDeactivated": Trouble.ACCOUNT_SUSPENDED,
    "RepoTakendown": Trouble.ACCOUNT_SUSPENDED,
    "RepoSuspended": Trouble.ACCOUNT_SUSPENDED,
    "RepoDeactivated": Trouble.ACCOUNT_SUSPENDED,
    "RepoNotFound": Trouble.NO_CHANNEL,
}
BAD_SCOPE = "Bad token scope"
"""The token is good, but not for this: an app password may not do everything."""
MEDIA = {"BlobTooLarge", "InvalidMimeType", "PayloadTooLarge"}
PLACES: tuple[tuple[re.Pattern[str], Trouble], ...] = (
    (re.compile(r"[/.]text\b"), Trouble.TEXT_REFUSED),
    (re.compile(r"[/.]facets\b"), Trouble.LINK_REFUSED),
    (re.compile(r"[/.]embed\b"), Trouble.MEDIA_REFUSED),
)
"""Where in the record something is wrong, as the sentence tells."""
LOST_BLOB = "BlobNotFound"
GONE = "RecordNotFound"
DOWN = {"UpstreamFailure", "UpstreamTimeout", "InternalServerError", "NotEnoughResources"}


@dataclass(frozen=True)
class API:
    """One server's XRPC, as the account of this token sees it. `home` is the platform's default server (`hosts`)."""

    host: str
    token: str = field(repr=False)
    home: str
    rests: list[Rest] = field(default_factory=list, repr=False, compare=False)

    def ask(self, method: str, **query: str | list[str]) -> Answer:
        return looked(self.send("GET", method, params=query))

    def do(self, method: str, *, unclear: Unclear = NotSent, **parts: Any) -> Answer:
        return judged(self.send("POST", method, unclear=unclear, **parts))

    def upload(self, item: Media) -> Blob:
        """The blob's reference, to be put into a record."""
        with item.open() as file:
            headers = {"Content-Type": item.content_type}
            answer = self.do("com.atproto.repo.uploadBlob", data=file, headers=headers)
        blob = answer.at("blob")
        if not isinstance(blob, dict) or blob.get("size") != item.size:
            raise answer.unreadable()
        return blob

    def put(self, repo: str, key: str, record: Record, *, unclear: Unclear) -> None:
        """Write the record, or leave it as it is if it is there already."""
        body = place_of(repo, key) | {"record": record}
        answer = self.do("com.atproto.repo.putRecord", json=body, unclear=unclear)
        if not answer.needed("uri").endswith(f"/{key}"):
            raise answer.unreadable()

    def record(self, repo: str, key: str, collection: str = COLLECTION) -> Record | None:
        """None if there is none under this key; the server that has the repository is asked, and nobody's copy."""
        found = self.found(repo, key, collection)
        return found[1] if found else None

    def reference(self, repo: str, key: str) -> tuple[Reference, Record] | None:
        """How another record names it, and the record."""
        found = self.found(repo, key)
        if found is None:
            return None
        answer, record = found
        return {"uri": answer.needed("uri"), "cid": answer.needed("cid")}, record

    def found(self, repo: str, key: str, collection: str = COLLECTION) -> tuple[Answer, Record] | None:
        answer = self.send("GET", "com.atproto.repo.getRecord", params=place_of(repo, key, collection))
        if error(answer) == GONE:
            return None
        record = looked(answer).at("value")
        if not isinstance(record, dict):
            raise answer.unreadable()
        return answer, record

    def delete(self, repo: str, key: str) -> None:
        """What is gone already is a success, says the server too."""
        answer = self.send("POST", "com.atproto.repo.deleteRecord", json=place_of(repo, key))
        if not answer.is_good:
            raise trouble(answer)

    def send(self, method: str, name: str, **parts: Any) -> Answer:
        """The answer as it is, refusals too."""
        secrets = (*parts.pop("secrets", ()), self.token)
        with hosts.reach(self.host, self.home):
            url = f"{self.host}/xrpc/{name}"
            answer = http.send(method, url, auth=Bearer(self.token), secrets=secrets, **parts)
        self.rests.extend(rests(answer))
        return answer


def place_of(repo: str, key: str, collection: str = COLLECTION) -> dict[str, Any]:
    return {"repo": repo, "collection": collection, "rkey": key}


# --- sessions ---------------------------------------------------------------------------------------------------


def renewed(host: str, refresh_token: str, home: str, account_id: str) -> Tokens:
    """A session goes on with its refresh token as the bearer; each answer brings the next one."""
    if not refresh_token:
        raise NotConnected(Trouble.TOKEN_EXPIRED, "there is no refresh token")
    answer = API(host, refresh_token, home).do("com.atproto.server.refreshSession", unclear=Unconfirmed)
    if answer.needed("did") != account_id:
        raise NotConnected(Trouble.WRONG_ACCOUNT, answer.detail("another account"))
    return tokens(answer)


def tokens(answer: Answer) -> Tokens:
    access = answer.needed("accessJwt")
    return Tokens(access, answer.needed("refreshJwt"), end(access))


def end(token: str) -> datetime:
    """When the token ends, as it says itself."""
    told = http.whole_number(claims(token).get("exp"))
    return at_epoch("" if told is None else str(told)) or later(TOKEN_SECONDS)


def claims(token: str) -> Mapping[str, Any]:
    """What a JWT says; nobody's proof of anything here. Empty if it is none."""
    body = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


# --- what refusals mean -----------------------------------------------------------------------------------------


def judged(answer: Answer) -> Answer:
    if answer.is_good and isinstance(answer.told, dict):
        return answer
    raise trouble(answer)


def looked(answer: Answer) -> Answer:
    """The same where nothing was sent that could be refused."""
    with only_looking():
        return judged(answer)


def trouble(answer: Answer) -> ChannelError:
    name, words = error(answer), message(answer)
    detail = answer.detail(f"{name} {words}".strip())
    if answer.status == 429:
        return RateLimited(Trouble.TOO_MANY_CALLS, detail, until=open_again(answer))
    if answer.status >= 500 or name in DOWN:
        return answer.down()
    if answer.status < 400 or not name:
        return answer.unreadable()
    if BAD_SCOPE in words or answer.status == 403:
        return NotConnected(Trouble.PERMISSION_MISSING, detail)
    if name in CONNECTION or answer.status == 401:
        return NotConnected(CONNECTION.get(name, Trouble.TOKEN_EXPIRED), detail)
    return refused(answer, name, detail)


def refused(answer: Answer, name: str, detail: str) -> ChannelError:
    """A clear no to what was sent."""
    if name == LOST_BLOB:
        return NotSent(Trouble.UPLOAD_LOST, detail)
    if name == "InvalidSwap":
        return Duplicate(Trouble.DUPLICATE, detail)
    if name in MEDIA or answer.status == 413:
        return Refused(Trouble.MEDIA_REFUSED, detail)
    named = (code for place, code in PLACES if place.search(message(answer)))
    return Refused(next(named, Trouble.REFUSED), detail)


def error(answer: Answer) -> str:
    told = answer.at("error") if answer.status >= 400 else ""
    return told if isinstance(told, str) else ""


def message(answer: Answer) -> str:
    told = answer.at("message")
    return told if isinstance(told, str) else ""


def open_again(answer: Answer) -> datetime:
    return next((rest.until for rest in rests(answer)), later(WINDOW_SECONDS))


def rests(answer: Answer) -> Iterator[Rest]:
    """One if the limit is used up, also by a good answer. It is the account's own: no other channel rests with it."""
    reset = at_epoch(answer.headers.get("RateLimit-Reset"))
    if reset and answer.headers.get("RateLimit-Remaining") == "0":
        yield Rest(rest_until(reset))
