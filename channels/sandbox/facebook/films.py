"""Films: in chunks by an upload session, or in one go."""

from flask import request

from channels.sandbox import processing
from channels.sandbox.context import RefusedError, record, store
from channels.sandbox.facebook.graph import Answer, call, missing, owned, page_caller, param, refused, truth
from channels.sandbox.facebook.posts import check_text, publish, received
from channels.sandbox.history import facebook_number
from channels.sandbox.history import shown as shown_in_post
from channels.sandbox.media import NotMediaError
from channels.sandbox.store import Kept, Thing

CHUNK = 1 << 20  # the platform chooses; small, so that a short film takes several


def videos(page: str) -> Answer:
    """One edge, four phases; without a phase it is an upload in one go."""
    phases = {
        "start": video_start, "transfer": video_transfer, "finish": video_finish, "cancel": video_cancel, "": video_whole
    }  # fmt: skip
    phase = param("upload_phase")
    if phase not in phases:
        raise refused(100, "(#100) Param upload_phase must be one of {START, TRANSFER, FINISH, CANCEL}")
    return phases[phase](page)


@call("video_start")
def video_start(page: str) -> Answer:
    page = page_caller(page)
    if not param("file_size").isdigit() or param("file_size") == "0":
        raise refused(100, "(#100) The parameter file_size is required")
    size = int(param("file_size"))
    with store().transaction():
        film, session = facebook_number(store()), facebook_number(store())
        data = {"post": "", "title": "", "text": "", "session": session, "phase": "uploading"}
        store().put("facebook", "video", film, page, data)
        store().put("facebook", "session", session, page, {"video": film, "size": size, "held": 0})
        record("facebook", "video_start", "staged", page, {"video": film, "session": session})
    return {"upload_session_id": session, "video_id": film, **offsets(0, size)}


def offsets(held: int, size: int) -> dict[str, str]:
    return {"start_offset": str(held), "end_offset": str(min(held + CHUNK, size))}


def open_session(page: str) -> Thing:
    session = owned("session", param("upload_session_id"), page)
    if session is None:
        raise no_session()
    return session


def no_session() -> RefusedError:
    return refused(
        6001, "(#6001) There was a problem uploading your video file. Please try again.", subcode=1363019,
        is_transient=False,
    )  # fmt: skip


@call("video_transfer")
def video_transfer(page: str) -> Answer:
    page = page_caller(page)
    chunk = request.files.get("video_file_chunk")
    if chunk is None:
        raise refused(100, "(#100) The parameter video_file_chunk is required")
    with store().transaction():
        session = open_session(page)
        held, size = session.data["held"], session.data["size"]
        part = chunk.stream.read(size - held + 1)
        if param("start_offset") != str(held) or held + len(part) > size:
            raise wrong_offset(held, size)
        store().write_upload(session.id, held, part)
        session.data["held"] = held + len(part)
        store().save(session)
    return offsets(session.data["held"], size)


def wrong_offset(held: int, size: int) -> RefusedError:
    return refused(
        6000, "There was a problem uploading your video file. Please try again with another file.",
        subcode=1363037, is_transient=True, error_data=offsets(held, size),
    )  # fmt: skip


@call("video_finish")
def video_finish(page: str) -> Answer:
    page = page_caller(page)
    session = open_session(page)
    if session.data["held"] != session.data["size"]:
        raise wrong_offset(session.data["held"], session.data["size"])
    kept = uploaded_film(session)
    with store().transaction():
        film = store().get("facebook", "video", session.data["video"])
        store().remove(open_session(page))  # read anew: a twin of this call may have been here meanwhile
        if film is None:
            raise missing(session.data["video"], "post")
        finish(film, kept, "video_finish")
    store().forget_upload(session.id)
    return {"success": True}


def uploaded_film(session: Thing) -> Kept:
    try:
        kept = store().keep_upload(session.id)
    except FileNotFoundError as exc:  # a twin of this call has finished meanwhile
        raise no_session() from exc
    except NotMediaError as exc:
        raise not_a_film() from exc
    if kept.kind != "film":
        raise not_a_film()
    return kept


def not_a_film() -> RefusedError:
    return refused(
        6000, "There was a problem uploading your video file. Please try again with another file.",
        subcode=1363026, error_user_title="Unsupported Video Format",
        error_user_msg="The video file you selected is in a format that we don't support.",
    )  # fmt: skip


def finish(film: Thing, kept: Kept, name: str) -> None:
    """The film is here: keep its words, begin processing, and publish it unless it shall stay unpublished."""
    text, title = param("description"), param("title")
    check_text(text)
    item = shown_in_post(film.id, kept, "")
    film.data |= {
        "item": item, "text": text, "title": title, "phase": "finished", "seconds": kept.seconds, "size": kept.size,
        "processing": processing.begin(store(), "facebook"),
    }  # fmt: skip
    if truth("published", default=True) or param("scheduled_publish_time"):
        publish(film.account, name, text, "", [film], title=title, video=film.id)
        return
    store().save(film)
    record("facebook", name, "staged", film.account, {"video": film.id}, text=text, media=[kept.sha256])


@call("video_cancel")
def video_cancel(page: str) -> Answer:
    page = page_caller(page)
    with store().transaction():
        session = open_session(page)
        film = store().get("facebook", "video", session.data["video"])
        store().remove(session)
        if film:
            store().remove(film)
    store().forget_upload(session.id)
    return {"success": True}


@call("video")
def video_whole(page: str) -> Answer:
    page = page_caller(page)
    file = next(iter(request.files.values()), None)
    if file is None:
        raise refused(389, "(#389) Unable to fetch video file from URL.")
    kept = received(file, not_a_film)
    if kept.kind != "film":
        raise not_a_film()
    with store().transaction():
        data = {"post": "", "title": "", "text": "", "session": ""}
        film = store().put("facebook", "video", facebook_number(store()), page, data)
        finish(film, kept, "video")
    return {"id": film.id}
