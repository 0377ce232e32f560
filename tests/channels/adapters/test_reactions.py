"""How posts were received, as the platforms tell it: against the sandbox, for every platform that tells."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters import ADAPTERS
from channels.adapters.base import Reactions
from channels.adapters.codes import Trouble
from channels.errors import NotConnected, NotSent, RateLimited
from tests.channels.adapters.desk import PUBLISHING, Desk, content, takes

TELLING = [adapter for adapter in ADAPTERS.values() if adapter.tells_again_after]
WHAT = {adapter: "text" if takes(adapter, "text") else "film" for adapter in TELLING}
HOUR = timedelta(hours=1)
READING = {
    "facebook": "published_posts",
    "x": "tweet",
    "youtube": "videos_list",
    "mastodon": "statuses",
    "bluesky": "get_posts",
}


@pytest.fixture
def since() -> datetime:
    return datetime.now(UTC) - HOUR


@pytest.fixture
def desk(running, adapter_class) -> Desk:
    running.reset()
    return made(running, adapter_class, WHAT[adapter_class])


def made(running, adapter_class, what: str) -> Desk:
    desk = Desk.at(running, adapter_class, content(what, adapter_class))
    desk.stage()
    return desk


def published(desk: Desk) -> str:
    id = desk.commit().remote_id
    desk.let_process()
    return id


def like(desk: Desk, times: int) -> None:
    (shown,) = desk.sandbox.posts(desk.adapter.platform)
    for _ in range(times):
        desk.sandbox.like(desk.adapter.platform, shown["account"], shown["id"])


def test_every_platform_that_we_call_tells_how_posts_were_received():
    assert [adapter.platform for adapter in TELLING] == [adapter.platform for adapter in PUBLISHING]


@pytest.mark.parametrize("adapter_class", TELLING, ids=[adapter.platform for adapter in TELLING])
class TestReactions:
    def test_likes_are_counted_and_nothing_is_changed_by_asking(self, desk, since):
        id = published(desk)
        assert desk.adapter.reactions([id], since)[id].likes == 0
        like(desk, 3)
        before = desk.sandbox.ledger()
        assert desk.adapter.reactions([id], since)[id].likes == 3
        assert desk.adapter.reactions([id], since)[id].comments == 0
        assert desk.sandbox.ledger() == before

    def test_what_is_gone_is_left_out_and_hinders_nobody(self, desk, since):
        id = published(desk)
        gone = "3kaaaaaaaaaaa" if desk.adapter.platform == "bluesky" else "1"
        assert list(desk.adapter.reactions([id, gone], since)) == [id]
        desk.adapter.remove(id)
        assert desk.adapter.reactions([id, gone], since) == {}

    def test_a_limit_an_old_token_and_an_outage_are_told_apart(self, desk, since):
        id, platform = published(desk), desk.adapter.platform
        for fault, error in (
            ("rate_limited", RateLimited),
            ("expired_token", NotConnected),
            ("error_before", NotSent),
        ):
            desk.sandbox.faults({"platform": platform, "call": READING[platform], "fault": fault})
            with pytest.raises(error):
                desk.adapter.reactions([id], since)


ANSWERING = [adapter for adapter in TELLING if adapter.limits.thread]


@pytest.mark.parametrize("adapter_class", ANSWERING, ids=[adapter.platform for adapter in ANSWERING])
def test_what_answers_a_post_is_counted_as_said_below_it(desk, since):
    id = published(desk)
    said = replace(desk.content, text="Del två av tre.", reply_to=id)
    answering = Desk(desk.sandbox, desk.adapter, said, desk.secrets)
    answering.stage()
    answering.commit()
    assert desk.adapter.reactions([id], since)[id].comments == 1


@pytest.mark.parametrize(
    "adapter_class", [ADAPTERS["facebook"], ADAPTERS["youtube"]], ids=["facebook", "youtube"]
)
def test_what_the_public_says_below_it_is_counted(desk, since):
    id = published(desk)
    desk.sandbox.comment(desk.adapter.platform, id, "Bra!")
    assert desk.adapter.reactions([id], since)[id].comments == 1


class TestFacebook:
    @pytest.fixture
    def adapter_class(self):
        return ADAPTERS["facebook"]

    def test_a_film_is_known_by_its_own_number(self, running, adapter_class, since):
        running.reset()
        desk = made(running, adapter_class, "film")
        film = published(desk)
        like(desk, 2)
        assert desk.adapter.reactions([film], since) == {film: Reactions(likes=2, comments=0, shares=0)}

    def test_without_leave_to_read_comments_the_rest_is_told(self, desk, since):
        id = published(desk)
        lacking = {"platform": "facebook", "call": "published_posts", "fault": "forbidden"}
        desk.sandbox.faults(lacking)
        assert desk.adapter.reactions([id], since) == {id: Reactions(likes=0, comments=None, shares=0)}
        desk.sandbox.faults(lacking | {"times": 2})
        with pytest.raises(NotConnected) as refusal:
            desk.adapter.reactions([id], since)
        assert refusal.value.code == Trouble.PERMISSION_MISSING
