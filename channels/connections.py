"""
Connecting our rows with the platforms: the only writer of a channel's state and of its credential.

A credential is renewed by one worker at a time, held by a short lease in its row and with no transaction
open during the call: X's refresh tokens work once, and two calls with the same one would end the connection.

What a platform says of a token is said of that token alone. Each has a `revision`; when the channel has another one by
then, or is getting one, nothing was learnt about the channel.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import log
from channels.adapters.base import Adapter, Connection, Finding, Health, Tokens
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, App
from channels.adapters.connectors import CONNECTORS
from channels.adapters.links import taken_apart
from channels.errors import ChannelError, NotConnected, NotPublished, NotReady, RateLimited, Unconfirmed
from channels.keyring import CannotOpenError
from channels.models import LOOK_AFTER, AppKeys, AppRest, Channel, ChannelPicture, Credential
from channels.signals import broke, parting, reopened

if TYPE_CHECKING:
    from accounts.models import User

RENEW_BEFORE = timedelta(minutes=5)
RENEWAL_LEASE = timedelta(minutes=2)
"""Longer than the call may take (`channels.adapters.http.patience`): nobody tries the same token meanwhile."""
WAIT_FOR_OTHER = timedelta(seconds=3)
WORKS_FOR = timedelta(seconds=10)
"""A channel that worked so shortly ago is not written down as working again."""
DOUBT_AGAIN_AFTER = timedelta(hours=1)
"""A token refused so soon after it was renewed for having been refused: another renewal would not help."""
PROBING_LEASE = timedelta(minutes=5)
"""Longer than all calls of a look may take (`channels.adapters.http.patience`)."""
LOOKED_FOR = timedelta(minutes=1)
"""What was looked at so shortly ago is not looked at again, however often somebody presses."""
NO_CREDENTIAL = "no_credential"
LONGEST_URL = 500
"""A longer one, or one that is no address of the web, is not shown to anybody."""
KEY_LOST, APP_KEYS_LOST = "key_lost", "app_keys_lost"
"""What is sealed does not open: a key is missing in CREDENTIAL_KEYS. The platform was not asked."""


class OvertakenError(Exception):
    """Since the channel was read, somebody has disconnected it, or connected what was disconnected. Nothing was done."""


# --- an adapter to work with ------------------------------------------------------------------------------------


def adapter_for(channel: Channel) -> Adapter:
    """The channel's adapter with a credential that is good for the next minutes.

    Raises NotConnected when a person must connect again, NotReady while another worker renews.
    """
    if not channel.adapter_class.publishes:
        return offline_adapter(channel)
    credential, secrets = fresh_secrets(channel)
    connected = connection(channel, secrets, credential.revision)
    return channel.adapter_class(connected, settings.PLATFORM_ADDRESSES)


def offline_adapter(channel: Channel) -> Adapter:
    """The channel's adapter without secrets: for what needs no call."""
    return channel.adapter_class(connection(channel, {}), settings.PLATFORM_ADDRESSES)


def connection(channel: Channel, secrets: dict[str, str], revision: str = "") -> Connection:
    app = app_of(channel.platform) if secrets else App("")
    return Connection(
        account_id=channel.remote_id,
        access_token=secrets.get("access_token", ""),
        app_id=secrets.get("app_id", app.id),
        app_secret=secrets.get("app_secret", app.secret),
        handle=channel.handle,
        revision=revision,
        host=channel.host,
    )


def app_of(platform: str) -> App:
    """Who we are to this platform: the environment's word goes before the administrator's. Empty if nobody has said."""
    app_id, secret = settings.APP_KEYS.get(platform, ("", ""))
    if app_id:
        return App(app_id, secret)
    keys = AppKeys.objects.filter(platform=platform).first()
    try:
        return App(keys.app_id, keys.open()["secret"]) if keys else App("")
    except CannotOpenError as error:
        raise NotConnected(APP_KEYS_LOST) from error


def fresh_secrets(channel: Channel) -> tuple[Credential, dict[str, str]]:
    # Of what is disconnected, a credential may be left to be given back: it is nothing to publish with.
    credential = Credential.objects.filter(channel=channel, channel__disconnected_at=None).first()
    if credential is None:
        raise NotConnected(NO_CREDENTIAL)
    secrets = opened(credential)
    if credential.expires_at is None or credential.expires_at - timezone.now() > RENEW_BEFORE:
        return credential, secrets
    return credential, renew(credential, channel, secrets)


def opened(credential: Credential) -> dict[str, str]:
    try:
        return credential.open()
    except CannotOpenError as error:
        raise NotConnected(KEY_LOST, revision=credential.revision) from error


# --- renewing it ------------------------------------------------------------------------------------------------


def renew(credential: Credential, channel: Channel, secrets: dict[str, str]) -> dict[str, str]:
    """Get a new access token, or wait for the worker that is getting one."""
    if not secrets.get("refresh_token"):
        raise NotConnected(Trouble.TOKEN_EXPIRED, revision=credential.revision)
    now = timezone.now()
    # The race: two workers find the token old at the same moment. The conditional update lets one through.
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now)
    won = Credential.objects.filter(free, pk=credential.pk, sealed=credential.sealed).update(
        refreshing_until=now + RENEWAL_LEASE
    )
    if not won:
        raise NotReady("renewing", until=now + WAIT_FOR_OTHER)
    credential.refreshing_until = now + RENEWAL_LEASE
    try:
        tokens = channel.adapter_class.refresh(
            secrets.get("refresh_token", ""), connection(channel, secrets), settings.PLATFORM_ADDRESSES
        )
    except Unconfirmed as error:
        # Our old refresh token may be used up. It is tried once more after the lease; then the platform decides.
        raise NotReady("renewal_unclear", error.code, until=now + RENEWAL_LEASE) from error
    except NotConnected as error:
        let_others_renew(credential)
        raise NotConnected(error.code, error.detail, revision=credential.revision) from error
    except NotPublished:
        let_others_renew(credential)
        raise
    return keep_tokens(credential, channel, secrets, tokens)


def let_others_renew(credential: Credential) -> None:
    """Our lease and no other: who was frozen may have lost it to somebody who is at it now."""
    ours = Credential.objects.filter(pk=credential.pk, refreshing_until=credential.refreshing_until)
    ours.update(refreshing_until=None)


def still_ours(credential: Credential) -> QuerySet[Credential]:
    """
    The row that this renewal was begun with, unless a person has connected the channel again since: that ends the lease.

    Either is proof. The lease: a change of keys may have sealed the same secrets anew (`channels.rotating`). The
    ciphertext: a worker that was frozen may have lost the lease, and what it was given is good all the same.
    """
    ours = Q(refreshing_until=credential.refreshing_until) | Q(sealed=credential.sealed)
    return Credential.objects.filter(ours, pk=credential.pk)


def keep_tokens(
    credential: Credential, channel: Channel, secrets: dict[str, str], tokens: Tokens
) -> dict[str, str]:
    renewed = secrets | {"access_token": tokens.access_token}
    if tokens.refresh_token:
        renewed["refresh_token"] = tokens.refresh_token
    ours = still_ours(credential)
    credential.seal(renewed)
    # The race: a person connected the channel again during the call. Theirs is the newer connection, and stays.
    kept = ours.update(
        sealed=credential.sealed,
        expires_at=tokens.expires_at,
        refreshing_until=None,
        updated_at=timezone.now(),
    )
    if not kept:
        end_what_nobody_keeps(channel, renewed)
        raise NotReady("renewing", until=timezone.now())
    return renewed


def end_what_nobody_keeps(channel: Channel, secrets: dict[str, str]) -> None:
    """Disconnected meanwhile, or connected anew: only we know of these. Where that would end more, they are let be."""
    connector = CONNECTORS.get(channel.platform)
    if connector and connector.ends_only_this:
        with suppress(ChannelError):
            app = app_of(channel.platform)
            connector(app, settings.PLATFORM_ADDRESSES).revoke(secrets | {"host": channel.host})


# --- when it does not work --------------------------------------------------------------------------------------


def doubt_token(channel: Channel, error: NotConnected, revision: str = "") -> bool:
    """
    The platform did not take the token of this `revision` (the adapter's `connection.revision`; "" if there was none).

    True: the channel has another one, or will have, so try again; one that can be renewed is renewed once. False: a
    person must connect it, and that is written down.
    """
    with transaction.atomic():
        credential = Credential.objects.select_for_update().filter(channel=channel).first()
        if credential and (
            error.code == NO_CREDENTIAL  # it has come since
            or is_another(credential, error.revision or revision)
            or may_heal(credential, error)
        ):
            return True
        mark_broken(channel, error.code)
    return False


def may_heal(credential: Credential, error: NotConnected) -> bool:
    """An old token may be renewed, if it was not the renewal itself that was refused."""
    if error.code != Trouble.TOKEN_EXPIRED or error.revision:
        return False
    return is_being_renewed(credential) or ask_for_renewal(credential)


def is_another(credential: Credential, revision: str) -> bool:
    """What is known of an older credential says nothing of this one."""
    return revision not in ("", credential.revision)


def is_being_renewed(credential: Credential) -> bool:
    """Some platforms end the old token when they give the new one: it is not the channel that fails."""
    return bool(credential.refreshing_until and credential.refreshing_until > timezone.now())


def ask_for_renewal(credential: Credential) -> bool:
    """Have the next worker renew it before its time. Not twice in a row, and only where that can be done."""
    try:
        secrets = credential.open()
    except CannotOpenError:
        return False
    now, doubted_at = timezone.now(), secrets.get("doubted_at")
    if not secrets.get("refresh_token"):
        return False
    if doubted_at and now - datetime.fromisoformat(doubted_at) < DOUBT_AGAIN_AFTER:
        return False
    credential.seal(secrets | {"doubted_at": now.isoformat()})
    credential.expires_at = now
    credential.save(update_fields=["sealed", "expires_at", "updated_at"])
    return True


def mark_broken(channel: Channel, code: str, revision: str = "") -> None:
    """
    A person must act. Written down once per fault, and not at all if it was found with another credential, or if the
    channel is meant to be disconnected.
    """
    with transaction.atomic():
        credential = Credential.objects.select_for_update().filter(channel=channel).first()
        if credential and is_another(credential, revision):
            return
        whole = Channel.objects.open().filter(pk=channel.pk, fault="")
        if whole.update(fault=code, fault_at=timezone.now()):
            log.record("channel.broke", channel, code=code)
            broke.send(Channel, channel=channel, code=code)


def mark_working(channel: Channel) -> None:
    """Every few seconds is often enough: many who publish at once must not wait for each other over it."""
    now = timezone.now()
    not_lately = Q(checked_at=None) | Q(checked_at__lt=now - WORKS_FOR)
    Channel.objects.filter(not_lately, pk=channel.pk).update(checked_at=now)


def mark_unkept(channel: Channel, now: datetime) -> bool:
    """Nobody who may sign in answers for it. False: that was known already."""
    # The race: two clocks notice it at once. The conditional update lets one through.
    return bool(Channel.objects.filter(pk=channel.pk, unkept_at=None).update(unkept_at=now))


def mark_kept(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(unkept_at=None)


def try_again(channel: Channel, by: "User") -> bool:
    """Somebody has put money on the account. False: it was not that which was wrong."""
    with transaction.atomic():
        mended = Channel.objects.filter(pk=channel.pk, fault=Trouble.CREDIT).update(fault="", fault_at=None)
        if mended:
            log.record("channel.tried_again", channel, actor=by)
    return bool(mended)


# --- looking at it ----------------------------------------------------------------------------------------------


def ask_for_probe(channel: Channel) -> bool:
    """Somebody wants to know now. False: somebody is looking already, or has just looked."""
    now = timezone.now()
    free = Q(probing_until=None) | Q(probing_until__lt=now)
    not_lately = Q(probed_at=None) | Q(probed_at__lt=now - LOOKED_FOR)
    asked = Channel.objects.open().filter(free, not_lately, pk=channel.pk, probe_at__gt=now)
    return bool(asked.update(probe_at=now))


def claim_probe(channel_id: int) -> Channel | None:
    """Take the look that is due. None: it is not, or another worker has it."""
    now = timezone.now()
    # The race: two workers were sent to the same channel. The conditional update lets one through.
    due = Channel.objects.to_look_at(now).filter(pk=channel_id)
    if not due.update(probing_until=now + PROBING_LEASE):
        return None
    return Channel.objects.get(pk=channel_id)


def keep_health(
    channel: Channel, revision: str, health: Health, findings: Sequence[Finding], fault: str = ""
) -> None:
    """
    What a look at the connection of this `revision` found; `fault` if it cannot be used as it is. Else whatever was wrong
    before the look began is mended, by whoever did it.
    """
    with transaction.atomic():
        credential = Credential.objects.select_for_update().filter(channel=channel).first()
        if credential is None or is_another(credential, revision):
            put_off_probe(channel, timezone.now())
            return
        keep_terms(credential, health)
        seen = [{"code": str(finding.code), "facts": dict(finding.facts)} for finding in findings]
        looked(channel, findings=seen)
        if fault:
            mark_broken(channel, fault)
            return
        keep_profile(channel, health.account)
        mark_working(channel)
        mend(channel)


def keep_terms(credential: Credential, health: Health) -> None:
    """What the platform does not tell stays as it was told when the channel was connected."""
    told: dict[str, Any] = {}
    if health.scopes is not None:
        told["scopes"] = list(health.scopes)
    if health.connection_ends_at is not None:
        told["connection_expires_at"] = health.connection_ends_at
    if told:
        Credential.objects.filter(pk=credential.pk).update(**told)


def keep_profile(channel: Channel, account: Account | None, by: "User | None" = None) -> None:
    """The account may have another name, or another address, since."""
    told = shown_as(account)
    changes = {
        field: [getattr(channel, field), now] for field, now in told.items() if now != getattr(channel, field)
    }
    if changes:
        Channel.objects.filter(pk=channel.pk).update(**{field: now for field, (_, now) in changes.items()})
        log.record("channel.changed", channel, actor=by, changes=changes)


def looked(channel: Channel, **found: Any) -> None:
    """The look is over. The next one is tomorrow, each channel at a minute of its own."""
    now = timezone.now()
    Channel.objects.filter(pk=channel.pk).update(
        probed_at=now,
        probe_at=now + LOOK_AFTER - timedelta(minutes=channel.pk * 7 % 60),
        probing_until=None,
        probe_trouble="",
        **found,
    )


def put_off_probe(channel: Channel, until: datetime, code: str = "") -> None:
    """One could not look. Nothing was learnt about the channel."""
    Channel.objects.filter(pk=channel.pk).update(probing_until=None, probe_at=until, probe_trouble=code)


def mend(channel: Channel) -> None:
    """It works again, if it is still broken as it was when the look began."""
    broken = Channel.objects.filter(pk=channel.pk, fault=channel.fault, fault_at=channel.fault_at)
    mended = broken.exclude(fault="").update(fault="", fault_at=None)
    if mended:
        log.record("channel.mended", channel, code=channel.fault)


def look_with_new_app_keys(platform: str) -> None:
    """Channels that broke over the old ones are looked at now, and not first tomorrow."""
    Channel.objects.open().filter(platform=platform, fault=Trouble.APP_KEYS).update(probe_at=timezone.now())


def mend_where_a_key_is_back() -> None:
    """A channel that broke because we could not read our own notes works again when we can."""
    lost = Credential.objects.filter(
        channel__fault__in=(KEY_LOST, APP_KEYS_LOST), channel__disconnected_at=None
    )
    for credential in lost.select_related("channel"):
        with suppress(NotConnected):
            opened(credential)
            app_of(credential.channel.platform)
            mend(credential.channel)


# --- when it is to wait -----------------------------------------------------------------------------------------


def rest(channel: Channel, until: datetime, *, whole_app: bool = False) -> None:
    """
    The platform asked for patience: no call before `until`, on this channel or on all those of the app. A shorter rest
    never cuts a longer one.
    """
    if whole_app:
        AppRest.objects.get_or_create(platform=channel.platform, defaults={"resting_until": until})
        AppRest.objects.filter(platform=channel.platform, resting_until__lt=until).update(resting_until=until)
        return
    Channel.objects.filter(Q(resting_until=None) | Q(resting_until__lt=until), pk=channel.pk).update(
        resting_until=until
    )


def honour(channel: Channel, adapter: Adapter | None, error: RateLimited | None = None) -> None:
    """Rest as long as the platform's answers asked for: the refusal, and those that were good."""
    rests = adapter.rests if adapter else []
    for told in rests:
        rest(channel, told.until, whole_app=told.whole_app)
    rests.clear()
    if error:
        rest(channel, error.until, whole_app=error.whole_app)


def pause(channel: Channel, by: "User", reason: str = "") -> bool:
    """Somebody wants nothing to be published there for now. False: it was paused already, and theirs stands."""
    with transaction.atomic():
        paused = Channel.objects.filter(pk=channel.pk, paused_at=None).update(
            paused_at=timezone.now(), paused_by=by, pause_reason=reason
        )
        if paused:
            log.record("channel.paused", channel, actor=by, reason=reason)
    return bool(paused)


def unpause(channel: Channel, by: "User") -> bool:
    """False: it was not paused (any more)."""
    with transaction.atomic():
        unpaused = Channel.objects.filter(pk=channel.pk, paused_at__isnull=False).update(
            paused_at=None, paused_by=None, pause_reason=""
        )
        if unpaused:
            log.record("channel.unpaused", channel, actor=by)
    return bool(unpaused)


# --- parting ----------------------------------------------------------------------------------------------------


def disconnect(channel: Channel, by: "User") -> bool:
    """
    Nothing is published there any more. What is known of the channel stays, since posts have their history there; and its
    credential, until the platform has been told (`channels.parting`). False: somebody was faster.
    """
    with transaction.atomic():
        parting.send(Channel, channel=channel)
        # Whoever writes to both takes the credential first.
        Credential.objects.select_for_update().filter(channel=channel).first()
        open_one = Channel.objects.open().filter(pk=channel.pk)
        ended = open_one.update(disconnected_at=timezone.now(), fault="", fault_at=None, findings=[])
        if ended:
            log.record("channel.disconnected", channel, actor=by)
    return bool(ended)


def to_be_ended() -> QuerySet[Credential]:
    """Those of disconnected channels: nobody uses them any more."""
    return Credential.objects.exclude(channel__disconnected_at=None).select_related("channel")


def forget(credential: Credential) -> bool:
    """False: it was renewed meanwhile, or the channel was connected again. Then it is not the one that was ended."""
    forgotten, _ = to_be_ended().filter(pk=credential.pk, sealed=credential.sealed).delete()
    return bool(forgotten)


# --- connecting -------------------------------------------------------------------------------------------------


def connect(
    channel: Channel,
    secrets: dict[str, str],
    expires_at: datetime | None = None,
    *,
    by: "User | None" = None,
    scopes: Iterable[str] = (),
    grantor: str = "",
    connection_expires_at: datetime | None = None,
    profile: Account | None = None,
    picture: bytes | None = None,
    host: str = "",
) -> Credential:
    """
    Store a credential just got from the platform; the channel works again.

    `profile` is the account as the platform knows it; without a `picture` the old one stays. May raise OvertakenError.
    """
    fresh = Credential(channel=channel)
    fresh.seal(secrets)
    now = timezone.now()
    with transaction.atomic():
        credential, _ = Credential.objects.update_or_create(
            channel=channel,
            defaults={
                "sealed": fresh.sealed,
                "expires_at": expires_at,
                "connection_expires_at": connection_expires_at,
                "scopes": list(scopes),
                "grantor": grantor,
                "connected_by": by,
                "connected_at": now,
                "refreshing_until": None,
            },
        )
        keep_profile(channel, profile, by)
        known = {"host": host} if host else {}
        if picture:
            ChannelPicture.objects.update_or_create(channel=channel, defaults={"jpeg": picture})
        # The race: who connects it again must not undo that somebody disconnects it, nor two open it at once.
        as_read = Channel.objects.filter(pk=channel.pk, disconnected_at=channel.disconnected_at)
        if not as_read.update(fault="", fault_at=None, disconnected_at=None, findings=[], **known):
            raise OvertakenError(str(channel))
        log.record("channel.connected", channel, actor=by, platform=channel.platform, scopes=list(scopes))
        if channel.disconnected_at:
            reopened.send(Channel, channel=channel, by=by)
    return credential


def shown_as(profile: Account | None) -> dict[str, str]:
    """How the account looks at the platform, in our columns. What it does not tell stays as it was."""
    if profile is None:
        return {}
    told = {
        "name": profile.name[:120],
        "handle": profile.handle[:120],
        "url": profile.url if taken_apart(profile.url) and len(profile.url) <= LONGEST_URL else "",
    }
    return {name: value for name, value in told.items() if value}
