"""The group's own figure, fetched by itself: the queue does not wait for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals import answer_times
from approvals.views import may_review


@require_GET
@may_review
def show(request: HttpRequest) -> HttpResponse:
    said = answer_times.sentence(answer_times.at(timezone.now()))
    return render(request, "approvals/_answer_times.html", {"sentence": said})
