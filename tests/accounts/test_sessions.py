"""Who only sends in stays signed in for ninety days from the last visit; everybody else for twelve hours."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from freezegun import freeze_time

from accounts import roles
from tests import factories

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 26, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock():
    cache.clear()
    with freeze_time(START) as running:
        yield running


def entered(person) -> Client:
    client = Client()
    assert (
        client.post("/konto/login/", {"login": person.email, "password": "okej-okej-okej"}).status_code == 302
    )
    return client


def is_in(client: Client) -> bool:
    return client.get("/mer/").status_code == 200


def test_whoever_only_sends_in_has_ninety_days_from_the_last_visit(clock):
    client = entered(factories.ombudsman())
    for _ in range(3):
        clock.tick(85 * DAY)
        assert is_in(client)
    clock.tick(90 * DAY + HOUR)
    assert not is_in(client)


@pytest.mark.parametrize("role", [roles.COMMUNICATIONS, roles.ADMINISTRATOR, roles.READER])
def test_everybody_else_has_twelve_hours(clock, role):
    client = entered(factories.person(roles.OMBUDSMAN, role))
    for _ in range(3):
        clock.tick(11 * HOUR)
        assert is_in(client)
    clock.tick(12 * HOUR + timedelta(minutes=1))
    assert not is_in(client)
    assert not is_in(client)


def test_a_session_that_is_over_is_gone_from_the_store_too(clock):
    client = entered(factories.reviewer())
    key = client.cookies["sessionid"].value
    clock.tick(13 * HOUR)
    client.get("/mer/")
    assert not Session.objects.filter(pk=key).exists()


def test_a_visit_writes_to_the_store_only_now_and_then(clock):
    client = entered(factories.ombudsman())
    before = Session.objects.get(pk=client.cookies["sessionid"].value).expire_date
    clock.tick(4 * DAY)
    client.get("/mer/")
    moved = Session.objects.get(pk=client.cookies["sessionid"].value).expire_date
    clock.tick(DAY)
    client.get("/mer/")
    still = Session.objects.get(pk=client.cookies["sessionid"].value).expire_date
    assert (moved - before, still - moved) == (4 * DAY, timedelta(0))


def test_somebody_who_gets_more_to_decide_has_less_time_at_once(clock):
    karin = factories.ombudsman()
    client = entered(karin)
    karin.groups.add(factories.reviewer().groups.get())
    clock.tick(11 * HOUR)
    assert is_in(client)
    clock.tick(13 * HOUR)
    assert not is_in(client)
    assert not is_in(client)


def test_the_phones_outbox_is_told_that_the_session_is_over_and_led_nowhere(clock):
    client = entered(factories.ombudsman())
    clock.tick(91 * DAY)
    answer = client.post("/nytt/", {"text": "Från tunneln"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")
