"""
Who is told about a channel itself; the words are in `templates/notices/channel_*.txt`. What happens to posts there is
told by the room above, to the same people.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.notices import tell
from channels import connections, rules
from channels.models import Channel
from channels.wording import name_of

RUN, CHANGE = "channels.pause_channel", "channels.change_channel"
WARNED_BEFORE = (14, 3, 0)
"""How many days before a connection ends its keepers are warned."""


# --- people -----------------------------------------------------------------------------------------------------


def keepers(*channels: Channel) -> set[User]:
    """Those who answer for these channels, and may sign in."""
    people = [person for channel in channels for person in (channel.owner, channel.deputy) if person]
    return {person for person in people if person.is_active}


def those_to_tell(channel: Channel) -> set[User]:
    """Those who look after a channel: its owner and deputy, or everybody who could, where it has none."""
    return keepers(channel) or {*User.objects.granted(RUN)}


def administrators() -> Iterable[User]:
    return User.objects.granted(CHANGE)


def page_of_channel(channel: Channel, person: User) -> str:
    """Its own page, for those who may open it; else the list of all, or of what they were told."""
    if channel.disconnected_at:
        may_see_all = rules.why_not_see_channels(person) is None
        return reverse("channels:index" if may_see_all else "accounts:notices")
    if rules.why_not_see(person, channel) is None:
        return reverse("channels:channel", args=[channel.pk])
    return reverse("accounts:notices")


# --- warnings ---------------------------------------------------------------------------------------------------


def warn(now: datetime) -> None:
    """All that is to be said now, each thing once: safe to be called at any time, and by several at once."""
    today = timezone.localdate(now)
    for channel in Channel.objects.open().select_related("credential", "owner", "deputy"):
        warn_of_end(channel, today)
        notice_that_nobody_keeps(channel, now)


def warn_of_end(channel: Channel, today: date) -> None:
    """
    Before a person must connect it again. Whoever comes late is told once, of how it is now. An end is its day: platforms
    count the seconds anew each time that they are asked.
    """
    ends_at = channel.connection_ends_at
    stage = stage_of(ends_at, today) if ends_at else None
    if ends_at is None or stage is None or channel.fault:
        return
    tell(
        {*keepers(channel), *administrators()},
        "channel_ends",
        f"channel:{channel.pk}:{timezone.localdate(ends_at).isoformat()}:{stage}",
        partial(page_of_channel, channel),
        channel=name_of(channel),
        channel_id=channel.pk,
        days=days_until(ends_at, today),
        ends_at=ends_at,
    )


def stage_of(ends_at: datetime, today: date) -> int | None:
    """The last of the days to warn on that has come; None: it is too early."""
    return min((days for days in WARNED_BEFORE if days_until(ends_at, today) <= days), default=None)


def days_until(at: datetime, today: date) -> int:
    """As people count them: what ends tomorrow ends in one day, whatever the hour."""
    return (timezone.localdate(at) - today).days


def notice_that_nobody_keeps(channel: Channel, now: datetime) -> None:
    """Nobody who may sign in answers for it: its administrators are told, once for each time that it comes to that."""
    if keepers(channel):
        if channel.unkept_at:
            connections.mark_kept(channel)
        return
    with transaction.atomic():
        if channel.unkept_at or not connections.mark_unkept(channel, now):
            return
        tell(
            administrators(),
            "channel_unkept",
            f"channel:{channel.pk}:{now.isoformat()}",
            partial(page_of_channel, channel),
            channel=name_of(channel),
            had_one=bool(channel.owner_id or channel.deputy_id),
        )


# --- proposals --------------------------------------------------------------------------------------------------


def proposed(channel: Channel, by: User, text: str) -> None:
    """Somebody who may not change it themselves would like it to be changed."""
    now = timezone.now()
    tell(
        {*administrators(), *keepers(channel)} - {by},
        "channel_proposal",
        f"channel:{channel.pk}:{now.isoformat()}",
        partial(page_of_channel, channel),
        channel=name_of(channel),
        by=by.name,
        text=text,
    )
