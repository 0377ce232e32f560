"""/{version}/{node}/{edge}: which function answers."""

import secrets
from collections.abc import Callable

from flask import Response, request

from channels.sandbox.facebook.films import videos
from channels.sandbox.facebook.graph import VERSION, Answer, facebook, refused, usages
from channels.sandbox.facebook.posts import delete, edit, feed, photo
from channels.sandbox.facebook.reading import node, posts, published_posts
from channels.sandbox.facebook.signing_in import (
    access_token,
    accounts,
    debug_token,
    dialog,
    permissions,
    revoke,
)


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
