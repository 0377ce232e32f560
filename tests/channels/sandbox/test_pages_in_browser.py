"""The sandbox's pages in a real browser: on a phone and at a desk, in light and in dark, and with axe-core."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.callers import Facebook, X, YouTube
from tests.channels.sandbox.consenting import AUTHORIZE, question
from tests.harness.browser import axe, chromium, desktop, end_of_watch, pardon, phone, watched
from tests.posts.media.phones import film, jpeg, scene

pytestmark = pytest.mark.browser

LONG = (
    "Klockan fem i morse stod vi på bangården i Umeå med nattskiftet. De vill veta sina tider i förväg.\n\n"
    "https://www.seko.se/nyheter/2026/april/nattskiftet-i-umea-vill-veta-sina-tider-i-forvag-och-inte-kvallen-innan"
)
LONG_NAME = "Seko Sveriges järnvägars nattarbetande verkstadspersonal i Mellannorrlandsregionen"
CHANNEL = "UC" + "s" * 22


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Iterator[LiveSandbox]:
    """A sandbox with something of every kind: long words, pictures of every shape, films, rules and a long name."""
    with LiveSandbox(tmp_path_factory.mktemp("shown"), limits=False) as sandbox:
        fill_facebook(
            Facebook(sandbox, "1000001", sandbox.connect_facebook("1000001", LONG_NAME)["page_token"])
        )
        fill_x(X(sandbox, "2000001", sandbox.connect_x("2000001", "sekofacket", "Seko")["access_token"]))
        fill_youtube(YouTube(sandbox, CHANNEL, sandbox.connect_youtube(CHANNEL, "Seko")["access_token"]))
        sandbox.connect_facebook("1000002", "Tom sida")
        sandbox.faults(
            {"platform": "facebook", "call": "feed", "fault": "error_after", "skip": 1000},
            {"platform": "youtube", "call": "put_chunk", "fault": "short_range", "seconds": 2.5, "times": 0},
        )
        yield sandbox


def fill_facebook(facebook: Facebook) -> None:
    facebook.say(LONG, link="https://www.seko.se/nyheter/2026/april/nattskiftet-i-umea-vill-veta-sina-tider")
    shapes = [(300, 800), (800, 300), (400, 400), (300, 200), (200, 300), (640, 360), (360, 640)]
    pictures = [jpeg(scene(width, height)) for width, height in shapes]
    for count in (1, 2, 3, 4, 7):
        photos = [facebook.stage(picture, alt_text_custom="Spår") for picture in pictures[:count]]
        facebook.say_with(f"Antal bilder: {count}", *photos)
    facebook.finish(
        facebook.upload(film(180, 320, 0.4, sound=None)), title="På höjden", description="En film"
    )


def fill_x(x: X) -> None:
    x.say("Löner < priser & framtid: https://www.seko.se")
    x.say("På bredden", x.stage(jpeg(scene(1200, 300))))


def fill_youtube(youtube: YouTube) -> None:
    moving = film(320, 180, 0.4, sound=None)
    for title, description in (("Nattskiftet i Umeå vill veta sina tider", LONG), ("Kort", "")):
        youtube.upload(moving, privacy="public", title=title, description=description)
    youtube.sandbox.clock(60)


PAGES = {
    "the overview": "/",
    "a page on Facebook": "/sidor/facebook/1000001",
    "a page with nothing on it": "/sidor/facebook/1000002",
    "a timeline on X": "/sidor/x/sekofacket",
    "a channel on YouTube": f"/sidor/youtube/{CHANNEL}",
    "a post": "a post on facebook",
    "a film": "a post on youtube",
    "making it misbehave": "/ovning",
    "what was allowed": "/konton",
    "something that is not there": "/finns/inte",
    **{
        f"the question on {platform}": f"/{path}?{urlencode(question(platform))}"
        for platform, path in AUTHORIZE.items()
    },
    "a question that is wrong": f"/{AUTHORIZE['x']}",
}
REFUSED = {"something that is not there", "a question that is wrong"}


def opened(page: Page, sandbox: LiveSandbox, kind: str) -> Page:
    path = PAGES[kind]
    if path.startswith("a post on "):
        path = sandbox.posts(path.removeprefix("a post on "))[-1]["url"].removeprefix(sandbox.url)
    page.goto(sandbox.url + path)
    if kind in REFUSED:
        pardon(page, "Failed to load resource")
    return page


@pytest.fixture(autouse=True)
def _no_trouble() -> Iterator[None]:
    yield
    assert end_of_watch() == []


@pytest.mark.parametrize("device", [phone, desktop])
@pytest.mark.parametrize("kind", PAGES)
def test_everybody_can_use_the_page(browser, shown, kind, device):
    page = opened(watched(device(browser).new_page()), shown, kind)
    expect(page.get_by_role("note")).to_contain_text("Övningsläge")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert axe(page) == []


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_wider_than_the_narrowest_screen(browser, shown, kind):
    page = opened(
        watched(browser.new_context(viewport={"width": 320, "height": 640}).new_page()), shown, kind
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("kind", ["making it misbehave", "what was allowed", "the question on facebook"])
def test_what_is_pressed_is_large_enough_for_a_thumb(browser, shown, kind):
    page = opened(watched(phone(browser).new_page()), shown, kind)
    for thing in page.locator("button, select, input[type=number], .choice, nav a").all():
        box = thing.bounding_box()
        assert box is not None
        assert (box["height"] >= 44, box["width"] >= 44) == (True, True), thing.inner_text()


def test_pictures_and_films_are_really_shown(browser, shown):
    page = opened(watched(desktop(browser).new_page()), shown, "a page on Facebook")
    for picture in page.locator("main img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")
    assert page.locator("main img").count() == 1 + 2 + 3 + 4 + 7
    page.wait_for_function("[...document.querySelectorAll('video')].every(film => film.duration > 0.3)")
    assert page.locator("main video").count() == 1


# -- saying yes, as a person does


@pytest.fixture
def application() -> Iterator[str]:
    """Somebody at another address, to whom the browser is sent back."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Tillbaka</title>")

        def log_message(self, *_: object) -> None:
            """The test looks at the browser's address instead."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tillbaka/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("platform", AUTHORIZE)
@pytest.mark.parametrize(("button", "told"), [("Tillåt", ["code", "state"]), ("Avbryt", ["error", "state"])])
def test_the_answer_leads_back_to_the_application(browser, shown, application, platform, button, told):
    page = watched(phone(browser).new_page())
    asked = urlencode(question(platform, redirect_uri=application))
    page.goto(f"{shown.url}/{AUTHORIZE[platform]}?{asked}")
    page.get_by_role("button", name=button).click()
    expect(page).to_have_title("Tillbaka")
    assert page.url.startswith(application)
    brought = parse_qs(urlsplit(page.url).query)
    assert sorted({"code", "error", "state"} & set(brought)) == told


def test_a_permission_is_declined_by_its_words(browser, shown, application):
    page = watched(desktop(browser).new_page())
    page.goto(
        f"{shown.url}/{AUTHORIZE['facebook']}?{urlencode(question('facebook', redirect_uri=application))}"
    )
    page.get_by_label("Nej till att publicera på sidan").check()
    page.get_by_label("Tom sida").check()
    page.get_by_role("button", name="Tillåt").click()
    expect(page).to_have_title("Tillbaka")


@pytest.mark.parametrize("device", [phone, desktop])
def test_one_of_several_people_signs_in(browser, sandbox, application, device):
    sandbox.connect_facebook("1000001", LONG_NAME)
    sandbox.person("77", name="Bo Ek")
    sandbox.describe("facebook", "1000001", roles={"77": ["CREATE_CONTENT"]})
    page = watched(device(browser).new_page())
    page.goto(
        f"{sandbox.url}/{AUTHORIZE['facebook']}?{urlencode(question('facebook', redirect_uri=application))}"
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("Vem loggar in på Facebook?")
    assert axe(page) == []
    page.get_by_role("button", name="Bo Ek").click()
    expect(page.get_by_text("Du är inloggad som Bo Ek")).to_be_visible()
    page.get_by_role("button", name="Tillåt").click()
    expect(page).to_have_title("Tillbaka")
    assert sorted(parse_qs(urlsplit(page.url).query)) == ["code", "state"]


def test_a_person_in_training_throws_the_application_out(browser, sandbox):
    sandbox.connect_x("2000001", "seko", "Seko")
    page = watched(phone(browser).new_page())
    page.goto(f"{sandbox.url}/konton")
    page.get_by_role("button", name="Ta bort Seko Social: Seko på X").click()
    expect(page.get_by_text("Ingen app har åtkomst.").nth(1)).to_be_visible()
    expect(page.get_by_role("button", name="Ta bort Seko Social")).to_have_count(0)


def test_a_trainer_adds_a_rule_and_takes_it_away(browser, sandbox):
    page = watched(phone(browser).new_page())
    page.goto(f"{sandbox.url}/ovning")
    page.get_by_label("Vad ska hända?").select_option("Tar emot, men bryter förbindelsen utan svar")
    page.get_by_label("När Seko Social").select_option("x.post")
    page.get_by_label("Hur många gånger?").fill("2")
    page.get_by_role("button", name="Lägg till").click()
    expect(page.get_by_text("X, publicera inlägg, 2 gånger")).to_be_visible()
    assert [(rule["call"], rule["times"]) for rule in sandbox.waiting_faults()] == [("post", 2)]
    page.get_by_role("button", name="Ta bort: Tar emot, men bryter förbindelsen utan svar").click()
    expect(page.get_by_text("Inget. Plattformarna sköter sig.")).to_be_visible()
    assert sandbox.waiting_faults() == []
