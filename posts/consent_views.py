"""
Asking the people in a picture: what they have answered, a link as a QR code, the telephone handed over, and a reviewer
who has asked them. The page that they see on a telephone of their own is in `posts.public_views`.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect
from qrcode import QRCode
from qrcode.image.svg import SvgPathFillImage

from accounts.models import User
from posts import answering, consent, rules, workflow
from posts.consent_forms import HowManyForm, InOfficeForm, PhoneForm, ToldForm
from posts.consent_words import ORDINARY, Words
from posts.models import ConsentRequest, Draft, Media, Method, People, Post, Version


class SignedInRequest(HttpRequest):
    user: User
    htmx: Any


@dataclass(frozen=True)
class Link:
    """What somebody opens on a telephone of their own. Shown once: what it ends with is kept nowhere."""

    request: ConsentRequest
    address: str
    code: SafeString


def seen_post(request: SignedInRequest, post_id: int) -> Post:
    """For whoever sent it in, and those who see to what people answered."""
    post = get_object_or_404(Post.objects.visible_to(request.user).for_list(), pk=post_id)
    if refusal := rules.why_not_see_answers(request.user, post):
        raise PermissionDenied(refusal)
    return post


def asking_post(request: SignedInRequest, post_id: int) -> Post:
    post = seen_post(request, post_id)
    if refusal := rules.why_not_ask_people(request.user, post):
        raise PermissionDenied(refusal)
    return post


def shell_of(request: SignedInRequest, post: Post) -> str:
    return "pocket.html" if post.author_id == request.user.pk else "desk_page.html"


def media_of(post: Post) -> list[Media]:
    return still_there(post.wording)


def still_there(wording: Draft | Version | None) -> list[Media]:
    return [item for item in (wording.media if wording else []) if not item.is_purged]


def link_to(request: ConsentRequest, token: str) -> Link:
    address = settings.SITE_URL + reverse("posts:public", args=[token])
    return Link(request, address, drawn(address))


def drawn(address: str) -> SafeString:
    """An element of the page: the page's policy lets no `data:` picture in. White behind, for a camera at night."""
    code = QRCode(border=3)
    code.add_data(address)
    svg = code.make_image(image_factory=SvgPathFillImage).to_string(encoding="unicode")
    return mark_safe(svg)  # noqa: S308  (drawn by us, of an address of ours)


# --- what they answered ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def answers(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Who was asked and what they said. A reviewer who has asked them says so here."""
    if request.method == "GET":
        post = seen_post(request, post_id)
        is_early = request.htmx and consent.are_awaited(still_there(post.wording_for(request.user)))
        return HttpResponse(status=204) if is_early else show_answers(request, post)
    post = asking_post(request, post_id)
    form = ToldForm(request.POST)
    if refusal := rules.why_not_review(request.user, post):
        raise PermissionDenied(refusal)
    if not form.is_valid():
        return show_answers(request, post, told=form)
    return tell(request, post, form)


def show_answers(
    request: SignedInRequest,
    post: Post,
    *,
    told: ToldForm | None = None,
    how_many: HowManyForm | None = None,
    offices: InOfficeForm | None = None,
) -> HttpResponse:
    is_own, version = post.author_id == request.user.pk, post.current_version
    wording = post.wording_for(request.user)
    shown, asked = still_there(wording), list(consent.of(post))
    context = {
        "post": post,
        "shell": shell_of(request, post),
        "is_own": is_own,
        "media": shown,
        "is_making": consent.are_awaited(shown),
        "asked": asked,
        "past": {item.pk for item in asked if not consent.is_about(item, shown)},
        "is_settled": version is not None and not post.is_with_author and consent.is_settled(version),
        "is_refused": consent.is_refused(asked, shown),
        "is_covered": isinstance(wording, Draft)
        and not any(item.is_open for item in asked)
        and consent.is_covered(wording),
        "people": wording.people if wording else "",
        "may_ask": rules.why_not_ask_people(request.user, post) is None,
        "may_tell": rules.why_not_review(request.user, post) is None
        and post.is_in_review
        and not post.awaits_media,
        "may_tell_of_office": rules.why_not_tell_of_office(request.user, post) is None,
        "told": told or ToldForm(),
        "how_many": how_many or HowManyForm(initial={"count": 1}),
        "offices": offices or InOfficeForm(),
        "script": consent.script(),
    }
    is_wrong = any(form and form.errors for form in (told, how_many, offices))
    return render(request, "posts/consent/answers.html", context, status=422 if is_wrong else 200)


def tell(request: SignedInRequest, post: Post, form: ToldForm) -> HttpResponse:
    """A version that says that all have said yes, and the answer behind it: both, or none."""
    given = form.cleaned_data
    seen = get_object_or_404(Version, post=post, pk=given["version"])
    said = {"people": People.ALL_SAID_YES, "minors": given["minors"]}
    try:
        with transaction.atomic():
            version = workflow.edit(
                post, request.user, seen, seen.manuscript(), None, **workflow.answers_of(seen) | said
            )
            consent.read_aloud(post, request.user, version, given["count"])
    except workflow.RefusedError as error:
        raise PermissionDenied(error.reason) from error
    except workflow.NoLongerSoError:
        messages.error(request, _("Det går inte längre. Läget har hunnit ändras."))
    else:
        messages.success(request, _("Sparat."))
    return redirect("posts:consent", post.pk)


@require_POST
def in_office(request: SignedInRequest, post_id: int) -> HttpResponse:
    """Those in the picture speak for the union: whoever sent it in says so, or the group."""
    post, form = asking_post(request, post_id), InOfficeForm(request.POST)
    if refusal := rules.why_not_tell_of_office(request.user, post):
        raise PermissionDenied(refusal)
    if not form.is_valid():
        return show_answers(request, post, offices=form)
    if not media_of(post):
        return back_without_pictures(request, post)
    consent.in_office(post, request.user, form.cleaned_data["count"])
    messages.success(request, _("Sparat."))
    return redirect("posts:consent", post.pk)


@require_GET
def state(request: SignedInRequest, post_id: int) -> HttpResponse:
    """The list of answers alone, while somebody waits with the code on the screen: until everybody has answered."""
    post = seen_post(request, post_id)
    asked = list(consent.of(post))
    context = {"post": post, "asked": asked, "is_waiting": any(item.is_open for item in asked)}
    return render(request, "posts/consent/_asked.html", context)


# --- a link -----------------------------------------------------------------------------------------------------


@require_POST
def link(request: SignedInRequest, post_id: int) -> HttpResponse:
    """As many codes as people. They are in the answer to the press, and on no page after that."""
    post, form = asking_post(request, post_id), HowManyForm(request.POST)
    if not form.is_valid():
        return show_answers(request, post, how_many=form)
    if not media_of(post):
        return back_without_pictures(request, post)
    return show_links(request, post, consent.ask(post, request.user, form.cleaned_data["count"]))


def show_links(request: SignedInRequest, post: Post, made: list[tuple[ConsentRequest, str]]) -> HttpResponse:
    context = {
        "post": post,
        "shell": shell_of(request, post),
        "links": [link_to(*each) for each in made],
        "asked": consent.of(post),
        "may_ask": True,
        "days": consent.LASTS.days,
    }
    return render(request, "posts/consent/links.html", context, status=201)


@require_POST
def again(request: SignedInRequest, post_id: int, consent_id: int) -> HttpResponse:
    """Ask no more: or, with another link in its place."""
    post = asking_post(request, post_id)
    asked = get_object_or_404(consent.of(post), pk=consent_id)
    if not consent.ask_no_more(asked, request.user):
        messages.error(request, _("Personen hann svara. Så här är det nu."))
        return redirect("posts:consent", post.pk)
    if "ny" in request.POST:
        return show_links(request, post, consent.ask(post, request.user, called=asked.called))
    messages.success(request, _("Frågan är borttagen."))
    return redirect("posts:consent", post.pk)


# --- handing the telephone over -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def phone(request: SignedInRequest, post_id: int) -> HttpResponse:
    """
    Read and answered by somebody in the picture. Their page leads nowhere else; afterwards the phone goes back. It waits
    for what is being made ready, and an answer is taken only to the pictures that it stood beside.
    """
    post = asking_post(request, post_id)
    pictures = [item for item in media_of(post) if not item.is_refused]
    if not pictures:
        return back_without_pictures(request, post)
    if request.method == "GET":
        # It asks until there is something to show, and what is there already is not shown again meanwhile.
        is_early = request.htmx and consent.are_awaited(pictures)
        return HttpResponse(status=204) if is_early else show_phone(request, post, PhoneForm(pictures))
    form = PhoneForm(pictures, request.POST)
    if not form.is_valid():
        return show_phone(request, post, form, status=422)
    if form.is_about_others:
        return show_phone(request, post, form, is_changed=True, status=409)
    try:
        return answered(request, post, form)
    except answering.UnseenError:
        return show_phone(request, post, form, status=409)


def back_without_pictures(request: SignedInRequest, post: Post) -> HttpResponse:
    messages.error(request, _("Inlägget har ingen bild att fråga om."))
    there = redirect("posts:consent", post.pk)
    return HttpResponseClientRedirect(there.url) if request.htmx else there


def show_phone(
    request: SignedInRequest, post: Post, form: PhoneForm, *, is_changed: bool = False, status: int = 200
) -> HttpResponse:
    places = get_text_list(consent.names_of(consent.places()), _("och"))
    facts = {
        "organisation": settings.ORGANISATION_NAME,
        "places": places,
        "name": request.user.get_short_name(),
    }
    context = {
        "post": post,
        "media": form.pictures,
        "is_waiting": consent.are_awaited(form.pictures),
        "is_changed": is_changed,
        "words": Words("sv", facts),
        "form": form,
        "text": post.wording.text if post.wording else "",
    }
    return render(request, "posts/consent/phone.html", context, status=status)


def answered(request: SignedInRequest, post: Post, form: PhoneForm) -> HttpResponse:
    """With a link for the day when they think otherwise."""
    given = form.cleaned_data
    with transaction.atomic():
        [(asked, token)] = consent.ask(
            post, request.user, method=Method.PHONE, called=given["called"], pictures=form.about
        )
        answering.answer(asked, form.said, language="sv", is_guardians=given["guardian"])
    asked.refresh_from_db()
    context = {"post": post, "asked": asked, "link": link_to(asked, token), "words": ORDINARY}
    return render(request, "posts/consent/phone_done.html", context)
