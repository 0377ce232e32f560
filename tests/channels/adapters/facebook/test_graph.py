"""What Graph's refusals mean, row by row as Meta lists them; and how long to wait."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters.base import Connection
from channels.adapters.codes import Trouble
from channels.adapters.facebook import graph
from channels.adapters.http import Answer
from channels.errors import (
    ChannelError,
    Duplicate,
    NotConnected,
    NotSent,
    RateLimited,
    Refused,
    Unconfirmed,
)

ROWS = [
    (500, 1, None, "An unknown error occurred", Unconfirmed, Trouble.PLATFORM_DOWN),
    (400, 1, 99, "", Unconfirmed, Trouble.PLATFORM_DOWN),
    (400, 2, None, "(#2) Service temporarily unavailable", Unconfirmed, Trouble.PLATFORM_DOWN),
    (400, 1363047, None, "", Unconfirmed, Trouble.PLATFORM_DOWN),
    (400, 4, None, "", RateLimited, Trouble.TOO_MANY_CALLS),
    (403, 17, None, "", RateLimited, Trouble.TOO_MANY_CALLS),
    (400, 32, None, "(#32) Page request limit reached", RateLimited, Trouble.TOO_MANY_CALLS),
    (400, 613, 1996, "", RateLimited, Trouble.TOO_MANY_CALLS),
    (400, 341, None, "", RateLimited, Trouble.TOO_MANY_CALLS),
    (400, 80001, 2446079, "", RateLimited, Trouble.TOO_MANY_CALLS),
    (400, 368, 1390008, "We limit how often you can post", RateLimited, Trouble.POSTING_TOO_FAST),
    (400, 368, 4854002, "", NotConnected, Trouble.CHECKPOINT),
    (400, 368, 1404082, "You've already posted this", Duplicate, Trouble.DUPLICATE),
    (400, 506, 1455006, "(#506) Duplicate status message", Duplicate, Trouble.DUPLICATE),
    (400, 100, 1366051, "These photos were already posted.", Duplicate, Trouble.DUPLICATE),
    (400, 368, None, "", Refused, Trouble.AGAINST_RULES),
    (400, 368, 1346003, "", Refused, Trouble.AGAINST_RULES),
    (400, 190, None, "Invalid OAuth access token", NotConnected, Trouble.TOKEN_EXPIRED),
    (401, 102, None, "", NotConnected, Trouble.TOKEN_EXPIRED),
    (400, 190, 458, "", NotConnected, Trouble.ACCESS_REVOKED),
    (400, 190, 459, "", NotConnected, Trouble.CHECKPOINT),
    (400, 190, 460, "", NotConnected, Trouble.ACCESS_REVOKED),
    (400, 190, 463, "", NotConnected, Trouble.TOKEN_EXPIRED),
    (400, 190, 464, "", NotConnected, Trouble.CHECKPOINT),
    (400, 190, 467, "", NotConnected, Trouble.TOKEN_EXPIRED),
    (400, 190, 492, "", NotConnected, Trouble.ROLE_LOST),
    (403, 10, None, "", NotConnected, Trouble.PERMISSION_MISSING),
    (403, 200, None, "(#200) Requires pages_manage_posts", NotConnected, Trouble.PERMISSION_MISSING),
    (403, 283, None, "", NotConnected, Trouble.PERMISSION_MISSING),
    (400, 100, None, "(#100) No permission to publish the video", NotConnected, Trouble.PERMISSION_MISSING),
    (400, 200, 1404078, "", NotConnected, Trouble.CHECKPOINT),
    (400, 100, 33, "Unsupported post request.", NotConnected, Trouble.PERMISSION_MISSING),
    (400, 101, None, "Error validating application.", NotConnected, Trouble.APP_KEYS),
    (400, 104, None, "", NotConnected, Trouble.APP_KEYS),
    (400, 100, None, "Invalid appsecret_proof provided", NotConnected, Trouble.APP_KEYS),
    (400, 100, None, "(#100) Missing parameter", Refused, Trouble.REFUSED),
    (400, 2500, None, "Unknown path components", Refused, Trouble.REFUSED),
    (400, 324, 2069019, "", Refused, Trouble.MEDIA_REFUSED),
    (400, 100, 1366046, "smaller than 4 MB", Refused, Trouble.MEDIA_REFUSED),
    (400, 6000, 1363026, "", Refused, Trouble.MEDIA_REFUSED),
    (400, 100, 1609005, "", Refused, Trouble.LINK_REFUSED),
    (400, 100, 1609008, "", Refused, Trouble.LINK_REFUSED),
    (400, 999_999, None, "Something new", Refused, Trouble.REFUSED),
]


def answer(status: int, told: object, unclear: type = Unconfirmed, **headers: str) -> Answer:
    return Answer("POST /v26.0/1/feed", unclear, status, headers, told)


def refusal(status: int, code: int | None, subcode: int | None, message: str = "", **more: object) -> Answer:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return answer(
        status, {"error": {name: value for name, value in error.items() if value is not None}}, **more
    )


@pytest.mark.parametrize(("status", "code", "subcode", "message", "kind", "meaning"), ROWS)
def test_a_refusal_is_judged_by_its_code(status, code, subcode, message, kind, meaning):
    error = graph.trouble(refusal(status, code, subcode, message))
    assert (type(error), error.code) == (kind, meaning)
    assert f"{code}/{subcode}" in error.detail


def test_an_outage_in_a_call_that_may_be_repeated_is_not_sent():
    assert type(graph.trouble(refusal(500, 2, None, unclear=NotSent))) is NotSent


@pytest.mark.parametrize("status", [200, 302, 400, 403, 500, 503])
@pytest.mark.parametrize("told", [None, [], {"error": "busy"}, {"error": {}}, {"success": False}])
def test_what_is_no_refusal_of_graphs_proves_nothing(status, told):
    with pytest.raises(ChannelError) as raised:
        graph.Graph.judged(answer(status, told))
    code = Trouble.PLATFORM_DOWN if status >= 500 else Trouble.UNREADABLE
    assert (type(raised.value), raised.value.code) == (Unconfirmed, code)


@pytest.mark.parametrize("told", [None, {}, {"title": "Too Many Requests"}])
def test_too_many_calls_may_be_said_by_something_in_front_of_graph(told):
    error = graph.trouble(answer(429, told))
    assert isinstance(error, RateLimited)
    assert (error.code, error.whole_app) == (Trouble.TOO_MANY_CALLS, False)


def test_a_refusal_may_come_with_a_good_status():
    with pytest.raises(NotConnected):
        graph.Graph.judged(answer(200, {"error": {"code": 190, "message": ""}}))


def usage(*minutes: int) -> str:
    case = {"type": "pages", "call_count": 100}
    return json.dumps({"1": [case | {"estimated_time_to_regain_access": m} for m in minutes], "2": [case]})


@pytest.mark.parametrize(
    ("header", "minutes"),
    [
        (usage(19), 19),
        (usage(3, 50), 50),
        (usage(0), 30),
        ("{}", 30),
        ("[]", 30),
        ("nonsense", 30),
        ('{"1": "x", "2": [3]}', 30),
        (None, 30),
    ],
)
def test_the_wait_is_what_facebook_says_or_half_an_hour(header, minutes):
    headers = {"X-Business-Use-Case-Usage": header} if header else {}
    before = datetime.now(UTC)
    error = graph.trouble(Answer("GET /", NotSent, 400, headers, {"error": {"code": 80001}}))
    wait = timedelta(minutes=minutes)
    assert before + wait <= error.until <= datetime.now(UTC) + wait
    assert error.whole_app is False


def share(percent: object, name: str = "total_time") -> str:
    return json.dumps({"call_count": 1, "total_time": 2, "total_cputime": 3} | {name: percent})


@pytest.mark.parametrize("code", [4, 17, 32, 80001])
@pytest.mark.parametrize("percent", [12, 100])
def test_the_limit_is_the_apps_by_its_code_or_when_its_share_is_full(code, percent):
    headers = {"X-App-Usage": share(percent), "X-Business-Use-Case-Usage": usage(50)}
    error = graph.trouble(Answer("GET /", NotSent, 400, headers, {"error": {"code": code}}))
    is_the_apps = code == 4 or percent == 100
    assert error.whole_app is is_the_apps
    minutes = timedelta(minutes=30 if is_the_apps else 50)
    assert abs(error.until - datetime.now(UTC) - minutes) < timedelta(seconds=30)


@pytest.mark.parametrize("name", ["call_count", "total_time", "total_cputime"])
def test_a_good_answer_tells_that_the_app_has_used_up_its_share(name):
    assert [rest.whole_app for rest in graph.rests({"X-App-Usage": share(100, name)})] == [True]
    assert list(graph.rests({"X-App-Usage": share(99, name)})) == []


def test_a_good_answer_tells_that_the_page_has_used_up_its_share():
    (rest,) = graph.rests({"X-Business-Use-Case-Usage": usage(19)})
    assert rest.whole_app is False
    assert abs(rest.until - datetime.now(UTC) - timedelta(minutes=19)) < timedelta(seconds=30)


def test_a_use_case_that_is_blocked_rests_whatever_its_shares_say():
    header = json.dumps({"1": [{"call_count": 3, "estimated_time_to_regain_access": 7}]})
    (rest,) = graph.rests({"X-Business-Use-Case-Usage": header})
    assert abs(rest.until - datetime.now(UTC) - timedelta(minutes=7)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        "[]",
        "7",
        '"x"',
        "null",
        '{"call_count": "100"}',
        '{"call_count": true}',
        "[" * 100_000,
    ],
)
def test_a_header_that_says_nothing_asks_for_no_rest(header):
    assert list(graph.rests({"X-App-Usage": header, "X-Business-Use-Case-Usage": header})) == []


@pytest.mark.parametrize("minutes", ["1e300", "Infinity", "99999999999999999999"])
def test_no_header_makes_us_rest_for_ever(minutes):
    header = f'{{"1": [{{"estimated_time_to_regain_access": {minutes}}}]}}'
    (rest,) = graph.rests({"X-Business-Use-Case-Usage": header})
    assert rest.until < datetime.now(UTC) + timedelta(days=367)


def test_posting_too_fast_waits_for_hours():
    assert graph.trouble(refusal(400, 368, 1390008)).until > datetime.now(UTC) + timedelta(hours=5)


def test_the_proof_is_the_hmac_of_the_token():
    """The number is what `printf EAAtoken | openssl dgst -sha256 -hmac secret` says."""
    connection = Connection("1", "EAAtoken", app_secret="secret")
    assert graph.proof(connection) == "61b5257ec5c5a53e992ae4d93afa0975e1f1be671788f65a476b0689ad5d5dd5"
