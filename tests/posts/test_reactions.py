"""How posts were received is asked for a week, ever more seldom, and never where a channel is to be left alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from channels.adapters.base import Reactions
from channels.errors import NotConnected, NotSent, RateLimited
from channels.models import Channel
from posts import reactions
from posts.models import Publication, PublicationStatus
from posts.wording import received
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW = Reactions(likes=12, comments=3)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with freeze_time("2026-04-29 12:00:00", tick=True):
        yield


@pytest.fixture
def telling(platform, monkeypatch):
    """A platform that tells `told` of every post, or raises it; `asked` is what it was asked, each time."""

    def received(self, remote_ids, since: datetime) -> dict[str, Reactions]:
        platform.asked.append((sorted(remote_ids), since))
        if isinstance(platform.told, Exception):
            raise platform.told
        return {id: platform.told for id in remote_ids if id not in platform.gone}

    monkeypatch.setattr(platform, "tells_again_after", HOUR)
    monkeypatch.setattr(platform, "reactions", received)
    for name, value in (("told", FEW), ("asked", []), ("gone", ())):
        monkeypatch.setattr(platform, name, value, raising=False)
    return platform


@pytest.fixture
def channel():
    return factories.channel()


def out(channel, ago: timedelta = HOUR, id: str = "1") -> Publication:
    """A post that the platform has had for so long."""
    publication = factories.approved(factories.submitted(), factories.reviewer(), channel).publications.get()
    at, url = timezone.now() - ago, f"https://facebook.test/{id}"
    facts = {"status": PublicationStatus.PUBLISHED, "published_at": at, "remote_id": id, "url": url}
    Publication.objects.filter(pk=publication.pk).update(**facts)
    return again(publication)


def follow(publication: Publication) -> None:
    """The first comment, or the next part of the thread."""
    place = {name: getattr(publication, name) for name in ("post", "version", "channel", "approval")}
    at = {"published_at": publication.published_at, "url": f"{publication.url}/2", "remote_id": "2"}
    Publication.objects.create(part=1, after=publication, status=PublicationStatus.PUBLISHED, **at, **place)


def again(publication: Publication) -> Publication:
    return Publication.objects.get(pk=publication.pk)


def test_it_is_asked_once_and_kept_with_the_time(telling, channel):
    publication = out(channel)
    before = timezone.now()
    reactions.at_all(before)
    reactions.at_all(before)
    kept = again(publication)
    assert len(telling.asked) == 1
    assert kept.reactions == {"likes": 12, "comments": 3}
    assert before <= kept.reactions_at < before + HOUR
    assert kept.status == publication.status


def test_one_call_asks_about_all_posts_of_a_channel(telling, channel):
    out(channel, HOUR, "1")
    oldest = out(channel, 2 * DAY, "2")
    reactions.at_all(timezone.now())
    ((ids, since),) = telling.asked
    assert ids == ["1", "2"]
    assert since == oldest.published_at - DAY


@pytest.mark.parametrize(("ago", "later"), [(HOUR, HOUR), (2 * DAY, 4 * HOUR), (5 * DAY, DAY)])
def test_hourly_at_first_and_daily_in_the_end(telling, channel, ago, later):
    publication, now = out(channel, ago), timezone.now()
    reactions.at_all(now)
    assert again(publication).reactions_due_at == now + later
    reactions.at_all(now + later - timedelta(seconds=1))
    assert len(telling.asked) == 1
    reactions.at_all(now + later)
    assert len(telling.asked) == 2


def test_seldom_where_asking_costs_money(telling, channel, monkeypatch):
    monkeypatch.setattr(telling, "tells_again_after", DAY)
    publication, now = out(channel), timezone.now()
    reactions.at_all(now)
    assert again(publication).reactions_due_at == now + DAY


@pytest.mark.parametrize("ago", [timedelta(minutes=9), 7 * DAY + HOUR])
def test_not_before_there_is_something_to_tell_nor_after_a_week(telling, channel, ago):
    out(channel, ago)
    reactions.at_all(timezone.now())
    assert telling.asked == []


def test_a_platform_that_tells_nobody_is_not_asked(telling, channel, monkeypatch):
    monkeypatch.setattr(telling, "tells_again_after", None)
    out(channel)
    reactions.at_all(timezone.now())
    assert telling.asked == []


@pytest.mark.parametrize("held_up", ["fault", "paused", "resting", "disconnected"])
def test_a_channel_that_is_to_be_left_alone_is_not_asked(telling, channel, held_up):
    out(channel)
    now = timezone.now()
    facts = {
        "fault": {"fault": "token_expired", "fault_at": now},
        "paused": {"paused_at": now},
        "resting": {"resting_until": now + HOUR},
        "disconnected": {"disconnected_at": now},
    }
    Channel.objects.filter(pk=channel.pk).update(**facts[held_up])
    reactions.at_all(now)
    assert telling.asked == []


def test_a_platform_that_says_later_gets_its_rest(telling, channel):
    publication, now = out(channel), timezone.now()
    telling.told = RateLimited("too_many_calls", until=now + 2 * HOUR)
    reactions.at_all(now)
    assert Channel.objects.get().resting_until == now + 2 * HOUR
    reactions.at_all(now + HOUR + timedelta(minutes=1))
    assert len(telling.asked) == 1
    assert again(publication).reactions is None


@pytest.mark.parametrize("error", [NotSent("unreachable"), NotConnected("token_expired")])
def test_what_goes_wrong_is_forgotten_until_the_next_time(telling, channel, error):
    publication, now = out(channel), timezone.now()
    telling.told = error
    reactions.at_all(now)
    reactions.at_all(now)
    assert len(telling.asked) == 1
    kept = again(publication)
    assert (kept.reactions, kept.reactions_at, kept.status) == (None, None, "published")
    assert Channel.objects.get().fault == ""


def test_what_is_gone_there_keeps_what_was_last_told(telling, channel):
    publication, now = out(channel), timezone.now()
    reactions.at_all(now)
    told_at = again(publication).reactions_at
    telling.gone, telling.told = ("1",), Reactions(likes=0)
    reactions.at_all(now + HOUR)
    kept = again(publication)
    assert (kept.reactions, kept.reactions_at) == ({"likes": 12, "comments": 3}, told_at)


def test_our_own_words_below_it_are_no_comments_of_others(telling, channel):
    publication = out(channel)
    follow(publication)
    reactions.at_all(timezone.now())
    assert again(publication).reactions == {"likes": 12, "comments": 2}


def test_the_posts_own_page_tells_it_in_words_with_the_time(telling, channel):
    publication = out(channel)
    page = signed_in(publication.post.author)
    assert "reaktioner" not in text_of(page.get(f"/inlagg/{publication.post_id}/"))
    reactions.at_all(timezone.now())
    assert "12 reaktioner, 3 kommentarer, räknat i dag 14.00" in text_of(
        page.get(f"/inlagg/{publication.post_id}/")
    )


def test_ones_own_list_tells_of_all_channels_together(telling, channel):
    publication = out(channel)
    page = signed_in(publication.post.author)
    assert "reaktioner" not in text_of(page.get("/mina/?visa=publicerat"))
    reactions.at_all(timezone.now())
    assert "· 12 reaktioner, 3 kommentarer" in text_of(page.get("/mina/?visa=publicerat"))


def test_words_leave_out_what_nobody_did():
    assert received({"likes": 1, "comments": 0, "views": 12345}) == "1 reaktion, 12\xa0345 visningar"
    assert received({"likes": 0}) == received({}) == "Inga reaktioner än"
