"""A passkey, from making it to signing in with it and taking it away: a real browser, with a key that it makes up."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.story import SOON, Karin
from tests.harness.site import Site

A_PHONES_OWN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
FORGET = "from allauth.mfa.models import Authenticator; Authenticator.objects.all().delete()"
"""The site is shared: the other stories find Karin without a key."""


class Key:
    """What a phone keeps, and opens for its owner: the browser's own stand-in for it."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": A_PHONES_OWN})
        self.id = made["authenticatorId"]

    @property
    def kept(self) -> list[dict]:
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def opens_for_its_owner(self, *, yes: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})


def test_somebody_makes_a_passkey_and_signs_in_with_it(site: Site, browser: Browser) -> None:
    # A key belongs to a name; an address of figures has none.
    karin = Karin.at(browser, site.url.replace("127.0.0.1", "localhost"))
    key = Key(karin.page)
    try:
        makes_one(karin, key)
        signs_out(karin)
        signs_in(karin)
        is_not_let_in_by_somebody_else(karin, key)
    finally:
        site.manage("shell", "--no-imports", "-c", FORGET)


def makes_one(karin: Karin, key: Key) -> None:
    karin.go("/mer/")
    karin.page.get_by_role("link", name="Passkey").click()
    karin.page.get_by_role("link", name="Lägg till en passkey").click()
    karin.page.get_by_label("Lösenord").fill("okej-okej-okej")
    karin.press("Fortsätt")
    karin.press("Lägg till")
    karin.page.wait_for_url(re.compile(r"/2fa/webauthn/$"), timeout=SOON)
    karin.sees("Min passkey")
    expect(karin.page.get_by_text("reservkoder")).to_have_count(0)
    [kept] = key.kept
    assert kept["isResidentCredential"] is True
    assert kept["rpId"] == "localhost"


def signs_out(karin: Karin) -> None:
    """As people do: with the cookies taken away, an answer still under way could bring others of them back."""
    karin.go("/mer/")
    karin.press("Logga ut")
    karin.page.wait_for_url(re.compile(r"/konto/login/"), timeout=SOON)


def signs_in(karin: Karin) -> None:
    karin.go("/konto/login/")
    karin.press("Använd passkey")
    karin.page.wait_for_url(re.compile(r"/hem/"), timeout=SOON)
    karin.sees("Hej Karin.")


def is_not_let_in_by_somebody_else(karin: Karin, key: Key) -> None:
    """Somebody picked the phone up, and has neither the finger nor the code."""
    signs_out(karin)
    key.opens_for_its_owner(yes=False)
    karin.go("/konto/login/")
    karin.press("Använd passkey")
    expect(karin.page.get_by_text("Det gick inte. Försök igen")).to_be_visible(timeout=SOON)
    assert "/konto/login/" in karin.page.url
    karin.go("/hem/")
    assert "/konto/login/" in karin.page.url
