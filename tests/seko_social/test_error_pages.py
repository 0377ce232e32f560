"""What the page for developers tells of an error, and what it does not."""

import pytest
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_class, technical_500_response

HIDDEN = "hemligt-" + "h" * 20


@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
@pytest.mark.parametrize("debug", [True, False])
def test_it_shows_the_way_and_no_value(settings, accept, debug):
    settings.DEBUG = debug
    settings.CELERY_BROKER_URL = f"redis://:{HIDDEN}@host"
    settings.HOME_OF_KEYS = HIDDEN
    request = RequestFactory().post(
        f"/kanaler/anslut/x/tillbaka/?code={HIDDEN}",
        f"secret={HIDDEN}&app_id={HIDDEN}",
        content_type="application/x-www-form-urlencoded",
        headers={"accept": accept, "referer": HIDDEN, "authorization": HIDDEN},
    )
    request.COOKIES["anything"] = HIDDEN
    page = page_for(request, [HIDDEN])
    assert HIDDEN not in page
    assert "page_for" in page
    assert "the way" in page
    assert "/kanaler/anslut/x/tillbaka/" in page


def page_for(request, what_it_knows: list[str]) -> str:
    secrets = {"access_token": what_it_knows[0]}
    try:
        raise RuntimeError("the way")
    except RuntimeError as error:
        assert secrets
        return technical_500_response(request, type(error), error, error.__traceback__).content.decode()


def test_it_is_the_one_that_is_used(settings):
    assert get_exception_reporter_class(RequestFactory().get("/")).__module__ == "seko_social.error_pages"
