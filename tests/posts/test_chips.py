from datetime import timedelta

import pytest
from django.utils import timezone

from channels.models import Channel
from posts import chips, publishing, workflow
from posts.models import Post, Publication, PublicationStatus, Status
from tests import factories

S = PublicationStatus
FATES = [
    ({S.QUEUED}, chips.APPROVED),
    ({S.BY_HAND}, chips.APPROVED),
    ({S.QUEUED, S.HELD}, chips.APPROVED),
    ({S.STAGING}, chips.PUBLISHING),
    ({S.PUBLISHED, S.QUEUED}, chips.PUBLISHING),
    ({S.UNCONFIRMED, S.FAILED}, chips.PUBLISHING),
    ({S.PUBLISHED}, chips.PUBLISHED),
    ({S.PUBLISHED, S.REMOVED}, chips.PUBLISHED),
    ({S.REMOVED}, chips.REMOVED),
    ({S.PUBLISHED, S.FAILED}, chips.PARTLY),
    ({S.PUBLISHED, S.BY_HAND}, chips.PARTLY),
    ({S.PUBLISHED, S.HELD}, chips.PARTLY),
    ({S.FAILED}, chips.FAILED),
    ({S.FAILED, S.QUEUED}, chips.PUBLISHING),
    ({S.PUBLISHED, S.NEEDS_DECISION, S.COMMITTING}, chips.UNKNOWN),
]


@pytest.mark.parametrize(
    ("found", "chip"), FATES, ids=lambda value: "+".join(sorted(value)) if isinstance(value, set) else ""
)
def test_what_became_of_a_post_is_told_in_one_word(found, chip):
    assert chips.of_all(found) == chip


def test_every_status_has_its_chip():
    assert set(chips.BEFORE_APPROVAL) == set(Status) - {Status.APPROVED}
    assert set(chips.OF_PUBLICATION) == set(PublicationStatus)


@pytest.fixture
def post(platform, db) -> Post:
    return factories.approved(factories.submitted(), factories.reviewer(), factories.channel())


@pytest.mark.parametrize(
    "trouble", [{"paused_at": timezone.now()}, {"fault": "token_expired"}], ids=["paused", "broken"]
)
def test_what_waits_for_a_channel_does_not_move(post, trouble):
    assert chips.moves_soon(post.publications.get())
    Channel.objects.update(**trouble)
    waiting = Publication.objects.get()
    assert not chips.moves_soon(waiting)
    assert chips.of_publication(waiting) == chips.HELD


def test_what_was_taken_back_does_not_count(post):
    channel = Channel.objects.get()
    workflow.revise(post, post.author)
    assert chips.of_post(Post.objects.get()) == chips.DRAFT
    workflow.submit(Post.objects.get(), post.author)
    again = factories.approved(Post.objects.get(), factories.reviewer(), channel)
    publishing.send(publishing.claim(Publication.objects.get(status=PublicationStatus.QUEUED).pk))
    assert [item.status for item in chips.current_publications(again)] == [PublicationStatus.PUBLISHED]
    assert chips.of_post(Post.objects.get()) == chips.PUBLISHED


@pytest.mark.parametrize(
    ("when", "chip"),
    [
        (publishing.When(), chips.APPROVED),
        (publishing.When(at=timezone.now() + timedelta(days=3650)), chips.SCHEDULED),
        (publishing.When(reserve=True), chips.RESERVE),
    ],
    ids=["at once", "scheduled", "reserve"],
)
def test_what_waits_says_for_what(platform, db, when, chip):
    anna, waiting = factories.reviewer(), factories.submitted()
    workflow.approve(waiting, anna, factories.for_channels(waiting, anna, factories.channel()), when)
    found = Post.objects.get()
    assert chips.of_post(found) == chip
    assert chips.moves_soon(found.publications.get()) == (chip == chips.APPROVED)


def test_what_expired_is_told_first(platform, db):
    anna, two = factories.reviewer(), factories.submitted()
    version = factories.for_channels(two, anna, factories.channel(), factories.channel())
    workflow.approve(two, anna, version, publishing.When(at=timezone.now() + timedelta(days=3650)))
    Publication.objects.filter(pk=two.publications.first().pk).update(status="held", hold="expired")
    assert chips.of_post(Post.objects.get()) == chips.EXPIRED


@pytest.mark.django_db
def test_what_waits_for_a_channel_that_was_disconnected_does_not_move(platform):
    post = factories.approved(factories.submitted(), factories.reviewer(), factories.channel())
    Channel.objects.update(disconnected_at=timezone.now())
    [publication] = chips.current_publications(Post.objects.for_list().get(pk=post.pk))
    assert chips.of_publication(publication) == chips.HELD
