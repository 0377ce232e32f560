"""A film is not ready at once: how long it takes, and whether it fails, as plain data kept with the film."""

from typing import Any

from channels.sandbox import faults
from channels.sandbox.store import Store

# Ready after this many looks or seconds, whichever comes first: several looks, as on the platforms, yet no long wait.
POLLS, SECONDS = 2, 3.0


def begin(store: Store, platform: str) -> dict[str, Any]:
    """What to keep with a film whose processing begins now."""
    rule = faults.take_processing(store, platform)
    polls: int | None = POLLS
    seconds: float | None = SECONDS
    if rule and (rule.polls is not None or rule.seconds is not None):
        polls, seconds = rule.polls, rule.seconds
    fails = rule is not None and rule.fault == "failed_processing"
    return {"started": store.now(), "polls": polls, "seconds": seconds, "fails": fails}


def look(film: dict[str, Any], now: float) -> str:
    """What the owner sees when looking: processing, ready or failed. Counts the look."""
    result = state(film, now)
    if result == "processing" and film["polls"] is not None:
        film["polls"] -= 1
    return result


def state(film: dict[str, Any] | None, now: float) -> str:
    """The state as it is; a film from earlier history is ready."""
    if film is None:
        return "ready"
    looked = film["polls"] is not None and film["polls"] <= 0
    waited = film["seconds"] is not None and now >= film["started"] + film["seconds"]
    if not (looked or waited):
        return "processing"
    return "failed" if film["fails"] else "ready"
