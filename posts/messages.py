"""
What the communications group and whoever sent a post in say to each other: in one conversation with what was asked for
and why something was turned down. The group's own notes are another thing, and stand elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit import log
from posts import anchors, notices, promise, rules
from posts.models import Message, Post, Transition
from posts.wording import OTHER, REJECTIONS
from posts.workflow import Action, RefusedError

if TYPE_CHECKING:
    from accounts.models import User

SPOKEN = (Action.SUBMIT, Action.REQUEST_CHANGES, Action.REJECT, Action.APPEAL, Action.WITHDRAW)
"""Steps that say something to the other side."""


@dataclass(frozen=True)
class Said:
    """One thing in the conversation. `step` says what was decided by it, `about` which part of the post it concerns."""

    by: "User | None"
    at: datetime
    text: str
    step: str
    about: str
    is_mine: bool
    is_authors: bool


def write(post: Post, by: "User", text: str, anchor: str = "") -> Message:
    """Say something to the other side without deciding anything, and without sending anything in."""
    with transaction.atomic():
        locked = Post.objects.locked().get(pk=post.pk)
        if refusal := rules.why_not_write(by, locked):
            raise RefusedError(refusal)
        message = Message.objects.create(
            post=locked, version_id=locked.current_version_id, by=by, text=text, anchor=anchor
        )
        verb = "post.answered" if by.pk == locked.author_id else "post.asked"
        log.record(verb, locked, actor=by)
        if by.pk != locked.author_id:
            promise.answer(locked, timezone.now())
        notices.said(message)
    return message


def conversation(post: Post, reader: "User") -> list[Said]:
    """All of it, oldest first."""
    written = [of_message(item, post, reader) for item in post.messages.select_related("by", "version")]
    steps = post.transitions.filter(action__in=SPOKEN, by__isnull=False).exclude(message="", reason="")
    decided = [of_step(step, post, reader) for step in steps.select_related("by")]
    return sorted([*decided, *written], key=lambda said: said.at)


def of_message(message: Message, post: Post, reader: "User") -> Said:
    return said(message, message.text, "", post, reader)


def of_step(step: Transition, post: Post, reader: "User") -> Said:
    return said(step, step.message, step_in_words(step), post, reader)


def said(source: Message | Transition, text: str, step: str, post: Post, reader: "User") -> Said:
    about = anchors.called(source.anchor, post.wording_for(reader))
    return Said(source.by, source.at, text, step, about, source.by == reader, source.by_id == post.author_id)


def step_in_words(step: Transition) -> str:
    if step.action == Action.REJECT:
        is_said = step.reason in REJECTIONS and step.reason != OTHER
        return _("Avslag: %(why)s") % {"why": REJECTIONS[step.reason]} if is_said else _("Avslag")
    return STEPS[Action(step.action)]()


STEPS = {
    Action.SUBMIT: lambda: _("Skickade in inlägget"),
    Action.REQUEST_CHANGES: lambda: _("Bad om en ändring"),
    Action.APPEAL: lambda: _("Bad om en andra bedömning"),
    Action.WITHDRAW: lambda: _("Drog tillbaka inlägget"),
}
