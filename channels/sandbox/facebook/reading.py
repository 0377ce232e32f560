"""Lists and single nodes, read back."""

from typing import Any

from channels.sandbox import faults, processing, shown
from channels.sandbox.context import store
from channels.sandbox.facebook.comments import comment_node
from channels.sandbox.facebook.graph import (
    READ,
    READ_COMMENTS,
    Answer,
    call,
    caller,
    check_need,
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
from channels.sandbox.facebook.pages import own_node, page_node
from channels.sandbox.graph_fields import choose, names


@call("published_posts")
def published_posts(page: str) -> Answer:
    """What others have said stands with each post for those only who may read it."""
    need = READ_COMMENTS if "comments" in names(param("fields")) else READ
    return listed(page_caller(page, need))


@call("posts")
def posts(page: str) -> Answer:
    return listed(page_caller(page, READ))


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
    token = caller()
    film = owned("video", id, token.account)
    if film is None:
        raise missing(id)
    check_need(token, READ)
    told = video_node(film)
    check_fields(told, VIDEO_FIELDS, "Video")
    if film.data.get("processing"):
        processing.look(film.data["processing"], store().now())
        store().save(film)
    return choose(told, param("fields") or "description,updated_time,id")


@call("me")
def me() -> Answer:
    return choose(own_node(caller()), param("fields") or "id,name")


@call("node")
def plain_node(id: str) -> Answer:
    token = caller()
    if id == token.account:
        return choose(own_node(token), param("fields") or "id,name")
    if page := store().account("facebook", id):
        return choose(page_node(page, token), param("fields") or "id,name")
    if told := published_node(id, token.account):
        check_need(token, READ)
        return choose(told, param("fields") or "id,created_time,message,name")
    raise missing(id)


def published_node(id: str, page: str) -> dict[str, Any] | None:
    """The page's post, photo or comment of this id."""
    if post := owned("post", id, page):
        return post_node(post)
    if comment := owned("comment", id, page):
        return comment_node(comment)
    photo = owned("photo", id, page)
    if photo is None:
        return None
    told = photo_node(photo)
    check_fields(told, PHOTO_FIELDS, "Photo")
    return told
