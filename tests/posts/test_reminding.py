"""An answer was promised: who is told when it is not given, how long it took, and that each is told once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time

from accounts import duty
from accounts.models import Duty, Notice
from posts import messages, promise, reminding, workflow
from posts.models import Post, Promise
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]

HERE = ZoneInfo("Europe/Stockholm")
HOUR = timedelta(hours=1)
MORNING = datetime(2026, 4, 29, 9, tzinfo=HERE)
"""A Wednesday; with four hours to answer, half of it is over at 11, all at 13."""


@pytest.fixture
def anna():
    return factories.reviewer()


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Alm")


@pytest.fixture
def karin():
    return factories.ombudsman()


def sent_in(karin, at=MORNING, **fields) -> Post:
    with freeze_time(at):
        return factories.submitted(karin, **fields)


def watch(anna, johan=None, day=MORNING) -> None:
    duty.give(Duty(person=anna, deputy=johan, first_day=day.date(), last_day=day.date()), anna)


def told(kind: str) -> set:
    return {notice.person for notice in Notice.objects.filter(kind=kind)}


# --- what was promised ------------------------------------------------------------------------------------------


def test_what_the_sender_was_told_stands(karin, settings):
    post = sent_in(karin)
    settings.ANSWER_WITHIN_HOURS = 8
    assert promise.of(post) == MORNING + 4 * HOUR
    with freeze_time(MORNING):
        assert "13.00" in text_of(signed_in(karin).get(f"/inlagg/{post.pk}/inskickat/"))


def test_on_a_red_day_nobody_works(karin):
    first_of_may = datetime(2026, 5, 1, 9, tzinfo=HERE)
    assert promise.of(sent_in(karin, first_of_may)) == datetime(2026, 5, 4, 12, tzinfo=HERE)


@pytest.mark.parametrize(
    ("is_urgent", "is_kept", "answered_by"), [(True, True, 2), (True, False, 4), (False, True, 4)]
)
def test_whoever_has_the_watch_looks_at_what_is_urgent_on_a_red_day(
    karin, anna, is_urgent, is_kept, answered_by
):
    saturday = datetime(2026, 5, 2, 9, tzinfo=HERE)
    if is_kept:
        watch(anna, day=saturday)
    with freeze_time(saturday):
        post = factories.draft(karin)
        Post.objects.filter(pk=post.pk).update(is_urgent=is_urgent)
        workflow.submit(post, karin)
    assert timezone_date(promise.of(post)) == answered_by


def timezone_date(at: datetime) -> int:
    return at.astimezone(HERE).day


# --- reminders --------------------------------------------------------------------------------------------------


def test_whoever_has_the_watch_hears_first(karin, anna, johan):
    watch(anna)
    sent_in(karin)
    assert told("sent_in") == {anna}


def test_at_half_time_the_watch_and_the_deputy_are_reminded_once(karin, anna, johan):
    factories.reviewer(name="Lena Ask")
    watch(anna, johan)
    sent_in(karin)
    reminding.remind(MORNING + 1.9 * HOUR)
    assert told("half_time") == set()
    for _ in range(2):
        reminding.remind(MORNING + 2 * HOUR)
    assert told("half_time") == {anna, johan}
    assert Notice.objects.filter(kind="half_time").count() == 2


def test_without_a_watch_everybody_is_reminded(karin, anna, johan):
    sent_in(karin)
    reminding.remind(MORNING + 2 * HOUR)
    assert told("half_time") == {anna, johan}


def test_when_the_time_is_over_the_whole_group_is_told_once_for_all_of_them(karin, anna, johan):
    watch(anna)
    sent_in(karin), sent_in(karin, MORNING + HOUR / 4)
    for _ in range(2):
        reminding.remind(MORNING + 6 * HOUR)
    assert told("overdue") == {anna, johan}
    assert [notice.facts for notice in Notice.objects.filter(kind="overdue", person=anna)] == [
        {"count": 2, "hours": 6, "is_urgent": False}
    ]
    sent_in(karin, MORNING + HOUR)
    reminding.remind(MORNING + 7 * HOUR)
    assert Notice.objects.filter(kind="overdue", person=anna).count() == 2


@pytest.mark.parametrize("answer", ["reject", "ask", "write"])
def test_who_was_answered_is_not_spoken_of(karin, anna, answer):
    post = sent_in(karin)
    with freeze_time(MORNING + HOUR):
        if answer == "reject":
            workflow.reject(post, anna, post.current_version, "other", "Nej.")
        elif answer == "ask":
            workflow.request_changes(post, anna, post.current_version, "Vad hände?")
        else:
            messages.write(post, anna, "Vad hände?")
    reminding.remind(MORNING + 6 * HOUR)
    assert told("half_time") | told("overdue") == set()
    assert Promise.objects.get().worked_minutes == 60


def test_taking_a_post_back_is_no_answer(karin):
    post = sent_in(karin)
    with freeze_time(MORNING + HOUR):
        workflow.withdraw(post, karin)
    given = Promise.objects.get()
    assert (given.closed_at, given.worked_minutes) == (MORNING + HOUR, None)


def test_each_time_that_it_is_sent_in_an_answer_is_promised_anew(karin, anna):
    post = sent_in(karin)
    with freeze_time(MORNING + HOUR):
        workflow.request_changes(post, anna, post.current_version, "Vad hände?")
    with freeze_time(MORNING + 2 * HOUR):
        workflow.submit(post, karin)
    assert promise.of(post) == MORNING + 6 * HOUR


# --- mails at night ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "is_urgent", "expected"),
    [
        (9, False, (29, 9)),
        (17, False, (29, 17)),
        (18, False, (30, 7)),
        (6, False, (29, 7)),
        (23, True, (29, 23)),
    ],
)
def test_nobody_is_mailed_at_night_unless_it_is_urgent(hour, is_urgent, expected):
    at = promise.when_to_mail(MORNING.replace(hour=hour), is_urgent=is_urgent).astimezone(HERE)
    assert (at.day, at.hour) == expected


# --- the group's own figure -------------------------------------------------------------------------------------


def answered(karin, *minutes: int, at=MORNING) -> None:
    post = factories.submitted(karin)
    Promise.objects.all().delete()
    for number in minutes:
        Promise.objects.create(
            post=post, sent_in_at=at, half_at=at, answer_by=at, closed_at=at, worked_minutes=number
        )


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((5, 7, 80, 90, 400), "Hälften av svaren den här månaden kom inom 1 tim 20 min."),
        ((5, 7, 12, 90, 400), "Hälften av svaren den här månaden kom inom 12 min."),
        ((5, 7, 12, 90), "Svarstid den här månaden: för lite data än."),
    ],
)
def test_the_group_sees_how_long_answers_take_in_the_middle(karin, anna, minutes, expected):
    answered(karin, *minutes)
    with freeze_time(MORNING + 24 * HOUR):
        assert expected in text_of(signed_in(anna).get("/granska/svarstid/"))


@pytest.mark.parametrize("back", [workflow.undo, workflow.reopen])
def test_the_answer_to_what_the_group_took_back_itself_is_promised_and_not_counted(
    karin, anna, put_in_broker, back
):
    post = sent_in(karin)
    with freeze_time(MORNING + HOUR):
        workflow.approve(post, anna, factories.for_channels(post, anna, factories.channel()))
        back(post, anna)
    assert promise.of(post) == MORNING + 5 * HOUR
    with freeze_time(MORNING + 2 * HOUR):
        workflow.approve(post, anna, Post.objects.get().version_in_force)
    found = Promise.objects.order_by("pk").values_list("closed_at", "worked_minutes")
    assert list(found) == [(MORNING + HOUR, 60), (MORNING + 2 * HOUR, None)]


def test_and_how_it_was_the_month_before(karin, anna):
    answered(karin, *[45] * 5)
    with freeze_time(datetime(2026, 5, 20, 9, tzinfo=HERE)):
        said = text_of(signed_in(anna).get("/granska/svarstid/"))
    assert "Svarstid den här månaden: för lite data än. Förra månaden: 45 min. Räknat i arbetstid." in said
