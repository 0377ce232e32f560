"""
What every adapter promises of texts that follow a post, against the sandbox and over real sockets: an answer in a thread,
or a comment under it. It is made with one call, found by its words and its place, and taken away alone.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from channels.adapters.base import Adapter, Content, Receipt, Staged
from channels.errors import Refused, Unconfirmed
from tests.channels.adapters.desk import PUBLISHING, Desk, content

FOLLOWED = [adapter for adapter in PUBLISHING if adapter.limits.thread or adapter.limits.first_comment]
HEADS = ("text", "picture", "film")
CASES = [(adapter, head) for adapter in FOLLOWED for head in HEADS]
WORDS = "Löner & tider <nya>: läs mer på seko.se/avtal. 👍🏽"
HEARD = [("reset_after", 500), ("truncated", 500), ("error_after", 502)]
UNHEARD = [("reset_before", 500), ("error_before", 503)]


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def head(running, adapter_class, what) -> Desk:
    """A post that is out, on an empty sandbox."""
    running.reset()
    return published(Desk.at(running, adapter_class, content(what, adapter_class)))


def published(desk: Desk) -> Desk:
    desk.stage()
    desk.commit()
    return desk


def id_of(desk: Desk) -> str:
    receipt = desk.adapter.find(desk.content, desk.staged, datetime.now(UTC))
    assert receipt is not None
    return receipt.remote_id


def following(desk: Desk, words: str = WORDS) -> Content:
    return Content(text=words, reply_to=id_of(desk), is_comment=not desk.adapter.limits.thread)


def say(desk: Desk, words: str = WORDS) -> Receipt:
    made = following(desk, words)
    desk.adapter.stage(made, Staged(), lambda _staged: None)
    return desk.adapter.commit(made, Staged())


def call_of(adapter: Adapter) -> str:
    return "post" if adapter.limits.thread else "comment"


def texts(desk: Desk) -> list[str]:
    return [line["text"] for line in desk.effects("public")]


@pytest.mark.parametrize(
    ("adapter_class", "what"), CASES, ids=lambda value: getattr(value, "platform", value)
)
class TestFollowing:
    def test_it_is_made_public_with_one_call_and_is_ours(self, head, since):
        receipt = say(head)
        assert texts(head)[-1] == WORDS
        assert len(head.effects("public")) == 2
        assert head.adapter.look_up(receipt.remote_id) == receipt
        assert head.adapter.find(following(head), Staged(), since) == receipt

    def test_before_it_is_made_it_is_not_found(self, head, since):
        assert head.adapter.find(following(head), Staged(), since) is None

    @pytest.mark.parametrize(("fault", "status"), HEARD)
    def test_what_was_heard_without_an_answer_is_found(self, head, since, fault, status):
        head.sandbox.faults(
            {
                "platform": head.adapter.platform,
                "call": call_of(head.adapter),
                "fault": fault,
                "status": status,
            }
        )
        with pytest.raises(Unconfirmed):
            say(head)
        found = head.adapter.find(following(head), Staged(), since)
        assert found is not None
        assert (texts(head).count(WORDS), head.adapter.look_up(found.remote_id)) == (1, found)

    @pytest.mark.parametrize(("fault", "status"), UNHEARD)
    def test_what_was_not_heard_is_not_found(self, head, since, fault, status):
        head.sandbox.faults(
            {
                "platform": head.adapter.platform,
                "call": call_of(head.adapter),
                "fault": fault,
                "status": status,
            }
        )
        with pytest.raises(Unconfirmed):
            say(head)
        assert head.adapter.find(following(head), Staged(), since) is None

    def test_what_is_the_receipt_of_another_is_not_found(self, head, since):
        receipt = say(head)
        assert head.adapter.find(following(head), Staged(), since, {receipt.remote_id}) is None

    def test_it_is_taken_away_alone_and_as_often_as_one_likes(self, head, since):
        before, receipt = id_of(head), say(head)
        for _ in range(2):
            head.adapter.remove(receipt.remote_id)
            assert head.adapter.look_up(receipt.remote_id) is None
        assert head.adapter.find(following(head), Staged(), since) is None
        assert head.adapter.look_up(before) is not None

    def test_when_the_post_is_gone_it_is_looked_for_and_taken_away_all_the_same(self, head, since):
        made, receipt = following(head), say(head)
        head.adapter.remove(made.reply_to)
        left = head.adapter.look_up(receipt.remote_id)
        assert left == (receipt if head.adapter.limits.thread else None)
        assert head.adapter.find(made, Staged(), since) == left
        head.adapter.remove(receipt.remote_id)
        assert head.adapter.look_up(receipt.remote_id) is None

    def test_below_a_post_that_is_gone_nothing_is_said_and_the_channel_is_well(self, head):
        made = following(head)
        head.adapter.remove(made.reply_to)
        with pytest.raises(Refused) as refusal:
            head.adapter.commit(made, Staged())
        assert (refusal.value.code, texts(head).count(WORDS)) == ("place_gone", 0)


@pytest.fixture
def new_desk(running) -> Callable[[type[Adapter]], Desk]:
    running.reset()
    running.take_repeats()
    return lambda adapter_class: Desk.at(running, adapter_class, Content(text=WORDS))


@pytest.mark.parametrize("adapter_class", FOLLOWED, ids=lambda adapter: adapter.platform)
def test_the_same_words_elsewhere_are_not_taken_for_it(new_desk, adapter_class, since):
    """As a post of their own, and below another post."""
    one = published(new_desk(adapter_class))
    made = following(one)
    assert one.adapter.find(made, Staged(), since) is None
    other = replace(one, content=replace(one.content, text="Något annat."), saved="{}")
    published(other)
    there = other.adapter.commit(following(other), Staged())
    assert one.adapter.find(made, Staged(), since) is None
    assert one.adapter.find(one.content, one.staged, since, {there.remote_id}).remote_id == made.reply_to


@pytest.mark.parametrize("adapter_class", FOLLOWED, ids=lambda adapter: adapter.platform)
def test_a_post_is_not_taken_for_what_answers_another_with_the_same_words(new_desk, adapter_class, since):
    desk = published(new_desk(adapter_class))
    answer = say(desk)
    found = desk.adapter.find(desk.content, desk.staged, since)
    assert found is not None
    assert found.remote_id != answer.remote_id


@pytest.mark.parametrize("adapter_class", FOLLOWED, ids=lambda adapter: adapter.platform)
def test_its_length_is_told_by_the_same_limits(adapter_class):
    most = adapter_class.limits.text if adapter_class.limits.thread else adapter_class.limits.first_comment
    made = Content(text="å" * (most + 3), reply_to="1", is_comment=not adapter_class.limits.thread)
    [problem] = adapter_class.check(made)
    assert (problem.code, problem.facts) == ("text_too_long", {"over": 3, "limit": most})
    assert list(adapter_class.check(replace(made, text="å" * most))) == []
