"""
Somebody in a hurry presses a button with the cursor still in the field: the page saves and decides at once. On a slow
line they are even faster than the page's scripts.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.story import OLD_PHONE, SOON, Anna, Karin, ticks
from tests.harness.browser import pardon
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser


@pytest.fixture
def waiting(browser: Browser, site: Site, tmp_path: Path) -> int:
    """A post that only lacks an image description."""
    karin = Karin.at(browser, site.url)
    karin.begins(
        f"Bråttom från {tmp_path.name}", phones.written(tmp_path, "bild.jpg", phones.phone_jpeg(640, 480))
    )
    karin.answers("Nej")
    return karin.sends_in()


@pytest.fixture
def anna(browser: Browser, site: Site) -> Anna:
    return Anna.at(browser, site.url)


def test_what_was_just_typed_is_approved(anna: Anna, waiting: int):
    anna.opens(waiting)
    anna.describes("Ett spår")
    anna.may_approve()
    field = anna.page.get_by_label("Bildbeskrivning").first
    field.fill("Två banarbetare vid ett spår")
    anna.press("Godkänn")
    anna.sees("Godkänt.")
    anna.go(f"/inlagg/{waiting}/")
    assert (
        anna.page.get_by_text("Två banarbetare vid ett spår").count()
        or anna.page.locator('img[alt="Två banarbetare vid ett spår"]').count()
    )


def test_what_was_just_typed_for_a_channel_is_saved(anna: Anna, waiting: int):
    anna.opens(waiting)
    anna.chooses("Facebook", "X (Twitter)")
    for number in range(3):
        anna.go(f"/granska/{waiting}/")
        anna.page.get_by_role("link", name="Version för X (Twitter)").click()
        anna.page.get_by_label("Text på X (Twitter)").fill(f"Kort text nummer {number}")
        with anna.page.expect_navigation(timeout=SOON):
            anna.press("Spara")
        expect(anna.page.get_by_label("Text på X (Twitter)")).to_have_value(
            f"Kort text nummer {number}", timeout=SOON
        )
        expect(anna.page.get_by_role("heading", name="Någon hann före")).to_have_count(0)


# --- before the scripts are there ---------------------------------------------------------------------------------

FIRST_TIME = {**OLD_PHONE, "java_script_enabled": True, "service_workers": "block"}
"""Nothing of the site is on the phone yet."""


PRESSES = """() => {
  const listen = EventTarget.prototype.addEventListener;
  document.getElementById("inlagg").addEventListener = function (type, ...rest) {
    listen.call(this, type, ...rest);
    if (type === "submit") setTimeout(() => this.requestSubmit(document.querySelector("[name=intent][value=submit]")));
  };
}"""
"""As soon as the page hears of it."""


class Late:
    """A script that does not come before somebody says so. The page shows all the while what is in it."""

    def __init__(self, page: Page, name: str) -> None:
        self.held: list[Route] = []
        self.page, self.pattern = page, re.compile(rf"/static/.*{re.escape(name)}$")
        page.route(self.pattern, lambda route: self.held.append(route))

    def opens(self, address: str) -> None:
        self.page.goto(address, wait_until="commit")
        for _ in range(SOON // 100):
            if self.held:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("nobody asked for it")

    def comes(self) -> None:
        for route in self.held:
            route.continue_()
        self.page.unroute(self.pattern)


def test_what_was_typed_and_chosen_before_the_scripts_came_is_saved(anna: Anna, waiting: int):
    page = anna.page
    anna.opens(waiting)
    late = Late(page, "htmx.min.js")
    late.opens(f"{anna.url}/granska/{waiting}/")
    page.get_by_label("Bildbeskrivning").fill("Två banarbetare vid ett spår")
    ticks(page.get_by_role("checkbox", name="X (Twitter)"))
    with anna.saving():
        late.comes()
    anna.may_approve()
    page.get_by_role("link", name="Version för X (Twitter)").click()
    page.wait_for_url(re.compile(r"/kanaler/\d+/"), timeout=SOON)

    late = Late(page, "htmx.min.js")
    late.opens(page.url)
    page.get_by_label("Text på X (Twitter)").fill("Två vid ett spår.")
    page.get_by_label("Text på X (Twitter)").blur()
    late.comes()
    expect(page.locator(".preview").last).to_contain_text("Två vid ett spår.", timeout=SOON)


def test_a_picture_that_was_chosen_before_the_scripts_came_is_sent_in(
    browser: Browser, site: Site, tmp_path: Path
):
    karin = Karin(browser.new_context(**FIRST_TIME), site.url)
    picture = phones.written(tmp_path, "bild.jpg", phones.phone_jpeg(640, 480))
    late = Late(karin.page, "compose.js")
    late.opens(f"{karin.url}/nytt/")
    karin.page.locator("#id_uploads").set_input_files(str(picture))
    karin.page.get_by_label("Text till inlägget").fill("Fortare än sidan")
    late.comes()
    expect(karin.page.locator("#shots > li [name=media]")).to_have_count(1, timeout=SOON)
    karin.answers("Nej")
    post = karin.sends_in()
    karin.opens(post)
    expect(karin.page.locator("main figure")).to_have_count(1)


def test_several_pictures_are_sent_in_by_whoever_presses_before_the_scripts_have_taken_them(
    browser: Browser, site: Site, tmp_path: Path
):
    karin = Karin(browser.new_context(**FIRST_TIME), site.url)
    pictures = [phones.written(tmp_path, f"{n}.jpg", phones.phone_jpeg(640, 480 + n)) for n in range(3)]
    late = Late(karin.page, "compose.js")
    late.opens(f"{karin.url}/nytt/")
    karin.page.locator("#id_uploads").set_input_files([str(each) for each in pictures])
    karin.page.get_by_label("Text till inlägget").fill("Fortare än sidan, med tre bilder")
    # The press comes right after the script, and before the store is open. Who is to be seen is asked by the server.
    karin.page.evaluate(PRESSES)
    late.comes()
    expect(karin.page.locator("#fel")).to_be_visible(timeout=SOON)
    expect(karin.page.locator("#shots > li [name=media]")).to_have_count(3, timeout=SOON)
    pardon(karin.page, "422")


def test_what_was_written_before_the_scripts_came_is_kept_beside_what_the_phone_has(
    browser: Browser, site: Site
):
    karin = Karin(browser.new_context(**FIRST_TIME), site.url)
    page = karin.page
    karin.go("/nytt/")
    page.get_by_label("Text till inlägget").fill("Det som redan låg på telefonen")
    expect(page.locator("#sparat")).to_have_text(re.compile("Sparat"), timeout=SOON)
    late = Late(page, "compose.js")
    late.opens(page.url)
    page.get_by_label("Text till inlägget").fill("Skrivet i förväg")
    late.comes()
    expect(page.locator(".other blockquote")).to_have_text("Skrivet i förväg", timeout=SOON)
    expect(page.get_by_label("Text till inlägget")).to_have_value("Det som redan låg på telefonen")
    page.get_by_role("button", name="Använd den här").click()
    expect(page.get_by_label("Text till inlägget")).to_have_value("Skrivet i förväg")


def test_an_answer_that_was_given_before_the_scripts_came_is_kept(browser: Browser, site: Site):
    karin = Karin(browser.new_context(**FIRST_TIME), site.url)
    late = Late(karin.page, "compose.js")
    late.opens(f"{karin.url}/nytt/")
    ticks(karin.page.get_by_role("radio", name="Kampanj"))
    late.comes()
    expect(karin.page.locator("#sparat")).to_have_text(re.compile("Sparat"), timeout=SOON)
