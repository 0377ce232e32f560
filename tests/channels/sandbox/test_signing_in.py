"""Signing in to the make-believe platforms: the question, the answer, the codes and the tokens, down to each refusal."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from requests import Response

from channels.sandbox.consent import MISMATCH
from channels.sandbox.store import APPS, FACEBOOK_SCOPES, PERSON, X_SCOPES, YOUTUBE_SCOPES, Store
from channels.sandbox.testing import LiveSandbox
from tests.channels.sandbox.callers import SECONDS, Facebook, X, YouTube, graph_error
from tests.channels.sandbox.consenting import (
    ACCOUNTS,
    AUTHORIZE,
    BACK,
    SCOPES,
    answered,
    exchanged,
    question,
    signed_in,
)

DAY = 24 * 3600
LIFE = {"facebook": 600, "x": 30, "youtube": 600}


@pytest.fixture
def connected(sandbox) -> LiveSandbox:
    """A sandbox with an account on each platform."""
    sandbox.connect_facebook()
    sandbox.connect_x()
    sandbox.connect_youtube()
    return sandbox


@pytest.fixture(params=["facebook", "x", "youtube"])
def platform(request) -> str:
    return request.param


# -- the question


def test_the_question_names_app_account_and_permissions(connected, platform):
    page = requests.get(f"{connected.url}/{AUTHORIZE[platform]}", params=question(platform), timeout=SECONDS)
    assert page.status_code == 200
    assert [word in page.text for word in ("Övningsläge", "Seko", ACCOUNTS[platform], *SCOPES[platform])] == [
        True
    ] * (3 + len(SCOPES[platform]))
    assert "form-action 'self' http://127.0.0.1:8000" in page.headers["Content-Security-Policy"]


def test_where_no_account_is_yet_there_is_one_to_choose(sandbox, platform):
    page = requests.get(f"{sandbox.url}/{AUTHORIZE[platform]}", params=question(platform), timeout=SECONDS)
    assert "Seko (övning)" in page.text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"client_id": "okänd"}, "Appen är inte känd här (client_id)."),
        ({"redirect_uri": ""}, "Adressen att gå tillbaka till saknas eller är fel (redirect_uri)."),
        (
            {"redirect_uri": "javascript:alert(1)"},
            "Adressen att gå tillbaka till saknas eller är fel (redirect_uri).",
        ),
        ({"response_type": "token"}, "Appen ber om något annat än en kod (response_type)."),
    ],
)
def test_a_wrong_question_is_not_answered_and_sends_nobody_anywhere(connected, platform, changed, told):
    for method, form in (("GET", None), ("POST", {"answer": "yes", "account": ACCOUNTS[platform]})):
        page = requests.request(
            method, f"{connected.url}/{AUTHORIZE[platform]}", params=question(platform, **changed), data=form,
            timeout=SECONDS, allow_redirects=False,
        )  # fmt: skip
        assert (page.status_code, told in page.text, "Location" in page.headers) == (400, True, False)


@pytest.mark.parametrize("changed", [{"state": ""}, {"code_challenge": ""}, {"state": "s" * 501}])
def test_x_demands_state_and_proof(connected, changed):
    page = requests.get(f"{connected.url}/{AUTHORIZE['x']}", params=question("x", **changed), timeout=SECONDS)
    assert (page.status_code, "X kräver state" in page.text) == (400, True)


def test_only_registered_addresses_are_good_where_some_are(connected, platform):
    connected.register_redirects(BACK.replace("8000", "9000"))
    page = requests.get(f"{connected.url}/{AUTHORIZE[platform]}", params=question(platform), timeout=SECONDS)
    assert (page.status_code, MISMATCH[platform] in page.text, BACK in page.text) == (400, True, True)
    for near in (BACK.rstrip("/"), f"{BACK}?x=1"):
        connected.register_redirects(near)
        told = requests.get(
            f"{connected.url}/{AUTHORIZE[platform]}", params=question(platform), timeout=SECONDS
        )
        assert told.status_code == 400
    connected.register_redirects(BACK)
    assert sorted(answered(connected, platform)) == ["code", "state"]


def test_a_strange_way_of_proving_is_refused(connected, platform):
    asked = question(platform, code_challenge_method="S512")
    page = requests.get(f"{connected.url}/{AUTHORIZE[platform]}", params=asked, timeout=SECONDS)
    assert (page.status_code, "code_challenge_method" in page.text) == (400, True)


def test_x_asks_for_all_at_once_and_the_others_one_by_one(connected):
    boxes = {}
    for name in AUTHORIZE:
        page = requests.get(f"{connected.url}/{AUTHORIZE[name]}", params=question(name), timeout=SECONDS)
        boxes[name] = page.text.count('name="declined"')
    assert boxes == {"facebook": len(FACEBOOK_SCOPES), "x": 0, "youtube": len(YOUTUBE_SCOPES)}


def test_every_question_says_that_it_is_practice(connected, platform):
    page = requests.get(f"{connected.url}/{AUTHORIZE[platform]}", params=question(platform), timeout=SECONDS)
    assert "Det här är en övning." in page.text


def test_one_of_the_public_is_nobody_to_sign_in_as(connected, x):
    connected.comment("x", x.say("Hej").json()["data"]["id"], "Bra!")
    page = requests.get(f"{connected.url}/{AUTHORIZE['x']}", params=question("x"), timeout=SECONDS)
    assert ("Kim i publiken" in page.text, page.text.count('name="account"')) == (False, 1)


# -- the answer


def test_a_failure_at_the_platform_is_told_apart_from_a_no(connected, platform):
    connected.faults({"platform": platform, "call": "dialog", "fault": "refuse"})
    assert answered(connected, platform) == {"error": "server_error", "state": "tillstånd"}


@pytest.mark.parametrize(("fault", "status"), [("forbidden", 403), ("error_before", 503)])
def test_a_platform_that_keeps_the_person_shows_a_page_and_sends_nobody_anywhere(
    connected, platform, fault, status
):
    connected.faults({"platform": platform, "call": "dialog", "fault": fault, "status": 503})
    url, form = f"{connected.url}/{AUTHORIZE[platform]}", {"answer": "yes", "account": ACCOUNTS[platform]}
    told = requests.post(url, params=question(platform), data=form, timeout=SECONDS, allow_redirects=False)
    assert (told.status_code, "Location" in told.headers, "<h1>Det gick inte</h1>" in told.text) == (
        status,
        False,
        True,
    )


def test_a_yes_brings_a_code_and_the_state_back(connected, platform):
    told = answered(connected, platform)
    assert (sorted(told), told["state"]) == (["code", "state"], "tillstånd")


CANCELLED = {
    "facebook": {"error": "access_denied", "error_reason": "user_denied", "error_code": "200",
                 "error_description": "Permissions error", "state": "tillstånd"},
    "x": {"error": "access_denied", "state": "tillstånd"},
    "youtube": {"error": "access_denied", "state": "tillstånd"},
}  # fmt: skip


@pytest.mark.parametrize("answer", [{"answer": "no", "account": "1000001"}, {}])
def test_a_no_brings_no_code_back(connected, platform, answer):
    assert answered(connected, platform, answer) == CANCELLED[platform]


@pytest.mark.parametrize("chosen", [{}, {"account": "999"}])
def test_an_account_that_is_not_there_cannot_be_chosen(connected, platform, chosen):
    """On Facebook the person says yes for themselves, and the application gets no page."""
    told = answered(connected, platform, {"answer": "yes", **chosen})
    if platform != "facebook":
        assert told == CANCELLED[platform]
        return
    caller = Facebook(
        connected, "me", exchanged(connected, platform, code=told["code"]).json()["access_token"]
    )
    assert caller.get("me/accounts").json() == {"data": []}
    assert caller.get("me").json() == {"id": PERSON, "name": "Övningspersonen"}


def test_an_address_with_a_question_mark_keeps_its_own(connected):
    form = {"answer": "no"}
    told = requests.post(
        f"{connected.url}/{AUTHORIZE['x']}", params=question("x", redirect_uri=f"{BACK}?kanal=1"), data=form,
        timeout=SECONDS, allow_redirects=False,
    )  # fmt: skip
    assert told.headers["Location"].startswith(f"{BACK}?kanal=1&error=access_denied")


# -- the code

REFUSED_CODE = {
    "x": {
        "error": "invalid_request", "error_description": "Value passed for the authorization code was invalid."
    },
    "youtube": {"error": "invalid_grant", "error_description": "Malformed auth code."},
}  # fmt: skip


def check_refused_code(answer: Response, platform: str) -> None:
    assert answer.status_code == 400
    if platform == "facebook":
        error = graph_error(answer)
        assert (error["code"], error["error_subcode"]) == (100, 36009)
    else:
        assert answer.json() == REFUSED_CODE[platform]


def test_a_code_works_once(connected, platform):
    code = answered(connected, platform)["code"]
    assert exchanged(connected, platform, code=code).status_code == 200
    check_refused_code(exchanged(connected, platform, code=code), platform)


def test_a_code_works_once_however_many_come_at_once(connected, platform):
    code = answered(connected, platform)["code"]
    with ThreadPoolExecutor(6) as pool:
        told = [
            answer.ok for answer in pool.map(lambda _: exchanged(connected, platform, code=code), range(6))
        ]
    assert sorted(told) == [False] * 5 + [True]


def test_a_code_lives_so_long_and_no_longer(connected, platform):
    early, late = answered(connected, platform)["code"], answered(connected, platform)["code"]
    connected.clock(LIFE[platform] - 10)
    assert exchanged(connected, platform, code=early).status_code == 200
    connected.clock(LIFE[platform] + 1)
    check_refused_code(exchanged(connected, platform, code=late), platform)


def test_a_code_of_another_platform_is_none(connected):
    check_refused_code(exchanged(connected, "x", code=answered(connected, "youtube")["code"]), "x")


WRONG: dict[str, dict[str, tuple[int, Any]]] = {
    "another address": {
        "facebook": (400, (100, 36008)),
        "x": (400, "Value passed for the redirect uri did not match the uri of the authorization code."),
        "youtube": (400, "redirect_uri_mismatch"),
    },
    "another verifier": {
        "facebook": (400, (100, 36008)),
        "x": (400, "Value passed for the code verifier did not match the code challenge."),
        "youtube": (400, "Invalid code verifier."),
    },
    "another app": {
        "facebook": (400, (101, None)),
        "x": (401, "unauthorized_client"),
        "youtube": (401, "invalid_client"),
    },
    "another secret": {
        "facebook": (400, (1, None)),
        "x": (401, "unauthorized_client"),
        "youtube": (401, "invalid_client"),
    },
    "no secret": {
        "facebook": (400, (101, None)),
        "x": (401, "unauthorized_client"),
        "youtube": (401, "invalid_client"),
    },
}
CHANGES: dict[str, dict[str, Any]] = {
    "another address": {"redirect_uri": f"{BACK}?x=1"},
    "another verifier": {"code_verifier": "w" * 64},
    "another app": {"auth": ("client", "secret")},
    "no secret": {"auth": ()},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_code_is_for_the_one_who_asked(connected, platform, wrong):
    code = answered(connected, platform)["code"]
    changes = {"auth": (APPS[platform][0], "fel")} if wrong == "another secret" else CHANGES[wrong]
    answer = exchanged(connected, platform, code=code, **changes)
    status, told = WRONG[wrong][platform]
    assert answer.status_code == status
    if platform == "facebook":
        error = graph_error(answer)
        assert (error["code"], error.get("error_subcode")) == told
    else:
        assert told in answer.json().values()


@pytest.mark.parametrize(
    ("platform", "error"), [("x", "invalid_request"), ("youtube", "unsupported_grant_type")]
)
def test_an_unknown_grant_is_refused(connected, platform, error):
    answer = exchanged(connected, platform, grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_secret_may_come_as_a_field(connected, platform):
    code, (app, secret) = answered(connected, platform)["code"], APPS[platform]
    answer = exchanged(connected, platform, auth=(), code=code, client_id=app, client_secret=secret)
    assert answer.status_code == 200


def test_xs_public_client_only_names_itself(connected):
    code = answered(connected, "x")["code"]
    assert exchanged(connected, "x", auth=(), code=code, client_id=APPS["x"][0]).status_code == 200


# -- tokens and renewal


def renewed(sandbox: LiveSandbox, platform: str, token: str) -> Response:
    return exchanged(sandbox, platform, grant_type="refresh_token", refresh_token=token)


def test_x_gives_a_new_pair_and_the_old_refresh_token_is_used_up(connected):
    first = signed_in(connected, "x")
    assert (first["token_type"], first["expires_in"], first["scope"]) == ("bearer", 7200, " ".join(X_SCOPES))
    second = renewed(connected, "x", first["refresh_token"]).json()
    assert (
        len({first["access_token"], second["access_token"], first["refresh_token"], second["refresh_token"]})
        == 4
    )
    again = renewed(connected, "x", first["refresh_token"])
    body = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
    assert (again.status_code, again.json()) == (400, body)
    assert X(connected, "2000001", second["access_token"]).say("Hej").status_code == 201


def test_xs_refresh_token_works_once_however_many_come_at_once(connected):
    token = signed_in(connected, "x")["refresh_token"]
    with ThreadPoolExecutor(6) as pool:
        told = [answer.ok for answer in pool.map(lambda _: renewed(connected, "x", token), range(6))]
    assert sorted(told) == [False] * 5 + [True]


def test_x_gives_no_refresh_token_without_offline_access(connected):
    assert "refresh_token" not in signed_in(connected, "x", scope="tweet.read tweet.write users.read")


def test_google_keeps_the_refresh_token(connected):
    first = signed_in(connected, "youtube")
    assert (first["token_type"], first["expires_in"]) == ("Bearer", 3599)
    for _ in range(2):
        again = renewed(connected, "youtube", first["refresh_token"]).json()
        assert ("refresh_token" in again, again["scope"]) == (False, " ".join(YOUTUBE_SCOPES))
        caller = YouTube(connected, ACCOUNTS["youtube"], again["access_token"])
        assert caller.get("channels", part="id", mine="true").status_code == 200


def test_google_gives_a_refresh_token_the_first_time_or_when_asked_anew(connected):
    given = [
        "refresh_token" in signed_in(connected, "youtube", **asked)
        for asked in ({}, {}, {"prompt": "consent"})
    ]
    assert given == [True, False, True]
    assert "refresh_token" not in signed_in(connected, "youtube", access_type="", prompt="consent")


def test_google_gives_another_refresh_token_to_who_was_thrown_out(connected):
    signed_in(connected, "youtube")
    connected.remove_app("youtube", ACCOUNTS["youtube"])
    assert "refresh_token" in signed_in(connected, "youtube")


def test_a_consent_of_another_channel_is_its_own_first(connected):
    signed_in(connected, "youtube")
    other = "UC" + "a" * 22
    connected.connect_youtube(other, "Annan kanal")
    assert "refresh_token" in signed_in(connected, "youtube", {"answer": "yes", "account": other})


def test_google_lets_what_was_granted_before_come_along_if_asked(connected):
    upload, _, read = YOUTUBE_SCOPES
    signed_in(connected, "youtube", scope=upload)
    assert signed_in(connected, "youtube", scope=read)["scope"] == read
    told = signed_in(connected, "youtube", scope=read, include_granted_scopes="true")
    assert sorted(told["scope"].split()) == sorted([upload, read])


def test_a_refresh_token_of_an_app_in_testing_lives_a_week_and_says_so(connected):
    assert "refresh_token_expires_in" not in signed_in(connected, "youtube")
    connected.set(google_testing="on")
    page = requests.get(
        f"{connected.url}/{AUTHORIZE['youtube']}", params=question("youtube"), timeout=SECONDS
    )
    assert "slutar gälla om sju dagar" in page.text
    told = signed_in(connected, "youtube", prompt="consent")
    assert told["refresh_token_expires_in"] == 7 * DAY - 1
    connected.clock(6 * DAY)
    assert renewed(connected, "youtube", told["refresh_token"]).status_code == 200
    connected.clock(7 * DAY)  # using it has not made it live longer
    answer = renewed(connected, "youtube", told["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_token_that_is_used_lives_on_and_one_that_is_not_dies_after_half_a_year(connected):
    for name, kept in (("youtube", True), ("x", False)):
        connected.clock(0)
        used, unused = (signed_in(connected, name, prompt="consent")["refresh_token"] for _ in range(2))
        connected.clock(100 * DAY)
        first = renewed(connected, name, used).json()
        connected.clock(200 * DAY)
        next_one = used if kept else first["refresh_token"]
        assert [renewed(connected, name, token).status_code for token in (next_one, unused)] == [200, 400]


def test_google_drops_the_oldest_of_more_than_a_hundred_refresh_tokens(connected):
    with Store(connected.data_dir) as store:
        oldest, *_ = [
            store.mint("youtube", "refresh", ACCOUNTS["youtube"], YOUTUBE_SCOPES, prefix="1//")
            for _ in range(99)
        ]
    assert renewed(connected, "youtube", oldest).status_code == 200
    # The fixture's is the oldest of all, and goes with the first of these; ours goes with the second.
    latest = [signed_in(connected, "youtube", prompt="consent")["refresh_token"] for _ in range(2)]
    assert [renewed(connected, "youtube", token).status_code for token in (oldest, *latest)] == [
        400,
        200,
        200,
    ]


def test_a_refresh_token_that_is_none_is_refused(connected):
    answer = renewed(connected, "youtube", "1//hittepa")
    body = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    assert (answer.status_code, answer.json()) == (400, body)


# -- permissions that were declined


def test_x_and_google_tell_what_was_granted_and_hold_to_it(connected):
    form = {"answer": "yes", "account": ACCOUNTS["x"], "declined": "media.write"}
    told = signed_in(connected, "x", form)
    assert "media.write" not in told["scope"]
    x = X(connected, ACCOUNTS["x"], told["access_token"])
    assert (x.begin(10).status_code, x.say("Hej").status_code) == (403, 201)
    form = {"answer": "yes", "account": ACCOUNTS["youtube"], "declined": YOUTUBE_SCOPES[0:2]}
    told = signed_in(connected, "youtube", form)
    assert told["scope"] == YOUTUBE_SCOPES[2]
    assert YouTube(connected, ACCOUNTS["youtube"], told["access_token"]).open(10).status_code == 403


def test_facebook_tells_what_was_declined_and_holds_to_it(connected):
    form = {"answer": "yes", "account": ACCOUNTS["facebook"], "declined": "pages_manage_posts"}
    person = signed_in(connected, "facebook", form)["access_token"]
    caller = Facebook(connected, "1000001", person)
    told = {item["permission"]: item["status"] for item in caller.get("me/permissions").json()["data"]}
    assert (told["pages_manage_posts"], told["pages_show_list"]) == ("declined", "granted")
    page = caller.get("me/accounts").json()["data"][0]["access_token"]
    assert graph_error(caller.say("Hej", access_token=page))["code"] == 200
    assert connected.posts() == []


# -- Facebook's three steps


def test_facebooks_page_token_from_a_long_token_never_expires(connected):
    short = signed_in(connected, "facebook")
    caller = Facebook(connected, "1000001", short["access_token"])
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    long = exchanged(connected, "facebook", **exchange).json()
    assert (short["expires_in"], long["expires_in"]) == (7200, 60 * 24 * 3600)
    (passing,) = caller.get("me/accounts").json()["data"]
    (lasting,) = caller.get("me/accounts", access_token=long["access_token"]).json()["data"]
    assert (lasting["id"], lasting["name"], "CREATE_CONTENT" in lasting["tasks"]) == ("1000001", "Seko", True)
    connected.clock(400 * 24 * 3600)
    assert caller.say("Hej", access_token=lasting["access_token"]).status_code == 200
    assert graph_error(caller.say("Hej igen", access_token=passing["access_token"]))["error_subcode"] == 463
    again = exchanged(connected, "facebook", **exchange)
    assert (again.status_code, graph_error(again)["error_subcode"]) == (400, 463)


def test_only_the_chosen_pages_are_given(connected):
    connected.connect_facebook("1000002", "Annan sida")
    connected.connect_facebook("1000003", "Tredje sidan")
    form = {"answer": "yes", "account": ["1000001", "1000003"]}
    caller = Facebook(connected, "me", signed_in(connected, "facebook", form)["access_token"])
    assert [page["id"] for page in caller.get("me/accounts").json()["data"]] == ["1000001", "1000003"]
    assert caller.get("me").json()["name"] == "Övningspersonen"


def test_no_pages_are_given_without_the_permission(connected):
    caller = Facebook(
        connected, "me", signed_in(connected, "facebook", scope="pages_manage_posts")["access_token"]
    )
    assert caller.get("me/accounts").json() == {"data": []}


def test_a_token_can_be_examined_with_the_apps_own(connected):
    app = exchanged(connected, "facebook", grant_type="client_credentials").json()["access_token"]
    assert app == "|".join(APPS["facebook"])
    caller = Facebook(connected, "1000001", app)
    page = connected.connect_facebook()["page_token"]
    told = caller.get("debug_token", input_token=page).json()["data"]
    assert (told["type"], told["is_valid"], told["expires_at"], told["profile_id"]) == (
        "PAGE",
        True,
        0,
        "1000001",
    )
    assert told["scopes"] == list(FACEBOOK_SCOPES)
    told = caller.get("debug_token", input_token="hittepa").json()["data"]
    assert (told["is_valid"], told["error"]["code"]) == (False, 190)


# -- saying goodbye


def test_whom_the_person_throws_out_can_neither_call_nor_renew(connected, platform):
    told = signed_in(connected, platform)
    calls = {
        "facebook": "facebook/v26.0/me",
        "x": "x/2/users/me",
        "youtube": "google/youtube/v3/channels?part=id&mine=true",
    }

    def works() -> bool:
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        return requests.get(f"{connected.url}/{calls[platform]}", headers=headers, timeout=SECONDS).ok

    assert works()
    connected.remove_app(platform, PERSON if platform == "facebook" else ACCOUNTS[platform])
    assert not works()
    if platform != "facebook":
        assert renewed(connected, platform, told["refresh_token"]).status_code == 400


def test_a_revoked_token_is_dead(connected):
    told = signed_in(connected, "x")
    answer = requests.post(
        f"{connected.url}/x/2/oauth2/revoke",
        data={"token": told["access_token"]},
        auth=APPS["x"],
        timeout=SECONDS,
    )
    assert (answer.status_code, answer.json()) == (200, {"revoked": True})
    assert X(connected, "2000001", told["access_token"]).get("users/me").status_code == 401


def test_google_revokes_all_by_either_token_and_says_so_once(connected):
    told = signed_in(connected, "youtube")
    url, fields = f"{connected.url}/google/revoke", {"token": told["refresh_token"]}
    answers = [requests.post(url, data=fields, timeout=SECONDS) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json()["error"] == "invalid_token"
    assert renewed(connected, "youtube", told["refresh_token"]).json()["error"] == "invalid_grant"
    caller = YouTube(connected, ACCOUNTS["youtube"], told["access_token"])
    assert caller.get("channels", part="id", mine="true").status_code == 401


def test_facebooks_app_is_removed_with_all_its_tokens(connected):
    person = signed_in(connected, "facebook")["access_token"]
    caller = Facebook(connected, "1000001", person)
    page = caller.get("me/accounts").json()["data"][0]["access_token"]
    assert caller.delete("me/permissions").json() == {"success": True}
    for token in (person, page):
        error = graph_error(caller.get("me", access_token=token))
        assert (error["code"], error["error_subcode"]) == (190, 458)
