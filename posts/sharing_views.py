"""Sharing what is out: the public links of a post, ready to be sent on by whoever wants to, from their own account."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from posts import whereabouts
from posts.views import SignedInRequest, headline, visible_post


@require_GET
def share(request: SignedInRequest, post_id: int) -> HttpResponse:
    post = visible_post(request, post_id)
    links = whereabouts.public_links(whereabouts.of(post))
    if not links:
        raise Http404
    is_own = post.author_id == request.user.pk
    context = {
        "post": post,
        "headline": headline(post.wording_for(request.user)),
        "links": links,
        "shell": "pocket.html" if is_own else "desk_page.html",
    }
    return render(request, "posts/share.html", context)
