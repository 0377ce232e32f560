"""
The key ring for credentials: AES-256-GCM, newest key first.

A ciphertext reads `v1.<key id>.<base64 of nonce and sealed bytes>` and is bound to the row and field it was made
for: moved to another row, it does not open. The ring is its own and not derived from SECRET_KEY, which
may be changed without losing a connection.
"""

import base64
import os
import re
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32
ID = re.compile(r"[A-Za-z0-9_-]+")
"""A dot would end the id too early in the ciphertext, and a colon in the setting."""


class CannotOpenError(Exception):
    """The key is lost, or the ciphertext belongs elsewhere: the channel must be connected again."""


class KeyRing:
    """`keys` are `id:base64 of 32 bytes`, newest first; the newest seals, all of them open."""

    def __init__(self, keys: Iterable[str]) -> None:
        parsed = [parse(key) for key in keys]
        self._keys = dict(parsed)
        if len(self._keys) < len(parsed):
            # The later one would silently take the place of the one that was sealed with.
            raise ValueError("two of CREDENTIAL_KEYS have the same id")

    def __repr__(self) -> str:
        return f"<KeyRing {', '.join(self._keys)}>"

    @property
    def newest(self) -> str:
        return next(iter(self._keys))

    def seal(self, plaintext: str, place: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._keys[self.newest]).encrypt(nonce, plaintext.encode(), place.encode())
        return f"{VERSION}.{self.newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def is_newest(self, ciphertext: str) -> bool:
        """Whether it was sealed with the key that seals now; not whether it opens."""
        return ciphertext.startswith(f"{VERSION}.{self.newest}.")

    def open(self, ciphertext: str, place: str) -> str:
        version, _, rest = ciphertext.partition(".")
        key_id, _, body = rest.partition(".")
        if version != VERSION:
            raise CannotOpenError(f"what stands at {place} was not sealed")
        if key_id not in self._keys:
            raise CannotOpenError(f"no key {key_id!r} for {place}")
        try:
            raw = unwrapped(body)
            opened = AESGCM(self._keys[key_id]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode())
            return opened.decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError(f"the credential at {place} does not open") from error


def unwrapped(body: str) -> bytes:
    """The bytes, if this is how we wrote them down: base64 has several ways. ValueError if not."""
    raw = base64.urlsafe_b64decode(body)
    if base64.urlsafe_b64encode(raw).decode() != body:
        raise ValueError("not written by us")
    return raw


def parse(key: str) -> tuple[str, bytes]:
    """Split `id:base64` and check that the key has 32 bytes; ValueError names what is wrong, never the key."""
    key_id, _, encoded = key.partition(":")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        raw = b""
    if not ID.fullmatch(key_id) or len(raw) != KEY_BYTES:
        raise ValueError(
            "each of CREDENTIAL_KEYS must be an id (letters, figures, - and _), a colon and 32 bytes in base64"
        )
    return key_id, raw
