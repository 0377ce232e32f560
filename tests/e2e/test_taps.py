"""
As quick as sending a picture to a chat group: how often a thumb must touch the screen, from a picture to a post that is
sent in. Every touch of our pages is counted by the browser; what the phone's own screens take is counted by name. A
question that somebody must answer before a post is accepted breaks these numbers.
"""

import hashlib
import random
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.story import SOON, Karin
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser

PORTRAIT = Path(__file__).parents[1] / "posts" / "media" / "portrait.jpg"
COUNT = """addEventListener("pointerdown", () => {
  sessionStorage.setItem("touches", Number(sessionStorage.getItem("touches")) + 1);
}, true);"""
SHARE = """() => {
  const made = (name, facts) => Object.assign(document.createElement(name), facts);
  const form = made("form", {id: "share", method: "post", action: "/dela/", enctype: "multipart/form-data"});
  form.append(made("input", {type: "file", name: "files", id: "shared"}));
  document.body.append(form);
}"""
HAS_WORKER = """async () => {
  await navigator.serviceWorker.ready;
  return Boolean(navigator.serviceWorker.controller);
}"""
KEPT_PAGE = """async () => {
  for (const name of await caches.keys()) if (await (await caches.open(name)).match("/nytt/")) return true;
  return false;
}"""


class Thumb(Karin):
    """Somebody whose touches are counted."""

    @classmethod
    def at(cls, browser: Browser, url: str) -> "Thumb":
        thumb = super().at(browser, url)
        thumb.page.context.add_init_script(COUNT)
        thumb.elsewhere: list[str] = []
        return thumb  # type: ignore[return-value]

    def begins_at(self, path: str) -> None:
        self.go(path)
        self.page.evaluate("sessionStorage.removeItem('touches')")

    def touches_elsewhere(self, *what: str) -> None:
        """On the phone's own screens: its home, its camera, what shares."""
        self.elsewhere += what

    def touches(self, what: Locator) -> None:
        what.tap()

    def answers_no(self) -> None:
        group = self.page.get_by_role("group", name="Kan någon på bilden kännas igen?")
        self.touches(group.get_by_text("Nej", exact=True).first)

    def types(self, text: str) -> None:
        """Into what has the focus: a phone shows its keys, or listens."""
        expect(self.page.locator("#id_text")).to_be_focused(timeout=SOON)
        self.page.keyboard.type(text)

    def sends_it_in(self) -> int:
        self.touches(self.page.get_by_role("button", name="Skicka in", exact=True))
        done = self.page.get_by_role("heading", name="Klart!")
        expect(done.or_(self.page.locator("#fel")).first).to_be_visible(timeout=SOON)
        assert self.page.locator("#fel").count() == 0, self.page.locator("#fel").inner_text()
        return int(re.findall(r"/inlagg/(\d+)/", self.page.url)[0])

    @property
    def count(self) -> int:
        return int(self.page.evaluate("Number(sessionStorage.getItem('touches'))")) + len(self.elsewhere)


class Ali(Thumb):
    """He works where signs forbid pictures, and wants to be asked each time."""

    email = "ali@demo.test"


@pytest.fixture
def picture(tmp_path: Path) -> str:
    """One that nobody has sent in: else the page says so, and what it says may move a button from under a thumb."""
    mosaic = Image.frombytes("RGB", (8, 6), random.randbytes(8 * 6 * 3))
    return str(
        phones.written(tmp_path, "IMG_4711.jpg", phones.jpeg(mosaic.resize((800, 600)), exif=phones.exif(1)))
    )


@pytest.fixture
def ali(browser: Browser, site: Site) -> Iterator[Ali]:
    ask(site, wants=True)
    yield Ali.at(browser, site.url)
    ask(site, wants=False)


def ask(site: Site, *, wants: bool) -> None:
    him = "__import__('accounts.models').models.User.objects.filter(email='ali@demo.test')"
    site.manage("shell", "-c", f"{him}.update(always_asks_about_site={wants})")


def shares(somebody: Thumb, picture: str) -> None:
    """From the phone's gallery: Dela, and then the app among the others."""
    somebody.go("/hem/")
    somebody.page.wait_for_function(HAS_WORKER, timeout=SOON)
    somebody.page.wait_for_function(KEPT_PAGE, timeout=SOON)
    somebody.begins_at("/hem/")
    somebody.touches_elsewhere("Dela", "Seko Social")
    somebody.page.evaluate(SHARE)
    somebody.page.locator("#shared").set_input_files(picture)
    somebody.page.locator("#share").evaluate("(form) => form.submit()")
    somebody.page.wait_for_url(re.compile(r"/nytt/\?utkorg="))
    expect(somebody.page.locator("#shots > li")).to_have_count(1, timeout=SOON)


def takes_a_picture(somebody: Thumb, button: Locator, picture: str) -> None:
    with somebody.page.expect_file_chooser() as camera:
        somebody.touches(button)
    somebody.touches_elsewhere("utlösaren", "Använd bilden")
    camera.value.set_files(picture)
    expect(somebody.page.locator("#shots > li")).to_have_count(1, timeout=SOON)


def test_from_another_app_to_sent_in_takes_four_touches(browser: Browser, site: Site, picture: str):
    karin = Thumb.at(browser, site.url)
    shares(karin, picture)
    karin.types("Fika med nattskiftet i Umeå.")
    karin.answers_no()
    karin.sends_it_in()
    assert karin.count == 4


def test_reading_the_question_aloud_takes_two_more(browser: Browser, site: Site, picture: str):
    karin = Thumb.at(browser, site.url)
    shares(karin, picture)
    karin.types("Fika med nattskiftet i Umeå.")
    for question, answer in (
        ("Kan någon på bilden kännas igen?", "Ja, alla har sagt ja"),
        ("Är någon under 18 år?", "Nej"),
        ("Hur många", "1"),
    ):
        group = karin.page.get_by_role("group", name=re.compile(f"^{re.escape(question)}"))
        karin.touches(group.get_by_role("radio", name=answer, exact=True))
    karin.sends_it_in()
    assert karin.count == 4 + 2


def test_handing_over_the_telephone_takes_three_more_and_one_of_somebody_elses(
    browser: Browser, site: Site, picture: str
):
    karin = Thumb.at(browser, site.url)
    shares(karin, picture)
    karin.types("Fika med nattskiftet i Umeå.")
    group = karin.page.get_by_role("group", name="Kan någon på bilden kännas igen?")
    karin.touches(group.get_by_text("Ja, men jag har inte frågat", exact=True))
    karin.touches(karin.page.get_by_role("button", name="Visa QR-kod eller lämna över telefonen"))
    karin.touches(karin.page.get_by_role("link", name="Lämna över telefonen"))
    samira = karin.page.get_by_role("button", name="Ja, det är okej")
    karin.touches(samira)
    karin.touches(karin.page.get_by_role("link", name="Tillbaka till inlägget"))
    karin.sends_it_in()
    assert karin.count == 4 + 3 + 1


def test_where_pictures_may_be_forbidden_it_takes_five(ali: Ali, picture: str):
    shares(ali, picture)
    assert ali.page.locator("#inlagg [name=site]:checked, #inlagg [name=people]:checked").count() == 0
    site = ali.page.get_by_role("group", name="Får man fota här?")
    ali.touches(site.get_by_text("Ja", exact=True))
    ali.types("Fika med nattskiftet i Umeå.")
    ali.answers_no()
    ali.sends_it_in()
    assert ali.count == 5


def test_from_the_phones_own_screen_to_sent_in_takes_six(browser: Browser, site: Site, picture: str):
    karin = Thumb.at(browser, site.url)
    karin.touches_elsewhere("ikonen på hemskärmen")
    karin.begins_at("/hem/?app")
    takes_a_picture(karin, karin.page.get_by_role("link", name="Ta bild"), picture)
    karin.types("Fika med nattskiftet i Umeå.")
    karin.answers_no()
    karin.sends_it_in()
    assert karin.count == 6


def test_the_question_comes_before_the_camera_and_costs_one_touch(ali: Ali, picture: str):
    ali.touches_elsewhere("ikonen på hemskärmen")
    ali.begins_at("/hem/?app")
    ali.touches(ali.page.get_by_role("link", name="Ta bild"))
    takes_a_picture(ali, ali.page.get_by_role("link", name="Ja", exact=True), picture)
    ali.types("Fika med nattskiftet i Umeå.")
    ali.answers_no()
    ali.sends_it_in()
    assert ali.count == 7


# --- a picture that never leaves the phone as it was ----------------------------------------------------------------


def test_what_is_blurred_on_the_phone_is_nowhere_else(
    browser: Browser, site: Site, tmp_path: Path, picture: str
):
    karin = Karin.at(browser, site.url)
    page = karin.page
    original = tmp_path / "portrait.jpg"
    Image.open(PORTRAIT).resize((600, 600)).save(original, quality=95)

    first = tmp_path / "first.jpg"
    Image.open(PORTRAIT).resize((600, 600)).save(first, quality=90)
    karin.go("/hem/")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Sudda först").tap()
    chooser.value.set_files(str(first))
    drawn_over(page, page.locator("#sudda .stage"), (0.25, 0.25), (0.75, 0.75))
    page.get_by_role("button", name="Klar", exact=True).tap()
    page.wait_for_url(re.compile(r"/nytt/\?utkorg="))
    expect(page.locator("#shots > li [name=media]")).to_have_count(1, timeout=SOON)
    master = master_of(karin, page.locator("#shots [name=media]").input_value())
    was = Image.open(first).crop((200, 200, 400, 400)).convert("L")
    assert edges(master.crop((200, 200, 400, 400)).convert("L")) * 5 < edges(was)

    gone = page.locator("#shots [name=media]").input_value()
    group = page.get_by_role("group", name="Kan någon på bilden kännas igen?")
    group.get_by_text("Ja, men jag har inte frågat", exact=True).tap()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Byt bild").tap()
    chooser.value.set_files(picture)
    expect(page.locator(f"#media-{gone}")).to_have_count(0)
    expect(page.locator("#shots > li [name=media]")).to_have_count(1, timeout=SOON)
    assert page.locator("[name=people]:checked").count() == 0

    karin.go("/nytt/")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Sudda först").click()
    chooser.value.set_files(str(original))
    drawn_over(page, page.locator("#sudda .stage"), (0.25, 0.25), (0.75, 0.75))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Rotera åt höger").tap()
    page.get_by_role("button", name="Klar", exact=True).tap()
    expect(page.locator("#shots > li [name=media]")).to_have_count(1, timeout=SOON)
    master = master_of(karin, page.locator("#shots [name=media]").input_value())
    assert master.size == (600, 600)
    middle = master.crop((200, 200, 400, 400)).convert("L")
    was = Image.open(original).rotate(-90).crop((200, 200, 400, 400)).convert("L")
    assert edges(middle) * 8 < edges(was)
    corner, was_corner = (
        image.crop((0, 0, 100, 100)).convert("L").resize((4, 4))
        for image in (master, Image.open(original).rotate(-90))
    )
    assert all(abs(a - b) < 12 for a, b in zip(corner.tobytes(), was_corner.tobytes(), strict=True)), (
        "turned, and upright"
    )
    assert_nowhere(original.read_bytes(), site.folder)
    assert_nowhere(first.read_bytes(), site.folder)


def drawn_over(page, stage: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From and to parts of the picture, which is square and in the middle of the stage."""
    expect(stage.locator("image")).to_be_visible()
    box = stage.bounding_box()
    assert box is not None
    side = min(box["width"], box["height"])
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    page.mouse.move(left + side * start[0], top + side * start[1])
    page.mouse.down()
    page.mouse.move(left + side * end[0], top + side * end[1], steps=5)
    page.mouse.up()


def master_of(karin: Karin, media: str) -> Image.Image:
    """Once a worker has prepared it."""
    for _ in range(SOON // 500):
        answer = karin.page.request.get(f"{karin.url}/media/{media}/master/")
        if answer.ok:
            return Image.open(BytesIO(answer.body()))
        karin.page.wait_for_timeout(500)
    raise AssertionError(f"{media} was not prepared: {answer.status}")


def edges(image: Image.Image) -> int:
    """How much there is to see: the steps between neighbours, all together."""
    across = [image.getpixel((x, y)) for y in range(0, image.height, 4) for x in range(image.width)]
    return sum(abs(a - b) for a, b in pairwise(across))


def assert_nowhere(secret: bytes, folder: Path) -> None:
    """Neither whole nor a piece of it, in no file of the site: masters, what came in, the database, the logs."""
    digest, piece = hashlib.sha256(secret).digest(), secret[len(secret) // 2 :][:64]
    for path in folder.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert hashlib.sha256(kept).digest() != digest, path
            assert piece not in kept, path
            assert digest.hex().encode() not in kept, path
