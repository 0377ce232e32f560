"""A change that means something else, asked on a phone and answered; and a planned post that is changed after all."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import IN_REVIEW, SOON, Anna, Karin
from tests.harness.browser import axe
from tests.harness.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def words(tmp_path: Path) -> str:
    return (
        f"Klockan sex samlades laget vid {tmp_path.name}. Det är helt sjukt att folk inte kan läsa en skylt."
    )


def test_an_author_is_asked_says_no_and_then_yes(browser: Browser, site: Site, words: str):
    karin = Karin.at(browser, site.url)
    karin.begins(words)
    post = karin.sends_in()

    anna = Anna.at(browser, site.url)
    anna.go(f"/granska/{post}/?redigera")
    text = anna.page.get_by_label("Text till inlägget")
    with anna.saving():
        text.fill(words.replace("Det är helt sjukt att folk inte kan läsa en skylt.", "Håll farten nere."))
        text.blur()
    expect(anna.page.locator("#andringar ins")).to_contain_text("Håll farten nere.", timeout=SOON)
    expect(anna.page.locator("#andringar del").first).to_be_visible()
    with anna.saving():
        anna.page.get_by_label("Varför?").fill("Jag säger vad som ska hända.")
        anna.page.get_by_label("Varför?").blur()
    with anna.saving():
        anna.page.get_by_label("Ändrar betydelsen – Karin måste säga okej").check()
    expect(anna.page.locator("#beslut")).to_contain_text("inte sagt okej", timeout=SOON)
    expect(anna.page.get_by_label("Varför?")).to_have_value("Jag säger vad som ska hända.")
    assert axe(anna.page) == []

    karin.opens(post)
    karin.sees("Anna undrar: är ändringen okej?")
    karin.sees("Jag säger vad som ska hända.")
    assert axe(karin.page) == []
    karin.page.get_by_label("Skriv till Anna").fill("Jag menade dem som kör för fort.")
    karin.press("Nej, så menade jag inte")
    karin.sees("Tack för svaret.")

    anna.go(f"/granska/{post}/")
    anna.sees("Karin sa nej till ändringen. ”Jag menade dem som kör för fort.”")
    karin.press("Det är okej")
    karin.sees("Tack. Inlägget väntar på granskning.")
    anna.go(f"/granska/{post}/")
    anna.sees("Karin har sagt okej till ändringen.")
    anna.may_approve()
    anna.press("Godkänn med ändringar")
    anna.page.wait_for_url(lambda url: f"/granska/{post}/" not in url, timeout=SOON)


def test_what_is_in_the_reserve_is_changed_through_the_queue(browser: Browser, site: Site, words: str):
    karin = Karin.at(browser, site.url)
    karin.begins(words)
    post = karin.sends_in()

    anna = Anna.at(browser, site.url)
    anna.go(f"/granska/{post}/")
    anna.may_approve()
    anna.press("Lägg i reserven")
    anna.page.wait_for_url(lambda url: f"/granska/{post}/" not in url, timeout=SOON)

    anna.go(f"/inlagg/{post}/")
    assert axe(anna.page) == []
    anna.press("Ändra")
    anna.sees("Inlägget granskas igen. Inget av det publiceras.")
    expect(anna.page.get_by_label("Text till inlägget")).to_have_value(words)
    anna.go(f"/inlagg/{post}/")
    expect(anna.page.locator(".standing .chip").first).to_have_text(IN_REVIEW)
