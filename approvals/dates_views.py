"""The group's own dates: what stands over a day of the calendar beside the holidays."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approvals.calendar_forms import DateForm
from approvals.calendar_views import CalendarRequest, may_plan
from approvals.models import ImportantDate
from audit import log

MOST = 200


@require_http_methods(["GET", "POST"])
@may_plan
def dates(request: CalendarRequest) -> HttpResponse:
    form = DateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            kept = form.save()
            log.record("date.added", kept, actor=request.user, name=kept.name, day=kept.day)
        messages.success(request, _("Sparat."))
        return redirect("approvals:dates")
    context = {"form": form, "dates": ImportantDate.objects.all()[:MOST]}
    return render(request, "approvals/calendar_dates.html", context, status=422 if form.errors else 200)


@require_POST
@may_plan
def forget_date(request: CalendarRequest, date_id: int) -> HttpResponse:
    """Pressed twice, it is gone once."""
    with transaction.atomic():
        kept = ImportantDate.objects.select_for_update().filter(pk=date_id).first()
        if kept:
            log.record("date.removed", kept, actor=request.user, name=kept.name, day=kept.day)
            kept.delete()
    messages.success(request, _("Borttaget."))
    return redirect("approvals:dates")
