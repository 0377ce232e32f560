"""The pages about oneself and the rules: one's account, and the policy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/me.html", {"shell": shell_for(request)})


@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/policy.html", {"shell": shell_for(request)})


def shell_for(request: HttpRequest) -> str:
    """Those who work at a desk keep its rail; the others have the phone's bar."""
    return "desk_page.html" if request.user.has_perm("channels.view_channel") else "pocket.html"
