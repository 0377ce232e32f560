"""What an okay leads to, said before it and after it."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels.models import Channel
from posts import waiting
from posts.chips import is_scheduled
from posts.models import Hold, Post, Publication, PublicationStatus, PublishingStop, Version
from posts.wording import name_of

FASTER_THAN_WORDS = (PublicationStatus.STAGING, PublicationStatus.COMMITTING, PublicationStatus.PUBLISHED)
"""A worker may have begun, or be done, before the sentence about the okay is made."""

# --- before -----------------------------------------------------------------------------------------------------


def before_the_okay(version: Version, earliest: datetime | None) -> str:
    at_once, later, by_hand = sorted_out([choice.channel for choice in version.chosen_channels.all()])
    return sentences(
        (goes_out(earliest), at_once),
        (_("%(channels)s väntar tills kanalen fungerar."), later),
        (_("Du publicerar för hand: %(channels)s."), by_hand),
    )


def as_it_was_planned(post: Post) -> str:
    """The time went with the okay that was taken back: it is said to whoever gives the next one."""
    at = waiting.was_planned_for(post)
    return _("Det var schemalagt %(at)s.") % {"at": waiting.day_and_time(at)} if at else ""


def goes_out(earliest: datetime | None) -> str:
    """At once, after the time to regret it, or at the earliest time that the post asks for."""
    seconds = settings.UNDO_SECONDS
    if earliest and waiting.is_later(earliest):
        when = {"at": waiting.day_and_time(earliest)}
        return _("När du godkänner publiceras inlägget på %%(channels)s, tidigast %(at)s.") % when
    if not seconds:
        return _("När du godkänner publiceras inlägget på %(channels)s.")
    after = ngettext(
        "När du godkänner publiceras inlägget på %%(channels)s efter %(n)d sekund. Du kan ångra under tiden.",
        "När du godkänner publiceras inlägget på %%(channels)s efter %(n)d sekunder. Du kan ångra under tiden.",
        seconds,
    )
    return after % {"n": seconds}


# --- after ------------------------------------------------------------------------------------------------------


def after_the_okay(publications: Iterable[Publication], stop: PublishingStop | None) -> str:
    """Where there is no time to regret it in."""
    return f"{_('Godkänt.')} {what_follows(publications, stop, _('Publiceras nu på %(channels)s.'))}"


def in_the_toast(publications: Iterable[Publication], stop: PublishingStop | None) -> str:
    """`{when}` stands where the seconds that are left are counted."""
    return what_follows(publications, stop, _("Publiceras på %(channels)s {when}."))


def what_follows(publications: Iterable[Publication], stop: PublishingStop | None, soon: str) -> str:
    everything = list(publications)
    queued = [item for item in everything if item.status == PublicationStatus.QUEUED]
    at_once, later, _by_hand = sorted_out([item.channel for item in queued])
    first = [item for item in queued if item.channel in at_once]
    planned = [item for item in first if is_scheduled(item)]
    much_later = [item for item in first if item not in planned and not waiting.is_soon(item)]
    next_ones = [] if stop else [item for item in first if item not in planned and item not in much_later]
    leaving = [item for item in everything if item in next_ones or item.status in FASTER_THAN_WORDS]
    return sentences(
        (_("%(channels)s väntar: all publicering är stoppad."), channels_of(first) if stop else []),
        (soon, channels_of(leaving)),
        (at(_("Schemalagt på %%(channels)s %(at)s."), planned), [] if stop else channels_of(planned)),
        (
            at(_("Publiceras på %%(channels)s tidigast %(at)s."), much_later),
            [] if stop else channels_of(much_later),
        ),
        (_("%(channels)s väntar tills kanalen fungerar."), later),
        (
            _("Ligger i reserven: %(channels)s."),
            channels_of(item for item in everything if item.hold == Hold.RESERVE),
        ),
        (
            _("Kvar att publicera för hand: %(channels)s."),
            channels_of(item for item in everything if item.status == PublicationStatus.BY_HAND),
        ),
    )


def at(sentence: str, publications: list[Publication]) -> str:
    return sentence % {"at": waiting.day_and_time(publications[0].not_before)} if publications else sentence


def channels_of(publications: Iterable[Publication]) -> list[Channel]:
    return [item.channel for item in publications]


# --- too late to regret it ----------------------------------------------------------------------------------------


def why_too_late(publications: Iterable[Publication]) -> dict[str, str]:
    """Exactly what is so, by channel: `out`, `leaving`, `unclear` and `waiting`; each may be empty."""
    everything = list(publications)
    names_in = {
        name: names(channels_of(item for item in everything if found(item)))
        for name, found in WHERE_IT_STANDS.items()
    }
    return {name: listed for name, listed in names_in.items() if listed}


WHERE_IT_STANDS: dict[str, Callable[[Publication], bool]] = {
    "out": lambda item: item.status == PublicationStatus.PUBLISHED,
    "leaving": lambda item: item.status in (PublicationStatus.STAGING, PublicationStatus.COMMITTING),
    "unclear": lambda item: item.status in (PublicationStatus.UNCONFIRMED, PublicationStatus.NEEDS_DECISION),
    "waiting": lambda item: item.status in (PublicationStatus.QUEUED, PublicationStatus.HELD),
}

# --- both -------------------------------------------------------------------------------------------------------


def sorted_out(channels: list[Channel]) -> tuple[list[Channel], list[Channel], list[Channel]]:
    """Those that are sent to at once, those that have to wait, those for a hand."""
    by_hand = [channel for channel in channels if channel.is_by_hand]
    later = [channel for channel in channels if channel not in by_hand and channel.is_held_up]
    return [channel for channel in channels if channel not in by_hand + later], later, by_hand


def sentences(*told: tuple[str, list[Channel]]) -> str:
    """Those that have any channels."""
    return " ".join(sentence % {"channels": names(channels)} for sentence, channels in told if channels)


def names(channels: list[Channel]) -> str:
    return get_text_list([name_of(channel) for channel in channels], _("och"))
