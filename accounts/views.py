"""The pages about oneself: one's account, and what one was told."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from accounts import letters, push
from accounts import notices as telling
from accounts.forms import SeenForm
from accounts.models import Notice, PushSubscription, User
from accounts.paging import older_than

NOTICES = 30
"""How many a page shows."""


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/me.html", {"shell": shell_for(request)})


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What one was told, newest first. Each page costs the same, however many there are."""
    mine = Notice.objects.filter(person=request.user.pk)
    found = list(older_than(request.GET.get("fore", ""), mine)[: NOTICES + 1])
    shown = {
        "shell": shell_for(request),
        "rows": [(notice, letters.words(notice)) for notice in found[:NOTICES]],
        "newest": mine.unread().values_list("pk", flat=True).first(),
        "older": found[NOTICES - 1].pk if len(found) > NOTICES else None,
        "push_key": push.public_key(),
        "browsers": PushSubscription.objects.filter(person=request.user.pk).count()
        if push.is_offered()
        else 0,
    }
    return render(request, "accounts/notices.html", shown)


@require_GET
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """To what it is about; from now on it is read."""
    mine = Notice.objects.filter(person=request.user.pk, pk=notice_id)
    path = get_object_or_404(mine).path
    telling.mark_read(mine)
    return redirect(path)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """All up to the newest one that the page showed: what came since has not been seen."""
    form = SeenForm(request.POST)
    if form.is_valid():
        mine = Notice.objects.filter(person=request.user.pk, pk__lte=form.cleaned_data["newest"])
        telling.mark_read(mine)
    return redirect("accounts:notices")


@require_POST
def hear_of_submissions(request: HttpRequest) -> HttpResponse:
    """Whether one wants to be told of each post that somebody sends in."""
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(hears_of_submissions="yes" in request.POST)
    return redirect("accounts:me")


@require_POST
def ask_about_site(request: HttpRequest) -> HttpResponse:
    """Whether one wants to be asked about each picture, whatever one's branch says."""
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(always_asks_about_site="yes" in request.POST)
    return redirect("accounts:me")


@login_not_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """For the pages, as the library does it; and for the mails of somebody who has signed in."""
    response = set_language(request)
    chosen = request.POST.get("language")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


def shell_for(request: HttpRequest) -> str:
    """Those who work at a desk keep its rail; the others have the phone's bar."""
    return "desk_page.html" if request.user.has_perm("channels.view_channel") else "pocket.html"
