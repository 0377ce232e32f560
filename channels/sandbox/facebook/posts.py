"""Posts and photos: staged, published, changed and taken down."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.datastructures import FileStorage

from channels.sandbox import conversation
from channels.sandbox.context import RefusedError, record, store
from channels.sandbox.facebook.graph import (
    Answer,
    call,
    caller,
    duplicate,
    missing,
    nested,
    number,
    owned,
    page_caller,
    param,
    params,
    refused,
    reply,
    truth,
)
from channels.sandbox.facebook.nodes import photo_node, post_node
from channels.sandbox.history import facebook_number
from channels.sandbox.history import shown as shown_in_post
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Kept, Thing

TEXT = 63_206  # measured by independent clients; Meta's pages give no figure
PHOTO_BYTES = 10 * 1024 * 1024  # Page photos reference
PHOTO_TYPES = {"image/jpeg", "image/bmp", "image/png", "image/gif", "image/tiff"}  # Page photos reference
STAGED_SECONDS = 24 * 3600  # Page photos reference: unpublished photos are kept for about a day
DUPLICATE_SECONDS = 600  # undocumented; long enough to catch a second try


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
        remove_comments(thing)
        for item in thing.data["media"]:
            for kind in ("photo", "video"):
                if part := store().get("facebook", kind, item["id"]):
                    store().remove(part)
        return
    post = store().get("facebook", "post", thing.data["post"]) if thing.data["post"] else None
    if post and thing.kind == "video":
        remove_comments(post)
        store().remove(post)
    elif post:
        post.data["media"] = [item for item in post.data["media"] if item["id"] != thing.id]
        store().save(post)


def remove_comments(post: Thing) -> None:
    for comment in conversation.under(store(), post):
        store().remove(comment)
