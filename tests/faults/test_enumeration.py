"""The matrix names every call that a content makes: a call that it forgets would never be hit by a fault."""

from collections import Counter

import pytest

from channels.sandbox.faults import CALLS
from tests.faults.matrix import CONTENTS
from tests.faults.scene import scene

pytestmark = pytest.mark.django_db
MANY = 1000


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_the_matrix_names_every_call_of_a_content(sandbox, content):
    names = sorted(CALLS[content.platform])
    played = scene(sandbox, content)
    counting = {"platform": content.platform, "fault": "delay_before", "seconds": 0, "times": MANY}
    sandbox.faults(*({**counting, "call": name} for name in names))
    assert played.work() == "published"
    made = {rule["call"]: MANY - rule["times"] for rule in sandbox.waiting_faults()}
    assert +Counter(made) == Counter(content.calls)
