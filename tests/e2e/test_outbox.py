"""What waits on the phone: no coverage, a closed tab, a cut line, a killed server, an expired session, two tabs."""

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from posts.media import jobs
from tests.e2e.story import SOON, Karin
from tests.harness.browser import pardon, watched
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


def posts(site: Site, text: str) -> list[dict]:
    """Karin's that begin so, as the server has them."""
    return [
        row
        for row in json.loads(site.manage("shell", "-v", "0", "-c", ASKED))
        if row["text"].startswith(text)
    ]


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


def test_what_is_sent_in_without_coverage_is_one_post_when_there_is_some(
    karin: Karin, site: Site, tmp_path: Path
):
    text = "I tunneln fanns ingen täckning"
    pictures = [phones.written(tmp_path, f"{n}.jpg", phones.phone_jpeg(800 + n, 600)) for n in (0, 1)]
    digests = [made_of(tmp_path / picture.stem, picture) for picture in pictures]
    context = karin.page.context
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
    karin.page = watched(context.new_page())
    karin.go("/hem/")
    until(lambda: left_on(karin.page) == [], "it never left the phone")
    until(lambda: [m[0] for m in posts(site, text)[0]["media"]] == ["ready", "ready"], "it was never ready")
    found = posts(site, text)
    assert [(post["status"], [digest for _state, digest in post["media"]]) for post in found] == [
        ("in_review", digests)
    ]
