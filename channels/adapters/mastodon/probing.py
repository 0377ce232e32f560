"""
Looking whether a Mastodon account's connection works, and whether its server takes what we count on.

Facts: docs.joinmastodon.org, accounts (verify_credentials), CredentialAccount and Instance; read 2026-11-25. A server
does not tell what a token may do.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from channels.adapters import clock
from channels.adapters.base import Connection, Finding, Health
from channels.adapters.codes import Trouble, Worry
from channels.adapters.connector import Account
from channels.adapters.http import Answer, at, whole_number
from channels.adapters.mastodon import text
from channels.adapters.mastodon.api import API
from channels.errors import NotConnected

PICTURES = 4


def look(api: API, connection: Connection) -> Health:
    """Two calls that change nothing."""
    answer = own_account(api)
    if number(connection.account_id) != answer.needed("id"):
        raise NotConnected(Trouble.WRONG_ACCOUNT, answer.detail("another account"))
    return Health(account(answer.told, api.host), findings=(*clock.worries(answer.headers), *tightness(api)))


def own_account(api: API) -> Answer:
    answer = api.get("v1/accounts/verify_credentials")
    answer.needed("id")
    return answer


def account(told: dict[str, Any], host: str) -> Account:
    """A number means something on its own server only, so that the server's name belongs to the id."""
    handle, followers = str(told.get("username") or ""), told.get("followers_count")
    return Account(
        id=f"{told['id']}@{urlsplit(host).netloc}",
        name=str(told.get("display_name") or handle),
        handle=handle,
        url=f"{host}/@{handle}",
        picture_url=str(told.get("avatar_static") or told.get("avatar") or ""),
        followers=whole_number(followers),
    )


def number(account_id: str) -> str:
    return account_id.partition("@")[0]


def tightness(api: API) -> Iterator[Finding]:
    """That the server takes less than we let people write. Servers before version 4 do not tell."""
    answer = api.seek("v2/instance")
    statuses = at(answer.told, "configuration", "statuses") if answer else None
    characters, pictures = at(statuses, "max_characters"), at(statuses, "max_media_attachments")
    if is_less(characters, text.LIMIT) or is_less(pictures, PICTURES):
        yield Finding(Worry.SERVER_TAKES_LESS, {"characters": characters, "pictures": pictures})


def is_less(told: Any, wanted: int) -> bool:
    number = whole_number(told)
    return number is not None and number < wanted
