"""Posts: made, read back, listed and deleted."""

import re
from datetime import datetime
from typing import Any

from flask import request

from channels.sandbox import faults, processing, tweet_text
from channels.sandbox.context import json_body, part_of, record, store
from channels.sandbox.history import folded, snowflake
from channels.sandbox.store import Thing
from channels.sandbox.x.answers import (
    PROBLEMS,
    Answer,
    call,
    caller,
    count_day,
    duplicate,
    invalid,
    not_permitted,
    problem,
    profile,
    x,
)
from channels.sandbox.x.media import MEDIA_SECONDS
from channels.sandbox.x.spelling import spelled
from channels.sandbox.x.told import as_post, chosen, conversation_of

PICTURES = 4
FILM_SECONDS = 20 * 60
MENTIONS = 800  # X, Mentions: a list reaches this far back
SEARCHED_SECONDS = 7 * 24 * 3600  # X, Search: recent is seven days
LISTED = 3200  # X, Timelines: a list reaches this far back
DUPLICATE_SECONDS = 24 * 3600  # undocumented; X refuses what the account said lately
POST_FIELDS = {
    "text", "media", "reply", "quote_tweet_id", "poll", "reply_settings", "made_with_ai", "paid_partnership",
    "community_id", "share_with_followers", "edit_options", "for_super_followers_only", "geo", "nullcast", "card_uri",
    "direct_message_deep_link",
}  # fmt: skip


@x.post("/2/tweets")
@call("post")
def post() -> Answer:
    token = caller("post", "tweet.read", "tweet.write", "users.read")
    count_day(token)
    body = json_body()
    if unknown := sorted(set(body) - POST_FIELDS):
        raise invalid(
            f"$.{unknown[0]}: is not defined in the schema and the schema does not allow additional properties"
        )
    text, ids = body.get("text", ""), part_of(body, "media").get("media_ids", [])
    check_words(text, ids)
    with store().transaction():
        items = [usable(token.account, id) for id in ids]
        check_mix(items)
        check_reply(token.account, body)
        check_new(token.account, text, items)
        made = publish(token.account, text, items, body)
    told = as_post(made, profile(token))
    return {"data": spelled({name: told[name] for name in ("id", "text", "edit_history_tweet_ids")})}, 201


def check_words(text: Any, ids: list[Any]) -> None:
    if not isinstance(text, str) or not (text.strip() or ids):
        raise invalid("Your Tweet text is missing.", text=text)
    if tweet_text.weigh(text) > tweet_text.LIMIT:
        raise invalid("Your Tweet text is too long. For more information, see the documentation.", text=text)
    if len(re.findall(r"(?<!\w)\$[A-Za-z]{1,6}\b", text)) > 1:
        raise not_permitted("A post may contain a maximum of one cashtag.")
    if not isinstance(ids, list):
        raise invalid("$.media.media_ids: is not an array", media_ids=ids)
    if len(ids) > PICTURES:
        raise invalid("$.media.media_ids: there must be a maximum of 4 items in the array", media_ids=ids)


def usable(user: str, id: str) -> Thing:
    """The uploaded medium, if it is the account's own, in date and processed."""
    found = store().get("x", "media", str(id))
    now = store().now()
    good = found and found.account == user and found.created > now - MEDIA_SECONDS and "item" in found.data
    if not found or not good or processing.state(found.data.get("processing"), now) != "ready":
        raise invalid("Your media IDs are invalid.", media_ids=id)
    return found


def check_mix(items: list[Thing]) -> None:
    kinds = [item.data["shape"] for item in items]
    if len(kinds) > 1 and set(kinds) != {"picture"}:
        raise invalid("You may attach up to 4 photos, or 1 animated GIF, or 1 video.", media_ids=kinds)
    if any(item.data["seconds"] > FILM_SECONDS for item in items):
        raise not_permitted("This user is not allowed to post a video longer than 20 minutes.")


def check_reply(user: str, body: dict[str, Any]) -> None:
    target = part_of(body, "reply").get("in_reply_to_tweet_id")
    if target is None:
        return
    found = store().get("x", "post", str(target))
    if found is None:
        raise not_permitted("You attempted to reply to a Tweet that is deleted or not visible to you.")
    if found.account != user and not mentions(found, user):
        raise not_permitted(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
            "the author of the post you are replying to."
        )


def mentions(post: Thing, user: str) -> bool:
    """Whether the post names the account, or answers one of its posts."""
    account = store().account("x", user)
    answered = store().get("x", "post", post.data.get("reply_to") or "")
    named = account and re.search(rf"(?<!\w)@{re.escape(account.handle)}\b", post.data["text"], re.IGNORECASE)
    return bool(named) or bool(answered and answered.account == user)


def check_new(user: str, text: str, items: list[Thing]) -> None:
    if store().takes_repeats:
        return
    same = store().said("x", user, folded(text), since=store().now() - DUPLICATE_SECONDS)
    wanted = [item.id for item in items]
    if any([item["id"] for item in post.data["media"]] == wanted for post in same):
        raise duplicate()


def publish(user: str, text: str, items: list[Thing], body: dict[str, Any]) -> Thing:
    now = store().now()
    media = [item.data["item"] for item in items]
    reply_to = part_of(body, "reply").get("in_reply_to_tweet_id", "")
    data = {"text": text, "said": folded(text), "media": media, "reply_to": reply_to}
    if reply_to and (answered := store().get("x", "post", reply_to)):
        data["conversation"] = conversation_of(answered)
    made = store().put("x", "post", snowflake(store(), now), user, data, public_at=now, created=now)
    ids = {"post": made.id, "media": ",".join(item.id for item in items)}
    record("x", "post", "public", user, ids, text=text, media=[item["sha256"] for item in media])
    return made


@x.delete("/2/tweets/<id>")
@call("delete")
def delete(id: str) -> Answer:
    token = caller("delete", "tweet.read", "tweet.write", "users.read")
    found = store().get("x", "post", id)
    if found is None:
        raise problem(
            404,
            "Not Found Error",
            f"Could not find tweet with id: [{id}].",
            type=f"{PROBLEMS}resource-not-found",
        )
    if found.account != token.account:
        raise not_permitted("You are not authorized to delete this Tweet.")
    with store().transaction():
        store().remove(found)
        record("x", "delete", "removed", token.account, {"post": id})
    return {"data": {"deleted": True}}


@x.get("/2/tweets/<id>")
@call("tweet")
def tweet(id: str) -> Answer:
    caller("tweet", "tweet.read", "users.read")
    found = store().get("x", "post", id)
    if found is None:
        return {"errors": [not_found(id)]}
    author = store().account("x", found.account)
    told = chosen([as_post(found, author)] if author else [])
    return {**told, "data": told["data"][0]}


@x.get("/2/tweets")
@call("tweet")
def tweets() -> Answer:
    caller("tweet", "tweet.read", "users.read")
    ids = [id for id in request.args.get("ids", "").split(",") if id]
    found = [
        (post, store().account("x", post.account)) for id in ids if (post := store().get("x", "post", id))
    ]
    missing = sorted(set(ids) - {post.id for post, _ in found})
    told = chosen([as_post(post, author) for post, author in found if author])
    return {**told, "errors": [not_found(id) for id in missing]} if missing else told


def not_found(id: str) -> dict[str, str]:
    return {
        "resource_type": "tweet", "resource_id": id, "parameter": "id", "value": id, "title": "Not Found Error",
        "detail": f"Could not find tweet with id: [{id}].", "type": f"{PROBLEMS}resource-not-found",
    }  # fmt: skip


@x.get("/2/users/<user>/tweets")
@call("timeline")
def timeline(user: str) -> Answer:
    caller("timeline", "tweet.read", "users.read")
    if store().account("x", user) is None:
        return {"errors": [not_found(user)]}
    return listed(within(user))


@x.get("/2/users/<user>/mentions")
@call("mentions")
def mentioned(user: str) -> Answer:
    caller("mentions", "tweet.read", "users.read")
    if store().account("x", user) is None:
        return {"errors": [not_found(user)]}
    return listed([post for post in within() if post.account != user and mentions(post, user)][:MENTIONS])


@x.get("/2/tweets/search/recent")
@call("search")
def search() -> Answer:
    """Only what answers need: `conversation_id:17`, within seven days."""
    caller("search", "tweet.read", "users.read")
    wanted = re.fullmatch(r"conversation_id:(\d+)", request.args.get("query", ""))
    if wanted is None:
        raise invalid("There were errors processing your request: only conversation_id:<id> is known here.",
                      query=request.args.get("query", ""))  # fmt: skip
    week = store().now() - SEARCHED_SECONDS
    found = [post for post in within() if conversation_of(post) == wanted[1] and post.id != wanted[1]]
    return listed([post for post in found if post.created >= week], least=10, cursor="next_token")


@x.put("/2/tweets/<id>/hidden")
@call("hide")
def hide(id: str) -> Answer:
    """Others' answers, in a conversation that the account began."""
    token = caller("hide", "tweet.read", "users.read", "tweet.moderate.write")
    found = store().get("x", "post", id)
    began = store().get("x", "post", conversation_of(found)) if found else None
    if found is None or began is None or began.account != token.account or began.id == id:
        raise not_permitted("You may only hide replies in conversations that you started.")
    with store().transaction():
        found.data["hidden"] = json_body().get("hidden") is True
        store().save(found)
        record("x", "hide", "changed", token.account, {"post": id})
    return {"data": {"hidden": found.data["hidden"]}}


def listed(found: list[Thing], *, least: int = 5, cursor: str = "pagination_token") -> Answer:
    """One page of posts, newest first."""
    size, start = whole("max_results", 10, least, 100), whole(cursor, 0, 0, LISTED)
    told = [(post, store().account("x", post.account)) for post in found[start : start + size]]
    page = [as_post(post, author) for post, author in told if author]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
    if start + size < len(found):
        meta["next_token"] = str(start + size)
    return {**(chosen(page) if page else {}), "meta": meta}


def within(user: str = "") -> list[Thing]:
    """The account's posts, or everybody's, between the asked times and ids, as far as the lists know them."""
    since, until = time_of("start_time", 0), min(time_of("end_time", store().now()), faults.visible_until())
    most_id = 1 << 63
    least, most = whole("since_id", 0, 0, most_id), whole("until_id", most_id, 0, most_id)
    seen = (
        store().published("x", "post", user, since=since, until=until, limit=LISTED)
        if user
        else store().published_by_all("x", "post", since=since, until=until, limit=LISTED)
    )
    return [post for post in seen if least < int(post.id) < most]


def whole(name: str, default: int, least: int, most: int) -> int:
    given = request.args.get(name, str(default))
    if not given.isdigit() or not least <= int(given) <= most:
        raise invalid(
            f"The `{name}` query parameter value [{given}] is not between {least} and {most}", **{name: given}
        )
    return int(given)


def time_of(name: str, default: float) -> float:
    given = request.args.get(name)
    if not given:
        return default
    try:
        return datetime.fromisoformat(given).timestamp()
    except ValueError as exc:
        raise invalid(
            f"The `{name}` query parameter value [{given}] is not a valid time", **{name: given}
        ) from exc
