"""
What is said in the headers of tus 1.0, the protocol of uploads that can be resumed.

Read here and nowhere else (https://tus.io/protocols/resumable-upload, version 1.0.0, read 2026-11-26). Whatever a header
says that the protocol does not know is a ProtocolError with the status that the client is answered with; its reason is
for whoever writes a client, and in English.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from uuid import UUID

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "termination", "expiration", "checksum")
ALGORITHMS = ("sha1", "sha256")
BODY = "application/offset+octet-stream"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
MOST_METADATA = 4000
"""Characters: what some hundred letters of a name in any script need, and no more than a web server takes."""

NUMBER = re.compile(r"[0-9]{1,18}")
KEY = re.compile(r"[!-+\--~]+")
"""ASCII without spaces and commas."""


class ProtocolError(Exception):
    """The request is not as the protocol has it: sent again as it is, it is refused again."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class ChecksumError(ProtocolError):
    """What came is not what was sent: none of it counts, and it is sent again."""

    def __init__(self) -> None:
        super().__init__(460, "Upload-Checksum: another one was counted.")


# --- what a server says of itself -----------------------------------------------------------------------------


def about(most_bytes: int) -> dict[str, str]:
    """The answer to OPTIONS."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(most_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


# --- what a client says ---------------------------------------------------------------------------------------


def method_of(method: str, headers: Mapping[str, str]) -> str:
    """
    The method that is meant, where something in between knows only some. A safe one is not taken for another: nobody has
    asked it where it came from.
    """
    meant = headers.get("X-HTTP-Method-Override", method).strip().upper()
    if meant != method and method in SAFE:
        raise ProtocolError(400, f"X-HTTP-Method-Override: not on {method}.")
    return meant


def check_version(headers: Mapping[str, str]) -> None:
    if headers.get("Tus-Resumable", "") != VERSION:
        raise ProtocolError(412, f"Tus-Resumable: {VERSION} is what we speak.")


def length_of(headers: Mapping[str, str]) -> int:
    if "Upload-Defer-Length" in headers:
        raise ProtocolError(400, "Upload-Defer-Length: say the length at once.")
    if "Upload-Concat" in headers:
        raise ProtocolError(400, "Upload-Concat: send each file by itself.")
    return number_in(headers, "Upload-Length")


def offset_of(headers: Mapping[str, str]) -> int:
    return number_in(headers, "Upload-Offset")


def number_in(headers: Mapping[str, str], name: str) -> int:
    value = headers.get(name, "").strip(" \t")
    if not NUMBER.fullmatch(value):
        raise ProtocolError(400, f"{name}: a whole number from 0 on, please.")
    return int(value)


def check_body(headers: Mapping[str, str]) -> None:
    if not has_body(headers):
        raise ProtocolError(415, f"Content-Type: {BODY} is what we read.")


def has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower() == BODY


def size_of_body(headers: Mapping[str, str]) -> int | None:
    """None: it comes in chunks, and says at its end that it is over."""
    if headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
        return None
    # A request without a body need not say so.
    return number_in(headers, "Content-Length") if headers.get("Content-Length") else 0


# --- metadata -------------------------------------------------------------------------------------------------


def metadata_of(headers: Mapping[str, str]) -> dict[str, bytes]:
    value = headers.get("Upload-Metadata", "").strip()
    if len(value) > MOST_METADATA:
        raise ProtocolError(400, f"Upload-Metadata: at most {MOST_METADATA} characters.")
    pairs = [pair_in(part.strip()) for part in value.split(",")] if value else []
    if len(dict(pairs)) < len(pairs):
        raise ProtocolError(400, "Upload-Metadata: each key once.")
    return dict(pairs)


def pair_in(part: str) -> tuple[str, bytes]:
    key, _, value = part.partition(" ")
    if not KEY.fullmatch(key):
        raise ProtocolError(400, "Upload-Metadata: a key is ASCII without spaces and commas.")
    return key, decoded(value, "Upload-Metadata")


def decoded(value: str, name: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(400, f"{name}: that is not Base64.") from error


def id_in(metadata: Mapping[str, bytes]) -> UUID | None:
    """The number that the client has given its file, so that it can ask for it whatever answer it missed."""
    if "id" not in metadata:
        return None
    try:
        return UUID(metadata["id"].decode("ascii"))
    except ValueError as error:
        raise ProtocolError(400, "Upload-Metadata: the id is not a UUID.") from error


# --- checksums ------------------------------------------------------------------------------------------------


class Checksum:
    """What a client counted of a body, and what we count while it comes."""

    def __init__(self, algorithm: str, digest: bytes) -> None:
        self.digest = digest
        self.counted = hashlib.new(algorithm, usedforsecurity=False)

    def count(self, piece: bytes) -> None:
        self.counted.update(piece)

    def check(self) -> None:
        if self.counted.digest() != self.digest:
            raise ChecksumError


def checksum_in(headers: Mapping[str, str]) -> Checksum | None:
    if "Upload-Checksum" not in headers:
        return None
    algorithm, _, value = headers["Upload-Checksum"].strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise ProtocolError(400, f"Upload-Checksum: we count {' and '.join(ALGORITHMS)}.")
    return Checksum(algorithm, decoded(value.strip(), "Upload-Checksum"))
