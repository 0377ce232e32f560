"""Visits, campaigns and congresses: one's own, and for the group all of them; and the calendars that they come from."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.views import shell_for
from posts import event_feeds, events, rules, tasks
from posts.events import RefusedError
from posts.events_forms import EventForm, FeedForm, NothingForm
from posts.models import Event, EventKind, EventQuerySet, Post
from posts.models.events import standing
from posts.views import SignedInRequest, may_submit

PAGE = 50
may_see_all = permission_required("posts.change_event", raise_exception=True)


# --- one's own ------------------------------------------------------------------------------------------------

TABS: dict[str, Any] = {"kommande": lambda: _("Kommande"), "varit": lambda: _("Har varit")}


@require_GET
@may_submit
def mine(request: SignedInRequest) -> HttpResponse:
    chosen = request.GET.get("visa", "kommande")
    if chosen not in TABS:
        raise Http404
    context = {
        "tabs": [(key, label()) for key, label in TABS.items()],
        "chosen": chosen,
        "events": of_tab(request.user, chosen)[:PAGE],
        "shell": shell_for(request),
    }
    return render(request, "posts/events/mine.html", context)


def of_tab(user: User, tab: str) -> EventQuerySet:
    today = timezone.localdate()
    mine = with_posts(Event.objects.for_person(user))
    if tab == "kommande":
        return mine.filter(last_day__gte=today).order_by("first_day", "pk")
    return mine.filter(last_day__lt=today).order_by("-first_day", "-pk")


def with_posts(found: EventQuerySet) -> EventQuerySet:
    """`sent` are those that were sent in about each, and stand."""
    sent = standing().only("pk", "event", "author")
    return found.select_related("owner").prefetch_related(Prefetch("posts", sent, to_attr="sent"))


@require_http_methods(["GET", "POST"])
@may_submit
def new(request: SignedInRequest) -> HttpResponse:
    """A title, and it is there."""
    form = EventForm(request.user, None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        events.add(request.user, **form.cleaned_data)
        messages.success(request, _("Händelsen är sparad."))
        return redirect("posts:home")
    return show_form(request, form, None)


@require_http_methods(["GET", "POST"])
@may_submit
def edit(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = open_event(request, event_id)
    if refusal := rules.why_not_change_event(request.user, event):
        return no(request, str(refusal))
    form = EventForm(request.user, event, request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return show_form(request, form, event)
    try:
        events.change(event, request.user, **form.cleaned_data)
    except RefusedError as error:
        return no(request, str(error.reason))
    messages.success(request, _("Händelsen är sparad."))
    return redirect("posts:event", event.pk)


def show_form(request: SignedInRequest, form: EventForm, event: Event | None) -> HttpResponse:
    context = {
        "form": form,
        "event": event,
        "why_not_remove": rules.why_not_remove_event(event) if event else None,
        "shell": shell_for(request),
    }
    return render(request, "posts/events/form.html", context, status=422 if form.errors else 200)


@require_POST
@may_submit
def remove(request: SignedInRequest, event_id: int) -> HttpResponse:
    """Pressed twice, it is gone once."""
    event = open_event(request, event_id)
    try:
        events.remove(event, request.user)
    except RefusedError as error:
        return no(request, str(error.reason))
    messages.success(request, _("Händelsen är borttagen."))
    return redirect("posts:events")


# --- one of them ----------------------------------------------------------------------------------------------


def open_event(request: SignedInRequest, event_id: int) -> Event:
    return get_object_or_404(with_posts(Event.objects.open_to(request.user)), pk=event_id)


@require_GET
@may_submit
def show(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = open_event(request, event_id)
    visible = Post.objects.visible_to(request.user).filter(event=event).for_chips()
    context = {
        "event": event,
        "posts": visible.order_by("-pk")[:PAGE],
        "is_own": event.owner_id == request.user.pk,
        "may_write": event.owner_id == request.user.pk or event.is_shared,
        "may_change": not rules.why_not_change_event(request.user, event),
        "has_begun": event.first_day <= timezone.localdate(),
        "shell": shell_for(request),
    }
    return render(request, "posts/events/show.html", context)


@require_http_methods(["GET", "POST"])
@may_submit
def nothing(request: SignedInRequest, event_id: int) -> HttpResponse:
    """Inget att visa: also an answer, and why."""
    event = open_event(request, event_id)
    if refusal := rules.why_not_change_event(request.user, event):
        return no(request, str(refusal))
    form = NothingForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "event": event, "shell": shell_for(request)}
        return render(request, "posts/events/nothing.html", context, status=422 if form.errors else 200)
    try:
        events.nothing_to_show(event, request.user, form.cleaned_data["why"], form.cleaned_data["note"])
    except RefusedError as error:
        return no(request, str(error.reason))
    messages.success(request, _("Tack, då vet vi."))
    return redirect("posts:home" if event.owner_id == request.user.pk else "posts:all_events")


def no(request: HttpRequest, reason: str) -> HttpResponse:
    messages.error(request, reason)
    return redirect("posts:events")


# --- all of them, for the group -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What the address asks for."""

    tab: str
    kind: str
    region: str

    @classmethod
    def from_address(cls, given: Any) -> "Choice":
        tab, kind = given.get("visa", "utan"), given.get("slag", "")
        if tab not in ALL_TABS or kind not in ("", *EventKind.values):
            raise Http404
        return cls(tab, kind, given.get("region", "").replace("\0", "")[:80])

    def of(self, found: EventQuerySet) -> EventQuerySet:
        found = ALL_TABS[self.tab][1](found, timezone.localdate())
        if self.kind:
            found = found.filter(kind=self.kind)
        return found.filter(owner__region=self.region) if self.region else found


ALL_TABS: dict[str, tuple[Any, Any]] = {
    "utan": (lambda: _("Utan inlägg"), lambda found, today: found.begun(today).undocumented()),
    "kommande": (lambda: _("Kommande"), lambda found, today: found.coming(today)),
    "alla": (lambda: _("Alla"), lambda found, today: found),
}


@require_GET
@may_see_all
def everybodys(request: SignedInRequest) -> HttpResponse:
    """What one may expect posts about, and which of it there are none about."""
    choice = Choice.from_address(request.GET)
    found = older(choice.of(with_posts(Event.objects.all())), request.GET.get("fore", ""))
    rows = list(found.order_by("-first_day", "-pk")[: PAGE + 1])
    context = {
        "choice": choice,
        "tabs": [(key, label()) for key, (label, _narrow) in ALL_TABS.items()],
        "kinds": EventKind.choices,
        "regions": User.objects.exclude(region="")
        .order_by("region")
        .values_list("region", flat=True)
        .distinct(),
        "events": rows[:PAGE],
        "older": f"{rows[PAGE - 1].first_day}.{rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
    }
    return render(request, "posts/events/everybodys.html", context)


def older(found: EventQuerySet, before: str) -> EventQuerySet:
    """Those behind the last one of the page before; all of them for anything that names none."""
    day, _dot, number = before.partition(".")
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return found
    if not events.is_number(number):
        return found
    return found.filter(Q(first_day__lt=last) | Q(first_day=last, pk__lt=int(number)))


# --- calendars ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_submit
def calendars(request: SignedInRequest) -> HttpResponse:
    form = FeedForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            feed = event_feeds.add(request.user, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("url", str(error.reason))
        else:
            tasks.read_calendar_soon(feed)
            messages.success(request, _("Kalendern är tillagd. Den läses nu, och sedan en gång om dagen."))
            return redirect("posts:event_calendars")
    context = {"form": form, "feeds": request.user.event_feeds.all(), "shell": shell_for(request)}
    return render(request, "posts/events/calendars.html", context, status=422 if form.errors else 200)


@require_POST
@may_submit
def forget_calendar(request: SignedInRequest, feed_id: UUID) -> HttpResponse:
    """Pressed twice, it is gone once."""
    if feed := request.user.event_feeds.filter(pk=feed_id).first():
        event_feeds.remove(feed, request.user)
    messages.success(request, _("Kalendern är borttagen."))
    return redirect("posts:event_calendars")
