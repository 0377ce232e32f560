"""
A film on Facebook: begin, transfer, finish. Its id is known from the beginning, and only the finish makes it public.

Facts: Meta, Page videos reference (upload phases, status) for v26.0, read 2026-11-22.
"""

from typing import Any

from channels.adapters.base import Keep, Media, Staged
from channels.adapters.codes import Trouble
from channels.adapters.facebook.graph import GONE, UPLOAD_PROBLEM, WRONG_OFFSET, Graph
from channels.adapters.http import Answer
from channels.errors import NotSent, Refused, Unconfirmed

VIDEO_HOST = "FACEBOOK_VIDEO_URL"
STATE = "status,published"
FINISHED = {"processing", "ready"}
"""What becomes of a film once it was finished; before that it is `uploading` or `upload_complete`."""
DEAD = {"upload_failed", "expired", "gone"}
LOST = frozenset({UPLOAD_PROBLEM, GONE})
BEGINNINGS = 3
"""How often an upload that Facebook lost is begun. One that is lost again and again lies in the film."""
CHANCES = 5
"""In how many attempts the same whole upload may fail to be finished before it is given up for dead."""


class FilmUpload:
    """The upload of one film, going on from the handles that are staged."""

    def __init__(self, graph: Graph, film: Media, staged: Staged, keep: Keep) -> None:
        self.graph, self.film, self.staged, self.keep = graph, film, staged, keep

    def run(self) -> None:
        if "chances" in self.staged:
            self.check_that_it_lives()
            return
        if "session" not in self.staged:
            self.begin()
        with self.film.open() as file:
            while self.staged["offset"] < self.staged["end"]:
                file.seek(self.staged["offset"])
                self.transfer(file.read(self.staged["end"] - self.staged["offset"]))
        self.save(chances=CHANCES)

    def begin(self) -> None:
        beginnings = self.staged.get("beginnings", 0) + 1
        if beginnings > BEGINNINGS:
            raise Refused(Trouble.MEDIA_REFUSED, "the upload was lost again and again")
        answer = self.post({"upload_phase": "start", "file_size": str(self.film.size)})
        session, video = answer.needed("upload_session_id"), answer.needed("video_id")
        self.save(session=session, video=video, beginnings=beginnings, **offsets(answer))

    def transfer(self, chunk: bytes) -> None:
        """Send one piece and believe Facebook about where to go on."""
        before = self.staged["offset"]
        fields = {"upload_phase": "transfer", "start_offset": str(before)}
        answer = self.post(
            fields | {"upload_session_id": self.staged["session"]},
            files={"video_file_chunk": (self.film.file_name, chunk, "application/octet-stream")},
            except_for=LOST | {WRONG_OFFSET},
        )
        if answer.is_good:
            self.save(**offsets(answer))
        elif answer.at("error", "error_subcode") == WRONG_OFFSET:
            self.save(**offsets(answer, "error", "error_data"))
        else:
            self.start_over(answer.detail())
        if self.staged["offset"] == before:
            raise NotSent(Trouble.UPLOAD_STALLED, answer.detail(f"stays at {before}"))

    def check_that_it_lives(self) -> None:
        """The upload was whole in an earlier attempt. If it was finished then, it is for the look to find it."""
        node = self.graph.node(self.staged["video"], STATE)
        state = video_state(node) if node else "gone"
        if state in FINISHED:
            return
        if state == "error":
            raise Refused(Trouble.FILM_FAILED, f"video {self.staged['video']}")
        if state in DEAD or not self.staged["chances"]:
            self.start_over(f"video {self.staged['video']}: {state}")
        self.save(chances=self.staged["chances"] - 1)

    def start_over(self, why: str) -> None:
        """Forget the upload, so that the next attempt begins anew. Nobody has seen it."""
        for name in ("session", "video", "offset", "end", "chances"):
            self.staged.pop(name, None)
        self.keep(self.staged)
        raise NotSent(Trouble.UPLOAD_LOST, why)

    def save(self, **handles: Any) -> None:
        self.staged.update(handles)
        self.keep(self.staged)

    def post(self, fields: dict[str, str], **how: Any) -> Answer:
        return self.graph.post(videos_of(self.graph), fields, host=VIDEO_HOST, **how)


def videos_of(graph: Graph) -> str:
    return f"{graph.connection.account_id}/videos"


def offsets(answer: Answer, *place: str) -> dict[str, int]:
    """The next piece that Facebook wants; equal when it wants no more. Numbers come as words."""
    first, last = answer.needed(*place, "start_offset"), answer.needed(*place, "end_offset")
    if not (first.isdigit() and last.isdigit()):
        raise answer.unreadable()
    return {"offset": int(first), "end": int(last)}


def video_state(node: Answer) -> str:
    return str(node.at("status", "video_status") or "")


def finish(graph: Graph, staged: Staged, title: str, description: str) -> None:
    """Make it public: the only call of a film that may have been heard when we hear nothing."""
    words = {name: text for name, text in (("title", title), ("description", description)) if text}
    fields = {"upload_phase": "finish", "upload_session_id": staged["session"], "published": True, **words}
    answer = graph.post(videos_of(graph), fields, host=VIDEO_HOST, unclear=Unconfirmed, except_for=LOST)
    if not answer.is_good:
        # No such upload: it ran out, or an earlier finish was heard after all. Only a look can tell.
        raise Unconfirmed(Trouble.UPLOAD_LOST, answer.detail())
    if answer.at("success") is not True:
        raise answer.unreadable()


def is_finished(graph: Graph, video: str) -> bool:
    """Whether the finish was heard. What Facebook then makes of the film takes its time."""
    node = graph.node(video, STATE)
    return node is not None and is_out(node)


def is_public(graph: Graph, id: str) -> bool:
    """Whether this is a film of the page's own that was finished, and not something else."""
    node = graph.node_of_kind(id, f"{STATE},from")
    return node is not None and node.at("from", "id") == graph.connection.account_id and is_out(node)


def is_out(node: Answer) -> bool:
    if node.at("status", "publishing_phase", "publish_status") == "draft":
        return False
    return node.at("published") is True or video_state(node) in FINISHED
