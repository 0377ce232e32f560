"""What every answer tells the browser: what a page may load, and who may keep it."""

import pytest
from django.test import Client

from tests import factories
from tests.pages import signed_in

pytestmark = pytest.mark.django_db

ANYBODYS = {
    "a page": "/konto/login/",
    "a page that is not there": "/konto/finns-inte/",
    "a file": "/static/css/base.css",
    "a probe": "/healthz",
    "a way to the sign-in": "/hem/",
}


def superuser() -> Client:
    return signed_in(factories.person(is_staff=True, is_superuser=True))


def rules_of(response) -> dict[str, str]:
    rules = (rule.strip().partition(" ") for rule in response.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in rules}


@pytest.mark.parametrize("path", ANYBODYS.values(), ids=ANYBODYS)
def test_every_answer_says_what_a_page_may_load(path):
    response = Client().get(path)
    response.close()
    assert rules_of(response)["default-src"] == "'none'"


def test_a_file_is_for_no_page_but_ours():
    response = Client().get("/static/css/base.css")
    response.close()
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/granska/", "/finns-inte/"])
def test_every_answer_to_somebody_who_has_signed_in_says_it_too(path):
    rules = rules_of(superuser().get(path))
    assert (rules["default-src"], rules["frame-ancestors"]) == ("'none'", "'none'")
    assert "unsafe" not in str(rules)


def test_a_foreign_host_and_a_plain_address_are_answered_with_the_rules_too(settings):
    foreign = Client().get("/konto/login/", headers={"host": "evil.test"})
    assert (foreign.status_code, rules_of(foreign)["default-src"]) == (400, "'none'")
    settings.SECURE_SSL_REDIRECT = True
    plain = Client().get("/konto/login/")
    assert (plain.status_code, rules_of(plain)["default-src"]) == (301, "'none'")


@pytest.mark.parametrize("path", ["/hem/", "/mina/", "/mer/", "/finns-inte/", "/granska/"])
def test_what_somebody_who_has_signed_in_is_shown_is_kept_nowhere(path):
    response = signed_in(factories.ombudsman()).get(path)
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_form_that_is_being_filled_in_is_kept_for_the_way_back():
    karin = factories.ombudsman()
    page, post = signed_in(karin), factories.draft(karin)
    for path in ("/nytt/", f"/inlagg/{post.pk}/andra/"):
        assert set(page.get(path).headers["Cache-Control"].split(", ")) == {"private", "no-cache"}


def test_a_page_that_is_everybodys_says_nothing_about_it():
    assert "Cache-Control" not in Client().get("/hem/").headers


def test_the_language_is_no_scripts_business():
    cookie = Client().post("/sprak/", {"language": "en"}).cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_browser_that_asks_for_an_icon_gets_the_mark(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response.url) == (302, "/static/img/marke.svg")
