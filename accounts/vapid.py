"""The site's own key for pushing (VAPID, RFC 8292): 32 bytes, written as base64url. No Django here: settings read it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec

BYTES = 32


def new() -> str:
    return as_text(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(BYTES))


def private_key_from(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError where it is none."""
    raw = from_text(text)
    if len(raw) != BYTES:
        raise ValueError(f"{len(raw)} bytes are not {BYTES}")
    return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())


def as_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def from_text(text: str) -> bytes:
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
