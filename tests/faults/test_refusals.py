"""The platform says no: nothing is public, the right people are told, and what a person then decides is done once."""

import pytest

from channels import connections
from posts import publishing
from tests import factories
from tests.faults.matrix import NEEDS_DECISION, PUBLISHED, refusals
from tests.faults.scene import Scene, scene
from tests.faults.verdict import count

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("refusal", refusals(), ids=str)
def test_a_clear_no(sandbox, refusal, record_property):
    played = scene(sandbox, refusal.content)
    commit = refusal.content.steps[-1].call
    sandbox.faults({"platform": refusal.platform, "call": commit, "fault": refusal.fault})
    status = played.work()
    count(record_property, played, refusal.platform, f"no: {refusal.fault}", wanted=0)
    assert (status, played.publication.channel.fault) == (refusal.status, refusal.channel_fault)
    assert (played.public, tuple(played.log), played.told) == ([], refusal.log, refusal.told)
    assert played.publication.claimed_until is None
    a_person_acts(played, status)
    assert (played.work(), len(played.public)) == (PUBLISHED, 1)
    assert played.log.count("publication.published") == 1


def a_person_acts(played: Scene, status: str) -> None:
    anna = factories.reviewer()
    if played.publication.channel.fault == "credit":
        assert connections.try_again(played.publication.channel, anna)
    elif played.publication.channel.fault:
        played.connect_again()
    elif status == NEEDS_DECISION:
        publishing.decide_absent(played.publication, anna)
    else:
        publishing.try_again(played.publication, anna)
