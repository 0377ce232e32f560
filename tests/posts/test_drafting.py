import threading
import uuid

import pytest
from django.db import connection

from posts import drafting, workflow
from posts.models import Draft, Post
from tests import factories

pytestmark = pytest.mark.django_db
FIELDS = {"text": "Hej från Umeå", "people": "nobody", "is_urgent": True}


def test_a_draft_is_written_whole_and_in_order(db):
    karin, client_id = factories.ombudsman(), uuid.uuid4()
    first, second = factories.picture(karin), factories.picture(karin)
    post = drafting.save(karin, client_id, FIELDS, [second, first], {str(first.pk): "En vagn"})
    shown = post.draft.shown_media.all()
    assert [item.media for item in shown] == [second, first]
    assert [item.alt_text for item in shown] == ["", "En vagn"]
    assert (post.draft.text, post.draft.people, post.is_urgent) == ("Hej från Umeå", "nobody", True)


def test_the_same_client_id_is_the_same_post(db):
    karin, client_id = factories.ombudsman(), uuid.uuid4()
    picture = factories.picture(karin)
    drafting.save(karin, client_id, FIELDS, [picture], {})
    again = drafting.save(karin, client_id, FIELDS | {"text": "Rättat"}, [], {})
    assert Post.objects.get() == again
    assert (again.draft.text, again.draft.shown_media.count()) == ("Rättat", 0)


def test_two_people_with_the_same_client_id_have_a_post_each(db):
    client_id = uuid.uuid4()
    posts = {drafting.save(factories.ombudsman(), client_id, FIELDS, [], {}).pk for _ in range(2)}
    assert len(posts) == 2


def test_what_was_sent_in_is_not_written_over(db):
    karin, client_id = factories.ombudsman(), uuid.uuid4()
    post = drafting.save(karin, client_id, FIELDS, [], {})
    workflow.submit(post, karin)
    with pytest.raises(drafting.NotWithAuthorError):
        drafting.save(karin, client_id, FIELDS | {"text": "För sent"}, [], {})
    assert not Draft.objects.exists()
    assert post.current_version.text == "Hej från Umeå"


@pytest.mark.django_db(transaction=True)
def test_the_same_submission_twice_at_once_is_one_post():
    karin, client_id = factories.ombudsman(), uuid.uuid4()
    together = threading.Barrier(4)

    def save() -> None:
        together.wait()
        drafting.save(karin, client_id, FIELDS, [], {})
        connection.close()

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Post.objects.count() == Draft.objects.count() == 1
