"""
Connecting our rows with the platforms: the only writer of a channel's state and of its credential.

A credential is renewed by one worker at a time, held by a short lease in its row and with no transaction
open during the call: X's refresh tokens work once, and two calls with the same one would end the connection.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import log
from channels.adapters.base import Adapter, Connection, Tokens
from channels.errors import NotConnected, NotReady, NotSent, Unconfirmed
from channels.keyring import CannotOpenError
from channels.models import Channel, Credential

RENEW_BEFORE = timedelta(minutes=5)
RENEWAL_LEASE = timedelta(minutes=2)
"""Longer than the call may take (`channels.adapters.http.patience`): nobody tries the same token meanwhile."""
WAIT_FOR_OTHER = timedelta(seconds=3)


def adapter_for(channel: Channel) -> Adapter:
    """The channel's adapter with a credential that is good for the next minutes.

    Raises NotConnected when a person must connect again, NotReady while another worker renews.
    """
    secrets = fresh_secrets(channel) if channel.adapter_class.publishes else {}
    return channel.adapter_class(connection(channel, secrets), settings.PLATFORM_ADDRESSES)


def offline_adapter(channel: Channel) -> Adapter:
    """The channel's adapter without secrets: for what needs no call."""
    return channel.adapter_class(connection(channel, {}), settings.PLATFORM_ADDRESSES)


def connection(channel: Channel, secrets: dict[str, str]) -> Connection:
    app_id, app_secret = settings.APP_KEYS.get(channel.platform, ("", ""))
    return Connection(
        account_id=channel.remote_id,
        access_token=secrets.get("access_token", ""),
        app_id=app_id,
        app_secret=app_secret,
        handle=channel.handle,
    )


def fresh_secrets(channel: Channel) -> dict[str, str]:
    credential = Credential.objects.filter(channel=channel).first()
    if credential is None:
        raise NotConnected("no_credential")
    secrets = opened(credential)
    if credential.expires_at is None or credential.expires_at - timezone.now() > RENEW_BEFORE:
        return secrets
    return renew(credential, channel, secrets)


def opened(credential: Credential) -> dict[str, str]:
    try:
        return credential.open()
    except CannotOpenError as error:
        raise NotConnected("key_lost") from error


def renew(credential: Credential, channel: Channel, secrets: dict[str, str]) -> dict[str, str]:
    """Get a new access token, or wait for the worker that is getting one."""
    now = timezone.now()
    # The race: two workers find the token old at the same moment. The conditional update lets one through.
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now)
    won = Credential.objects.filter(free, pk=credential.pk, sealed=credential.sealed).update(
        refreshing_until=now + RENEWAL_LEASE
    )
    if not won:
        raise NotReady("renewing", until=now + WAIT_FOR_OTHER)
    try:
        tokens = channel.adapter_class.refresh(
            secrets.get("refresh_token", ""), connection(channel, secrets), settings.PLATFORM_ADDRESSES
        )
    except Unconfirmed as error:
        # Our old refresh token may be used up. It is tried once more after the lease; then the platform decides.
        raise NotReady("renewal_unclear", error.code, until=now + RENEWAL_LEASE) from error
    except NotSent:
        Credential.objects.filter(pk=credential.pk).update(refreshing_until=None)
        raise
    return keep_tokens(credential, secrets, tokens)


def keep_tokens(credential: Credential, secrets: dict[str, str], tokens: Tokens) -> dict[str, str]:
    renewed = secrets | {"access_token": tokens.access_token}
    if tokens.refresh_token:
        renewed["refresh_token"] = tokens.refresh_token
    before = credential.sealed
    credential.seal(renewed)
    # The race: a person connected the channel again during the call. Theirs is the newer connection, and stays.
    kept = Credential.objects.filter(pk=credential.pk, sealed=before).update(
        sealed=credential.sealed,
        expires_at=tokens.expires_at,
        refreshing_until=None,
        updated_at=timezone.now(),
    )
    if not kept:
        raise NotReady("renewing", until=timezone.now())
    return renewed


def mark_broken(channel: Channel, code: str) -> None:
    """A person must reconnect it. Written down once per fault."""
    with transaction.atomic():
        broke = Channel.objects.filter(pk=channel.pk, fault="").update(fault=code, fault_at=timezone.now())
        if broke:
            log.record("channel.broke", channel, code=code)


def mark_working(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(checked_at=timezone.now())


def rest(channel: Channel, until: datetime) -> None:
    """The platform asked for patience: no call before `until`. A shorter rest never cuts a longer one."""
    Channel.objects.filter(Q(resting_until=None) | Q(resting_until__lt=until), pk=channel.pk).update(
        resting_until=until
    )


def connect(channel: Channel, secrets: dict[str, str], expires_at: datetime | None = None) -> Credential:
    """Store a credential just got from the platform; the channel works again."""
    fresh = Credential(channel=channel)
    fresh.seal(secrets)
    with transaction.atomic():
        credential, _ = Credential.objects.update_or_create(
            channel=channel,
            defaults={"sealed": fresh.sealed, "expires_at": expires_at, "refreshing_until": None},
        )
        Channel.objects.filter(pk=channel.pk).update(
            fault="", fault_at=None, resting_until=None, disconnected_at=None
        )
        log.record("channel.connected", channel, platform=channel.platform)
    return credential
