"""Somebody in a picture says yes on an old telephone, changes their mind, and sees their picture go."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.story import OLD_PHONE, SOON, Anna, Karin, loaded_until, public
from tests.harness.browser import axe, pardon, phone, watched
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser


def test_a_yes_by_the_code_is_enough_and_taken_back_it_takes_the_picture_down(
    browser: Browser, site: Site, tmp_path: Path
):
    text = "En av fyra i växeln har jobbat här i trettio år"
    picture = phones.written(tmp_path, "bild.jpg", phones.phone_jpeg(800, 600))
    karin = Karin.at(browser, site.url)
    karin.begins(text, picture)
    karin.answers("Ja, men jag har inte frågat")
    karin.press("Visa QR-kod eller lämna över telefonen")
    karin.page.wait_for_url(re.compile(r"/inlagg/\d+/samtycke/"), timeout=SOON)
    expect(karin.page.get_by_label("Hur många på bilden går att känna igen?")).to_have_value("1")
    karin.press("Visa QR-kod")
    expect(karin.page.locator(".consent__code svg")).to_be_visible()
    address = karin.page.get_by_label("Eller skicka länken").input_value()

    assert axe(karin.page) == []
    other = watched(phone(browser).new_page())
    other.goto(address)
    assert axe(other) == []

    old = watched(browser.new_context(**OLD_PHONE).new_page())
    old.goto(address)
    expect(old.locator("h1")).to_have_text("Får Seko visa den här bilden?")
    assert old.evaluate("document.documentElement.scrollWidth") <= 320
    old.get_by_role("link", name="Lätt svenska").click()
    expect(old.get_by_text("Ingen blir arg, och inget händer.")).to_be_visible()
    loaded_until(old, "Ja, det är okej")
    old.get_by_role("button", name="Ja, det är okej").click()
    expect(old.locator("h1")).to_have_text("Tack. Du har sagt ja.")
    assert old.context.cookies() == []

    expect(karin.page.locator("#svar")).to_contain_text("Ja", timeout=SOON)
    karin.page.get_by_role("link", name="Tillbaka till inlägget").click()
    is_at_the_question(karin.page)
    post = karin.sends_in()
    anna = Anna.at(browser, site.url)
    anna.opens(post)
    anna.describes("En man vid en telefonväxel")
    anna.approves()
    karin.opens(post)
    karin.sees_links_to("Facebook")
    assert len(public(site, text)) == 1

    old.reload()
    old.get_by_role("button", name="Jag ångrar mig. Ta bort bilden").click()
    expect(old.locator("h1")).to_have_text("Du har ångrat dig.")
    loaded_until(old, "Bilden är borta. Det här är ditt kvitto.")
    assert public(site, text) == []
    anna.go("/nedtagningar/")
    anna.sees(re.compile(r"Nere "))


def test_the_telephone_waits_for_a_picture_that_is_being_made_ready(
    browser: Browser, site: Site, tmp_path: Path
):
    picture = phones.written(tmp_path, "bild.jpg", phones.phone_jpeg(800, 600))
    karin = Karin.at(browser, site.url)
    karin.begins("Hon har kört natt i elva år", picture)
    karin.answers("Ja, men jag har inte frågat")
    karin.press("Visa QR-kod eller lämna över telefonen")
    karin.page.wait_for_url(re.compile(r"/inlagg/\d+/samtycke/"), timeout=SOON)
    post = int(re.findall(r"/inlagg/(\d+)/", karin.page.url)[0])
    expect(karin.page.locator(".consent__pics img")).to_be_visible(timeout=SOON)

    pictures_are(site, post, "making")
    karin.page.get_by_role("link", name="Lämna över telefonen").click()
    karin.sees("Bilden görs i ordning. Du kan säga ja när du ser den.")
    yes = karin.page.get_by_role("button", name="Ja, det är okej")
    expect(yes).to_be_hidden()
    at = left_of_no(karin.page)
    assert axe(karin.page) == []
    karin.page.get_by_label("Förnamn eller initialer").fill("Samira")
    # A line that is gone for a moment, and a server that has trouble, take nothing from the page.
    karin.page.context.set_offline(True)
    asked_and_failed(karin.page)
    karin.page.context.set_offline(False)
    karin.page.route(re.compile("/telefon/$"), lambda route: route.fulfill(status=502, body="Bad Gateway"))
    asked_and_failed(karin.page, status=502)
    karin.page.unroute_all()
    karin.sees("Bilden görs i ordning. Du kan säga ja när du ser den.")
    pardon(karin.page, "htmx:|ERR_INTERNET_DISCONNECTED|502|Status Error")
    pictures_are(site, post, "ready")
    expect(yes).to_be_visible(timeout=SOON)
    # A yes that comes later does not come under a thumb on its way to no.
    assert left_of_no(karin.page) == at
    yes.click()
    expect(karin.page.get_by_role("heading", name="Tack. Du har sagt ja.")).to_be_visible(timeout=SOON)
    karin.page.get_by_role("link", name="Tillbaka till inlägget").click()
    karin.go(f"/inlagg/{post}/samtycke/")
    expect(karin.page.locator("#svar")).to_contain_text("Samira")


def left_of_no(page: Page) -> float:
    return page.get_by_role("button", name="Nej").bounding_box()["x"]


def asked_and_failed(page: Page, status: int | None = None):
    if status is None:
        page.wait_for_event("requestfailed", timeout=SOON)
    else:
        page.wait_for_event("response", lambda answer: answer.status == status, timeout=SOON)


def pictures_are(site: Site, post: int, state: str):
    site.manage(
        "shell",
        "-c",
        f"from posts.models import Media; Media.objects.filter(in_drafts__draft__post={post}).update(state={state!r})",
    )


def is_at_the_question(page: Page):
    """All who were asked have answered: nothing more is demanded."""
    expect(page.locator("#personer")).to_be_in_viewport()
    expect(page.get_by_text("Alla som är tillfrågade har sagt ja (1 av 1).")).to_be_in_viewport()
    expect(page.get_by_text("inlägget går inte ut förrän alla har sagt ja")).to_be_hidden()
