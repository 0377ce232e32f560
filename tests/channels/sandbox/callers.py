"""Three small clients that send what any program could send, and give back the platform's raw answer."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import requests
from requests import Response

from channels.sandbox.store import Store
from channels.sandbox.testing import LiveSandbox

SECONDS = 20
CHUNK = 256 * 1024


@dataclass
class Caller:
    sandbox: LiveSandbox
    account: str
    token: str = field(repr=False)

    def token_with(self, kind: str, scopes: tuple[str, ...], seconds: float | None = None) -> str:
        """Another token of the same account."""
        with Store(self.sandbox.data_dir) as store:
            return store.mint(self.platform, kind, self.account, scopes, seconds=seconds)

    @property
    def platform(self) -> str:
        return type(self).__name__.lower()

    def seen(self) -> list[dict[str, Any]]:
        """What followers of this account see."""
        return [post for post in self.sandbox.posts(self.platform) if post["account"] == self.account]

    def done(self) -> list[tuple[str, str]]:
        """What the ledger says about this account: call and effect."""
        return [(line["call"], line["effect"]) for line in self.sandbox.ledger(account=self.account)]

    def bytes_of(self, post: dict[str, Any]) -> list[bytes]:
        return [self.sandbox.media(item["sha256"]) for item in post["media"]]


class Facebook(Caller):
    def call(self, method: str, path: str, *, files: Any = None, **fields: Any) -> Response:
        fields = {"access_token": self.token, **fields}
        fields = {name: value for name, value in fields.items() if value is not None}
        where = "data" if method == "POST" else "params"
        url = f"{self.sandbox.url}/facebook/v26.0/{path}"
        return requests.request(method, url, files=files, timeout=SECONDS, **{where: fields})

    def get(self, path: str, **fields: Any) -> Response:
        return self.call("GET", path, **fields)

    def post(self, path: str, **fields: Any) -> Response:
        return self.call("POST", path, **fields)

    def delete(self, path: str, **fields: Any) -> Response:
        return self.call("DELETE", path, **fields)

    def say(self, message: str, **fields: Any) -> Response:
        return self.post(f"{self.account}/feed", message=message, **fields)

    def photo(self, picture: bytes, **fields: Any) -> Response:
        return self.post(f"{self.account}/photos", files={"source": ("bild.jpg", picture)}, **fields)

    def stage(self, picture: bytes, **fields: Any) -> str:
        return self.photo(picture, published="false", **fields).json()["id"]

    def say_with(self, message: str, *photos: str, **fields: Any) -> Response:
        return self.say(message, attached_media=attached(*photos), **fields)

    def film(self, phase: str, **fields: Any) -> Response:
        return self.post(f"{self.account}/videos", upload_phase=phase, **fields)

    def send(self, session: dict[str, str], at: int, part: bytes) -> Response:
        return self.film(
            "transfer", upload_session_id=session["upload_session_id"], start_offset=at,
            files={"video_file_chunk": ("del", part)},
        )  # fmt: skip

    def upload(self, film: bytes) -> dict[str, str]:
        """A session with all of the film's bytes, not finished."""
        session = self.film("start", file_size=len(film)).json()
        at, end = int(session["start_offset"]), int(session["end_offset"])
        while at != end:
            answer = self.send(session, at, film[at:end]).json()
            at, end = int(answer["start_offset"]), int(answer["end_offset"])
        return session

    def finish(self, session: dict[str, str], **fields: Any) -> Response:
        return self.film("finish", upload_session_id=session["upload_session_id"], **fields)

    def status(self, video: str) -> str:
        """One look at the film."""
        return self.get(video, fields="status").json()["status"]["video_status"]


def attached(*photos: str) -> str:
    return json.dumps([{"media_fbid": photo} for photo in photos])


class X(Caller):
    def call(self, method: str, path: str, *, token: str | None = None, **about: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return requests.request(
            method, f"{self.sandbox.url}/x/{path}", headers=headers, timeout=SECONDS, **about
        )

    def say(self, text: str | None = None, *media: str, token: str | None = None, **more: Any) -> Response:
        body = (
            more
            | ({} if text is None else {"text": text})
            | ({"media": {"media_ids": media}} if media else {})
        )
        return self.call("POST", "2/tweets", json=body, token=token)

    def get(self, path: str, token: str | None = None, **params: Any) -> Response:
        return self.call("GET", f"2/{path}", params=params, token=token)

    def delete(self, id: str, token: str | None = None) -> Response:
        return self.call("DELETE", f"2/tweets/{id}", token=token)

    def timeline(self, **params: Any) -> dict[str, Any]:
        return self.get(f"users/{self.account}/tweets", **params).json()

    def one_shot(self, picture: bytes, category: str | None = "tweet_image", **about: Any) -> Response:
        data = {"media_category": category} if category else {}
        return self.call("POST", "2/media/upload", data=data, files={"media": picture}, **about)

    def stage(self, picture: bytes) -> str:
        return self.one_shot(picture).json()["data"]["id"]

    def begin(self, total: Any, media_type: str = "video/mp4", category: str = "tweet_video") -> Response:
        body = {"media_type": media_type, "total_bytes": total, "media_category": category}
        return self.call("POST", "2/media/upload/initialize", json=body)

    def append(self, id: str, index: Any, part: bytes) -> Response:
        return self.call(
            "POST", f"2/media/upload/{id}/append", data={"segment_index": index}, files={"media": part}
        )

    def finalize(self, id: str) -> Response:
        return self.call("POST", f"2/media/upload/{id}/finalize")

    def status(self, id: str) -> dict[str, Any]:
        """One look at the film."""
        return self.get("media/upload", media_id=id, command="STATUS").json()["data"]["processing_info"]

    def stage_film(self, film: bytes) -> str:
        """A film with all its bytes, still being processed."""
        id = self.begin(len(film)).json()["data"]["id"]
        for index, at in enumerate(range(0, len(film), 1_000_000)):
            self.append(id, index, film[at : at + 1_000_000]).raise_for_status()
        self.finalize(id).raise_for_status()
        return id

    def describe(self, id: str, text: Any) -> Response:
        return self.call(
            "POST", "2/media/metadata", json={"id": id, "metadata": {"alt_text": {"text": text}}}
        )


class YouTube(Caller):
    def call(self, method: str, path: str, *, token: str | None = None, **about: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        headers |= about.pop("headers", {})
        url = path if path.startswith("http") else f"{self.sandbox.url}/google/{path}"
        return requests.request(method, url, headers=headers, timeout=SECONDS, allow_redirects=False, **about)

    def get(self, what: str, token: str | None = None, **params: Any) -> Response:
        return self.call("GET", f"youtube/v3/{what}", params=params, token=token)

    def open(
        self, size: int | None = None, *, token: str | None = None, about: Any = None, **snippet: Any
    ) -> Response:
        """Open an upload session; `about` replaces the whole resource."""
        resource = about or {
            "snippet": {"title": "Film", "categoryId": "22", **snippet}, "status": {"privacyStatus": "private"}
        }  # fmt: skip
        headers = {"X-Upload-Content-Type": "video/mp4"}
        if size is not None:
            headers["X-Upload-Content-Length"] = str(size)
        params = {"uploadType": "resumable", "part": "snippet,status"}
        return self.call(
            "POST", "upload/youtube/v3/videos", params=params, json=resource, headers=headers, token=token
        )

    def put(self, session: str, part: bytes, content_range: str | None = None) -> Response:
        headers = {"Content-Range": content_range} if content_range else {}
        return self.call("PUT", session, data=part, headers=headers)

    def ask(self, session: str, total: Any = "*") -> Response:
        """How far are we?"""
        return self.put(session, b"", f"bytes */{total}")

    def upload(self, film: bytes, privacy: str = "private", **snippet: Any) -> str:
        about = {
            "snippet": {"title": "Film", "categoryId": "22", **snippet}, "status": {"privacyStatus": privacy}
        }  # fmt: skip
        session = self.open(len(film), about=about).headers["Location"]
        return self.put(session, film).json()["id"]

    def update(self, part: str, token: str | None = None, **resource: Any) -> Response:
        return self.call("PUT", "youtube/v3/videos", params={"part": part}, json=resource, token=token)

    def make_public(self, id: str) -> Response:
        return self.update("status", id=id, status={"privacyStatus": "public"})

    def delete(self, id: str, token: str | None = None) -> Response:
        return self.call("DELETE", "youtube/v3/videos", params={"id": id}, token=token)

    def status(self, id: str) -> str:
        """One look at the film."""
        return self.get("videos", part="status", id=id).json()["items"][0]["status"]["uploadStatus"]

    def thumbnail(self, id: str, picture: bytes, token: str | None = None) -> Response:
        params = {"videoId": id, "uploadType": "media"}
        return self.call("POST", "upload/youtube/v3/thumbnails/set", params=params, data=picture, token=token)

    def captions(self, id: str, text: str, language: str = "sv", token: str | None = None) -> Response:
        snippet = {"videoId": id, "language": language, "name": ""}
        body = (
            "--grans\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
            + json.dumps({"snippet": snippet})
            + "\r\n--grans\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            + text
            + "\r\n--grans--\r\n"
        )
        return self.call(
            "POST", "upload/youtube/v3/captions", params={"part": "snippet", "uploadType": "multipart"},
            data=body.encode(), headers={"Content-Type": "multipart/related; boundary=grans"}, token=token,
        )  # fmt: skip


def reason(answer: Response) -> tuple[int, str]:
    """The status and Google's reason."""
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


def graph_error(answer: Response) -> dict[str, Any]:
    """Graph's error without what is different each time."""
    error = answer.json()["error"]
    assert re.fullmatch(r"A[\w-]{22}", error.pop("fbtrace_id"))
    return error
