"""The same pages for somebody who reads English. What people wrote stays as they wrote it."""

import re

import polib
import pytest
from playwright.sync_api import Browser, Page, expect

from seko_social.processes import ROOT
from tests.e2e.story import PASSWORD, Anna, Karin, Person
from tests.e2e.test_accessibility import ANNAS, KARINS, NARROWEST, OPEN
from tests.harness.browser import desktop, pardon, phone, watched
from tests.harness.site import Site

pytestmark = pytest.mark.browser
CATALOGUE = polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))
CATEGORIES = {"Annat", "Arbetsplatsbesök", "Kampanj"}
"""Named by people, in their language; and these also by us."""
BY_HAND = "Seko Väg & ban, grupp"
"""A channel that has no platform is called by the name that people gave it."""
SWEDISH = {entry.msgid for entry in CATALOGUE if entry.msgid != entry.msgstr} - CATEGORIES
"""Every text of ours that is said otherwise in English."""

EVERYTHING_SAID = """() => {
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const inItsOwnLanguage = element => element.closest('[lang]') !== document.documentElement;
  const said = [document.title.replace(' – Seko Social', '')];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (inItsOwnLanguage(node.nodeType === Node.TEXT_NODE ? node.parentElement : node)) continue;
    if (node.nodeType === Node.TEXT_NODE) said.push(node.data);
    else for (const {name, value} of node.attributes)
      if (/^(alt|title|placeholder|aria-label|data-.+)$/.test(name)) said.push(value);
  }
  return said.map(text => text.trim().replace(/\\s+/g, ' ')).filter(Boolean);
}"""
LANDMARKS = (
    "nav, .practice, .skip, legend, thead th, summary, button, .btn, .tool, .chip, "
    ".h-section, .field__label, .field__hint, .lead"
)


class InEnglish(Person):
    """Somebody whose browser remembers that English was chosen."""

    def sign_in(self) -> None:
        self.page.context.add_cookies([{"name": "django_language", "value": "en", "url": self.url}])
        self.page.goto(self.url)
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile(r"/(hem|granska)/"))


class KarinInEnglish(InEnglish, Karin):
    pass


class AnnaInEnglish(InEnglish, Anna):
    pass


def in_swedish(page: Page) -> list[str]:
    """What the page says in Swedish by itself: whole texts of ours, and any Swedish letter where no post is quoted."""
    whole = [text for text in page.evaluate(EVERYTHING_SAID) if text in SWEDISH]
    landmarks = [text.replace(BY_HAND, "") for text in page.locator(LANDMARKS).all_inner_texts()]
    return whole + [text for text in landmarks if re.search("[åäö]", text, re.IGNORECASE)]


def swedish_on(page: Page, url: str, paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        page.goto(url + path)
        assert page.locator("html").get_attribute("lang") == "en"
        if texts := in_swedish(page):
            found[path] = texts
    return found


def test_the_way_in_is_english(browser: Browser, site: Site):
    page = watched(phone(browser).new_page())
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])
    assert swedish_on(page, site.url, OPEN) == {}


def test_karins_pages_are_english(browser: Browser, site: Site):
    karin = KarinInEnglish(phone(browser), site.url)
    assert swedish_on(karin.page, site.url, [*KARINS, "/konto/logout/"]) == {}


def test_the_second_step_is_english_and_its_code_is_seen(browser: Browser, site: Site):
    """The watch would tell if the policy had kept the picture out."""
    page = KarinInEnglish(phone(browser), site.url).page
    page.goto(site.url + "/konto/2fa/totp/activate/")
    assert in_swedish(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    size = page.get_by_role("img", name="QR code").locator("svg").bounding_box()
    assert size is not None
    assert size["width"] == size["height"] > 100
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == NARROWEST
    assert in_swedish(page) == []


def test_annas_pages_are_english(browser: Browser, site: Site):
    anna = AnnaInEnglish(desktop(browser), site.url)
    assert swedish_on(anna.page, site.url, ANNAS) == {}


def test_the_pages_that_say_no_are_english(browser: Browser, site: Site):
    karin = KarinInEnglish(phone(browser), site.url)
    assert swedish_on(karin.page, site.url, ["/finns-inte/", "/granska/"]) == {}
    pardon(karin.page, "status of 40[34]")


def test_a_swedish_page_is_noticed(browser: Browser, site: Site):
    page = watched(phone(browser).new_page())
    page.goto(site.url + "/konto/login/")
    assert {"Logga in", "E-post", "Lösenord", "Glömt lösenordet?", "Hoppa till innehållet"} <= set(
        in_swedish(page)
    )


def test_the_language_is_switched_on_the_way_in_and_stays(browser: Browser, site: Site):
    page = watched(phone(browser).new_page())
    page.goto(site.url + "/konto/login/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Email").fill(Karin.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello Karin.")


def test_the_language_is_switched_to_and_fro_under_more(browser: Browser, site: Site):
    page = KarinInEnglish(phone(browser), site.url).page
    page.get_by_role("link", name="More").click()
    for button, heading, language in (("Svenska", "Mer", "sv"), ("English", "More", "en")):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.url == site.url + "/mer/"


def test_a_wrong_password_is_told_in_english(browser: Browser, site: Site):
    page = watched(phone(browser).new_page())
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])
    page.goto(site.url + "/konto/login/")
    page.get_by_label("Email").fill("nobody@demo.test")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    assert in_swedish(page) == []
