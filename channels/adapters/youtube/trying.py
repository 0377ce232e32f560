"""
A trial run: a private film is sent as any other is, and deleted.

YouTube may not know its own newest film for a while, and then cannot delete it. Nobody waits for that here: what a trial
had to leave is found by the next one, which takes it away.

Facts: Google, videos and playlistItems references, read 2026-11-22.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters.base import Media, Privacy, Staged
from channels.adapters.codes import Trouble
from channels.adapters.http import at, later
from channels.adapters.youtube.api import API
from channels.adapters.youtube.uploads import Upload, Video, is_since
from channels.errors import NotReady

TITLE = "Seko Social: trial"
FRESH = timedelta(minutes=10)
"""A trial's film from so shortly ago has proven that films are taken in."""
LAG_SECONDS = 30


class Trial:
    def __init__(self, api: API, film: Media, resource: Mapping[str, Any]) -> None:
        self.api, self.film = api, film
        self.upload = Upload(api, film, resource, Staged(), lambda staged: None)

    def run(self) -> None:
        was_sent = False
        for video in self.left():
            self.api.delete("videos", str(video["id"]))
            was_sent = was_sent or is_fresh(video)
        if not was_sent:
            self.send()

    def left(self) -> Iterator[Video]:
        """What earlier trials could not take away."""
        return (video for video in self.upload.newest() if self.is_left(video))

    def is_left(self, video: Video) -> bool:
        """Nobody else's film has this title, this very size, and is private."""
        about = (at(video, "snippet", "title"), str(at(video, "fileDetails", "fileSize")))
        is_private = at(video, "status", "privacyStatus") == Privacy.PRIVATE
        return is_private and about == (TITLE, str(self.film.size))

    def send(self) -> None:
        self.upload.send()
        video = self.upload.staged["video"]
        if not self.api.delete("videos", video):
            raise NotReady(Trouble.PROCESSING, f"video {video} is still there", until=later(LAG_SECONDS))


def is_fresh(video: Video) -> bool:
    since = (datetime.now(UTC) - FRESH).isoformat()
    return is_since(str(at(video, "snippet", "publishedAt")), since)
