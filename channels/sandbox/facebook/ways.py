"""/{version}/{node}/{edge}: which function answers."""

import secrets
from collections.abc import Callable

from flask import Response, request

from channels.sandbox.facebook import comments, posts, signing_in
from channels.sandbox.facebook.films import videos
from channels.sandbox.facebook.graph import VERSION, Answer, facebook, param, refused, usages
from channels.sandbox.facebook.pages import accounts, businesses, client_pages, owned_pages
from channels.sandbox.facebook.reading import node, published_posts
from channels.sandbox.facebook.reading import posts as all_posts


@facebook.route("/<path:path>", methods=["GET", "POST", "DELETE"])
def graph(path: str) -> Answer:
    """/v26.0/{node}/{edge}, with or without the version and a trailing slash."""
    parts = [part for part in path.split("/") if part]
    if parts and parts[0].startswith("v") and parts[0][1:2].isdigit():
        parts = parts[1:]
    method = verb()
    if tuple(parts) in FIXED:
        return FIXED[tuple(parts)]()
    if len(parts) == 1:
        return NODE[method](parts[0])
    if len(parts) == 2 and (method, parts[1]) in EDGES:
        return EDGES[method, parts[1]](parts[0])
    if len(parts) == 3 and (method, parts[1]) == ("DELETE", "permissions"):
        return signing_in.revoke(parts[0], parts[2])
    raise refused(2500, f"Unknown path components: /{'/'.join(parts[1:])}")


def verb() -> str:
    """A POST may say that it stands for another method (Graph API overview)."""
    wanted = param("method").upper() if request.method == "POST" else ""
    return wanted if wanted in NODE else request.method


@facebook.after_request
def add_headers(response: Response) -> Response:
    response.headers["facebook-api-version"] = VERSION
    response.headers["x-fb-trace-id"] = secrets.token_hex(6)
    response.headers["x-fb-request-id"] = secrets.token_urlsafe(12)
    for name, value in usages().items():
        response.headers.setdefault(name, value)
    return response


def change(id: str) -> Answer:
    return comments.edit(id) if comments.is_comment(id) else posts.edit(id)


def delete(id: str) -> Answer:
    return comments.delete(id) if comments.is_comment(id) else posts.delete(id)


FIXED: dict[tuple[str, ...], Callable[[], Answer]] = {
    ("dialog", "oauth"): signing_in.dialog,
    ("oauth", "access_token"): signing_in.access_token,
    ("debug_token",): signing_in.debug_token,
}
NODE: dict[str, Callable[[str], Answer]] = {"GET": node, "POST": change, "DELETE": delete}
EDGES: dict[tuple[str, str], Callable[[str], Answer]] = {
    ("POST", "feed"): posts.feed,
    ("POST", "photos"): posts.photo,
    ("POST", "videos"): videos,
    ("GET", "published_posts"): published_posts,
    ("GET", "posts"): all_posts,
    ("GET", "feed"): all_posts,
    ("GET", "comments"): comments.comments,
    ("POST", "comments"): comments.answer,
    ("GET", "accounts"): accounts,
    ("GET", "businesses"): businesses,
    ("GET", "owned_pages"): owned_pages,
    ("GET", "client_pages"): client_pages,
    ("GET", "permissions"): signing_in.permissions,
    ("DELETE", "permissions"): signing_in.revoke,
}
