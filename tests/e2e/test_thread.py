"""A long text from the field becomes a thread on X, and a post with a comment of the page's own on Facebook."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import SOON, Anna, Karin
from tests.harness.browser import axe
from tests.harness.site import Site

pytestmark = pytest.mark.browser
LONG = " ".join(f"Mening nummer {number} handlar om tågens tider." for number in range(1, 17))
COMMENT = "Läs hela rapporten på seko.se/rapport."


def test_a_long_text_comes_out_as_a_thread(browser: Browser, site: Site, tmp_path: Path):
    name = tmp_path.name.replace("_", " ")
    karin = Karin.at(browser, site.url)
    karin.begins(f"{name}. {LONG}")
    post = karin.sends_in()

    anna = Anna.at(browser, site.url)
    anna.opens(post)
    anna.chooses("Facebook", "X (Twitter)")
    page = anna.page
    expect(page.locator("[data-key='2']")).to_be_visible(timeout=SOON)
    page.keyboard.press("2")
    page.wait_for_url(re.compile(r"/kanaler/\d+/"), timeout=SOON)
    anna.press("Dela upp i en tråd")
    last = page.get_by_label("Del 3", exact=True)
    expect(last).to_have_value(re.compile(r"Mening nummer 16"))
    assert axe(page) == []
    last.fill(last.input_value() + " " + "Och en sak till." * 20)
    expect(page.locator("#antal-del-2.count--over")).to_be_visible(timeout=SOON)
    last.fill("Det var allt.")
    expect(page.locator("#antal-del-2")).to_contain_text("13 av 280", timeout=SOON)
    page.get_by_label("En del till").fill("Nej, en sak till.")
    expect(page.locator("#antal-del-3")).to_contain_text("17 av 280", timeout=SOON)
    expect(page.locator(".preview__part")).to_have_count(3)

    page.get_by_role("navigation", name="Kanaler").get_by_role("link", name=re.compile("^Facebook")).click()
    page.get_by_label("Första kommentaren").fill(COMMENT)
    expect(page.locator(".preview__part").first).to_contain_text(COMMENT, timeout=SOON)
    anna.opens(post)
    anna.may_approve()
    page.get_by_role("button", name=re.compile("^Godkänn med ändringar")).first.click()
    anna.sees(re.compile("Godkänt. Publiceras nu på"))

    karin.opens(post)
    karin.sees("Hela tråden är ute, 4 delar.")
    karin.sees("Första kommentaren är ute.")
    said = [line["text"] for line in site.sandbox.ledger(effect="public") if line["platform"] == "x"]
    thread = said[said.index(next(text for text in said if text.startswith(name))) :]
    assert thread[2:4] == ["Det var allt.", "Nej, en sak till."]
    assert COMMENT in [line["text"] for line in site.sandbox.ledger(effect="public", call="comment")]
