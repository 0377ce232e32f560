"""
The people of the story at their browsers: Karin on a phone, Anna at her desk, a follower on the platforms' pages.

Each verb is what a person does, found by the words on the page; a test reads like the story.
"""

import re
from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.harness.browser import AT_HOME, desktop, phone, watched
from tests.harness.site import Site

PASSWORD = "okej-okej-okej"
SOON = 45_000
"""Milliseconds that something which happens by itself may take on a busy machine."""
OLD_PHONE = {
    "viewport": {"width": 320, "height": 480},
    "user_agent": "Mozilla/5.0 (Linux; Android 5.1; Nexus 4) AppleWebKit/537.36 Chrome/39.0 Mobile Safari/537.36",
    "java_script_enabled": False,
    **AT_HOME,
}
"""Small, without scripts, and older than most things on the web: whose page is theirs needs no more."""
IN_REVIEW = re.compile("Väntar på granskning|Granskas")
"""Who leaves its page lets it go, a moment before or after the next page is there."""
KEPT: dict[tuple[str, type["Person"]], list[Any]] = {}
"""The cookies of those who have signed in on a site: most stories begin with somebody who has been here before."""


def is_at(page: Page, path: str) -> None:
    """Its page is there with its scripts: before that, nobody listens to a key."""
    expect(page).to_have_url(re.compile(rf"{re.escape(path)}(\?.*)?(#.*)?$"), timeout=SOON)
    page.wait_for_load_state("domcontentloaded")


def reviews(page: Page, post: int) -> None:
    """Its page is there, and has taken in what it loads by itself."""
    is_at(page, f"/granska/{post}/")
    expect(page.locator("#seen")).to_be_attached(timeout=SOON)
    page.wait_for_load_state("networkidle")


def ticks(box: Locator, *, wanted: bool = True) -> None:
    """By its label, once that lies still: a press at the place where it was misses what moves while its page comes in."""
    if box.is_checked() != wanted:
        box.locator("xpath=ancestor::label[1]").click()
    expect(box).to_be_checked(checked=wanted)


class Person:
    """Somebody signed in, in a browser of their own."""

    email = ""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page, self.url = watched(context.new_page()), url
        context.add_cookies(KEPT.get((url, type(self)), []))
        self.page.goto(url)
        if "/login/" in self.page.url:
            self.sign_in()
            KEPT[url, type(self)] = context.cookies()

    def sign_in(self) -> None:
        self.page.get_by_label("E-post").fill(self.email)
        self.page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Logga in", exact=True).click()
        self.page.wait_for_url(re.compile(r"/(hem|granska|kanaler|inlagg)/"))

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=SOON)


class Karin(Person):
    """The ombudsman, on a phone."""

    email = "karin@demo.test"

    @classmethod
    def at(cls, browser: Browser, url: str) -> "Karin":
        return cls(phone(browser), url)

    def begins(self, text: str, *files: Path) -> None:
        self.go("/nytt/")
        self.adds(*files)
        self.page.get_by_label("Text till inlägget").fill(text)

    def adds(self, *files: Path) -> None:
        """Choose files; each is sent ahead and shows its tile."""
        before = self.page.locator("#shots > li").count()
        self.page.locator("#id_uploads").set_input_files([str(file) for file in files])
        if files:
            expect(self.page.locator("#shots > li [name=media]")).to_have_count(
                before + len(files), timeout=SOON
            )

    def answers(self, about_people: str = "Nej") -> None:
        group = self.page.get_by_role("group", name="Kan någon på bilden kännas igen?")
        group.get_by_text(about_people, exact=True).first.click()

    def sends_in(self) -> int:
        """Returns the post's number."""
        self.press("Skicka in")
        self.page.wait_for_url(re.compile(r"/inlagg/\d+/inskickat/"), timeout=SOON)
        self.sees("Kommunikationsgruppen tittar på ditt inlägg.")
        return int(re.findall(r"/inlagg/(\d+)/", self.page.url)[0])

    def opens(self, post: int) -> None:
        self.go(f"/inlagg/{post}/")

    def sees_links_to(self, *platforms: str) -> list[str]:
        """Its page says that it is out there; the addresses, in the order of the page."""
        expect(self.page.locator(".standing .chip").first).to_have_text("Publicerat", timeout=SOON)
        links = self.page.locator("a.out__a")
        expect(links).to_have_count(len(platforms))
        assert [link.locator(".out__name").inner_text() for link in links.all()] == list(platforms)
        return [str(link.get_attribute("href")) for link in links.all()]


class Anna(Person):
    """The reviewer, at her desk."""

    email = "anna@demo.test"

    @classmethod
    def at(cls, browser: Browser, url: str) -> "Anna":
        return cls(desktop(browser), url)

    def opens(self, post: int) -> None:
        """From the queue, once its pictures are prepared."""
        self.finds(post).click()
        expect(self.page.locator("#seen")).to_be_attached(timeout=SOON)

    def finds(self, post: int) -> Locator:
        """Its row, on whichever page of the queue it stands: other stories' posts wait there too."""
        row = self.page.locator(f'.qrow[href="/granska/{post}/"]')
        for number in count(1):
            self.go(f"/granska/?sida={number}")
            # The first post of the page opens beside the list by itself.
            self.page.wait_for_load_state("networkidle")
            if row.count() or not self.page.locator(".queue__pages [rel=next]").count():
                break
        return row

    def describes(self, text: str) -> None:
        for number, field in enumerate(self.page.get_by_label(re.compile("^Bildbeskrivning")).all(), start=1):
            with self.saving():
                field.fill(f"{text} {number}")
                field.blur()

    def chooses(self, *platforms: str) -> None:
        for name in ("Facebook", "X (Twitter)", "YouTube"):
            box = self.page.get_by_role("checkbox", name=re.compile(rf"^{re.escape(name)}$"))
            if box.is_checked() != (name in platforms):
                with self.saving():
                    ticks(box, wanted=name in platforms)

    def says_about_people(self, answer: str) -> None:
        with self.saving():
            self.page.locator("#samtycke").get_by_text(answer, exact=True).click()

    def saving(self):
        """The page saves what changed by itself."""
        return self.page.expect_response(re.compile(r"/spara/$"), timeout=SOON)

    def may_approve(self) -> None:
        expect(self.page.locator("#beslut")).to_contain_text(
            "När du godkänner publiceras inlägget", timeout=SOON
        )

    def approves(self, button: str = "Godkänn") -> None:
        self.may_approve()
        self.press(button)
        self.sees(re.compile("Godkänt. Publiceras nu på"))


class Johan(Anna):
    """Another reviewer."""

    email = "johan@demo.test"


def public(site: Site, text: str) -> list[dict]:
    return [post for post in site.sandbox.posts() if text in post["text"]]


def loaded_until(page: Page, words: str) -> None:
    """Without scripts, somebody loads the page again."""
    for _ in range(SOON // 500):
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("main")).to_contain_text(words)
