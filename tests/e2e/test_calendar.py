"""The calendar in a browser: at a desk a post is dragged, and given a time with keys alone; a phone fills a gap."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.story import SOON, Anna
from tests.harness.browser import axe, desktop, pardon, phone
from tests.harness.site import Site

pytestmark = pytest.mark.browser
PAGE = "/granska/kalender/"
FAR_WEEK = """
import django
django.setup()
from datetime import datetime, time, timedelta
from django.utils import timezone
from accounts.models import User
from channels.models import Channel
from posts import workflow
from posts.workflow import When
from tests import factories

karin, johan = (User.objects.get(email=f"{name}@demo.test") for name in ("karin", "johan"))
facebook = Channel.objects.get(platform="facebook")

def approve(text, when):
    post = factories.draft(karin, media=[], text=text, people="")
    workflow.submit(post, karin)
    post.refresh_from_db()
    workflow.approve(post, johan, factories.for_channels(post, johan, facebook), when)

monday = timezone.localdate() + timedelta(days=21 - timezone.localdate().weekday())
at = timezone.make_aware(datetime.combine(monday, time(9)))
approve("Färjan går även på måndag", When(at=at))
approve("Natten i kontrollrummet", When(at=at + timedelta(days=1, hours=13)))
approve("Kvällsljus över spåren", When(reserve=True))
print(monday.isoformat())
"""


@pytest.fixture(scope="module")
def monday(site: Site) -> date:
    """Of a week with two posts, one of them at night; a third lies in the reserve."""
    return date.fromisoformat(site.python("-c", FAR_WEEK).split()[-1])


def week(monday: date) -> str:
    year, number, _day = monday.isocalendar()
    return f"{PAGE}?vecka={year}-W{number:02}"


def day_of(page: Page, day: date) -> Locator:
    """On Facebook, which is the first channel."""
    return page.locator(f'td[data-day="{day}"]').first


def test_a_post_is_dragged_to_another_day_and_moved_with_keys_alone(
    browser: Browser, site: Site, monday: date
):
    anna = Anna(desktop(browser), site.url)
    anna.go(week(monday))
    ferry, night = (
        anna.page.get_by_role("link", name=name) for name in ("Färjan går även", "Natten i kontroll")
    )
    thursday = day_of(anna.page, monday + timedelta(days=3))
    ferry.drag_to(thursday)
    expect(thursday).to_contain_text("Färjan går även på måndag", timeout=SOON)
    expect(thursday).to_contain_text("09.00")
    # At ten in the evening it would have to be asked about: it lies where it lay, and says why.
    night.drag_to(day_of(anna.page, monday + timedelta(days=4)))
    expect(anna.page.get_by_role("alert")).to_contain_text("Klockan 22.00 är det tyst", timeout=SOON)
    expect(day_of(anna.page, monday + timedelta(days=1))).to_contain_text("Natten i kontrollrummet")
    pardon(anna.page, "422")
    assert axe(anna.page) == []
    ferry.focus()
    anna.page.keyboard.press("Enter")
    expect(anna.page.get_by_role("heading", name="Flytta till …")).to_be_visible(timeout=SOON)
    assert axe(anna.page) == []
    anna.page.get_by_label("Dag och tid").fill(f"{monday + timedelta(days=5)}T15:00")
    anna.page.get_by_role("button", name="Flytta", exact=True).press("Enter")
    expect(day_of(anna.page, monday + timedelta(days=5))).to_contain_text("15.00", timeout=SOON)
    anna.go(f"{PAGE}?manad={monday.isoformat()[:7]}")
    assert axe(anna.page) == []


def test_a_phone_fills_a_gap_with_two_taps(browser: Browser, site: Site, monday: date):
    anna = Anna(phone(browser), site.url)
    anna.go(week(monday))
    assert anna.page.evaluate("document.documentElement.scrollWidth") == 390
    assert axe(anna.page) == []
    sunday = day_of(anna.page, monday + timedelta(days=6))
    sunday.get_by_role("link", name=re.compile("Fyll")).tap()
    anna.page.get_by_role("button", name="Välj Kvällsljus över spåren").tap()
    expect(day_of(anna.page, monday + timedelta(days=6))).to_contain_text(
        "Kvällsljus över spåren", timeout=SOON
    )
