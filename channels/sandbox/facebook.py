"""
Facebook's Graph API, as far as a page needs it: publishing, staging, reading back, deleting, and signing in.

Facts: Meta, Page posts, Page photos, Page videos, Resumable upload, Error handling and Rate limiting references for
v26.0, read 2026-11-22.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from channels.sandbox import consent, faults, processing, shown
from channels.sandbox.context import RefusedError, base, bearer, json_body, record, store
from channels.sandbox.graph_fields import choose, names
from channels.sandbox.history import facebook_number
from channels.sandbox.history import shown as shown_in_post
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import APPS, Account, Kept, Thing, Token

VERSION = "v26.0"
TEXT = 63_206  # measured by independent clients; Meta's pages give no figure
PHOTO_BYTES = 10 * 1024 * 1024  # Page photos reference
PHOTO_TYPES = {"image/jpeg", "image/bmp", "image/png", "image/gif", "image/tiff"}  # Page photos reference
STAGED_SECONDS = 24 * 3600  # Page photos reference: unpublished photos are kept for about a day
CHUNK = 1 << 20  # the platform chooses; small, so that a short film takes several
DUPLICATE_SECONDS = 600  # undocumented; long enough to catch a second try
PAGE_OF_LIST, MOST_OF_LIST = 25, 100  # Page posts reference
SHORT_TOKEN, LONG_TOKEN = 2 * 3600, 60 * 24 * 3600  # Long-lived tokens page: one to two hours, about 60 days
PERSON = "300000000000001"  # the one who clicks in the consent page
TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MANAGE", "MESSAGING", "MODERATE"]

# Photo and Video references: fields that a node may have and ours has not
PHOTO_FIELDS = {
    "album", "backdated_time", "can_delete", "can_tag", "comments", "event", "icon", "insights", "likes", "name_tags",
    "page_story_id", "picture", "place", "reactions", "sharedposts", "target", "updated_time", "webp_images",
}  # fmt: skip
VIDEO_FIELDS = {
    "ad_breaks", "backdated_time", "captions", "comments", "content_category", "custom_labels", "embed_html",
    "embeddable", "event", "format", "icon", "is_crosspost_video", "likes", "live_status", "picture", "place", "post_id",
    "post_views", "privacy", "reactions", "scheduled_publish_time", "source", "thumbnails", "universal_video_id",
    "video_insights", "views",
}  # fmt: skip

facebook = Blueprint("facebook", __name__, url_prefix="/facebook")

Answer = ResponseReturnValue


# -- refusals


def refused(
    code: int, message: str, *, status: int = 400, subcode: int | None = None, kind: str = "OAuthException", **more: Any
) -> RefusedError:  # fmt: skip
    """Graph's error envelope."""
    error: dict[str, Any] = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    answer = jsonify({"error": error | more | {"fbtrace_id": "A" + secrets.token_urlsafe(16)}})
    answer.status_code = status
    return RefusedError(answer)


def missing(id: str, verb: str = "get") -> RefusedError:
    return refused(
        100,
        f"Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def expired(_: object = None) -> RefusedError:
    ended = datetime.fromtimestamp(store().now(), UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")
    return refused(190, f"Error validating access token: Session has expired on {ended}.", subcode=463)


def outage(rule: faults.Rule) -> RefusedError:
    if rule.status == 500:
        return refused(1, "An unknown error occurred", status=500, is_transient=False)
    return refused(2, "(#2) Service temporarily unavailable", status=rule.status, is_transient=True)


def throttled(rule: faults.Rule) -> RefusedError:
    if rule.code == 4 or rule.pool == "app":
        refusal = refused(4, "(#4) Application request limit reached")
        refusal.response.headers["X-App-Usage"] = usage(100)
        return refusal
    if rule.code == 32:
        refusal = refused(32, "(#32) Page request limit reached")
        refusal.response.headers["X-App-Usage"] = usage(100)
        return refusal
    refusal = refused(
        rule.code or 80001,
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
        subcode=2446079,
    )
    refusal.response.headers["X-Business-Use-Case-Usage"] = page_usage(100, minutes_of(rule))
    return refusal


def forbidden(_: object = None) -> RefusedError:
    return refused(
        200,
        "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin "
        "with sufficient administrative permission",
        status=403,
    )


def unacceptable(_: object = None) -> RefusedError:
    return refused(
        368,
        "The action attempted has been deemed abusive or is otherwise disallowed",
        subcode=1346003,
        error_user_title="Content not allowed",
        error_user_msg="Your post goes against our community standards.",
    )


def duplicate(_: object = None) -> RefusedError:
    return refused(
        506,
        "(#506) Duplicate status message",
        subcode=1455006,
        error_user_title="Duplicate Status Update",
        error_user_msg="This status update is identical to the last one you posted. "
        "Try posting something different, or delete your previous update.",
    )


ANSWERS: faults.Answers = {
    "error": outage,
    "rate_limited": throttled,
    "expired_token": expired,
    "forbidden": forbidden,
    "out_of_credit": unacceptable,
    "refuse": unacceptable,
    "duplicate": duplicate,
}
call = faults.calls("facebook", ANSWERS)


# -- the request


def params() -> dict[str, Any]:
    """Query, form and JSON body are all the same to Graph."""
    return {**request.args.to_dict(), **request.form.to_dict(), **json_body()}


def param(name: str) -> str:
    return str(params().get(name, ""))


def number(name: str, default: float) -> float:
    try:
        return float(param(name) or default)
    except ValueError as exc:
        raise refused(100, f"(#100) Param {name} must be an integer.") from exc


def truth(name: str, *, default: bool) -> bool:
    given = params().get(name)
    return default if given is None else str(given).lower() in {"true", "1"}


def nested(value: Any) -> Any:
    """Nested values travel as JSON strings in forms."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as exc:
        raise refused(100, "(#100) Invalid parameter") from exc


def caller() -> Token:
    """Who calls, by the token, or the platform's refusal."""
    value = param("access_token") or bearer()
    if not value:
        raise refused(104, "An access token is required to request this resource.")
    check_proof(value)
    token = store().token(value)
    if token is None or token.platform != "facebook" or token.kind not in {"page", "user"}:
        raise refused(190, "Invalid OAuth access token - Cannot parse access token")
    if token.used is not None:
        raise refused(
            190, "Error validating access token: The user has not authorized application.", subcode=458
        )
    if token.expires is not None and token.expires <= store().now():
        raise expired()
    return token


def check_proof(value: str) -> None:
    """appsecret_proof: checked when sent, demanded when the app is set so."""
    given = param("appsecret_proof")
    if not given and store().setting("appsecret_proof", "off") == "off":
        return
    if not given:
        raise refused(
            100, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException"
        )
    right = hmac.new(APPS["facebook"][1].encode(), value.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise refused(
            100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException"
        )


def page_caller(page: str, scope: str = "pages_manage_posts") -> str:
    """The page's id, if the caller may act as it."""
    token = caller()
    if page == "me" and token.kind == "page":
        page = token.account
    if store().account("facebook", page) is None:
        raise missing(page, "post" if request.method == "POST" else "get")
    if token.kind != "page" or token.account != page or scope not in token.scopes:
        raise forbidden()
    return page


def owned(kind: str, id: str, page: str) -> Thing | None:
    thing = store().get("facebook", kind, id)
    return thing if thing and thing.account == page else None


# -- finding the way


@facebook.route("/<path:path>", methods=["GET", "POST", "DELETE"])
def graph(path: str) -> Answer:
    """/v26.0/{node}/{edge}, with or without the version and a trailing slash."""
    parts = [part for part in path.split("/") if part]
    if parts and parts[0].startswith("v") and parts[0][1:2].isdigit():
        parts = parts[1:]
    if tuple(parts) in FIXED:
        return FIXED[tuple(parts)]()
    if len(parts) == 1:
        return NODE[request.method](parts[0])
    if len(parts) == 2 and (request.method, parts[1]) in EDGES:
        return EDGES[request.method, parts[1]](parts[0])
    raise refused(2500, f"Unknown path components: /{'/'.join(parts[1:])}")


@facebook.after_request
def add_headers(response: Response) -> Response:
    response.headers["facebook-api-version"] = VERSION
    response.headers["x-fb-trace-id"] = secrets.token_hex(6)
    response.headers["x-fb-request-id"] = secrets.token_urlsafe(12)
    for name, value in usages().items():
        response.headers.setdefault(name, value)
    return response


def usages() -> dict[str, str]:
    """What is used up, in percent: one, unless a rule wants this call to have been the last."""
    rule = g.get("limit_reached")
    app, page, minutes = 1, 1, 0
    if rule and rule.pool == "app":
        app = 100
    elif rule:
        page, minutes = 100, minutes_of(rule)
    return {"X-App-Usage": usage(app), "X-Business-Use-Case-Usage": page_usage(page, minutes)}


def minutes_of(rule: faults.Rule) -> int:
    return ceil((900 if rule.seconds is None else rule.seconds) / 60)


def usage(percent: int) -> str:
    return json.dumps({"call_count": percent, "total_time": percent, "total_cputime": percent})


def page_usage(percent: int, minutes: int) -> str:
    use = {
        "type": "pages", "call_count": percent, "total_cputime": percent, "total_time": percent,
        "estimated_time_to_regain_access": minutes,
    }  # fmt: skip
    token = store().token(param("access_token") or bearer())
    return json.dumps({token.account if token else "0": [use]})


def reply(node: dict[str, Any], short: dict[str, Any]) -> Answer:
    """The short reply of a write, or the fields that were asked for with it (read-after-write)."""
    return choose(node, param("fields")) if param("fields") else short


# -- posts


@call("feed")
def feed(page: str) -> Answer:
    page = page_caller(page)
    text, link = param("message"), check_link(param("link"))
    with store().transaction():
        photos = [staged_photo(page, id) for id in attached_ids()]
        if not (text or link or photos):
            raise refused(100, "(#100) Missing message or attachment")
        check_text(text)
        check_new(page, text, link, photos)
        post = publish(page, "feed", text, link, photos)
    return reply(post_node(post), {"id": post.id})


def attached_ids() -> list[str]:
    """Photo ids from attached_media=[...] or attached_media[0]=..., both as JSON."""
    given = params()
    if "attached_media" in given:
        items = nested(given["attached_media"])
        items = items if isinstance(items, list) else [items]
    else:
        names = [name for name in given if name.startswith("attached_media[")]
        items = [nested(given[name]) for name in sorted(names, key=lambda name: (len(name), name))]
    return [media_fbid(nested(item)) for item in items]


def media_fbid(item: Any) -> str:
    if not isinstance(item, dict) or "media_fbid" not in item:
        raise refused(100, "(#100) Param attached_media must contain media_fbid")
    return str(item["media_fbid"])


def staged_photo(page: str, id: str) -> Thing:
    photo = owned("photo", id, page)
    if photo is None or photo.created < store().now() - STAGED_SECONDS:
        raise refused(
            100, "Invalid parameter", subcode=2069019, error_user_title="Photo not found",
            error_user_msg="One of the photos does not exist any more.",
        )  # fmt: skip
    if photo.data["post"] and not store().takes_repeats:
        raise refused(100, "These photos were already posted.", subcode=1366051)
    return photo


def check_link(link: str) -> str:
    parts = urlsplit(link)
    if link and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise refused(100, "(#100) link URL is not properly formatted", subcode=2061006)
    return link


def check_text(text: str) -> None:
    if len(text) > TEXT:
        raise refused(100, "(#100) Param message must be at most 63206 characters long.")


def check_new(page: str, text: str, link: str, photos: list[Thing]) -> None:
    if store().takes_repeats:
        return
    same = store().said("facebook", page, text, since=store().now() - DUPLICATE_SECONDS)
    if not photos and any(post.data["link"] == link and not post.data["media"] for post in same):
        raise duplicate()


def public_moment() -> float | None:
    """When the post becomes public: now, at its scheduled time, or never."""
    if truth("published", default=True):
        return store().now()
    return number("scheduled_publish_time", 0) or None


def publish(
    page: str, name: str, text: str, link: str, attached: list[Thing], *, title: str = "", video: str = ""
) -> Thing:
    """Make the post, tie its media to it and write in the ledger."""
    at = public_moment()
    post_id = f"{page}_{facebook_number(store())}"
    items = [item.data["item"] for item in attached]
    data = {"text": text, "said": text, "link": link, "media": items, "title": title, "video": video}
    post = store().put("facebook", "post", post_id, page, data, public_at=at)
    for item in attached:
        item.data["post"], item.public_at = post_id, at
        store().save(item)
    ids = {"post": post_id, "media": ",".join(item.id for item in attached)}
    effect = "public" if at is not None and at <= store().now() else "staged"
    record("facebook", name, effect, page, ids, text=text, media=[item["sha256"] for item in items])
    return post


# -- photos


@call("photo")
def photo(page: str) -> Answer:
    page = page_caller(page)
    kept = received_photo()
    text = param("caption") or param("message") or param("name")
    with store().transaction():
        staged = keep_photo(page, kept, text)
        if not truth("published", default=True):
            record("facebook", "photo", "staged", page, {"photo": staged.id}, text=text, media=[kept.sha256])
            return reply(photo_node(staged), {"id": staged.id})
        post = publish(page, "photo", text, "", [staged])
    return reply(photo_node(staged), {"id": staged.id, "post_id": post.id})


def received_photo() -> Kept:
    """The one file in the form, whatever its field is called."""
    file = next(iter(request.files.values()), None)
    if file is None:
        raise refused(324, "(#324) Requires upload file")
    kept = received(file, lambda: refused(324, "(#324) Missing or invalid image file", subcode=2069019))
    if kept.content_type not in PHOTO_TYPES:
        raise refused(324, "(#324) Missing or invalid image file", subcode=2069019)
    if kept.size > PHOTO_BYTES:
        raise refused(
            100, "Invalid parameter", subcode=1366046, error_user_title="Can't Read Files",
            error_user_msg="Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as "
            "JPG or PNG.",
        )  # fmt: skip
    return kept


def received(file: FileStorage, refusal: Callable[[], RefusedError]) -> Kept:
    try:
        return store().keep(file.stream)
    except NotMediaError as exc:
        raise refusal() from exc


def keep_photo(page: str, kept: Kept, text: str) -> Thing:
    id = facebook_number(store())
    item = shown_in_post(id, kept, param("alt_text_custom"))
    data = {"item": item, "text": text, "post": "", "width": kept.width, "height": kept.height}
    return store().put("facebook", "photo", id, page, data)


# -- films


def videos(page: str) -> Answer:
    """One edge, four phases; without a phase it is an upload in one go."""
    phases = {
        "start": video_start, "transfer": video_transfer, "finish": video_finish, "cancel": video_cancel, "": video_whole
    }  # fmt: skip
    phase = param("upload_phase")
    if phase not in phases:
        raise refused(100, "(#100) Param upload_phase must be one of {START, TRANSFER, FINISH, CANCEL}")
    return phases[phase](page)


@call("video_start")
def video_start(page: str) -> Answer:
    page = page_caller(page)
    if not param("file_size").isdigit() or param("file_size") == "0":
        raise refused(100, "(#100) The parameter file_size is required")
    size = int(param("file_size"))
    with store().transaction():
        film, session = facebook_number(store()), facebook_number(store())
        data = {"post": "", "title": "", "text": "", "session": session, "phase": "uploading"}
        store().put("facebook", "video", film, page, data)
        store().put("facebook", "session", session, page, {"video": film, "size": size, "held": 0})
        record("facebook", "video_start", "staged", page, {"video": film, "session": session})
    return {"upload_session_id": session, "video_id": film, **offsets(0, size)}


def offsets(held: int, size: int) -> dict[str, str]:
    return {"start_offset": str(held), "end_offset": str(min(held + CHUNK, size))}


def open_session(page: str) -> Thing:
    session = owned("session", param("upload_session_id"), page)
    if session is None:
        raise no_session()
    return session


def no_session() -> RefusedError:
    return refused(
        6001, "(#6001) There was a problem uploading your video file. Please try again.", subcode=1363019,
        is_transient=False,
    )  # fmt: skip


@call("video_transfer")
def video_transfer(page: str) -> Answer:
    page = page_caller(page)
    chunk = request.files.get("video_file_chunk")
    if chunk is None:
        raise refused(100, "(#100) The parameter video_file_chunk is required")
    with store().transaction():
        session = open_session(page)
        held, size = session.data["held"], session.data["size"]
        part = chunk.stream.read(size - held + 1)
        if param("start_offset") != str(held) or held + len(part) > size:
            raise wrong_offset(held, size)
        store().write_upload(session.id, held, part)
        session.data["held"] = held + len(part)
        store().save(session)
    return offsets(session.data["held"], size)


def wrong_offset(held: int, size: int) -> RefusedError:
    return refused(
        6000, "There was a problem uploading your video file. Please try again with another file.",
        subcode=1363037, is_transient=True, error_data=offsets(held, size),
    )  # fmt: skip


@call("video_finish")
def video_finish(page: str) -> Answer:
    page = page_caller(page)
    session = open_session(page)
    if session.data["held"] != session.data["size"]:
        raise wrong_offset(session.data["held"], session.data["size"])
    kept = uploaded_film(session)
    with store().transaction():
        film = store().get("facebook", "video", session.data["video"])
        store().remove(open_session(page))  # read anew: a twin of this call may have been here meanwhile
        if film is None:
            raise missing(session.data["video"], "post")
        finish(film, kept, "video_finish")
    store().forget_upload(session.id)
    return {"success": True}


def uploaded_film(session: Thing) -> Kept:
    try:
        kept = store().keep_upload(session.id)
    except FileNotFoundError as exc:  # a twin of this call has finished meanwhile
        raise no_session() from exc
    except NotMediaError as exc:
        raise not_a_film() from exc
    if kept.kind != "film":
        raise not_a_film()
    return kept


def not_a_film() -> RefusedError:
    return refused(
        6000, "There was a problem uploading your video file. Please try again with another file.",
        subcode=1363026, error_user_title="Unsupported Video Format",
        error_user_msg="The video file you selected is in a format that we don't support.",
    )  # fmt: skip


def finish(film: Thing, kept: Kept, name: str) -> None:
    """The film is here: keep its words, begin processing, and publish it unless it shall stay unpublished."""
    text, title = param("description"), param("title")
    check_text(text)
    item = shown_in_post(film.id, kept, "")
    film.data |= {
        "item": item, "text": text, "title": title, "phase": "finished", "seconds": kept.seconds, "size": kept.size,
        "processing": processing.begin(store(), "facebook"),
    }  # fmt: skip
    if truth("published", default=True) or param("scheduled_publish_time"):
        publish(film.account, name, text, "", [film], title=title, video=film.id)
        return
    store().save(film)
    record("facebook", name, "staged", film.account, {"video": film.id}, text=text, media=[kept.sha256])


@call("video_cancel")
def video_cancel(page: str) -> Answer:
    page = page_caller(page)
    with store().transaction():
        session = open_session(page)
        film = store().get("facebook", "video", session.data["video"])
        store().remove(session)
        if film:
            store().remove(film)
    store().forget_upload(session.id)
    return {"success": True}


@call("video")
def video_whole(page: str) -> Answer:
    page = page_caller(page)
    file = next(iter(request.files.values()), None)
    if file is None:
        raise refused(389, "(#389) Unable to fetch video file from URL.")
    kept = received(file, not_a_film)
    if kept.kind != "film":
        raise not_a_film()
    with store().transaction():
        data = {"post": "", "title": "", "text": "", "session": ""}
        film = store().put("facebook", "video", facebook_number(store()), page, data)
        finish(film, kept, "video")
    return {"id": film.id}


# -- reading


@call("published_posts")
def published_posts(page: str) -> Answer:
    return listed(page_caller(page, "pages_read_engagement"))


@call("posts")
def posts(page: str) -> Answer:
    return listed(page_caller(page, "pages_read_engagement"))


def listed(page: str) -> Answer:
    since, until = number("since", 0), number("until", store().now())
    seen = store().published("facebook", "post", page, since=since, until=min(until, faults.visible_until()))
    return paged([post for post in seen if shown.ready(store(), post)], post_node, "id,created_time,message")


def paged(found: Sequence[Any], node_of: Callable[[Any], dict[str, Any]], usual: str) -> Answer:
    """One page of a list, with a cursor while there is more; the usual fields if none are asked for."""
    limit = min(int(number("limit", PAGE_OF_LIST)), MOST_OF_LIST)
    start = int(number("after", 0))
    page = [choose(node_of(one), param("fields") or usual) for one in found[start : start + limit]]
    if not page:
        return {"data": []}
    cursors = {"before": str(start), "after": str(start + len(page))}
    paging: dict[str, Any] = {"cursors": cursors}
    if start + len(page) < len(found):
        paging["next"] = (
            f"{request.base_url}?limit={limit}&after={cursors['after']}&fields={quote(param('fields'))}"
        )
    return {"data": page, "paging": paging}


def node(id: str) -> Answer:
    if id == "me":
        return me()
    if store().get("facebook", "video", id):
        return video_status(id)
    return plain_node(id)


@call("video_status")
def video_status(id: str) -> Answer:
    film = owned("video", id, caller().account)
    if film is None:
        raise missing(id)
    told = video_node(film)
    check_fields(told, VIDEO_FIELDS, "Video")
    if film.data.get("processing"):
        processing.look(film.data["processing"], store().now())
        store().save(film)
    return choose(told, param("fields") or "description,updated_time,id")


@call("me")
def me() -> Answer:
    return choose(account_node(caller()), param("fields") or "id,name")


@call("node")
def plain_node(id: str) -> Answer:
    token = caller()
    if id == token.account:
        return choose(account_node(token), param("fields") or "id,name")
    if page := store().account("facebook", id):
        return choose(
            {"id": page.id, "name": page.name, "link": f"{base()}/sidor/facebook/{page.id}"}, param("fields")
        )
    if post := owned("post", id, token.account):
        return choose(post_node(post), param("fields") or "id,created_time,message")
    if photo := owned("photo", id, token.account):
        told = photo_node(photo)
        check_fields(told, PHOTO_FIELDS, "Photo")
        return choose(told, param("fields") or "id,created_time,name")
    raise missing(id)


def check_fields(node: dict[str, Any], others: set[str], kind: str) -> None:
    """Graph refuses what a node of this kind never has."""
    wanted = names(param("fields"))
    if strange := next((name for name in wanted if name not in node and name not in others), None):
        raise refused(100, f"(#100) Tried accessing nonexisting field ({strange}) on node type ({kind})")


def account_node(token: Token) -> dict[str, Any]:
    if token.kind == "user":
        return {"id": PERSON, "name": "Övningspersonen"}
    page = store().account("facebook", token.account)
    link = f"{base()}/sidor/facebook/{token.account}"
    return {"id": token.account, "name": page.name if page else "", "link": link, "category": "Labor Union"}


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def permalink(post_id: str) -> str:
    page, _, number = post_id.partition("_")
    return f"{base()}/sidor/facebook/{page}/posts/{number}"


def post_node(post: Thing) -> dict[str, Any]:
    page = store().account("facebook", post.account)
    at = moment(post.created if post.public_at is None else post.public_at)
    told = {
        "id": post.id, "created_time": at, "updated_time": at, "permalink_url": permalink(post.id),
        "is_published": shown.is_public(store(), post), "is_hidden": False,
        "application": {"id": APPS["facebook"][0], "name": "Seko Social", "link": base()},
        "from": {"id": post.account, "name": page.name if page else ""},
    }  # fmt: skip
    if post.data["text"]:
        told["message"] = post.data["text"]
    if attachments := list(attached_to(post)):
        told["attachments"] = {"data": attachments}
    return told


def attached_to(post: Thing) -> Iterable[dict[str, Any]]:
    parts = [attachment(item) for item in post.data["media"]]
    if len(parts) > 1:
        target = {"id": post.id.partition("_")[2], "url": permalink(post.id)}
        yield {"media_type": "album", "type": "album", "url": permalink(post.id), "target": target,
               "media": parts[0]["media"], "subattachments": {"data": parts}}  # fmt: skip
    elif parts:
        yield parts[0]
    elif link := post.data["link"]:
        shim = f"https://l.facebook.com/l.php?u={quote(link, safe='')}"
        yield {
            "media_type": "link",
            "type": "share",
            "url": shim,
            "unshimmed_url": link,
            "target": {"url": shim},
        }


def attachment(item: dict[str, Any]) -> dict[str, Any]:
    kinds = {"picture": ("photo", "photo"), "film": ("video", "video_inline")}
    media_type, kind = kinds[item["kind"]]
    url = f"{base()}/media/{item['sha256']}"
    return {
        "media_type": media_type, "type": kind, "url": url, "target": {"id": item["id"], "url": url},
        "media": {"image": {"src": url}}, "description": item["alt"],
    }  # fmt: skip


def photo_node(photo: Thing) -> dict[str, Any]:
    data = photo.data
    image = {
        "source": f"{base()}/media/{data['item']['sha256']}",
        "width": data["width"],
        "height": data["height"],
    }
    told = {
        "id": photo.id, "created_time": moment(photo.created), "name": data["text"], "images": [image],
        "width": data["width"], "height": data["height"], "link": image["source"],
        "alt_text": data["item"]["alt"], "alt_text_custom": data["item"]["alt"], "from": {"id": photo.account},
    }  # fmt: skip
    if data["post"]:
        told["page_story_id"] = data["post"]
    return told


def video_node(film: Thing) -> dict[str, Any]:
    state = processing.state(film.data.get("processing"), store().now())
    told = {
        "id": film.id, "title": film.data["title"], "description": film.data["text"], "status": video_state(film, state),
        "created_time": moment(film.created), "updated_time": moment(film.created),
        "published": film.public_at is not None and state == "ready", "length": film.data.get("seconds", 0),
        "permalink_url": f"/{film.account}/videos/{film.id}/", "from": {"id": film.account},
    }  # fmt: skip
    if film.data["post"] and state == "ready":
        told["post_id"] = film.data["post"]
    return told


def video_state(film: Thing, state: str) -> dict[str, Any]:
    if film.data.get("phase") == "uploading":
        session = store().get("facebook", "session", film.data["session"])
        held = session.data["held"] if session else 0
        uploading = {"status": "in_progress", "bytes_transfered": held}
        waiting = {"status": "not_started"}
        return {"video_status": "uploading", "uploading_phase": uploading, "processing_phase": waiting,
                "publishing_phase": waiting}  # fmt: skip
    return {
        "video_status": {"processing": "processing", "ready": "ready", "failed": "error"}[state],
        "uploading_phase": {"status": "complete", "bytes_transfered": film.data.get("size", 0)},
        "processing_phase": processing_phase(state),
        "publishing_phase": publishing_phase(film, state),
    }


def processing_phase(state: str) -> dict[str, Any]:
    if state == "failed":
        return {"status": "error", "errors": [{"code": 1363008, "message": "Video could not be processed"}]}
    return {"status": "complete" if state == "ready" else "in_progress"}


def publishing_phase(film: Thing, state: str) -> dict[str, Any]:
    if state != "ready":
        return {"status": "not_started"}
    if film.public_at is None:
        return {"status": "complete", "publish_status": "draft"}
    return {"status": "complete", "publish_status": "published", "publish_time": moment(film.public_at)}


# -- changing and taking down


@call("edit")
def edit(id: str) -> Answer:
    post = owned("post", id, page_caller(caller().account))
    if post is None:
        raise missing(id, "post")
    check_text(param("message"))
    with store().transaction():
        if "message" in params():
            post.data["text"] = post.data["said"] = param("message")
        if truth("is_published", default=False) and post.public_at is None:
            post.public_at = store().now()
        store().save(post)
        record("facebook", "edit", "changed", post.account, {"post": id}, text=post.data["text"])
    return {"success": True}


@call("delete")
def delete(id: str) -> Answer:
    page = page_caller(caller().account)
    found = [thing for kind in ("post", "photo", "video") if (thing := owned(kind, id, page))]
    if not found:
        raise missing(id, "delete")
    with store().transaction():
        for thing in found:
            take_down(thing)
        record("facebook", "delete", "removed", page, {found[0].kind: id})
    return {"success": True}


def take_down(thing: Thing) -> None:
    """A post goes with its photos and film; a film goes with its post; a photo leaves the post it was in."""
    store().remove(thing)
    if thing.kind == "post":
        for item in thing.data["media"]:
            for kind in ("photo", "video"):
                if part := store().get("facebook", kind, item["id"]):
                    store().remove(part)
        return
    post = store().get("facebook", "post", thing.data["post"]) if thing.data["post"] else None
    if post and thing.kind == "video":
        store().remove(post)
    elif post:
        post.data["media"] = [item for item in post.data["media"] if item["id"] != thing.id]
        store().save(post)


# -- signing in


def dialog() -> Answer:
    return consent.ask(consent.Wish.read("facebook", several=True), seconds=600)


@call("token")
def access_token() -> Answer:
    client_id, secret = consent.client()
    if not consent.is_app("facebook", client_id, secret):
        raise refused(1, "Error validating client secret.")
    grant = param("grant_type")
    if grant == "client_credentials":
        return {"access_token": f"{client_id}|{secret}", "token_type": "bearer"}
    if grant == "fb_exchange_token":
        return user_token(live_user(param("fb_exchange_token")), LONG_TOKEN)
    return user_token(spent_code(), SHORT_TOKEN)


def spent_code() -> Token:
    code = consent.alive("facebook", ["code"], param("code"))
    if code is None or not store().use_up(code.value):
        raise refused(100, "This authorization code has been used or has expired.", subcode=36009)
    if code.data["redirect_uri"] != param("redirect_uri") or not consent.proves(code, param("code_verifier")):
        raise refused(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you "
            "used in the OAuth dialog request",
            subcode=36008,
        )
    return code


def live_user(value: str) -> Token:
    token = consent.alive("facebook", ["user"], value)
    if token is None:
        raise expired()
    return token


def user_token(source: Token, seconds: float) -> Answer:
    data = {name: source.data[name] for name in ("accounts", "declined")}
    value = store().mint("facebook", "user", PERSON, source.scopes, prefix="EAA", seconds=seconds, **data)
    return {"access_token": value, "token_type": "bearer", "expires_in": int(seconds)}


@call("accounts")
def accounts(person: str) -> Answer:
    token = caller()
    if token.kind != "user":
        raise missing(f"{person}/accounts")
    if "pages_show_list" not in token.scopes:
        return {"data": []}
    chosen = [page for page in store().accounts("facebook") if page.id in token.data["accounts"]]
    return paged(chosen, lambda page: page_with_token(page, token), "access_token,category,name,id,tasks")


def page_with_token(page: Account, user: Token) -> dict[str, Any]:
    """A page token got from a long-lived user token has no date of expiry."""
    left = None if user.expires and user.expires - user.issued >= LONG_TOKEN else SHORT_TOKEN
    value = store().mint("facebook", "page", page.id, user.scopes, prefix="EAA", seconds=left)
    return {"id": page.id, "name": page.name, "access_token": value, "category": "Labor Union", "tasks": TASKS,
            "category_list": [{"id": "2235", "name": "Labor Union"}]}  # fmt: skip


@call("permissions")
def permissions(person: str) -> Answer:
    token = caller()
    declined = token.data.get("declined", [])
    granted = [{"permission": scope, "status": "granted"} for scope in token.scopes]
    return {"data": [*granted, *({"permission": scope, "status": "declined"} for scope in declined)]}


@call("permissions")
def revoke(person: str) -> Answer:
    token = caller()
    with store().transaction():
        for account in [token.account, *token.data.get("accounts", [])]:
            store().revoke("facebook", account)
    return {"success": True}


@call("debug_token")
def debug_token() -> Answer:
    value = param("access_token") or bearer()
    if value != "|".join(APPS["facebook"]):
        caller()
    token = store().token(param("input_token"))
    if token is None or token.platform != "facebook":
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"is_valid": False, "error": error, "scopes": []}}
    return {"data": token_facts(token)}


def token_facts(token: Token) -> dict[str, Any]:
    valid = consent.alive("facebook", ["user", "page"], token.value) is not None
    told: dict[str, Any] = {
        "app_id": token.app, "type": token.kind.upper(), "application": "Seko Social", "is_valid": valid,
        "issued_at": int(token.issued), "expires_at": int(token.expires or 0), "scopes": list(token.scopes),
        "data_access_expires_at": int(token.issued + 90 * 24 * 3600), "user_id": PERSON,
    }  # fmt: skip
    if token.kind == "page":
        told["profile_id"] = token.account
    if not valid:
        told["error"] = {
            "code": 190,
            "message": "Error validating access token: Session has expired.",
            "subcode": 463,
        }
    return told


FIXED: dict[tuple[str, ...], Callable[[], Answer]] = {
    ("dialog", "oauth"): dialog,
    ("oauth", "access_token"): access_token,
    ("debug_token",): debug_token,
}
NODE: dict[str, Callable[[str], Answer]] = {"GET": node, "POST": edit, "DELETE": delete}
EDGES: dict[tuple[str, str], Callable[[str], Answer]] = {
    ("POST", "feed"): feed,
    ("POST", "photos"): photo,
    ("POST", "videos"): videos,
    ("GET", "published_posts"): published_posts,
    ("GET", "posts"): posts,
    ("GET", "feed"): posts,
    ("GET", "accounts"): accounts,
    ("GET", "permissions"): permissions,
    ("DELETE", "permissions"): revoke,
}
