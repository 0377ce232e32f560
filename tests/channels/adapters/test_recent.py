"""An account's own list, as the figures read it: against the sandbox, for every platform that lets us."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters import ADAPTERS
from tests.channels.adapters.desk import Desk, content, takes

LISTING = [adapter for adapter in ADAPTERS.values() if adapter.lists_posts]
KINDS = ("text", "link", "picture", "film")
CASES = [(adapter, what) for adapter in LISTING for what in KINDS if takes(adapter, what)]
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(running, adapter_class, what) -> Desk:
    running.reset()
    made = Desk.at(running, adapter_class, content(what, adapter_class))
    made.stage()
    return made


def test_most_platforms_let_us_read_the_list():
    assert {adapter.platform for adapter in LISTING} == {"facebook", "x", "youtube", "mastodon"}


@pytest.mark.parametrize(
    ("adapter_class", "what"), CASES, ids=[f"{one.platform}: {what}" for one, what in CASES]
)
class TestRecent:
    def test_what_is_out_is_listed_with_an_id_that_its_receipt_has(self, desk, what):
        begun = datetime.now(UTC)
        receipt = desk.commit()
        desk.let_process()
        (listed,) = desk.adapter.recent(begun - HOUR)
        assert receipt.remote_id in {listed.remote_id, *listed.also}
        assert abs(listed.at - begun) < HOUR
        assert listed.has_media == (what in ("picture", "film"))
        assert listed.url.startswith("http")

    def test_what_is_not_out_or_somebody_elses_or_older_is_not(self, desk):
        assert list(desk.adapter.recent(datetime.now(UTC) - HOUR)) == []
        desk.commit()
        desk.let_process()
        assert list(desk.stranger().recent(datetime.now(UTC) - HOUR)) == []
        assert list(desk.adapter.recent(datetime.now(UTC) + 2 * HOUR)) == []
