"""
A worker that is stopped for longer than its lease, and comes back when another one has taken over: it brings its
receipt if it has one, and sends nothing any more. Nothing is doubled, at any step of any content.

Here time really goes by, since a stopped process does not see that its rows have grown older. So all of a content's
places are played at once.
"""

import pytest
from django.utils import timezone

from posts import publishing
from tests.faults.matrix import CONTENTS, PUBLISHED, Content, ends_of_the_stopped, places
from tests.faults.scene import Scene, scene, until
from tests.faults.verdict import count

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = 3


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_a_worker_that_is_stopped_and_comes_back_late(sandbox, workers, content, record_property):
    played = {place: scene(sandbox, content) for place, _ends in places(content)}
    stopped = {place: workers.hit(each, place, by="SIGSTOP", lease=LEASE) for place, each in played.items()}
    assert all(child.is_stopped for child in stopped.values())
    for place, each in played.items():
        another_takes_over(each, is_heard=place.is_heard)
    for child in stopped.values():
        child.resume()
        workers.wait(child)
    for each in played.values():
        each.work()
        count(record_property, each, content.platform, "worker stopped and continued")
    assert {place: child.code for place, child in stopped.items()} == dict.fromkeys(stopped, 0)
    assert {place: outcome(each) for place, each in played.items()} == wanted(content)


def another_takes_over(played: Scene, *, is_heard: bool) -> None:
    """Not before the lease is over."""
    if is_heard:
        until(lambda: played.public)
    until(lambda: is_free(played))
    played.work()


def is_free(played: Scene) -> bool:
    publishing.sweep(timezone.now())
    return played.publication.claimed_until is None


def outcome(played: Scene) -> tuple:
    return (
        played.status,
        len(played.public),
        played.ends,
        sorted(set(played.log) - DOUBTS),
        played.log.count(OUT),
    )


OUT = "publication.published"
DOUBTS = {"publication.unconfirmed", "publication.absent"}
"""What another may find, and what it may not, is the takeover's matter; the second receipt would be ours."""


def wanted(content: Content) -> dict:
    return {
        place: (PUBLISHED, 1, ends_of_the_stopped(place, content), [OUT], 1)
        for place, _ends in places(content)
    }
