"""Media: in one shot or in segments, processed and described."""

import base64
import shutil
from collections.abc import Callable
from typing import Any

from flask import request

from channels.sandbox import processing
from channels.sandbox.context import json_body, part_of, record, store
from channels.sandbox.history import shown, snowflake
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Kept, Thing, Token
from channels.sandbox.x.answers import Answer, call, caller, invalid, problem, x
from channels.sandbox.x.told import KEYS

# X, Media upload, and its best practices (September 2026)
MEDIA_SECONDS = 24 * 3600
ALT_TEXT = 1000
SEGMENT_BYTES = 8 * 1024 * 1024
IMAGE_TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
BYTES = {"picture": 5 * 1024 * 1024, "gif": 15 * 1024 * 1024, "film": 8 * 1024**3}


@x.post("/2/media/upload/initialize")
@call("media_initialize")
def media_initialize() -> Answer:
    token = caller("media_initialize", "media.write")
    fields = {**request.form.to_dict(), **json_body()}
    begun = begin_upload(
        token, fields.get("media_type"), fields.get("total_bytes"), fields.get("media_category")
    )
    return {"data": {"id": begun.id, "media_key": upload_key(begun), "expires_after_secs": MEDIA_SECONDS}}


def begin_upload(token: Token, media_type: Any, total: Any, category: Any) -> Thing:
    if not str(total or "").isdigit() or int(total) < 1:
        raise invalid("$.total_bytes: is missing but it is required", total_bytes=total)
    shape = shape_of(str(media_type or ""), str(category or ""))
    check_size(shape, int(total))
    with store().transaction():
        data = {"shape": shape, "total": int(total), "segments": [], "alt": ""}
        begun = store().put("x", "media", snowflake(store(), store().now()), token.account, data)
        record("x", "media_initialize", "staged", token.account, {"media": begun.id})
    return begun


def shape_of(media_type: str, category: str) -> str:
    if category in {"tweet_gif", "dm_gif"} or (media_type == "image/gif" and not category):
        return "gif"
    if media_type in IMAGE_TYPES or (category == "tweet_image" and not media_type):
        return "picture"
    if media_type.startswith("video/"):
        return "film"
    raise invalid("$.media_type: does not have a value in the enumeration", media_type=media_type)


def check_size(shape: str, size: int) -> None:
    if size > BYTES[shape]:
        raise invalid(f"File size exceeds {BYTES[shape]} bytes.", total_bytes=size)


def upload_key(upload: Thing) -> str:
    return f"{KEYS[upload.data['shape']]}_{upload.id}"


def own_upload(token: Token, id: str) -> Thing:
    found = store().get("x", "media", id)
    if found is None or found.account != token.account or found.created < store().now() - MEDIA_SECONDS:
        raise invalid("The media ID provided is invalid or expired.", media_id=id)
    return found


@x.post("/2/media/upload/<id>/append")
@call("media_append")
def media_append(id: str) -> Answer:
    upload = append(caller("media_append", "media.write"), id)
    return {"data": {"expires_at": int(upload.created + MEDIA_SECONDS)}}


def append(token: Token, id: str) -> Thing:
    upload = own_upload(token, id)
    fields = {**request.form.to_dict(), **json_body()}
    index = str(fields.get("segment_index", ""))
    if not index.isdigit() or int(index) > 999 or "item" in upload.data:
        raise invalid("$.segment_index: must be between 0 and 999", segment_index=index)
    part = segment(fields)
    if len(part) > SEGMENT_BYTES:
        raise problem(413, "Payload Too Large", "The media chunk is too large.")
    with store().transaction():
        upload = own_upload(token, id)
        store().upload_path(f"{id}.{index}").write_bytes(part)  # the whole segment, also when it comes again
        upload.data["segments"] = sorted({*upload.data["segments"], int(index)})
        store().save(upload)
    return upload


def segment(fields: dict[str, Any]) -> bytes:
    """The bytes, from a multipart file or as base64."""
    file = request.files.get("media")
    try:
        part = (
            file.stream.read()
            if file
            else base64.b64decode(fields.get("media") or fields.get("media_data") or "", validate=True)
        )
    except (ValueError, TypeError) as exc:
        raise invalid("$.media: is not valid base64") from exc
    if not part:
        raise invalid("$.media: is missing but it is required")
    return part


@x.post("/2/media/upload/<id>/finalize")
@call("media_finalize")
def media_finalize(id: str) -> Answer:
    token = caller("media_finalize", "media.write")
    return {"data": upload_facts(finalize(token, id))}


def finalize(token: Token, id: str) -> Thing:
    with store().transaction():
        upload = own_upload(token, id)
        if "item" in upload.data:
            return upload
        kept = put_together(upload)
        complete(upload, kept)
        record("x", "media_finalize", "staged", token.account, {"media": id}, media=[kept.sha256])
    store().forget_upload(f"{id}.")
    return upload


def put_together(upload: Thing) -> Kept:
    with store().incoming() as path:
        with path.open("wb") as whole_file:
            for index in upload.data["segments"]:
                with store().upload_path(f"{upload.id}.{index}").open("rb") as part:
                    shutil.copyfileobj(part, whole_file)
        if path.stat().st_size != upload.data["total"]:
            raise invalid("Segments do not add up to provided total file size.", media_id=upload.id)
        try:
            return store().keep_file(path)
        except NotMediaError as exc:
            raise invalid("media type unrecognized.", media_id=upload.id) from exc


def complete(upload: Thing, kept: Kept) -> None:
    """All bytes are here: a picture is ready at once, a film has to be processed."""
    shape = upload.data["shape"]
    if (shape == "film") != (kept.kind == "film"):
        raise invalid("media type unrecognized.", media_id=upload.id)
    item = shown(upload.id, kept, upload.data["alt"]) | {"shape": shape}
    upload.data |= {
        "item": item, "size": kept.size, "width": kept.width, "height": kept.height, "seconds": kept.seconds,
        "type": kept.content_type,
    }  # fmt: skip
    if shape != "picture":
        upload.data["processing"] = processing.begin(store(), "x")
    store().save(upload)


def upload_facts(upload: Thing) -> dict[str, Any]:
    data = upload.data
    told: dict[str, Any] = {
        "id": upload.id, "media_key": upload_key(upload), "size": data.get("size", 0),
        "expires_after_secs": max(int(upload.created + MEDIA_SECONDS - store().now()), 0),
    }  # fmt: skip
    if data["shape"] == "picture" and "item" in data:
        told["image"] = {"image_type": data["type"], "w": data["width"], "h": data["height"]}
    if data.get("processing"):
        told["processing_info"] = {"state": "pending", "check_after_secs": 1}
    return told


@x.get("/2/media/upload")
@call("media_status")
def media_status() -> Answer:
    token = caller("media_status", "media.write")
    return {"data": looked_at(own_upload(token, request.args.get("media_id", "")))}


def looked_at(upload: Thing) -> dict[str, Any]:
    """The upload's facts after one more look at its processing."""
    told = upload_facts(upload)
    if film := upload.data.get("processing"):
        state = processing.look(film, store().now())
        store().save(upload)
        told["processing_info"] = STATES[state]()
    return told


STATES: dict[str, Callable[[], dict[str, Any]]] = {
    "processing": lambda: {"state": "in_progress", "check_after_secs": 1, "progress_percent": 40},
    "ready": lambda: {"state": "succeeded", "progress_percent": 100},
    "failed": lambda: {
        "state": "failed",
        "progress_percent": 40,
        "error": {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"},
    },
}


@x.post("/2/media/upload")
@call("media_upload")
def media_upload() -> Answer:
    """One shot, for pictures."""
    token = caller("media_upload", "media.write")
    fields = {**request.form.to_dict(), **json_body()}
    if not fields.get("media_category"):
        raise invalid("$.media_category: is missing but it is required")
    return {"data": upload_facts(one_shot(token, fields))}


def one_shot(token: Token, fields: dict[str, Any]) -> Thing:
    with store().incoming() as path:
        path.write_bytes(segment(fields))
        try:
            kept = store().keep_file(path)
        except NotMediaError as exc:
            raise invalid("media type unrecognized.") from exc
    shape = shape_of(kept.content_type, str(fields.get("media_category") or ""))
    check_size(shape, kept.size)
    with store().transaction():
        data = {"shape": shape, "total": kept.size, "segments": [], "alt": ""}
        upload = store().put("x", "media", snowflake(store(), store().now()), token.account, data)
        complete(upload, kept)
        record("x", "media_upload", "staged", token.account, {"media": upload.id}, media=[kept.sha256])
    return upload


@x.post("/2/media/metadata")
@call("media_metadata")
def media_metadata() -> Answer:
    token = caller("media_metadata", "media.write")
    body = json_body()
    alt = part_of(part_of(body, "metadata"), "alt_text").get("text")
    describe(token, str(body.get("id", "")), alt)
    return {"data": {"id": str(body["id"]), "associated_metadata": {"alt_text": {"text": alt}}}}


def describe(token: Token, id: str, alt: Any) -> None:
    """Give the upload an image description."""
    if not isinstance(alt, str) or not alt:
        raise invalid("$.metadata.alt_text.text: is missing but it is required")
    if len(alt) > ALT_TEXT:
        raise invalid("$.metadata.alt_text.text: must be at most 1000 characters long", text=alt)
    with store().transaction():
        upload = own_upload(token, id)
        upload.data["alt"] = alt
        if "item" in upload.data:
            upload.data["item"]["alt"] = alt
        store().save(upload)
