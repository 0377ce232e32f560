"""Writing and proving the log."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from audit.models import GENESIS, Entry, Head


def record(verb: str, thing: Model | str, *, actor: Model | None = None, **facts: Any) -> Entry:
    """Write one line, in the same transaction as the act itself.

    Writers wait for each other on the head's row, so that two of them never continue from the same line.
    """
    with transaction.atomic(savepoint=False):
        head, _ = Head.objects.select_for_update().get_or_create(id=1)
        entry = Entry(
            number=head.number + 1,
            at=timezone.now().astimezone(UTC),
            actor_id=actor.pk if actor else None,
            verb=verb,
            thing=thing if isinstance(thing, str) else name_of(thing),
            facts=json.loads(json.dumps(facts, cls=DjangoJSONEncoder)),
            previous_hash=head.hash,
        )
        entry.hash = entry.computed_hash()
        entry.save()
        head.number, head.hash = entry.number, entry.hash
        head.save()
    return entry


def name_of(thing: Model) -> str:
    return f"{thing._meta.model_name}:{thing.pk}"


def breaks() -> Iterator[str]:
    """Every place where the chain does not hold, in words. Nothing yielded: the log is whole."""
    number, previous = 0, GENESIS
    for entry in Entry.objects.order_by("number").iterator():
        number += 1
        if entry.number != number:
            yield f"line {number} is missing (found {entry.number})"
            number = entry.number
        if entry.previous_hash != previous:
            yield f"line {entry.number} does not follow the line before it"
        if entry.computed_hash() != entry.hash:
            yield f"line {entry.number} was changed"
        previous = entry.hash
    head = Head.objects.filter(id=1).first() or Head()
    if (head.number, head.hash) != (number, previous):
        yield f"the log ends at line {number}, but line {head.number} was written"
