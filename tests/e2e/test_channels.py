"""A channel's page with everything real: a worker looks, the card hears of it, and two people change it at once."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.story import SOON, Anna, Person
from tests.harness.browser import axe, desktop, pardon, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser
FACEBOOK, X, YOUTUBE, GROUP = 1, 2, 3, 4
NARROWEST = 320


class Mona(Person):
    email = "mona@demo.test"


class Ali(Person):
    """An ombudsman, and the deputy of the group that is kept by hand."""

    email = "ali@demo.test"


def at(person: Person, channel: int, page: str = "") -> None:
    person.page.goto(f"{person.url}/kanaler/{channel}/{page}")


@pytest.fixture
def without_scripts(browser: Browser) -> BrowserContext:
    return browser.new_context(java_script_enabled=False, locale="sv-SE", timezone_id="Europe/Stockholm")


@pytest.mark.parametrize("channel", [FACEBOOK, X, YOUTUBE])
def test_a_test_is_taken_by_a_worker_and_the_card_hears_of_it(browser: Browser, site: Site, channel: int):
    mona = Mona(desktop(browser), site.url)
    at(mona, channel)
    card = mona.page.locator(f"#kanal-{channel}")
    expect(card).not_to_contain_text("Senast testad")
    card.get_by_role("button", name="Testa").dblclick()
    expect(card).to_contain_text("Senast testad i dag", timeout=SOON)
    expect(card).not_to_contain_text("Trasig")
    expect(card).not_to_contain_text("Vi kunde inte titta efter")


def test_a_test_without_scripts_is_seen_when_the_page_is_asked_again(without_scripts, site: Site):
    mona = Mona(without_scripts, site.url)
    at(mona, GROUP)
    expect(mona.page.get_by_role("button", name="Testa")).to_have_count(0)
    at(mona, FACEBOOK)
    mona.page.get_by_role("button", name="Testa").click()
    expect(mona.page).to_have_url(f"{site.url}/kanaler/{FACEBOOK}/")
    expect(mona.page.locator(f"#kanal-{FACEBOOK}")).to_contain_text("Fungerar")


def test_of_two_who_change_a_channel_at_once_the_second_is_told(browser: Browser, site: Site):
    first, second = (Mona(desktop(browser), site.url) for _ in range(2))
    for person in (first, second):
        at(person, X, "andra/")
    first.page.get_by_role("textbox", name="Målgrupp").fill("Media och politiker")
    first.page.get_by_role("button", name="Spara").click()
    expect(first.page.get_by_text("Sparat.")).to_be_visible()
    second.page.get_by_role("textbox", name="Inledande text på sidan").fill("Välkommen till Seko.")
    second.page.get_by_role("button", name="Spara").click()
    expect(second.page.get_by_text("Någon annan ändrade kanalen medan du skrev.")).to_be_visible()
    pardon(second.page, "status of 409")
    expect(second.page.get_by_role("textbox", name="Målgrupp")).to_have_value("Media och politiker")
    second.page.get_by_role("button", name="Spara").click()
    page = second.page
    expect(page.get_by_text("Sparat.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(
        "Målgrupp: Media, politiker och andra organisationer → Media och politiker"
    )
    expect(page.get_by_role("textbox", name="Inledande text på sidan")).to_have_value("Välkommen till Seko.")


def test_a_keeper_who_sees_no_other_channel_finds_and_changes_their_own(browser: Browser, site: Site):
    ali = Ali(phone(browser), site.url)
    ali.page.goto(f"{site.url}/mer/")
    ali.page.get_by_role("link", name="Seko Väg & ban, grupp").click()
    ali.page.get_by_role("link", name="Ändra").click()
    ali.page.get_by_role("spinbutton", name="Mål").fill("2")
    ali.page.get_by_role("button", name="Spara").click()
    expect(ali.page.locator(f"#kanal-{GROUP}")).to_contain_text("2 i veckan")
    ali.page.goto(f"{site.url}/kanaler/{FACEBOOK}/")
    expect(ali.page.get_by_text("Du har inte behörighet att se kanalerna.")).to_be_visible()
    pardon(ali.page, "status of 403")


@pytest.mark.parametrize("screen", [desktop, phone], ids=["desk", "phone"])
def test_the_pages_of_a_channel_are_for_everybody(browser: Browser, site: Site, screen):
    """axe-core, WCAG 2.2 AA, light and dark; and nothing to be pushed sideways on the narrowest screen."""
    mona, anna = Mona(screen(browser), site.url), Anna(screen(browser), site.url)
    found = {}
    for person, pages in ((mona, ("", "andra/", "koppla-fran/")), (anna, ("", "foresla/"))):
        for channel, page in [(channel, page) for channel in (YOUTUBE, GROUP) for page in pages]:
            at(person, channel, page)
            found[channel, page] = axe(person.page)
            person.page.set_viewport_size({"width": NARROWEST, "height": 800})
            wide = person.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= NARROWEST, (channel, page)
    assert {where: lines for where, lines in found.items() if lines} == {}


def test_nobody_leaves_a_channel_by_mistake(browser: Browser, site: Site):
    mona = Mona(desktop(browser), site.url)
    at(mona, GROUP)
    mona.page.get_by_role("link", name="Koppla från").click()
    expect(mona.page.get_by_text("Det går inte att ångra.")).to_be_visible()
    mona.page.get_by_role("link", name="Avbryt").click()
    expect(mona.page).to_have_url(f"{site.url}/kanaler/{GROUP}/")
