"""
A whole thread while things break: each part is public once, in its order, as an answer to the one before. What can be
shown of one part alone is in the matrix, where an answer and a comment are contents like others.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from django.utils import timezone

from posts import publishing
from posts.models import Publication, PublicationStatus, Regret, Removal
from tests import factories
from tests.faults.matrix import (
    BEFORE_STAGE,
    BETWEEN,
    CONTENTS,
    FAULTS,
    NOT_ANSWERED,
    NOT_LOGGED,
    NOT_SETTLED,
    PUBLISHED,
    Content,
)
from tests.faults.scene import MOMENT, ROUNDS, Scene, connected, media_of, numbers, until
from tests.faults.verdict import count

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = 3
HEADS = [
    content
    for content in CONTENTS
    if content.name in ("x text", "x picture", "facebook text", "facebook film")
]
TEXT_ON_X = next(content for content in HEADS if content.name == "x text")
AT_A_PART = [fault for fault in FAULTS if fault.name in ("reset before", "reset after")]
DEATHS = (BEFORE_STAGE, BETWEEN, NOT_ANSWERED, NOT_SETTLED, NOT_LOGGED)
KILLED = -9
REMOVED, CANCELLED = PublicationStatus.REMOVED, PublicationStatus.CANCELLED
IN_THE_END = {"facebook": [REMOVED, CANCELLED], "x": [REMOVED, REMOVED, CANCELLED]}
"""The post does not wait for what nobody knows; a comment has gone with it when it is looked for."""


class Thread:
    """A post and what follows it, each a scene of its own that a worker may play."""

    def __init__(self, sandbox, content: Content) -> None:
        author, reviewer, number = factories.ombudsman(), factories.reviewer(), next(numbers)
        self.texts = [f"{number}, {part}: {factories.TEXT}" for part in range(1, PARTS + 1)]
        post = factories.submitted(author, media=list(media_of(content, author)), text=self.texts[0])
        channel = connected(sandbox, content.platform, number, owner=factories.reader())
        alt_text = factories.ALT if content.pictures else ""
        if content.platform == "facebook":
            self.texts = self.texts[:2]
            following = {"first_comment": self.texts[1]}
        else:
            following = {"thread": tuple(self.texts[1:])}
        factories.approved(post, reviewer, channel, alt_text=alt_text, **following)
        self.post, self.platform, self.sandbox, self.reviewer = post, content.platform, sandbox, reviewer
        rows = Publication.objects.filter(post=post).order_by("part")
        self.scenes = [
            Scene(sandbox, row.pk, {}, (text, text)) for row, text in zip(rows, self.texts, strict=True)
        ]

    def work(self) -> list[str]:
        """Play the workers, whoever's turn it is: nobody knows the order but the database."""
        for _ in range(ROUNDS):
            if all(scene.is_at_rest() for scene in self.scenes):
                break
            self.play_once()
        return [scene.status for scene in self.scenes]

    def play_once(self) -> None:
        """The last are asked for first, so that only their turn keeps them back."""
        claimed = [each for scene in reversed(self.scenes) if (each := publishing.claim(scene.pk))]
        for publication in claimed:
            publishing.send(publication)
        if not claimed:
            min(self.waiting(), key=lambda scene: scene.next_moment()).wait()

    def waiting(self) -> Iterator[Scene]:
        due = [scene for scene in self.scenes if not scene.is_at_rest()]
        return (scene for scene in due if scene.publication.is_in_turn)

    def public(self) -> list[str]:
        account = self.scenes[0].publication.channel.remote_id
        lines = self.sandbox.ledger(effect="public", account=account)
        return [line["text"] for line in lines if line["text"] in self.texts]

    def is_out_in_order(self, record) -> None:
        for scene in self.scenes:
            count(record, scene, self.platform, "in a thread")
        assert self.public() == self.texts
        rows = [scene.publication for scene in self.scenes]
        assert [row.status for row in rows] == [PUBLISHED] * len(rows)
        assert len({row.remote_id for row in rows}) == len(rows)
        for row in rows[1:]:
            assert row.attempts.latest("fence").sent["reply_to"] == row.after.remote_id


@pytest.mark.parametrize("content", HEADS, ids=lambda content: content.name)
def test_a_thread_comes_out_in_its_order(sandbox, content, record_property):
    thread = Thread(sandbox, content)
    thread.work()
    thread.is_out_in_order(record_property)


@pytest.mark.parametrize(
    ("content", "fault", "part"),
    [each for each in product(HEADS, AT_A_PART, range(PARTS)) if each[0].platform == "x" or each[2] < 2],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_call_that_goes_wrong_at_any_part(sandbox, content, fault, part, record_property):
    thread = Thread(sandbox, content)
    commit = content.calls[-1] if part == 0 or content.platform == "x" else "comment"
    skip = part if content.platform == "x" else 0
    sandbox.faults({"platform": content.platform, "call": commit, "skip": skip, **fault.rule})
    thread.work()
    assert sandbox.waiting_faults() == []
    thread.is_out_in_order(record_property)


@pytest.mark.parametrize("place", DEATHS, ids=str)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_worker_that_is_killed_at_any_part(sandbox, workers, place, part, record_property):
    """What follows is not claimed while nobody knows what became of it."""
    thread = Thread(sandbox, TEXT_ON_X)
    while thread.scenes[part].status == "queued" and not thread.scenes[part].publication.is_in_turn:
        thread.play_once()
    assert workers.hit(thread.scenes[part], place).code == KILLED
    if place.is_heard:
        until(lambda: len(thread.public()) == part + 1)
    if place is not NOT_LOGGED:
        assert [publishing.claim(scene.pk) for scene in thread.scenes[part + 1 :]] == [None] * (
            PARTS - part - 1
        )
    thread.work()
    thread.is_out_in_order(record_property)


@pytest.mark.parametrize("content", HEADS, ids=lambda content: content.name)
def test_a_thread_that_is_taken_down_in_the_middle(sandbox, workers, content, record_property):
    """The worker of the second part has sent it, and is dead; nobody has heard what became of it."""
    thread = Thread(sandbox, content)
    while not thread.scenes[1].publication.is_in_turn:
        thread.play_once()
    workers.hit(thread.scenes[1], NOT_SETTLED)
    publishing.take_down(thread.post, thread.reviewer, Regret.CONSENT)
    for _ in range(ROUNDS):
        if not Removal.objects.unfinished().exists():
            break
        remove_what_is_due()
        if thread.scenes[1].status in ("committing", "unconfirmed"):
            thread.scenes[1].look()
    assert not Removal.objects.unfinished().exists()
    for number, scene in enumerate(thread.scenes):
        count(record_property, scene, thread.platform, "taken down in a thread", wanted=int(number < 2))
    assert sandbox.posts(content.platform) == []
    assert thread.public() == thread.texts[:2]
    assert [scene.status for scene in thread.scenes] == IN_THE_END[content.platform]


def remove_what_is_due() -> None:
    Removal.objects.filter(finished_at=None).update(not_before=timezone.now() - MOMENT)
    for pk in Removal.objects.unfinished().values_list("pk", flat=True):
        if claimed := publishing.claim_removal(pk):
            publishing.remove(claimed)
