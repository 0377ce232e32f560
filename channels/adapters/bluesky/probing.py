"""
Looking whether a Bluesky account's connection works.

Facts: lexicons com.atproto.server.getSession, com.atproto.repo.getRecord, com.atproto.sync.getBlob and
app.bsky.actor.profile; read 2026-11-25. All of it is asked of the account's own server: how many follow it, only an
index of the whole network knows.
"""

from typing import Any

from channels.adapters import clock
from channels.adapters.base import Connection, Health
from channels.adapters.bluesky.api import API
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account
from channels.adapters.http import Answer, at
from channels.errors import NotConnected

PROFILE = "app.bsky.actor.profile"


def look(api: API, connection: Connection) -> Health:
    """Two calls that change nothing."""
    session = own_session(api)
    worries = tuple(clock.worries(session.headers))
    if session.needed("did") != connection.account_id:
        raise NotConnected(Trouble.WRONG_ACCOUNT, session.detail("another account"))
    return Health(account(api, session.told), findings=worries)


def own_session(api: API) -> Answer:
    """An account that is closed for a time still has sessions."""
    answer = api.ask("com.atproto.server.getSession")
    answer.needed("did")
    if answer.at("active") is False:
        raise NotConnected(Trouble.ACCOUNT_SUSPENDED, answer.detail(answer.at("status")))
    return answer


def account(api: API, session: dict[str, Any]) -> Account:
    """The account, with what it says of itself in its own repository; one that says nothing has only its name."""
    id, handle = str(session["did"]), str(session.get("handle") or "")
    profile = api.record(id, "self", PROFILE) or {}
    return Account(
        id=id,
        name=str(profile.get("displayName") or handle),
        handle=handle,
        picture_url=picture(api.host, id, at(profile, "avatar", "ref", "$link")),
    )


def picture(host: str, id: str, blob: object) -> str:
    return f"{host}/xrpc/com.atproto.sync.getBlob?did={id}&cid={blob}" if blob else ""
