"""Who is told that a channel is silent: once a day, with the best of the reserve; and once when it lasts too long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from freezegun import freeze_time

from accounts import letters
from accounts.models import Notice
from approvals import silence
from approvals.models import OutsidePost
from posts import workflow
from posts.models import Post, Publication
from posts.publishing import When
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]

HERE = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 4, 29, 13, tzinfo=HERE)
"""A Wednesday."""
HOUR = timedelta(hours=1)


@pytest.fixture
def anna():
    return factories.reviewer()


@pytest.fixture
def channel():
    return factories.channel(goal=1, goal_period="day", name="Seko")


def in_reserve(anna, channel, text="Karin Ek på bangården", at=NOON - 48 * HOUR) -> Post:
    with freeze_time(at):
        post = factories.submitted(factories.ombudsman(), text=text)
        version = factories.for_channels(post, anna, channel)
        workflow.approve(post, anna, version, When(reserve=True))
    return post


def told(kind="gap") -> list[Notice]:
    return list(Notice.objects.filter(kind=kind).order_by("pk"))


def run(at=NOON) -> None:
    with freeze_time(at):
        silence.tell_of_silence(timezone.now())


def test_a_silent_day_is_told_once_with_the_best_of_the_reserve(anna, channel):
    posts = [in_reserve(anna, channel, f"Inlägg {n}", NOON - (50 - n) * HOUR) for n in range(4)]
    run(), run(NOON + HOUR)
    (notice,) = told()
    assert notice.person == anna
    said = letters.words(notice)
    assert said.subject == "Inget på Facebook i dag än"
    assert said.body[0] == "Klockan är 13.00 och inget är planerat. I reserven finns 4 inlägg."
    assert [f"/{post.pk}/" in line for post, line in zip(posts, said.body[1:], strict=False)] == [True] * 3
    assert len(said.body) == 4
    assert "Karin" not in " ".join(said.body)


def test_what_is_proposed_is_told_apart_by_number_and_on_the_page_by_its_first_words(anna, channel):
    first, second = (
        in_reserve(anna, channel, words) for words in ("Nattskiftet i Umeå", "Årsmötet i Kiruna")
    )
    run()
    mail = letters.to(told()[0])
    page = text_of(signed_in(anna).get("/aviseringar/"))
    for post, words in ((first, "Nattskiftet i Umeå"), (second, "Årsmötet i Kiruna")):
        assert f"Inlägg {post.pk}, {str(post.category).lower()}: " in mail.body
        assert (words in mail.body, f"Inlägg {post.pk}: ”{words}”" in page) == (False, True)


@pytest.mark.parametrize("hour", [12, 18])
def test_only_while_somebody_can_do_something_about_it(anna, channel, hour):
    run(NOON.replace(hour=hour))
    assert told() == []


def test_the_next_day_is_another_day(anna, channel):
    run(), run(NOON + 24 * HOUR)
    assert len(told()) == 2


@pytest.mark.parametrize("what", ["out", "planned", "elsewhere", "no daily goal"])
def test_a_day_that_is_not_silent_is_not_told(anna, channel, what):
    if what in ("out", "planned"):
        with freeze_time(NOON - HOUR):
            post = factories.approved(factories.submitted(), anna, channel)
        if what == "out":
            Publication.objects.filter(post=post).update(
                status="published", published_at=NOON - HOUR, url="https://facebook.test/1"
            )
    elif what == "elsewhere":
        OutsidePost.objects.create(channel=channel, remote_id="1", url="x", published_at=NOON - HOUR)
    else:
        channel.goal_period = "week"
        channel.save()
    run()
    assert told() == []


def test_on_a_red_day_a_goal_for_weekdays_asks_for_nothing(anna, channel):
    channel.goal_on_weekdays = True
    channel.save()
    run(datetime(2026, 5, 1, 13, tzinfo=HERE))
    assert told() == []


# --- one press -----------------------------------------------------------------------------------------------------


def test_the_link_shows_the_post_and_one_press_publishes_it_today(anna, channel):
    post = in_reserve(anna, channel)
    with freeze_time(NOON):
        desk, address = signed_in(anna), f"/granska/kalender/i-dag/{channel.pk}/{post.pk}/"
        page = desk.get(address)
        assert "Karin Ek på bangården" in text_of(page)
        assert Publication.objects.get().hold == "reserve"
        each = page.context["each"]
        sent = {"kanal": channel.pk, "dag": "2026-04-29", "post": post.pk, "seen": each.seen}
        desk.post("/granska/kalender/fyll/", sent)
        planned = Publication.objects.get()
    assert (planned.status, planned.hold) == ("queued", "")
    assert timezone.localdate(planned.not_before) == NOON.date()


def test_somebody_else_was_faster(anna, channel):
    post = in_reserve(anna, channel)
    Publication.objects.update(hold="", status="queued")
    with freeze_time(NOON):
        page = signed_in(anna).get(f"/granska/kalender/i-dag/{channel.pk}/{post.pk}/", follow=True)
    assert "Det inlägget ligger inte kvar i reserven." in text_of(page)


# --- for too long --------------------------------------------------------------------------------------------------


def silent_for(channel, days: int) -> None:
    OutsidePost.objects.create(
        channel=channel, remote_id="1", url="x", published_at=NOON - timedelta(days=days + 1)
    )


@pytest.mark.parametrize(("days", "is_told"), [(6, False), (7, True)])
def test_a_channel_that_is_silent_for_longer_than_its_limit_is_told_of_once(anna, days, is_told):
    channel = factories.channel("x", goal=3, goal_period="week", alarm_days=7)
    silent_for(channel, days)
    run(), run(NOON + HOUR)
    assert [letters.words(notice).subject for notice in told("silent")] == (
        ["Inget på X (Twitter) på 7 dagar"] if is_told else []
    )


def test_a_channel_without_a_limit_is_never_told_of(anna):
    channel = factories.channel("x", goal=3, goal_period="week")
    silent_for(channel, 100)
    run()
    assert told("silent") == []
