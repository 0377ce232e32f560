"""The calendar for a person's own program: who reads it, what it says, and in which form."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from approvals import feed
from approvals.feed_ical import Event, calendar, escaped, folded
from approvals.models import Feed
from audit.models import Entry
from posts.models import Publication
from seko_social.logs import Formatter, path_for_log
from tests import factories
from tests.approvals.test_frequency_views import came_out, publication
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker", "_wednesday")]
PAGE = "/granska/kalender/prenumeration/"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def _wednesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def facebook():
    return factories.channel()


def address_for(client: Client) -> str:
    response = client.post(PAGE)
    return re.search(r'value="http://testserver(/granska/kalender/flode/[^"]+)"', response.content.decode())[
        1
    ]


def planned(channel, **fields) -> Publication:
    at = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
    return publication(
        channel, **{"planned_for": at, "not_before": at, "text": "Färjan går även i dag"} | fields
    )


def lines(response) -> list[str]:
    """With what was folded put together again."""
    assert response.status_code == 200
    return response.content.decode().replace("\r\n ", "").split("\r\n")


# --- what it says -----------------------------------------------------------------------------------------------


def test_it_has_the_planned_and_the_published_of_each_channel(desk, facebook):
    one = planned(facebook)
    came_out(factories.channel("x"), NOW - timedelta(days=1), text="Debatt: posten ska fram")
    found = lines(Client().get(address_for(desk)))
    assert "SUMMARY:Facebook: Färjan går även i dag (schemalagt)" in found
    assert "SUMMARY:X (Twitter): Debatt: posten ska fram (publicerat)" in found
    assert f"UID:publication-{one.pk}@testserver" in found
    assert "DTSTART:20261127T110000Z" in found
    assert "DTSTART:20261124T090000Z" in found
    assert (found.count("BEGIN:VEVENT"), found.count("END:VEVENT")) == (2, 2)
    assert (found[0], found[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])


def test_nobody_is_named_and_nothing_is_pictured(desk, facebook):
    karin = factories.ombudsman(name="Karin Ek")
    planned(facebook, author=karin, media=[factories.picture(karin)])
    whole = "\n".join(lines(Client().get(address_for(desk))))
    for word in ("Karin", "Anna", "media", "ATTACH", "ORGANIZER", "ATTENDEE"):
        assert word not in whole


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "held", "hold": "reserve"},
        {"status": "cancelled"},
        {"not_before": NOW + timedelta(days=400)},
        {"not_before": NOW - timedelta(days=90)},
    ],
)
def test_what_has_no_day_or_is_far_away_is_left_out(desk, facebook, fields):
    planned(facebook, **fields)
    assert "BEGIN:VEVENT" not in lines(Client().get(address_for(desk)))


def test_an_administrator_reads_that_something_is_planned_and_not_what(facebook):
    planned(facebook)
    found = lines(Client().get(address_for(signed_in(factories.administrator()))))
    assert "SUMMARY:Facebook: Schemalagt" in found
    assert not any("Färjan" in line for line in found)


@pytest.mark.parametrize("count", [1, 50])
def test_it_costs_the_same_however_much_it_says(desk, facebook, count, django_assert_num_queries):
    author = factories.ombudsman()
    address = address_for(desk)
    for _ in range(count):
        planned(facebook, author=author)
    with django_assert_num_queries(5):
        Client().get(address)


# --- whose it is ------------------------------------------------------------------------------------------------


def test_the_address_is_shown_once_and_kept_as_a_digest(desk, anna, facebook):
    token = address_for(desk).rpartition("/")[2].removesuffix(".ics")
    kept = Feed.objects.get(person=anna)
    assert kept.digest == feed.digest_of(token)
    assert token not in str(Feed.objects.values())
    assert token not in desk.get(PAGE).content.decode()
    assert token not in str(list(Entry.objects.values_list("facts", "thing")))


def test_a_new_address_takes_the_place_of_the_old_one(desk, anna):
    old, new = address_for(desk), address_for(desk)
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert Feed.objects.filter(person=anna, revoked_at=None).count() == 1
    verbs = Entry.objects.filter(verb__startswith="feed.").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["feed.made", "feed.revoked", "feed.made"]


def test_a_revoked_address_is_none(desk):
    address = address_for(desk)
    assert "Adressen gäller inte längre." in text_of(desk.post(f"{PAGE}avsluta/", follow=True))
    answer = Client().get(address)
    assert (answer.status_code, answer.content.decode()) == (404, "Adressen gäller inte.")
    assert Client().get("/granska/kalender/flode/nonsense.ics").content == answer.content


@pytest.mark.parametrize("change", [{"is_active": False}, {"groups": []}])
def test_it_ends_with_the_rights_of_its_person(desk, anna, change):
    address = address_for(desk)
    if "groups" in change:
        anna.groups.clear()
    else:
        User.objects.filter(pk=anna.pk).update(**change)
    assert Client().get(address).status_code == 404


def test_it_ends_with_its_person_also_where_they_keep_a_channel():
    karin = factories.ombudsman()
    factories.channel(owner=karin)
    address = address_for(signed_in(karin))
    assert Client().get(address).status_code == 200
    User.objects.filter(pk=karin.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_it_needs_no_session_and_makes_none(desk):
    answer = Client().get(address_for(desk))
    assert (answer.status_code, answer.cookies) == (200, {})
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert Client().get("/granska/kalender/flode/nonsense.ics").cookies == {}


def test_nothing_is_sent_again_that_has_not_changed(desk, facebook):
    one, address = planned(facebook), address_for(desk)
    etag = Client().get(address).headers["ETag"]
    same = Client().get(address, headers={"if-none-match": etag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    Publication.objects.filter(pk=one.pk).update(not_before=NOW + timedelta(days=3))
    assert Client().get(address, headers={"if-none-match": etag}).status_code == 200


def test_who_asks_all_the_time_has_to_wait_for_the_next_hour(desk, monkeypatch):
    address = address_for(desk)
    codes = [Client().get(address).status_code for _ in range(feed.READS_AN_HOUR + 1)]
    assert codes == [200] * feed.READS_AN_HOUR + [429]
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=1))
    assert Client().get(address).status_code == 200


def test_the_address_is_never_in_a_line_of_the_log(desk):
    """Neither in the web server's line for the request, nor where something broke."""
    address = address_for(desk)
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert token not in path_for_log(address)
    broken = logging.LogRecord("django.request", logging.ERROR, "", 1, "Broke: %s", (address,), None)
    assert Formatter().format(broken) == "Broke: /granska/kalender/flode/….ics"
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError(f"GET {address}")
    broken.exc_info = caught._excinfo
    assert token not in Formatter().format(broken)


def test_it_is_read_and_nothing_else(desk):
    assert Client().post(address_for(desk)).status_code == 405


# --- in which form ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ett, två; tre", "Ett\\, två\\; tre"),
        ("a\\b", "a\\\\b"),
        ("rad\nrad\r\nrad\rrad", "rad\\nrad\\nrad\\nrad"),
        ("BEGIN:VEVENT\r\nX:1", "BEGIN:VEVENT\\nX:1"),
        ("\x00\x1b\x7fett", "ett"),
        ("", ""),
    ],
)
def test_text_stays_on_its_line(text, said):
    assert escaped(text) == said


@pytest.mark.parametrize("text", ["a" * 75, "a" * 76, "å" * 200, "👷🏽‍♀️" * 40, "SUMMARY:" + "ö" * 34 + "x"])
def test_no_line_is_longer_than_seventy_five_octets_and_no_letter_is_cut(text):
    pieces = folded(text).split("\r\n")
    assert max(len(piece.encode()) for piece in pieces) <= 75
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert folded(text).replace("\r\n ", "") == text


def test_every_line_ends_as_the_standard_wants():
    event = Event("one@here", NOW, NOW, "Rubrik", "https://example.test/1")
    whole = calendar("Namn", [event])
    assert whole.endswith("END:VCALENDAR\r\n")
    assert "\n" not in whole.replace("\r\n", "")
    assert whole.count("DTSTAMP:20261125T090000Z\r\n") == 1
    assert "DTEND:20261125T091500Z\r\n" in whole
