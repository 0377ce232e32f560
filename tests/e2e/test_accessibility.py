"""Every page for people who see, point or hear otherwise: axe-core, WCAG 2.2 AA, light and dark, phone and desk."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.story import Anna, Karin, Person
from tests.harness.browser import axe, desktop, pardon, phone, watched
from tests.harness.site import Site

pytestmark = pytest.mark.browser
OPEN = [
    "/konto/login/",
    "/konto/login/code/",
    "/konto/password/reset/",
    "/konto/signup/",
    "/utan-uppkoppling/",
]
KARINS = ["/hem/", "/nytt/", "/nytt/plats/", "/nytt/plats/nej/", "/nytt/plats/vet-inte/",
          "/mina/", "/mina/?visa=publicerat", "/mina/?visa=utkast", "/mina/?visa=avslutat",
          "/inlagg/4/", "/inlagg/22/", "/inlagg/25/", "/inlagg/25/andra/", "/inlagg/29/inskickat/", "/mer/", "/policy/",
          "/publicering/1/kvitto/", "/konto/password/change/", "/konto/2fa/", "/aviseringar/",
          "/sidor-och-grupper/", "/valkommen/", "/konto/2fa/webauthn/", "/utkorg/", "/dela/?text=Hej&fullt=1",
          "/hemskarmen/", "/handelser/", "/handelser/ny/", "/handelser/kalendrar/", "/konto/logout/"]  # fmt: skip
ANNAS = ["/granska/", "/granska/27/", "/granska/29/", "/granska/29/?redigera", "/granska/29/kanaler/1/",
         "/granska/29/kanaler/2/", "/granska/29/be-om-andring/", "/granska/29/avsla/", "/inlagg/", "/inlagg/4/",
         "/inlagg/18/", "/inlagg/19/", "/inlagg/10/ta-ned/", "/ta-ned/", "/publicering/33/avgor/",
         "/publicering/18/kvitto/", "/publicering/38/for-hand/", "/kanaler/", "/mer/", "/policy/",
         "/aviseringar/", "/manniskor/", "/policy/skriv/", "/granska/29/schemalagg/",
         "/status/", "/status/stoppa/", "/kanaler/1/pausa/", "/handelser/alla/", "/nedtagningar/", "/jour/"]  # fmt: skip
NARROWEST = 320


class Mona(Person):
    email = "mona@demo.test"


@pytest.fixture(params=[desktop, phone], ids=["desk", "phone"])
def screen(request: pytest.FixtureRequest, browser: Browser) -> BrowserContext:
    return request.param(browser)


def findings(page: Page, url: str, paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        page.goto(url + path)
        with whole(page):
            if lines := axe(page):
                found[path] = lines
    return found


@contextmanager
def whole(page: Page) -> Iterator[None]:
    """As high as what is on it: a bar over the fold covers a button only until somebody scrolls."""
    screen = page.viewport_size or {"width": 0, "height": 0}
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": screen["width"], "height": max(screen["height"], height)})
    yield
    page.set_viewport_size(screen)


def test_the_way_in(screen: BrowserContext, site: Site):
    assert findings(watched(screen.new_page()), site.url, OPEN) == {}


def test_the_ombudsmans_pages(screen: BrowserContext, site: Site):
    assert findings(Karin(screen, site.url).page, site.url, KARINS) == {}


def test_the_desk(screen: BrowserContext, site: Site):
    assert findings(Anna(screen, site.url).page, site.url, ANNAS) == {}


def test_taking_down_without_reading(screen: BrowserContext, site: Site):
    paths = ["/ta-ned/", "/inlagg/10/ta-ned/", "/inlagg/25/ta-ned/"]
    assert findings(Mona(screen, site.url).page, site.url, paths) == {}


def test_the_pages_that_say_no(screen: BrowserContext, site: Site):
    mona = Mona(screen, site.url)
    assert findings(mona.page, site.url, ["/finns-inte/", "/granska/"]) == {}
    pardon(mona.page, "status of 40[34]")


@pytest.mark.parametrize("person", [Karin, Anna], ids=["karin", "anna"])
def test_no_page_must_be_pushed_sideways_on_a_narrow_screen(
    browser: Browser, site: Site, person: type[Person]
):
    """320 pixels wide: what a screen of 1280 shows at 400 % (WCAG 1.4.10)."""
    context = phone(browser)
    who = person(context, site.url)
    who.page.set_viewport_size({"width": NARROWEST, "height": 800})
    wide = {}
    for path in KARINS if person is Karin else ANNAS:
        who.go(path)
        width = who.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            wide[path] = width
    assert wide == {}


@pytest.mark.parametrize("person", [Karin, Anna], ids=["karin", "anna"])
def test_every_target_is_large_enough_for_a_thumb(browser: Browser, site: Site, person: type[Person]):
    who = person(phone(browser), site.url)
    small = {}
    for path in ["/hem/", "/nytt/", "/mer/"] if person is Karin else ["/granska/29/", "/kanaler/"]:
        who.go(path)
        if found := who.page.evaluate(SMALL_TARGETS):
            small[path] = found
    assert small == {}


SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, summary, .choice, .pick > span, .check')]
  .filter(it => it.offsetParent && !it.closest('p, dd, .sr, .practice, [inert]') && !it.classList.contains('skip'))
  .map(it => ({box: it.getBoundingClientRect(), it}))
  .filter(({box}) => box.width && (box.height < 44 || box.width < 44))
  .map(({box, it}) => `${it.className || it.tagName} ${it.innerText.trim().slice(0, 20)} ${box.width}x${box.height}`)"""


def test_nothing_is_in_english_on_a_swedish_page(browser: Browser, site: Site):
    karin = Karin(phone(browser), site.url)
    english = re.compile(
        r"\b(the|and|your|please|password|sign in|log out|delete|save|submit|cancel)\b", re.IGNORECASE
    )
    found = {}
    for path in [*KARINS, *OPEN]:
        karin.go(path)
        if words := english.findall(karin.page.inner_text("body")):
            found[path] = words
    assert found == {}
