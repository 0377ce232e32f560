"""Regret that works: undo, a time, stopping everything, starting again; in a browser, without scripts, and for real."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.story import IN_REVIEW, SOON, Anna, Karin
from tests.harness.browser import AT_HOME, axe, phone
from tests.harness.reviewer import Reviewer, hidden
from tests.harness.site import Site

SECONDS = 90
UNDO_SECONDS = 60
REASON = "Olycka vid Hallsberg. Vi väntar tills vi vet mer."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: with a minute to regret an okay in, and to be stopped."""
    folder = tmp_path_factory.mktemp("control") / "var"
    with Site(folder, UNDO_SECONDS=str(UNDO_SECONDS)) as running:
        yield running


def sent_in(browser: Browser, site: Site, text: str) -> int:
    karin = Karin.at(browser, site.url)
    karin.begins(text)
    return karin.sends_in()


def shown(site: Site, text: str) -> list[str]:
    return [post["platform"] for post in site.sandbox.posts() if text in post["text"]]


# --- at the desk ------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_an_okay_is_regretted_with_one_key_and_nothing_goes_out(browser: Browser, site: Site):
    text = "Det här ångrar vi"
    post = sent_in(browser, site, text)
    anna = Anna.at(browser, site.url)
    anna.opens(post)
    anna.page.keyboard.press("a")
    toast = anna.page.get_by_role("status").filter(has_text=f"Godkänt. {text}")
    expect(toast).to_contain_text(re.compile(r"Publiceras på Facebook om \d+ sekunder\."))
    counted = number_in(toast.inner_text())
    until(site, lambda: number_in(toast.inner_text()) <= counted - 2)

    anna.go(f"/inlagg/{post}/")
    anna.sees(re.compile(r"Publiceras om \d+ sekunder"))
    assert axe(anna.page) == []
    anna.page.keyboard.press("u")
    anna.page.wait_for_url(f"**/granska/{post}/")
    anna.sees("Ångrat. Inget har publicerats, och inlägget väntar på granskning igen.")
    anna.page.wait_for_timeout(2000)
    assert shown(site, text) == []
    anna.go(f"/inlagg/{post}/")
    expect(anna.page.locator(".standing .chip").first).to_have_text(IN_REVIEW)


def approves(anna: Anna) -> None:
    anna.press("Godkänn")
    expect(anna.page.get_by_role("status").filter(has_text="Godkänt.").first).to_be_visible(timeout=SOON)


def number_in(text: str) -> int:
    return int(re.findall(r"om (\d+) sekunder", text)[0])


@pytest.mark.browser
def test_no_key_acts_while_somebody_types_or_has_switched_them_off(browser: Browser, site: Site):
    first, second = (sent_in(browser, site, f"Tangenter {number}") for number in (1, 2))
    anna = Anna.at(browser, site.url)
    anna.opens(first)
    approves(anna)
    anna.go(f"/granska/{second}/?redigera")
    anna.page.get_by_label("Text till inlägget").fill("")
    anna.page.get_by_label("Text till inlägget").press_sequentially("aubsxc")
    expect(anna.page.get_by_label("Text till inlägget")).to_have_value("aubsxc")
    anna.go("/mer/")
    anna.press("Stäng av kortkommandon")
    anna.go(f"/inlagg/{first}/")
    anna.page.keyboard.press("u")
    expect(anna.page.get_by_role("button", name="Ångra").first).to_be_visible()
    assert anna.page.url.endswith(f"/inlagg/{first}/")
    anna.go("/mer/")
    anna.press("Slå på kortkommandon")
    anna.go(f"/inlagg/{first}/")
    anna.page.keyboard.press("u")
    anna.page.wait_for_url(f"**/granska/{first}/")


@pytest.mark.browser
def test_a_post_gets_a_time_is_moved_held_and_put_in_the_reserve(browser: Browser, site: Site):
    text = "Vi ses på fredag"
    post = sent_in(browser, site, text)
    anna = Anna.at(browser, site.url)
    anna.opens(post)
    anna.page.keyboard.press("s")
    anna.page.wait_for_url(f"**/granska/{post}/schemalagg/")
    later = datetime.now().astimezone() + timedelta(days=3)
    anna.page.get_by_label("Dag och tid").fill(f"{later:%Y-%m-%d}T12:00")
    anna.page.get_by_role("dialog").get_by_role("button", name="Godkänn och schemalägg").click()
    anna.sees(re.compile(r"Schemalagt på Facebook \S+ \d+ \S+( \d{4})? 12\.00\."))

    anna.go("/inlagg/")
    row = anna.page.get_by_role("row").filter(has_text=text)
    expect(row).to_contain_text("Schemalagt")
    row.get_by_role("link").click()
    anna.page.get_by_role("link", name="Flytta").click()
    anna.page.get_by_label("Dag och tid").fill(f"{later:%Y-%m-%d}T15:30")
    assert axe(anna.page) == []
    anna.press("Schemalägg")
    anna.sees(re.compile(r"Schemalagt \S+ \d+ \S+( \d{4})? 15\.30"))
    anna.press("Håll")
    anna.sees("Hålls tills någon säger till.")
    anna.press("Till reserven")
    anna.sees("I reserven, utan tid.")
    anna.press("Publicera nu")
    anna.sees(re.compile(r"Publiceras om \d+ sekunder"))
    anna.press("Ångra")
    anna.sees("Ångrat. Inget har publicerats")
    assert shown(site, text) == []


@pytest.mark.browser
def test_everything_is_stopped_with_two_taps_and_started_with_open_eyes(browser: Browser, site: Site):
    text = "Det här stoppas"
    post = sent_in(browser, site, text)
    anna = Anna(phone(browser), site.url)
    anna.opens(post)
    approves(anna)
    anna.page.get_by_role("link", name="Stoppa allt").filter(visible=True).click()
    anna.page.get_by_label("Några rader till kollegorna").fill(REASON)
    assert axe(anna.page) == []
    anna.press("Stoppa nu")
    anna.sees("Publiceringen är stoppad")
    karin = Karin.at(browser, site.url)
    karin.sees("All publicering är stoppad")
    karin.sees(re.compile(f"av Anna Lind. Allvarlig händelse: ”{REASON}”"))

    until(site, lambda: waits(anna, text))
    assert shown(site, text) == []
    anna.go("/status/starta/")
    assert axe(anna.page) == []
    expect(anna.page.get_by_role("checkbox", name=re.compile(text))).to_be_checked()
    anna.press("Starta igen")
    anna.sees("Publiceringen är på igen. 1 går ut nu.")
    until(site, lambda: shown(site, text) == ["facebook"])
    karin.go("/hem/")
    expect(karin.page.locator(".stopbar")).to_have_count(0)


def waits(anna: Anna, text: str) -> bool:
    """Its minute is over, and it would be out by now."""
    anna.go("/status/starta/")
    return anna.page.get_by_role("checkbox", name=re.compile(text)).count() == 1


@pytest.mark.browser
def test_undo_and_stop_need_no_scripts(browser: Browser, site: Site):
    text = "Utan skript går det att ångra"
    post = sent_in(browser, site, text)
    anna = Anna(browser.new_context(java_script_enabled=False, **AT_HOME), site.url)
    anna.go(f"/granska/{post}/")
    anna.press("Godkänn")
    anna.sees(re.compile(r"Publiceras på Facebook om \d+ sekunder"))
    anna.press("Ångra")
    anna.sees("Ångrat. Inget har publicerats")
    anna.page.get_by_role("link", name="Stoppa allt").filter(visible=True).click()
    anna.press("Stoppa nu")
    anna.sees("Publiceringen är stoppad")
    anna.page.get_by_role("link", name="Starta igen").filter(visible=True).first.click()
    anna.press("Starta igen")
    anna.sees("Publiceringen är på igen.")
    assert shown(site, text) == []


@pytest.mark.browser
def test_one_channel_is_paused_and_started_again(browser: Browser, site: Site):
    anna = Anna.at(browser, site.url)
    anna.go("/kanaler/")
    card = anna.page.get_by_role("article").filter(has_text="X (Twitter)")
    card.get_by_role("link", name="Pausa").click()
    anna.page.get_by_label("Varför?").fill("Kampanjen krockar.")
    assert axe(anna.page) == []
    anna.press("Pausa nu")
    anna.sees("X (Twitter) är pausad. Inläggen väntar.")
    expect(card).to_contain_text("av Anna Lind. Inläggen väntar. Kampanjen krockar.")
    card.get_by_role("link", name="Starta igen").click()
    anna.press("Starta igen")
    anna.sees("X (Twitter) är igång igen.")


# --- the worker, for real ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quick_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Without the demo's history, and without time to regret an okay in."""
    with Site(tmp_path_factory.mktemp("stop") / "var", demo=False) as running:
        running.waiting = iter(json.loads(running.python("-m", "tests.harness.waiting_posts", "2")).items())
        yield running


def until(site: Site, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, site.logs()
        time.sleep(0.2)


def approved_while(site: Site, call: str) -> tuple[str, int, Reviewer]:
    """A post whose X is out, and whose Facebook waits in this call."""
    text, post = next(site.waiting)
    site.sandbox.faults({"platform": "facebook", "call": call, "fault": "delay_before", "seconds": 12})
    anna = Reviewer(site.url)
    anna.approve(post)
    until(site, lambda: site.sandbox.waiting_faults() == [] and site.statuses(post)["x"] == "published")
    return text, post, anna


def stop(anna: Reviewer) -> str:
    """What the status page says right after."""
    anna.send(
        anna.session.get(f"{anna.url}/status/stoppa/", timeout=SECONDS), "/status/stoppa/", reason="event"
    )
    return anna.session.get(f"{anna.url}/status/", timeout=SECONDS).text


def start(anna: Reviewer) -> None:
    page = anna.session.get(f"{anna.url}/status/starta/", timeout=SECONDS)
    chosen = {"chosen": hidden(page.text, "chosen")} if 'name="chosen"' in page.text else {}
    anna.send(page, "/status/starta/", how="now", **chosen)


def test_a_stop_during_a_slow_upload_takes_effect_before_the_call_that_makes_it_public(quick_site: Site):
    text, post, anna = approved_while(quick_site, "photo")
    assert quick_site.statuses(post)["facebook"] == "staging"
    stop(anna)
    until(quick_site, lambda: quick_site.statuses(post)["facebook"] == "queued")
    assert shown(quick_site, text) == ["x"]
    start(anna)
    until(quick_site, lambda: quick_site.statuses(post)["facebook"] == "published")
    assert sorted(shown(quick_site, text)) == ["facebook", "x"]


def test_a_stop_after_the_call_has_begun_says_truthfully_that_it_may_come_out(quick_site: Site):
    text, post, anna = approved_while(quick_site, "feed")
    page = stop(anna)
    assert "Sändningen hade redan börjat när stoppet kom, och kan komma ut" in page
    assert text.partition(".")[0] in page.partition("Sändningen hade redan börjat")[2]
    until(quick_site, lambda: quick_site.statuses(post)["facebook"] == "published")
    after = anna.session.get(f"{anna.url}/status/", timeout=SECONDS).text
    assert "Hann ut: sändningen hade börjat före stoppet" in after
    assert "Sändningen hade redan börjat" not in after
    assert sorted(shown(quick_site, text)) == ["facebook", "x"]
    start(anna)
