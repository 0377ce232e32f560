"""What the sender of a post does in its conversation: answers, and asks for a second opinion."""

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from posts import messages, workflow
from posts.messages_forms import AppealForm, ReplyForm
from posts.models import Post
from posts.views import SignedInRequest
from posts.workflow import Action


def own_post(request: SignedInRequest, post_id: int) -> Post:
    return get_object_or_404(Post.objects.written_by(request.user).for_list(), pk=post_id)


@require_POST
def reply(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The answer reaches the group; the post stays where it is."""
    post, form = own_post(request, post_id), ReplyForm(request.POST)
    if not form.is_valid():
        context = {"post": post, "form": form, "said": messages.conversation(post, request.user)}
        return render(request, "posts/thread.html", context, status=422)
    try:
        messages.write(post, request.user, form.cleaned_data["text"].strip())
    except workflow.RefusedError as error:
        flash.error(request, error.reason)
    else:
        flash.success(request, _("Svaret är skickat."))
    return redirect("posts:detail", post_id)


@require_http_methods(["GET", "POST"])
def appeal(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Somebody else judges what was turned down. Where that is not possible any more, the post's page says what is so."""
    post = own_post(request, post_id)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if refusal := workflow.why_not(Action.APPEAL, post, request.user):
        flash.error(request, str(refusal))
        return redirect("posts:detail", post_id)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "posts/appeal.html", {"post": post, "form": form}, status=status)
    return asked_again(request, post, form.cleaned_data["message"].strip())


def asked_again(request: SignedInRequest, post: Post, message: str) -> HttpResponse:
    try:
        workflow.appeal(post, request.user, message)
    except (workflow.RefusedError, workflow.NoLongerSoError):
        flash.error(request, _("Det går inte längre. Läget har hunnit ändras."))
    else:
        flash.success(request, _("Någon annan i kommunikationsgruppen tittar på ditt inlägg."))
    return redirect("posts:detail", post.pk)
