"""The server: this machine only, all at once, and nothing that was acknowledged is lost when it dies."""

import io
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from channels.sandbox import processing, testing
from channels.sandbox.app import create_app
from channels.sandbox.facebook import films as facebook_films
from channels.sandbox.facebook import posts as facebook_posts
from channels.sandbox.store import Store
from channels.sandbox.testing import ROOT, LiveSandbox
from channels.sandbox.x import media as x_media
from channels.sandbox.x import posts as x_posts
from channels.sandbox.youtube import uploads as youtube_uploads
from tests.channels.sandbox.callers import CHUNK, SECONDS, Facebook, X, YouTube

# -- this machine only


def started(*options: str, data: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "channels.sandbox", "--data", str(data), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.test"])  # noqa: S104 - it is refused
def test_it_only_listens_on_this_machine(tmp_path, host):
    done = started("--host", host, "--port", "0", data=tmp_path / "data")
    told = "The sandbox only listens on this machine: --host must be one of 127.0.0.1, ::1, localhost.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    assert not (tmp_path / "data").exists()


def test_it_is_not_heard_at_the_machines_other_addresses(sandbox):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", sandbox.port), timeout=SECONDS)


def test_a_taken_port_is_told_in_a_sentence(sandbox, tmp_path):
    done = started("--port", str(sandbox.port), data=tmp_path / "data")
    told = f"Port {sandbox.port} is taken by another program: choose another with --port.\n"
    assert (done.returncode, done.stderr) == (1, told)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("[::1]:{port}", 200), ("localhost", 200),
        ("sandbox.example.test", 403), ("127.0.0.1.example.test:{port}", 403), ("localhost.example.test", 403),
    ],
)  # fmt: skip
def test_a_name_that_only_points_here_is_a_stranger(sandbox, host, status):
    """A page on the internet may point its own name at this machine and read along (DNS rebinding)."""
    headers = {"Host": host.format(port=sandbox.port)}
    answer = requests.get(f"{sandbox.url}/ovning/api/ledger", headers=headers, timeout=SECONDS)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [("{own}", 303), ("https://example.test", 403), ("null", 403), ("http://127.0.0.1:1", 403)],
)
def test_a_form_on_a_foreign_page_steers_nothing(sandbox, origin, status):
    headers = {"Origin": origin.format(own=sandbox.url)}
    form = {"anrop": "facebook.feed", "fel": "reset_after"}
    answer = requests.post(
        f"{sandbox.url}/ovning/regler", data=form, headers=headers, timeout=SECONDS, allow_redirects=False
    )
    assert (answer.status_code, len(sandbox.waiting_faults())) == (status, 1 if status == 303 else 0)


def test_the_log_tells_calls_without_secrets(facebook, x, sandbox):
    facebook.get("me")
    x.say("Hej")
    log = (sandbox.data_dir / "server.log").read_text()
    assert re.search(r"^GET /facebook/v26\.0/me 200$", log, re.MULTILINE)
    assert [secret in log for secret in (facebook.token, x.token, "access_token=")] == [False] * 3


def test_the_addresses_are_those_of_the_settings(sandbox):
    assert sandbox.addresses == testing.addresses(f"http://127.0.0.1:{sandbox.port}")
    assert {address.partition("/")[0] for address in sandbox.addresses.values()} == {"http:"}
    assert sandbox.addresses["X_API_URL"] == f"{sandbox.url}/x"


# -- the control API


def test_health(sandbox):
    assert requests.get(f"{sandbox.url}/ovning/api/health", timeout=SECONDS).json() == {"ok": True}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (
            {"platform": "facebook", "id": "1", "name": "Seko"},
            {"app_id", "app_secret", "page_id", "page_token"},
        ),
        (
            {"platform": "x", "id": "2", "name": "Seko", "handle": "seko"},
            {"client_id", "client_secret", "access_token", "refresh_token", "expires_in"},
        ),
        (
            {"platform": "youtube", "id": "UC3", "name": "Seko"},
            {"client_id", "client_secret", "access_token", "refresh_token", "expires_in"},
        ),
    ],
)
def test_accounts_are_connected_over_http_too(sandbox, body, names):
    answer = requests.post(f"{sandbox.url}/ovning/api/tokens", json=body, timeout=SECONDS)
    assert (answer.status_code, set(answer.json())) == (201, names)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("tokens", {"platform": "myspace", "id": "1"}),
        ("tokens", {"platform": "x"}),
        ("clock", {"offset": "sen"}),
    ],
)
def test_nonsense_is_refused(sandbox, path, body):
    answer = requests.post(f"{sandbox.url}/ovning/api/{path}", json=body, timeout=SECONDS)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_posts_are_told_with_addresses_that_work(facebook, x, sandbox):
    facebook.say("På Facebook")
    x.say("På X")
    (post,) = sandbox.posts("x")
    assert (len(sandbox.posts()), post["platform"], post["text"]) == (2, "x", "På X")
    assert "På X" in requests.get(post["url"], timeout=SECONDS).text


def test_bytes_that_never_came_are_not_found(sandbox):
    with pytest.raises(requests.HTTPError):
        sandbox.media("0" * 64)


def test_reset_forgets_tokens_posts_rules_and_the_clock(facebook, sandbox, picture):
    facebook.photo(picture)
    (post,) = facebook.seen()
    sandbox.faults({"platform": "*", "call": "*", "fault": "error_before", "skip": 100})
    sandbox.clock(3600)
    sandbox.reset()
    assert (sandbox.posts(), sandbox.ledger(), sandbox.waiting_faults()) == ([], [], [])
    assert facebook.get("me").json()["error"]["code"] == 190
    with pytest.raises(requests.HTTPError):
        sandbox.media(post["media"][0]["sha256"])


# -- many at once


def test_a_hundred_posts_at_once_on_each_platform(facebook, x, sandbox):
    sandbox.enforce_limits(on=False)
    with ThreadPoolExecutor(12) as pool:
        texts = [f"Inlägg {n}" for n in range(100)]
        on_facebook = [answer.json()["id"] for answer in pool.map(facebook.say, texts)]
        on_x = [answer.json()["data"]["id"] for answer in pool.map(x.say, texts)]
    for caller, ids in ((facebook, on_facebook), (x, on_x)):
        assert len(set(ids)) == 100
        assert sorted(post["id"] for post in caller.seen()) == sorted(ids)
        lines = sandbox.ledger(account=caller.account, effect="public")
        assert sorted(line["ids"]["post"] for line in lines) == sorted(ids)
        assert sorted(line["text"] for line in lines) == sorted(texts)


@pytest.mark.parametrize("platform", [facebook_posts, x_posts], ids=["facebook", "x"])
def test_the_same_text_at_once_is_published_once(tmp_path, monkeypatch, platform):
    """Between the look for a duplicate and the post there is no gap for another: the first one dawdles there."""
    app, check = create_app(tmp_path), platform.check_new
    say = IN_PROCESS[platform](app.test_client())
    monkeypatch.setattr(platform, "check_new", lambda *about: (check(*about), time.sleep(0.3)))
    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(lambda _: say("Samma"), range(2)))
    store = app.extensions["sandbox"]
    assert [line["effect"] for line in store.ledger()] == ["public"]
    assert (statuses[0] // 100, statuses[1] // 100) == (2, 4)
    store.close()


def saying_on_facebook(client: FlaskClient) -> Callable[[str], TestResponse]:
    token = client.post("/ovning/api/tokens", json={"platform": "facebook", "id": "1"}).json["page_token"]
    return lambda text: client.application.test_client().post(
        "/facebook/1/feed", data={"message": text, "access_token": token}
    )


def saying_on_x(client: FlaskClient) -> Callable[[str], TestResponse]:
    token = client.post("/ovning/api/tokens", json={"platform": "x", "id": "1"}).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return lambda text: client.application.test_client().post(
        "/x/2/tweets", json={"text": text}, headers=headers
    )


IN_PROCESS = {facebook_posts: saying_on_facebook, x_posts: saying_on_x}


def test_photos_sent_at_once_keep_their_own_bytes(facebook, pictures):
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(facebook.stage, pictures * 5))
    facebook.say_with("Tjugo", *ids)
    assert facebook.bytes_of(facebook.seen()[0]) == pictures * 5


def test_a_film_finished_by_two_at_once_is_one_film(facebook, youtube, short_film):
    session = facebook.upload(short_film)
    address = youtube.open(len(short_film)).headers["Location"]
    with ThreadPoolExecutor(4) as pool:
        finished = [answer.ok for answer in pool.map(lambda _: facebook.finish(session), range(4))]
        ids = {
            answer.json()["id"] for answer in pool.map(lambda _: youtube.put(address, short_film), range(4))
        }
    assert (sum(finished), len(ids)) == (1, 1)
    assert facebook.done() == [("video_start", "staged"), ("video_finish", "public")]
    assert youtube.done() == [("open_session", "staged"), ("put_chunk", "staged")]


def test_a_twin_that_overtakes_an_upload_to_youtube_makes_the_only_film(tmp_path, monkeypatch, short_film):
    """A client that gave up waiting sends the last chunk again while the first one is still being taken in."""
    client, keep = create_app(tmp_path).test_client(), youtube_uploads.keep_new
    end = uploaded_to_youtube(client, short_film)
    twin: list[str] = []

    def keep_after_the_twin(*about: object) -> None:
        monkeypatch.setattr(youtube_uploads, "keep_new", keep)
        twin.append(end().json["id"])
        keep(*about)

    monkeypatch.setattr(youtube_uploads, "keep_new", keep_after_the_twin)
    assert [end().json["id"]] == twin
    with client.application.extensions["sandbox"] as store:
        assert [line["call"] for line in store.ledger()] == ["open_session", "put_chunk"]


def test_a_twin_that_overtakes_the_finish_on_facebook_publishes_alone(tmp_path, monkeypatch, short_film):
    client, look = create_app(tmp_path).test_client(), facebook_films.uploaded_film
    end = uploaded_to_facebook(client, short_film)

    def look_after_the_twin(session: object) -> object:
        monkeypatch.setattr(facebook_films, "uploaded_film", look)
        assert end().status_code == 200
        return look(session)

    monkeypatch.setattr(facebook_films, "uploaded_film", look_after_the_twin)
    assert end().json["error"]["code"] == 6001
    with client.application.extensions["sandbox"] as store:
        assert [line["effect"] for line in store.ledger()] == ["staged", "public"]


def test_twins_that_finalize_on_x_begin_one_processing(tmp_path, monkeypatch, short_film):
    client, put_together = create_app(tmp_path).test_client(), x_media.put_together
    end = uploaded_to_x(client, short_film)
    monkeypatch.setattr(x_media, "put_together", lambda upload: (time.sleep(0.3), put_together(upload))[1])
    with ThreadPoolExecutor(2) as pool:
        assert [answer.status_code for answer in pool.map(lambda _: end(), range(2))] == [200, 200]
    with client.application.extensions["sandbox"] as store:
        assert [line["call"] for line in store.ledger()] == ["media_initialize", "media_finalize"]


# -- kill -9


@pytest.fixture
def mortal(tmp_path):
    """A sandbox of one's own, to be killed."""
    with LiveSandbox(tmp_path / "mortal", limits=False) as sandbox:
        yield sandbox


def connected(sandbox: LiveSandbox) -> tuple[Facebook, X, YouTube]:
    channel = "UC" + "s" * 22
    return (
        Facebook(sandbox, "1000001", sandbox.connect_facebook()["page_token"]),
        X(sandbox, "2000001", sandbox.connect_x()["access_token"]),
        YouTube(sandbox, channel, sandbox.connect_youtube(channel)["access_token"]),
    )


def reborn(sandbox: LiveSandbox) -> None:
    port = sandbox.port
    sandbox.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    sandbox.start()
    assert sandbox.port == port


@pytest.mark.parametrize("platform", ["facebook", "x"])
def test_what_was_acknowledged_before_the_kill_is_there_once(mortal, platform):
    caller = connected(mortal)[["facebook", "x"].index(platform)]
    acknowledged: list[str] = []
    enough = threading.Event()

    def post_until_it_dies(worker: int) -> None:
        for n in range(10_000):
            try:
                answer = caller.say(f"Inlägg {worker}.{n}")
            except requests.RequestException:
                return  # refused, reset, or cut off in the middle of the answer
            acknowledged.append(
                answer.json()["id"] if platform == "facebook" else answer.json()["data"]["id"]
            )
            if len(acknowledged) >= 60:
                enough.set()

    workers = [threading.Thread(target=post_until_it_dies, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    assert enough.wait(60)
    mortal.kill()
    for worker in workers:
        worker.join()
    mortal.start()
    seen = [post["id"] for post in caller.seen()]
    in_ledger = [line["ids"]["post"] for line in mortal.ledger(effect="public")]
    assert set(acknowledged) <= set(seen)
    assert (len(seen), sorted(seen)) == (len(set(seen)), sorted(in_ledger))
    assert caller.say("Därefter").ok
    assert len(set(seen) | {post["id"] for post in caller.seen()}) == len(seen) + 1


def test_rules_accounts_clock_and_staged_media_survive(mortal, picture):
    facebook, x, _ = connected(mortal)
    photo, medium = facebook.stage(picture), x.stage(picture)
    mortal.faults({"platform": "x", "call": "post", "fault": "error_before"})
    mortal.clock(100)
    before = mortal.ledger()
    reborn(mortal)
    assert mortal.ledger() == before
    assert [rule["fault"] for rule in mortal.waiting_faults()] == ["error_before"]
    assert (x.say("Hej", medium).status_code, x.say("Hej", medium).status_code) == (500, 201)
    assert facebook.say_with("Hej", photo).ok
    assert [caller.bytes_of(caller.seen()[0]) for caller in (facebook, x)] == [[picture], [picture]]
    (line,) = mortal.ledger(platform="x", effect="public")
    assert line["at"] - line["received_at"] >= 100


def test_uploads_go_on_where_they_were(mortal, long_film):
    facebook, x, youtube = connected(mortal)
    half, total = 4 * CHUNK, len(long_film)
    session = facebook.film("start", file_size=total).json()
    facebook.send(session, 0, long_film[:half])
    medium = x.begin(total).json()["data"]["id"]
    x.append(medium, 0, long_film[:half])
    address = youtube.open(total).headers["Location"]
    youtube.put(address, long_film[:half], f"bytes 0-{half - 1}/{total}")
    reborn(mortal)
    assert facebook.send(session, half, long_film[half:]).json()["start_offset"] == str(total)
    facebook.finish(session).raise_for_status()
    x.append(medium, 1, long_film[half:])
    x.finalize(medium).raise_for_status()
    assert youtube.ask(address, total).headers["Range"] == f"bytes=0-{half - 1}"
    id = youtube.put(address, long_film[half:], f"bytes {half}-{total - 1}/{total}").json()["id"]
    mortal.clock(60)
    x.say("Film", medium)
    youtube.make_public(id)
    assert [caller.bytes_of(caller.seen()[0]) for caller in (facebook, x, youtube)] == [[long_film]] * 3


def test_a_film_whose_answer_was_cut_off_by_the_kill_is_there_once(mortal, short_film):
    facebook, x, youtube = connected(mortal)
    session = facebook.upload(short_film)
    address = youtube.open(len(short_film)).headers["Location"]
    medium = x.begin(len(short_film)).json()["data"]["id"]
    x.append(medium, 0, short_film)
    killed_while(mortal, lambda: facebook.finish(session), "facebook", "video_finish")
    killed_while(mortal, lambda: youtube.put(address, short_film), "youtube", "put_chunk")
    killed_while(mortal, lambda: x.finalize(medium), "x", "media_finalize")
    assert (x.finalize(medium).status_code, youtube.ask(address).status_code) == (200, 200)
    mortal.clock(60)
    x.say("Film", medium)
    youtube.make_public(youtube.ask(address).json()["id"])
    assert [caller.bytes_of(caller.seen()[0]) for caller in (facebook, x, youtube)] == [[short_film]] * 3
    assert len(mortal.ledger(effect="public")) == 3


def killed_while(sandbox: LiveSandbox, act: Callable[[], object], platform: str, call: str) -> None:
    """Kill it while the answer to an accepted call is on its way."""
    sandbox.faults({"platform": platform, "call": call, "fault": "delay_after", "seconds": 600})
    lines = len(sandbox.ledger())
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(act)
        while len(sandbox.ledger()) == lines:
            assert not answer.done()
        sandbox.kill()
        assert isinstance(answer.exception(), requests.ConnectionError)
    sandbox.start()


class Death(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("platform", ["facebook", "x", "youtube"])
def test_dying_between_the_bytes_and_the_film_leaves_a_session_that_can_be_ended(
    tmp_path, monkeypatch, short_film, platform
):
    client = create_app(tmp_path).test_client()
    end = UPLOADED[platform](client, short_film)
    with monkeypatch.context() as patch:
        patch.setattr(processing, "begin", lambda *_: (_ for _ in ()).throw(Death))
        with pytest.raises(Death):
            end()
    client.application.extensions["sandbox"].close()
    client.application.extensions["sandbox"] = store = Store(tmp_path)
    assert end().status_code == 200
    (kept,) = store.media_path("").iterdir()
    assert kept.read_bytes() == short_film
    assert store.ledger()[-1]["media"] == [kept.name]
    assert len(store.ledger()) == 2
    assert list((tmp_path / "uploads").iterdir()) == []
    store.close()


def uploaded_to_facebook(client: FlaskClient, film: bytes) -> Callable[[], TestResponse]:
    token = client.post("/ovning/api/tokens", json={"platform": "facebook", "id": "1"}).json["page_token"]
    fields = {"access_token": token, "upload_phase": "start", "file_size": len(film)}
    session = client.post("/facebook/1/videos", data=fields).json["upload_session_id"]
    fields = {
        "access_token": token,
        "upload_phase": "transfer",
        "upload_session_id": session,
        "start_offset": "0",
    }
    client.post("/facebook/1/videos", data={**fields, "video_file_chunk": (io.BytesIO(film), "del")})
    again = client.application.test_client
    return lambda: again().post("/facebook/1/videos", data={**fields, "upload_phase": "finish"})


def uploaded_to_x(client: FlaskClient, film: bytes) -> Callable[[], TestResponse]:
    token = client.post("/ovning/api/tokens", json={"platform": "x", "id": "1"}).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    body = {"media_type": "video/mp4", "total_bytes": len(film), "media_category": "tweet_video"}
    id = client.post("/x/2/media/upload/initialize", json=body, headers=headers).json["data"]["id"]
    fields = {"segment_index": "0", "media": (io.BytesIO(film), "del")}
    client.post(f"/x/2/media/upload/{id}/append", data=fields, headers=headers)
    return lambda: client.application.test_client().post(f"/x/2/media/upload/{id}/finalize", headers=headers)


def uploaded_to_youtube(client: FlaskClient, film: bytes) -> Callable[[], TestResponse]:
    token = client.post("/ovning/api/tokens", json={"platform": "youtube", "id": "UC1"}).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = "/google/upload/youtube/v3/videos?uploadType=resumable&part=snippet"
    session = client.post(path, json={"snippet": {"title": "Film"}}, headers=headers).headers["Location"]
    return lambda: client.application.test_client().put(session, data=film)


UPLOADED = {"facebook": uploaded_to_facebook, "x": uploaded_to_x, "youtube": uploaded_to_youtube}
