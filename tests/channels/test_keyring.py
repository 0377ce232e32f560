import base64

import pytest

from channels.keyring import CannotOpenError, KeyRing, parse

OLD = "2025:" + base64.b64encode(b"o" * 32).decode()
NEW = "2026:" + base64.b64encode(b"n" * 32).decode()
PLACE = "channels.credential:7"


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


@pytest.mark.parametrize("text", ["", "v1", "v2.2026.abc", "v1.2026.AAAA", "not sealed at all"])
def test_nonsense_does_not_open(text):
    with pytest.raises(CannotOpenError):
        KeyRing([NEW]).open(text, PLACE)


@pytest.mark.parametrize("key", ["", "2026", "2026:", "2026:abc", ":" + NEW[5:], "2026:" + "A" * 40])
def test_a_key_that_is_none_is_refused_without_showing_it(key):
    with pytest.raises(ValueError, match="32 bytes in base64") as caught:
        parse(key)
    assert key == "" or key not in str(caught.value)


def test_the_ring_shows_only_names():
    assert repr(KeyRing([NEW, OLD])) == "<KeyRing 2026, 2025>"
