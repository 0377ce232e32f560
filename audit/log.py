"""Writing and proving the log."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from audit.models import GENESIS, Entry, EntryQuerySet, Head, Proof

BELONGS_TO = ("post", "channel")
"""What the log can be asked for beside the thing itself."""


def record(verb: str, thing: Model | str, *, actor: Model | None = None, **facts: Any) -> Entry:
    """Write one line, in the same transaction as the act itself.

    Writers wait for each other on the head's row, so that two of them never continue from the same line.
    """
    with transaction.atomic(savepoint=False):
        end, _ = Head.objects.select_for_update().get_or_create(id=1)
        entry = Entry(
            number=end.number + 1,
            at=timezone.now().astimezone(UTC),
            actor_id=actor.pk if actor else None,
            verb=verb,
            thing=thing if isinstance(thing, str) else name_of(thing),
            facts=json.loads(json.dumps(belonging(thing) | facts, cls=DjangoJSONEncoder)),
            previous_hash=end.hash,
        )
        entry.hash = entry.computed_hash()
        entry.save()
        end.number, end.hash = entry.number, entry.hash
        end.save()
    return entry


def name_of(thing: Model) -> str:
    return f"{thing._meta.model_name}:{thing.pk}"


def belonging(thing: Model | str) -> dict[str, int]:
    """
    A line about a publication says of which post and on which channel it is, so that it is found among theirs.

    It stands in the facts, under the hash: nobody moves a line to another post.
    """
    found = {name: getattr(thing, f"{name}_id", None) for name in BELONGS_TO}
    return {name: number for name, number in found.items() if number}


# --- proving ----------------------------------------------------------------------------------------------------


def prove() -> list[str]:
    """Walk the whole chain and write down how it was; the pages show the last time that somebody did."""
    at_least = head().number
    found = list(breaks())
    Proof.objects.create(number=at_least, breaks=len(found))
    return found


def breaks() -> Iterator[str]:
    """Every place where the chain does not hold, in words. Nothing yielded: the log is whole."""
    number, previous, end = 0, GENESIS, None
    # The race: lines are written while we walk. They are walked, too, until the head knows of no more.
    while end is None or (end.number > number and after(number).exists()):
        for entry in after(number).iterator():
            yield from troubles(entry, number + 1, previous)
            number, previous = entry.number, entry.hash
        end = head()
    if (end.number, end.hash) != (number, previous):
        yield f"the log ends at line {number}, but line {end.number} was written"


def troubles(entry: Entry, number: int, previous: str) -> Iterator[str]:
    if entry.number != number:
        yield f"line {number} is missing (found {entry.number})"
    if entry.previous_hash != previous:
        yield f"line {entry.number} does not follow the line before it"
    if entry.computed_hash() != entry.hash:
        yield f"line {entry.number} was changed"


def after(number: int) -> EntryQuerySet:
    return Entry.objects.filter(number__gt=number).order_by("number")


def head() -> Head:
    return Head.objects.filter(id=1).first() or Head()
