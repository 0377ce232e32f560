"""A worker that dies, by kill -9, at any step on any call: the post is there once, and nobody has to do anything."""

import pytest
from django.utils import timezone

from posts import publishing
from tests.faults.matrix import CONTENTS, PUBLISHED, deaths
from tests.faults.scene import scene, until
from tests.faults.verdict import count, is_public_once

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -9
PLATFORMS = dict.fromkeys(content.platform for content in CONTENTS)


@pytest.mark.parametrize("death", [death for platform in PLATFORMS for death in deaths(platform)], ids=str)
def test_a_worker_that_is_killed(sandbox, workers, death, record_property):
    played = scene(sandbox, death.content)
    child = workers.hit(played, death.place)
    assert child.code == KILLED
    if death.place.is_heard:
        until(lambda: played.public)
    nobody_takes_over_too_soon(played)
    status = played.work()
    count(record_property, played, death.platform, "worker killed")
    assert status == PUBLISHED
    is_public_once(played, death.ends)


def nobody_takes_over_too_soon(played) -> None:
    """While its lease lasts, the worker may be alive."""
    before = played.publication
    publishing.sweep(timezone.now())
    after = played.publication
    assert (after.status, after.fence, after.claimed_until) == (
        before.status,
        before.fence,
        before.claimed_until,
    )
    assert publishing.claim(played.pk) is None
