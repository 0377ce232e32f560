"""Two reviewers open the same post: one is told of the other, takes over, and nobody loses what they typed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import SOON, Anna, Karin
from tests.harness.browser import axe, desktop
from tests.harness.site import Site

pytestmark = pytest.mark.browser
BEAT = 61_000
"""A little longer than the page waits between two times that it says it is open."""


class Johan(Anna):
    email = "johan@demo.test"


def test_a_colleague_takes_over_and_what_was_typed_stays(browser: Browser, site: Site, tmp_path: Path):
    karin = Karin.at(browser, site.url)
    karin.begins(f"Vi stod på bangården i {tmp_path.name} hela natten och vill veta våra tider.")
    post = karin.sends_in()

    anna, johan = Anna(desktop(browser), site.url), Johan(desktop(browser), site.url)
    anna.page.clock.install()
    anna.go(f"/granska/{post}/?redigera")
    expect(anna.page.locator("#ansprak[data-seen]")).to_be_attached(timeout=SOON)
    karin.opens(post)
    karin.sees("Granskas")

    johan.go(f"/granska/{post}/")
    line = johan.page.locator("#ansprak")
    expect(line).to_contain_text(re.compile(r"Anna granskar det här sedan \d\d\.\d\d\."), timeout=SOON)
    assert axe(johan.page) == []
    johan.press("Ta över")
    expect(line).to_contain_text("Du granskar det här nu.", timeout=SOON)

    typed = anna.page.get_by_label("Text till inlägget")
    typed.press_sequentially("Kort och gott")
    anna.page.clock.run_for(BEAT)
    told = anna.page.locator("#ansprak")
    expect(told).to_contain_text(
        re.compile(r"Johan tog över \d\d\.\d\d\. Det du har skrivit står kvar\."), timeout=SOON
    )
    expect(typed).to_have_value(re.compile("Kort och gott"))
    assert axe(anna.page) == []

    johan.go("/status/")
    anna.page.clock.run_for(BEAT)
    expect(told).to_be_empty(timeout=SOON)
    expect(anna.page.locator("#ansprak[data-seen]")).to_be_attached()
