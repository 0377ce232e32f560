"""
What a channel carries beside its connection: who answers for it, its goal, its audience, and the like. Changed here only,
with a line in the log that tells what it was before.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from audit import log
from audit.models import Entry
from channels import notices
from channels.models import Channel

if TYPE_CHECKING:
    from accounts.models import User

Settings = dict[str, Any]
"""By the field's name, in plain JSON: a person is their number, a day is written as 2026-04-27."""
PROPOSE_AGAIN_AFTER = timedelta(hours=1)
"""Each proposal is a mail to several people."""


class ChangedMeanwhileError(Exception):
    """Somebody else was faster. `stored` is how it is now, `theirs` what differs from what the person saw."""

    def __init__(self, stored: Settings, theirs: list[str]) -> None:
        super().__init__(", ".join(theirs))
        self.stored = stored
        self.theirs = theirs


def settings_of(channel: Channel, fields: Iterable[str]) -> Settings:
    return {field: plain(getattr(channel, field)) for field in fields}


def plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def change(channel: Channel, by: "User", seen: Settings, wanted: Settings) -> list[str]:
    """
    Make `wanted` so, if what the person saw is still so; ChangedMeanwhileError if not, and then nothing is changed.
    Returns the fields that are different now.
    """
    with transaction.atomic():
        row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        stored = settings_of(row, wanted)
        theirs = [field for field in wanted if stored[field] != seen.get(field)]
        if theirs:
            raise ChangedMeanwhileError(stored, theirs)
        changes = {
            field: [stored[field], plain(value)]
            for field, value in wanted.items()
            if stored[field] != plain(value)
        }
        if changes:
            Channel.objects.filter(pk=channel.pk).update(**{field: wanted[field] for field in changes})
            log.record("channel.changed", channel, actor=by, changes=changes)
    return list(changes)


def propose(channel: Channel, by: "User", text: str) -> bool:
    """For whoever may change it. False: the same person has said something of this channel within the hour."""
    with transaction.atomic():
        # The race: two presses at once. The second waits here, and finds what the first has written.
        Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        if has_proposed_lately(channel, by):
            return False
        notices.proposed(channel, by, text)
        log.record("channel.proposed", channel, actor=by, text=text)
    return True


def has_proposed_lately(channel: Channel, by: "User") -> bool:
    said = Entry.objects.filter(verb="channel.proposed", thing=log.name_of(channel), actor=by)
    return said.filter(at__gt=timezone.now() - PROPOSE_AGAIN_AFTER).exists()
