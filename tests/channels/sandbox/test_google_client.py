"""
google-api-python-client and google-auth-oauthlib, unmodified but for the host, sign in and publish on the sandbox as they
would on YouTube.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import googleapiclient
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import Resource, build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaFileUpload
from oauthlib.oauth2 import InvalidClientError, InvalidGrantError

from channels.sandbox.store import APPS, YOUTUBE_SCOPES
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.consenting import BACK

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


def flow(sandbox: LiveSandbox, **about: str) -> Flow:
    client_id, secret = APPS["youtube"]
    addresses = {
        "auth_uri": sandbox.addresses["GOOGLE_AUTHORIZE_URL"],
        "token_uri": sandbox.addresses["GOOGLE_TOKEN_URL"],
    }
    web = {"client_id": client_id, "client_secret": secret, **addresses}
    return Flow.from_client_config({"web": web | about}, scopes=list(YOUTUBE_SCOPES), redirect_uri=BACK)


def pressed(address: str) -> str:
    """The person opens the question and says yes; where the browser is sent then."""
    form = {"answer": "yes", "account": CHANNEL}
    answer = requests.post(address, data=form, timeout=20, allow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_signing_in_with_its_own_flow_down_to_a_film(sandbox, account, monkeypatch, short_film, tmp_path):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    signing_in = flow(sandbox)
    address, _ = signing_in.authorization_url(
        access_type="offline", include_granted_scopes="true", prompt="consent"
    )
    assert "code_challenge_method=S256" in address
    signing_in.fetch_token(authorization_response=pressed(address))
    given = signing_in.credentials
    assert given.refresh_token.startswith("1//")
    assert set(given.granted_scopes) == set(YOUTUBE_SCOPES)
    given.refresh(Request())
    with service(sandbox, {**account, "refresh_token": given.refresh_token}) as youtube:
        (channel,) = youtube.channels().list(part="snippet,statistics", mine=True).execute()["items"]
        assert (channel["id"], channel["snippet"]["title"]) == (CHANNEL, "Seko")
        told, _ = finished(inserting(youtube, written(tmp_path, short_film)))
        sandbox.clock(60)
        publish(youtube, told["id"])
        assert [film["id"] for film in sandbox.posts("youtube")] == [told["id"]]
        youtube.videos().delete(id=told["id"]).execute()
    assert sandbox.posts("youtube") == []


@pytest.mark.parametrize(
    ("wrong", "error"), [({"client_secret": "fel"}, InvalidClientError), ({}, InvalidGrantError)]
)
def test_a_refused_sign_in_is_understood(sandbox, account, monkeypatch, wrong, error):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    signing_in = flow(sandbox, **wrong)
    back = pressed(signing_in.authorization_url(access_type="offline")[0])
    if not wrong:
        sandbox.clock(601)  # too late
    with pytest.raises(error):
        signing_in.fetch_token(authorization_response=back)


def test_comments_are_read_answered_held_back_and_taken_away(sandbox, youtube, short_film, tmp_path):
    id = finished(inserting(youtube, written(tmp_path, short_film)))[0]["id"]
    good, bad = (sandbox.comment("youtube", id, text) for text in ("Bra!", "Dumheter"))
    threads, comments = youtube.commentThreads(), youtube.comments()
    top = {"snippet": {"textOriginal": "Vad tycker ni?"}}
    own = threads.insert(part="snippet", body={"snippet": {"videoId": id, "topLevelComment": top}}).execute()[
        "id"
    ]
    answer = comments.insert(
        part="snippet", body={"snippet": {"parentId": good, "textOriginal": "Tack!"}}
    ).execute()
    comments.setModerationStatus(id=bad, moderationStatus="heldForReview").execute()
    told = threads.list(part="snippet,replies", videoId=id, textFormat="plainText", order="time").execute()[
        "items"
    ]
    assert [one["id"] for one in told] == [own, good]
    assert [one["id"] for one in told[1]["replies"]["comments"]] == [answer["id"]]
    comments.update(part="snippet", body={"id": own, "snippet": {"textOriginal": "Vad säger ni?"}}).execute()
    (seen,) = comments.list(part="snippet", id=own).execute()["items"]
    assert seen["snippet"]["textDisplay"] == "Vad säger ni?"
    for one in (answer["id"], own, bad):
        comments.delete(id=one).execute()
    assert [one["id"] for one in threads.list(part="id", videoId=id).execute()["items"]] == [good]


def test_an_account_without_a_channel(sandbox, youtube, short_film, tmp_path):
    sandbox.describe("youtube", CHANNEL, has_channel=False)
    assert youtube.channels().list(part="id", mine=True).execute()["items"] == []
    with pytest.raises(HttpError) as refused:
        finished(inserting(youtube, written(tmp_path, short_film)))
    assert (refused.value.status_code, refused.value.error_details[0]["reason"]) == (
        401,
        "youtubeSignupRequired",
    )


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
