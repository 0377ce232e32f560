"""What the soak calls lost, doubled, not as approved, and unexplained."""

from collections import Counter

import pytest

from tests.harness.soak import Verdict

MEDIA = ["a" * 64]
KILLED = Counter({"worker killed": 1})
REFUSED = Counter({("facebook", "feed", "refuse"): 1})


def told(number="Nr 1", status="published", trouble="", attempts=(("receipt", ""),), doubts=()):
    return {
        "number": number,
        "platform": "facebook",
        "status": status,
        "trouble": trouble,
        "remote_id": "10_1",
        "media": MEDIA,
        "claims": 1,
        "attempts": attempts,
        "doubts": list(doubts),
    }


def line(number="Nr 1", media=MEDIA, post="10_1"):
    return {
        "platform": "facebook",
        "text": f"{number}: vi var där.",
        "media": list(media),
        "ids": {"post": post},
    }


def verdict(publication, lines, planted=None, done=None):
    return Verdict([publication], lines, Counter(planted or {}), Counter(done or {}))


def found_by(judged):
    names = ("lost", "doubled", "changed", "unexplained")
    return {name for name in names if getattr(judged, name)}


def test_what_is_out_once_as_it_was_approved_is_well():
    assert found_by(verdict(told(), [line(), line("Nr 11")])) == set()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], {"lost"}),
        ([line("Nr 11")], {"lost"}),
        ([line(), line()], {"doubled"}),
        ([line(media=["b" * 64])], {"changed"}),
        ([line(media=[])], {"changed"}),
        ([line(post="10_2")], {"changed"}),
    ],
)
def test_what_the_platforms_ledger_gives_away(lines, found):
    assert found_by(verdict(told(), lines)) == found


@pytest.mark.parametrize("status", ["queued", "staging", "unconfirmed", "failed", "needs_decision"])
def test_what_is_not_out_and_met_with_nothing_is_unexplained(status):
    assert found_by(verdict(told(status=status), [])) == {"unexplained"}


def test_what_a_fault_may_end_is_explained_once():
    failed = told(status="failed", trouble="against_rules")
    assert found_by(verdict(failed, [], REFUSED)) == set()
    assert found_by(verdict(failed, [line()], REFUSED)) == {"unexplained"}
    twice = Verdict([failed, failed | {"number": "Nr 2"}], [], REFUSED, Counter())
    assert found_by(twice) == {"unexplained"}


def test_a_trouble_that_nothing_explains_is_unexplained_also_where_it_went_well():
    doubted = told(doubts=["worker_lost"])
    assert found_by(verdict(doubted, [line()])) == {"unexplained"}
    assert found_by(verdict(doubted, [line()], done=KILLED)) == set()


def test_the_table_tells_each_outcome_with_its_cause():
    judged = verdict(told(doubts=["worker_lost"]), [line()], done=KILLED)
    rows = judged.table().splitlines()
    assert rows[1].split() == ["facebook", "published", "1", "after", "worker_lost"]
    assert rows[-1] == ("1 posts, 1 publications: 0 lost, 0 doubled, 0 not as approved, 0 unexplained")
