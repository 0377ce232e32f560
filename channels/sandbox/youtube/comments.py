"""Comments: threads under a film, their answers, and what the owner does with them."""

import secrets
from typing import Any

from flask import request

from channels.sandbox import conversation, faults
from channels.sandbox.context import base, json_body, part_of, record, store
from channels.sandbox.store import Thing, Token
from channels.sandbox.youtube.answers import (
    COMMENT,
    Answer,
    call,
    caller,
    channel_caller,
    not_found,
    parts,
    refused,
    whole,
    youtube,
)
from channels.sandbox.youtube.told import listing, moment

TEXT = 10_000  # Comments reference
MODERATION = {"published", "heldForReview", "rejected"}
KINDS = {"id", "snippet", "replies"}


def missing(reason: str) -> Any:
    return refused(404, reason, "The specified comment could not be found.", domain="youtube.comment")


# -- how they are told


def comment_resource(comment: Thing) -> dict[str, Any]:
    data = comment.data
    snippet: dict[str, Any] = {
        "channelId": comment.account, "videoId": data["post"], "authorDisplayName": data["name"],
        "authorChannelId": {"value": data["author"]}, "authorChannelUrl": f"{base()}/sidor/youtube/{data['author']}",
        "textDisplay": data["text"], "textOriginal": data["text"], "canRate": True, "viewerRating": "none",
        "likeCount": 0, "publishedAt": moment(comment.created), "updatedAt": moment(comment.created),
    }  # fmt: skip
    if data["parent"]:
        snippet["parentId"] = data["parent"]
    if status := data.get("moderation"):
        snippet["moderationStatus"] = status
    return {
        "kind": "youtube#comment",
        "etag": secrets.token_urlsafe(20),
        "id": comment.id,
        "snippet": snippet,
    }


def thread_resource(comment: Thing, wanted: list[str]) -> dict[str, Any]:
    answers = conversation.answers(store(), comment)
    told: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "etag": secrets.token_urlsafe(20),
        "id": comment.id,
    }
    if "snippet" in wanted:
        told["snippet"] = {
            "channelId": comment.account, "videoId": comment.data["post"], "topLevelComment": comment_resource(comment),
            "canReply": True, "totalReplyCount": len(answers), "isPublic": True,
        }  # fmt: skip
    if "replies" in wanted and answers:
        told["replies"] = {"comments": [comment_resource(answer) for answer in answers[:5]]}
    return told


# -- reading


@youtube.get("/youtube/v3/commentThreads")
@call("threads_list")
def threads_list() -> Answer:
    caller(COMMENT)
    wanted, asked = parts(KINDS), request.args.get("moderationStatus", "published")
    found = [one for one in top_level() if one.data.get("moderation", "published") == asked]
    return paged("youtube#commentThreadListResponse", found, lambda one: thread_resource(one, wanted))


def top_level() -> list[Thing]:
    """The threads of a film or of a whole channel, the newest first."""
    film_id, channel = request.args.get("videoId", ""), request.args.get("allThreadsRelatedToChannelId", "")
    until = faults.visible_until()
    if channel:
        every = store().things("youtube", "comment", channel)
    else:
        film = store().get("youtube", "video", film_id)
        if film is None:
            raise not_found(film_id)
        every = conversation.under(store(), film)[::-1]
    return [one for one in every if not one.data["parent"] and one.created <= until]


def paged(kind: str, found: list[Thing], told: Any) -> Answer:
    size, start = min(whole("maxResults", 20), 100), whole("pageToken", 0)
    page = [told(one) for one in found[start : start + size]]
    more = str(start + size) if start + size < len(found) else ""
    return listing(kind, page, len(page), more)


@youtube.get("/youtube/v3/comments")
@call("comments_list")
def comments_list() -> Answer:
    caller(COMMENT)
    parts(KINDS)
    if parent := request.args.get("parentId", ""):
        on = store().get("youtube", "comment", parent)
        found = conversation.answers(store(), on) if on else []
    else:
        ids = request.args.get("id", "").split(",")
        found = [one for id in ids if (one := store().get("youtube", "comment", id))]
    return paged("youtube#commentListResponse", found, comment_resource)


# -- writing


@youtube.post("/youtube/v3/commentThreads")
@call("threads_insert")
def threads_insert() -> Answer:
    token, wanted = channel_caller(COMMENT, 50), parts(KINDS)
    snippet = part_of(json_body(), "snippet")
    text = said(part_of(part_of(snippet, "topLevelComment"), "snippet"))
    film = store().get("youtube", "video", str(snippet.get("videoId", "")))
    if film is None or (film.account != token.account and film.public_at is None):
        raise not_found(str(snippet.get("videoId", "")))
    return thread_resource(keep(token, film, text, "threads_insert"), wanted)


@youtube.post("/youtube/v3/comments")
@call("comments_insert")
def comments_insert() -> Answer:
    token = channel_caller(COMMENT, 50)
    parts(KINDS)
    snippet = part_of(json_body(), "snippet")
    text, parent = said(snippet), str(snippet.get("parentId", ""))
    on = store().get(
        "youtube", "comment", parent.partition(".")[0]
    )  # one level: an answer to an answer joins it
    if on is None:
        raise missing("parentCommentNotFound")
    return comment_resource(keep(token, on, text, "comments_insert"))


def said(snippet: dict[str, Any]) -> str:
    text = snippet.get("textOriginal")
    if not isinstance(text, str) or not text.strip():
        raise refused(400, "commentTextRequired", "The comment must have text.", domain="youtube.comment")
    if len(text) > TEXT:
        raise refused(400, "commentTextTooLong", "The comment text is too long.", domain="youtube.comment")
    return text


def keep(token: Token, on: Thing, text: str, name: str) -> Thing:
    channel = store().account("youtube", token.account)
    is_own = on.account == token.account
    with store().transaction():
        made = conversation.say_on_youtube(
            store(), on, token.account, channel.name if channel else "", text, own=is_own
        )
        record("youtube", name, "public", token.account, {"comment": made.id}, text=text)
    return made


def found_comment(id: str) -> Thing:
    found = store().get("youtube", "comment", id)
    if found is None:
        raise missing("commentNotFound")
    return found


def check_mine(may: bool) -> None:
    if not may:
        raise refused(
            403, "forbidden", "The comment cannot be changed by the caller.", domain="youtube.comment"
        )


@youtube.put("/youtube/v3/comments")
@call("comments_update")
def comments_update() -> Answer:
    token, body = channel_caller(COMMENT, 50), json_body()
    parts(KINDS)
    text = said(part_of(body, "snippet"))
    with store().transaction():
        comment = found_comment(str(body.get("id", "")))
        check_mine(comment.data["author"] == token.account)
        comment.data["text"] = text
        store().save(comment)
        record("youtube", "comments_update", "changed", token.account, {"comment": comment.id}, text=text)
    return comment_resource(comment)


@youtube.post("/youtube/v3/comments/setModerationStatus")
@call("comments_moderate")
def comments_moderate() -> Answer:
    """The owner of the film shows, holds back or rejects what others say."""
    token, status = channel_caller(COMMENT, 50), request.args.get("moderationStatus", "")
    if status not in MODERATION:
        raise refused(400, "invalidModerationStatus", f"Invalid value '{status}'.", domain="youtube.comment")
    with store().transaction():
        for id in request.args.get("id", "").split(","):
            comment = found_comment(id)
            check_mine(comment.account == token.account)
            comment.data["moderation"] = status
            store().save(comment)
            record("youtube", "comments_moderate", "changed", token.account, {"comment": id})
    return "", 204


@youtube.delete("/youtube/v3/comments")
@call("comments_delete")
def comments_delete() -> Answer:
    """The one who said it, or the owner of the film."""
    token = channel_caller(COMMENT, 50)
    with store().transaction():
        comment = found_comment(request.args.get("id", ""))
        check_mine(token.account in {comment.account, comment.data["author"]})
        conversation.remove(store(), comment)
        record("youtube", "comments_delete", "removed", token.account, {"comment": comment.id})
    return "", 204
