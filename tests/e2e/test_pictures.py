"""A picture is made fit to be shown: by mouse and keyboard at a desk, and by thumb on a phone."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from posts.media import faces
from tests.e2e.story import SOON, Anna, Karin
from tests.harness.browser import axe, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser

PORTRAIT = Path(__file__).parents[1] / "posts" / "media" / "portrait.jpg"


@pytest.fixture
def waiting(browser: Browser, site: Site, tmp_path: Path) -> int:
    with Image.open(PORTRAIT) as portrait:
        crowd = Image.new("RGB", (1200, 900), "darkslateblue")
        crowd.paste(portrait.resize((400, 400)), (100, 250))
        crowd.paste(portrait.resize((300, 300)), (800, 300))
        crowd.save(tmp_path / "crowd.jpg", quality=90)
    karin = Karin.at(browser, site.url)
    karin.begins(f"Vi träffades på torget, alla från {tmp_path.name}.", tmp_path / "crowd.jpg")
    karin.answers()
    return karin.sends_in()


def boxes(page: Page) -> list[list[str]]:
    """The numbers that would be sent."""
    rows = page.locator('[data-boxes="blur"] > li').all()
    return [[field.input_value() for field in row.locator("input").all()] for row in rows]


def suggested() -> int:
    return 2 if faces.is_available() else 0


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From and to parts of the picture, as it is seen."""
    there = page.locator("#bilden").bounding_box()
    assert there is not None
    x, y, width, height = there["x"], there["y"], there["width"], there["height"]
    page.mouse.move(x + width * start[0], y + height * start[1])
    page.mouse.down()
    page.mouse.move(x + width * end[0], y + height * end[1], steps=5)
    page.mouse.up()


def test_a_face_is_blurred_with_mouse_and_keyboard_and_the_old_picture_is_gone(
    browser: Browser, site: Site, waiting: int
):
    anna = Anna.at(browser, site.url)
    anna.opens(waiting)
    page = anna.page
    old = page.locator(".photo__whole").get_attribute("src")

    page.keyboard.press("v")
    page.wait_for_url(re.compile(r"/stor/$"))
    assert axe(page) == []
    page.get_by_label("Skyddsutrustning på").check()
    page.keyboard.press("+")
    expect(page.locator(".full__stage--zoomed")).to_be_visible()
    page.get_by_role("link", name="Sudda").click()

    expect(page.locator(".stage__face")).to_have_count(suggested(), timeout=SOON)
    drag(page, (0.05, 0.05), (0.25, 0.25))
    assert len(boxes(page)) == 1
    left, top, width, height = map(float, boxes(page)[0])
    assert (left, top) == (pytest.approx(5, abs=0.5), pytest.approx(5, abs=0.5))
    assert (width, height) == (pytest.approx(20, abs=0.5), pytest.approx(20, abs=0.5))

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    moved = [float(value) for value in boxes(page)[0]]
    assert moved == [pytest.approx(value, abs=0.01) for value in (left + 1, top, width, height + 1)]
    anna.press("Ångra steget")
    anna.press("Ångra steget")
    assert [float(value) for value in boxes(page)[0]] == [left, top, width, height]

    if suggested():
        anna.press("Sudda alla ansikten")
        assert len(boxes(page)) == 3
    anna.press("Åt höger")
    assert axe(page) == []
    anna.press("Spara bilden")

    page.wait_for_url(re.compile(rf"/granska/{waiting}/$"), timeout=SOON)
    anna.sees("Den gamla bilden går inte att få tillbaka.")
    picture = page.locator(".photo__whole")
    assert (picture.get_attribute("width"), picture.get_attribute("height")) == ("900", "1200")
    assert page.request.get(site.url + str(old)).status == 410
    assert page.request.get(site.url + str(picture.get_attribute("src"))).status == 200


def test_on_a_phone_a_suggestion_is_tapped_and_a_form_chosen(browser: Browser, site: Site, waiting: int):
    anna = Anna(phone(browser), site.url)
    anna.go(f"/granska/{waiting}/")
    page = anna.page
    expect(page.locator("#seen")).to_be_attached(timeout=SOON)
    page.get_by_role("link", name="Sudda").tap()
    expect(page.locator(".stage__face")).to_have_count(suggested(), timeout=SOON)
    if suggested():
        page.locator(".stage__face").first.tap()
    else:
        page.get_by_role("button", name="Lägg till ruta").tap()
    assert len(boxes(page)) == 1
    page.get_by_role("button", name="Beskär").tap()
    page.locator(".pick", has_text="4:5").tap()
    assert axe(page) == []
    page.get_by_role("button", name="Spara bilden").tap()

    page.wait_for_url(re.compile(rf"/granska/{waiting}/$"), timeout=SOON)
    picture = page.locator(".photo__whole")
    assert (picture.get_attribute("width"), picture.get_attribute("height")) == ("720", "900")
