"""What an ombudsman sees: home, a new post, the way of their own posts; and the pictures in them."""

import errno
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import policy
from accounts.answering import refused, wants_json
from accounts.models import User
from channels.models import Channel
from posts import (
    cases,
    changes,
    chips,
    content,
    desk,
    drafting,
    events,
    making,
    outbox,
    paging,
    places,
    preparation,
    previews,
    promise,
    publishing,
    resting,
    rules,
    tasks,
    timeline,
    waiting,
    whereabouts,
    workflow,
)
from posts.forms import DraftForm, is_uuid, of_event
from posts.messages import conversation
from posts.models import (
    WITH_AUTHOR,
    LinkCard,
    Media,
    MediaKind,
    Override,
    Post,
    PostQuerySet,
    Publication,
    Rendition,
    RenditionState,
    Status,
    TakeDown,
    is_taken_down,
)
from posts.serving import serve
from posts.wording import too_large_a_film
from posts.workflow import Action

ON_HOME = 5
SIZES = ("thumb", "medium", "master")
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)

may_submit = permission_required("posts.submit_post", raise_exception=True)
# Whoever leaves the form by mistake finds it again as it was, with what was typed.
kept_for_the_way_back = cache_control(private=True, no_cache=True)


class SignedInRequest(HttpRequest):
    """Every page asks for a sign-in (`LoginRequiredMiddleware`), so there always is a person."""

    user: User


# --- lists ----------------------------------------------------------------------------------------------------


@require_GET
@may_submit
def home(request: SignedInRequest) -> HttpResponse:
    """You can send something now; what waits for you; what is on its way."""
    mine = Post.objects.written_by(request.user)
    return render(
        request,
        "posts/home.html",
        {
            "asked": mine.asked_to_change().for_list().order_by("-updated_at")[:ON_HOME],
            "questions": changes.questions(mine.for_list().order_by("-updated_at"))[:ON_HOME],
            "drafts": mine.drafts().for_list().order_by("-updated_at")[:ON_HOME],
            "under_way": under_way(mine)[:ON_HOME],
            "latest": mine.out().for_list().order_by("-pk").first(),
            "out_today": out_today(),
            "main_channel": main_channel(),
            "form": DraftForm(request.user, None),
            "events_asked": events.asked_for(request.user),
            "events_coming": events.coming(request.user),
        },
    )


def under_way(posts: PostQuerySet) -> list[Post]:
    """In review, or approved and not out everywhere yet. What was taken down comes to nothing more."""
    begun = posts.filter(status__in=(Status.IN_REVIEW, Status.APPROVED)).exclude(is_taken_down())
    recent = begun.for_list().order_by("-pk")
    return [post for post in recent[: 4 * ON_HOME] if chips.of_post(post) != chips.PUBLISHED]


def main_channel() -> Channel | None:
    return Channel.objects.preselected().first()


def out_today() -> int:
    """How many posts came out on the main channel today, also without going through here."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    ours = Publication.objects.heads().published().filter(channel__is_preselected=True)
    count = ours.filter(published_at__gte=midnight).values("post_id").distinct().count()
    return count + desk.site.desk.came_out_elsewhere(midnight)


TABS: dict[str, tuple[Any, Any]] = {
    "pagar": (lambda: _("Pågår"), PostQuerySet.in_progress),
    "publicerat": (lambda: _("Publicerat"), PostQuerySet.out),
    "utkast": (lambda: _("Utkast"), PostQuerySet.drafts),
    "avslutat": (lambda: _("Avslutat"), PostQuerySet.closed),
}


@require_GET
@may_submit
def mine(request: SignedInRequest) -> HttpResponse:
    """One's own posts, under four tabs, each with an address of its own."""
    chosen = request.GET.get("visa", "pagar")
    if chosen not in TABS:
        raise Http404
    posts = TABS[chosen][1](Post.objects.written_by(request.user))
    return render(
        request,
        "posts/mine.html",
        {
            "tabs": [(key, label()) for key, (label, _narrow) in TABS.items()],
            "chosen": chosen,
            "page": paging.page_of(posts, request.GET.get("fore", "")),
        },
    )


@require_GET
@permission_required("posts.view_all_posts", raise_exception=True)
def everybodys(request: SignedInRequest) -> HttpResponse:
    """All that was ever sent in, newest first, for those who may see it."""
    posts = Post.objects.visible_to(request.user).exclude(submitted_at=None)
    page = paging.page_of(posts, request.GET.get("fore", ""))
    waiting = whereabouts.need_a_person(page.posts)
    rows = [(post, post.wording_for(request.user), waiting.get(post.pk, [])) for post in page.posts]
    return render(request, "posts/everybodys.html", {"rows": rows, "older": page.older})


# --- writing --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@may_submit
@kept_for_the_way_back
def new(request: SignedInRequest) -> HttpResponse:
    return compose(request, None)


@require_http_methods(["GET", "POST"])
@may_submit
@kept_for_the_way_back
def edit(request: SignedInRequest, post_id: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.written_by(request.user), pk=post_id)
    if not post.is_with_author:
        if request.method == "POST" and wants_json(request):
            return compose(request, None)  # it is found by its client_id, and told that it is sent in
        say_it_is_too_late(request, post)
        return redirect("posts:detail", post_id)
    return compose(request, post)


def known_from(request: SignedInRequest) -> dict[str, Any]:
    """What the address of a new post says of it: an answer that was given already, and what it is about."""
    event = events.named(request.user, request.GET.get("handelse", ""))
    return {**places.answer_in(request.GET), **(of_event(event) if event else {})}


def compose(request: SignedInRequest, post: Post | None) -> HttpResponse:
    """The form: keep what came with it first, then see what was meant by it."""
    if request.method == "GET":
        known = known_from(request) if post is None else {}
        return show_form(request, DraftForm(request.user, post, initial=known))
    form = DraftForm(request.user, post, request.POST, request.FILES)
    is_valid = form.is_valid()
    form.received = receive(request, form)
    if is_valid and post is None and form.is_empty:
        form.add_error("text", MISSING["text"]())
        is_valid = False
    if not is_valid:
        return refuse(request, form)
    if wants_json(request) and (ids := form.not_here()):
        return outbox.missing(ids)
    try:
        saved = write_down(request, form)
    except drafting.NotWithAuthorError as error:
        return too_late_to_write(request, form, error.post)
    except drafting.OlderSaveError as error:
        return outbox.saved(error.post) if wants_json(request) else redirect("posts:edit", error.post.pk)
    return go_on(request, form, saved, status=200 if post else 201)


def write_down(request: SignedInRequest, form: DraftForm) -> Post:
    return drafting.save(
        request.user,
        form.cleaned_data["client_id"],
        form.fields_of_draft(),
        form.shown,
        form.alt_texts(),
        form.revision,
    )


def go_on(request: SignedInRequest, form: DraftForm, post: Post, *, status: int) -> HttpResponse:
    """The draft is kept; now where its author wanted to get with it."""
    intent = request.POST.get("intent")
    if intent == "submit":
        return submit(request, form, post)
    if intent == "ask":
        return redirect("posts:consent", post.pk)
    told = what_follows(request, post)
    if wants_json(request):
        return outbox.saved(post, status)
    if told:
        messages.success(request, told)
    return redirect("posts:edit", post.pk)


def what_follows(request: SignedInRequest, post: Post) -> str:
    """What somebody wants besides that the draft is kept, and what it tells them."""
    intent = request.POST.get("intent")
    if intent == "rest":
        again = again_in_words(resting.rest(post, timezone.now()))
        return _("Utkastet är sparat. Vi påminner dig %(at)s.") % {"at": again}
    if intent != "save":
        return ""
    if resting.ask_for_a_call(post):
        return _("Utkastet är sparat. Kommunikationsgruppen hör av sig.")
    return _("Utkastet är sparat.")


def again_in_words(at: datetime) -> str:
    is_today = timezone.localdate(at) == timezone.localdate()
    return waiting.clock_time(at) if is_today else waiting.day_and_time(at)


def refuse(request: SignedInRequest, form: DraftForm, post: Post | None = None) -> HttpResponse:
    return outbox.not_valid(form) if wants_json(request) else show_form(request, form, status=422, post=post)


def too_late_to_write(request: SignedInRequest, form: DraftForm, post: Post) -> HttpResponse:
    if wants_json(request):
        return outbox.too_late(post, form)
    say_it_is_too_late(request, post)
    return redirect("posts:sent", post.pk)


def say_it_is_too_late(request: SignedInRequest, post: Post) -> None:
    """What is written on a page from before the sending in is not in the post. The same sent twice is no news."""
    typed = request.POST.get("text", "").replace("\r\n", "\n").strip()
    is_new = bool(typed) and not post.versions.filter(text=typed).exists() and not post.awaits_media
    if request.method == "POST" and (is_new or post.status == Status.APPROVED):
        sentence = _("Inlägget är redan inskickat, så det du ändrade är inte med. Texten var: ”%(typed)s”")
        messages.error(request, sentence % {"typed": typed})


def receive(request: SignedInRequest, form: DraftForm) -> list[Media]:
    """Files that came with the form: kept even when something else in it is wrong."""
    received = [preparation.receive(file, request.user) for file in form.cleaned_data.get("uploads") or []]
    for media in received:
        tasks.prepare_soon(media)
    return received


def submit(request: SignedInRequest, form: DraftForm, post: Post) -> HttpResponse:
    try:
        with transaction.atomic():
            workflow.submit(post, request.user)
            drafting.sent_in(post, form.revision)
    except workflow.NotCompleteError as error:
        for name in error.fields:
            form.add_error(name if name in form.fields else None, MISSING[name]())
        return refuse(request, form, post)
    except workflow.RefusedError as error:
        return may_not_submit(request, post, error.reason)
    except workflow.NoLongerSoError:
        return outbox.saved(post) if wants_json(request) else redirect("posts:sent", post.pk)
    return outbox.saved(post, 201) if wants_json(request) else redirect("posts:sent", post.pk)


def may_not_submit(request: SignedInRequest, post: Post, reason: Any) -> HttpResponse:
    """Something comes first, as to read the policy, and then one is back here. The draft is kept."""
    place, label = reverse("posts:edit", args=[post.pk]), _("Visa")
    if policy.why_not_send_in(request.user):
        place, label = f"{reverse('accounts:policy')}?{urlencode({'next': place})}", _("Läs policyn")
    if wants_json(request):
        return refused(reason, 409, state=outbox.DRAFT, url=place, label=label)
    messages.error(request, reason)
    return redirect(place)


MISSING = {
    "text": lambda: _("Skriv några ord om bilden eller det som hände."),
    "people": lambda: _("Svara på om någon kan kännas igen."),
    "said_yes": lambda: _("Hur många har sagt ja?"),
    "site": lambda: _("Svara på om man får fota där bilden är tagen."),
    "permit": lambda: _("Skriv vilket tillstånd du har, eller ta bort bilden."),
    "wait": lambda: _("Vänta med bilden. Ta bort den, och spara ett utkast så länge."),
    "media": lambda: _("En fil går inte att använda. Ta bort den eller välj en annan."),
}


def show_form(
    request: SignedInRequest, form: DraftForm, status: int = 200, post: Post | None = None
) -> HttpResponse:
    post = post or form.post
    context = {
        "form": form,
        "post": post,
        "asked": last_request(post),
        "main_channel": main_channel(),
        "most_bytes": settings.FILM_MAX_BYTES,
        "too_large": too_large_a_film(settings.FILM_MAX_BYTES),
    }
    return render(request, "posts/compose.html", context, status=status)


def last_request(post: Post | None) -> Any:
    """What a reviewer asked to have changed, while the post is back with its author."""
    if post is None or post.status != Status.CHANGES:
        return None
    return (
        post.transitions.filter(action=Action.REQUEST_CHANGES)
        .select_related("by")
        .order_by("-at", "-id")
        .first()
    )


# --- one post -------------------------------------------------------------------------------------------------


def visible_post(request: SignedInRequest, post_id: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).for_list(), pk=post_id)


@require_GET
def detail(request: SignedInRequest, post_id: int) -> HttpResponse:
    """One post and its way. htmx fetches the part that moves by itself."""
    if sees_only_its_removal(request.user, post_id):
        return redirect("posts:take_down", post_id)
    post = visible_post(request, post_id)
    wording, rows = post.wording_for(request.user), whereabouts.of(post)
    template = "posts/_standing.html" if request.GET.get("del") == "lage" else "posts/detail.html"
    answer = render(
        request,
        template,
        {
            "post": post,
            "wording": wording,
            "headline": headline(wording),
            "is_own": post.author_id == request.user.pk,
            "shell": "pocket.html" if post.author_id == request.user.pk else "desk_page.html",
            "asked": last_request(post),
            "refusal": last_refusal(post),
            "said": conversation(post, request.user),
            "why_not_write": rules.why_not_write(request.user, post),
            "rows": rows,
            "chip": whereabouts.chip_of(post, rows),
            "overrides": Override.objects.filter(approval__version__post=post).select_related(
                "approval__approved_by"
            ),
            "order": TakeDown.objects.carried_out().filter(post=post).select_related("requested_by").first(),
            "may_read": True,
            "links": whereabouts.public_links(rows),
            "case": cases.asked_by_author(post),
            "can_be_taken_down": any(row.can_be_taken_down for row in rows),
            "why_not_take_down": rules.why_not_take_down(request.user),
            "events": timeline.of(post, request.user),
            "edits": changes.of(post),
            "asked_okay": changes.asked(post),
            "previews": previews.of_version(post.version_in_force) if post.status == Status.APPROVED else [],
            "actions": workflow.possible(post, request.user),
            "is_revisable": publishing.is_untouched(post) or whereabouts.all_failed(rows),
            "making": (made := making.of(post)),
            "is_moving": post.awaits_media or made or any(row.is_moving for row in rows),
            "answer_by": promise.of(post),
        },
    )
    if post.author_id == request.user.pk:
        # The phone keeps the latest of one's own, to be read without coverage.
        answer.headers["X-Keep"] = "post"
    return answer


def sees_only_its_removal(user: User, post_id: int) -> bool:
    """They are told of a removal, may help with it, and read no posts."""
    orders = TakeDown.objects.carried_out().filter(post=post_id)
    reads_it = user.has_perm("posts.view_all_posts") or not user.has_perm("posts.take_down")
    return not reads_it and orders.exclude(post__author=user).exists()


def headline(wording: Any) -> str:
    return (wording.headline if wording else "") or _("Utan text än")


def last_refusal(post: Post) -> Any:
    if post.status != Status.REJECTED:
        return None
    return post.transitions.filter(action=Action.REJECT).select_related("by").order_by("-at", "-id").first()


@require_GET
@may_submit
def sent(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Klart: who looks at it now, and by when there is an answer."""
    post = get_object_or_404(Post.objects.written_by(request.user), pk=post_id)
    if not post.is_in_review or post.submitted_at is None:
        return redirect("posts:detail", post_id)
    actions = workflow.possible(post, request.user)
    context = {"post": post, "actions": actions, "answer_by": promise.of(post)}
    return render(request, "posts/sent.html", context)


@require_POST
def withdraw(request: SignedInRequest, post_id: int) -> HttpResponse:
    return act(request, post_id, workflow.withdraw, _("Inlägget är tillbakadraget."))


@require_POST
def recall(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Its author has it back, and writes on."""
    answer = act(
        request, post_id, workflow.recall, _("Inlägget är tillbaka hos dig. Ingen har granskat det.")
    )
    is_back = Post.objects.written_by(request.user).filter(pk=post_id, status__in=WITH_AUTHOR).exists()
    return redirect("posts:edit", post_id) if is_back else answer


@require_POST
def revise(request: SignedInRequest, post_id: int) -> HttpResponse:
    return act(
        request, post_id, workflow.revise, _("Inlägget är tillbaka som utkast. Inget har publicerats.")
    )


def act(request: SignedInRequest, post_id: int, verb: Any, done: str) -> HttpResponse:
    """Take one edge of the map, and say how it went."""
    post = visible_post(request, post_id)
    try:
        verb(post, request.user)
    except workflow.RefusedError as error:
        messages.error(request, error.reason)
    except workflow.NoLongerSoError:
        messages.error(request, too_late(post, request.user))
    else:
        messages.success(request, done)
    return redirect("posts:detail", post_id)


def too_late(post: Post, reader: User) -> str:
    """Somebody was faster: who, and what they did."""
    last = post.transitions.select_related("by").order_by("-at", "-id").first()
    if last is None:
        return _("Det går inte längre. Läget har hunnit ändras.")
    done = {"what": timeline.sentence_for(last, is_own=last.by == reader), "at": waiting.clock_time(last.at)}
    return _("Det går inte längre. %(what)s %(at)s.") % done


# --- pictures and films ---------------------------------------------------------------------------------------


@require_POST
@may_submit
def upload(request: SignedInRequest) -> HttpResponse:
    """One file, sent ahead of the form; the answer is its tile. Its id may have been made on the phone."""
    file, media_id = request.FILES.get("file"), request.POST.get("id", "")
    if file is None or not (media_id == "" or is_uuid(media_id)):
        return not_taken(request, _("Ingen fil kom fram. Välj den igen."), 422)
    if request.POST.get("size", str(file.size)) != str(file.size):
        # The line was cut in the middle of it, and what came looks like a whole file.
        return not_taken(request, _("Filen kom inte fram hel."), 400)
    if refusal := rules.why_not_upload(request.user):
        return not_taken(request, refusal, 429)
    try:
        media = preparation.receive(file, request.user, UUID(media_id) if media_id else None)  # type: ignore[arg-type]
    except preparation.NotYoursError as error:
        raise Http404 from error
    except OSError as error:
        if error.errno not in DISK_IS_FULL:
            raise
        return not_taken(request, _("Servern har ont om plats. Vi försöker igen om en stund."), 507)
    tasks.prepare_soon(media)
    if wants_json(request):
        return JsonResponse({"media": str(media.pk)}, status=201)
    return render(request, "posts/_tile.html", {"media": media}, status=201)


def not_taken(request: SignedInRequest, sentence: Any, status: int) -> HttpResponse:
    return refused(sentence, status) if wants_json(request) else HttpResponse(sentence, status=status)


@require_GET
def tile(request: SignedInRequest, media_id: UUID) -> HttpResponse:
    """How far the preparation of one's own file is."""
    media = get_object_or_404(Media, pk=media_id, owner=request.user)
    return render(request, "posts/_tile.html", {"media": media})


@require_GET
def media_file(request: SignedInRequest, media_id: UUID, size: str) -> HttpResponseBase:
    media = get_object_or_404(Media, pk=media_id)
    file = getattr(media, size) if size in SIZES else None
    if media.is_purged and size in SIZES and rules.may_see_media(request.user, media):
        gone = _("Bilden är raderad.")
        blurred = _("Bilden är borttagen, för något i den är suddat.")
        return HttpResponse(gone if media.is_erased else blurred, status=410)
    if not file or not rules.may_see_media(request.user, media):
        raise Http404
    ending = "jpg" if media.kind == MediaKind.PICTURE or size != "master" else "mp4"
    name = f"seko-{media.pk}.{ending}" if "hamta" in request.GET else ""
    return serve(request, file, f"{media.sha256}-{size}", download_as=name)


@require_GET
def subtitles_file(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The film's subtitles as a file, for where a person puts it up."""
    version = visible_post(request, post_id).current_version
    srt = content.subtitles_of(version) if version else ""
    if not srt:
        raise Http404
    answer = HttpResponse(srt, content_type="application/x-subrip; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="seko-{post_id}.sv.srt"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
def link_card(request: SignedInRequest, digest: str) -> HttpResponse:
    """The picture of a linked page, from us: no page of ours shows anything from another host."""
    card = get_object_or_404(LinkCard.objects.exclude(width=0), digest=digest)
    if not rules.may_see_card(request.user, card):
        raise Http404
    answer = HttpResponse(bytes(card.jpeg), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@require_GET
def rendition_file(request: SignedInRequest, recipe: str, part: str) -> HttpResponseBase:
    """A film made for a channel, its poster, or a picture: for those who may see everything it is made of."""
    rendition = get_object_or_404(Rendition, recipe=recipe, state=RenditionState.READY)
    media = Media.objects.filter(pk__in=rendition.ingredients["media"])
    if not all(rules.may_see_media(request.user, item) for item in media):
        raise Http404
    still = rendition.poster if rendition.is_film else rendition.picture
    file, ending = (rendition.film, "mp4") if part == "film" else (still, "jpg")
    if not file:
        raise Http404
    name = f"seko-{recipe[:12]}.{ending}" if "hamta" in request.GET else ""
    return serve(request, file, f"{rendition.sha256}-{part}", download_as=name)
