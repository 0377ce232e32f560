"""
Two workers at once on one publication: the first is stopped for longer than its lease and comes back while the second is
in the middle of it. Whoever holds the older number writes nothing and sends nothing.
"""

import pytest

from tests.faults.matrix import CONTENTS, PUBLISHED, takeovers
from tests.faults.scene import Scene, scene, until
from tests.faults.test_stops import LEASE, is_free
from tests.faults.verdict import count, is_public_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_a_worker_that_comes_back_while_another_is_at_it(sandbox, workers, content, record_property):
    pairs = {pair: scene(sandbox, content) for pair in takeovers(content)}
    late = {pair: workers.hit(each, pair.late, by="SIGSTOP", lease=LEASE) for pair, each in pairs.items()}
    other = {pair: take_over(workers, each, pair.other) for pair, each in pairs.items()}
    assert all(child.is_stopped for child in (*late.values(), *other.values()))
    before = {pair: held(each) for pair, each in pairs.items()}
    for child in late.values():
        child.resume()
        workers.wait(child)
    assert {pair: (child.code, held(pairs[pair])) for pair, child in late.items()} == {
        pair: (0, row) for pair, row in before.items()
    }
    for child in other.values():
        child.resume()
        workers.wait(child)
    for pair, each in pairs.items():
        status = each.work()
        count(record_property, each, content.platform, "two workers at once")
        assert (other[pair].code, status) == (0, PUBLISHED), str(pair)
        is_public_once(each, pair.ends)


def take_over(workers, played: Scene, place):
    """When the lease is over: a look first, where the other one may have sent it."""
    until(lambda: is_free(played))
    while played.status == "unconfirmed":
        played.look()
    return workers.hit(played, place, by="SIGSTOP")


def held(played: Scene) -> tuple:
    """What only the holder may write."""
    publication = played.publication
    return publication.status, publication.fence, publication.claimed_until, publication.staged
