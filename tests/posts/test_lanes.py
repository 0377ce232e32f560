"""One channel's trouble never delays another's: neither in a worker nor on the way to one."""

import threading
from contextlib import ExitStack

import pytest
from django.utils import timezone

from posts import lanes, preparation, publishing, tasks
from posts.models import Media, MediaKind, MediaState, Publication, PublicationStatus
from posts.publishing import sending
from seko_social.processes import THREADS
from tests import factories

SLOW, OTHER = 1, 2


@pytest.fixture
def full():
    """As many threads busy on one channel as there may be."""
    over, entered = threading.Event(), threading.Barrier(lanes.MOST["default"] + 1)
    threads = [threading.Thread(target=stay, args=(entered, over)) for _ in range(lanes.MOST["default"])]
    for thread in threads:
        thread.start()
    entered.wait()
    yield
    over.set()
    for thread in threads:
        thread.join()


def stay(entered: threading.Barrier, over: threading.Event) -> None:
    with lanes.lane(SLOW, "default") as has_room:
        assert has_room
        entered.wait()
        over.wait()


def test_a_channel_that_does_not_answer_leaves_room_for_the_others(full):
    with lanes.lane(SLOW, "default") as slow, lanes.lane(OTHER, "default") as other:
        assert (slow, other) == (False, True)
    assert all(THREADS[queue] > most for queue, most in lanes.MOST.items())


def test_a_place_is_free_again_when_its_work_is_over_or_broke():
    with pytest.raises(ZeroDivisionError), lanes.lane(OTHER, "films"):
        raise ZeroDivisionError
    assert lanes.busy[OTHER] == 0


@pytest.mark.django_db
def test_what_finds_no_room_is_left_as_it_was_and_woken_again(monkeypatch):
    publication = approved_for(factories.channel("x"), 1)[0]
    publishing.wake(timezone.now())
    monkeypatch.setitem(lanes.MOST, "default", 0)
    tasks.publish(publication.pk, publication.channel_id, "default")
    publication.refresh_from_db()
    assert (publication.status, publication.fence, publication.woken_at) == (
        PublicationStatus.QUEUED,
        0,
        None,
    )
    assert publishing.wake(timezone.now()) == [publication]


@pytest.mark.django_db
def test_the_broker_holds_a_few_of_each_channel_and_the_next_when_they_are_claimed(monkeypatch):
    monkeypatch.setattr(sending, "AT_THE_DOOR", 2)
    many, few = (
        approved_for(factories.channel("x"), 4),
        approved_for(factories.channel("facebook"), 1),
    )
    assert publishing.wake(timezone.now()) == [many[0], few[0], many[1]]
    assert publishing.wake(timezone.now()) == []
    publishing.claim(many[0].pk)
    assert publishing.wake(timezone.now()) == [many[2]]


def approved_for(channel, count) -> list[Publication]:
    author, reviewer = factories.ombudsman(), factories.reviewer()
    posts = [factories.submitted(author, media=[], text=f"Nummer {number}") for number in range(count)]
    for post in posts:
        factories.approved(post, reviewer, channel)
    return list(Publication.objects.filter(channel=channel).order_by("pk"))


def test_only_so_many_pictures_are_made_ready_at_once_and_room_is_left_for_posts():
    with ExitStack() as stack:
        room = [stack.enter_context(lanes.table()) for _ in range(lanes.MOST_MEDIA + 1)]
    assert room == [True] * lanes.MOST_MEDIA + [False]
    assert THREADS["default"] > lanes.MOST_MEDIA
    with lanes.table() as has_room:
        assert has_room


@pytest.mark.django_db
def test_a_picture_that_finds_no_room_is_left_lying(put_in_broker):
    media = factories.unprepared(factories.ombudsman())
    with ExitStack() as stack:
        for _ in range(lanes.MOST_MEDIA):
            stack.enter_context(lanes.table())
        tasks.prepare(str(media.pk))
    media.refresh_from_db()
    assert (media.state, media.tries, put_in_broker) == (MediaState.WAITING, 0, [])


@pytest.mark.django_db
def test_whoever_has_made_one_ready_sends_for_the_one_that_has_waited_longest(put_in_broker, monkeypatch):
    karin = factories.ombudsman()
    mine, film, first, last = (factories.unprepared(karin) for _ in range(4))
    Media.objects.filter(pk=film.pk).update(kind=MediaKind.FILM)
    monkeypatch.setattr(preparation, "prepare", lambda media: None)
    tasks.prepare(str(mine.pk))
    assert put_in_broker == [("posts.tasks.prepare", str(first.pk))]
    assert last.pk != first.pk
