"""The outbox: its page, what we have of one of its posts, and the text that another of one's devices wrote."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from posts import drafting, outbox
from posts.forms import is_uuid
from posts.models import OtherVersion, Post
from posts.views import SignedInRequest, kept_for_the_way_back, may_submit


@require_GET
@may_submit
@kept_for_the_way_back
def index(request: HttpRequest) -> HttpResponse:
    """What waits on this phone. We do not know of it: the page's script reads it from there."""
    return render(request, "posts/outbox/index.html")


@require_GET
@may_submit
def item(request: SignedInRequest, client_id: UUID) -> JsonResponse:
    """What we have of it, who asks, and what the next request is to carry: a page may be older than the sign-in."""
    post = Post.objects.written_by(request.user).filter(client_id=client_id).select_related("draft").first()
    asked = [value for value in request.GET.getlist("media") if is_uuid(value)]
    known = outbox.standing(post) if post else {"state": outbox.UNKNOWN}
    who = {"user": str(request.user.pk), "token": get_token(request)}
    return JsonResponse(known | who | {"media": outbox.held(request.user.pk, asked)})


@require_POST
@may_submit
def take_other(request: SignedInRequest, other_id: int) -> HttpResponse:
    """Its text becomes the draft's, and the draft's becomes the other one."""
    other = own(request, other_id)
    try:
        drafting.take(other)
    except drafting.NotWithAuthorError:
        messages.error(request, _("Inlägget är redan inskickat."))
        return redirect("posts:detail", other.post_id)
    return redirect("posts:edit", other.post_id)


@require_POST
@may_submit
def drop_other(request: SignedInRequest, other_id: int) -> HttpResponse:
    other = own(request, other_id)
    other.delete()
    return redirect("posts:edit", other.post_id)


def own(request: SignedInRequest, other_id: int) -> OtherVersion:
    return get_object_or_404(OtherVersion, pk=other_id, post__author=request.user)
