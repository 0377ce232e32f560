"""Connecting channels in a real browser, through the platforms' own dialogs, on a site of its own."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from channels.connecting_words import WORDS
from channels.sandbox.store import Store
from tests.e2e.story import SOON, Person, ticks
from tests.harness.browser import AT_HOME, axe, desktop, pardon, phone, watched
from tests.harness.site import Site

pytestmark = pytest.mark.browser

LONG = "Seko Sveriges järnvägars nattarbetande verkstadspersonal i Mellannorrlandsregionen"
NARROWEST = 320


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Not the one that the other stories share: they know which channels there are."""
    with Site(tmp_path_factory.mktemp("connecting") / "var") as running:
        yield running


class Mona(Person):
    """The administrator."""

    email = "mona@demo.test"

    @classmethod
    def at(cls, browser: Browser, url: str) -> "Mona":
        return cls(desktop(browser), url)

    def begins(self, thing: str) -> None:
        self.go("/kanaler/anslut/")
        ticks(self.page.get_by_label(re.compile(f"^{thing}")))
        self.press("Fortsätt")

    def signs_in_on(self, platform: str) -> None:
        self.page.get_by_role("link", name=f"Logga in på {platform}").click()

    def allows(self, *accounts: str, declined: tuple[str, ...] = ()) -> None:
        """In the platform's dialog."""
        expect(self.page.get_by_role("button", name="Tillåt")).to_be_visible(timeout=SOON)
        for box in self.page.locator("[name=account]").all():
            if box.get_attribute("type") == "checkbox":
                ticks(box, wanted=False)
        for label in self.page.locator("label.choice:has([name=account])").all():
            name = label.inner_text().strip().split("\n")[0].split(" @")[0].strip()
            if name in accounts:
                ticks(label.locator("input"))
        for scope in declined:
            ticks(self.page.locator(f'[name=declined][value="{scope}"]'))
        self.press("Tillåt")

    def stands_at(self, step: str) -> None:
        expect(self.page.locator(".eyebrow")).to_have_text(step, timeout=SOON)

    def tries_out(self, platform: str) -> None:
        self.press("Provkör")
        self.sees(f"Det gick bra. {WORDS[platform].tried}")

    def leaves(self) -> None:
        self.press("Avbryt")
        self.sees("Avbrutet. Ingenting är sparat.")

    def is_done(self) -> None:
        self.press("Klart")
        expect(self.page.locator(".messages")).to_contain_text("Klart!", timeout=SOON)


@pytest.fixture
def mona(browser: Browser, site: Site) -> Mona:
    return Mona.at(browser, site.url)


def test_a_page_on_facebook_from_the_first_step_to_the_trial(mona: Mona, site: Site):
    site.sandbox.connect_facebook("1220001", "Seko Region Norr")
    mona.begins("Facebook-sida")
    mona.stands_at("Steg 2 av 4")
    mona.signs_in_on("Facebook")
    mona.allows("Seko Region Norr")
    mona.stands_at("Steg 3 av 4")
    assert "code=" not in mona.page.url
    mona.press("Fortsätt med Seko Region Norr")
    mona.stands_at("Steg 4 av 4")
    mona.page.get_by_label("Målgrupp").fill("Medlemmar i norr")
    before = len(site.sandbox.posts("facebook"))
    mona.tries_out("facebook")
    expect(mona.page.get_by_label("Målgrupp")).to_have_value("Medlemmar i norr")
    mona.is_done()
    mona.sees("Vi skickade ett test som bara du ser.")
    mona.sees("Seko Region Norr")
    assert len(site.sandbox.posts("facebook")) == before


def test_an_account_on_x(mona: Mona, site: Site):
    site.sandbox.connect_x("2220001", "sekonorr", "Seko Norr")
    mona.begins("X-konto")
    mona.signs_in_on("X (Twitter)")
    mona.allows("Seko Norr")
    mona.press("Fortsätt med Seko Norr")
    mona.tries_out("x")
    mona.is_done()


def test_a_channel_on_youtube(mona: Mona, site: Site):
    site.sandbox.connect_youtube("UC" + "n" * 22, "Seko Norr film")
    mona.begins("YouTube-kanal")
    mona.signs_in_on("YouTube")
    mona.allows("Seko Norr film")
    mona.press("Fortsätt med Seko Norr film")
    mona.tries_out("youtube")
    mona.is_done()
    assert [post for post in site.sandbox.posts("youtube") if "norr" in str(post).lower()] == []


def test_an_account_on_mastodon_after_its_server_is_named(mona: Mona):
    mona.begins("Mastodon-konto")
    mona.page.get_by_role("textbox", name="Server").fill("mastodon.test")
    mona.press("Fortsätt")
    mona.signs_in_on("Mastodon")
    mona.allows()
    mona.stands_at("Steg 3 av 4")
    mona.page.get_by_role("button", name=re.compile("^Fortsätt")).click()
    mona.tries_out("mastodon")
    mona.is_done()


def test_by_hand_there_is_nobody_to_ask(mona: Mona):
    mona.begins("För hand")
    mona.stands_at("Steg 2 av 3")
    mona.page.get_by_label("Namn").fill("Seko Klubb Norr, grupp")
    mona.press("Fortsätt")
    mona.stands_at("Steg 3 av 3")
    expect(mona.page.get_by_role("button", name="Provkör")).to_have_count(0)
    mona.is_done()
    mona.sees("Seko Klubb Norr, grupp")


# --- when it does not go straight -------------------------------------------------------------------------------


def test_a_no_in_the_dialog_is_told_calmly_and_can_be_thought_over(mona: Mona, site: Site):
    site.sandbox.connect_x("2220002", "sekosyd", "Seko Syd")
    mona.begins("X-konto")
    mona.signs_in_on("X (Twitter)")
    mona.press("Avbryt")
    mona.sees("Du avbröt hos plattformen. Ingenting är ändrat.")
    mona.stands_at("Steg 2 av 4")
    mona.signs_in_on("X (Twitter)")
    mona.allows("Seko Syd")
    mona.stands_at("Steg 3 av 4")
    mona.leaves()


def test_what_was_declined_is_given_afterwards_and_a_private_profile_never_chosen(mona: Mona, site: Site):
    site.sandbox.connect_facebook("1220002", "Seko Region Syd")
    mona.begins("Facebook-sida")
    mona.signs_in_on("Facebook")
    mona.allows("Seko Region Syd", declined=("pages_manage_engagement",))
    mona.sees("Saknas. Utan det hamnar frågor inte i inkorgen")
    expect(mona.page.locator(".choice--off").filter(has_text="Det här är en privat profil.")).to_be_visible()
    mona.page.get_by_role("link", name="Ge behörighet").click()
    mona.allows("Seko Region Syd")
    mona.stands_at("Steg 3 av 4")
    expect(mona.page.get_by_text("Saknas.")).to_have_count(0)
    mona.leaves()


def test_connected_again_in_three_presses_and_never_with_another_account(mona: Mona, site: Site):
    site.sandbox.connect_x("2220003", "nagonannan", "Någon annan")
    mona.go("/kanaler/2/anslut-igen/")
    mona.allows("Någon annan")
    mona.sees("Det här är ett annat konto än kanalens. Logga in med rätt konto.")
    expect(mona.page.get_by_role("button", name=re.compile("^Fortsätt"))).to_have_count(0)
    mona.page.get_by_role("link", name="Logga in igen").click()
    mona.allows("Seko")
    mona.press("Fortsätt med Seko")
    mona.is_done()


def test_two_presses_at_once_make_one_channel_and_the_way_back_is_closed(mona: Mona, site: Site):
    site.sandbox.connect_x("2220004", "sekovast", "Seko Väst")
    mona.begins("X-konto")
    mona.signs_in_on("X (Twitter)")
    mona.allows("Seko Väst")
    mona.press("Fortsätt med Seko Väst")
    mona.stands_at("Steg 4 av 4")
    step = mona.page.url
    mona.page.get_by_role("button", name="Klart").dblclick()
    expect(mona.page).to_have_url(re.compile(r"/kanaler/(\d+/)?$"), timeout=SOON)
    mona.go("/kanaler/")
    expect(mona.page.locator("article").filter(has_text="Seko Väst")).to_have_count(1)
    mona.page.goto(step)
    mona.sees("Den anslutningen är redan klar eller avbruten.")
    expect(mona.page).to_have_url(re.compile("/kanaler/$"))


def test_the_browsers_way_back_leads_to_no_second_use(mona: Mona, site: Site):
    site.sandbox.connect_x("2220005", "sekoost", "Seko Öst")
    mona.begins("X-konto")
    mona.signs_in_on("X (Twitter)")
    mona.allows("Seko Öst")
    mona.stands_at("Steg 3 av 4")
    mona.page.go_back()
    mona.allows("Seko Öst")
    mona.sees("Den inloggningen gäller inte längre.")
    mona.page.get_by_role("link", name=re.compile("^Fortsätt")).first.click()
    mona.stands_at("Steg 3 av 4")
    mona.leaves()


def test_two_windows_do_not_get_in_each_others_way(mona: Mona, site: Site):
    site.sandbox.connect_x("2220006", "sekomitt", "Seko Mitt")
    site.sandbox.connect_facebook("1220006", "Seko Mitt, sida")
    mona.begins("X-konto")
    mona.signs_in_on("X (Twitter)")
    first, second = mona.page, watched(mona.page.context.new_page())
    mona.page = second
    mona.begins("Facebook-sida")
    mona.signs_in_on("Facebook")
    mona.page = first
    mona.allows("Seko Mitt")
    mona.sees("Fortsätt med Seko Mitt")
    mona.page = second
    mona.allows("Seko Mitt, sida")
    mona.stands_at("Steg 3 av 4")
    mona.leaves()
    mona.page = first
    mona.leaves()


def test_what_is_left_leaves_nothing_at_the_platform_either(mona: Mona, site: Site):
    site.sandbox.connect_x("2220007", "sekobort", "Seko Bort")
    mona.begins("X-konto")
    mona.signs_in_on("X (Twitter)")
    mona.allows("Seko Bort")
    mona.stands_at("Steg 3 av 4")
    assert tokens_of(site, "2220007") == 4
    mona.leaves()
    look_until(mona, lambda: tokens_of(site, "2220007") == 2)
    assert left_rows(site) == "0"


def tokens_of(site: Site, account: str) -> int:
    """Those that still open something at X: two came with the account, two with what was allowed."""
    with Store(site.sandbox.data_dir) as store:
        return len(store.tokens("x", account))


def left_rows(site: Site) -> str:
    script = "from channels.models import Connecting; print(Connecting.objects.left().count())"
    return site.manage("shell", "--no-imports", "-c", script).strip()


def look_until(mona: Mona, is_so: Callable[[], bool]) -> None:
    for _ in range(SOON // 500):
        if is_so():
            return
        mona.page.wait_for_timeout(500)
    assert is_so()


# --- everywhere -------------------------------------------------------------------------------------------------


def test_without_scripts_all_of_it_works(browser: Browser, site: Site):
    site.sandbox.connect_facebook("1220008", "Seko utan skript")
    mona = Mona(browser.new_context(java_script_enabled=False, **AT_HOME), site.url)
    mona.begins("Facebook-sida")
    mona.signs_in_on("Facebook")
    mona.allows("Seko utan skript")
    mona.press("Fortsätt med Seko utan skript")
    mona.page.get_by_label("Målgrupp").fill("De utan skript")
    mona.press("Provkör")
    for _ in range(SOON // 500):
        if mona.page.get_by_text("Det gick bra.").count():
            break
        mona.page.wait_for_timeout(500)
        mona.press("Titta igen")
    expect(mona.page.get_by_label("Målgrupp")).to_have_value("De utan skript")
    mona.is_done()


@pytest.mark.parametrize("screen", [desktop, phone], ids=["desk", "phone"])
def test_every_step_for_everybody(
    browser: Browser, site: Site, screen: Callable[[Browser], BrowserContext], request: pytest.FixtureRequest
):
    """With many pages, long names and rights that are missing: axe, light and dark, and no step wider than the screen."""
    number = "2" if screen is phone else "1"
    for page in range(12):
        site.sandbox.connect_facebook(f"15{number}00{page:02}", f"{LONG} {page}")
    mona = Mona(screen(browser), site.url)
    found = {}
    mona.go("/kanaler/anslut/")
    found["kind"] = judged(mona)
    mona.begins("Facebook-sida")
    found["sign_in"] = judged(mona)
    mona.signs_in_on("Facebook")
    mona.allows(
        *(f"{LONG} {page}" for page in range(12)), declined=("read_insights",) if number == "1" else ()
    )
    mona.stands_at("Steg 3 av 4")
    found["choose"] = judged(mona)
    ticks(mona.page.locator("[name=account]:not([disabled])").first)
    mona.page.get_by_role("button", name=re.compile("^Fortsätt")).click()
    mona.stands_at("Steg 4 av 4")
    mona.page.get_by_label("Kontoansvarig").select_option("")
    mona.press("Klart")
    mona.sees("Välj vem som är kontoansvarig.")
    pardon(mona.page, "422")
    found["settle"] = judged(mona)
    mona.leaves()
    for path in ("/kanaler/appnycklar/", "/kanaler/appnycklar/facebook/", "/kanaler/appnycklar/x/"):
        mona.go(path)
        found[path] = judged(mona)
    assert {step: lines for step, lines in found.items() if lines} == {}


def judged(mona: Mona) -> list[str]:
    page, size = mona.page, mona.page.viewport_size
    lines = axe(page)
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROWEST:
        lines.append(f"{width} pixels wide")
    page.set_viewport_size(size)
    return lines
