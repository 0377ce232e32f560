"""Whatever dies while a post is on its way, it comes out once on every channel: real processes, really killed."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.harness.reviewer import Reviewer
from tests.harness.site import Site

SECONDS = 90
ONCE = {"facebook": 1, "x": 1}
TRIED = """
import json
from posts.models import Publication
print(json.dumps([each.tries > 0 for each in Publication.objects.filter(post={post})]))
"""
ACCEPTED_AND_SILENT = {"fault": "delay_after", "seconds": 20}
"""The platform has taken it in, and does not answer before the worker is dead."""


@pytest.fixture(scope="module")
def busy_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Without the demo's history; a dead worker is missed after five seconds."""
    with Site(tmp_path_factory.mktemp("death") / "var", demo=False, LEASE_SECONDS="5") as running:
        running.waiting = iter(json.loads(running.python("-m", "tests.harness.waiting_posts", "8")).items())
        yield running


@pytest.fixture
def waiting(busy_site: Site) -> tuple[str, int]:
    """A post that waits for an okay: its text and its number."""
    busy_site.sandbox.clear_faults()
    return next(busy_site.waiting)


@pytest.fixture
def anna(busy_site: Site) -> Reviewer:
    return Reviewer(busy_site.url)


def until(site: Site, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, site.logs()
        time.sleep(0.1)


def made_public(site: Site, text: str) -> dict[str, int]:
    return Counter(line["platform"] for line in site.sandbox.ledger(effect="public") if line["text"] == text)


def comes_out_once(site: Site, text: str, post: int) -> None:
    published = dict.fromkeys(ONCE, "published")
    until(site, lambda: made_public(site, text) == ONCE and site.statuses(post) == published)
    shown = Counter(item["platform"] for item in site.sandbox.posts() if item["text"] == text)
    assert (shown, made_public(site, text)) == (ONCE, ONCE)


def the_other_is_out(site: Site, platform: str, post: int) -> None:
    """What the worker does for the other channel is over, and cannot be hit by its death."""
    [other] = {"facebook", "x"} - {platform}
    until(site, lambda: site.statuses(post)[other] == "published")


@pytest.mark.parametrize(("platform", "call"), [("facebook", "feed"), ("x", "post")])
def test_a_worker_that_dies_after_the_platform_took_it_in(busy_site, anna, waiting, platform, call):
    text, post = waiting
    busy_site.sandbox.faults({"platform": platform, "call": call, **ACCEPTED_AND_SILENT})
    anna.approve(post)
    until(busy_site, lambda: made_public(busy_site, text) == ONCE)
    the_other_is_out(busy_site, platform, post)
    busy_site.kill("worker")
    assert busy_site.statuses(post)[platform] == "committing"
    busy_site.start("worker")
    comes_out_once(busy_site, text, post)


@pytest.mark.parametrize(("platform", "call"), [("facebook", "photo"), ("x", "media_append")])
def test_a_worker_that_dies_while_it_sends_the_picture(busy_site, anna, waiting, platform, call):
    text, post = waiting
    busy_site.sandbox.faults({"platform": platform, "call": call, "fault": "delay_before", "seconds": 20})
    anna.approve(post)
    until(busy_site, lambda: busy_site.sandbox.waiting_faults() == [])
    the_other_is_out(busy_site, platform, post)
    busy_site.kill("worker")
    assert busy_site.statuses(post)[platform] == "staging"
    assert made_public(busy_site, text).get(platform) is None
    busy_site.start("worker")
    comes_out_once(busy_site, text, post)


def test_a_broker_that_loses_everything(busy_site, anna, waiting):
    text, post = waiting
    for name in ("worker", "clock"):
        busy_site.kill(name)
    anna.approve(post)
    lose_messages(busy_site)
    assert made_public(busy_site, text) == {}
    for name in ("worker", "clock"):
        busy_site.start(name)
    comes_out_once(busy_site, text, post)


def lose_messages(site: Site) -> None:
    if "REDIS_URL" in site.env:
        site.python("-c", "from seko_social.celery import app; app.control.purge()")
    for message in (site.folder / "broker").glob("*.msg"):
        message.unlink()


def test_a_platform_that_is_down_and_comes_back(busy_site, anna, waiting):
    text, post = waiting
    busy_site.sandbox.kill()
    anna.approve(post)
    until(busy_site, lambda: all(has_been_tried(busy_site, post)))
    busy_site.sandbox.start()
    comes_out_once(busy_site, text, post)


def has_been_tried(site: Site, post: int) -> list[bool]:
    return json.loads(site.manage("shell", "--no-imports", "-c", TRIED.format(post=post)))
