"""The main job with scripts turned off: slower, and nothing is missing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import SOON, Anna, Karin, ticks
from tests.harness.browser import AT_HOME
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser


def test_a_post_is_sent_in_described_and_approved(browser: Browser, site: Site, tmp_path: Path):
    picture = phones.written(tmp_path, "bild.jpg", phones.phone_jpeg(800, 600))
    text = "Utan skript går det också bra"
    karin = Karin(browser.new_context(java_script_enabled=False, **AT_HOME), site.url)
    karin.go("/nytt/")
    karin.page.locator("#id_uploads").set_input_files(str(picture))
    karin.page.get_by_label("Text till inlägget").fill(text)
    karin.press("Spara utkast")
    karin.sees("Utkastet är sparat.")
    karin.answers("Nej")
    post = karin.sends_in()

    anna = Anna(browser.new_context(java_script_enabled=False, **AT_HOME), site.url)
    look_until(anna, f"/granska/{post}/", "#seen")
    anna.page.get_by_label(re.compile("^Bildbeskrivning")).fill("Två kollegor")
    ticks(anna.page.get_by_role("checkbox", name="X (Twitter)"))
    anna.press("Spara")
    anna.sees("Sparat.")
    anna.press("Godkänn")
    anna.sees(re.compile("Godkänt. Publiceras nu på Facebook och X"))

    look_until(karin, f"/inlagg/{post}/", "a.out__a >> nth=1")
    assert len([shown for shown in site.sandbox.posts() if text in shown["text"]]) == 2


def look_until(person: Karin | Anna, path: str, place: str) -> None:
    """Without scripts a page is looked at again by loading it again."""
    for _ in range(SOON // 500):
        person.go(path)
        if person.page.locator(place).count():
            return
        person.page.wait_for_timeout(500)
    expect(person.page.locator(place)).to_be_attached()
