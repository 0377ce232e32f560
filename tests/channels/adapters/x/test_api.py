"""What X's refusals mean, in each of their three shapes; and how long to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.adapters.base import Connection, Rest
from channels.adapters.codes import Trouble
from channels.adapters.http import Answer
from channels.adapters.x import api
from channels.errors import (
    ChannelError,
    Duplicate,
    NotConnected,
    NotSent,
    OutOfCredit,
    RateLimited,
    Refused,
    Unconfirmed,
)

PROBLEMS = "https://api.x.com/2/problems/"
OLD_PROBLEMS = "https://api.twitter.com/2/problems/"


def problem(title: str, detail: str = "", type: str = "about:blank") -> dict[str, object]:
    return {"title": title, "detail": detail, "type": type}


def listed(message: str) -> dict[str, object]:
    about = problem(
        "Invalid Request", "One or more parameters to your request was invalid.", PROBLEMS + "invalid-request"
    )
    return about | {"errors": [{"message": message, "parameters": {}}]}


def old(code: int, message: str = "") -> dict[str, object]:
    return {"errors": [{"code": code, "message": message}]}


FORBIDDEN = "You are not permitted to perform this action."
ROWS = [
    (401, problem("Unauthorized", "Unauthorized"), NotConnected, Trouble.TOKEN_EXPIRED),
    (401, old(89, "Invalid or expired token"), NotConnected, Trouble.TOKEN_EXPIRED),
    (402, problem("CreditsDepleted", "no credits", OLD_PROBLEMS + "credits"), OutOfCredit, Trouble.CREDIT),
    (
        402,
        problem("Payment Required", "credits depleted", PROBLEMS + "credits-depleted"),
        OutOfCredit,
        Trouble.CREDIT,
    ),
    (
        403,
        problem("Forbidden", "You are not allowed to create a Tweet with duplicate content."),
        Duplicate,
        Trouble.DUPLICATE,
    ),
    (403, old(187, "Status is a duplicate."), Duplicate, Trouble.DUPLICATE),
    (403, problem("Forbidden", FORBIDDEN), Refused, Trouble.REFUSED),
    (
        403,
        problem("Forbidden", "This user is not allowed to post a video longer than 20 minutes."),
        Refused,
        Trouble.MEDIA_REFUSED,
    ),
    (403, problem("Forbidden", "The Tweet contains an invalid URL."), Refused, Trouble.LINK_REFUSED),
    (
        403,
        problem("Forbidden", "A post may contain a maximum of one cashtag."),
        Refused,
        Trouble.TEXT_REFUSED,
    ),
    (
        403,
        problem("Forbidden", "Application-Only is forbidden", PROBLEMS + "unsupported-authentication"),
        NotConnected,
        Trouble.PERMISSION_MISSING,
    ),
    (
        403,
        problem("Forbidden", "", OLD_PROBLEMS + "client-forbidden"),
        NotConnected,
        Trouble.PERMISSION_MISSING,
    ),
    (
        403,
        problem("Forbidden", "", PROBLEMS + "not-authorized-for-resource"),
        NotConnected,
        Trouble.PERMISSION_MISSING,
    ),
    (403, problem("Forbidden", "", PROBLEMS + "user-suspended"), NotConnected, Trouble.ACCOUNT_SUSPENDED),
    (
        403,
        problem("Forbidden", "To protect our users, this account is temporarily locked."),
        NotConnected,
        Trouble.ACCOUNT_SUSPENDED,
    ),
    (400, listed("Your Tweet text is too long. See the documentation."), Refused, Trouble.TEXT_REFUSED),
    (400, listed("Your media IDs are invalid."), Refused, Trouble.MEDIA_REFUSED),
    (400, listed("$.media.media_ids: maximum of 4 items in the array"), Refused, Trouble.MEDIA_REFUSED),
    (400, listed("something new"), Refused, Trouble.REFUSED),
    (404, problem("Not Found Error", "", PROBLEMS + "resource-not-found"), Refused, Trouble.REFUSED),
    (413, problem("Payload Too Large", "The media chunk is too large."), Refused, Trouble.MEDIA_REFUSED),
    (429, problem("Too Many Requests", "Too Many Requests"), RateLimited, Trouble.TOO_MANY_CALLS),
    (429, old(88, "Rate limit exceeded"), RateLimited, Trouble.TOO_MANY_CALLS),
    (400, old(88, "Rate limit exceeded"), RateLimited, Trouble.TOO_MANY_CALLS),
    (429, None, RateLimited, Trouble.TOO_MANY_CALLS),
    (500, problem("Internal Server Error"), Unconfirmed, Trouble.PLATFORM_DOWN),
    (503, None, Unconfirmed, Trouble.PLATFORM_DOWN),
    (504, {"errors": []}, Unconfirmed, Trouble.PLATFORM_DOWN),
    (403, None, Unconfirmed, Trouble.UNREADABLE),
    (302, None, Unconfirmed, Trouble.UNREADABLE),
    (200, None, Unconfirmed, Trouble.UNREADABLE),
    (201, [], Unconfirmed, Trouble.UNREADABLE),
    (200, {"errors": [problem("Not Found Error", "Could not find it.")]}, Refused, Trouble.REFUSED),
]


def answer(status: int, told: object = None, unclear: type = Unconfirmed, **headers: object) -> Answer:
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Answer("POST /2/tweets", unclear, status, named, told)


@pytest.mark.parametrize(("status", "told", "kind", "meaning"), ROWS)
def test_a_refusal_is_judged_by_its_code_its_type_or_what_it_names(status, told, kind, meaning):
    with pytest.raises(ChannelError) as raised:
        api.judged(answer(status, told))
    assert (type(raised.value), raised.value.code) == (kind, meaning)


@pytest.mark.parametrize("status", [403, 500])
def test_an_unclear_answer_to_a_call_that_may_be_repeated_is_not_sent(status):
    with pytest.raises(ChannelError) as raised:
        api.judged(answer(status, unclear=NotSent))
    assert type(raised.value) is NotSent


def test_an_answer_with_data_is_good_also_when_a_part_of_it_failed():
    told = {"data": {"id": "1"}, "errors": [problem("Not Found Error")]}
    assert api.judged(answer(200, told)).told == told


@pytest.mark.parametrize(
    ("status", "kind", "is_missing"),
    [
        (200, "resource-not-found", True),
        (200, "resource-unavailable", True),
        (200, "disallowed-resource", True),
        (200, "not-authorized-for-resource", True),  # of an account that shows itself to few
        (404, "resource-not-found", True),
        (403, "not-authorized-for-resource", False),  # of a token that may not
        (200, "client-forbidden", False),
        (404, "about:blank", False),
        (500, "resource-not-found", False),
    ],
)
def test_only_x_itself_says_that_a_post_is_not_there(status, kind, is_missing):
    told = {"errors": [problem("", "", PROBLEMS + kind)]}
    assert api.is_missing(answer(status, told)) is is_missing


@pytest.mark.parametrize("told", [None, [], {}, {"data": None}, {"data": {"deleted": False}}, {"data": {}}])
def test_a_deletion_is_done_when_x_says_that_it_is(monkeypatch, told):
    monkeypatch.setattr(api.API, "send", lambda *_, **__: answer(200, told, unclear=NotSent))
    with pytest.raises(NotSent):
        api.API(Connection("1", ""), {}).delete("tweets/17")


NOW = datetime.now(UTC).replace(microsecond=0)
SOON, NIGHT = NOW + timedelta(hours=2), NOW + timedelta(hours=9)
EMPTY = {"x_rate_limit_remaining": 0, "x_rate_limit_reset": int(SOON.timestamp())}
FULL = {"x_rate_limit_remaining": 3, "x_rate_limit_reset": int(SOON.timestamp())}
DAY = {"x_user_limit_24hour_remaining": 0, "x_user_limit_24hour_reset": int(NIGHT.timestamp())}
APP = {"x_app_limit_24hour_remaining": 0, "x_app_limit_24hour_reset": int(NIGHT.timestamp())}


OF_THE_ACCOUNT, OF_THE_APP = False, True


@pytest.mark.parametrize(
    ("headers", "rests"),
    [
        (FULL, []),
        (EMPTY, [Rest(SOON, OF_THE_ACCOUNT)]),
        (FULL | DAY, [Rest(NIGHT, OF_THE_ACCOUNT)]),
        (EMPTY | DAY, [Rest(SOON, OF_THE_ACCOUNT), Rest(NIGHT, OF_THE_ACCOUNT)]),
        (EMPTY | APP, [Rest(SOON, OF_THE_ACCOUNT), Rest(NIGHT, OF_THE_APP)]),
    ],
)
def test_each_pool_that_is_empty_asks_for_its_own_rest(headers, rests):
    assert list(api.rests(answer(200, {"data": {}}, **headers))) == rests
    assert list(api.rests(answer(429, **headers))) == rests


@pytest.mark.parametrize("headers", [EMPTY, FULL | DAY, EMPTY | DAY, EMPTY | APP])
def test_too_many_calls_wait_for_the_last_pool_to_be_filled_again(headers):
    error = api.trouble(answer(429, **headers))
    last = list(api.rests(answer(429, **headers)))[-1]
    assert (type(error), error.until, error.whole_app) == (RateLimited, last.until, last.whole_app)


@pytest.mark.parametrize(
    "headers", [{}, FULL, {"x_rate_limit_remaining": 0}, {**EMPTY, "x_rate_limit_reset": "soon"}]
)
def test_without_a_word_from_x_the_wait_is_a_window(headers):
    wait = timedelta(seconds=api.WINDOW_SECONDS)
    before = datetime.now(UTC)
    error = api.trouble(answer(429, **headers))
    assert before + wait <= error.until <= datetime.now(UTC) + wait
    assert error.whole_app is False


def test_a_reset_that_has_passed_is_not_an_invitation_to_call_at_once():
    passed = {"x_rate_limit_remaining": 0, "x_rate_limit_reset": int(NOW.timestamp()) - 600}
    assert api.trouble(answer(429, **passed)).until > datetime.now(UTC)


def test_a_reset_in_another_century_is_not_believed():
    nonsense = {"x_app_limit_24hour_remaining": 0, "x_app_limit_24hour_reset": 99999999999}
    assert api.trouble(answer(429, **nonsense)).until < datetime.now(UTC) + timedelta(hours=26)


def test_a_monthly_cap_is_the_apps_and_not_asked_for_every_quarter():
    capped = answer(429, problem("UsageCapExceeded", "", PROBLEMS + "usage-capped"), **EMPTY)
    error = api.trouble(capped)
    assert error.until > datetime.now(UTC) + timedelta(hours=20)
    assert error.whole_app is True
