"""May one take pictures here? The page before the camera, and what it says when one may not, or when nobody knows."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from posts.forms import DraftForm
from posts.views import SignedInRequest, may_submit


@require_GET
@may_submit
def ask(request: SignedInRequest) -> HttpResponse:
    return render(request, "posts/places/ask.html", {"form": DraftForm(request.user, None)})


@require_GET
@may_submit
def forbidden(request: SignedInRequest) -> HttpResponse:
    return render(request, "posts/places/forbidden.html")


@require_GET
@may_submit
def unclear(request: SignedInRequest) -> HttpResponse:
    return render(request, "posts/places/unclear.html")
