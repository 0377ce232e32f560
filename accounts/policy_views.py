"""The policy: the page that everybody reads, with its one button; and the page where the next version is written."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import first_policy, markup
from accounts import policy as rulebook
from accounts.models import PolicyVersion
from accounts.policy_forms import PolicyForm, ReadForm
from accounts.views import shell_for

may_write = permission_required("accounts.draft_policy", raise_exception=True)


@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    """The version in force; what the first one begins with, before there is any."""
    shown = rulebook.in_force() or PolicyVersion(text=first_policy.TEXT, text_en=first_policy.TEXT_EN)
    return show(request, shown, is_in_force=True)


@require_GET
def earlier(request: HttpRequest, number: int) -> HttpResponse:
    """As it was."""
    return show(
        request, get_object_or_404(PolicyVersion.objects.published(), number=number), is_in_force=False
    )


def show(request: HttpRequest, version: PolicyVersion, *, is_in_force: bool) -> HttpResponse:
    text, news = rulebook.words_of(version)
    to_read = rulebook.to_read_by(request.user) if is_in_force else None  # type: ignore[arg-type]  # signed in
    page = {
        "shell": shell_for(request),
        "version": version,
        "text": markup.rendered(text),
        "news": markup.rendered(news) if news else "",
        "to_read": to_read,
        "is_first": to_read and not rulebook.has_read_any(request.user),  # type: ignore[arg-type]  # signed in
        "read": version.acknowledgements.filter(person=request.user.pk).first() if version.pk else None,
        "others": PolicyVersion.objects.published().exclude(pk=version.pk).select_related("published_by"),
        "next": way_on(request.GET.get("next", ""), request),
    }
    return render(request, "accounts/policy.html", page)


@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Back to where they came from; to the policy, where another version is in force by now."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        raise Http404
    on = way_on(request.POST.get("next", ""), request)
    if rulebook.acknowledge(request.user, form.cleaned_data["number"]) is None:  # type: ignore[arg-type]  # signed in
        messages.error(request, _("Policyn ändrades medan du läste. Det här är den som gäller nu."))
        return redirect("accounts:policy")
    sends_in = request.user.has_perm("posts.submit_post")
    messages.success(request, _("Tack. Nu kan du skicka in.") if sends_in else _("Tack."))
    return redirect(on or "home")


def way_on(asked: str, request: HttpRequest) -> str:
    """A page of this site, or nothing."""
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours and asked.startswith("/") else ""


# --- writing it -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_write
def write(request: HttpRequest) -> HttpResponse:
    seen = rulebook.being_written()
    if request.method == "GET":
        return show_form(request, PolicyForm(seen))
    form, intent = PolicyForm(seen, request.POST), request.POST.get("intent")
    if not form.is_valid():
        return show_form(request, form, status=422)
    if intent == "preview":
        return show_form(request, form, preview=form.words)
    if intent == "publish" and not request.user.has_perm("accounts.publish_policy"):
        form.add_error(
            None, _("Det är en administratör som publicerar policyn. Spara, så kan någon av dem ta vid.")
        )
        return show_form(request, form, status=403)
    return keep(request, form, rulebook.publish if intent == "publish" else rulebook.save)


def keep(request: HttpRequest, form: PolicyForm, verb: Any) -> HttpResponse:
    seen = form.cleaned_data["number"], form.cleaned_data["revision"]
    try:
        kept = verb(request.user, *seen, form.words)
    except rulebook.WrittenMeanwhileError as error:
        return someone_was_faster(request, error.latest)
    if kept.published_at:
        told = _("Version %(number)d av policyn är publicerad. Alla får veta att det finns något att läsa.")
        messages.success(request, told % {"number": kept.number})
        return redirect("accounts:policy")
    messages.success(request, _("Sparat. Ingen annan ser det förrän policyn publiceras."))
    return redirect("accounts:write_policy")


def someone_was_faster(request: HttpRequest, latest: PolicyVersion) -> HttpResponse:
    """What was typed stays in the page; what the other wrote stands beside it, and the next press counts."""
    typed = request.POST.copy()
    typed["number"], typed["revision"] = str(latest.number), str(latest.revision)
    form = PolicyForm(rulebook.being_written(), typed)
    name = latest.saved_by.name if latest.saved_by else _("Någon")
    form.add_error(None, _("%(name)s sparade medan du skrev. Jämför innan du sparar.") % {"name": name})
    return show_form(request, form, status=409, theirs=latest)


def show_form(
    request: HttpRequest,
    form: PolicyForm,
    status: int = 200,
    preview: dict[str, str] | None = None,
    theirs: PolicyVersion | None = None,
) -> HttpResponse:
    page = {
        "shell": shell_for(request),
        "form": form,
        "preview": {name: markup.rendered(text) for name, text in (preview or {}).items() if text},
        "theirs": theirs,
        "in_force": rulebook.in_force(),
    }
    return render(request, "accounts/write_policy.html", page, status=status)
