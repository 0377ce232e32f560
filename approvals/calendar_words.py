"""The calendar in words."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import frequency_words, gaps
from approvals.frequency import DAY
from approvals.gaps import Gap
from channels.models import Channel, Period
from channels.wording import goal_sentence, name_of
from posts import chips, waiting
from posts.models import Publication, PublicationStatus, Version


def near(at: datetime) -> str:
    """i dag 13.00, i morgon 12.00, fredag 09.00; and what has gone by with its day, too."""
    today = timezone.localdate()
    return waiting.day_and_time(at) if timezone.localdate(at) < today else frequency_words.near(at, today)


def goal(channel: Channel) -> str:
    if not channel.goal:
        return _("För hand") if channel.is_by_hand else _("Inget mål")
    return _("Mål: %(goal)s") % {"goal": goal_sentence(channel)}


def lacks(channel: Channel, short: int) -> str:
    """1 saknas den veckan"""
    if not short:
        return ""
    if channel.goal_period == Period.MONTH:
        return ngettext("%(n)d saknas den månaden", "%(n)d saknas den månaden", short) % {"n": short}
    return ngettext("%(n)d saknas den veckan", "%(n)d saknas den veckan", short) % {"n": short}


def lead(channel: Channel, count: int) -> str:
    """3 luckor på Facebook."""
    facts = {"n": count, "channel": name_of(channel)}
    return ngettext("%(n)d lucka på %(channel)s.", "%(n)d luckor på %(channel)s.", count) % facts


def reserve(count: int, there: int, lying: int) -> str:
    """How far what lies there reaches: `there` of it are for the channel that lacks something."""
    if not lying:
        return _("Reserven är tom.")
    if not there:
        return _("Reserven har inget för den kanalen.")
    if there < count:
        return ngettext("Reserven räcker till %(n)d.", "Reserven räcker till %(n)d.", there) % {"n": there}
    return _("Reserven räcker.")


def was(counts: dict[Channel, int]) -> str:
    """Inlägg: Facebook 5, YouTube 1. In days that are over there is nothing to fill."""
    if not counts:
        return _("Inga inlägg.")
    return _("Inlägg: %(counts)s.") % {"counts": ", ".join(f"{name_of(on)} {n}" for on, n in counts.items())}


def next_gap(gap: Gap) -> str:
    """Nästa lucka på Facebook: i morgon 12.00"""
    return _("Nästa lucka på %(channel)s: %(at)s") % {"channel": name_of(gap.channel), "at": near(gap.at)}


def moved(publication: Publication) -> str:
    facts = {"channel": name_of(publication.channel), "at": waiting.day_and_time(publication.not_before)}
    return _("%(channel)s: flyttat till %(at)s.") % facts


def is_now(publication: Publication) -> str:
    """How it is: its chip, and its time if it has one."""
    chip = str(chips.of_publication(publication).label)
    at = publication.published_at if publication.is_published else publication.planned_for
    if at is None or publication.status == PublicationStatus.HELD:
        return _("Nu: %(how)s.") % {"how": chip.lower()}
    return _("Nu: %(how)s %(at)s.") % {"how": chip.lower(), "at": waiting.day_and_time(at)}


def suggestions(channel: Channel, now: datetime) -> list[tuple[str, str]]:
    """Times to choose from: as the field wants them, and as people say them. The next gap is among them."""
    board = gaps.board_of(channel, now)
    gap = next(gaps.coming(board, now), None)
    found = [gap.at] if gap else []
    today = timezone.localdate(now)
    for day in (today, today + DAY, today + 2 * DAY):
        if (at := gaps.free_time(board, day, now)) and at not in found:
            found.append(at)
    return [(timezone.localtime(at).strftime("%Y-%m-%dT%H:%M"), near(at)) for at in sorted(found[:SUGGESTED])]


SUGGESTED = 3


def suggestions_for(version: Version, now: datetime) -> list[tuple[str, str]]:
    """For a post that is not planned yet."""
    return suggestions_on([choice.channel for choice in version.chosen_channels.all()], now)


def suggestions_on(channels: list[Channel], now: datetime) -> list[tuple[str, str]]:
    """By the first of them that has a goal, or by the first of all."""
    lead = next((channel for channel in channels if channel.goal), None) or next(iter(channels), None)
    return suggestions(lead, now) if lead else []
