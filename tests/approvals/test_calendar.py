"""The calendar: what stands on which day, for whom, at what cost; and how a post is given another time there."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from approvals import calendar_days, calendar_moves, calendar_rows, calendar_words
from approvals.calendar_rows import Cell, stamp
from approvals.models import ImportantDate
from audit.models import Entry
from channels.models import Channel
from posts import publishing
from posts.models import Media, Post, Publication
from tests import factories
from tests.approvals.test_frequency_views import came_out, publication
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker", "_wednesday")]
PAGE = "/granska/kalender/"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Stockholm."""
ZONE = timezone.get_default_timezone()


@pytest.fixture
def _wednesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def facebook():
    made = factories.channel(goal=1, goal_period="day")
    Channel.objects.filter(pk=made.pk).update(created_at=NOW - timedelta(days=60))
    return Channel.objects.get(pk=made.pk)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """On the wall, in November."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def planned(channel, moment: datetime, **fields) -> Publication:
    fields = {"planned_for": moment, "not_before": moment, "text": "Färjan går även i dag"} | fields
    return publication(channel, **fields)


def page(client, query: str = "") -> str:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 200
    return text_of(response)


def moves() -> list:
    return list(Entry.objects.filter(verb="publication.moved").order_by("number"))


# --- which days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 11, 23), date(2026, 11, 29)),
        ({"vecka": "2026-W18"}, date(2026, 4, 27), date(2026, 5, 3)),
        ({"vecka": "2026-w1"}, date(2025, 12, 29), date(2026, 1, 4)),
        ({"manad": "2026-05"}, date(2026, 5, 1), date(2026, 5, 31)),
        ({"manad": "2026-02"}, date(2026, 2, 1), date(2026, 2, 28)),
        ({"dag": "2026-05-01"}, date(2026, 5, 1), date(2026, 5, 1)),
        # Nonsense is this week.
        ({"vecka": "2026-W60"}, date(2026, 11, 23), date(2026, 11, 29)),
        ({"vecka": "9999-W01"}, date(2026, 11, 23), date(2026, 11, 29)),
        ({"manad": "maj"}, date(2026, 11, 23), date(2026, 11, 29)),
        ({"dag": "0001-01-01"}, date(2026, 11, 23), date(2026, 11, 29)),
    ],
)
def test_what_is_asked_for_is_shown(query, first, last):
    span = calendar_days.asked(query, date(2026, 11, 25))
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize("kind", ["vecka", "manad", "dag"])
def test_before_and_after_lead_back_and_forth(kind):
    span = calendar_days.of_kind(kind, date(2026, 12, 31))
    assert span.after.before == span
    assert calendar_days.asked(dict([span.query.split("=")]), date(2026, 1, 1)) == span


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 3, 29), "Klockan ställs om: 02.00–03.00 finns inte"),
        (date(2026, 10, 25), "Klockan ställs om: 02.00–03.00 kommer två gånger"),
        (date(2026, 10, 24), ""),
    ],
)
def test_the_nights_when_the_clock_is_turned_say_so(desk, facebook, day, says):
    assert calendar_days.turn_of(day, ZONE) == says
    assert ("Klockan ställs om" in page(desk, f"dag={day}")) == bool(says)


def test_holidays_and_own_dates_stand_over_their_days(desk, facebook):
    ImportantDate.objects.create(name="Kongressen börjar", day=date(2026, 5, 2))
    ImportantDate.objects.create(name="Årsmöte", day=date(2020, 5, 3), is_yearly=True)
    ImportantDate.objects.create(name="För länge sedan", day=date(2020, 5, 1))
    words = page(desk, "vecka=2026-W18")
    for name in ("Första maj", "Arbetsmiljödagen", "Kongressen börjar", "Årsmöte"):
        assert name in words
    assert "För länge sedan" not in words
    assert "Valdagen" in page(desk, "manad=2026-09")
    assert "Valdagen" not in page(desk, "manad=2027-09")


# --- what stands there ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"status": "queued"}, "Schemalagt"),
        ({"status": "failed"}, "Misslyckades"),
        ({"status": "unconfirmed"}, "Vi kontrollerar om det kom ut"),
        ({"status": "needs_decision"}, "Vi vet inte om det kom ut"),
        ({"status": "by_hand"}, "För hand"),
        ({"status": "held", "hold": "person"}, "Väntar"),
        ({"status": "held", "hold": "expired"}, "Utgången"),
        ({"status": "removed", "published_at": at(26, 9)}, "Nedtaget"),
        ({"status": "published", "published_at": at(26, 9), "url": "https://example.test/"}, "Publicerat"),
    ],
)
def test_each_state_has_its_word_and_its_time(desk, facebook, fields, word):
    planned(facebook, at(26, 9), **fields)
    assert f"09.00 {word} Färjan går även i dag" in page(desk)


@pytest.mark.parametrize("fields", [{"status": "cancelled"}, {"status": "held", "hold": "reserve"}])
def test_what_was_taken_back_and_what_lies_in_the_reserve_has_no_day(desk, facebook, fields):
    planned(facebook, at(26, 9), **fields)
    assert "09.00" not in page(desk)


def test_a_post_stands_on_the_day_when_it_came_out_and_not_when_it_should_have(desk, facebook):
    planned(facebook, at(24, 9), status="published", published_at=at(25, 8), url="https://example.test/")
    row = page(desk, "dag=2026-11-25")
    assert "08.00 Publicerat" in row
    assert "Publicerat Färjan" not in page(desk, "dag=2026-11-24")


def test_days_are_those_on_the_wall_also_when_the_clock_is_turned(desk, facebook):
    """25 October has 25 hours: from 22 to 23 o'clock in UTC."""
    for moment in ("2026-10-24T22:00", "2026-10-25T22:59"):
        came_out(facebook, datetime.fromisoformat(f"{moment}+00:00"), text="Den dagen")
    for moment in ("2026-10-24T21:59", "2026-10-25T23:00"):
        came_out(facebook, datetime.fromisoformat(f"{moment}+00:00"), text="En annan dag")
    words = page(desk, "dag=2026-10-25")
    assert (words.count("Den dagen"), words.count("En annan dag")) == (2, 0)


def test_the_doubled_hour_says_which_of_the_two(desk, facebook):
    came_out(facebook, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    came_out(facebook, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    words = page(desk, "dag=2026-10-25")
    assert "02.30 (sommartid)" in words
    assert "02.30 (vintertid)" in words


def test_quiet_hours_are_told_in_words(desk, facebook, settings):
    planned(facebook, at(26, 21))
    assert page(desk).count("tyst timme") == 1
    assert "Tysta timmar 21.00–06.00." in page(desk)
    settings.QUIET_HOURS = None
    assert "tyst" not in page(desk).lower()


def test_days_without_a_post_are_gaps_ahead_and_none_behind(desk, facebook):
    planned(facebook, at(27, 9))
    words = page(desk)
    assert words.count("Lucka") == 4  # today, Thursday, Saturday, Sunday
    assert words.split().count("ingen") == 2
    assert "4 luckor på Facebook. Reserven är tom." in words


def test_a_reserve_with_nothing_for_the_channel_is_not_called_empty(desk, facebook):
    publication(factories.channel("x"), status="held", hold="reserve")
    assert "Reserven har inget för den kanalen." in page(desk)
    publication(facebook, status="held", hold="reserve")
    assert "Reserven räcker till 1." in page(desk)


def test_days_that_are_over_say_what_came_and_not_what_could_be_filled(desk, facebook):
    came_out(facebook, at(18, 9))
    came_out(factories.channel("youtube"), at(19, 9))
    words = page(desk, "vecka=2026-W47")
    assert "Inlägg: Facebook 1, YouTube 1." in words
    assert "Inga luckor" not in words
    assert "Inga inlägg." in page(desk, "vecka=2026-W46")


def test_before_a_channel_was_there_nothing_was_missing(desk, facebook):
    Channel.objects.update(created_at=at(24, 9))
    assert page(desk).split().count("ingen") == 1


def test_a_weekly_goal_says_what_the_week_lacks(desk):
    x = factories.channel("x", goal=3, goal_period="week")
    came_out(x, at(24, 9))
    words = page(desk)
    assert "2 saknas den veckan" in words
    assert "Lucka" not in words
    assert "saknas" not in page(desk, "manad=2026-11")


def test_a_day_with_more_than_fits_leads_to_all_of_it(desk, facebook):
    for minute in range(6):
        came_out(facebook, at(24, 9, minute), text=f"Nummer {minute}")
    words = page(desk)
    assert "+4 till, tisdag 24 november" in words
    assert "Nummer 2" not in words
    assert "Nummer 5" in page(desk, "dag=2026-11-24")


def test_a_month_says_of_a_very_full_day_only_how_much_there_is(desk, facebook):
    for minute in range(10):
        came_out(facebook, at(24, 9, minute), text=f"Nummer {minute}")
    came_out(facebook, at(23, 9), text="Dagen före")
    came_out(factories.channel("x"), at(24, 9), text="På X")
    words = page(desk, "manad=2026-11")
    assert ["Nummer 0" in words, "Dagen före" in words, "På X" in words] == [False, True, True]
    html = desk.get(f"{PAGE}?manad=2026-11").content.decode()
    assert re.findall(r'class="cal__more" href="\?([^"]+)">(\d+) ', html) == [("dag=2026-11-24", "10")]
    assert "Nummer 0" in page(desk)


def test_every_post_of_a_day_is_reached_page_by_page(desk, facebook, monkeypatch):
    monkeypatch.setitem(calendar_rows.NAMED, "dag", 3)
    for minute in range(6):
        came_out(facebook, at(24, 9, minute), text=f"Nummer {minute}")
    seen, where = [], "dag=2026-11-24"
    while where:
        html = desk.get(f"{PAGE}?{where}").content.decode()
        seen += re.findall(r"Nummer \d", html)
        where = "".join(re.findall(r'class="cal__more" href="\?([^"]+)"', html)).replace("&amp;", "&")
    assert seen == [f"Nummer {minute}" for minute in range(6)]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "²", ""])
def test_a_page_of_a_day_that_is_none_is_the_first(desk, facebook, after):
    came_out(facebook, at(24, 9), text="Det enda")
    assert "Det enda" in page(desk, f"dag=2026-11-24&efter={after}")


def test_what_has_moved_since_it_was_counted_is_shown_all_the_same(desk, facebook, monkeypatch):
    came_out(facebook, at(24, 9), text="Just nu")
    before = date(2026, 11, 23)
    monkeypatch.setattr(calendar_rows, "counted", lambda *_of: {(facebook.pk, before): Cell(before, total=1)})
    assert "Just nu" in page(desk)


# --- for whom ---------------------------------------------------------------------------------------------------


def test_an_administrator_sees_that_something_is_planned_and_not_what(facebook):
    planned(facebook, at(26, 9))
    words = page(signed_in(factories.administrator()))
    assert "09.00 Schemalagt Inlägg" in words
    assert "Färjan" not in words
    assert "Reserv" not in words


def test_whoever_keeps_a_channel_reads_and_moves_what_is_meant_for_it_and_no_more(facebook):
    karin = factories.ombudsman()
    kept = factories.channel("x", owner=karin)
    author = factories.ombudsman()
    mine = planned(kept, at(26, 9), author=author)
    other = planned(facebook, at(26, 10), author=author, text="Någon annans")
    keeper = signed_in(karin)
    words = page(keeper)
    assert "Färjan går även i dag" in words
    assert "Någon annans" not in words
    assert keeper.get(f"{PAGE}{mine.pk}/").status_code == 200
    assert keeper.get(f"{PAGE}{other.pk}/").status_code == 404
    answer = keeper.post(f"{PAGE}{mine.pk}/dag/", {"day": "2026-11-27", "seen": stamp(mine)})
    assert answer.status_code == 200
    assert signed_in(factories.ombudsman()).get(PAGE).status_code == 403


def test_an_auditor_reads_and_moves_nothing(facebook):
    one = planned(facebook, at(26, 9))
    vera = signed_in(factories.reader())
    assert "Färjan går även i dag" in page(vera)
    answer = vera.post(f"{PAGE}{one.pk}/dag/", {"day": "2026-11-27", "seen": stamp(one)})
    assert answer.status_code == 403
    one.refresh_from_db()
    assert one.planned_for == at(26, 9)


def test_the_menu_leads_to_it_and_marks_it_alone(desk, facebook):
    html = desk.get(PAGE).content.decode()
    assert re.findall(r'<a class="rail__item" href="([^"]+)"[^>]* aria-current="page"', html) == [PAGE]


def test_a_picture_whose_files_are_gone_is_not_asked_for(desk, facebook):
    author = factories.ombudsman()
    picture = factories.picture(author)
    planned(facebook, at(26, 9), author=author, media=[picture])
    address = f"/media/{picture.pk}/"
    assert address in desk.get(PAGE).content.decode()
    Media.objects.filter(pk=picture.pk).update(superseded_at=at(25, 8), purged_at=at(25, 8))
    html = desk.get(PAGE).content.decode()
    assert address not in html
    assert "Färjan går även i dag" in html


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at(25, 13), "i dag 13.00"),
        (at(26, 12), "i morgon 12.00"),
        (at(27, 9), "fredag 09.00"),
        (datetime(2026, 12, 2, 9, tzinfo=ZONE), "onsdag 2 december 09.00"),
        (at(24, 9), "tisdag 24 november 09.00"),
    ],
)
def test_what_is_near_is_called_by_its_weekday_and_what_has_gone_by_is_not(moment, said):
    assert calendar_words.near(moment) == said


# --- what it costs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("query", ["", "manad=2026-11", "dag=2026-11-24"])
def test_a_page_costs_twelve_queries_however_many(desk, facebook, query, count, django_assert_num_queries):
    author = factories.ombudsman()
    shown = [factories.picture(author)]
    for number in range(count):
        planned(facebook, at(24 + number % 6, 6 + number % 12), author=author, media=shown)
        publication(facebook, author, status="held", hold="reserve", media=shown)
    cache.clear()
    with django_assert_num_queries(12):
        page(desk, query)


# --- moving by a form -------------------------------------------------------------------------------------------


def typed(one: Publication, moment: str, **more: str) -> dict[str, str]:
    return {"at": moment, "seen": stamp(one)} | more


def test_a_post_is_moved_by_the_pipeline_with_a_line_in_the_log(desk, anna, facebook):
    one = planned(facebook, at(26, 9), not_after=at(29, 9))
    answer = desk.post(f"{PAGE}{one.pk}/", typed(one, "2026-11-27T15:00"), follow=True)
    assert "Facebook: flyttat till fredag 27 november 15.00." in text_of(answer)
    one.refresh_from_db()
    assert (one.planned_for, one.not_before, one.not_after) == (at(27, 15), at(27, 15), at(29, 9))
    assert [(entry.actor, entry.facts["channel"]) for entry in moves()] == [(anna, facebook.pk)]


def test_the_latest_time_is_not_put_back_to_an_older_one(anna, facebook, monkeypatch):
    """The race: somebody says another one in the moment before the row is locked."""
    one = planned(facebook, at(26, 9), not_after=at(29, 9))
    act = calendar_moves.act

    def after_a_colleague(*seen, **details):
        Publication.objects.filter(pk=one.pk).update(not_after=at(28, 9))
        return act(*seen, **details)

    monkeypatch.setattr(calendar_moves, "act", after_a_colleague)
    calendar_moves.move(one.pk, anna, stamp(one), at(27, 15))
    one.refresh_from_db()
    assert (one.planned_for, one.not_after) == (at(27, 15), at(28, 9))


def test_only_that_channel_is_moved(desk, facebook):
    one = planned(facebook, at(26, 9))
    x = factories.channel("x")
    fields = {"post": one.post, "version": one.version, "approval": one.approval}
    other = Publication.objects.create(channel=x, planned_for=at(26, 9), not_before=at(26, 9), **fields)
    desk.post(f"{PAGE}{one.pk}/", typed(one, "2026-11-27T15:00"))
    other.refresh_from_db()
    assert other.planned_for == at(26, 9)


@pytest.mark.parametrize(
    ("moment", "fields", "says"),
    [
        ("2026-11-25T09:00", {}, "Den tiden har redan varit. Välj en senare."),
        (
            "2026-11-26T22:00",
            {},
            "Klockan 22.00 är det tyst (21.00–06.00). Ska det ut ändå, så bekräfta det.",
        ),
        ("2027-03-28T02:30", {"quiet": "on"}, "Klockan 02.30 finns inte den natten"),
        ("2027-10-31T02:30", {"quiet": "on"}, "tiden kommer två gånger. Välj vilken."),
        ("", {}, "Välj dag och tid."),
        ("i morgon", {}, "Det är ingen tid."),
    ],
)
def test_a_time_that_cannot_be_kept_says_why_and_nothing_moves(desk, facebook, moment, fields, says):
    one = planned(facebook, at(26, 9))
    answer = desk.post(f"{PAGE}{one.pk}/", typed(one, moment, **fields))
    assert answer.status_code == 422
    assert says in text_of(answer)
    one.refresh_from_db()
    assert (one.planned_for, moves()) == (at(26, 9), [])


def test_earliest_and_latest_are_kept(desk, facebook):
    one = planned(facebook, at(26, 9), not_after=at(28, 9))
    Post.objects.filter(pk=one.post_id).update(earliest=at(26, 8))
    early = desk.post(f"{PAGE}{one.pk}/", typed(one, "2026-11-26T07:00"))
    assert "Inlägget får komma ut tidigast torsdag 26 november 08.00." in text_of(early)
    late = desk.post(f"{PAGE}{one.pk}/", typed(one, "2026-11-28T10:00"))
    assert "Då är det för sent: inlägget ska vara ute före sin senaste tid." in text_of(late)
    assert (early.status_code, late.status_code, moves()) == (422, 422, [])


def test_a_quiet_hour_is_kept_when_somebody_says_so(desk, facebook):
    one = planned(facebook, at(26, 9))
    desk.post(f"{PAGE}{one.pk}/", typed(one, "2026-11-26T22:00", quiet="on"))
    one.refresh_from_db()
    assert one.planned_for == at(26, 22)


def test_the_second_of_two_doubled_times_is_chosen(desk, facebook):
    one = planned(facebook, at(26, 9))
    desk.post(f"{PAGE}{one.pk}/", typed(one, "2027-10-31T02:30", quiet="on", at_turn="1"))
    one.refresh_from_db()
    assert one.planned_for == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_what_a_colleague_has_moved_meanwhile_stays_where_they_put_it(desk, facebook):
    one = planned(facebook, at(26, 9))
    seen = stamp(one)
    publishing.move([one], factories.reviewer(), at(28, 12))
    answer = desk.post(f"{PAGE}{one.pk}/", {"at": "2026-11-27T15:00", "seen": seen})
    assert answer.status_code == 409
    assert "Nu: schemalagt lördag 28 november 12.00." in text_of(answer)
    one.refresh_from_db()
    assert (one.planned_for, len(moves())) == (at(28, 12), 1)


@pytest.mark.parametrize("status", ["published", "failed", "cancelled", "unconfirmed"])
def test_what_is_out_or_over_is_not_moved(desk, facebook, status):
    fields = {"published_at": at(25, 9), "url": "https://example.test/"} if status == "published" else {}
    one = planned(facebook, at(26, 9), status=status, **fields)
    assert desk.get(f"{PAGE}{one.pk}/").status_code == 302
    answer = desk.post(f"{PAGE}{one.pk}/dag/", {"day": "2026-11-27", "seen": stamp(one)})
    assert (answer.status_code, moves()) == (409, [])


# --- moving by dragging -----------------------------------------------------------------------------------------


def drop(client, one: Publication, day: str, seen: str = ""):
    return client.post(f"{PAGE}{one.pk}/dag/", {"day": day, "seen": seen or stamp(one)})


def test_a_post_that_is_dragged_keeps_its_time(desk, facebook):
    one = planned(facebook, at(26, 9, 41))
    answer = drop(desk, one, "2026-11-28")
    assert answer.json() == {"said": "Facebook: flyttat till lördag 28 november 09.41."}
    one.refresh_from_db()
    assert one.planned_for == at(28, 9, 41)


def test_its_time_on_the_wall_stays_over_the_turn_of_the_clock(desk, facebook):
    one = planned(facebook, at(26, 12))
    drop(desk, one, "2027-06-01")
    one.refresh_from_db()
    assert one.planned_for == datetime(2027, 6, 1, 10, 0, tzinfo=UTC)


def test_what_has_no_time_gets_the_channels_own(desk, facebook):
    Channel.objects.update(suggested_times="15.30")
    one = planned(facebook, at(26, 9), planned_for=None, status="held", hold="person")
    drop(desk, one, "2026-11-28")
    one.refresh_from_db()
    assert (one.planned_for, one.status) == (at(28, 15, 30), "queued")


@pytest.mark.parametrize(
    ("moment", "day", "says"),
    [
        (at(26, 9), "2026-11-25", "Den tiden har redan varit. Välj en senare."),
        (at(26, 9), "2026-11-24", "Den tiden har redan varit. Välj en senare."),
        (at(26, 22), "2026-11-27", "Klockan 22.00 är det tyst (21.00–06.00)."),
    ],
)
def test_what_cannot_be_dragged_there_says_why_and_lies_where_it_lay(desk, facebook, moment, day, says):
    one = planned(facebook, moment)
    answer = drop(desk, one, day)
    assert answer.status_code == 422
    assert says in answer.json()["reason"]
    one.refresh_from_db()
    assert (one.planned_for, moves()) == (moment, [])


def test_the_missing_and_the_doubled_hour_are_not_dragged_into(desk, facebook, settings):
    settings.QUIET_HOURS = None
    one = planned(facebook, at(26, 2, 30))
    missing, doubled = drop(desk, one, "2027-03-28"), drop(desk, one, "2027-10-31")
    assert "Klockan 02.30 finns inte den natten" in missing.json()["reason"]
    assert "tiden kommer två gånger" in doubled.json()["reason"]
    assert (missing.status_code, doubled.status_code, moves()) == (422, 422, [])


def test_what_was_moved_meanwhile_is_put_back_with_how_it_is_now(desk, facebook):
    one = planned(facebook, at(26, 9))
    seen = stamp(one)
    publishing.hold([one], factories.reviewer())
    answer = drop(desk, one, "2026-11-28", seen)
    assert (answer.status_code, answer.json()) == (409, {"reason": "Nu: väntar."})
    assert moves() == []


def test_no_day_is_no_page(desk, facebook):
    one = planned(facebook, at(26, 9))
    assert drop(desk, one, "snart").status_code == 404


# --- what else --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "status", "hold"),
    [("reserve", "held", "reserve"), ("hold", "held", "person"), ("now", "queued", "")],
)
def test_from_there_it_is_held_kept_or_let_go(desk, facebook, what, status, hold):
    one = planned(facebook, at(26, 9))
    answer = desk.post(f"{PAGE}{one.pk}/gor/", {"what": what, "seen": stamp(one)})
    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.status, one.hold, one.planned_for) == (status, hold, None)


def test_none_of_it_is_done_to_what_is_otherwise_now(desk, facebook):
    one = planned(facebook, at(26, 9))
    answer = desk.post(f"{PAGE}{one.pk}/gor/", {"what": "now", "seen": "something else"})
    one.refresh_from_db()
    assert (answer.status_code, one.planned_for) == (409, at(26, 9))


def test_a_stamp_says_what_was_seen(facebook):
    one = planned(facebook, at(26, 9))
    before = stamp(one)
    Publication.objects.filter(pk=one.pk).update(not_before=at(26, 10))
    one.refresh_from_db()
    assert stamp(one) != before
    with pytest.raises(calendar_moves.OtherwiseError):
        calendar_moves.move(one.pk, factories.reviewer(), before, at(27, 9))


# --- own dates --------------------------------------------------------------------------------------------------


def test_the_group_keeps_its_own_dates(desk, anna):
    desk.post(f"{PAGE}dagar/", {"name": "  Kongress  i Umeå ", "day": "2026-09-21"})
    kept = ImportantDate.objects.get(name="Kongress i Umeå")
    assert (kept.day, kept.is_yearly) == (date(2026, 9, 21), False)
    desk.post(f"{PAGE}dagar/{kept.pk}/ta-bort/")
    desk.post(f"{PAGE}dagar/{kept.pk}/ta-bort/")
    lines = Entry.objects.filter(verb__startswith="date.").order_by("number").values_list("verb", "actor")
    assert list(lines) == [("date.added", anna.pk), ("date.removed", anna.pk)]
    assert not ImportantDate.objects.filter(pk=kept.pk).exists()


def test_a_date_without_a_name_or_a_day_is_asked_for(desk):
    count = ImportantDate.objects.count()
    answer = desk.post(f"{PAGE}dagar/", {"name": "", "day": "snart"})
    assert answer.status_code == 422
    assert "Skriv vad det är." in text_of(answer)
    assert "Det är ingen dag." in text_of(answer)
    assert ImportantDate.objects.count() == count
