"""The reserve: in which order it is offered, how gaps are filled out of it, and how that is undone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from approvals import gaps, reserve
from approvals.gaps import Gap
from approvals.models import Filling
from approvals.reserve import Neighbour, Pick, Stock, best_for
from audit.models import Entry
from channels.models import Channel
from posts import publishing, workflow
from posts.models import Category, Post, Publication
from posts.workflow import When
from tests import factories
from tests.approvals.test_frequency_views import came_out, publication
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker", "_wednesday")]
PAGE = "/granska/kalender/"
FILL = f"{PAGE}fyll-luckorna/"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in Stockholm."""
TODAY = date(2026, 11, 25)


@pytest.fixture
def _wednesday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def facebook():
    return factories.channel(goal=1, goal_period="day")


def kept(channel: Channel, text: str, *, since: int = 0, best_before: date | None = None, **fields):
    """Put into the reserve so many hours ago."""
    made = publication(channel, text=text, status="held", hold="reserve", **fields)
    Publication.objects.filter(pk=made.pk).update(created_at=NOW - timedelta(hours=since))
    Post.objects.filter(pk=made.post_id).update(best_before=best_before)
    return Publication.objects.get(pk=made.pk)


def planned(channel: Channel, days: int, **fields):
    at = NOW + timedelta(days=days, hours=2)
    return publication(channel, planned_for=at, not_before=at, **fields)


def texts(found) -> list[str]:
    return [each.headline for each in found]


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def category(number: int) -> Category:
    return Category.objects.all()[number]


# --- in which order ---------------------------------------------------------------------------------------------


def test_what_goes_off_first_comes_first_then_the_oldest_and_what_has_gone_off_last(facebook):
    kept(facebook, "Ny", since=1)
    kept(facebook, "Gammal", since=9)
    kept(facebook, "Går ut sent", since=5, best_before=day(9))
    kept(facebook, "Går ut snart", since=2, best_before=day(0))
    kept(facebook, "Har gått ut", since=20, best_before=day(-1))
    assert texts(reserve.stock()) == ["Går ut snart", "Går ut sent", "Gammal", "Ny", "Har gått ut"]


def test_a_latest_time_is_a_best_before_too(facebook):
    kept(facebook, "Utan tid", since=9)
    kept(facebook, "Har en senaste tid", not_after=NOW + timedelta(days=2))
    [first, _second] = reserve.stock()
    assert (first.headline, first.best_before) == ("Har en senaste tid", day(2))


def test_a_post_on_two_channels_lies_there_once(facebook):
    one = kept(facebook, "På två")
    x = factories.channel("x")
    fields = {"post": one.post, "version": one.version, "approval": one.approval}
    Publication.objects.create(channel=x, status="held", hold="reserve", **fields)
    [found] = reserve.stock()
    assert [item.channel for item in found.publications] == [facebook, x]
    assert texts(reserve.stock(x)) == ["På två"]


def test_only_the_reserve_lies_there(facebook):
    kept(facebook, "I reserven")
    publication(facebook, status="held", hold="person", text="Hålls")
    planned(facebook, 1, text="Planerad")
    assert texts(reserve.stock()) == ["I reserven"]


@pytest.mark.parametrize("count", [1, 50])
def test_the_reserve_costs_one_query_however_much_lies_there(facebook, count, django_assert_num_queries):
    author = factories.ombudsman()
    for number in range(count):
        kept(facebook, f"Nummer {number}", author=author)
    with django_assert_num_queries(1):
        assert len(reserve.stock()) == count


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(
    ("page", "queries"), [("reserven/", 8), ("fyll/?kanal={pk}", 10), ("fyll-luckorna/", 13)]
)
def test_its_pages_cost_the_same_however_much_lies_there(
    desk, facebook, page, queries, count, django_assert_num_queries
):
    author = factories.ombudsman()
    shown = [factories.picture(author)]
    for number in range(count):
        kept(facebook, f"Nummer {number}", author=author, media=shown)
    address = f"{PAGE}{page.format(pk=facebook.pk)}"
    desk.get(address)
    with django_assert_num_queries(queries):
        assert "Nummer 0" in text_of(desk.get(address))


# --- which one is best ------------------------------------------------------------------------------------------


GAP_AT = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offered", "around", "best"),
    [
        # (name, category, is a link, best before in so many days), in the order in which it is offered
        ([("a", 1, False, None), ("b", 2, False, None)], [], "a"),
        ([("a", 1, False, None), ("b", 2, False, None)], [(-1, 1, False)], "b"),
        ([("a", 1, False, None), ("b", 2, False, None)], [(1, 1, False)], "b"),
        ([("a", 1, False, None)], [(-1, 1, False)], "a"),
        ([("a", None, False, None), ("b", 2, False, None)], [(-1, None, False)], "a"),
        ([("a", 1, True, None), ("b", 2, False, None)], [(-1, 3, True)], "b"),
        ([("a", 1, True, None), ("b", 2, False, None)], [(-2, 3, True), (-1, 3, False)], "a"),
        ([("a", 1, False, None), ("b", 2, False, 9)], [], "b"),
        ([("a", 1, False, 9), ("b", 2, False, None)], [(-1, 1, False)], "b"),
        # There may be no better day for it.
        ([("a", 1, False, 4), ("b", 2, False, None)], [(-1, 1, False)], "a"),
        # What has gone off by then is used when there is nothing else.
        ([("a", 1, False, 1), ("b", 2, False, None)], [(-1, 2, False)], "b"),
        ([("a", 1, False, 1)], [], "a"),
        ([], [], None),
    ],
)
def test_the_best_one_is_found(facebook, offered, around, best):
    gap = Gap(facebook, GAP_AT)
    stock = [
        Stock(
            post=Post(),
            headline=name,
            author="",
            picture="",
            category=kind,
            is_link=is_link,
            best_before=None if days is None else day(days),
            since=NOW + timedelta(minutes=place),
            publications=[Publication(channel=facebook)],
        )
        for place, (name, kind, is_link, days) in enumerate(offered)
    ]
    beside = [Neighbour(GAP_AT + timedelta(days=days), kind, is_link) for days, kind, is_link in around]
    found = best_for(gap, stock, beside)
    assert (found.headline if found else None) == best


def test_what_may_not_go_out_then_is_not_offered_for_it(facebook):
    one = kept(facebook, "För sent", not_after=GAP_AT)
    other = kept(facebook, "För tidigt")
    Post.objects.filter(pk=other.post_id).update(earliest=GAP_AT + timedelta(minutes=1))
    assert best_for(Gap(facebook, GAP_AT), reserve.stock(), []) is None
    assert one.post_id in [each.post.pk for each in reserve.stock()]


# --- one gap ----------------------------------------------------------------------------------------------------


def fill_one(desk, channel: Channel, stock: Stock, on: date, **headers):
    fields = {"kanal": channel.pk, "dag": on.isoformat(), "post": stock.post.pk, "seen": stock.seen}
    return desk.post(f"{PAGE}fyll/", fields, headers=headers)


def test_a_gap_is_filled_with_one_press(desk, anna, facebook):
    one = kept(facebook, "Utsikt från jobbet")
    assert "Utsikt från jobbet" in text_of(desk.get(f"{PAGE}fyll/?kanal={facebook.pk}&dag=2026-11-27"))
    [stock] = reserve.stock()
    answer = fill_one(desk, facebook, stock, day(2))
    assert answer.url == f"{PAGE}?vecka=2026-W48"
    one.refresh_from_db()
    assert (one.status, one.planned_for) == ("queued", GAP_AT)
    [line] = Entry.objects.filter(verb="publication.moved")
    assert line.actor == anna


def test_the_second_of_two_who_fill_a_gap_changes_nothing(desk, facebook):
    kept(facebook, "Först", since=2)
    second = kept(facebook, "Sedan", since=1)
    first_stock, second_stock = reserve.stock()
    gap = Gap(facebook, GAP_AT)
    reserve.place(first_stock.post.pk, first_stock.seen, gap, factories.reviewer(), NOW)
    with pytest.raises(reserve.TakenError):
        reserve.place(second_stock.post.pk, second_stock.seen, gap, factories.reviewer(), NOW)
    second.refresh_from_db()
    assert (second.status, second.hold, second.planned_for) == ("held", "reserve", None)


def test_what_a_colleague_has_taken_out_of_the_reserve_is_not_taken_again(desk, facebook):
    one = kept(facebook, "Utsikt från jobbet")
    [stock] = reserve.stock()
    publishing.hold([one], factories.reviewer())
    answer = fill_one(desk, facebook, stock, day(2), **{"x-dragged": "1"})
    assert (answer.status_code, answer.json()) == (
        409,
        {"reason": "Någon annan hann före. Inget är ändrat."},
    )
    one.refresh_from_db()
    assert (one.hold, one.planned_for) == ("person", None)


def test_what_one_of_its_channels_has_lost_is_dragged_to_none_of_them(desk, facebook):
    one = kept(facebook, "På båda")
    fields = {"post": one.post, "version": one.version, "approval": one.approval}
    Publication.objects.create(channel=factories.channel("x"), status="held", hold="reserve", **fields)
    [stock] = reserve.stock()
    stock.publications[1].hold = "person"
    answer = fill_one(desk, facebook, stock, day(2), **{"x-dragged": "1"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "Någon annan hann före. Inget är ändrat.")
    assert set(Publication.objects.values_list("status", "planned_for")) == {("held", None)}


def test_out_of_the_reserve_it_is_dragged_to_a_day_that_has_a_post(desk, facebook):
    planned(facebook, 2)
    one = kept(facebook, "Utsikt från jobbet")
    [stock] = reserve.stock()
    answer = fill_one(desk, facebook, stock, day(2), **{"x-dragged": "1"})
    one.refresh_from_db()
    assert answer.status_code == 200
    assert one.planned_for == GAP_AT + timedelta(minutes=30)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "kanal=x",
        "kanal=999999",
        f"kanal={'9' * 30}",
        f"kanal={'9' * 5000}",
        "kanal={pk}&dag=2026-11-20",
        "kanal={pk}&dag=0001-01-01",
    ],
)
def test_there_is_no_page_for_what_is_no_gap(desk, facebook, query):
    assert desk.get(f"{PAGE}fyll/?{query.format(pk=facebook.pk)}").status_code == 404


@pytest.mark.parametrize("is_dragged", ["0", "1"])
@pytest.mark.parametrize("number", ["", "x", "999999", "9" * 30, "9" * 5000])
def test_a_post_that_there_is_not_fills_no_gap(desk, facebook, number, is_dragged):
    kept(facebook, "Ligger kvar")
    fields = {"kanal": facebook.pk, "dag": "2026-11-27", "post": number, "seen": "x"}
    answer = desk.post(f"{PAGE}fyll/", fields, headers={"x-dragged": is_dragged})
    assert answer.status_code == (409 if is_dragged == "1" else 302)
    assert texts(reserve.stock()) == ["Ligger kvar"]


def test_the_latest_time_is_not_put_back_to_an_older_one(desk, facebook, monkeypatch):
    """The race: somebody says another one in the moment before the row is locked."""
    one = kept(facebook, "Utsikt från jobbet", not_after=NOW + timedelta(days=5))
    [stock] = reserve.stock()
    newer, act = NOW + timedelta(days=3), reserve.act

    def after_a_colleague(*seen, **details):
        Publication.objects.filter(pk=one.pk).update(not_after=newer)
        return act(*seen, **details)

    monkeypatch.setattr(reserve, "act", after_a_colleague)
    fill_one(desk, facebook, stock, day(2))
    one.refresh_from_db()
    assert (one.planned_for, one.not_after) == (GAP_AT, newer)


def test_an_empty_reserve_leads_elsewhere(desk, facebook):
    assert "Inget i reserven passar här." in text_of(desk.get(f"{PAGE}fyll/?kanal={facebook.pk}"))


# --- all gaps ---------------------------------------------------------------------------------------------------


def proposed(now: datetime = NOW) -> list[tuple[str, str]]:
    return [
        (f"{timezone.localtime(pick.gap.at):%d %H.%M}", pick.stock.headline) for pick in reserve.proposal(now)
    ]


def test_the_gaps_of_the_coming_week_get_the_best(facebook):
    came_out(facebook, NOW - timedelta(hours=1), category=category(0))
    planned(facebook, 3, category=category(1))
    kept(facebook, "Samma sort som i dag", since=9, category=category(0))
    kept(facebook, "En annan sort", since=5, category=category(1))
    kept(facebook, "En länk", since=3, category=category(2), link="https://seko.se/")
    assert proposed() == [
        ("26 12.00", "En annan sort"),
        ("27 12.00", "Samma sort som i dag"),
        ("29 12.00", "En länk"),
    ]


def test_each_post_is_proposed_once_and_counts_on_all_of_its_channels(facebook):
    x = factories.channel("x", goal=1, goal_period="week")
    one = kept(facebook, "På båda")
    fields = {"post": one.post, "version": one.version, "approval": one.approval}
    Publication.objects.create(channel=x, status="held", hold="reserve", **fields)
    assert proposed() == [("25 12.00", "På båda")]


def confirm(desk) -> Filling | None:
    desk.post(FILL, {"val": [pick.value for pick in reserve.proposal(NOW)]})
    return Filling.objects.first()


def test_a_proposal_is_confirmed_with_one_press_and_undone_with_another(desk, facebook):
    ones = [kept(facebook, f"Nummer {number}", since=9 - number) for number in range(3)]
    assert "Nummer 2" in text_of(desk.get(FILL))
    filling = confirm(desk)
    assert [Publication.objects.get(pk=one.pk).planned_for.day for one in ones] == [25, 26, 27]
    assert Entry.objects.filter(verb="publication.moved").count() == 3
    assert "Luckorna är fyllda" in text_of(desk.get(f"{PAGE}fyllning/{filling.pk}/"))
    answer = desk.post(f"{PAGE}fyllning/{filling.pk}/angra/", follow=True)
    assert "Ångrat: 3 inlägg ligger i reserven igen." in text_of(answer)
    assert len(reserve.stock()) == 3
    assert Entry.objects.filter(verb="publication.held").count() == 3


def test_looking_at_a_proposal_changes_nothing(desk, facebook):
    one = kept(facebook, "Utsikt från jobbet")
    desk.get(FILL)
    one.refresh_from_db()
    assert (one.planned_for, Filling.objects.count()) == (None, 0)


def test_what_is_not_ticked_stays(desk, facebook):
    kept(facebook, "Först", since=2)
    kept(facebook, "Sedan", since=1)
    [first, _second] = reserve.proposal(NOW)
    desk.post(FILL, {"val": [first.value]})
    assert texts(reserve.stock()) == ["Sedan"]


def test_undoing_leaves_what_somebody_has_moved_meanwhile(desk, facebook):
    kept(facebook, "Först", since=2)
    moved = kept(facebook, "Sedan", since=1)
    filling = confirm(desk)
    moved.refresh_from_db()
    publishing.move([moved], factories.reviewer(), NOW + timedelta(days=9))
    assert reserve.undo(filling, factories.reviewer(), NOW) == 1
    moved.refresh_from_db()
    assert moved.planned_for == NOW + timedelta(days=9)
    assert texts(reserve.stock()) == ["Först"]
    assert reserve.undo(filling, factories.reviewer(), NOW) == 0


def test_a_gap_that_somebody_has_filled_meanwhile_is_left_and_told(desk, facebook):
    kept(facebook, "Först", since=2)
    kept(facebook, "Sedan", since=1)
    values = [pick.value for pick in reserve.proposal(NOW)]
    planned(facebook, 0)
    answer = desk.post(FILL, {"val": values}, follow=True)
    assert "1 lucka hann någon annan fylla." in text_of(answer)
    assert texts(reserve.stock()) == ["Först"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "a b c d",
        "1 2 2026-11-27T12:00 x",
        "1 2 3 4 5",
        "1 {pk} 0001-01-01T00:00:00+14:00 x",
        "1 {pk} 9999-12-31T23:59:59-12:00 x",
        f"1 {'9' * 30} 2026-11-27T12:00:00+01:00 x",
        f"{'9' * 30} {{pk}} 2026-11-27T12:00:00+01:00 x",
    ],
)
def test_what_no_page_of_ours_has_said_is_no_page(desk, facebook, value):
    assert desk.post(FILL, {"val": [value.format(pk=facebook.pk)]}).status_code == 404


def test_a_filling_is_undone_within_a_day_and_not_after_it(desk, facebook):
    kept(facebook, "Först")
    filling = confirm(desk)
    Filling.objects.update(at=NOW - timedelta(hours=24))
    answer = desk.post(f"{PAGE}fyllning/{filling.pk}/angra/", follow=True)
    assert "Det går inte att ångra längre. Inget är ändrat." in text_of(answer)
    assert (reserve.stock(), Filling.objects.get().undone_at) == ([], None)
    Filling.objects.update(at=NOW - timedelta(hours=23))
    desk.post(f"{PAGE}fyllning/{filling.pk}/angra/")
    assert texts(reserve.stock()) == ["Först"]


# --- until when -------------------------------------------------------------------------------------------------


def test_a_post_of_the_reserve_is_given_one_of_its_channels_times(desk, facebook):
    Channel.objects.update(suggested_times="15.30")
    one = kept(facebook, "Utsikt från jobbet")
    assert f"{PAGE}reserven/{one.post_id}/tid/" in desk.get(PAGE).content.decode()
    shown = desk.get(f"{PAGE}reserven/{one.post_id}/tid/")
    assert "Förslag: i dag 15.30 i morgon 15.30" in text_of(shown)
    desk.post(f"{PAGE}reserven/{one.post_id}/tid/", {"at": "2026-11-26T15:30"})
    one.refresh_from_db()
    assert (one.status, one.planned_for) == ("queued", datetime(2026, 11, 26, 14, 30, tzinfo=UTC))
    assert desk.get(f"{PAGE}reserven/{one.post_id}/tid/").status_code == 404


def test_a_best_before_is_written_down_with_a_line_in_the_log(desk, anna, facebook):
    one = kept(facebook, "Utsikt från jobbet")
    desk.post(f"{PAGE}reserven/{one.post_id}/", {"best_before": "2026-12-01"})
    assert Post.objects.get(pk=one.post_id).best_before == date(2026, 12, 1)
    [line] = Entry.objects.filter(verb="post.best_before")
    assert (line.actor, line.facts["best_before"]) == (anna, "2026-12-01")
    assert "Bäst före 1 december" in text_of(desk.get(f"{PAGE}reserven/"))


def test_a_best_before_that_has_been_is_refused(desk, facebook):
    one = kept(facebook, "Utsikt från jobbet")
    answer = desk.post(f"{PAGE}reserven/{one.post_id}/", {"best_before": "2026-11-24"})
    assert answer.status_code == 422
    assert "Den dagen har redan varit." in text_of(answer)
    assert Post.objects.get(pk=one.post_id).best_before is None


def test_the_okay_puts_it_into_the_reserve_with_its_best_before(desk, anna, facebook):
    post = factories.submitted()
    version = factories.for_channels(post, anna, facebook)
    where = f"/granska/{post.pk}/reserven/bast-fore/"
    assert desk.get(where).status_code == 200
    desk.post(where, {"version": version.pk, "best_before": "2026-12-01"})
    [stock] = reserve.stock()
    assert (stock.post, stock.best_before) == (post, date(2026, 12, 1))


def test_a_post_that_cannot_be_approved_gets_no_best_before(desk, facebook):
    post = factories.submitted()  # no channel, and its picture is not described
    answer = desk.post(
        f"/granska/{post.pk}/reserven/bast-fore/",
        {"version": post.current_version_id, "best_before": "2026-12-01"},
    )
    post.refresh_from_db()
    assert (answer.status_code, post.best_before, post.status) == (422, None, "in_review")


# --- the key at the desk ----------------------------------------------------------------------------------------


def to_gap(desk, post: Post, gap: Gap):
    fields = {"version": post.current_version_id, "gap": f"{gap.channel.pk} {gap.at.isoformat()}"}
    return desk.post(f"/granska/{post.pk}/nasta-lucka/", fields, follow=True)


def test_one_press_approves_to_the_next_gap(desk, anna, facebook):
    post = factories.submitted()
    factories.for_channels(post, anna, facebook)
    words = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Nästa lucka på Facebook: i dag 12.00" in words
    answer = to_gap(desk, post, gaps.next_gap(facebook, NOW))
    assert text_of(answer).count("Schemalagt på Facebook") == 1
    assert Publication.objects.get(post=post).planned_for == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def test_whoever_comes_second_gets_the_gap_after_it_and_is_told(desk, anna, facebook):
    post = factories.submitted()
    factories.for_channels(post, anna, facebook)
    gap = gaps.next_gap(facebook, NOW)
    other = factories.submitted()
    johan = factories.reviewer()
    workflow.approve(other, johan, factories.for_channels(other, johan, facebook), When(at=gap.at))
    answer = to_gap(desk, post, gap)
    assert "Luckan var redan fylld. Schemalagt i nästa på Facebook: i morgon 12.00." in text_of(answer)
    assert Publication.objects.get(post=post).planned_for == datetime(2026, 11, 26, 11, 0, tzinfo=UTC)


def test_without_a_goal_there_is_no_button(desk, anna):
    post = factories.submitted()
    factories.for_channels(post, anna, factories.channel("x"))
    assert "nasta-lucka" not in desk.get(f"/granska/{post.pk}/").content.decode()


def test_a_blocked_post_is_not_scheduled(desk, facebook):
    post = factories.submitted()
    answer = to_gap(desk, post, gaps.next_gap(facebook, NOW))
    assert answer.status_code == 422
    assert not Publication.objects.exists()
    assert "Schemalagt" not in text_of(answer)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_two_presses_at_the_same_moment_fill_two_gaps(facebook):
    """Each in a thread of its own: one gets today, the other is told that it became tomorrow."""
    reviewers = [factories.reviewer() for _ in range(2)]
    posts = [factories.submitted() for _ in range(2)]
    for post, reviewer in zip(posts, reviewers, strict=True):
        factories.for_channels(post, reviewer, facebook)
    gap, barrier, said = gaps.next_gap(facebook, NOW), threading.Barrier(2), []

    def press(post: Post, reviewer: User) -> None:
        client = signed_in(reviewer)
        barrier.wait()
        said.append("Luckan var redan fylld." in text_of(to_gap(client, post, gap)))
        connection.close()

    threads = [threading.Thread(target=press, args=each) for each in zip(posts, reviewers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    days = sorted(Publication.objects.values_list("planned_for__day", flat=True))
    assert (days, sorted(said)) == ([25, 26], [False, True])


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway")
def test_two_who_fill_the_same_channels_in_another_order_do_not_wait_in_a_ring(facebook, monkeypatch):
    channels = [facebook, factories.channel("x", goal=1, goal_period="day")]
    for number, channel in enumerate([*channels, *channels]):
        kept(channel, str(number), since=9 - number)
    picks = [
        Pick(Gap(each.publications[0].channel, GAP_AT + (at // 2) * timedelta(days=1)), each)
        for at, each in enumerate(reserve.stock())
    ]
    place, both_have_begun = reserve.place, threading.Barrier(2)

    def and_wait(*args):
        moved = place(*args)
        with suppress(threading.BrokenBarrierError):
            both_have_begun.wait(timeout=0.5)
        return moved

    def fill(chosen: list[Pick]) -> tuple[int, int]:
        done = reserve.fill([pick.value for pick in chosen], factories.reviewer(), NOW)
        connection.close()
        return done.done, done.left

    monkeypatch.setattr(reserve, "place", and_wait)
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(fill, [picks[:2], picks[:1:-1]])) == [(2, 0), (2, 0)]
