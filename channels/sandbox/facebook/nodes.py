"""How Graph tells a post, a photo and a film."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from channels.sandbox import liking, processing, shown
from channels.sandbox.context import base, store
from channels.sandbox.facebook.graph import param, refused
from channels.sandbox.graph_fields import names
from channels.sandbox.store import APPS, Thing

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


def check_fields(node: dict[str, Any], others: set[str], kind: str) -> None:
    """Graph refuses what a node of this kind never has."""
    wanted = names(param("fields"))
    if strange := next((name for name in wanted if name not in node and name not in others), None):
        raise refused(100, f"(#100) Tried accessing nonexisting field ({strange}) on node type ({kind})")


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
    wanted = names(param("fields"))
    if "reactions" in wanted:
        told["reactions"] = summed(liking.likes(post))
    if "comments" in wanted:
        told["comments"] = summed(liking.comments(post))
    if attachments := list(attached_to(post)):
        told["attachments"] = {"data": attachments}
    return told


def summed(number: int) -> dict[str, Any]:
    """A sum with none of what it counts: all that we know of it."""
    return {"data": [], "summary": {"total_count": number}}


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
