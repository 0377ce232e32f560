"""
What is sealed in the row of somebody who connects a channel: what the platform is to bring back, and what it gave.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from channels.adapters.connector import Account, App, Grant, Right

MOMENTS = ("expires_at", "connection_ends_at")
"""Of a grant: what JSON has no form for."""


@dataclass
class Notes:
    """What is sealed in a row, in the shape in which the steps use it."""

    verifier: str = field(default="", repr=False)
    answers: dict[str, str] = field(default_factory=dict, repr=False)
    app: App = field(default_factory=lambda: App(""))
    """Who we are to one server alone, where each gives us an id of its own."""
    grant: Grant | None = None
    accounts: tuple[Account, ...] = ()
    trouble: str = ""
    """Why the last step did not go well; a code."""
    entered: dict[str, Any] = field(default_factory=dict)
    """What was entered in the last step, so that nothing of it is lost."""

    def sealable(self) -> dict[str, Any]:
        """Plain JSON: a tuple becomes a list, and a moment its ISO form."""
        plain = asdict(self)
        if self.grant:
            moments = {name: iso(getattr(self.grant, name)) for name in MOMENTS}
            plain["grant"] |= moments
        return plain

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Notes":
        found = dict(plain)
        found["app"] = App(**found["app"])
        found["grant"] = grant_of(found["grant"]) if found["grant"] else None
        found["accounts"] = tuple(map(account_of, found["accounts"]))
        return cls(**found)


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def grant_of(plain: dict[str, Any]) -> Grant:
    moments = {name: datetime.fromisoformat(plain[name]) if plain[name] else None for name in MOMENTS}
    return Grant(**plain | moments | {"scopes": tuple(plain["scopes"])})


def account_of(plain: dict[str, Any]) -> Account:
    return Account(**plain | {"missing": tuple(map(Right, plain["missing"]))})


def secrets_of(grant: Grant, account: Account | None = None) -> dict[str, str]:
    """What the channel's credential holds. Where the account has a token of its own, the person's is not kept."""
    kept = {
        "access_token": (account and account.access_token) or grant.access_token,
        "refresh_token": grant.refresh_token,
        "app_id": grant.app_id,
        "app_secret": grant.app_secret,
    }
    return {name: value for name, value in kept.items() if value}


def to_end(grant: Grant, account: Account | None = None) -> dict[str, str]:
    """What a connector needs to give it back: the same, and where."""
    return secrets_of(grant, account) | ({"host": grant.host} if grant.host else {})
