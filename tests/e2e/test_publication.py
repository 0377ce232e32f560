"""What people do with one publication: decide what became of it, publish it by hand, and take it down, whatever dies."""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from channels.sandbox.store import Store
from tests.e2e.story import SOON, Anna, Person, ticks
from tests.harness.browser import pardon
from tests.harness.site import Site

pytestmark = pytest.mark.browser

FORGOTTEN = """
import json
from posts.models import Attempt, Publication
out = Publication.objects.filter(channel__platform="x", status="published").order_by("-pk").first()
Attempt.objects.filter(publication=out).update(outcome="duplicate", code="duplicate")
Publication.objects.filter(pk=out.pk).update(
    status="needs_decision", remote_id="", url="", published_at=None, trouble="duplicate"
)
print(json.dumps({"id": out.pk, "post": out.post_id, "url": out.url}))
"""
"""It lies on X, and we do not know of it."""
ONE = """
import json
from posts.models import Publication
one = Publication.objects.filter(channel__platform={platform!r}, status={status!r}).order_by("pk").first()
print(json.dumps({{"id": one.pk, "post": one.post_id, "text": one.version.text}}))
"""
ON_THREE = """
import json
from posts.models import Post
posts = Post.objects.filter(publications__channel__platform="youtube", publications__status="published")
print(json.dumps([{"post": post.pk, "urls": [item.url for item in post.publications.all()]} for post in posts]))
"""


class Mona(Person):
    """The administrator."""

    email = "mona@demo.test"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With the demo's history; a dead worker is missed after five seconds."""
    with Site(tmp_path_factory.mktemp("publication") / "var", LEASE_SECONDS="5") as running:
        yield running


@pytest.fixture
def anna(browser: Browser, site: Site) -> Anna:
    return Anna.at(browser, site.url)


def told(site: Site, script: str):
    return json.loads(site.manage("shell", "--no-imports", "-c", script))


def on_x(site: Site) -> Counter[str]:
    return Counter(item["text"] for item in site.sandbox.posts("x"))


def until(site: Site, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON / 1000
    while not done():
        assert time.monotonic() < deadline, site.logs()
        time.sleep(0.1)


# --- when we cannot know --------------------------------------------------------------------------------------


def test_what_lies_out_there_is_settled_with_its_link(anna: Anna, site: Site):
    forgotten = told(site, FORGOTTEN)
    shown = on_x(site)
    anna.go("/inlagg/")
    anna.page.locator(f'a[href="/publicering/{forgotten["id"]}/avgor/"]').click()
    anna.sees("Vi vet inte om inlägget kom ut på X (Twitter)")
    address = anna.page.get_by_role("link", name="Öppna Seko på X (Twitter)").get_attribute("href")
    assert address == f"{site.sandbox.url}/sidor/x/sekofacket"
    anna.page.get_by_label("Klistra in länken").fill(f"{site.sandbox.url}/sidor/facebook/122100000000001")
    anna.press("Spara länken")
    anna.sees(re.compile("Det är ingen länk till ett inlägg på vårt konto på X"))
    pardon(anna.page, "status of 422")
    anna.page.get_by_label("Klistra in länken").fill(forgotten["url"])
    anna.press("Spara länken")
    anna.sees("Tack. Länken är sparad och inlägget räknas som publicerat.")
    assert f"/inlagg/{forgotten['post']}/" in anna.page.url
    expect(anna.page.locator(f'a.out__a[href="{forgotten["url"]}"]')).to_be_visible()
    assert on_x(site) == shown


def test_what_does_not_lie_there_is_sent_once_more_and_once_only(anna: Anna, site: Site):
    question = told(site, ONE.format(platform="x", status="needs_decision"))
    text = question["text"]
    assert on_x(site)[text] == 0
    anna.go(f"/publicering/{question['id']}/avgor/")
    anna.press("Skicka igen")
    anna.sees("Vi letar en gång till och skickar sedan exakt samma version.")
    row = anna.page.locator(".out__item", has_text="X (Twitter)")
    expect(row.locator("a.out__a")).to_be_visible(timeout=SOON)
    assert on_x(site)[text] == 1
    row.get_by_role("link", name="Kvitto").click()
    anna.sees("Exakt det här skickades")
    anna.sees("Du såg att det inte ligger ute på X (Twitter)")
    with anna.page.expect_response(re.compile("format=json")) as answer:
        anna.page.get_by_role("link", name="Som JSON").click()
    assert answer.value.json()["sent"]["text"] == text


# --- by hand --------------------------------------------------------------------------------------------------


def test_a_post_for_a_group_is_published_by_hand_in_four_actions(browser: Browser, anna: Anna, site: Site):
    waiting = told(site, ONE.format(platform="by_hand", status="by_hand"))
    anna.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    anna.go(f"/inlagg/{waiting['post']}/")
    anna.page.get_by_role("link", name="Publicera för hand").click()
    anna.press("Kopiera")
    anna.sees("Kopierat")
    assert waiting["text"] in anna.page.evaluate("navigator.clipboard.readText()")
    with anna.page.expect_download() as download:
        anna.page.get_by_role("link", name=re.compile("Hämta bild 1")).click()
    assert download.value.suggested_filename.endswith(".jpg")
    anna.page.get_by_label("Länken till inlägget").fill("https://www.facebook.com/groups/1/posts/2")
    anna.press("Klart, det är ute")
    anna.sees("Tack. Inlägget räknas nu som publicerat.")


def test_what_a_platform_refused_is_published_by_hand_and_can_be_taken_down(anna: Anna, site: Site):
    """Its link is understood, so that the worker can remove what a person has published."""
    failed = told(site, ONE.format(platform="x", status="failed"))
    anna.go(f"/inlagg/{failed['post']}/")
    anna.press("Publicera för hand")
    anna.sees("Publicera för hand: X (Twitter)")
    with Store(site.sandbox.data_dir) as store:
        from_a_person = store.add_published("x", "1460000000000000001", failed["text"], [], datetime.now(UTC))
    link = site.sandbox.url + from_a_person["path"]
    anna.page.get_by_label("Länken till inlägget").fill(link)
    anna.press("Klart, det är ute")
    anna.sees("Tack. Inlägget räknas nu som publicerat.")
    takes_down(anna, failed["post"], "Det är fel i inlägget")
    expect(anna.page.get_by_text(re.compile(r"^Nedtaget i dag \d"))).to_have_count(2, timeout=SOON)
    assert on_x(site)[failed["text"]] == 0


# --- taking down ------------------------------------------------------------------------------------------------


def takes_down(person: Person, post: int, why: str) -> None:
    person.go(f"/inlagg/{post}/")
    person.page.get_by_role("link", name="Ta ned", exact=True).click()
    ticks(person.page.get_by_role("radio", name=why))
    person.press("Ta ned nu")


def test_a_post_is_gone_from_three_platforms_though_the_worker_is_killed_meanwhile(anna: Anna, site: Site):
    [post, *_] = told(site, ON_THREE)
    assert shown_at(site, post["urls"]) == 3
    site.sandbox.faults(
        {"platform": "youtube", "call": "videos_delete", "fault": "delay_after", "seconds": 20}
    )
    takes_down(anna, post["post"], "Någon på bilden vill inte synas")
    anna.sees("Inlägget tas ned. Här ser du hur det går på varje kanal.")
    gone = anna.page.get_by_text(re.compile(r"^Nedtaget i dag \d"))
    expect(gone).to_have_count(2, timeout=SOON)
    until(site, lambda: site.sandbox.waiting_faults() == [])
    site.kill("worker")
    site.start("worker")
    expect(gone).to_have_count(3, timeout=SOON)
    expect(anna.page.locator(".standing .chip").first).to_have_text("Nedtaget")
    assert shown_at(site, post["urls"]) == 0
    anna.sees("Du tog ned inlägget: Någon på bilden vill inte synas")


def shown_at(site: Site, urls: list[str]) -> int:
    """How many of them a follower still sees."""
    return len([item for item in site.sandbox.posts() if item["url"] in urls])


def test_an_administrator_takes_down_what_somebody_reads_out_on_the_telephone(browser: Browser, site: Site):
    post = told(site, ON_THREE)[-1]
    mona = Mona(browser.new_context(java_script_enabled=False), site.url)
    mona.go("/mer/")
    mona.page.get_by_role("link", name="Ta ned ett inlägg").click()
    mona.page.get_by_label("Länken till inlägget, eller dess nummer").fill(post["urls"][0])
    mona.press("Visa var det ligger ute")
    ticks(mona.page.get_by_role("radio", name="Någon kan råka illa ut"))
    mona.press("Ta ned nu")
    mona.sees(re.compile("Mona tog ned inlägget"))
    until(site, lambda: shown_at(site, post["urls"]) == 0)

    def is_told() -> bool:
        mona.go(f"/inlagg/{post['post']}/ta-ned/")
        return mona.page.get_by_text(re.compile(r"^Nedtaget i dag \d")).count() == 3

    until(site, is_told)
