"""Lists and single nodes, read back."""

from typing import Any

from channels.sandbox import faults, processing, shown
from channels.sandbox.context import base, store
from channels.sandbox.facebook.graph import (
    PERSON,
    Answer,
    call,
    caller,
    missing,
    number,
    owned,
    page_caller,
    paged,
    param,
)
from channels.sandbox.facebook.nodes import (
    PHOTO_FIELDS,
    VIDEO_FIELDS,
    check_fields,
    photo_node,
    post_node,
    video_node,
)
from channels.sandbox.graph_fields import choose
from channels.sandbox.store import Token


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


def account_node(token: Token) -> dict[str, Any]:
    if token.kind == "user":
        return {"id": PERSON, "name": "Övningspersonen"}
    page = store().account("facebook", token.account)
    link = f"{base()}/sidor/facebook/{token.account}"
    return {"id": token.account, "name": page.name if page else "", "link": link, "category": "Labor Union"}
