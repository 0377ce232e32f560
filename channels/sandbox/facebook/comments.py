"""Comments: read, answered, hidden, changed and taken away."""

from typing import Any

from channels.sandbox import conversation, faults
from channels.sandbox.context import record, store
from channels.sandbox.facebook.graph import (
    ANSWER,
    READ_COMMENTS,
    Answer,
    call,
    caller,
    check_need,
    forbidden,
    missing,
    number,
    owned,
    paged,
    param,
    params,
    refused,
    reply,
    truth,
)
from channels.sandbox.facebook.nodes import moment, permalink
from channels.sandbox.store import Thing, Token

COMMENT = 8000  # Comment reference: about 8,000 characters


def comment_node(comment: Thing) -> dict[str, Any]:
    data = comment.data
    told = {
        "id": comment.id, "message": data["text"], "created_time": moment(comment.created), "from": author(comment),
        "is_hidden": data["hidden"], "can_hide": not data["own"], "can_remove": True, "can_comment": True,
        "like_count": 0, "comment_count": len(conversation.answers(store(), comment)),
        "permalink_url": f"{permalink(data['post'])}#{comment.id}",
    }  # fmt: skip
    return told | ({"parent": {"id": data["parent"]}} if data["parent"] else {})


def author(comment: Thing) -> dict[str, str]:
    return {"id": comment.data["author"], "name": comment.data["name"]}


def commented(id: str) -> tuple[Token, Thing]:
    """Who calls, and the page's post or comment of this id; a film's comments are those of its post."""
    token = caller()
    film = owned("video", id, token.account)
    found = owned("post", film.data["post"] if film else id, token.account)
    found = found or owned("comment", id, token.account)
    if found is None:
        raise missing(id, "post" if param("message") else "get")
    return token, found


@call("comments")
def comments(id: str) -> Answer:
    token, on = commented(id)
    check_need(token, READ_COMMENTS)
    everything = param("filter") == "stream" and on.kind == "post"
    found = conversation.under(store(), on) if everything else conversation.answers(store(), on)
    since, until = number("since", 0), min(number("until", store().now()), faults.visible_until())
    found = [comment for comment in found if since <= comment.created <= until]
    if param("order") == "reverse_chronological":
        found.reverse()
    told: dict[str, Any] = dict(paged(found, comment_node, "id,created_time,from,message"))  # type: ignore[arg-type]
    if truth("summary", default=False):
        told["summary"] = {"total_count": len(found), "order": "chronological"}
    return told


@call("comment")
def answer(id: str) -> Answer:
    token, on = commented(id)
    check_need(token, ANSWER)
    text = said()
    page = store().account("facebook", token.account)
    with store().transaction():
        made = conversation.say(store(), on, token.account, page.name if page else "", text, own=True)
        record("facebook", "comment", "public", token.account, {"comment": made.id}, text=text)
    return reply(comment_node(made), {"id": made.id})


def said() -> str:
    text = param("message")
    if not text.strip() or len(text) > COMMENT:
        raise refused(100, "(#100) Missing or invalid message", subcode=1446036)
    return text


@call("comment_edit")
def edit(id: str) -> Answer:
    """The page hides others' comments and rewrites its own."""
    token, comment = commented(id)
    check_need(token, ANSWER)
    if "message" in params() and not comment.data["own"]:
        raise forbidden()
    with store().transaction():
        comment.data["hidden"] = truth("is_hidden", default=comment.data["hidden"])
        if "message" in params():
            comment.data["text"] = said()
        store().save(comment)
        record(
            "facebook", "comment_edit", "changed", token.account, {"comment": id}, text=comment.data["text"]
        )
    return {"success": True}


@call("comment_delete")
def delete(id: str) -> Answer:
    token, comment = commented(id)
    check_need(token, ANSWER)
    with store().transaction():
        conversation.remove(store(), comment)
        record("facebook", "comment_delete", "removed", token.account, {"comment": id})
    return {"success": True}


def is_comment(id: str) -> bool:
    return store().get("facebook", "comment", id) is not None
