from datetime import timedelta

import pytest
from django.utils import timezone

from audit import log
from posts import publishing, timeline, workflow
from posts.models import Post, Publication, PublicationStatus
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("platform")]


def sentences(post: Post, reader) -> list[str]:
    return [event.sentence for event in timeline.of(post, reader)]


def test_the_way_is_told_newest_first_and_to_each_reader_in_their_own_person():
    anna = factories.reviewer()
    post = factories.approved(factories.submitted(), anna, factories.channel())
    assert sentences(post, post.author) == ["Godkänt av Anna", "Anna ändrade inlägget", "Du skickade in"]
    assert sentences(post, anna) == ["Du godkände inlägget", "Du ändrade inlägget", "Karin skickade in"]


def test_a_row_of_edits_by_one_person_is_told_once():
    anna, post = factories.reviewer(), factories.submitted()
    for text in ("Ett", "Två", "Tre"):
        seen = post.current_version
        workflow.edit(post, anna, seen, seen.manuscript().replaced(text=text))
        post.refresh_from_db()
    assert sentences(post, anna) == ["Du ändrade inlägget", "Karin skickade in"]


def test_channels_where_it_came_out_together_are_told_together():
    post = factories.approved(
        factories.submitted(), factories.reviewer(), factories.channel(), factories.channel(name="Andra")
    )
    for publication in Publication.objects.all():
        publishing.send(publishing.claim(publication.pk))
    first, *_ = timeline.of(post, post.author)
    assert (first.sentence, first.kind) == ("Ute på Facebook och Facebook", "live")


def test_channels_hours_apart_are_told_apart():
    post = factories.approved(
        factories.submitted(), factories.reviewer(), factories.channel(), factories.channel()
    )
    for publication in Publication.objects.all():
        publishing.send(publishing.claim(publication.pk))
    later = Publication.objects.last()
    Publication.objects.filter(pk=later.pk).update(published_at=timezone.now() + timedelta(hours=2))
    assert sentences(post, post.author)[:2] == ["Ute på Facebook", "Ute på Facebook"]


def test_a_question_that_was_answered_waits_for_nobody(platform):
    anna = factories.reviewer()
    factories.approved(factories.submitted(), anna, factories.channel())
    Publication.objects.update(status=PublicationStatus.NEEDS_DECISION)
    publication = Publication.objects.get()
    log.record("publication.needs_decision", publication)

    def sentences():
        return [event.sentence for event in timeline.of_publication(Publication.objects.get(), anna)]

    assert "Vi väntar på dig" in sentences()
    publishing.decide_absent(publication, anna)
    assert "Vi väntar på dig" not in sentences()
    assert "Du såg att det inte ligger ute på Facebook" in sentences()
