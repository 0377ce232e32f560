"""What is true of the person at every page: the language they chose, and a second step where it is required."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from accounts.roles import NEED_TWO_STEPS


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


class RequireTwoSteps:
    """Sends somebody who must have a second step, and has none yet, to where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_MFA and self.lacks_second_step(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def lacks_second_step(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(self.open_paths()):
            return False
        if not (request.user.is_superuser or request.user.groups.filter(name__in=NEED_TWO_STEPS).exists()):
            return False
        return not Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()

    @staticmethod
    def open_paths() -> tuple[str, ...]:
        return (
            reverse("mfa_index"),
            reverse("account_logout"),
            reverse("account_reauthenticate"),
            reverse("set_language"),
            settings.STATIC_URL,
        )
