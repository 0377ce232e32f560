"""
The files of an upload that came in parts (`posts.uploads`): reading them as the one that was sent, and taking them away.

They lie in a folder with the upload's number. Which of them count, and in which order, the rows say: whoever died between
a file and its row leaves one that nobody reads, and that goes with the folder.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage

from posts.models import UploadPart

FOLDER = "incoming"
CHUNK = 1024 * 1024
AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def folder_of(upload_id: UUID) -> str:
    return f"{FOLDER}/{upload_id}"


def names_of(upload_id: UUID) -> list[str]:
    return list(UploadPart.objects.filter(upload_id=upload_id).values_list("name", flat=True))


def copy(names: Iterable[str], target: Path) -> None:
    """All of it into one file on this machine. Raises FileNotFoundError when a part is gone."""
    with target.open("wb") as whole:
        for piece in read(names, CHUNK):
            whole.write(piece)


def head(names: Iterable[str], size: int) -> bytes:
    """Its first bytes; fewer, if there are no more."""
    found = b""
    for piece in read(names, size):
        found += piece
        if len(found) >= size:
            break
    return found[:size]


def read(names: Iterable[str], chunk: int) -> Iterator[bytes]:
    for name in names:
        with default_storage.open(name) as part:
            yield from part.chunks(chunk)


# --- taking them away -----------------------------------------------------------------------------------------


def forget(upload_id: UUID) -> None:
    """The files first: rows without them are found again."""
    forget_folder(folder_of(upload_id))
    UploadPart.objects.filter(upload_id=upload_id).delete()


def folders() -> list[UUID]:
    """The uploads whose files are there."""
    try:
        names, _files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [UUID(name) for name in names if AN_ID.fullmatch(name)]


def forget_folder(folder: str) -> None:
    """On a disk the folder itself goes too, unless somebody has put a part into it just now; a bucket has none."""
    try:
        _folders, names = default_storage.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        # What came whole is a file of that name.
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    with suppress(OSError):
        default_storage.delete(folder)
