"""Several posts of the queue given to a colleague at once. Nothing is decided that way: each is reviewed on its own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from approvals import claims, queue
from approvals.choice import Choice
from approvals.discussion_forms import person_field
from approvals.queue_views import page_number
from approvals.views import ReviewRequest, may_review
from posts.models import Post


class AssignSeveralForm(forms.Form):
    """What somebody else decides meanwhile is no mistake of this form: it is left as it is, and that is said."""

    posts = forms.ModelMultipleChoiceField(
        queryset=Post.objects.all(),
        error_messages={"required": gettext_lazy("Markera minst ett inlägg.")},
    )
    to = person_field(
        label=gettext_lazy("Vem ska granska?"),
        required=True,
        empty_label=gettext_lazy("Välj en kollega"),
        error_messages={"required": gettext_lazy("Välj en kollega.")},
    )

    def __init__(self, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = claims.reviewers().exclude(pk=by.pk)  # type: ignore[attr-defined]
        self.fields["to"].widget.attrs["data-key"] = "t"

    @property
    def ticked(self) -> set[str]:
        return set(self.data.getlist("posts")) if self.is_bound else set()  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@may_review
def assign_several(request: ReviewRequest) -> HttpResponse:
    """The list with a box in each row. Who has none left in it, sees the queue."""
    choice, form = Choice.of(request.GET), AssignSeveralForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return give(request, choice, list(form.cleaned_data["posts"]), form.cleaned_data["to"])
    page = queue.page_of(choice, request.user, timezone.now(), page_number(request))
    if choice.is_asked or not page.rows:
        return to_desk(choice)
    context = {"page": page, "choice": choice, "form": form}
    return render(request, "approvals/assign_several.html", context, status=422 if form.errors else 200)


def give(request: ReviewRequest, choice: Choice, posts: list[Post], to: User) -> HttpResponse:
    theirs = claims.give_all([post.pk for post in posts], to, request.user)
    if theirs:
        messages.success(request, given(len(theirs), to))
    if left := len(posts) - len(theirs):
        messages.error(request, not_given(left, to))
    return to_desk(choice)


def to_desk(choice: Choice) -> HttpResponse:
    return redirect(reverse("approvals:desk") + choice.keep)


def given(count: int, to: User) -> str:
    said = ngettext("%(n)d inlägg tilldelat %(name)s.", "%(n)d inlägg tilldelade %(name)s.", count)
    return said % {"n": count, "name": to.name}


def not_given(count: int, to: User) -> str:
    """Decided meanwhile, or nothing that this person may decide on."""
    said = ngettext(
        "%(n)d kunde inte tilldelas. Det är redan beslutat, eller så får %(name)s inte besluta om det.",
        "%(n)d kunde inte tilldelas. De är redan beslutade, eller så får %(name)s inte besluta om dem.",
        count,
    )
    return said % {"n": count, "name": to.get_short_name()}
