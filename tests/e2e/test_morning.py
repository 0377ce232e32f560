"""
An editor's morning: twelve posts of all kinds, one conflict, one edit, one schedule, and one gap filled from the reserve;
with the keyboard alone, and with a thumb.
"""

import json
import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.story import SOON, Anna, Johan, is_at, reviews
from tests.harness.browser import axe, desktop, pardon, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser

MOST_TABS = 120


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With a minute to regret an okay, and an empty queue."""
    with Site(tmp_path_factory.mktemp("morning") / "var", demo=False, UNDO_SECONDS="60") as running:
        yield running


@pytest.fixture
def posts(site: Site) -> dict[str, int]:
    return json.loads(site.python("-m", "tests.harness.morning_posts"))


# --- with keys ----------------------------------------------------------------------------------------------------


class Keys:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def goes_to(self, place: Locator) -> None:
        for _ in range(MOST_TABS):
            if place.evaluate("there => there === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"no way to {place} with Tab")

    def follows(self, place: Locator) -> None:
        self.goes_to(place)
        self.press("Enter")

    def writes(self, place: Locator, text: str) -> None:
        self.goes_to(place)
        self.press("Control+a")
        self.page.keyboard.type(text)

    def asks_for_a_change(self) -> None:
        """In the first of the words that are there already."""
        self.press("c")
        expect(self.page.get_by_role("dialog")).to_be_visible()
        self.press("1")

    def saves(self) -> None:
        """Leaving a field is enough."""
        with self.page.expect_response(re.compile(r"/spara/$"), timeout=SOON):
            self.press("Tab")
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.activeElement.blur()")


def test_a_morning_with_the_keyboard_alone(browser: Browser, site: Site, posts: dict[str, int]):
    page = (anna := Anna(desktop(browser), site.url)).page
    keys = Keys(page)
    anna.go("/granska/")
    keys.press("Enter")

    # What is urgent comes first. An okay that is regretted brings it back.
    reviews(page, posts["urgent"])
    keys.press("a")
    reviews(page, posts["latest"])
    expect(page.get_by_text("Publiceras på Facebook om").first).to_be_visible()
    keys.press("u")
    reviews(page, posts["urgent"])
    keys.press("a")

    reviews(page, posts["latest"])
    keys.press("a")

    # One is given a day and a time.
    reviews(page, posts["picture"])
    keys.press("s")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert axe(page) == []
    keys.follows(dialog.get_by_role("button", name=re.compile("12.00|i dag|i morgon")).first)
    keys.follows(dialog.get_by_role("button", name="Godkänn och schemalägg"))

    # Somebody else is faster with the next.
    reviews(page, posts["pictures"])
    johan = Johan(desktop(browser), site.url)
    johan.opens(posts["pictures"])
    johan.may_approve()
    johan.press("Godkänn")
    reviews(johan.page, posts["film"])
    johan.go("/mer/")
    keys.press("a")
    expect(page.get_by_role("heading", name="Någon hann före")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("Johan").first).to_be_visible()
    pardon(page, "409")
    keys.follows(page.get_by_role("link", name="Till kön"))
    keys.press("Enter")

    reviews(page, posts["film"])
    keys.press("a")
    reviews(page, posts["text"])
    keys.press("n")
    reviews(page, posts["long"])
    keys.asks_for_a_change()

    # What is missing is written where the page leads to.
    reviews(page, posts["undescribed"])
    okay = page.locator("#beslut").get_by_role("button", name="Godkänn", exact=True)
    expect(okay).to_have_attribute("aria-disabled", "true")
    keys.follows(page.get_by_role("link", name="Bildbeskrivning saknas").first)
    keys.writes(page.get_by_label(re.compile("^Bildbeskrivning")).first, "Fyra personer i varselkläder")
    keys.saves()
    expect(page.locator("#beslut")).to_contain_text("När du godkänner", timeout=SOON)
    keys.press("a")
    reviews(page, posts["unasked"])
    keys.asks_for_a_change()

    reviews(page, posts["irrelevant"])
    keys.press("x")
    expect(page.get_by_role("dialog")).to_be_visible()
    keys.press("1")
    keys.writes(page.get_by_label("Skriv till Karin"), "Skicka gärna något från jobbet.")
    keys.follows(page.get_by_role("dialog").get_by_role("button", name="Avslå"))

    # A slip of the pen is mended; the okay says that something was changed.
    reviews(page, posts["edited"])
    keys.press("e")
    keys.writes(page.locator("#id_text"), "Vi träffade nattlaget på sorteringen.")
    keys.saves()
    expect(page.get_by_role("button", name="Godkänn med ändringar")).to_be_visible(timeout=SOON)
    keys.press("a")
    reviews(page, posts["reserve"])
    keys.press("b")
    expect(page.get_by_role("heading", name="Inget att granska. Bra jobbat.")).to_be_visible(timeout=SOON)

    # A gap of the coming days gets what lies in the reserve: of this week, there may be none left.
    keys.press("g", "c")
    is_at(page, "/granska/kalender/")
    assert axe(page) == []
    keys.follows(page.locator(".stepper-nav a").last)
    keys.follows(page.get_by_role("link", name="Fyll med reserven"))
    keys.follows(page.get_by_role("button", name="Fyll luckorna"))
    expect(page.get_by_role("heading", name="Luckorna är fyllda")).to_be_visible(timeout=SOON)


# --- with a thumb -------------------------------------------------------------------------------------------------


def test_a_morning_with_a_thumb(browser: Browser, site: Site, posts: dict[str, int]):
    page = (anna := Anna(phone(browser), site.url)).page
    decisions, dialog = page.locator("#beslut"), page.get_by_role("dialog")
    okay = decisions.get_by_role("button", name="Godkänn", exact=True)
    anna.go("/granska/")
    page.locator(".qrow").first.tap()

    reviews(page, posts["urgent"])
    okay.tap()
    reviews(page, posts["latest"])
    page.get_by_role("button", name="Ångra").first.tap()
    reviews(page, posts["urgent"])
    okay.tap()

    reviews(page, posts["latest"])
    okay.tap()
    reviews(page, posts["picture"])
    more(page, "Godkänn och schemalägg")
    dialog.locator("[data-at]").last.tap()
    dialog.get_by_role("button", name="Godkänn och schemalägg").tap()

    reviews(page, posts["pictures"])
    johan = Johan(desktop(browser), site.url)
    johan.opens(posts["pictures"])
    johan.may_approve()
    johan.press("Godkänn")
    reviews(johan.page, posts["film"])
    johan.go("/mer/")
    okay.tap()
    expect(page.get_by_role("heading", name="Någon hann före")).to_be_visible(timeout=SOON)
    pardon(page, "409")
    page.get_by_role("link", name="Till kön").tap()
    page.locator(".qrow").first.tap()

    reviews(page, posts["film"])
    okay.tap()
    reviews(page, posts["text"])
    more(page, re.compile("^Godkänn till nästa lucka"))
    reviews(page, posts["long"])
    asks_for(page, "Kortare text")

    reviews(page, posts["undescribed"])
    with anna.saving():
        page.get_by_label(re.compile("^Bildbeskrivning")).first.fill("Fyra personer i varselkläder")
        page.get_by_role("heading", name="Fakta").tap()
    expect(decisions).to_contain_text("När du godkänner", timeout=SOON)
    okay.tap()
    reviews(page, posts["unasked"])
    asks_for(page, "Fråga personerna på bilden")

    reviews(page, posts["irrelevant"])
    more(page, "Avslå", "link")
    dialog.get_by_role("radio", name=re.compile("^Inte relevant för Seko")).tap()
    page.get_by_label("Skriv till Karin").fill("Skicka gärna något från jobbet.")
    dialog.get_by_role("button", name="Avslå").tap()

    reviews(page, posts["edited"])
    page.get_by_role("link", name="Redigera texten").tap()
    with anna.saving():
        page.locator("#id_text").fill("Vi träffade nattlaget på sorteringen.")
        page.get_by_role("heading", name="Fakta").tap()
    page.get_by_role("button", name="Godkänn med ändringar").tap(timeout=SOON)
    reviews(page, posts["reserve"])
    more(page, "Lägg i reserven")
    expect(page.get_by_role("heading", name="Inget att granska. Bra jobbat.")).to_be_visible(timeout=SOON)
    assert axe(page) == []

    anna.go("/granska/kalender/")
    page.locator(".stepper-nav a").last.tap()
    page.get_by_role("link", name="Fyll med reserven").tap()
    page.get_by_role("button", name="Fyll luckorna").tap()
    expect(page.get_by_role("heading", name="Luckorna är fyllda")).to_be_visible(timeout=SOON)


def more(page: Page, name: str | re.Pattern[str], role: Literal["button", "link"] = "button") -> None:
    """One of the decisions that a phone folds away."""
    page.locator(".decide__more summary").tap()
    page.locator(".decide__menu").get_by_role(role, name=name).tap()


def asks_for(page: Page, what: str) -> None:
    page.locator("#beslut").get_by_role("link", name="Be om ändring").tap()
    page.get_by_role("dialog").get_by_role("radio", name=re.compile(f"^{what}")).tap()
    page.get_by_role("button", name="Skicka till Karin").tap()
