"""Calendars that people subscribe to: what becomes of them, and strangers who send what is none, or far too much."""

import gzip
from datetime import date

import pytest
from django.utils import timezone

from audit.models import Entry
from channels import rotating
from posts import event_feeds, events, tasks
from posts.media.sandboxed import run_isolated
from posts.models import Event, EventFeed, FeedFault, Post
from tests import factories
from tests.pages import signed_in
from tests.posts.test_events import standing, wall

pytestmark = pytest.mark.django_db
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//prov//SV\r\n"
TAIL = "END:VCALENDAR\r\n"


def calendar(*events: str, zone: str = "") -> bytes:
    told = f"X-WR-TIMEZONE:{zone}\r\n" if zone else ""
    return (HEAD + told + "".join(events) + TAIL).encode()


def entry(uid: str, start: str, *more: str, title: str = "Besök hos Citymail") -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART{start}", f"SUMMARY:{title}", *more, "END:VEVENT"]
    return "".join(f"{line}\r\n" for line in lines)


def read(text: bytes, first: str = "2026-11-23", last: str = "2027-01-25") -> list[tuple]:
    """The title, the days, and when it is over, of each."""
    job = {"text": text.decode(), "zone": "Europe/Stockholm", "first": first, "last": last, "most": 200}
    found = run_isolated("read_calendar", job, event_feeds.MEMORY, event_feeds.READING_SECONDS)
    return [
        (each["title"], each["first_day"], each["last_day"], (each["ends_at"] or "")[:16]) for each in found
    ]


# --- what a calendar says -------------------------------------------------------------------------------------

V = "Besök hos Citymail"


@pytest.mark.parametrize(
    ("start", "more", "days"),
    [
        # Whole days: the end is the day after (RFC 5545).
        (";VALUE=DATE:20261126", [], ("2026-11-26", "2026-11-26", "")),
        (";VALUE=DATE:20261126", ["DTEND;VALUE=DATE:20261127"], ("2026-11-26", "2026-11-26", "")),
        (";VALUE=DATE:20261126", ["DTEND;VALUE=DATE:20261129"], ("2026-11-26", "2026-11-28", "")),
        # Times: here, in UTC, elsewhere, and of no zone, which is the wall's where we are.
        (
            ";TZID=Europe/Stockholm:20261126T090000",
            ["DURATION:PT2H"],
            ("2026-11-26", "2026-11-26", "2026-11-26T11:00"),
        ),
        (":20261126T233000Z", ["DURATION:PT1H"], ("2026-11-27", "2026-11-27", "2026-11-27T01:30")),
        (
            ";TZID=America/New_York:20261126T190000",
            ["DURATION:PT1H"],
            ("2026-11-27", "2026-11-27", "2026-11-27T02:00"),
        ),
        (":20261126T090000", ["DURATION:PT1H"], ("2026-11-26", "2026-11-26", "2026-11-26T10:00")),
        # Over midnight it is still that evening's; a whole night has two days.
        (":20261126T200000", ["DURATION:PT6H"], ("2026-11-26", "2026-11-26", "2026-11-27T02:00")),
        (":20261126T200000", ["DURATION:PT11H"], ("2026-11-26", "2026-11-27", "2026-11-27T07:00")),
        # No end, and an end before the beginning.
        (":20261126T090000", [], ("2026-11-26", "2026-11-26", "2026-11-26T09:00")),
        (":20261126T090000", ["DTEND:20261126T080000"], ("2026-11-26", "2026-11-26", "2026-11-26T09:00")),
        # It goes on since long ago.
        (";VALUE=DATE:20260101", ["DTEND;VALUE=DATE:20261201"], ("2026-01-01", "2026-11-30", "")),
    ],
)
def test_days_are_those_of_the_wall_where_we_are(start, more, days):
    assert read(calendar(entry("a", start, *more))) == [(V, *days)]


@pytest.mark.parametrize(
    ("day", "over"),
    [("20260328", "2026-03-28T11:00"), ("20260329", "2026-03-29T11:00"), ("20261025", "2026-10-25T11:00")],
)
def test_where_the_clock_is_turned_the_hour_on_the_wall_stays(day, over):
    text = calendar(
        entry(
            "a",
            ";TZID=Europe/Stockholm:20260321T090000",
            "DURATION:PT2H",
            "RRULE:FREQ=DAILY;UNTIL=20261101T000000Z",
        )
    )
    found = read(text, f"{day[:4]}-{day[4:6]}-{day[6:]}", f"{day[:4]}-{day[4:6]}-{day[6:]}")
    assert [each[3] for each in found] == [over]


def test_what_is_repeated_keeps_its_exceptions():
    text = calendar(
        entry(
            "a",
            ";TZID=Europe/Stockholm:20261102T090000",
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY;COUNT=7",
            "EXDATE;TZID=Europe/Stockholm:20261130T090000",
            "RDATE;TZID=Europe/Stockholm:20261203T090000",
        ),
        entry(
            "a",
            ";TZID=Europe/Stockholm:20261208T130000",
            "RECURRENCE-ID;TZID=Europe/Stockholm:20261207T090000",
            title="Flyttat",
        ),
        entry(
            "a",
            ";TZID=Europe/Stockholm:20261214T090000",
            "RECURRENCE-ID;TZID=Europe/Stockholm:20261214T090000",
            "STATUS:CANCELLED",
        ),
    )
    assert [(title, day) for title, day, *_ in read(text)] == [
        (V, "2026-11-23"),
        (V, "2026-12-03"),
        ("Flyttat", "2026-12-08"),
    ]


def test_what_is_private_or_called_off_stays_where_it_is():
    text = calendar(
        entry("a", ":20261126T090000", "CLASS:PRIVATE", title="Tandläkaren"),
        entry("b", ":20261126T090000", "CLASS:CONFIDENTIAL", title="Förhandling"),
        entry("c", ":20261126T090000", "STATUS:CANCELLED", title="Inställt"),
        entry("d", ":20261126T090000", "CLASS:PUBLIC", "STATUS:TENTATIVE"),
    )
    assert [title for title, *_ in read(text)] == [V]


# --- what becomes of it ---------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _thursday():
    with standing(wall("2026-11-26T09:00")):
        yield


@pytest.fixture
def feed(live):
    return event_feeds.add(factories.ombudsman(), "http://exempel.se/k.ics", only="", kind="visit")


def put(site, *entries: str, body: bytes | None = None, **headers) -> None:
    site.page("/k.ics", calendar(*entries) if body is None else body, kind="text/calendar", **headers)


def fetched(feed: EventFeed) -> EventFeed:
    EventFeed.objects.filter(pk=feed.pk).update(look_at=timezone.now())
    tasks.read_calendar(str(feed.pk))
    return EventFeed.objects.get(pk=feed.pk)


def titles() -> list[str]:
    return list(Event.objects.order_by("first_day", "pk").values_list("title", flat=True))


def test_what_stands_in_it_becomes_events_of_its_owner(feed, site):
    put(site, entry("a", ":20261126T130000", "DURATION:PT1H", "LOCATION:Uppsala\\, Boländerna"))
    found = fetched(feed)
    (event,) = Event.objects.all()
    assert (found.fault, found.looked_at, found.look_at) == (
        "",
        timezone.now(),
        timezone.now() + event_feeds.EVERY,
    )
    assert (event.title, event.place, event.owner, event.kind, event.first_day, event.remind_at) == (
        V,
        "Uppsala, Boländerna",
        feed.owner,
        "visit",
        date(2026, 11, 26),
        wall("2026-11-26T17:00"),
    )


def test_it_is_read_once_a_day_and_by_one_worker(feed, site):
    put(site, entry("a", ":20261126T130000"))
    assert list(event_feeds.due(timezone.now())) == [feed]
    assert event_feeds.claim(str(feed.pk)) is not None
    assert event_feeds.claim(str(feed.pk)) is None
    with standing(wall("2026-11-27T08:59")):
        assert list(event_feeds.due(timezone.now())) == []
    with standing(wall("2026-11-27T09:00")):
        assert list(event_feeds.due(timezone.now())) == [feed]


def test_nothing_of_ours_is_in_the_request(feed, site):
    put(site, entry("a", ":20261126T130000"))
    fetched(feed)
    ((path, headers),) = site.heard
    assert (path, {"Cookie", "Referer", "Authorization"} & set(headers)) == ("/k.ics", set())


def test_what_moved_moves_and_what_is_gone_and_has_nothing_is_gone(feed, site):
    put(site, entry("a", ":20261127T130000", title="Ett"), entry("b", ":20261128T130000", title="Två"))
    fetched(feed)
    one = Event.objects.get(title="Ett")
    events.change(one, feed.owner, kind="campaign", asks_about_site=True, about="")
    put(site, entry("a", ":20261201T130000", title="Ett, flyttat"))
    fetched(feed)
    (found,) = Event.objects.all()
    assert (found.pk, found.title, found.first_day) == (one.pk, "Ett, flyttat", date(2026, 12, 1))
    assert (found.kind, found.asks_about_site, found.remind_at.date()) == (
        "campaign",
        True,
        date(2026, 12, 1),
    )


def test_what_has_a_post_or_an_answer_stays_though_the_calendar_forgot_it(feed, site):
    put(
        site,
        *(entry(name, ":20261126T130000", title=name) for name in ("Skickat", "Utkast", "Besvarat", "Inget")),
    )
    fetched(feed)
    for title, post in (
        ("Skickat", factories.submitted(feed.owner)),
        ("Utkast", factories.draft(feed.owner)),
    ):
        Post.objects.filter(pk=post.pk).update(event=Event.objects.get(title=title))
    events.nothing_to_show(Event.objects.get(title="Besvarat"), feed.owner, "internal", "")
    put(site)
    fetched(feed)
    assert sorted(titles()) == ["Besvarat", "Skickat", "Utkast"]


def test_the_same_calendar_again_writes_nothing(feed, site, django_capture_on_commit_callbacks):
    put(site, entry("a", ":20261127T130000"))
    fetched(feed)
    Event.objects.update(reminded_at=timezone.now())
    fetched(feed)
    assert Event.objects.get().reminded_at is not None


def test_an_occurrence_that_is_moved_is_the_same_event(feed, site):
    weekly = entry("a", ":20261127T130000", "RRULE:FREQ=WEEKLY;COUNT=2")
    put(site, weekly)
    fetched(feed)
    first, second = Event.objects.order_by("first_day")
    put(site, weekly, entry("a", ":20261206T130000", "RECURRENCE-ID:20261204T130000"))
    fetched(feed)
    assert [(event.pk, event.first_day.day) for event in Event.objects.order_by("first_day")] == [
        (first.pk, 27),
        (second.pk, 6),
    ]


def test_only_what_has_the_owners_word_is_our_business(feed, site):
    EventFeed.objects.update(only="BESÖK")
    put(
        site,
        entry("a", ":20261127T130000", title="Tandläkaren"),
        entry("b", ":20261127T130000", title="Besök: Hamnen"),
    )
    fetched(feed)
    assert titles() == ["Besök: Hamnen"]


def test_a_title_is_one_line_of_what_can_be_read(feed, site):
    put(site, entry("a", ":20261127T130000", title="Besök\\n\\nhos \u202eCitymail\u0007" + "x" * 300))
    fetched(feed)
    (title,) = titles()
    assert (title[:18], len(title)) == ("Besök hos Citymail", 200)


def test_what_is_over_when_it_comes_is_not_reminded_of(feed, site):
    put(site, entry("a", ":20261125T130000"), entry("b", ";VALUE=DATE:20261126"))
    fetched(feed)
    assert list(Event.objects.order_by("first_day").values_list("remind_at", flat=True)) == [
        None,
        wall("2026-11-26T17:00"),
    ]


def test_no_more_than_two_hundred_and_the_nearest_of_them(feed, site):
    put(site, *(entry(f"{number}", f":202612{1 + number % 28:02d}T130000") for number in range(300)))
    fetched(feed)
    assert Event.objects.count() == 200
    assert Event.objects.order_by("-first_day").first().first_day < date(2026, 12, 25)


def test_one_that_is_taken_away_takes_along_what_nothing_came_of(feed, site):
    put(site, entry("a", ":20261126T130000", title="Skickat"), entry("b", ":20261127T130000", title="Inget"))
    fetched(feed)
    Post.objects.filter(pk=factories.submitted(feed.owner).pk).update(
        event=Event.objects.get(title="Skickat")
    )
    event_feeds.remove(EventFeed.objects.get(), feed.owner)
    assert (titles(), EventFeed.objects.count()) == (["Skickat"], 0)
    lines = Entry.objects.filter(verb__startswith="event_feed.").order_by("number")
    assert [(line.verb, line.thing) for line in lines] == [
        ("event_feed.added", f"eventfeed:{feed.pk}"),
        ("event_feed.removed", f"eventfeed:{feed.pk}"),
    ]
    assert "exempel" not in str(list(Entry.objects.values_list("facts", "thing")))


def test_one_that_is_taken_away_while_it_is_read_writes_nothing(feed, site):
    put(site, entry("a", ":20261127T130000"))
    claimed = event_feeds.claim(str(feed.pk))
    event_feeds.remove(EventFeed.objects.get(), feed.owner)
    event_feeds.fetch(claimed)
    assert Event.objects.count() == 0


def test_a_worker_that_wakes_late_writes_nothing(feed, site):
    put(site, entry("a", ":20261127T130000", title="Gammalt"))
    late = event_feeds.claim(str(feed.pk))
    EventFeed.objects.update(tries=late.tries + 1)
    event_feeds.fetch(late)
    assert (Event.objects.count(), EventFeed.objects.get().looked_at) == (0, None)


def test_whoever_left_has_their_calendars_read_no_more(feed):
    feed.owner.is_active = False
    feed.owner.save()
    assert list(event_feeds.due(timezone.now())) == []


# --- strangers ------------------------------------------------------------------------------------------------

FOREVER = entry("a", ":20200101T000000", "RRULE:FREQ=SECONDLY")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", FeedFault.NO_CALENDAR),
        (b"hej", FeedFault.NO_CALENDAR),
        (b"\x00\xff\xfe" * 1000, FeedFault.NO_CALENDAR),
        (b"<!DOCTYPE html><title>Logga in</title>", FeedFault.NO_CALENDAR),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", FeedFault.NO_CALENDAR),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 3000 + b"END:VCALENDAR\r\n", FeedFault.NO_CALENDAR),
        (gzip.compress(calendar(entry("a", ":20261127T130000"))), FeedFault.NO_CALENDAR),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * event_feeds.MOST_BYTES, FeedFault.TOO_LARGE),
    ],
)
def test_what_is_no_calendar_is_told_in_words_and_changes_nothing(feed, site, body, fault):
    put(site, entry("a", ":20261127T130000"))
    fetched(feed)
    put(site, body=body)
    found = fetched(feed)
    assert (found.fault, found.claimed_until, titles()) == (fault, None, [V])
    assert found.get_fault_display().endswith(".")


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, FeedFault.GONE),
        (404, FeedFault.GONE),
        (410, FeedFault.GONE),
        (500, FeedFault.UNREACHABLE),
        (304, FeedFault.UNREACHABLE),
    ],
)
def test_what_the_server_says_instead_is_told_in_words(feed, site, status, fault):
    put(site, entry("a", ":20261127T130000"), status=status)
    assert (fetched(feed).fault, Event.objects.count()) == (fault, 0)


def test_what_is_repeated_every_second_for_ever_is_given_up(feed, site, monkeypatch):
    monkeypatch.setattr(event_feeds, "READING_SECONDS", 2)
    put(site, FOREVER)
    found = fetched(feed)
    assert (found.fault, Event.objects.count()) == (FeedFault.TOO_LARGE, 0)


def test_one_bad_entry_does_not_take_the_others_along(feed, site):
    put(
        site,
        entry("a", ":nonsens"),
        entry("b", ":20261127T130000", "RRULE:FREQ=NONSENS", title="Trasig"),
        entry("c", ":20261127T130000"),
    )
    fetched(feed)
    assert V in titles()


def test_a_slow_server_is_left(feed, site, monkeypatch):
    monkeypatch.setattr(event_feeds, "SECONDS", 0.3)
    site.slowly = 1
    put(site, entry("a", ":20261127T130000"))
    assert fetched(feed).fault == FeedFault.UNREACHABLE


def test_an_address_that_leads_inwards_is_not_asked(feed, site, inner):
    site.page("/k.ics", status=302, Location="http://inne.se/k.ics")
    assert (fetched(feed).fault, inner.heard) == (FeedFault.UNREACHABLE, [])
    site.page("/k.ics", status=302, Location=f"{inner.url}/k.ics")
    assert (fetched(feed).fault, inner.heard) == (FeedFault.UNREACHABLE, [])


def test_a_redirect_to_another_public_address_is_followed(feed, site):
    put(site, entry("a", ":20261127T130000"))
    site.answers["/ny.ics"] = site.answers["/k.ics"]
    site.page("/k.ics", status=301, Location="http://exempel.se/ny.ics")
    fetched(feed)
    assert titles() == [V]


# --- the address ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("webcal://exempel.se/a", "https://exempel.se/a"),
        (" WEBCAL://exempel.se/a ", "https://exempel.se/a"),
        ("https://exempel.se/a:b", "https://exempel.se/a:b"),
    ],
)
def test_webcal_is_https(typed, address):
    assert event_feeds.address_of(typed) == address


def test_an_address_whose_key_is_lost_is_told_of(feed, settings, site):
    put(site, entry("a", ":20261127T130000"))
    settings.CREDENTIAL_KEYS = ["annan:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="]
    assert (fetched(feed).fault, site.heard) == (FeedFault.SEALED, [])


def test_addresses_are_sealed_anew_with_the_others(feed):
    assert EventFeed in rotating.kinds()
    assert "exempel.se/k.ics" not in f"{feed!r} {feed} {feed.__dict__}"


# --- by the clock ---------------------------------------------------------------------------------------------


def test_the_clock_puts_in_the_broker_what_is_due_and_nothing_else(feed, put_in_broker):
    other = event_feeds.add(feed.owner, "http://exempel.se/annan.ics", only="", kind="visit")
    EventFeed.objects.filter(pk=other.pk).update(look_at=timezone.now() + event_feeds.EVERY)
    tasks.wake_calendars()
    assert put_in_broker == [("posts.tasks.read_calendar", str(feed.pk))]


def test_one_that_is_added_is_read_at_once(live, put_in_broker, django_capture_on_commit_callbacks):
    client = signed_in(factories.ombudsman())
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/handelser/kalendrar/", {"url": "http://exempel.se/k.ics"})
    assert put_in_broker == [("posts.tasks.read_calendar", str(EventFeed.objects.get().pk))]


def test_a_stranger_who_answers_slowly_keeps_no_text_waiting(
    feed, monkeypatch, django_capture_on_commit_callbacks
):
    """Half a minute for each, of its owner's choosing: the table of the texts has six places."""
    queues = []
    monkeypatch.setattr(tasks, "put", lambda *_args, queue="default", **_kwargs: queues.append(queue))
    tasks.wake_calendars()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.read_calendar_soon(feed)
    assert queues == ["films", "films"]
