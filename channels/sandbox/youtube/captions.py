"""Thumbnails and subtitles."""

import json
import secrets
from email import message_from_bytes
from typing import Any

from flask import request

from channels.sandbox.context import RefusedError, part_of, record, store
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Kept, Thing
from channels.sandbox.youtube.answers import (
    CAPTIONS,
    UPLOAD,
    Answer,
    call,
    caller,
    facts_of,
    own_film,
    refused,
    youtube,
)
from channels.sandbox.youtube.told import thumbnails

THUMBNAIL_BYTES = 50 * 1024 * 1024  # revision history, 14 September 2026


@youtube.post("/upload/youtube/v3/thumbnails/set")
@call("thumbnails_set")
def thumbnails_set() -> Answer:
    token = caller(UPLOAD, 50)
    film = own_film(request.args.get("videoId", ""), token.account)
    if not facts_of(token)["phone_verified"]:
        raise refused(
            403, "forbidden",
            "The authenticated user doesn't have permissions to upload and set custom video thumbnails.",
            domain="youtube.thumbnail",
        )  # fmt: skip
    kept = received_thumbnail()
    with store().transaction():
        film.data["thumbnail"] = kept.sha256
        store().save(film)
        ids = {"video": film.id}
        record("youtube", "thumbnails_set", effect_on(film), film.account, ids, media=[kept.sha256])
    return {
        "kind": "youtube#thumbnailSetResponse",
        "etag": secrets.token_urlsafe(20),
        "items": [thumbnails(film)],
    }


def effect_on(film: Thing) -> str:
    """Nobody sees what is done to a film before it is public."""
    return "staged" if film.public_at is None else "changed"


def received_thumbnail() -> Kept:
    if not request.content_length:
        raise refused(
            400,
            "mediaBodyRequired",
            "The request does not include the image content.",
            domain="youtube.thumbnail",
        )
    if request.content_length > THUMBNAIL_BYTES:
        raise refused(413, "uploadTooLarge", "Media is too large.", domain="global")
    try:
        kept = store().keep(request.stream)
    except NotMediaError as exc:
        raise bad_image() from exc
    if kept.content_type not in {"image/jpeg", "image/png"}:
        raise bad_image()
    return kept


def bad_image() -> RefusedError:
    return refused(400, "invalidImage", "The provided image content is invalid.", domain="youtube.thumbnail")


@youtube.post("/upload/youtube/v3/captions")
@call("captions_insert")
def captions_insert() -> Answer:
    token = caller(CAPTIONS, 400)
    resource, text = multipart_related()
    snippet = part_of(resource, "snippet")
    track = {"language": snippet.get("language", ""), "name": snippet.get("name", "")}
    with store().transaction():
        film = own_film(str(snippet.get("videoId", "")), token.account)
        check_track(film, track, text)
        id = secrets.token_urlsafe(16)
        film.data.setdefault("captions", []).append(track | {"id": id, "text": text.decode(errors="replace")})
        store().save(film)
        ids = {"video": film.id, "caption": id}
        record("youtube", "captions_insert", effect_on(film), film.account, ids)
    return {"kind": "youtube#caption", "etag": secrets.token_urlsafe(20), "id": id,
            "snippet": {**snippet, "status": "serving", "trackKind": "standard"}}  # fmt: skip


def check_track(film: Thing, track: dict[str, str], text: bytes) -> None:
    if not track["language"] or not text.strip():
        raise refused(400, "contentRequired", "The request does not contain the caption track contents.",
                      domain="youtube.caption")  # fmt: skip
    if any(track.items() <= known.items() for known in film.data.get("captions", [])):
        raise refused(409, "captionExists", "The specified video already has a caption track with the given videoId, "
                      "language, and name.", domain="youtube.caption")  # fmt: skip


def multipart_related() -> tuple[dict[str, Any], bytes]:
    """The resource and the file of an upload with uploadType=multipart (RFC 2387)."""
    head = f"Content-Type: {request.headers.get('Content-Type', '')}\r\nMIME-Version: 1.0\r\n\r\n"
    message = message_from_bytes(head.encode() + request.get_data())
    payloads = (part.get_payload(decode=True) for part in message.walk())
    found = [payload for payload in payloads if isinstance(payload, bytes)]
    if len(found) != 2:
        raise refused(400, "badRequest", "This server takes uploadType=multipart only.", domain="global")
    return json.loads(found[0] or b"{}"), found[1]
