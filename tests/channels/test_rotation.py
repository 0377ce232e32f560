"""Another key for everything that is sealed, while the site runs and renews, and whatever interrupts it."""

import base64
import os
import subprocess
import sys
import threading
from contextlib import suppress
from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from channels import connections, rotating
from channels.adapters.base import Tokens
from channels.adapters.codes import Trouble
from channels.errors import NotConnected, NotReady, NotSent
from channels.keyring import CannotOpenError
from channels.models import AppKeys, Channel, Connecting, Credential, Sealed
from seko_social.processes import ROOT
from tests import factories
from tests.channels.test_connections import at_once, fault_of, let_expire, revision_of, token_of

OLD, NEW, OTHER = (
    f"{name}:" + base64.b64encode(name.encode() * 8).decode() for name in ("2025", "2026", "2027")
)
EXPIRED = NotConnected(Trouble.TOKEN_EXPIRED)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.CREDENTIAL_KEYS = [OLD]


@pytest.fixture
def channel(platform) -> Channel:
    return factories.channel()


def everything(platform) -> list[Sealed]:
    """Two rows of each kind, with secrets of their own."""
    mona = factories.administrator()
    for name in ("facebook", "x"):
        factories.channel(name)
        for row in (
            AppKeys(platform=name, app_id="1", updated_by=mona),
            Connecting(person=mona, platform=name),
        ):
            row.seal({"secret": f"hemligt-{name}"})
            row.save()
    return rows()


def rows() -> list[Sealed]:
    return [row for kind in rotating.kinds() for row in kind._default_manager.order_by("pk")]


def secrets() -> list[dict[str, str]]:
    return [row.open() for row in rows()]


def rotate() -> tuple[str, str]:
    said, complained = StringIO(), StringIO()
    call_command("rotate_credentials", stdout=said, stderr=complained)
    return said.getvalue(), complained.getvalue()


# --- what it does -----------------------------------------------------------------------------------------------


def test_no_table_with_secrets_is_forgotten():
    names = [kind.__name__ for kind in rotating.kinds()]
    assert sorted(names) == ["AppKeys", "Connecting", "Credential", "EventFeed"]


def test_everything_is_sealed_anew_and_opens_with_the_new_key_alone(platform, settings):
    everything(platform)
    before = secrets()
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert rotate() == ("Sealed anew with the key 2026: 6.\nSealed with it already: 0.\n", "")
    settings.CREDENTIAL_KEYS = [NEW]
    assert secrets() == before
    settings.CREDENTIAL_KEYS = [OLD]
    for row in rows():
        with pytest.raises(CannotOpenError):
            row.open()


def test_the_second_time_nothing_is_written(platform, settings):
    everything(platform)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotate()
    before = [row.sealed for row in rows()]
    assert rotate() == ("Sealed anew with the key 2026: 0.\nSealed with it already: 6.\n", "")
    assert [row.sealed for row in rows()] == before


def test_it_changes_nothing_but_the_ciphertext(platform, settings):
    """An abandoned connection must still be swept away in time, and no lease may be lost."""
    everything(platform)
    Credential.objects.update(refreshing_until=timezone.now())
    before = [told(row) for row in rows()]
    lines = Entry.objects.count()
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotate()
    assert [told(row) for row in rows()] == before
    assert Entry.objects.count() == lines


def told(row: Sealed) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name not in {"sealed", "_state"}}


def test_what_cannot_be_opened_is_named_by_its_place_left_as_it_is_and_fails_the_command(platform, settings):
    lost = everything(platform)[0]
    settings.CREDENTIAL_KEYS = [OTHER]
    lost.seal({"access_token": "hemligt"})
    lost.save()
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    said, complained = StringIO(), StringIO()
    with pytest.raises(CommandError, match=r"^1 cannot be opened") as raised:
        call_command("rotate_credentials", stdout=said, stderr=complained)
    assert raised.value.returncode == 1
    assert complained.getvalue() == f"Cannot be opened with any of the keys: {lost.place}.\n"
    assert said.getvalue().startswith("Sealed anew with the key 2026: 5.\n")
    assert Credential.objects.get(pk=lost.pk).sealed == lost.sealed


def test_an_id_alone_proves_nothing(platform, settings):
    """A new key under the name of the lost one: what it cannot open is not taken for sealed with it."""
    everything(platform)
    settings.CREDENTIAL_KEYS = ["2025:" + OTHER.partition(":")[2]]
    with pytest.raises(CommandError, match=r"^6 cannot be opened"):
        rotate()


def test_it_shows_no_secret(platform, settings, caplog):
    everything(platform)
    shown = [value for secret in secrets() for value in secret.values()] + [
        OLD,
        NEW,
        *(key[5:] for key in (OLD, NEW)),
    ]
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    with caplog.at_level("DEBUG"):
        output = "".join(rotate()) + caplog.text
    assert [secret for secret in shown if secret in output] == []


# --- with others at work ----------------------------------------------------------------------------------------


def test_a_row_that_is_written_in_between_is_looked_at_again(channel, settings, monkeypatch):
    """A worker that has not been started again yet seals with the old key."""
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    real, turns = rotating.sealed_anew, []

    def and_somebody_connects(row: Sealed) -> rotating.End:
        end = real(row)
        turns.append(end)
        if len(turns) == 1:
            settings.CREDENTIAL_KEYS = [OLD]
            connections.connect(channel, {"access_token": "theirs"})
            settings.CREDENTIAL_KEYS = [NEW, OLD]
        return end

    monkeypatch.setattr(rotating, "sealed_anew", and_somebody_connects)
    assert rotate()[0].startswith("Sealed anew with the key 2026: 1.")
    assert turns == [rotating.End.RESEALED] * 2
    settings.CREDENTIAL_KEYS = [NEW]
    assert token_of(channel) == "theirs"


def test_a_row_that_is_deleted_in_between_is_no_trouble(channel, settings, monkeypatch):
    real = rotating.sealed_anew

    def and_it_is_gone(row: Sealed) -> rotating.End:
        end = real(row)
        Credential.objects.all().delete()
        return end

    settings.CREDENTIAL_KEYS = [NEW, OLD]
    monkeypatch.setattr(rotating, "sealed_anew", and_it_is_gone)
    assert rotate() == ("Sealed anew with the key 2026: 0.\nSealed with it already: 0.\n", "")
    assert not Credential.objects.exists()


@pytest.mark.parametrize("workers_know", [[OLD], [NEW, OLD]], ids=["not started again", "started again"])
def test_a_renewal_that_is_under_way_keeps_what_it_gets(
    channel, platform, settings, monkeypatch, workers_know
):
    """The platform has used up the old refresh token: what it gave for it must not be lost, whichever keys we know."""

    def renew(*_args: object) -> Tokens:
        settings.CREDENTIAL_KEYS = [NEW, OLD]
        rotate()
        settings.CREDENTIAL_KEYS = workers_know
        return Tokens("new", "new refresh")

    monkeypatch.setattr(platform, "refresh", renew)
    let_expire(channel)
    settings.CREDENTIAL_KEYS = workers_know
    assert connections.adapter_for(channel).connection.access_token == "new"
    kept = Credential.objects.get()
    assert kept.open() == {"access_token": "new", "refresh_token": "new refresh"}
    assert (kept.refreshing_until, kept.expires_at, fault_of(channel)) == (None, None, "")
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotate()
    settings.CREDENTIAL_KEYS = [NEW]
    assert token_of(channel) == "new"


def test_a_person_who_connects_after_a_rotation_during_a_renewal_keeps_theirs(
    channel, platform, settings, monkeypatch
):
    def renew(*_args: object) -> Tokens:
        settings.CREDENTIAL_KEYS = [NEW, OLD]
        rotate()
        connections.connect(channel, {"access_token": "theirs", "refresh_token": "theirs"})
        return Tokens("ours", "ours")

    monkeypatch.setattr(platform, "refresh", renew)
    let_expire(channel)
    with pytest.raises(NotReady, match="renewing"):
        connections.adapter_for(channel)
    assert token_of(channel) == "theirs"


def test_a_renewal_that_ended_clearly_lets_others_try_also_after_a_rotation(
    channel, platform, settings, monkeypatch
):
    def fail(*_args: object) -> Tokens:
        settings.CREDENTIAL_KEYS = [NEW, OLD]
        rotate()
        raise NotSent("dns")

    monkeypatch.setattr(platform, "refresh", fail)
    let_expire(channel)
    with pytest.raises(NotSent):
        connections.adapter_for(channel)
    assert Credential.objects.get().refreshing_until is None


def test_a_token_that_is_refused_after_a_rotation_is_tried_once_more_and_then_dealt_with(
    channel, platform, settings
):
    """The ciphertext is another one, so it is taken for another credential: one call more, and nothing else."""
    used = connections.adapter_for(channel).connection
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotate()
    assert connections.doubt_token(channel, EXPIRED, used.revision) is True
    connections.mark_broken(channel, Trouble.CREDIT, used.revision)
    assert (fault_of(channel), platform.renewals) == ("", [])

    again = connections.adapter_for(channel).connection
    assert (again.access_token, platform.renewals) == (used.access_token, [])
    assert connections.doubt_token(channel, EXPIRED, again.revision) is True
    renewed = connections.adapter_for(channel).connection
    assert (renewed.access_token, len(platform.renewals)) == ("renewed-1", 1)
    assert connections.doubt_token(channel, EXPIRED, renewed.revision) is False
    assert (fault_of(channel), len(platform.renewals)) == (Trouble.TOKEN_EXPIRED, 1)


def test_a_renewal_that_is_refused_after_a_rotation_is_asked_for_once_more_and_then_breaks_the_channel(
    channel, platform, settings, monkeypatch
):
    asked = []

    def refuse(*_args: object) -> Tokens:
        asked.append(1)
        if len(asked) == 1:
            settings.CREDENTIAL_KEYS = [NEW, OLD]
            rotate()
        raise NotConnected(Trouble.TOKEN_EXPIRED, "invalid_grant")

    monkeypatch.setattr(platform, "refresh", refuse)
    let_expire(channel)
    doubts = []
    while not fault_of(channel):
        with pytest.raises(NotConnected) as raised:
            connections.adapter_for(channel)
        doubts.append(connections.doubt_token(channel, raised.value))
    assert (doubts, len(asked), fault_of(channel)) == ([True, False], 2, Trouble.TOKEN_EXPIRED)


@pytest.mark.django_db(transaction=True)
def test_renewals_and_rotations_at_the_same_moment_lose_no_token(channel, platform, settings):
    """Refresh tokens that work once: what is stored in the end must be the one that the platform gave last."""
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    for turn in range(1, 9):
        settings.CREDENTIAL_KEYS.reverse()
        let_expire(channel)
        at_once(lambda: use(channel), *[rotating.Rotation().run] * 3)
        while Credential.objects.get().expires_at:
            use(channel)
        assert len(platform.renewals) == turn
        assert Credential.objects.get().open() == {
            "access_token": f"renewed-{turn}",
            "refresh_token": f"refresh-{turn}",
        }
    assert (fault_of(channel), {row.place for row in rows()}) == ("", {Credential.objects.get().place})


def use(channel: Channel) -> None:
    with suppress(NotReady):
        connections.adapter_for(channel)


@pytest.mark.django_db(transaction=True)
def test_the_rotation_does_not_wait_for_a_renewal_nor_the_renewal_for_it(
    channel, platform, settings, monkeypatch
):
    """The call lasts as long as the platform likes; the new key is there before it is over."""
    asked, sealed = threading.Event(), threading.Event()

    def renew(*_args: object) -> Tokens:
        asked.set()
        assert sealed.wait(20)
        return Tokens("new", "new")

    def rotation() -> None:
        assert asked.wait(20)
        rotating.Rotation().run()
        sealed.set()

    monkeypatch.setattr(platform, "refresh", renew)
    let_expire(channel)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    before = revision_of(channel)
    at_once(lambda: connections.adapter_for(channel), rotation)
    assert (revision_of(channel) != before, token_of(channel)) == (True, "new")


# --- when it dies -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("when", "number", "written"), [("before", 1, 0), ("after", 3, 3), ("before", 6, 5)])
def test_a_rotation_that_is_killed_leaves_every_row_whole_and_the_next_one_ends_it(
    platform, settings, when, number, written
):
    everything(platform)
    before = secrets()
    keys = settings.CREDENTIAL_KEYS = [NEW, OLD]
    killed = subprocess.run(
        [sys.executable, "-m", "tests.channels.dying_rotation", when, str(number)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database(), "CREDENTIAL_KEYS": " ".join(keys)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr.decode()
    assert sum(row.sealed.startswith("v1.2026.") for row in rows()) == written
    assert secrets() == before
    assert rotate() == (
        f"Sealed anew with the key 2026: {6 - written}.\nSealed with it already: {written}.\n",
        "",
    )
    settings.CREDENTIAL_KEYS = [NEW]
    assert secrets() == before


def database() -> str:
    """The test's own, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgresql://{at['USER']}@{quote(at['HOST'], safe='')}/{at['NAME']}"
