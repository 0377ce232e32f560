"""Resumable uploads: a session, its bytes in any pieces, and the film that they become."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request

from channels.sandbox import consent, people, processing
from channels.sandbox.context import RefusedError, bearer, json_body, part_of, record, store
from channels.sandbox.history import film_id, shown
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Kept, Thing
from channels.sandbox.youtube.answers import (
    UPLOAD,
    Answer,
    bad_credentials,
    bad_field,
    call,
    channel_caller,
    not_found,
    parts,
    refused,
    youtube,
)
from channels.sandbox.youtube.told import video_resource

TITLE, DESCRIPTION_BYTES, TAGS = 100, 5000, 500  # Videos reference
FILM_BYTES = 274_877_906_944  # discovery document
STEP = 256 * 1024  # resumable uploads: chunks are multiples of this, except the last
UNVERIFIED_SECONDS = 15 * 60  # YouTube Help, Upload videos longer than 15 minutes
SESSION_SECONDS = 7 * 24 * 3600  # other Google APIs say a week; YouTube says "finite"
PRIVACY = {"public", "unlisted", "private"}


@youtube.post("/upload/youtube/v3/videos")
@youtube.post("/resumable/upload/youtube/v3/videos")
@call("open_session")
def open_session() -> Answer:
    token = channel_caller(UPLOAD, 1, "insert")
    if request.args.get("uploadType") != "resumable":
        raise refused(400, "badRequest", "This server takes uploadType=resumable only.", domain="global")
    resource, settable = json_body(), {"snippet", "status", "recordingDetails"}
    film = {name: part_of(resource, name) for name in parts() if name in settable}
    check_snippet(film.get("snippet", {}))
    check_status(film.setdefault("status", {}))
    check_announced()
    with store().transaction():
        session = keep_session(token.account, film)
        ids, title = {"session": session.id}, film["snippet"]["title"]
        record("youtube", "open_session", "staged", token.account, ids, text=title)
    location = f"{request.base_url}?uploadType=resumable&part={request.args['part']}&upload_id={session.id}"
    return Response(status=200, headers={"Location": location, "X-GUploader-UploadID": session.id})


def keep_session(channel: str, film: dict[str, Any]) -> Thing:
    size = request.headers.get("X-Upload-Content-Length", "")
    data = {
        "film": film, "held": 0, "size": int(size) if size.isdigit() else None, "video": "",
        "file_name": request.headers.get("Slug", ""),
    }  # fmt: skip
    return store().put("youtube", "session", "A" + secrets.token_urlsafe(40), channel, data)


def check_announced() -> None:
    kind = request.headers.get("X-Upload-Content-Type", "application/octet-stream")
    if not (kind.startswith("video/") or kind == "application/octet-stream"):
        raise refused(400, "badContent", f"Unsupported content with type: {kind}", domain="global")
    size = request.headers.get("X-Upload-Content-Length", "0")
    if not size.isdigit() or int(size) > FILM_BYTES:
        raise refused(413, "uploadTooLarge", "Request Too Large", domain="global")


def check_snippet(snippet: dict[str, Any], *, update: bool = False) -> None:
    title, description = str(snippet.get("title", "")), str(snippet.get("description", ""))
    if not title.strip() or len(title) > TITLE or re.search("[<>]", title):
        raise bad_field("invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if len(description.encode()) > DESCRIPTION_BYTES or re.search("[<>]", description):
        raise bad_field("invalidDescription", "The request metadata specifies an invalid video description.")
    if weigh_tags(snippet.get("tags", [])) > TAGS:
        raise bad_field("invalidTags", "The request metadata specifies invalid video keywords.")
    if update and not str(snippet.get("categoryId", "")).isdigit():
        raise bad_field(
            "invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID."
        )


def weigh_tags(tags: list[str]) -> int:
    """Commas between them count, and the quotation marks around a tag with a space."""
    return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(len(tags) - 1, 0)


def check_status(status: dict[str, Any]) -> None:
    # Since 2 November 2026 the default is public (revision history).
    if status.setdefault("privacyStatus", "public") not in PRIVACY:
        raise refused(400, "invalidVideoMetadata", "The request metadata is invalid.")
    if "publishAt" in status and status["privacyStatus"] != "private":
        raise refused(
            400, "invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time."
        )


@youtube.put("/upload/youtube/v3/videos")
@youtube.put("/resumable/upload/youtube/v3/videos")
def put_film() -> Answer:
    """Bytes, or the question how far we are: `Content-Range: bytes */N`."""
    asked = re.fullmatch(r"bytes \*/(\d+|\*)", request.headers.get("Content-Range", ""))
    return query_session() if asked else put_chunk()


def living_session() -> Thing:
    session = store().get("youtube", "session", request.args.get("upload_id", ""))
    if session and g.get("fault") == "session_gone":
        store().remove(session)
        session = None
    if session is None or session.created < store().now() - SESSION_SECONDS:
        raise refused(404, "notFound", "Not Found", domain="global")
    if request.headers.get("Authorization") and consent.alive("youtube", ["access"], bearer()) is None:
        raise bad_credentials()
    return session


@call("query_session")
def query_session() -> Answer:
    return where(living_session())


def where(session: Thing) -> Answer:
    """The film if all is here; otherwise 308 and how much is held, without a Range if that is nothing."""
    held = session.data["held"]
    if session.data["video"] or held == session.data["size"]:
        return video_resource(film_of(session), ["id", "snippet", "status"], owner=True)
    return Response(status=308, headers={"Range": f"bytes=0-{held - 1}"} if held else {})


@dataclass(frozen=True)
class Span:
    first: int
    last: int
    total: int | None

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def span(session: Thing) -> Span:
    """Which bytes come: by Content-Range, or all of them."""
    given = request.headers.get("Content-Range", "")
    length = request.content_length or 0
    if not given:
        return Span(0, length - 1, length)
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", given)
    if not found or int(found[2]) - int(found[1]) + 1 != length:
        raise bad_range()
    total = session.data["size"] if found[3] == "*" else int(found[3])
    return Span(int(found[1]), int(found[2]), total)


def bad_range() -> RefusedError:
    return refused(400, "badRequest", "Failed to parse Content-Range header.", domain="global")


@call("put_chunk")
def put_chunk() -> Answer:
    session = living_session()
    chunk = span(session)
    last = chunk.total is not None and chunk.last + 1 == chunk.total
    if chunk.first > session.data["held"] or not (last or chunk.length % STEP == 0):
        raise bad_range()
    take_in(session, chunk)
    return where(living_session())


def take_in(session: Thing, chunk: Span) -> None:
    """Keep what comes as it comes: if the connection breaks, whole steps of 256 KiB stay."""
    at, most = chunk.first, chunk.last + 1
    if g.get("fault") == "short_range":
        most = min(most, chunk.first + STEP)
    try:
        while at < most and (part := request.stream.read(min(STEP, most - at))):
            keep_new(session, at, part)
            at += len(part)
    finally:
        note_held(session.id, at if at == chunk.last + 1 else at - at % STEP, chunk.total)


def keep_new(session: Thing, at: int, part: bytes) -> None:
    """What is held already is not written again, whatever a client sends for it."""
    known = max(session.data["held"] - at, 0)
    store().write_upload(session.id, at + known, part[known:])


def note_held(id: str, held: int, total: int | None) -> None:
    """The session is read anew: a twin of this call may have been here meanwhile, and made the film."""
    with store().transaction():
        if session := store().get("youtube", "session", id):
            session.data |= {"held": max(session.data["held"], held), "size": total}
            store().save(session)


def film_of(session: Thing) -> Thing:
    """The last byte is here: now, and only now, the film exists."""
    kept = None if session.data["video"] else film_or_none(session)
    with store().transaction():
        session = store().get("youtube", "session", session.id) or session
        if not session.data["video"]:
            session.data["video"] = keep_film(session, kept).id
            store().save(session)
        film = store().get("youtube", "video", session.data["video"])
    store().forget_upload(session.id)
    if film is None:
        raise not_found(session.data["video"])
    return film


def film_or_none(session: Thing) -> Kept | None:
    """YouTube takes any bytes; what is not a film fails in processing."""
    try:
        kept = store().keep_upload(session.id)
    except (NotMediaError, FileNotFoundError):
        return None
    return kept if kept.kind == "film" else None


def rejection(channel: str, kept: Kept | None) -> str:
    """Until somebody has given a telephone number, films may be a quarter of an hour."""
    account = store().account("youtube", channel)
    is_verified = account is None or people.facts(store(), account)["phone_verified"]
    return "length" if kept and kept.seconds > UNVERIFIED_SECONDS and not is_verified else ""


def keep_film(session: Thing, kept: Kept | None) -> Thing:
    wanted = session.data["film"]
    id = film_id()
    data = {
        **wanted, "media": [shown(id, kept, "")] if kept else [], "file_name": session.data["file_name"] or "unknown",
        "size": session.data["held"], "seconds": kept.seconds if kept else 0,
        "processing": processing.begin(store(), "youtube"),
        "failure": "" if kept else "invalidFile", "rejection": rejection(session.account, kept),
        "thumbnail": "", "captions": [],
    }  # fmt: skip
    public = kept is not None and not data["rejection"] and wanted["status"]["privacyStatus"] == "public"
    film = store().put(
        "youtube", "video", id, session.account, data, public_at=store().now() if public else None
    )
    note(film, "put_chunk", "public" if public else "staged")
    return film


def note(film: Thing, name: str, effect: str) -> None:
    media, title = [item["sha256"] for item in film.data["media"]], film.data["snippet"]["title"]
    record("youtube", name, effect, film.account, {"video": film.id}, text=title, media=media)
