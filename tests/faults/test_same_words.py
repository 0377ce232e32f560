"""
The same words twice on one channel: where a text is all there is to look for, one post must not be taken for another.

The first worker dies before it has sent anything. While another one holds the receipt of the second post, and has not
written it down, the first is looked for, and the second's is found.
"""

import pytest

from tests.faults.matrix import BETWEEN, CONTENTS, NOT_SETTLED, PUBLISHED
from tests.faults.scene import scene
from tests.faults.verdict import count

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = [content for content in CONTENTS if len(content.calls) == 1 and not content.is_part]
"""An answer is looked for under what it answers, so that the same words elsewhere are not even seen."""
SAME = "Strejken är slut."


@pytest.mark.parametrize("content", TEXTS, ids=lambda content: content.name)
def test_a_post_that_says_the_same_is_not_taken_for_ours(sandbox, workers, content, record_property):
    first = scene(sandbox, content, text=SAME)
    second = scene(sandbox, content, text=SAME, channel=first.publication.channel)
    workers.hit(first, BETWEEN)
    has_receipt = workers.hit(second, NOT_SETTLED, by="SIGSTOP")
    assert first.work() == PUBLISHED
    assert (first.ends, len(first.public)) == (("found",), 1)
    has_receipt.resume()
    workers.wait(has_receipt)
    statuses = [each.work() for each in (first, second)]
    count(record_property, first, content.platform, "the same words twice", wanted=2)
    assert statuses == [PUBLISHED, PUBLISHED]
    ids = {each.publication.remote_id for each in (first, second)}
    public = [line["ids"] for line in first.public]
    assert len(public) == len(ids) == 2
    assert all(any(id in line.values() for line in public) for id in ids)
    assert (first.ends, second.ends) == (("absent", "receipt"), ("receipt",))
