"""Writing about a post: to colleagues in notes, and to whoever sent it in."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals import discussion
from approvals.choice import Choice
from approvals.discussion_forms import NoteForm, OpinionForm, QuestionForm
from approvals.models import Answer, Note
from approvals.views import ReviewRequest, may_review, page_for, sent_in, told
from posts.messages import write as write_message
from posts.messages_forms import MessageForm
from posts.models import Post
from posts.notices import desk_of
from posts.workflow import RefusedError

may_read = permission_required(discussion.READ, raise_exception=True)

OVER_THE_POST, ALONE = "approvals/_dialog.html", "approvals/_discussion_page.html"


@require_GET
@may_read
@told
def notes(request: ReviewRequest, post_id: int) -> HttpResponse:
    """All notes on a post, also on one that was decided long ago."""
    post = sent_in(post_id)
    if refusal := discussion.why_not_read(request.user, post):
        raise RefusedError(refusal)
    return render(request, "approvals/notes.html", {"post": post, "talk": discussion.of(post, request.user)})


@require_http_methods(["GET", "POST"])
@may_review
@told
def note(request: ReviewRequest, post_id: int) -> HttpResponse:
    post = writable(request, post_id)
    chosen = {"anchor": request.GET.get("om", "")}
    people, wording = discussion.colleagues(request.user, post), post.wording_for(request.user)
    form = NoteForm(post, wording, people, sent(request), initial=chosen)

    def act(given: dict[str, Any]) -> str:
        discussion.note(
            post,
            request.user,
            given["text"].strip(),
            anchor=given["anchor"],
            to=given["to"],
            seen=given["version"],
        )
        return _("Anteckningen är sparad. Bara gruppen ser den.")

    return written(request, post, form, "approvals/note.html", act)


@require_http_methods(["GET", "POST"])
@may_review
@told
def ask_opinion(request: ReviewRequest, post_id: int) -> HttpResponse:
    post = writable(request, post_id)
    form = QuestionForm(discussion.colleagues(request.user, post), sent(request))

    def act(given: dict[str, Any]) -> str:
        discussion.ask_opinion(post, request.user, given["to"], given["text"].strip())
        return _("Frågan är skickad. Du kan besluta ändå när du vill.")

    return written(request, post, form, "approvals/ask_opinion.html", act)


@require_http_methods(["GET", "POST"])
@may_review
@told
def answer(request: ReviewRequest, post_id: int, note_id: int) -> HttpResponse:
    post = writable(request, post_id)
    question = note_on(post, note_id)
    if refusal := discussion.why_not_answer(request.user, question):
        raise RefusedError(refusal)
    form = OpinionForm(sent(request))

    def act(given: dict[str, Any]) -> str:
        discussion.answer(question, request.user, Answer(given["answer"]), given["text"].strip())
        return _("Svaret är skickat.")

    return written(request, post, form, "approvals/answer.html", act, question=question)


@require_POST
@may_review
@told
def take_back(request: ReviewRequest, post_id: int, note_id: int) -> HttpResponse:
    post = writable(request, post_id)
    discussion.take_back(note_on(post, note_id), request.user)
    messages.success(request, _("Tillbakatagen. Raden står kvar, struken."))
    return back_to(request, discussion.page_of(post))


@require_http_methods(["GET", "POST"])
@may_review
@told
def write(request: ReviewRequest, post_id: int) -> HttpResponse:
    """To whoever sent it in, without deciding anything."""
    post = sent_in(post_id)
    if post.author_id == request.user.pk:
        return redirect("posts:detail", post_id)
    form = MessageForm(
        post.wording_for(request.user), sent(request), initial={"anchor": request.GET.get("om", "")}
    )

    def act(given: dict[str, Any]) -> str:
        write_message(post, request.user, given["text"].strip(), given["anchor"])
        return _("Skickat till %(name)s.") % {"name": post.author.get_short_name()}

    return written(request, post, form, "approvals/write.html", act, back=f"{desk_of(post)}#samtal")


# --- what they share ----------------------------------------------------------------------------------------------


def sent(request: ReviewRequest) -> Any:
    """What was pressed, also when nothing was chosen; None while the page is only looked at."""
    return request.POST if request.method == "POST" else None


def back_to(request: ReviewRequest, page: str) -> HttpResponse:
    """With the same of the queue beside it as before."""
    path, hash_, part = page.partition("#")
    return redirect(f"{path}{Choice.of(request.GET).keep}{hash_}{part}")


def writable(request: ReviewRequest, post_id: int) -> Post:
    post = sent_in(post_id)
    if refusal := discussion.why_not_write(request.user, post):
        raise RefusedError(refusal)
    return post


def note_on(post: Post, note_id: int) -> Note:
    return get_object_or_404(Note.objects.select_related("post", "by"), pk=note_id, post=post)


def written(
    request: ReviewRequest,
    post: Post,
    form: Form,
    template: str,
    act: Callable[[dict[str, Any]], str],
    back: str = "",
    **context: Any,
) -> HttpResponse:
    """The form over the post, or alone where the post is no longer in review; then the act, and back to the post."""
    if request.method == "POST" and form.is_valid():
        messages.success(request, act(form.cleaned_data))
        return back_to(request, back or discussion.page_of(post))
    page = page_for(request, post) if post.is_in_review else {"post": post}
    wrapper = OVER_THE_POST if post.is_in_review else ALONE
    page |= {"dialog_form": form, "wrapper": wrapper, **context}
    return render(request, template, page, status=422 if form.errors else 200)
