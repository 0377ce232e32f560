"""
What belongs to a film and is sent after it: subtitles and the thumbnail. Both are there before anybody sees the film.

Each step may be made again: a thumbnail replaces itself, and subtitles that are there already are a success, since nobody
but us writes to a film that is private and a minute old.

Facts: Google, Captions: insert, Thumbnails: set and Errors references, read 2026-11-22. The reason `captionExists` stands
in the reference, and its status in nobody's.
"""

import json
import secrets

from channels.adapters.base import Media
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer
from channels.adapters.youtube.api import FILM_GONE, judged, reason, trouble
from channels.adapters.youtube.uploads import Upload
from channels.errors import Refused

LANGUAGE = "sv"
KNOWN_ALREADY = "captionExists"
SUBTITLES_BAD = {"contentRequired", "invalidMetadata", "nameTooLong", "invalidCaption", "captionNotSupported"}
THUMBNAIL_BAD = {"forbidden", "invalidImage", "mediaBodyRequired", "uploadTooLarge"}
"""`forbidden` is said of thumbnails alone: a permission that is missing is `insufficientPermissions`."""


class Belongings:
    """Going on from the handles that are staged with the film."""

    def __init__(self, upload: Upload, thumbnail: Media | None) -> None:
        self.upload, self.thumbnail = upload, thumbnail
        self.api, self.staged, self.subtitles = upload.api, upload.staged, upload.film.subtitles

    def run(self) -> None:
        if self.subtitles and "caption" not in self.staged:
            self.add_subtitles()
        if self.thumbnail and "thumbnail" not in self.staged:
            self.set_thumbnail(self.thumbnail)

    def add_subtitles(self) -> None:
        resource = {"snippet": {"videoId": self.staged["video"], "language": LANGUAGE, "name": ""}}
        content_type, body = related(resource, self.subtitles)
        answer = self.api.send(
            "POST",
            "upload/youtube/v3/captions",
            params={"uploadType": "multipart", "part": "snippet"},
            data=body,
            headers={"Content-Type": content_type},
        )
        if reason(answer) == KNOWN_ALREADY:
            self.upload.save(caption=KNOWN_ALREADY)
            return
        self.check(answer, SUBTITLES_BAD, Trouble.SUBTITLES_REFUSED)
        self.upload.save(caption=judged(answer).needed("id"))

    def set_thumbnail(self, picture: Media) -> None:
        with picture.open() as file:
            answer = self.api.send(
                "POST",
                "upload/youtube/v3/thumbnails/set",
                params={"uploadType": "media", "videoId": self.staged["video"]},
                data=file.read(),
                headers={"Content-Type": picture.content_type},
            )
        self.check(answer, THUMBNAIL_BAD, Trouble.THUMBNAIL_REFUSED)
        judged(answer)
        self.upload.save(thumbnail=picture.sha256)

    def check(self, answer: Answer, bad: set[str], refused: Trouble) -> None:
        """What is wrong with what we sent; and that YouTube may not know its own newest film for a while."""
        if reason(answer) in bad:
            raise Refused(refused, answer.detail(f"{reason(answer)} {answer.at('error', 'message') or ''}"))
        if reason(answer) in FILM_GONE:
            self.upload.wait(trouble(answer))


def related(resource: object, text: str) -> tuple[str, bytes]:
    """A resource and a file in one body (RFC 2387). The boundary is by chance: nobody can have written it in the text."""
    boundary = secrets.token_hex(16)
    parts = (
        ("application/json; charset=UTF-8", json.dumps(resource).encode()),
        ("application/octet-stream", text.encode()),
    )
    heads = (
        f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode() + body + b"\r\n" for kind, body in parts
    )
    return f"multipart/related; boundary={boundary}", b"".join(heads) + f"--{boundary}--\r\n".encode()
