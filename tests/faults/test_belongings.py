"""Subtitles and the thumbnail: whatever happens on the way, they are there once, before anybody sees the film."""

import pytest

from tests.faults.matrix import BELONGINGS, FAULTS, PUBLISHED, RECEIPT, Cell, answered, sent
from tests.faults.scene import SUBTITLES, Scene, scene
from tests.faults.speaking import comes_out_once
from tests.faults.verdict import count, is_public_once

OURS = [step for step in BELONGINGS.steps if step.call in ("captions_insert", "thumbnails_set")]
SOME = ("reset after", "503 after", "no answer, heard", "half an answer", "too many calls", "expired token")
KILLED = -9


def has_its_belongings(played: Scene) -> None:
    """As they were approved, once each, and before the film was public."""
    calls = [line["call"] for line in played.sandbox.ledger()]
    assert (calls.count("captions_insert"), calls[-1]) == (1, "videos_update")
    assert calls.index("captions_insert") < calls.index("thumbnails_set")
    [post] = played.sandbox.posts("youtube")
    thumbnail = played.publication.version.chosen_channels.get().thumbnail
    assert (post["subtitles"], post["thumbnail"]) == ([SUBTITLES], thumbnail)


@pytest.mark.django_db
def test_on_a_good_day(sandbox):
    played = scene(sandbox, BELONGINGS)
    assert played.work() == PUBLISHED
    has_its_belongings(played)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cell", [Cell(step, fault) for step in OURS for fault in FAULTS if fault.name in SOME], ids=str
)
def test_a_call_that_goes_wrong(sandbox, cell, record_property):
    comes_out_once(sandbox, cell, record_property)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", [place(step) for step in OURS for place in (sent, answered)], ids=str)
def test_a_worker_that_is_killed(sandbox, workers, place, record_property):
    played = scene(sandbox, BELONGINGS)
    assert workers.hit(played, place).code == KILLED
    status = played.work()
    count(record_property, played, "youtube", "worker killed")
    assert status == PUBLISHED
    is_public_once(played, (RECEIPT,))
    has_its_belongings(played)
