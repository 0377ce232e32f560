"""From an okay to the mail that it is out, and to the page: every process real, the mails where a trainer reads them."""

import json
import time
from collections.abc import Callable

import pytest
import requests

from channels.sandbox import mails
from tests.harness.reviewer import Reviewer
from tests.harness.site import Site

SECONDS = 60
KARIN = "karin@demo.test"


IN_SWEDISH = "from accounts.models import User; User.objects.update(language='sv')"
"""Another story on the same site may have left somebody with English mails."""


@pytest.fixture
def waiting(site: Site) -> int:
    site.manage("shell", "--no-imports", "-c", IN_SWEDISH)
    [post] = json.loads(site.python("-m", "tests.harness.waiting_posts", "1")).values()
    return post


def mailed(site: Site, post: int) -> list[mails.Mail]:
    """What Karin was mailed about this post."""
    everything = mails.latest(site.folder / "mail", 1000)
    return [mail for mail in everything if mail.to == KARIN and f"{site.url}/inlagg/{post}/" in mail.text]


def until(site: Site, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, site.logs()
        time.sleep(0.1)


def test_an_author_is_mailed_once_that_the_post_is_out_and_sees_it_on_the_page(site: Site, waiting: int):
    Reviewer(site.url).approve(waiting)
    until(site, lambda: mailed(site, waiting))
    [mail] = mailed(site, waiting)
    assert mail.subject == "Ditt inlägg är ute"
    assert mail.text.startswith("Det finns nu på Facebook och X (Twitter). Tack!")
    assert mail.subject in requests.get(f"{site.sandbox.url}/mail/", timeout=SECONDS).text

    karin = Reviewer(site.url, KARIN).session
    page = karin.get(f"{site.url}/aviseringar/", timeout=SECONDS).text
    assert page.index("Ditt inlägg är ute") < page.index("Det finns nu på Facebook och X (Twitter). Tack!")
