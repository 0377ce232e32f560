"""Who looks at a post: taken by a press and never by a link, told to the others, taken over, given, and soft."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import letters
from accounts.models import Notice, User
from approvals import claims
from approvals.models import GIVEN_FOR, LAPSES_AFTER, Claim
from audit.models import Entry
from posts import chips, promise, search, workflow
from posts.models import Findable, Post, Status
from posts.publishing import When
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
LONGER = LAPSES_AFTER + timedelta(seconds=1)


@pytest.fixture
def post() -> Post:
    return factories.submitted()


@pytest.fixture
def johan() -> User:
    return factories.reviewer(name="Johan Alm")


def looks(client, post, **typed):
    return client.post(f"/granska/{post.pk}/tittar/", typed)


def fresh(post: Post) -> Post:
    return Post.objects.for_list().get(pk=post.pk)


def time_passes(how_long: timedelta) -> None:
    """As if everything had happened that much earlier."""
    for claim in Claim.objects.all():
        claim.taken_at -= how_long
        claim.seen_at = claim.seen_at and claim.seen_at - how_long
        claim.save()


def holder(post: Post) -> User | None:
    claim = claims.of(post)
    return claim.by if claim else None


# --- taking -----------------------------------------------------------------------------------------------------


def test_opening_an_address_takes_nothing(desk, post):
    """A browser may fetch a page ahead that nobody looks at."""
    desk.get(f"/granska/{post.pk}/")
    desk.get("/granska/")
    assert Claim.objects.count() == 0


def test_the_page_that_is_shown_takes_the_post(desk, post, anna):
    response = looks(desk, post)
    assert (response.status_code, holder(post)) == (200, anna)
    assert text_of(response) == ""


def test_the_second_to_open_it_is_told_and_takes_nothing(post, anna, johan):
    looks(signed_in(johan), post)
    answer = looks(signed_in(anna), post)
    assert holder(post) == johan
    assert re.search(r"Johan granskar det här sedan \d\d\.\d\d\. Ta över", text_of(answer))
    assert "Johan granskar det här" in text_of(signed_in(anna).get(f"/granska/{post.pk}/"))


def test_ones_own_post_is_left_for_a_colleague(anna):
    post = factories.submitted(anna)
    looks(signed_in(anna), post)
    assert Claim.objects.count() == 0


def test_nobody_looks_at_what_is_decided(desk, post, anna, johan):
    workflow.reject(post, johan, post.current_version, "irrelevant", "Skicka en bild.")
    answer = looks(desk, post)
    assert Claim.objects.count() == 0
    assert "Avslaget av Johan" in text_of(answer)
    assert "Det du har skrivit här står kvar, men är inte sparat." in text_of(answer)


def test_a_page_that_is_open_keeps_it(desk, post, anna, johan):
    looks(desk, post)
    time_passes(LAPSES_AFTER - timedelta(seconds=5))
    looks(desk, post)
    time_passes(LAPSES_AFTER - timedelta(seconds=5))
    looks(signed_in(johan), post)
    assert holder(post) == anna


def test_ten_minutes_after_it_was_last_heard_of_it_is_nobodys(desk, post, johan):
    looks(desk, post)
    time_passes(LONGER)
    assert holder(post) is None
    looks(signed_in(johan), post)
    assert holder(post) == johan


def test_since_when_is_since_it_was_taken_again(desk, post, anna):
    looks(desk, post)
    time_passes(LONGER)
    looks(desk, post)
    assert timezone.now() - claims.of(post).taken_at < timedelta(minutes=1)


# --- leaving ----------------------------------------------------------------------------------------------------


def seen_on(page) -> str:
    return re.search(r'data-seen="([^"]+)"', page.content.decode()).group(1)


def test_a_page_that_is_closed_lets_go(desk, post):
    seen = seen_on(looks(desk, post))
    assert desk.post(f"/granska/{post.pk}/lamnar/", {"seen": seen}).status_code == 204
    assert Claim.objects.count() == 0


def test_a_farewell_that_comes_after_the_next_page_was_opened_takes_nothing_from_it(desk, post, anna):
    seen = seen_on(looks(desk, post))
    looks(desk, post)
    desk.post(f"/granska/{post.pk}/lamnar/", {"seen": seen})
    assert holder(post) == anna


@pytest.mark.parametrize("seen", ["", "i går", "2026-13-45T00:00:00", "2026-11-25T10:00:00"])
def test_a_farewell_that_makes_no_sense_does_nothing(desk, post, anna, seen):
    looks(desk, post)
    assert desk.post(f"/granska/{post.pk}/lamnar/", {"seen": seen}).status_code == 204
    assert holder(post) == anna


def test_nobody_says_farewell_for_somebody_else(desk, post, anna, johan):
    seen = seen_on(looks(desk, post))
    signed_in(johan).post(f"/granska/{post.pk}/lamnar/", {"seen": seen})
    assert holder(post) == anna


@pytest.mark.parametrize("decide", ["reject", "request_changes", "approve", "withdraw"])
def test_a_decision_ends_it_whoever_makes_it(post, anna, johan, decide):
    version = factories.for_channels(post, johan, factories.channel())
    claims.look(fresh(post), anna)
    verbs = {
        "reject": lambda: workflow.reject(post, johan, version, "irrelevant", ""),
        "request_changes": lambda: workflow.request_changes(post, johan, version, "Kortare"),
        "approve": lambda: workflow.approve(post, johan, version),
        "withdraw": lambda: workflow.withdraw(post, post.author),
    }
    verbs[decide]()
    assert Claim.objects.count() == 0


def test_an_edit_does_not_end_it(post, anna):
    claims.look(post, anna)
    factories.for_channels(post, anna, factories.channel())
    assert holder(post) == anna


def test_who_is_disabled_lets_go_of_everything(post, anna):
    claims.look(post, anna)
    anna.is_active = False
    anna.save()
    assert (claims.by_post([post]), fresh(post).is_looked_at) == ({}, False)


# --- taking over, and giving ------------------------------------------------------------------------------------


def test_taking_over_is_told_to_the_one_who_had_it(desk, post, anna, johan):
    looks(desk, post)
    answer = signed_in(johan).post(f"/granska/{post.pk}/ta-over/", {"part": "1"})
    assert (holder(post), "Du granskar det här nu." in text_of(answer)) == (johan, True)
    told = text_of(looks(desk, post, had="1"))
    assert re.search(r"Johan tog över \d\d\.\d\d\. Det du har skrivit står kvar\. Ta tillbaka", told)
    assert holder(post) == johan
    assert Entry.objects.filter(verb="post.taken_over", actor=johan.pk).count() == 1


def test_without_the_script_taking_over_leads_back_to_the_page(desk, post, anna, johan):
    looks(signed_in(johan), post)
    response = desk.post(f"/granska/{post.pk}/ta-over/")
    assert (response.url, holder(post)) == (f"/granska/{post.pk}/", anna)


def test_taking_what_nobody_has_is_no_news(desk, post, anna):
    desk.post(f"/granska/{post.pk}/ta-over/")
    assert holder(post) == anna
    assert Entry.objects.filter(verb="post.taken_over").count() == 0


def test_what_is_decided_is_not_taken_over(desk, post, anna, johan):
    workflow.reject(post, johan, post.current_version, "irrelevant", "")
    desk.post(f"/granska/{post.pk}/ta-over/")
    assert Claim.objects.count() == 0


def test_a_claim_decides_nothing(desk, post, anna, johan):
    """Johan has it; Anna's decision is as good as his."""
    claims.look(post, johan)
    version = post.current_version
    desk.post(
        f"/granska/{post.pk}/avsla/",
        {"version": version.pk, "reason": "irrelevant", "message": "Skicka en bild."},
    )
    assert Post.objects.get().status == Status.REJECTED


def test_a_post_is_given_to_a_colleague_who_is_told(desk, post, anna, johan):
    looks(desk, post)
    response = desk.post(f"/granska/{post.pk}/tilldela/", {"to": johan.pk}, follow=True)
    assert "Tilldelat Johan Alm." in text_of(response)
    notice = Notice.objects.get(kind="assigned")
    assert (holder(post), notice.person, notice.path) == (johan, johan, f"/granska/{post.pk}/")
    assert letters.words(notice).body == ("Anna Lind har gett dig ett inlägg att granska.",)
    assert Entry.objects.filter(verb="post.assigned", actor=anna.pk).count() == 1


def test_what_was_given_waits_for_a_day_and_is_said_to_be_given(post, anna, johan):
    claims.give(post, johan, anna)
    time_passes(LONGER)
    assert "Tilldelat Johan sedan" in text_of(signed_in(anna).get(f"/granska/{post.pk}/"))
    assert not fresh(post).is_looked_at
    time_passes(GIVEN_FOR)
    assert holder(post) is None


def test_who_opens_what_was_given_is_told_by_whom_and_keeps_it(post, anna, johan):
    claims.give(post, johan, anna)
    page = looks(signed_in(johan), post)
    assert "Anna gav dig det här" in text_of(page)
    signed_in(johan).post(f"/granska/{post.pk}/lamnar/", {"seen": seen_on(page)})
    time_passes(LONGER)
    assert holder(post) == johan


def test_the_one_who_had_it_is_told_to_whom_it_was_given(desk, post, anna, johan):
    mia = factories.reviewer(name="Mia Borg")
    looks(desk, post)
    claims.give(post, mia, johan)
    assert "Johan gav inlägget till Mia" in text_of(looks(desk, post, had="1"))


@pytest.mark.parametrize("to", ["author", "reader", "disabled", "myself"])
def test_it_is_given_to_nobody_who_could_not_review_it(desk, anna, to):
    author = factories.reviewer(name="Rut Ek")
    post = factories.submitted(author)
    people = {
        "author": author,
        "reader": factories.reader(),
        "disabled": factories.reviewer(is_active=False),
        "myself": anna,
    }
    response = desk.post(f"/granska/{post.pk}/tilldela/", {"to": people[to].pk})
    assert (response.status_code, Claim.objects.count()) == (422, 0)
    assert not Notice.objects.filter(kind="assigned").exists()


# --- several at once --------------------------------------------------------------------------------------------


SEVERAL = "/granska/tilldela/"


def told_of() -> list[Notice]:
    return list(Notice.objects.filter(kind__startswith="assigned"))


def test_several_are_given_at_once_and_told_of_once(desk, anna, johan):
    posts = [factories.submitted() for _ in range(3)]
    response = desk.post(SEVERAL, {"posts": [post.pk for post in posts[:2]], "to": johan.pk}, follow=True)
    assert response.redirect_chain == [("/granska/", 302)]
    assert "2 inlägg tilldelade Johan Alm." in text_of(response)
    assert [holder(post) for post in posts] == [johan, johan, None]
    [notice] = told_of()
    assert (notice.kind, notice.person, notice.path) == ("assigned_several", johan, "/granska/?mina=1")
    assert letters.words(notice).body == ("Anna Lind har gett dig 2 inlägg att granska.",)
    assert Entry.objects.filter(verb="post.assigned", actor=anna.pk).count() == 2
    assert [post.status for post in Post.objects.all()] == [Status.IN_REVIEW] * 3


def test_what_was_given_is_among_ones_own_and_says_so_in_its_row(desk, post, anna, johan):
    factories.submitted()
    desk.post(SEVERAL, {"posts": [post.pk], "to": johan.pk})
    assert [notice.kind for notice in told_of()] == ["assigned"]
    page = signed_in(johan).get("/granska/?mina=1")
    assert [row.post for row in page.context["page"].rows] == [post]
    assert "Tilldelat dig av Anna" in text_of(page)
    assert "Tilldelat Johan" in text_of(desk.get("/granska/"))
    news = desk.get("/granska/nytt/", {"rader": post.pk, "sedan": "2026-01-01T00:00:00+01:00"})
    assert "Tilldelat Johan" in text_of(news)
    looks(signed_in(johan), post)
    assert "Granskas av Johan" in text_of(desk.get("/granska/"))


def test_nobody_is_given_what_they_may_not_decide_on_or_what_is_decided(desk, anna, johan):
    own, decided, open_one = factories.submitted(johan), factories.submitted(), factories.submitted()
    turned_down = factories.submitted()
    Post.objects.filter(pk=turned_down.pk).update(turned_down_by=johan)
    workflow.reject(decided, anna, decided.current_version, "irrelevant", "Nej.")
    posts = [own.pk, decided.pk, open_one.pk, turned_down.pk]
    said = text_of(desk.post(SEVERAL, {"posts": posts, "to": johan.pk}, follow=True))
    assert ("1 inlägg tilldelat Johan Alm." in said, "3 kunde inte tilldelas." in said) == (True, True)
    assert list(Claim.objects.values_list("post", "by")) == [(open_one.pk, johan.pk)]
    assert [notice.path for notice in told_of()] == [f"/granska/{open_one.pk}/"]


def test_what_they_were_given_before_is_not_told_again(desk, post, johan):
    typed = {"posts": [post.pk, factories.submitted().pk], "to": johan.pk}
    for _ in range(2):
        assert "2 inlägg tilldelade" in text_of(desk.post(SEVERAL, typed, follow=True))
    assert (len(told_of()), Entry.objects.filter(verb="post.assigned").count()) == (1, 2)


def test_without_a_post_or_a_colleague_nothing_is_given_and_what_was_ticked_stays(desk, post, anna, johan):
    page = desk.post(SEVERAL, {"posts": [post.pk], "to": anna.pk})
    assert (page.status_code, f'value="{post.pk}" checked' in page.content.decode()) == (422, True)
    page = desk.post(SEVERAL, {"to": johan.pk})
    assert (page.status_code, "Markera minst ett inlägg." in text_of(page)) == (422, True)
    assert (Claim.objects.count(), told_of()) == (0, [])


def test_the_list_with_boxes_shows_the_same_part_of_the_queue_and_decides_nothing(desk, anna):
    north = factories.ombudsman(region="Luleå")
    here = [factories.submitted(north) for _ in range(2)]
    factories.submitted()
    assert (
        'href="/granska/tilldela/?region=Lule%C3%A5"' in desk.get("/granska/?region=Luleå").content.decode()
    )
    page = desk.get(SEVERAL + "?region=Luleå")
    assert [row.post for row in page.context["page"].rows] == here
    assert page.content.decode().count('name="posts"') == 2
    assert "Godkänn" not in text_of(page)
    workflow.request_changes(here[0], anna, here[0].current_version, "Kortare, tack.")
    assert desk.get(SEVERAL + "?andras=1").headers["Location"] == "/granska/?andras=1"


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_with_boxes_asks_the_database_the_same_whatever_waits(
    desk, count, django_assert_num_queries
):
    for _ in range(count):
        factories.submitted()
    with django_assert_num_queries(12):
        assert desk.get(SEVERAL).status_code == 200


# --- what the others see ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50])
def test_whose_they_are_costs_one_query(anna, count, django_assert_num_queries):
    author = factories.ombudsman()
    posts = [factories.submitted(author, media=[], text=f"Inlägg {n}") for n in range(count)]
    for post in posts:
        claims.look(post, anna)
    with django_assert_num_queries(1):
        found = claims.by_post(posts)
        assert {claim.by.name for claim in found.values()} == {"Anna Lind"}
    assert len(found) == count


def test_the_queue_says_who_reviews_it(desk, post, johan):
    claims.look(post, johan)
    assert "Granskas av Johan" in text_of(desk.get("/granska/"))


def test_its_sender_sees_that_somebody_reviews_it(post, anna):
    karin = signed_in(post.author)
    assert chips.of_post(fresh(post)) == chips.WAITING
    claims.look(post, anna)
    assert chips.of_post(fresh(post)) == chips.REVIEWED
    for page in ("/mina/", f"/inlagg/{post.pk}/"):
        assert "Granskas" in text_of(karin.get(page))
    time_passes(LONGER)
    assert chips.of_post(fresh(post)) == chips.WAITING


# --- taking back what was just sent in --------------------------------------------------------------------------


def test_until_somebody_begins_its_sender_regrets_having_sent_it(post):
    karin = signed_in(post.author)
    assert "Ångra" in text_of(karin.get(f"/inlagg/{post.pk}/inskickat/"))
    response = karin.post(f"/inlagg/{post.pk}/angra/")
    assert response.url == f"/inlagg/{post.pk}/andra/"
    post = fresh(post)
    assert (post.status, post.draft.text) == (Status.DRAFT, factories.TEXT)


def test_what_nobody_began_on_is_its_authors_alone_again(post, anna, desk):
    for _turn in range(2):
        workflow.recall(fresh(post), post.author)
        assert fresh(post).submitted_at is None
        assert list(Post.objects.visible_to(anna)) == []
        assert (list(search.posts(anna, factories.TEXT)), Findable.objects.count()) == ([], 0)
        assert list(search.posts(post.author, factories.TEXT)) == [post]
        assert promise.of(fresh(post)) is None
        assert {desk.get(f"/{path}/{post.pk}/").status_code for path in ("granska", "inlagg")} == {404}
        assert signed_in(post.author).get(f"/inlagg/{post.pk}/andra/").status_code == 200
        workflow.submit(fresh(post), post.author)
        assert (list(search.posts(anna, factories.TEXT)), promise.of(fresh(post)) is None) == ([post], False)


def test_what_the_group_has_had_in_hand_stays_readable_for_it(post, anna):
    version = factories.for_channels(post, anna, factories.channel())
    workflow.approve(post, anna, version, When(reserve=True))
    workflow.revise(fresh(post), post.author)
    workflow.submit(fresh(post), post.author)
    workflow.recall(fresh(post), post.author)
    assert fresh(post).status == Status.DRAFT
    assert list(Post.objects.visible_to(anna)) == list(search.posts(anna, factories.TEXT)) == [post]


def test_what_was_asked_to_be_changed_is_so_again(post, anna):
    workflow.request_changes(post, anna, post.current_version, "Kortare")
    workflow.submit(fresh(post), post.author)
    workflow.recall(fresh(post), post.author)
    assert fresh(post).status == Status.CHANGES


def test_once_somebody_has_begun_it_can_only_be_withdrawn(post, anna):
    karin = signed_in(post.author)
    claims.look(post, anna)
    page = text_of(karin.get(f"/inlagg/{post.pk}/inskickat/"))
    assert ("Ångra" in page, "Dra tillbaka" in page) == (False, True)
    response = karin.post(f"/inlagg/{post.pk}/angra/", follow=True)
    assert "Någon har börjat granska inlägget." in text_of(response)
    assert fresh(post).status == Status.IN_REVIEW
    karin.post(f"/inlagg/{post.pk}/dra-tillbaka/")
    assert fresh(post).status == Status.WITHDRAWN


def test_what_a_reviewer_has_edited_is_begun(post, anna):
    factories.for_channels(post, anna, factories.channel())
    with pytest.raises(workflow.RefusedError, match="börjat granska"):
        workflow.recall(fresh(post), post.author)


def test_nobody_regrets_anothers_post(post, anna):
    with pytest.raises(workflow.RefusedError):
        workflow.recall(post, anna)
    assert fresh(post).status == Status.IN_REVIEW


def test_what_still_waits_for_its_picture_is_taken_back_with_it():
    karin = factories.ombudsman()
    post = factories.draft(karin, media=[factories.unprepared(karin)])
    workflow.submit(post, karin)
    workflow.recall(fresh(post), karin)
    post = fresh(post)
    assert (post.status, post.draft.shown_media.count()) == (Status.DRAFT, 1)
