"""
What every adapter promises of texts that follow a post, against the sandbox and over real sockets: an answer in a thread,
or a comment under it. It is made with one call, found by its words and its place, and taken away alone.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from channels.adapters import ADAPTERS
from channels.adapters.base import Adapter, Content, Receipt
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


def below(desk: Desk, words: str = WORDS) -> Desk:
    """What is made ready to be said below its post."""
    made = Content(text=words, reply_to=id_of(desk), is_comment=not desk.adapter.limits.thread)
    following = replace(desk, content=made, saved="{}")
    following.stage()
    return following


def find(following: Desk, since: datetime, taken: Collection[str] = ()) -> Receipt | None:
    return following.adapter.find(following.content, following.staged, since, taken)


def call_of(desk: Desk) -> str:
    """The call that makes it public."""
    return {"facebook": "comment", "bluesky": "put_record"}.get(desk.adapter.platform, "post")


def misbehave(desk: Desk, fault: str, status: int) -> None:
    desk.sandbox.faults(
        {"platform": desk.adapter.platform, "call": call_of(desk), "fault": fault, "status": status}
    )


def texts(desk: Desk) -> list[str]:
    return [line["text"] for line in desk.effects("public")]


@pytest.mark.parametrize(
    ("adapter_class", "what"), CASES, ids=lambda value: getattr(value, "platform", value)
)
class TestFollowing:
    def test_it_is_made_public_with_one_call_and_is_ours(self, head, since):
        answer = below(head)
        assert len(head.effects("public")) == 1
        receipt = answer.commit()
        assert texts(head)[1:] == [WORDS]
        assert head.adapter.look_up(receipt.remote_id) == receipt
        assert find(answer, since) == receipt

    def test_before_it_is_made_it_is_not_found(self, head, since):
        assert find(below(head), since) is None

    @pytest.mark.parametrize(("fault", "status"), HEARD)
    def test_what_was_heard_without_an_answer_is_found(self, head, since, fault, status):
        answer = below(head)
        misbehave(head, fault, status)
        with pytest.raises(Unconfirmed):
            answer.commit()
        found = find(answer, since)
        assert found is not None
        assert (texts(head).count(WORDS), head.adapter.look_up(found.remote_id)) == (1, found)

    @pytest.mark.parametrize(("fault", "status"), UNHEARD)
    def test_what_was_not_heard_is_not_found(self, head, since, fault, status):
        answer = below(head)
        misbehave(head, fault, status)
        with pytest.raises(Unconfirmed):
            answer.commit()
        assert find(answer, since) is None

    def test_it_is_taken_away_alone_and_as_often_as_one_likes(self, head, since):
        answer = below(head)
        receipt = answer.commit()
        for _ in range(2):
            head.adapter.remove(receipt.remote_id)
            assert head.adapter.look_up(receipt.remote_id) is None
        assert find(answer, since) is None
        assert head.adapter.look_up(answer.content.reply_to) is not None

    def test_when_the_post_is_gone_it_is_looked_for_and_taken_away_all_the_same(self, head, since):
        answer = below(head)
        receipt = answer.commit()
        head.adapter.remove(answer.content.reply_to)
        left = head.adapter.look_up(receipt.remote_id)
        assert left == (receipt if head.adapter.limits.thread else None)
        assert find(answer, since) == left
        head.adapter.remove(receipt.remote_id)
        assert head.adapter.look_up(receipt.remote_id) is None

    def test_below_a_post_that_is_gone_nothing_is_said_and_the_channel_is_well(self, head):
        made = below(head).content
        head.adapter.remove(made.reply_to)
        too_late = replace(head, content=made, saved="{}")
        with pytest.raises(Refused) as refusal:
            published(too_late)
        assert (refusal.value.code, texts(head).count(WORDS)) == ("place_gone", 0)


@pytest.mark.parametrize(
    "adapter_class", [each for each in FOLLOWED if each.limits.thread], ids=lambda each: each.platform
)
def test_the_third_answers_the_second(new_desk, adapter_class, since):
    head = published(new_desk(adapter_class))
    second = published(below(head, "Två."))
    third = published(below(second, "Tre."))
    ids = [id_of(desk) for desk in (head, second, third)]
    assert [desk.content.reply_to for desk in (head, second, third)] == ["", *ids[:2]]
    page = requests.get(find(head, since).url, timeout=10).text
    assert (page.count("<article"), page.index("Två.") < page.index("Tre.")) == (1, True)


@pytest.fixture
def new_desk(running) -> Callable[[type[Adapter]], Desk]:
    running.reset()
    running.take_repeats()
    return lambda adapter_class: Desk.at(running, adapter_class, Content(text=WORDS))


def found_by_words(adapter_class: type[Adapter]) -> bool:
    """Where a post lies under a key of ours, nobody looks at its words."""
    return adapter_class.platform != "bluesky"


@pytest.mark.parametrize(
    "adapter_class", [each for each in FOLLOWED if found_by_words(each)], ids=lambda adapter: adapter.platform
)
def test_the_same_words_elsewhere_are_not_taken_for_it(new_desk, adapter_class, since):
    """As a post of their own, and below another post."""
    one = published(new_desk(adapter_class))
    answer = below(one)
    assert find(answer, since) is None
    other = published(replace(one, content=replace(one.content, text="Något annat."), saved="{}"))
    there = below(other).commit()
    assert find(answer, since) is None
    assert (
        one.adapter.find(one.content, one.staged, since, {there.remote_id}).remote_id
        == answer.content.reply_to
    )
    receipt = answer.commit()
    assert find(answer, since) == receipt
    assert find(answer, since, {receipt.remote_id}) is None


@pytest.mark.parametrize("adapter_class", FOLLOWED, ids=lambda adapter: adapter.platform)
def test_a_post_is_not_taken_for_what_answers_another_with_the_same_words(new_desk, adapter_class, since):
    desk = published(new_desk(adapter_class))
    answer = below(desk).commit()
    found = find(desk, since)
    assert found is not None
    assert found.remote_id != answer.remote_id


@pytest.mark.parametrize("platform", ["facebook", "x"])
def test_what_somebody_else_says_in_the_same_words_is_not_taken_for_it(new_desk, platform, since):
    desk = published(new_desk(ADAPTERS[platform]))
    answer = below(desk)
    desk.sandbox.comment(platform, answer.content.reply_to, WORDS)
    assert find(answer, since) is None
    receipt = answer.commit()
    assert find(answer, since) == receipt


def test_what_somebody_else_says_is_not_for_us_to_take_away(new_desk):
    desk = published(new_desk(ADAPTERS["facebook"]))
    theirs = desk.sandbox.comment("facebook", id_of(desk), "Bra!")
    assert desk.adapter.look_up(theirs) is None
    with pytest.raises(Refused) as refusal:
        desk.adapter.remove(theirs)
    assert refusal.value.code == "not_ours"
    assert desk.effects("removed") == []


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://www.facebook.com/seko/posts/17?comment_id=99", "17_99"),
        ("https://www.facebook.com/permalink.php?story_fbid=17&id=7000001&comment_id=99", "17_99"),
        ("https://www.facebook.com/seko/posts/17", None),
        ("https://www.facebook.com/seko/posts/17?comment_id=ja", None),
        ("https://example.test/seko/posts/17?comment_id=99", None),
    ],
)
def test_the_address_of_a_comment_tells_which_one(new_desk, url, id):
    assert new_desk(ADAPTERS["facebook"]).adapter.read_comment_link(url, "7000001_17") == id


@pytest.mark.parametrize("adapter_class", FOLLOWED, ids=lambda adapter: adapter.platform)
def test_its_length_is_told_by_the_same_limits(adapter_class):
    most = adapter_class.limits.text if adapter_class.limits.thread else adapter_class.limits.first_comment
    made = Content(text="å" * (most + 3), reply_to="1", is_comment=not adapter_class.limits.thread)
    [problem] = adapter_class.check(made)
    assert (problem.code, problem.facts) == ("text_too_long", {"over": 3, "limit": most})
    assert list(adapter_class.check(replace(made, text="å" * most))) == []
