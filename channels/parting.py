"""Leaving a platform: our access there is ended with ours here, unless other channels live on the same yes."""

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


class Access(StrEnum):
    """What became of our access at the platform."""

    NONE = "none"
    """There was none to be ended."""
    ENDED = "ended"
    SHARED = "shared"
    """Another channel needs it."""
    LEFT = "left"
    """The platform could not be told: a person removes us there."""


def disconnect(channel: Channel, by: "User") -> Access:
    """Here first, and whatever the platform says: nothing more is published there, and no secret is kept."""
    credential = connections.disconnect(channel, by)
    return end_access(channel, credential) if credential else Access.NONE


def end_access(channel: Channel, credential: Credential) -> Access:
    connector = CONNECTORS.get(channel.platform)
    if connector is None:
        return Access.LEFT
    if not connecting.may_end(channel.platform, credential.grantor, channel=channel):
        return Access.SHARED
    try:
        secrets = credential.open() | {"host": channel.host}
        app = connections.app_of(channel.platform)
    except (CannotOpenError, NotConnected):
        return Access.LEFT
    ended = connecting.give_back(connector(app, settings.PLATFORM_ADDRESSES), secrets)
    return Access.ENDED if ended else Access.LEFT
