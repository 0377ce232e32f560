"""What the review page shows of a reviewer's edit: against what was sent in, why, and what its author says."""

from typing import TYPE_CHECKING, Any

from posts import changes, workflow
from posts.models import Post, Version

if TYPE_CHECKING:
    from accounts.models import User


def shown(post: Post, version: Version | None, reader: "User") -> dict[str, Any]:
    if version is None:
        return {}
    edits = changes.of(post)
    is_marked = version.changes_meaning
    return {
        "edits": edits,
        "is_with_changes": bool(edits and edits.is_reworded),
        "asked_okay": changes.asked(post) if is_marked else None,
        "why": changes.remark_of(version, reader).why,
        "is_marked": is_marked,
        "may_unmark": not is_marked or workflow.may_unmark(version, reader),
        "may_remark": post.author_id != reader.pk,
    }
