"""What is true of the person at every page: the language they chose, what is theirs alone, and the second step."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import second_step, sessions
from accounts.answering import refused, wants_json
from accounts.roles import needs_second_step


class ChosenLanguage:
    """
    Swedish until somebody chooses otherwise.

    Django's own middleware would follow the browser, and many a Swedish phone asks for English pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SlidingSessions:
    """Who comes back in time stays signed in; who does not signs in again. What was being written waits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        if request.user.is_authenticated:
            if sessions.is_over(request.session, request.user, now):
                end(request)
            elif sessions.is_to_be_moved_on(request.session, now):
                sessions.move_on(request.session, request.user, now)
        return self.get_response(request)


def end(request: HttpRequest) -> None:
    """No sign-out, which somebody presses: what the phone shows goes on being shown."""
    request.session.flush()
    request.user = AnonymousUser()


class PrivatePages:
    """
    Keeps what somebody who has signed in was shown out of every store.

    A browser keeps whole pages, so that the way back is quick: on a computer that several people use, it would lead back
    to the pages of somebody who has signed out. A page that says something else about it (a picture, a form that is being
    filled in) knows why.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SignedIn(LoginRequiredMiddleware):
    """Every page asks for a sign-in. Who asks for JSON is told so: an outbox that is led to a page takes it for a yes."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know only of pages
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponse:
        if wants_json(request):
            return refused(_("Du är utloggad. Logga in, så skickas det."), 401)
        return super().handle_no_permission(request, view_func)


class RequireTwoSteps:
    """Lets nobody who needs the second step go on without it: it is set up first, or taken first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_MFA and needs_second_step(request.user) and (page := page_before(request)):
            if wants_json(request):
                return refused(_("Du är utloggad. Logga in, så skickas det."), 401)
            return redirect(page)
        return self.get_response(request)


def page_before(request: HttpRequest) -> str:
    """The page that must come first; nothing where the step is taken, or is about to be."""
    kinds = second_step.kinds_of(request.user.pk)
    if not kinds:
        page = "mfa_activate_totp"
    elif second_step.is_taken(request):
        return ""
    else:
        page = "mfa_reauthenticate" if Authenticator.Type.TOTP in kinds else "mfa_reauthenticate_webauthn"
    return "" if request.path.startswith(open_paths(page)) else page


def open_paths(page: str) -> tuple[str, ...]:
    """What the page needs: to set the step up, also the password once more and the codes to keep at hand."""
    to_set_up = (reverse("mfa_index"), reverse("account_reauthenticate"))
    to_take = (reverse("mfa_reauthenticate"), reverse("mfa_reauthenticate_webauthn"))
    needed = to_set_up if page == "mfa_activate_totp" else to_take
    return (*needed, reverse("account_logout"), reverse("set_language"), settings.STATIC_URL)
