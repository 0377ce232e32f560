"""
The publishing pipeline: the only writer of `Publication.status`. The database is the queue.

    queued ──claim──▶ staging ──begin──▶ committing ──settle──▶ published ──▶ removed
      ▲                  │                   ├──▶ unconfirmed ──look──▶ published | queued | needs_decision
      └──── not now ◀────┴───────────────────┘          (also: held, cancelled, failed, by_hand)

Each arrow is one short transaction; every network call stands between them and inside none. A claim raises
the row's fence and takes a lease; whoever holds an older fence cannot write any more, except a receipt, because a
receipt is proof. A bug escapes: the row keeps its lease and `sweep` later calls it unconfirmed once the
commit had begun, and queued before that.

`planning` puts in the queue and `sending` takes from it; `settling`, `looking` and `sweeping` follow what
became of it; `deciding`, `stopping` and `removing` are what people do.
"""

from posts.publishing.deciding import (
    LinkError,
    can_be_taken_by_hand,
    decide_absent,
    decide_out,
    published_by_hand,
    take_by_hand,
    those_behind,
    try_again,
    was_taken_down,
)
from posts.publishing.looking import ask_a_person
from posts.publishing.planning import (
    PlanError,
    When,
    beyond_recall,
    cancel_all,
    enqueue,
    expire,
    hold,
    is_untouched,
    move,
    release,
    to_reserve,
)
from posts.publishing.removing import (
    claim_removal,
    confirm_removed,
    remove,
    rule_out,
    take_down,
    wake_removals,
)
from posts.publishing.rows import TooLateError, lock_all
from posts.publishing.sending import begin, claim, not_now, send, wake
from posts.publishing.settling import announce, doubt, fail, settle
from posts.publishing.stopping import (
    Resume,
    current_stop,
    pause,
    resume,
    stop,
    unpause,
    waiting_for_resume,
)
from posts.publishing.sweeping import sweep

__all__ = [
    "LinkError",
    "PlanError",
    "Resume",
    "TooLateError",
    "When",
    "announce",
    "ask_a_person",
    "begin",
    "beyond_recall",
    "can_be_taken_by_hand",
    "cancel_all",
    "claim",
    "claim_removal",
    "confirm_removed",
    "current_stop",
    "decide_absent",
    "decide_out",
    "doubt",
    "enqueue",
    "expire",
    "fail",
    "hold",
    "is_untouched",
    "lock_all",
    "move",
    "not_now",
    "pause",
    "published_by_hand",
    "release",
    "remove",
    "resume",
    "rule_out",
    "send",
    "settle",
    "stop",
    "sweep",
    "take_by_hand",
    "take_down",
    "those_behind",
    "to_reserve",
    "try_again",
    "unpause",
    "waiting_for_resume",
    "wake",
    "wake_removals",
    "was_taken_down",
]
