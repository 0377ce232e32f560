"""How YouTube tells a film, and lists."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from channels.sandbox import liking, processing
from channels.sandbox.context import base, store
from channels.sandbox.store import Thing


def listing(kind: str, items: list[dict[str, Any]], total: int, next_page: str = "") -> dict[str, Any]:
    told = {
        "kind": kind, "etag": secrets.token_urlsafe(20), "items": items,
        "pageInfo": {"totalResults": total, "resultsPerPage": len(items)},
    }  # fmt: skip
    return told | ({"nextPageToken": next_page} if next_page else {})


def video_resource(film: Thing, wanted: list[str], *, owner: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": "youtube#video", "etag": secrets.token_urlsafe(20), "id": film.id}
    for part in wanted:
        if part in TOLD and (owner or part not in OWNERS):
            told[part] = TOLD[part](film)
    return told


def snippet_of(film: Thing) -> dict[str, Any]:
    channel = store().account("youtube", film.account)
    return {
        "publishedAt": moment(film.public_at or film.created), "channelId": film.account, "description": "",
        "thumbnails": thumbnails(film), "channelTitle": channel.name if channel else "",
        "liveBroadcastContent": "none", "categoryId": "22", **film.data["snippet"],
    }  # fmt: skip


def status_of(film: Thing) -> dict[str, Any]:
    told = {
        "license": "youtube", "embeddable": True, "publicStatsViewable": True, "madeForKids": False,
        **film.data["status"], "uploadStatus": UPLOAD_STATUS[state_of(film)],
    }  # fmt: skip
    if film.data.get("rejection"):
        return told | {"uploadStatus": "rejected", "rejectionReason": film.data["rejection"]}
    if state_of(film) == "failed":
        told["failureReason"] = film.data.get("failure") or "conversion"
    return told


def state_of(film: Thing) -> str:
    if film.data.get("failure"):
        return "failed"
    return processing.state(film.data.get("processing"), store().now())


def processing_of(film: Thing) -> dict[str, Any]:
    states = {"processing": "processing", "ready": "succeeded", "failed": "failed"}
    state = state_of(film)
    told: dict[str, Any] = {"processingStatus": states[state]}
    if state == "processing":
        told["processingProgress"] = {"partsTotal": "4", "partsProcessed": "1", "timeLeftMs": "2000"}
    return told


def file_of(film: Thing) -> dict[str, Any]:
    return {
        "fileName": film.data["file_name"], "fileSize": str(film.data.get("size", 0)), "fileType": "video",
        "durationMs": str(int(film.data.get("seconds", 0) * 1000)),
    }  # fmt: skip


def content_of(film: Thing) -> dict[str, Any]:
    seconds = film.data.get("seconds", 0)
    return {
        "duration": f"PT{int(seconds)}S",
        "dimension": "2d",
        "definition": "hd",
        "caption": str(bool(film.data.get("captions"))).lower(),
    }


def statistics_of(film: Thing) -> dict[str, str]:
    return {
        "viewCount": "0", "likeCount": str(liking.likes(film)), "favoriteCount": "0",
        "commentCount": str(liking.comments(film)),
    }  # fmt: skip


def thumbnails(film: Thing) -> dict[str, Any]:
    sha256 = film.data.get("thumbnail")
    return {"default": {"url": f"{base()}/media/{sha256}", "width": 120, "height": 90}} if sha256 else {}


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


UPLOAD_STATUS = {"processing": "uploaded", "ready": "processed", "failed": "failed"}
OWNERS = {"processingDetails", "fileDetails"}
TOLD: dict[str, Callable[[Thing], dict[str, Any]]] = {
    "snippet": snippet_of,
    "status": status_of,
    "processingDetails": processing_of,
    "fileDetails": file_of,
    "contentDetails": content_of,
    "statistics": statistics_of,
}
