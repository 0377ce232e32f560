"""
Leaving a platform: our access there is ended with ours here, unless other channels live on the same yes.

The credential is all that the platform can be told with, so it is kept until that is done: at once, or by the sweep.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings

from channels import connecting, connections
from channels.adapters.connectors import CONNECTORS
from channels.errors import NotConnected
from channels.keyring import CannotOpenError
from channels.models import Channel, Credential

if TYPE_CHECKING:
    from accounts.models import User

BEGUN_BY_NOW = timedelta(minutes=5)
"""Whoever disconnected a channel has told the platform by then, or died over it."""
GIVE_UP_AFTER = timedelta(days=1)
"""What a platform has not taken back by then, is only forgotten."""
AT_ONCE = 50


class Access(StrEnum):
    """What became of our access at the platform."""

    NONE = "none"
    """There was none to be ended."""
    ENDED = "ended"
    SHARED = "shared"
    """Another channel needs it."""
    LEFT = "left"
    """The platform could not be told, and is told again for a while; a person can remove us there."""
    LOST = "lost"
    """We cannot read what it could be told with: only a person can remove us there."""


def disconnect(channel: Channel, by: "User") -> Access:
    """Here first, and whatever the platform says: nothing more is published there."""
    if not connections.disconnect(channel, by):
        return Access.NONE
    connecting.leave_all(channel)
    credential = connections.to_be_ended().filter(channel=channel).first()
    return end_access(credential) if credential else Access.NONE


def end_access(credential: Credential) -> Access:
    """Tell the platform, and forget what it was told with. What is left, the sweep tries again."""
    access = ended(credential)
    if access != Access.LEFT:
        connections.forget(credential)
    return access


def ended(credential: Credential) -> Access:
    channel = credential.channel
    connector = CONNECTORS.get(channel.platform)
    if connector is None:
        return Access.LOST
    if not connecting.may_end(channel.platform, credential.grantor, channel=channel):
        return Access.SHARED
    try:
        secrets = credential.open() | {"host": channel.host}
        app = connections.app_of(channel.platform)
    except CannotOpenError:
        return Access.LOST
    except NotConnected:
        return Access.LEFT
    is_given_back = connecting.give_back(connector(app, settings.PLATFORM_ADDRESSES), secrets)
    return Access.ENDED if is_given_back else Access.LEFT


def sweep(now: datetime) -> None:
    """What a platform was not told when its channel was disconnected."""
    left = connections.to_be_ended().filter(channel__disconnected_at__lt=now - BEGUN_BY_NOW)
    for credential in left.order_by("channel__disconnected_at")[:AT_ONCE]:
        since = credential.channel.disconnected_at
        if end_access(credential) == Access.LEFT and since and now - since > GIVE_UP_AFTER:
            connections.forget(credential)
