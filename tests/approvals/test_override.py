"""An own post in an emergency: with a reason, told to everybody, and never forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import letters
from accounts.models import Mail, Notice, User
from audit.models import Entry
from posts import workflow
from posts.models import Approval, Override, People, Post, Publication, Status
from posts.workflow import RefusedError
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform", "put_in_broker")]
WHY = "Tågen står stilla och jag är ensam i tjänst."


@pytest.fixture
def johan() -> User:
    return factories.reviewer(name="Johan Alm")


@pytest.fixture
def post(anna) -> Post:
    """Anna's own, with nothing missing."""
    post = factories.submitted(anna)
    factories.for_channels(post, anna, factories.channel())
    return Post.objects.get(pk=post.pk)


def overrides(client, post, message: str = WHY):
    version = Post.objects.get(pk=post.pk).current_version_id
    return client.post(f"/granska/{post.pk}/nodlage/", {"version": version, "message": message})


def nothing_is_sent() -> bool:
    counted = Approval.objects.count(), Publication.objects.count(), Override.objects.count()
    return (Post.objects.get().status, *counted) == (Status.IN_REVIEW, 0, 0, 0)


def told() -> set[User]:
    return {notice.person for notice in Notice.objects.filter(kind="overridden")}


def test_an_own_post_is_approved_with_a_reason(desk, post, anna):
    overrides(desk, post)
    approval = Approval.objects.get()
    assert (approval.approved_by, approval.version, approval.override.reason) == (
        anna,
        post.current_version,
        WHY,
    )
    assert (Post.objects.get().status, Publication.objects.count()) == (Status.APPROVED, 1)
    assert Entry.objects.filter(verb="post.overridden", actor=anna.pk).count() == 1
    assert not Entry.objects.filter(verb="post.approved").exists()


@pytest.mark.parametrize("message", ["", "   ", "\n"])
def test_without_a_reason_nothing_happens(desk, post, message):
    response = overrides(desk, post, message)
    assert (response.status_code, "Skriv varför." in text_of(response)) == (422, True)
    assert nothing_is_sent()
    assert told() == set()


def test_what_is_too_late_to_be_out_is_not_approved_even_so(desk, post):
    Post.objects.update(latest=timezone.now() - timedelta(minutes=1))
    response = overrides(desk, post)
    said = "Tiden då inlägget senast skulle vara ute har gått." in text_of(response)
    assert (response.status_code, said) == (422, True)
    assert nothing_is_sent()


def test_the_whole_group_and_the_auditors_are_told_once_and_by_mail(desk, post, anna, johan):
    vera, gone = factories.reader(), factories.reviewer(is_active=False)
    factories.administrator()
    overrides(desk, post)
    overrides(desk, post)
    notices = Notice.objects.filter(kind="overridden")
    assert sorted(notices.values_list("person", "mail")) == sorted(
        [(johan.pk, Mail.WAITING), (vera.pk, Mail.WAITING)]
    )
    words = letters.words(notices.first())
    assert words.subject == "Ett inlägg är godkänt i nödläge"
    assert words.body[0].startswith("Anna Lind godkände sitt eget inlägg i dag")
    assert words.body[1] == f"Skäl: {WHY}"
    assert not notices.filter(person=gone).exists()


def test_a_reason_about_somebody_who_has_not_said_yes_is_not_mailed(desk, anna, johan):
    post = factories.submitted(anna, minors="guardian_said_yes", people=People.ALL_SAID_YES)
    factories.for_channels(post, anna, factories.channel())
    overrides(desk, post)
    assert WHY not in " ".join(letters.words(Notice.objects.get(kind="overridden")).body)


def test_it_stands_on_its_page_for_ever(desk, post, anna, johan):
    overrides(desk, post)
    workflow.undo(post, johan)
    workflow.approve(post, johan, Post.objects.get().current_version)
    for reader in (anna, johan, factories.reader()):
        page = text_of(signed_in(reader).get(f"/inlagg/{post.pk}/"))
        assert "Godkänt i nödläge av Anna Lind i dag" in page
        assert f"Skäl: {WHY}" in page
    assert f"Godkänt i nödläge av Anna: {WHY}" in text_of(signed_in(johan).get(f"/inlagg/{post.pk}/"))


def test_the_page_offers_it_for_ones_own_alone(desk, post, anna, johan):
    own = text_of(desk.get(f"/granska/{post.pk}/"))
    assert "Du kan inte godkänna ditt eget inlägg. Be en kollega." in own
    assert "Godkänn i nödläge" in own
    assert "Godkänn i nödläge" not in text_of(signed_in(johan).get(f"/granska/{post.pk}/"))


def test_no_key_leads_there(desk, post):
    page = desk.get(f"/granska/{post.pk}/").content.decode()
    [link] = [part for part in page.split("<a ") if part.split(">")[0].find("/nodlage/") > 0]
    assert "data-key" not in link.split(">")[0]


def test_somebody_elses_is_approved_as_usual(post, johan):
    with pytest.raises(RefusedError, match="behövs inte"):
        workflow.override(post, johan, post.current_version, WHY)
    assert nothing_is_sent()


def test_it_can_be_switched_off(desk, post, anna, settings):
    settings.FOUR_EYES_OVERRIDE = False
    assert "nödläge" not in text_of(desk.get(f"/granska/{post.pk}/"))
    assert (desk.get(f"/granska/{post.pk}/nodlage/").status_code, overrides(desk, post).status_code) == (
        403,
        403,
    )
    assert nothing_is_sent()
    assert told() == set()


def test_only_those_with_the_permission(post, anna):
    anna.groups.clear()
    anna = User.objects.get(pk=anna.pk)
    with pytest.raises(RefusedError):
        workflow.override(post, anna, post.current_version, WHY)
    assert nothing_is_sent()


def test_what_is_missing_stops_it_and_the_reason_stays(desk, anna):
    post = factories.submitted(anna)
    response = overrides(desk, post)
    assert response.status_code == 422
    assert "Kan inte godkännas än" in text_of(response)
    assert WHY in text_of(response)
    assert nothing_is_sent()
    assert told() == set()


def test_in_an_election_what_is_political_waits_for_others(desk, post, anna, settings):
    today = timezone.localdate()
    settings.ELECTION_PERIODS = [(today, today)]
    Post.objects.update(is_political=True)
    assert "Godkänn i nödläge" not in text_of(desk.get(f"/granska/{post.pk}/"))
    with pytest.raises(RefusedError, match="två måste godkänna"):
        workflow.override(post, anna, post.current_version, WHY)
    assert nothing_is_sent()


def test_it_names_the_version_that_was_seen(post, anna, johan):
    seen = post.current_version
    factories.for_channels(post, johan, factories.channel(), text="Ny text")
    with pytest.raises(workflow.MovedOnError):
        workflow.override(post, anna, seen, WHY)
    assert nothing_is_sent()
