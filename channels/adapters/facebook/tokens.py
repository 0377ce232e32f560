"""
What Facebook says of a token: whose it is, which permissions it has, and until when.

That is asked by the app itself. The token is a field of the form and not in the address, where addresses are written into
logs; Graph takes a POST that says `method=get` for a GET.

Facts: Meta, Debug token and Access tokens references for v26.0, read 2026-11-22; the POST as Meta's own SDKs for PHP and
JavaScript make it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from channels.adapters.codes import Trouble
from channels.adapters.facebook.graph import CONNECTION, GONE, Graph
from channels.adapters.http import Answer, at_epoch
from channels.errors import NotConnected, Refused

REMOVED = 458
"""The person has not let the app in, or does not any more."""


class Facts:
    """What Facebook says of one token."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    @property
    def is_valid(self) -> bool:
        return self.answer.at("data", "is_valid") is True

    @property
    def is_removed(self) -> bool:
        return self.error.get("subcode") == REMOVED

    @property
    def error(self) -> Mapping[str, Any]:
        """Why it is not valid."""
        told = self.answer.at("data", "error")
        return told if isinstance(told, dict) else {}

    def refusal(self) -> NotConnected:
        """The same as one of our errors. The subcode, which is the more precise, is asked first."""
        codes = [code for name in ("subcode", "code") if isinstance(code := self.error.get(name), int)]
        known = (CONNECTION[code] for code in codes if code in CONNECTION)
        detail = self.answer.detail(f"the token is not valid: {codes} {self.error.get('message', '')}")
        return NotConnected(next(known, Trouble.TOKEN_EXPIRED), detail)

    @property
    def person(self) -> str:
        """The id of the person who gave it; "" where none did."""
        return str(self.answer.at("data", "user_id") or "")

    @property
    def ends_at(self) -> datetime | None:
        """None: never."""
        return self.moment("expires_at")

    @property
    def access_ends_at(self) -> datetime | None:
        """Until when the person was seen at Facebook's dialog lately enough for those permissions that want that."""
        return self.moment("data_access_expires_at")

    def moment(self, name: str) -> datetime | None:
        """Zero is no moment."""
        seconds = self.answer.at("data", name)
        return at_epoch(str(seconds)) if seconds else None

    def scopes_on(self, page: str) -> tuple[str, ...]:
        """The permissions that reach this page: a person may give them for some pages only."""
        told = self.answer.at("data", "scopes")
        scopes = [scope for scope in told if isinstance(scope, str)] if isinstance(told, list) else []
        return tuple(scope for scope in scopes if scope not in self.only_elsewhere(page))

    def only_elsewhere(self, page: str) -> set[str]:
        given = self.answer.items("data", "granular_scopes")
        targets = {str(item.get("scope")): item.get("target_ids") for item in given}
        return {
            scope
            for scope, ids in targets.items()
            if isinstance(ids, list) and is_of_pages(scope) and page not in map(str, ids)
        }


def is_of_pages(scope: str) -> bool:
    """Others are given for businesses, whose ids say nothing of pages."""
    return scope.startswith(("pages_", "read_insights"))


def facts(graph: Graph) -> Facts:
    """Of this connection's token."""
    with our_own_fault():
        token = graph.connection.access_token
        answer = as_app(graph).read_hidden("debug_token", {"input_token": token})
    if not isinstance(answer.at("data", "is_valid"), bool):
        raise answer.unreadable()
    return Facts(answer)


def end_all(graph: Graph, person: str) -> None:
    """Give back all that this person has given us. Given back already is a success."""
    with our_own_fault():
        as_app(graph).delete(f"{person}/permissions", except_for=frozenset({REMOVED, GONE}))


def as_app(graph: Graph) -> Graph:
    """The same API as the app itself sees it, whoever has signed in."""
    ours = graph.connection
    return replace(graph, connection=replace(ours, access_token=f"{ours.app_id}|{ours.app_secret}"))


@contextmanager
def our_own_fault() -> Iterator[None]:
    """Where the app asks for itself, a refusal is of the app: its secret is wrong, or the token is another app's."""
    try:
        yield
    except (NotConnected, Refused) as error:
        raise NotConnected(Trouble.APP_KEYS, error.detail) from error
