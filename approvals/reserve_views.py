"""The reserve on pages: one gap filled, all gaps of a week filled and undone, and until when a post is good."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from approvals import calendar_days, calendar_words, gaps, reserve, views
from approvals.calendar_forms import BestBeforeForm
from approvals.calendar_moves import OtherwiseError, in_a_sentence
from approvals.calendar_views import CalendarRequest, address, may_plan, refused
from approvals.choice import number_from, number_in
from approvals.gaps import Gap
from approvals.models import Filling
from approvals.reserve import TakenError
from approvals.views import ReviewRequest
from channels.models import Channel
from posts import planning_views, previews, tasks, workflow
from posts.models import Post, Publication, Version
from posts.publishing import PlanError, TooLateError, When
from posts.workflow import Action

TAKEN = (TakenError, OtherwiseError, TooLateError)
NOTHING = 0
"""Has no row."""


# --- all of it --------------------------------------------------------------------------------------------------


@require_GET
@may_plan
def stock(request: CalendarRequest) -> HttpResponse:
    """Everything in the reserve, in the order in which it is offered."""
    return render(request, "approvals/calendar_reserve.html", {"stock": reserve.stock()})


# --- one gap ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_plan
def fill(request: CalendarRequest) -> HttpResponse:
    """What of the reserve shall fill this gap? Chosen with one press."""
    now = timezone.now()
    gap = gap_asked_for(request, now)
    if request.method == "POST":
        return filled(request, gap, now)
    offered = [each for each in reserve.stock(gap.channel) if each.fits(gap.at)]
    context = {"gap": gap, "at": calendar_words.near(gap.at), "stock": offered, "back": address(gap.day)}
    return render(request, "approvals/calendar_fill.html", context)


@require_GET
@may_plan
def publish_today(request: CalendarRequest, channel_id: int, post_id: int) -> HttpResponse:
    """Where a mail leads to: one post of the reserve, and one press. Looking changes nothing."""
    now, channel = timezone.now(), get_object_or_404(Channel.objects.open(), pk=channel_id)
    at = gaps.free_time(gaps.board_of(channel, now), timezone.localdate(now), now)
    chosen = next((each for each in reserve.stock(channel) if each.post.pk == post_id), None)
    if at is None or chosen is None or not chosen.fits(at):
        messages.info(request, _("Det inlägget ligger inte kvar i reserven. Här är de andra."))
        return redirect(f"{reverse('approvals:fill')}?kanal={channel.pk}")
    gap = Gap(channel, at)
    version = chosen.publications[0].version
    context = {
        "gap": gap,
        "at": calendar_words.near(at),
        "each": chosen,
        "previews": previews.of_version(version),
    }
    return render(request, "approvals/calendar_today.html", context)


def gap_asked_for(request: CalendarRequest, now: datetime) -> Gap:
    """That of a channel and a day; without a day the next one. There may be something at every time of it already."""
    asked = request.POST if request.method == "POST" else request.GET
    channel = get_object_or_404(Channel.objects.open(), pk=number_in(asked, "kanal"))
    day = calendar_days.day_from(asked.get("dag", ""))
    board = gaps.board_of(channel, now)
    if day is None and (gap := next(gaps.coming(board, now), None)):
        return gap
    at = gaps.free_time(board, day, now) if day else None
    if at is None:
        raise Http404
    return Gap(channel, at)


def filled(request: CalendarRequest, gap: Gap, now: datetime) -> HttpResponse:
    """As a page, or as an answer to the script that has dragged it there."""
    is_dragged = request.headers.get("X-Dragged") == "1"
    post, seen = number_in(request.POST, "post") or NOTHING, request.POST.get("seen", "")
    verb = partial(reserve.put_out, at=gap.at) if is_dragged else partial(reserve.place, gap=gap, now=now)
    try:
        moved = verb(post, seen, by=request.user)
    except TAKEN:
        return not_filled(request, gap, is_dragged, _("Någon annan hann före. Inget är ändrat."), 409)
    except PlanError as error:
        return not_filled(request, gap, is_dragged, in_a_sentence(error, None), 422)
    tasks.publish_soon()
    said = calendar_words.moved(moved[0])
    messages.success(request, said)
    return JsonResponse({"said": said}) if is_dragged else redirect(address(gap.day))


def not_filled(
    request: CalendarRequest, gap: Gap, is_dragged: bool, reason: str, status: int
) -> HttpResponse:
    if is_dragged:
        return refused(reason, status)
    messages.error(request, reason)
    return redirect(address(gap.day))


# --- all gaps ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_plan
def fill_gaps(request: CalendarRequest) -> HttpResponse:
    """What the reserve would fill the coming week with; confirmed with one press."""
    now = timezone.now()
    if request.method == "POST":
        return gaps_filled(request, now)
    picks = [(pick, calendar_words.near(pick.gap.at)) for pick in reserve.proposal(now)]
    context = {
        "picks": picks,
        "is_empty": not reserve.lying().exists(),
        "back": reverse("approvals:calendar"),
    }
    return render(request, "approvals/calendar_fill_gaps.html", context)


def gaps_filled(request: CalendarRequest, now: datetime) -> HttpResponse:
    try:
        done = reserve.fill(request.POST.getlist("val")[: reserve.MOST], request.user, now)
    except ValueError as error:
        raise Http404 from error
    tasks.publish_soon()
    if done.left:
        left = ngettext(
            "%(n)d lucka hann någon annan fylla.", "%(n)d luckor hann någon annan fylla.", done.left
        )
        messages.error(request, left % {"n": done.left})
    if done.filling is None:
        return redirect("approvals:calendar")
    return redirect("approvals:fill_gaps_done", done.filling.pk)


@require_GET
@may_plan
def fill_gaps_done(request: CalendarRequest, filling_id: int) -> HttpResponse:
    """What was filled, with the way to undo it."""
    filling = get_object_or_404(Filling, pk=filling_id)
    return render(request, "approvals/calendar_filled.html", {"filling": filling, "moves": moves_of(filling)})


def moves_of(filling: Filling) -> list[tuple[str, str, str]]:
    """When, on which channel, and what."""
    numbers = [pk for pk, _at in filling.moves]
    found = publications_by_number(numbers)
    return [
        (calendar_words.near(datetime.fromisoformat(at)), *found[pk])
        for pk, at in filling.moves
        if pk in found
    ]


def publications_by_number(numbers: list[int]) -> dict[int, tuple[str, str]]:
    rows = Publication.objects.filter(pk__in=numbers).select_related("channel", "version")
    return {row.pk: (calendar_words.name_of(row.channel), row.version.headline) for row in rows}


@require_POST
@may_plan
def undo_filling(request: CalendarRequest, filling_id: int) -> HttpResponse:
    filling = get_object_or_404(Filling, pk=filling_id)
    count = reserve.undo(filling, request.user, timezone.now())
    if count:
        back = ngettext(
            "Ångrat: %(n)d inlägg ligger i reserven igen.",
            "Ångrat: %(n)d inlägg ligger i reserven igen.",
            count,
        )
        messages.success(request, back % {"n": count})
    else:
        messages.error(request, _("Det går inte att ångra längre. Inget är ändrat."))
    return redirect("approvals:calendar")


# --- until when -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_plan
def give_time(request: CalendarRequest, post_id: int) -> HttpResponse:
    """A post out of the reserve gets an hour on all of its channels, out of those that they are best at."""
    lying = reserve.lying().filter(post=post_id).select_related("channel")
    if not (channels := [item.channel for item in lying.order_by("channel__position")]):
        raise Http404
    suggested = calendar_words.suggestions_on(channels, timezone.now())
    return planning_views.move(request, post_id, "approvals/reserve_move.html", suggested=suggested)


@require_http_methods(["GET", "POST"])
@may_plan
def best_before(request: CalendarRequest, post_id: int) -> HttpResponse:
    """Of a post that lies in the reserve."""
    post = get_object_or_404(Post.objects.filter(pk__in=reserve.lying().values("post")), pk=post_id)
    form = BestBeforeForm(
        timezone.localdate(), request.POST or None, initial={"best_before": post.best_before}
    )
    if request.method == "POST" and form.is_valid():
        reserve.say_best_before(post, form.cleaned_data["best_before"], request.user)
        messages.success(request, _("Sparat."))
        return redirect("approvals:stock")
    context = {"post": post, "form": form, "headline": post.version_in_force.headline}
    status = 422 if form.errors else 200
    return render(request, "approvals/calendar_best_before.html", context, status=status)


@require_http_methods(["GET", "POST"])
@views.may_review
@may_plan
@views.told
def reserve_until(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The okay for a day that needs it, with the last day on which it is as good."""
    post, version = views.to_decide_on(request, post_id, Action.APPROVE)
    form = UntilForm(version, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return okay_until(request, post, form)
    return views.dialog(request, post, form, "approvals/calendar_until.html")


class UntilForm(views.SeenForm, BestBeforeForm):
    def __init__(self, version: Version, *args: Any) -> None:
        super().__init__(version, timezone.localdate(), *args)


def okay_until(request: ReviewRequest, post: Post, form: UntilForm) -> HttpResponse:
    given = form.cleaned_data
    with transaction.atomic():
        workflow.hold_still(post, given["version"])
        reserve.say_best_before(post, given["best_before"], request.user)
        answer = views.okay(request, post.pk, When(reserve=True))
        if not reserve.lying().filter(post=post).exists():
            transaction.set_rollback(True)
    return answer


# --- the next gap from the desk ---------------------------------------------------------------------------------


@require_POST
@views.may_review
@may_plan
@views.told
def next_gap(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The okay with the time of the next gap. Just filled by a colleague: the one after it, and they are told."""
    number, _space, seen = request.POST.get("gap", "").partition(" ")
    channel = get_object_or_404(Channel.objects.open(), pk=number_from(number))
    with transaction.atomic():
        # The race: two people fill the same gap. The second waits here, and gets the next one.
        gaps.hold_still([channel.pk])
        gap = gaps.next_gap(channel, timezone.now())
        if gap is None:
            messages.error(request, _("Det finns ingen lucka längre. Välj en tid i stället."))
            return redirect("approvals:schedule", post_id)
        post = views.sent_in(post_id)
        if version := views.version_of(post):
            workflow.hold_still(post, version)
        answer = views.okay(request, post_id, When(at=gap.at))
    tell_about(request, post_id, gap, seen)
    return answer


def tell_about(request: ReviewRequest, post_id: int, gap: Gap, seen: str) -> None:
    """Where it was approved for another gap than the page said. The okay itself says its time already."""
    if seen == gap.at.isoformat() or not publishing_at(post_id, gap):
        return
    facts = {"channel": calendar_words.name_of(gap.channel), "at": calendar_words.near(gap.at)}
    messages.warning(request, _("Luckan var redan fylld. Schemalagt i nästa på %(channel)s: %(at)s.") % facts)


def publishing_at(post_id: int, gap: Gap) -> bool:
    return Publication.objects.filter(post=post_id, planned_for=gap.at).exists()
