"""
The fault matrix as data: what is published, the calls it takes, what goes wrong, and what must come of it.

    content × step × fault → how each attempt ends, the final status, how often it is public, what the log says

Whoever adds a platform adds its contents here; whoever meets a new kind of trouble adds a fault. Combinations that do not
exist are left out with the reason (`table.ABSENCES`), which the run prints below its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from posts.models import Outcome, PublicationStatus

NOT_SENT, RECEIPT, FOUND, ABSENT = Outcome.NOT_SENT, Outcome.RECEIPT, Outcome.FOUND, Outcome.ABSENT
PUBLISHED, FAILED, QUEUED = PublicationStatus.PUBLISHED, PublicationStatus.FAILED, PublicationStatus.QUEUED
NEEDS_DECISION = PublicationStatus.NEEDS_DECISION
Ends = tuple[Outcome, ...]
Told = list[tuple[str, str]]
IN_THE_END = {"facebook": (PUBLISHED, 1), "x": (FAILED, 0), "youtube": (FAILED, 0)}
"""What becomes of a film that the platform cannot process, and how often it is public."""


# --- how it may end ----------------------------------------------------------------------------------------------

TOLD_PUBLISHED = [("published", "author"), ("published_others", "approver"), ("published_others", "owner")]
TOLD_STOPPED = [("channel_stopped", "owner")]
TOLD_FAILED = [("failed", "approver"), ("failed", "author"), ("failed", "owner")]
TOLD_NO_CREDIT = [("out_of_credit", "owner")]
TOLD_TO_DECIDE = [("needs_decision", "approver"), ("needs_decision", "author"), ("needs_decision", "owner")]
TOLD_PART_FAILED = sorted([*TOLD_PUBLISHED, ("part_failed", "approver"), ("part_failed", "owner")])
TOLD_TO_DECIDE_ON_A_PART = sorted(
    [*TOLD_PUBLISHED, ("needs_decision", "approver"), ("needs_decision", "owner")]
)
"""Who is told what, when nothing moves any more. What follows a post does not concern its author, who has the post."""
IN_DOUBT = ("publication.unconfirmed", "publication.needs_decision")
OF_A_DUPLICATE = {
    "facebook": (NEEDS_DECISION, IN_DOUBT, TOLD_TO_DECIDE),
    "x": (NEEDS_DECISION, IN_DOUBT, TOLD_TO_DECIDE),
    "youtube": (FAILED, ("publication.failed",), TOLD_FAILED),
}
"""It says that it has the post already, and we cannot find it. YouTube says so of the film itself, for good."""


# --- what is published ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """`calls` are those of a publication that nothing happens to, in order, by the sandbox's names."""

    name: str
    calls: tuple[str, ...]
    pictures: int = 0
    films: int = 0
    is_part: bool = False
    """It follows a post that is out already: an answer, or a comment."""

    @property
    def platform(self) -> str:
        return self.name.split()[0]

    @property
    def steps(self) -> tuple["Step", ...]:
        """Each call once more, with its number. A look that is repeated until the film is ready is one step."""
        every = (Step(self, number, call) for number, call in enumerate(self.calls, 1))
        return tuple(step for step in every if step.call not in LOOKS or step.occurrence == 0)


@dataclass(frozen=True)
class Step:
    content: Content
    number: int
    call: str

    @property
    def occurrence(self) -> int:
        """How many calls of the same name come before it."""
        return self.content.calls[: self.number - 1].count(self.call)

    @property
    def is_commit(self) -> bool:
        return self.number == len(self.content.calls)

    def __str__(self) -> str:
        return f"{self.call} {self.occurrence + 1}" if self.content.calls.count(self.call) > 1 else self.call


LOOKS = {"media_status", "videos_list"}
CONTENTS = (
    Content("facebook text", ("feed",)),
    Content("facebook picture", ("photo", "feed"), pictures=1),
    Content("facebook pictures", ("photo", "photo", "photo", "feed"), pictures=3),
    Content("facebook film", ("video_start", "video_transfer", "video_finish"), films=1),
    Content("x text", ("post",)),
    Content(
        "x picture",
        ("media_initialize", "media_append", "media_finalize", "media_metadata", "post"),
        pictures=1,
    ),
    Content(
        "x film",
        ("media_initialize", "media_append", "media_finalize", *["media_status"] * 3, "post"),
        films=1,
    ),
    Content("youtube film", ("open_session", "put_chunk", *["videos_list"] * 2, "videos_update"), films=1),
    Content("x answer", ("post",), is_part=True),
    Content("facebook comment", ("comment",), is_part=True),
)

BELONGINGS = Content(
    "youtube film and its belongings",
    ("open_session", "put_chunk", *["videos_list"] * 2, "captions_insert", "thumbnails_set", "videos_update"),
    films=1,
)
"""With subtitles and a picture of its own. What is before them, and the commit, are the film's."""


# --- what goes wrong while we speak ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one call: at the platform (`rule`) or on the way there (`wire`)."""

    name: str
    on_commit: Ends
    """How the attempts end when it hits the call that makes the post public; a stage call's trouble leaves no trace."""
    rule: Mapping[str, Any] = field(default_factory=dict)
    wire: str = ""
    waits: float = 0
    """Seconds that the platform asked for: no call may reach it before they have passed."""
    mended_by_person: frozenset[str] = frozenset()
    """The platforms where nothing goes on before a person has connected the channel again."""


HEARD_AND_SILENT = {"fault": "delay_after", "seconds": 1}
HEARD_LATE = {"fault": "delay_before", "seconds": 1}
"""The platform takes it in when we have given up waiting."""
ONCE_MORE, LOOKED_FOR, SENT_AGAIN = (NOT_SENT, RECEIPT), (FOUND,), (ABSENT, RECEIPT)
FAULTS = (
    Fault("connect refused", ONCE_MORE, wire="refused"),
    Fault("name not found", ONCE_MORE, wire="nameless"),
    Fault("reset before", SENT_AGAIN, {"fault": "reset_before"}),
    Fault("reset after", LOOKED_FOR, {"fault": "reset_after"}),
    *(
        Fault(f"{code} before", SENT_AGAIN, {"fault": "error_before", "status": code})
        for code in (500, 502, 503)
    ),
    *(
        Fault(f"{code} after", LOOKED_FOR, {"fault": "error_after", "status": code})
        for code in (500, 502, 503)
    ),
    Fault("no answer, not heard", SENT_AGAIN, wire="silent"),
    Fault("no answer, heard", LOOKED_FOR, HEARD_AND_SILENT, wire="impatient"),
    Fault("half an answer", LOOKED_FOR, {"fault": "truncated"}),
    Fault(
        "too many calls",
        (Outcome.RATE_LIMITED, RECEIPT),
        {"fault": "rate_limited", "seconds": 900},
        waits=895,
    ),
    Fault(
        "expired token",
        (Outcome.NOT_CONNECTED, RECEIPT),
        {"fault": "expired_token"},
        mended_by_person=frozenset({"facebook"}),  # the others' tokens are renewed without anybody
    ),
)


@dataclass(frozen=True)
class Cell:
    """One fault at one step of one content."""

    step: Step
    fault: Fault

    @property
    def ends(self) -> Ends:
        return self.fault.on_commit if self.step.is_commit else (RECEIPT,)

    @property
    def is_heard(self) -> bool:
        """The platform takes in the call that makes it public, in its own time."""
        return self.step.is_commit and self.fault.wire == "impatient"

    @property
    def is_mended_by_person(self) -> bool:
        return self.step.content.platform in self.fault.mended_by_person

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules of misbehaviour for the sandbox."""
        where = {"platform": self.step.content.platform, "call": self.step.call, "skip": self.step.occurrence}
        return [{**where, **self.fault.rule}] if self.fault.rule else []

    def __str__(self) -> str:
        return f"{self.step.content.name}: {self.fault.name} at {self.step}"


def calls_gone_wrong(platform: str) -> list[Cell]:
    """Every fault at every call."""
    contents = [content for content in CONTENTS if content.platform == platform]
    return [Cell(step, fault) for content in contents for step in content.steps for fault in FAULTS]


# --- lists that know it late ---------------------------------------------------------------------------------------

LAG = 60
"""Seconds until a platform's lists show what is public."""
LATE_LISTS = (
    Fault("late lists, reset before", SENT_AGAIN, {"fault": "reset_before"}),
    Fault("late lists, reset after", LOOKED_FOR, {"fault": "reset_after"}),
    Fault("late lists, no answer, heard", LOOKED_FOR, HEARD_AND_SILENT, wire="impatient"),
    Fault("late lists, no answer, heard late", LOOKED_FOR, HEARD_LATE, wire="impatient"),
)
"""The commit call is in doubt, and a look sees nothing although it is out."""


def lists_that_are_late() -> list[Cell]:
    return [Cell(content.steps[-1], fault) for content in CONTENTS for fault in LATE_LISTS]


LOOKS_FAIL = (
    {"fault": "reset_before"},
    {"fault": "error_before", "status": 503},
    {"fault": "truncated"},
    {"fault": "rate_limited", "seconds": 300},
)
"""What a look may meet with: that nothing was seen is no proof then, however late it is."""


@dataclass(frozen=True)
class FailingLook:
    """The commit call is in doubt, and so are the looks for a while."""

    content: Content
    commit: Fault
    look: Mapping[str, Any]

    @property
    def platform(self) -> str:
        return self.content.platform

    def __str__(self) -> str:
        return f"{self.content.name}: {self.look['fault']} at the looks after {self.commit.name}"


def looks_that_fail() -> list[FailingLook]:
    in_doubt = [fault for fault in FAULTS if fault.name in ("reset before", "reset after")]
    return [FailingLook(*each) for each in product(CONTENTS, in_doubt, LOOKS_FAIL)]


# --- a clear no --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """The platform says no to the commit call, so that nothing may become public before a person has acted."""

    content: Content
    fault: str
    status: PublicationStatus
    log: tuple[str, ...]
    told: Told
    channel_fault: str = ""

    @property
    def platform(self) -> str:
        return self.content.platform

    def __str__(self) -> str:
        return f"{self.content.name}: {self.fault}"


def told_failed(content: Content) -> Told:
    return TOLD_PART_FAILED if content.is_part else TOLD_FAILED


def of_a_duplicate(content: Content) -> tuple[PublicationStatus, tuple[str, ...], Told]:
    status, log, told = OF_A_DUPLICATE[content.platform]
    return status, log, TOLD_TO_DECIDE_ON_A_PART if content.is_part else told


def told_no_credit(content: Content) -> Told:
    return sorted([*TOLD_PUBLISHED, *TOLD_NO_CREDIT]) if content.is_part else TOLD_NO_CREDIT


def may_not(content: Content) -> Refusal:
    """A right that is missing stops a channel; the right to comment does not stop its posts."""
    if content.name == "facebook comment":
        return Refusal(content, "forbidden", FAILED, ("publication.failed",), TOLD_PART_FAILED)
    told = sorted([*TOLD_PUBLISHED, *TOLD_STOPPED]) if content.is_part else TOLD_STOPPED
    return Refusal(content, "forbidden", QUEUED, (), told, "permission_missing")


def refusals() -> list[Refusal]:
    return [
        refusal
        for content in CONTENTS
        for refusal in (
            Refusal(content, "refuse", FAILED, ("publication.failed",), told_failed(content)),
            Refusal(content, "duplicate", *of_a_duplicate(content)),
            may_not(content),
            *(
                [Refusal(content, "out_of_credit", QUEUED, (), told_no_credit(content), "credit")]
                * (content.platform == "x")
            ),
        )
    ]


# --- films that the platform processes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Processing:
    """What the platform makes of a film, and how that must end."""

    content: Content
    name: str
    rule: Mapping[str, Any]
    status: PublicationStatus
    public: int

    @property
    def platform(self) -> str:
        return self.content.platform

    def __str__(self) -> str:
        return f"{self.content.name}: {self.name}"


def films_in_processing() -> list[Processing]:
    """Facebook processes a film after it was made public: its failure can only be seen there."""
    slow, failed = {"fault": "slow_processing", "polls": 8, "seconds": 10**6}, {"fault": "failed_processing"}
    return [
        each
        for content in CONTENTS
        if content.films
        for each in (
            Processing(content, "slow processing", slow, PUBLISHED, 1),
            Processing(content, "failed processing", failed, *IN_THE_END[content.platform]),
        )
    ]


# --- what goes wrong with the worker -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a worker is when it dies or is stopped. `number` is a stage call's."""

    name: str
    where: str
    number: int = 0

    @property
    def is_heard(self) -> bool:
        """Whether the platform has got the call that makes the post public."""
        return self.where in ("commit sent", "committed", "settled")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Death:
    """A worker that dies (-9) or is stopped, and comes back after its lease, at one place of one content."""

    content: Content
    place: Place
    ends: Ends

    @property
    def platform(self) -> str:
        return self.content.platform

    def __str__(self) -> str:
        return f"{self.content.name}: {self.place}"


BEFORE_STAGE = Place("before stage", "stage")
BETWEEN = Place("between stage and commit", "commit")
CONNECTED = Place("connected for the commit, and nothing sent", "commit connected")
NOT_ANSWERED = Place("commit sent and not answered", "commit sent")
NOT_SETTLED = Place("answered and not settled", "committed")
NOT_LOGGED = Place("settled and not logged", "settled")


def sent(step: Step) -> Place:
    return Place(f"{step} sent and not answered", "call sent", step.number)


def answered(step: Step) -> Place:
    return Place(f"{step} answered and not kept", "call answered", step.number)


def deaths(platform: str) -> list[Death]:
    """Kill -9 at every step of the pipeline, and around every stage call."""
    return [
        Death(content, place, ends)
        for content in CONTENTS
        if content.platform == platform
        for place, ends in places(content)
    ]


def places(content: Content) -> list[tuple[Place, Ends]]:
    stage_calls = content.steps[:-1]
    return [
        (BEFORE_STAGE, (RECEIPT,)),
        *((sent(step), (RECEIPT,)) for step in stage_calls),
        *((answered(step), (RECEIPT,)) for step in stage_calls),
        (BETWEEN, SENT_AGAIN),
        (CONNECTED, SENT_AGAIN),
        (NOT_ANSWERED, LOOKED_FOR),
        (NOT_SETTLED, LOOKED_FOR),
        (NOT_LOGGED, (RECEIPT,)),
    ]


def ends_of_the_stopped(place: Place, content: Content) -> Ends:
    """
    A stopped worker that comes back brings its answer: a receipt is proof, also of what another has found meanwhile.
    What it has not yet sent, it must not send any more.
    """
    return (RECEIPT,) if place.is_heard else dict(places(content))[place]


def ends_of_the_cut_off(place: Place, content: Content) -> Ends:
    """A worker without a database goes on until it wants to write: a commit that was begun is made, and not settled."""
    return LOOKED_FOR if place in (BETWEEN, CONNECTED) else dict(places(content))[place]


@dataclass(frozen=True)
class Takeover:
    """The late worker was stopped at one place; when it comes back, the other one is at another."""

    late: Place
    other: Place
    ends: Ends

    def __str__(self) -> str:
        return f"{self.late} while another is {self.other}"


def takeovers(content: Content) -> list[Takeover]:
    """Where the late one has not been heard: else the other one finds its post, and has nothing to send."""
    stage_calls = content.steps[:-1]
    lates = [BEFORE_STAGE, *(answered(step) for step in stage_calls[-1:]), BETWEEN, CONNECTED]
    ends = dict(places(content))
    return [
        Takeover(late, other, ends[late]) for late in lates for other in (BEFORE_STAGE, BETWEEN, NOT_SETTLED)
    ]


# --- how it must end ---------------------------------------------------------------------------------------------

DOUBTED = {FOUND, ABSENT}


def log_of(ends: Ends) -> list[str]:
    """What the log must say of a publication whose attempts ended like this, in order."""
    lines = {
        FOUND: ["publication.unconfirmed"],
        ABSENT: ["publication.unconfirmed", "publication.absent"],
    }
    return [*(line for end in ends for line in lines.get(end, [])), "publication.published"]
