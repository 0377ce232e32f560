"""
X's API v2, as far as an account needs it: publishing, media, reading back, deleting, and OAuth 2.0 with PKCE.

Facts: X, Manage posts, Media upload, Timelines, Rate limits, Response codes and OAuth 2.0 pages, read 2026-11-22.
"""

import base64
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from channels.sandbox import consent, faults, processing, tweet_text
from channels.sandbox.context import RefusedError, base, bearer, json_body, part_of, record, store
from channels.sandbox.history import folded, shown, snowflake
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import X_TOKEN_SECONDS, Account, Kept, Thing, Token

PROBLEMS = "https://api.x.com/2/problems/"
WINDOW = 900
LIMITS = {
    "post": 100,
    "delete": 50,
    "me": 75,
    "timeline": 900,
    "tweet": 900,
    "media_upload": 1875,
    "media_initialize": 1875,
    "media_append": 1875,
    "media_finalize": 1875,
    "media_status": 1000,
    "media_metadata": 500,
}  # fmt: skip - X, Rate limits: per user and 15 minutes
DAY = 24 * 3600
DAILY = {"user": 9600, "app": 10_000}
"""Posts a day: 10,000 for the app (Rate limits). X gives no figure for the user's: as many as the windows let through."""
CODE_SECONDS = 30  # X, OAuth 2.0 with PKCE
# X, Media upload, and its best practices (September 2026)
MEDIA_SECONDS = 24 * 3600
ALT_TEXT = 1000
PICTURES = 4
SEGMENT_BYTES = 8 * 1024 * 1024
IMAGE_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
BYTES = {"picture": 5 * 1024 * 1024, "gif": 15 * 1024 * 1024, "film": 8 * 1024**3}
FILM_SECONDS = 20 * 60
LISTED = 3200  # X, Timelines: a list reaches this far back
DUPLICATE_SECONDS = 24 * 3600  # undocumented; X refuses what the account said lately
KEYS = {"picture": "3", "gif": "16", "film": "13"}
POST_FIELDS = {
    "text", "media", "reply", "quote_tweet_id", "poll", "reply_settings", "made_with_ai", "paid_partnership",
    "community_id", "share_with_followers", "edit_options", "for_super_followers_only", "geo", "nullcast", "card_uri",
    "direct_message_deep_link",
}  # fmt: skip

WINDOWS = "x-rate-limit"
POOLS = {"": WINDOWS, "user": "x-user-limit-24hour", "app": "x-app-limit-24hour"}

x = Blueprint("x", __name__, url_prefix="/x")

Answer = ResponseReturnValue


# -- refusals


def problem(status: int, title: str, detail: str, *, type: str = "about:blank", **more: Any) -> RefusedError:
    answer = jsonify({"title": title, "detail": detail, "type": type, "status": status, **more})
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return RefusedError(answer)


def invalid(message: str, **parameters: Any) -> RefusedError:
    told = {name: [str(value)] for name, value in parameters.items()}
    answer = jsonify({
        "errors": [{"parameters": told, "message": message}], "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.", "type": f"{PROBLEMS}invalid-request",
    })  # fmt: skip
    answer.status_code = 400
    return RefusedError(answer)


def unauthorized(_: object = None) -> RefusedError:
    return problem(401, "Unauthorized", "Unauthorized")


def not_permitted(detail: str = "You are not permitted to perform this action.") -> RefusedError:
    return problem(403, "Forbidden", detail)


def duplicate(_: object = None) -> RefusedError:
    return not_permitted("You are not allowed to create a Tweet with duplicate content.")


def no_permission(_: object = None) -> RefusedError:
    return problem(
        403,
        "Forbidden",
        "Your account is not permitted to access this feature.",
        type=f"{PROBLEMS}client-forbidden",
    )


def out_of_credit(_: object = None) -> RefusedError:
    return problem(402, "Payment Required", "credits depleted", type=f"{PROBLEMS}credits-depleted")


def dead_grant(_: object = None) -> RefusedError:
    return consent.token_refused(400, "invalid_request", "Value passed for the token was invalid.")


def throttled(rule: faults.Rule) -> RefusedError:
    if rule.pool == "month":
        return capped()
    if rule.pool:
        return too_many(DAILY[rule.pool], end_of(rule), pool=POOLS[rule.pool])
    return too_many(LIMITS.get(rule.call, 100), end_of(rule))


def end_of(rule: faults.Rule) -> int:
    return ceil(store().now() + (900 if rule.seconds is None else rule.seconds))


def capped() -> RefusedError:
    return problem(429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap",
                   type=f"{PROBLEMS}usage-capped", period="Monthly", scope="Product")  # fmt: skip


def too_many(limit: int, reset: int, pool: str = WINDOWS) -> RefusedError:
    refusal = problem(429, "Too Many Requests", "Too Many Requests")
    set_limit(refusal.response, limit, 0, reset, pool)
    return refusal


def outage(rule: faults.Rule) -> RefusedError:
    titles = {
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }
    title = titles.get(rule.status, "Service Unavailable")
    return problem(rule.status, title, title)


ANSWERS: faults.Answers = {
    "error": outage,
    "rate_limited": throttled,
    "expired_token": unauthorized,
    "forbidden": no_permission,
    "out_of_credit": out_of_credit,
    "refuse": lambda rule: not_permitted(),
    "duplicate": duplicate,
}
call = faults.calls("x", ANSWERS)
# The token endpoint has bodies of its own, and says "too many" without telling until when.
at_token = faults.calls("x", {
    **ANSWERS, "expired_token": dead_grant, "refuse": dead_grant,
    "rate_limited": lambda rule: problem(429, "Too Many Requests", "Too Many Requests"),
})  # fmt: skip


# -- who calls, and how often


def caller(name: str, *scopes: str) -> Token:
    """Who calls, if the token is good, has the scopes and calls not too often."""
    token = consent.alive("x", ["access"], bearer())
    if token is None:
        raise unauthorized()
    count_call(token, name)
    if not set(scopes) <= set(token.scopes):
        raise problem(
            403,
            "Forbidden",
            "The token lacks the scope for this endpoint.",
            type=f"{PROBLEMS}not-authorized-for-resource",
        )
    return token


def count_call(token: Token, name: str) -> None:
    limit, window = LIMITS[name], int(store().now() // WINDOW)
    used = store().count(f"x {token.account} {name} {window}")
    reset = (window + 1) * WINDOW
    g.rate_limit = (limit, left(limit, used), reset)
    if used > limit and is_enforced():
        raise too_many(limit, reset)


def count_day(token: Token) -> None:
    """The account's posts of the day, and the app's."""
    day = int(store().now() // DAY)
    for pool, whose in (("user", token.account), ("app", "")):
        used = store().count(f"x {pool} {whose} {day}")
        reset = (day + 1) * DAY
        g.setdefault("days", {})[POOLS[pool]] = (DAILY[pool], left(DAILY[pool], used), reset)
        if used > DAILY[pool] and is_enforced():
            raise too_many(DAILY[pool], reset, pool=POOLS[pool])


def left(limit: int, used: int) -> int:
    """Where limits are not enforced, the last call is never used up: whoever is told so stops calling."""
    return max(limit - used, 0 if is_enforced() else 1)


def is_enforced() -> bool:
    return store().setting("limits", "on") == "on"


@x.after_request
def add_headers(response: Response) -> Response:
    if "oauth2" in request.path:
        return response
    now = store().now()
    told = {WINDOWS: g.get("rate_limit", (900, 899, int(now - now % WINDOW) + WINDOW)), **g.get("days", {})}
    for pool, (limit, remaining, reset) in told.items():
        if f"{pool}-limit" not in response.headers:
            set_limit(response, limit, remaining, reset, pool)
    if rule := g.get("limit_reached"):
        set_limit(response, DAILY.get(rule.pool, 100), 0, end_of(rule), POOLS[rule.pool])
    return response


def set_limit(response: Response, limit: int, remaining: int, reset: int, pool: str) -> None:
    for name, value in (("limit", limit), ("remaining", remaining), ("reset", reset)):
        response.headers[f"{pool}-{name}"] = str(value)


def profile(token: Token) -> Account:
    found = store().account("x", token.account)
    if found is None:
        raise unauthorized()
    return found


# -- posts


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
    return {"data": {name: told[name] for name in ("id", "text", "edit_history_tweet_ids")}}, 201


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
    if found.account != user:
        raise not_permitted(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
            "the author of the post you are replying to."
        )


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


# -- reading


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
    author = store().account("x", user)
    if author is None:
        return {"errors": [not_found(user)]}
    found = within(user)
    size, start = whole("max_results", 10, 5, 100), whole("pagination_token", 0, 0, LISTED)
    page = [as_post(post, author) for post in found[start : start + size]]
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
    if start + size < len(found):
        meta["next_token"] = str(start + size)
    return {**(chosen(page) if page else {}), "meta": meta}


def within(user: str) -> list[Thing]:
    """The account's posts between the asked times and ids, as far as the list knows them."""
    since, until = time_of("start_time", 0), min(time_of("end_time", store().now()), faults.visible_until())
    most_id = 1 << 63
    least, most = whole("since_id", 0, 0, most_id), whole("until_id", most_id, 0, most_id)
    seen = store().published("x", "post", user, since=since, until=until, limit=LISTED)
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


def as_post(post: Thing, author: Account) -> dict[str, Any]:
    """Everything X can tell about a post; `chosen` picks what was asked for."""
    page = f"{base()}/sidor/x/{author.handle}/status/{post.id}"
    kinds = {"picture": "photo", "film": "video"}
    links = {
        key(item): f"{page}/{kinds[item['kind']]}/{n}" for n, item in enumerate(post.data["media"], start=1)
    }  # fmt: skip
    text, urls = tweet_text.shorten(post.data["text"], post.id, links)
    told: dict[str, Any] = {
        "id": post.id, "text": tweet_text.escape(text), "edit_history_tweet_ids": [post.id], "author_id": author.id,
        "created_at": datetime.fromtimestamp(post.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "conversation_id": post.data.get("reply_to") or post.id, "media": post.data["media"], "author": author,
        "lang": "sv",
    }  # fmt: skip
    if urls:
        told["entities"] = {"urls": urls}
    if links:
        told["attachments"] = {"media_keys": list(links)}
    if post.data.get("reply_to"):
        told["referenced_tweets"] = [{"type": "replied_to", "id": post.data["reply_to"]}]
    return told


def key(item: dict[str, Any]) -> str:
    return f"{KEYS[item.get('shape', item['kind'])]}_{item['id']}"


def chosen(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """The posts with the fields and expansions that the query names, under either of the two spellings."""
    fields = asked("tweet.fields") | asked("post.fields") | {"id", "text", "edit_history_tweet_ids"}
    if "attachments.media_keys" in asked("expansions"):
        fields |= {"attachments"}
    fields -= {"media", "author"}  # ours, for `included`
    told: dict[str, Any] = {"data": [{name: post[name] for name in post if name in fields} for post in posts]}
    if includes := included(posts):
        told["includes"] = includes
    return told


def included(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """What the expansions name: the media, and each author once."""
    found: dict[str, Any] = {}
    if "attachments.media_keys" in asked("expansions"):
        found["media"] = [as_media(item) for post in posts for item in post["media"]]
    if "author_id" in asked("expansions"):
        authors = {post["author"].id: post["author"] for post in posts}
        found["users"] = [as_user(author) for author in authors.values()]
    return {name: items for name, items in found.items() if items}


def asked(name: str) -> set[str]:
    return {part for part in request.args.get(name, "").split(",") if part}


def as_media(item: dict[str, Any]) -> dict[str, Any]:
    kinds = {"picture": "photo", "gif": "animated_gif", "film": "video"}
    told = {"media_key": key(item), "type": kinds[item.get("shape", item["kind"])]}
    extra = {"alt_text": item["alt"], "url": f"{base()}/media/{item['sha256']}"}
    return told | {name: value for name, value in extra.items() if name in asked("media.fields") and value}


def as_user(account: Account) -> dict[str, Any]:
    return {"id": account.id, "name": account.name, "username": account.handle}


@x.get("/2/users/me")
@call("me")
def me() -> Answer:
    return {"data": as_user(profile(caller("me", "tweet.read", "users.read")))}


# -- media


@x.post("/2/media/upload/initialize")
@call("media_initialize")
def media_initialize() -> Answer:
    token = caller("media_initialize", "media.write")
    fields = {**request.form.to_dict(), **json_body()}
    begun = begin_upload(
        token, fields.get("media_type"), fields.get("total_bytes"), fields.get("media_category")
    )
    return {"data": {"id": begun.id, "media_key": upload_key(begun), "expires_after_secs": MEDIA_SECONDS}}


def begin_upload(token: Token, media_type: Any, total: Any, category: Any) -> Thing:
    if not str(total or "").isdigit() or int(total) < 1:
        raise invalid("$.total_bytes: is missing but it is required", total_bytes=total)
    shape = shape_of(str(media_type or ""), str(category or ""))
    check_size(shape, int(total))
    with store().transaction():
        data = {"shape": shape, "total": int(total), "segments": [], "alt": ""}
        begun = store().put("x", "media", snowflake(store(), store().now()), token.account, data)
        record("x", "media_initialize", "staged", token.account, {"media": begun.id})
    return begun


def shape_of(media_type: str, category: str) -> str:
    if category in {"tweet_gif", "dm_gif"} or (media_type == "image/gif" and not category):
        return "gif"
    if media_type in IMAGE_TYPES or (category == "tweet_image" and not media_type):
        return "picture"
    if media_type.startswith("video/"):
        return "film"
    raise invalid("$.media_type: does not have a value in the enumeration", media_type=media_type)


def check_size(shape: str, size: int) -> None:
    if size > BYTES[shape]:
        raise invalid(f"File size exceeds {BYTES[shape]} bytes.", total_bytes=size)


def upload_key(upload: Thing) -> str:
    return f"{KEYS[upload.data['shape']]}_{upload.id}"


def own_upload(token: Token, id: str) -> Thing:
    found = store().get("x", "media", id)
    if found is None or found.account != token.account or found.created < store().now() - MEDIA_SECONDS:
        raise invalid("The media ID provided is invalid or expired.", media_id=id)
    return found


@x.post("/2/media/upload/<id>/append")
@call("media_append")
def media_append(id: str) -> Answer:
    upload = append(caller("media_append", "media.write"), id)
    return {"data": {"expires_at": int(upload.created + MEDIA_SECONDS)}}


def append(token: Token, id: str) -> Thing:
    upload = own_upload(token, id)
    fields = {**request.form.to_dict(), **json_body()}
    index = str(fields.get("segment_index", ""))
    if not index.isdigit() or int(index) > 999 or "item" in upload.data:
        raise invalid("$.segment_index: must be between 0 and 999", segment_index=index)
    part = segment(fields)
    if len(part) > SEGMENT_BYTES:
        raise problem(413, "Payload Too Large", "The media chunk is too large.")
    with store().transaction():
        upload = own_upload(token, id)
        store().upload_path(f"{id}.{index}").write_bytes(part)  # the whole segment, also when it comes again
        upload.data["segments"] = sorted({*upload.data["segments"], int(index)})
        store().save(upload)
    return upload


def segment(fields: dict[str, Any]) -> bytes:
    """The bytes, from a multipart file or as base64."""
    file = request.files.get("media")
    try:
        part = (
            file.stream.read()
            if file
            else base64.b64decode(fields.get("media") or fields.get("media_data") or "", validate=True)
        )
    except (ValueError, TypeError) as exc:
        raise invalid("$.media: is not valid base64") from exc
    if not part:
        raise invalid("$.media: is missing but it is required")
    return part


@x.post("/2/media/upload/<id>/finalize")
@call("media_finalize")
def media_finalize(id: str) -> Answer:
    token = caller("media_finalize", "media.write")
    return {"data": upload_facts(finalize(token, id))}


def finalize(token: Token, id: str) -> Thing:
    with store().transaction():
        upload = own_upload(token, id)
        if "item" in upload.data:
            return upload
        kept = put_together(upload)
        complete(upload, kept)
        record("x", "media_finalize", "staged", token.account, {"media": id}, media=[kept.sha256])
    store().forget_upload(f"{id}.")
    return upload


def put_together(upload: Thing) -> Kept:
    with store().incoming() as path:
        with path.open("wb") as whole_file:
            for index in upload.data["segments"]:
                with store().upload_path(f"{upload.id}.{index}").open("rb") as part:
                    shutil.copyfileobj(part, whole_file)
        if path.stat().st_size != upload.data["total"]:
            raise invalid("Segments do not add up to provided total file size.", media_id=upload.id)
        try:
            return store().keep_file(path)
        except NotMediaError as exc:
            raise invalid("media type unrecognized.", media_id=upload.id) from exc


def complete(upload: Thing, kept: Kept) -> None:
    """All bytes are here: a picture is ready at once, a film has to be processed."""
    shape = upload.data["shape"]
    if (shape == "film") != (kept.kind == "film"):
        raise invalid("media type unrecognized.", media_id=upload.id)
    item = shown(upload.id, kept, upload.data["alt"]) | {"shape": shape}
    upload.data |= {
        "item": item, "size": kept.size, "width": kept.width, "height": kept.height, "seconds": kept.seconds,
        "type": kept.content_type,
    }  # fmt: skip
    if shape != "picture":
        upload.data["processing"] = processing.begin(store(), "x")
    store().save(upload)


def upload_facts(upload: Thing) -> dict[str, Any]:
    data = upload.data
    told: dict[str, Any] = {
        "id": upload.id, "media_key": upload_key(upload), "size": data.get("size", 0),
        "expires_after_secs": max(int(upload.created + MEDIA_SECONDS - store().now()), 0),
    }  # fmt: skip
    if data["shape"] == "picture" and "item" in data:
        told["image"] = {"image_type": data["type"], "w": data["width"], "h": data["height"]}
    if data.get("processing"):
        told["processing_info"] = {"state": "pending", "check_after_secs": 1}
    return told


@x.get("/2/media/upload")
@call("media_status")
def media_status() -> Answer:
    token = caller("media_status", "media.write")
    return {"data": looked_at(own_upload(token, request.args.get("media_id", "")))}


def looked_at(upload: Thing) -> dict[str, Any]:
    """The upload's facts after one more look at its processing."""
    told = upload_facts(upload)
    if film := upload.data.get("processing"):
        state = processing.look(film, store().now())
        store().save(upload)
        told["processing_info"] = STATES[state]()
    return told


STATES: dict[str, Callable[[], dict[str, Any]]] = {
    "processing": lambda: {"state": "in_progress", "check_after_secs": 1, "progress_percent": 40},
    "ready": lambda: {"state": "succeeded", "progress_percent": 100},
    "failed": lambda: {
        "state": "failed",
        "progress_percent": 40,
        "error": {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"},
    },
}


@x.post("/2/media/upload")
@call("media_upload")
def media_upload() -> Answer:
    """One shot, for pictures."""
    token = caller("media_upload", "media.write")
    fields = {**request.form.to_dict(), **json_body()}
    if not fields.get("media_category"):
        raise invalid("$.media_category: is missing but it is required")
    return {"data": upload_facts(one_shot(token, fields))}


def one_shot(token: Token, fields: dict[str, Any]) -> Thing:
    with store().incoming() as path:
        path.write_bytes(segment(fields))
        try:
            kept = store().keep_file(path)
        except NotMediaError as exc:
            raise invalid("media type unrecognized.") from exc
    shape = shape_of(kept.content_type, str(fields.get("media_category") or ""))
    check_size(shape, kept.size)
    with store().transaction():
        data = {"shape": shape, "total": kept.size, "segments": [], "alt": ""}
        upload = store().put("x", "media", snowflake(store(), store().now()), token.account, data)
        complete(upload, kept)
        record("x", "media_upload", "staged", token.account, {"media": upload.id}, media=[kept.sha256])
    return upload


@x.post("/2/media/metadata")
@call("media_metadata")
def media_metadata() -> Answer:
    token = caller("media_metadata", "media.write")
    body = json_body()
    alt = part_of(part_of(body, "metadata"), "alt_text").get("text")
    describe(token, str(body.get("id", "")), alt)
    return {"data": {"id": str(body["id"]), "associated_metadata": {"alt_text": {"text": alt}}}}


def describe(token: Token, id: str, alt: Any) -> None:
    """Give the upload an image description."""
    if not isinstance(alt, str) or not alt:
        raise invalid("$.metadata.alt_text.text: is missing but it is required")
    if len(alt) > ALT_TEXT:
        raise invalid("$.metadata.alt_text.text: must be at most 1000 characters long", text=alt)
    with store().transaction():
        upload = own_upload(token, id)
        upload.data["alt"] = alt
        if "item" in upload.data:
            upload.data["item"]["alt"] = alt
        store().save(upload)


# -- what older clients call: the upload of version 1.1


@x.post("/1.1/media/upload.json")
def old_upload() -> Answer:
    command = request.values.get("command", "")
    if command not in OLD:
        raise invalid("command is not one of INIT, APPEND, FINALIZE, STATUS", command=command)
    return OLD[command]()


@x.get("/1.1/media/upload.json")
@call("media_status")
def old_status() -> Answer:
    token = caller("media_status", "media.write")
    return old_facts(looked_at(own_upload(token, request.args.get("media_id", ""))))


@call("media_upload")
def old_whole() -> Answer:
    return old_facts(upload_facts(one_shot(caller("media_upload", "media.write"), request.values.to_dict())))


@call("media_initialize")
def old_initialize() -> Answer:
    token = caller("media_initialize", "media.write")
    fields = request.values
    begun = begin_upload(
        token, fields.get("media_type"), fields.get("total_bytes"), fields.get("media_category")
    )
    return old_facts(upload_facts(begun)), 202


@call("media_append")
def old_append() -> Answer:
    append(caller("media_append", "media.write"), request.values.get("media_id", ""))
    return "", 204


@call("media_finalize")
def old_finalize() -> Answer:
    upload = finalize(caller("media_finalize", "media.write"), request.values.get("media_id", ""))
    return old_facts(upload_facts(upload)), 201


def old_facts(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "media_id": int(told["id"]), "media_id_string": told["id"]}


@x.post("/1.1/media/metadata/create.json")
@call("media_metadata")
def old_metadata() -> Answer:
    token = caller("media_metadata", "media.write")
    body = json_body()
    describe(token, str(body.get("media_id", "")), part_of(body, "alt_text").get("text"))
    return "", 200


OLD: dict[str, Callable[[], Answer]] = {
    "": old_whole, "INIT": old_initialize, "APPEND": old_append, "FINALIZE": old_finalize
}  # fmt: skip


# -- signing in: OAuth 2.0 with PKCE


@x.route("/i/oauth2/authorize", methods=["GET", "POST"])
def authorize() -> Answer:
    return consent.ask(consent.Wish.read("x"), seconds=CODE_SECONDS)


def check_client() -> None:
    """Confidential clients come with HTTP Basic; public ones only name themselves."""
    client_id, secret = consent.client()
    public = request.authorization is None and not secret and client_id == consent.APPS["x"][0]
    if not public and not consent.is_app("x", client_id, secret):
        raise consent.token_refused(401, "unauthorized_client", "Missing valid authorization header")


@x.post("/2/oauth2/token")
@at_token("token")
def token() -> Answer:
    check_client()
    grants = {"authorization_code": by_code, "refresh_token": by_refresh}
    grant = request.form.get("grant_type", "")
    if grant not in grants:
        raise consent.token_refused(400, "invalid_request", "Value passed for the grant type was invalid.")
    with store().transaction():
        return pair(grants[grant]())


def by_code() -> Token:
    code = consent.alive("x", ["code"], request.form.get("code", ""))
    if code is None or not store().use_up(code.value):
        raise consent.token_refused(
            400, "invalid_request", "Value passed for the authorization code was invalid."
        )
    if code.data["redirect_uri"] != request.form.get("redirect_uri"):
        raise consent.token_refused(
            400,
            "invalid_request",
            "Value passed for the redirect uri did not match the uri of the authorization code.",
        )
    if not consent.proves(code, request.form.get("code_verifier", "")):
        raise consent.token_refused(
            400, "invalid_request", "Value passed for the code verifier did not match the code challenge."
        )
    return code


def by_refresh() -> Token:
    """A refresh token works once."""
    old = consent.alive("x", ["refresh"], request.form.get("refresh_token", ""))
    if old is None or not store().use_up(old.value):
        raise dead_grant()
    return old


def pair(source: Token) -> dict[str, Any]:
    access = store().mint("x", "access", source.account, source.scopes, seconds=X_TOKEN_SECONDS)
    told = {
        "token_type": "bearer",
        "expires_in": X_TOKEN_SECONDS,
        "access_token": access,
        "scope": " ".join(source.scopes),
    }
    if "offline.access" in source.scopes:
        told["refresh_token"] = store().mint("x", "refresh", source.account, source.scopes)
    return told


@x.post("/2/oauth2/revoke")
@call("revoke")
def revoke() -> Answer:
    check_client()
    store().use_up(request.form.get("token", ""))
    return {"revoked": True}
