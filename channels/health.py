"""
Whether a channel's connection works: one look at it, and what the look means.

    works         a person may have to know something all the same (`codes.Worry`)
    broken        a person must act; told once
    nobody knows  one could not look: that says nothing about the channel, and one looks again later

The database is the queue (`Channel.probe_at`): each channel is looked at once a day, and whenever somebody asks. A look
is held by a short lease; who dies with it is followed by another. What is done by hand, or disconnected, never is.
"""

from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from channels import connections
from channels.adapters.base import Adapter, Finding, Health
from channels.adapters.codes import Trouble, Worry
from channels.adapters.connector import Right
from channels.adapters.connectors import CONNECTORS
from channels.errors import ChannelError, NotConnected, NotReady, OutOfCredit, RateLimited
from channels.models import Channel

LOOK_AGAIN_AFTER = timedelta(minutes=30)
"""When nobody answered."""


def probe(channel: Channel) -> None:
    """One look, by whoever has claimed it (`connections.claim_probe`). One `except` for each consequence."""
    adapter: Adapter | None = None
    try:
        adapter = connections.adapter_for(channel)
        health = adapter.probe()
    except NotConnected as error:
        doubt(channel, adapter, error)
    except OutOfCredit as error:
        connections.mark_broken(channel, error.code, revision_of(adapter))
        connections.looked(channel)
    except (RateLimited, NotReady) as error:
        wait(channel, adapter, error)
    except ChannelError as error:
        connections.put_off_probe(channel, timezone.now() + LOOK_AGAIN_AFTER, error.code)
    else:
        found = findings_of(channel, health)
        fault = fault_in(channel, health)
        connections.keep_health(channel, adapter.connection.revision, health, found, fault)
    connections.honour(channel, adapter)


def doubt(channel: Channel, adapter: Adapter | None, error: NotConnected) -> None:
    """The token was not taken. If the channel has another one, or is to get one, that one is looked at; at once."""
    if connections.doubt_token(channel, error, revision_of(adapter)):
        connections.put_off_probe(channel, timezone.now())
    else:
        connections.looked(channel)


def wait(channel: Channel, adapter: Adapter | None, error: RateLimited | NotReady) -> None:
    """The platform asks for patience, or another worker renews the token just now."""
    connections.put_off_probe(channel, error.until, error.code)
    if isinstance(error, RateLimited):
        connections.honour(channel, adapter, error)


def revision_of(adapter: Adapter | None) -> str:
    return adapter.connection.revision if adapter else ""


# --- what a look means ------------------------------------------------------------------------------------------


def fault_in(channel: Channel, health: Health) -> str:
    """Why nothing can be published with what was found; "" if it can."""
    account = health.account
    if account.id != channel.remote_id:
        return Trouble.WRONG_ACCOUNT
    if account.refusal:
        return account.refusal
    required = CONNECTORS[channel.platform].required if channel.platform in CONNECTORS else {Right.PUBLISH}
    if required & {*missing(channel, health.scopes)}:
        return Trouble.PERMISSION_MISSING
    return Trouble.ROLE_LOST if required & {*account.missing} else ""


def findings_of(channel: Channel, health: Health) -> list[Finding]:
    """What a person should know, each once: what the adapter tells, and the rights that are missing."""
    rights = [
        Finding(Worry.RIGHT_MISSING, {"right": str(right)}) for right in missing(channel, health.scopes)
    ]
    roles = [Finding(Worry.ROLE_LESS, {"right": str(right)}) for right in health.account.missing]
    found: list[Finding] = []
    for finding in (*health.findings, *rights, *roles):
        if finding not in found:
            found.append(finding)
    return found


def missing(channel: Channel, scopes: Collection[str] | None) -> list[Right]:
    """Rights that these permissions do not add up to. None of them where the platform does not tell."""
    connector = CONNECTORS.get(channel.platform)
    if connector is None or scopes is None:
        return []
    granted = connector.rights(scopes)
    return [right for right in connector.needs if right not in granted]


def granted(channel: Channel, scopes: Collection[str]) -> list[Right]:
    connector = CONNECTORS.get(channel.platform)
    return [*connector.rights(scopes)] if connector else []
