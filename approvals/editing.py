"""What the review page shows of a reviewer's edit: against what was sent in, why, and what its author says."""

from typing import TYPE_CHECKING, Any

from approvals import wording
from posts import changes, workflow
from posts.models import Post, Version

if TYPE_CHECKING:
    from accounts.models import User


def shown(post: Post, version: Version | None, reader: "User", *, is_writing: bool) -> dict[str, Any]:
    """`is_writing`: the page has the fields for it, so that one's own reason need not stand there twice."""
    if version is None:
        return {}
    edits = changes.of(post)
    is_marked = version.changes_meaning
    return {
        "edits": edits,
        "is_writing": is_writing,
        "is_with_changes": bool(edits and edits.is_reworded),
        "asked_okay": changes.asked(post) if is_marked else None,
        "why": changes.remark_of(version, reader).why,
        "is_marked": is_marked,
        "may_unmark": not is_marked or workflow.may_unmark(version, reader),
        "may_remark": post.author_id != reader.pk,
        "was_planned": wording.as_it_was_planned(post),
    }
