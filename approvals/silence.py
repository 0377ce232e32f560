"""
Telling people that a channel is silent: once a day when nothing is out or planned on one with a daily goal, with the best
of the reserve to choose from; and once for each silence that is longer than a channel's own limit.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.notices import tell
from accounts.red_days import is_red
from approvals import frequency, frequency_rows, gaps, reserve
from approvals.gaps import Gap
from approvals.reserve import Stock
from channels.models import Channel
from channels.notices import page_of_channel, those_to_tell
from posts.notices import group
from posts.wording import name_of

PICKS = 3
DAY_ENDS = 18
"""A mail in the evening would fill no gap."""


def tell_of_silence(now: datetime) -> None:
    """Safe to be called at any time, and by several at once: each thing is told once."""
    if settings.GAP_MAIL_HOUR <= timezone.localtime(now).hour < DAY_ENDS:
        for channel in gaps.silent_today(now):
            tell_of_gap(channel, now)
        tell_of_long_silences(now)


# --- today ------------------------------------------------------------------------------------------------------


def tell_of_gap(channel: Channel, now: datetime) -> None:
    """To the group and whoever keeps the channel, if there is still a time today."""
    gap = gap_of_today(channel, now)
    if gap is None:
        return
    offered = [each for each in reserve.stock(channel) if each.fits(gap.at)]
    tell(
        {*group(), *those_to_tell(channel)},
        "gap",
        f"channel:{channel.pk}:{gap.day.isoformat()}",
        f"{reverse('approvals:fill')}?kanal={channel.pk}&dag={gap.day.isoformat()}",
        channel=name_of(channel),
        now_at=now,
        reserve=len(offered),
        picks=[pick_in_mail(each, channel) for each in best_of(gap, offered, now)],
    )


def gap_of_today(channel: Channel, now: datetime) -> Gap | None:
    gap = gaps.next_gap(channel, now)
    return gap if gap and gap.day == timezone.localdate(now) else None


def best_of(gap: Gap, offered: list[Stock], now: datetime) -> list[Stock]:
    """The best one, then the best of the others."""
    around = reserve.neighbours([gap.channel], now)[gap.channel.pk]
    left, best = list(offered), list[Stock]()
    while left and len(best) < PICKS and (chosen := reserve.best_for(gap, left, around)):
        best.append(chosen)
        left.remove(chosen)
    return best


def pick_in_mail(each: Stock, channel: Channel) -> dict[str, Any]:
    """A headline may name somebody, and a mail lies about: only its number, its kind and the way to it."""
    path = reverse("approvals:publish_today", args=[channel.pk, each.post.pk])
    return {
        "category": str(each.post.category or ""),
        "post": each.post.pk,
        "url": f"{settings.SITE_URL}{path}",
    }


# --- for too long -----------------------------------------------------------------------------------------------


def tell_of_long_silences(now: datetime) -> None:
    """Days on which the goal asks for nothing do not count."""
    today = timezone.localdate(now)
    watched = [channel for channel in frequency_rows.channels() if channel.alarm_days]
    seen = frequency_rows.seen_on(watched, today) if watched else {}
    for channel in watched:
        figures = frequency.figures(frequency_rows.goal_of(channel), seen[channel.pk], today, is_red)
        if figures.is_alarming:
            tell_of_long_silence(channel, figures.silent, seen[channel.pk])


def tell_of_long_silence(channel: Channel, days: int, seen: frequency.Seen) -> None:
    """Once for each silence: it begins with the last post."""
    tell(
        {*group(), *those_to_tell(channel)},
        "silent",
        f"channel:{channel.pk}:{seen.last_day}",
        partial(page_of_channel, channel),
        channel=name_of(channel),
        days=days,
    )
