"""The calendar: a week, a month or a day of all channels; and one post on one channel that gets another time there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guards import for_those_who_may
from accounts.models import User
from accounts.red_days import is_red
from accounts.views import shell_for
from approvals import calendar_days, calendar_moves, calendar_rows, calendar_words, reserve
from approvals.calendar_days import Day, Span
from approvals.calendar_forms import SlotForm
from approvals.calendar_moves import OtherwiseError, UnkeepableError
from approvals.calendar_rows import Cell, Cells, stamp
from approvals.frequency import days_that_count, missing, period_of, target
from approvals.frequency_rows import goal_of
from approvals.reserve import Stock
from channels.models import Channel, Period
from channels.wording import name_of
from posts import chips, publishing, quiet, rules, tasks, waiting, workflow
from posts.models import Hold, Publication, PublicationStatus
from posts.publishing import PlanError, TooLateError
from posts.workflow import Action

OFFERED = 5
"""How many of the reserve the calendar shows beside it."""


class CalendarRequest(HttpRequest):
    user: User


def why_not_see(user: User) -> Any:
    """Who sees the channels, and whoever keeps one."""
    if user.has_perm("channels.view_channel") or Channel.objects.kept_by(user).exists():
        return None
    return _("Du har inte behörighet att se kalendern.")


may_see = for_those_who_may(why_not_see)
may_plan = for_those_who_may(rules.why_not_plan)


# --- looking ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One day on one channel, as a cell of the table: what is there, and what is missing."""

    day: Day
    cell: Cell
    gaps: int
    was_empty: bool
    takes: bool
    """Something may be put here."""


@dataclass(frozen=True)
class Row:
    """A channel. `short` is how many posts its week or month still lacks."""

    channel: Channel
    fields: list[Field]
    short: int

    @property
    def goal(self) -> str:
        return calendar_words.goal(self.channel)

    @property
    def lacks(self) -> str:
        return calendar_words.lacks(self.channel, self.short)

    @property
    def gaps(self) -> int:
        return sum(field.gaps for field in self.fields)


@require_GET
@may_see
def show(request: CalendarRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    span = calendar_days.asked(request.GET.dict(), today)
    channels = list(Channel.objects.open())
    days = calendar_days.noted(span, calendar_rows.own_dates(span), today, timezone.get_default_timezone())
    rows = rows_of(channels, days, span, calendar_rows.cells(channels, span, request.user))
    context = {"span": span, "days": days, "rows": rows, "today": calendar_days.of_kind(span.kind, today)}
    context["shell"] = "desk.html" if request.user.has_perm("channels.view_channel") else "pocket.html"
    return render(request, "approvals/calendar.html", context | around(request, span, rows, today))


def around(request: CalendarRequest, span: Span, rows: list[Row], today: date) -> dict[str, Any]:
    """What stands beside the table: the reserve for whoever plans, and what the page says first."""
    may_fill = rules.why_not_plan(request.user) is None
    offered = reserve.stock(today=today) if may_fill else []
    lead = next((row for row in rows if row.gaps), None)
    return {
        "lead": sentences(lead, offered, may_fill),
        "was": calendar_words.was(out_on(rows)) if span.last < today else "",
        "has_gaps": lead is not None or any(row.short for row in rows),
        "may_fill": may_fill,
        "stock": offered[:OFFERED],
        "stock_count": len(offered),
        "quiet": quiet.in_words(),
        "spans": spans(span, today),
        "is_empty": not any(field.cell.total for row in rows for field in row.fields),
    }


def sentences(lead: Row | None, offered: list[Stock], may_fill: bool) -> str:
    """Where the gaps are, and for whoever may fill them what can."""
    if lead is None:
        return ""
    said = calendar_words.lead(lead.channel, lead.gaps)
    there = sum(1 for each in offered if each.on(lead.channel))
    return f"{said} {calendar_words.reserve(lead.gaps, there, len(offered))}" if may_fill else said


def out_on(rows: list[Row]) -> dict[Channel, int]:
    counts = {row.channel: sum(field.cell.there for field in row.fields) for row in rows}
    return {channel: count for channel, count in counts.items() if count}


def spans(span: Span, today: date) -> list[tuple[str, Span, bool]]:
    """The week and the month of the day that is looked at."""
    day = today if span.first <= today <= span.last else span.first
    kinds = ((calendar_days.WEEK, _("Vecka")), (calendar_days.MONTH, _("Månad")))
    return [(name, calendar_days.of_kind(kind, day), kind == span.kind) for kind, name in kinds]


def rows_of(channels: Iterable[Channel], days: list[Day], span: Span, cells: Cells) -> list[Row]:
    return [row_of(channel, days, span, cells) for channel in channels]


def row_of(channel: Channel, days: list[Day], span: Span, cells: Cells) -> Row:
    found = [cells.get((channel.pk, day.date)) or Cell(day.date) for day in days]
    fields = [field_of(channel, day, cell) for day, cell in zip(days, found, strict=True)]
    return Row(channel, fields, short_of(channel, days, span, found))


def field_of(channel: Channel, day: Day, cell: Cell) -> Field:
    goal = goal_of(channel)
    lacks = missing(goal, day.date, cell.there, days_that_count(goal, is_red))
    had_begun = timezone.localdate(channel.created_at) <= day.date
    return Field(
        day=day,
        cell=cell,
        gaps=0 if day.is_past else lacks,
        was_empty=day.is_past and bool(lacks) and not cell.there and had_begun,
        takes=not day.is_past,
    )


def short_of(channel: Channel, days: list[Day], span: Span, cells: list[Cell]) -> int:
    """What the channel's week or month lacks, where the page shows just that and it is not over."""
    kind = {calendar_days.WEEK: Period.WEEK, calendar_days.MONTH: Period.MONTH}.get(span.kind)
    goal = goal_of(channel)
    if not goal.count or goal.period != kind or days[-1].is_past:
        return 0
    asked = target(goal, *period_of(goal, span.first), days_that_count(goal, is_red))
    return max(asked - sum(cell.there for cell in cells), 0)


# --- one of them ------------------------------------------------------------------------------------------------


def one(request: CalendarRequest, publication_id: int) -> Publication:
    """On a page of its own: for whoever may read it."""
    found = Publication.objects.heads().select_related("post__author", "version", "channel")
    publication = get_object_or_404(calendar_rows.with_picture(found), pk=publication_id)
    if not calendar_rows.may_read(request.user, publication.channel, publication.post.author_id):
        raise Http404
    return publication


def one_to_move(request: CalendarRequest, publication_id: int) -> Publication:
    publication = one(request, publication_id)
    if refusal := rules.why_not_move(request.user, publication):
        raise PermissionDenied(refusal)
    return publication


@require_http_methods(["GET", "POST"])
@may_see
def slot(request: CalendarRequest, publication_id: int) -> HttpResponse:
    """Flytta till …, and whatever else may be done with it from here."""
    publication = one_to_move(request, publication_id)
    if not calendar_rows.is_movable(publication):
        return redirect(where_to_read(request.user, publication))
    seen = stamp(publication)
    form = SlotForm(publication, seen, timezone.now(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return moved(request, publication, form)
        except PlanError as error:
            form.add_error("at", calendar_moves.in_a_sentence(error, publication.post.earliest))
    return show_slot(request, publication, form, status=422 if form.errors else 200)


def moved(request: CalendarRequest, publication: Publication, form: SlotForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        done = calendar_moves.move(publication.pk, request.user, given["seen"], given["at"])
    except OtherwiseError as late:
        return otherwise(request, late.now)
    except TooLateError:
        return otherwise(request, Publication.objects.select_related("channel").get(pk=publication.pk))
    tasks.publish_soon()
    messages.success(request, calendar_words.moved(done))
    return redirect_to(done)


def redirect_to(publication: Publication) -> HttpResponse:
    """The week where it is now."""
    return redirect(address(timezone.localdate(publication.not_before)))


def address(day: date, kind: str = calendar_days.WEEK) -> str:
    return f"{reverse('approvals:calendar')}?{calendar_days.of_kind(kind, day).query}"


def show_slot(
    request: CalendarRequest, publication: Publication, form: SlotForm, status: int
) -> HttpResponse:
    now = timezone.now()
    acts = [(name, label, icon) for name, (label, icon, _verb) in acts_on(publication).items()]
    context = {
        "publication": publication,
        "channel": publication.channel,
        "headline": publication.version.headline,
        "chip": chips.of_publication(publication),
        "sentence": waiting.sentence_for(publication, None),
        "form": form,
        "seen": stamp(publication),
        "acts": acts,
        "suggested": calendar_words.suggestions(publication.channel, now),
        "may_change": workflow.why_not(Action.REOPEN, publication.post, request.user) is None,
        "may_open": rules.may_open_publication(request.user, publication),
        "back": address(timezone.localdate(publication.planned_for or now)),
        "shell": shell_for(request),
    }
    return render(request, "approvals/calendar_slot.html", context, status=status)


def where_to_read(user: User, publication: Publication) -> str:
    if user.has_perm("posts.view_all_posts") or publication.post.author_id == user.pk:
        return reverse("posts:detail", args=[publication.post_id])
    return reverse("posts:receipt", args=[publication.pk])


def otherwise(request: CalendarRequest, now: Publication) -> HttpResponse:
    """Somebody was faster: how it is now, and nothing done (409)."""
    context = {"now": now, "chip": chips.of_publication(now), "says": calendar_words.is_now(now)}
    context |= {"back": address(timezone.localdate(now.not_before)), "shell": shell_for(request)}
    return render(request, "approvals/calendar_otherwise.html", context, status=409)


# --- dragging ---------------------------------------------------------------------------------------------------


@require_POST
@may_see
def drop(request: CalendarRequest, publication_id: int) -> HttpResponse:
    """To another day, as it was dragged there. What cannot be says why, and the page puts it back."""
    publication = one_to_move(request, publication_id)
    day = calendar_days.day_from(request.POST.get("day", ""))
    if day is None:
        raise Http404
    try:
        done = calendar_moves.move_to_day(publication, request.user, request.POST.get("seen", ""), day)
    except UnkeepableError as error:
        return refused(error.sentence, 422)
    except OtherwiseError as late:
        return refused(calendar_words.is_now(late.now), 409)
    except TooLateError:
        return refused(_("Det går inte längre: inlägget är redan på väg, ute eller tillbakataget."), 409)
    tasks.publish_soon()
    messages.success(request, calendar_words.moved(done))
    return JsonResponse({"said": calendar_words.moved(done)})


def refused(reason: str, status: int) -> JsonResponse:
    return JsonResponse({"reason": reason}, status=status)


# --- what else --------------------------------------------------------------------------------------------------


Act = tuple[Any, str, Callable[..., None]]


def acts_on(publication: Publication) -> dict[str, Act]:
    """What may be done with it beside moving it: nothing that is so already."""
    is_held = publication.status == PublicationStatus.HELD
    found: dict[str, Act] = {"now": (_("Publicera nu"), "send", publishing.release)}
    if not (is_held and publication.hold == Hold.RESERVE):
        found["reserve"] = (_("Lägg i reserven"), "archive", publishing.to_reserve)
    if not (is_held and publication.hold == Hold.PERSON):
        found["hold"] = (_("Håll"), "octagon-pause", publishing.hold)
    return found


@require_POST
@may_see
def act(request: CalendarRequest, publication_id: int) -> HttpResponse:
    publication = one_to_move(request, publication_id)
    acts = acts_on(publication)
    if (chosen := request.POST.get("what", "")) not in acts:
        return otherwise(request, publication)
    _label, _icon, verb = acts[chosen]
    try:
        done = calendar_moves.act(publication.pk, request.user, request.POST.get("seen", ""), verb)
    except OtherwiseError as late:
        return otherwise(request, late.now)
    except TooLateError:
        return otherwise(request, Publication.objects.select_related("channel").get(pk=publication.pk))
    tasks.publish_soon()
    messages.success(request, f"{name_of(done.channel)}: {calendar_words.is_now(done)}")
    return redirect(address(timezone.localdate(publication.planned_for or timezone.now())))
