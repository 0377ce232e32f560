"""The rota of the watch: who has it, on which days nobody has, and one form for each."""

from collections.abc import Iterator
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import duty
from accounts.forms import DutyForm
from accounts.models import Duty
from accounts.views import shell_for

may_set = permission_required("accounts.change_duty", raise_exception=True)
AHEAD = timedelta(weeks=8)
"""How far ahead it is said that nobody has it."""
WEEK = timedelta(weeks=1)

Row = tuple[date, date, Duty | None]


@require_GET
@may_set
def rota(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    coming = duty.coming(today)
    shown = {
        "shell": shell_for(request),
        "today": today,
        "rows": sorted(rows(coming, today), key=itemgetter(0)),
        "now": duty.on_watch(duty.on(today)),
    }
    return render(request, "accounts/rota.html", shown)


def rows(coming: list[Duty], today: date) -> Iterator[Row]:
    """Each watch, and each run of days without one, by their first and last days."""
    yield from ((item.first_day, item.last_day, item) for item in coming)
    yield from ((first, last, None) for first, last in duty.unkept(coming, today, today + AHEAD))


@require_http_methods(["GET", "POST"])
@may_set
def add(request: HttpRequest) -> HttpResponse:
    return write(request, DutyForm(request.POST or None, initial=from_the_link(request)))


def from_the_link(request: HttpRequest) -> dict[str, Any]:
    """The days that a gap in the rota names; else the next week from Monday on."""
    monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    if "fran" in request.GET and "till" in request.GET:
        return {"first_day": request.GET["fran"], "last_day": request.GET["till"]}
    return {"first_day": monday, "last_day": monday + WEEK - timedelta(days=1)}


@require_http_methods(["GET", "POST"])
@may_set
def change(request: HttpRequest, duty_id: int) -> HttpResponse:
    """Also how two people swap: each of the two watches gets the other's name."""
    found = get_object_or_404(Duty, pk=duty_id)
    return write(request, DutyForm(request.POST or None, instance=found))


def write(request: HttpRequest, form: DutyForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            given = duty.give(form.instance, request.user)  # type: ignore[arg-type]  # signed in
        except duty.OverlapError as error:
            form.refuse(error.other)
        else:
            messages.success(request, _("%(name)s har jour.") % {"name": given.person.get_short_name()})
            return redirect("accounts:rota")
    page = {"shell": shell_for(request), "form": form, "duty": form.instance}
    return render(request, "accounts/duty.html", page, status=422 if form.errors else 200)


@require_POST
@may_set
def take_away(request: HttpRequest, duty_id: int) -> HttpResponse:
    duty.take_away(get_object_or_404(Duty, pk=duty_id), request.user)  # type: ignore[arg-type]  # signed in
    messages.success(request, _("Jouren är borttagen."))
    return redirect("accounts:rota")
