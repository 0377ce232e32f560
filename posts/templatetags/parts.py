"""`{% part_of post step.anchor as part %}`: what part of a post is meant, in a sentence; nothing for all of it."""

from django import template

from posts import anchors
from posts.models import Post

register = template.Library()


@register.simple_tag(takes_context=True)
def part_of(context: template.Context, post: Post, anchor: str) -> str:
    return anchors.called(anchor, post.wording_for(context["user"])) if anchor else ""
