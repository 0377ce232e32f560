"""A post that is out and that no list shows yet is not sent again: nothing seen is no proof before its time."""

import pytest

from tests.faults.matrix import LAG, PUBLISHED, Cell, lists_that_are_late, looks_that_fail
from tests.faults.scene import scene
from tests.faults.speaking import comes_out_once
from tests.faults.verdict import count, is_public_once

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cell", lists_that_are_late(), ids=str)
def test_lists_that_know_it_late(sandbox, cell, record_property):
    late = {"platform": "*", "call": "*", "fault": "lag", "seconds": LAG, "times": 0}
    comes_out_once(sandbox, cell, record_property, late)


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
