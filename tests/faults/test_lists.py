"""A post that is out and that no list shows yet is not sent again: nothing seen is no proof before its time."""

import pytest

from tests.faults.matrix import LAG, lists_that_are_late
from tests.faults.speaking import comes_out_once

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cell", lists_that_are_late(), ids=str)
def test_lists_that_know_it_late(sandbox, cell, record_property):
    late = {"platform": "*", "call": "*", "fault": "lag", "seconds": LAG, "times": 0}
    comes_out_once(sandbox, cell, record_property, late)
