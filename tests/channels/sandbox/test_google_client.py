"""google-api-python-client, unmodified but for the host, publishes on the sandbox as it would on YouTube."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import googleapiclient
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import Resource, build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaFileUpload

from channels.sandbox.testing import LiveSandbox

DISCOVERY = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents" / "youtube.v3.json"
CHUNK = 256 * 1024
CHANNEL = "UC" + "s" * 22


@pytest.fixture
def account(sandbox: LiveSandbox) -> dict[str, Any]:
    return sandbox.connect_youtube(CHANNEL, "Seko")


def service(sandbox: LiveSandbox, account: dict[str, Any]) -> Resource:
    """The client as its own description of YouTube builds it, with the sandbox's address in place of Google's."""
    document = json.loads(DISCOVERY.read_text())
    document["rootUrl"] = document["baseUrl"] = f"{sandbox.url}/google/"
    document.pop("mtlsRootUrl", None)
    credentials = Credentials(
        token=None, refresh_token=account["refresh_token"], token_uri=sandbox.addresses["GOOGLE_TOKEN_URL"],
        client_id=account["client_id"], client_secret=account["client_secret"],
    )  # fmt: skip
    return build_from_document(document, credentials=credentials)


@pytest.fixture
def youtube(sandbox, account) -> Iterator[Resource]:
    with service(sandbox, account) as youtube:
        yield youtube


def written(folder: Path, data: bytes, name: str = "film.mp4") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def inserting(youtube: Resource, film: str, title: str = "Nattskiftet", chunk: int = CHUNK) -> Any:
    body = {"snippet": {"title": title, "categoryId": "22"}, "status": {"privacyStatus": "private"}}
    media = MediaFileUpload(film, mimetype="video/mp4", chunksize=chunk, resumable=True)
    return youtube.videos().insert(part="snippet,status", body=body, media_body=media)


def finished(request: Any) -> tuple[dict[str, Any], list[int]]:
    """The film that was made, and how far we were after each chunk."""
    progress, told = [], None
    while told is None:
        status, told = request.next_chunk()
        if status:
            progress.append(status.resumable_progress)
    return told, progress


def publish(youtube: Resource, id: str) -> dict[str, Any]:
    return (
        youtube.videos()
        .update(part="status", body={"id": id, "status": {"privacyStatus": "public"}})
        .execute()
    )


def test_a_film_in_chunks_and_made_public(sandbox, youtube, long_film, tmp_path):
    told, progress = finished(inserting(youtube, written(tmp_path, long_film)))
    assert progress == [CHUNK * n for n in range(1, len(long_film) // CHUNK + 1)]
    assert (told["status"]["uploadStatus"], sandbox.posts()) == ("uploaded", [])
    looks = [
        youtube.videos().list(part="status", id=told["id"]).execute()["items"][0]["status"] for _ in range(3)
    ]
    assert [look["uploadStatus"] for look in looks] == ["uploaded", "uploaded", "processed"]
    publish(youtube, told["id"])
    (film,) = sandbox.posts("youtube")
    assert (film["id"], film["title"]) == (told["id"], "Nattskiftet")
    assert [sandbox.media(item["sha256"]) for item in film["media"]] == [long_film]
    assert [(line["call"], line["effect"]) for line in sandbox.ledger()] == [
        ("open_session", "staged"), ("put_chunk", "staged"), ("videos_update", "public")
    ]  # fmt: skip


@pytest.mark.parametrize("fault", ["error_before", "error_after"])
def test_an_upload_interrupted_by_an_outage_goes_on(sandbox, youtube, long_film, tmp_path, fault):
    request = inserting(youtube, written(tmp_path, long_film))
    request.next_chunk()
    sandbox.faults({"platform": "youtube", "call": "put_chunk", "fault": fault, "status": 503})
    with pytest.raises(HttpError) as outage:
        request.next_chunk()
    assert outage.value.status_code == 503
    told, progress = finished(request)
    assert progress[0] == (2 if fault == "error_before" else 3) * CHUNK
    sandbox.clock(60)
    publish(youtube, told["id"])
    assert [sandbox.media(item["sha256"]) for item in sandbox.posts("youtube")[0]["media"]] == [long_film]


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "truncated"])
def test_an_upload_whose_connection_broke_goes_on_from_its_address(
    sandbox, account, long_film, tmp_path, fault
):
    """Another process, later, knows only the session's address: the client first asks how far we were."""
    film = written(tmp_path, long_film)
    with service(sandbox, account) as youtube:
        request = inserting(youtube, film)
        request.next_chunk()
        sandbox.faults({"platform": "youtube", "call": "put_chunk", "fault": fault})
        with pytest.raises(ConnectionResetError):
            request.next_chunk()
        address = request.resumable_uri
    with service(sandbox, account) as youtube:
        request = inserting(youtube, film)
        request.resumable_uri, request._in_error_state = address, True
        told, _ = finished(request)
        sandbox.clock(60)
        publish(youtube, told["id"])
    (post,) = sandbox.posts("youtube")
    assert [sandbox.media(item["sha256"]) for item in post["media"]] == [long_film]
    assert [line["call"] for line in sandbox.ledger()] == ["open_session", "put_chunk", "videos_update"]


def test_short_ranges_are_believed(sandbox, youtube, long_film, tmp_path):
    sandbox.faults({"platform": "youtube", "call": "put_chunk", "fault": "short_range"})
    told, progress = finished(inserting(youtube, written(tmp_path, long_film), chunk=4 * CHUNK))
    assert progress[:2] == [CHUNK, 5 * CHUNK]
    sandbox.clock(60)
    publish(youtube, told["id"])
    assert [sandbox.media(item["sha256"]) for item in sandbox.posts("youtube")[0]["media"]] == [long_film]


def test_the_list_of_uploads(youtube, short_film, tmp_path):
    film = written(tmp_path, short_film)
    ids = [finished(inserting(youtube, film, f"Film {n}"))[0]["id"] for n in range(3)][::-1]
    (channel,) = youtube.channels().list(part="contentDetails", mine=True).execute()["items"]
    uploads = channel["contentDetails"]["relatedPlaylists"]["uploads"]
    listed = youtube.playlistItems()
    request, found = listed.list(part="contentDetails", playlistId=uploads, maxResults=2), []
    while request is not None:
        told = request.execute()
        found += [item["contentDetails"]["videoId"] for item in told["items"]]
        request = listed.list_next(request, told)
    assert found == ids


def test_thumbnail_and_subtitles(sandbox, youtube, short_film, picture, tmp_path):
    id = finished(inserting(youtube, written(tmp_path, short_film)))[0]["id"]
    thumbnail = MediaFileUpload(written(tmp_path, picture, "bild.jpg"))
    told = youtube.thumbnails().set(videoId=id, media_body=thumbnail).execute()
    assert told["items"][0]["default"]["width"] == 120
    (line,) = sandbox.ledger(call="thumbnails_set")
    assert [sandbox.media(sha256) for sha256 in line["media"]] == [picture]
    text = "1\n00:00:00,000 --> 00:00:02,000\nÅskan över bangården\n".encode()
    subtitles = MediaFileUpload(written(tmp_path, text, "text.srt"), mimetype="application/octet-stream")
    body = {"snippet": {"videoId": id, "language": "sv", "name": ""}}
    assert (
        youtube.captions().insert(part="snippet", body=body, media_body=subtitles).execute()["kind"]
        == "youtube#caption"
    )
    with pytest.raises(HttpError) as again:
        youtube.captions().insert(part="snippet", body=body, media_body=subtitles).execute()
    assert (again.value.status_code, again.value.error_details[0]["reason"]) == (409, "captionExists")


def test_taking_down(sandbox, youtube, short_film, tmp_path):
    id = finished(inserting(youtube, written(tmp_path, short_film)))[0]["id"]
    sandbox.clock(60)
    publish(youtube, id)
    assert len(sandbox.posts("youtube")) == 1
    assert youtube.videos().delete(id=id).execute() == ""
    assert sandbox.posts() == []
    with pytest.raises(HttpError) as gone:
        youtube.videos().delete(id=id).execute()
    assert (gone.value.status_code, gone.value.error_details[0]["reason"]) == (404, "videoNotFound")


def test_it_understands_the_refusals(sandbox, youtube, short_film, tmp_path):
    film = written(tmp_path, short_film)
    with pytest.raises(HttpError) as refused:
        finished(inserting(youtube, film, "a" * 101))
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (400, "invalidTitle")
    sandbox.faults({"platform": "youtube", "call": "open_session", "fault": "rate_limited"})
    with pytest.raises(HttpError) as limited:
        finished(inserting(youtube, film))
    assert limited.value.error_details[0]["reason"] == "quotaExceeded"
    assert (sandbox.posts(), sandbox.ledger()) == ([], [])


def test_it_renews_the_token_by_itself_and_understands_when_it_cannot(sandbox, account):
    with service(sandbox, account) as youtube:
        for hours in range(2):
            sandbox.clock(hours * 3600)
            (channel,) = youtube.channels().list(part="id", mine=True).execute()["items"]
            assert channel["id"] == CHANNEL
    sandbox.faults({"platform": "youtube", "call": "token", "fault": "expired_token"})
    with service(sandbox, account) as youtube, pytest.raises(RefreshError) as dead:
        youtube.channels().list(part="id", mine=True).execute()
    assert (dead.value.args[1]["error"], dead.value.retryable) == ("invalid_grant", False)
