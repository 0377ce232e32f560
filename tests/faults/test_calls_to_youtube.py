"""Whatever one call to YouTube meets with, the post is there once, and the right people are told."""

import pytest

from tests.faults.matrix import calls_gone_wrong
from tests.faults.speaking import comes_out_once

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cell", calls_gone_wrong("youtube"), ids=str)
def test_a_call_that_goes_wrong(sandbox, cell, record_property):
    comes_out_once(sandbox, cell, record_property)
