"""What an okay leads to, said before it and after it."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from channels.models import Channel
from posts.models import Version
from posts.wording import name_of


def before_the_okay(version: Version) -> str:
    at_once, later, by_hand = sorted_out(version)
    return sentences(
        (_("När du godkänner publiceras inlägget på %(channels)s."), at_once),
        (_("%(channels)s väntar tills kanalen fungerar."), later),
        (_("Du publicerar för hand: %(channels)s."), by_hand),
    )


def after_the_okay(version: Version) -> str:
    at_once, later, by_hand = sorted_out(version)
    told = sentences(
        (_("Publiceras nu på %(channels)s."), at_once),
        (_("%(channels)s väntar tills kanalen fungerar."), later),
        (_("Kvar att publicera för hand: %(channels)s."), by_hand),
    )
    return f"{_('Godkänt.')} {told}"


def sorted_out(version: Version) -> tuple[list[Channel], list[Channel], list[Channel]]:
    """The version's channels: those that are sent to at once, those that have to wait, those for a hand."""
    channels = [choice.channel for choice in version.chosen_channels.all()]
    by_hand = [channel for channel in channels if channel.is_by_hand]
    later = [
        channel for channel in channels if channel not in by_hand and (channel.fault or channel.paused_at)
    ]
    return [channel for channel in channels if channel not in by_hand + later], later, by_hand


def sentences(*told: tuple[str, list[Channel]]) -> str:
    """Those that have any channels."""
    return " ".join(sentence % {"channels": names(channels)} for sentence, channels in told if channels)


def names(channels: list[Channel]) -> str:
    return get_text_list([name_of(channel) for channel in channels], _("och"))
