"""Cases of people who want to be gone from a post: the list with its clocks, one case, and erasing what may not exist."""

from collections.abc import Collection

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.views import shell_for
from posts import answering, cases, pointing, purging, rules, tasks, titles, whereabouts
from posts.consent_forms import CaseForm, EraseForm, KeepForm
from posts.models import Media, MediaState, Post, TakedownCase, VersionMedia
from posts.publication_views import SignedInRequest, may_read, may_take_down

CLOSED_SHOWN = 20


def sent(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_GET
@may_take_down
def index(request: SignedInRequest) -> HttpResponse:
    """Open ones first, by their clocks; then the last that were closed, and where a picture is still to be erased."""
    all_of_them = TakedownCase.objects.for_page()
    opened = list(all_of_them.open().order_by("due_at"))
    closed = list(all_of_them.closed().order_by("-closed_at", "-pk")[:CLOSED_SHOWN])
    called = titles.of({case.post_id for case in (*opened, *closed)}, request.user)
    to_erase = with_pictures([case.post_id for case in closed if may_erase(request, case)])
    context = {
        "open_cases": [(case, called.get(case.post_id, "")) for case in opened],
        "closed": [(case, called.get(case.post_id, ""), case.post_id in to_erase) for case in closed],
        "now": timezone.now(),
    }
    return render(request, "posts/cases/index.html", context)


def may_erase(request: SignedInRequest, case: TakedownCase) -> bool:
    """It was taken down, and this person may erase its pictures here."""
    return case.order_id is not None and rules.why_not_erase(request.user, case.post) is None


@require_http_methods(["GET", "POST"])
@may_take_down
def case(request: SignedInRequest, case_id: int) -> HttpResponse:
    """How far it has come on each channel. What its author asked for is decided here."""
    found = get_object_or_404(TakedownCase.objects.for_page(), pk=case_id)
    form = KeepForm(sent(request))
    if request.method == "POST" and form.is_valid():
        if not cases.keep(found, request.user, form.cleaned_data["message"].strip()):
            messages.error(request, _("Det går inte längre. Läget har hunnit ändras."))
        return redirect("posts:case", found.pk)
    rows = whereabouts.of(found.post)
    context = {
        "case": found,
        "post": found.post,
        "rows": rows,
        "removals": cases.removals_of(found),
        "headline": titles.of({found.post_id}, request.user).get(found.post_id, ""),
        "may_read": may_read(request, found.post),
        "is_moving": found.is_open and (cases.is_down(found) or any(row.is_moving for row in rows)),
        "is_held": cases.is_held(found.post),
        "is_late": found.is_late(timezone.now()),
        "form": form,
        "is_to_be_erased": may_erase(request, found) and bool(pictures_of(found.post)),
    }
    return render(request, "posts/cases/case.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@may_take_down
def new(request: SignedInRequest) -> HttpResponse:
    """Somebody in a picture wrote or rang."""
    form = CaseForm(sent(request), initial={"named": request.GET.get("inlagg", "")})
    if request.method == "POST" and form.is_valid():
        post = pointing.post_named(form.cleaned_data["named"])
        if post is not None:
            return opened(request, post, form)
        form.add_error(
            "named", _("Vi känner inte igen den. Kontrollera länken, eller skriv inläggets nummer.")
        )
    return render(request, "posts/cases/new.html", {"form": form}, status=422 if form.errors else 200)


def opened(request: SignedInRequest, post: Post, form: CaseForm) -> HttpResponse:
    given = form.cleaned_data
    found = answering.told_by(post, request.user, given["message"].strip(), given["receipt_to"])
    if found is None:
        messages.success(request, _("Inget av inlägget är ute, och bilden läggs inte ut så som den är nu."))
        return redirect("posts:cases")
    tasks.publish_soon()
    messages.success(request, _("Ärendet är öppnat. Det som väntade är stoppat, och resten tas ned."))
    return redirect("posts:case", found.pk)


# --- erasing ----------------------------------------------------------------------------------------------------


def pictures_of(post: Post) -> list[Media]:
    """All that it shows now, or has shown, and that is not erased: by their first appearance."""
    frozen = Media.objects.filter(in_versions__version__post=post)
    written = Media.objects.filter(in_drafts__draft__post=post)
    # What another device wrote is its author's alone, and so is a draft that nobody has sent in.
    others = [] if post.submitted_at else post.other_versions.values_list("media", flat=True)  # type: ignore[attr-defined]
    hidden = Media.objects.filter(
        pk__in=[media_id for ids in others for media_id in ids], owner=post.author_id
    )
    found = kept().filter(Q(pk__in=frozen) | Q(pk__in=written) | Q(pk__in=hidden))
    return list(found.order_by("created_at", "pk"))


def kept() -> QuerySet[Media]:
    """What has a file here that could be erased."""
    is_done = (MediaState.READY, MediaState.REFUSED)
    # What came in parts has no file of its own before a worker has joined them.
    return Media.objects.filter(erased_at=None).exclude(master="", incoming="", state__in=is_done)


def with_pictures(posts: Collection[int]) -> set[int]:
    """Those that have shown something that is still here."""
    shown = VersionMedia.objects.filter(version__post__in=posts, media__in=kept())
    return set(shown.order_by().values_list("version__post", flat=True))


@require_http_methods(["GET", "POST"])
def erase(request: SignedInRequest, post_id: int) -> HttpResponse:
    """What may not exist: said plainly before, because nothing brings it back. Nobody is shown what they may not read."""
    post = get_object_or_404(Post, pk=post_id)
    may_see = may_read(request, post)
    if refusal := rules.why_not_erase(request.user, post):
        if not may_see:
            raise_unknown(post_id)
        raise PermissionDenied(refusal)
    media = pictures_of(post)
    form = EraseForm(media, sent(request))
    if request.method == "POST" and form.is_valid():
        purging.erase(form.chosen, request.user)
        tasks.publish_soon()
        tell_what_is_erased(request, form.chosen)
        return redirect(*page_after(request, post))
    context = {
        "post": post,
        "shell": shell_for(request),
        "media": media,
        "form": form,
        "may_read": may_see,
        "rows": [row for row in whereabouts.of(post) if row.can_be_taken_down],
    }
    return render(request, "posts/cases/erase.html", context, status=422 if form.errors else 200)


def tell_what_is_erased(request: SignedInRequest, chosen: list[Media]) -> None:
    """What its author has sent in with another post is the group's to erase."""
    if Media.objects.filter(pk__in=[item.pk for item in chosen], erased_at=None).exists():
        messages.error(
            request,
            _(
                "Bilden är med i ett inlägg som är inskickat, så den finns kvar. Be kommunikationsgruppen, genast."
            ),
        )
    else:
        messages.success(request, _("Raderat. Är det ute tas det ned nu."))


def raise_unknown(post_id: int) -> None:
    get_object_or_404(Post.objects.none(), pk=post_id)


def page_after(request: SignedInRequest, post: Post) -> tuple[str, int]:
    return ("posts:detail" if may_read(request, post) else "posts:take_down"), post.pk
