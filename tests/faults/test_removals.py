"""A worker that is killed, or stopped for longer than its lease, while it takes a post down: gone, and said once."""

import pytest
from django.utils import timezone

from posts import publishing
from posts.models import PublicationStatus, Regret, Removal, RemovalStatus
from tests import factories
from tests.faults.matrix import CONTENTS, Place
from tests.faults.scene import MOMENT, ROUNDS, Scene, scene, until
from tests.faults.verdict import count

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = (
    Place("before the call", "call", 1),
    Place("delete sent and not answered", "call sent", 1),
    Place("delete answered", "call answered", 1),
    Place("looked and not written down", "gone"),
)
LEASE = 2


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
@pytest.mark.parametrize("by", ["SIGKILL", "SIGSTOP"])
def test_a_worker_that_is_hit_while_it_takes_down(sandbox, workers, content, by, record_property):
    removals = {place: to_be_removed(sandbox, content) for place in PLACES}
    hit = {
        place: workers.start(
            "take down",
            removal,
            platform=content.platform,
            where=place.where,
            number=place.number,
            signal=by,
            lease=LEASE,
        )
        for place, (_played, removal) in removals.items()
    }
    for child in hit.values():
        workers.wait(child)
    assert [child.code for child in hit.values()] == [-9 if by == "SIGKILL" else None] * len(PLACES)
    for _played, removal in removals.values():
        until(lambda removal=removal: is_free(removal))
        work(removal)
    if by == "SIGSTOP":
        for child in hit.values():
            child.resume()
            workers.wait(child)
    for place, (played, removal) in removals.items():
        count(record_property, played, content.platform, f"taken down, {by}")
        row = Removal.objects.select_related("publication").get(pk=removal)
        assert (row.status, row.publication.status) == (RemovalStatus.REMOVED, PublicationStatus.REMOVED), (
            str(place)
        )
        assert (len(played.public), played.log.count("removal.removed")) == (1, 1), str(place)
    for removal in Removal.objects.unfinished():
        work(removal.pk)
    assert sandbox.posts(content.platform) == []


def to_be_removed(sandbox, content) -> tuple[Scene, int]:
    played = scene(sandbox, content)
    played.work()
    order = publishing.take_down(played.publication.post, factories.reviewer(), Regret.CONSENT)
    return played, order.removals.get(publication=played.pk).pk


def is_free(removal: int) -> bool:
    publishing.sweep(timezone.now())
    return Removal.objects.get(pk=removal).claimed_until is None


def work(removal: int) -> None:
    """Play the workers until it is gone."""
    for _ in range(ROUNDS):
        Removal.objects.filter(pk=removal, finished_at=None).update(not_before=timezone.now() - MOMENT)
        if claimed := publishing.claim_removal(removal):
            publishing.remove(claimed)
