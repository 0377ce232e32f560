"""The front door: everybody to the page where their work is."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_GET

DOORS = (
    ("posts.review_post", "approvals:desk"),
    ("posts.submit_post", "posts:home"),
    ("posts.view_all_posts", "posts:everybodys"),
    ("channels.view_channel", "channels:index"),
)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    may = request.user.has_perm
    return redirect(next((page for permission, page in DOORS if may(permission)), "accounts:me"))


@login_not_required
@require_GET
def mark(_request: HttpRequest) -> HttpResponse:
    """Asked for by browsers that show something without a head of ours, as a receipt in JSON."""
    return redirect(static("img/marke.svg"))
