"""What a post is called beside its number: its first words, for those who may read it."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from posts.models import Post

if TYPE_CHECKING:
    from accounts.models import User


def of(numbers: Collection[int], reader: "User") -> dict[int, str]:
    """
    By the post's number, "" of one that has no words. A post that this reader may not open is not among them: its
    words are content.
    """
    if not numbers:
        return {}
    found = Post.objects.visible_to(reader).filter(pk__in=numbers).select_related("current_version", "draft")
    worded = {post.pk: post.wording_for(reader) for post in found}
    return {number: wording.headline if wording else "" for number, wording in worded.items()}
