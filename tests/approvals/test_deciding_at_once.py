"""
Two people decide on the same post at the same moment, each in a process of their own, against the same PostgreSQL: one
wins, and the other is shown who, what and the difference, and what they had typed. Every kind of decision meets each.

Both press while the post's row is held, and it is let go when both wait for it: that they meet is seen, not hoped for.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from approvals.models import Claim
from posts import timeline, workflow
from posts.models import Approval, FirstOkay, Post, Publication, Status, Transition
from seko_social.processes import ROOT
from tests import factories
from tests.approvals.test_views import as_shown

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite lets one writer in at a time anyway"
    ),
]
ROUNDS = 2
PATIENCE = 60
TOMORROW = f"{timezone.localdate() + timedelta(days=1)}T12:00"


@dataclass(frozen=True)
class Kind:
    """A decision: its button's address, and what is typed with it."""

    path: str
    typed: dict[str, str]
    whole_page: bool = False
    """The button sends all that the page shows."""
    is_authors: bool = False


KINDS = {
    "approve": Kind("/granska/{}/godkann/", {}, whole_page=True),
    "reserve": Kind("/granska/{}/reserven/", {}, whole_page=True),
    "schedule": Kind("/granska/{}/schemalagg/", {"at": TOMORROW}),
    "ask": Kind("/granska/{}/be-om-andring/", {"message": "Vilken bangård är det?"}),
    "reject": Kind("/granska/{}/avsla/", {"reason": "irrelevant", "message": "Skicka gärna en annan bild."}),
    "edit": Kind("/granska/{}/spara/", {"text": "Nattskiftet började klockan fem."}, whole_page=True),
    "withdraw": Kind("/inlagg/{}/dra-tillbaka/", {}, is_authors=True),
}
OKAYS = {"approve", "reserve", "schedule"}
LOOK = Kind("/granska/{}/tittar/", {})
FIRST_OKAY = Kind("/granska/{}/godkann/1-av-2/", {}, whole_page=True)


class Decider:
    """One person's process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def tell(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        assert line, "the process has ended"
        return json.loads(line)

    def gets_ready(self, kind: Kind, post: Post, by: User, number: int) -> None:
        typed = {name: f"{text} {number}" if name == "text" else text for name, text in kind.typed.items()}
        data = as_shown(post, **typed) if kind.whole_page else {"version": post.current_version_id, **typed}
        order = {"path": kind.path.format(post.pk), "by": by.pk, "data": data, "follows": kind.is_authors}
        self.tell(json.dumps(order))
        assert self.hear() == {"is_ready": True}


@pytest.fixture(scope="module")
def processes(tmp_path_factory, django_db_setup) -> Iterator[list[Decider]]:
    at = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "seko_social.settings",
        "DATABASE_URL": f"postgresql://{at['USER']}@{quote(at['HOST'], safe='')}/{at['NAME']}",
        "VAR_DIR": str(tmp_path_factory.mktemp("deciders")),
        "UNDO_SECONDS": "0",
        "ELECTION_PERIODS": f"{timezone.localdate()}/{timezone.localdate() + timedelta(days=1)}",
    }
    command = [sys.executable, "-m", "tests.approvals.decider"]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(2)
        ]
        yield [Decider(process) for process in started]
        for process in started:
            process.stdin.close()


@pytest.fixture
def people() -> dict[str, User]:
    return {
        "karin": factories.ombudsman(),
        "anna": factories.reviewer(),
        "johan": factories.reviewer(name="Johan Alm"),
    }


def a_post(people: dict[str, User], *, is_political: bool = False) -> Post:
    """With nothing missing; the last step is nobody's who decides."""
    mia = factories.reviewer(name="Mia Borg")
    post = factories.submitted(people["karin"])
    factories.for_channels(post, mia, factories.channel())
    if is_political:
        workflow.mark_political(post, mia, is_political=True)
    return Post.objects.get(pk=post.pk)


def meet(deciders: list[Decider], post: Post, pressed: list[tuple[Kind, User]]) -> list[dict[str, Any]]:
    """Both press, and are let go when both wait for the post."""
    for number, (decider, (kind, by)) in enumerate(zip(deciders, pressed, strict=True)):
        decider.gets_ready(kind, post, by, number)
    with transaction.atomic():
        Post.objects.select_for_update().get(pk=post.pk)
        for decider in deciders:
            decider.tell("now")
        until(lambda: waiting_for_a_row() == len(deciders))
    return [decider.hear() for decider in deciders]


def waiting_for_a_row() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "they did not meet"


def steps_of(post: Post, people: dict[str, User]) -> list[Transition]:
    """What the two of them did to it."""
    mine = post.transitions.filter(by__in=people.values()).exclude(action="submit")
    return list(mine.select_related("by").order_by("id"))


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("first", KINDS)
def test_of_two_decisions_one_wins_and_the_other_person_is_shown_by_whom(first, processes, people):
    others = list(KINDS)[list(KINDS).index(first) :]
    for second, turn in itertools.product(others, range(ROUNDS)):
        names = [first, second] if turn % 2 else [second, first]
        kinds = [KINDS[name] for name in names]
        by = [
            people["karin" if kind.is_authors else name]
            for kind, name in zip(kinds, ("anna", "johan"), strict=True)
        ]
        post = a_post(people)
        answers = meet(processes, post, list(zip(kinds, by, strict=True)))
        steps = steps_of(post, people)

        if len(steps) == 2:
            # An author may withdraw whatever it says by then, and what they are asked to change: no decision is undone.
            assert [step.action for step in steps] in (["edit", "withdraw"], ["request_changes", "withdraw"])
            continue
        [step] = steps
        won = winner(names, by, step, answers)
        check_what_is_so(post, names[won])
        check_what_the_other_is_shown(post, step, kinds[1 - won], kinds[won], answers[1 - won], by[1 - won])


def winner(names: list[str], by: list[User], step: Transition, answers: list[dict[str, Any]]) -> int:
    if by[0] == by[1]:
        # The same author on two devices.
        return next(n for n, answer in enumerate(answers) if "Det går inte längre" not in answer["text"])
    assert step.by in by, names
    return by.index(step.by)


def check_what_is_so(post: Post, name: str) -> None:
    count = int(name in OKAYS)
    okays = Approval.objects.filter(version__post=post).count()
    assert (okays, Publication.objects.filter(post=post).count()) == (count, count), name


def check_what_the_other_is_shown(
    post: Post, step: Transition, lost: Kind, won: Kind, answer: dict[str, Any], reader: User
) -> None:
    told = timeline.sentence_for(step, is_own=step.by == reader)
    assert told in answer["text"]
    if lost.is_authors:
        assert f"Det går inte längre. {told}" in answer["text"]
        return
    assert (answer["status"], "Ditt beslut är inte utfört." in answer["text"]) == (409, True)
    for text in (lost.typed.get("message"), lost.typed.get("text")):
        assert not text or f"Det här hade du skrivit {text}" in answer["text"]
    if at := lost.typed.get("at"):
        assert at.replace("T", " ").replace(":", ".") in answer["text"]
    if won == KINDS["edit"]:
        assert "Det här är ändrat sedan du tittade" in answer["text"]
        assert "Nattskiftet började" in answer["text"]


def test_a_page_that_says_it_is_open_stops_no_decision(processes, people):
    """Each would wait for what the other holds: the post, and the claim of somebody who left long ago."""
    pressed = [(KINDS["reject"], people["anna"]), (LOOK, people["johan"])]
    for turn in range(ROUNDS):
        post, long_ago = a_post(people), timezone.now() - timedelta(hours=1)
        Claim.objects.create(post=post, by=people["anna"], taken_at=long_ago, seen_at=long_ago)
        answers = meet(processes, post, pressed[::-1] if turn else pressed)
        assert sorted(answer["status"] for answer in answers) == [200, 302]
        assert Post.objects.get(pk=post.pk).status == Status.REJECTED


@pytest.fixture
def _election(settings):
    settings.ELECTION_PERIODS = [(timezone.localdate(), timezone.localdate() + timedelta(days=1))]


@pytest.mark.usefixtures("_election")
def test_of_two_first_okays_one_counts_and_nothing_is_published(processes, people):
    for _ in range(ROUNDS):
        post = a_post(people, is_political=True)
        pressed = [(FIRST_OKAY, people["anna"]), (FIRST_OKAY, people["johan"])]
        answers = meet(processes, post, pressed)
        okay = FirstOkay.objects.get(version__post=post)
        assert sorted(answer["status"] for answer in answers) == [302, 409]
        late = next(answer for answer in answers if answer["status"] == 409)
        assert f"Godkänt av {okay.by.get_short_name()}, 1 av 2" in late["text"]
        assert Approval.objects.filter(version__post=post).count() == 0


@pytest.mark.usefixtures("_election")
def test_a_second_okay_and_an_edit_at_once_do_not_both_count(processes, people):
    """What is approved is what both of them saw."""
    for _ in range(ROUNDS):
        post = a_post(people, is_political=True)
        workflow.first_okay(post, factories.reviewer(name="Olle Ek"), post.current_version)
        pressed = [(KINDS["approve"], people["anna"]), (KINDS["edit"], people["johan"])]
        meet(processes, post, pressed)
        [step] = steps_of(post, people)
        approval = Approval.objects.filter(version__post=post).first()
        assert (step.action == "approve") is (approval is not None)
        assert approval is None or approval.version.first_okay.digest == approval.digest
