"""The desk: the queue, one post with all that a decision needs, and the decisions."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guards import for_those_who_may
from accounts.models import User
from approvals import (
    calendar_words,
    claims,
    discussion,
    editing,
    gaps,
    hints,
    pictures,
    queue,
    regret,
    second,
    wording,
)
from approvals.choice import Choice
from approvals.forms import (
    RejectForm,
    RequestChangesForm,
    ReviewForm,
    ScheduleForm,
    SeenForm,
)
from channels.models import Channel
from posts import (
    blockers,
    content,
    difference,
    making,
    previews,
    publishing,
    rules,
    tasks,
    timeline,
    waiting,
    wishes,
    workflow,
)
from posts.messages import conversation
from posts.models import Approval, Captions, Minors, People, Post, Site, Status, Version
from posts.publishing import PlanError, When
from posts.workflow import (
    Action,
    MovedOnError,
    NoLongerSoError,
    OneOfTwoError,
    RefusedError,
    StillOutError,
)

may_review = permission_required("posts.review_post", raise_exception=True)
may_plan = for_those_who_may(rules.why_not_plan)

View = Callable[..., HttpResponse]
TIMES = frozenset({"at", "earliest", "latest"})
TYPED = TIMES | {"text", "why", "title", "description", "tags", "thread", "first_comment", "message"}


class ReviewRequest(HttpRequest):
    user: User
    htmx: Any
    decides: "tuple[int, queue.Line] | None" = None
    """The post that somebody decides on, and the queue as it was right before."""


def told(view: View) -> View:
    """Refusals become pages: 403 says why one may not, 409 that it is no longer so, and what changed."""

    @wraps(view)
    def answer(request: ReviewRequest, post_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            request.decides = post_id, queue.line(Choice.of(request.GET), request.user, timezone.now())
        try:
            return view(request, post_id, *args, **kwargs)
        except RefusedError as refusal:
            return render(request, "403.html", {"reason": refusal.reason}, status=403)
        except StillOutError as late:
            return still_out(request, late)
        except NoLongerSoError as late:
            return no_longer_so(request, late)

    return answer


def still_out(request: ReviewRequest, late: StillOutError) -> HttpResponse:
    """Where an earlier version is, and the way to take it down."""
    context = {"post": Post.objects.for_list().get(pk=late.post.pk), **wording.why_too_late(late.still)}
    return whole_page(request, render(request, "approvals/still_out.html", context, status=409))


def no_longer_so(request: ReviewRequest, late: NoLongerSoError) -> HttpResponse:
    """Somebody was faster: who, what, and the difference to what was on the page."""
    post = Post.objects.for_list().get(pk=late.post.pk)
    last = post.transitions.select_related("by").order_by("-at", "-id").first()
    seen = late.seen if isinstance(late, MovedOnError) else version_named(request, post)
    now = post.current_version
    context = {
        "post": post,
        "last": last,
        "sentence": timeline.sentence_for(last, is_own=last.by == request.user) if last else "",
        "differences": difference.between(seen, now) if seen and now and seen != now else [],
        "typed": typed_by(request, seen),
        "is_one_of_two": isinstance(late, OneOfTwoError),
    }
    return whole_page(request, render(request, "approvals/no_longer_so.html", context, status=409))


def version_named(request: ReviewRequest, post: Post) -> Version | None:
    """The one that the page showed, as the page says."""
    number = request.POST.get("version", "")
    return post.versions.whole().filter(pk=number).first() if number.isdecimal() else None


def typed_by(request: ReviewRequest, seen: Version | None) -> list[str]:
    """What somebody wrote is shown to them again, so that it is not lost with the decision."""
    stood_there = {"", *words_in(seen)} if seen else {""}
    fields = [name for name in request.POST if name in TYPED or name.startswith("alt_")]
    sent = [(name, text) for name in fields for text in request.POST.getlist(name)]
    typed = [(name, text.replace("\r\n", "\n").strip()) for name, text in sent]
    return [legible(name, text) for name, text in typed if text not in stood_there]


def words_in(version: Version) -> Iterator[str]:
    """All that the fields of its pages had in them."""
    yield from (version.text, version.why)
    yield from (item.alt_text for item in version.shown_media.all())
    for choice in version.chosen_channels.all():
        own = choice.as_text()
        yield from (own.text, own.title, own.description, ", ".join(own.tags), *own.following)
        yield content.first_words(own.text or version.text, choice.channel)


def legible(name: str, text: str) -> str:
    """A time as people write it, and not as a field sends it."""
    return text.replace("T", " ").replace(":", ".") if name in TIMES else text


def whole_page(request: ReviewRequest, answer: HttpResponse) -> HttpResponse:
    """An answer that takes the page's place, also where htmx had asked for a part of it."""
    if request.htmx:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "body", "innerHTML"
    return answer


# --- looking --------------------------------------------------------------------------------------------------


@require_GET
@may_review
def review(request: ReviewRequest, post_id: int) -> HttpResponse:
    post = sent_in(post_id)
    if not post.is_in_review:
        return redirect("posts:detail", post_id)
    return render(request, "approvals/review.html", page_for(request, post))


def sent_in(post_id: int) -> Post:
    return get_object_or_404(Post.objects.exclude(submitted_at=None).for_list(), pk=post_id)


@require_GET
@may_review
def parts(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The parts of the page that change by themselves, while a film of the pictures is being made."""
    return changed_parts(request, sent_in(post_id))


def changed_parts(request: ReviewRequest, post: Post) -> HttpResponse:
    """What changes with an edit, each part for its place, the post's row in the queue too."""
    context = decision_on(request, post) | {
        "row": queue.row_for(post, request.user, timezone.now()),
        "is_swap": True,
    }
    return render(request, "approvals/_decision.html", context)


def page_for(request: ReviewRequest, post: Post, form: ReviewForm | None = None) -> dict[str, Any]:
    """Everything on the review page."""
    now = timezone.now()
    page, place = queue.beside(post, Choice.of(request.GET), request.user, now)
    return {
        "page": page,
        "place": place,
        "looked_at": now,
        **claims.as_told(post, claims.of(post), request.user),
        "is_editing": "redigera" in request.GET,
        "events": timeline.of(post, request.user),
        "regrets": regret.of(request.user),
        "talk": discussion.of(post, request.user),
        "said": conversation(post, request.user),
        **decision_on(request, post, form),
    }


def decision_on(request: ReviewRequest, post: Post, form: ReviewForm | None = None) -> dict[str, Any]:
    """The post as it stands, what is missing, and what this person may decide: the part that changes with an edit."""
    version = version_of(post)
    chosen = {choice.channel_id for choice in version.chosen_channels.all()} if version else set()
    shown = previews.of_version(version) if version else []
    two = second.shown(post, request.user)
    why_not_approve = workflow.why_not(Action.APPROVE, post, request.user)
    can_seal = version is not None and not why_not_approve and not two["is_first_wanted"]
    return {
        "choice": Choice.of(request.GET),
        "post": post,
        "version": version,
        "making": None if version else making.of(post),
        "wording": version or post.wording,
        "form": form or (ReviewForm(version) if version else None),
        "blockers": blockers.blockers(version) if version else [],
        **editing.shown(post, version, request.user, is_writing=is_writing(request)),
        **two,
        "hints": hints.of(version, timezone.now()) if version else [],
        "channels": [(channel, channel.pk in chosen) for channel in Channel.objects.open()],
        "what_happens": wording.before_the_okay(version, post.earliest) if version else "",
        "previews": shown,
        "is_making": any(preview.is_in_the_making or preview.awaits_card for preview in shown),
        "has_film": any(media.is_film for media in version.media) if version else False,
        "why_not_approve": why_not_approve,
        "can_plan": can_seal and request.user.has_perm("posts.plan_post"),
        "why_not_decide": workflow.why_not(Action.REJECT, post, request.user),
        "site_choices": Site.choices,
        "people_choices": People.choices,
        "minors_choices": Minors.choices,
        "captions_choices": Captions.choices,
        **pictures.told_of(version),
        "next_gap": gaps.next_gap_for(version, timezone.now()) if version else None,
    }


def is_writing(request: ReviewRequest) -> bool:
    """On the page with the text's own field, or saving from there."""
    return "redigera" in request.GET or "has_remark" in request.POST


def version_of(post: Post) -> Version | None:
    """The version to decide on; None while a picture or film is still being prepared."""
    return None if post.awaits_media else post.current_version


# --- changing -------------------------------------------------------------------------------------------------


@require_POST
@may_review
@told
def save(request: ReviewRequest, post_id: int) -> HttpResponse:
    """What the reviewer typed becomes the next version; htmx gets the parts that change with it."""
    post = sent_in(post_id)
    form = bound(request, post, ReviewForm)
    if not form.is_valid():
        return invalid(request, post, form)
    keep(request, post, form)
    if request.htmx:
        return changed_parts(request, sent_in(post_id))
    if request.POST.get("intent") == "schedule":
        return redirect("approvals:schedule", post_id)
    messages.success(request, _("Sparat."))
    return redirect("approvals:review", post_id)


def bound(request: ReviewRequest, post: Post, form: type[Any], *args: Any) -> Any:
    """The form with what was sent, for the version that is current now."""
    version = version_of(post)
    if version is None:
        raise NoLongerSoError(post, Action.EDIT)
    return form(version, *args, request.POST)


def invalid(request: ReviewRequest, post: Post, form: ReviewForm) -> HttpResponse:
    if "version" in form.errors:
        raise NoLongerSoError(post, Action.EDIT)
    page = page_for(request, post, form) | {"is_editing": True}
    return whole_page(request, render(request, "approvals/review.html", page, status=422))


def keep(request: ReviewRequest, post: Post, form: ReviewForm) -> Version:
    """Write what was typed down as a version, unless the current one already says just that."""
    seen = form.cleaned_data["version"]
    version = workflow.edit(post, request.user, seen, form.manuscript(), form.remark(), **form.answers())
    tasks.make_renditions_soon(version)
    return version


# --- deciding -------------------------------------------------------------------------------------------------


@require_POST
@may_review
@told
def approve(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The okay, on exactly what the page showed. What was typed and not yet saved is saved first."""
    return okay(request, post_id, None)


@require_POST
@may_review
@may_plan
@told
def reserve(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The okay for a day that needs it."""
    return okay(request, post_id, When(reserve=True))


def okay(request: ReviewRequest, post_id: int, when: When | None) -> HttpResponse:
    post = sent_in(post_id)
    form = bound(request, post, ReviewForm)
    if not form.is_valid():
        return invalid(request, post, form)
    version = keep(request, post, form)
    try:
        return approved(request, workflow.approve(post, request.user, version, when))
    except workflow.BlockedError:
        return blocked(request, post_id)
    except PlanError:
        messages.error(request, _("Tiden då inlägget senast skulle vara ute har gått. Ge det en ny."))
        return redirect("approvals:schedule", post_id)


@require_http_methods(["GET", "POST"])
@may_review
@may_plan
@told
def schedule(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The okay with a day and a time. What was typed stays when it cannot be kept."""
    post, version = to_decide_on(request, post_id, Action.APPROVE)
    form = ScheduleForm(version, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return approved(request, approve_with_time(post, request.user, form))
        except workflow.BlockedError:
            return blocked(request, post_id)
        except PlanError as error:
            form.refuse(error, form.cleaned_data["earliest"])
    suggested = calendar_words.suggestions_for(version, timezone.now())
    return dialog(request, post, form, "approvals/schedule.html", suggested=suggested)


def approve_with_time(post: Post, by: User, form: ScheduleForm) -> Approval:
    given = form.cleaned_data
    when = When(at=given["at"])
    return wishes.approve(post, by, given["version"], when, given["earliest"], given["latest"])


def approved(request: ReviewRequest, approval: Approval) -> HttpResponse:
    """On to the next one; with the time to regret it in a toast, or what is now so."""
    tasks.publish_soon()
    if not settings.UNDO_SECONDS:
        publications = approval.publications.heads().select_related("channel")
        messages.success(request, wording.after_the_okay(publications, publishing.current_stop()))
    return to_next(request)


@require_POST
@may_review
@told
def undo(request: ReviewRequest, post_id: int) -> HttpResponse:
    """Regret an okay, all of it. If a worker was faster: what is so, and the way to take it down."""
    post = sent_in(post_id)
    try:
        workflow.undo(post, request.user)
    except NoLongerSoError as late:
        if Post.objects.get(pk=post_id).status != Status.APPROVED:
            raise
        return too_late(request, late)
    messages.success(request, _("Ångrat. Inget har publicerats, och inlägget väntar på granskning igen."))
    return redirect("approvals:review", post_id)


def too_late(request: ReviewRequest, late: NoLongerSoError) -> HttpResponse:
    post = Post.objects.for_list().get(pk=late.post.pk)
    publications = waiting.of_current_version(post)
    context = {"post": post, **wording.why_too_late(publications)}
    return whole_page(request, render(request, "approvals/too_late.html", context, status=409))


def blocked(request: ReviewRequest, post_id: int) -> HttpResponse:
    """Something is missing: what was typed is kept, and the page says what."""
    messages.error(request, _("Kan inte godkännas än. Det som saknas står på sidan."))
    return render(request, "approvals/review.html", page_for(request, sent_in(post_id)), status=422)


def to_next(request: ReviewRequest) -> HttpResponse:
    """On to the next one after the post that was decided, of those that this person can decide on and wants to see."""
    decided, before = request.decides or (0, queue.Line())
    choice = Choice.of(request.GET)
    following = queue.next_of(before, decided, choice, request.user, timezone.now())
    place = reverse("approvals:review", args=[following]) if following else reverse("approvals:desk")
    return redirect(place + choice.keep)


@require_http_methods(["GET", "POST"])
@may_review
@told
def request_changes(request: ReviewRequest, post_id: int) -> HttpResponse:
    return decide(request, post_id, RequestChangesForm, "approvals/request_changes.html", ask)


def ask(request: ReviewRequest, post: Post, form: RequestChangesForm) -> str:
    given = form.cleaned_data
    message = given["message"].strip() or str(dict(form.fields["reason"].choices)[given["reason"]])  # type: ignore[attr-defined]
    workflow.request_changes(post, request.user, given["version"], message, given["reason"], given["anchor"])
    return _("Skickat till %(name)s.") % {"name": post.author.get_short_name()}


@require_http_methods(["GET", "POST"])
@may_review
@told
def reject(request: ReviewRequest, post_id: int) -> HttpResponse:
    return decide(request, post_id, RejectForm, "approvals/reject.html", turn_down)


def turn_down(request: ReviewRequest, post: Post, form: RejectForm) -> str:
    given = form.cleaned_data
    message = given["message"].strip()
    workflow.reject(post, request.user, given["version"], given["reason"], message, given["anchor"])
    return _("Avslaget. %(name)s får ditt svar.") % {"name": post.author.get_short_name()}


def decide(
    request: ReviewRequest,
    post_id: int,
    form_class: type[SeenForm],
    template: str,
    act: Callable[[ReviewRequest, Post, Any], str],
) -> HttpResponse:
    """A decision that needs words: the dialog over the post, then the act, then the next post."""
    post, version = to_decide_on(request, post_id, Action.REJECT)
    form = form_class(version, request.POST or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, act(request, post, form))
        return to_next(request)
    return dialog(request, post, form, template)


def to_decide_on(request: ReviewRequest, post_id: int, action: Action) -> tuple[Post, Version]:
    """The post and its version, for somebody who may take this step with them now."""
    post = sent_in(post_id)
    version = version_of(post)
    if version is None or not post.is_in_review:
        raise NoLongerSoError(post, action)
    if refusal := workflow.why_not(action, post, request.user):
        raise RefusedError(refusal)
    return post, version


def dialog(request: ReviewRequest, post: Post, form: SeenForm, template: str, **more: Any) -> HttpResponse:
    """A form over the post. One that names a version of another post is no page of ours."""
    if "version" in form.errors:
        raise Http404
    page = page_for(request, post) | {"dialog_form": form} | more
    return render(request, template, page, status=422 if form.errors else 200)
