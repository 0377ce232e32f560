"""`{% post_chip post %}` and `{% publication_chip publication %}`: the state of one thing, as icon and word."""

from typing import Any

from django import template

from posts import chips
from posts.models import Post, Publication

register = template.Library()


@register.inclusion_tag("posts/_chip.html")
def post_chip(post: Post) -> dict[str, Any]:
    return {"chip": chips.of_post(post)}


@register.inclusion_tag("posts/_chip.html")
def publication_chip(publication: Publication) -> dict[str, Any]:
    return {"chip": chips.of_publication(publication)}
