"""
A visit, from a tunnel without coverage to a picture that somebody wants away again: by everybody who has a part in it,
each at a browser of their own.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.story import OLD_PHONE, SOON, Anna, Karin, loaded_until, public
from tests.harness.browser import pardon, watched
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser

TEXT = "Nattskiftet i tunneln under Södermalm"
FILM = "Så låter det när spåret slipas"
LEFT = """async () => (await (await import("/static/js/phone/store.js")).items()).length"""
SHARED = """navigator.share = (what) => { window.shared = what; return Promise.resolve(); }"""


@pytest.fixture
def shots(tmp_path: Path) -> list[Path]:
    """Two pictures, one of them held upright and dark, and a film of more than one part."""
    first = phones.written(tmp_path, "ett.jpg", phones.phone_jpeg(1600, 1200))
    second = phones.written(tmp_path, "tva.jpg", phones.phone_jpeg(900, 1200))
    film = phones.written(tmp_path, "film.mp4", phones.turned_film(90, seconds=2))
    return [first, second, film]


def test_a_visit(browser: Browser, site: Site, shots: list[Path]):
    karin, anna = Karin.at(browser, site.url), Anna.at(browser, site.url)
    post = sends_from_a_tunnel(karin, shots)
    somebody = says_yes_on_an_old_phone(browser, karin, post)
    asks_for_the_film_apart(anna, post)
    film = sends_it_apart_on_the_way_home(karin, post, shots[-1])
    publishes(anna, post, film)
    shares(karin, post)
    changes_their_mind(somebody, site)
    reads_what_became_of_it(karin, post, film, site)


def sends_from_a_tunnel(karin: Karin, shots: list[Path]) -> int:
    page = karin.page
    karin.go("/nytt/")
    page.context.set_offline(True)
    page.locator("#id_uploads").set_input_files([str(shot) for shot in shots])
    page.get_by_label("Text till inlägget").fill(TEXT)
    expect(page.locator("#sparat")).to_have_text("Sparat på telefonen")
    karin.answers("Ja, men jag har inte frågat")
    karin.press("Skicka in")
    karin.sees("Ingen uppkoppling. Ditt inlägg ligger i utkorgen på telefonen")
    pardon(page, "ERR_INTERNET_DISCONNECTED")

    page.context.set_offline(False)
    # It goes by itself, and the page with it.
    page.wait_for_url(re.compile(r"/inlagg/\d+/inskickat/$"), timeout=SOON)
    leaves(page)
    karin.go("/mina/")
    page.get_by_role("link", name=re.compile(TEXT)).first.click()
    page.wait_for_url(re.compile(r"/inlagg/\d+/$"))
    return int(re.findall(r"/inlagg/(\d+)/", page.url)[0])


def leaves(page: Page) -> None:
    """Everything in the outbox, by itself."""
    for _ in range(SOON // 500):
        if page.evaluate(LEFT) == 0:
            return
        page.wait_for_timeout(500)
    raise AssertionError("it never left the phone")


def says_yes_on_an_old_phone(browser: Browser, karin: Karin, post: int) -> Page:
    karin.opens(post)
    karin.page.get_by_role("link", name="Har alla sagt ja?").click()
    karin.page.get_by_label("Hur många på bilden går att känna igen?").fill("1")
    karin.press("Visa QR-kod")
    expect(karin.page.locator(".consent__code svg")).to_be_visible()
    old = watched(browser.new_context(**OLD_PHONE).new_page())
    old.goto(karin.page.get_by_label("Eller skicka länken").input_value())
    # The film, too, is seen before it is answered to.
    loaded_until(old, "Ja, det är okej")
    old.get_by_role("button", name="Ja, det är okej").click()
    expect(old.locator("h1")).to_have_text("Tack. Du har sagt ja.")
    return old


def asks_for_the_film_apart(anna: Anna, post: int) -> None:
    anna.opens(post)
    anna.sees(re.compile("bilder och film", re.IGNORECASE))
    anna.page.get_by_role("link", name="Be om ändring").click()
    anna.page.get_by_label("Skriv till Karin").fill(
        "Fina bilder! Skicka filmen för sig, så visar vi den på YouTube."
    )
    anna.press("Skicka till Karin")
    anna.sees("Skickat till Karin.")


def sends_it_apart_on_the_way_home(karin: Karin, post: int, film: Path) -> int:
    page = karin.page
    karin.go("/hem/")
    page.locator(f'a[href="/inlagg/{post}/andra/"]').click()
    karin.sees("Skicka filmen för sig")
    tile = page.locator("#shots > li").filter(has=page.get_by_alt_text("Din film"))
    tile.get_by_text("Ta bort", exact=True).click()
    expect(page.locator("#shots > li")).to_have_count(2)
    karin.press("Skicka in")
    karin.sees("Kommunikationsgruppen tittar på ditt inlägg.")

    karin.begins(FILM, film)
    karin.answers("Nej")
    return karin.sends_in()


def publishes(anna: Anna, post: int, film: int) -> None:
    anna.opens(post)
    anna.describes("Banarbetare i en tunnel")
    anna.chooses("Facebook", "X (Twitter)")
    anna.approves()

    anna.opens(film)
    captions = anna.page.locator("#undertexter")
    if captions.count():
        with anna.saving():
            captions.get_by_text("Inget tal i filmen").click()
    anna.chooses("YouTube")
    anna.approves()


def shares(karin: Karin, post: int) -> None:
    karin.page.add_init_script(SHARED)
    karin.opens(post)
    links = karin.sees_links_to("Facebook", "X (Twitter)")
    karin.page.get_by_role("link", name="Dela vidare").click()
    karin.page.get_by_role("button", name="Dela", exact=True).first.click()
    assert karin.page.evaluate("window.shared.url") in links


def changes_their_mind(somebody: Page, site: Site) -> None:
    assert len(public(site, TEXT)) == 2
    somebody.reload()
    somebody.get_by_role("button", name="Ta tillbaka mitt ja").click()
    loaded_until(somebody, "Bilden är nedtagen. Det här är ditt kvitto.")


def reads_what_became_of_it(karin: Karin, post: int, film: int, site: Site) -> None:
    """The pictures are gone everywhere, with nobody in the group doing anything; what nobody minds stays."""
    assert public(site, TEXT) == []
    karin.opens(post)
    karin.sees("Nedtaget")
    karin.opens(film)
    karin.sees_links_to("YouTube")
    titles = [shown["title"] for shown in site.sandbox.posts("youtube")]
    assert titles.count(FILM) == 1
