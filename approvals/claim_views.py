"""Who looks at a post right now, as its page says it: taken when somebody opens it, taken over, given to a colleague."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from approvals import claims
from approvals.choice import moment_from
from approvals.discussion_forms import PersonField
from approvals.models import Claim
from approvals.views import ReviewRequest, may_review, page_for, sent_in, to_next, told
from posts import timeline
from posts.models import Post
from posts.workflow import Action, NoLongerSoError


@require_POST
@may_review
def look(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The page is open, and says so again every minute. The answer is what it tells about the others."""
    post = sent_in(post_id)
    return show(request, post, claims.look(post, request.user))


@require_POST
@may_review
def leave(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The page was closed; it was last heard of at `seen`."""
    if seen_at := moment_from(request.POST.get("seen", "")):
        claims.leave(sent_in(post_id), request.user, seen_at)
    return HttpResponse(status=204)


@require_POST
@may_review
def take_over(request: ReviewRequest, post_id: int) -> HttpResponse:
    """With the page's script the page stays as it is, and what was typed in it."""
    post = sent_in(post_id)
    claim = claims.take_over(post, request.user)
    if "part" in request.POST:
        return show(request, post, claim, has_just_taken=True)
    return redirect("approvals:review", post_id)


def show(request: ReviewRequest, post: Post, claim: Claim | None, **more: Any) -> HttpResponse:
    context = claims.as_told(post, claim, request.user) | more
    if not post.is_in_review:
        context |= what_happened(post, request.user)
    # `had`: the page believes that the post is this person's to review.
    context["has_lost_it"] = "had" in request.POST and not context["is_mine"]
    return render(request, "approvals/_claim.html", context)


def what_happened(post: Post, reader: User) -> dict[str, Any]:
    last = post.transitions.select_related("by").order_by("-at", "-id").first()
    return {"last": last, "sentence": timeline.sentence_for(last, is_own=last.by == reader) if last else ""}


# --- giving it to a colleague -----------------------------------------------------------------------------------


class AssignForm(forms.Form):
    to = PersonField(
        label=gettext_lazy("Vem ska granska?"),
        queryset=User.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": gettext_lazy("Välj en kollega.")},
    )

    def __init__(self, post: Post, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["to"]  # type: ignore[assignment]
        field.queryset = claims.colleagues(post).exclude(pk=by.pk)


@require_http_methods(["GET", "POST"])
@may_review
@told
def assign(request: ReviewRequest, post_id: int) -> HttpResponse:
    """To a colleague, who is told; then on to the next one."""
    post = sent_in(post_id)
    if not post.is_in_review:
        raise NoLongerSoError(post, Action.REJECT)
    form = AssignForm(post, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        if claims.give(post, to, request.user) is None:
            raise NoLongerSoError(post, Action.REJECT)
        messages.success(request, _("Tilldelat %(name)s.") % {"name": to.name})
        return to_next(request)
    page = page_for(request, post) | {"dialog_form": form}
    return render(request, "approvals/assign.html", page, status=422 if form.errors else 200)
