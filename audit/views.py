"""The pages of the log: all of it, a post's or a channel's part, one's own acts, and taking it out."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit import exporting, lines, log, reading, rules
from audit.forms import FilterForm
from audit.models import Entry, EntryQuerySet, Proof
from audit.rooms import site

ON_A_POST = 10
"""So many lines unfold on the page of a post; the rest has a page of its own."""


class SignedInRequest(HttpRequest):
    """Every page asks for a sign-in, so there always is a person."""

    user: Any
    htmx: Any


def refuse(refusal: Any) -> None:
    if refusal:
        raise PermissionDenied(refusal)


def before(request: SignedInRequest) -> str:
    return request.GET.get("fore", "")


@require_GET
def index(request: SignedInRequest) -> HttpResponse:
    """All of it, or what was chosen of it."""
    refuse(rules.why_not_read(request.user))
    names = lines.Names(request.user)
    form = FilterForm(names.channels, request.GET)
    context = {"form": form, "may_export": rules.why_not_export(request.user) is None}
    if not form.is_valid():
        return render(request, "audit/index.html", context, status=422)
    reading.note(request.user, form.chosen())
    page = lines.page_of(form.narrow(Entry.objects.all()), names, before(request))
    context |= {"page": page, "chosen": form.chosen(), "proof": Proof.objects.first()}
    return render(request, "audit/index.html", context)


@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """What one did oneself."""
    page = lines.page_of(Entry.objects.by([request.user.pk]), lines.Names(request.user), before(request))
    return render(request, "audit/mine.html", {"page": page, "shell": site.rooms.shell(request)})


@require_GET
def post(request: SignedInRequest, post_id: int) -> HttpResponse:
    """What was done to one post; the newest of it where its own page unfolds it."""
    refuse(rules.why_not_read_about_posts(request.user))
    names = lines.Names(request.user)
    found = site.rooms.posts({post_id}, request.user).get(post_id)
    if found is None and rules.why_not_read(request.user):
        raise Http404
    reading.note(request.user, f"post={post_id}")
    entries, is_part = told_about(post_id, request.user), bool(request.htmx)
    page = lines.page_of(entries, names, before(request), ON_A_POST if is_part else lines.PAGE)
    template = "audit/_on_post.html" if is_part else "audit/about.html"
    context = {"page": page, "thing": names.post(post_id), "post_id": post_id, "shell": "desk_page.html"}
    return render(request, template, context)


def told_about(post_id: int, reader: Any) -> EntryQuerySet:
    """All that was done to it. Whoever sent it in is not told of notes on it, unless they read the whole log."""
    entries = Entry.objects.about_post(post_id)
    if rules.why_not_read(reader) is None:
        return entries
    return entries.exclude(verb__in=site.rooms.kept_from(post_id, reader))


@require_GET
def channel(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """What was done to one channel, and on it."""
    refuse(rules.why_not_read_about_channel(request.user, channel_id))
    names = lines.Names(request.user)
    if channel_id not in names.channels:
        raise Http404
    reading.note(request.user, f"channel={channel_id}")
    page = lines.page_of(Entry.objects.about_channel(channel_id), names, before(request))
    context = {"page": page, "thing": names.channel(channel_id), "shell": site.rooms.shell(request)}
    return render(request, "audit/about.html", context)


@require_POST
def export(request: SignedInRequest) -> HttpResponseBase:
    """What was chosen, as it was when it was asked for. Pressed and not only opened: it leaves a line behind."""
    refuse(rules.why_not_export(request.user))
    names = lines.Names(request.user)
    form = FilterForm(names.channels, request.POST)
    if not form.is_valid():
        return redirect("audit:index")
    entries = form.narrow(Entry.objects.filter(number__lte=log.head().number))
    log.record("log.exported", "log", actor=request.user, chosen=form.chosen(), lines=entries.count())
    rows = exporting.rows(lines.all_of(entries, names))
    name = f"logg-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)
