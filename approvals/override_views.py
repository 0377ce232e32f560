"""Okays out of the ordinary: the first of two, the mark that asks for them, and an own post in an emergency."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from approvals.forms import ReviewForm, SeenForm
from approvals.views import (
    ReviewRequest,
    approved,
    blocked,
    bound,
    dialog,
    invalid,
    keep,
    may_review,
    sent_in,
    to_decide_on,
    to_next,
    told,
)
from posts import workflow
from posts.forms import WordsField
from posts.models import Post
from posts.publishing import PlanError
from posts.workflow import Action, BlockedError

# --- two okays --------------------------------------------------------------------------------------------------


@require_POST
@may_review
@told
def first_okay(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The first of two, on exactly what the page showed."""
    post = sent_in(post_id)
    form = bound(request, post, ReviewForm)
    if not form.is_valid():
        return invalid(request, post, form)
    version = keep(request, post, form)
    try:
        workflow.first_okay(post, request.user, version)
    except BlockedError:
        return blocked(request, post_id)
    messages.success(request, _("Godkänt, 1 av 2. Det publiceras när en kollega till har godkänt."))
    return to_next(request)


@require_POST
@may_review
@told
def mark(request: ReviewRequest, post_id: int) -> HttpResponse:
    return set_mark(request, post_id, is_political=True)


@require_POST
@may_review
@told
def unmark(request: ReviewRequest, post_id: int) -> HttpResponse:
    return set_mark(request, post_id, is_political=False)


def set_mark(request: ReviewRequest, post_id: int, *, is_political: bool) -> HttpResponse:
    """What was typed and not yet saved is saved first."""
    post = sent_in(post_id)
    form = bound(request, post, ReviewForm)
    if not form.is_valid():
        return invalid(request, post, form)
    keep(request, post, form)
    workflow.mark_political(post, request.user, is_political=is_political)
    return redirect("approvals:review", post_id)


# --- in an emergency --------------------------------------------------------------------------------------------


class OverrideForm(SeenForm):
    message = WordsField(
        label=gettext_lazy("Varför kan det inte vänta på en kollega?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Skriv varför.")},
    )


@require_http_methods(["GET", "POST"])
@may_review
@told
def override(request: ReviewRequest, post_id: int) -> HttpResponse:
    """An own post with nobody else's eyes on it. A page with a reason, and never a key."""
    post, version = to_decide_on(request, post_id, Action.OVERRIDE)
    form = OverrideForm(version, request.POST or None)
    if request.method == "POST" and form.is_valid() and (answer := try_to_override(request, post, form)):
        return answer
    return dialog(request, post, form, "approvals/override.html")


def try_to_override(request: ReviewRequest, post: Post, form: Any) -> HttpResponse | None:
    """None when something is missing: what was typed stays, and the page says what."""
    given = form.cleaned_data
    try:
        approval = workflow.override(post, request.user, given["version"], given["message"].strip())
    except BlockedError:
        form.add_error(None, _("Kan inte godkännas än. Det som saknas står på sidan."))
        return None
    except PlanError:
        form.add_error(None, _("Tiden då inlägget senast skulle vara ute har gått."))
        return None
    return approved(request, approval)
