"""Whoever sent a post in may ask for it to be taken down: the group judges that, and what waits is held meanwhile."""

import pytest

from posts import cases
from posts.models import Hold, Publication, PublicationStatus, TakeDown, TakedownCase
from tests import factories
from tests.pages import signed_in, text_of

pytestmark = [pytest.mark.django_db]

SAID = {"reason": "harm", "message": "Chefen har hört av sig."}


@pytest.fixture
def post():
    return factories.approved(factories.submitted(), factories.reviewer(), factories.channel())


@pytest.fixture
def karin(post):
    return signed_in(post.author)


def where(post) -> str:
    return f"/inlagg/{post.pk}/begar-nedtagning/"


def test_it_becomes_a_case_of_the_groups_and_what_waits_is_held(post, karin):
    assert where(post) in karin.get(f"/inlagg/{post.pk}/").content.decode()
    answer = karin.post(where(post), SAID, follow=True)
    case = TakedownCase.objects.get()
    assert (case.reason, case.opened_by, case.order) == ("author", post.author, None)
    assert case.message == "Någon kan råka illa ut. Chefen har hört av sig."
    assert "Nedtagning begärd. Du bad om det" in text_of(answer)
    assert where(post) not in answer.content.decode()
    publication = Publication.objects.get()
    assert (publication.status, publication.hold) == (PublicationStatus.HELD, Hold.PERSON)
    assert not TakeDown.objects.exists()


def test_asking_twice_is_asking_once(post, karin):
    karin.post(where(post), SAID)
    karin.post(where(post), SAID | {"message": "En gång till."})
    assert TakedownCase.objects.count() == 1


def test_without_a_reason_nothing_is_asked(post, karin):
    assert karin.post(where(post), {"message": "Bort!"}).status_code == 422
    assert karin.post(where(post), {"reason": "other"}).status_code == 422
    assert not TakedownCase.objects.exists()
    assert Publication.objects.get().status == PublicationStatus.QUEUED


def test_what_is_not_out_cannot_be_taken_down(karin, post):
    waiting = factories.submitted(post.author)
    assert "inte ute" in text_of(karin.post(where(waiting), SAID, follow=True))
    assert not TakedownCase.objects.exists()
    assert "Begär nedtagning" not in text_of(karin.get(f"/inlagg/{waiting.pk}/"))


def test_a_post_of_somebody_elses_is_not_found(post):
    other = signed_in(factories.ombudsman())
    assert (other.get(where(post)).status_code, other.post(where(post), SAID).status_code) == (404, 404)
    assert not TakedownCase.objects.exists()


def test_when_the_group_lets_it_stay_it_may_be_asked_again(post, karin):
    karin.post(where(post), SAID, follow=True)
    cases.keep(TakedownCase.objects.get(), factories.reviewer(), "Det är bra som det är.")
    page = karin.get(f"/inlagg/{post.pk}/")
    assert "Nedtagning begärd" not in text_of(page)
    assert where(post) in page.content.decode()
