"""Signing in, getting back in, and the second step: in our words, in both languages, and open to those who need it."""

import base64
import hmac
import json
import re
import time

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings as site
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db
PASSWORD = "okej-okej-okej"
RESET = "/konto/password/reset/"
ACTIVATE = "/konto/2fa/totp/activate/"
TAKE = "/konto/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def _no_attempts_before():
    """How often somebody tried is counted in the cache."""
    cache.clear()


@pytest.fixture
def anna():
    return factories.reviewer(email="anna@example.test")


def entered(user) -> Client:
    """Somebody who wrote the password just now."""
    client = Client()
    answer = client.post("/konto/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def confirmed(user) -> Client:
    """Somebody who wrote it once more, as what guards the account asks for."""
    client = entered(user)
    assert client.post("/konto/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


# --- a forgotten password ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("sv", "Nytt lösenord till Seko Social", "Länken fungerar en gång."),
        ("en", "A new password for Seko Social", "The link works once."),
    ],
)
def test_the_mail_speaks_the_language_of_the_page(anna, client, language, subject, sentence):
    client.cookies[site.LANGUAGE_COOKIE_NAME] = language
    client.post(RESET, {"email": anna.email})
    [sent] = mail.outbox
    assert (sent.subject, sent.to) == (subject, [anna.email])
    assert sentence in sent.body
    assert sent.body.endswith("\n\nSeko Social")
    [link] = re.findall(r"http://testserver(\S+)", sent.body)
    assert client.get(link, follow=True).status_code == 200


def test_an_unknown_address_is_told_so_and_offered_no_account(anna):
    page = Client().post(RESET, {"email": "okand@example.test"}, follow=True)
    [sent] = mail.outbox
    assert "Titta i din e-post" in text_of(page)
    assert sent.to == ["okand@example.test"]
    assert "det finns inget konto för okand@example.test" in sent.body
    assert "http" not in sent.body


def test_the_hint_about_passwords_is_what_is_asked_for(anna):
    [least] = [rule["OPTIONS"]["min_length"] for rule in site.AUTH_PASSWORD_VALIDATORS if "OPTIONS" in rule]
    assert f"Minst {least} tecken." in text_of(signed_in(anna).get("/konto/password/change/"))


def test_what_is_wrong_is_said_in_our_words(anna):
    typed = {"oldpassword": "fel", "password1": "kort", "password2": "kort"}
    page = text_of(entered(anna).post("/konto/password/change/", typed))
    assert "Det är inte ditt nuvarande lösenord." in page
    assert "Lösenordet är för kort. Det behöver minst 12 tecken." in page


def test_too_many_attempts_get_a_page_of_ours(anna, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/h/ip"}
    Client().post(RESET, {"email": anna.email})
    refused = Client().post(RESET, {"email": anna.email})
    assert refused.status_code == 429
    assert "Vänta en stund" in text_of(refused)
    assert len(mail.outbox) == 1


def test_nobody_changes_an_address_here(anna):
    client = entered(anna)
    for path in ("/konto/email/", "/konto/confirm-email/", "/konto/confirm-email/abc/"):
        assert client.post(path, {"action_add": "", "email": "ny@example.test"}).url == reverse("accounts:me")
    anna.refresh_from_db()
    assert anna.email == "anna@example.test"


def test_somebody_who_is_switched_off_is_out_at_once(anna):
    client = entered(anna)
    assert client.get("/granska/").status_code == 200
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get("/granska/").url.partition("?")[0] == reverse("account_login")


def test_a_role_that_is_taken_away_is_gone_at_the_next_page(anna):
    client = entered(anna)
    anna.groups.clear()
    assert client.get("/granska/").status_code == 403


def test_a_session_from_before_the_sign_in_is_worth_nothing_after_it(anna):
    client = Client()
    client.get("/konto/login/")
    client.cookies["sessionid"] = known = "a" * 32
    client.post("/konto/login/", {"login": anna.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != known
    stranger = Client()
    stranger.cookies["sessionid"] = known
    assert stranger.get("/granska/").status_code == 302


# --- a code from the mail ---------------------------------------------------------------------------------

ASK, CODE = "/konto/login/code/", "/konto/login/code/confirm/"


def code_from_the_mail() -> str:
    [code] = re.findall(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE)
    return code


def test_a_code_from_the_mail_opens_once(anna):
    client, other = Client(), Client()
    # The page for all ways in calls the address `login`.
    assert client.post(ASK, {"login": anna.email}).url == CODE
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([anna.email], "Din kod till Seko Social")
    code = code_from_the_mail()
    assert other.post(CODE, {"code": code}).url == ASK
    assert client.post(CODE, {"code": code.lower().replace("-", " ")}).status_code == 302
    assert client.get("/granska/").status_code == 200
    client.post("/konto/logout/")
    assert client.post(CODE, {"code": code}).url == ASK


def test_three_wrong_codes_are_enough(anna):
    client = Client()
    client.post(ASK, {"email": anna.email})
    for _ in range(2):
        assert "Skriv koden" in text_of(client.post(CODE, {"code": "BBBB-BBBB"}))
    assert client.post(CODE, {"code": "BBBB-BBBB"}).url == ASK
    assert client.post(CODE, {"code": code_from_the_mail()}).url == ASK
    assert client.get("/granska/").status_code == 302


def test_a_code_is_good_for_a_quarter_of_an_hour(anna, monkeypatch):
    client, start = Client(), time.time()
    client.post(ASK, {"email": anna.email})
    monkeypatch.setattr(time, "time", lambda: start + 15 * 60 + 1)
    assert client.post(CODE, {"code": code_from_the_mail()}).url == ASK


def test_an_unknown_address_is_not_told_from_a_known_one_on_the_page(anna):
    pages = []
    for address in (anna.email, "okand@example.test"):
        page = Client().post(ASK, {"email": address}, follow=True)
        pages.append(text_of(page).replace(address, "…"))
    assert pages[0] == pages[1]
    assert [("kod" in sent.subject, sent.to) for sent in mail.outbox] == [
        (True, [anna.email]),
        (False, ["okand@example.test"]),
    ]


def test_nobody_is_flooded_with_codes(anna):
    answers = [Client().post(ASK, {"email": anna.email}).status_code for _ in range(5)]
    assert (answers, len(mail.outbox)) == ([302, 302, 302, 200, 200], 3)


def test_who_is_switched_off_gets_no_code(anna):
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)
    Client().post(ASK, {"email": anna.email})
    assert [sent.subject for sent in mail.outbox] == ["Inget konto i Seko Social"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_steps")
def test_a_code_from_the_mail_is_one_step_and_not_two(anna):
    key = set_up(confirmed(anna))
    client = Client()
    client.post(ASK, {"email": anna.email})
    answer = client.post(CODE, {"code": code_from_the_mail()})
    assert answer.url == "/konto/2fa/authenticate/"
    assert client.get("/granska/").url.partition("?")[0] == reverse("account_login")
    client.post(answer.url, {"code": code_of(key)})
    assert client.get("/granska/").status_code == 200


@pytest.mark.usefixtures("two_steps")
def test_a_reviewer_without_a_second_step_gets_no_further_with_a_code(anna):
    client = Client()
    client.post(ASK, {"email": anna.email})
    client.post(CODE, {"code": code_from_the_mail()})
    assert client.get("/granska/").url == ACTIVATE


# --- passkeys: what they open is tested in a browser (`tests/e2e/test_passkey.py`) --------------------------


def a_passkey(person) -> Authenticator:
    return Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Min passkey", "credential": {}}
    )


@pytest.mark.usefixtures("two_steps")
def test_a_passkey_is_a_second_step_that_is_taken_and_not_had(anna):
    a_passkey(anna)
    client = Client()
    client.force_login(anna)
    assert client.get("/granska/").url == "/konto/2fa/webauthn/reauthenticate/"
    assert client.post("/konto/2fa/totp/deactivate/").url == "/konto/2fa/webauthn/reauthenticate/"


def test_a_passkey_is_no_second_step_for_those_who_need_none(anna):
    """Whoever lost the phone that kept it comes in as before."""
    adapter, both = get_adapter(), [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    karin = factories.ombudsman()
    for person in (karin, anna):
        a_passkey(person)
    assert (adapter.is_mfa_enabled(karin, both), adapter.is_mfa_enabled(anna, both)) == (False, True)
    assert entered(karin).get("/hem/").status_code == 200


def test_a_made_up_passkey_opens_nothing(anna):
    client = Client()
    asked = client.get("/konto/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert asked.json()["request_options"]["publicKey"]["userVerification"] == "required"
    handle = base64.urlsafe_b64encode(str(anna.pk).encode()).decode().rstrip("=")
    made_up = {"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"userHandle": handle}}
    for credential in ("", "{}", "[]", json.dumps(made_up)):
        client.post("/konto/2fa/webauthn/login/", {"credential": credential})
        assert client.get("/granska/").status_code == 302


# --- the second step --------------------------------------------------------------------------------------


def test_somebody_who_once_forgot_the_password_can_set_up_the_second_step(anna):
    Client().post(RESET, {"email": anna.email})
    assert confirmed(anna).get(ACTIVATE).status_code == 200


def test_the_code_to_scan_is_drawn_in_the_page(anna):
    answer = confirmed(anna).get(ACTIVATE)
    html = answer.content.decode()
    [drawing] = re.findall(r"""<div role="img" aria-label="QR-kod[^"]*">(<svg.*?</svg>)</div>""", html)
    assert 'fill="white"' in drawing
    assert "style=" not in drawing
    assert ("data:image" in html, "<?xml" in html) == (False, False)
    assert "data:" not in answer.headers["Content-Security-Policy"]
    assert answer.context["totp_url"].endswith("&issuer=Seko%20Social")


def test_the_language_can_be_chosen_before_the_second_step_is_set_up(anna, settings):
    settings.REQUIRE_MFA = True
    client = confirmed(anna)
    assert client.get("/mer/").url == ACTIVATE
    chosen = client.post("/sprak/", {"language": "en", "next": ACTIVATE})
    assert chosen.url == ACTIVATE
    assert "Turn on two-step verification" in text_of(client.get(ACTIVATE))
    assert not Authenticator.objects.exists()


def set_up(client) -> str:
    """Turns the second step on, as with an app; the key that the app keeps."""
    client.get(ACTIVATE)
    key = client.session["mfa.totp.secret"]
    assert client.post(ACTIVATE, {"code": code_of(key)}).status_code == 302
    return key


def code_of(key: str) -> str:
    """What the app shows now (RFC 6238)."""
    moment = int(time.time() // 30).to_bytes(8)
    mac = hmac.digest(base64.b32decode(key), moment, "sha1")
    at = mac[-1] & 0xF
    return str(int.from_bytes(mac[at : at + 4]) & 0x7FFF_FFFF)[-6:].zfill(6)


@pytest.fixture
def two_steps(settings):
    settings.REQUIRE_MFA = True
    settings.MFA_TOTP_TOLERANCE = 1  # the half minute may end between the app and us


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_steps")
def test_whoever_sets_up_the_second_step_goes_on(anna):
    client = confirmed(anna)
    set_up(client)
    assert client.get("/granska/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_steps")
def test_a_session_from_before_the_second_step_must_take_it_too(anna):
    other, client = confirmed(anna), confirmed(anna)
    key = set_up(client)
    assert other.get("/granska/").url == TAKE
    assert other.get(TAKE).status_code == 200
    assert other.post("/konto/2fa/totp/deactivate/").url == TAKE
    assert other.post("/konto/2fa/recovery-codes/generate/").url == TAKE
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1
    other.post(TAKE, {"code": code_of(key)})
    assert other.get("/granska/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_steps")
def test_a_password_alone_leads_no_further_than_to_the_second_step(anna):
    key = set_up(confirmed(anna))
    client = Client()
    answer = client.post("/konto/login/", {"login": anna.email, "password": PASSWORD})
    assert answer.url == "/konto/2fa/authenticate/"
    assert client.get("/granska/").url.partition("?")[0] == reverse("account_login")
    client.post(answer.url, {"code": code_of(key)})
    assert client.get("/granska/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("two_steps")
def test_whoever_takes_the_second_step_away_must_set_it_up_again(anna):
    client = confirmed(anna)
    set_up(client)
    client.post("/konto/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert client.get("/granska/").url == ACTIVATE


@pytest.mark.usefixtures("two_steps")
def test_nobody_is_asked_for_a_second_step_whose_roles_need_none():
    assert entered(factories.ombudsman()).get("/hem/").status_code == 200
    assert entered(factories.reader()).get("/inlagg/").status_code == 200


def test_the_admin_is_no_way_around_the_second_step():
    mona = factories.administrator(is_staff=True)
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": mona.email, "password": PASSWORD})
    assert answer.url.partition("?")[0] == reverse("account_login")
    assert client.get("/kanaler/").url.partition("?")[0] == reverse("account_login")
    assert entered(mona).get("/admin/").status_code == 200
