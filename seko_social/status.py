"""How it is with publishing; stopping everything or one channel, and starting again with open eyes."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.guards import for_those_who_may
from accounts.models import User
from accounts.views import shell_for
from channels import connections
from channels import rules as channel_rules
from channels.models import Channel
from posts import publishing, rules, tasks
from posts.models import Publication
from posts.publishing import Resume
from posts.wording import name_of
from seko_social import situation
from seko_social.status_forms import PauseForm, ResumeForm, StopForm

may_look = permission_required("channels.view_channel", raise_exception=True)
may_stop = for_those_who_may(rules.why_not_stop)


class SignedInRequest(HttpRequest):
    user: User


@require_GET
@may_look
def index(request: SignedInRequest) -> HttpResponse:
    return render(request, "status/index.html", situation_now())


def situation_now() -> dict[str, Any]:
    stop = publishing.current_stop()
    lines = situation.lines(stop)
    return {
        "stop": stop,
        "now": timezone.now(),
        "lines": lines,
        "trouble": get_text_list([line.name for line in lines if line.kind == "fail"], _("och")),
        "help": situation.needing_help(),
        "leaving": situation.leaving(stop)[: situation.MOST],
        "waiting": situation.waiting_for_start() if stop else [],
        "slipped_out": situation.slipped_out(stop) if stop else [],
    }


# --- everything -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_stop
def stop(request: SignedInRequest) -> HttpResponse:
    """Two presses from anywhere: here, with a reason chosen already, and on the button."""
    if request.method == "GET" and publishing.current_stop():
        return redirect("status:resume")
    form = StopForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if not publishing.stop(request.user, form.cleaned_data["reason"], form.cleaned_data["message"]):
            messages.info(request, _("Någon annan hann före: publiceringen var redan stoppad."))
        return redirect("status:index")
    context = {**situation_now(), "form": form, "channels": names_of(Channel.objects.open())}
    return render(request, "status/stop.html", context, status=422 if form.errors else 200)


def names_of(channels: Iterable[Channel]) -> str:
    """Those that the software publishes on: what a person does by hand, nobody here can stop."""
    return get_text_list([name_of(channel) for channel in channels if not channel.is_by_hand], _("eller"))


@require_http_methods(["GET", "POST"])
@may_stop
def resume(request: SignedInRequest) -> HttpResponse:
    """Everything that would go out at once, and how."""
    if not publishing.current_stop():
        messages.info(request, _("Publiceringen är på."))
        return redirect("status:index")
    waiting = publishing.waiting_for_resume()
    form = ResumeForm(waiting, posted(request))
    if request.method == "POST" and form.is_valid():
        how, chosen = form.cleaned_data["how"], form.cleaned_data["chosen"]
        if publishing.resume(request.user, how, chosen):
            messages.success(request, f"{_('Publiceringen är på igen.')} {told(waiting, how, chosen)}")
        tasks.publish_soon()
        return redirect("status:index")
    context = {"form": form, "heading": _("Starta publiceringen igen")}
    return render(request, "status/resume.html", context, status=422 if form.errors else 200)


def told(waiting: list[Publication], how: Resume, chosen: list[int]) -> str:
    """How much of what was on the page goes out now, in turn, or not."""
    going = 0 if how == Resume.PARKED else len([item for item in waiting if item.pk in chosen])
    left = len(waiting) - going
    sentences = []
    if going:
        sentences.append(goes(how, going))
    if left:
        sentences.append(ngettext("%(n)d ligger kvar.", "%(n)d ligger kvar.", left) % {"n": left})
    return " ".join(sentences)


def goes(how: Resume, going: int) -> str:
    if how == Resume.SPREAD:
        return ngettext("%(n)d går ut i tur och ordning.", "%(n)d går ut i tur och ordning.", going) % {
            "n": going
        }
    return ngettext("%(n)d går ut nu.", "%(n)d går ut nu.", going) % {"n": going}


def posted(request: SignedInRequest) -> QueryDict | None:
    """What was sent, also when that is nothing at all."""
    return request.POST if request.method == "POST" else None


# --- one channel ------------------------------------------------------------------------------------------------


def channel_for(request: SignedInRequest, channel_id: int) -> Channel:
    """For those who may, and those who keep it alive."""
    channel = get_object_or_404(Channel.objects.open(), pk=channel_id)
    if refusal := channel_rules.why_not_pause(request.user, channel):
        raise PermissionDenied(refusal)
    return channel


@require_http_methods(["GET", "POST"])
def pause(request: SignedInRequest, channel_id: int) -> HttpResponse:
    channel = channel_for(request, channel_id)
    if channel.is_by_hand:
        raise Http404
    form = PauseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        if publishing.pause(channel, request.user, form.cleaned_data["reason"]):
            messages.success(
                request, _("%(channel)s är pausad. Inläggen väntar.") % {"channel": name_of(channel)}
            )
        else:
            messages.info(request, _("Någon annan hann före: kanalen var redan pausad."))
        return back(request, channel)
    context = {"channel": channel, "form": form, "shell": shell_for(request)}
    return render(request, "status/pause.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def unpause(request: SignedInRequest, channel_id: int) -> HttpResponse:
    channel = channel_for(request, channel_id)
    if not channel.paused_at:
        messages.info(request, _("Kanalen är inte pausad."))
        return back(request, channel)
    waiting = publishing.waiting_for_resume(channel)
    form = ResumeForm(waiting, posted(request))
    if request.method == "POST" and form.is_valid():
        how, chosen = form.cleaned_data["how"], form.cleaned_data["chosen"]
        if publishing.unpause(channel, request.user, how, chosen):
            on = _("%(channel)s är igång igen.") % {"channel": name_of(channel)}
            messages.success(request, f"{on} {told(waiting, how, chosen)}")
        tasks.publish_soon()
        return back(request, channel)
    heading = _("Starta %(channel)s igen") % {"channel": name_of(channel)}
    context = {"form": form, "heading": heading, "channel": channel, "shell": shell_for(request)}
    return render(request, "status/resume.html", context, status=422 if form.errors else 200)


@require_POST
def try_again(request: SignedInRequest, channel_id: int) -> HttpResponse:
    """Whoever keeps the channel says that there is money on its account again."""
    channel = channel_for(request, channel_id)
    if connections.try_again(channel, request.user):
        messages.success(request, _("Vi försöker igen på %(channel)s.") % {"channel": name_of(channel)})
        tasks.publish_soon()
    else:
        messages.info(request, _("Det är inte pengar som fattas, eller så hann någon annan före."))
    return back(request, channel)


def back(request: SignedInRequest, channel: Channel) -> HttpResponse:
    """To the channels, for those who see them; to the channel's own page for its keeper."""
    if request.user.has_perm("channels.view_channel"):
        return redirect("channels:index")
    return redirect("channels:channel", channel.pk)
