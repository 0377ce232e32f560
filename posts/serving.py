"""
Handing out private files: whole, or the part that a player asks for (RFC 9110, Range Requests).

Safari plays no film from a server that cannot serve parts, and no player can jump without them.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import HttpRequest
from django.utils.cache import get_conditional_response

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 256 * 1024
TYPES = {"jpg": "image/jpeg", "mp4": "video/mp4"}


def serve(request: HttpRequest, file: FieldFile, digest: str, *, download_as: str = "") -> HttpResponseBase:
    """
    The file, to be kept by this one reader's browser only, and shown again only after asking: it may be gone, or no
    longer theirs to see. `digest` is of what is in it.
    """
    etag = f'"{digest}"'
    response = get_conditional_response(request, etag=etag) or answer(request, file, etag, download_as)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    return response


def answer(request: HttpRequest, file: FieldFile, etag: str, download_as: str) -> HttpResponseBase:
    """A part only of what the player has the other parts of."""
    name = str(file.name)
    content_type = TYPES[name.rpartition(".")[2]]
    is_same = request.headers.get("If-Range", etag) == etag
    wanted = part_wanted(request.headers.get("Range", ""), file.size) if is_same else None
    if wanted is not None:
        return part_of(file.storage, name, content_type, wanted, file.size)
    return FileResponse(
        file.open("rb"), content_type=content_type, filename=download_as, as_attachment=bool(download_as)
    )


def part_wanted(header: str, size: int) -> range | None:
    """The bytes asked for; None for all of them, also when the question makes no sense to us."""
    found = ONE_RANGE.fullmatch(header.strip())
    if not found or found[1] == found[2] == "":
        return None
    if not found[1]:
        return range(max(size - int(found[2]), 0), size)
    return range(int(found[1]), min(int(found[2]) + 1, size) if found[2] else size)


def part_of(storage: Storage, name: str, content_type: str, wanted: range, size: int) -> HttpResponseBase:
    if not wanted:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {
        "Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{size}",
        "Content-Length": str(len(wanted)),
    }
    body = pieces(storage.open(name, "rb"), wanted)  # type: ignore[arg-type]
    return StreamingHttpResponse(body, status=206, content_type=content_type, headers=headers)


def pieces(file: BinaryIO, wanted: range) -> Iterator[bytes]:
    with file:
        file.seek(wanted.start)
        left = len(wanted)
        while left and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
