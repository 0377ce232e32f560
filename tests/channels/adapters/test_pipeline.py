"""
The pipeline with the real adapters, against the sandbox: whatever a platform does, the post is there once.

What the pipeline decides is proved in `tests/posts/test_publishing.py`; here it is proved that the two speak of the same.
"""

from datetime import timedelta
from io import BytesIO

import pytest
import requests
from django.conf import settings
from django.utils import timezone
from PIL import Image

from channels import connections
from channels.models import AppRest, Channel, Credential
from posts import preparation, publishing, retouching, workflow
from posts.media.edits import Box
from posts.models import (
    Attempt,
    MediaKind,
    Outcome,
    Publication,
    PublicationStatus,
    Regret,
    Removal,
    RemovalStatus,
    Rendition,
)
from tests import factories
from tests.channels.adapters.desk import ACCOUNTS, short_film
from tests.posts.media import phones

pytestmark = pytest.mark.django_db
COMMITS = {
    "facebook": "feed", "x": "post", "youtube": "videos_update", "mastodon": "post", "bluesky": "put_record"
}  # fmt: skip
REMOVALS = {
    "facebook": "delete", "x": "delete", "youtube": "videos_delete", "mastodon": "delete", "bluesky": "delete_record"
}  # fmt: skip
TELLING = ("facebook", "x")
"""Those that tell of their limits before they are reached."""
LONG_AGO = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _addresses(sandbox, settings):
    settings.PLATFORM_ADDRESSES = sandbox.addresses


def connected(sandbox, platform: str) -> Channel:
    """A channel with an account and a credential at the sandbox."""
    account = ACCOUNTS.get(platform, "7000001")
    about = {"platform": platform, "id": account, "name": "Seko", "handle": "seko"}
    given = requests.post(f"{sandbox.url}/ovning/api/tokens", json=about, timeout=10).json()
    channel = Channel.objects.create(
        platform=platform, name="Seko", remote_id=account, handle="seko", host=given.get("host", "")
    )
    secrets = {"access_token": given.get("page_token") or given["access_token"]}
    if refresh := given.get("refresh_token"):
        secrets["refresh_token"] = refresh
    connections.connect(channel, secrets)
    return channel


@pytest.fixture(params=COMMITS)
def publication(sandbox, request) -> Publication:
    channel, author = connected(sandbox, request.param), factories.ombudsman()
    media = [factories.picture(author)]
    if channel.adapter_class.makes_film_of_pictures:
        film = short_film()
        media = [factories.picture(author, film.open().read(), kind=MediaKind.FILM, seconds=film.seconds)]
    post = factories.submitted(author, media=media)
    factories.approved(post, factories.reviewer(), channel, title="Nattskiftet")
    return Publication.objects.get()


def work(publication: Publication) -> Publication:
    """What workers do until there is nothing left to do. Nobody waits: what lies ahead is made due at once."""
    for _ in range(20):
        Publication.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        if not (claimed := publishing.claim(publication.pk)):
            break
        publishing.send(claimed)
        Attempt.objects.update(started_at=timezone.now() - timedelta(seconds=3))
    return Publication.objects.get(pk=publication.pk)


def pictures_received(sandbox) -> dict[str, bytes]:
    """Let all go out; by platform, the bytes that its followers see, of which we know that we have sent them."""
    done = {each.channel.platform: work(each) for each in Publication.objects.all()}
    sandbox.clock(30)
    received = {}
    for platform, publication in done.items():
        assert publication.status == PublicationStatus.PUBLISHED
        [shown] = sandbox.posts(platform)
        [item] = shown["media"]
        received[platform] = sandbox.media(item["sha256"])
        [sent] = publication.attempts.get().sent["media"]
        assert (sent["sha256"], sent["size"]) == (item["sha256"], len(received[platform]))
    return received


def test_a_picture_too_large_for_one_platform_goes_there_smaller_and_as_it_is_to_the_other(sandbox):
    channels = {platform: connected(sandbox, platform) for platform in ("facebook", "bluesky")}
    author, reviewer, master = factories.ombudsman(), factories.reviewer(), phones.grainy(2304, 1728)
    assert 3_000_000 < len(master) < 3_900_000
    post = factories.submitted(author, media=[factories.picture(author, master, width=2304, height=1728)])
    version = factories.for_channels(post, reviewer, *channels.values())
    with pytest.raises(workflow.BlockedError):
        workflow.approve(post, reviewer, version)
    assert (Publication.objects.count(), sandbox.ledger()) == (0, [])

    smaller = Rendition.objects.get()
    preparation.make_rendition(preparation.claim_rendition(smaller.pk))
    workflow.approve(post, reviewer, version)
    received = pictures_received(sandbox)
    assert received["facebook"] == master
    with Rendition.objects.get().picture.open() as picture:
        assert received["bluesky"] == picture.read()
    assert len(received["bluesky"]) <= 1_000_000


def test_what_is_cropped_for_one_platform_goes_there_so_and_whole_to_the_other(sandbox):
    channels = {platform: connected(sandbox, platform) for platform in ("facebook", "bluesky")}
    author, reviewer, master = factories.ombudsman(), factories.reviewer(), factories.jpeg(size=(320, 240))
    picture = factories.picture(author, master, width=320, height=240)
    post = factories.submitted(author, media=[picture])
    version = factories.for_channels(post, reviewer, *channels.values())
    box = Box(25.0, 0.0, 75.0, 100.0)
    version = retouching.crop_for(channels["facebook"], post, reviewer, version, picture, box)
    with pytest.raises(workflow.BlockedError):
        workflow.approve(post, reviewer, version)
    preparation.make_rendition(preparation.claim_rendition(Rendition.objects.get().pk))
    workflow.approve(post, reviewer, version)
    received = pictures_received(sandbox)
    assert received["bluesky"] == master
    with Rendition.objects.get().picture.open() as part:
        assert received["facebook"] == part.read()
    assert Image.open(BytesIO(received["facebook"])).size == (240, 240)


def test_a_smaller_picture_that_is_not_what_was_made_is_not_sent(sandbox):
    author, reviewer, channel = factories.ombudsman(), factories.reviewer(), connected(sandbox, "bluesky")
    post = factories.submitted(author, media=[factories.picture(author, phones.grainy(1600, 1200))])
    version = factories.for_channels(post, reviewer, channel)
    preparation.make_rendition(preparation.claim_rendition(Rendition.objects.get().pk))
    workflow.approve(post, reviewer, version)
    with Rendition.objects.get().picture.open("wb") as picture:
        picture.write(factories.jpeg("red"))

    failed = work(Publication.objects.get())

    assert (failed.status, failed.trouble) == (PublicationStatus.FAILED, "seal_broken")
    assert (seen(sandbox), sandbox.ledger(platform="bluesky")) == ([], [])


def seen(sandbox) -> list[str]:
    sandbox.clock(30)
    return [post["text"] for post in sandbox.posts()]


def outcomes() -> list[str]:
    return list(Attempt.objects.order_by("fence").values_list("outcome", flat=True))


def test_an_approved_post_appears_once_with_its_receipt(publication, sandbox):
    done = work(publication)
    assert (done.status, outcomes()) == (PublicationStatus.PUBLISHED, [Outcome.RECEIPT])
    assert seen(sandbox) == [factories.TEXT]
    assert requests.get(done.url, timeout=10).ok


@pytest.mark.parametrize("fault", ["reset_after", "error_after", "truncated"])
def test_a_post_whose_answer_was_lost_is_found_and_not_sent_again(publication, sandbox, fault):
    platform = publication.channel.platform
    sandbox.faults({"platform": platform, "call": COMMITS[platform], "fault": fault})
    done = work(publication)
    assert (done.status, outcomes()) == (PublicationStatus.PUBLISHED, [Outcome.FOUND])
    assert len(sandbox.ledger(effect="public")) == 1
    assert seen(sandbox) == [factories.TEXT]


@pytest.mark.parametrize("fault", ["reset_before", "error_before"])
def test_a_post_that_was_not_heard_is_sent_again_once_its_absence_is_proved(
    publication, sandbox, fault, monkeypatch
):
    platform = publication.channel.platform
    monkeypatch.setattr(publication.channel.adapter_class, "absence_proven_after", timedelta(0))
    sandbox.faults({"platform": platform, "call": COMMITS[platform], "fault": fault})
    done = work(publication)
    assert (done.status, outcomes()) == (PublicationStatus.PUBLISHED, [Outcome.ABSENT, Outcome.RECEIPT])
    assert len(sandbox.ledger(effect="public")) == 1
    assert seen(sandbox) == [factories.TEXT]


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "error_after", "truncated"])
def test_trouble_while_staging_leaves_one_post(publication, sandbox, fault):
    sandbox.faults({"platform": publication.channel.platform, "call": "*", "fault": fault})
    done = work(publication)
    assert (done.status, outcomes()) == (PublicationStatus.PUBLISHED, [Outcome.RECEIPT])
    assert len(sandbox.ledger(effect="public")) == 1


def test_an_expired_token_heals_once_by_itself_where_it_can_be_renewed(publication, sandbox):
    sandbox.faults({"platform": publication.channel.platform, "call": "*", "fault": "expired_token"})
    done = work(publication)
    can_heal = publication.channel.platform not in {"facebook", "mastodon"}
    expected = (PublicationStatus.PUBLISHED, "") if can_heal else (PublicationStatus.QUEUED, "token_expired")
    assert (done.status, Channel.objects.get().fault) == expected


def test_an_expired_token_lets_the_post_wait_and_nothing_is_lost(publication, sandbox):
    always = {"call": "*", "fault": "expired_token", "times": 0}
    sandbox.faults({"platform": publication.channel.platform} | always)
    waiting = work(publication)
    sandbox.clear_faults()
    assert waiting.status == PublicationStatus.QUEUED
    assert Channel.objects.get().fault == "token_expired"
    secrets = Credential.objects.get().open()
    connections.connect(Channel.objects.get(), secrets)
    assert work(publication).status == PublicationStatus.PUBLISHED
    assert seen(sandbox) == [factories.TEXT]


@pytest.mark.parametrize("publication", TELLING, indirect=True)
@pytest.mark.parametrize(("pool", "whole_app"), [("", False), ("app", True)])
def test_the_last_call_for_now_is_a_receipt_and_then_there_is_a_rest(publication, sandbox, pool, whole_app):
    platform = publication.channel.platform
    fault = {"fault": "limit_reached", "pool": pool, "seconds": 1200}
    sandbox.faults({"platform": platform, "call": COMMITS[platform], **fault})
    other = factories.channel(platform)
    done = work(publication)
    assert (done.status, outcomes()) == (PublicationStatus.PUBLISHED, [Outcome.RECEIPT])
    assert list(Channel.objects.publishing(timezone.now())) == ([] if whole_app else [other])
    assert AppRest.objects.exists() is whole_app


def take_down(publication: Publication) -> Removal:
    """The order, and what workers do about it."""
    reviewer = factories.reviewer()
    publishing.take_down(publication.post, reviewer, Regret.WRONG, "Fel datum")
    for _ in range(10):
        Removal.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        if not (claimed := publishing.claim_removal(Removal.objects.get().pk)):
            break
        publishing.remove(claimed)
    return Removal.objects.get()


@pytest.mark.parametrize(
    "fault", ["", "reset_before", "reset_after", "error_before", "error_after", "truncated"]
)
def test_what_is_taken_down_is_gone_and_the_platform_was_asked_once(publication, sandbox, fault):
    platform = publication.channel.platform
    done = work(publication)
    if fault:
        sandbox.faults({"platform": platform, "call": REMOVALS[platform], "fault": fault})
    assert take_down(done).status == RemovalStatus.REMOVED
    assert (seen(sandbox), len(sandbox.ledger(effect="removed"))) == ([], 1)
    assert requests.get(done.url, timeout=10).status_code == 404
    assert Publication.objects.get().status == PublicationStatus.REMOVED


def test_what_may_not_be_taken_down_stays_and_is_not_called_gone(publication, sandbox):
    platform = publication.channel.platform
    done = work(publication)
    sandbox.faults({"platform": platform, "call": REMOVALS[platform], "fault": "forbidden", "times": 0})
    assert take_down(done).status != RemovalStatus.REMOVED
    assert seen(sandbox) == [factories.TEXT]
    assert Publication.objects.get().status == PublicationStatus.PUBLISHED
    sandbox.clear_faults()


@pytest.mark.parametrize("platform", ["x", "youtube", "bluesky"])
def test_in_training_a_credential_is_renewed_too(sandbox, platform):
    channel = connected(sandbox, platform)
    old = Credential.objects.get().open()["access_token"]
    Credential.objects.update(expires_at=timezone.now() - LONG_AGO)
    adapter = connections.adapter_for(channel)
    assert adapter.connection.access_token != old
    assert Credential.objects.get().expires_at > timezone.now()
    assert all(all(keys) for keys in settings.APP_KEYS.values())
