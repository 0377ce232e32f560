"""
Who may read what of the log. Each rule returns None, or the sentence that both the refusal and the missing button show.

    what                    everybody  communications  a channel's keepers  administrators  readers
    one's own acts              ✔            ✔                 ✔                  ✔            ✔
    a post's lines              –            ✔                 –                  ✔            ✔
    a channel's lines           –            –               its own              ✔            ✔
    all lines                   –            –                 –                  ✔            ✔
    take the lines out          –            –                 –                  –            ✔

A headline or an address of a post is content: only those see it who may open the post (`lines`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from audit.rooms import site

if TYPE_CHECKING:
    from django.utils.functional import Promise

    Refusal = Promise | str | None


def why_not_read(user: Any) -> Refusal:
    if not user.has_perm("audit.view_log"):
        return _("Du har inte behörighet att läsa loggen. Be en administratör.")
    return None


def why_not_read_about_posts(user: Any) -> Refusal:
    """Those who work with everybody's posts read what has happened to each."""
    return None if user.has_perm("posts.view_all_posts") else why_not_read(user)


def why_not_read_about_channel(user: Any, channel: int) -> Refusal:
    """Whoever answers for it reads what has happened on it. The same answer whether there is such a channel or not."""
    refusal = why_not_read(user)
    return None if refusal is None or site.rooms.keeps(user, channel) else refusal


def why_not_export(user: Any) -> Refusal:
    if not user.has_perm("audit.export_log"):
        return _("Du har inte behörighet att ta ut loggen. Be någon som är läsbehörig.")
    return None
