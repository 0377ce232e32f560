"""
Who may do what with a channel. Each rule returns None, or the sentence that both the refusal and the greyed button show.

    what                     communications  administrators  readers  its own keepers
    see it                        ✔               ✔             ✔            ✔
    look whether it works         ✔               ✔             –            ✔
    pause and start it            ✔               ✔             –            ✔
    connect it again              –               ✔             –            ✔
    goal and audience          propose            ✔             –            ✔
    all other settings         propose            ✔             –         propose
    connect a new one, disconnect, app keys
                                  –               ✔             –            –
    its history                   –               ✔             ✔            ✔
    read a secret                 –               –             –            –

A channel's keepers are its owner and deputy. What nobody may has no rule: there is no page for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from channels.models import Channel

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from accounts.models import User

    Refusal = Promise | str | None


def keeps(user: User, channel: Channel | None) -> bool:
    """They answer for it: as its owner, or as the deputy."""
    return channel is not None and user.pk in (channel.owner_id, channel.deputy_id)


# --- looking ----------------------------------------------------------------------------------------------------


def why_not_see_channels(user: User) -> Refusal:
    if not user.has_perm("channels.view_channel"):
        return _("Du har inte behörighet att se kanalerna. Fråga kommunikationsgruppen.")
    return None


def why_not_see(user: User, channel: Channel | None) -> Refusal:
    """The same answer whether there is such a channel or not."""
    return None if keeps(user, channel) else why_not_see_channels(user)


def why_not_see_history(user: User, channel: Channel) -> Refusal:
    if user.has_perm("audit.view_log") or keeps(user, channel):
        return None
    return _("Du har inte behörighet att läsa kanalens historik. Be en administratör.")


def why_not_test(user: User, channel: Channel) -> Refusal:
    """Whoever runs the channels from day to day."""
    if user.has_perm("channels.pause_channel") or keeps(user, channel):
        return None
    return _("Du har inte behörighet att testa kanalen. Be kommunikationsgruppen.")


# --- running and changing it ------------------------------------------------------------------------------------


def why_not_pause(user: User, channel: Channel) -> Refusal:
    """Those who may, and whoever keeps the channel alive."""
    if user.has_perm("channels.pause_channel") or keeps(user, channel):
        return None
    return _("Du har inte behörighet att pausa kanalen.")


def why_not_change(user: User, channel: Channel) -> Refusal:
    """Goal and audience: its keepers, too."""
    return None if keeps(user, channel) else why_not_change_all(user)


def why_not_change_all(user: User, _channel: Channel | None = None) -> Refusal:
    """Who answers for it, and everything else that it carries."""
    if not user.has_perm("channels.change_channel"):
        return _("Du har inte behörighet att ändra kanalen. Be en administratör.")
    return None


def why_not_propose(user: User, channel: Channel) -> Refusal:
    """Whoever may not change it themselves, and has to do with it."""
    if why_not_change_all(user) is None:
        return _("Du kan ändra kanalen själv.")
    if user.has_perm("channels.pause_channel") or keeps(user, channel):
        return None
    return _("Du har inte behörighet att föreslå ändringar. Be kommunikationsgruppen.")


# --- connecting -------------------------------------------------------------------------------------------------


def why_not_connect(user: User) -> Refusal:
    if not user.has_perm("channels.add_channel"):
        return _("Du har inte behörighet att ansluta kanaler. Be en administratör.")
    return None


def why_not_reconnect(user: User, channel: Channel | None) -> Refusal:
    """Whoever keeps it alive need not wait for an administrator."""
    if user.has_perm("channels.change_channel") or keeps(user, channel):
        return None
    return _("Du har inte behörighet att ansluta kanalen igen. Be kontoansvarig eller en administratör.")


def why_not_disconnect(user: User, _channel: Channel | None = None) -> Refusal:
    if not user.has_perm("channels.change_channel"):
        return _("Du har inte behörighet att koppla från kanalen. Be en administratör.")
    return None


def why_not_keep_app_keys(user: User) -> Refusal:
    if not user.has_perm("channels.change_channel"):
        return _("Du har inte behörighet att ändra appnycklar. Be en administratör.")
    return None
