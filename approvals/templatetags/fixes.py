"""`{% fix_of blocker post as place %}`: the address of the place where it is mended."""

from django import template
from django.urls import reverse

from posts.blockers import Blocker
from posts.models import Post

register = template.Library()

ON_THE_PAGE = {
    "alt_text": "#alt-1",
    "site": "#platsen",
    "people": "#samtycke",
    "minors": "#samtycke",
    "captions": "#undertexter",
    "changes_meaning": "#andringar",
    "channels": "#kanaler",
}


@register.simple_tag
def fix_of(blocker: Blocker, post: Post) -> str:
    if blocker.channel:
        return reverse("approvals:channel_text", args=(post.pk, blocker.channel.pk))
    if blocker.field == "picture":
        return reverse("approvals:picture", args=(post.pk, blocker.facts["media"]))
    if blocker.field == "text":
        return reverse("approvals:review", args=(post.pk,)) + "?redigera#text"
    return ON_THE_PAGE.get(blocker.field, "#inl")
