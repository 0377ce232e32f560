"""How often we are seen, in a browser: at a desk and on a phone, to eyes and to ears."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.story import Anna
from tests.harness.browser import axe, desktop, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser
PAGE = "/granska/frekvens/"
NARROWEST = 320


@pytest.fixture(params=[desktop, phone], ids=["desk", "phone"])
def screen(request: pytest.FixtureRequest, browser: Browser) -> BrowserContext:
    return request.param(browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_for_everybody(screen: BrowserContext, site: Site, scheme: str):
    anna = Anna(screen, site.url)
    anna.page.emulate_media(color_scheme=scheme)
    anna.go(PAGE)
    anna.page.get_by_text("Visa som tabell").first.click()
    expect(anna.page.get_by_role("region", name="Inlägg per vecka på Facebook")).to_be_visible()
    assert axe(anna.page) == []


def test_one_drawing_is_shown_at_a_time(screen: BrowserContext, site: Site):
    anna = Anna(screen, site.url)
    anna.go(PAGE)
    card = anna.page.locator(".chartcard").first
    assert [chart.is_visible() for chart in card.locator(".chart").all()].count(True) == 1


def test_no_page_must_be_pushed_sideways_on_a_narrow_screen(browser: Browser, site: Site):
    """320 pixels wide: what a screen of 1280 shows at 400 % (WCAG 1.4.10)."""
    anna = Anna(phone(browser), site.url)
    anna.page.set_viewport_size({"width": NARROWEST, "height": 800})
    anna.go(PAGE)
    assert anna.page.evaluate("document.documentElement.scrollWidth") == NARROWEST


def test_a_phone_finds_it_under_more(browser: Browser, site: Site):
    anna = Anna(phone(browser), site.url)
    anna.go("/mer/")
    anna.page.get_by_role("link", name="Frekvens").last.click()
    expect(anna.page.get_by_role("heading", name="Hur ofta vi syns")).to_be_visible()
