"""
The pages of one publication: what nobody but a person can tell, by hand, trying again, taking down, and the receipt.

Whoever is too late is told who was faster, and what became of it; nothing of theirs is done.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guards import for_those_who_may
from accounts.models import User
from accounts.views import shell_for
from channels.adapters.base import Content
from channels.adapters.fitting import with_link
from channels.notices import page_of_channel
from posts import (
    acts,
    answering,
    cases,
    content,
    pointing,
    previews,
    publishing,
    receipts,
    rules,
    tasks,
    timeline,
    whereabouts,
    wording,
)
from posts.forms import LinkForm, TakeDownForm, WhichPostForm
from posts.models import Outcome, Post, Publication, PublicationStatus, Regret, TakeDown, parts_of
from posts.publishing import LinkError, TooLateError

View = Callable[..., HttpResponse]
OPEN_QUESTION = (PublicationStatus.NEEDS_DECISION, PublicationStatus.UNCONFIRMED)


class SignedInRequest(HttpRequest):
    user: User


may_take_down = for_those_who_may(rules.why_not_take_down)


def whole() -> QuerySet[Publication]:
    """With all that the pages of one show."""
    return Publication.objects.select_related(
        "post__author", "channel__paused_by", "version__created_by", "approval__approved_by", "after"
    ).prefetch_related("attempts", *parts_of("version"))


def visible(request: SignedInRequest, publication_id: int) -> Publication:
    """A publication of a post that the reader may see."""
    posts = Post.objects.visible_to(request.user)
    return get_object_or_404(whole().filter(post__in=posts), pk=publication_id)


def for_one(why_not: "Callable[[User, Publication | None], rules.Refusal]") -> Callable[[View], View]:
    """
    A page of one publication, for the group and for whoever keeps its channel. The others are told why not, whether there
    is such a publication or not.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def answer(request: SignedInRequest, publication_id: int) -> HttpResponse:
            publication = whole().filter(pk=publication_id).first()
            if refusal := why_not(request.user, publication):
                raise PermissionDenied(refusal)
            if publication is None or not rules.may_open_publication(request.user, publication):
                raise Http404
            return view(request, publication)

        return answer

    return guard


may_decide = for_one(rules.why_not_decide_publication)
may_publish_by_hand = for_one(rules.why_not_publish_by_hand)


def around(request: SignedInRequest, publication: Publication) -> dict[str, Any]:
    """What is about the page: the way back to the post, for those who may read it; for others, to the channel."""
    return {
        "shell": shell_for(request),
        "may_read": may_read(request, publication.post),
        "channel_page": page_of_channel(publication.channel, request.user),
    }


def back(request: SignedInRequest, publication: Publication) -> HttpResponse:
    if may_read(request, publication.post):
        return redirect("posts:detail", publication.post_id)
    return redirect(page_of_channel(publication.channel, request.user))


def too_late(
    request: SignedInRequest, publication: Publication, typed: str = "", status: int = 409
) -> HttpResponse:
    """It is no longer so: who was faster, and what became of it."""
    context = {
        "post": publication.post,
        "row": whereabouts.one(publication),
        "last": (last := acts.last_decision(publication)),
        "sentence": last.sentence(request.user) if last else "",
        "typed": typed,
    }
    context |= around(request, publication)
    return render(request, "posts/publication/no_longer_so.html", context, status=status)


# --- when we cannot know --------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_decide
def decide(request: SignedInRequest, publication: Publication) -> HttpResponse:
    """Vi vet inte om inlägget kom ut: what is known, and the two answers. A pasted link is the first of them."""
    if request.method == "GET":
        return show_question(request, publication, LinkForm())
    form = LinkForm(request.POST)
    if not form.is_valid():
        return show_question(request, publication, form, status=422)
    try:
        publishing.decide_out(publication, request.user, form.cleaned_data["url"])
    except TooLateError:
        return too_late(request, publication, typed=form.cleaned_data["url"])
    except LinkError as error:
        refuse_link(form, publication, error)
        return show_question(request, publication, form, status=422)
    messages.success(request, _("Tack. Länken är sparad och inlägget räknas som publicerat."))
    return back(request, publication)


def refuse_link(form: LinkForm, publication: Publication, error: LinkError) -> None:
    form.add_error("url", wording.link_sentence(error.code, publication.channel, error.trouble))


def show_question(
    request: SignedInRequest, publication: Publication, form: LinkForm, status: int = 200
) -> HttpResponse:
    if publication.status not in OPEN_QUESTION:
        return too_late(request, publication, form.data.get("url", ""), 409 if form.is_bound else 200)
    attempts = sorted(publication.attempts.all(), key=lambda attempt: attempt.fence)
    last = attempts[-1] if attempts else None
    context = {
        "publication": publication,
        "row": whereabouts.one(publication),
        "form": form,
        "first": attempts[0] if attempts else None,
        "attempt": last,
        "is_said_to_exist": last is not None and last.outcome == Outcome.DUPLICATE,
        "events": timeline.of_publication(publication, request.user),
        "preview": preview_of(publication),
        "wanted": "" if publication.is_head else words_of(publication).text,
        **around(request, publication),
    }
    return render(request, "posts/publication/decide.html", context, status=status)


def preview_of(publication: Publication) -> previews.Preview:
    return previews.preview(publication.version, content.chosen(publication.version, publication.channel))


@require_POST
@may_decide
def decide_absent(request: SignedInRequest, publication: Publication) -> HttpResponse:
    done = _("Vi letar en gång till och skickar sedan exakt samma version.")
    if publication.channel.disconnected_at:
        done = _("Tack. Det väntar, för kanalen är frånkopplad.")
    return sent_again(request, publication, publishing.decide_absent, done)


@require_POST
@may_decide
def try_again(request: SignedInRequest, publication: Publication) -> HttpResponse:
    done = _("Vi försöker igen med exakt samma version.")
    return sent_again(request, publication, publishing.try_again, done)


def sent_again(
    request: SignedInRequest, publication: Publication, verb: Callable[[Publication, User], None], done: str
) -> HttpResponse:
    try:
        verb(publication, request.user)
    except TooLateError:
        return too_late(request, publication)
    tasks.publish_soon()
    messages.success(request, done)
    return back(request, publication)


# --- by hand ----------------------------------------------------------------------------------------------------


@require_POST
@may_publish_by_hand
def take_by_hand(request: SignedInRequest, publication: Publication) -> HttpResponse:
    """From now on a person publishes it, and the worker does not."""
    try:
        publishing.take_by_hand(publication, request.user)
    except TooLateError:
        return too_late(request, publication)
    return redirect("posts:by_hand", publication.pk)


@require_http_methods(["GET", "POST"])
@may_publish_by_hand
def by_hand(request: SignedInRequest, publication: Publication) -> HttpResponse:
    """Copy the text, download the pictures, open the platform, paste the link."""
    form = LinkForm(request.POST or None)
    if form.is_valid() and is_published_by_hand(request, publication, form):
        tasks.publish_soon()
        messages.success(request, _("Tack. Inlägget räknas nu som publicerat."))
        return back(request, publication)
    if not publication.is_by_hand:
        return too_late(request, publication, form.data.get("url", ""), 409 if form.is_bound else 200)
    return show_steps(request, publication, form)


def is_published_by_hand(request: SignedInRequest, publication: Publication, form: LinkForm) -> bool:
    """Also when it was taken down while somebody was at it: then it is removed."""
    try:
        publishing.published_by_hand(publication, request.user, form.cleaned_data["url"])
    except TooLateError:
        publication.refresh_from_db(fields=["status"])
        return False
    except LinkError as error:
        refuse_link(form, publication, error)
        return False
    return True


def show_steps(request: SignedInRequest, publication: Publication, form: LinkForm) -> HttpResponse:
    preview, is_head = preview_of(publication), publication.is_head
    words, adapter = words_of(publication), publication.channel.adapter_class
    context = {
        "publication": publication,
        "preview": preview,
        "has_files": is_head and bool(preview.shown or preview.film),
        "title": words.title,
        "privacy": words.privacy,
        "text": with_link(adapter.words(words), words.link),
        "answered": publication.after,
        "behind": [
            (item, content.for_publication(item).text)
            for item in publishing.those_behind(publication).select_related("channel", "version", "after")
        ],
        "form": form,
        **around(request, publication),
    }
    return render(request, "posts/publication/by_hand.html", context, status=422 if form.errors else 200)


def words_of(publication: Publication) -> Content:
    """Without pictures and films, which may not be made yet."""
    if publication.is_head:
        return content.words_for(publication.version, publication.channel)
    return content.for_publication(publication)


# --- taking down ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_take_down
def take_down(request: SignedInRequest, post_id: int) -> HttpResponse:
    """
    Why, and then away from every channel.

    Also for those who must be able to end a mistake and read no posts: they see where it is, not what is in it.
    """
    post = get_object_or_404(Post.objects.exclude(submitted_at=None).for_list(), pk=post_id)
    form = TakeDownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return order_removal(request, post, form)
    rows = whereabouts.of(post)
    if any(row.can_be_taken_down for row in rows):
        return show_dialog(request, post, rows, form)
    return show_removals(request, post, rows, form)


def order_removal(request: SignedInRequest, post: Post, form: TakeDownForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        take_down_for(post, request.user, given["reason"], given["message"].strip())
    except TooLateError:
        return show_removals(request, post, whereabouts.of(post), form)
    tasks.publish_soon()
    messages.success(request, _("Inlägget tas ned. Här ser du hur det går på varje kanal."))
    return redirect(page_after_taking_down(request, post), post.pk)


def take_down_for(post: Post, by: User, reason: Regret, message: str) -> None:
    """Who does not want to be seen has a case with a clock, whoever took the word of it down."""
    if reason == Regret.CONSENT and cases.is_live(post):
        answering.told_by(post, by, message, is_first=True)
    else:
        publishing.take_down(post, by, reason, message)


def page_after_taking_down(request: SignedInRequest, post: Post) -> str:
    return "posts:detail" if may_read(request, post) else "posts:take_down"


def may_read(request: SignedInRequest, post: Post) -> bool:
    return Post.objects.visible_to(request.user).filter(pk=post.pk).exists()


def show_dialog(
    request: SignedInRequest, post: Post, rows: list[whereabouts.Whereabouts], form: TakeDownForm
) -> HttpResponse:
    context = {
        "post": post,
        "rows": [row for row in rows if row.can_be_taken_down],
        "form": form,
        "may_read": may_read(request, post),
    }
    return render(request, "posts/publication/take_down.html", context, status=422 if form.errors else 200)


def show_removals(
    request: SignedInRequest, post: Post, rows: list[whereabouts.Whereabouts], form: TakeDownForm
) -> HttpResponse:
    """How the removal goes; 409 for whoever wanted to take down what is no longer there."""
    context = {
        "post": post,
        "rows": rows,
        "order": last_order(post),
        "is_moving": any(row.is_moving for row in rows),
        "may_read": may_read(request, post),
        "is_late": form.is_bound,
        "typed": form.data.get("message", ""),
    }
    status = 409 if form.is_bound else 200
    return render(request, "posts/publication/removals.html", context, status=status)


def last_order(post: Post) -> TakeDown | None:
    return TakeDown.objects.carried_out().filter(post=post).select_related("requested_by").first()


@require_POST
@may_take_down
def confirm_removed(request: SignedInRequest, publication_id: int) -> HttpResponse:
    """A person has removed it on the platform. Where that can be asked, it is."""
    publication = get_object_or_404(Publication.objects.select_related("post", "channel"), pk=publication_id)
    removal = publication.removals.unfinished().first()  # type: ignore[attr-defined]
    try:
        if removal is None:
            raise TooLateError(str(publication))
        publishing.confirm_removed(removal, request.user)
    except TooLateError:
        messages.error(request, _("Det behövs inte längre. Så här är läget nu."))
    else:
        tasks.publish_soon()
        messages.success(request, _("Tack. Det är antecknat."))
    return redirect(page_after_taking_down(request, publication.post), publication.post_id)


@require_GET
@may_take_down
def find_to_take_down(request: SignedInRequest) -> HttpResponse:
    """Somebody rings and reads out an address: which post is that?"""
    form = WhichPostForm(request.GET or None)
    if form.is_valid():
        if post := pointing.post_named(form.cleaned_data["named"]):
            return redirect("posts:take_down", post.pk)
        form.add_error(
            "named", _("Vi känner inte igen den. Kontrollera länken, eller skriv inläggets nummer.")
        )
    return render(
        request,
        "posts/publication/find_to_take_down.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


# --- the receipt --------------------------------------------------------------------------------------------------


@require_GET
def receipt(request: SignedInRequest, publication_id: int) -> HttpResponse:
    """What was sent, and how it went; for those who may see the post. `?format=json` for machines."""
    publication = visible(request, publication_id)
    found = receipts.of(publication)
    if found is None:
        raise Http404
    if request.GET.get("format") == "json":
        return JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False, "indent": 2})
    context = {
        "publication": publication,
        "receipt": found,
        "shell": "pocket.html" if publication.post.author_id == request.user.pk else "desk_page.html",
        "row": whereabouts.one(publication),
        "acts": [(act, act.sentence(request.user)) for act in found.acts],
        "tries": [(attempt, receipts.seconds_of(attempt)) for attempt in found.attempts],
    }
    return render(request, "posts/publication/receipt.html", context)
