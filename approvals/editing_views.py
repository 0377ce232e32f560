"""Changing what is approved: back to review it goes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from approvals import wording
from approvals.views import ReviewRequest, may_review, sent_in, told, whole_page
from posts import publishing, waiting, workflow
from posts.models import Post, Status
from posts.workflow import Action, NoLongerSoError, StillOutError


@require_http_methods(["GET", "POST"])
@may_review
@told
def reopen(request: ReviewRequest, post_id: int) -> HttpResponse:
    """From the post's page at once; a link to it says first what will be."""
    post = sent_in(post_id)
    if request.method == "GET":
        return before_it(request, post)
    try:
        workflow.reopen(post, request.user)
    except StillOutError as late:
        return too_late(request, late)
    messages.success(request, _("Inlägget granskas igen. Inget av det publiceras."))
    return redirect(f"{reverse('approvals:review', args=[post_id])}?redigera#text")


def before_it(request: ReviewRequest, post: Post) -> HttpResponse:
    if post.is_in_review:
        return redirect("approvals:review", post.pk)
    if post.status != Status.APPROVED:
        raise NoLongerSoError(post, Action.REOPEN)
    if out := publishing.beyond_recall(post):
        return too_late(request, StillOutError(post, Action.REOPEN, out))
    context = {"post": post, "publications": with_sentences(post)}
    return render(request, "approvals/reopen.html", context)


def with_sentences(post: Post) -> list[tuple[str, str]]:
    """What waits, and for what."""
    stop = publishing.current_stop()
    everything = waiting.of_current_version(post)
    return [(str(item.channel), waiting.sentence_for(item, stop)) for item in everything]


def too_late(request: ReviewRequest, late: StillOutError) -> HttpResponse:
    """Some of it is out, or on its way: all of it stays as it is."""
    everything = waiting.of_current_version(late.post)
    post = Post.objects.for_list().get(pk=late.post.pk)
    context = {"post": post, **wording.why_too_late(everything or late.still)}
    return whole_page(request, render(request, "approvals/reopen_too_late.html", context, status=409))
