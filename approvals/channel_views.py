"""The words for one channel, with what every channel will look like beside them."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from approvals import claims, following
from approvals.forms import ChannelTextForm
from approvals.views import ReviewRequest, decision_on, may_review, sent_in, told, version_of, whole_page
from channels.models import Channel
from posts import content, previews, tasks, workflow
from posts.models import Post, Version
from posts.workflow import Action, NoLongerSoError

WHOLE, PARTS = "approvals/channel_text.html", "approvals/_channel_parts.html"


@require_http_methods(["GET", "POST"])
@may_review
@told
def channel_text(request: ReviewRequest, post_id: int, channel_id: int) -> HttpResponse:
    """The words for one channel, with what every channel will look like beside them."""
    post = sent_in(post_id)
    version = version_of(post)
    if version is None or not post.is_in_review:
        if request.method == "POST":
            raise NoLongerSoError(post, Action.EDIT)
        return redirect("approvals:review", post_id)
    channel = get_object_or_404(Channel.objects.open(), pk=channel_id)
    if request.method == "GET":
        part = "approvals/_shown.html" if request.GET.get("del") == "visning" else WHOLE
        return show_channel(request, post, version, channel, ChannelTextForm(version, channel), part)
    form = ChannelTextForm(version, channel, request.POST)
    if not form.is_valid():
        return whole_page(request, show_channel(request, post, version, channel, form, status=422))
    return keep_channel(request, post, channel, form)


def keep_channel(request: ReviewRequest, post: Post, channel: Channel, form: ChannelTextForm) -> HttpResponse:
    manuscript = form.manuscript()
    if request.POST.get("intent") == "remove":
        manuscript = manuscript.without(channel.pk)
    seen = form.cleaned_data["version"]
    version = workflow.edit(post, request.user, seen, manuscript, **workflow.answers_of(seen))
    if suggest := following.ASKED.get(request.POST.get("intent", "")):
        made = suggest(version, channel)
        version = workflow.edit(post, request.user, version, made, **workflow.answers_of(version))
    tasks.make_renditions_soon(version)
    if request.htmx:
        saved = sent_in(post.pk)
        whole = version_of(saved)
        if whole is None:
            raise NoLongerSoError(saved, Action.EDIT)
        return show_channel(request, saved, whole, channel, ChannelTextForm(whole, channel), PARTS)
    return redirect("approvals:channel_text", post.pk, channel.pk)


def show_channel(
    request: ReviewRequest,
    post: Post,
    version: Version,
    channel: Channel,
    form: ChannelTextForm,
    template: str = WHOLE,
    status: int = 200,
) -> HttpResponse:
    context = decision_on(request, post) | claims.as_told(post, claims.of(post), request.user)
    shown = context["previews"]
    context |= {
        "channel": channel,
        "channel_form": form,
        "tabs": [(item, by_channel(shown, item)) for item in Channel.objects.open()],
        "preview": by_channel(shown, channel),
        "choice": content.chosen(version, channel),
        **following.on_page(channel, by_channel(shown, channel)),
        "is_swap": template == PARTS,
        "has_title": channel.adapter_class.limits.title is not None,
    }
    return render(request, template, context, status=status)


def by_channel(shown: list[previews.Preview], channel: Channel) -> previews.Preview | None:
    return next((preview for preview in shown if preview.channel == channel), None)
