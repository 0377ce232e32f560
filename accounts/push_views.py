"""Turning what a phone shows on and off: pressed in that browser, or off for all without a script."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import push
from accounts.answering import wants_json


class SubscriptionForm(forms.Form):
    """What the browser says about itself."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=200)
    auth = forms.CharField(max_length=100)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not push.are_keys(given.get("p256dh", ""), given.get("auth", "")):
            raise forms.ValidationError("no keys of a browser")
        return given


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    if not push.is_offered():
        raise Http404
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        subscription = push.subscribe(request.user, **form.cleaned_data)  # type: ignore[arg-type]  # signed in
    except push.NotAServiceError:
        return HttpResponse(status=422)
    response = HttpResponse(status=201)
    push.remember(response, subscription)
    return response


@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """The browser that is named; all of them, when none is."""
    endpoint = request.POST.get("endpoint", "").replace("\0", "")
    push.forget(request.user, endpoint)  # type: ignore[arg-type]  # signed in
    if wants_json(request):
        return HttpResponse(status=204)
    messages.success(request, _("Aviseringar visas inte längre på någon telefon eller dator."))
    return redirect("accounts:notices")
