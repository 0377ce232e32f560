"""What was published without us is counted, what is ours is not counted twice, and what is gone no longer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from approvals import frequency_rows, gaps, outside
from approvals.models import OutsideLook, OutsidePost
from channels import connections
from channels.adapters.base import Listed
from channels.errors import NotConnected, NotSent, RateLimited
from channels.models import Channel
from posts import publishing
from posts.models import Publication
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """An hour ago is today."""
    with freeze_time("2026-04-29 12:00:00", tick=True):
        yield


@pytest.fixture
def listing(platform, monkeypatch):
    """A platform whose list is `listed`, or that raises it."""

    def recent(self, since: datetime) -> Iterator[Listed]:
        platform.asked_since.append(since)
        if isinstance(platform.listed, Exception):
            raise platform.listed
        yield from (item for item in platform.listed if item.at >= since)

    monkeypatch.setattr(platform, "lists_posts", True)
    monkeypatch.setattr(platform, "recent", recent)
    monkeypatch.setattr(platform, "listed", [], raising=False)
    monkeypatch.setattr(platform, "asked_since", [], raising=False)
    return platform


@pytest.fixture
def channel():
    return factories.channel(goal=1, goal_period="day")


def item(id: str = "1", ago: timedelta = HOUR, text: str = "Vi är i Luleå", **fields) -> Listed:
    return Listed(id, f"https://facebook.test/{id}", timezone.now() - ago, text, **fields)


def looked() -> list[str]:
    OutsideLook.objects.update(due_at=timezone.now())
    outside.at_all(timezone.now())
    return sorted(OutsidePost.objects.filter(gone_at=None).values_list("remote_id", flat=True))


def test_what_was_written_on_the_page_itself_is_counted(listing, channel):
    listing.listed = [item("1"), item("2", 2 * DAY, has_media=True)]
    assert looked() == ["1", "2"]
    assert gaps.channels_short_today(timezone.now()) == set()
    today = timezone.localdate()
    seen = frequency_rows.seen_on(frequency_rows.channels(), today)[channel.pk]
    assert sum(seen.out.values()) == 2
    mix, *_ = frequency_rows.mix(today)
    assert (mix.pictures, mix.others, mix.total) == (1, 1, 2)


def test_and_the_last_day_of_a_channel_is_known_by_it(listing, channel):
    listing.listed = [item("1", 3 * DAY)]
    looked()
    (found,) = frequency_rows.channels()
    assert frequency_rows.last_day_of(found) == timezone.localdate(timezone.now() - 3 * DAY)


@pytest.mark.parametrize("by", ["remote_id", "also"])
def test_what_is_ours_is_not_counted_twice(listing, channel, by):
    factories.approved(factories.submitted(), factories.reviewer(), channel)
    ours = Publication.objects.get()
    listing.listed = [item("7", also=frozenset({"film-9"}))]
    assert looked() == ["7"]
    publishing.send(publishing.claim(ours.pk))
    Publication.objects.update(remote_id="7" if by == "remote_id" else "film-9")
    assert looked() == []


def test_what_has_just_come_may_be_ours_and_is_left_for_the_next_time(listing, channel):
    listing.listed = [item("1", timedelta(minutes=2))]
    assert looked() == []


def test_what_was_taken_away_counts_no_longer_and_may_come_back(listing, channel):
    listing.listed = [item("1"), item("2")]
    assert looked() == ["1", "2"]
    listing.listed = [item("2")]
    assert looked() == ["2"]
    listing.listed = [item("1"), item("2")]
    assert looked() == ["1", "2"]


def test_where_every_post_costs_only_what_is_new_is_read(listing, channel, monkeypatch):
    monkeypatch.setattr(listing, "lists_back", timedelta(0))
    listing.listed = [item("1")]
    looked(), looked()
    first, second = listing.asked_since
    assert timezone.now() - first > 6 * DAY
    assert timezone.now() - second < HOUR
    assert OutsidePost.objects.get().gone_at is None


@pytest.mark.parametrize(
    ("text", "link", "has_media", "leads_home"),
    [
        ("Läs mer", "https://www.seko.se/avtal", False, True),
        ("Läs mer på www.seko.se/avtal.", "", False, True),
        ("Läs mer", "https://arbetet.se/seko.se", False, False),
        ("Läs mer på www.seko.se/avtal", "", True, False),
        ("Vi är i Luleå", "", False, False),
    ],
)
def test_a_shop_window_is_one_wherever_it_was_made(listing, channel, text, link, has_media, leads_home):
    listing.listed = [item("1", text=text, link=link, has_media=has_media)]
    looked()
    assert OutsidePost.objects.get().leads_home == leads_home


# --- when, and by whom --------------------------------------------------------------------------------------------


def test_a_list_is_read_again_when_it_is_due(listing, channel):
    outside.at_all(timezone.now())
    outside.at_all(timezone.now())
    assert len(listing.asked_since) == 1
    outside.at_all(timezone.now() + listing.lists_again_after + HOUR)
    assert len(listing.asked_since) == 2


def test_two_workers_do_not_read_the_same_list(listing, channel):
    now = timezone.now()
    assert outside.due(now) == [channel.pk]
    assert outside.claim(channel.pk, now)
    assert outside.claim(channel.pk, now) is None
    assert outside.due(now) == []


def test_whoever_was_frozen_writes_nothing_any_more(listing, channel):
    now = timezone.now()
    outside.due(now)
    late = outside.claim(channel.pk, now)
    outside.claim(channel.pk, now + outside.LEASE + HOUR)
    outside.keep(late, [item("1")], now - DAY, now)
    assert not OutsidePost.objects.exists()


@pytest.mark.parametrize(
    "error", [NotSent("connect"), NotConnected("token_expired"), RateLimited("rate_limited", until=None)]
)
def test_a_list_that_cannot_be_read_now_is_read_later(listing, channel, error):
    if isinstance(error, RateLimited):
        error.until = timezone.now() + 2 * HOUR
    listing.listed = error
    assert looked() == []
    held = OutsideLook.objects.get()
    assert (held.claimed_until, held.trouble, held.looked_at) == (None, error.code, None)
    assert held.due_at > timezone.now() + HOUR / 2
    channel.refresh_from_db()
    assert channel.fault == ""


@pytest.mark.parametrize("state", ["broken", "resting", "by hand"])
def test_what_cannot_be_asked_is_not(listing, channel, state, monkeypatch):
    if state == "broken":
        connections.mark_broken(channel, "token_expired")
    elif state == "resting":
        connections.rest(channel, timezone.now() + HOUR)
    else:
        monkeypatch.setattr(listing, "lists_posts", False)
    assert outside.due(timezone.now()) == []


def test_the_frequency_page_counts_it(listing, channel):
    listing.listed = [item("1")]
    looked()
    assert "1 av 1" in text_of(signed_in(factories.reviewer()).get("/granska/frekvens/"))


def test_whoever_sends_in_is_told_of_it_on_their_home(listing, channel):
    Channel.objects.update(is_preselected=True)
    home, address = signed_in(factories.ombudsman()), "/hem/"
    assert "publicerat 0 inlägg på Facebook. Ditt kan bli dagens." in text_of(home.get(address))
    listing.listed = [item("1", timedelta(minutes=11)), item("2", 2 * DAY)]
    looked()
    said = text_of(home.get(address))
    assert "publicerat 1 inlägg på Facebook." in said
    assert "Ditt kan bli dagens." not in said


def test_the_calendar_shows_it_and_has_no_gap_there(listing, channel):
    desk, address = signed_in(factories.reviewer()), f"/granska/kalender/?dag={timezone.localdate()}"
    assert "Lucka" in text_of(desk.get(address))
    listing.listed = [item("1", timedelta(minutes=11))]
    looked()
    said = text_of(desk.get(address))
    assert "1 utanför Seko Social" in said
    assert "Lucka" not in said
