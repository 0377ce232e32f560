"""How a published post is kept for each platform: ids of its shape, and the fields its reads need."""

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from channels.sandbox.store import Kept, Store

    Shown = Sequence[tuple[Kept, str]]

X_EPOCH_MS = 1288834974657  # X, post ids (snowflakes): milliseconds since this moment, shifted by 22 bits


def facebook_number(store: "Store") -> str:
    """A number that looks like Facebook's."""
    return str(store.count("facebook_id", by=1, start=122_100_000_000_000))


def snowflake(store: "Store", at: float) -> str:
    """An X id whose order is the order of time."""
    return str(((int(at * 1000) - X_EPOCH_MS) << 22) | (store.count("x_id") & 0x3FFFFF))


def folded(text: str) -> str:
    """The form in which X compares texts."""
    return unicodedata.normalize("NFC", text).strip()


def film_id() -> str:
    """An id that looks like YouTube's: eleven characters."""
    return secrets.token_urlsafe(8)


def shown(id: str, kept: "Kept", alt: str) -> dict[str, Any]:
    """A picture or film inside a post."""
    return {"id": id, "sha256": kept.sha256, "kind": kept.kind, "alt": alt}


def _facebook(store: "Store", page: str, text: str, media: "Shown", at: float, title: str) -> dict[str, str]:
    number = facebook_number(store)
    post_id = f"{page}_{number}"
    items = [shown(facebook_number(store), kept, alt) for kept, alt in media]
    for item in items:
        kind = "photo" if item["kind"] == "picture" else "video"
        data = {"item": item, "post": post_id, "text": "", "title": title, "width": 0, "height": 0}
        store.put("facebook", kind, item["id"], page, data, public_at=at, created=at)
    data = {"text": text, "said": text, "link": "", "media": items}
    store.put("facebook", "post", post_id, page, data, public_at=at, created=at)
    return {"id": post_id, "path": f"/sidor/facebook/{page}/posts/{number}"}


def _x(store: "Store", user: str, text: str, media: "Shown", at: float, title: str) -> dict[str, str]:
    items = [shown(snowflake(store, at), kept, alt) for kept, alt in media]
    post_id = snowflake(store, at)
    data = {"text": text, "said": folded(text), "media": items}
    store.put("x", "post", post_id, user, data, public_at=at, created=at)
    account = store.account("x", user)
    return {"id": post_id, "path": f"/sidor/x/{account.handle if account else user}/status/{post_id}"}


def _youtube(
    store: "Store", channel: str, text: str, media: "Shown", at: float, title: str
) -> dict[str, str]:
    (kept, _), video_id = media[0], film_id()
    title = title or (text.splitlines() or [""])[0][:100]
    data = {
        "snippet": {"title": title, "description": text, "categoryId": "22"},
        "status": {"privacyStatus": "public"},
        "media": [shown(video_id, kept, "")],
        "file_name": "",
    }
    store.put("youtube", "video", video_id, channel, data, public_at=at, created=at)
    return {"id": video_id, "path": f"/sidor/youtube/watch?v={video_id}"}


def _mastodon(store: "Store", user: str, text: str, media: "Shown", at: float, title: str) -> dict[str, str]:
    items = [shown(snowflake(store, at), kept, alt) for kept, alt in media]
    post_id = snowflake(store, at)
    for item in items:
        store.put("mastodon", "media", item["id"], user, {"item": item, "post": post_id}, created=at)
    data = {"text": text, "said": text, "media": items}
    store.put("mastodon", "post", post_id, user, data, public_at=at, created=at)
    account = store.account("mastodon", user)
    return {"id": post_id, "path": f"/mastodon/@{account.handle if account else user}/{post_id}"}


def _bluesky(store: "Store", did: str, text: str, media: "Shown", at: float, title: str) -> dict[str, str]:
    key = f"3{store.count('bluesky_key'):0>12}".replace("0", "2").replace("1", "a")
    items = [shown(kept.sha256, kept, alt) for kept, alt in media]
    when = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": when, "langs": ["sv"]}
    data = {"record": record, "text": text, "said": text, "media": items, "key": key}
    store.put("bluesky", "post", f"{did} {key}", did, data, public_at=at, created=at)
    return {"id": key, "path": f"/sidor/bluesky/profile/{did}/post/{key}"}


LAY_OUT: dict[str, Callable[..., dict[str, str]]] = {
    "facebook": _facebook, "x": _x, "youtube": _youtube, "mastodon": _mastodon, "bluesky": _bluesky
}  # fmt: skip
