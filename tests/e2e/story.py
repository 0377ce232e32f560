"""
The people of the story at their browsers: Karin on a phone, Anna at her desk, a follower on the platforms' pages.

Each verb is what a person does, found by the words on the page; a test reads like the story.
"""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from tests.harness.browser import desktop, phone, watched

PASSWORD = "okej-okej-okej"
SOON = 30_000
"""Milliseconds that something which happens by itself may take on a busy machine."""


class Person:
    """Somebody signed in, in a browser of their own."""

    def __init__(self, page: Page, url: str, email: str) -> None:
        self.page, self.url, self.email = watched(page), url, email

    def sign_in(self) -> None:
        self.page.goto(self.url)
        self.page.get_by_label("E-post").fill(self.email)
        self.page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Logga in").click()

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=SOON)


class Karin(Person):
    """The ombudsman, on a phone."""

    @classmethod
    def at(cls, browser: Browser, url: str) -> "Karin":
        karin = cls(phone(browser).new_page(), url, "karin@demo.test")
        karin.sign_in()
        return karin

    def begin(self, text: str, *files: Path) -> None:
        self.go("/nytt/")
        if files:
            self.page.locator("input[type=file]").first.set_input_files([str(file) for file in files])
        self.page.get_by_label("Text till inlägget").fill(text)

    def answers_about_people(self, answer: str = "Nej") -> None:
        group = self.page.get_by_role("group", name="Kan någon på bilden kännas igen?")
        group.get_by_text(answer, exact=True).click()

    def sends_in(self) -> int:
        """Returns the post's number."""
        self.press("Skicka in")
        self.sees("Klart! Kommunikationsgruppen tittar på ditt inlägg.")
        return int(re.findall(r"/inlagg/(\d+)/", self.page.url)[0])

    def opens(self, post: int) -> None:
        self.go(f"/inlagg/{post}/")


class Anna(Person):
    """The reviewer, at her desk."""

    @classmethod
    def at(cls, browser: Browser, url: str, email: str = "anna@demo.test") -> "Anna":
        anna = cls(desktop(browser).new_page(), url, email)
        anna.sign_in()
        return anna

    def opens(self, post: int) -> None:
        self.go(f"/granska/{post}/")
        expect(self.page.get_by_text("Bearbetas")).to_have_count(0, timeout=SOON)

    def describes(self, text: str) -> None:
        for field in self.page.get_by_label(re.compile("^Bildbeskrivning")).all():
            field.fill(text)

    def chooses(self, *platforms: str) -> None:
        for name in ("Facebook", "X (Twitter)", "YouTube"):
            box = self.page.get_by_role("checkbox", name=re.compile(re.escape(name)))
            box.set_checked(name in platforms, force=True)
