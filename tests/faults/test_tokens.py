"""
Tokens that are renewed while posts are on their way: by one worker only, since X's refresh tokens work once; and what is
known of an old token says nothing of the channel.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels.models import Channel, Credential
from tests.faults.matrix import BEFORE_STAGE, CONTENTS, PUBLISHED, TOLD_PUBLISHED, TOLD_STOPPED, Place
from tests.faults.scene import Scene, scene
from tests.faults.verdict import count

pytestmark = pytest.mark.django_db(transaction=True)
RENEWED = [content for content in CONTENTS if content.platform != "facebook" and not content.is_part]
"""A page's token on Facebook does not run out, and cannot be renewed."""
RENEWING = Place("asking for a new token", "call sent", 1)
COUNTED = {"call": "token", "fault": "delay_before", "seconds": 0, "times": 100}
KILLED = -9


@pytest.fixture(params=RENEWED, ids=lambda content: content.name)
def pair(request, sandbox) -> tuple[Scene, Scene]:
    """Two posts for one channel."""
    first = scene(sandbox, request.param)
    return first, scene(sandbox, request.param, channel=first.publication.channel)


def run_out() -> None:
    Credential.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def renewals(sandbox) -> int:
    [rule] = sandbox.waiting_faults()
    return COUNTED["times"] - rule["times"]


def both_are_out(pair, record_property, fault: str) -> None:
    statuses = [each.work() for each in pair]
    platform = pair[0].publication.channel.platform
    for each in pair:
        count(record_property, each, platform, fault)
    assert statuses == [PUBLISHED, PUBLISHED]
    assert [len(each.public) for each in pair] == [1, 1]


def test_of_two_workers_one_renews(pair, sandbox, workers, record_property):
    one, other = pair
    run_out()
    sandbox.faults({"platform": one.publication.channel.platform, **COUNTED})
    renewing = workers.hit(one, RENEWING, by="SIGSTOP")
    assert workers.do("publish", other.pk) == 0
    assert (other.publication.trouble, renewals(sandbox)) == ("renewing", 1)
    renewing.resume()
    workers.wait(renewing)
    both_are_out(pair, record_property, "token renewed by two at once")
    assert (renewals(sandbox), one.channel_log) == (1, [])


def test_an_old_token_does_not_break_a_channel_that_has_a_new_one(pair, sandbox, workers, record_property):
    one, other = pair
    with_old_token = workers.hit(one, BEFORE_STAGE, by="SIGSTOP")
    run_out()
    assert workers.do("publish", other.pk) == 0
    sandbox.faults({"platform": one.publication.channel.platform, "call": "*", "fault": "expired_token"})
    with_old_token.resume()
    workers.wait(with_old_token)
    assert (with_old_token.code, one.status, sandbox.waiting_faults()) == (0, "queued", [])
    both_are_out(pair, record_property, "old token after a renewal")
    assert (one.channel_log, Channel.objects.get().fault) == ([], "")


def test_a_worker_that_is_killed_while_it_renews(pair, sandbox, workers, record_property):
    """X has used up our refresh token: a person connects again, and nothing is lost. Google lets us ask again."""
    one, _other = pair
    platform = one.publication.channel.platform
    run_out()
    assert workers.hit(one, RENEWING).code == KILLED
    if platform == "x":
        assert one.work() == "queued"
        assert (one.public, one.channel_log, one.told) == ([], ["channel.broke"], TOLD_STOPPED)
        one.connect_again()
    both_are_out(pair, record_property, "killed while renewing")


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.name)
def test_an_old_token_does_not_break_a_channel_that_a_person_has_connected_again(
    sandbox, workers, content, record_property
):
    played = scene(sandbox, content)
    with_old_token = workers.hit(played, BEFORE_STAGE, by="SIGSTOP")
    played.connect_again()
    sandbox.faults({"platform": content.platform, "call": "*", "fault": "expired_token"})
    with_old_token.resume()
    workers.wait(with_old_token)
    assert (played.channel_log, Channel.objects.get().fault) == (["channel.connected"], "")
    status = played.work()
    count(record_property, played, content.platform, "old token, connected again")
    assert status == PUBLISHED
    assert (len(played.public), played.told, sandbox.waiting_faults()) == (1, TOLD_PUBLISHED, [])
