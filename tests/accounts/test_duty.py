"""Who has the watch, day by day, and who is told instead of them."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import duty
from accounts.models import Duty
from audit import log
from audit.models import Entry
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 5, 4)
DAY = timedelta(days=1)


@pytest.fixture
def anna():
    return factories.reviewer()


@pytest.fixture
def johan():
    return factories.reviewer(name="Johan Alm")


def watch(person, first=MONDAY, days=7, deputy=None) -> Duty:
    return Duty(person=person, deputy=deputy, first_day=first, last_day=first + (days - 1) * DAY)


@pytest.mark.parametrize(("day", "is_kept"), [(-1, False), (0, True), (6, True), (7, False)])
def test_the_watch_is_kept_from_its_first_day_to_its_last(anna, day, is_kept):
    duty.give(watch(anna), anna)
    assert duty.has_watch(MONDAY + day * DAY) == is_kept


def test_the_deputy_is_told_instead_of_somebody_who_cannot_sign_in_any_more(anna, johan):
    given = duty.give(watch(anna, deputy=johan), anna)
    assert (duty.on_watch(given), duty.able(given)) == ([anna], [anna, johan])
    anna.is_active = False
    anna.save()
    assert duty.on_watch(duty.on(MONDAY)) == [johan]


def test_whoever_may_not_review_any_more_has_no_watch(anna):
    duty.give(watch(anna), anna)
    anna.groups.clear()
    assert not duty.has_watch(MONDAY)


def test_two_people_do_not_have_it_on_the_same_day(anna, johan):
    duty.give(watch(anna), anna)
    with pytest.raises(duty.OverlapError) as raised:
        duty.give(watch(johan, MONDAY + 6 * DAY), anna)
    assert (raised.value.other.person, Duty.objects.count()) == (anna, 1)


def test_a_watch_may_be_changed_where_it_stands(anna, johan):
    given = duty.give(watch(anna), anna)
    given.person = johan
    duty.give(given, anna)
    assert duty.on_watch(duty.on(MONDAY)) == [johan]
    verbs = Entry.objects.filter(verb__startswith="duty.").order_by("number").values_list("verb", "thing")
    assert list(verbs) == [("duty.given", f"user:{anna.pk}"), ("duty.changed", f"user:{johan.pk}")]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([], [(0, 20)]),
        ([(0, 7)], [(7, 20)]),
        ([(-3, 4), (5, 2), (7, 14)], [(1, 4)]),
        ([(2, 1), (30, 7)], [(0, 1), (3, 20)]),
        ([(0, 40)], []),
    ],
)
def test_days_that_nobody_keeps_are_found(anna, kept, expected):
    duties = [watch(anna, MONDAY + first * DAY, days) for first, days in kept]
    found = duty.unkept(duties, MONDAY, MONDAY + 20 * DAY)
    assert [((first - MONDAY).days, (last - MONDAY).days) for first, last in found] == expected


# --- the pages --------------------------------------------------------------------------------------------------


def form(person, first, last, deputy="") -> dict:
    return {"person": person.pk, "deputy": deputy, "first_day": first, "last_day": last}


def test_the_rota_shows_who_has_it_and_when_nobody_has(anna, johan):
    today = timezone.localdate()
    page = signed_in(anna)
    answer = page.post("/jour/ny/", form(johan, today, today + 6 * DAY, anna.pk), follow=True)
    said = text_of(answer)
    assert "I dag: Johan Alm" in said
    assert "ersättare Anna Lind" in said
    assert "Ingen har jour" in said
    assert f"?fran={today + 7 * DAY}" in answer.content.decode()


def test_a_gap_in_the_rota_fills_the_form(anna):
    page = signed_in(anna).get("/jour/ny/?fran=2026-05-04&till=2026-05-10").content.decode()
    assert 'value="2026-05-04"' in page
    assert 'value="2026-05-10"' in page


@pytest.mark.parametrize(
    ("first", "last", "is_own_deputy", "sentence"),
    [
        (5, 3, False, "Den sista dagen kommer före den första."),
        (-9, -3, False, "Den dagen har redan varit."),
        (0, 3, True, "Ersättaren måste vara någon annan."),
        (2, 3, False, "Johan har jour"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_what_was_typed_stays(
    anna, johan, first, last, is_own_deputy, sentence
):
    today = timezone.localdate()
    duty.give(watch(johan, today + 2 * DAY, 1), anna)
    given = form(anna, today + first * DAY, today + last * DAY, anna.pk if is_own_deputy else "")
    answer = signed_in(anna).post("/jour/ny/", given)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert str(today + first * DAY) in answer.content.decode()
    assert Duty.objects.count() == 1


def test_nonsense_is_refused_with_a_sentence(anna):
    answer = signed_in(anna).post("/jour/ny/", {"person": "x", "first_day": "i går", "last_day": ""})
    assert (answer.status_code, Duty.objects.count()) == (422, 0)


def test_a_link_with_nonsense_opens_the_form(anna):
    assert signed_in(anna).get("/jour/ny/?fran=nu&till=sen").status_code == 200


def test_a_watch_is_taken_away(anna):
    given = duty.give(watch(anna, timezone.localdate()), anna)
    said = text_of(signed_in(anna).post(f"/jour/{given.pk}/bort/", follow=True))
    assert "Jouren är borttagen." in said
    assert not Duty.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_of_two_who_give_the_same_days_at_once_one_is_told_of_the_other(anna, johan):
    came = []

    def give(person):
        try:
            came.append(duty.give(watch(person), anna))
        except duty.OverlapError as error:
            came.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        log.record("duty.read", anna)
        threads = [threading.Thread(target=give, args=[person]) for person in (anna, johan)]
        for thread in threads:
            thread.start()
        while waiting_for_a_row() < len(threads):
            assert any(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()
    assert [type(each) for each in came] == [Duty, duty.OverlapError]
    assert came[1].other == Duty.objects.get() == came[0]
    assert Entry.objects.filter(verb="duty.given").count() == 1


def waiting_for_a_row() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("many", [1, 50])
def test_the_rota_costs_the_same_with_many(anna, many, django_assert_num_queries):
    for number in range(many):
        watch(anna, timezone.localdate() + number * DAY, 1).save()
    page = signed_in(anna)
    page.get("/jour/")
    with django_assert_num_queries(11):
        page.get("/jour/")
