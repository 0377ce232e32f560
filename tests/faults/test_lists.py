"""A post that is out and that no list shows yet is not sent again: nothing seen is no proof before its time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels.adapters import http
from posts.models import Attempt
from tests.faults.matrix import (
    CONTENTS,
    LAG,
    LOOKED_FOR,
    PUBLISHED,
    SENT_AGAIN,
    Cell,
    lists_that_are_late,
    looks_that_fail,
)
from tests.faults.scene import scene
from tests.faults.speaking import comes_out_once
from tests.faults.verdict import count, is_public_once

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cell", lists_that_are_late(), ids=str)
def test_lists_that_know_it_late(sandbox, cell, record_property):
    late = {"platform": "*", "call": "*", "fault": "lag", "seconds": LAG, "times": 0}
    comes_out_once(sandbox, cell, record_property, late)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_a_call_that_took_as_long_as_it_may_is_looked_for_from_its_end(sandbox, content, record_property):
    played = scene(sandbox, content)
    sandbox.faults({"platform": content.platform, "call": content.calls[-1], "fault": "reset_after"})
    while played.status != "unconfirmed":
        played.let_it_try()
    Attempt.objects.update(started_at=timezone.now() - timedelta(seconds=http.patience.whole))
    sandbox.faults({"platform": "*", "call": "*", "fault": "lag", "seconds": LAG, "times": 0})
    status = played.work()
    count(record_property, played, content.platform, "late lists, long call")
    assert status == PUBLISHED
    # To make a film on YouTube public once more changes nothing: there nobody has to wait for lists.
    is_public_once(played, SENT_AGAIN if content.platform == "youtube" else LOOKED_FOR)


@pytest.mark.parametrize("look", looks_that_fail(), ids=str)
def test_looks_that_fail_prove_nothing(sandbox, look, record_property):
    played = scene(sandbox, look.content)
    sandbox.faults(*Cell(look.content.steps[-1], look.commit).rules)
    while played.status != "unconfirmed":
        played.let_it_try()
    sandbox.faults({"platform": look.platform, "call": "*", "times": 3, **look.look})
    status = played.work()
    count(record_property, played, look.platform, "looks that fail")
    assert (status, sandbox.waiting_faults()) == (PUBLISHED, [])
    is_public_once(played, look.commit.on_commit)
