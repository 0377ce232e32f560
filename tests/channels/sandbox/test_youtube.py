"""YouTube's protocol: what it takes, what it tells, and what it refuses with its own reasons."""

import json
import re
import socket
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from requests import Response

from channels.sandbox.store import GOOGLE, YOUTUBE_SCOPES, Store
from tests.channels.sandbox.callers import CHUNK, YouTube, reason
from tests.posts.media.phones import encoded, jpeg, scene

CALIFORNIA = ZoneInfo("America/Los_Angeles")
UPLOAD_ONLY = (f"{GOOGLE}youtube.upload",)
READ_ONLY = (f"{GOOGLE}youtube.readonly",)


# -- resumable uploads


def test_a_session_is_only_an_address(youtube):
    answer = youtube.open(1000)
    assert (answer.status_code, answer.content) == (200, b"")
    assert re.search(
        r"/upload/youtube/v3/videos\?uploadType=resumable&.*upload_id=A[\w-]+$", answer.headers["Location"]
    )
    assert (youtube.seen(), youtube.done()) == ([], [("open_session", "staged")])
    assert youtube.get("playlistItems", part="id", playlistId="UU" + "s" * 22).json()["items"] == []


def test_a_private_film_is_seen_by_nobody_until_it_is_made_public(youtube, short_film):
    id = youtube.upload(short_film, title="Nattskiftet")
    youtube.sandbox.clock(60)
    assert (youtube.seen(), youtube.done()) == ([], [("open_session", "staged"), ("put_chunk", "staged")])
    assert youtube.make_public(id).json()["status"]["privacyStatus"] == "public"
    (film,) = youtube.seen()
    assert (film["id"], film["title"], youtube.bytes_of(film)) == (id, "Nattskiftet", [short_film])
    assert youtube.done()[2:] == [("videos_update", "public")]


def test_a_film_without_privacy_is_public_when_it_has_been_processed(youtube, short_film):
    about = {"snippet": {"title": "Film"}}
    session = youtube.open(len(short_film), about=about).headers["Location"]
    told = youtube.put(session, short_film).json()
    assert (told["status"]["privacyStatus"], told["status"]["uploadStatus"]) == ("public", "uploaded")
    assert youtube.seen() == []
    youtube.sandbox.clock(60)
    assert [film["id"] for film in youtube.seen()] == [told["id"]]
    assert youtube.done()[-1] == ("put_chunk", "public")


def test_an_unlisted_film_is_in_no_list_but_has_its_page(youtube, short_film):
    id = youtube.upload(short_film, privacy="unlisted")
    youtube.sandbox.clock(60)
    assert youtube.seen() == []
    assert youtube.call("GET", f"../sidor/youtube/watch?v={id}").status_code == 200
    youtube.update("status", id=id, status={"privacyStatus": "private"})
    assert youtube.call("GET", f"../sidor/youtube/watch?v={id}").status_code == 404


def test_chunks_are_counted_and_only_the_last_one_makes_a_film(youtube, long_film):
    session = youtube.open(len(long_film)).headers["Location"]
    asked = youtube.ask(session, len(long_film))
    assert (asked.status_code, asked.content, "Range" in asked.headers) == (308, b"", False)
    for at in range(0, len(long_film), 4 * CHUNK):
        part = long_film[at : at + 4 * CHUNK]
        answer = youtube.put(session, part, f"bytes {at}-{at + len(part) - 1}/{len(long_film)}")
        if at + len(part) < len(long_film):
            assert (answer.status_code, answer.headers["Range"]) == (308, f"bytes=0-{at + len(part) - 1}")
            assert "Location" not in answer.headers
            assert youtube.done() == [("open_session", "staged")]
    assert (answer.status_code, answer.json()["kind"]) == (200, "youtube#video")
    youtube.make_public(answer.json()["id"])
    youtube.sandbox.clock(60)
    assert youtube.bytes_of(youtube.seen()[0]) == [long_film]


def test_a_film_of_unknown_length_ends_where_a_chunk_says_so(youtube, long_film):
    session, total = youtube.open().headers["Location"], len(long_film)
    assert youtube.put(session, long_film[:CHUNK], f"bytes 0-{CHUNK - 1}/*").status_code == 308
    assert youtube.ask(session).headers["Range"] == f"bytes=0-{CHUNK - 1}"
    last = youtube.put(session, long_film[CHUNK:], f"bytes {CHUNK}-{total - 1}/{total}")
    assert youtube.ask(session).json()["id"] == last.json()["id"]


def test_asking_after_the_last_byte_tells_the_film(youtube, short_film):
    session = youtube.open(len(short_film)).headers["Location"]
    id = youtube.put(session, short_film).json()["id"]
    asked, sent_again = youtube.ask(session, len(short_film)), youtube.put(session, short_film)
    assert [(answer.status_code, answer.json()["id"]) for answer in (asked, sent_again)] == [
        (200, id),
        (200, id),
    ]
    assert youtube.done() == [("open_session", "staged"), ("put_chunk", "staged")]


def test_a_broken_connection_leaves_whole_steps(youtube, long_film):
    session = youtube.open(len(long_film)).headers["Location"]
    half_sent(youtube, session, long_film, sent=CHUNK + 100_000)
    asked = until_range(youtube, session, len(long_film))
    assert asked.headers["Range"] == f"bytes=0-{CHUNK - 1}"
    rest = youtube.put(session, long_film[CHUNK:], f"bytes {CHUNK}-{len(long_film) - 1}/{len(long_film)}")
    youtube.make_public(rest.json()["id"])
    youtube.sandbox.clock(60)
    assert youtube.bytes_of(youtube.seen()[0]) == [long_film]


def half_sent(youtube: YouTube, session: str, film: bytes, sent: int) -> None:
    """Announce the whole film, send a part and hang up."""
    path = session.partition(f":{youtube.sandbox.port}")[2]
    head = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{youtube.sandbox.port}\r\nContent-Length: {len(film)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", youtube.sandbox.port), timeout=20) as line:
        line.sendall(head.encode() + film[:sent])


def until_range(youtube: YouTube, session: str, total: int) -> Response:
    """The server may notice a moment later that the line is dead."""
    while "Range" not in (asked := youtube.ask(session, total)).headers:
        assert asked.status_code == 308
    return asked


def test_what_is_held_is_not_written_again(youtube, long_film):
    session = youtube.open(len(long_film)).headers["Location"]
    total = len(long_film)
    youtube.put(session, long_film[: 2 * CHUNK], f"bytes 0-{2 * CHUNK - 1}/{total}")
    again = youtube.put(session, bytes(CHUNK), f"bytes 0-{CHUNK - 1}/{total}")
    assert again.headers["Range"] == f"bytes=0-{2 * CHUNK - 1}"
    overlapping = bytes(CHUNK) + long_film[2 * CHUNK :]
    done = youtube.put(session, overlapping, f"bytes {CHUNK}-{total - 1}/{total}")
    youtube.make_public(done.json()["id"])
    youtube.sandbox.clock(60)
    assert youtube.bytes_of(youtube.seen()[0]) == [long_film]


def test_a_session_ends_after_a_week(youtube, short_film):
    session = youtube.open(len(short_film)).headers["Location"]
    youtube.token = youtube.token_with("access", YOUTUBE_SCOPES)
    youtube.sandbox.clock(7 * 24 * 3600 + 1)
    assert reason(youtube.put(session, short_film)) == (404, "notFound")
    assert youtube.done() == [("open_session", "staged")]


def test_an_unknown_session_is_not_found(youtube):
    url = f"{youtube.sandbox.url}/google/upload/youtube/v3/videos?upload_id=Aokand"
    assert reason(youtube.ask(url)) == (404, "notFound")


# -- processing


def test_a_film_is_processed_over_several_looks(youtube, short_film):
    id = youtube.upload(short_film)
    looks = [
        youtube.get("videos", part="status,processingDetails", id=id).json()["items"][0] for _ in range(3)
    ]
    told = [(look["status"]["uploadStatus"], look["processingDetails"]["processingStatus"]) for look in looks]
    assert told == [("uploaded", "processing"), ("uploaded", "processing"), ("processed", "succeeded")]
    assert looks[0]["processingDetails"]["processingProgress"]["partsTotal"] == "4"


def test_what_is_no_film_fails_in_processing(youtube):
    id = youtube.upload(b"This is no film. " * 1000, privacy="public")
    told = youtube.get("videos", part="status", id=id).json()["items"][0]["status"]
    assert (told["uploadStatus"], told["failureReason"]) == ("failed", "invalidFile")
    youtube.make_public(id)
    youtube.sandbox.clock(60)
    assert youtube.seen() == []


def test_the_owner_can_compare_name_and_size(youtube, short_film):
    about = {"snippet": {"title": "Film"}, "status": {"privacyStatus": "private"}}
    headers = {"Slug": "unikt-namn.mp4", "X-Upload-Content-Length": str(len(short_film))}
    params = {"uploadType": "resumable", "part": "snippet,status"}
    opened = youtube.call("POST", "upload/youtube/v3/videos", params=params, json=about, headers=headers)
    id = youtube.put(opened.headers["Location"], short_film).json()["id"]
    told = youtube.get("videos", part="fileDetails", id=id).json()["items"][0]["fileDetails"]
    assert (told["fileName"], told["fileSize"]) == ("unikt-namn.mp4", str(len(short_film)))


def test_strangers_see_public_films_without_the_owners_parts(youtube, other_channel, short_film):
    hidden, id = youtube.upload(short_film), youtube.upload(short_film, title="Öppen")
    youtube.make_public(id)
    youtube.sandbox.clock(60)
    (told,) = other_channel.get("videos", part="id,status,fileDetails", id=f"{hidden},{id}").json()["items"]
    assert (told["id"], "fileDetails" in told) == (id, False)


# -- changing, thumbnail, subtitles, taking down


def test_an_update_replaces_a_part_as_a_whole(youtube, short_film):
    id = youtube.upload(short_film, title="Före", description="Text", tags=["spår"])
    youtube.update("snippet", id=id, snippet={"title": "Efter", "categoryId": "25"})
    (told,) = youtube.get("videos", part="snippet,status", id=id).json()["items"]
    assert (told["snippet"]["title"], told["snippet"]["description"], "tags" in told["snippet"]) == (
        "Efter",
        "",
        False,
    )
    assert told["status"]["privacyStatus"] == "private"
    assert youtube.done()[-1] == ("videos_update", "changed")


def test_making_public_twice_is_public_once(youtube, short_film):
    id = youtube.upload(short_film)
    youtube.make_public(id)
    youtube.make_public(id)
    assert youtube.done()[2:] == [("videos_update", "public"), ("videos_update", "changed")]


def test_a_thumbnail_is_kept_byte_by_byte(youtube, short_film, picture):
    id = youtube.upload(short_film)
    told = youtube.thumbnail(id, picture).json()
    assert told["kind"] == "youtube#thumbnailSetResponse"
    assert youtube.call("GET", told["items"][0]["default"]["url"]).content == picture
    assert youtube.thumbnail(id, picture).status_code == 200


def test_subtitles_are_kept_once_per_language_and_name(youtube, short_film):
    id = youtube.upload(short_film)
    text = "1\r\n00:00:00,000 --> 00:00:02,000\r\nÅskan på bangården\r\n"
    assert youtube.captions(id, text).json()["snippet"]["language"] == "sv"
    assert reason(youtube.captions(id, text)) == (409, "captionExists")
    assert youtube.captions(id, text, language="en").status_code == 200
    with Store(youtube.sandbox.data_dir) as store:
        tracks = store.get("youtube", "video", id).data["captions"]
    assert [(track["language"], "Åskan på bangården" in track["text"]) for track in tracks] == [
        ("sv", True),
        ("en", True),
    ]


def test_a_deleted_film_is_gone(youtube, short_film):
    id = youtube.upload(short_film)
    youtube.make_public(id)
    answer = youtube.delete(id)
    assert (answer.status_code, answer.content) == (204, b"")
    assert reason(youtube.delete(id)) == (404, "videoNotFound")
    youtube.sandbox.clock(60)
    assert (youtube.seen(), youtube.done()[-1]) == ([], ("videos_delete", "removed"))


# -- the channel


def test_the_channel_names_its_list_of_uploads(youtube):
    (told,) = youtube.get("channels", part="id,snippet,contentDetails", mine="true").json()["items"]
    assert (told["id"], told["snippet"]["title"]) == ("UC" + "s" * 22, "Seko")
    assert told["contentDetails"]["relatedPlaylists"]["uploads"] == "UU" + "s" * 22


def test_the_list_of_uploads_comes_newest_first_page_by_page(youtube, short_film):
    ids = [youtube.upload(short_film, title=f"Film {n}") for n in range(3)][::-1]
    about = {"part": "snippet,contentDetails,status", "playlistId": "UU" + "s" * 22, "maxResults": 2}
    first = youtube.get("playlistItems", **about).json()
    second = youtube.get("playlistItems", **about, pageToken=first["nextPageToken"]).json()
    items = [*first["items"], *second["items"]]
    assert [item["contentDetails"]["videoId"] for item in items] == ids
    assert [item["snippet"]["position"] for item in items] == [0, 1, 2]
    assert (first["pageInfo"]["totalResults"], "nextPageToken" in second) == (3, False)


def test_strangers_see_only_public_films_in_the_list(youtube, other_channel, short_film):
    youtube.upload(short_film)
    about = {"part": "id", "playlistId": "UU" + "s" * 22}
    assert len(youtube.get("playlistItems", **about).json()["items"]) == 1
    assert other_channel.get("playlistItems", **about).json()["items"] == []


# -- the quota


def until_midnight_in_california(youtube: YouTube) -> float:
    with Store(youtube.sandbox.data_dir) as store:
        now = datetime.fromtimestamp(store.now(), CALIFORNIA)
    return 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)


def test_a_hundred_uploads_a_day_until_midnight_in_california(youtube, short_film):
    youtube.sandbox.clock(until_midnight_in_california(youtube) + 3600)
    youtube.token = youtube.token_with("access", YOUTUBE_SCOPES)
    for _ in range(100):
        youtube.open(1000).raise_for_status()
    answer = youtube.open(1000)
    assert reason(answer) == (403, "quotaExceeded")
    assert answer.json()["error"]["errors"][0]["domain"] == "youtube.quota"
    assert youtube.get("channels", part="id", mine="true").status_code == 200
    youtube.sandbox.clock(until_midnight_in_california(youtube) + 86_400 + 7200)
    assert youtube.open(1000).status_code == 200


def test_updates_cost_fifty_of_ten_thousand(youtube, sandbox):
    for _ in range(200):
        assert reason(youtube.make_public("finns-inte")) == (404, "videoNotFound")
    assert reason(youtube.get("channels", part="id", mine="true")) == (403, "quotaExceeded")
    assert youtube.open(1000).status_code == 200
    sandbox.enforce_limits(on=False)
    assert youtube.get("channels", part="id", mine="true").status_code == 200


# -- what it refuses


def anothers_film(youtube: YouTube) -> str:
    channel = "UC" + "a" * 22
    token = youtube.sandbox.connect_youtube(channel, "Annan")["access_token"]
    return YouTube(youtube.sandbox, channel, token).upload(b"Film " * 1000)


def announced(youtube: YouTube, **headers: str) -> Response:
    params = {"uploadType": "resumable", "part": "snippet,status"}
    return youtube.call(
        "POST", "upload/youtube/v3/videos", params=params, json={"snippet": {"title": "Film"}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip


def in_chunks(youtube: YouTube, part: bytes, content_range: str) -> Response:
    return youtube.put(youtube.open(1_000_000).headers["Location"], part, content_range)


def with_a_dead_token_in_the_middle(youtube: YouTube) -> Response:
    session = youtube.open(1000).headers["Location"]
    youtube.token = "hittepa"
    return youtube.put(session, b"a" * 1000)


def updated(youtube: YouTube, part: str, **resource: object) -> Response:
    return youtube.update(part, id=youtube.upload(b"Film " * 1000), **resource)


def status(privacy: str, **more: str) -> dict[str, object]:
    return {"snippet": {"title": "Film"}, "status": {"privacyStatus": privacy, **more}}


Case = tuple[Callable[[YouTube], Response], int, str]
REFUSALS: dict[str, Case] = {
    "no token": (lambda yt: yt.open(1000, token=""), 401, "authError"),
    "an unknown token": (lambda yt: yt.open(1000, token="hittepa"), 401, "authError"),
    "a refresh token": (
        lambda yt: yt.open(1000, token=yt.token_with("refresh", YOUTUBE_SCOPES)), 401, "authError"
    ),
    "a token that dies in the middle": (with_a_dead_token_in_the_middle, 401, "authError"),
    "no right to upload": (
        lambda yt: yt.open(1000, token=yt.token_with("access", READ_ONLY)), 403, "insufficientPermissions"
    ),
    "no right to read": (
        lambda yt: yt.get("videos", part="id", id="x", token=yt.token_with("access", UPLOAD_ONLY)), 403,
        "insufficientPermissions",
    ),
    "no right to update": (
        lambda yt: yt.update("status", id="x", token=yt.token_with("access", UPLOAD_ONLY)), 403,
        "insufficientPermissions",
    ),
    "no right to delete": (
        lambda yt: yt.delete("x", token=yt.token_with("access", UPLOAD_ONLY)), 403, "insufficientPermissions"
    ),
    "no right to subtitles": (
        lambda yt: yt.captions("x", "text", token=yt.token_with("access", UPLOAD_ONLY)), 403,
        "insufficientPermissions",
    ),
    "no part": (lambda yt: yt.get("videos", id="x"), 400, "missingRequiredParameter"),
    "an unknown part": (lambda yt: yt.get("videos", part="allt", id="x"), 400, "unknownPart"),
    "no id": (lambda yt: yt.get("videos", part="id"), 400, "missingRequiredParameter"),
    "an upload in one piece": (
        lambda yt: yt.call("POST", "upload/youtube/v3/videos", params={"uploadType": "media", "part": "snippet"}),
        400, "badRequest",
    ),
    "no title": (lambda yt: yt.open(1000, title=" "), 400, "invalidTitle"),
    "too long a title": (lambda yt: yt.open(1000, title="a" * 101), 400, "invalidTitle"),
    "a bracket in the title": (lambda yt: yt.open(1000, title="Löner < priser"), 400, "invalidTitle"),
    "too long a description": (
        lambda yt: yt.open(1000, description="å" * 2500 + "a"), 400, "invalidDescription"
    ),
    "a bracket in the description": (lambda yt: yt.open(1000, description="a > b"), 400, "invalidDescription"),
    "too many tags": (lambda yt: yt.open(1000, tags=["a" * 99, "b" * 99, "c c" * 33, "d" * 99, "e" * 99]), 400,
                      "invalidTags"),
    "an unknown privacy": (lambda yt: yt.open(1000, about=status("hemlig")), 400, "invalidVideoMetadata"),
    "a time for a public film": (
        lambda yt: yt.open(1000, about=status("public", publishAt="2027-01-01T00:00:00Z")), 400, "invalidPublishAt"
    ),
    "another kind of file": (lambda yt: announced(yt, X_Upload_Content_Type="text/html"), 400, "badContent"),
    "too large a file": (
        lambda yt: announced(yt, X_Upload_Content_Length="274877906945"), 413, "uploadTooLarge"
    ),
    "a chunk that is no multiple": (
        lambda yt: in_chunks(yt, bytes(1000), "bytes 0-999/1000000"), 400, "badRequest"
    ),
    "a chunk after a gap": (
        lambda yt: in_chunks(yt, bytes(CHUNK), f"bytes {CHUNK}-{2 * CHUNK - 1}/1000000"), 400, "badRequest"
    ),
    "a range that is no range": (lambda yt: in_chunks(yt, bytes(1000), "bytes 0-/1000"), 400, "badRequest"),
    "a range of another length": (
        lambda yt: in_chunks(yt, bytes(1000), "bytes 0-998/999"), 400, "badRequest"
    ),
    "updating an unknown film": (lambda yt: yt.make_public("x"), 404, "videoNotFound"),
    "updating another's film": (lambda yt: yt.make_public(anothers_film(yt)), 403, "forbidden"),
    "deleting another's film": (lambda yt: yt.delete(anothers_film(yt)), 403, "forbidden"),
    "an update without category": (
        lambda yt: updated(yt, "snippet", snippet={"title": "Film"}), 400, "invalidCategoryId"
    ),
    "an update without title": (lambda yt: updated(yt, "snippet"), 400, "invalidTitle"),
    "a thumbnail of nothing": (lambda yt: yt.thumbnail(yt.upload(b"a"), b""), 400, "mediaBodyRequired"),
    "a thumbnail of text": (lambda yt: yt.thumbnail(yt.upload(b"a"), b"<html>"), 400, "invalidImage"),
    "a thumbnail of WebP": (
        lambda yt: yt.thumbnail(yt.upload(b"a"), encoded(scene(20, 20), "WEBP")), 400, "invalidImage"
    ),
    "another's thumbnail": (
        lambda yt: yt.thumbnail(anothers_film(yt), jpeg(scene(20, 20))), 403, "forbidden"
    ),
    "subtitles of nothing": (lambda yt: yt.captions(yt.upload(b"a"), "  "), 400, "contentRequired"),
    "subtitles in no language": (lambda yt: yt.captions(yt.upload(b"a"), "text", ""), 400, "contentRequired"),
    "subtitles in another form": (
        lambda yt: yt.call("POST", "upload/youtube/v3/captions", data=b"text"), 400, "badRequest"
    ),
    "an unknown list": (
        lambda yt: yt.get("playlistItems", part="id", playlistId="PLokand"), 404, "playlistNotFound"
    ),
    "a count that is none": (
        lambda yt: yt.get("playlistItems", part="id", playlistId="UU" + "s" * 22, maxResults="alla"), 400,
        "invalidParameter",
    ),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSALS)
def test_it_refuses_with_its_own_reason_and_publishes_nothing(youtube, why):
    act, status, told = REFUSALS[why]
    answer = act(youtube)
    assert (reason(answer), answer.headers["Content-Type"]) == ((status, told), "application/json")
    assert youtube.sandbox.posts("youtube") == []
    assert youtube.sandbox.ledger(effect="public") == []


def test_a_bad_token_is_told_in_full(youtube):
    told = youtube.open(1000, token="hittepa").json()["error"]
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential."
    )
    (error,) = told.pop("errors")
    assert told == {"code": 401, "message": message, "status": "UNAUTHENTICATED"}
    assert error == {
        "message": "Invalid Credentials", "domain": "global", "reason": "authError", "location": "Authorization",
        "locationType": "header",
    }  # fmt: skip


def test_a_token_lives_an_hour(youtube):
    youtube.sandbox.clock(3598)
    assert youtube.get("channels", part="id", mine="true").status_code == 200
    youtube.sandbox.clock(3600)
    assert reason(youtube.get("channels", part="id", mine="true")) == (401, "authError")


def test_descriptions_are_counted_in_bytes_and_tags_with_their_quotes(youtube):
    assert youtube.open(1000, description="å" * 2500).status_code == 200
    assert youtube.open(1000, tags=["a" * 99, "b" * 99, "c c" * 33, "d" * 99, "e" * 98]).status_code == 200


def test_no_secret_is_in_the_ledger(youtube, short_film):
    youtube.upload(short_film)
    assert youtube.token not in json.dumps(youtube.sandbox.ledger())
