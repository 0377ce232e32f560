"""When one is reminded of what one was at, and when not: by the clock on the wall, on working days, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Mail, Notice
from audit.models import Entry
from posts import events, notices, tasks, workflow
from posts.models import Event, EventQuerySet, Post
from tests import factories
from tests.pages import signed_in
from tests.posts.test_events_views import an_event

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@contextmanager
def standing(moment: datetime) -> Iterator[None]:
    """The site's clock stands still. Freezing all of Python's takes a second each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment.astimezone(UTC))
        yield


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


# --- when -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last_day", "ends_at", "reminder"),
    [
        # A Thursday. Whole days, and what is over before five: the same evening. Later: the next morning.
        ("2026-11-26", None, "2026-11-26T17:00"),
        ("2026-11-26", "2026-11-26T09:30", "2026-11-26T17:00"),
        ("2026-11-26", "2026-11-26T17:00", "2026-11-26T17:00"),
        ("2026-11-26", "2026-11-26T17:01", "2026-11-27T08:00"),
        ("2026-11-26", "2026-11-26T23:00", "2026-11-27T08:00"),
        # Over midnight: its day is the one before, or the next one if it was a whole night.
        ("2026-11-26", "2026-11-27T01:30", "2026-11-27T08:00"),
        ("2026-11-27", "2026-11-27T06:00", "2026-11-27T17:00"),
        # A Friday evening, a Saturday, a Sunday: on Monday morning.
        ("2026-11-27", "2026-11-27T20:00", "2026-11-30T08:00"),
        ("2026-11-28", None, "2026-11-30T08:00"),
        ("2026-11-29", "2026-11-29T15:00", "2026-11-30T08:00"),
        # The first of May is a Friday, and Christmas a long one.
        ("2026-05-01", None, "2026-05-04T08:00"),
        ("2026-12-23", "2026-12-23T19:00", "2026-12-28T08:00"),
        ("2026-12-31", None, "2027-01-04T08:00"),
        # The clock is put forward in the night to the 29th of March, and back in the one to the 25th of October.
        ("2026-03-27", "2026-03-27T21:00", "2026-03-30T08:00"),
        ("2026-03-30", None, "2026-03-30T17:00"),
        ("2026-10-23", "2026-10-23T21:00", "2026-10-26T08:00"),
        ("2026-10-26", None, "2026-10-26T17:00"),
    ],
)
def test_the_reminder_comes_the_same_evening_or_the_next_working_morning(last_day, ends_at, reminder):
    found = events.after(date.fromisoformat(last_day), wall(ends_at) if ends_at else None)
    assert found == wall(reminder)


def test_the_hour_is_that_of_the_wall_in_summer_and_in_winter():
    assert events.after(date(2026, 7, 1), None).astimezone(UTC).hour == 15
    assert events.after(date(2026, 11, 26), None).astimezone(UTC).hour == 16


def test_nobody_is_reminded_of_what_is_for_everybody():
    anna = factories.reviewer()
    assert an_event(anna, is_shared=True).remind_at is None
    assert an_event(anna).remind_at is not None


# --- that it comes --------------------------------------------------------------------------------------------


@pytest.fixture
def visit():
    """A visit on a Thursday, added that morning."""
    with standing(wall("2026-11-26T09:00")):
        yield an_event(factories.ombudsman(), "Besök hos Citymail")


def at(moment: str) -> list[Notice]:
    with standing(wall(moment)):
        tasks.remind()
    return list(Notice.objects.filter(kind="picture_wanted"))


def test_it_comes_once_and_leads_to_a_post_about_it(visit):
    assert at("2026-11-26T16:59") == []
    (notice,) = at("2026-11-26T17:00")
    assert (notice.person, notice.path, notice.facts) == (
        visit.owner,
        f"/nytt/?handelse={visit.pk}",
        {"title": "Besök hos Citymail", "days": 0},
    )
    assert notice.not_before == wall("2026-11-26T17:00")
    assert at("2026-11-26T17:01") == at("2026-11-27T08:00") == [notice]


def test_a_worker_that_comes_late_mails_nobody_at_night(visit):
    (notice,) = at("2026-11-26T19:40")
    assert (notice.mail, notice.not_before) == (Mail.WAITING, wall("2026-11-27T07:00"))
    assert notice.facts["days"] == 0


def test_two_days_later_it_is_no_news(visit):
    assert at("2026-11-28T17:01") == []
    assert Event.objects.get().reminded_at is not None


def test_what_was_sent_in_about_it_is_an_answer(visit):
    with standing(wall("2026-11-26T15:00")):
        Post.objects.filter(pk=factories.submitted(visit.owner).pk).update(event=visit)
    assert at("2026-11-26T17:00") == []


def test_what_was_sent_in_these_days_about_nothing_in_particular_is_one_too(visit):
    with standing(wall("2026-11-26T15:00")):
        factories.submitted(visit.owner)
    assert at("2026-11-26T17:00") == []


def test_what_was_sent_in_before_by_others_or_about_another_event_is_none(visit):
    other = an_event(visit.owner, "En annan")
    with standing(wall("2026-11-25T23:59")):
        factories.submitted(visit.owner)
    with standing(wall("2026-11-26T15:00")):
        factories.submitted(factories.ombudsman())
        Post.objects.filter(pk=factories.submitted(visit.owner).pk).update(event=other)
    assert [notice.facts["title"] for notice in at("2026-11-26T17:00")] == ["Besök hos Citymail"]


def test_what_was_taken_back_is_none(visit):
    with standing(wall("2026-11-26T15:00")):
        post = factories.submitted(visit.owner)
        Post.objects.filter(pk=post.pk).update(event=visit)
        workflow.withdraw(post, visit.owner)
    assert len(at("2026-11-26T17:00")) == 1


def test_nothing_to_show_is_an_answer(visit):
    with standing(wall("2026-11-26T15:00")):
        events.nothing_to_show(visit, visit.owner, "unwilling", "")
    assert at("2026-11-26T17:00") == []


def test_who_has_begun_to_write_is_led_to_their_draft(visit):
    post = factories.draft(visit.owner)
    Post.objects.filter(pk=post.pk).update(event=visit)
    (notice,) = at("2026-11-26T17:00")
    assert notice.path == f"/inlagg/{post.pk}/andra/"


def test_a_mail_that_waits_for_the_morning_is_taken_back_by_an_answer(visit):
    at("2026-11-26T19:40")
    post = factories.draft(visit.owner)
    Post.objects.filter(pk=post.pk).update(event=visit)
    workflow.submit(Post.objects.get(pk=post.pk), visit.owner)
    assert not Notice.objects.filter(kind="picture_wanted").exists()


def test_one_that_is_moved_is_reminded_of_on_its_new_day(visit):
    day = date(2026, 12, 1)
    events.change(visit, visit.owner, first_day=day, last_day=day)
    assert at("2026-11-26T17:00") == []
    assert len(at("2026-12-01T17:00")) == 1


def test_somebody_who_left_is_told_nothing(visit):
    visit.owner.is_active = False
    visit.owner.save()
    assert at("2026-11-26T17:00") == []


def test_of_two_workers_that_read_the_same_one_reminds(visit, monkeypatch):
    now, told, update = wall("2026-11-26T17:00"), [], EventQuerySet.update

    def and_the_other_is_faster(rows: EventQuerySet, **fields: object) -> int:
        monkeypatch.setattr(EventQuerySet, "update", update)
        events.remind(now)
        return rows.update(**fields)

    monkeypatch.setattr(notices, "picture_wanted", lambda event, *_: told.append(event))
    monkeypatch.setattr(EventQuerySet, "update", and_the_other_is_faster)
    events.remind(now)
    assert told == [visit]


# --- what is kept ---------------------------------------------------------------------------------------------


def test_the_log_tells_who_did_what_and_not_where():
    karin = factories.ombudsman()
    event = an_event(karin, "Besök på anstalten", place="Kumla")
    events.change(event, karin, title="Besök")
    events.nothing_to_show(event, karin, "no_pictures", "")
    events.remove(event, karin)
    lines = Entry.objects.filter(verb__startswith="event.").order_by("number")
    assert [line.verb for line in lines] == [
        "event.added",
        "event.changed",
        "event.nothing_to_show",
        "event.removed",
    ]
    assert not any("Kumla" in str(line.facts) or "anstalten" in str(line.facts) for line in lines)


def test_a_year_later_what_nothing_came_of_is_forgotten():
    karin = factories.ombudsman()
    an_event(karin, days=-366)
    kept = [an_event(karin, days=-365), an_event(karin, days=-400)]
    Post.objects.filter(pk=factories.submitted(karin).pk).update(event=kept[1])
    events.forget_old(timezone.now())
    assert sorted(Event.objects.values_list("pk", flat=True)) == sorted(event.pk for event in kept)


def test_a_reminder_leads_to_a_page_where_one_may_also_say_no(visit):
    with standing(wall("2026-11-26T18:00")):
        (notice,) = at("2026-11-26T17:00")
        page = signed_in(visit.owner).get(notice.path).content.decode()
    assert f'href="/handelser/{visit.pk}/inget/"' in page


def test_three_days_are_enough(visit):
    asked = {}
    for days in (0, 3, 4):
        with standing(wall("2026-11-26T12:00") + timedelta(days=days)):
            asked[days] = events.asked_for(visit.owner)
    assert asked == {0: [visit], 3: [visit], 4: []}
