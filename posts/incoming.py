"""
How much one request may bring, asked before any of it is kept.

Django puts the files of a request on the disk as soon as somebody looks at its form, which is before anybody has asked
who sent them and how large they are. The disk may be the one that the database writes to.
"""

import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

KEPT_FREE = 1024**3
"""What an upload leaves of the disk, for the database and for what is made of the files."""


class NoRoomError(RequestDataTooBig):
    """The disk is nearly full. Whoever reads the log must make room; whoever sends may try again then."""


class Bounds(FileUploadHandler):
    """The first of the upload handlers. It refuses a request for its size, and leaves the files to the others."""

    request: HttpRequest

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],  # noqa: N803 the name is Django's
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > self.most_bytes():
            raise RequestDataTooBig(f"A request of {content_length} bytes was not read.")
        if content_length > settings.FILE_UPLOAD_MAX_MEMORY_SIZE and content_length > room():
            raise NoRoomError(f"{content_length} bytes would leave too little of the disk free.")

    def most_bytes(self) -> int:
        """A film and a post's other pictures from those who may send in; from all others, a form's words."""
        if not self.request.user.has_perm("posts.submit_post"):
            return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return settings.FILM_MAX_BYTES + settings.MEDIA_PER_POST * settings.PICTURE_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""


def room() -> int:
    """Uploads wait in the temporary folder first. The other may be missing, where all data is on servers."""
    folders = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()), settings.VAR_DIR
    return min(shutil.disk_usage(folder).free for folder in folders if folder.exists()) - KEPT_FREE
