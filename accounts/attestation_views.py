"""The page about the pages and groups that one likes: what is asked once a year, and its two answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import attestation
from accounts.views import shell_for


@require_http_methods(["GET", "POST"])
def likes(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return answer(request)
    year = timezone.localdate().year
    said = attestation.of(request.user, year)  # type: ignore[arg-type]  # signed in
    return render(request, "accounts/likes.html", {"shell": shell_for(request), "said": said, "year": year})


def answer(request: HttpRequest) -> HttpResponse:
    if request.POST.get("answer") == "yes":
        attestation.attest(request.user)  # type: ignore[arg-type]  # signed in
        messages.success(request, _("Tack. Vi frågar igen nästa år."))
    elif request.POST.get("answer") == "later":
        attestation.ask_later(request.user)  # type: ignore[arg-type]  # signed in
        messages.success(request, _("Vi påminner dig om en vecka."))
    return redirect("accounts:likes")
