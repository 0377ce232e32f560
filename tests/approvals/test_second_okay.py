"""In an election period two people say okay to what is political, and one of them is named for it."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts import letters, roles
from accounts.models import Notice, User
from audit.models import Entry
from posts import elections, workflow
from posts.models import Approval, FirstOkay, Post, Publication, Status, Version
from posts.publishing import When
from posts.workflow import NoLongerSoError, OneOfTwoError, RefusedError
from tests import factories
from tests.approvals.test_views import as_shown
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]


@pytest.fixture
def _election(settings):
    today = timezone.localdate()
    settings.ELECTION_PERIODS = [(today - timedelta(days=3), today)]


@pytest.fixture
def johan() -> User:
    return factories.reviewer(name="Johan Alm")


@pytest.fixture
def mia() -> User:
    """Named for what is political."""
    mia = factories.reviewer(name="Mia Borg")
    mia.groups.add(Group.objects.get(name=roles.POLITICAL))
    return mia


@pytest.fixture
def post(anna) -> Post:
    """Green, and marked as political."""
    post = factories.submitted()
    factories.for_channels(post, anna, factories.channel())
    workflow.mark_political(post, anna, is_political=True)
    return Post.objects.get(pk=post.pk)


def okay_first(post: Post, by: User) -> FirstOkay:
    return workflow.first_okay(post, by, Post.objects.get(pk=post.pk).current_version)


def approve(post: Post, by: User, when: When | None = None) -> Approval:
    return workflow.approve(post, by, Post.objects.get(pk=post.pk).current_version, when)


def nothing_is_sent(post: Post) -> bool:
    counted = Approval.objects.count(), Publication.objects.count()
    return (Post.objects.get(pk=post.pk).status, *counted) == (Status.IN_REVIEW, 0, 0)


# --- when -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "is_on"),
    [
        (date(2026, 8, 12), False),
        (date(2026, 8, 13), True),
        (date(2026, 9, 13), True),
        (date(2026, 9, 14), False),
        (date(2027, 1, 1), True),
    ],
)
def test_a_period_lasts_from_its_first_day_through_its_last(settings, day, is_on):
    settings.ELECTION_PERIODS = [(date(2026, 8, 13), date(2026, 9, 13)), (date(2027, 1, 1), date(2027, 1, 1))]
    noon = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 23, 59))
    assert elections.is_on(noon) is is_on


def test_outside_a_period_one_okay_is_enough(post, johan):
    assert approve(post, johan).approved_by == johan


@pytest.mark.usefixtures("_election")
def test_what_is_not_political_needs_one(anna, johan):
    post = factories.approved(factories.submitted(), johan, factories.channel())
    assert (post.status, post.is_political) == (Status.APPROVED, False)


# --- two --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_election")
@pytest.mark.parametrize("when", [None, When(reserve=True)])
def test_without_a_first_okay_nobody_approves(post, johan, when):
    with pytest.raises(OneOfTwoError):
        approve(post, johan, when)
    assert nothing_is_sent(post)


@pytest.mark.usefixtures("_election")
def test_a_first_okay_sends_nothing_and_is_history(post, johan):
    okay = okay_first(post, johan)
    assert nothing_is_sent(post)
    assert (okay.by, okay.version, okay.digest) == (johan, post.current_version, post.current_version.digest)
    assert Entry.objects.filter(verb="post.first_okay", actor=johan.pk).count() == 1
    assert "Godkänt av Johan, 1 av 2" in text_of(signed_in(post.author).get(f"/inlagg/{post.pk}/"))


@pytest.mark.usefixtures("_election")
def test_a_second_person_approves(post, anna, johan):
    okay_first(post, johan)
    approval = approve(post, anna)
    assert (approval.approved_by, Publication.objects.count()) == (anna, 1)


@pytest.mark.usefixtures("_election")
def test_nobody_is_two_people(post, johan):
    okay_first(post, johan)
    with pytest.raises(RefusedError, match="En kollega till"):
        approve(post, johan)
    with pytest.raises(RefusedError):
        okay_first(post, johan)
    assert nothing_is_sent(post)


@pytest.mark.usefixtures("_election")
def test_its_author_is_none_of_the_two(anna, johan):
    post = factories.submitted(johan)
    factories.for_channels(post, anna, factories.channel())
    workflow.mark_political(post, anna, is_political=True)
    with pytest.raises(RefusedError, match="eget inlägg"):
        okay_first(post, johan)
    okay_first(post, anna)
    with pytest.raises(RefusedError, match="eget inlägg"):
        approve(post, johan)
    assert nothing_is_sent(post)


@pytest.mark.usefixtures("_election")
def test_another_version_has_no_okay(post, anna, johan, mia):
    okay_first(post, mia)
    factories.for_channels(post, anna, factories.channel(), text="Ny text")
    with pytest.raises(OneOfTwoError):
        approve(post, johan)
    assert nothing_is_sent(post)


@pytest.mark.usefixtures("_election")
def test_an_okay_that_is_regretted_takes_both_with_it(post, anna, johan):
    okay_first(post, johan)
    approve(post, anna)
    workflow.undo(post, anna)
    with pytest.raises(OneOfTwoError):
        approve(post, anna)


@pytest.mark.usefixtures("_election")
def test_a_first_okay_needs_what_every_okay_needs(johan, anna):
    post = factories.submitted()
    factories.for_channels(post, anna, factories.channel(), alt_text="")
    workflow.mark_political(post, anna, is_political=True)
    with pytest.raises(workflow.BlockedError):
        okay_first(post, johan)
    assert FirstOkay.objects.count() == 0


@pytest.mark.usefixtures("_election")
def test_of_two_first_okays_the_second_is_none(post, anna, johan):
    """It would publish, and whoever pressed had been told that it would not."""
    okay_first(post, johan)
    with pytest.raises(NoLongerSoError):
        okay_first(post, anna)
    assert nothing_is_sent(post)


# --- the named ones ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_election")
def test_one_of_the_two_is_named(post, anna, johan, mia):
    okay_first(post, johan)
    with pytest.raises(RefusedError, match="Det andra godkännandet ska komma från Mia Borg"):
        approve(post, anna)
    assert nothing_is_sent(post)
    assert approve(post, mia).approved_by == mia


@pytest.mark.usefixtures("_election")
def test_whoever_is_named_may_be_the_first(post, anna, mia):
    okay_first(post, mia)
    assert approve(post, anna).approved_by == anna


@pytest.mark.usefixtures("_election")
@pytest.mark.parametrize("who", ["left", "may_not_approve"])
def test_who_cannot_approve_is_not_waited_for(post, anna, johan, mia, who):
    if who == "left":
        mia.is_active = False
        mia.save()
    else:
        mia.groups.remove(Group.objects.get(name=roles.COMMUNICATIONS))
    okay_first(post, johan)
    assert approve(post, anna).approved_by == anna


@pytest.mark.usefixtures("_election")
def test_those_who_can_give_the_second_are_asked_once(post, anna, johan, mia):
    okay_first(post, johan)
    [notice] = Notice.objects.filter(kind="second_okay")
    words = letters.words(notice)
    assert (notice.person, notice.path) == (mia, f"/granska/{post.pk}/")
    assert words.subject == "Ett inlägg väntar på ett andra godkännande"
    assert words.body == (
        "Johan har godkänt ett politiskt inlägg. Det är valperiod, så en till behöver göra det.",
    )
    approve(post, mia)
    assert Notice.objects.filter(kind="second_okay").count() == 0


@pytest.mark.usefixtures("_election")
def test_where_nobody_is_named_all_of_the_group_is_asked(post, anna, johan):
    okay_first(post, johan)
    asked = Notice.objects.filter(kind="second_okay").values_list("person", flat=True)
    assert list(asked) == [anna.pk]


# --- the mark ---------------------------------------------------------------------------------------------------


def test_nothing_is_political_unless_somebody_says_so():
    assert factories.submitted().is_political is False


def test_the_mark_is_logged_and_makes_no_version(desk, anna):
    post = factories.submitted()
    response = desk.post(f"/granska/{post.pk}/politiskt/", as_shown(post), follow=True)
    assert "Politiskt Ja" in text_of(response)
    assert "Du märkte inlägget som politiskt" in text_of(response)
    assert (Post.objects.get().is_political, Version.objects.count()) == (True, 1)
    assert Entry.objects.filter(verb="post.marked", actor=anna.pk).count() == 1
    desk.post(f"/granska/{post.pk}/politiskt/", as_shown(post))
    assert Entry.objects.filter(verb="post.marked").count() == 1


def test_what_was_typed_is_saved_with_the_mark(desk):
    post = factories.submitted()
    desk.post(f"/granska/{post.pk}/politiskt/", as_shown(post, text="Ny text"))
    post = Post.objects.get()
    assert (post.is_political, post.current_version.text) == (True, "Ny text")


def test_outside_a_period_anybody_of_the_group_takes_it_away(post, johan, mia):
    workflow.mark_political(post, johan, is_political=False)
    assert Post.objects.get().is_political is False


@pytest.mark.usefixtures("_election")
def test_in_a_period_those_who_are_named_take_it_away(post, johan, mia):
    with pytest.raises(RefusedError, match="Mia Borg"):
        workflow.mark_political(post, johan, is_political=False)
    assert Post.objects.get().is_political is True
    workflow.mark_political(post, mia, is_political=False)
    assert Post.objects.get().is_political is False


@pytest.mark.usefixtures("_election")
def test_its_author_neither_marks_nor_unmarks(post):
    for is_political in (True, False):
        with pytest.raises(RefusedError):
            workflow.mark_political(post, post.author, is_political=is_political)


@pytest.mark.usefixtures("_election")
def test_whoever_sent_it_in_does_not_take_it_away(anna, mia):
    """Not even somebody who is named: a colleague's okay would be the only one."""
    post = factories.submitted(mia)
    workflow.mark_political(post, anna, is_political=True)
    with pytest.raises(RefusedError, match="eget inlägg"):
        workflow.mark_political(post, mia, is_political=False)
    assert Post.objects.get().is_political is True


@pytest.mark.usefixtures("_election")
def test_whoever_gave_the_first_okay_does_not_take_it_away(post, johan, mia):
    okay_first(post, mia)
    with pytest.raises(RefusedError, match="En kollega till"):
        workflow.mark_political(post, mia, is_political=False)
    assert Post.objects.get().is_political is True
    factories.for_channels(post, johan, factories.channel(), text="Ny text")
    workflow.mark_political(post, mia, is_political=False)
    assert Post.objects.get().is_political is False


@pytest.mark.usefixtures("_election")
@pytest.mark.parametrize("is_sent_in_again", [False, True])
def test_whoever_took_it_away_does_not_approve_alone(post, johan, mia, is_sent_in_again):
    workflow.mark_political(post, mia, is_political=False)
    if is_sent_in_again:
        workflow.request_changes(post, mia, post.current_version, "Vem är det?")
        workflow.submit(post, post.author)
    with pytest.raises(RefusedError, match="Du tog bort märkningen"):
        approve(post, mia)
    assert nothing_is_sent(post)
    assert approve(post, johan).approved_by == johan


@pytest.mark.usefixtures("_election")
def test_whoever_took_it_away_and_put_it_back_is_one_of_the_two(post, johan, mia):
    workflow.mark_political(post, mia, is_political=False)
    workflow.mark_political(post, johan, is_political=True)
    okay_first(post, mia)
    assert approve(post, johan).approved_by == johan


def test_what_was_unmarked_before_the_period_is_not_overridden_in_it(anna, settings):
    post = factories.submitted(anna)
    factories.for_channels(post, anna, factories.channel())
    for is_political in (True, False):
        workflow.mark_political(post, anna, is_political=is_political)
    settings.ELECTION_PERIODS = [(timezone.localdate(), timezone.localdate())]
    post = Post.objects.get()
    with pytest.raises(RefusedError, match="Du tog bort märkningen"):
        workflow.override(post, anna, post.current_version, "Tågen står stilla.")
    assert nothing_is_sent(post)


# --- the page ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_election")
def test_the_page_says_how_far_it_has_come(desk, post, anna, johan):
    page = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "0 av 2 godkännanden Det är valperiod, och inlägget är märkt som politiskt." in page
    assert ("Godkänn, 1 av 2" in page, "Godkänn och schemalägg" in page) == (True, False)

    answer = desk.post(f"/granska/{post.pk}/godkann/1-av-2/", as_shown(post), follow=True)
    assert "Godkänt, 1 av 2. Det publiceras när en kollega till har godkänt." in text_of(answer)
    assert nothing_is_sent(post)
    page = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "1 av 2 godkännanden" in page
    assert "Du har godkänt inlägget. En kollega till behöver göra det, för det är valperiod." in page
    assert ("Godkänn, 1 av 2" in page, "Godkänn och schemalägg" in page) == (False, False)

    page = text_of(signed_in(johan).get(f"/granska/{post.pk}/"))
    assert "1 av 2 godkännanden Anna godkände i dag" in page
    assert "Godkänn och schemalägg" in page
    signed_in(johan).post(f"/granska/{post.pk}/godkann/", as_shown(post))
    assert Post.objects.get().status == Status.APPROVED


@pytest.mark.usefixtures("_election")
def test_the_queue_shows_which_wait_for_the_second(desk, post, anna, johan):
    assert "1 av 2 godkännanden" not in text_of(desk.get("/granska/"))
    okay_first(post, johan)
    assert "1 av 2 godkännanden" in text_of(desk.get("/granska/"))
    factories.for_channels(post, anna, factories.channel(), text="Ny text")
    assert "1 av 2 godkännanden" not in text_of(desk.get("/granska/"))


@pytest.mark.usefixtures("_election")
def test_a_page_from_before_the_mark_is_told_of_it(desk, johan):
    post = factories.submitted()
    factories.for_channels(post, johan, factories.channel())
    shown = as_shown(post)
    workflow.mark_political(post, johan, is_political=True)
    response = desk.post(f"/granska/{post.pk}/godkann/", shown)
    assert response.status_code == 409
    assert "Johan märkte inlägget som politiskt" in text_of(response)
    assert "två måste godkänna ett politiskt inlägg" in text_of(response)
    assert nothing_is_sent(post)
