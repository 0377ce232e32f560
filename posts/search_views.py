"""Finding a post again: one page, for everybody, among what they may see."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.views import shell_for
from posts import paging, search
from posts.views import SignedInRequest


@require_GET
def find(request: SignedInRequest) -> HttpResponse:
    """The newest first, a page at a time."""
    asked = request.GET.get("q", "").strip()[: search.LONGEST]
    page = paging.cut(search.posts(request.user, asked).for_chips(), request.GET.get("fore", ""))
    rows = [(post, post.wording_for(request.user)) for post in page.posts]
    older = urlencode({"q": asked, "fore": page.older}) if page.older else ""
    context = {"asked": asked, "rows": rows, "older": older, "shell": shell_for(request)}
    return render(request, "posts/search.html", context)
