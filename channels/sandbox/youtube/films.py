"""Films: looked at, changed, made public and deleted."""

from typing import Any

from flask import request

from channels.sandbox import conversation, faults, processing
from channels.sandbox.context import json_body, part_of, store
from channels.sandbox.store import Thing
from channels.sandbox.youtube.answers import (
    MANAGE,
    READ,
    Answer,
    call,
    caller,
    not_found,
    own_film,
    parts,
    refused,
    youtube,
)
from channels.sandbox.youtube.told import listing, state_of, video_resource
from channels.sandbox.youtube.uploads import check_snippet, check_status, note


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
    if (
        film.data["status"]["privacyStatus"] != "public"
        or state_of(film) == "failed"
        or film.data.get("rejection")
    ):
        return None
    return film.public_at or store().now()


@youtube.delete("/youtube/v3/videos")
@call("videos_delete")
def videos_delete() -> Answer:
    token = caller(MANAGE, 50)
    with store().transaction():
        film = own_film(request.args.get("id", ""), token.account)
        if film.created > faults.visible_until():
            raise not_found(film.id)
        for comment in conversation.under(store(), film):
            store().remove(comment)
        store().remove(film)
        note(film, "videos_delete", "removed")
    return "", 204
