"""The private address of the calendar: a page for its person, and what their calendar program reads there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views import shell_for
from approvals import feed
from approvals.calendar_views import CalendarRequest, may_see, why_not_see
from approvals.feed import HOUR, TooOftenError


@require_http_methods(["GET", "POST"])
@may_see
def subscription(request: CalendarRequest) -> HttpResponse:
    """Making an address, or a new one. It is shown in the answer to the press, and on no page after that."""
    address = ""
    if request.method == "POST":
        address = request.build_absolute_uri(reverse("approvals:feed", args=[feed.make(request.user)]))
    context = {"address": address, "feed": feed.of(request.user), "shell": shell_for(request)}
    return render(request, "approvals/calendar_feed.html", context)


@require_POST
@may_see
def revoke(request: CalendarRequest) -> HttpResponse:
    feed.revoke(request.user)
    messages.success(request, _("Adressen gäller inte längre."))
    return redirect("approvals:subscription")


@require_safe
@login_not_required
def show(request: HttpRequest, token: str) -> HttpResponse:
    """For programs, which have no sign-in: whoever has the address may read. The same answer for all that is not one."""
    try:
        found = feed.read_by(token, timezone.now())
    except TooOftenError:
        return HttpResponse(status=429, headers={"Retry-After": str(int(HOUR.total_seconds()))})
    if found is None or why_not_see(found.person):
        return HttpResponseNotFound(_("Adressen gäller inte."), content_type="text/plain; charset=utf-8")
    with translation.override(found.person.language):
        body = feed.written(found.person, timezone.now(), f"{request.scheme}://{request.get_host()}")
    return answer(request, body)


def answer(request: HttpRequest, body: str) -> HttpResponse:
    whole = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    whole.headers["Cache-Control"] = "private, no-cache"
    set_response_etag(whole)
    return get_conditional_response(request, etag=whole.headers["ETag"], response=whole) or whole
