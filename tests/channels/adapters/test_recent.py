"""An account's own list, as the figures read it: against the sandbox, for every platform that lets us."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters import ADAPTERS
from tests.channels.adapters.desk import PUBLISHING, Desk, content, takes

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


def test_every_platform_that_we_call_lets_us_read_the_list():
    assert [adapter.platform for adapter in LISTING] == [adapter.platform for adapter in PUBLISHING]


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


ANSWERING = [adapter for adapter in LISTING if adapter.limits.thread]


@pytest.mark.parametrize("what", ["text"])
@pytest.mark.parametrize("adapter_class", ANSWERING, ids=[adapter.platform for adapter in ANSWERING])
def test_an_answer_is_no_post_not_even_when_what_it_answers_is_gone(desk, running):
    first = desk.commit()
    said = replace(desk.content, text="Del två av tre.", reply_to=first.remote_id)
    answering = Desk(running, desk.adapter, said, desk.secrets)
    answering.stage()
    answer = answering.commit()
    since = datetime.now(UTC) - HOUR
    assert [listed.remote_id for listed in desk.adapter.recent(since)] == [first.remote_id]
    desk.adapter.remove(first.remote_id)
    assert desk.adapter.look_up(answer.remote_id) is not None
    assert list(desk.adapter.recent(since)) == []
