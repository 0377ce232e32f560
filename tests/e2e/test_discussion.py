"""What the group says among itself, what it says to the sender, and a no that is judged once more."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import IN_REVIEW, SOON, Anna, Johan, Karin
from tests.harness.browser import axe
from tests.harness.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def waiting(browser: Browser, site: Site, tmp_path: Path) -> int:
    karin = Karin.at(browser, site.url)
    karin.begins(f"Vi var på bangården, berättar de från {tmp_path.name}. De vill veta sina tider i förväg.")
    return karin.sends_in()


def test_a_note_by_key_a_question_to_the_sender_and_her_answer(browser: Browser, site: Site, waiting: int):
    anna, karin = Anna.at(browser, site.url), Karin.at(browser, site.url)
    anna.go(f"/granska/{waiting}/")
    anna.page.keyboard.press("m")
    dialog = anna.page.get_by_role("dialog")
    dialog.get_by_label("Anteckning").fill("Passar bra före förhandlingen.")
    dialog.get_by_label("Gäller").select_option("texten")
    dialog.get_by_label("Säg till en kollega").select_option(label="Johan Alm")
    assert axe(anna.page) == []
    dialog.get_by_role("button", name="Spara anteckningen").click()
    expect(anna.page.locator("#anteckningar")).to_contain_text("Passar bra före förhandlingen.")
    expect(anna.page.locator(".noted")).to_have_text("1 anteckning")

    anna.page.get_by_role("link", name="Skriv till Karin").click()
    anna.page.get_by_role("dialog").get_by_label("Meddelande").fill("Vilken bangård är det?")
    anna.page.get_by_role("button", name="Skicka till Karin").click()
    expect(anna.page.locator("#samtal")).to_contain_text("Vilken bangård är det?")
    assert axe(anna.page) == []

    karin.opens(waiting)
    expect(karin.page.locator("#samtal")).to_contain_text("Vilken bangård är det?")
    expect(karin.page.locator("body")).not_to_contain_text("förhandlingen.")
    karin.page.get_by_label("Skriv till kommunikationsgruppen").fill("Den i Umeå.")
    # The bar at the bottom lies over what is scrolled halfway below it.
    karin.page.get_by_role("button", name="Svara").evaluate(
        "button => button.scrollIntoView({block: 'center'})"
    )
    assert axe(karin.page) == []
    karin.press("Svara")
    expect(karin.page.locator("#samtal")).to_contain_text("Den i Umeå.")
    expect(karin.page.locator(".standing .chip").first).to_have_text(IN_REVIEW)

    expect(anna.finds(waiting)).to_contain_text("Svar från Karin")


def test_a_change_is_asked_for_by_two_keys_and_a_no_is_judged_by_somebody_else(
    browser: Browser, site: Site, waiting: int
):
    anna, karin, johan = (who.at(browser, site.url) for who in (Anna, Karin, Johan))
    anna.go(f"/granska/{waiting}/")
    anna.page.keyboard.press("c")
    expect(anna.page.get_by_role("dialog")).to_be_visible()
    anna.page.keyboard.press("4")
    anna.sees("Skickat till Karin.")
    karin.opens(waiting)
    karin.sees("Gäller: texten")
    karin.page.get_by_role("link", name="Ändra och skicka in").click()
    karin.sends_in()

    anna.go(f"/granska/{waiting}/avsla/")
    anna.page.keyboard.press("4")
    anna.page.get_by_label("Skriv till Karin").fill("Skriv vem som säger det.")
    anna.press("Avslå")
    anna.sees("Avslaget. Karin får ditt svar.")
    karin.opens(waiting)
    karin.page.get_by_role("link", name="Be om en andra bedömning").click()
    assert axe(karin.page) == []
    karin.press("Be om en andra bedömning")
    karin.sees("Någon annan i kommunikationsgruppen tittar på ditt inlägg.")

    anna.go(f"/granska/{waiting}/")
    anna.sees("Du avslog inlägget. Den andra bedömningen gör en kollega.")
    expect(anna.page.get_by_role("button", name="Godkänn", exact=True)).to_have_count(0)
    johan.go(f"/granska/{waiting}/")
    expect(johan.page.locator("#beslut").get_by_role("link", name="Avslå")).to_be_visible(timeout=SOON)
