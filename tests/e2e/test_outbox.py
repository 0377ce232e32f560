"""
What waits on the phone: no coverage, a closed tab, a cut line, a killed server, an expired session, two tabs, a full disk
on either side.
"""

import base64
import json
import os
import random
import sys
import time
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from posts.media import jobs
from tests.e2e.story import PASSWORD, SOON, Karin, is_at
from tests.harness.browser import axe, pardon, watched
from tests.harness.cuts import BadLine
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser

CUTS = 200
LEFT = """async () => (await (await import("/static/js/phone/store.js")).items()).map((item) => item.id)"""
ASKED = """
import json
from posts.models import Media, Post
rows = [
    {
        "text": (post.wording.text if post.wording else "").strip(),
        "status": post.status,
        "media": [[media.state, media.sha256] for media in post.wording.media],
    }
    for post in Post.objects.filter(author__email="karin@demo.test").order_by("pk")
]
print(json.dumps(rows))
"""

DRAWN_BACK = """
from posts import workflow
from posts.models import Post
for post in Post.objects.awaiting_review().filter(current_version__text__startswith="%s"):
    workflow.withdraw(post, post.author)
"""


def posts(site: Site, text: str) -> list[dict]:
    """Karin's that begin so, as the server has them."""
    return [
        row
        for row in json.loads(site.manage("shell", "-v", "0", "-c", ASKED))
        if row["text"].startswith(text)
    ]


def draw_back(site: Site, text: str) -> None:
    """Out of the queue again, where the other stories look for theirs."""
    site.manage("shell", "-v", "0", "-c", DRAWN_BACK % text)


def until(is_so, what: str) -> None:
    deadline = time.monotonic() + SOON / 1000
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def left_on(page: Page) -> list[str]:
    return page.evaluate(LEFT)


def made_of(folder: Path, picture: Path) -> str:
    """The digest of what a worker makes of it: of these bytes, and no others."""
    folder.mkdir(exist_ok=True)
    limits = {"picture_bytes": 60 * 1024**2, "film_bytes": 2 * 1024**3}
    return jobs.prepare(picture, folder, limits, lambda _part: None).sha256


@pytest.fixture
def karin(browser: Browser, site: Site) -> Karin:
    return Karin.at(browser, site.url)


# A phone without room for another byte; what lies there can be read and cleared away.
FULL = """for (const name of ["put", "add"]) {
  IDBObjectStore.prototype[name] = () => { throw new DOMException("", "QuotaExceededError"); };
}"""
# As on an iPhone: what waits is sent by a page, when one is opened.
WITHOUT_SYNC = "delete ServiceWorkerRegistration.prototype.sync;"


def test_what_is_sent_in_without_coverage_is_one_post_when_there_is_some(
    karin: Karin, site: Site, tmp_path: Path
):
    """Also when the phone has become full meanwhile, and takes no note of what has arrived."""
    text = f"I tunneln fanns ingen täckning, {uuid.uuid4().hex}"
    pictures = [phones.written(tmp_path, f"{n}.jpg", phones.phone_jpeg(800 + n, 600)) for n in (0, 1)]
    digests = [made_of(tmp_path / picture.stem, picture) for picture in pictures]
    context = karin.page.context
    context.add_init_script(WITHOUT_SYNC)
    karin.go("/nytt/")
    context.set_offline(True)
    karin.page.locator("#id_uploads").set_input_files([str(picture) for picture in pictures])
    karin.page.get_by_label("Text till inlägget").fill(text)
    expect(karin.page.locator("#sparat")).to_have_text("Sparat på telefonen")
    karin.answers("Nej")
    karin.press("Skicka in")
    karin.sees("Ingen uppkoppling. Ditt inlägg ligger i utkorgen på telefonen")
    assert len(left_on(karin.page)) == 1
    pardon(karin.page, "ERR_INTERNET_DISCONNECTED")
    karin.page.close()
    assert posts(site, text) == []

    context.set_offline(False)
    context.add_init_script(FULL)
    karin.page = watched(context.new_page())
    karin.go("/hem/")
    until(lambda: left_on(karin.page) == [], "it never left the phone")
    until(lambda: [m[0] for m in posts(site, text)[0]["media"]] == ["ready", "ready"], "it was never ready")
    found = posts(site, text)
    assert [(post["status"], [digest for _state, digest in post["media"]]) for post in found] == [
        ("in_review", digests)
    ]


NOT_TO_BE_TAKEN_UP = """() => {
  localStorage.setItem("seko-sist-x", '{"user": "somebody else"}');
  localStorage.setItem("seko-sist-broken", "{");
}"""
"""Somebody else's, and what no version of ours wrote."""


def test_what_was_answered_and_written_is_there_when_one_leaves_at_once(karin: Karin, site: Site):
    """Also when the store got no time: the next page puts it into the outbox, for its owner and nobody else."""
    text, page = f"Jag hann bara skriva det här, {uuid.uuid4().hex}", karin.page
    campaign = page.get_by_role("group", name="Kategori").get_by_label("Kampanj", exact=True)
    karin.go("/nytt/")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Text till inlägget").fill(text)
    page.get_by_role("link", name="Stäng").click()
    is_at(page, "/hem/")
    page.go_back()
    expect(page.get_by_label("Text till inlägget")).to_have_value(text)
    page.evaluate(f"() => {{ {FULL} }}")
    page.evaluate(NOT_TO_BE_TAKEN_UP)
    campaign.check()
    page.get_by_role("link", name="Stäng").click()
    is_at(page, "/hem/")
    page.go_back()
    expect(campaign).to_be_checked()
    expect(page.get_by_label("Text till inlägget")).to_have_value(text)
    noted = page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('seko-sist'))")
    assert sorted(noted) == ["seko-sist-broken", "seko-sist-x"]
    karin.sends_in()
    assert (left_on(page), [post["status"] for post in posts(site, text)]) == ([], ["in_review"])
    draw_back(site, text)


# --- a bad line -------------------------------------------------------------------------------------------------

KEEP = """async ({pictures, texts, person}) => {
  const store = await import("/static/js/phone/store.js");
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  for (const text of texts) {
    const files = pictures.map((each, at) => new File([bytes(each)], `${at}.jpg`, {type: "image/jpeg"}));
    await store.newItem({user: person, fields: {text, people: "nobody"}, files, wants: "submit"});
  }
}"""
ROUND = """async (person) => {
  const {sendDue} = await import("/static/js/phone/sending.js");
  return (await sendDue({force: true, user: person})).left;
}"""
BEGIN = ROUND.replace("return (await sendDue", "void (sendDue").replace(").left", ")")


class Storm:
    """Karin's phone behind a bad line, with an outbox that is never empty."""

    def __init__(self, karin: Karin, site: Site, line: BadLine, pictures: list[bytes]) -> None:
        self.site, self.line = site, line
        self.pictures = [base64.b64encode(picture).decode() for picture in pictures]
        self.name = f"Storm {uuid.uuid4().hex}"
        self.texts: list[str] = []
        self.page = karin.page.context.new_page()  # not watched: there will be trouble
        karin.page.close()
        self.page.goto(f"http://127.0.0.1:{line.port}/utkorg/")
        self.person = self.page.locator("body").get_attribute("data-person")
        self.add()

    def add(self) -> None:
        new = [f"{self.name} {len(self.texts) + n}" for n in range(5)]
        self.texts += new
        self.page.evaluate(KEEP, {"pictures": self.pictures, "texts": new, "person": self.person})

    def rounds(self) -> None:
        """Rounds of sending; now and then the tab is closed in the middle of one, or the server is killed."""
        killed, closed = 0, 0
        while self.line.cuts < self.line.most_cuts:
            self.line.is_bad = True
            if self.line.cuts > 50 * (killed + 1):
                killed += 1
                self.in_the_middle(self.kill)
            elif self.line.cuts > 20 * (closed + 1):
                closed += 1
                self.in_the_middle(self.open_again)
            elif not self.page.evaluate(ROUND, self.person):
                self.add()

    def in_the_middle(self, act) -> None:
        self.page.evaluate(BEGIN, self.person)
        self.page.wait_for_timeout(self.line.chance.uniform(0, 200))
        self.line.is_bad = False
        act()

    def kill(self) -> None:
        self.site.kill("web")
        self.site.start("web")
        self.site.wait_until_ready()

    def open_again(self) -> None:
        context = self.page.context
        self.page.close()
        self.page = context.new_page()
        self.page.goto(f"http://127.0.0.1:{self.line.port}/utkorg/")
        left_on(self.page)


def test_a_line_that_is_cut_two_hundred_times_loses_nothing_and_doubles_nothing(
    karin: Karin, site: Site, tmp_path: Path
):
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    sys.stdout.write(f"SEED={seed} repeats it\n")
    small = phones.written(tmp_path, "small.jpg", phones.phone_jpeg(640, 480))
    large = phones.written(tmp_path, "large.jpg", phones.phone_jpeg(640, 480) + bytes(1100 * 1024))
    digests = [made_of(tmp_path / picture.stem, picture) for picture in (small, large)]
    with BadLine(site.port, random.Random(seed), CUTS) as line:
        storm = Storm(karin, site, line, [small.read_bytes(), large.read_bytes()])
        storm.rounds()
        line.is_bad = False
        until(lambda: storm.page.evaluate(ROUND, storm.person) == 0, "it never left the phone")
        assert (line.cuts, left_on(storm.page)) == (CUTS, [])
    until(
        lambda: all(state == "ready" for post in posts(site, storm.name) for state, _ in post["media"]),
        "not ready",
    )
    found = posts(site, storm.name)
    assert sorted(post["text"] for post in found) == sorted(storm.texts)
    assert {post["status"] for post in found} == {"in_review"}
    assert all([digest for _state, digest in post["media"]] == digests for post in found)
    draw_back(site, storm.name)


# --- an expired session, two tabs ---------------------------------------------------------------------------------


class Ali(Karin):
    """Another ombudsman, on the same phone."""

    email = "ali@demo.test"


def assert_nobody_else_has_it(karin: Karin, text: str) -> None:
    """It is shown to nobody else who signs in on this phone, and not sent in their name."""
    context = karin.page.context
    ali = Ali(context, karin.url)
    ali.go("/utkorg/")
    ali.sees("Utkorgen är tom.")
    expect(ali.page.get_by_text(text)).to_have_count(0)
    assert ali.page.evaluate(ROUND.replace("user: person", "user: undefined"), "") == 1
    ali.page.close()
    context.clear_cookies(name="sessionid")


def test_what_was_written_is_there_after_a_new_sign_in_and_is_sent(karin: Karin, site: Site):
    text = f"Sessionen tog slut mitt i, {uuid.uuid4().hex}"
    karin.go("/nytt/")
    karin.page.context.clear_cookies(name="sessionid")
    karin.page.get_by_label("Text till inlägget").fill(text)
    karin.press("Skicka in")
    karin.sees("Du är utloggad. Ditt inlägg ligger i utkorgen på telefonen")
    pardon(karin.page, "401")
    assert_nobody_else_has_it(karin, text)
    karin.page.get_by_role("link", name="Logga in").click()
    karin.page.get_by_label("E-post").fill(karin.email)
    karin.page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    karin.page.get_by_role("button", name="Logga in", exact=True).click()
    karin.sees("Kommunikationsgruppen tittar på ditt inlägg.")
    assert left_on(karin.page) == []
    assert [post["status"] for post in posts(site, text)] == ["in_review"]


def test_two_tabs_write_one_post_and_neither_text_is_lost(karin: Karin, site: Site):
    begin, text = f"Två flikar, {uuid.uuid4().hex}", karin.page.get_by_label("Text till inlägget")
    karin.go("/nytt/")
    text.fill(begin)
    expect(karin.page.locator("#sparat")).to_have_text("Sparat på telefonen")
    other = watched(karin.page.context.new_page())
    other.goto(karin.page.url)
    expect(other.get_by_label("Text till inlägget")).to_have_value(begin)
    text.fill(f"{begin}, och mer i den första")
    other.get_by_label("Text till inlägget").fill(f"{begin}, och mer i den andra")
    pages = (karin.page, other)
    until(lambda: any(page.get_by_role("heading", name="Annan version").count() for page in pages), "lost")
    for page in pages:
        page.get_by_role("button", name="Skicka in").click(no_wait_after=True)
    for page in pages:
        page.wait_for_url("**/inskickat/", timeout=SOON)
    assert left_on(karin.page) == []
    assert [post["status"] for post in posts(site, begin)] == ["in_review"]


# --- a full disk --------------------------------------------------------------------------------------------------

PERSISTS = (
    """navigator.storage.persist = async () => { window.asked = (window.asked ?? 0) + 1; return true; };"""
)


def test_a_full_phone_says_so_and_what_was_typed_and_chosen_goes_up_from_the_page(
    karin: Karin, site: Site, tmp_path: Path
):
    text, context = f"Telefonen var full, {uuid.uuid4().hex}", karin.page.context
    picture = phones.written(tmp_path, "full.jpg", phones.phone_jpeg(800, 600))
    room = context.new_cdp_session(karin.page)
    room.send("Storage.overrideQuotaForOrigin", {"origin": site.url, "quotaSize": 1000})
    karin.go("/nytt/")
    karin.page.get_by_label("Text till inlägget").fill(text)
    karin.sees("Telefonen är full, så texten är inte sparad. Gör plats och skriv vidare.")
    context.set_offline(True)
    karin.page.locator("#id_uploads").set_input_files(str(picture))
    karin.sees("full.jpg kom inte fram. Försök igen.")
    karin.answers("Nej")
    karin.press("Skicka in")
    karin.sees("En fil är inte uppladdad.")
    karin.page.locator("#shots").get_by_role("button", name="Ta bort").click()
    karin.press("Skicka in")
    karin.sees("Telefonen är full och servern svarar inte, så inlägget är inte skickat.")
    expect(karin.page.get_by_label("Text till inlägget")).to_have_value(text)
    assert (left_on(karin.page), posts(site, text)) == ([], [])

    context.set_offline(False)
    karin.adds(picture)
    expect(karin.page.locator("#shots > li [name=media]:enabled")).to_have_count(1, timeout=SOON)
    karin.sends_in()
    pardon(karin.page, "ERR_INTERNET_DISCONNECTED|htmx:")
    found = posts(site, text)
    assert [(post["status"], len(post["media"])) for post in found] == [("in_review", 1)]


def test_a_server_without_room_says_so_and_the_post_waits_on_the_phone(karin: Karin, site: Site):
    text = f"Servern var full, {uuid.uuid4().hex}"
    full = {"error": "Servern har ont om plats. Vi försöker igen om en stund."}
    karin.page.add_init_script(PERSISTS)
    karin.begins(text)
    expect(karin.page.locator("#sparat")).to_have_text("Sparat på telefonen")
    assert karin.page.evaluate("window.asked") == 1  # the browser, to keep it also when it runs short itself
    karin.page.context.route("**/nytt/", lambda route: route.fulfill(status=507, json=full))
    karin.press("Skicka in")
    karin.sees(f"{full['error']} Ditt inlägg ligger i utkorgen på telefonen och skickas av sig självt.")
    assert (len(left_on(karin.page)), posts(site, text)) == (1, [])
    karin.page.get_by_role("link", name="Utkorg").click()
    karin.sees(full["error"])
    assert axe(karin.page) == []
    karin.page.context.unroute("**/nytt/")
    pardon(karin.page, "status of 507")
    karin.press("Försök nu")
    karin.sees("Inskickat")
    expect(karin.page.locator("#utkorg-laget")).to_have_text("Allt har kommit fram.")
    assert (left_on(karin.page), [post["status"] for post in posts(site, text)]) == ([], ["in_review"])


# --- with nothing open, and in old browsers ------------------------------------------------------------------------

KNOWN = """async () => (await caches.keys()).some((name) => name.startsWith("pages-"))"""


def coverage_is_back(context: BrowserContext, page: Page, url: str) -> None:
    """What Android tells the worker then, whether the app is open or not."""
    browser, found = context.new_cdp_session(page), []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    browser.send("ServiceWorker.enable")
    until(lambda: page.wait_for_timeout(50) or found, "there is no worker")
    told = {"origin": url, "registrationId": found[-1]["registrationId"], "tag": "seko-outbox"}
    browser.send("ServiceWorker.dispatchSyncEvent", {**told, "lastChance": False})


def test_with_the_app_closed_the_worker_sends_also_a_large_file(karin: Karin, site: Site, tmp_path: Path):
    text, context = f"Appen var stängd, {uuid.uuid4().hex}", karin.page.context
    large = phones.written(tmp_path, "large.jpg", phones.phone_jpeg(640, 480) + bytes(1100 * 1024))
    karin.go("/nytt/")
    until(lambda: karin.page.evaluate(KNOWN), "the worker knows nobody")
    context.set_offline(True)
    karin.adds(large)
    karin.page.get_by_label("Text till inlägget").fill(text)
    karin.answers("Nej")
    karin.press("Skicka in")
    karin.sees("Ingen uppkoppling. Ditt inlägg ligger i utkorgen på telefonen")
    pardon(karin.page, "ERR_INTERNET_DISCONNECTED")
    karin.page.close()

    context.set_offline(False)
    page = watched(context.new_page())
    page.goto(f"{site.url}/healthz")  # no page of the site: nothing on it sends
    coverage_is_back(context, page, site.url)
    until(lambda: left_on(page) == [], "it never left the phone")
    assert [(post["status"], len(post["media"])) for post in posts(site, text)] == [("in_review", 1)]


def test_without_locks_of_the_browser_one_tab_sends_and_the_other_waits(
    karin: Karin, site: Site, tmp_path: Path
):
    """As in Safari before 15.4: whoever sends holds a lease in the store."""
    text, context = f"Utan lås, {uuid.uuid4().hex}", karin.page.context
    picture = base64.b64encode(phones.phone_jpeg(640, 480)).decode()
    context.add_init_script("delete Navigator.prototype.locks")
    other, held = watched(context.new_page()), list[Route]()
    context.route("**/media/", lambda route: held.append(route))
    for page in (karin.page, other):
        page.goto(f"{site.url}/utkorg/")
    assert karin.page.evaluate("navigator.locks === undefined")
    person = karin.page.locator("body").get_attribute("data-person")
    karin.page.evaluate(KEEP, {"pictures": [picture], "texts": [text], "person": person})
    karin.page.evaluate(BEGIN, person)
    until(lambda: karin.page.wait_for_timeout(50) or held, "nobody sends")
    assert [page.evaluate(ROUND, person) for page in (karin.page, other)] == [1, 1]
    assert len(held) == 1
    held[0].continue_()
    until(lambda: left_on(other) == [], "it never left the phone")
    assert [(post["status"], len(post["media"])) for post in posts(site, text)] == [("in_review", 1)]
    assert len(held) == 1
