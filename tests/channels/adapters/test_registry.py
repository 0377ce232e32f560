from datetime import UTC, datetime

import pytest

from channels.adapters import ADAPTERS, LIVE_ADDRESSES, sandbox_addresses
from channels.adapters.base import Connection, Content, Staged
from channels.adapters.by_hand import ByHand
from channels.adapters.codes import Lack
from channels.sandbox import testing
from tests.channels.adapters.desk import LINK, TEXT, picture, short_film


def test_the_registry_names_each_adapter_by_its_platform():
    assert {name: adapter.platform for name, adapter in ADAPTERS.items()} == {name: name for name in ADAPTERS}
    assert list(ADAPTERS) == ["facebook", "x", "youtube", "mastodon", "bluesky", "by_hand"]
    assert [name for name, adapter in ADAPTERS.items() if not adapter.publishes] == ["by_hand"]


def test_the_sandbox_has_every_address_that_the_platforms_have():
    base = "http://127.0.0.1:8001"
    assert sandbox_addresses(base).keys() == LIVE_ADDRESSES.keys()
    assert [
        address for address in sandbox_addresses(base).values() if not address.startswith(base + "/")
    ] == []
    assert testing.addresses is sandbox_addresses


@pytest.mark.parametrize("address", LIVE_ADDRESSES.values())
def test_a_live_address_is_https_without_a_last_stroke(address):
    assert address.startswith("https://")
    assert not address.endswith("/")


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=lambda adapter: adapter.platform)
def test_the_looks_begin_at_once_and_reach_the_moment_of_proof(adapter):
    assert adapter.look_after[0].total_seconds() == 0
    assert list(adapter.look_after) == sorted(adapter.look_after)
    assert adapter.look_after[-1] >= adapter.absence_proven_after


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (Content(), [Lack.TEXT_MISSING]),
        (Content(text=" \n"), [Lack.TEXT_MISSING]),
        (Content(text=TEXT * 500), []),
        (Content(link=LINK), []),
        (Content(media=(picture(), short_film()) * 20), []),
    ],
)
def test_by_hand_only_nothing_is_too_little(content, codes):
    assert [problem.code for problem in ByHand.check(content)] == codes


def test_what_is_copied_by_hand_has_its_link():
    assert ByHand.words(Content(text=TEXT, link=LINK)) == f"{TEXT}\n{LINK}"
    assert ByHand.length(TEXT) == len(TEXT)


@pytest.mark.parametrize(
    ("step", "more"),
    [("stage", [Staged(), print]), ("commit", [Staged()]), ("find", [Staged(), datetime.now(UTC)])],
)
def test_nothing_is_ever_sent_by_hand(step, more):
    by_hand = ByHand(Connection("", ""), LIVE_ADDRESSES)
    with pytest.raises(NotImplementedError):
        getattr(by_hand, step)(Content(text=TEXT), *more)
