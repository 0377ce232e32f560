"""The page where people in training end a connection from the platform's side."""

import pytest
import requests
from requests import Response

from channels.sandbox.store import PERSON
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.callers import SECONDS, Facebook, X, YouTube, graph_error, reason


def do(sandbox: LiveSandbox, act: str, platform: str, id: str, **more: str) -> Response:
    form = {"act": act, "platform": platform, "id": id, **more}
    return requests.post(f"{sandbox.url}/konton", data=form, timeout=SECONDS, allow_redirects=False)


def shown(sandbox: LiveSandbox) -> str:
    return requests.get(f"{sandbox.url}/konton", timeout=SECONDS).text


def test_it_tells_who_has_let_the_application_in(sandbox, facebook, x):
    page = shown(sandbox)
    assert page.count("Seko Social har åtkomst.") == 2
    assert do(sandbox, "remove", "x", x.account).headers["Location"] == "/konton"
    page = shown(sandbox)
    assert (page.count("Seko Social har åtkomst."), page.count("Ingen app har åtkomst.")) == (1, 1)
    assert (page.count("Ta bort Seko Social: "), x.get("users/me").status_code) == (1, 401)
    assert facebook.get("me").status_code == 200


ON_FACEBOOK = {"remove": 458, "password": 460, "check": 459}


@pytest.mark.parametrize("act", ON_FACEBOOK)
def test_a_person_on_facebook_ends_it(sandbox, facebook: Facebook, act):
    assert do(sandbox, act, "facebook", PERSON).status_code == 303
    assert graph_error(facebook.say("Hej"))["error_subcode"] == ON_FACEBOOK[act]
    assert facebook.seen() == []


def test_a_check_that_is_passed_lets_it_work_again(sandbox, facebook):
    do(sandbox, "check", "facebook", PERSON)
    assert "Bekräfta kontot" in shown(sandbox)
    do(sandbox, "free", "facebook", PERSON)
    assert facebook.say("Hej").status_code == 200


def test_a_role_is_taken_and_given(sandbox, facebook, other_page):
    do(sandbox, "role_away", "facebook", PERSON, page=facebook.account)
    assert "Har ingen roll på sidan" in shown(sandbox)
    assert graph_error(facebook.say("Hej"))["error_subcode"] == 492
    assert other_page.say("Hej").status_code == 200
    do(sandbox, "role_back", "facebook", PERSON, page=facebook.account)
    assert facebook.say("Hej").status_code == 200


def test_an_account_is_locked_and_unlocked(sandbox, x: X, youtube: YouTube):
    for caller in (x, youtube):
        do(sandbox, "lock", caller.platform, caller.account)
    assert (x.say("Hej").status_code, reason(youtube.open(10))[0]) == (403, 403)
    for caller in (x, youtube):
        do(sandbox, "unlock", caller.platform, caller.account)
    assert (x.say("Hej").status_code, youtube.open(10).status_code) == (201, 200)


@pytest.mark.parametrize(
    ("act", "platform", "id"),
    [
        ("remove", "x", "17"),
        ("remove", "myspace", PERSON),
        ("burn", "facebook", PERSON),
        ("lock", "x", PERSON),
        ("password", "x", "2000001"),
        ("lock", "facebook", PERSON),
    ],
)
def test_nonsense_changes_nothing(sandbox, facebook, x, act, platform, id):
    assert do(sandbox, act, platform, id).status_code == 404
    assert (facebook.get("me").status_code, x.get("users/me").status_code) == (200, 200)


def test_a_foreign_page_ends_nothing(sandbox, facebook):
    form = {"act": "remove", "platform": "facebook", "id": PERSON}
    headers = {"Origin": "https://example.test"}
    answer = requests.post(f"{sandbox.url}/konton", data=form, headers=headers, timeout=SECONDS)
    assert (answer.status_code, facebook.get("me").status_code) == (403, 200)
