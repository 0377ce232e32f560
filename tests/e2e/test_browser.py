"""The browser of the stories notices what a page must not do, and axe-core what people would stumble over."""

import pytest

from tests.harness import browser as harness
from tests.harness.browser import axe, desktop, end_of_watch, pardon, phone, watched

BAD = """
<title>En sida</title>
<style>@media (prefers-color-scheme: dark) { a { color: #444; background: #333 } }</style>
<main>
  <h1>Rubrik</h1> <img src="data:,"> <p style="color: #bbb; background: #fff">Svår att läsa</p> <a href="#">Vidare</a>
</main>
"""
WHERE = """[
  innerWidth, innerHeight, navigator.maxTouchPoints > 0, navigator.language,
  Intl.DateTimeFormat().resolvedOptions().timeZone,
]"""


@pytest.fixture
def page(browser):
    return watched(desktop(browser).new_page())


def test_the_sign_in_page_is_served_without_trouble_and_without_findings(site, page):
    page.goto(site.url)
    assert page.locator("h1").count() == 1
    assert axe(page) == []
    assert end_of_watch() == []


def trouble_of(page, script):
    page.evaluate(f"{script}; 0")
    for _ in range(50):
        page.wait_for_timeout(100)
        if trouble := list(harness.watches[-1].trouble):
            return trouble
    return []


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("console.error('ojdå')", "console: ojdå"),
        ("setTimeout(() => { throw new Error('trasig') })", "script: trasig"),
        ("fetch('/finns-inte')", "console: Failed to load resource"),
        ("fetch('http://192.0.2.1/').catch(() => 0)", "console: "),
        ("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))", "console: "),
    ],
)
def test_trouble_on_a_page_of_the_site_is_noticed(site, page, script, trouble):
    page.goto(site.url)
    assert end_of_trouble(page, trouble_of(page, script))[0].startswith(trouble)


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("fetch('http://127.0.0.1:1/').catch(() => 0)", "failed: GET http://127.0.0.1:1/"),
        ("fetch('http://192.0.2.1/').catch(() => 0)", "foreign host: http://192.0.2.1/"),
    ],
)
def test_requests_that_fail_or_leave_the_machine_are_noticed(page, script, trouble):
    assert any(line.startswith(trouble) for line in end_of_trouble(page, trouble_of(page, script)))


def end_of_trouble(page, trouble):
    pardon(page, ".")
    return trouble


def test_only_trouble_that_happened_can_be_pardoned(page):
    with pytest.raises(AssertionError, match="no trouble like 409"):
        pardon(page, "409")


def test_axe_finds_what_is_wrong_in_light_and_in_dark(page):
    page.set_content(BAD)
    found = axe(page)
    rules = {" ".join(line.split()[:2]) for line in found}
    assert {
        "light: image-alt:",
        "dark: image-alt:",
        "light: color-contrast:",
        "light: html-has-lang:",
    } <= rules
    assert ["dark: color-contrast: a" in line for line in found].count(True) == 1
    assert ["light: color-contrast: a" in line for line in found].count(True) == 0


def test_a_phone_is_small_and_touched_and_in_sweden(browser):
    page = watched(phone(browser).new_page())
    page.set_content("<meta name=viewport content='width=device-width'>")
    assert page.evaluate(WHERE) == [390, 844, True, "sv-SE", "Europe/Stockholm"]


def test_a_picture_is_kept_of_every_open_page(page, tmp_path, monkeypatch):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    page.set_content("<h1>Rubrik</h1>")
    [taken] = harness.take_pictures("test[å]")
    assert (taken.parent, taken.read_bytes()[:4]) == (tmp_path / "failures", b"\x89PNG")
