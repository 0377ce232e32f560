import base64
import json
from contextlib import suppress

import pytest

from channels import connections
from channels.errors import NotConnected
from channels.keyring import CannotOpenError, KeyRing, parse
from channels.models import AppKeys, Channel, Connecting, Credential
from tests import factories

OLD = "2025:" + base64.b64encode(b"o" * 32).decode()
NEW = "2026:" + base64.b64encode(b"n" * 32).decode()
PLACE = "channels.credential:7"
SECRETS = {"access_token": "hemligt"}


def test_what_is_sealed_opens_in_its_place():
    ring = KeyRing([NEW, OLD])
    sealed = ring.seal("hemligt", PLACE)
    assert sealed.startswith("v1.2026.")
    assert "hemligt" not in sealed
    assert ring.open(sealed, PLACE) == "hemligt"


def test_an_older_key_still_opens():
    assert KeyRing([NEW, OLD]).open(KeyRing([OLD]).seal("hemligt", PLACE), PLACE) == "hemligt"


def test_the_same_secret_never_looks_the_same():
    ring = KeyRing([NEW])
    assert ring.seal("hemligt", PLACE) != ring.seal("hemligt", PLACE)


@pytest.mark.parametrize("place", ["channels.credential:8", "channels.credential", ""])
def test_a_ciphertext_moved_to_another_row_does_not_open(place):
    ring = KeyRing([NEW])
    with pytest.raises(CannotOpenError):
        ring.open(ring.seal("hemligt", PLACE), place)


def test_a_lost_key_is_said_and_not_a_crash():
    with pytest.raises(CannotOpenError, match="no key '2025'"):
        KeyRing([NEW]).open(KeyRing([OLD]).seal("hemligt", PLACE), PLACE)


def test_another_key_under_the_same_id_does_not_open():
    other = "2026:" + base64.b64encode(b"x" * 32).decode()
    with pytest.raises(CannotOpenError):
        KeyRing([other]).open(KeyRing([NEW]).seal("hemligt", PLACE), PLACE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "v1",
        "v1.",
        "v1.2026",
        "v1.2026.",
        "v2.2026.abc",
        "v1.2026.A",
        "v1.2026.AAAA",
        "v1.2026.åäö",
        "v1.2026." + "A" * 16,
        "v1.2026." + "A" * 64,
        "v1.2026. \n",
        "not sealed at all",
        "\x00",
    ],
)
def test_nonsense_does_not_open(text):
    with pytest.raises(CannotOpenError):
        KeyRing([NEW]).open(text, PLACE)


def test_a_ciphertext_with_anything_changed_added_or_cut_off_does_not_open():
    ring = KeyRing([NEW])
    sealed = ring.seal("hemligt", PLACE)
    start = len("v1.2026.")
    changed = [
        sealed[:at] + ("B" if sealed[at] != "B" else "C") + sealed[at + 1 :]
        for at in range(start, len(sealed))
    ]
    cut = [sealed[:at] for at in range(len(sealed))]
    added = [sealed[:at] + mark + sealed[at:] for at in (start, start + 4) for mark in ("!", " ", "\n", ".")]
    still = [text for text in (*changed, *cut, *added, sealed + "A", sealed + "====") if opens(ring, text)]
    assert still == []


def opens(ring: KeyRing, text: str) -> bool:
    try:
        ring.open(text, PLACE)
    except CannotOpenError:
        return False
    return True


def test_what_was_never_sealed_is_not_repeated_in_the_error():
    with pytest.raises(CannotOpenError) as caught:
        KeyRing([NEW]).open("EAAhemligt", PLACE)
    assert "EAAhemligt" not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026",
        "2026:",
        "2026:abc",
        ":" + NEW[5:],
        "2026:" + "A" * 40,
        "2026:åäö",
        "1:" + NEW,
        "q.1:" + NEW[5:],
    ],
)
def test_a_key_that_is_none_is_refused_without_showing_it(key):
    with pytest.raises(ValueError, match="32 bytes in base64") as caught:
        parse(key)
    assert key == "" or key not in str(caught.value)


def test_two_keys_with_the_same_id_are_refused_without_showing_them():
    with pytest.raises(ValueError, match="the same id") as caught:
        KeyRing([NEW, "2026:" + OLD.partition(":")[2]])
    assert NEW[5:] not in str(caught.value)


def test_the_ring_shows_only_names():
    assert repr(KeyRing([NEW, OLD])) == "<KeyRing 2026, 2025>"


def test_which_key_sealed_it_can_be_seen_without_opening_it():
    ring = KeyRing([NEW, OLD])
    assert ring.is_newest(ring.seal("hemligt", PLACE)) is True
    assert ring.is_newest(KeyRing([OLD]).seal("hemligt", PLACE)) is False
    assert KeyRing(["20:" + NEW[5:]]).is_newest(ring.seal("hemligt", PLACE)) is False


# --- in its row -------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(db, platform) -> list[Credential | AppKeys | Connecting]:
    """Two of each kind, each with secrets of its own."""
    mona = factories.administrator()
    channels = [factories.channel("facebook"), factories.channel("x")]
    apps = [AppKeys(platform=name, app_id="1", updated_by=mona) for name in ("facebook", "x")]
    under_way = [Connecting(person=mona, platform=name) for name in ("facebook", "x")]
    for row in (*apps, *under_way):
        row.seal(SECRETS)
        row.save()
    return [*Credential.objects.filter(channel__in=channels), *apps, *under_way]


def test_what_is_sealed_for_one_row_opens_in_no_other(rows):
    sealed = [row.sealed for row in rows]
    opened = []
    for row in rows:
        for ciphertext in sealed:
            row.sealed = ciphertext
            with suppress(CannotOpenError):
                opened.append((row.place, sealed.index(ciphertext), bool(row.open())))
    assert opened == [(row.place, number, True) for number, row in enumerate(rows)]


@pytest.mark.parametrize("plaintext", ["", "null", "[]", '"hemligt"', "7", "{", '{"access_token"', "hemligt"])
def test_what_opens_and_is_no_set_of_secrets_counts_as_not_opening(rows, settings, plaintext):
    for row in rows:
        row.sealed = KeyRing(settings.CREDENTIAL_KEYS).seal(plaintext, row.place)
        with pytest.raises(CannotOpenError) as caught:
            row.open()
        assert caught.value.__cause__ is None
        assert "hemligt" not in str(caught.value)


def test_a_row_shows_its_place_and_nothing_else(rows):
    for row in rows:
        assert (str(row), repr(row)) == (row.place, row.place)
        assert "hemligt" not in json.dumps({name: str(value) for name, value in vars(row).items()})


def test_an_unsealed_credential_asks_for_a_new_connection(rows):
    channel = Channel.objects.get(platform="x")
    for nonsense in ("", "v1.dev.åäö", "v1.dev.AAAA", "EAAhemligt"):
        Credential.objects.filter(channel=channel).update(sealed=nonsense)
        with pytest.raises(NotConnected, match=r"^key_lost$"):
            connections.adapter_for(channel)
