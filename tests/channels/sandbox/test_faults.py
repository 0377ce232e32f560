"""The rules of misbehaviour: each fault on each platform, down at the socket where that is what it is about."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from requests import Response

from channels.sandbox import faults, pages
from channels.sandbox.store import APPS, Store
from tests.channels.sandbox.callers import CHUNK, SECONDS, Caller, Facebook, X, YouTube, graph_error, reason

PLATFORMS = ("facebook", "x", "youtube")
COMMIT = {"facebook": "feed", "x": "post", "youtube": "videos_update"}
"""The call that makes something public, per platform."""


@dataclass
class Publisher:
    """Somebody who makes a text or film public with one call that a fault may hit."""

    caller: Caller
    film: bytes

    @property
    def platform(self) -> str:
        return self.caller.platform

    def hit(self, fault: str, **more: Any) -> None:
        rule = {"platform": self.platform, "call": COMMIT[self.platform], "fault": fault, **more}
        self.caller.sandbox.faults(rule)

    def request(self, text: str) -> requests.PreparedRequest:
        """The call by itself; a film is uploaded and processed first."""
        return REQUEST[self.platform](self, text).prepare()

    def publish(self, text: str = "Hej", seconds: float = SECONDS) -> Response:
        with requests.Session() as session:
            return session.send(self.request(text), timeout=seconds)

    def published(self) -> list[str]:
        """What followers see, and the ledger has to agree."""
        texts = [post["text"] or post["title"] for post in self.caller.seen()]
        assert len(self.caller.sandbox.ledger(effect="public")) == len(texts)
        return texts


def facebook_request(publisher: Publisher, text: str) -> requests.Request:
    caller = publisher.caller
    url = f"{caller.sandbox.url}/facebook/v26.0/{caller.account}/feed"
    return requests.Request("POST", url, data={"message": text, "access_token": caller.token})


def x_request(publisher: Publisher, text: str) -> requests.Request:
    caller = publisher.caller
    headers = {"Authorization": f"Bearer {caller.token}"}
    return requests.Request("POST", f"{caller.sandbox.url}/x/2/tweets", json={"text": text}, headers=headers)


def youtube_request(publisher: Publisher, text: str) -> requests.Request:
    caller = publisher.caller
    id = caller.upload(publisher.film, title=text)
    assert [caller.status(id) for _ in range(3)][-1] == "processed"
    url = f"{caller.sandbox.url}/google/youtube/v3/videos?part=status"
    headers = {"Authorization": f"Bearer {caller.token}"}
    return requests.Request(
        "PUT", url, json={"id": id, "status": {"privacyStatus": "public"}}, headers=headers
    )


REQUEST: dict[str, Callable[[Publisher, str], requests.Request]] = {
    "facebook": facebook_request, "x": x_request, "youtube": youtube_request
}  # fmt: skip


@pytest.fixture(params=PLATFORMS)
def publisher(request, short_film) -> Publisher:
    return Publisher(request.getfixturevalue(request.param), short_film)


# -- connections that break


def on_the_wire(prepared: requests.PreparedRequest) -> bytes:
    head = [f"{prepared.method} {prepared.path_url} HTTP/1.1", "Host: 127.0.0.1"]
    head += [f"{name}: {value}" for name, value in prepared.headers.items()]
    body = prepared.body if isinstance(prepared.body, bytes) else prepared.body.encode()
    return "\r\n".join([*head, "", ""]).encode() + body


def received(port: int, request: bytes) -> tuple[bytes, bool]:
    """Everything that comes back on a plain socket, and whether it ended with a reset."""
    told = b""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as line:
        line.sendall(request)
        try:
            while part := line.recv(65_536):
                told += part
        except ConnectionResetError:
            return told, True
    return told, False


@pytest.mark.parametrize(("fault", "taken_in"), [("reset_before", []), ("reset_after", ["Hej"])])
def test_a_reset_is_a_reset_on_the_wire(publisher, fault, taken_in):
    request = on_the_wire(publisher.request("Hej"))
    publisher.hit(fault)
    assert received(publisher.caller.sandbox.port, request) == (b"", True)
    assert publisher.published() == taken_in
    assert publisher.publish("Därefter").ok
    assert len(publisher.published()) == len(taken_in) + 1


def test_a_truncated_answer_promises_more_than_it_gives(publisher):
    request = on_the_wire(publisher.request("Hej"))
    publisher.hit("truncated")
    told, _ = received(publisher.caller.sandbox.port, request)
    head, _, body = told.partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert (len(body), head.split()[1][:1]) == (promised // 2, b"2")
    assert publisher.published() == ["Hej"]


def test_a_truncated_answer_without_a_body_is_a_reset(youtube, sandbox):
    sandbox.faults({"platform": "youtube", "call": "open_session", "fault": "truncated"})
    with pytest.raises(requests.ConnectionError):
        youtube.open(1000)
    assert youtube.done() == [("open_session", "staged")]


def test_a_reset_in_the_middle_of_many_bytes(youtube, sandbox, long_film):
    session = youtube.open(len(long_film)).headers["Location"]
    sandbox.faults({"platform": "youtube", "call": "put_chunk", "fault": "reset_before"})
    with pytest.raises(requests.ConnectionError):
        youtube.put(session, long_film)
    assert "Range" not in youtube.ask(session, len(long_film)).headers


def test_the_ambiguous_upload_is_told_by_the_session(youtube, sandbox, short_film):
    session = youtube.open(len(short_film)).headers["Location"]
    sandbox.faults({"platform": "youtube", "call": "put_chunk", "fault": "reset_after"})
    with pytest.raises(requests.ConnectionError):
        youtube.put(session, short_film)
    assert youtube.ask(session, len(short_film)).json()["snippet"]["title"] == "Film"
    assert youtube.done() == [("open_session", "staged"), ("put_chunk", "staged")]


# -- answers that are late


def test_what_waits_before_is_taken_in_late(publisher):
    publisher.hit("delay_before", seconds=0.3)
    assert publisher.publish().ok
    (line,) = publisher.caller.sandbox.ledger(effect="public")
    assert line["at"] - line["received_at"] >= 0.3


def test_what_waits_after_is_taken_in_at_once_and_answered_late(publisher):
    publisher.hit("delay_after", seconds=0.3)
    assert publisher.publish().ok
    answered_at = time.time()
    (line,) = publisher.caller.sandbox.ledger(effect="public")
    assert answered_at - line["at"] >= 0.3


def test_a_client_that_gave_up_does_not_know_that_it_was_published(publisher):
    publisher.hit("delay_after", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        publisher.publish(seconds=1.5)
    while not publisher.caller.seen():
        pass  # a busy machine may be slower than the client was patient
    assert publisher.published() == ["Hej"]


# -- answers that say no


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(("fault", "taken_in"), [("error_before", []), ("error_after", ["Hej"])])
def test_an_outage_has_the_platforms_own_body(publisher, fault, taken_in, status):
    publisher.hit(fault, status=status)
    answer = publisher.publish()
    assert (answer.status_code, OUTAGE[publisher.platform](answer)) == (
        status,
        OUTAGES[publisher.platform][status],
    )
    assert publisher.published() == taken_in


OUTAGE: dict[str, Callable[[Response], Any]] = {
    "facebook": lambda answer: (graph_error(answer)["code"], answer.json()["error"]["is_transient"]),
    "x": lambda answer: answer.json()["title"],
    "youtube": lambda answer: reason(answer)[1],
}
OUTAGES: dict[str, dict[int, Any]] = {
    "facebook": {500: (1, False), 502: (2, True), 503: (2, True), 504: (2, True)},
    "x": {
        500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"
    },
    "youtube": dict.fromkeys((500, 502, 503, 504), "backendError"),
}  # fmt: skip

SAID: dict[str, dict[str, tuple[int, Any]]] = {
    "facebook": {
        "rate_limited": (400, (80001, 2446079)), "expired_token": (400, (190, 463)), "forbidden": (403, (200, None)),
        "out_of_credit": (400, (368, 1346003)), "refuse": (400, (368, 1346003)), "duplicate": (400, (506, 1455006)),
    },
    "x": {
        "rate_limited": (429, "Too Many Requests"), "expired_token": (401, "Unauthorized"),
        "forbidden": (403, "Your account is not permitted to access this feature."),
        "out_of_credit": (402, "credits depleted"),
        "refuse": (403, "You are not permitted to perform this action."),
        "duplicate": (403, "You are not allowed to create a Tweet with duplicate content."),
    },
    "youtube": {
        "rate_limited": (403, "quotaExceeded"), "expired_token": (401, "authError"),
        "forbidden": (403, "insufficientPermissions"), "out_of_credit": (400, "invalidVideoMetadata"),
        "refuse": (400, "invalidVideoMetadata"), "duplicate": (400, "invalidVideoMetadata"),
    },
}  # fmt: skip
SAYING: dict[str, Callable[[Response], Any]] = {
    "facebook": lambda answer: (graph_error(answer)["code"], answer.json()["error"].get("error_subcode")),
    "x": lambda answer: answer.json()["detail"],
    "youtube": lambda answer: reason(answer)[1],
}


@pytest.mark.parametrize("fault", SAID["x"])
def test_a_refusal_on_demand_is_the_platforms_own_and_nothing_is_published(publisher, fault):
    publisher.hit(fault)
    answer = publisher.publish()
    assert (answer.status_code, SAYING[publisher.platform](answer)) == SAID[publisher.platform][fault]
    assert publisher.published() == []
    assert publisher.publish().ok


def test_facebook_tells_in_minutes_when_it_may_be_called_again(facebook, sandbox):
    sandbox.faults({"platform": "facebook", "call": "feed", "fault": "rate_limited", "seconds": 1140})
    use = facebook.say("Hej").headers["X-Business-Use-Case-Usage"]
    assert '"call_count": 100' in use
    assert '"estimated_time_to_regain_access": 19' in use


def test_facebook_may_limit_the_page_instead(facebook, sandbox):
    sandbox.faults({"platform": "facebook", "call": "feed", "fault": "rate_limited", "code": 32})
    answer = facebook.say("Hej")
    assert graph_error(answer)["code"] == 32
    assert '"call_count": 100' in answer.headers["X-App-Usage"]


def test_x_tells_in_epoch_seconds_when_it_may_be_called_again(x, sandbox):
    sandbox.faults({"platform": "x", "call": "post", "fault": "rate_limited", "seconds": 1000})
    headers = x.say("Hej").headers
    with Store(sandbox.data_dir) as store:
        left = int(headers["x-rate-limit-reset"]) - store.now()
    assert 900 < left <= 1001
    assert headers["x-rate-limit-remaining"] == "0"


def test_facebook_may_limit_the_whole_app(facebook, sandbox):
    for named in ({"code": 4}, {"pool": "app"}):
        sandbox.faults({"platform": "facebook", "call": "feed", "fault": "rate_limited", **named})
        answer = facebook.say("Hej")
        assert graph_error(answer)["code"] == 4
        assert '"call_count": 100' in answer.headers["X-App-Usage"]
    assert facebook.done() == []


@pytest.mark.parametrize("pool", ["user", "app"])
def test_x_may_limit_the_day_instead_of_the_window(x, sandbox, pool):
    sandbox.faults({"platform": "x", "call": "post", "fault": "rate_limited", "pool": pool})
    answer = x.say("Hej")
    assert answer.status_code == 429
    assert answer.headers[f"x-{pool}-limit-24hour-remaining"] == "0"
    assert answer.headers["x-rate-limit-remaining"] != "0"
    assert x.done() == []


def test_x_may_have_used_up_the_month(x, sandbox):
    sandbox.faults({"platform": "x", "call": "post", "fault": "rate_limited", "pool": "month"})
    answer = x.say("Hej")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (429, "usage-capped")
    assert x.done() == []


def test_every_post_tells_how_much_of_the_day_is_left(x):
    left = [int(x.say(text).headers["x-app-limit-24hour-remaining"]) for text in ("Ett", "Två")]
    assert left[0] - left[1] == 1
    assert "x-app-limit-24hour-remaining" not in x.get("users/me").headers


@pytest.mark.parametrize(
    ("pool", "used"), [("", "x-rate-limit"), ("user", "x-user-limit-24hour"), ("app", "x-app-limit-24hour")]
)
def test_a_good_answer_of_x_may_tell_that_it_was_the_last(x, sandbox, pool, used):
    sandbox.faults({"platform": "x", "call": "post", "fault": "limit_reached", "pool": pool, "seconds": 600})
    answer = x.say("Hej")
    with Store(sandbox.data_dir) as store:
        assert 500 < int(answer.headers[f"{used}-reset"]) - store.now() <= 601
    empty = [name for name, value in answer.headers.items() if name.endswith("-remaining") and value == "0"]
    assert (answer.status_code, empty) == (201, [f"{used}-remaining"])
    assert x.done() == [("post", "public")]


@pytest.mark.parametrize(
    ("pool", "full", "free"),
    [
        ("", "X-Business-Use-Case-Usage", "X-App-Usage"),
        ("app", "X-App-Usage", "X-Business-Use-Case-Usage"),
    ],
)
def test_a_good_answer_of_facebook_may_tell_that_it_was_the_last(facebook, sandbox, pool, full, free):
    rule = {"platform": "facebook", "call": "feed", "fault": "limit_reached", "pool": pool, "seconds": 600}
    sandbox.faults(rule)
    answer = facebook.say("Hej")
    assert answer.ok
    assert '"call_count": 100' in answer.headers[full]
    assert '"call_count": 1,' in answer.headers[free]
    assert ('"estimated_time_to_regain_access": 10' in answer.text + str(answer.headers)) is (pool == "")
    assert facebook.done() == [("feed", "public")]


# -- token endpoints speak otherwise


TOKEN_PATHS = {"x": "x/2/oauth2/token", "youtube": "google/token"}


def refresh(caller: Caller) -> Response:
    data = {"grant_type": "refresh_token", "refresh_token": "hittepa"}
    url = f"{caller.sandbox.url}/{TOKEN_PATHS[caller.platform]}"
    return requests.post(url, data=data, auth=APPS[caller.platform], timeout=SECONDS)


@pytest.mark.parametrize(
    ("platform", "body"),
    [
        ("x", {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}),
        ("youtube", {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}),
    ],
)
@pytest.mark.parametrize("fault", ["expired_token", "refuse"])
def test_a_dead_grant_is_told_as_the_token_endpoint_does(request, sandbox, platform, body, fault):
    caller = request.getfixturevalue(platform)
    sandbox.faults({"platform": platform, "call": "token", "fault": fault})
    answer = refresh(caller)
    assert (answer.status_code, answer.json()) == (400, body)
    assert sandbox.waiting_faults() == []


def test_x_limits_the_token_endpoint_without_telling_until_when(x, sandbox):
    sandbox.faults({"platform": "x", "call": "token", "fault": "rate_limited"})
    answer = refresh(x)
    assert answer.status_code == 429
    assert [name for name in answer.headers if name.startswith("x-rate-limit")] == []


# -- lists that lag


def listed(caller: Caller, call: str) -> list[str]:
    """The ids in the platform's own list."""
    if isinstance(caller, Facebook):
        return [post["id"] for post in caller.get(f"me/{call}").json()["data"]]
    if isinstance(caller, X):
        return [post["id"] for post in caller.timeline().get("data", [])]
    if call == "videos_list":
        ids = ",".join(post["id"] for post in caller.seen())
        return [item["id"] for item in caller.get("videos", part="id", id=ids).json()["items"]]
    items = caller.get("playlistItems", part="contentDetails", playlistId="UU" + "s" * 22).json()["items"]
    return [item["contentDetails"]["videoId"] for item in items]


@pytest.mark.parametrize(
    ("platform", "call"),
    [
        ("facebook", "published_posts"), ("facebook", "posts"), ("x", "timeline"), ("youtube", "playlist_items"),
        ("youtube", "videos_list"),
    ],
)  # fmt: skip
def test_a_lagging_list_leaves_out_the_latest(request, sandbox, short_film, platform, call):
    publisher = Publisher(request.getfixturevalue(platform), short_film)
    publisher.publish("Först")
    (first,) = [post["id"] for post in publisher.caller.seen()]
    sandbox.clock(600)
    publisher.publish("Sedan")
    sandbox.faults({"platform": platform, "call": call, "fault": "lag", "seconds": 300})
    assert listed(publisher.caller, call) == [first]
    assert len(listed(publisher.caller, call)) == 2


# -- films


@dataclass
class FilmMaker:
    """Somebody who sends a film and looks at its processing."""

    caller: Caller
    film: bytes
    id: str = ""

    def send(self) -> None:
        if isinstance(self.caller, Facebook):
            session = self.caller.upload(self.film)
            self.caller.finish(session, description="Film")
            self.id = session["video_id"]
        elif isinstance(self.caller, X):
            self.id = self.caller.stage_film(self.film)
        elif isinstance(self.caller, YouTube):
            self.id = self.caller.upload(self.film)

    def look(self) -> str:
        """The state in common words."""
        if isinstance(self.caller, X):
            return WORDS[self.caller.status(self.id)["state"]]
        return WORDS[self.caller.status(self.id)]

    def publish(self) -> None:
        if isinstance(self.caller, X):
            self.caller.say("Film", self.id)
        elif isinstance(self.caller, YouTube):
            self.caller.make_public(self.id)


WORDS = {
    "processing": "waiting", "in_progress": "waiting", "uploaded": "waiting", "ready": "ready", "succeeded": "ready",
    "processed": "ready", "error": "failed", "failed": "failed",
}  # fmt: skip


@pytest.fixture(params=PLATFORMS)
def film_maker(request, short_film) -> FilmMaker:
    return FilmMaker(request.getfixturevalue(request.param), short_film)


def test_a_slow_film_takes_so_many_looks(film_maker, sandbox):
    sandbox.faults(
        {"platform": film_maker.caller.platform, "call": "*", "fault": "slow_processing", "polls": 4}
    )
    film_maker.send()
    assert [film_maker.look() for _ in range(5)] == ["waiting"] * 4 + ["ready"]
    film_maker.publish()
    assert len(film_maker.caller.seen()) == 1


def test_a_slow_film_takes_so_many_seconds(film_maker, sandbox):
    sandbox.faults({"platform": "*", "call": "*", "fault": "slow_processing", "seconds": 500})
    film_maker.send()
    assert [film_maker.look() for _ in range(5)] == ["waiting"] * 5
    assert film_maker.caller.seen() == []
    sandbox.clock(501)
    assert film_maker.look() == "ready"


def test_a_failed_film_is_never_seen(film_maker, sandbox):
    sandbox.faults({"platform": film_maker.caller.platform, "call": "*", "fault": "failed_processing"})
    film_maker.send()
    assert [film_maker.look() for _ in range(3)] == ["waiting", "waiting", "failed"]
    film_maker.publish()
    sandbox.clock(60)
    assert film_maker.caller.seen() == []


def test_the_film_after_the_slow_one_is_as_usual(film_maker, sandbox):
    sandbox.faults({"platform": "*", "call": "*", "fault": "slow_processing", "polls": 9, "times": 1})
    film_maker.send()
    film_maker.send()
    assert [film_maker.look() for _ in range(3)] == ["waiting", "waiting", "ready"]


def test_a_failed_film_says_why(facebook, x, youtube, sandbox, short_film):
    sandbox.faults({"platform": "*", "call": "*", "fault": "failed_processing", "polls": 0, "times": 3})
    makers = [FilmMaker(caller, short_film) for caller in (facebook, x, youtube)]
    for maker in makers:
        maker.send()
    status = facebook.get(makers[0].id, fields="status").json()["status"]["processing_phase"]
    assert status["errors"] == [{"code": 1363008, "message": "Video could not be processed"}]
    assert x.status(makers[1].id)["error"]["name"] == "InvalidMedia"
    told = youtube.get("videos", part="status", id=makers[2].id).json()["items"][0]["status"]
    assert told["failureReason"] == "conversion"


def test_only_the_first_bytes_may_be_kept(youtube, sandbox, long_film):
    session, total = youtube.open(len(long_film)).headers["Location"], len(long_film)
    sandbox.faults({"platform": "youtube", "call": "put_chunk", "fault": "short_range"})
    answer = youtube.put(session, long_film[: 4 * CHUNK], f"bytes 0-{4 * CHUNK - 1}/{total}")
    assert (answer.status_code, answer.headers["Range"]) == (308, f"bytes=0-{CHUNK - 1}")
    answer = youtube.put(session, long_film[CHUNK:], f"bytes {CHUNK}-{total - 1}/{total}")
    youtube.make_public(answer.json()["id"])
    sandbox.clock(60)
    assert youtube.bytes_of(youtube.seen()[0]) == [long_film]


@pytest.mark.parametrize("call", ["put_chunk", "query_session"])
def test_a_session_may_be_forgotten(youtube, sandbox, short_film, call):
    session = youtube.open(len(short_film)).headers["Location"]
    sandbox.faults({"platform": "youtube", "call": call, "fault": "session_gone"})
    first = youtube.put(session, short_film) if call == "put_chunk" else youtube.ask(session)
    assert (reason(first), reason(youtube.ask(session))) == ((404, "notFound"), (404, "notFound"))
    assert youtube.done() == [("open_session", "staged")]


# -- which calls a rule hits


def statuses(facebook: Facebook, times: int) -> list[int]:
    return [facebook.get("me").status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, [500, 200, 200, 200]),
        ({"times": 2}, [500, 500, 200, 200]),
        ({"skip": 2}, [200, 200, 500, 200]),
        ({"skip": 1, "times": 2}, [200, 500, 500, 200]),
        ({"times": 0}, [500, 500, 500, 500]),
        ({"platform": "*", "call": "*"}, [500, 200, 200, 200]),
        ({"call": "feed"}, [200, 200, 200, 200]),
        ({"platform": "x"}, [200, 200, 200, 200]),
    ],
)
def test_a_rule_hits_the_calls_that_it_names_and_no_others(facebook, sandbox, about, expected):
    sandbox.faults({"platform": "facebook", "call": "me", "fault": "error_before", **about})
    assert statuses(facebook, 4) == expected


def test_rules_are_taken_in_the_order_in_which_they_came(facebook, sandbox):
    rule = {"platform": "facebook", "call": "me", "fault": "error_before"}
    sandbox.faults(rule | {"status": 503}, rule | {"status": 502})
    sandbox.faults(rule | {"status": 504})
    assert statuses(facebook, 4) == [503, 502, 504, 200]


def test_a_rule_until_further_notice_ends_when_it_is_forgotten(facebook, sandbox):
    sandbox.faults({"platform": "*", "call": "*", "fault": "error_before", "times": 0})
    assert statuses(facebook, 2) == [500, 500]
    assert [rule["fault"] for rule in sandbox.waiting_faults()] == ["error_before"]
    sandbox.clear_faults()
    assert (statuses(facebook, 1), sandbox.waiting_faults()) == ([200], [])


def test_a_rule_for_any_call_waits_for_one_on_which_it_can_happen(youtube, sandbox):
    sandbox.faults({"platform": "*", "call": "*", "fault": "session_gone"})
    session = youtube.open(1000).headers["Location"]
    assert len(sandbox.waiting_faults()) == 1
    assert reason(youtube.ask(session)) == (404, "notFound")
    assert sandbox.waiting_faults() == []


def test_only_one_of_many_at_once_is_hit(facebook, sandbox):
    sandbox.faults({"platform": "facebook", "call": "me", "fault": "error_before"})
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: statuses(facebook, 1)[0], range(16)))
    assert sorted(told) == [200] * 15 + [500]


GOOD = {"platform": "x", "call": "post", "fault": "reset_after"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"platform": "myspace"}, "no such platform: myspace"),
        ({"call": "feed"}, "no such call on x: feed"),
        ({"fault": "fire"}, "no such fault: fire"),
        ({"fault": "lag"}, "lag does not happen on post"),
        ({"times": -1}, "times must be a number, at least 0: -1"),
        ({"seconds": "länge"}, "seconds must be a number, at least 0: länge"),
        ({"status": 404}, "status must be one of [500, 502, 503, 504]: 404"),
        ({"code": 17}, "code must be one of [4, 32, 80001]: 17"),
        ({"pool": "sea"}, "no such pool on x: sea"),
        ({"platform": "youtube", "call": "*", "pool": "app"}, "no such pool on youtube: app"),
        (
            {"platform": "youtube", "call": "*", "fault": "limit_reached"},
            "only an answer that refuses tells of that limit",
        ),
        ({"often": 3}, "not a rule: Rule.__init__() got an unexpected keyword argument 'often'"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_reason_and_so_are_its_companions(sandbox, wrong, why):
    answer = requests.post(f"{sandbox.url}/ovning/api/faults", json=[GOOD, GOOD | wrong], timeout=SECONDS)
    assert (answer.status_code, answer.json()) == (400, {"error": why})
    assert sandbox.waiting_faults() == []


# -- every name that the package's docstring promises


def uploaded_video(facebook: Facebook) -> str:
    return facebook.film("start", file_size=10).json()["video_id"]


def commented(facebook: Facebook) -> str:
    return facebook.sandbox.comment("facebook", facebook.say("Hej").json()["id"], "Bra!")


EVERY_CALL: dict[str, dict[str, Callable[[Any], Response]]] = {
    "facebook": {
        "feed": lambda fb: fb.say("Hej"),
        "photo": lambda fb: fb.post("me/photos"),
        "video": lambda fb: fb.post("me/videos"),
        "video_start": lambda fb: fb.film("start"),
        "video_transfer": lambda fb: fb.film("transfer"),
        "video_finish": lambda fb: fb.film("finish"),
        "video_cancel": lambda fb: fb.film("cancel"),
        "video_status": lambda fb: fb.get(uploaded_video(fb)),
        "published_posts": lambda fb: fb.get("me/published_posts"),
        "posts": lambda fb: fb.get("me/posts"),
        "node": lambda fb: fb.get(fb.account),
        "edit": lambda fb: fb.post("1000001_1"),
        "delete": lambda fb: fb.delete("1000001_1"),
        "me": lambda fb: fb.get("me"),
        "accounts": lambda fb: fb.get("me/accounts"),
        "businesses": lambda fb: fb.get("me/businesses"),
        "business_pages": lambda fb: fb.get("1/owned_pages"),
        "comments": lambda fb: fb.get("1000001_1/comments"),
        "comment": lambda fb: fb.post("1000001_1/comments"),
        "comment_edit": lambda fb: fb.post(commented(fb)),
        "comment_delete": lambda fb: fb.delete(commented(fb)),
        "permissions": lambda fb: fb.get("me/permissions"),
        "dialog": lambda fb: fb.get("dialog/oauth"),
        "revoke": lambda fb: fb.delete("me/permissions"),
        "debug_token": lambda fb: fb.get("debug_token"),
        "token": lambda fb: fb.get("oauth/access_token"),
    },
    "x": {
        "post": lambda x: x.say("Hej"),
        "delete": lambda x: x.delete("17"),
        "tweet": lambda x: x.get("tweets/17"),
        "timeline": lambda x: x.get("users/2000001/tweets"),
        "mentions": lambda x: x.get("users/2000001/mentions"),
        "search": lambda x: x.get("tweets/search/recent", query="conversation_id:17"),
        "hide": lambda x: x.call("PUT", "2/tweets/17/hidden", json={"hidden": True}),
        "me": lambda x: x.get("users/me"),
        "user": lambda x: x.get("users/17"),
        "dialog": lambda x: x.call("GET", "i/oauth2/authorize"),
        "media_upload": lambda x: x.one_shot(b"a"),
        "media_initialize": lambda x: x.begin(10),
        "media_append": lambda x: x.append("17", 0, b"a"),
        "media_finalize": lambda x: x.finalize("17"),
        "media_status": lambda x: x.get("media/upload", media_id="17"),
        "media_metadata": lambda x: x.describe("17", "Spår"),
        "token": lambda x: x.call("POST", "2/oauth2/token"),
        "revoke": lambda x: x.call("POST", "2/oauth2/revoke"),
    },
    "youtube": {
        "open_session": lambda yt: yt.open(10),
        "put_chunk": lambda yt: yt.put(f"{yt.sandbox.url}/google/upload/youtube/v3/videos?upload_id=A", b"a"),
        "query_session": lambda yt: yt.ask(f"{yt.sandbox.url}/google/upload/youtube/v3/videos?upload_id=A"),
        "videos_list": lambda yt: yt.get("videos", part="id", id="x"),
        "videos_update": lambda yt: yt.make_public("x"),
        "videos_delete": lambda yt: yt.delete("x"),
        "channels_list": lambda yt: yt.get("channels", part="id", mine="true"),
        "playlist_items": lambda yt: yt.get("playlistItems", part="id"),
        "thumbnails_set": lambda yt: yt.thumbnail("x", b"a"),
        "captions_insert": lambda yt: yt.captions("x", "text"),
        "threads_list": lambda yt: yt.get("commentThreads", part="id", videoId="x"),
        "threads_insert": lambda yt: yt.call("POST", "youtube/v3/commentThreads", params={"part": "snippet"}),
        "comments_list": lambda yt: yt.get("comments", part="id", id="x"),
        "comments_insert": lambda yt: yt.call("POST", "youtube/v3/comments", params={"part": "snippet"}),
        "comments_update": lambda yt: yt.call("PUT", "youtube/v3/comments", params={"part": "snippet"}),
        "comments_moderate": lambda yt: yt.call("POST", "youtube/v3/comments/setModerationStatus"),
        "comments_delete": lambda yt: yt.call("DELETE", "youtube/v3/comments", params={"id": "x"}),
        "dialog": lambda yt: yt.call("GET", "o/oauth2/v2/auth"),
        "token": lambda yt: yt.call("POST", "token"),
        "revoke": lambda yt: yt.call("POST", "revoke"),
    },
}
EVERY_PAIR = [(platform, call) for platform, calls in EVERY_CALL.items() for call in calls]


@pytest.mark.parametrize(("platform", "call"), EVERY_PAIR)
def test_every_call_obeys_its_name(request, sandbox, platform, call):
    caller = request.getfixturevalue(platform)
    sandbox.faults({"platform": platform, "call": call, "fault": "error_before", "status": 503})
    assert EVERY_CALL[platform][call](caller).status_code == 503
    assert sandbox.waiting_faults() == []


def test_the_names_are_complete():
    """Mastodon's and Bluesky's are proven with the rest of their tests."""
    assert {platform: set(calls) for platform, calls in EVERY_CALL.items()} == {
        platform: faults.CALLS[platform] for platform in EVERY_CALL
    }
    assert set(pages.FAULTS) == {*faults.BEHAVIOURS, *faults.PROCESSING}
