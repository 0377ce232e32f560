"""How X tells a user."""

from typing import Any

from flask import request

from channels.sandbox.store import Account
from channels.sandbox.x.answers import Answer, call, caller, profile, x


def asked(name: str) -> set[str]:
    return {part for part in request.args.get(name, "").split(",") if part}


def as_user(account: Account) -> dict[str, Any]:
    return {"id": account.id, "name": account.name, "username": account.handle}


@x.get("/2/users/me")
@call("me")
def me() -> Answer:
    return {"data": as_user(profile(caller("me", "tweet.read", "users.read")))}
