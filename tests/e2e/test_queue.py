"""The queue at a desk with keys alone, and on a phone: what is new, and what is there without a connection."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from approvals.queue import PAGE
from tests.e2e.story import SOON, Anna, is_at, reviews
from tests.harness.browser import axe, desktop, pardon, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser


def waiting(site: Site, count: int) -> list[int]:
    return list(json.loads(site.python("-m", "tests.harness.waiting_posts", str(count))).values())


def types(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_queue_is_emptied_with_keys_alone(browser: Browser, site: Site):
    first, second, third = waiting(site, 3)
    page = (anna := Anna(desktop(browser), site.url)).page
    anna.go(f"/granska/{first}/")
    types(page, "j")
    reviews(page, second)
    types(page, "k")
    reviews(page, first)

    # One key for a green post; and on to the next in order.
    types(page, "a")
    reviews(page, second)
    # Two keys for a change with words that are there already.
    types(page, "c")
    expect(page.get_by_role("dialog")).to_be_visible()
    types(page, "1")
    reviews(page, third)

    types(page, "?")
    sheet = page.get_by_role("dialog", name="Kortkommandon")
    expect(sheet.get_by_text("Be om ändring")).to_be_visible()
    assert axe(page) == []
    types(page, "a")
    expect(sheet).to_be_visible()
    types(page, "Escape", "g", "s")
    is_at(page, "/granska/frekvens/")
    types(page, "g", "k")
    is_at(page, "/granska/28/")

    # No key does anything while somebody writes.
    types(page, "f")
    is_at(page, "/sok/")
    types(page, "/")
    page.keyboard.type("BESÖK NUMMER 3 gsk?")
    expect(page.get_by_role("searchbox")).to_have_value("BESÖK NUMMER 3 gsk?")
    page.get_by_role("searchbox").fill("BESÖK NUMMER 3")
    types(page, "Enter")
    expect(page.get_by_role("link", name=re.compile("Besök nummer 3")).first).to_be_visible()

    page.evaluate("localStorage.setItem('keys', 'off')")
    anna.go(f"/granska/{third}/")
    types(page, "a", "x", "?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    reviews(page, third)
    page.evaluate("localStorage.removeItem('keys')")


def test_a_phone_is_told_what_is_new_and_reads_without_a_connection(browser: Browser, site: Site):
    page = (anna := Anna(phone(browser), site.url)).page
    page.clock.install()
    anna.go("/granska/")
    titles = page.locator(".qrow__title").all_inner_texts()
    of = int(page.locator("#ko .num").inner_text())
    waiting(site, 2)
    page.clock.fast_forward(20_000)
    expect(page.get_by_role("status").filter(has_text="2 nya – visa")).to_be_visible(timeout=SOON)
    assert page.locator(".qrow__title").all_inner_texts() == titles
    assert axe(page) == []
    page.get_by_role("link", name="visa", exact=True).click()
    expect(page.locator("#ko .num")).to_have_text(str(of + 2))
    expect(page.locator(".qrow__title")).to_have_count(min(of + 2, PAGE))

    page.locator(".qrow").first.click()
    expect(page.get_by_role("link", name="Be om ändring")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    expect(page.locator("#review").get_by_text("Ingen uppkoppling.")).to_be_visible()
    before = page.url
    # Also what looks for news by itself does not get through, and says no more than that.
    page.clock.fast_forward(20_000)
    expect(page.get_by_role("link", name="Be om ändring")).to_be_disabled()
    page.keyboard.press("x")
    assert page.url == before
    page.context.set_offline(False)
    expect(page.locator("#review").get_by_text("Ingen uppkoppling.")).to_be_hidden()
    page.get_by_role("link", name="Be om ändring").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    pardon(page, "htmx:|ERR_INTERNET_DISCONNECTED")
