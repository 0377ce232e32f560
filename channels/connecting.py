"""
A person on the way to a connected channel: the steps of the wizard, and the only writer of `Connecting`.

    begin ──▶ dialog ──▶ come_back ──▶ choose ──▶ start_trial, try_out ──▶ finish: a channel, and no row
                ▲             │           │
                └── said no, failed, or a right is missing: ask again
    wherever they are: leave, or an hour of silence ──▶ sweep: the grant is given back, and no row

Nothing of it is a channel before `finish`, which makes all of it in one transaction. What a platform gave is sealed in
the row the moment it is got, and is nowhere else.
"""

import hashlib
import logging
import secrets as chance
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from audit import log
from channels import connections, keeping, pictures, trial
from channels.adapters import ADAPTERS
from channels.adapters.base import Adapter, Connection
from channels.adapters.codes import Trouble
from channels.adapters.connector import Account, App, Connector, Grant, Right
from channels.adapters.connectors import CONNECTORS
from channels.connecting_notes import Notes, secrets_of, to_end
from channels.errors import ChannelError, NotConnected
from channels.keyring import CannotOpenError
from channels.models import Channel, ChannelQuerySet, Connecting, Credential

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

TAKEN = "taken"
"""The account is a channel already: why it cannot be chosen, beside what `codes.Trouble` knows."""
ALL_TAKEN = "all_taken"
"""So are all of them that can be channels."""
ASKED, RUNNING, GOOD = "asked", "running", "good"
"""How a trial run goes, where it did not end in trouble. Who is `asked` for it has not begun."""
TRIAL_PATIENCE = timedelta(minutes=3)
"""A trial run that has not ended by then has lost its worker, and may be started again."""
GIVE_UP_AFTER = timedelta(days=1)
"""What a platform has not taken back by then, is only forgotten."""
AT_ONCE = 50
ALWAYS = Q()
LONGEST_ERROR = 60
"""Of what the address says that the person is sent back with: anybody can have written that."""
SAID_NO = "access_denied"
"""What all platforms answer when the person says no (RFC 6749, section 4.1.2.1)."""
ASK_ANEW = frozenset({Trouble.NO_LASTING_ACCESS, Trouble.PERMISSION_MISSING})
"""After these the platform must put its question once more, though it has been answered."""


class GoneError(Exception):
    """Finished, left or swept away: there is nothing to go on with."""


class UnfitError(Exception):
    """What was chosen cannot become this channel. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- the row -----------------------------------------------------------------------------------------------------


def opened(row: Connecting) -> Notes:
    """May raise GoneError: without its key nothing in the row is of use."""
    try:
        return Notes.of(row.open())
    except CannotOpenError as error:
        leave(row)
        raise GoneError from error


def keep(row: Connecting, noted: Mapping[str, Any], only: Q = ALWAYS, **fields: Any) -> Notes:
    """
    Seal what is new in the notes, if the row is `only` as it says, and was not finished or left meanwhile; GoneError if
    not. Returns the notes as they were.
    """
    with transaction.atomic():
        # The race: another window writes something else in the same row. Each keeps to its own, and undoes nothing.
        found = Connecting.objects.ongoing().select_for_update().filter(only, pk=row.pk).first()
        if found is None:
            raise GoneError
        before = opened(found)
        row.seal(replace(before, **noted).sealable())
        fields |= {"sealed": row.sealed, "touched_at": timezone.now()}
        Connecting.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
    return before


# --- beginning --------------------------------------------------------------------------------------------------


def begin(person: "User", platform: str, channel: Channel | None = None, *, session: str = "") -> Connecting:
    row = Connecting(person=person, platform=platform, channel=channel, session=session)
    row.seal(Notes(answers=known_of(channel)).sealable())
    row.save(force_insert=True)
    return row


def known_of(channel: Channel | None) -> dict[str, str]:
    """What need not be asked again: the server of an account whose platform is many."""
    return {"server": channel.host} if channel and channel.host else {}


def kind_of(row: Connecting) -> type[Connector] | None:
    """None: a person publishes there by hand, and there is nobody to ask."""
    return CONNECTORS.get(row.platform)


def has_keys(platform: str) -> bool:
    """Whether this platform knows our app, or needs not to."""
    kind = CONNECTORS.get(platform)
    if kind is None or not kind.has_app_keys:
        return True
    try:
        return bool(connections.app_of(platform).id)
    except NotConnected:
        return False


def connector_for(row: Connecting, notes: Notes, redirect_uri: str = "") -> Connector:
    kind = CONNECTORS[row.platform]
    app = connections.app_of(row.platform) if kind.has_app_keys else notes.app
    if kind.has_app_keys and not app.id:
        raise NotConnected(Trouble.APP_KEYS)
    return kind(app, settings.PLATFORM_ADDRESSES, redirect_uri)


def answer(row: Connecting, answers: Mapping[str, str]) -> None:
    """
    What the person had to say before anybody could be asked. Another server has another app of ours, and what the first
    one was asked is not to be answered any more.
    """
    keep(row, {"answers": dict(answers), "app": App(""), "trouble": ""}, state="")


def sign_in(row: Connecting, answers: Mapping[str, str]) -> str:
    """Where there is no dialog: the answers are the sign-in, and what is secret among them is not kept."""
    kind = CONNECTORS[row.platform]
    secret = {question.name for question in kind.questions if question.is_secret}
    keep(row, {"answers": {name: value for name, value in answers.items() if name not in secret}})
    trouble = ""
    try:
        connector = connector_for(row, opened(row))
        take(row, connector, connector.sign_in(answers))
    except ChannelError as error:
        trouble = error.code
    keep(row, {"trouble": trouble})
    return trouble


# --- the platform's dialog --------------------------------------------------------------------------------------


def dialog(row: Connecting, redirect_uri: str, *, again: bool = False) -> tuple[str, str]:
    """
    The address of the platform's dialog, and the state that it is to bring back.

    Who connects a channel again has answered the question before: it is put once more, so that the access lasts.
    """
    notes = opened(row)
    again = again or row.channel_id is not None or notes.trouble in ASK_ANEW
    state, verifier = chance.token_urlsafe(32), chance.token_urlsafe(48)
    connector = connector_for(row, notes, redirect_uri)
    address = connector.dialog(state, verifier, again=again, answers=notes.answers)
    given = {} if connector.has_app_keys else {"app": connector.app}
    keep(row, {"verifier": verifier, "trouble": "", **given}, state=digest(state))
    return address, state


def tell_trouble(row: Connecting, code: str) -> None:
    """Why the step that was just tried did not go well: the page says it."""
    keep(row, {"trouble": code})


def digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def asked_with(state: str, person: "User", platform: str, session: str = "") -> Connecting | None:
    """The row whose question this state came along with."""
    rows = Connecting.objects.ongoing().filter(person=person, platform=platform, session=session)
    return rows.filter(state=digest(state)).first() if state else None


def come_back(row: Connecting, state: str, redirect_uri: str, *, code: str = "", error: str = "") -> str:
    """
    The person is back from the dialog, with a code or with an error. Returns the trouble; "" if all went well.

    Raises GoneError when they are back a second time.
    """
    # The race: the same address is opened twice. The code works once, so only one of them may try it.
    asked = keep(row, {"verifier": ""}, Q(state=digest(state)), state="")
    trouble = said_no(row, code, error) or exchange(row, asked, code, redirect_uri)
    keep(row, {"trouble": trouble})
    return trouble


def said_no(row: Connecting, code: str, error: str) -> str:
    """Why there is nothing to exchange; "" when there is."""
    if error == SAID_NO:
        return Trouble.CANCELLED
    if code:
        return ""
    told = "".join(letter for letter in error if letter.isprintable())[:LONGEST_ERROR]
    logger.warning(
        "The dialog of %s came back without a code: %s", row.platform, told or "and without a word"
    )
    return Trouble.DIALOG_FAILED


def exchange(row: Connecting, notes: Notes, code: str, redirect_uri: str) -> str:
    """Returns the trouble."""
    try:
        connector = connector_for(row, notes, redirect_uri)
        take(row, connector, connector.exchange(code, notes.verifier, notes.answers))
    except ChannelError as error:
        logger.warning("%s was not connected: %s", row.platform, error)
        return error.code
    return ""


def take(row: Connecting, connector: Connector, grant: Grant) -> None:
    """Keep the grant before anything else is asked: the platform gives it once."""
    try:
        # What was tried with another grant says nothing about this one.
        before = keep(row, {"grant": grant, "accounts": ()}, trial="", tried_at=None).grant
    except GoneError:
        # Left in another window during the call: nobody else will ever give this back.
        if may_end(row.platform, grant.grantor, besides=row):
            give_back(connector, to_end(grant))
        raise
    if before and connector.ends_only_this and before.access_token != grant.access_token:
        give_back(connector, to_end(before))
    keep(row, {"accounts": reached(connector, grant)})


def give_back(connector: Connector, secrets: Mapping[str, str]) -> bool:
    """True: the platform has it back, or says that it was ended before."""
    try:
        connector.revoke(secrets)
    except ChannelError as error:
        logger.warning("%s did not take a grant back: %s", connector.platform, error)
        return False
    return True


def reached(connector: Connector, grant: Grant) -> tuple[Account, ...]:
    if not (accounts := tuple(connector.accounts(grant))):
        raise NotConnected(Trouble.NO_ACCOUNTS)
    return accounts


def look(row: Connecting) -> str:
    """Ask once more what the grant reaches. Returns the trouble."""
    notes = opened(row)
    if notes.grant is None:
        raise GoneError
    try:
        noted = {"accounts": reached(connector_for(row, notes), notes.grant), "trouble": ""}
    except ChannelError as error:
        noted = {"trouble": error.code}
    keep(row, noted)
    return str(noted["trouble"])


# --- which account ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """An account, and why it cannot be chosen: a code; "" when it can."""

    account: Account
    refusal: str = ""


def choices(row: Connecting, notes: Notes) -> list[Choice]:
    """Those that can be chosen first."""
    ids = [account.id for account in notes.accounts]
    taken = Channel.objects.open().filter(platform=row.platform, remote_id__in=ids)
    known = set(without(taken, row.channel_id).values_list("remote_id", flat=True))
    found = [Choice(account, refusal(row, account, known)) for account in notes.accounts]
    return sorted(found, key=lambda choice: bool(choice.refusal))


def without(channels: ChannelQuerySet, channel_id: int | None) -> ChannelQuerySet:
    return channels.exclude(pk=channel_id) if channel_id else channels


def refusal(row: Connecting, account: Account, taken: set[str]) -> str:
    if account.refusal:
        return account.refusal
    if account.id in taken:
        return TAKEN
    if row.channel and account.id != row.channel.remote_id:
        return Trouble.WRONG_ACCOUNT
    needed = CONNECTORS[row.platform].required
    return Trouble.ROLE_MISSING if needed.intersection(account.missing) else ""


def granted(row: Connecting, notes: Notes) -> tuple[Right, ...]:
    return CONNECTORS[row.platform].rights(notes.grant.scopes) if notes.grant else ()


def is_enough(row: Connecting, notes: Notes) -> bool:
    """Whether the person has allowed what a channel cannot be without."""
    return CONNECTORS[row.platform].required.issubset(granted(row, notes))


def choose(row: Connecting, account_id: str) -> None:
    """May raise UnfitError."""
    notes = opened(row)
    fitting(row, notes, account_id)
    # What was tried with another account says nothing about this one.
    anew = {} if row.account_id == account_id else {"trial": "", "tried_at": None}
    fields: dict[str, Any] = {"account_id": account_id, **anew}
    keep(row, {"trouble": ""}, **fields)


def fitting(row: Connecting, notes: Notes, account_id: str) -> Account:
    if not is_enough(row, notes):
        raise UnfitError(Trouble.PERMISSION_MISSING)
    for choice in choices(row, notes):
        if choice.account.id == account_id and account_id:
            if choice.refusal:
                raise UnfitError(choice.refusal)
            return choice.account
    raise UnfitError(Trouble.NO_ACCOUNTS)


def chosen(row: Connecting, notes: Notes) -> Account | None:
    return next((account for account in notes.accounts if account.id == row.account_id), None)


# --- the trial run ----------------------------------------------------------------------------------------------


def note_down(row: Connecting, entered: Mapping[str, Any]) -> None:
    """What was entered in the last step, right or wrong."""
    keep(row, {"entered": dict(entered)})


def is_running(row: Connecting) -> bool:
    lately = row.tried_at and row.tried_at > timezone.now() - TRIAL_PATIENCE
    return bool(row.trial in (ASKED, RUNNING) and lately)


def start_trial(row: Connecting) -> bool:
    """False: one is running."""
    if is_running(row):
        return False
    now = timezone.now()
    # The race: two presses. The second one finds that the first has begun.
    free = Connecting.objects.ongoing().filter(pk=row.pk, trial=row.trial, tried_at=row.tried_at)
    return bool(free.update(trial=ASKED, tried_at=now, touched_at=now))


def trials_to_run(now: datetime) -> list[str]:
    """Those that no worker has begun: the broker may have lost them."""
    asked = Connecting.objects.ongoing().filter(trial=ASKED, tried_at__gt=now - TRIAL_PATIENCE)
    return [str(pk) for pk in asked.order_by("tried_at").values_list("pk", flat=True)[:AT_ONCE]]


def try_out(row_id: str) -> None:
    """Do what publishing does, where the public does not see it."""
    # The race: two workers were sent to the same trial. The conditional update lets one through.
    if not Connecting.objects.ongoing().filter(pk=row_id, trial=ASKED).update(trial=RUNNING):
        return
    row = Connecting.objects.filter(pk=row_id, trial=RUNNING).first()
    if row is None:
        return
    ended = Connecting.objects.filter(pk=row.pk, trial=RUNNING, tried_at=row.tried_at)
    ended.update(trial=tried(row), touched_at=timezone.now())


def tried(row: Connecting) -> str:
    try:
        adapter = adapter_for(row, opened(row))
        adapter.try_out(trial.media(adapter.trial_kind))
    except ChannelError as error:
        logger.warning("A trial run on %s ended: %s", row.platform, error)
        return error.code
    return GOOD


def adapter_for(row: Connecting, notes: Notes) -> Adapter:
    account, grant = chosen(row, notes), notes.grant
    if account is None or grant is None:
        raise NotConnected(Trouble.NO_ACCOUNTS)
    secrets = secrets_of(grant, account)
    app = connector_for(row, notes).app
    connected = Connection(
        account_id=account.id,
        access_token=secrets["access_token"],
        app_id=secrets.get("app_id", app.id),
        app_secret=secrets.get("app_secret", app.secret),
        handle=account.handle,
        host=grant.host,
    )
    return ADAPTERS[row.platform](connected, settings.PLATFORM_ADDRESSES)


# --- the end ----------------------------------------------------------------------------------------------------


def finish(row: Connecting, carried: Mapping[str, Any]) -> Channel:
    """
    Make the channel, or renew the one that it is. `carried` are the columns that were filled in; one that is connected
    again keeps its own.

    Raises UnfitError, and GoneError when it was finished already.
    """
    notes = opened(row)
    if kind_of(row) is None:
        return by_hand(row, notes, carried)
    account = still_fitting(row, notes)
    # A call, and so before the transaction.
    picture = pictures.fetch(account.picture_url)
    try:
        with transaction.atomic():
            end(row)
            channel = channel_for(row, notes, account, carried)
            before = secrets_before(channel)
            hand_over(row, notes, account, channel, carried, picture)
    except connections.OvertakenError as error:
        # The race: the channel was disconnected, or the account's old one opened again, since we read it.
        raise (GoneError if row.channel else UnfitError(TAKEN)) from error
    except IntegrityError as error:
        # The race: somebody else has just connected the same account.
        raise UnfitError(TAKEN) from error
    give_back_replaced(row, notes, account, before)
    return Channel.objects.get(pk=channel.pk)


def still_fitting(row: Connecting, notes: Notes) -> Account:
    """Pressed twice, the first press may have made the account a channel: that is no reason to refuse the second."""
    try:
        return fitting(row, notes, row.account_id)
    except UnfitError as error:
        if not Connecting.objects.ongoing().filter(pk=row.pk).exists():
            raise GoneError from error
        raise


def end(row: Connecting) -> None:
    """The race: two presses on the last button. Only one of them still finds the row."""
    deleted, _ = Connecting.objects.ongoing().filter(pk=row.pk).delete()
    if not deleted:
        raise GoneError


def channel_for(row: Connecting, notes: Notes, account: Account, carried: Mapping[str, Any]) -> Channel:
    """The one to be renewed; or the same account's, disconnected before, so that its history goes on; or a new one."""
    if row.channel:
        if row.channel.disconnected_at:
            raise GoneError
        return row.channel
    host = notes.grant.host if notes.grant else ""
    earlier = Channel.objects.filter(platform=row.platform, remote_id=account.id)
    if channel := earlier.exclude(disconnected_at=None).order_by("pk").last():
        return channel
    told = {**connections.shown_as(account), "host": host, **carried}
    return Channel.objects.create(
        platform=row.platform,
        remote_id=account.id,
        position=next_position(),
        is_another=Channel.objects.filter(platform=row.platform).exists(),
        **told,
    )


def secrets_before(channel: Channel) -> dict[str, str]:
    """What it proved itself with until now, and where; empty if there is nothing that we can read."""
    credential = Credential.objects.select_for_update().filter(channel=channel).first()
    try:
        return credential.open() | {"host": channel.host} if credential else {}
    except CannotOpenError:
        return {}


def give_back_replaced(row: Connecting, notes: Notes, account: Account, before: Mapping[str, str]) -> None:
    """Where each token ends alone, the old one would live on unknown to anybody. The platform is told once."""
    if not before or notes.grant is None or not CONNECTORS[row.platform].ends_only_this:
        return
    if before.get("access_token") == secrets_of(notes.grant, account)["access_token"]:
        return
    try:
        connector = connector_for(row, notes)
    except NotConnected:
        return
    give_back(connector, before)


def next_position() -> int:
    last = Channel.objects.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def hand_over(
    row: Connecting,
    notes: Notes,
    account: Account,
    channel: Channel,
    carried: Mapping[str, Any],
    picture: bytes | None,
) -> None:
    grant = notes.grant
    if grant is None:
        raise GoneError
    connections.connect(
        channel,
        secrets_of(grant, account),
        grant.expires_at,
        by=row.person,
        scopes=grant.scopes,
        grantor=grant.grantor,
        connection_expires_at=grant.connection_ends_at,
        profile=account,
        picture=picture,
        host=grant.host,
    )
    if carried:
        # Nothing for a channel that was made with it just now; one that was disconnected has it in its history.
        keeping.change(channel, row.person, keeping.settings_of(channel, carried), dict(carried))


def by_hand(row: Connecting, notes: Notes, carried: Mapping[str, Any]) -> Channel:
    """Nobody is asked: a name, an address, and who answers for it."""
    with transaction.atomic():
        end(row)
        channel = Channel.objects.create(
            platform=row.platform,
            name=notes.answers["name"],
            url=notes.answers.get("url", ""),
            position=next_position(),
            **carried,
        )
        log.record("channel.connected", channel, actor=row.person, platform=row.platform)
    return channel


# --- giving up --------------------------------------------------------------------------------------------------


def leave(row: Connecting) -> None:
    """From now on nobody reaches it; a worker gives back what was granted, and deletes it."""
    Connecting.objects.ongoing().filter(pk=row.pk).update(left_at=timezone.now(), state="")


def leave_all(channel: Channel) -> None:
    """Nobody connects it again any more."""
    Connecting.objects.ongoing().filter(channel=channel).update(left_at=timezone.now(), state="")


def sweep(now: datetime) -> None:
    """What was given up, and what nobody has come back to."""
    Connecting.objects.abandoned(now).update(left_at=now, state="")
    # A trial takes away what it sent: not before it has ended is its token ended.
    idle = Connecting.objects.left().exclude(trial=RUNNING, tried_at__gt=now - TRIAL_PATIENCE)
    for row in idle.order_by("left_at")[:AT_ONCE]:
        if is_given_back(row) or (row.left_at and now - row.left_at > GIVE_UP_AFTER):
            Connecting.objects.filter(pk=row.pk).delete()


def is_given_back(row: Connecting) -> bool:
    """True: there is nothing (more) at the platform that should be taken back."""
    try:
        notes = Notes.of(row.open())
    except CannotOpenError:
        return True
    if notes.grant is None or not may_end(row.platform, notes.grant.grantor, besides=row):
        return True
    try:
        connector = connector_for(row, notes)
    except NotConnected:
        # Without our app's keys nobody can be told. There may be some again.
        return False
    return give_back(connector, to_end(notes.grant, chosen(row, notes)))


def may_end(
    platform: str, grantor: str, *, channel: Channel | None = None, besides: Connecting | None = None
) -> bool:
    """
    Whether a grant can be given back without cutting off another channel (than `channel`), or somebody who is on the way
    (than `besides`). Some platforms end all that the same person gave us; one that we do not know may be any.
    """
    kind = CONNECTORS.get(platform)
    if kind is None:
        return False
    return kind.ends_only_this or not (
        is_used_by_others(platform, grantor, channel) or is_on_the_way(platform, grantor, besides)
    )


def is_used_by_others(platform: str, grantor: str, channel: Channel | None) -> bool:
    others = Channel.objects.open().filter(platform=platform, credential__isnull=False)
    grantors = without(others, channel.pk if channel else None).values_list("credential__grantor", flat=True)
    return any(may_be_same(grantor, other) for other in grantors)


def is_on_the_way(platform: str, grantor: str, besides: Connecting | None) -> bool:
    others = Connecting.objects.ongoing().filter(platform=platform)
    if besides:
        others = others.exclude(pk=besides.pk)
    grants = filter(None, map(grant_in, others))
    return any(may_be_same(grantor, grant.grantor) for grant in grants)


def grant_in(row: Connecting) -> Grant | None:
    try:
        return Notes.of(row.open()).grant
    except CannotOpenError:
        return None


def may_be_same(one: str, other: str) -> bool:
    return one == other or "" in (one, other)
