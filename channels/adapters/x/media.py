"""
Pictures and films on X: begin, append, finalize, describe, wait until processed. Nobody sees them before the post.

Facts: X, Media upload (v2: initialize, append, finalize, status, metadata) and Media best practices, read 2026-11-22.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapters.base import Keep, Kind, Media, Staged
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer, later
from channels.adapters.spells import end_if_long
from channels.adapters.x.api import API, judged, message
from channels.errors import NotReady, NotSent, Refused

CHUNK = 4 * 1024 * 1024
"""X advises at most 5 MB a piece."""
SEGMENTS = 1000
LIVES = timedelta(hours=20)
"""X keeps what is in no post for 24 hours. The rest is a margin for the attempt."""
CATEGORIES = {Kind.PICTURE: "tweet_image", Kind.FILM: "tweet_video"}
LEAST_LOOK, MOST_LOOK = 1, 60
PATIENCE = timedelta(hours=1)
"""A film that is processed for longer than this is stuck."""

Handle = dict[str, Any]


class Upload:
    """The upload of one piece of media, going on from its handle."""

    def __init__(self, api: API, item: Media, handle: Handle, staged: Staged, keep: Keep) -> None:
        self.api, self.item, self.handle, self.staged, self.keep = api, item, handle, staged, keep
        self.is_resumed, self.began_at = False, datetime.now(UTC)

    def run(self) -> None:
        if has_aged(self.handle):
            self.handle.clear()
        self.is_resumed = "id" in self.handle
        self.hand_over()
        if self.item.kind is Kind.PICTURE and self.item.alt_text and "is_described" not in self.handle:
            self.describe()
        if "is_ready" not in self.handle:
            self.look()

    def hand_over(self) -> None:
        if "id" not in self.handle:
            self.begin()
        if "is_whole" not in self.handle:
            self.append()
            self.finalize()

    def begin(self) -> None:
        about = {
            "media_type": self.item.content_type,
            "media_category": CATEGORIES[self.item.kind],
            "total_bytes": self.item.size,
        }
        begun_at = datetime.now(UTC).isoformat()
        answer = self.api.post("media/upload/initialize", json=about)
        self.save(id=answer.needed("data", "id"), at=begun_at, segments=0)

    def append(self) -> None:
        """Send the pieces that X has not got. A piece sent twice replaces itself."""
        with self.item.open() as file:
            file.seek(self.handle["segments"] * CHUNK)
            while chunk := file.read(CHUNK):
                self.post(
                    f"media/upload/{self.handle['id']}/append",
                    data={"segment_index": str(self.handle["segments"])},
                    files={"media": (self.item.file_name, chunk, "application/octet-stream")},
                )
                self.save(segments=self.handle["segments"] + 1)
                end_if_long(self.began_at)

    def finalize(self) -> None:
        answer = self.post(f"media/upload/{self.handle['id']}/finalize")
        if answer.at("data", "processing_info") is None:
            self.save(is_whole=True, is_ready=True)
        else:
            self.save(is_whole=True, look_at=next_look(answer).isoformat())

    def describe(self) -> None:
        metadata = {"alt_text": {"text": self.item.alt_text}}
        self.post("media/metadata", json={"id": self.handle["id"], "metadata": metadata})
        self.save(is_described=True)

    def look(self) -> None:
        """Whether X has processed it; not before the moment that X gave."""
        look_at = datetime.fromisoformat(self.handle["look_at"])
        if look_at > datetime.now(UTC):
            raise NotReady(Trouble.PROCESSING, until=look_at)
        answer = self.asked(
            "GET", "media/upload", params={"media_id": self.handle["id"], "command": "STATUS"}
        )
        state = answer.at("data", "processing_info", "state")
        if state == "failed":
            raise Refused(Trouble.FILM_FAILED, answer.detail(answer.at("data", "processing_info", "error")))
        if state not in (None, "succeeded"):
            self.wait(next_look(answer))
        self.save(is_ready=True)

    def wait(self, until: datetime) -> None:
        if datetime.now(UTC) - datetime.fromisoformat(self.handle["at"]) > PATIENCE:
            raise Refused(Trouble.PROCESSING_STUCK, f"media {self.handle['id']}")
        self.save(look_at=until.isoformat())
        raise NotReady(Trouble.PROCESSING, until=until)

    def post(self, path: str, **parts: Any) -> Answer:
        return self.asked("POST", path, **parts)

    def asked(self, method: str, path: str, **parts: Any) -> Answer:
        """One call about this upload. One of an earlier attempt that X does not take any more is begun anew."""
        answer = self.api.send(method, path, **parts)
        if self.is_resumed and answer.status in (400, 404):
            self.handle.clear()
            self.keep(self.staged)
            raise NotSent(Trouble.UPLOAD_LOST, answer.detail(message(answer)))
        return judged(answer)

    def save(self, **known: Any) -> None:
        self.handle.update(known)
        self.keep(self.staged)


def send_unattached(api: API, item: Media) -> None:
    """Send it as for a post, and leave it at that."""
    Upload(api, item, {}, Staged(), lambda staged: None).hand_over()


def has_aged(handle: Handle) -> bool:
    return "at" in handle and datetime.now(UTC) - datetime.fromisoformat(handle["at"]) > LIVES


def next_look(answer: Answer) -> datetime:
    seconds = answer.at("data", "processing_info", "check_after_secs")
    known = seconds if isinstance(seconds, int | float) and not isinstance(seconds, bool) else LEAST_LOOK
    return later(min(max(known, LEAST_LOOK), MOST_LOOK))
