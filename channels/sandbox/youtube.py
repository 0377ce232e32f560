"""
YouTube's Data API v3, as far as a channel needs it: resumable uploads, processing, updates, lists, and Google's OAuth.

Facts: Google, Resumable uploads, Videos, PlaylistItems, Thumbnails, Captions, Errors and Quota references and the
discovery document of revision 20261104, read 2026-11-22.
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from channels.sandbox import consent, faults, processing
from channels.sandbox.context import RefusedError, base, bearer, json_body, part_of, record, store
from channels.sandbox.history import film_id, shown
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import GOOGLE, GOOGLE_TOKEN_SECONDS, Account, Kept, Thing, Token

TITLE, DESCRIPTION_BYTES, TAGS = 100, 5000, 500  # Videos reference
FILM_BYTES = 274_877_906_944  # discovery document
THUMBNAIL_BYTES = 50 * 1024 * 1024  # revision history, 14 September 2026
STEP = 256 * 1024  # resumable uploads: chunks are multiples of this, except the last
SESSION_SECONDS = 7 * 24 * 3600  # other Google APIs say a week; YouTube says "finite"
CODE_SECONDS = 600
QUOTA = {"insert": 100, "other": 10_000}  # Quota page: videos.insert has a bucket of its own
QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
PRIVACY = {"public", "unlisted", "private"}
PARTS = {
    "id", "snippet", "status", "contentDetails", "processingDetails", "fileDetails", "statistics", "player",
    "localizations", "recordingDetails", "paidProductPlacementDetails",
}  # fmt: skip
UPLOAD = {GOOGLE + "youtube.upload", GOOGLE + "youtube", GOOGLE + "youtube.force-ssl"}
MANAGE = {GOOGLE + "youtube", GOOGLE + "youtube.force-ssl"}
READ = MANAGE | {GOOGLE + "youtube.readonly"}
CAPTIONS = {GOOGLE + "youtube.force-ssl"}

youtube = Blueprint("youtube", __name__, url_prefix="/google")

Answer = ResponseReturnValue


# -- refusals


def refused(
    status: int, reason: str, message: str, *, domain: str = "youtube.video", brief: str = "", **more: str
) -> RefusedError:
    """Google's error envelope; `more` joins the first error (location, locationType)."""
    names = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
    error: dict[str, Any] = {
        "code": status, "message": message,
        "errors": [{"message": brief or message, "domain": domain, "reason": reason, **more}],
    }  # fmt: skip
    if status in names and domain == "global":
        error["status"] = names[status]
    answer = jsonify({"error": error})
    answer.status_code = status
    return RefusedError(answer)


def bad_credentials(_: object = None) -> RefusedError:
    return refused(
        401, "authError",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential.",
        domain="global", location="Authorization", locationType="header", brief="Invalid Credentials",
    )  # fmt: skip


def no_scope(_: object = None) -> RefusedError:
    return refused(
        403, "insufficientPermissions", "Request had insufficient authentication scopes.", domain="global"
    )


def dead_grant(_: object = None) -> RefusedError:
    return consent.token_refused(400, "invalid_grant", "Token has been expired or revoked.")


def out_of_quota(_: object = None) -> RefusedError:
    message = (
        'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">'
        "quota</a>."
    )
    return refused(403, "quotaExceeded", message, domain="youtube.quota")


def unacceptable(_: object = None) -> RefusedError:
    return refused(
        400, "invalidVideoMetadata", "The request metadata is invalid.", location="body", locationType="other"
    )


def outage(rule: faults.Rule) -> RefusedError:
    return refused(rule.status, "backendError", "Backend Error", domain="global")


def not_found(id: str) -> RefusedError:
    return refused(
        404, "videoNotFound", f"The video that you are trying to reach cannot be found: {id}", location="id",
        locationType="parameter",
    )  # fmt: skip


def bad_field(reason: str, message: str) -> RefusedError:
    return refused(
        400,
        reason,
        message,
        location=f"body.snippet.{reason.removeprefix('invalid').lower()}",
        locationType="other",
    )


ANSWERS: faults.Answers = {
    "error": outage,
    "rate_limited": out_of_quota,
    "expired_token": bad_credentials,
    "forbidden": no_scope,
    "out_of_credit": unacceptable,
    "refuse": unacceptable,
    "duplicate": unacceptable,
}
call = faults.calls("youtube", ANSWERS)
# The token endpoint has bodies of its own (OAuth 2.0 for web servers).
at_token = faults.calls("youtube", {**ANSWERS, "expired_token": dead_grant, "refuse": dead_grant})


# -- who calls, and how often


def caller(allowed: set[str], cost: int = 1, bucket: str = "other") -> Token:
    """Who calls, if the token is good, has one of the scopes and there is quota left."""
    token = consent.alive("youtube", ["access"], bearer() or request.args.get("access_token", ""))
    if token is None:
        raise bad_credentials()
    spend(cost, bucket)
    if not allowed & set(token.scopes):
        raise no_scope()
    return token


def spend(cost: int, bucket: str) -> None:
    """The quota is the application's, and starts anew at midnight in California."""
    day = datetime.fromtimestamp(store().now(), QUOTA_ZONE).date()
    used = store().count(f"youtube {bucket} {day}", by=cost)
    if used > QUOTA[bucket] and store().setting("limits", "on") == "on":
        raise out_of_quota()


def parts(allowed: set[str] = PARTS) -> list[str]:
    asked = [part for value in request.args.getlist("part") for part in value.split(",") if part]
    if not asked:
        raise refused(400, "missingRequiredParameter", "No filter selected. Expected: part", domain="global",
                      location="part", locationType="parameter")  # fmt: skip
    if unknown := sorted(set(asked) - allowed):
        raise refused(400, "unknownPart", f"'{unknown[0]}'", domain="youtube.part", location="part",
                      locationType="parameter")  # fmt: skip
    return asked


def own_film(id: str, channel: str) -> Thing:
    film = store().get("youtube", "video", id)
    if film is None:
        raise not_found(id)
    if film.account != channel:
        raise refused(403, "forbidden", "The request might not be properly authorized.")
    return film


# -- resumable uploads


@youtube.post("/upload/youtube/v3/videos")
@youtube.post("/resumable/upload/youtube/v3/videos")
@call("open_session")
def open_session() -> Answer:
    token = caller(UPLOAD, 1, "insert")
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


def keep_film(session: Thing, kept: Kept | None) -> Thing:
    wanted = session.data["film"]
    id = film_id()
    data = {
        **wanted, "media": [shown(id, kept, "")] if kept else [], "file_name": session.data["file_name"] or "unknown",
        "size": session.data["held"], "seconds": kept.seconds if kept else 0,
        "processing": processing.begin(store(), "youtube"),
        "failure": "" if kept else "invalidFile", "thumbnail": "", "captions": [],
    }  # fmt: skip
    public = kept is not None and wanted["status"]["privacyStatus"] == "public"
    film = store().put(
        "youtube", "video", id, session.account, data, public_at=store().now() if public else None
    )
    note(film, "put_chunk", "public" if public else "staged")
    return film


def note(film: Thing, name: str, effect: str) -> None:
    media, title = [item["sha256"] for item in film.data["media"]], film.data["snippet"]["title"]
    record("youtube", name, effect, film.account, {"video": film.id}, text=title, media=media)


# -- films


@youtube.get("/youtube/v3/videos")
@call("videos_list")
def videos_list() -> Answer:
    token, wanted = caller(READ), parts()
    ids = [id for value in request.args.getlist("id") for id in value.split(",") if id]
    if not ids:
        raise refused(400, "missingRequiredParameter", "No filter selected. Expected one of: id, chart, myRating",
                      domain="youtube.parameter", location="parameters.", locationType="other")  # fmt: skip
    films = [
        film
        for id in ids[:50]
        if (film := store().get("youtube", "video", id)) and film.created <= faults.visible_until()
    ]
    seen = [film for film in films if film.account == token.account or film.public_at is not None]
    items = [look(film, wanted, owner=film.account == token.account) for film in seen]
    return listing("youtube#videoListResponse", items, len(items))


def look(film: Thing, wanted: list[str], *, owner: bool) -> dict[str, Any]:
    """The film's resource; the owner's question about its state counts as a look at the processing."""
    told = video_resource(film, wanted, owner=owner)
    if owner and film.data.get("processing") and {"status", "processingDetails"} & set(wanted):
        processing.look(film.data["processing"], store().now())
        store().save(film)
    return told


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
    return {"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0"}


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


@youtube.put("/youtube/v3/videos")
@call("videos_update")
def videos_update() -> Answer:
    """A named part is replaced as a whole: what is left out is cleared."""
    token, wanted, resource = caller(MANAGE, 50), parts(), json_body()
    with store().transaction():
        film = own_film(str(resource.get("id", "")), token.account)
        was_public = film.public_at is not None
        replace_parts(film, wanted, resource)
        film.public_at = public_moment(film)
        store().save(film)
        note(film, "videos_update", "public" if film.public_at is not None and not was_public else "changed")
    return video_resource(film, wanted, owner=True)


def replace_parts(film: Thing, wanted: list[str], resource: dict[str, Any]) -> None:
    if "snippet" in wanted:
        snippet = part_of(resource, "snippet")
        check_snippet(snippet, update=True)
        film.data["snippet"] = snippet
    if "status" in wanted:
        status = part_of(resource, "status")
        check_status(status)
        film.data["status"] = status


def public_moment(film: Thing) -> float | None:
    if film.data["status"]["privacyStatus"] != "public" or state_of(film) == "failed":
        return None
    return film.public_at or store().now()


@youtube.delete("/youtube/v3/videos")
@call("videos_delete")
def videos_delete() -> Answer:
    token = caller(MANAGE, 50)
    with store().transaction():
        film = own_film(request.args.get("id", ""), token.account)
        store().remove(film)
        note(film, "videos_delete", "removed")
    return "", 204


# -- the channel and its list of uploads


def uploads_list(channel: str) -> str:
    """The id of the list of uploads is the channel's with UU in front."""
    return f"UU{channel[2:]}"


@youtube.get("/youtube/v3/channels")
@call("channels_list")
def channels_list() -> Answer:
    token, wanted = caller(READ), parts(PARTS | {"brandingSettings"})
    mine = request.args.get("mine") == "true"
    ids = [token.account] if mine else request.args.get("id", "").split(",")
    found = [channel for id in ids if (channel := store().account("youtube", id))]
    return listing(
        "youtube#channelListResponse", [channel_resource(channel, wanted) for channel in found], len(found)
    )


def channel_resource(channel: Account, wanted: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": "youtube#channel", "etag": secrets.token_urlsafe(20), "id": channel.id}
    possible = {
        "snippet": {"title": channel.name, "description": "", "customUrl": "", "thumbnails": {}},
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_list(channel.id)}},
        "statistics": {"viewCount": "0", "subscriberCount": "0", "hiddenSubscriberCount": False,
                       "videoCount": str(len(store().things("youtube", "video", channel.id)))},
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed"},
    }  # fmt: skip
    return told | {part: possible[part] for part in wanted if part in possible}


@youtube.get("/youtube/v3/playlistItems")
@call("playlist_items")
def playlist_items() -> Answer:
    token, wanted = caller(READ), parts()
    playlist = request.args.get("playlistId", "")
    channel = store().account("youtube", f"UC{playlist[2:]}")
    if channel is None or not playlist.startswith("UU"):
        raise refused(404, "playlistNotFound", "The playlist identified with the request cannot be found.",
                      domain="youtube.playlistItem", location="playlistId", locationType="parameter")  # fmt: skip
    owner = channel.id == token.account
    films = [film for film in store().things("youtube", "video", channel.id)
             if film.created <= faults.visible_until() and (owner or film.public_at is not None)]  # fmt: skip
    size, start = min(whole("maxResults", 5), 50), whole("pageToken", 0)
    items = [
        playlist_item(film, n, playlist, wanted) for n, film in enumerate(films[start : start + size], start)
    ]
    more = str(start + size) if start + size < len(films) else ""
    return listing("youtube#playlistItemListResponse", items, len(films), more)


def whole(name: str, default: int) -> int:
    given = request.args.get(name) or str(default)
    if not given.isdigit():
        raise refused(400, "invalidParameter", f"Invalid value '{given}'.", domain="global", location=name,
                      locationType="parameter")  # fmt: skip
    return int(given)


def playlist_item(film: Thing, position: int, playlist: str, wanted: list[str]) -> dict[str, Any]:
    snippet = snippet_of(film)
    told: dict[str, Any] = {
        "kind": "youtube#playlistItem",
        "etag": secrets.token_urlsafe(20),
        "id": f"{playlist}.{film.id}",
    }
    possible = {
        "snippet": {
            "publishedAt": moment(film.created), "channelId": film.account, "title": snippet["title"],
            "description": snippet["description"], "thumbnails": snippet["thumbnails"], "playlistId": playlist,
            "position": position, "resourceId": {"kind": "youtube#video", "videoId": film.id},
        },
        "contentDetails": {"videoId": film.id, "videoPublishedAt": snippet["publishedAt"]},
        "status": {"privacyStatus": film.data["status"]["privacyStatus"]},
    }  # fmt: skip
    return told | {part: possible[part] for part in wanted if part in possible}


# -- thumbnails and captions


@youtube.post("/upload/youtube/v3/thumbnails/set")
@call("thumbnails_set")
def thumbnails_set() -> Answer:
    token = caller(UPLOAD, 50)
    film = own_film(request.args.get("videoId", ""), token.account)
    kept = received_thumbnail()
    with store().transaction():
        film.data["thumbnail"] = kept.sha256
        store().save(film)
        record("youtube", "thumbnails_set", "changed", film.account, {"video": film.id}, media=[kept.sha256])
    return {
        "kind": "youtube#thumbnailSetResponse",
        "etag": secrets.token_urlsafe(20),
        "items": [thumbnails(film)],
    }


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
        record("youtube", "captions_insert", "changed", film.account, ids)
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


# -- signing in: Google's OAuth 2.0


@youtube.route("/o/oauth2/v2/auth", methods=["GET", "POST"])
def authorize() -> Answer:
    offline = request.args.get("access_type") == "offline"
    prompted = "consent" in request.args.get("prompt", "")
    return consent.ask(consent.Wish.read("youtube"), seconds=CODE_SECONDS, offline=offline, prompted=prompted)


@youtube.post("/token")
@at_token("token")
def token() -> Answer:
    if not consent.is_app("youtube", *consent.client()):
        raise consent.token_refused(401, "invalid_client", "The OAuth client was not found.")
    grants: dict[str, Callable[[], dict[str, Any]]] = {
        "authorization_code": by_code,
        "refresh_token": by_refresh,
    }
    grant = request.form.get("grant_type", "")
    if grant not in grants:
        raise consent.token_refused(400, "unsupported_grant_type", f"Invalid grant_type: {grant}")
    with store().transaction():
        return grants[grant]()


def by_code() -> dict[str, Any]:
    """A refresh token comes with offline access, the first time or when the consent was asked for anew."""
    code = consent.alive("youtube", ["code"], request.form.get("code", ""))
    if code is None or not store().use_up(code.value):
        raise consent.token_refused(400, "invalid_grant", "Malformed auth code.")
    if code.data["redirect_uri"] != request.form.get("redirect_uri"):
        raise consent.token_refused(400, "redirect_uri_mismatch", "Bad Request")
    if not consent.proves(code, request.form.get("code_verifier", "")):
        raise consent.token_refused(400, "invalid_grant", "Invalid code verifier.")
    told = access(code)
    first = store().count(f"youtube consents {code.account}") == 1
    if code.data["offline"] and (first or code.data["prompted"]):
        told["refresh_token"] = store().mint("youtube", "refresh", code.account, code.scopes, prefix="1//")
    return told


def by_refresh() -> dict[str, Any]:
    """Google keeps the refresh token: a repeated call is harmless, and no new one comes."""
    old = consent.alive("youtube", ["refresh"], request.form.get("refresh_token", ""))
    if old is None:
        raise dead_grant()
    return access(old)


def access(source: Token) -> dict[str, Any]:
    value = store().mint(
        "youtube", "access", source.account, source.scopes, prefix="ya29.", seconds=GOOGLE_TOKEN_SECONDS
    )  # fmt: skip
    return {
        "access_token": value,
        "expires_in": GOOGLE_TOKEN_SECONDS,
        "scope": " ".join(source.scopes),
        "token_type": "Bearer",
    }


@youtube.post("/revoke")
@call("revoke")
def revoke() -> Answer:
    found = consent.alive("youtube", ["access", "refresh"], request.values.get("token", ""))
    if found is None:
        return {"error": "invalid_token", "error_description": "Token expired or revoked"}, 400
    store().revoke("youtube", found.account)
    return {}
