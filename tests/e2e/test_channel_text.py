"""A text that is too long for X, and a film with everything that belongs to it, from the field to the platforms."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.story import SOON, Anna, Karin
from tests.harness.browser import axe, pardon
from tests.harness.site import Site
from tests.posts.media import phones
from tests.posts.test_subtitles import TWO

pytestmark = pytest.mark.browser
LONG = (
    "Klockan fem i morse stod vi på bangården i Umeå med nattskiftet. Sex timmar i snöblandat regn, och det de helst "
    "ville prata om var schemat. De vill veta sina tider tidigare än tio dagar i förväg! Ett rimligt krav, tycker vi. "
    "Det tar vi med oss till förhandlingen i maj. Läs mer på www.seko.se/avtal. #Bangården"
)


def saving(page: Page):
    return page.expect_response(
        lambda answer: answer.request.method == "POST" and "/kanaler/" in answer.url, timeout=SOON
    )


def test_a_text_that_is_too_long_is_made_shorter_by_a_person(browser: Browser, site: Site, tmp_path: Path):
    karin = Karin.at(browser, site.url)
    karin.begins(f"{LONG} {tmp_path.name}")
    karin.page.get_by_text("Händelse, fotograf, länk, tid, kanal, meddelande").click()
    karin.page.locator("#id_link").fill(f"{site.sandbox.url}/")
    post = karin.sends_in()

    anna = Anna.at(browser, site.url)
    anna.opens(post)
    anna.chooses("Facebook", "X (Twitter)")
    expect(anna.page.locator(".linkcard__title").first).to_be_visible(timeout=SOON)
    anna.page.keyboard.press("2")
    anna.page.wait_for_url(re.compile(r"/kanaler/\d+/"))
    expect(anna.page.get_by_role("heading", name="Version för X (Twitter)")).to_be_attached()
    anna.page.get_by_text("Förslag på en kortare text").click()
    assert axe(anna.page) == []
    anna.page.get_by_role("link", name="Lägg förslaget i rutan").click()
    anna.sees("Texten i rutan är inte sparad än.")
    text = anna.page.get_by_label("Text på X (Twitter)")
    expect(text).to_have_value(re.compile(r"^Klockan fem .*\nwww\.seko\.se/avtal #Bangården$", re.DOTALL))
    expect(anna.page.locator(".tab[aria-current] .tab__n--over")).to_be_visible()
    with saving(anna.page):
        text.fill(text.input_value().replace("Klockan fem i morse stod vi", "I morse stod vi"))
    expect(anna.page.locator(".tab[aria-current] .tab__n--over")).to_have_count(0, timeout=SOON)
    expect(anna.page.locator(".tab[aria-current] .icon--live")).to_be_visible()


def test_a_film_goes_out_with_its_subtitles_and_its_picture(browser: Browser, site: Site, tmp_path: Path):
    film, right, wrong = tmp_path / "film.mp4", tmp_path / "text.srt", tmp_path / "fel.srt"
    film.write_bytes(phones.film(seconds=6.0))
    right.write_bytes(TWO)
    wrong.write_bytes(TWO.replace(b"-->", b"->", 1))
    karin = Karin.at(browser, site.url)
    karin.begins(f"Nattskiftet berättar: {tmp_path.name}", film)
    karin.answers()
    post = karin.sends_in()

    anna = Anna.at(browser, site.url)
    anna.opens(post)
    anna.chooses("YouTube")
    anna.page.get_by_role("link", name="Lägg till en undertextfil (SRT)").click()
    file = anna.page.get_by_label("Undertextfil (SRT)")
    file.set_input_files(str(wrong))
    anna.press("Lägg till")
    anna.sees("Rad 2: Här ska tiderna stå")
    pardon(anna.page, "status of 422")
    file.set_input_files(str(right))
    anna.press("Lägg till")
    anna.sees("stod vi på bangården")
    assert axe(anna.page) == []
    anna.page.get_by_role("link", name="Tillbaka till inlägget").click()
    anna.page.wait_for_url(re.compile(r"/granska/\d+/$"))
    anna.page.wait_for_load_state("networkidle")
    anna.page.keyboard.press("1")
    anna.page.wait_for_url(re.compile(r"/kanaler/\d+/"))
    anna.page.locator("#bildsekund").fill("2,5")
    anna.press("Ta bilden")
    with saving(anna.page):
        anna.page.locator(".still:not(.still--none)").first.click()
    with saving(anna.page):
        anna.page.get_by_label("Nyckelord").fill("nattskift, bangården")
    expect(anna.page.locator("#antal-tags")).to_contain_text("19 av 500", timeout=SOON)
    assert axe(anna.page) == []
    anna.page.get_by_role("link", name="Tillbaka till inlägget").click()
    anna.may_approve()
    anna.page.keyboard.press("a")
    anna.sees(re.compile("Godkänt. Publiceras nu på"))

    karin.opens(post)
    (address,) = karin.sees_links_to("YouTube")
    number = address.rpartition("=")[2]
    (out,) = [each for each in site.sandbox.posts("youtube") if each["id"] == number]
    assert out["subtitles"] == [TWO.decode()]
    assert site.sandbox.media(out["thumbnail"]).startswith(b"\xff\xd8")
