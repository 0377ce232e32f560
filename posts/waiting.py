"""
What an approved post waits for, in words: the seconds in which it can be regretted, its time, a person, a channel.

The chips say it in one word (`posts.chips`); here is the sentence beside them.
"""

import math
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from posts import chips, clock
from posts.chips import is_scheduled
from posts.models import OVER, Hold, Post, Publication, PublicationStatus, PublishingStop, Status

COUNTED = 600
"""Seconds: what is nearer than this is counted down. Nobody has longer to regret an okay."""
IN_MINUTES = 120


# --- how long ---------------------------------------------------------------------------------------------------


def seconds_left(publications: Iterable[Publication]) -> int:
    """Until the first of those that are to go out soon; 0 when that is now, or when none is."""
    now = timezone.now()
    left = [math.ceil((item.not_before - now).total_seconds()) for item in publications if is_soon(item)]
    return max(min(left, default=0), 0)


def is_soon(publication: Publication) -> bool:
    """It goes out by itself, without a time that somebody chose."""
    if publication.status != PublicationStatus.QUEUED or is_scheduled(publication):
        return False
    return not is_later(publication.not_before)


def is_later(at: datetime) -> bool:
    """Later than anybody would count seconds for."""
    return (at - timezone.now()).total_seconds() > COUNTED


def in_words(seconds: int) -> str:
    """om 42 sekunder, om 8 minuter"""
    if seconds <= 0:
        return _("nu")
    if seconds >= IN_MINUTES:
        minutes = math.ceil(seconds / 60)
        return ngettext("om %(n)d minut", "om %(n)d minuter", minutes) % {"n": minutes}
    return ngettext("om %(n)d sekund", "om %(n)d sekunder", seconds) % {"n": seconds}


# --- which time -------------------------------------------------------------------------------------------------


def day_and_time(at: datetime) -> str:
    """torsdag 26 november 12.00; the year when it is another one; which of the two in the doubled hour."""
    zone = timezone.get_current_timezone()
    local = at.astimezone(zone)
    pattern = "l j F" if local.year == timezone.localdate().year else "l j F Y"
    return f"{date_format(local, pattern)} {clock_time(at)}"


def clock_time(at: datetime) -> str:
    """12.00; in the doubled hour 02.30 (sommartid) and 02.30 (vintertid)."""
    zone = timezone.get_current_timezone()
    shown = date_format(at.astimezone(zone), pgettext("clock, as a Django date format", "H.i"))
    if not clock.is_doubled(at, zone):
        return shown
    return f"{shown} ({_('sommartid') if clock.is_before_the_turn(at, zone) else _('vintertid')})"


# --- in a list --------------------------------------------------------------------------------------------------


def comes_out(post: Post) -> str:
    """When it will be out; of what lies in the reserve, until when it is good. Nothing of what has no time to come."""
    chip, times = chips.of_post(post), times_to_come(post)
    if chip == chips.SCHEDULED and times:
        return _("publiceras %(at)s") % {"at": day_and_time(min(times))}
    if chip == chips.RESERVE and post.best_before:
        return _("bäst före %(day)s") % {"day": date_format(post.best_before, "j F")}
    return ""


def times_to_come(post: Post) -> list[datetime]:
    found = chips.current_publications(post)
    return [item.planned_for for item in found if item.planned_for and is_scheduled(item)]


def happened_at(post: Post) -> datetime | None:
    """When it came out, or was taken down; else when somebody last did something. What waits for its time has none."""
    if chips.of_post(post) in (chips.SCHEDULED, chips.RESERVE):
        return None
    found = chips.current_publications(post)
    out = [item.published_at for item in found if item.is_published and item.published_at]
    is_over = post.status == Status.APPROVED and all(item.status in OVER for item in found)
    return min(out, default=(post.taken_down_at if is_over else None) or post.updated_at)


# --- what for ---------------------------------------------------------------------------------------------------


def sentence_for(publication: Publication, stop: PublishingStop | None) -> str:
    """Nothing for what does not wait, or waits for a hand."""
    if publication.status == PublicationStatus.HELD:
        return held(publication)
    if publication.status == PublicationStatus.QUEUED and publication.claimed_until is None:
        return obstacle(publication, stop) or queued(publication)
    return ""


def held(publication: Publication) -> str:
    if publication.hold == Hold.EXPIRED and publication.not_after:
        return _("Utgången: kom inte ut före %(at)s.") % {"at": day_and_time(publication.not_after)}
    if publication.hold == Hold.RESERVE:
        return _("I reserven, utan tid.")
    if publication.hold == Hold.STOPPED:
        return _("Låg kvar när publiceringen startades igen.")
    return _("Hålls tills någon säger till.")


def obstacle(publication: Publication, stop: PublishingStop | None) -> str:
    """What stands in the way of it whatever its time."""
    channel = publication.channel
    if stop:
        return _("Väntar: all publicering är stoppad.")
    if channel.paused_at:
        return _("Väntar: kanalen är pausad.")
    return _("Väntar tills kanalen fungerar.") if channel.is_held_up else ""


def queued(publication: Publication) -> str:
    if is_scheduled(publication):
        return _("Schemalagt %(at)s") % {"at": day_and_time(publication.not_before)}
    seconds = math.ceil((publication.not_before - timezone.now()).total_seconds())
    if publication.tries and seconds > 0:
        return _("Nästa försök %(at)s") % {"at": clock_time(publication.not_before)}
    if seconds > COUNTED:
        return _("Publiceras tidigast %(at)s") % {"at": day_and_time(publication.not_before)}
    return _("Publiceras %(when)s") % {"when": in_words(seconds)}


# --- which of it ------------------------------------------------------------------------------------------------


def of_current_version(post: Post) -> list[Publication]:
    """Of what is approved now; nothing of what was taken back. What follows it has no time of its own."""
    if post.status != Status.APPROVED:
        return []
    found = Publication.objects.heads().filter(post=post, version=post.current_version_id)
    return list(found.exclude(status=PublicationStatus.CANCELLED).select_related("channel", "post"))


def to_plan(post: Post) -> list[Publication]:
    """What a person may still give another time. What waits for a hand goes out when that person does it."""
    return [item for item in of_current_version(post) if item.status in TO_PLAN and not item.claimed_until]


TO_PLAN = (PublicationStatus.QUEUED, PublicationStatus.HELD)


def was_planned_for(post: Post) -> datetime | None:
    """The time that the last okay gave it, where that was taken back and the time is still to come."""
    last = Publication.objects.heads().filter(post=post).order_by("-approval_id", "planned_for").first()
    if last is None or last.status != PublicationStatus.CANCELLED or last.planned_for is None:
        return None
    return last.planned_for if last.planned_for > timezone.now() else None
