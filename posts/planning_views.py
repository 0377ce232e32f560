"""When an approved post goes out: another time, held, in the reserve, or now. All of it that waits, on every channel."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.guards import for_those_who_may
from posts import publishing, rules, tasks, waiting
from posts.models import Post, Publication
from posts.planning_forms import MoveForm
from posts.publishing import PlanError, TooLateError
from posts.views import SignedInRequest, headline, visible_post
from posts.wording import name_of

may_plan = for_those_who_may(rules.why_not_plan)


@require_http_methods(["GET", "POST"])
@may_plan
def move(
    request: SignedInRequest, post_id: int, template: str = "posts/move.html", **more: Any
) -> HttpResponse:
    """A day and a time, and the latest one. What was typed stays when it cannot be kept."""
    post = visible_post(request, post_id)
    publications = waiting.to_plan(post)
    if not publications:
        return too_late(request, post)
    form = MoveForm(post, publications, request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, latest = form.cleaned_data["at"], form.cleaned_data["latest"]
        done = _("Schemalagt %(at)s.") % {"at": waiting.day_and_time(at)}
        try:
            return plan(request, post, publications, partial(publishing.move, at=at, latest=latest), done)
        except PlanError as error:
            form.refuse(error, post.earliest)
    context = {"post": post, "form": form, "headline": headline(post.wording_for(request.user))}
    context |= {"channels": channels_of(publications), **more}
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
@may_plan
def hold(request: SignedInRequest, post_id: int) -> HttpResponse:
    done = _("Inlägget hålls tills någon säger till.")
    return planned(request, post_id, publishing.hold, done)


@require_POST
@may_plan
def to_reserve(request: SignedInRequest, post_id: int) -> HttpResponse:
    return planned(request, post_id, publishing.to_reserve, _("Inlägget ligger i reserven."))


@require_POST
@may_plan
def release(request: SignedInRequest, post_id: int) -> HttpResponse:
    return planned(request, post_id, publishing.release, _("Inlägget publiceras så snart det går."))


def planned(request: SignedInRequest, post_id: int, verb: Callable[..., None], done: str) -> HttpResponse:
    post = visible_post(request, post_id)
    publications = waiting.to_plan(post)
    return plan(request, post, publications, verb, done) if publications else too_late(request, post)


def plan(
    request: SignedInRequest, post: Post, publications: list[Publication], verb: Callable[..., Any], done: str
) -> HttpResponse:
    """All of what waits, or none of it; and which channels it was, where it was not all of them."""
    try:
        verb(publications, request.user)
    except TooLateError:
        return too_late(request, post)
    tasks.publish_soon()
    messages.success(request, done if is_all(post, publications) else f"{done} {only(publications)}")
    return redirect("posts:detail", post.pk)


def is_all(post: Post, publications: list[Publication]) -> bool:
    return len(publications) == len(waiting.of_current_version(post))


def only(publications: list[Publication]) -> str:
    return _("Det gäller bara %(channels)s.") % {"channels": channels_of(publications)}


def channels_of(publications: list[Publication]) -> str:
    return get_text_list([name_of(item.channel) for item in publications], _("och"))


def too_late(request: SignedInRequest, post: Post) -> HttpResponse:
    messages.error(
        request, _("Det går inte längre: inlägget är redan på väg, ute eller tillbakataget. Inget är ändrat.")
    )
    return redirect("posts:detail", post.pk)
