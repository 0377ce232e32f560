"""The site as an app on the phone: what is asked for by the browser itself, and the pages about it."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from accounts.views import shell_for
from posts import incoming
from posts.forms import DraftForm
from seko_social import shell

asked_for_anew = cache_control(no_cache=True)
"""Kept by the browser, and asked about each time: a new version must not wait for an old one to grow old."""


@login_not_required
@require_GET
@asked_for_anew
def worker(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(shell.worker(), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_GET
@asked_for_anew
def manifest(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        shell.manifest(), content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@login_not_required
@require_GET
@cache_control(private=True, no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Kept on the phone, for pages that are not. There is nothing of anybody's in it."""
    return render(request, "shell/offline.html")


@require_GET
def install(request: HttpRequest) -> HttpResponse:
    return render(request, "shell/install.html", {"shell": shell_for(request)})


# --- what another app shares --------------------------------------------------------------------------------------


class ReadPast(FileUploadHandler):
    """Files that came along are not kept: nothing is, before somebody has pressed a button of ours."""

    has_met_some = False

    def new_file(self, *_args: Any, **_kwargs: Any) -> None:
        self.has_met_some = True
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """None is."""


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """
    Where the phone has no worker of ours (yet), what is shared arrives here. Another site could send it, too, so it is
    shown and no more; the button under it leads to the form. For somebody who is not signed in, it leads here again.
    """
    files = ReadPast(request)
    request.upload_handlers = [incoming.Bounds(request), files]
    said = request.POST if request.method == "POST" else request.GET
    if request.user.is_authenticated and not request.user.has_perm("posts.submit_post"):
        raise PermissionDenied
    context = {
        "shell": "pocket.html" if request.user.is_authenticated else "plain.html",
        "form": DraftForm(request.user, None) if request.user.is_authenticated else None,
        "text": text_of(said),
        "link": said.get("url") or said.get("link", ""),
        "has_lost_files": files.has_met_some or "bilder" in said,
        "is_full": "fullt" in said,
    }
    return render(request, "shell/shared.html", context)


def text_of(said: Any) -> str:
    """The title and the text, unless an app says the same in both."""
    words = dict.fromkeys(said.get(name, "").strip() for name in ("title", "text"))
    return "\n".join(filter(None, words))
