"""
Looking whether the connection of a page works, and trying it out unseen.

What can be read is what the page's own token reads: its role shows in that it works at all (`190/492` when it was lost).
Which tasks the person has on the page, Facebook tells only the person, while they connect.

Facts: Meta, Page, Debug token and Page photos references for v26.0, read 2026-11-22.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters import clock
from channels.adapters.base import Finding, Health
from channels.adapters.codes import Trouble, Worry
from channels.adapters.connector import Account
from channels.adapters.facebook import tokens
from channels.adapters.facebook.graph import Graph
from channels.adapters.facebook.tokens import Facts
from channels.adapters.http import Answer, at
from channels.adapters.looking import only_looking
from channels.errors import NotConnected, Refused

PAGE_FIELDS = "id,name,username,link,picture{url},followers_count,fan_count"
OF_A_PERSON = "node type (User)"
"""How Graph ends the refusal of a field that people have not."""
ACCESS_ENDS_SOON = timedelta(days=14)


def look(graph: Graph) -> Health:
    """The page as its own token sees it, and what Facebook says of that token. Two calls that change nothing."""
    with only_looking():
        page = own_page(graph)
    worries = tuple(clock.worries(page.headers))
    facts = tokens.facts(graph)
    if not facts.is_valid:
        raise facts.refusal()
    return Health(
        account=account(page.told),
        scopes=facts.scopes_on(graph.connection.account_id),
        connection_ends_at=facts.ends_at,
        findings=(*worries, *access(facts)),
    )


def own_page(graph: Graph) -> Answer:
    page = as_page(graph)
    if page.needed("id") != graph.connection.account_id:
        raise NotConnected(Trouble.WRONG_ACCOUNT, page.detail("another page"))
    return page


def as_page(graph: Graph) -> Answer:
    """A person, whom some tokens are of, has not the fields that a page has."""
    try:
        return graph.get("me", {"fields": PAGE_FIELDS})
    except Refused as error:
        if OF_A_PERSON in error.detail:
            raise NotConnected(Trouble.WRONG_ACCOUNT, error.detail) from error
        raise


def account(page: dict[str, Any], **more: Any) -> Account:
    """A page in Graph's words."""
    followers = page.get("followers_count", page.get("fan_count"))
    return Account(
        id=str(page.get("id", "")),
        name=str(page.get("name", "")),
        handle=str(page.get("username", "")),
        url=str(page.get("link", "")),
        picture_url=str(at(page, "picture", "data", "url") or ""),
        followers=followers if isinstance(followers, int) else None,
        **more,
    )


def access(facts: Facts) -> Iterator[Finding]:
    """
    That the person must soon show up at Facebook's dialog. What a page needs is, by Meta's list, not ended by that; so it
    is a worry, and no end of the connection.
    """
    ends_at = facts.access_ends_at
    if ends_at and ends_at - datetime.now(UTC) < ACCESS_ENDS_SOON:
        yield Finding(Worry.ACCESS_ENDS, {"at": ends_at.isoformat()})
