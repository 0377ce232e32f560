"""The site as an app on a phone: it opens without coverage, takes what is shared, and mixes no people up."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.story import SOON, Karin
from tests.harness.browser import pardon, watched
from tests.harness.site import Site
from tests.posts.media import phones

pytestmark = pytest.mark.browser

NO_COVERAGE = "ERR_INTERNET_DISCONNECTED"
UNTIL_KEPT = """async (wanted) => {
  for (let tries = 0; tries < 300; tries += 1) {
    for (const name of await caches.keys()) if (await (await caches.open(name)).match(wanted)) return name;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return "";
}"""
TOLD = """async () => {
  const [body, none] = [new FormData(document.querySelector("form")), "00000000-0000-4000-8000-000000000000"];
  await fetch(`/handelser/kalendrar/${none}/ta-bort/`, {method: "POST", body, redirect: "manual"});
}"""
PAGES = """async () => (await caches.keys()).filter((name) => name.startsWith("pages-"))"""
SHARE = """(fields) => {
  const made = (name, facts) => Object.assign(document.createElement(name), facts);
  const form = made("form", {id: "share", method: "post", action: "/dela/", enctype: "multipart/form-data"});
  for (const [name, value] of Object.entries(fields)) form.append(made("input", {name, value}));
  form.append(made("input", {type: "file", name: "files", id: "shared"}));
  document.body.append(form);
}"""

IN_THE_OUTBOX = (
    "import('/static/js/phone/store.js').then((store) => store.items()).then((items) => items.length)"
)
FOREIGN = (
    '<form method="post" action="{url}/dela/" enctype="multipart/form-data">'
    '<input name="text" value="Nu med rabatt"></form>'
)


class Ali(Karin):
    """Another ombudsman, on the same phone."""

    email = "ali@demo.test"


@pytest.fixture
def karin(browser: Browser, site: Site) -> Karin:
    """With the pages of every start on her phone."""
    someone = Karin.at(browser, site.url)
    assert until_kept(someone.page, "/mina/").startswith("pages-")
    return someone


def until_kept(page: Page, path: str) -> str:
    """The cache that has it."""
    return page.evaluate(UNTIL_KEPT, path)


def client_id(page: Page) -> str:
    """As the page came, where no script of its own makes another one."""
    return page.locator("[name=client_id]").first.input_value()


def test_it_opens_without_coverage_says_so_and_is_itself_again_afterwards(karin: Karin):
    context = karin.page.context
    karin.page.evaluate(TOLD)
    karin.go("/hem/")
    karin.sees("Kalendern är borttagen.")
    karin.go("/mina/")
    own = karin.page.locator("[data-own-posts] a").first.get_attribute("href") or ""
    assert until_kept(karin.page, own)
    karin.page.close()

    context.set_offline(True)
    page = watched(context.new_page())
    page.goto(karin.url + "/hem/?app")
    expect(page.get_by_role("heading", name="Hej Karin.")).to_be_visible()
    expect(page.get_by_text("Ingen uppkoppling.")).to_be_visible()
    expect(page.get_by_text("Kalendern är borttagen.")).to_have_count(0)  # told once
    other = watched(context.new_page())
    other.goto(karin.url + "/hem/?app")
    assert client_id(other) != client_id(page)  # two posts begun on the way are two
    pardon(other, NO_COVERAGE)
    other.close()
    for path in ("/nytt/", "/mina/", own):
        page.goto(karin.url + path)
        expect(page.get_by_text("Ingen uppkoppling.")).to_be_visible()
    page.goto(karin.url + "/policy/")
    expect(page.get_by_role("heading", name="Ingen uppkoppling")).to_be_visible()
    page.goto(karin.url + "/mina/")
    expect(page.get_by_text("Ingen uppkoppling.")).to_be_visible()
    pardon(page, NO_COVERAGE)

    context.set_offline(False)
    expect(page.get_by_text("Ingen uppkoppling.")).to_be_hidden(timeout=SOON)
    assert page.locator("html[data-kept]").count() == 0


def test_a_page_that_comes_late_is_offered_and_changes_nothing_under_the_readers_eyes(karin: Karin):
    page, late = karin.page, list[Route]()
    wait = lambda route: late.append(route) if route.request.service_worker else route.fallback()  # noqa: E731
    page.context.route(re.compile(r"/(mina|nytt)/$"), wait)
    for path in ("/mina/", "/nytt/"):
        karin.go(path)
        expect(page.get_by_text("Ingen uppkoppling.")).to_be_visible()
        page.evaluate("window.isRead = true")
        late.pop().continue_()
        expect(page.get_by_text("Ingen uppkoppling.")).to_be_hidden(timeout=SOON)
        expect(page.get_by_text("Nu finns en nyare sida.")).to_be_visible(visible=path == "/mina/")
        assert page.evaluate("window.isRead")
        assert late == []


def test_what_another_app_shares_waits_in_the_form_also_without_coverage(karin: Karin, tmp_path: Path):
    picture = phones.written(tmp_path, "IMG_4711.jpg", phones.phone_jpeg(800, 600))
    page = karin.page
    page.evaluate(
        SHARE, {"title": "Kaffe", "text": "Fika med nattskiftet", "url": "https://www.seko.se/fika"}
    )
    page.locator("#shared").set_input_files(str(picture))
    page.context.set_offline(True)
    page.locator("#share").evaluate("(form) => form.submit()")

    page.wait_for_url(re.compile(r"/nytt/\?utkorg=[0-9a-f-]{36}$"))
    expect(page.get_by_label("Text till inlägget")).to_have_value("Kaffe\nFika med nattskiftet")
    expect(page.locator("#shots > li img")).to_have_count(1, timeout=SOON)
    page.evaluate("() => fetch('/healthz').catch(() => {})")  # the page itself may have asked for nothing yet
    page.context.set_offline(False)
    expect(page.locator("#shots > li [name=media]")).to_have_count(1, timeout=SOON)
    pardon(page, NO_COVERAGE)

    # Another site may send the same form: it is shown, and nothing of it is kept.
    kept = page.evaluate(IN_THE_OUTBOX)
    foreign = FOREIGN.format(url=karin.url)
    page.context.route(
        "http://annan.test/", lambda route: route.fulfill(body=foreign, content_type="text/html")
    )
    page.goto("http://annan.test/")
    page.evaluate("document.forms[0].submit()")
    expect(page.get_by_label("Text till inlägget")).to_have_value("Nu med rabatt")
    assert page.url == f"{karin.url}/dela/"
    assert page.evaluate(IN_THE_OUTBOX) == kept == 1
    pardon(page, "foreign host: http://annan.test/")


def test_a_newer_version_waits_for_a_press_where_somebody_writes(karin: Karin):
    karin.go("/nytt/")
    page, text = karin.page, "Det här ska stå kvar"
    page.get_by_label("Text till inlägget").fill(text)
    page.evaluate("navigator.serviceWorker.register('/sw.js?nyare', {type: 'module'})")
    karin.sees("Ny version finns.")
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("/sw.js")

    karin.press("Uppdatera")
    karin.sees("Nästa sida är den nya. Det du skriver är kvar.")
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("/sw.js?nyare")
    expect(page.get_by_label("Text till inlägget")).to_have_value(text)


def test_nobody_sees_what_was_kept_for_somebody_else(karin: Karin):
    context, page = karin.page.context, karin.page
    of_karin = page.evaluate(PAGES)
    assert len(of_karin) == 1
    late = list[Route]()
    once = lambda route: late.append(route) if route.request.service_worker and not late else route.fallback()  # noqa: E731
    context.route(re.compile(r"/mina/$"), once)
    karin.go("/mina/")
    karin.go("/mer/")
    karin.press("Logga ut")
    expect(page.get_by_label("E-post")).to_be_visible()
    assert until_nobodys(page) == []
    # What was asked for while she was here comes when she is gone.
    hers = {"X-Person": of_karin[0].rpartition("-")[2], "X-Keep": "page"}
    with context.expect_event("requestfinished", lambda request: bool(request.service_worker)):
        late[0].fulfill(headers=hers, body="Karins utkast")
    page.wait_for_timeout(500)
    assert page.evaluate(PAGES) == []

    ali = Ali(context, karin.url)
    assert until_kept(ali.page, "/mina/") not in ("", *of_karin)
    assert len(ali.page.evaluate(PAGES)) == 1
    context.set_offline(True)
    ali.go("/hem/?app")
    expect(ali.page.get_by_role("heading", name="Hej Ali.")).to_be_visible()
    pardon(ali.page, NO_COVERAGE)


def until_nobodys(page: Page) -> list[str]:
    for _ in range(SOON // 100):
        if not page.evaluate(PAGES):
            break
        page.wait_for_timeout(100)
    return page.evaluate(PAGES)
