"""The queue: its order, its pages, what of it somebody wants to see, and where one comes after a decision."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from accounts import duty
from accounts.models import Duty
from approvals import claims, queue
from approvals.ages import age_of, worked_between
from approvals.choice import Choice
from channels.models import Channel, Period
from posts import answering, consent, promise, workflow
from posts.models import Answer, Category, MediaKind, People, Post, Status
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
ALL = Choice()


@pytest.fixture
def facebook():
    return factories.channel(is_preselected=True)


def waits(text: str, author=None, **fields) -> Post:
    post = factories.submitted(author, text=text, media=[])
    Post.objects.filter(pk=post.pk).update(**fields)
    post = Post.objects.get(pk=post.pk)
    if "submitted_at" in fields:
        promise.give(post, post.submitted_at)
    return post


def shown(response) -> list[str]:
    return [row.post.headline for row in response.context["page"].rows]


def in_line(reader, choice: Choice = ALL) -> list[int]:
    return queue.line(choice, reader, timezone.now()).numbers


# --- the order ------------------------------------------------------------------------------------------------


def test_what_is_urgent_is_first_then_what_has_a_latest_time_then_what_fills_a_gap_then_the_oldest(desk):
    daily = factories.channel(goal=1, goal_period=Period.DAY)
    later = timezone.now() + timedelta(hours=8)
    waits("Äldst")
    oldest_but_one = waits("Näst äldst")
    fills = waits("Fyller luckan")
    factories.for_channels(fills, factories.reviewer(), daily)
    waits("Senast i kväll", latest=later + timedelta(hours=1))
    waits("Senast först", latest=later)
    waits("Brådskar", is_urgent=True)
    waits("Brådskar och har en tid", is_urgent=True, latest=later)
    assert shown(desk.get("/granska/")) == [
        "Brådskar och har en tid",
        "Brådskar",
        "Senast först",
        "Senast i kväll",
        "Fyller luckan",
        "Äldst",
        "Näst äldst",
    ]
    assert oldest_but_one.is_in_review


def test_a_channel_that_has_its_goal_today_has_no_gap_to_fill(desk, anna):
    daily = factories.channel(goal=1, goal_period=Period.DAY)
    waits("Äldst")
    would_fill = waits("Ett till på Facebook")
    factories.for_channels(would_fill, anna, daily)
    page = desk.get("/granska/")
    assert shown(page) == ["Ett till på Facebook", "Äldst"]
    assert "Fyller dagens lucka" in text_of(page)
    factories.approved(factories.submitted(text="I dag.", media=[]), anna, daily)
    page = desk.get("/granska/")
    assert shown(page) == ["Äldst", "Ett till på Facebook"]
    assert "Fyller dagens lucka" not in text_of(page)


def test_a_place_is_counted_and_has_neighbours(anna):
    first, second, third = (waits(text).pk for text in ("Ett", "Två", "Tre"))
    line = queue.line(ALL, anna, timezone.now())
    assert line.place_of(first) == queue.Place(1, 3, None, second)
    assert line.place_of(second) == queue.Place(2, 3, first, third)
    assert line.place_of(third) == queue.Place(3, 3, second, None)
    assert line.place_of(0) is None


# --- pages ----------------------------------------------------------------------------------------------------


def test_every_post_is_on_some_page(desk, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 3)
    posts = [waits(f"Inlägg {number}") for number in range(7)]
    pages = [desk.get(f"/granska/?sida={number}") for number in (1, 2, 3)]
    assert [shown(page) for page in pages] == [
        ["Inlägg 0", "Inlägg 1", "Inlägg 2"],
        ["Inlägg 3", "Inlägg 4", "Inlägg 5"],
        ["Inlägg 6"],
    ]
    assert [page.context["page"].of for page in pages] == [7, 7, 7]
    assert 'href="/granska/?sida=2"' in pages[0].content.decode()
    assert shown(desk.get(f"/granska/{posts[4].pk}/")) == ["Inlägg 3", "Inlägg 4", "Inlägg 5"]
    assert "5 av 7" in text_of(desk.get(f"/granska/{posts[4].pk}/"))


@pytest.mark.parametrize("page", ["0", "99", "x", "-1", "9" * 40, "²"])
def test_a_page_that_is_none_is_the_first(desk, page):
    waits("Det enda")
    assert shown(desk.get(f"/granska/?sida={page}")) == ["Det enda"]


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(
    ("makes_films", "is_asked", "queries"), [(False, False, 11), (False, True, 12), (True, False, 12)]
)
def test_the_queue_costs_the_same_however_long_it_is(
    desk, facebook, platform, monkeypatch, count, makes_films, is_asked, queries, django_assert_num_queries
):
    monkeypatch.setattr(platform, "makes_film_of_pictures", makes_films)
    Channel.objects.update(goal=1, goal_period=Period.DAY)
    author = factories.ombudsman()
    picture = factories.picture(author)
    for number in range(count):
        post = factories.submitted(author, text=f"Inlägg {number}", media=[picture])
        if is_asked:
            consent.ask(post, author, 1)
    desk.get("/granska/")
    # Session, person, roles twice, the channels with a goal and what is on them today, the posts, their pictures, their
    # channels, what is unread, the stop; what the people in them answered, where some were asked; the films of pictures.
    with django_assert_num_queries(queries):
        page = desk.get("/granska/")
    assert page.context["page"].of == count
    assert len(page.content) < 120_000


def test_a_no_of_somebody_in_the_picture_stands_in_the_row_whatever_its_sender_says(desk):
    post = factories.submitted(people=People.NOBODY)
    [(asked, _token)] = consent.ask(post, post.author, 1)
    assert missing_in_the_row(desk) == []
    answering.answer(asked, Answer.NO)
    assert missing_in_the_row(desk) == ["consent_refused"]


def missing_in_the_row(desk):
    [row] = desk.get("/granska/").context["page"].rows
    return [blocker.code for blocker in row.blockers if blocker.code.startswith("consent")]


def test_an_empty_queue_is_praised_and_says_where_the_next_gap_is(desk):
    factories.channel(goal=1, goal_period=Period.DAY)
    page = text_of(desk.get("/granska/"))
    assert "Inget att granska. Bra jobbat." in page
    assert "Nästa lucka på Facebook:" in page


# --- rows -----------------------------------------------------------------------------------------------------


def test_a_row_names_what_is_missing(desk, facebook):
    factories.submitted()
    assert "Bildbeskrivning saknas" in text_of(desk.get("/granska/"))


def test_a_row_has_room_for_two_and_counts_the_rest(desk):
    post = factories.submitted(people="not_asked", text="811218-9876")
    row = queue.row_for(post, factories.reviewer(), timezone.now())
    assert [blocker.code for blocker in row.named] == ["alt_text_missing"]
    assert row.more == 3
    assert "3 saker till saknas" in text_of(desk.get("/granska/"))


def test_a_row_says_who_looks_at_it(desk, anna):
    post = waits("Johan läser")
    own = waits("Anna läser")
    claims.look(post, factories.reviewer(name="Johan Alm"))
    claims.look(own, anna)
    page = text_of(desk.get("/granska/"))
    assert "Granskas av Johan" in page
    assert "Granskas av Anna" not in page


def test_what_nobody_else_looks_at_is_opened_first(desk):
    taken, free = waits("Johan läser"), waits("Ledigt")
    claims.look(taken, factories.reviewer(name="Johan Alm"))
    assert desk.get("/granska/").context["page"].to_open == free


def test_ones_own_post_is_marked_and_not_opened_first(facebook):
    anna = factories.reviewer()
    own = factories.submitted(anna)
    other = factories.submitted()
    response = signed_in(anna).get("/granska/")
    assert "Ditt eget" in text_of(response)
    assert response.context["page"].to_open == other != own


def test_what_is_being_prepared_says_so_and_costs_nothing(desk, facebook):
    author = factories.ombudsman()
    factories.submitted(author, media=[factories.unprepared(author)])
    page = text_of(desk.get("/granska/"))
    assert "Bearbetas" in page
    assert "saknas" not in page


FRIDAY = datetime(2026, 4, 24, 14, 0, tzinfo=UTC)
"""16.00 in Stockholm: an hour of work is left before the weekend."""


@pytest.mark.parametrize(
    ("later", "worked"),
    [
        (timedelta(minutes=30), timedelta(minutes=30)),
        (timedelta(hours=5), timedelta(hours=1)),
        (timedelta(days=2), timedelta(hours=1)),
        (timedelta(days=3), timedelta(hours=9)),
        (timedelta(days=900), timedelta(hours=40)),
    ],
)
def test_hours_are_counted_while_people_work(later, worked):
    assert min(worked_between(FRIDAY, FRIDAY + later), timedelta(hours=40)) == worked


@pytest.mark.parametrize(
    ("minutes", "level"), [(5, "green"), (119, "green"), (120, "amber"), (240, "amber"), (241, "late")]
)
def test_an_age_is_green_then_amber_then_late(minutes, level):
    at_eight = datetime(2026, 4, 27, 6, 0, tzinfo=UTC)
    assert age_of(at_eight, at_eight + timedelta(minutes=minutes)).level == level


def test_after_four_hours_it_is_red_until_the_promise_is_broken(settings):
    settings.ANSWER_WITHIN_HOURS = 6
    at_eight = datetime(2026, 4, 27, 6, 0, tzinfo=UTC)
    assert age_of(at_eight, at_eight + timedelta(hours=5)).level == "red"
    assert age_of(at_eight, at_eight + timedelta(hours=7)).level == "late"


@freeze_time("2026-04-29 12:00+00:00")
def test_the_age_is_said_in_words_and_what_is_late_since_when(desk):
    now = timezone.now()
    waits("Nyss", submitted_at=now - timedelta(minutes=20))
    waits("Ett tag", submitted_at=now - timedelta(hours=3))
    waits("Länge", submitted_at=now - timedelta(hours=6))
    page = text_of(desk.get("/granska/"))
    assert "20 min" in page
    assert "Väntat 3 tim 0 min" in page
    assert "Försenat sedan i dag 12.00" in page


@freeze_time("2026-05-02 12:00+00:00")
def test_what_is_urgent_is_late_by_what_its_author_was_told_on_a_red_day(anna):
    saturday = timezone.localdate()
    duty.give(Duty(person=anna, first_day=saturday, last_day=saturday), anna)
    early = timezone.now() - timedelta(hours=6)
    told, calm = waits("Bråttom", submitted_at=early, is_urgent=True), waits("Lugnt", submitted_at=early)
    ages = {post.pk: queue.row_for(post, anna, timezone.now()).age for post in (told, calm)}
    assert (ages[told.pk].level, ages[told.pk].promised) == ("late", promise.of(told))
    assert ages[calm.pk].level == "green"


@freeze_time("2026-04-29 12:00+00:00")
def test_what_is_reviewed_once_more_is_as_old_as_that(facebook, anna):
    post = waits("Sedan länge", submitted_at=timezone.now() - timedelta(days=14))
    workflow.approve(post, anna, factories.for_channels(post, anna, facebook))
    workflow.reopen(post, anna)
    age = queue.row_for(Post.objects.get(pk=post.pk), anna, timezone.now()).age
    assert (age.level, age.promised) == ("green", promise.of(post))


@freeze_time("2026-04-29 12:00+00:00")
def test_whoever_has_been_written_to_is_not_kept_waiting_for_an_answer(anna):
    post = waits("En fråga", submitted_at=timezone.now() - timedelta(hours=6))
    assert queue.row_for(post, anna, timezone.now()).age.level == "late"
    promise.answer(post, timezone.now())
    assert queue.row_for(post, anna, timezone.now()).age.level == "red"


# --- what somebody wants to see -------------------------------------------------------------------------------


@pytest.fixture
def mixed(facebook, anna):
    """Four posts, each with something of its own."""
    second = factories.channel("youtube")
    on_youtube = waits("På YouTube", factories.ombudsman(region="Umeå"))
    factories.for_channels(on_youtube, anna, second)
    debate = waits("En debatt", category=Category.objects.order_by("pk").last())
    annas = waits("Annas")
    claims.look(annas, anna)
    asked = waits("Tillbaka")
    workflow.request_changes(asked, anna, asked.current_version, "Vem är det?")
    return {"kanal": second.pk, "kategori": debate.category_id, "region": "Umeå"}


@pytest.mark.parametrize(
    ("name", "found"),
    [("kanal", ["På YouTube"]), ("kategori", ["En debatt"]), ("region", ["På YouTube"])],
)
def test_a_choice_shows_that_part_alone(desk, mixed, name, found):
    page = desk.get("/granska/", {name: mixed[name]})
    assert shown(page) == found
    assert page.context["page"].of == 1
    assert "Du ser en del av kön." in text_of(page)


def test_mine_is_what_i_look_at(desk, mixed):
    assert shown(desk.get("/granska/?mina=1")) == ["Annas"]


def test_what_is_back_with_its_sender_has_a_list_of_its_own(desk, mixed):
    page = desk.get("/granska/?andras=1")
    assert shown(page) == ["Tillbaka"]
    assert f'href="/inlagg/{Post.objects.get(status=Status.CHANGES).pk}/"' in page.content.decode()


def test_a_choice_with_nothing_in_it_leads_back_to_all(desk, mixed):
    page = desk.get("/granska/?region=Kiruna")
    assert shown(page) == []
    assert "Inget att granska i det här urvalet." in text_of(page)
    assert "Bra jobbat" not in text_of(page)


@pytest.mark.parametrize("value", ["x", "9" * 40, "-1", "\x00", "1;2"])
@pytest.mark.parametrize("name", ["kanal", "kategori"])
def test_what_is_no_choice_is_none(desk, mixed, name, value):
    assert len(shown(desk.get("/granska/", {name: value}))) == 3


def test_a_region_is_compared_and_never_read(desk, mixed):
    assert shown(desk.get("/granska/", {"region": "%' OR 1=1 --\x00"})) == []


def test_the_choice_is_kept_on_the_way_through_the_queue(desk, mixed, facebook):
    first, second = (waits(text, factories.ombudsman(region="Umeå")) for text in ("Umeå ett", "Umeå två"))
    html = desk.get(f"/granska/{first.pk}/?region=Ume%C3%A5").content.decode()
    assert f'href="/granska/{second.pk}/?region=Ume%C3%A5" data-key="j"' in html
    assert f'formaction="/granska/{first.pk}/godkann/?region=Ume%C3%A5"' in html
    assert f'href="/granska/{first.pk}/be-om-andring/?region=Ume%C3%A5"' in html


def test_the_form_for_a_choice_knows_what_is_chosen(desk, mixed):
    html = desk.get("/granska/urval/?region=Ume%C3%A5", headers={"HX-Request": "true"}).content.decode()
    assert "<option selected>Umeå</option>" in html
    assert "<html" not in html
    assert "<option selected>Umeå</option>" in desk.get("/granska/urval/?region=Ume%C3%A5").content.decode()


# --- on to the next -------------------------------------------------------------------------------------------


def ask(desk, post: Post, query: str = ""):
    fields = {"version": post.current_version_id, "message": "Vem är det?"}
    return desk.post(f"/granska/{post.pk}/be-om-andring/{query}", fields)


def test_after_a_decision_comes_the_next_in_order_and_not_the_first(desk, facebook):
    first, second, third = (waits(text) for text in ("Ett", "Två", "Tre"))
    assert ask(desk, second).url == f"/granska/{third.pk}/"
    assert ask(desk, third).url == f"/granska/{first.pk}/"
    assert ask(desk, first).url == "/granska/"


def test_after_a_decision_within_a_choice_comes_the_next_within_it(desk, facebook):
    umea = factories.ombudsman(region="Umeå")
    first, _other, third = waits("Ett", umea), waits("Två"), waits("Tre", umea)
    assert ask(desk, first, "?region=Ume%C3%A5").url == f"/granska/{third.pk}/?region=Ume%C3%A5"
    assert ask(desk, third, "?region=Ume%C3%A5").url == "/granska/?region=Ume%C3%A5"


def test_the_next_is_one_that_i_can_decide_on_and_that_nobody_else_looks_at(facebook):
    anna = factories.reviewer()
    browser = signed_in(anna)
    first, _own, taken, free = waits("Ett"), waits("Mitt", anna), waits("Johans"), waits("Ledigt")
    claims.look(taken, factories.reviewer(name="Johan Alm"))
    assert ask(browser, first).url == f"/granska/{free.pk}/"
    assert ask(browser, free).url == f"/granska/{taken.pk}/"


def test_what_a_colleague_decided_meanwhile_is_not_the_next(desk, facebook, monkeypatch):
    first, second, third = (waits(text) for text in ("Ett", "Två", "Tre"))
    johan = factories.reviewer(name="Johan Alm")
    real = workflow.request_changes

    def both(post, by, seen, *words):
        real(second, johan, second.current_version, "Samtidigt.")
        return real(post, by, seen, *words)

    monkeypatch.setattr(workflow, "request_changes", both)
    assert ask(desk, first).url == f"/granska/{third.pk}/"


# --- news -----------------------------------------------------------------------------------------------------


def news(desk, since: datetime, *rows: Post, **headers):
    fields = {"sedan": since.isoformat(), "rader": ",".join(str(row.pk) for row in rows)}
    return desk.get("/granska/nytt/", fields, headers=headers)


def test_what_came_since_is_counted_and_what_was_shown_is_not(desk):
    old = waits("Gammalt")
    since = timezone.now()
    assert "ny" not in text_of(news(desk, since, old))
    waits("Nytt")
    assert "1 ny – visa" in text_of(news(desk, since, old))
    waits("Nytt till")
    assert "2 nya – visa" in text_of(news(desk, since, old))


def test_a_row_that_somebody_decided_says_who_and_what(desk, facebook):
    post, other = waits("Johan tar det"), waits("Står kvar")
    since = timezone.now()
    johan = factories.reviewer(name="Johan Alm")
    workflow.request_changes(post, johan, post.current_version, "Vem är det?")
    claims.look(other, johan)
    answer = news(desk, since, post, other)
    html = answer.content.decode()
    assert f'id="kort-{post.pk}" hx-swap-oob="true"' in html
    assert "Johan bad om en ändring" in text_of(answer)
    assert f'id="kort-{other.pk}"' not in html
    assert "Granskas av Johan" in text_of(answer)


def test_no_news_are_not_sent_again(desk):
    post = waits("Samma")
    since = timezone.now()
    first = news(desk, since, post)
    assert first.status_code == 200
    same = news(desk, since, post, **{"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    waits("Nytt")
    assert news(desk, since, post, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("since", "rows"),
    [
        ("", ""),
        ("x", "x,²,-1"),
        ("2026-01-01T00:00:00 00:00", "9" * 40),
        ("2026-13-01T00:00:00 00:00", ""),
        ("2026-01-01T00:00:00", ""),
        ("0001-01-01T00:00:00 14:00", ""),
        ("9999-12-31T23:59:59-12:00", ""),
    ],
)
def test_an_address_that_was_tampered_with_breaks_nothing(desk, since, rows):
    assert desk.get("/granska/nytt/", {"sedan": since, "rader": rows}).status_code == 200


def test_a_draft_is_nobodys_news(desk):
    draft = factories.draft(factories.ombudsman(), text="Hemligt.")
    answer = news(desk, timezone.now() - timedelta(hours=1), draft)
    assert text_of(answer) == ""


def test_a_film_in_a_row_shows_its_poster(desk, facebook):
    author = factories.ombudsman()
    factories.submitted(author, media=[factories.picture(author, kind=MediaKind.FILM)])
    assert 'class="thumb"' in desk.get("/granska/").content.decode()
