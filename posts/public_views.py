"""
The page that somebody in a picture is shown: without signing in, for whoever has the link.

Whoever has the link may answer, so there is no cookie to prove anything by, and none is set. No script runs. The answer
to a link that is none is the same for all of them, and how often one may try is counted.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from csp.constants import NONE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from posts import answering, cases, consent, knocking
from posts.consent_forms import AddressForm
from posts.consent_words import EASY, LANGUAGES, SWEDISH, Words
from posts.models import Answer, ConsentRequest, Media, Removal, RemovalStatus, TakedownCase
from posts.serving import serve

LOOKS, ANSWERS = 120, 20
"""A minute, from one address."""
SAID = {"ja": Answer.YES, "nej": Answer.NO, "andra": Answer.WITHDRAWN}
View = Callable[..., HttpResponseBase]


def for_anybody(view: View) -> View:
    """What is true of all these pages: nothing is kept of them, found by them, or told to the next one."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **named: Any) -> HttpResponseBase:
        language = gettext_language(language_of(request))
        with translation.override(language):
            response = view(request, token, **named)
        response.headers["Content-Language"] = language
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    open_to_all: View = login_not_required(csrf_exempt(answer))  # type: ignore[arg-type]  # addresses have parts
    return csp_replace({"script-src": [NONE], "connect-src": [NONE]})(open_to_all)


def language_of(request: HttpRequest) -> str:
    chosen = request.GET.get("sprak", SWEDISH)
    return chosen if chosen in LANGUAGES else SWEDISH


def gettext_language(language: str) -> str:
    return SWEDISH if language == EASY else language


# --- the page ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The question, or what was answered."""
    return page(request, token, is_guardians=False)


@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever answers for somebody under 18."""
    return page(request, token, is_guardians=True)


def page(request: HttpRequest, token: str, *, is_guardians: bool) -> HttpResponse:
    is_answer = request.method == "POST"
    door, most = ("consent-answer", ANSWERS) if is_answer else ("consent-look", LOOKS)
    if knocking.is_too_often(request, door, most):
        return say(request, token, "wait", status=429)
    asked = consent.by_token(token)
    if asked is None:
        return say(request, token, "unknown", status=404)
    if is_answer:
        return taken(request, token, asked, is_guardians=is_guardians)
    return shown(request, token, asked, is_guardians=is_guardians)


def taken(request: HttpRequest, token: str, asked: ConsentRequest, *, is_guardians: bool) -> HttpResponse:
    if request.POST.get("svar") == "mejl":
        return with_address(request, token, asked)
    said = SAID.get(request.POST.get("svar", ""))
    if said is None:
        return shown(request, token, asked, is_guardians=is_guardians, status=422)
    is_minor = is_guardians or (asked.is_guardians and said == Answer.WITHDRAWN)
    try:
        answering.answer(asked, said, language=language_of(request), is_guardians=is_minor)
    except answering.NoLongerAskedError:
        late = consent.by_token(token) or asked
        return shown(request, token, late, is_guardians=is_guardians, told="late", status=409)
    except answering.UnseenError:
        return shown(request, token, asked, is_guardians=is_guardians, status=409)
    return redirect(address(request, token))


def with_address(request: HttpRequest, token: str, asked: ConsentRequest) -> HttpResponse:
    form, case = AddressForm(request.POST), answering.case_of(asked)
    if case is None:
        return shown(request, token, asked, is_guardians=False, status=409)
    if not form.is_valid():
        return shown(request, token, asked, is_guardians=False, told="mail_wrong", status=422)
    cases.want_receipt(case, form.cleaned_data["address"], gettext_language(language_of(request)))
    return redirect(address(request, token))


def address(request: HttpRequest, token: str, name: str = "posts:public") -> str:
    """In the language that was chosen."""
    language = language_of(request)
    query = "" if language == SWEDISH else "?" + urlencode({"sprak": language})
    return reverse(name, args=[token]) + query


# --- what it shows -------------------------------------------------------------------------------------------------


def shown(
    request: HttpRequest,
    token: str,
    asked: ConsentRequest,
    *,
    is_guardians: bool,
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    state = state_of(asked)
    case = answering.case_of(asked) if state in ("withdrawn", "no") else None
    pictures = [] if case or state in ("expired", "withdrawn") else pictures_of(asked)
    facts = {"name": asked.made_by.get_short_name() if asked.made_by else settings.ORGANISATION_NAME}
    words = words_for(request, asked, **facts)
    context = {
        "asked": asked,
        "pictures": pictures,
        "is_waiting": state in ("ask", "no") and consent.are_awaited(pictures),
        "can_say_yes": consent.can_be_seen(pictures),
        "several": len(pictures) > 1,
        "text": text_of(asked) if state not in ("expired", "withdrawn") else "",
        "is_guardians": is_guardians or (state != "ask" and asked.is_guardians),
        "page_for_guardian": address(request, token, "posts:public_guardian"),
        "is_unused": asked.post.is_closed,
        "can_change": state == "no" and not case and not is_late(asked) and not asked.post.is_closed,
        "case": case,
        "progress": progress(case, words) if case else [],
        "told": told,
        "typed": request.POST.get("address", ""),
        "lasts": words.say("lasts", day=date_format(timezone.localtime(asked.expires_at), "j F"))
        if asked.expires_at and state == "ask"
        else "",
        "times": times_of(case, asked, words) if case else [],
    }
    gone = state == "expired"
    return answer_with(request, token, state, words, context, status=410 if gone else status)


def text_of(asked: ConsentRequest) -> str:
    """As whoever asks reads it: what its author is still writing is in no link but the author's."""
    post, by = asked.post, asked.made_by
    wording = post.wording_for(by) if by else post.current_version
    return wording.text if wording else ""


def state_of(asked: ConsentRequest) -> str:
    if asked.answer:
        return {Answer.YES: "yes", Answer.NO: "no", Answer.WITHDRAWN: "withdrawn"}[Answer(asked.answer)]
    if asked.is_over(timezone.now()):
        return "expired"
    return "unused" if asked.post.is_closed else "ask"


def is_late(asked: ConsentRequest) -> bool:
    return asked.expires_at is not None and asked.expires_at <= timezone.now()


def pictures_of(asked: ConsentRequest) -> list[Media]:
    """What is gone is not shown; what is being made ready is waited for."""
    return [item for item in answering.pictures_now(asked) if item.is_ready or not item.is_done]


def progress(case: TakedownCase, words: Words) -> list[tuple[str, str]]:
    """Channel by channel, in words."""
    return [
        (removal.publication.channel.platform_name, how_far(removal, words))
        for removal in cases.removals_of(case)
    ]


def how_far(removal: Removal, words: Words) -> str:
    if removal.status == RemovalStatus.NOT_OUT:
        return words["never_out"]
    if removal.finished_at:
        return words.say("taken_down", at=moment(removal.finished_at))
    return words["by_hand" if removal.status == RemovalStatus.BY_HAND else "being_taken_down"]


def times_of(case: TakedownCase, asked: ConsentRequest, words: Words) -> list[str]:
    said = "opened" if asked.is_withdrawn else "opened_no"
    times = [words.say("number", n=case.pk), words.say(said, at=moment(case.opened_at))]
    if case.closed_at:
        return [*times, words.say("done", at=moment(case.closed_at))]
    return [*times, words.say("due", at=moment(case.due_at))]


def moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "j F H.i")


def words_for(request: HttpRequest, asked: ConsentRequest | None = None, **facts: Any) -> Words:
    names = consent.names_of(asked.platforms) if asked else []
    words = Words(language_of(request), {"organisation": settings.ORGANISATION_NAME, **facts})
    *most, last = names or [""]
    words.facts = {
        **words.facts,
        "places": f"{', '.join(most)} {words['and']} {last}" if most else last,
        "contact": settings.CONTACT_EMAIL,
    }
    return words


def say(request: HttpRequest, token: str, state: str, status: int) -> HttpResponse:
    """Without any link of ours: there is none, or one may not ask now."""
    response = answer_with(request, token, state, words_for(request), {}, status=status)
    if status == 429:
        response.headers["Retry-After"] = str(knocking.WINDOW)
    return response


def answer_with(
    request: HttpRequest, token: str, state: str, words: Words, context: dict[str, Any], status: int
) -> HttpResponse:
    """Without what pages of ours know of their reader: that would ask for a cookie, or set one."""
    language = language_of(request)
    ours = {
        "state": state,
        "words": words,
        "token": token,
        "language": language,
        "html_language": gettext_language(language),
        "languages": [
            (key, name, "" if key == SWEDISH else f"?sprak={key}") for key, name in LANGUAGES.items()
        ],
        "here": address(request, token, request.resolver_match.view_name if request.resolver_match else ""),
        "organisation": settings.ORGANISATION_NAME,
        "is_training": settings.IS_TRAINING,
    }
    return HttpResponse(render_to_string("posts/consent/public.html", ours | context), status=status)


# --- its pictures ----------------------------------------------------------------------------------------------------


@require_GET
@for_anybody
def picture(request: HttpRequest, token: str, media_id: UUID, part: str) -> HttpResponseBase:
    """What one is asked about: a picture, or the film. Kept by nobody."""
    asked = consent.by_token(token)
    if asked is None or state_of(asked) in ("expired", "withdrawn"):
        return HttpResponseNotFound()
    found = next((item for item in pictures_of(asked) if item.pk == media_id and item.is_ready), None)
    if found is None:
        return HttpResponseNotFound()
    if part == "film" and found.is_film:
        return serve(request, found.master, f"{found.sha256}-master")
    return FileResponse(found.medium.open("rb"), content_type="image/jpeg")
