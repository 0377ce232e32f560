"""
Writing a draft down: the same submission from the same device is one post, however often it arrives.

Devices save by themselves, and what they send may arrive twice, late, or in another order. Each counts its saves: what is
older than what we have is not written. Two devices do not know of each other: the later save is the draft, and the text
that it took the place of without having seen it is kept beside (`OtherVersion`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from posts import events, purging
from posts.models import Draft, DraftMedia, Media, OtherVersion, Post, Save

if TYPE_CHECKING:
    from accounts.models import User

ABOUT_THE_POST = frozenset({"category", "event", "is_urgent", "earliest", "latest", "wished_channels"})
"""What concerns the post and not its wording."""


class NotWithAuthorError(Exception):
    """It is no longer so (409): the post has been sent in, and its draft is not written any more."""

    def __init__(self, post: Post) -> None:
        super().__init__(str(post))
        self.post = post


class OlderSaveError(Exception):
    """What the same device saved later is here already, or it was sent in with this and taken back."""

    def __init__(self, post: Post) -> None:
        super().__init__(str(post))
        self.post = post


@dataclass(frozen=True)
class Revision:
    """Which of the device's saves this is, and what it knew of the draft when its author began (`seen_as`)."""

    device: UUID | None = None
    counter: int = 0
    seen: str = ""


NO_REVISION = Revision()
"""Of a page without scripts, which does not count."""


def save(
    author: "User",
    client_id: UUID,
    fields: Mapping[str, Any],
    media: Sequence[Media],
    alt_texts: Mapping[str, str],
    revision: Revision = NO_REVISION,
) -> Post:
    """Write the whole draft of the post with this `client_id`, making the post the first time.

    `media` are the author's own, in order; `alt_texts` by the media's id. Raises NotWithAuthorError, OlderSaveError.
    """
    about = {name: value for name, value in fields.items() if name in ABOUT_THE_POST}
    wording = {name: value for name, value in fields.items() if name not in ABOUT_THE_POST}
    wished = about.pop("wished_channels", None)
    with transaction.atomic():
        if "event" in about:
            about["event"] = events.held(about["event"])
        post, is_new = begin(author, client_id, about)
        if not post.is_with_author:
            raise NotWithAuthorError(post)
        if is_known(post, revision):
            return post
        draft = Draft(post=post) if is_new else Draft.objects.filter(post=post).first() or Draft(post=post)
        if not is_new:
            keep_unseen(draft, wording["text"], media, revision)
            write(post, about)
        if wished or (wished is not None and not is_new):
            post.wished_channels.set(wished)
        write(draft, wording | {"device": revision.device})
        show(draft, media, alt_texts)
    return post


def begin(author: "User", client_id: UUID, about: Mapping[str, Any]) -> tuple[Post, bool]:
    """
    The post of this submission, with its row locked, and whether it was made just now. The race: the same submission
    twice at once. The constraint lets one make the post, the row's lock lets one at a time write its draft.
    """
    sent = Post.objects.locked().filter(author=author, client_id=client_id)
    if post := sent.first():
        return post, False
    try:
        with transaction.atomic():
            return Post.objects.create(author=author, client_id=client_id, **about), True
    except IntegrityError:
        return sent.get(), False


def write(row: Draft | Post, values: Mapping[str, Any]) -> None:
    """These fields, and no other that has changed meanwhile. One that is not there yet is made."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=None if row.pk is None else [*values, "updated_at"])


def show(draft: Draft, media: Sequence[Media], alt_texts: Mapping[str, str]) -> None:
    """These pictures, in this order, and no others."""
    meant = {purging.in_force(item): alt_texts.get(str(item.pk), "") for item in media}
    draft.shown_media.exclude(media__in=meant).delete()
    DraftMedia.objects.bulk_create(
        (
            DraftMedia(draft=draft, media=item, position=position, alt_text=alt_text)
            for position, (item, alt_text) in enumerate(meant.items())
        ),
        update_conflicts=True,
        unique_fields=("draft", "media"),
        update_fields=("position", "alt_text"),
    )


# --- the order of saves -----------------------------------------------------------------------------------------


def is_known(post: Post, revision: Revision) -> bool:
    """This very save is here already. What it is not, it becomes. Raises OlderSaveError."""
    if revision.device is None:
        return False
    known, is_new = Save.objects.get_or_create(
        post=post, device=revision.device, defaults={"counter": revision.counter}
    )
    if is_new:
        return False
    if revision.counter < known.counter or revision.counter == known.sent_in:
        raise OlderSaveError(post)
    if revision.counter == known.counter:
        return True
    Save.objects.filter(pk=known.pk).update(counter=revision.counter)
    return False


def sent_in(post: Post, revision: Revision) -> None:
    """In the transaction that sends it in: told again, it sends nothing in that was taken back since."""
    if revision.device:
        Save.objects.filter(post=post, device=revision.device).update(sent_in=revision.counter)


def was_sent_in(post: Post, revision: Revision) -> bool:
    """An answer that was lost is asked for again."""
    if revision.device is None:
        return False
    saves = Save.objects.filter(post=post, device=revision.device)
    return saves.filter(sent_in__gte=revision.counter).exists()


# --- what one device did not know of ----------------------------------------------------------------------------


def seen_as(draft: Draft | None) -> str:
    """What a page that shows the draft carries, so that we know later which one it was."""
    return draft.updated_at.isoformat() if draft else ""


def keep_unseen(draft: Draft, text: str, media: Sequence[Media], revision: Revision) -> None:
    """The draft as it is, if whoever writes over it has not seen it, and it says or shows something else."""
    if draft.pk is None or is_seen(draft, revision):
        return
    hidden = [
        str(item.pk) for item in draft.media if item not in media and purging.in_force(item) not in media
    ]
    if hidden or draft.text.strip() not in ("", text.strip()):
        OtherVersion.objects.create(
            post=draft.post, text=draft.text, media=hidden, written_at=draft.updated_at
        )


def is_seen(draft: Draft, revision: Revision) -> bool:
    """Shown on the page, or written by the same device. A page that tells neither is taken at its word."""
    is_own = revision.device is not None and draft.device == revision.device
    return is_own or revision.seen in ("", seen_as(draft))


def take(other: OtherVersion) -> None:
    """Its text becomes the draft's, whose own takes its place; its pictures come back. Raises NotWithAuthorError."""
    with transaction.atomic():
        post = Post.objects.locked().get(pk=other.post_id)
        if not post.is_with_author:
            raise NotWithAuthorError(post)
        draft = Draft.objects.get(post=post)
        text, draft.text, draft.device = draft.text, other.text, None
        draft.save()
        show_too(draft, other.media)
        if text.strip() in ("", other.text.strip()):
            other.delete()
        else:
            OtherVersion.objects.filter(pk=other.pk).update(text=text, media=[], written_at=timezone.now())


def show_too(draft: Draft, ids: Sequence[str]) -> None:
    """After those that it shows, and as many as a post may have."""
    shown = draft.shown_media.count()
    missing = Media.objects.filter(pk__in=ids, owner=draft.post.author).exclude(in_drafts__draft=draft)
    for position, item in enumerate(missing[: max(0, settings.MEDIA_PER_POST - shown)], start=shown):
        DraftMedia.objects.create(draft=draft, media=purging.in_force(item), position=position)
