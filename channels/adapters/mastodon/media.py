"""
Pictures and films on Mastodon: one upload each, with its description; a film is processed after that. Nobody sees them
before the post.

Facts: docs.joinmastodon.org, media API methods; read 2026-11-25. How long media without a post is kept stands in the
server's source (a day).
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters.base import Keep, Media, Staged
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, later
from channels.adapters.mastodon.api import API, is_missing, judged, message
from channels.errors import NotReady, NotSent, Refused

LIVES = timedelta(hours=20)
"""The rest of the day is a margin for the attempt."""
LOOK_SECONDS = 2
PATIENCE = timedelta(hours=1)
"""A film that is processed for longer than this is stuck."""

Handle = dict[str, Any]


class Upload:
    """The upload of one piece of media, going on from its handle."""

    def __init__(self, api: API, item: Media, handle: Handle, staged: Staged, keep: Keep) -> None:
        self.api, self.item, self.handle, self.staged, self.keep = api, item, handle, staged, keep

    def run(self) -> None:
        if has_aged(self.handle):
            self.handle.clear()
        if "id" not in self.handle:
            self.send()
        if not self.handle["is_ready"]:
            self.look()

    def send(self) -> None:
        sent_at = datetime.now(UTC).isoformat()
        with self.item.open() as file:
            answer = self.api.post(
                "v2/media",
                data={"description": self.item.alt_text} if self.item.alt_text else {},
                files={"file": (self.item.file_name, file, self.item.content_type)},
            )
        self.save(id=answer.needed("id"), at=sent_at, is_ready=answer.status != 202)

    def look(self) -> None:
        answer = self.api.send("GET", f"v1/media/{self.handle['id']}")
        if is_missing(answer):
            self.handle.clear()
            self.keep(self.staged)
            raise NotSent(Trouble.UPLOAD_LOST, answer.detail(message(answer)))
        if answer.status == 422:
            raise Refused(Trouble.FILM_FAILED, answer.detail(message(answer)))
        if answer.status == 206:
            self.wait(answer)
        judged(answer)
        self.save(is_ready=True)

    def wait(self, answer: Answer) -> None:
        if datetime.now(UTC) - datetime.fromisoformat(self.handle["at"]) > PATIENCE:
            raise Refused(Trouble.PROCESSING_STUCK, answer.detail())
        raise NotReady(Trouble.PROCESSING, until=later(LOOK_SECONDS))

    def save(self, **known: Any) -> None:
        self.handle.update(known)
        self.keep(self.staged)


def has_aged(handle: Handle) -> bool:
    return "at" in handle and datetime.now(UTC) - datetime.fromisoformat(handle["at"]) > LIVES
