"""Hints come and go while somebody writes, stay folded away when they were, and stop nothing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from tests.e2e.story import SOON, Anna, Karin
from tests.harness.browser import axe, desktop, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def waiting(browser: Browser, site: Site, tmp_path: Path) -> int:
    karin = Karin.at(browser, site.url)
    karin.begins(
        f"En lyckad omorganisation från {tmp_path.name}, enligt ledningen. Vi frågade dem som var där ;)"
    )
    return karin.sends_in()


@pytest.fixture(params=[desktop, phone], ids=["desk", "phone"])
def screen(request: pytest.FixtureRequest, browser: Browser) -> BrowserContext:
    return request.param(browser)


def hint(anna: Anna, sentence: str) -> Locator:
    return anna.page.locator(".hint", has_text=sentence)


def writes(anna: Anna, text: str) -> None:
    with anna.saving():
        anna.page.get_by_label("Text till inlägget").fill(text)
        anna.page.get_by_label("Text till inlägget").blur()


def test_a_hint_is_folded_away_and_stays_so(screen: BrowserContext, site: Site, waiting: int):
    anna = Anna(screen, site.url)
    anna.go(f"/granska/{waiting}/?redigera")
    irony, advice = hint(anna, "Kan det här läsas som ironi?"), "Skämt är svåra att höra i text."
    expect(irony.get_by_text(advice)).to_be_visible()
    expect(anna.page.locator("#rad-antal")).to_have_text("1 sak att tänka på")
    assert axe(anna.page) == []

    irony.locator("summary").focus()
    anna.page.keyboard.press("Enter")
    expect(irony.get_by_text(advice)).to_be_hidden()

    writes(anna, "Läs på www.seko.se ;)")
    expect(hint(anna, "Inlägget är nästan bara en länk.").get_by_text("utan att klicka?")).to_be_visible(
        timeout=SOON
    )
    expect(anna.page.locator("#rad-antal")).to_have_text("2 saker att tänka på")
    expect(irony).to_be_visible()
    expect(irony.get_by_text(advice)).to_be_hidden()
    assert axe(anna.page) == []

    writes(anna, "Vi frågade dem som var där, och de har mycket att berätta.")
    expect(anna.page.locator(".hint")).to_have_count(0, timeout=SOON)
    expect(anna.page.locator("#rad-antal")).to_have_text("")


def test_a_post_with_a_hint_is_approved(browser: Browser, site: Site, waiting: int):
    anna = Anna.at(browser, site.url)
    anna.opens(waiting)
    expect(hint(anna, "Kan det här läsas som ironi?")).to_be_visible()
    anna.approves()
    anna.go(f"/inlagg/{waiting}/")
    anna.sees(re.compile("Godkänt|Publiceras|Publicerat"))
