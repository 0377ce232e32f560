"""How X tells a user, with the fields that were asked for."""

from datetime import UTC, datetime
from typing import Any

from flask import request

from channels.sandbox import people
from channels.sandbox.context import base, picture_of, store
from channels.sandbox.store import Account
from channels.sandbox.x.answers import PROBLEMS, Answer, call, caller, invalid, profile, x
from channels.sandbox.x.spelling import spelled

# X, OpenAPI description 2.167: what user.fields may name
USER_FIELDS = {
    "affiliation", "confirmed_email", "connection_status", "created_at", "description", "entities", "id",
    "is_identity_verified", "location", "most_recent_post_id", "most_recent_tweet_id", "name", "parody",
    "pinned_post_id", "pinned_tweet_id", "profile_banner_url", "profile_image_url", "protected", "public_metrics",
    "receives_your_dm", "subscribes_to_you", "subscription", "subscription_type", "url", "username", "verified",
    "verified_followers_count", "verified_type", "withheld",
}  # fmt: skip
ALWAYS = {"id", "name", "username"}


def asked(name: str) -> set[str]:
    return {part for part in request.args.get(name, "").split(",") if part}


def as_user(account: Account) -> dict[str, Any]:
    """The user with the fields that the query names."""
    wanted = asked("user.fields")
    if strange := sorted(wanted - USER_FIELDS):
        raise invalid(f"The `user.fields` query parameter value [{strange[0]}] is not one of the known fields",
                      **{"user.fields": strange[0]})  # fmt: skip
    told = everything(account)
    return spelled({name: told[name] for name in told if name in ALWAYS | wanted})


def everything(account: Account) -> dict[str, Any]:
    about = people.facts(store(), account)
    posts = len(store().published("x", "post", account.id))
    return {
        "id": account.id, "name": account.name, "username": account.handle, "description": "", "location": "",
        "created_at": datetime.fromtimestamp(store().created("x", account.id), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "profile_image_url": picture_of("x", account.id), "protected": False, "parody": False,
        "url": f"{base()}/sidor/x/{account.handle}", "verified": about["verified"],
        "verified_type": "business" if about["verified"] else "none",
        "public_metrics": {
            "followers_count": about["followers"], "following_count": 0, "tweet_count": posts, "listed_count": 0,
            "like_count": 0, "media_count": 0,
        },
    }  # fmt: skip


@x.get("/2/users/me")
@call("me")
def me() -> Answer:
    return {"data": as_user(profile(caller("me", "tweet.read", "users.read")))}


@x.get("/2/users/<id>")
@call("user")
def user(id: str) -> Answer:
    caller("user", "tweet.read", "users.read")
    found = store().account("x", id)
    return {"data": as_user(found)} if found else {"errors": [no_user(id)]}


def no_user(id: str) -> dict[str, str]:
    return {
        "resource_type": "user", "resource_id": id, "parameter": "id", "value": id, "title": "Not Found Error",
        "detail": f"Could not find user with id: [{id}].", "type": f"{PROBLEMS}resource-not-found",
    }  # fmt: skip
