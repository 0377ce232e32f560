"""Writing a draft down: the same submission from the same device is one post, however often it arrives."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from posts import purging
from posts.models import Draft, DraftMedia, Media, Post

if TYPE_CHECKING:
    from accounts.models import User

ABOUT_THE_POST = frozenset({"category", "is_urgent", "earliest", "latest"})
"""What concerns the post and not its wording."""


class NotWithAuthorError(Exception):
    """It is no longer so (409): the post has been sent in, and its draft is not written any more."""

    def __init__(self, post: Post) -> None:
        super().__init__(str(post))
        self.post = post


def save(
    author: "User",
    client_id: UUID,
    fields: Mapping[str, Any],
    media: Sequence[Media],
    alt_texts: Mapping[str, str],
) -> Post:
    """Write the whole draft of the post with this `client_id`, making the post the first time.

    `media` are the author's own, in order; `alt_texts` by the media's id. Raises NotWithAuthorError.
    """
    about = {name: value for name, value in fields.items() if name in ABOUT_THE_POST}
    wording = {name: value for name, value in fields.items() if name not in ABOUT_THE_POST}
    with transaction.atomic():
        # The race: the same submission twice at once. The constraint lets one make the post, the row's lock
        # lets one at a time write its draft.
        Post.objects.get_or_create(author=author, client_id=client_id, defaults=about)
        post = Post.objects.locked().get(author=author, client_id=client_id)
        if not post.is_with_author:
            raise NotWithAuthorError(post)
        for name, value in about.items():
            setattr(post, name, value)
        post.save(update_fields=[*about, "updated_at"])
        draft, _ = Draft.objects.update_or_create(post=post, defaults=wording)
        show(draft, media, alt_texts)
    return post


def show(draft: Draft, media: Sequence[Media], alt_texts: Mapping[str, str]) -> None:
    """These pictures, in this order, and no others."""
    meant = {purging.in_force(item): alt_texts.get(str(item.pk), "") for item in media}
    draft.shown_media.exclude(media__in=meant).delete()
    for position, (item, alt_text) in enumerate(meant.items()):
        DraftMedia.objects.update_or_create(
            draft=draft, media=item, defaults={"position": position, "alt_text": alt_text}
        )
