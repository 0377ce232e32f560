"""The words for one channel, with what every channel will look like beside them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from approvals import channel_parts, claims, discussion, following
from approvals.channel_forms import StillForm, SubtitlesForm
from approvals.forms import ChannelTextForm
from approvals.views import ReviewRequest, decision_on, may_review, sent_in, told, version_of, whole_page
from channels.models import Channel
from posts import content, previews, stills, tasks, workflow
from posts.media.errors import MediaRefused
from posts.models import Media, Post, Version
from posts.subtitles import Caption, SubtitlesError, captions
from posts.wording import subtitles_sentence
from posts.workflow import Action, NoLongerSoError

MOST_SHOWN = 200
"""Of the subtitles on their page: enough to see that they are the right ones."""
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
    version = workflow.edit(post, request.user, seen, manuscript, None, **workflow.answers_of(seen))
    if suggest := following.ASKED.get(request.POST.get("intent", "")):
        made = suggest(version, channel)
        version = workflow.edit(post, request.user, version, made, None, **workflow.answers_of(version))
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
        **channel_parts.on_page(version, channel, form, by_channel(shown, channel), request.GET),
        "is_swap": template == PARTS,
        "talk": discussion.of(post, request.user) if template == WHOLE else None,
        "has_title": channel.adapter_class.limits.title is not None,
    }
    return render(request, template, context, status=status)


@require_POST
@may_review
@told
def still(request: ReviewRequest, post_id: int, channel_id: int) -> HttpResponse:
    """A picture out of the film, to choose from. Nothing is chosen by this."""
    post, channel = sent_in(post_id), get_object_or_404(Channel.objects.open(), pk=channel_id)
    version = version_of(post)
    film = next((media for media in version.media if media.is_film), None) if version else None
    if film is None or not post.is_in_review or not channel.adapter_class.limits.thumbnail:
        raise NoLongerSoError(post, Action.EDIT)
    form = StillForm(request.POST)
    if form.is_valid():
        take(request, film, form.cleaned_data["at"])
    else:
        messages.error(request, _("Skriv hur många sekunder in i filmen bilden är."))
    return redirect(f"{reverse('approvals:channel_text', args=[post_id, channel_id])}#bilder")


def take(request: ReviewRequest, film: Media, at: float) -> None:
    try:
        taken = stills.take(film, request.user, at)
    except MediaRefused:
        messages.error(request, _("Det gick inte att ta en bild där. Prova ett annat ställe."))
    else:
        if taken is None:
            messages.error(request, _("Det finns redan så många bilder ur filmen att välja på."))


@require_http_methods(["GET", "POST"])
@may_review
@told
def subtitles(request: ReviewRequest, post_id: int) -> HttpResponse:
    """The film's subtitles: what there is, and another file instead."""
    post = sent_in(post_id)
    version = version_of(post)
    shown = (
        next((item for item in version.shown_media.all() if item.media.is_film), None) if version else None
    )
    if version is None or shown is None or not post.is_in_review:
        return redirect("approvals:review", post_id)
    form = SubtitlesForm(version, shown.media, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return keep_subtitles(request, post, form)
    if "version" in form.errors:
        raise NoLongerSoError(post, Action.EDIT)
    found = captions_of(request, shown.subtitles)
    context = {
        "post": post,
        "version": version,
        "form": form,
        "captions": found[:MOST_SHOWN],
        "in_all": len(found),
        "has_file": bool(shown.subtitles),
    }
    return render(request, "approvals/subtitles.html", context, status=422 if form.errors else 200)


def captions_of(request: ReviewRequest, srt: str) -> list[Caption]:
    """None of a file that was taken when less was refused: the page says why, and has the way to be rid of it."""
    try:
        return captions(srt)
    except SubtitlesError as error:
        messages.error(request, subtitles_sentence(error))
        return []


def keep_subtitles(request: ReviewRequest, post: Post, form: SubtitlesForm) -> HttpResponse:
    seen = form.cleaned_data["version"]
    answers = workflow.answers_of(seen) | {"captions": form.captions}
    workflow.edit(post, request.user, seen, form.manuscript(), None, **answers)
    messages.success(
        request, _("Undertexterna är sparade.") if form.captions else _("Undertexterna är borttagna.")
    )
    return redirect("approvals:subtitles", post.pk)


def by_channel(shown: list[previews.Preview], channel: Channel) -> previews.Preview | None:
    return next((preview for preview in shown if preview.channel == channel), None)
