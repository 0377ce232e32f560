"""Somebody in a hurry presses a button with the cursor still in the field: the page saves and decides at once."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import SOON, Anna, Karin
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
