"""Who may sign in and who is invited; inviting, and the page where an invited person comes in."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import attestation, invitations, policy
from accounts.models import Invitation, User
from accounts.people_forms import InvitationForm, PersonForm, WayInForm
from accounts.views import shell_for
from audit import log

may_invite = permission_required("accounts.add_invitation", raise_exception=True)
may_change = permission_required("accounts.change_user", raise_exception=True)
PEOPLE = 50
"""How many a page shows."""
BACKEND = "django.contrib.auth.backends.ModelBackend"


# --- who there is -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_invite
def people(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return invite(request, InvitationForm(request.user, request.POST))  # type: ignore[arg-type]  # signed in
    return show_people(request, InvitationForm(request.user))  # type: ignore[arg-type]  # signed in


def invite(request: HttpRequest, form: InvitationForm) -> HttpResponse:
    if not form.is_valid():
        return show_people(request, form, status=422)
    given = form.cleaned_data
    try:
        invitations.invite(request.user, given["email"], given["name"], given["role"])  # type: ignore[arg-type]  # signed in
    except invitations.KnownError:
        form.refuse(given["email"])
        return show_people(request, form, status=422)
    except invitations.NotSentError:
        messages.error(request, not_sent())
    else:
        messages.success(request, _("Inbjudan är skickad till %(email)s.") % given)
    return redirect("accounts:people")


def not_sent() -> str:
    return _("Inbjudan är sparad, men mejlet gick inte iväg. Skicka den igen om en stund.")


def show_people(request: HttpRequest, form: InvitationForm, status: int = 200) -> HttpResponse:
    chosen = request.GET.get("visa", "")
    shown, after = User.objects.order_by("name", "pk"), request.GET.get("efter", "").replace("\0", "")
    year = timezone.localdate().year
    may_see_answers = request.user.has_perm("accounts.view_attestation")
    if may_see_answers and chosen == "arligt":
        shown = attestation.missing(year).order_by("name", "pk")
    elif may_see_answers and chosen == "policy":
        shown = policy.unread().order_by("name", "pk")
    found = list(
        shown.filter(name__gte=after).select_related("branch").prefetch_related("groups")[: PEOPLE + 1]
    )
    page = {
        "shell": shell_for(request),
        "form": form,
        "invitations": open_to(request.user),  # type: ignore[arg-type]  # signed in
        "now": timezone.now(),
        "people": found[:PEOPLE],
        "next_name": found[PEOPLE].name if len(found) > PEOPLE else "",
        "chosen": chosen,
        "may_see_answers": may_see_answers,
        "unread": policy.unread().count() if may_see_answers else 0,
        "unattested": attestation.missing(year).count() if may_see_answers else 0,
        "year": year,
    }
    return render(request, "accounts/people.html", page, status=status)


@require_http_methods(["GET", "POST"])
@may_change
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    changed = get_object_or_404(User, pk=person_id)
    form = PersonForm(request.POST or None, instance=changed)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            if form.changed_data:
                log.record("person.changed", changed, actor=request.user, fields=form.changed_data)  # type: ignore[arg-type]  # signed in
        messages.success(request, _("Sparat."))
        return redirect("accounts:people")
    page = {"shell": shell_for(request), "form": form, "person": changed}
    return render(request, "accounts/person.html", page, status=422 if form.errors else 200)


def open_to(by: User) -> Any:
    """Those that somebody could have sent."""
    found = Invitation.objects.open().filter(role__in=invitations.roles_to_give(by))
    return found.select_related("invited_by")[:PEOPLE]


@require_POST
@may_invite
def send_again(request: HttpRequest, invitation_id: int) -> HttpResponse:
    return press(
        request,
        invitation_id,
        invitations.send_again,
        _("Inbjudan är skickad igen. Den gamla länken gäller inte."),
    )


@require_POST
@may_invite
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    return press(
        request, invitation_id, invitations.revoke, _("Inbjudan är tillbakadragen. Länken gäller inte.")
    )


def press(
    request: HttpRequest, invitation_id: int, verb: Callable[[Invitation, User], None], done: str
) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=invitation_id)
    if invitation.role not in invitations.roles_to_give(request.user):  # type: ignore[arg-type]  # signed in
        raise PermissionDenied
    try:
        verb(invitation, request.user)  # type: ignore[arg-type]  # signed in
    except invitations.NoLongerGoodError:
        messages.error(request, _("Inbjudan är redan använd eller tillbakadragen."))
    except invitations.NotSentError:
        messages.error(request, not_sent())
    else:
        messages.success(request, done)
    return redirect("accounts:people")


# --- coming in --------------------------------------------------------------------------------------------------


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """
    Looking at it uses nothing up: programs that guard mailboxes open every link. Only the press does.

    Somebody who is signed in signs out first, so that nobody comes in as somebody else unseen.
    """
    invitation = invitations.found_by(token)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=410)
    if request.user.is_authenticated:
        return render(request, "accounts/invitation.html", {"invitation": invitation, "is_in": True})
    form = WayInForm(invitation, request.POST or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(
            request, "accounts/invitation.html", {"invitation": invitation, "form": form}, status=status
        )
    return come_in(request, token, form)


def come_in(request: HttpRequest, token: str, form: WayInForm) -> HttpResponse:
    try:
        person = invitations.accept(token, form.password)
    except invitations.NoLongerGoodError:
        return render(request, "accounts/invitation_over.html", status=410)
    login(request, person, backend=BACKEND)
    # They chose it a moment ago: setting up what guards the account asks for it no second time.
    record_authentication(request, person, "invitation", reauthenticated=True)
    return redirect("accounts:welcome")


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """What a new person may want to do first; nothing of it is a must but the policy, and that only before sending in."""
    return render(request, "accounts/welcome.html", {"shell": shell_for(request)})
