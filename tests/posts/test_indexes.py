"""Pages and the clock cost the same with a hundred thousand posts: what they ask is found by an index."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from posts import preparation, unused
from posts.models import Event, EventFeed, Post, Publication, Version
from tests import factories

pytestmark = pytest.mark.django_db
ASKED = {
    "posts_due": lambda: Publication.objects.due(timezone.now()),
    "posts_claimed": lambda: Publication.objects.with_dead_lease(timezone.now()),
    "posts_out": lambda: Publication.objects.published().filter(published_at__gte=timezone.now()),
    "posts_queue": lambda: Post.objects.awaiting_review().order_by("-is_urgent", "submitted_at", "id")[:10],
    "posts_media_by_state": lambda: preparation.waiting(timezone.now()),
    "posts_events_to_remind": lambda: Event.objects.to_remind_of(timezone.now()).order_by("remind_at"),
    "posts_calendar_due": lambda: EventFeed.objects.due(timezone.now()).order_by("look_at")[:100],
    "posts_rendition_by_state": lambda: preparation.waiting_renditions(timezone.now()),
}
ALIKE = {"posts_due": ("posts_out",)}
"""Begins with the same field, which alone leaves little; the database may take either."""


@pytest.fixture
def _much_is_out(platform):
    """A history: what is due is a needle in it."""
    factories.approved(factories.submitted(), factories.reviewer(), factories.channel())
    one = Publication.objects.select_related("post", "version").get()
    posts = Post.objects.bulk_create(Post(author=one.post.author) for _ in range(500))
    digest, by = one.version.digest, one.post.author
    versions = Version.objects.bulk_create(
        Version(post=post, number=1, digest=digest, created_by=by) for post in posts
    )
    Publication.objects.bulk_create(
        Publication(
            post=version.post,
            version=version,
            channel=one.channel,
            approval=one.approval,
            status="published",
            published_at=timezone.now(),
            url="https://example.test/",
        )
        for version in versions
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE posts_publication, channels_channel")


def plan_of(rows: QuerySet) -> str:
    """How the database would find them, were there many."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


@pytest.mark.usefixtures("_much_is_out")
@pytest.mark.parametrize("index", ASKED)
def test_what_is_asked_again_and_again_has_an_index(index):
    plan = plan_of(ASKED[index]())
    assert any(name in plan for name in (index, *ALIKE.get(index, ())))


def test_the_posts_of_a_picture_are_found_from_the_picture():
    anna = factories.reviewer()
    plan = plan_of(Post.objects.visible_to(anna).showing(factories.picture(anna)).order_by())
    assert "posts_versionmedia_media_id" in plan
    assert "posts_draftmedia_media_id" in plan
    assert "SCAN posts_post" not in plan


def test_what_no_post_shows_is_found_from_the_picture():
    plan = plan_of(unused.unused())
    for index in ("posts_versionmedia_media_id", "posts_draftmedia_media_id", "posts_media_made_from_id"):
        assert index in plan
