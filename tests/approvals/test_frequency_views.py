"""The page about how often we are seen: what it counts, in which day, for whom, and by how many questions."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from approvals import frequency_rows
from approvals.frequency import Mix
from channels.models import Channel
from posts import events
from posts.models import (
    Approval,
    Category,
    MediaKind,
    NothingToShow,
    Post,
    Publication,
    Status,
    Version,
    VersionMedia,
)
from posts.showing import shown_by
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
PAGE = "/granska/frekvens/"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)


@pytest.fixture
def facebook():
    return factories.channel(goal=1, goal_period="day", alarm_days=1)


@pytest.fixture
def _wednesday(monkeypatch):
    """It is a Wednesday morning."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def publication(channel: Channel, author: User | None = None, **fields) -> Publication:
    """One of a post's own; `text`, `link`, `media` and `category` are the post's."""
    author = author or User.objects.first() or factories.ombudsman()
    wording = {name: fields.pop(name, "") for name in ("text", "link")}
    media, category = fields.pop("media", ()), fields.pop("category", None)
    at = fields.get("published_at") or NOW
    post = Post.objects.create(author=author, category=category, submitted_at=at)
    version = Version.objects.create(post=post, number=1, digest="a" * 64, created_by=author, **wording)
    Post.objects.filter(pk=post.pk).update(current_version=version, status=Status.APPROVED)
    for position, item in enumerate(media):
        VersionMedia.objects.create(version=version, media=item, position=position)
    approval = Approval.objects.create(version=version, digest="a" * 64, approved_by=author)
    fields |= {"post": post, "version": version, "approval": approval, "shows": shown_by(version)}
    return Publication.objects.create(channel=channel, **fields)


def came_out(channel: Channel, at: datetime, **fields) -> Publication:
    return publication(channel, status="published", published_at=at, url="https://example.test/", **fields)


def also_on(channel: Channel, first: Publication) -> None:
    """The same version on another channel."""
    Publication.objects.create(
        post=first.post,
        version=first.version,
        approval=first.approval,
        shows=first.shows,
        channel=channel,
        status="published",
        published_at=first.published_at,
        url="https://example.test/2",
    )


def ago(**lengths: float) -> datetime:
    return NOW - timedelta(**lengths)


# --- which day ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-24T22:59:00+00:00", date(2026, 11, 24)),
        ("2026-11-24T23:00:00+00:00", date(2026, 11, 25)),
        # The clock goes back on 25 October: a day of 25 hours, from 22 to 23 o'clock in UTC.
        ("2026-10-24T21:59:00+00:00", date(2026, 10, 24)),
        ("2026-10-24T22:00:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T22:59:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T23:00:00+00:00", date(2026, 10, 26)),
    ],
)
def test_a_post_belongs_to_the_day_on_the_wall(facebook, at, day):
    came_out(facebook, datetime.fromisoformat(at))
    seen = frequency_rows.seen_on(frequency_rows.channels(), TODAY)
    assert seen[facebook.pk].out == {day: 1}
    assert seen[facebook.pk].last_day == day


@pytest.mark.parametrize(
    ("at", "day"),
    [
        # The clock goes forward on 29 March: a day of 23 hours, from 23 to 22 o'clock in UTC.
        ("2026-03-28T22:59:00+00:00", date(2026, 3, 28)),
        ("2026-03-28T23:00:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T21:59:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T22:00:00+00:00", date(2026, 3, 30)),
    ],
)
def test_what_is_planned_belongs_to_the_day_on_the_wall(facebook, at, day):
    moment = datetime.fromisoformat(at)
    publication(facebook, planned_for=moment, not_before=moment)
    seen = frequency_rows.seen_on(frequency_rows.channels(), date(2026, 3, 27))
    assert (seen[facebook.pk].planned, seen[facebook.pk].next_at) == ({day: 1}, moment)


def test_the_oldest_day_begins_at_its_midnight(facebook):
    came_out(facebook, datetime(2026, 9, 6, 21, 59, tzinfo=UTC))
    came_out(facebook, datetime(2026, 9, 6, 22, 0, tzinfo=UTC))
    assert frequency_rows.seen_on(frequency_rows.channels(), TODAY)[facebook.pk].out == {date(2026, 9, 7): 1}


# --- what is counted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["failed", "cancelled", "removed", "unconfirmed", "needs_decision"])
def test_what_is_not_out_and_not_on_its_way_counts_for_nothing(facebook, status):
    publication(facebook, status=status, published_at=NOW if status == "removed" else None)
    seen = frequency_rows.seen_on(frequency_rows.channels(), TODAY)[facebook.pk]
    assert (seen.out, seen.planned, seen.next_at, seen.reserve) == ({}, {}, None, 0)


def test_the_reserve_has_no_day(facebook):
    publication(facebook, status="held", hold="reserve")
    publication(facebook, status="held", hold="person")
    seen = frequency_rows.seen_on(frequency_rows.channels(), TODAY)[facebook.pk]
    assert (seen.planned, seen.reserve) == ({}, 1)


def test_what_is_done_by_hand_counts_when_it_has_a_time():
    by_hand = factories.channel("by_hand", goal=1, goal_period="week")
    at = NOW + timedelta(days=2)
    publication(by_hand, status="by_hand", planned_for=at)
    publication(by_hand, status="by_hand")
    seen = frequency_rows.seen_on(frequency_rows.channels(), TODAY)[by_hand.pk]
    assert (seen.planned, seen.next_at) == ({date(2026, 11, 27): 1}, at)


def test_what_should_have_left_yesterday_leaves_today(facebook):
    publication(facebook, not_before=ago(days=1))
    assert frequency_rows.seen_on(frequency_rows.channels(), TODAY)[facebook.pk].planned == {TODAY: 1}


def test_each_channel_has_its_own(facebook):
    x = factories.channel("x", goal=3, goal_period="week")
    came_out(facebook, ago(days=1))
    seen = frequency_rows.seen_on(frequency_rows.channels(), TODAY)
    assert (seen[facebook.pk].out, seen[x.pk].out) == ({date(2026, 11, 24): 1}, {})


def test_channels_without_a_goal_and_disconnected_ones_are_not_asked_about(facebook):
    factories.channel("x", goal=None)
    gone = factories.channel("youtube", goal=2)
    Channel.objects.filter(pk=gone.pk).update(disconnected_at=NOW)
    assert frequency_rows.channels() == [facebook]


# --- the mix --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "link", "expected"),
    [
        ("Ny rapport.", "https://seko.se/rapport", Mix(links=1)),
        ("Ny rapport.", "https://WWW.Seko.se", Mix(links=1)),
        ("Ny rapport: https://www.seko.se/rapport", "", Mix(links=1)),
        ("Läs mer på www.seko.se.", "", Mix(links=1)),
        ("Läsvärt.", "https://arbetet.se/seko.se", Mix(others=1)),
        ("Läsvärt.", "https://seko.se.example.test/", Mix(others=1)),
        ("Läsvärt.", "https://inteseko.se/", Mix(others=1)),
        ("Läsvärt, och se https://seko.se", "https://arbetet.se/", Mix(others=1)),
        ("Skriv till oss på info@seko.se", "", Mix(others=1)),
        ("Bara ord.", "", Mix(others=1)),
    ],
)
def test_only_a_link_is_one_to_our_own_pages(facebook, text, link, expected):
    came_out(facebook, ago(days=1), text=text, link=link)
    assert frequency_rows.mix(TODAY)[0] == expected


def test_a_picture_or_a_film_is_more_than_a_link(facebook):
    karin = factories.ombudsman()
    picture, film = factories.picture(karin), factories.picture(karin, kind=MediaKind.FILM)
    came_out(facebook, ago(days=1), link="https://seko.se/", media=[picture])
    came_out(facebook, ago(days=2), link="https://seko.se/", media=[picture, film])
    assert frequency_rows.mix(TODAY) == (Mix(pictures=1, films=1), [], 0)


def test_a_post_on_two_channels_counts_once(facebook):
    also_on(factories.channel("x"), came_out(facebook, ago(days=1), link="https://seko.se/"))
    assert frequency_rows.mix(TODAY)[0] == Mix(links=1)


def test_what_came_out_longer_ago_than_thirty_days_is_forgotten(facebook):
    came_out(facebook, datetime(2026, 10, 25, 22, 59, tzinfo=UTC), link="https://seko.se/")
    came_out(facebook, datetime(2026, 10, 25, 23, 0, tzinfo=UTC), text="Bara ord.")
    assert frequency_rows.mix(TODAY)[0] == Mix(others=1)


def test_the_last_links_are_the_examples(facebook):
    for days in (3, 1, 2):
        came_out(facebook, ago(days=days), text=f"För {days} dagar sedan.", link="https://seko.se/")
    came_out(facebook, ago(hours=1), text="Bara ord.")
    counted, examples, _events = frequency_rows.mix(TODAY)
    assert counted == Mix(links=3, others=1)
    assert [example.headline for example in examples] == ["För 1 dagar sedan", "För 2 dagar sedan"]


def test_our_own_domains_are_a_setting(facebook, settings):
    settings.OWN_DOMAINS = ["example.test", "min-sida.se"]
    came_out(facebook, ago(days=1), link="https://min-sida.se/a")
    came_out(facebook, ago(days=1), link="https://seko.se/a")
    assert frequency_rows.mix(TODAY)[0] == Mix(links=1, others=1)
    settings.OWN_DOMAINS = []
    came_out(facebook, ago(days=1), link="https://seko.se/a")
    assert frequency_rows.mix(TODAY)[0] == Mix(links=1, others=2)


@pytest.mark.usefixtures("_wednesday")
@pytest.mark.parametrize(
    ("links", "word", "kind"), [(4, "", ""), (5, "Över 40 %", "wait"), (7, "Över 60 %", "fail")]
)
def test_many_links_are_said_to_be_many(desk, facebook, links, word, kind):
    for number in range(10):
        came_out(facebook, ago(days=1), link="https://seko.se/" if number < links else "")
    response = desk.get(PAGE)
    assert f"{links * 10} % av inläggen är bara länkar till vår webb." in text_of(response)
    assert [limit for limit in ("Över 40 %", "Över 60 %") if limit in text_of(response)] == [word][
        : len(word)
    ]
    assert ("Visa mer av vardagen." in text_of(response)) is bool(word)
    assert not kind or f"chip--{kind}" in response.content.decode()


# --- categories and regions -------------------------------------------------------------------------------------


def test_a_category_was_last_used_when_one_of_its_posts_came_out(facebook):
    debate, campaign = Category.objects.get(name="Debatt"), Category.objects.get(name="Kampanj")
    came_out(facebook, ago(weeks=5), category=debate)
    came_out(facebook, ago(weeks=9), category=debate)
    publication(facebook, category=campaign)
    Category.objects.filter(name="Annat").update(retired_at=NOW)
    days = dict(frequency_rows.last_days())
    assert (days["Debatt"], days["Kampanj"]) == (date(2026, 10, 21), None)
    assert "Annat" not in days


@pytest.mark.usefixtures("_wednesday")
def test_the_page_names_one_unused_category(desk, facebook):
    for category in Category.objects.all():
        came_out(facebook, ago(weeks=5 if category.name == "Debatt" else 1), category=category)
    assert "Inget i kategorin Debatt på 5 veckor." in text_of(desk.get(PAGE))


def test_regions_are_counted_and_nobody_in_them(facebook):
    north, more, silent = (factories.ombudsman(region=region) for region in ("Norr", "Norr", "Öst"))
    for author in (north, more, more):
        came_out(facebook, ago(days=3), author=author)
    came_out(facebook, ago(days=40), author=silent)
    Post.objects.create(author=silent)
    assert frequency_rows.sent_in_by_region(TODAY) == {"Norr": 3, "Öst": 0}


@pytest.mark.usefixtures("_wednesday")
def test_the_page_shows_regions_in_their_order_and_no_names(desk, facebook):
    for region, name in (("Öst", "Ali Haddad"), ("Norr", "Petra Wik"), ("Årsta", "Bo Ek")):
        came_out(facebook, ago(days=3), author=factories.ombudsman(region=region, name=name))
    response = desk.get(PAGE)
    assert response.context["regions"] == [("Norr", 1), ("Årsta", 1), ("Öst", 1)]
    assert not any(name in text_of(response) for name in ("Ali", "Petra", "Bo Ek"))


# --- the page -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_wednesday")
def test_the_page_says_what_lacks_today_and_tomorrow_and_what_would_help(desk, facebook):
    for days in range(1, 12):
        came_out(facebook, ago(days=days))
    friday = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
    publication(facebook, planned_for=friday, not_before=friday)
    publication(facebook, status="held", hold="reserve")
    text = text_of(desk.get(PAGE))
    assert (
        "I dag har vi inte synts på Facebook än. I morgon är också en lucka. 1 inlägg ligger i reserven."
        in text
    )
    assert "0 av 1 i dag" in text
    assert "11 dagar i rad till och med i går. Nästa planerade: fredag 09.00." in text
    assert "1 av 1 hel vecka nådde målet." in text


@pytest.mark.usefixtures("_wednesday")
def test_a_week_without_alarm_is_calm(desk):
    x = factories.channel("x", goal=3, goal_period="week", alarm_days=7)
    came_out(x, ago(days=2))
    response = desk.get(PAGE)
    assert (
        "2 dagar sedan sist Det är lugnt. Gränsen är 7 dagar. Inget är planerat. 1 av 3 den här veckan"
        in text_of(response)
    )
    assert "tile--lead" not in response.content.decode()


@pytest.mark.usefixtures("_wednesday")
def test_a_silent_channel_comes_before_one_that_only_lacks_a_post_today(desk, facebook):
    x = factories.channel("x", goal=3, goal_period="week", alarm_days=7)
    came_out(facebook, ago(days=1))
    came_out(x, ago(days=9))
    response = desk.get(PAGE)
    assert [tile.channel for tile in response.context["tiles"] if tile.is_lead] == [x]
    assert "Tyst i 8 hela dagar." in text_of(response)


@pytest.mark.usefixtures("_wednesday")
def test_the_first_week_has_too_little_to_say(desk, facebook):
    came_out(facebook, ago(hours=1))
    assert "För lite data än." in text_of(desk.get(PAGE))


def test_without_goals_the_page_says_where_they_are_set(desk):
    assert "Ingen kanal har något mål än." in text_of(desk.get(PAGE))


def test_no_number_of_the_drawing_has_a_comma(desk, facebook):
    came_out(facebook, timezone.now())
    html = desk.get(PAGE).content.decode()
    assert "<svg" in html
    assert not [part for part in html.split('"') if part.replace(",", "").isdigit() and "," in part]


@pytest.mark.parametrize(
    ("person", "status"),
    [("reviewer", 200), ("reader", 200), ("administrator", 200), ("ombudsman", 403)],
)
def test_who_sees_the_channels_sees_how_often(facebook, person, status):
    assert signed_in(getattr(factories, person)()).get(PAGE).status_code == status


def test_only_who_reads_posts_is_led_to_them(facebook):
    shown = came_out(facebook, timezone.now(), text="Ny rapport.", link="https://seko.se/")
    address = f"/inlagg/{shown.post_id}/"
    assert address in signed_in(factories.reader()).get(PAGE).content.decode()
    page = signed_in(factories.administrator()).get(PAGE)
    assert address not in page.content.decode()
    assert "Ny rapport" in text_of(page)


def test_the_page_is_only_read(desk, facebook):
    assert desk.post(PAGE).status_code == 405


def test_the_menu_leads_to_it_and_marks_it_alone(desk):
    html = desk.get(PAGE).content.decode()
    marked = re.findall(r'<a class="rail__item" href="([^"]+)"[^>]* aria-current="page"', html)
    assert marked == ["/granska/frekvens/"]


def test_events_without_a_post_are_counted_for_whoever_keeps_them(desk, facebook):
    karin = factories.ombudsman()
    begun = [events.add(karin, title=title, first_day=TODAY, last_day=TODAY) for title in ("A", "B", "C")]
    events.add(karin, title="D", first_day=TODAY + timedelta(days=30), last_day=TODAY + timedelta(days=30))
    events.nothing_to_show(begun[0], karin, NothingToShow.INTERNAL, "")
    assert frequency_rows.mix(TODAY)[2] == 2
    page = desk.get(PAGE)
    assert "2 händelser har inget inlägg än." in text_of(page)
    assert 'href="/handelser/alla/"' in page.content.decode()
    assert "inget inlägg än" not in text_of(signed_in(factories.reader()).get(PAGE))


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_costs_twelve_queries_however_many(desk, facebook, count, django_assert_num_queries):
    categories = list(Category.objects.all())
    for number in range(count):
        author = factories.ombudsman(region=f"Region {number}")
        at = timezone.now() - timedelta(days=number % 30)
        came_out(facebook, at, author=author, category=categories[number % 10], link="https://seko.se/")
        publication(facebook, author=author, status="held", hold="reserve")
        events.add(author, title=f"Besök {number}", first_day=TODAY, last_day=TODAY)
    with django_assert_num_queries(12):
        desk.get(PAGE)


@pytest.mark.parametrize("count", [2, 50])
def test_the_page_costs_the_same_with_more_channels(desk, count, django_assert_num_queries):
    for number in range(count):
        factories.channel(goal=1, goal_period=("day", "week", "month")[number % 3])
    with django_assert_num_queries(12):
        desk.get(PAGE)


# --- what finds it --------------------------------------------------------------------------------------------


def plan_of(rows) -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_what_came_out_on_a_channel_is_found_by_an_index(facebook):
    out = Publication.objects.heads().published().filter(channel=facebook)
    plan = plan_of(out.order_by("-published_at").values("published_at")[:1])
    # Where there is nothing, PostgreSQL takes either.
    assert "posts_seen_on" in plan or "posts_shown" in plan


def test_what_came_out_lately_is_counted_by_what_it_shows_in_an_index():
    plan = plan_of(frequency_rows.out_by_kind(NOW))
    assert ("posts_shown" if connection.vendor == "postgresql" else "posts_out") in plan


def test_the_last_ones_of_a_category_are_found_by_an_index():
    sent_in = Post.objects.filter(category=1, submitted_at__isnull=False)
    assert "posts_of_category" in plan_of(sent_in.order_by("-submitted_at").values("pk")[:30])


def test_what_somebody_sent_in_lately_is_found_by_an_index(anna):
    assert "posts_sent_in_by" in plan_of(Post.objects.filter(author=anna, submitted_at__gte=NOW).order_by())
