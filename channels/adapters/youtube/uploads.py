"""
A film on its way to YouTube: a session whose address is kept before the first byte, pieces, and the processing.

Nothing exists at YouTube until the last byte is there, and then the session's address answers with the film. So any
doubt is settled by asking that address. The film is private from the beginning.

Facts: Google, Resumable uploads, videos, channels and playlistItems references, read 2026-11-22.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters.base import Keep, Media, Staged
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, at
from channels.adapters.spells import end_if_long
from channels.adapters.youtube.api import API, judged, trouble
from channels.errors import ChannelError, NotReady, NotSent, Refused

STEP = 256 * 1024
"""Pieces are multiples of this, except the last."""
CHUNK = 16 * STEP
OPENINGS = 5
"""How many sessions one film may use up. Each is one of the hundred uploads that the app has a day."""
LAG = timedelta(minutes=5)
"""How long a film that is there may be missing from the lists; not documented, and reported as seconds to minutes."""
PATIENCE = timedelta(hours=6)
"""A film that is processed for longer than this is stuck; sending it once more would not help, and may be refused."""
LEAST_LOOK, MOST_LOOK = timedelta(seconds=5), timedelta(minutes=5)
CLOCKS = timedelta(seconds=60)
OUR_NAME = "seko-"

Video = dict[str, Any]


class Upload:
    """The upload of one film, going on from the handles that are staged."""

    def __init__(
        self, api: API, film: Media, resource: Mapping[str, Any], staged: Staged, keep: Keep
    ) -> None:
        self.api, self.film, self.resource, self.staged, self.keep = api, film, resource, staged, keep
        self.began_at = datetime.now(UTC)

    def run(self) -> None:
        if "video" not in self.staged:
            self.send()
        if "is_processed" not in self.staged:
            self.watch()

    # --- the bytes

    def send(self) -> None:
        if "session" in self.staged:
            self.take_in(self.put(b"", f"bytes */{self.film.size}"))
        else:
            self.open()
        with self.film.open() as file:
            while "video" not in self.staged:
                end_if_long(self.began_at)
                file.seek(self.staged["held"])
                self.send_piece(file.read(CHUNK))

    def open(self) -> None:
        openings = self.staged.get("openings", 0) + 1
        if openings > OPENINGS:
            raise Refused(Trouble.MEDIA_REFUSED, "the upload was lost again and again")
        name = f"{OUR_NAME}{secrets.token_hex(12)}.mp4"
        answer = self.api.send(
            "POST",
            "upload/youtube/v3/videos",
            params={"uploadType": "resumable", "part": "snippet,status"},
            json=self.resource,
            headers={
                "X-Upload-Content-Type": self.film.content_type,
                "X-Upload-Content-Length": str(self.film.size),
                "Slug": name,
            },
        )
        session, opened_at = answer.headers.get("Location"), datetime.now(UTC).isoformat()
        if not answer.is_good:
            raise trouble(answer)
        if not session:
            raise answer.unreadable()
        self.save(session=session, file=name, opened_at=opened_at, openings=openings, held=0)

    def send_piece(self, piece: bytes) -> None:
        first = self.staged["held"]
        end = first + len(piece)
        if not piece:
            raise NotSent(Trouble.UPLOAD_STALLED, f"YouTube has {first} bytes and does not end")
        if end == self.film.size:
            # From here on the film may exist even if we never hear of it.
            self.save(last_sent=True)
        self.take_in(self.put(piece, f"bytes {first}-{end - 1}/{self.film.size}"))
        if "video" not in self.staged and self.staged["held"] <= first:
            raise NotSent(Trouble.UPLOAD_STALLED, f"stays at {first} of {self.film.size}")

    def put(self, piece: bytes, content_range: str) -> Answer:
        headers = {"Content-Range": content_range, "Content-Type": self.film.content_type}
        return self.api.send_to(self.staged["session"], "PUT", data=piece, headers=headers)

    def take_in(self, answer: Answer) -> None:
        """The film, or how much of it YouTube has: its word counts, not what we sent."""
        if answer.status == 308:
            self.save(held=held(answer))
        elif answer.status in (404, 410):
            self.session_gone(answer)
        else:
            self.found(judged(answer).needed("id"))

    def found(self, video: str) -> None:
        self.save(video=video, uploaded_at=datetime.now(UTC).isoformat())

    # --- when the session is gone

    def session_gone(self, answer: Answer) -> None:
        """Without its last byte the film is nowhere. Else it is looked for, twice, before it is sent once more."""
        if not self.staged.get("last_sent"):
            self.start_over(answer)
        if video := self.among_uploads():
            self.found(video)
            return
        now = datetime.now(UTC)
        missing_since = datetime.fromisoformat(self.staged.get("missing_since", now.isoformat()))
        if now - missing_since >= LAG:
            self.start_over(answer)
        self.save(missing_since=missing_since.isoformat())
        raise NotReady(Trouble.UPLOAD_LOST, answer.detail(), until=missing_since + LAG)

    def start_over(self, answer: Answer) -> None:
        for name in ("session", "file", "opened_at", "held", "last_sent", "missing_since"):
            self.staged.pop(name, None)
        self.keep(self.staged)
        raise NotSent(Trouble.UPLOAD_LOST, answer.detail())

    def among_uploads(self) -> str | None:
        """The film's id, if it is among the channel's newest."""
        return next((str(video["id"]) for video in self.newest() if self.is_ours(video)), None)

    def newest(self) -> Iterator[Video]:
        channels = self.api.get("channels", part="contentDetails", mine="true").items("items")
        playlists = [at(channel, "contentDetails", "relatedPlaylists", "uploads") for channel in channels]
        query = {"playlistId": str(playlists[0]) if playlists else "", "maxResults": "50"}
        listed = self.api.get("playlistItems", part="contentDetails", **query).items("items")
        ids = [str(at(item, "contentDetails", "videoId")) for item in listed]
        if ids:
            yield from self.api.get("videos", part="snippet,status,fileDetails", id=",".join(ids)).items(
                "items"
            )

    def is_ours(self, video: Video) -> bool:
        """By the name that we gave the file; where YouTube did not keep it, by title, size and time."""
        name = str(at(video, "fileDetails", "fileName"))
        if name.startswith(OUR_NAME):
            return name == self.staged["file"]
        theirs = (at(video, "snippet", "title"), str(at(video, "fileDetails", "fileSize")))
        ours = (self.resource["snippet"]["title"], str(self.film.size))
        return theirs == ours and is_since(str(at(video, "snippet", "publishedAt")), self.staged["opened_at"])

    # --- the processing

    def watch(self) -> None:
        """Whether YouTube has made of it what it shows."""
        answer = self.api.get("videos", part="status,processingDetails", id=self.staged["video"])
        video = next(iter(answer.items("items")), None)
        if video is None:
            self.wait(Refused(Trouble.FILM_GONE, answer.detail()))
        else:
            self.judge(video.get("status") or {}, str(at(video, "processingDetails", "processingStatus")))
        self.save(is_processed=True)

    def judge(self, status: Mapping[str, Any], processing: str) -> None:
        state, detail = status.get("uploadStatus"), f"video {self.staged['video']}"
        if state == "rejected":
            why = status.get("rejectionReason")
            code = Trouble.FILM_DUPLICATE if why == "duplicate" else Trouble.FILM_REJECTED
            raise Refused(code, f"{detail}: {why}")
        if state == "failed" or processing in ("failed", "terminated"):
            raise Refused(Trouble.FILM_FAILED, f"{detail}: {status.get('failureReason') or processing}")
        if state == "deleted":
            raise Refused(Trouble.FILM_GONE, detail)
        if state != "processed" and processing != "succeeded":
            self.wait(Refused(Trouble.PROCESSING_STUCK, detail))

    def wait(self, in_the_end: ChannelError) -> None:
        """Look again: soon at first, then more seldom, and not for ever."""
        now = datetime.now(UTC)
        age = now - datetime.fromisoformat(self.staged["uploaded_at"])
        if age > PATIENCE:
            raise in_the_end
        raise NotReady(Trouble.PROCESSING, until=now + min(max(age / 4, LEAST_LOOK), MOST_LOOK))

    def save(self, **handles: Any) -> None:
        self.staged.update(handles)
        self.keep(self.staged)


def held(answer: Answer) -> int:
    """How many bytes YouTube has: one more than the last one's number, none without a Range."""
    last = answer.headers.get("Range", "").rpartition("-")[2]
    return int(last) + 1 if last.isascii() and last.isdigit() else 0


def is_since(moment: str, opened_at: str) -> bool:
    try:
        return datetime.fromisoformat(moment) >= datetime.fromisoformat(opened_at) - CLOCKS
    except (ValueError, TypeError):
        return False
